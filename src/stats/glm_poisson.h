/* Poisson regression with log link on a dense design, by iteratively reweighted least squares with
 * Householder QR (McCullagh & Nelder 1989, section 2.5). Small designs.
 *
 * Stops as R's glm does, so that answers can be laid beside those of R packages: when the deviance
 * changes by less than 1e-8 of itself (plus 0.1), after 25 steps at most; the covariance is that of
 * the last least-squares step, whose weights are one step old. */
#ifndef STATS_GLM_POISSON_H
#define STATS_GLM_POISSON_H

#include <stdbool.h>
#include <stddef.h>

struct glm_poisson {
    /* set by the caller */
    size_t rows;
    int columns;
    const double *x;      /* column-major, rows * columns */
    const double *y;      /* rows, >= 0, whole or not */
    const double *offset; /* rows, or NULL */
    /* results; arrays by the caller */
    double *beta;       /* columns; 0 for a dependent column */
    double *mu;         /* rows */
    double *covariance; /* columns * columns; NAN for dependent columns */
    int rank;
    double deviance, loglik; /* factorials kept (log gamma for fractions) */
    bool converged;
};
/* Scratch is allocated and freed inside. */
void glm_poisson_fit(struct glm_poisson *g);
/* First-order bias of exp(beta[0]), column 0 being the intercept: Cordeiro & McCullagh (1991).
 * NAN for a deficient rank. */
double glm_poisson_bias(const struct glm_poisson *g);

#endif
