/* Looking: the queue, one pair, and what the decisions measure. Deciding is cmd_review_decide.c. */
#include "app/review.h"
#include "cli/job.h"
#include "cli/register.h"

#include <math.h>

#define EXAMPLE_REGISTER                                                                           \
    "throughline simulate --people 200 --seed 1 --out made --quiet\n"                              \
    "throughline init register --quiet\n"                                                          \
    "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"               \
    "throughline link --store register --quiet\n"

/* ---- list ---- */

static const char *why_open(const struct review_item *it)
{
    return it->hidden                           ? "parted by one person, and a flag went with it"
           : it->conflict                       ? "reviewers disagree"
           : it->unsure                         ? "a reviewer was unsure"
           : it->claim.status == CLAIM_PROPOSED ? "proposed"
           : strcmp(it->claim.basis, "NRM_REF") ? "joined, but weakly"
                                                : "joined by a reference that little supports";
}

static json_t *item_json(const struct review_item *it, bool score)
{
    json_t *o = json_pack("{s:I,s:I,s:I,s:I,s:s,s:s,s:b,s:b,s:b,s:b}", "a", (json_int_t)it->claim.a,
                          "b", (json_int_t)it->claim.b, "line_a", (json_int_t)it->line_a, "line_b",
                          (json_int_t)it->line_b, "status", claim_status_name(it->claim.status),
                          "why", why_open(it), "changes_repeat", it->changes_repeat, "flagged",
                          it->flagged, "conflict", it->conflict, "unsure", it->unsure);
    if (score) {
        json_object_set_new(o, "value", json_number(it->value));
        json_object_set_new(o, "weight", json_number(it->claim.weight));
        json_object_set_new(o, "probability", json_number(it->claim.probability));
        json_object_set_new(o, "basis", json_string(it->claim.basis));
    }
    return o;
}

static void print_zone(const char *name, const char *wrong, const struct review_zone *z)
{
    printf("  %-9s %12.0f pairs", name, z->pairs);
    if (isnan(z->wrong))
        puts("");
    else
        printf(", expected %s: %.1f (%.3g%%)\n", wrong, z->wrong,
               z->pairs > 0.0 ? 100.0 * z->wrong / z->pairs : 0.0);
}

static void print_queue(const struct review_queue *q, size_t shown, bool score)
{
    for (size_t i = 0; i < shown; i++) {
        const struct review_item *it = &q->item[i];
        printf("%6lld %6lld  %s%s%s", (long long)it->claim.a, (long long)it->claim.b, why_open(it),
               it->changes_repeat ? "; decides a repeat" : "", it->flagged ? "; flagged" : "");
        if (score)
            printf("  %.1f bits, probability %.3f", it->claim.weight, it->claim.probability);
        putchar('\n');
    }
    printf("%zu pairs to look at%s\n", q->items,
           shown < q->items ? ", the most valuable first" : "");
    print_zone("joined", "wrong", &q->zones.link);
    print_zone("review", "to be one person", &q->zones.review);
    print_zone("apart", "missed", &q->zones.non_link);
    printf("  joined by a reference: %llu; decided by people: %llu same, %llu different\n",
           (unsigned long long)q->zones.by_reference, (unsigned long long)q->zones.decided_same,
           (unsigned long long)q->zones.decided_different);
}

static enum status read_queue(struct cli *c, struct review_queue *q, struct err *e)
{
    struct store *s;
    TRY(register_open(c, STORE_SHARED, 0, "review", &s, e));
    enum status st = review_queue_read(s, q, e);
    store_close(s);
    return st;
}

static enum status run_list(struct cli *c, struct err *e)
{
    struct review_queue q = {0};
    int64_t limit = cli_int(c, "limit", 20);
    if (limit < 0)
        return err_set(e, ST_USAGE, "--limit must be 0 or more");
    enum status st = read_queue(c, &q, e);
    size_t shown = q.items < (size_t)limit ? q.items : (size_t)limit;
    if (st == ST_OK && cli_json(c)) {
        json_t *doc = review_figures_json(&q), *all = json_array();
        for (size_t i = 0; i < shown; i++)
            json_array_append_new(all, item_json(&q.item[i], cli_has(c, "score")));
        json_object_set_new(doc, "open", json_integer((json_int_t)q.items));
        json_object_set_new(doc, "queue", all);
        st = json_write_file("-", doc, e);
        json_decref(doc);
    } else if (st == ST_OK) {
        print_queue(&q, shown, cli_has(c, "score"));
    }
    review_queue_free(&q);
    return st;
}

static const struct opt list_opts[] = {
    REGISTER_OPTS,
    {"limit", OPT_INT, "N", "pairs at most (20)", false, 0},
    {"score", OPT_FLAG, NULL, "show weights and probabilities too", false, 0},
    {0},
};

