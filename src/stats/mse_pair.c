#include "stats/mse_pair.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>

static double z975(void)
{
    return qnorm5(0.975, 0, 1, 1, 0);
}

void mse_two_lists(const struct mse_table *t, int i, int j, struct mse_two_lists *out)
{
    double n1 = 0, n2 = 0, m = 0, z = z975();
    for (size_t c = 1; c < mse_cells(t->lists); c++) {
        bool on1 = c >> i & 1, on2 = c >> j & 1;
        n1 += on1 ? t->count[c] : 0;
        n2 += on2 ? t->count[c] : 0;
        m += on1 && on2 ? t->count[c] : 0;
    }
    *out = (struct mse_two_lists){.list1 = i, .list2 = j, .n1 = n1, .n2 = n2, .m = m};
    out->N_LP = m > 0 ? n1 * n2 / m : INFINITY;
    out->var_LP = m > 0 ? n1 * n2 * (n1 - m) * (n2 - m) / (m * m * m) : NAN;
    out->N_Chapman = (n1 + 1) * (n2 + 1) / (m + 1) - 1;
    out->var_Chapman = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) * (m + 1) * (m + 2));
    out->se_Chapman = sqrt(out->var_Chapman);
    out->normal_lo = out->N_Chapman - z * out->se_Chapman;
    out->normal_hi = out->N_Chapman + z * out->se_Chapman;
    double seen = n1 + n2 - m, unseen = out->N_Chapman - seen;
    double c = unseen > 0 ? exp(z * sqrt(log1p(out->var_Chapman / (unseen * unseen)))) : 1;
    out->lognormal_lo = seen + unseen / c;
    out->lognormal_hi = seen + unseen * c;
    double a = n1 - m + 0.5, b = n2 - m + 0.5, both = m + 0.5;
    double spread = exp(z * sqrt(1 / a + 1 / b + 1 / both + both / (a * b)));
    out->logit_lo = seen - 0.5 + a * b / both / spread;
    out->logit_hi = seen - 0.5 + a * b / both * spread;
}

/* Log-normal limits for D + unseen (Chao 1987, equation 12). */
static void limits(double D, double unseen, double variance, double *lo, double *hi)
{
    double c = unseen > 0 ? exp(z975() * sqrt(log1p(variance / (unseen * unseen)))) : 1;
    *lo = D + unseen / c;
    *hi = D + unseen * c;
}

static void chao_uncorrected(struct mse_lower_bounds *b)
{
    double f1 = b->f[1], f2 = b->f[2], k = (b->t - 1.0) / b->t;
    if (f2 <= 0) { /* no person on exactly two lists: the form has no value */
        b->chao1 = b->chao2_tminus1 = f1 > 0 ? INFINITY : b->D;
        b->var_chao1 = b->chao1_lo = b->chao1_hi = NAN;
        b->var_chao2 = b->chao2_lo = b->chao2_hi = NAN;
        return;
    }
    double unseen = f1 * f1 / (2 * f2), r = f1 / f2, r2 = r * r;
    b->chao1 = b->D + unseen;
    b->var_chao1 = f2 * (r2 / 2 + r2 * r + r2 * r2 / 4);
    limits(b->D, unseen, b->var_chao1, &b->chao1_lo, &b->chao1_hi);
    b->chao2_tminus1 = b->D + k * unseen;
    b->var_chao2 = f2 * (k / 2 * r2 + k * k * r2 * r + k * k / 4 * r2 * r2);
    limits(b->D, k * unseen, b->var_chao2, &b->chao2_lo, &b->chao2_hi);
}

void mse_lower_bounds(const struct mse_table *t, struct mse_lower_bounds *b)
{
    *b = (struct mse_lower_bounds){.t = t->lists, .D = t->total};
    double sightings = 0, on[MSE_LISTS_MAX] = {0}, alone = 0;
    for (size_t c = 1; c < mse_cells(t->lists); c++) {
        int k = __builtin_popcount((unsigned)c);
        if (k <= 4)
            b->f[k] += t->count[c];
        sightings += k * t->count[c];
        for (int i = 0; i < t->lists; i++)
            if (c >> i & 1)
                on[i] += t->count[c];
    }
    for (int i = 0; i < t->lists; i++)
        alone += t->count[(size_t)1 << i] / on[i] / t->lists;
    chao_uncorrected(b);
    double f1 = b->f[1], f2 = b->f[2];
    double unseen = f1 * (f1 - 1) / (2 * (f2 + 1)), q = (f2 + 1) * (f2 + 1);
    b->chao1_bc = b->D + unseen;
    b->var_chao1_bc = f1 * (f1 - 1) / (2 * (f2 + 1)) + f1 * (2 * f1 - 1) * (2 * f1 - 1) / (4 * q) +
                      f1 * f1 * f2 * (f1 - 1) * (f1 - 1) / (4 * q * q);
    limits(b->D, unseen, b->var_chao1_bc, &b->chao1_bc_lo, &b->chao1_bc_hi);
    b->zelterman = f1 > 0 ? b->D / -expm1(-2 * f2 / f1) : b->D;
    b->good_turing_coverage = 1 - f1 / sightings;
    b->mean_pairwise_coverage_CARE1 = 1 - alone;
}
