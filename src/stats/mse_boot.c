#include "stats/mse_boot.h"

#include "base/order.h"
#include "base/pool.h"
#include "stats/mse_draw.h"
#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#define BATCH 16 /* replicates in one job */

const double mse_bca_level[MSE_BCA_LEVELS] = {0.025, 0.05, 0.1, 0.16, 0.5, 0.84, 0.9, 0.95, 0.975};

void mse_select(struct mse_work *w, int lists, const struct mse_selector *s, struct mse_model *m,
                struct mse_quick *out)
{
    if (s->how == MSE_BY_STEPWISE) {
        mse_stepwise(w, lists, s->threshold, m, out, NULL);
        return;
    }
    *m = s->models[0];
    mse_work_fit(w, m, false, out);
    for (int i = 1; s->how == MSE_BY_BIC && i < s->count; i++) {
        struct mse_quick q;
        mse_work_fit(w, &s->models[i], false, &q);
        if (q.status == 0 && (out->status != 0 || q.BIC < out->BIC)) {
            *out = q;
            *m = s->models[i];
        }
    }
}

int mse_filled_cells(const struct mse_table *t, uint32_t *cell)
{
    int n = 0;
    mse_mask_order(t->lists, cell);
    for (size_t k = 0; k + 1 < mse_cells(t->lists); k++)
        if (t->count[cell[k]] > 0)
            cell[n++] = cell[k];
    return n;
}

struct bench { /* one thread's */
    struct mse_work *work;
    gsl_rng *rng;
    double *count;
    unsigned *drawn;
};

struct run {
    const struct mse_table *t;
    const struct mse_selector *s;
    const double *counts;
    double *share; /* by filled cell */
    uint64_t seed;
    struct mse_boot *out;
    uint8_t *same;
    struct mse_model model;
    struct bench *bench;
};

static bool same_model(const struct mse_model *a, const struct mse_model *b)
{
    return a->terms == b->terms &&
           memcmp(a->term, b->term, (size_t)a->terms * sizeof *a->term) == 0;
}

static void replicate(struct run *r, struct bench *b, size_t i)
{
    size_t cells = (size_t)r->out->cells;
    if (r->counts) {
        for (size_t k = 0; k < cells; k++)
            b->count[r->out->cell[k]] = r->counts[i * cells + k];
    } else {
        mse_rng_stream(b->rng, r->seed, i);
        gsl_ran_multinomial(b->rng, cells, (unsigned)r->t->total, r->share, b->drawn);
        for (size_t k = 0; k < cells; k++)
            b->count[r->out->cell[k]] = b->drawn[k];
    }
    mse_work_data(b->work, b->count);
    struct mse_model m;
    struct mse_quick q;
    mse_select(b->work, r->t->lists, r->s, &m, &q);
    r->out->N[i] = q.status == 0 ? q.N : NAN;
    r->same[i] = q.status == 0 && same_model(&m, &r->model);
}

static void batch(void *ctx, size_t job, int thread)
{
    struct run *r = ctx;
    size_t to = (job + 1) * BATCH;
    for (size_t i = job * BATCH; i < to && i < (size_t)r->out->replicates; i++)
        replicate(r, &r->bench[thread], i);
}

static void delete_one(struct run *r, struct bench *b)
{
    struct mse_boot *o = r->out;
    for (int k = 0; k < o->cells; k++) {
        struct mse_model m;
        struct mse_quick q;
        memcpy(b->count, r->t->count, mse_cells(r->t->lists) * sizeof *b->count);
        b->count[o->cell[k]] -= 1;
        mse_work_data(b->work, b->count);
        mse_select(b->work, r->t->lists, r->s, &m, &q);
        o->N_minus_one[k] = q.status == 0 ? q.N : NAN;
    }
}

static double acceleration(const struct mse_table *t, const struct mse_boot *o)
{
    struct nsum weighted = NSUM_ZERO, square = NSUM_ZERO, cube = NSUM_ZERO, n = NSUM_ZERO;
    for (int k = 0; k < o->cells; k++)
        if (isfinite(o->N_minus_one[k])) {
            nsum_add(&n, t->count[o->cell[k]]);
            nsum_add(&weighted, t->count[o->cell[k]] * o->N_minus_one[k]);
        }
    double mean = nsum_value(&weighted) / nsum_value(&n);
    for (int k = 0; k < o->cells; k++)
        if (isfinite(o->N_minus_one[k])) {
            double c = t->count[o->cell[k]], r = mean - o->N_minus_one[k];
            nsum_add(&square, c * r * r);
            nsum_add(&cube, c * r * r * r);
        }
    double s = nsum_value(&square);
    return s > 0 ? nsum_value(&cube) / (6 * pow(s, 1.5)) : 0;
}

