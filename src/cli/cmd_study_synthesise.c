#include "app/study_synthesise.h"
#include "base/json.h"
#include "cli/cli.h"

static const struct opt opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "columns, hierarchies, derived columns", .required = true},
    {"epsilon", OPT_REAL, "E", "privacy budget: 4 or less for a yearly file", .required = true},
    {"out", OPT_FILE, "FILE.csv", "the made records", .required = true},
    {"k", OPT_INT, "N",
     "no combination of up to 4 columns fewer than N times in FILE.csv (10); 0: as it comes"},
    {"seed", OPT_TEXT, "TEXT", "the same file again, for tests; never for publication"},
    {0},
};

static enum status run(struct cli *c, struct err *e)
{
    struct study_synthesise job = {
        .micro = cli_arg(c, 0),
        .spec = cli_text(c, "spec", NULL),
        .epsilon = cli_real(c, "epsilon", 0),
        .out = cli_text(c, "out", NULL),
        .k = cli_int(c, "k", 10),
        .seed = cli_text(c, "seed", NULL),
    };
    json_t *doc;
    enum status s = study_synthesise_run(&job, &doc, e);
    if (s == ST_OK && cli_json(c))
        s = json_write_file("-", doc, e);
    else if (s == ST_OK && !cli_quiet(c))
        printf(
            "%lld made records; mean relative error of counts from 100: one-way %.1f %%, two-way "
            "%.1f %%\n",
            (long long)json_integer_value(json_object_get(doc, "rows")),
            100 * json_real_value(json_object_get(doc, "one_way_relative_error")),
            100 * json_real_value(json_object_get(doc, "two_way_relative_error")));
    json_decref(doc);
    return s;
}

const struct command cmd_study_synthesise = {
    .path = "study synthesise",
    .summary = "Made records under differential privacy, for publication once a year",
    .arguments = "MICRO.csv",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details =
        "SPEC.json: {\"columns\": [...], \"hierarchies\": {column: file}, \"derived\": "
        "{\"region\":\n"
        "{\"from\": \"force\", \"level\": 2}}}. A column's codes are the leaves of its hierarchy; "
        "give\n"
        "every column one, as the codes of a flat column are taken from the data and are not\n"
        "protected. Records with a combination of up to 4 columns that is in the made file fewer\n"
        "than k times are given other codes. FILE.csv.budget.json states the budget and goes with "
        "the file;\n"
        "FILE.csv.quality.json compares with the true records and must not be published. Budgets "
        "of\n"
        "several files about the same people add up.",
    .example = "throughline study synthesise protect/people.csv --spec protect/synthetic.json "
               "--epsilon 4 --seed example --out made.csv",
    .run = run,
};