const struct command cmd_review_list = {
    .path = "review list",
    .summary = "Possible matches that a person should look at, the most valuable first",
    .opts = list_opts,
    .details =
        "Pairs are in order of what a decision is worth: the machine's doubt, times how much\n"
        "depends on it. Then three zones (joined, review, apart) with the error that the\n"
        "machine expects in each. Scores are left out, so that the first look is blind.",
    .example = EXAMPLE_REGISTER "throughline review list --store register",
    .run = run_list,
};

/* ---- figures ---- */

static void print_share(const char *name, double v, struct interval ci)
{
    if (isnan(v))
        printf("%s: not measured yet\n", name);
    else
        printf("%s: %.3f (95%%: %.3f to %.3f)\n", name, v, ci.lo, ci.hi);
}

static enum status run_figures(struct cli *c, struct err *e)
{
    struct review_queue q = {0};
    enum status st = read_queue(c, &q, e);
    if (st == ST_OK && cli_json(c)) {
        json_t *doc = review_figures_json(&q);
        st = json_write_file("-", doc, e);
        json_decref(doc);
    } else if (st == ST_OK) {
        puts("bits            pairs  decided  same  measured (95%)          expected");
        for (int k = 0; k < REVIEW_BANDS; k++) {
            const struct review_band *b = &q.figures.band[k];
            printf("%-13s %7llu %8llu %5llu", b->name, (unsigned long long)b->pairs,
                   (unsigned long long)b->decided, (unsigned long long)b->same);
            if (b->decided)
                printf("  %.3f (%.3f to %.3f)", (double)b->same / (double)b->decided,
                       b->measured.lo, b->measured.hi);
            else
                printf("  %-22s", "-");
            if (isnan(b->expected))
                puts("  -");
            else
                printf("  %.3f\n", b->expected);
        }
        print_share("precision of the links", q.figures.precision, q.figures.precision_interval);
        print_share("recall", q.figures.recall, q.figures.recall_interval);
    }
    review_queue_free(&q);
    return st;
}

static const struct opt figures_opts[] = {REGISTER_OPTS, {0}};

const struct command cmd_review_figures = {
    .path = "review figures",
    .summary = "How often links of each weight were right, by what people decided",
    .opts = figures_opts,
    .details =
        "Shares have Wilson's 95% interval. Precision weights the bands by their joined pairs;\n"
        "recall takes what was not looked at from the machine's own expectation.",
    .example = EXAMPLE_REGISTER "throughline review figures --store register",
    .run = run_figures,
};

/* ---- show ---- */

struct look {
    bool score, history, first, second;
};

static const char *shown(const char *value, bool reveal, enum review_likeness l)
{
    if (reveal)
        return value ? value : "-";
    return l == REVIEW_MISSING ? "" : "***";
}

static json_t *answer_json(const struct review_answer *a)
{
    return json_pack("{s:s,s:s,s:s,s:s}", "answer", a->answer, "by", a->actor, "at", a->at, "note",
                     a->note);
}

static json_t *pair_json(const struct review_pair *p, const struct look *l, bool reveal)
{
    json_t *doc = json_pack("{s:I,s:I,s:I,s:I}", "a", (json_int_t)p->a, "b", (json_int_t)p->b,
                            "line_a", (json_int_t)p->line_a, "line_b", (json_int_t)p->line_b);
    json_t *all = json_array(), *history = json_array();
    for (int k = 0; k < CELLS; k++) {
        json_t *one = json_pack("{s:s,s:s,s:s}", "comparison", p->comparison[k].column, "likeness",
                                review_likeness_name(p->comparison[k].likeness), "says",
                                p->comparison[k].words);
        if (reveal) {
            json_object_set_new(one, "a",
                                p->comparison[k].a ? json_string(p->comparison[k].a) : json_null());
            json_object_set_new(one, "b",
                                p->comparison[k].b ? json_string(p->comparison[k].b) : json_null());
        }
        json_array_append_new(all, one);
    }
    json_object_set_new(doc, "comparisons", all);
    if (l->score && p->known) {
        json_object_set_new(doc, "status", json_string(claim_status_name(p->claim.status)));
        json_object_set_new(doc, "weight", json_number(p->claim.weight));
        json_object_set_new(doc, "probability", json_number(p->claim.probability));
    }
    if (l->first && p->first.id)
        json_object_set_new(doc, "first", answer_json(&p->first));
    if (l->second && p->second.id)
        json_object_set_new(doc, "second", answer_json(&p->second));
    if (l->first && l->second)
        json_object_set_new(doc, "conflict", json_boolean(p->conflict));
    for (size_t i = 0; l->history && i < p->steps; i++)
        json_array_append_new(history, json_pack("{s:s,s:s,s:s,s:s}", "at", p->step[i].at, "by",
                                                 p->step[i].actor, "from",
                                                 claim_status_name(p->step[i].from), "to",
                                                 claim_status_name(p->step[i].to)));
    json_object_set_new(doc, "history", history);
    return doc;
}

