/* Linkage uncertainty carried through: pools estimates made on several draws of the links.
 *
 * Who is who is known with probabilities. Draw the links from those probabilities (at least
 * POOL_DRAWS_MIN times, one random stream per draw), build the table, estimate; then pool as for
 * multiple imputation (Rubin 1987, equations 3.1.2 - 3.1.6): the estimate is the mean of the draws,
 * its variance within + (1 + 1/m) between. The second part is what the linkage adds.
 *
 * Pooling is on a scale where estimates are roughly normal: the log for a number of people (of the
 * unobserved, add the observed afterwards), the logit for a share. */
#ifndef STATS_POOL_DRAWS_H
#define STATS_POOL_DRAWS_H

#include <stdbool.h>
#include <stddef.h>

#define POOL_DRAWS_MIN 50

enum pool_scale { POOL_IDENTITY, POOL_LOG, POOL_LOGIT };

struct pooled {
    int draws, failed; /* used; left out because the point or variance was not finite, or lay
                          outside the scale (a share of 0 or 1, a number of 0) */
    bool few;          /* fewer than POOL_DRAWS_MIN used: the between part is badly known */
    double point;      /* back on the original scale; NAN when fewer than 2 draws are left */
    double within, between, total; /* variances on the pooling scale */
    double df;                     /* of the t interval; INFINITY when the draws agree */
    double lo, hi;                 /* at `level`, original scale */
    double linkage_share; /* (1 + 1/m) between / total: of the variance, due to linkage; 0..1 */
    double lo_without, hi_without; /* the interval had the links been certain (within only) */
};

/* point[i], variance[i]: estimate and its squared standard error on draw i, original scale.
 * Pure; O(n); nothing allocated. 0 < level < 1. */
void pool_draws(const double *point, const double *variance, size_t n, enum pool_scale scale,
                double level, struct pooled *out);

#endif
