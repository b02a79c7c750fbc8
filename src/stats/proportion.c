#include "stats/proportion.h"

#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

static const char *const names[PROP_METHODS] = {
    [PROP_WILSON] = "wilson",
    [PROP_WILSON_CC] = "wilson_cc (prop.test)",
    [PROP_CLOPPER_PEARSON] = "clopper_pearson",
    [PROP_MID_P] = "mid_p",
    [PROP_AGRESTI_COULL] = "agresti-coull",
    [PROP_ASYMPTOTIC] = "asymptotic",
    [PROP_LOGIT] = "logit",
    [PROP_CLOGLOG] = "cloglog",
    [PROP_PROBIT] = "probit",
    [PROP_JEFFREYS] = "jeffreys (equal tail; 0/1 set at the ends)",
};

const char *proportion_method_name(enum proportion_method m)
{
    return names[m];
}

double two_sided_z(double level)
{
    return qnorm((1 + level) / 2, 0, 1, 1, 0);
}

enum status proportion_check(double x, double n, double level, struct err *e)
{
    if (!(level > 0 && level < 1)) {
        err_set(e, ST_USAGE, "the level must lie between 0 and 1");
        return err_hint(e, "0.95 is usual.");
    }
    if (!(n >= 1) || n > 9007199254740992.0) {
        err_set(e, ST_DATA, "the total n must be a whole number from 1 to 2^53");
        return err_hint(e, "With nobody counted there is no rate to give.");
    }
    if (!(x >= 0 && x <= n)) {
        err_set(e, ST_DATA, "x = %.17g cannot be counted among n = %.17g", x, n);
        return err_hint(e, "x must lie between 0 and n. If x is not a part of n it is no share: "
                           "report two counts.");
    }
    if (x != floor(x) || n != floor(n))
        return err_set(e, ST_DATA, "x and n must be whole numbers");
    return ST_OK;
}

static struct interval wilson(double x, double n, double z)
{
    double p = x / n, z2 = z * z;
    double centre = p + z2 / (2 * n), spread = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    double scale = 1 + z2 / n;
    return (struct interval){x == 0 ? 0 : (centre - spread) / scale,
                             x == n ? 1 : (centre + spread) / scale};
}

/* The correction never passes the distance from x to n/2 (as R's prop.test has it). */
static struct interval wilson_cc(double x, double n, double z)
{
    double correction = fmin(0.5, fabs(x - n / 2)), h = z * z / (2 * n);
    double up = x / n + correction / n, down = x / n - correction / n;
    struct interval r = {0, 1};
    if (up < 1)
        r.hi = (up + h + z * sqrt(up * (1 - up) / n + h / (2 * n))) / (1 + 2 * h);
    if (down > 0)
        r.lo = (down + h - z * sqrt(down * (1 - down) / n + h / (2 * n))) / (1 + 2 * h);
    return r;
}

static struct interval clopper_pearson(double x, double n, double level)
{
    double a = (1 - level) / 2;
    return (struct interval){x == 0 ? 0 : qbeta(a, x, n - x + 1, 1, 0),
                             x == n ? 1 : qbeta(1 - a, x + 1, n - x, 1, 0)};
}

struct mid_p {
    double x, n, log_target;
};

/* On the log scale of both, where the tail is nearly straight: tiny rates keep their digits. */
static double mid_p_excess(double log_p, const void *ctx)
{
    const struct mid_p *m = ctx;
    double p = exp(log_p);
    double tail = pbinom(m->x, m->n, p, 0, 0) + 0.5 * dbinom(m->x, m->n, p, 0);
    return tail > 0 ? log(tail) - m->log_target : -1e300;
}

/* P(X > x) + P(X = x) / 2 = a, for x > 0. */
static double mid_p_lower(double x, double n, double a)
{
    if (x == n) /* p^n / 2 = a has p = 1 or more when a >= 1/2 */
        return fmin(1, exp(log(2 * a) / n));
    struct mid_p m = {x, n, log(a)};
    double lo = log(x / n);
    do
        lo -= 2;
    while (mid_p_excess(lo, &m) > 0);
    return exp(num_root(mid_p_excess, &m, lo, 0));
}

