#include "app/study_mse.h"
#include "base/limits.h"
#include "cli/study_print.h"

static const struct opt opts[] = {
    {"model", OPT_TEXT, "TERMS", "a named model, \"A:B + B:C\"; main; all_pairs", false, 0},
    {"stepwise", OPT_REAL, "P", "forward steps by Poisson p-value below P (default, 0.02)", false,
     0},
    {"all-pairs", OPT_FLAG, NULL, "every model of pairs, up to 6 lists; the least BIC leads", false,
     0},
    {"top-only", OPT_FLAG, NULL, "with --all-pairs: the 200 best, not the row of every model",
     false, 0},
    {"bootstrap", OPT_INT, "N", "replicates, each with the selection repeated", false, 0},
    {"seed", OPT_INT, "S", "of the bootstrap and the chains, 1", false, 0},
    {"bootstrap-counts", OPT_FILE, "FILE", "resampled counts instead of our own (cell,X1,X2,..)",
     false, 0},
    {"chao", OPT_FLAG, NULL, "lower bounds (always printed)", false, 0},
    {"pairwise", OPT_FLAG, NULL, "two lists at a time (always printed)", false, 0},
    {"profile", OPT_FLAG, NULL, "profile likelihood of N, and the recipe of 2014", false, 0},
    {"rcapture", OPT_FLAG, NULL, "closed-population models M0, Mt, Mh, Mth", false, 0},
    {"capture-model", OPT_TEXT, "M0|Mt|Mh|Mth|Mb|Mbh",
     "refuses with a reason those that depend on the order of lists; else --rcapture", false, 0},
    {"dga", OPT_REAL, "DELTA", "Bayesian average over decomposable graphs, prior count per cell",
     false, 0},
    {"max", OPT_INT, "N", "with --dga: the largest N considered", false, 0},
    {"sensitivity", OPT_FLAG, NULL, "the whole table of changes also above 10 lists", false, 0},
    {"recall", OPT_REAL, "R", "share of true links that the linkage found, 0..1", false, 0},
    {"precision", OPT_REAL, "R", "share of its links that are true, 0..1", false, 0},
    {"latent-class", OPT_FLAG, NULL, "latent class model by Gibbs sampling (off by default)", false,
     0},
    {"chains", OPT_INT, "C", "with --latent-class: chains, at least 4", false, 0},
    {"classes", OPT_INT, "K", "with --latent-class: classes at most, 10", false, 0},
    {"samples", OPT_INT, "M", "with --latent-class: kept per chain, 10000", false, 0},
    {"burnin", OPT_INT, "B", "with --latent-class: dropped first, 20000", false, 0},
    {"thinning", OPT_INT, "T", "with --latent-class: steps per kept one, 20", false, 0},
    {"threads", OPT_INT, "T", "threads, 1; the answer is the same for any number", false, 0},
    {"svg", OPT_FILE, "DIR", "pictures with their data tables", false, 0},
    {0},
};

#define STEPS_MAX 100000000

static enum status read_how(const struct cli *c, struct mse_question *q, struct err *e)
{
    struct mse_options *o = &q->options;
    if (cli_has(c, "model") + cli_has(c, "stepwise") + cli_has(c, "all-pairs") > 1)
        return err_set(e, ST_USAGE, "give one of --model, --stepwise and --all-pairs");
    q->model = cli_text(c, "model", NULL);
    o->how = q->model ? MSE_BY_MODEL : cli_has(c, "all-pairs") ? MSE_BY_BIC : MSE_BY_STEPWISE;
    o->threshold = cli_real(c, "stepwise", MSE_THRESHOLD);
    if (!(o->threshold >= 0 && o->threshold <= 1))
        return err_set(e, ST_USAGE, "--stepwise takes a p-value between 0 and 1");
    const char *capture = cli_text(c, "capture-model", "");
    if (strcmp(capture, "Mb") == 0 || strcmp(capture, "Mbh") == 0) {
        err_set(
            e, ST_DATA,
            "%s is refused: its answer depends on the order of the lists (response to the first "
            "capture), and agencies have no order in time",
            capture);
        return err_hint(e, "On the UK table of 2013 such models give -3,763 and 3,363 people. Use "
                           "M0, Mt, Mh or Mth.");
    }
    return ST_OK;
}

