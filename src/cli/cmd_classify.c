#include "cli/find_command.h"
#include "cli/print_findings.h"

#include <stdlib.h>

/* One definition of the set, by id; `all` keeps the set. */
static enum status check_choice(struct cli *c, struct err *e)
{
    const char *id = cli_text(c, "definition", "all");
    if (strcmp(id, "all") == 0 || cli_has(c, "definitions") ||
        definition_find(definitions_builtin(), id))
        return ST_OK;
    err_set(e, ST_USAGE, "there is no definition \"%.40s\"", id);
    struct buf b = BUF_EMPTY;
    for (size_t k = 0; k < definitions_builtin()->count; k++)
        buf_addf(&b, "%s, ", definitions_builtin()->definitions[k].id);
    err_hint(e, "It may be: %sall.", b.p);
    buf_free(&b);
    return ST_USAGE;
}

static enum status print(struct cli *c, struct findings_job *job, struct err *e)
{
    const char *id = cli_text(c, "definition", "all");
    struct definition_set one = *job->set;
    struct findings_job shown = *job;
    if (strcmp(id, "all") != 0) {
        const struct definition *d = definition_find(job->set, id);
        if (!d)
            return err_set(e, ST_USAGE, "the file of definitions has no \"%.40s\"", id);
        size_t k = (size_t)(d - job->set->definitions);
        memcpy(shown.totals.verdicts[0], job->totals.verdicts[k], sizeof shown.totals.verdicts[0]);
        one.definitions = (struct definition *)(uintptr_t)d;
        one.count = 1;
        shown.set = &one;
    }
    if (!cli_json(c)) {
        print_findings(&shown);
        return ST_OK;
    }
    json_t *doc = findings_json(&shown);
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

static enum status run(struct cli *c, struct err *e)
{
    struct store *store;
    struct findings_job job = {0};
    TRY(check_choice(c, e));
    TRY(register_open(c, STORE_JOB, KEYS_CLASSIFY, "classification", &store, e));
    enum status s = find_command(c, store, false, false, &job, e);
    store_close(store);
    if (s == ST_OK)
        s = print(c, &job, e);
    find_command_free(&job);
    return s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"definition", OPT_TEXT, "ID", "show one definition; all of them by default", false, 0},
    FIND_OPTIONS,
    {0},
};

const struct command cmd_classify = {
    .path = "classify",
    .summary = "Decide for every person, under every definition, strict and lenient",
    .opts = opts,
    .details =
        "Answers are kept in the register with the definition's version. Needs no identity key.",
    .example = "throughline init register --quiet\n"
               "throughline classify --store register --definition IOM2010",
    .run = run,
};