static void intervals(const struct mse_table *t, struct mse_boot *o, const uint8_t *same)
{
    double *v = mem_array((size_t)o->replicates, sizeof *v);
    size_t n = 0, below = 0;
    for (int i = 0; i < o->replicates; i++) {
        o->same_model += same[i];
        if (!isfinite(o->N[i]))
            o->nonfinite++;
        else
            v[n++] = o->N[i];
    }
    o->prop_below = o->z0 = o->ahat = o->mean = o->sd = o->median = o->max = NAN;
    o->pct_lo = o->pct_hi = NAN;
    for (int i = 0; i < MSE_BCA_LEVELS; i++)
        o->bca[i] = NAN;
    o->ahat = acceleration(t, o);
    if (n > 0 && isfinite(o->estimate)) {
        double square = 0;
        o->mean = num_sum(v, n) / (double)n;
        for (size_t i = 0; i < n; i++) {
            below +=
                v[i] < o->estimate * (1 - 1e-9); /* a tie is not below, whatever its rounding */
            square += (v[i] - o->mean) * (v[i] - o->mean);
        }
        o->sd = n > 1 ? sqrt(square / (double)(n - 1)) : NAN;
        qsort(v, n, sizeof *v, order_double);
        o->median = num_quantile(v, n, 0.5, 7);
        o->max = v[n - 1];
        o->pct_lo = num_quantile(v, n, 0.025, 8);
        o->pct_hi = num_quantile(v, n, 0.975, 8);
        o->prop_below = (double)below / (double)n;
        o->z0 = qnorm5(o->prop_below, 0, 1, 1, 0);
        o->fallback = !isfinite(o->z0);
        for (int i = 0; i < MSE_BCA_LEVELS; i++) {
            double z = qnorm5(mse_bca_level[i], 0, 1, 1, 0) + o->z0;
            double p =
                o->fallback ? mse_bca_level[i] : pnorm5(o->z0 + z / (1 - o->ahat * z), 0, 1, 1, 0);
            o->bca[i] = num_quantile(v, n, p, 8);
        }
    }
    free(v);
}

void mse_bootstrap(const struct mse_table *t, const struct mse_selector *s, int replicates,
                   uint64_t seed, const double *counts, int threads, const struct progress *p,
                   struct arena *a, struct mse_boot *out)
{
    if (!counts && (!t->whole || t->total > UINT32_MAX))
        BUG("counts that cannot be drawn");
    size_t all = mse_cells(t->lists);
    *out = (struct mse_boot){.replicates = replicates};
    out->N = arena_array(a, (size_t)replicates, sizeof *out->N);
    out->cell = arena_array(a, all, sizeof *out->cell);
    out->cells = mse_filled_cells(t, out->cell);
    out->N_minus_one = arena_array(a, (size_t)out->cells, sizeof *out->N_minus_one);
    struct run r = {.t = t, .s = s, .counts = counts, .seed = seed, .out = out};
    r.share = mem_array((size_t)out->cells, sizeof *r.share);
    for (int k = 0; k < out->cells; k++)
        r.share[k] = t->count[out->cell[k]];
    r.same = mem_zalloc((size_t)replicates + 1, 1);
    r.bench = mem_zalloc((size_t)threads, sizeof *r.bench);
    for (int i = 0; i < threads; i++)
        r.bench[i] =
            (struct bench){mse_work_new(t->lists), mse_rng_new(), mem_zalloc(all, sizeof(double)),
                           mem_zalloc((size_t)out->cells, sizeof(unsigned))};
    struct mse_quick q;
    mse_work_data(r.bench[0].work, t->count);
    mse_select(r.bench[0].work, t->lists, s, &r.model, &q);
    out->estimate = q.status == 0 ? q.N : NAN;
    progress_tick(p, "bootstrap", 0, (uint64_t)replicates);
    pool_run(threads, ((size_t)replicates + BATCH - 1) / BATCH, batch, &r);
    delete_one(&r, &r.bench[0]);
    for (int i = 0; i < threads; i++) {
        mse_work_free(r.bench[i].work);
        gsl_rng_free(r.bench[i].rng);
        free(r.bench[i].count);
        free(r.bench[i].drawn);
    }
    intervals(t, out, r.same);
    free(r.bench);
    free(r.same);
    free(r.share);
}