static enum status read_latent(const struct cli *c, struct mse_options *o, struct err *e)
{
    struct mse_latent_options *l = &o->latent_options;
    o->latent = cli_has(c, "latent-class");
    *l = (struct mse_latent_options){.a_alpha = 0.25, .b_alpha = 0.25, .seed = o->seed};
    if (cli_has(c, "chains") && cli_int(c, "chains", 4) < MSE_LATENT_CHAINS_MIN) {
        err_set(e, ST_DATA,
                "fewer than %d chains show nothing: chains of this model often sit in "
                "different modes",
                MSE_LATENT_CHAINS_MIN);
        return err_hint(e, "Use --chains 4 or more.");
    }
    TRY(cli_int_in(c, "chains", 4, MSE_LATENT_CHAINS_MIN, MSE_LATENT_CHAINS_MAX, &l->chains, e));
    TRY(cli_int_in(c, "classes", 10, 1, MSE_LATENT_CLASSES_MAX, &l->classes, e));
    TRY(cli_int_in(c, "samples", 10000, 100, 1000000, &l->samples, e));
    TRY(cli_int_in(c, "burnin", 20000, 0, STEPS_MAX, &l->burnin, e));
    return cli_int_in(c, "thinning", 20, 1, 100000, &l->thinning, e);
}

static enum status read_question(struct cli *c, struct mse_question *q, struct err *e)
{
    struct mse_options *o = &q->options;
    TRY(read_how(c, q, e));
    TRY(cli_int_in(c, "bootstrap", 0, cli_has(c, "bootstrap") ? 1 : 0, MSE_REPLICATES_MAX,
                   &o->bootstrap, e));
    TRY(cli_int_in(c, "threads", 1, 1, LIMIT_THREADS, &o->threads, e));
    o->seed = (uint64_t)cli_int(c, "seed", 1);
    q->boot_counts = cli_text(c, "bootstrap-counts", NULL);
    if (q->boot_counts && cli_has(c, "bootstrap"))
        return err_set(e, ST_USAGE, "give --bootstrap or --bootstrap-counts, not both");
    o->profile = cli_has(c, "profile");
    o->rcapture = cli_has(c, "rcapture") || cli_has(c, "capture-model");
    o->dga = cli_has(c, "dga");
    o->dga_delta = cli_real(c, "dga", 0);
    o->dga_max = (double)cli_int(c, "max", 0);
    if (o->dga && !cli_has(c, "max"))
        return err_set(e, ST_USAGE, "--dga needs --max, the largest N considered");
    o->every_change = cli_has(c, "sensitivity");
    q->top_models_only = cli_has(c, "top-only");
    q->svg_dir = cli_text(c, "svg", NULL);
    TRY(cli_share(c, "recall", &q->recall, e));
    TRY(cli_share(c, "precision", &q->precision, e));
    return read_latent(c, o, e);
}

static enum status run(struct cli *c, struct err *e)
{
    struct mse_question q = {.table_path = cli_arg(c, 0)};
    struct progress p = cli_progress(c);
    TRY(read_question(c, &q, e));
    q.options.progress = &p;
    json_t *doc;
    TRY(study_mse(&q, &doc, e));
    if (!cli_json(c))
        study_mse_print(stdout, doc);
    return study_print(c, doc, e);
}

const struct command cmd_study_mse = {
    .path = "study mse",
    .summary = "How many people are on no list: multiple systems estimation with its warnings",
    .arguments = "TABLE.csv",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details =
        "TABLE has one 0/1 column per list and a last column, count: the number of people on "
        "exactly\n"
        "those lists (at most 16 lists; zero rows may be left out). The number of people on no "
        "list\n"
        "rests on an assumption that no data can check; beside every estimate stand how far all\n"
        "admissible models spread, which pairs of lists drive it, what leaving each list out "
        "does,\n"
        "and what linkage errors do. Two red flags or more: a range is printed, no number. "
        "Methods:\n"
        "docs/method/mse-models.md and its neighbours; the keys of --json: docs/user/study-mse.md.",
    .example = "throughline study mse uk_2013.csv\n"
               "throughline study mse uk_2013.csv --model \"LA:NG + LA:PF\" --profile --json\n"
               "throughline study mse uk_2013.csv --bootstrap 200 --seed 7 --json",
    .run = run,
};