static struct interval mid_p(double x, double n, double level)
{
    double a = (1 - level) / 2;
    return (struct interval){x == 0 ? 0 : mid_p_lower(x, n, a),
                             x == n ? 1 : 1 - mid_p_lower(n - x, n, a)};
}

static struct interval agresti_coull(double x, double n, double z)
{
    double wide = n + z * z, p = (x + 0.5 * z * z) / wide, half = z * sqrt(p * (1 - p) / wide);
    return (struct interval){p - half, p + half};
}

static struct interval by_link(double x, double n, double z, enum proportion_method m)
{
    double p = x / n;
    if (m == PROP_LOGIT) {
        double at = log(p) - log1p(-p), half = z / sqrt(n * p * (1 - p));
        return (struct interval){1 / (1 + exp(half - at)), 1 / (1 + exp(-at - half))};
    }
    if (m == PROP_CLOGLOG) {
        double log_p = x > n / 2 ? log1p(-(n - x) / n) : log(p);
        double at = log(-log_p), half = z * sqrt((1 - p) / (n * p)) / -log_p;
        return (struct interval){exp(-exp(at + half)), exp(-exp(at - half))};
    }
    double at = qnorm(p, 0, 1, 1, 0), half = z * sqrt(p * (1 - p) / n) / dnorm(at, 0, 1, 0);
    return (struct interval){pnorm(at - half, 0, 1, 1, 0), pnorm(at + half, 0, 1, 1, 0)};
}

static struct interval jeffreys(double x, double n, double level)
{
    double a = (1 - level) / 2;
    return (struct interval){x == 0 ? 0 : qbeta(a, x + 0.5, n - x + 0.5, 1, 0),
                             x == n ? 1 : qbeta(1 - a, x + 0.5, n - x + 0.5, 1, 0)};
}

struct interval proportion_interval(double x, double n, double level, enum proportion_method m)
{
    double z = two_sided_z(level), p = x / n;
    switch (m) {
    case PROP_WILSON:
        return wilson(x, n, z);
    case PROP_WILSON_CC:
        return wilson_cc(x, n, z);
    case PROP_CLOPPER_PEARSON:
        return clopper_pearson(x, n, level);
    case PROP_MID_P:
        return mid_p(x, n, level);
    case PROP_AGRESTI_COULL:
        return agresti_coull(x, n, z);
    case PROP_ASYMPTOTIC: {
        double half = z * sqrt(p * (1 - p) / n);
        return (struct interval){p - half, p + half};
    }
    case PROP_LOGIT:
    case PROP_CLOGLOG:
    case PROP_PROBIT:
        return x == 0 || x == n ? clopper_pearson(x, n, level) : by_link(x, n, z, m);
    case PROP_JEFFREYS:
        return jeffreys(x, n, level);
    case PROP_METHODS:
        break;
    }
    BUG("proportion method %d", (int)m);
}

/* ---- linkage error ---- */

static double clip(double p)
{
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

struct rogan_gladen rogan_gladen(double x, double n, double sensitivity, double specificity,
                                 double level)
{
    double gain = sensitivity + specificity - 1, shift = specificity - 1, p = x / n;
    if (!(gain > 0))
        BUG("sensitivity and specificity do not exceed 1 together");
    struct rogan_gladen r = {.observed = p, .raw = (p + shift) / gain};
    r.adjusted = clip(r.raw);
    r.se_delta = sqrt(p * (1 - p) / n) / gain;
    double half = two_sided_z(level) * r.se_delta;
    r.wald = (struct interval){clip(r.raw - half), clip(r.raw + half)};
    struct interval w = proportion_interval(x, n, level, PROP_WILSON);
    struct interval c = proportion_interval(x, n, level, PROP_CLOPPER_PEARSON);
    r.wilson = (struct interval){clip((w.lo + shift) / gain), clip((w.hi + shift) / gain)};
    r.cp = (struct interval){clip((c.lo + shift) / gain), clip((c.hi + shift) / gain)};
    r.false_links = n * (1 - specificity);
    return r;
}
