#include "base/order.h"
#include "base/pool.h"
#include "stats/mse_select.h"
#include "stats/numeric.h"

#include <math.h>
#include <stdlib.h>

#define CHUNK_BITS 9 /* models fitted in one run of warm starts */

struct enumeration {
    const struct mse_table *t;
    struct mse_quick *fit;
    uint64_t overlapping; /* pairs with people on both lists */
    uint8_t *known;       /* by the set of empty overlaps (compressed): estimate exists for all */
    struct mse_work **work;
    int pairs, chunk_bits;
};

/* The bits of `value` that stand under the ones of `mask`, moved together. */
static size_t compress(uint64_t value, uint64_t mask)
{
    size_t out = 0;
    int at = 0;
    for (; mask; mask &= mask - 1, at++)
        if (value & (mask & -mask))
            out |= (size_t)1 << at;
    return out;
}

static uint64_t spread(size_t value, uint64_t mask)
{
    uint64_t out = 0;
    for (; mask; mask &= mask - 1, value >>= 1)
        if (value & 1)
            out |= mask & -mask;
    return out;
}

/* Gray code within the chunk: neighbours differ by one pair, so each fit starts from the last. */
static void fit_chunk(void *ctx, size_t job, int thread)
{
    struct enumeration *en = ctx;
    struct mse_work *w = en->work[thread];
    uint64_t all = ((uint64_t)1 << en->pairs) - 1;
    for (size_t k = 0; k < (size_t)1 << en->chunk_bits; k++) {
        uint64_t bits = (uint64_t)job << en->chunk_bits | (k ^ k >> 1);
        struct mse_model m;
        mse_model_of_pairs(&m, en->t->lists, bits);
        bool known = en->known[compress(bits, all & ~en->overlapping)];
        if (known)
            mse_work_fit_known(w, &m, k > 0, &en->fit[bits]);
        else
            mse_work_fit(w, &m, k > 0, &en->fit[bits]);
    }
}

static void summarize(struct mse_all_pairs *a)
{
    double *N = mem_array(a->models, sizeof *N);
    a->aic_best = a->bic_best = -1;
    for (size_t i = 0; i < a->models; i++) {
        const struct mse_quick *q = &a->fit[i];
        a->nonexist += (q->status & MSE_NO_ESTIMATE) != 0;
        a->nonident += (q->status & MSE_NOT_IDENTIFIED) != 0;
        if (q->status != 0)
            continue;
        N[a->ok++] = q->N;
        if (a->aic_best < 0 || q->AIC < a->fit[a->aic_best].AIC)
            a->aic_best = (int)i;
        if (a->bic_best < 0 || q->BIC < a->fit[a->bic_best].BIC)
            a->bic_best = (int)i;
    }
    a->aic_avg_N = a->bic_avg_N = NAN;
    a->N_min = a->N_q05 = a->N_median = a->N_q95 = a->N_max = NAN;
    if (a->ok > 0) {
        struct nsum wa = NSUM_ZERO, na = NSUM_ZERO, wb = NSUM_ZERO, nb = NSUM_ZERO;
        for (size_t i = 0; i < a->models; i++) {
            const struct mse_quick *q = &a->fit[i];
            if (q->status != 0)
                continue;
            double by_aic = exp((a->fit[a->aic_best].AIC - q->AIC) / 2);
            double by_bic = exp((a->fit[a->bic_best].BIC - q->BIC) / 2);
            nsum_add(&wa, by_aic);
            nsum_add(&na, by_aic * q->N);
            nsum_add(&wb, by_bic);
            nsum_add(&nb, by_bic * q->N);
        }
        a->aic_avg_N = nsum_value(&na) / nsum_value(&wa);
        a->bic_avg_N = nsum_value(&nb) / nsum_value(&wb);
        qsort(N, a->ok, sizeof *N, order_double);
        a->N_min = N[0];
        a->N_q05 = num_quantile(N, a->ok, 0.05, 7);
        a->N_median = num_quantile(N, a->ok, 0.5, 7);
        a->N_q95 = num_quantile(N, a->ok, 0.95, 7);
        a->N_max = N[a->ok - 1];
    }
    free(N);
}

void mse_all_pairs_fit(const struct mse_table *t, int threads, struct mse_all_pairs *out)
{
    if (t->lists > MSE_ALL_PAIRS_LISTS)
        BUG("%d lists are too many for every model", t->lists);
    struct enumeration en = {.t = t, .pairs = mse_pairs(t->lists)};
    uint32_t pair[MSE_PAIRS_MAX];
    mse_pair_masks(t->lists, pair);
    *out = (struct mse_all_pairs){.lists = t->lists, .models = (size_t)1 << en.pairs};
    out->fit = en.fit = mem_array(out->models, sizeof *out->fit);
    en.chunk_bits = en.pairs < CHUNK_BITS ? en.pairs : CHUNK_BITS;
    en.work = mem_array((size_t)threads, sizeof(struct mse_work *));
    for (int i = 0; i < threads; i++) {
        en.work[i] = mse_work_new(t->lists);
        mse_work_data(en.work[i], t->count);
    }
    uint64_t all = ((uint64_t)1 << en.pairs) - 1;
    for (int k = 0; k < en.pairs; k++)
        if (mse_work_observed(en.work[0], pair[k]) > 0)
            en.overlapping |= (uint64_t)1 << k;
    size_t sets = (size_t)1 << __builtin_popcountll(all & ~en.overlapping);
    en.known = mem_zalloc(sets, 1);
    for (size_t s = 0; s < sets; s++) {
        struct mse_model m;
        struct mse_quick q;
        mse_model_of_pairs(&m, t->lists, en.overlapping | spread(s, all & ~en.overlapping));
        mse_work_fit(en.work[0], &m, false, &q);
        en.known[s] = q.status == 0;
    }
    pool_run(threads, (size_t)1 << (en.pairs - en.chunk_bits), fit_chunk, &en);
    for (int i = 0; i < threads; i++)
        mse_work_free(en.work[i]);
    free(en.work);
    free(en.known);
    summarize(out);
}

void mse_all_pairs_free(struct mse_all_pairs *a)
{
    free(a->fit);
    a->fit = NULL;
}

struct ranked {
    double bic;
    uint32_t model;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->bic != y->bic)
        return x->bic < y->bic ? -1 : 1;
    return x->model < y->model ? -1 : x->model > y->model;
}

size_t mse_all_pairs_by_bic(const struct mse_all_pairs *a, uint32_t *order)
{
    struct ranked *r = mem_array(a->models, sizeof *r);
    size_t n = 0;
    for (size_t i = 0; i < a->models; i++)
        if (a->fit[i].status == 0)
            r[n++] = (struct ranked){a->fit[i].BIC, (uint32_t)i};
    qsort(r, n, sizeof *r, compare_ranked);
    for (size_t i = 0; i < n; i++)
        order[i] = r[i].model;
    free(r);
    return n;
}
