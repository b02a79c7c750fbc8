#include "app/study_synthesise.h"

#include "app/synthesise_input.h"
#include "base/file.h"
#include "base/json.h"
#include "disclosure/compare.h"
#include "disclosure/kfilter.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

struct run {
    const struct study_synthesise *job;
    struct synthesise_input in;
    struct synth_output made;
    uint32_t *value[SYNTHESISE_MAX_VIEWS]; /* of the made records; derived ones are owned */
    struct kfilter_report filter;
    struct compare_report before, after; /* the k filter */
};

/* ---- making ---- */

static void derive(struct run *run)
{
    const struct synthesise_input *in = &run->in;
    for (int v = 0; v < in->nviews; v++) {
        if (v < in->ncolumns) {
            run->value[v] = run->made.value[v];
            continue;
        }
        if (!run->value[v])
            run->value[v] = mem_array(run->made.n, sizeof *run->value[v]);
        for (size_t r = 0; r < run->made.n; r++)
            run->value[v][r] = in->up[v][run->value[in->from[v]][r]];
    }
}

static enum status compare(struct run *run, struct compare_report *report, struct err *e)
{
    const struct synthesise_input *in = &run->in;
    struct compare_file truth = {in->r.n, in->value}, made = {run->made.n, run->value};
    uint32_t k = run->job->k ? (uint32_t)run->job->k : 10;
    derive(run);
    return compare_files(&truth, &made, in->nviews, in->size, k, COMPARE_WAYS, report, e);
}

static enum status make(struct run *run, struct err *e)
{
    const struct study_synthesise *job = run->job;
    unsigned char seed[NOISE_SEED_BYTES];
    struct synth_input in = {.n = run->in.r.n,
                             .ncolumns = run->in.ncolumns,
                             .value = (const uint32_t *const *)run->in.value,
                             .size = run->in.size};
    if (job->seed)
        crypto_generichash(seed, sizeof seed, (const unsigned char *)job->seed, strlen(job->seed),
                           NULL, 0);
    else
        randombytes_buf(seed, sizeof seed);
    enum status s = synth_make(&in, job->epsilon, seed, &run->made, e);
    sodium_memzero(seed, sizeof seed);
    TRY(s);
    if (job->k == 0)
        return compare(run, &run->after, e);
    TRY(compare(run, &run->before, e));
    TRY(kfilter_apply(run->made.value, run->made.n, in.ncolumns, in.size, (uint32_t)job->k,
                      &run->filter, e));
    return compare(run, &run->after, e);
}

/* ---- files ---- */

static enum status write_records(const struct run *run, struct err *e)
{
    const struct synthesise_input *in = &run->in;
    struct buf b = BUF_EMPTY;
    for (int v = 0; v < in->nviews; v++) {
        if (v)
            buf_addc(&b, ',');
        buf_add_csv(&b, str_of(in->name[v]), false);
    }
    buf_addc(&b, '\n');
    for (size_t r = 0; r < run->made.n; r++) {
        for (int v = 0; v < in->nviews; v++) {
            if (v)
                buf_addc(&b, ',');
            buf_add_csv(&b, str_of(synthesise_code(in, v, run->value[v][r])), false);
        }
        buf_addc(&b, '\n');
    }
    enum status s = file_write(run->job->out, buf_str(&b), e);
    buf_free(&b);
    return s;
}

static json_t *budget_document(const struct run *run)
{
    const struct synth_budget *b = &run->made.budget;
    json_t *tree = json_array();
    for (int k = 0; k + 1 < run->in.ncolumns; k++)
        json_array_append_new(tree, json_pack("[s,s]", run->in.name[run->made.edge[k][0]],
                                              run->in.name[run->made.edge[k][1]]));
    return json_pack("{s:s,s:f,s:f,s:f,s:s,s:f,s:f,s:f,s:o,s:I,s:I,s:b,s:s}", "method",
                     "spanning tree, discrete Gaussian noise, zCDP", "epsilon", b->epsilon, "delta",
                     b->delta, "rho", b->rho, "neighbours", "files that differ by one record",
                     "one_way_noise_variance", (double)b->one_num / (double)b->one_den,
                     "two_way_noise_variance", (double)b->two_num / (double)b->two_den,
                     "choice_epsilon", b->choice_epsilon, "tree", tree, "k",
                     (json_int_t)run->job->k, "rows", (json_int_t)run->made.n, "seed_given",
                     run->job->seed != NULL, "version", THROUGHLINE_VERSION);
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
    if (run->job->k == 0)
        return json_null();
    return json_pack("{s:I,s:I,s:I,s:I,s:i,s:I,s:o}", "k", (json_int_t)run->job->k,
                     "records_rewritten", (json_int_t)run->filter.rewritten, "of_records",
                     (json_int_t)run->made.n, "units_of_equal_records",
                     (json_int_t)run->filter.units, "rounds", run->filter.rounds, "blanked_cells",
                     (json_int_t)0, "before", ways_document(&run->before));
}

static json_t *quality_document(const struct run *run)
{
    const struct compare_ways *w = run->after.ways;
    return json_pack(
        "{s:s,s:I,s:I,s:f,s:f,s:o,s:o,s:o}", "warning",
        "compares with the true records: not covered by the budget, not for publication",
        "true_rows", (json_int_t)run->in.r.n, "rows", (json_int_t)run->made.n,
        "one_way_relative_error", w[0].error, "two_way_relative_error", w[1].error, "combinations",
        ways_document(&run->after), "k_filter", filter_document(run), "budget",
        budget_document(run));
}

static enum status write_files(struct run *run, json_t *quality, struct err *e)
{
    char path[1200];
    if (strlen(run->job->out) > 1000)
        return err_set(e, ST_USAGE, "the output path is too long");
    snprintf(path, sizeof path, "%s.budget.json", run->job->out);
    TRY(json_write_file(path, json_object_get(quality, "budget"), e));
    snprintf(path, sizeof path, "%s.quality.json", run->job->out);
    TRY(json_write_file(path, quality, e));
    return write_records(run, e);
}

static enum status run_job(struct run *run, json_t **summary, struct err *e)
{
    TRY(synthesise_input_read(&run->in, run->job->spec, run->job->micro, e));
    TRY(make(run, e));
    *summary = quality_document(run);
    return write_files(run, *summary, e);
}

enum status study_synthesise_run(const struct study_synthesise *job, json_t **summary,
                                 struct err *e)
{
    struct run run = {.job = job};
    *summary = NULL;
    if (job->k != 0 && (job->k < 2 || job->k > 1000000))
        return err_set(e, ST_USAGE, "k must be from 2 to 1,000,000, or 0 for no k filter");
    enum status s = sodium_init() < 0 ? err_set(e, ST_FAULT, "libsodium does not start")
                                      : run_job(&run, summary, e);
    for (int v = run.in.ncolumns; v < run.in.nviews; v++)
        free(run.value[v]);
    synth_free(&run.made, run.in.ncolumns);
    synthesise_input_free(&run.in);
    return s;
}
