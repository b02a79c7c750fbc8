#include "app/study_attack.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"

#include <stdlib.h>

static const struct opt opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "tables, hierarchies and method, as for study protect",
     .required = true},
    {"out", OPT_FILE, "BOUNDS.csv", "the least and the most that each cell can be",
     .required = true},
    {"knows-rule", OPT_FLAG, NULL, "the reader knows that no hidden count is 0"},
    {"differences", OPT_FILE, "FILE.csv", "ranges of the changes between releases, in order"},
    {0},
};

static enum status run(struct cli *c, struct err *e)
{
    struct progress progress = cli_progress(c);
    int n = cli_args(c);
    const char **dirs = mem_array((size_t)n, sizeof *dirs);
    for (int k = 0; k < n; k++)
        dirs[k] = cli_arg(c, k);
    struct study_attack job = {
        .dir = dirs,
        .ndirs = n,
        .spec = cli_text(c, "spec", NULL),
        .out = cli_text(c, "out", NULL),
        .knows_rule = cli_has(c, "knows-rule"),
        .differences = cli_text(c, "differences", NULL),
        .progress = &progress,
    };
    json_t *doc;
    enum status s = study_attack_run(&job, &doc, e);
    free(dirs);
    if (s == ST_OK && cli_json(c))
        s = json_write_file("-", doc, e);
    else if (s == ST_OK && !cli_quiet(c))
        printf(
            "%lld hidden or rounded cells: %lld known exactly, %lld to within less than %lld%s\n",
            (long long)json_integer_value(json_object_get(doc, "cells")),
            (long long)json_integer_value(json_object_get(doc, "exact")),
            (long long)json_integer_value(json_object_get(doc, "narrow")),
            (long long)json_integer_value(json_object_get(doc, "width")),
            json_is_true(json_object_get(doc, "together"))
                ? ""
                : "; the releases are not of the same counts and were attacked one by one");
    json_decref(doc);
    return s;
}

const struct command cmd_study_attack = {
    .path = "study attack",
    .summary = "What a reader can work out from published tables: the range of every cell",
    .arguments = "DIR [DIR ...]",
    .min_args = 1,
    .max_args = -1,
    .opts = opts,
    .details =
        "Each DIR is a release: files <table>.csv with the codes and \"value\" (a number or [c]), "
        "as\n"
        "study protect writes them. All tables of all releases are attacked together by linear\n"
        "programs. BOUNDS.csv: release,table,cell,lo,hi,lo_int,hi_int; a cell is known exactly "
        "when\n"
        "lo_int = hi_int. A release's summary.json, where there is one, says how it was "
        "protected:\n"
        "method and base may differ between releases. Releases of data that were revised in "
        "between cannot be explained by "
        "one\n"
        "set of counts: they are attacked one by one, and --differences gives the ranges of what\n"
        "changed.",
    .example = "throughline study attack protect/published --spec protect/spec_suppress.json "
               "--knows-rule --out bounds.csv",
    .run = run,
};
