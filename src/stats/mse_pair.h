/* Two lists at a time, and lower bounds from how often people are seen. Closed formulas. */
#ifndef STATS_MSE_PAIR_H
#define STATS_MSE_PAIR_H

#include "stats/mse_table.h"

/* Two lists, taken as independent and closed. */
struct mse_two_lists {
    int list1, list2;
    double n1, n2, m;
    double N_LP, var_LP; /* Lincoln-Petersen; infinite and NAN when m == 0 */
    double N_Chapman, var_Chapman, se_Chapman;
    double normal_lo, normal_hi;       /* Chapman -+ z se */
    double lognormal_lo, lognormal_hi; /* Chao 1987, equation 12, on the people not seen */
    double logit_lo, logit_hi;         /* transformed logit with 0.5 added: Sadinle 2009 */
};
void mse_two_lists(const struct mse_table *t, int i, int j, struct mse_two_lists *out);

/* Frequencies of being on 1, 2, 3, .. lists, and what bounds the number from below when people
 * differ and lists do not avoid each other. */
struct mse_lower_bounds {
    int t;
    double D, f[5]; /* people observed; f[k]: on exactly k lists, k = 1 .. 4 (0 above t) */
    double chao1, var_chao1, chao1_lo, chao1_hi;             /* D + f1^2 / (2 f2), Chao 1987 */
    double chao1_bc, var_chao1_bc, chao1_bc_lo, chao1_bc_hi; /* bias-corrected form */
    double chao2_tminus1, var_chao2, chao2_lo, chao2_hi;     /* with the factor (t - 1) / t */
    double zelterman;                    /* D / (1 - exp(-2 f2 / f1)), Zelterman 1988 */
    double good_turing_coverage;         /* 1 - f1 / (sightings) */
    double mean_pairwise_coverage_CARE1; /* 1 - mean over lists of share on that list only */
};
void mse_lower_bounds(const struct mse_table *t, struct mse_lower_bounds *out);

#endif
