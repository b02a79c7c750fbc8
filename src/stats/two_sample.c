#include "stats/two_sample.h"

#include "stats/fisher.h"
#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

struct score {
    double x1, n1, x2, n2, z;
    double correction; /* N / (N - 1), or 1 */
};

/* p2 that maximises the likelihood when p1 - p2 = d: the cubic of Miettinen & Nurminen 1985,
 * appendix I, by its trigonometric root. */
static double constrained_p2(const struct score *s, double d)
{
    double n = s->n1 + s->n2, l3 = n;
    double l2 = (s->n1 + 2 * s->n2) * d - n - (s->x1 + s->x2);
    double l1 = (s->n2 * d - n - 2 * s->x2) * d + s->x1 + s->x2;
    double l0 = s->x2 * d * (1 - d);
    double b = l2 / (3 * l3);
    double q = b * b * b - l1 * l2 / (6 * l3 * l3) + l0 / (2 * l3);
    double p = copysign(sqrt(fmax(0, b * b - l1 / (3 * l3))), q);
    double ratio = p == 0 ? 0 : q / (p * p * p);
    ratio = ratio > 1 ? 1 : ratio < -1 ? -1 : ratio;
    double root = 2 * p * cos((M_PI + acos(ratio)) / 3) - b;
    double lowest = fmax(0, -d), highest = fmin(1, 1 - d);
    return root < lowest ? lowest : root > highest ? highest : root;
}

static double score_excess(double d, const void *ctx)
{
    const struct score *s = ctx;
    double p2 = constrained_p2(s, d), p1 = p2 + d;
    double v = (p1 * (1 - p1) / s->n1 + p2 * (1 - p2) / s->n2) * s->correction;
    double gap = s->x1 / s->n1 - s->x2 / s->n2 - d;
    if (v <= 0)
        return gap == 0 ? -s->z : 1e300;
    return fabs(gap) / sqrt(v) - s->z;
}

static struct interval score_interval(const struct score *s)
{
    double d = s->x1 / s->n1 - s->x2 / s->n2;
    struct interval r = {-1, 1};
    if (d > -1)
        r.lo = num_root(score_excess, s, -1, d);
    if (d < 1)
        r.hi = num_root(score_excess, s, d, 1);
    return r;
}

static void ratios(struct two_proportions *t, double a, double n1, double b, double n2, double z)
{
    double c = n1 - a, d = n2 - b;
    t->rr = a == 0 && b == 0 ? NAN : b == 0 ? INFINITY : (a / n1) / (b / n2);
    t->odds_ratio = a * d == 0 && b * c == 0 ? NAN : b * c == 0 ? INFINITY : a * d / (b * c);
    t->rr_ci = t->odds_ratio_ci = (struct interval){NAN, NAN};
    if (a > 0 && b > 0) {
        double se = sqrt(1 / a - 1 / n1 + 1 / b - 1 / n2), at = log(t->rr);
        t->rr_ci = (struct interval){exp(at - z * se), exp(at + z * se)};
    }
    if (a > 0 && b > 0 && c > 0 && d > 0) {
        double se = sqrt(1 / a + 1 / b + 1 / c + 1 / d), at = log(t->odds_ratio);
        t->odds_ratio_ci = (struct interval){exp(at - z * se), exp(at + z * se)};
    }
}

static void chi_squares(struct two_proportions *t, double a, double n1, double b, double n2)
{
    double n = n1 + n2, yes = a + b, no = n - yes;
    t->chisq = t->chisq_p = t->chisq_cc = t->chisq_cc_p = NAN;
    if (yes == 0 || no == 0)
        return;
    double off = fabs(a - n1 * yes / n), cut = fmin(0.5, off);
    double scale = 1 / (n1 * yes / n) + 1 / (n1 * no / n) + 1 / (n2 * yes / n) + 1 / (n2 * no / n);
    t->chisq = off * off * scale;
    t->chisq_cc = (off - cut) * (off - cut) * scale;
    t->chisq_p = pchisq(t->chisq, 1, 0, 0);
    t->chisq_cc_p = pchisq(t->chisq_cc, 1, 0, 0);
}

struct two_proportions two_proportions(double x1, double n1, double x2, double n2, double level)
{
    struct two_proportions t = {0};
    double z = two_sided_z(level), p1 = x1 / n1, p2 = x2 / n2;
    t.diff = p1 - p2;
    struct interval w1 = proportion_interval(x1, n1, level, PROP_WILSON);
    struct interval w2 = proportion_interval(x2, n2, level, PROP_WILSON);
    t.newcombe.lo = t.diff - hypot(p1 - w1.lo, w2.hi - p2);
    t.newcombe.hi = t.diff + hypot(w1.hi - p1, p2 - w2.lo);
    double n = n1 + n2;
    t.mn = score_interval(&(struct score){x1, n1, x2, n2, z, n / (n - 1)});
    t.mee = score_interval(&(struct score){x1, n1, x2, n2, z, 1});
    double half = z * sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2);
    t.wald = (struct interval){t.diff - half, t.diff + half};
    ratios(&t, x1, n1, x2, n2, z);
    struct fisher f = fisher_exact(x1, n1, x2, n2, level);
    t.fisher_p = f.p;
    t.fisher_cond_or = f.cond_or;
    t.fisher = (struct interval){f.lo, f.hi};
    chi_squares(&t, x1, n1, x2, n2);
    return t;
}
