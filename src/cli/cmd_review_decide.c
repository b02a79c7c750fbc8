/* Deciding and taking back: the answer is written under the reviewer's name, and the lines follow.
 */
#include "app/register_link.h"
#include "app/review.h"
#include "cli/job.h"
#include "cli/register.h"

enum { NAME_MOST = 60, WAIT_MS = 10000 };

static enum status check_name(const char *by, struct err *e)
{
    struct str s = str_of(by);
    bool plain = s.n > 0 && s.n <= NAME_MOST && str_is_utf8(s) && str_trim(s).n == s.n;
    for (size_t i = 0; i < s.n; i++)
        plain &= (unsigned char)s.p[i] >= ' ' && s.p[i] != 127;
    if (!plain)
        return err_set(e, ST_USAGE, "--by must be a name of 1 to %d bytes", NAME_MOST);
    if (str_eq_nocase_ascii(s, str_of("system")))
        return err_set(e, ST_USAGE, "--by must be a person; \"system\" is the machine");
    return ST_OK;
}

/* The actor is the reviewer; the log's purpose says who typed it. */
static enum status open_as(const struct cli *c, const char *by, struct store **out, struct err *e)
{
    TRY(check_name(by, e));
    struct store_options o = {.dir = cli_text(c, "store", NULL),
                              .mode = STORE_JOB,
                              .keys = KEYS_LINKAGE | KEY_S4,
                              .key_file = cli_text(c, "key-file", NULL),
                              .actor = {by, REVIEW_ROLE, register_typed("review"), ""},
                              .wait_ms = WAIT_MS};
    TRY(store_open(&o, out, e));
    enum status s = review_check_reviewer(*out, by, e);
    if (s != ST_OK)
        store_close(*out);
    return s;
}

static enum status number(const struct cli *c, int i, int64_t *out, struct err *e)
{
    if (str_to_int64(str_of(cli_arg(c, i)), out) && *out > 0)
        return ST_OK;
    return err_set(e, ST_USAGE, "records are numbers, as review list shows them");
}

/* What a decision could not link by itself. */
static enum status link_rest(struct cli *c, struct store *s, struct review_linked *l, struct err *e)
{
    struct register_link_job job = {.store = s, .progress = cli_progress(c)};
    if (!l->left)
        return ST_OK;
    TRY(thread_count(c, &job.threads, e));
    enum status st = register_link(&job, e);
    l->moved += job.moved;
    return st == ST_OK ? ST_OK : err_context(e, "the answer is kept, but linking with it failed");
}

