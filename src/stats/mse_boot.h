/* Bootstrap and jackknife of the number, with model selection repeated in every replicate.
 *
 * BCa (Efron 1987): z0 = qnorm(share of replicates below N); a = sum n r^3 / (6 (sum n r^2)^1.5)
 * where r is the weighted mean of the delete-one estimates less each of them, and n the cell
 * counts; limits are type 8 quantiles at pnorm(z0 + (z0 + z) / (1 - a (z0 + z))). */
#ifndef STATS_MSE_BOOT_H
#define STATS_MSE_BOOT_H

#include "base/progress.h"
#include "stats/mse_select.h"

enum mse_how {
    MSE_BY_MODEL,    /* one given model */
    MSE_BY_STEPWISE, /* mse_stepwise with a threshold */
    MSE_BY_BIC       /* the least BIC among given models */
};

/* How an estimate comes from counts. */
struct mse_selector {
    enum mse_how how;
    double threshold;               /* MSE_BY_STEPWISE */
    const struct mse_model *models; /* MSE_BY_MODEL: one; MSE_BY_BIC: `count` of them */
    int count;
};
/* Applies it to the work's data. */
void mse_select(struct mse_work *w, int lists, const struct mse_selector *s, struct mse_model *m,
                struct mse_quick *out);

#define MSE_REPLICATES_MAX 1000000
#define MSE_BCA_LEVELS 9 /* 0.025 0.05 0.1 0.16 0.5 0.84 0.9 0.95 0.975 */
extern const double mse_bca_level[MSE_BCA_LEVELS];

struct mse_boot {
    int replicates;
    double *N;           /* replicates; NAN where the estimate failed */
    int cells;           /* non-empty cells of the table, in table order */
    uint32_t *cell;      /* cells */
    double *N_minus_one; /* cells: with one person less in the cell */
    double estimate, prop_below, z0, ahat, mean, sd, median, max;
    int nonfinite;  /* replicates without an estimate: left out of everything above */
    int same_model; /* replicates that selected the model of the data */
    double bca[MSE_BCA_LEVELS], pct_lo, pct_hi; /* percentile: type 8 at 0.025, 0.975 */
    bool fallback; /* all or none below N, or no acceleration: bca[] are plain percentiles */
};

/* `counts`: NULL, or replicates * cells resampled counts, replicate by replicate, cells in table
 * order; else they are drawn: replicate r is multinomial from the table with the Philox stream
 * (seed, r), through GSL's exact binomial. Whole counts with a total of at most 2^32 - 1 when
 * drawn. Arrays in the arena. The answer does not depend on threads. */
void mse_bootstrap(const struct mse_table *t, const struct mse_selector *s, int replicates,
                   uint64_t seed, const double *counts, int threads, const struct progress *p,
                   struct arena *a, struct mse_boot *out);

/* Non-empty cells in table order; cell[] has 2^lists places. */
int mse_filled_cells(const struct mse_table *t, uint32_t *cell);

#endif
