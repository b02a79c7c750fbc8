#include "app/study_synthesise.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"

static const struct opt opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "columns, hierarchies, derived columns", .required = true},
    {"method", OPT_TEXT, "dp|k-anonymous", "differential privacy (dp, the default), or the weaker"},
    {"epsilon", OPT_REAL, "E", "privacy budget of dp: 4 or less for a yearly file"},
    {"out", OPT_FILE, "FILE.csv", "the made records", .required = true},
    {"k", OPT_INT, "N",
     "no combination of up to 4 columns fewer than N times in FILE.csv (10); 0: as it comes"},
    {"budget-ledger", OPT_FILE, "FILE", "adds up what is spent; refuses what would pass a limit"},
    {"population", OPT_TEXT, "TEXT", "whose data: the same words for the same people every time"},
    {"year-limit", OPT_REAL, "E", "of a new ledger: epsilon that may be spent in a year (4)"},
    {"total-limit", OPT_REAL, "E", "of a new ledger: epsilon that may ever be spent"},
    {"seed", OPT_TEXT, "TEXT", "the same file again, for tests; never for publication"},
    {0},
};

static enum status check_options(const struct cli *c, bool dp, struct err *e)
{
    static const char *const of_ledger[] = {"population", "year-limit", "total-limit"};
    if (dp != cli_has(c, "epsilon"))
        return err_set(e, ST_USAGE,
                       dp ? "--epsilon is needed" : "--epsilon has no meaning with k-anonymous");
    for (size_t i = 0; i < sizeof of_ledger / sizeof *of_ledger; i++)
        if (cli_has(c, of_ledger[i]) && !cli_has(c, "budget-ledger"))
            return err_set(e, ST_USAGE, "--%s goes with --budget-ledger", of_ledger[i]);
    if (!(cli_real(c, "year-limit", 1) > 0) || !(cli_real(c, "total-limit", 1) > 0))
        return err_set(e, ST_USAGE, "a limit must be above 0");
    return ST_OK;
}

static void print_error(const json_t *doc, const char *words, const char *key)
{
    const json_t *error = json_object_get(doc, key);
    if (json_is_real(error))
        printf("%s %.1f %%", words, 100 * json_real_value(error));
    else
        printf("%s none there", words);
}

static void print_summary(const json_t *doc)
{
    const json_t *budget = json_object_get(doc, "budget"), *column;
    const json_t *spent = json_object_get(budget, "cumulative");
    size_t i;
    printf("%lld made records; mean relative error of counts from 100:",
           (long long)json_integer_value(json_object_get(doc, "rows")));
    print_error(doc, " one-way", "one_way_relative_error");
    print_error(doc, ", two-way", "two_way_relative_error");
    printf("\n");
    json_array_foreach(json_object_get(budget, "columns_whose_code_list_is_not_protected"), i,
                       column)
        printf("which codes column %s has comes from the data and is not protected: give it a "
               "hierarchy\n",
               json_string_value(column));
    if (json_is_object(spent))
        printf("spent on this population: epsilon %.3g of %g this year, %.3g of %g in total\n",
               json_real_value(json_object_get(spent, "epsilon_this_year")),
               json_real_value(json_object_get(spent, "year_limit")),
               json_real_value(json_object_get(spent, "epsilon_in_total")),
               json_real_value(json_object_get(spent, "total_limit")));
}

static enum status run(struct cli *c, struct err *e)
{
    bool dp = strcmp(cli_text(c, "method", "dp"), "dp") == 0;
    char now[CLOCK_TEXT_BYTES];
    TRY(check_options(c, dp, e));
    clock_utc(now);
    struct study_synthesise job = {
        .method = dp ? SYNTHESISE_DP : SYNTHESISE_K_ANONYMOUS,
        .micro = cli_arg(c, 0),
        .spec = cli_text(c, "spec", NULL),
        .epsilon = cli_real(c, "epsilon", 0),
        .out = cli_text(c, "out", NULL),
        .k = cli_int(c, "k", 10),
        .ledger = cli_text(c, "budget-ledger", NULL),
        .population = cli_text(c, "population", NULL),
        .at = now,
        .limits = {cli_real(c, "year-limit", 0), cli_real(c, "total-limit", 0)},
        .seed = cli_text(c, "seed", NULL),
    };
    json_t *doc;
    enum status s = study_synthesise_run(&job, &doc, e);
    if (s == ST_OK && cli_json(c))
        s = json_write_file("-", doc, e);
    else if (s == ST_OK && !cli_quiet(c))
        print_summary(doc);
    json_decref(doc);
    return s;
}

const struct command cmd_study_synthesise = {
    .path = "study synthesise",
    .summary = "Made records for publication, under differential privacy or k-anonymous",
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
        "protected. Two methods:\n"
        "  dp           differential privacy with budget --epsilon; then records with a "
        "combination\n"
        "               of up to 4 columns that is in the made file fewer than k times are given\n"
        "               other codes. FILE.csv.budget.json states the budget and goes with the "
        "file.\n"
        "               Budgets of several files about the same people add up: name the people\n"
        "               with --population, and --budget-ledger refuses what passes a limit.\n"
        "  k-anonymous  NOT differentially private, and weaker: every combination of up to 4 "
        "columns\n"
        "               that a record shows has a true count of k or more; the rest is left "
        "empty.\n"
        "FILE.csv.about.html tells readers what the file is and is not for. FILE.csv.quality.html "
        "and\n"
        ".json compare with the true records and must not be published. See\n"
        "docs/user/study-synthesise.md.",
    .example = "throughline study synthesise protect/people.csv --spec protect/synthetic.json "
               "--epsilon 4 --seed example --out made.csv",
    .run = run,
};
