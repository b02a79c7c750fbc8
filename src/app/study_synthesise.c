#include "app/study_synthesise.h"

#include "app/synthesise_input.h"
#include "base/file.h"
#include "base/json.h"
#include "disclosure/compare.h"
#include "disclosure/kanon.h"
#include "disclosure/kfilter.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

struct run {
    const struct study_synthesise *job;
    struct synthesise_input in;
    struct synth_output dp;
    struct kanon_output kanon;
    size_t n;                              /* made records */
    uint32_t *value[SYNTHESISE_MAX_VIEWS]; /* theirs: [column][record], or COMPARE_HIDDEN */
    struct kfilter_report filter;
    struct compare_report before, after; /* the k filter */
    struct buf csv;                      /* the made file */
    struct budget_ledger ledger;
    struct budget_state spent;
};

/* ---- making ---- */

/* The codes of derived columns from those of the others. */
static void derive(struct run *run)
{
    const struct synthesise_input *in = &run->in;
    for (int v = 0; v < in->nviews; v++) {
        if (v < in->ncolumns) {
            run->value[v] = run->dp.value[v];
            continue;
        }
        if (!run->value[v])
            run->value[v] = mem_array(run->n, sizeof *run->value[v]);
        for (size_t r = 0; r < run->n; r++)
            run->value[v][r] = in->up[v][run->value[in->from[v]][r]];
    }
}

static enum status compare(struct run *run, struct compare_report *report, struct err *e)
{
    const struct synthesise_input *in = &run->in;
    struct compare_file truth = {in->r.n, in->value}, made = {run->n, run->value};
    uint32_t k = run->job->k ? (uint32_t)run->job->k : 10;
    return compare_files(&truth, &made, in->nviews, in->size, k, COMPARE_WAYS, report, e);
}

static enum status make_dp(struct run *run, const unsigned char *seed, struct err *e)
{
    const struct study_synthesise *job = run->job;
    struct synth_input in = {.n = run->in.r.n,
                             .ncolumns = run->in.ncolumns,
                             .value = (const uint32_t *const *)run->in.value,
                             .size = run->in.size};
    TRY(synth_make(&in, job->epsilon, seed, &run->dp, e));
    run->n = run->dp.n;
    derive(run);
    if (job->k == 0)
        return compare(run, &run->after, e);
    TRY(compare(run, &run->before, e));
    TRY(kfilter_apply(run->dp.value, run->n, in.ncolumns, in.size, (uint32_t)job->k, &run->filter,
                      e));
    derive(run);
    return compare(run, &run->after, e);
}

/* The separate check: every combination that the file shows, counted in the true records. */
static enum status check_k(const struct run *run, struct err *e)
{
    uint64_t rare = 0;
    for (int w = 0; w < COMPARE_WAYS; w++)
        rare += run->after.ways[w].made_rare + run->after.ways[w].made_never;
    if (rare == 0)
        return ST_OK;
    return err_set(e, ST_FAULT,
                   "%llu combinations of the made records have a true count below k; nothing was "
                   "written",
                   (unsigned long long)rare);
}

static enum status make_k_anonymous(struct run *run, const unsigned char *seed, struct err *e)
{
    struct synthesise_input *in = &run->in;
    struct kanon_input k = {.n = in->r.n,
                            .ncolumns = in->ncolumns,
                            .nviews = in->nviews,
                            .value = (const uint32_t *const *)in->value,
                            .size = in->size,
                            .column = in->from,
                            .up = (const uint32_t *const *)in->up,
                            .k = (uint32_t)run->job->k};
    TRY(kanon_make(&k, seed, &run->kanon, e));
    run->n = run->kanon.n;
    for (int v = 0; v < in->nviews; v++)
        run->value[v] = run->kanon.value[v];
    TRY(compare(run, &run->after, e));
    return check_k(run, e);
}

static enum status make(struct run *run, struct err *e)
{
    const char *text = run->job->seed;
    unsigned char seed[NOISE_SEED_BYTES];
    if (text)
        crypto_generichash(seed, sizeof seed, (const unsigned char *)text, strlen(text), NULL, 0);
    else
        randombytes_buf(seed, sizeof seed);
    enum status s =
        run->job->method == SYNTHESISE_DP ? make_dp(run, seed, e) : make_k_anonymous(run, seed, e);
    sodium_memzero(seed, sizeof seed);
    return s;
}

/* ---- files ---- */

