/* Unknown follow-up: what can be said with and without assumptions. */
#include "stats/numeric.h"
#include "stats/proportion.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

struct critical {
    double level, widths; /* the identified range in standard errors */
};

static double coverage_excess(double c, const void *ctx)
{
    const struct critical *k = ctx;
    return pnorm(c + k->widths, 0, 1, 1, 0) - pnorm(-c, 0, 1, 1, 0) - k->level;
}

/* Imbens & Manski 2004, eq. 7. */
static double imbens_manski_c(double width, double se, double level)
{
    if (width == 0)
        return two_sided_z(level);
    if (se == 0)
        return qnorm(level, 0, 1, 1, 0);
    struct critical k = {level, width / se};
    /* The one-sided z is the limit for a wide range, the two-sided for none. */
    double lo = qnorm(level, 0, 1, 1, 0), hi = two_sided_z(level);
    double r = num_root(coverage_excess, &k, lo - 1e-9, hi + 1e-9);
    return isnan(r) ? lo : r;
}

struct missing_bounds missing_bounds(double yes, double no, double unknown, double level)
{
    double n = yes + no + unknown, known = yes + no;
    struct missing_bounds b = {.complete_case = NAN, .complete_wilson = {NAN, NAN}};
    if (known > 0) {
        b.complete_case = yes / known;
        b.complete_wilson = proportion_interval(yes, known, level, PROP_WILSON);
    }
    double most = yes + unknown;
    b.identified = (struct interval){yes / n, most / n};
    b.set_wilson.lo = proportion_interval(yes, n, level, PROP_WILSON).lo;
    b.set_wilson.hi = proportion_interval(most, n, level, PROP_WILSON).hi;
    b.set_cp.lo = proportion_interval(yes, n, level, PROP_CLOPPER_PEARSON).lo;
    b.set_cp.hi = proportion_interval(most, n, level, PROP_CLOPPER_PEARSON).hi;
    double lo = b.identified.lo, hi = b.identified.hi;
    double se_lo = sqrt(lo * (1 - lo) / n), se_hi = sqrt(hi * (1 - hi) / n);
    double c = imbens_manski_c(unknown / n, fmax(se_lo, se_hi), level);
    b.imbens_manski_c = c;
    b.imbens_manski = (struct interval){fmax(0, lo - c * se_lo), fmin(1, hi + c * se_hi)};
    return b;
}

double missing_pattern_mixture(double yes, double no, double unknown, double q)
{
    return (yes + unknown * q) / (yes + no + unknown);
}

double missing_odds_shift(double yes, double no, double gamma)
{
    if (yes + no == 0)
        return NAN;
    return gamma * yes == 0 ? 0 : gamma * yes / (gamma * yes + no);
}

/* Wilson limits for a count that need not be whole. */
static double wilson_limit(double p, double n, double z, int upper)
{
    double h = z * z / (2 * n), spread = z * sqrt(p * (1 - p) / n + h / (2 * n));
    return (p + h + (upper ? spread : -spread)) / (1 + 2 * h);
}

struct limit {
    double yes, no, unknown, z, c;
    int upper;
};

static double limit_excess(double q, const void *ctx)
{
    const struct limit *l = ctx;
    double p = missing_pattern_mixture(l->yes, l->no, l->unknown, q);
    return wilson_limit(p, l->yes + l->no + l->unknown, l->z, l->upper) - l->c;
}

struct tipping missing_tipping(double yes, double no, double unknown, double level, double c,
                               int below)
{
    double n = yes + no + unknown;
    struct tipping t = {NAN, NAN, NAN, 0};
    double floor_rate = yes / n, ceiling = (yes + unknown) / n;
    int at_floor = below ? floor_rate < c : floor_rate > c;
    int at_ceiling = below ? ceiling < c : ceiling > c;
    t.holds = at_floor && at_ceiling ? 1 : at_floor || at_ceiling ? 0 : -1;
    if (unknown == 0)
        return t;
    t.share = (c * n - yes) / unknown;
    if (t.share > 0 && t.share < 1 && yes > 0 && no > 0)
        t.gamma = (t.share / (1 - t.share)) / (yes / no);
    struct limit l = {yes, no, unknown, two_sided_z(level), c, below};
    t.interval_share = num_root(limit_excess, &l, 0, 1);
    return t;
}
