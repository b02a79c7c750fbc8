/* Fine & Gray 1999: proportional hazards of the subdistribution of one cause among competing ends.
 * Those with a competing end stay in the risk set with weight G(t-)/G(their time-), G the
 * Kaplan-Meier of censoring; the variance is the robust one that allows for G being estimated. Ties
 * as Breslow. Newton from 0 until the score is 1e-12 of the log likelihood. */
#ifndef STATS_FINEGRAY_H
#define STATS_FINEGRAY_H

#include "stats/surv_rows.h"

#include <stdbool.h>

struct finegray_fit {
    int covariates;
    double *coef, *se; /* NAN for a column that depends on those before it */
    double *var;
    double loglik, loglik0;
    int64_t n, events;
    bool converged;
};
/* rows: no start; group is ignored. x: n x covariates, row by row. ST_DATA without events of the
 * cause, with late entry, or when the information is singular everywhere. */
MUST_CHECK enum status finegray_fit(const struct surv_rows *rows, const double *x, int covariates,
                                    int cause, struct finegray_fit *out, struct err *e);
void finegray_free(struct finegray_fit *f);

#endif
