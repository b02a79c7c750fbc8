#include "app/study_survival.h"
#include "cli/study_print.h"

#include <math.h>
#include <string.h>

static const struct opt opts[] = {
    {"time", OPT_TEXT, "COLUMN", "time of follow-up, or the stop of (start, stop]", true, 0},
    {"status", OPT_TEXT, "COLUMN", "what happened then: 0 censored, 1 the event, 2.. other ends",
     true, 0},
    {"start", OPT_TEXT, "COLUMN", "late entry, or rows in pieces: at risk in (start, time]", false,
     0},
    {"event", OPT_TEXT, "CODE", "the status that is the event; others count as censored", false, 0},
    {"censored", OPT_TEXT, "CODE", "the status that means censored, when it is not 0", false, 0},
    {"id", OPT_TEXT, "COLUMN", "the person, when a person has several rows", false, 0},
    {"group", OPT_TEXT, "COLUMNS", "one curve per value; the groups of a test", false, 0},
    {"strata", OPT_TEXT, "COLUMNS", "strata of a test or regression", false, 0},
    {"covariates", OPT_TEXT, "COLUMNS", "columns of a regression; words become factors", false, 0},
    {"reference", OPT_TEXT, "COLUMN=LEVEL", "level that a factor is compared with", false, 0},
    {"method", OPT_TEXT, "km|aj|cuminc|mcf|logrank|gray|cox|finegray|quantiles|rmst|zph",
     "what to estimate", true, 0},
    {"rho", OPT_REAL, "R", "weight of the tests: 0 log-rank, 1 Peto-Peto", false, 0},
    {"cause", OPT_TEXT, "CODE", "the competing end that gray or finegray are about", false, 0},
    {"tau", OPT_REAL, "T", "horizon of rmst", false, 0},
    {"ties", OPT_TEXT, "efron|breslow|exact", "tied times in a Cox regression, efron", false, 0},
    {"robust", OPT_FLAG, NULL, "robust variance by person (--id)", false, 0},
    {"basehaz", OPT_FLAG, NULL, "also the cumulative baseline hazard", false, 0},
    {"gap-time", OPT_FLAG, NULL, "time since the row's own start", false, 0},
    {"bounds", OPT_FLAG, NULL, "if the censored never, or at once, had the event (km)", false, 0},
    {"at", OPT_TEXT, "T,T,...", "times to report", false, 0},
    {"probs", OPT_TEXT, "P,P,...", "quantiles, 0.25,0.5,0.75", false, 0},
    {"level", OPT_REAL, "L", "confidence level, 0.95", false, 0},
    {"svg", OPT_FILE, "FILE", "a picture, and its data in FILE.csv", false, 0},
    {"title", OPT_TEXT, "TEXT", "title of the picture", false, 0},
    {0},
};

static enum survival_method method_of(const char *name)
{
    static const char *const names[] = {"km",  "aj",       "cuminc",    "mcf",  "logrank", "gray",
                                        "cox", "finegray", "quantiles", "rmst", "zph"};
    int k = 0;
    while (strcmp(names[k], name) != 0)
        k++;
    return (enum survival_method)k;
}

static enum cox_ties ties_of(const char *name)
{
    return name[1] == 'f' ? COX_EFRON : name[0] == 'b' ? COX_BRESLOW : COX_EXACT;
}

static enum status run(struct cli *c, struct err *e)
{
    struct survival_question q = {
        .file = cli_arg(c, 0),
        .method = method_of(cli_text(c, "method", NULL)),
        .time = cli_text(c, "time", NULL),
        .start = cli_text(c, "start", NULL),
        .status = cli_text(c, "status", NULL),
        .event = cli_text(c, "event", NULL),
        .cause = cli_text(c, "cause", NULL),
        .censored = cli_text(c, "censored", NULL),
        .id = cli_text(c, "id", NULL),
        .group = cli_text(c, "group", NULL),
        .strata = cli_text(c, "strata", NULL),
        .covariates = cli_text(c, "covariates", NULL),
        .reference_count = cli_count(c, "reference"),
        .rho = cli_real(c, "rho", 0),
        .tau = cli_real(c, "tau", NAN),
        .ties = ties_of(cli_text(c, "ties", "efron")),
        .robust = cli_has(c, "robust"),
        .basehaz = cli_has(c, "basehaz"),
        .bounds = cli_has(c, "bounds"),
        .gap_time = cli_has(c, "gap-time"),
        .level = cli_real(c, "level", 0.95),
        .svg = cli_text(c, "svg", NULL),
        .title = cli_text(c, "title", NULL),
    };
    if (q.reference_count > SURVIVAL_MAX_LIST)
        return err_set(e, ST_USAGE, "--reference may be given at most %d times", SURVIVAL_MAX_LIST);
    for (int k = 0; k < q.reference_count; k++)
        q.reference[k] = cli_value(c, "reference", k);
    TRY(study_numbers(c, "at", q.at, SURVIVAL_MAX_LIST, &q.at_count, e));
    TRY(study_numbers(c, "probs", q.probs, SURVIVAL_MAX_LIST, &q.prob_count, e));
    json_t *doc;
    TRY(study_survival(&q, &doc, e));
    return study_print(c, doc, e);
}

const struct command cmd_study_survival = {
    .path = "study survival",
    .summary = "Time to an event, competing ends, repeated events: curves, tests, regressions",
    .arguments = "FILE.csv",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details =
        "One row per person (or per stretch of follow-up, with --start and --id). Rows that lack "
        "a\n"
        "value in a used column are left out and counted. For re-trafficking use --method aj: a "
        "share\n"
        "that allows for death and departure; Kaplan-Meier would overstate it. --bounds shows what "
        "the\n"
        "people lost to follow-up could change. Andersen-Gill: --start --id --robust; Prentice,\n"
        "Williams and Peterson: also --strata with the event's number (and --gap-time).\n"
        "Groups and factors are in order of number or name, but control, placebo, obs, none, "
        "baseline,\n"
        "reference and untreated come first: the first level is what a factor is compared with.\n"
        "Formulas: docs/method/kaplan-meier.md, log-rank.md, competing-ends.md, "
        "repeated-events.md,\n"
        "cox.md, fine-gray.md.",
    .example = "throughline study survival returns.csv --time days --status end --method aj --at "
               "180,365\n"
               "throughline study survival returns.csv --time days --status end --event 1 --group "
               "support --method logrank\n"
               "throughline study survival returns.csv --time days --status end --event 1 "
               "--covariates age,support --method cox --svg ratios.svg",
    .run = run,
};
