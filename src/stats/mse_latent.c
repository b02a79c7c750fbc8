#include "stats/mse_latent.h"

#include "base/order.h"
#include "base/pool.h"
#include "stats/mse_boot.h"
#include "stats/mse_draw.h"
#include "stats/numeric.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

/* One chain's state. K classes, J lists. */
struct sampler {
    const struct mse_table *t;
    const struct mse_latent_options *o;
    gsl_rng *rng;
    int cells;
    const uint32_t *cell;
    double alpha;
    double share[MSE_LATENT_CLASSES_MAX];
    double on[MSE_LATENT_CLASSES_MAX][MSE_LISTS_MAX]; /* P(on list j | class k) */
    double people[MSE_LATENT_CLASSES_MAX];            /* in class k, the unobserved too */
    double people_on[MSE_LATENT_CLASSES_MAX][MSE_LISTS_MAX];
    double unobserved;
};

/* n split over the classes in proportion to p: conditional binomials. */
static void split(gsl_rng *rng, double n, const double *p, int classes, double *out)
{
    double left = 0;
    for (int k = 0; k < classes; k++)
        left += p[k];
    for (int k = 0; k < classes; k++) {
        double share = left > 0 ? p[k] / left : 1;
        out[k] = n <= 0             ? 0
                 : k == classes - 1 ? n
                                    : gsl_ran_binomial(rng, share < 1 ? share : 1, (unsigned)n);
        n -= out[k];
        left -= p[k];
    }
}

/* Classes of the people observed, cell by cell, then of the unobserved. */
static void draw_classes(struct sampler *s)
{
    int K = s->o->classes, J = s->t->lists;
    double p[MSE_LATENT_CLASSES_MAX], in[MSE_LATENT_CLASSES_MAX];
    memset(s->people, 0, sizeof s->people);
    memset(s->people_on, 0, sizeof s->people_on);
    for (int i = 0; i < s->cells; i++) {
        uint32_t c = s->cell[i];
        for (int k = 0; k < K; k++) {
            p[k] = s->share[k];
            for (int j = 0; j < J; j++)
                p[k] *= (c >> j & 1) ? s->on[k][j] : 1 - s->on[k][j];
        }
        split(s->rng, s->t->count[c], p, K, in);
        for (int k = 0; k < K; k++) {
            s->people[k] += in[k];
            for (int j = 0; j < J; j++)
                s->people_on[k][j] += (c >> j & 1) ? in[k] : 0;
        }
    }
    double none = 0;
    for (int k = 0; k < K; k++) {
        p[k] = s->share[k];
        for (int j = 0; j < J; j++)
            p[k] *= 1 - s->on[k][j];
        none += p[k];
    }
    /* prior 1/N: the unobserved are negative binomial, drawn as a gamma mixture of Poissons */
    double rate = gsl_ran_gamma(s->rng, s->t->total, none / fmax(1 - none, 1e-12));
    s->unobserved = gsl_ran_poisson(s->rng, fmin(rate, 2e9));
    split(s->rng, s->unobserved, p, K, in);
    for (int k = 0; k < K; k++)
        s->people[k] += in[k];
}

/* The log of a gamma variate of scale 1, also for shapes so small that the variate underflows:
 * G(a) = G(a + 1) U^(1/a). */
static double log_gamma_draw(gsl_rng *rng, double shape)
{
    if (shape >= 1)
        return log(gsl_ran_gamma(rng, shape, 1));
    return log(gsl_ran_gamma(rng, shape + 1, 1)) + log(gsl_rng_uniform_pos(rng)) / shape;
}

static void draw_parameters(struct sampler *s)
{
    int K = s->o->classes;
    for (int k = 0; k < K; k++)
        for (int j = 0; j < s->t->lists; j++)
            s->on[k][j] =
                gsl_ran_beta(s->rng, 1 + s->people_on[k][j], 1 + s->people[k] - s->people_on[k][j]);
    double after = 0, log_left = 0;
    for (int k = 0; k < K; k++)
        after += s->people[k];
    for (int k = 0; k < K - 1; k++) {
        after -= s->people[k];
        double a = log_gamma_draw(s->rng, 1 + s->people[k]);
        double b = log_gamma_draw(s->rng, s->alpha + fmax(after, 0));
        double both = fmax(a, b) + log1p(exp(-fabs(a - b)));
        s->share[k] = exp(log_left + a - both);
        log_left += b - both; /* log(1 - v), which may be far below what 1 - v can hold */
    }
    s->share[K - 1] = exp(log_left);
    s->alpha = gsl_ran_gamma(s->rng, s->o->a_alpha + K - 1, 1 / (s->o->b_alpha - log_left));
}

struct run {
    const struct mse_table *t;
    const struct mse_latent_options *o;
    const uint32_t *cell;
    int cells;
    struct mse_latent *out;
};

/* A start: class shares from their prior, concentration 0.2 .. 2.2, the chances of each list about
 * its share of the people seen, a factor of 2 either way being one standard deviation. */
