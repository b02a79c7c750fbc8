/* Closed-population models in the form of Rcapture (Baillargeon & Rivest 2007, J. Stat. Soft. 19:5;
 * Rivest & Baillargeon 2007): Poisson regressions on the capture histories.
 *
 * With k the number of lists a person is on: M0 has k; Mt one effect per list; Mh and Mth add a
 * column for differences between people: Chao's lower bound (max(k - j + 1, 0), j = 3 .. t,
 * negative ones set to zero), Poisson2 (2^k - 1), Darroch (k^2 / 2), Gamma3.5 (log 3.5 - log(3.5 +
 * k)). The models whose answer depends on the order of lists (Mb, Mbh: "trap response") are not
 * offered: agencies have no order in time. */
#ifndef STATS_MSE_CLOSEDP_H
#define STATS_MSE_CLOSEDP_H

#include "stats/mse_model.h"

#define MSE_CLOSEDP_LISTS 10
#define MSE_CLOSEDP_ROWS 22

struct mse_closedp {
    const char *func, *model; /* "closedp.t", "closedp.bc", "closedpCI.t multinomial profile" */
    double N, stderr_, deviance, df, AIC, BIC, lo95, hi95; /* NAN where the function has none */
    double infofit; /* 0 fine, 1 large asymptotic bias or no convergence, 2 rank, 3 other; NAN */
};
/* Fits all; rows[MSE_CLOSEDP_ROWS]; returns how many (fewer for two lists). Whole counts, lists <=
 * MSE_CLOSEDP_LISTS. */
int mse_closedp(const struct mse_table *t, struct mse_closedp *rows);

/* Profile interval of Rcapture's closedpCI.t for a log-linear model with interactions (Cormack's
 * 1992 correction with Stirling's formula above 100 people, as there): the limits at 1 - alpha.
 * False when there is none. */
bool mse_closedp_interval(const struct mse_table *t, const struct mse_model *m, double alpha,
                          double *N, double *lo, double *hi);

#endif
