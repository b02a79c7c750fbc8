#include "stats/rate.h"

#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

struct poisson_rate poisson_rate(double x, double exposure, double level)
{
    double a = (1 - level) / 2, z = two_sided_z(level);
    struct poisson_rate r = {.rate = x / exposure};
    r.exact.lo = x == 0 ? 0 : qgamma(a, x, 1, 1, 0);
    r.exact.hi = qgamma(1 - a, x + 1, 1, 1, 0);
    double y = x + 1;
    double low = x == 0 ? 0 : 1 - 1 / (9 * x) - z / (3 * sqrt(x));
    double high = 1 - 1 / (9 * y) + z / (3 * sqrt(y));
    r.byar = (struct interval){x * (low < 0 ? 0 : low * low * low), y * high * high * high};
    double centre = x + z * z / 2, half = z * sqrt(x + z * z / 4);
    r.score = (struct interval){x == 0 ? 0 : centre - half, centre + half};
    struct interval *all[] = {&r.exact, &r.byar, &r.score};
    for (size_t i = 0; i < 3; i++) {
        all[i]->lo /= exposure;
        all[i]->hi /= exposure;
    }
    return r;
}

struct fit {
    double a, b;               /* coefficients */
    double i00, i01, i11, det; /* information, at the weights of the last step */
    double pearson, deviance;
};

/* One step of iteratively reweighted least squares from the means `mu`: weights mu, working
 * response eta + (y - mu) / mu. */
static void weighted_step(struct fit *f, const double *u, const double *count,
                          const double *exposure, const double *mu, size_t n)
{
    struct nsum i0 = NSUM_ZERO, i1 = NSUM_ZERO, i2 = NSUM_ZERO, s0 = NSUM_ZERO, s1 = NSUM_ZERO;
    for (size_t k = 0; k < n; k++) {
        double response = log(mu[k] / (exposure ? exposure[k] : 1)) + (count[k] - mu[k]) / mu[k];
        nsum_add(&i0, mu[k]);
        nsum_add(&i1, mu[k] * u[k]);
        nsum_add(&i2, mu[k] * u[k] * u[k]);
        nsum_add(&s0, mu[k] * response);
        nsum_add(&s1, mu[k] * u[k] * response);
    }
    f->i00 = nsum_value(&i0);
    f->i01 = nsum_value(&i1);
    f->i11 = nsum_value(&i2);
    f->det = f->i00 * f->i11 - f->i01 * f->i01;
    f->a = (f->i11 * nsum_value(&s0) - f->i01 * nsum_value(&s1)) / f->det;
    f->b = (f->i00 * nsum_value(&s1) - f->i01 * nsum_value(&s0)) / f->det;
}

static void fitted(struct fit *f, const double *u, const double *count, const double *exposure,
                   double *mu, size_t n)
{
    struct nsum pearson = NSUM_ZERO, deviance = NSUM_ZERO;
    for (size_t k = 0; k < n; k++) {
        double y = count[k];
        mu[k] = exp(f->a + f->b * u[k]) * (exposure ? exposure[k] : 1);
        nsum_add(&pearson, (y - mu[k]) * (y - mu[k]) / mu[k]);
        nsum_add(&deviance, 2 * ((y > 0 ? y * log(y / mu[k]) : 0) - (y - mu[k])));
    }
    f->pearson = nsum_value(&pearson);
    f->deviance = nsum_value(&deviance);
}

static enum status check(const double *year, const double *count, const double *exposure, size_t n,
                         struct err *e)
{
    double total = 0;
    bool differ = false;
    for (size_t k = 0; k < n; k++) {
        if (!(count[k] >= 0) || (exposure && !(exposure[k] > 0)))
            return err_set(e, ST_DATA, "counts must be 0 or more and exposures above 0");
        total += count[k];
        differ |= year[k] != year[0];
    }
    if (!differ) {
        err_set(e, ST_DATA, "a trend needs at least two different years");
        return err_hint(e, "Add years, or compare two counts instead.");
    }
    if (total == 0)
        return err_set(e, ST_DATA, "all counts are zero: there is no trend to estimate");
    return ST_OK;
}

