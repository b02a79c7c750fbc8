#include "stats/mse_select.h"
#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

void mse_path_free(struct mse_path *p)
{
    free(p->row);
    *p = (struct mse_path){0};
}

struct candidate {
    int pair;
    double p;
};

/* Takes out the candidate with the smallest p; those equal to rounding are ties, and go to the
 * lowest pair. Candidates are in the order of pairs. */
static struct candidate take_smallest(struct candidate *c, int *n)
{
    double least = INFINITY;
    int at = 0;
    for (int i = 0; i < *n; i++)
        least = fmin(least, c[i].p);
    while (at < *n - 1 && c[at].p > least * (1 + 1e-11))
        at++;
    struct candidate out = c[at];
    memmove(c + at, c + at + 1, (size_t)(--*n - at) * sizeof *c);
    return out;
}

static double poisson_p(double observed, double expected)
{
    return fmin(ppois(observed, expected, 1, 0), ppois(observed - 1, expected, 0, 0));
}

/* Row by row: p-value and check of every pair at this step. */
static void record_step(struct mse_work *w, const struct mse_model *m, const uint32_t *pair,
                        int step, double N, struct mse_path *path)
{
    int pairs = mse_pairs(m->lists);
    size_t from = path->rows;
    MEM_GROW(path->row, path->cap, path->rows + (size_t)pairs);
    for (int k = 0; k < pairs; k++) {
        struct mse_step *r = &path->row[path->rows++];
        *r = (struct mse_step){.step = step,
                               .pair = k,
                               .observed = mse_work_observed(w, pair[k]),
                               .expected = NAN,
                               .p = NAN,
                               .check = -1,
                               .included = mse_model_has(m, pair[k]),
                               .N_current = N};
        if (!r->included) {
            r->expected = mse_work_expected(w, pair[k]);
            r->p = poisson_p(r->observed, r->expected);
        }
    }
    for (int k = 0; k < pairs; k++) {
        struct mse_step *r = &path->row[from + (size_t)k];
        struct mse_model with;
        struct mse_quick q;
        if (r->included)
            continue;
        mse_model_with(m, pair[k], &with);
        mse_work_fit(w, &with, true, &q); /* only its status is used */
        r->check = q.status;
    }
}

void mse_stepwise(struct mse_work *w, int lists, double threshold, struct mse_model *m,
                  struct mse_quick *out, struct mse_path *path)
{
    uint32_t pair[MSE_PAIRS_MAX];
    mse_pair_masks(lists, pair);
    mse_model_make(m, lists, NULL, 0);
    mse_work_fit(w, m, false, out);
    struct candidate c[MSE_PAIRS_MAX];
    for (int step = 1; out->status == 0; step++) {
        int n = 0;
        for (int k = 0; k < mse_pairs(lists); k++)
            if (!mse_model_has(m, pair[k]))
                c[n++] = (struct candidate){
                    k, poisson_p(mse_work_observed(w, pair[k]), mse_work_expected(w, pair[k]))};
        if (n == 0)
            break;
        if (path) {
            record_step(w, m, pair, step, out->N, path);
            mse_work_fit(w, m, false, out);
        }
        bool entered = false;
        while (n > 0 && !entered) {
            struct mse_model with;
            struct mse_quick q;
            struct candidate best = take_smallest(c, &n);
            if (!(best.p < threshold))
                break;
            mse_model_with(m, pair[best.pair], &with);
            mse_work_fit(w, &with, true, &q);
            if (q.status == 0) {
                *m = with;
                *out = q;
                entered = true;
            }
        }
        if (!entered) {
            mse_work_fit(w, m, false, out); /* the scratch holds the chosen model again */
            break;
        }
    }
}

void mse_stepwise_aic(struct mse_work *w, int lists, double threshold, struct mse_model *m,
                      struct mse_quick *out, int *entered, int *entered_count)
{
    uint32_t pair[MSE_PAIRS_MAX];
    mse_pair_masks(lists, pair);
    mse_model_make(m, lists, NULL, 0);
    mse_work_fit(w, m, false, out);
    *entered_count = 0;
    while (out->status == 0) {
        int best = -1;
        double best_aic = INFINITY, best_p = 1;
        for (int k = 0; k < mse_pairs(lists); k++) {
            struct mse_model with;
            struct mse_quick q;
            if (mse_model_has(m, pair[k]))
                continue;
            mse_model_with(m, pair[k], &with);
            mse_work_fit(w, &with, false, &q);
            if (q.status == 0 && q.AIC < best_aic) {
                double z = mse_work_coefficient(w, pair[k]) /
                           sqrt(mse_work_variance(w, pair[k])); /* 0 at minus infinity */
                best = k;
                best_aic = q.AIC;
                best_p = 2 * pnorm5(-fabs(z), 0, 1, 1, 0);
            }
        }
        if (best < 0 || best_p >= threshold)
            break;
        struct mse_model with;
        mse_model_with(m, pair[best], &with);
        *m = with;
        mse_work_fit(w, m, false, out);
        entered[(*entered_count)++] = best;
    }
}
