#include "base/json.h"
#include "cli/job.h"

#include <stdlib.h>

static const char *const states[] = {"RAISED", "NOTIFIED", "ACKNOWLEDGED", "ACTED", "CLOSED", NULL};

struct listing {
    json_t *rows;
    uint64_t counts[5];
    const char *kind, *reference;
    bool print;
    int limit;
};

static enum status note(void *ctx, const struct flag *f, struct err *e)
{
    (void)e;
    struct listing *l = ctx;
    if ((l->kind && strcmp(f->kind, l->kind) != 0) ||
        (l->reference && strcasecmp(f->reference, l->reference) != 0))
        return ST_OK;
    l->counts[f->state]++;
    if (l->rows)
        json_array_append_new(
            l->rows, json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", (json_int_t)f->id,
                               "reference", f->reference, "kind", f->kind, "provider", f->provider,
                               "reason", f->reason, "link_status", f->link_status, "raised_on",
                               f->raised_on, "due_on", f->due_on, "state", states[f->state]));
    else if (l->print && l->limit-- > 0)
        printf("%6lld  %s  %-16s %-12s due %s  %s\n", (long long)f->id, f->reference, f->kind,
               states[f->state], f->due_on, f->reason);
    return ST_OK;
}

static int state_number(const char *name)
{
    for (int i = 0; name && states[i]; i++)
        if (strcmp(states[i], name) == 0)
            return i;
    return -1;
}

static enum status list(struct cli *c, struct store *s, struct err *e)
{
    struct listing l = {.rows = cli_json(c) ? json_array() : NULL,
                        .kind = cli_text(c, "kind", NULL),
                        .reference = cli_text(c, "reference", NULL),
                        .print = !cli_quiet(c),
                        .limit = (int)cli_int(c, "limit", 20)};
    enum status status = store_flags_each(s, state_number(cli_text(c, "state", NULL)), note, &l, e);
    if (status == ST_OK && l.rows) {
        status = json_write_file("-", l.rows, e);
    } else if (status == ST_OK) {
        for (int i = 0; states[i]; i++)
            printf("%s%llu %s", i ? ", " : "", (unsigned long long)l.counts[i], states[i]);
        putchar('\n');
    }
    json_decref(l.rows);
    return status;
}

static enum status move(const struct cli *c, struct store *s, const char *option,
                        enum flag_state to, struct err *e)
{
    int64_t id = cli_int(c, option, 0);
    TRY(store_flag_move(s, id, to, NULL, cli_text(c, "note", ""), e));
    if (cli_json(c)) {
        json_t *doc = json_pack("{s:I, s:s}", "id", (json_int_t)id, "state", states[to]);
        enum status status = json_write_file("-", doc, e);
        json_decref(doc);
        return status;
    }
    if (!cli_quiet(c))
        printf("flag %lld is %s\n", (long long)id, states[to]);
    return ST_OK;
}

static enum status run(struct cli *c, struct err *e)
{
    static const char *const moves[] = {"acknowledge", "act", "close"};
    static const enum flag_state to[] = {FLAG_ACKNOWLEDGED, FLAG_ACTED, FLAG_CLOSED};
    struct store *s;
    int asked = -1;
    for (int i = 0; i < 3; i++)
        if (cli_has(c, moves[i])) {
            if (asked >= 0)
                return err_set(e, ST_USAGE, "--%s and --%s: one step at a time", moves[asked],
                               moves[i]);
            asked = i;
        }
    TRY(register_open(c, asked < 0 ? STORE_SHARED : STORE_JOB, KEYS_CLASSIFY, "flags", &s, e));
    enum status status = asked < 0 ? list(c, s, e) : move(c, s, moves[asked], to[asked], e);
    store_close(s);
    return status;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"state", OPT_TEXT, "RAISED|NOTIFIED|ACKNOWLEDGED|ACTED|CLOSED", "only flags in this state",
     false, 0},
    {"kind", OPT_TEXT, "CODE", "only flags of this trigger", false, 0},
    {"reference", OPT_TEXT, "CODE", "only flags with this reference: what a notice quotes", false,
     0},
    {"limit", OPT_INT, "N", "print at most N flags (20)", false, 0},
    {"acknowledge", OPT_INT, "ID", "the provider has seen it", false, 0},
    {"act", OPT_INT, "ID", "something was done; say what in --note", false, 0},
    {"close", OPT_INT, "ID", "nothing more is to be done", false, 0},
    {"note", OPT_TEXT, "TEXT", "what was done or why it is closed; kept sealed", false, 0},
    {0},
};

const struct command cmd_flags = {
    .path = "flags",
    .summary = "Repeat-referral flags: trigger, reason, state and clock; move one on",
    .opts = opts,
    .details =
        "Flags are raised by `throughline run`. The reason is for the duty officer; a provider is\n"
        "told only that there may be a repeat referral, with the reference (DIR/outbox). A line\n"
        "begins with the flag's ID and its reference; several flags may have one reference.",
    .example =
        "throughline simulate --people 200 --seed 1 --out made --quiet\n"
        "throughline init register --quiet\n"
        "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"
        "throughline run --store register --quiet\n"
        "throughline flags --store register --kind NRM_REPEAT\n"
        "throughline flags --store register --acknowledge 1 --note \"read, the caseworker knows\"",
    .run = run,
};