static void scatter(struct sampler *s)
{
    double left = 1;
    s->alpha = 0.2 + 2 * gsl_rng_uniform(s->rng);
    for (int k = 0; k < s->o->classes; k++) {
        double v = k < s->o->classes - 1 ? gsl_ran_beta(s->rng, 1, s->alpha) : 1;
        s->share[k] = left * v;
        left *= 1 - v;
    }
    for (int j = 0; j < s->t->lists; j++) {
        double on = 0;
        for (int i = 0; i < s->cells; i++)
            on += (s->cell[i] >> j & 1) ? s->t->count[s->cell[i]] : 0;
        for (int k = 0; k < s->o->classes; k++)
            s->on[k][j] = fmin(0.95, on / s->t->total * exp2(gsl_ran_gaussian(s->rng, 1)));
    }
}

static void chain(void *ctx, size_t c, int thread)
{
    (void)thread;
    struct run *r = ctx;
    struct sampler *s = mem_zalloc(1, sizeof *s);
    s->t = r->t;
    s->o = r->o;
    s->cell = r->cell;
    s->cells = r->cells;
    s->rng = mse_rng_new();
    mse_rng_stream(s->rng, r->o->seed, c);
    scatter(s);
    for (int i = 0; i < r->o->burnin; i++) {
        draw_classes(s);
        draw_parameters(s);
    }
    for (int i = 0; i < r->o->samples; i++) {
        for (int k = 0; k < r->o->thinning; k++) {
            draw_classes(s);
            draw_parameters(s);
        }
        r->out->N[c * (size_t)r->o->samples + (size_t)i] = r->t->total + s->unobserved;
    }
    gsl_rng_free(s->rng);
    free(s);
}

static double mean_of(const double *x, size_t n)
{
    return num_sum(x, n) / (double)n;
}

static double variance_of(const double *x, size_t n)
{
    double m = mean_of(x, n), s = 0;
    for (size_t i = 0; i < n; i++)
        s += (x[i] - m) * (x[i] - m);
    return n > 1 ? s / (double)(n - 1) : 0;
}

static void describe(const double *x, size_t n, struct mse_latent_chain *out)
{
    double *v = mem_array(n, sizeof *v);
    memcpy(v, x, n * sizeof *v);
    out->mean = mean_of(v, n);
    out->sd = sqrt(variance_of(v, n));
    size_t batches = (size_t)sqrt((double)n), size = n / (batches ? batches : 1);
    double *means = mem_array(batches + 1, sizeof *means);
    for (size_t b = 0; b < batches; b++)
        means[b] = mean_of(v + b * size, size);
    out->mcse_mean = batches > 1 ? sqrt(variance_of(means, batches) / (double)batches) : NAN;
    free(means);
    qsort(v, n, sizeof *v, order_double);
    out->q025 = num_quantile(v, n, 0.025, 7);
    out->q10 = num_quantile(v, n, 0.1, 7);
    out->q50 = num_quantile(v, n, 0.5, 7);
    out->q90 = num_quantile(v, n, 0.9, 7);
    out->q975 = num_quantile(v, n, 0.975, 7);
    free(v);
}

/* Split R-hat: every chain in two halves (Gelman et al. 2013, equation 11.4). */
static double split_rhat(const double *N, int chains, int samples)
{
    size_t half = (size_t)samples / 2, m = 2 * (size_t)chains;
    double *mean = mem_array(m, sizeof *mean), within = 0;
    for (size_t h = 0; h < m; h++) {
        const double *x = N + h / 2 * (size_t)samples + (h % 2 ? (size_t)samples - half : 0);
        mean[h] = mean_of(x, half);
        within += variance_of(x, half) / (double)m;
    }
    double between = (double)half * variance_of(mean, m);
    free(mean);
    double n = (double)half;
    if (within <= 0)
        return between <= 0 ? 1 : INFINITY;
    return sqrt(((n - 1) / n * within + between / n) / within);
}

void mse_latent_run(const struct mse_table *t, const struct mse_latent_options *o, int threads,
                    const struct progress *p, struct arena *a, struct mse_latent *out)
{
    if (o->classes < 1 || o->classes > MSE_LATENT_CLASSES_MAX ||
        o->chains < MSE_LATENT_CHAINS_MIN || o->chains > MSE_LATENT_CHAINS_MAX || o->samples < 4 ||
        o->thinning < 1 || t->total > 0x1p31 || !t->whole)
        BUG("latent class settings");
    *out = (struct mse_latent){.options = *o};
    size_t chains = (size_t)o->chains, samples = (size_t)o->samples;
    out->chain = arena_array(a, chains, sizeof *out->chain);
    out->N = arena_array(a, chains * samples, sizeof *out->N);
    uint32_t *cell = mem_array(mse_cells(t->lists), sizeof *cell);
    struct run r = {t, o, cell, mse_filled_cells(t, cell), out};
    progress_tick(p, "latent classes", 0, chains);
    pool_run(threads, chains, chain, &r);
    free(cell);
    for (size_t c = 0; c < chains; c++)
        describe(out->N + c * samples, samples, &out->chain[c]);
    out->rhat = split_rhat(out->N, o->chains, o->samples);
    out->converged = out->rhat <= 1.01;
    out->all = (struct mse_latent_chain){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (out->converged)
        describe(out->N, chains * samples, &out->all);
}
