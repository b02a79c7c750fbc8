#include "app/uncertainty.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/find_command.h"
#include "stats/pool_draws.h"

#define DRAWS_MAX 100000

static enum status read_period(const struct cli *c, struct register_mse_options *o, struct err *e)
{
    int year = 0;
    o->from = o->to = DATE_NONE;
    if (cli_has(c, "year") && (cli_has(c, "from") || cli_has(c, "to")))
        return err_set(e, ST_USAGE, "give --year or --from and --to, not both");
    if (cli_has(c, "from") != cli_has(c, "to"))
        return err_set(e, ST_USAGE, "give --from and --to together");
    if (cli_has(c, "from")) {
        o->from = (int32_t)cli_int(c, "from", 0);
        o->to = (int32_t)cli_int(c, "to", 0);
    } else if (cli_has(c, "year")) {
        TRY(cli_int_in(c, "year", 0, 1900, 2200, &year, e));
        o->from = date_from_ymd((struct ymd){year, 1, 1});
        o->to = date_from_ymd((struct ymd){year, 12, 31});
    }
    return o->from > o->to ? err_set(e, ST_USAGE, "--to is before --from") : ST_OK;
}

static enum status read_question(struct cli *c, struct uncertainty_question *q, struct err *e)
{
    struct link_draws_options *d = &q->draws;
    struct register_mse_options *m = &q->mse;
    TRY(thread_count(c, &d->threads, e));
    TRY(cli_int_in(c, "draws", POOL_DRAWS_MIN, POOL_DRAWS_MIN, DRAWS_MAX, &d->draws, e));
    TRY(cli_int_in(c, "bootstrap", 0, 0, MSE_REPLICATES_MAX, &m->bootstrap, e));
    TRY(cli_share(c, "specificity", &d->specificity, e));
    TRY(cli_share(c, "recall", &m->recall, e));
    TRY(cli_share(c, "precision", &m->precision, e));
    TRY(read_period(c, m, e));
    d->until = INT32_MAX;
    d->nrm_complete = cli_has(c, "nrm-complete");
    if (strcmp(cli_text(c, "calibration", "made"), "stated") == 0)
        d->calibration = &link_calibration_stated;
    d->seed = m->seed = (uint64_t)cli_int(c, "seed", 1);
    m->threads = d->threads;
    return ST_OK;
}

/* q is the caller's local and is not read after this: its pointer to our progress goes no further.
 */
static enum status answer(struct cli *c, struct uncertainty_question *q, struct err *e)
{
    struct store *store;
    json_t *doc;
    struct progress p = cli_progress(c);
    q->draws.progress = q->mse.progress = &p;
    TRY(register_open(c, STORE_SHARED, KEYS_STATISTICS, "statistics", &store, e));
    enum status s = uncertainty(store, q, &doc, e);
    store_close(store);
    if (s != ST_OK)
        return s;
    if (cli_json(c))
        s = json_write_file("-", doc, e);
    else
        uncertainty_print(stdout, doc);
    json_decref(doc);
    return s;
}

static enum status run(struct cli *c, struct err *e)
{
    struct uncertainty_question q = {0};
    struct findings_job chosen = {0};
    TRY(read_question(c, &q, e));
    enum status s = find_definitions(c, &chosen, e);
    q.draws.set = chosen.set;
    if (s == ST_OK)
        s = answer(c, &q, e);
    find_command_free(&chosen);
    return s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    FIND_OPTIONS,
    {"draws", OPT_INT, "N", "how many sets of links are drawn, 50 or more (50)", false, 0},
    {"seed", OPT_INT, "S", "of the draws and the bootstrap (1)", false, 0},
    {"calibration", OPT_TEXT, "made|stated",
     "match probabilities as measured on made data (default), or as the links state them", false,
     0},
    {"specificity", OPT_REAL, "P",
     "share of people without a repeat who are shown without one; see evaluate", false, 0},
    {"year", OPT_INT, "YYYY", "year of the lists; by default the last whole one", false, 0},
    {"from", OPT_DATE, "DATE", "first day of the lists' period, with --to", false, 0},
    {"to", OPT_DATE, "DATE", "last day of the lists' period", false, 0},
    {"bootstrap", OPT_INT, "N", "replicates for the number of people on no list (0)", false, 0},
    {"recall", OPT_REAL, "R", "share of true links that the register has", false, 0},
    {"precision", OPT_REAL, "R", "share of its links that are true", false, 0},
    {0},
};

const struct command cmd_uncertainty = {
    .path = "uncertainty",
    .summary = "What uncertain links do to every number, and how many people no list holds",
    .opts = opts,
    .details =
        "Draws the links many times from their probabilities, builds, classifies and counts every\n"
        "draw, and pools: each share with its 95% interval, the interval had the links been\n"
        "certain, and the part of the variance that is due to them. People's decisions and quoted\n"
        "references are fixed in every draw. Then multiple systems estimation across the "
        "agencies'\n"
        "lists of one period, with its grade. docs/method/linkage-uncertainty.md.",
    .example =
        "throughline simulate --people 300 --seed 1 --out made --quiet\n"
        "throughline init register --quiet\n"
        "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"
        "throughline import made/msvcc.csv --as msvcc --from MSVCC --store register --quiet\n"
        "throughline import made/police.csv --as police --from POL --store register --quiet\n"
        "throughline run --store register --quiet\n"
        "throughline uncertainty --store register --draws 50",
    .run = run,
};