/* Counts only in the first or only in the last year: the slope runs to infinity. */
static bool is_separated(const double *u, const double *count, size_t n)
{
    double first = u[0], last = u[0];
    for (size_t k = 1; k < n; k++) {
        first = fmin(first, u[k]);
        last = fmax(last, u[k]);
    }
    bool off_first = false, off_last = false;
    for (size_t k = 0; k < n; k++) {
        off_first |= count[k] > 0 && u[k] != first;
        off_last |= count[k] > 0 && u[k] != last;
    }
    return !off_first || !off_last;
}

static void homogeneity(struct poisson_trend *t, const double *count, const double *exposure,
                        size_t n)
{
    struct nsum events = NSUM_ZERO, at_risk = NSUM_ZERO, chisq = NSUM_ZERO;
    for (size_t k = 0; k < n; k++) {
        nsum_add(&events, count[k]);
        nsum_add(&at_risk, exposure ? exposure[k] : 1);
    }
    double rate = nsum_value(&events) / nsum_value(&at_risk);
    for (size_t k = 0; k < n; k++) {
        double wanted = rate * (exposure ? exposure[k] : 1), off = count[k] - wanted;
        nsum_add(&chisq, off * off / wanted);
    }
    t->homogeneity_chisq = nsum_value(&chisq);
    t->homogeneity_p = pchisq(t->homogeneity_chisq, (double)n - 1, 0, 0);
}

static void summarise(struct poisson_trend *t, const struct fit *f, size_t n, double level)
{
    t->intercept = f->a;
    t->slope = f->b;
    t->se_slope = sqrt(f->i00 / f->det);
    t->ratio_per_year = exp(f->b);
    double z = two_sided_z(level) * t->se_slope;
    t->ratio = (struct interval){exp(f->b - z), exp(f->b + z)};
    t->deviance = f->deviance;
    t->df = (int)n - 2;
    t->dispersion = NAN;
    t->ratio_quasi = (struct interval){NAN, NAN};
    if (t->df > 0) {
        t->dispersion = f->pearson / t->df;
        double wide = qt((1 + level) / 2, t->df, 1, 0) * t->se_slope * sqrt(t->dispersion);
        t->ratio_quasi = (struct interval){exp(f->b - wide), exp(f->b + wide)};
    }
}

enum status poisson_trend(const double *year, const double *count, const double *exposure, size_t n,
                          double level, struct poisson_trend *out, struct err *e)
{
    enum { MOST = 1000 };
    double u[MOST];
    *out = (struct poisson_trend){0};
    if (n < 2 || n > MOST)
        return err_set(e, ST_DATA, "a trend needs 2 to %d years", MOST);
    TRY(check(year, count, exposure, n, e));
    double mean = num_sum(year, n) / (double)n;
    for (size_t k = 0; k < n; k++)
        u[k] = year[k] - mean;
    if (is_separated(u, count, n)) {
        err_set(e, ST_DATA, "all events fall in one end year: the trend has no finite estimate");
        return err_hint(e, "Report the counts.");
    }
    double mu[MOST];
    struct fit f = {0};
    for (size_t k = 0; k < n; k++)
        mu[k] = count[k] + 0.1;
    double before = INFINITY;
    bool done = false;
    /* Starts as R's glm does; stops when the deviance stands still (after 25 steps: nearly so,
     * since rounding alone can keep it moving). */
    for (int turn = 0; turn < 100 && !done; turn++) {
        weighted_step(&f, u, count, exposure, mu, n);
        fitted(&f, u, count, exposure, mu, n);
        done = fabs(f.deviance - before) / (fabs(f.deviance) + 0.1) < (turn < 25 ? 1e-14 : 1e-9);
        before = f.deviance;
    }
    if (!done || !(f.det > 0) || !isfinite(f.b))
        return err_set(e, ST_DATA, "the trend could not be fitted to these counts");
    summarise(out, &f, n, level);
    homogeneity(out, count, exposure, n);
    return ST_OK;
}
