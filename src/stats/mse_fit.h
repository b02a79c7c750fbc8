/* Poisson log-linear fits of capture-history tables, with the extended maximum likelihood estimate.
 *
 * Expected count of cell c: exp(sum of the coefficients of the model's terms inside c). The
 * sufficient statistic of a term is the number of people on all of its lists; where that is zero
 * the estimate of the term is minus infinity: the term is dropped, with every cell that holds it,
 * and the rest is fitted (Fienberg & Rinaldo 2012; Chan, Silverman & Vincent 2021). Dropped terms
 * count as parameters in AIC and BIC. dark = exp(intercept), N = observed + dark; BIC uses
 * log(observed).
 *
 * Two engines give the same answers. struct mse_work is for many models: Newton steps whose Gram
 * matrix, linear predictor and scores all come from sums over the subset lattice, with no
 * allocation in a fit. mse_fit_model is for a named model: it ends with steps by Householder QR of
 * sqrt(W) X, and gives standard errors from R, the exact rank, and the linear program.
 *
 * Existence. The extended estimate exists when A x = A n has a strictly positive solution x on the
 * kept cells (A = X'). A converged fit is such a solution, so it is its own certificate; it is
 * taken as converged when the scores are below 1e-10 of the largest statistic, the relative change
 * of the log-likelihood below 1e-12, and the last Newton step moved no log-mean by over 0.02 (where
 * no estimate exists, each step moves the vanishing cells' by about -1). Without the certificate,
 * rank and linear program decide. */
#ifndef STATS_MSE_FIT_H
#define STATS_MSE_FIT_H

#include "stats/mse_model.h"

/* Bits of a status; 0 is fine. */
#define MSE_NO_ESTIMATE 1    /* the extended maximum likelihood estimate does not exist */
#define MSE_NOT_IDENTIFIED 2 /* the design is short of rank: some term cannot be estimated */

struct mse_work;

/* Scratch for tables of so many lists. Free with mse_work_free. About 2^lists * 60 bytes. */
struct mse_work *mse_work_new(int lists);
void mse_work_free(struct mse_work *w);
/* Sets the counts (2^lists, copied). */
void mse_work_data(struct mse_work *w, const double *count);
/* Sets the counts with a number for the cell of nobody's list, which then is an observed cell: the
 * multinomial fit at a given N. */
void mse_work_data_full(struct mse_work *w, const double *count, double nobody);

struct mse_quick {
    int status;
    double N, dark;     /* NAN when status is not 0; so the rest */
    double se_log_dark; /* Wald standard error of log(dark) */
    double loglik;      /* Poisson, factorials kept */
    double deviance;
    int df;          /* kept cells - finite parameters; set for any status */
    int parameters;  /* minus infinity ones included */
    int minus_inf;   /* how many */
    double AIC, BIC; /* -2 loglik + 2 or log(observed) * parameters */
};

/* Fits. `warm` starts from the coefficients of the last fit in this scratch (also of another
 * model); the answer is the same to rounding, so use it only in an order that does not depend on
 * threads. */
void mse_work_fit(struct mse_work *w, const struct mse_model *m, bool warm, struct mse_quick *out);
/* When it is known that the estimate exists (a larger model with the same empty overlaps has one):
 * the same without recourse to the linear program. */
void mse_work_fit_known(struct mse_work *w, const struct mse_model *m, bool warm,
                        struct mse_quick *out);
/* After a fit: the fitted number of people on all lists of the mask, over the observed cells. */
double mse_work_expected(const struct mse_work *w, uint32_t mask);
/* After a fit: the observed number on all lists of the mask. */
double mse_work_observed(const struct mse_work *w, uint32_t mask);
/* After a fit: sum of n log mu - mu over the cells fitted (no factorials), and the log-mean of a
 * cell. */
double mse_work_kernel(const struct mse_work *w);
double mse_work_log_mean(const struct mse_work *w, uint32_t cell);
/* After a fit: the coefficient of a term (0 for one that is not in the model or at minus infinity)
 * and its variance (infinite for those). */
double mse_work_coefficient(const struct mse_work *w, uint32_t mask);
double mse_work_variance(struct mse_work *w, uint32_t mask);

/* A named model in full. */
struct mse_fixed {
    struct mse_model model;
    int status;
    double lp_objective; /* largest s such that A x = A n, x >= s; 0 means no estimate */
    int rank_deficiency;
    int minus_inf; /* how many terms at minus infinity */
    int par_total, par_finite, cells, df;
    double n, N, dark, se_log_dark, se_dark, se_N_rcapture, lo95, hi95;
    double deviance, pearson, loglik, AIC, BIC;
    double smallest_eigenvalue; /* of X'X over the kept cells and finite terms */
    double *estimate, *se;      /* model.terms each; -INFINITY and NAN for dropped terms */
    double *fitted;             /* 2^lists; NAN for removed cells; [0] is dark */
};
/* Everything about one model on one table; arrays in the arena. Any counts >= 0, whole or not. The
 * numbers are NAN when status is not 0. */
void mse_fit_model(const struct mse_table *t, const struct mse_model *m, struct arena *a,
                   struct mse_fixed *out);

/* Rank and linear program of a model on counts (2^lists), through mse_exist.c. Either pointer may
 * be NULL, and is then not computed. Ends the thread's GLPK environment: the caller holds no GLPK
 * object of its own. */
void mse_existence(const double *count, const struct mse_model *m, double *lp_objective,
                   int *rank_deficiency);

#endif
