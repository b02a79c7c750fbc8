/* release publish, release correct: a draft becomes official, under somebody's name. */
#include "app/release_policy.h"
#include "app/release_publish.h"
#include "cli/register.h"
#include "cli/release_words.h"

enum { REASON_MOST = 300 };

/* The role comes from the register, never from the command line. */
static enum status open_as(const struct cli *c, struct arena *memory, struct store **out,
                           struct err *e)
{
    const char *by = cli_text(c, "by", NULL), *role = "";
    TRY(register_open(c, STORE_SHARED, 0, "publication", out, e));
    enum status s = release_publisher(*out, by, memory, &role, e);
    store_close(*out);
    *out = NULL;
    TRY(s);
    struct store_options o = {.dir = cli_text(c, "store", NULL),
                              .mode = STORE_JOB,
                              .keys = KEYS_STATISTICS,
                              .key_file = cli_text(c, "key-file", NULL),
                              .actor = {by, role, register_typed("publication"), ""}};
    return store_open(&o, out, e);
}

static enum status say(const struct cli *c, const struct release_publish_job *job, struct err *e)
{
    if (cli_json(c)) {
        json_t *audit;
        TRY(json_read_str(str_of(job->audit), "the audit", &audit, e));
        json_t *doc = json_pack("{s:I,s:b,s:o}", "number", (json_int_t)job->number, "already",
                                job->already, "audit", audit);
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    if (cli_quiet(c))
        return ST_OK;
    if (job->already)
        printf("This was published before, as release %lld. Nothing has changed.\n",
               (long long)job->number);
    else
        printf("Release %lld is published. All tables of all releases, attacked together, leave no "
               "protected\ncount or change a range narrower than %d.\n",
               (long long)job->number, RELEASE_WIDTH);
    return ST_OK;
}

static enum status publish(struct cli *c, int64_t corrects, const char *reason, struct err *e)
{
    struct release_publish_job job = {.dir = cli_text(c, "from", NULL),
                                      .corrects = corrects,
                                      .reason = reason,
                                      .progress = cli_progress(c)};
    enum status s = open_as(c, &job.memory, &job.store, e);
    if (s == ST_OK) {
        s = release_publish(&job, e);
        store_close(job.store);
    }
    if (s == ST_OK)
        s = say(c, &job, e);
    arena_free(&job.memory);
    return s;
}

static enum status run_publish(struct cli *c, struct err *e)
{
    return publish(c, 0, NULL, e);
}

static const struct opt publish_opts[] = {
    REGISTER_OPTS,
    {"from", OPT_FILE, "DIR", "the draft: what report or request wrote", true, 0},
    {"by", OPT_TEXT, "NAME", "who publishes: an administrator or analyst of the register", true, 0},
    {0},
};

const struct command cmd_release_publish = {
    .path = "release publish",
    .summary = "Make a draft a release: audited with all releases before it, numbered, kept",
    .opts = publish_opts,
    .details =
        "The directory must be byte for byte what was written. Every table of every release in\n"
        "the ledger is attacked together with it; when a protected count, or a change between\n"
        "releases, can be worked out to within less than 4, nothing is published and the exit "
        "code\n"
        "is 1. Publishing the same directory again changes nothing. See docs/user/release.md.",
    .example =
        EXAMPLE_DRAFT "throughline release publish --store register --from report --by admin\n"
                      "throughline release list --store register",
    .run = run_publish,
};

static enum status check_reason(const char *reason, struct err *e)
{
    struct str r = str_of(reason);
    bool plain = r.n > 0 && r.n <= REASON_MOST && str_is_utf8(r) && str_trim(r).n == r.n;
    for (size_t i = 0; i < r.n; i++)
        plain &= (unsigned char)r.p[i] >= ' ' && r.p[i] != 127;
    return plain ? ST_OK
                 : err_set(e, ST_USAGE, "--reason must be one line of 1 to %d bytes", REASON_MOST);
}

static enum status run_correct(struct cli *c, struct err *e)
{
    const char *reason = cli_text(c, "reason", NULL);
    int64_t number = cli_int(c, "release", 0);
    TRY(check_reason(reason, e));
    if (number < 1)
        return err_set(e, ST_USAGE, "--release is the number of a release, from 1");
    return publish(c, number, reason, e);
}

static const struct opt correct_opts[] = {
    REGISTER_OPTS,
    {"release", OPT_INT, "N", "the release that was wrong", true, 0},
    {"from", OPT_FILE, "DIR", "the draft that takes its place", true, 0},
    {"reason", OPT_TEXT, "TEXT", "what was wrong: printed in every later report", true, 0},
    {"by", OPT_TEXT, "NAME", "who publishes: an administrator or analyst of the register", true, 0},
    {0},
};

const struct command cmd_release_correct = {
    .path = "release correct",
    .summary = "Publish a draft as the correction of a release, with the reason",
    .opts = correct_opts,
    .details = "As release publish. The release that was wrong stays in the ledger and in the "
               "audit: readers have it.\n"
               "The correction is announced in every report that is written after it.",
    .example = EXAMPLE_DRAFT
    "throughline release publish --store register --from report --by admin --quiet\n"
    "throughline report --store register --made --out corrected --quiet\n"
    "throughline release correct --store register --release 1 --from corrected --by admin \\\n"
    "  --reason \"The first edition did not say that the data are made.\"",
    .run = run_correct,
};

/* ---- the revision policy ---- */

static json_t *policy_json(const struct release_policy *p)
{
    json_t *words = json_array(), *changes = json_array();
    const char *heading, *text;
    for (size_t at = 0; release_policy_words(p, &at, &heading, &text);)
        json_array_append_new(words, json_pack("{s:s,s:s}", "heading", heading, "text", text));
    for (size_t i = 0; i < p->changes; i++)
        json_array_append_new(changes, json_pack("{s:s,s:s,s:s,s:s}", "policy", p->change[i].policy,
                                                 "since", p->change[i].since, "by", p->change[i].by,
                                                 "reason", p->change[i].reason));
    return json_pack("{s:s,s:o,s:o}", "policy", p->id, "words", words, "changes", changes);
}

static enum status show_policy(const struct cli *c, struct store *s, struct arena *memory,
                               struct err *e)
{
    struct release_policy p;
    const char *heading, *text;
    TRY(release_policy_read(s, memory, &p, e));
    if (cli_json(c)) {
        json_t *doc = policy_json(&p);
        enum status st = json_write_file("-", doc, e);
        json_decref(doc);
        return st;
    }
    if (cli_quiet(c))
        return ST_OK;
    printf("Revision policy of this register: %s\n", p.id);
    for (size_t at = 0; release_policy_words(&p, &at, &heading, &text);)
        printf("\n%s: %s\n", heading, text);
    for (size_t i = 0; i < p.changes; i++)
        printf("\nSince %s: %s, by %s%s%s\n", p.change[i].since, p.change[i].policy, p.change[i].by,
               p.change[i].reason[0] ? ": " : "", p.change[i].reason);
    return ST_OK;
}

static enum status run_policy(struct cli *c, struct err *e)
{
    const char *set = cli_text(c, "set", NULL), *reason = cli_text(c, "reason", "");
    struct arena memory = ARENA_EMPTY;
    struct store *s = NULL;
    if (reason[0])
        TRY(check_reason(reason, e));
    if (set && !cli_has(c, "by"))
        return err_set(e, ST_USAGE, "--set needs --by: who changes the policy");
    if (!set && (reason[0] || cli_has(c, "by")))
        return err_set(e, ST_USAGE, "--by and --reason go with --set");
    enum status st =
        set ? open_as(c, &memory, &s, e) : register_open(c, STORE_SHARED, 0, "releases", &s, e);
    if (st == ST_OK && set)
        st = release_policy_set(s, set, cli_text(c, "by", NULL), reason, e);
    if (st == ST_OK)
        st = show_policy(c, s, &memory, e);
    if (s)
        store_close(s);
    arena_free(&memory);
    return st;
}

static const struct opt policy_opts[] = {
    REGISTER_OPTS,
    {"set", OPT_TEXT, "POLICY", "yearly or every-release", false, 0},
    {"by", OPT_TEXT, "NAME", "who changes it: an administrator or analyst", false, 0},
    {"reason", OPT_TEXT, "TEXT", "why: printed in every later report", false, 0},
    {0},
};

const struct command cmd_release_policy = {
    .path = "release policy",
    .summary = "When published counts of years that are over may be revised; choose it",
    .opts = policy_opts,
    .details =
        "A release that revises such counts when the policy does not foresee it is refused by\n"
        "release publish; release correct publishes it with a reason. Without --set: what the\n"
        "policy is, in the words that a report prints. A policy under which something was\n"
        "published needs a --reason to be changed.",
    .example = EXAMPLE_DRAFT
    "throughline release policy --store register\n"
    "throughline release policy --set every-release --by admin --store register --quiet",
    .run = run_policy,
};