static void print_answer(const char *which, const struct review_answer *a)
{
    if (a->id)
        printf("%s: %s, by %s, %s%s%s\n", which, a->answer, a->actor, a->at, *a->note ? ": " : "",
               a->note);
}

static void print_pair(const struct review_pair *p, const struct look *l, bool reveal)
{
    printf("record %lld (line %lld) and record %lld (line %lld)\n", (long long)p->a,
           (long long)p->line_a, (long long)p->b, (long long)p->line_b);
    for (int k = 0; k < CELLS; k++) {
        enum review_likeness like = p->comparison[k].likeness;
        printf("  %-22s %-8s %-30s %-24s %s\n", p->comparison[k].column, review_likeness_name(like),
               shown(p->comparison[k].a, reveal, like), shown(p->comparison[k].b, reveal, like),
               p->comparison[k].words);
    }
    if (l->score && p->known)
        printf("%s: %.1f bits, probability %.4f\n", claim_status_name(p->claim.status),
               p->claim.weight, p->claim.probability);
    else if (l->score)
        puts("the machine did not propose this pair");
    if (l->first)
        print_answer("first reviewer", &p->first);
    if (l->second)
        print_answer("second reviewer", &p->second);
    if (l->first && l->second && p->conflict)
        puts("the reviewers disagree");
    for (size_t i = 0; l->history && i < p->steps; i++)
        printf("  %s  %s: %s to %s\n", p->step[i].at, p->step[i].actor,
               claim_status_name(p->step[i].from), claim_status_name(p->step[i].to));
}

/* The first look is blind to the machine, the second reviewer's also to the first's answer. */
static struct look what_to_show(const struct cli *c, const struct review_pair *p)
{
    bool blind = cli_has(c, "second") ? !p->second.id : !p->first.id;
    return (struct look){.score = cli_has(c, "score") || !blind,
                         .history = !blind,
                         .first = !blind,
                         .second = !blind};
}

static enum status run_show(struct cli *c, struct err *e)
{
    struct store *s;
    struct review_pair p;
    struct arena memory = ARENA_EMPTY;
    int64_t a, b;
    bool reveal = cli_has(c, "reveal");
    const char *purpose = cli_text(c, "purpose", "");
    if (!str_to_int64(str_of(cli_arg(c, 0)), &a) || !str_to_int64(str_of(cli_arg(c, 1)), &b))
        return err_set(e, ST_USAGE, "records are numbers, as review list shows them");
    if (reveal && !str_trim(str_of(purpose)).n)
        return err_set(e, ST_USAGE, "--reveal needs --purpose TEXT: why the values must be seen");
    if (strlen(purpose) > 200 || !str_is_utf8(str_of(purpose)))
        return err_set(e, ST_USAGE, "--purpose must be text of at most 200 bytes");
    TRY(register_open(c, STORE_SHARED, KEYS_LINKAGE | KEY_S4, reveal ? purpose : "review", &s, e));
    enum status st = review_pair_read(s, a, b, reveal ? purpose : NULL, &memory, &p, e);
    store_close(s);
    if (st == ST_OK) {
        struct look l = what_to_show(c, &p);
        if (cli_json(c)) {
            json_t *doc = pair_json(&p, &l, reveal);
            st = json_write_file("-", doc, e);
            json_decref(doc);
        } else {
            print_pair(&p, &l, reveal);
        }
    }
    arena_free(&memory);
    return st;
}

static const struct opt show_opts[] = {
    REGISTER_OPTS,
    {"second", OPT_FLAG, NULL, "look as the second reviewer: the first answer stays hidden", false,
     0},
    {"score", OPT_FLAG, NULL, "show the machine's weight before there is a decision", false, 0},
    {"reveal", OPT_FLAG, NULL, "show the values; goes into the audit log", false, 0},
    {"purpose", OPT_TEXT, "TEXT", "why the values must be seen", false, 0},
    {0},
};

const struct command cmd_review_show = {
    .path = "review show",
    .summary = "Two records side by side: agrees, close, differs, missing",
    .arguments = "A B",
    .min_args = 2,
    .max_args = 2,
    .opts = show_opts,
    .details = "Until there is a decision the look is blind: no weight, no history. Values are\n"
               "masked but with --reveal --purpose TEXT.",
    .example = EXAMPLE_REGISTER "throughline review show 1 2 --store register",
    .run = run_show,
};