static void print_records(struct run *run)
{
    const struct synthesise_input *in = &run->in;
    struct buf *b = &run->csv;
    for (int v = 0; v < in->nviews; v++) {
        if (v)
            buf_addc(b, ',');
        buf_add_csv(b, str_of(in->name[v]), false);
    }
    buf_addc(b, '\n');
    for (size_t r = 0; r < run->n; r++) {
        for (int v = 0; v < in->nviews; v++) {
            if (v)
                buf_addc(b, ',');
            if (run->value[v][r] != COMPARE_HIDDEN)
                buf_add_csv(b, str_of(synthesise_code(in, v, run->value[v][r])), false);
        }
        buf_addc(b, '\n');
    }
}

static json_t *ledger_document(const struct run *run)
{
    const struct budget_state *x = &run->spent;
    if (!run->job->ledger)
        return json_null();
    return json_pack("{s:s,s:I,s:f,s:f,s:f,s:I,s:f,s:f,s:f,s:s}", "population",
                     run->job->population, "releases_this_year", (json_int_t)x->year.releases,
                     "epsilon_this_year", x->year.epsilon, "delta_this_year", x->year.delta,
                     "year_limit", run->ledger.limits.year, "releases_in_total",
                     (json_int_t)x->total.releases, "epsilon_in_total", x->total.epsilon,
                     "delta_in_total", x->total.delta, "total_limit", run->ledger.limits.total,
                     "entry", x->hash);
}

static json_t *budget_document(const struct run *run)
{
    const struct synth_budget *b = &run->dp.budget;
    json_t *tree = json_array();
    for (int k = 0; k + 1 < run->in.ncolumns; k++)
        json_array_append_new(tree, json_pack("[s,s]", run->in.name[run->dp.edge[k][0]],
                                              run->in.name[run->dp.edge[k][1]]));
    return json_pack(
        "{s:s,s:f,s:f,s:f,s:s,s:f,s:f,s:f,s:o,s:I,s:I,s:b,s:o,s:s}", "method",
        "spanning tree, discrete Gaussian noise, zCDP", "epsilon", b->epsilon, "delta", b->delta,
        "rho", b->rho, "neighbours", "files that differ by one record", "one_way_noise_variance",
        (double)b->one_num / (double)b->one_den, "two_way_noise_variance",
        (double)b->two_num / (double)b->two_den, "choice_epsilon", b->choice_epsilon, "tree", tree,
        "k", (json_int_t)run->job->k, "rows", (json_int_t)run->n, "seed_given",
        run->job->seed != NULL, "cumulative", ledger_document(run), "version", THROUGHLINE_VERSION);
}

static json_t *ways_document(const struct compare_report *report)
{
    json_t *all = json_array();
    for (int w = 0; w < COMPARE_WAYS; w++) {
        const struct compare_ways *x = &report->ways[w];
        json_array_append_new(
            all,
            json_pack("{s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "columns", w + 1,
                      "in_truth", (json_int_t)x->in_truth, "in_made", (json_int_t)x->in_made,
                      "true_count_from_k", (json_int_t)x->common, "of_those_in_made",
                      (json_int_t)x->common_kept, "made_but_true_count_below_k",
                      (json_int_t)x->made_rare, "made_but_never_true", (json_int_t)x->made_never,
                      "made_fewer_than_k_times", (json_int_t)x->made_below_k, "true_count_from_100",
                      (json_int_t)x->big, "mean_relative_error",
                      json_number(x->big ? x->error : NAN), "relative_error_of_9_in_10",
                      json_number(x->big ? x->error_90 : NAN), "mean_relative_error_of_shares",
                      json_number(x->big ? x->share_error : NAN)));
    }
    return all;
}

static json_t *filter_document(const struct run *run)
{
    if (run->job->k == 0 || run->job->method != SYNTHESISE_DP)
        return json_null();
    return json_pack("{s:I,s:I,s:I,s:I,s:i,s:I,s:o}", "k", (json_int_t)run->job->k,
                     "records_rewritten", (json_int_t)run->filter.rewritten, "of_records",
                     (json_int_t)run->n, "units_of_equal_records", (json_int_t)run->filter.units,
                     "rounds", run->filter.rounds, "blanked_cells", (json_int_t)0, "before",
                     ways_document(&run->before));
}

/* How many records show each column. */
static json_t *shown_document(const struct run *run)
{
    json_t *columns = json_array();
    for (int v = 0; v < run->in.nviews; v++) {
        size_t shown = 0;
        for (size_t r = 0; r < run->n; r++)
            shown += run->value[v][r] != COMPARE_HIDDEN;
        json_array_append_new(columns,
                              json_pack("{s:s,s:I,s:I}", "column", run->in.name[v], "shown",
                                        (json_int_t)shown, "of_records", (json_int_t)run->n));
    }
    return columns;
}

