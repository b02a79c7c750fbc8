#include "app/study_proportion.h"
#include "cli/study_print.h"

#include <math.h>
#include <stdlib.h>

static const struct opt opts[] = {
    {"x", OPT_INT, "X", "people (or events) counted", false, 0},
    {"n", OPT_INT, "N", "of how many", false, 0},
    {"unknown", OPT_INT, "U", "how many of the N have unknown follow-up", false, 0},
    {"level", OPT_REAL, "L", "confidence level, 0.95", false, 0},
    {"compare", OPT_INT, "X2 N2", "a second group to compare with", false, 2},
    {"sensitivity", OPT_REAL, "SE", "share of true repeats that the linkage finds", false, 0},
    {"specificity", OPT_REAL, "SP", "share of people without repeat that it leaves alone", false,
     0},
    {"conclude-below", OPT_REAL, "C", "when does \"the rate is below C\" stop holding", false, 0},
    {"conclude-above", OPT_REAL, "C", "when does \"the rate is above C\" stop holding", false, 0},
    {"assumed", OPT_TEXT, "Q,Q,...", "shares to assume among the unknown", false, 0},
    {"gamma", OPT_TEXT, "G,G,...", "odds shifts to assume among the unknown", false, 0},
    {"exposure", OPT_REAL, "E", "X events in this much exposure: a Poisson rate", false, 0},
    {"trend", OPT_FILE, "FILE.csv", "yearly counts: a trend with its dispersion", false, 0},
    {0},
};

static enum status run(struct cli *c, struct err *e)
{
    struct proportion_question q = {
        .has_x = cli_has(c, "x"),
        .has_n = cli_has(c, "n"),
        .x = (double)cli_int(c, "x", 0),
        .n = (double)cli_int(c, "n", 0),
        .has_unknown = cli_has(c, "unknown"),
        .unknown = (double)cli_int(c, "unknown", 0),
        .level = cli_real(c, "level", 0.95),
        .exposure = cli_real(c, "exposure", 0),
        .compare = cli_has(c, "compare"),
        .has_error = cli_has(c, "sensitivity") || cli_has(c, "specificity"),
        .sensitivity = cli_real(c, "sensitivity", 1),
        .specificity = cli_real(c, "specificity", 1),
        .conclude_below = cli_real(c, "conclude-below", NAN),
        .conclude_above = cli_real(c, "conclude-above", NAN),
        .trend_file = cli_text(c, "trend", NULL),
    };
    if (q.has_n && !q.has_x)
        return err_set(e, ST_USAGE, "--n needs --x");
    if (cli_has(c, "exposure") && !(q.exposure > 0))
        return err_set(e, ST_DATA, "the exposure must be above 0");
    if (q.compare) {
        int k = cli_count(c, "compare") - 2;
        q.x2 = strtod(cli_value(c, "compare", k), NULL);
        q.n2 = strtod(cli_value(c, "compare", k + 1), NULL);
    }
    TRY(study_numbers(c, "assumed", q.assumed, 32, &q.assumed_count, e));
    TRY(study_numbers(c, "gamma", q.gamma, 32, &q.gamma_count, e));
    json_t *doc;
    TRY(study_proportion(&q, &doc, e));
    return study_print(c, doc, e);
}

const struct command cmd_study_proportion = {
    .path = "study proportion",
    .summary =
        "One rate: intervals, bounds for unknown follow-up, comparison, linkage error, trend",
    .opts = opts,
    .details =
        "Ten interval methods are printed; quote Wilson. With --unknown the identified range, the\n"
        "Imbens-Manski interval, what each assumption about the unknown gives, and the point at "
        "which\n"
        "a stated conclusion fails. With --sensitivity and --specificity the rate corrected for "
        "linkage\n"
        "error. A rate below 2% always carries the number of false repeats that the linkage alone "
        "would\n"
        "produce. Formulas: docs/method/proportions.md, missing-follow-up.md, linkage-error.md,\n"
        "two-samples.md, poisson-rates.md.",
    .example = "throughline study proportion --x 25 --n 118 --unknown 93 --conclude-below 0.5\n"
               "throughline study proportion --x 25 --n 331 --compare 79 14000 --json\n"
               "throughline study proportion --x 79 --n 14000 --specificity 0.995\n"
               "throughline study proportion --trend leaving_support.csv",
    .run = run,
};
