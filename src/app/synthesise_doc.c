/* What `study synthesise` made, as JSON: the budget, and how it compares with the true records. */
#include "app/synthesise_parts.h"
#include "base/json.h"
#include "crypto/secret.h"

#include <math.h>
#include <sodium.h>

static json_t *ledger_document(const struct synthesise_run *run)
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

/* Columns without a hierarchy: which codes there are is told by the data, without protection. */
static json_t *flat_columns(const struct synthesise_run *run)
{
    json_t *names = json_array();
    for (int c = 0; c < run->in.ncolumns; c++)
        if (run->in.flat[c])
            json_array_append_new(names, json_string(run->in.name[c]));
    return names;
}

/* Of the made file, so that what stands beside it can be told to belong to it. */
static json_t *records_hash(const struct synthesise_run *run)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[2 * sizeof hash + 1];
    crypto_hash_sha256(hash, (const unsigned char *)run->csv.p, run->csv.n);
    hex_write(hash, sizeof hash, text);
    return json_string(text);
}

static json_t *budget_document(const struct synthesise_run *run)
{
    const struct synth_budget *b = &run->dp.budget;
    json_t *tree = json_array();
    for (int k = 0; k + 1 < run->in.ncolumns; k++)
        json_array_append_new(tree, json_pack("[s,s]", run->in.name[run->dp.edge[k][0]],
                                              run->in.name[run->dp.edge[k][1]]));
    return json_pack("{s:s,s:f,s:f,s:f,s:s,s:f,s:f,s:f,s:o,s:I,s:I,s:o,s:b,s:o,s:o,s:s}", "method",
                     "spanning tree, discrete Gaussian noise, zCDP", "epsilon", b->epsilon, "delta",
                     b->delta, "rho", b->rho, "neighbours", "files that differ by one record",
                     "one_way_noise_variance", (double)b->one_num / (double)b->one_den,
                     "two_way_noise_variance", (double)b->two_num / (double)b->two_den,
                     "choice_epsilon", b->choice_epsilon, "tree", tree, "k",
                     (json_int_t)run->job->k, "rows", (json_int_t)run->n, "records_sha256",
                     records_hash(run), "seed_given", run->job->seed != NULL, "cumulative",
                     ledger_document(run), "columns_whose_code_list_is_not_protected",
                     flat_columns(run), "version", THROUGHLINE_VERSION);
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

static json_t *filter_document(const struct synthesise_run *run)
{
    if (run->job->k == 0 || run->job->method != SYNTHESISE_DP)
        return json_null();
    return json_pack("{s:I,s:I,s:I,s:I,s:i,s:I,s:o}", "k", (json_int_t)run->job->k,
                     "records_rewritten", (json_int_t)run->filter.rewritten, "of_records",
                     (json_int_t)run->n, "units_of_equal_records", (json_int_t)run->filter.units,
                     "rounds", run->filter.rounds, "blanked_cells", (json_int_t)0, "before",
                     ways_document(&run->before));
}

size_t synthesise_shown(const struct synthesise_run *run, int view)
{
    size_t shown = 0;
    for (size_t r = 0; r < run->n; r++)
        shown += run->value[view][r] != COMPARE_HIDDEN;
    return shown;
}

static json_t *shown_document(const struct synthesise_run *run)
{
    json_t *columns = json_array();
    for (int v = 0; v < run->in.nviews; v++)
        json_array_append_new(columns, json_pack("{s:s,s:I,s:I}", "column", run->in.name[v],
                                                 "shown", (json_int_t)synthesise_shown(run, v),
                                                 "of_records", (json_int_t)run->n));
    return columns;
}

static json_t *cases_document(const struct synthesise_run *run, const struct compare_cases *cases)
{
    json_t *all = json_array();
    for (int i = 0; i < cases->n; i++) {
        const struct compare_case *x = &cases->at[i];
        json_t *codes = json_object();
        for (int w = 0; w < x->ways; w++)
            json_object_set_new(codes, run->in.name[x->column[w]],
                                json_string(synthesise_code(&run->in, x->column[w], x->code[w])));
        json_array_append_new(all, json_pack("{s:o,s:I,s:I}", "codes", codes, "true_count",
                                             (json_int_t)x->in_truth, "made_count",
                                             (json_int_t)x->in_made));
    }
    return all;
}

json_t *synthesise_quality(const struct synthesise_run *run)
{
    const struct compare_ways *w = run->after.ways;
    bool dp = run->job->method == SYNTHESISE_DP;
    return json_pack(
        "{s:s,s:s,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "warning",
        "compares with the true records: not for publication", "method",
        dp ? "differential privacy" : "k-anonymous, NOT differentially private", "k",
        (json_int_t)run->job->k, "true_rows", (json_int_t)run->in.r.n, "rows", (json_int_t)run->n,
        "records_sha256", records_hash(run), "one_way_relative_error",
        json_number(w[0].big ? w[0].error : NAN), "two_way_relative_error",
        json_number(w[1].big ? w[1].error : NAN), "combinations", ways_document(&run->after),
        "largest_lost", cases_document(run, &run->after.lost), "largest_made_up",
        cases_document(run, &run->after.never), "columns", shown_document(run), "k_filter",
        filter_document(run), "budget", dp ? budget_document(run) : json_null());
}
