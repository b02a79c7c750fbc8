#include "stats/mse_sens.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

static void estimate(const struct mse_table *t, double threshold, struct arena *a,
                     struct mse_sensitivity *row)
{
    struct mse_work *w = mse_work_new(t->lists);
    struct mse_model m;
    struct mse_quick q;
    mse_work_data(w, t->count);
    row->n_observed = t->total;
    mse_model_make(&m, t->lists, NULL, 0);
    mse_work_fit(w, &m, false, &q);
    row->N_main = q.N;
    mse_stepwise(w, t->lists, threshold, &m, &q, NULL);
    row->N_stepwise = row->lo = row->hi = NAN;
    if (q.status == 0) {
        double z = qnorm5(0.975, 0, 1, 1, 0), b = log(q.dark);
        row->N_stepwise = q.N;
        row->lo = t->total + exp(b - z * q.se_log_dark);
        row->hi = t->total + exp(b + z * q.se_log_dark);
    }
    struct buf name = BUF_EMPTY;
    mse_model_name(&name, t, &m, " ");
    row->pairs = arena_strdup(a, name.p);
    buf_free(&name);
    mse_work_free(w);
}

int mse_list_sensitivity(const struct mse_table *t, double threshold, struct arena *a,
                         struct mse_sensitivity **rows)
{
    int n = 0, pairs = mse_pairs(t->lists);
    struct mse_sensitivity *r = arena_array(a, 1 + (size_t)t->lists + 2 * (size_t)pairs, sizeof *r);
    struct arena scratch = ARENA_EMPTY;
    struct mse_table changed;
    r[n] = (struct mse_sensitivity){.change = "none", .what = ""};
    estimate(t, threshold, a, &r[n++]);
    for (int i = 0; i < t->lists && t->lists > 2; i++) {
        mse_table_omit(t, i, &changed, &scratch);
        r[n] = (struct mse_sensitivity){.change = "omit list", .what = t->name[i]};
        estimate(&changed, threshold, a, &r[n++]);
        arena_rewind(&scratch);
    }
    for (int i = 0; i < t->lists && t->lists > 2; i++)
        for (int j = i + 1; j < t->lists; j++) {
            mse_table_merge(t, i, j, &changed, &scratch);
            r[n] = (struct mse_sensitivity){.change = "merge lists",
                                            .what = arena_strdup(a, changed.name[i])};
            estimate(&changed, threshold, a, &r[n++]);
            arena_rewind(&scratch);
        }
    for (int i = 0; i < t->lists; i++)
        for (int j = i + 1; j < t->lists; j++) {
            r[n] =
                (struct mse_sensitivity){.change = "one more link",
                                         .what = arena_printf(a, "%s-%s", t->name[i], t->name[j]),
                                         .n_observed = NAN,
                                         .N_main = NAN,
                                         .N_stepwise = NAN,
                                         .lo = NAN,
                                         .hi = NAN,
                                         .pairs = ""};
            if (mse_table_link_one(t, i, j, &changed, &scratch))
                estimate(&changed, threshold, a, &r[n]);
            n++;
            arena_rewind(&scratch);
        }
    arena_free(&scratch);
    *rows = r;
    return n;
}

/* False when a single-list cell would become negative; *total is set all the same. */
static bool correct(const struct mse_table *t, double missed, double wrong, double *count,
                    double *total)
{
    double joint = (1 - wrong) / (1 - missed); /* what a joint count is multiplied by */
    bool ok = true;
    memset(count, 0, mse_cells(t->lists) * sizeof *count);
    for (int i = 0; i < t->lists; i++) {
        size_t single = (size_t)1 << i;
        double held = 0;
        for (size_t c = 1; c < mse_cells(t->lists); c++)
            if ((c >> i & 1) && c != single)
                held += t->count[c];
        double v = t->count[single] - (joint - 1) * held;
        ok = ok && v >= 0;
        count[single] = v;
    }
    *total = 0;
    for (size_t c = 1; c < mse_cells(t->lists); c++) {
        if (__builtin_popcount((unsigned)c) > 1)
            count[c] = t->count[c] * joint;
        *total += count[c];
    }
    return ok;
}

void mse_linkage_errors(const struct mse_table *t, const struct mse_model *m,
                        struct mse_linkage_error *rows)
{
    static const double rate[MSE_LINKAGE_RATES] = {0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3};
    double *count = mem_array(mse_cells(t->lists), sizeof *count);
    struct mse_work *w = mse_work_new(t->lists);
    for (int k = 0; k < 2 * MSE_LINKAGE_RATES; k++) {
        struct mse_linkage_error *r = &rows[k];
        struct mse_quick q;
        *r = (struct mse_linkage_error){.missed = k < MSE_LINKAGE_RATES,
                                        .rate = rate[k % MSE_LINKAGE_RATES],
                                        .dark = NAN,
                                        .N = NAN,
                                        .se_log_dark = NAN};
        r->feasible = correct(t, r->missed ? r->rate : 0, r->missed ? 0 : r->rate, count,
                              &r->n_observed_corrected);
        if (!r->feasible)
            continue;
        mse_work_data(w, count);
        mse_work_fit(w, m, false, &q);
        r->dark = q.dark;
        r->N = q.N;
        r->se_log_dark = q.se_log_dark;
    }
    mse_work_free(w);
    free(count);
}

double mse_linkage_estimate(const struct mse_table *t, const struct mse_model *m, double missed,
                            double wrong)
{
    double *count = mem_array(mse_cells(t->lists), sizeof *count), total;
    struct mse_quick q = {.N = NAN};
    if (correct(t, missed, wrong, count, &total)) {
        struct mse_work *w = mse_work_new(t->lists);
        mse_work_data(w, count);
        mse_work_fit(w, m, false, &q);
        mse_work_free(w);
    }
    free(count);
    return q.N;
}

static int compare_influence(const void *a, const void *b)
{
    const struct mse_influence *x = a, *y = b;
    double u = isnan(x->change) ? -1 : fabs(x->change), v = isnan(y->change) ? -1 : fabs(y->change);
    if (u != v)
        return u > v ? -1 : 1;
    return x->pair - y->pair;
}

void mse_pair_influence(const struct mse_table *t, const struct mse_model *m, double N,
                        struct mse_influence *rows)
{
    uint32_t pair[MSE_PAIRS_MAX];
    struct mse_work *w = mse_work_new(t->lists);
    mse_pair_masks(t->lists, pair);
    mse_work_data(w, t->count);
    for (int k = 0; k < mse_pairs(t->lists); k++) {
        struct mse_model other;
        struct mse_quick q = {.status = MSE_NOT_IDENTIFIED, .N = NAN};
        rows[k] = (struct mse_influence){.pair = k, .in = mse_model_has(m, pair[k])};
        bool made = true;
        if (rows[k].in)
            mse_model_without(m, pair[k], &other);
        else
            made = mse_model_with(m, pair[k], &other);
        if (made)
            mse_work_fit(w, &other, false, &q);
        rows[k].status = q.status;
        rows[k].N = q.N;
        rows[k].change = q.N / N - 1;
    }
    mse_work_free(w);
    qsort(rows, (size_t)mse_pairs(t->lists), sizeof *rows, compare_influence);
}