static enum status say(const struct cli *c, const char *outcome, bool conflict, uint64_t moved,
                       struct err *e)
{
    if (cli_json(c)) {
        json_t *doc = json_pack("{s:s,s:b,s:I}", "outcome", outcome, "conflict", conflict,
                                "records_moved", (json_int_t)moved);
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    if (!cli_quiet(c))
        printf("%s%s; %llu records moved to another line\n", outcome,
               conflict ? " (the reviewers disagree: it stays in the queue)" : "",
               (unsigned long long)moved);
    return ST_OK;
}

/* ---- decide ---- */

static const char *upper(const char *word, const char *const from[3], const char *const to[3])
{
    for (int i = 0; i < 3; i++)
        if (strcmp(word, from[i]) == 0)
            return to[i];
    BUG("an answer that the options do not allow");
}

static enum status decide_incident(struct cli *c, struct err *e)
{
    static const char *const from[] = {"same", "new", "unclear"}, *const to[] = {"SAME", "NEW",
                                                                                 "UNCLEAR"};
    struct store *s;
    int64_t record;
    const char *answer = upper(cli_text(c, "incident", NULL), from, to);
    if (cli_args(c) != 1 || cli_has(c, "answer") || cli_has(c, "second"))
        return err_set(e, ST_USAGE, "--incident is about one record, and stands alone");
    TRY(number(c, 0, &record, e));
    TRY(open_as(c, cli_text(c, "by", NULL), &s, e));
    enum status st = review_incident(s, record, answer, cli_text(c, "note", NULL), e);
    store_close(s);
    return st == ST_OK ? say(c, answer, false, 0, e) : st;
}

static enum status decide_pair(struct cli *c, struct err *e)
{
    static const char *const from[] = {"same", "different", "unsure"}, *const to[] = {"SAME",
                                                                                      "DIFFERENT",
                                                                                      "UNSURE"};
    struct review_decision d = {.reviewer = cli_text(c, "by", NULL),
                                .note = cli_text(c, "note", NULL),
                                .second = cli_has(c, "second")};
    if (!cli_has(c, "answer") || cli_args(c) != 2)
        return err_set(e, ST_USAGE, "give two records and --answer, or one record and --incident");
    d.answer = upper(cli_text(c, "answer", NULL), from, to);
    TRY(number(c, 0, &d.a, e));
    TRY(number(c, 1, &d.b, e));
    TRY(open_as(c, d.reviewer, &d.store, e));
    enum status st = review_decide(&d, e);
    if (st == ST_OK)
        st = link_rest(c, d.store, &d.linked, e);
    store_close(d.store);
    return st == ST_OK ? say(c, claim_status_name(d.outcome), d.conflict, d.linked.moved, e) : st;
}

static enum status run_decide(struct cli *c, struct err *e)
{
    const char *note = cli_text(c, "note", "");
    if (strlen(note) > 2000 || !str_is_utf8(str_of(note)))
        return err_set(e, ST_USAGE, "--note must be text of at most 2000 bytes");
    return cli_has(c, "incident") ? decide_incident(c, e) : decide_pair(c, e);
}

static const struct opt decide_opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"by", OPT_TEXT, "NAME", "who decides: a user of the register, a duty officer", true, 0},
    {"answer", OPT_TEXT, "same|different|unsure", "are the two records one person?", false, 0},
    {"second", OPT_FLAG, NULL, "as the second reviewer, who must be another person", false, 0},
    {"incident", OPT_TEXT, "same|new|unclear",
     "instead, of one record: does it tell of the same incident as before?", false, 0},
    {"note", OPT_TEXT, "TEXT", "why; kept sealed", false, 0},
    {0},
};

#define EXAMPLE_REGISTER                                                                           \
    "throughline simulate --people 200 --seed 1 --out made --quiet\n"                              \
    "throughline init register --quiet\n"                                                          \
    "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"               \
    "throughline link --store register --quiet\n"                                                  \
    "throughline user add ana --role duty_officer --store register\n"                              \
    "throughline user add ben --role duty_officer --store register\n"

const struct command cmd_review_decide = {
    .path = "review decide",
    .summary = "Decide whether two records are one person, or a referral tells of a new incident",
    .arguments = "A [B]",
    .min_args = 1,
    .max_args = 2,
    .opts = decide_opts,
    .details =
        "A decision binds every later linkage until it is undone; records are never merged.\n"
        "When two reviewers disagree the pair stays in the queue. Run `throughline run` after\n"
        "a sitting: it classifies and flags the lines that changed.",
    .example = EXAMPLE_REGISTER
    "throughline review decide 1 2 --answer different --by ana --store register\n"
    "throughline review decide 1 2 --answer different --by ben --second --store register\n"
    "throughline review decide 2 --incident new --by ana --store register",
    .run = run_decide,
};

/* ---- undo ---- */

static enum status run_undo(struct cli *c, struct err *e)
{
    struct store *s;
    struct review_linked linked = {0};
    int64_t a, b = 0;
    bool pair = cli_args(c) == 2;
    TRY(number(c, 0, &a, e));
    if (pair)
        TRY(number(c, 1, &b, e));
    TRY(open_as(c, cli_text(c, "by", NULL), &s, e));
    enum status st = pair ? review_undo(s, a, b, &linked, e) : review_incident_undo(s, a, e);
    if (st == ST_OK)
        st = link_rest(c, s, &linked, e);
    store_close(s);
    return st == ST_OK ? say(c, "undone", false, linked.moved, e) : st;
}

static const struct opt undo_opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"by", OPT_TEXT, "NAME", "who takes it back", true, 0},
    {0},
};

const struct command cmd_review_undo = {
    .path = "review undo",
    .summary = "Take the latest answer on a pair, or on a record's incident, back",
    .arguments = "A [B]",
    .min_args = 1,
    .max_args = 2,
    .opts = undo_opts,
    .details = "What stood before stands again; the answer stays in the history.",
    .example = EXAMPLE_REGISTER
    "throughline review decide 1 2 --answer different --by ana --store register\n"
    "throughline review undo 1 2 --by ana --store register",
    .run = run_undo,
};
