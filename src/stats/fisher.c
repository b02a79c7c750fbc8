#include "stats/fisher.h"

#include "stats/numeric.h"

/* Fisher's non-central hypergeometric distribution of the first cell, given the margins:
 * f(k) proportional to C(n1, k) C(n2, m - k) psi^k. Terms are summed outwards from the mode by
 * their ratios in extended precision, so that no log-gamma error enters. */
struct table {
    double x, n1, n2, m, lo, hi; /* lo..hi: the support */
    double target;               /* what the equation must reach */
};

/* f(k + 1) / f(k) */
static long double up(const struct table *t, long double psi, double k)
{
    return psi * ((long double)(t->m - k) * (t->n1 - k)) /
           ((long double)(k + 1) * (t->n2 - t->m + k + 1));
}

static double mode(const struct table *t, double psi)
{
    /* Largest k with f(k) >= f(k - 1): a quadratic, then a step or two for rounding. */
    long double a = (long double)psi - 1;
    long double b = -((long double)(t->m + t->n1 + 2) * psi + t->n2 - t->m);
    long double c = (long double)(t->m + 1) * (t->n1 + 1) * psi;
    long double root = a == 0 ? -c / b : 2 * c / (-b + sqrtl(fmaxl(0, b * b - 4 * a * c)));
    double k = fmin(t->hi, fmax(t->lo, floor((double)root)));
    while (k < t->hi && up(t, psi, k) > 1)
        k++;
    while (k > t->lo && up(t, psi, k - 1) < 1)
        k--;
    return k;
}

struct sums {
    long double all, above, below,
        first; /* of f, of f over k >= x, over k <= x, of k f; f(mode)=1 */
};

static void take(const struct table *t, struct sums *s, double k, long double f)
{
    s->all += f;
    s->first += f * k;
    if (k >= t->x)
        s->above += f;
    if (k <= t->x)
        s->below += f;
}

static struct sums sum_all(const struct table *t, double psi)
{
    struct sums s = {0};
    double from = mode(t, psi);
    take(t, &s, from, 1);
    long double f = 1;
    for (double k = from; k < t->hi && f > 1e-40L; k++) {
        f *= up(t, psi, k);
        take(t, &s, k + 1, f);
    }
    f = 1;
    for (double k = from; k > t->lo && f > 1e-40L; k--) {
        f /= up(t, psi, k - 1);
        take(t, &s, k - 1, f);
    }
    return s;
}

/* The equations as functions of log psi. */
static double mean_excess(double log_psi, const void *ctx)
{
    const struct table *t = ctx;
    struct sums s = sum_all(t, exp(log_psi));
    return (double)(s.first / s.all) - t->x;
}

static double above_excess(double log_psi, const void *ctx)
{
    const struct table *t = ctx;
    struct sums s = sum_all(t, exp(log_psi));
    return (double)(s.above / s.all) - t->target;
}

static double below_excess(double log_psi, const void *ctx)
{
    const struct table *t = ctx;
    struct sums s = sum_all(t, exp(log_psi));
    return (double)(s.below / s.all) - t->target;
}

static double solve(const struct table *t, double (*f)(double, const void *))
{
    double reach = 2;
    while (reach < 600 && (f(-reach, t) < 0) == (f(reach, t) < 0))
        reach *= 2;
    return exp(num_root(f, t, -reach, reach));
}

/* Sum of f(k) over k no more probable than x, at psi = 1; relative terms below 1e-4000 are lost. */
static double two_sided_p(const struct table *t)
{
    double from = mode(t, 1);
    long double at_x = 1;
    double at = from;
    while (at < t->x)
        at_x *= up(t, 1, at++);
    while (at > t->x)
        at_x /= up(t, 1, --at);
    long double cut = at_x * (1 + 1e-7L), all = 0, in = 0, f = 1;
    for (double k = from;; k++) {
        all += f;
        in += f <= cut ? f : 0;
        if (k >= t->hi || f < at_x * 1e-20L)
            break;
        f *= up(t, 1, k);
    }
    f = 1;
    for (double k = from; k > t->lo && f >= at_x * 1e-20L; k--) {
        f /= up(t, 1, k - 1);
        all += f;
        in += f <= cut ? f : 0;
    }
    return fmin(1, (double)(in / all));
}

struct fisher fisher_exact(double x1, double n1, double x2, double n2, double level)
{
    struct table t = {.x = x1, .n1 = n1, .n2 = n2, .m = x1 + x2};
    t.lo = fmax(0, t.m - n2);
    t.hi = fmin(n1, t.m);
    t.target = (1 - level) / 2;
    struct fisher r = {1, NAN, 0, INFINITY};
    if (t.lo == t.hi)
        return r;
    r.p = two_sided_p(&t);
    r.cond_or = x1 == t.lo ? 0 : x1 == t.hi ? INFINITY : solve(&t, mean_excess);
    if (x1 > t.lo)
        r.lo = solve(&t, above_excess);
    if (x1 < t.hi)
        r.hi = solve(&t, below_excess);
    return r;
}
