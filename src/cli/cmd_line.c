/* line show: a person's line and its merges and splits. */
#include "app/line_story.h"
#include "base/json.h"
#include "cli/register.h"

static json_t *numbers_json(const int64_t *v, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, json_integer((json_int_t)v[i]));
    return all;
}

static json_t *story_json(const struct line_story *l)
{
    json_t *all = json_array();
    for (size_t i = 0; i < l->events; i++) {
        const struct line_event *v = &l->event[i];
        json_array_append_new(all, json_pack("{s:s,s:s,s:I,s:o,s:s,s:s}", "at", v->at, "what",
                                             v->joined ? "joined" : "left",
                                             v->joined ? "from" : "to", (json_int_t)v->other,
                                             "records", numbers_json(v->record, v->records),
                                             "cause", v->cause, "by", v->actor));
    }
    return json_pack("{s:I,s:o,s:o,s:o}", "line", (json_int_t)l->line, "records",
                     numbers_json(l->member, l->members), "now_on",
                     numbers_json(l->today, l->todays), "history", all);
}

static void print_numbers(const int64_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%s%lld", i ? ", " : "", (long long)v[i]);
}

static void print_story(const struct line_story *l)
{
    printf("line %lld: %zu record%s", (long long)l->line, l->members, l->members == 1 ? "" : "s");
    if (l->members) {
        printf(" (");
        print_numbers(l->member, l->members);
        putchar(')');
    }
    if (l->todays > 1 || (l->todays == 1 && !l->members)) {
        printf("; its records, past ones too, are now on line%s ", l->todays > 1 ? "s" : "");
        print_numbers(l->today, l->todays);
    }
    putchar('\n');
    for (size_t i = 0; i < l->events; i++) {
        const struct line_event *v = &l->event[i];
        printf("  %s  %s ", v->at, v->joined ? "joined" : "left");
        print_numbers(v->record, v->records);
        printf(" %s line %lld%s%s, by %s\n", v->joined ? "from" : "for", (long long)v->other,
               *v->cause ? ": " : "", v->cause, v->actor);
    }
}

static enum status run_show(struct cli *c, struct err *e)
{
    struct store *s;
    struct line_story l;
    struct arena memory = ARENA_EMPTY;
    int64_t line;
    if (!str_to_int64(str_of(cli_arg(c, 0)), &line) || line <= 0)
        return err_set(e, ST_USAGE, "a line is a number");
    TRY(register_open(c, STORE_SHARED, 0, "review", &s, e));
    enum status st = line_story_read(s, line, &memory, &l, e);
    store_close(s);
    if (st == ST_OK && cli_json(c)) {
        json_t *doc = story_json(&l);
        st = json_write_file("-", doc, e);
        json_decref(doc);
    } else if (st == ST_OK) {
        print_story(&l);
    }
    arena_free(&memory);
    return st;
}

static const struct opt show_opts[] = {REGISTER_OPTS, {0}};

const struct command cmd_line_show = {
    .path = "line show",
    .summary = "What became of a person's line: its records, merges and splits, and why",
    .arguments = "LINE",
    .min_args = 1,
    .max_args = 1,
    .opts = show_opts,
    .details =
        "Each step has its time, its cause (an import, one that was taken back, a decision on\n"
        "two records, a new model) and who did it. Of a number that is no longer in use it\n"
        "says on which line its records are now.",
    .example = "throughline simulate --people 200 --seed 1 --out made --quiet\n"
               "throughline init register --quiet\n"
               "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"
               "throughline link --store register --quiet\n"
               "throughline line show 1 --store register",
    .run = run_show,
};
