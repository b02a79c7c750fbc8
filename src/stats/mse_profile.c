#include "stats/mse_profile.h"

#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>

struct profile {
    struct mse_work *w;
    const struct mse_model *m;
    const struct mse_table *t;
    double target;
};

/* The multinomial fit at N; leaves the scratch at it. */
static void fit_at(const struct profile *p, double N)
{
    struct mse_quick q;
    mse_work_data_full(p->w, p->t->count, N - p->t->total);
    mse_work_fit_known(p->w, p->m, true, &q);
}

static double slope(double N, const void *ctx)
{
    const struct profile *p = ctx;
    fit_at(p, N);
    return digamma(N + 1) - digamma(N - p->t->total + 1) + mse_work_log_mean(p->w, 0) - log(N);
}

static double log_likelihood(const struct profile *p, double N)
{
    fit_at(p, N);
    /* the fit's kernel is sum y log mu - N over every cell; p = mu / N */
    return mse_work_kernel(p->w) + N - N * log(N) + lgammafn(N + 1) - lgammafn(N - p->t->total + 1);
}

static double excess(double N, const void *ctx)
{
    const struct profile *p = ctx;
    return log_likelihood(p, N) - p->target;
}

static void find(struct profile *p, double N_poisson, struct mse_profile *out)
{
    double n = p->t->total, hi = N_poisson + 1;
    for (int i = 0; i < 60 && slope(hi, p) > 0; i++)
        hi = n + 2 * (hi - n);
    double N = slope(n, p) <= 0 ? n : num_root(slope, p, n, hi);
    out->ok = isfinite(N);
    if (!out->ok)
        return;
    out->N_multinomial_mle = N;
    out->max_loglik_kernel = log_likelihood(p, N);
    p->target = out->max_loglik_kernel - qchisq(0.95, 1, 1, 0) / 2;
    out->profile_lo95 = excess(n, p) >= 0 ? n : num_root(excess, p, n, N);
    double far = n + 2 * (N - n) + 1;
    int i = 0;
    for (; i < 60 && excess(far, p) > 0; i++)
        far = n + 2 * (far - n);
    out->profile_hi95 = i == 60 ? INFINITY : num_root(excess, p, N, far);
}

void mse_profile(const struct mse_table *t, const struct mse_model *m, struct mse_profile *out)
{
    *out = (struct mse_profile){false, NAN, NAN, NAN, NAN};
    struct mse_work *w = mse_work_new(t->lists);
    struct mse_quick q;
    mse_work_data(w, t->count);
    mse_work_fit(w, m, false, &q);
    if (q.status == 0) {
        struct profile p = {w, m, t, 0};
        find(&p, q.N, out);
    }
    mse_work_free(w);
}