static json_t *quality_document(const struct run *run)
{
    const struct compare_ways *w = run->after.ways;
    bool dp = run->job->method == SYNTHESISE_DP;
    return json_pack("{s:s,s:s,s:I,s:I,s:I,s:f,s:f,s:o,s:o,s:o,s:o}", "warning",
                     "compares with the true records: not for publication", "method",
                     dp ? "differential privacy" : "k-anonymous, NOT differentially private", "k",
                     (json_int_t)run->job->k, "true_rows", (json_int_t)run->in.r.n, "rows",
                     (json_int_t)run->n, "one_way_relative_error", w[0].error,
                     "two_way_relative_error", w[1].error, "combinations",
                     ways_document(&run->after), "columns", shown_document(run), "k_filter",
                     filter_document(run), "budget", dp ? budget_document(run) : json_null());
}

static enum status spend(struct run *run, struct err *e)
{
    const struct synth_budget *b = &run->dp.budget;
    const char *slash = strrchr(run->job->out, '/'), *file = slash ? slash + 1 : run->job->out;
    struct budget_entry entry = {.at = run->job->at,
                                 .population = run->job->population,
                                 .file = str_is_utf8(str_of(file)) ? file : "no UTF-8",
                                 .bytes = buf_str(&run->csv),
                                 .epsilon = b->epsilon,
                                 .delta = b->delta,
                                 .rho = b->rho};
    return budget_ledger_add(&run->ledger, &entry, &run->spent, e);
}

/* The entry in the ledger comes before the made file gets its name: a budget may be spent for
 * nothing, never a file made that is not in the ledger. */
static enum status write_made(struct run *run, struct err *e)
{
    struct outfile o;
    TRY(outfile_open(&o, run->job->out, e));
    fwrite(run->csv.p, 1, run->csv.n, o.to);
    enum status s = run->job->ledger ? budget_ledger_write(&run->ledger, e) : ST_OK;
    if (s == ST_OK)
        s = outfile_commit(&o, e);
    outfile_abort(&o);
    return s;
}

static enum status write_files(struct run *run, json_t *quality, struct err *e)
{
    char path[1200];
    snprintf(path, sizeof path, "%s.budget.json", run->job->out);
    if (run->job->method == SYNTHESISE_DP)
        TRY(json_write_file(path, json_object_get(quality, "budget"), e));
    snprintf(path, sizeof path, "%s.quality.json", run->job->out);
    TRY(json_write_file(path, quality, e));
    return write_made(run, e);
}

static enum status run_job(struct run *run, json_t **summary, struct err *e)
{
    const struct study_synthesise *job = run->job;
    TRY(synthesise_input_read(&run->in, job->spec, job->micro, e));
    *e = (struct err){0}; /* from here on errors are in no place of the input */
    if (job->ledger)
        TRY(budget_ledger_open(&run->ledger, job->ledger, job->limits, job->at, e));
    TRY(make(run, e));
    print_records(run);
    if (job->ledger)
        TRY(spend(run, e));
    *summary = quality_document(run);
    return write_files(run, *summary, e);
}

static enum status check_job(const struct study_synthesise *job, struct err *e)
{
    bool off = job->k == 0 && job->method == SYNTHESISE_DP;
    if (!off && (job->k < 2 || job->k > 1000000))
        return err_set(e, ST_USAGE, "k must be from 2 to 1,000,000%s",
                       job->method == SYNTHESISE_DP ? ", or 0 for no k filter" : "");
    if (strcmp(job->out, "-") == 0 || strlen(job->out) > 1000)
        return err_set(e, ST_USAGE, "--out must be a file of a short path: others go beside it");
    if (job->ledger && (job->method != SYNTHESISE_DP || job->seed))
        return err_set(e, ST_USAGE,
                       "a budget ledger is for differential privacy with a fresh secret seed");
    if (job->ledger && !job->population)
        return err_set(e, ST_USAGE, "a budget ledger needs --population");
    return sodium_init() < 0 ? err_set(e, ST_FAULT, "libsodium does not start") : ST_OK;
}

enum status study_synthesise_run(const struct study_synthesise *job, json_t **summary,
                                 struct err *e)
{
    struct run run = {.job = job, .ledger = {.lock = -1}};
    *summary = NULL;
    TRY(check_job(job, e));
    enum status s = run_job(&run, summary, e);
    if (job->method == SYNTHESISE_DP)
        for (int v = run.in.ncolumns; v < run.in.nviews; v++)
            free(run.value[v]);
    buf_free(&run.csv);
    budget_ledger_close(&run.ledger);
    synth_free(&run.dp, run.in.ncolumns);
    kanon_free(&run.kanon, run.in.nviews);
    synthesise_input_free(&run.in);
    return s;
}
