/* Cox regression: proportional hazards for time to event, in strata, with late entry, repeated rows
 * (Andersen & Gill 1982; Prentice, Williams & Peterson 1981 by strata of event number), ties by
 * Efron, Breslow or exactly, and the robust variance by person of Lin & Wei 1989.
 *
 * Newton-Raphson from 0 with step halving, the iterates of R's coxph, stopped when the log
 * likelihood changes by less than 1e-13 of itself. Sums over a risk set run backwards in time,
 * plain within a tied time and compensated between times. Rows must come in a canonical order
 * (surv_canonical_order) for the digits not to depend on the order of the file. */
#ifndef STATS_COX_H
#define STATS_COX_H

#include "stats/surv_rows.h"

#include <stdbool.h>

enum cox_ties { COX_EFRON, COX_BRESLOW, COX_EXACT };
enum { COX_MAX_COVARIATES = 100, COX_MAX_ITER = 20 };

struct cox_data {
    const struct surv_rows *rows; /* group: the stratum; any cause counts as the event */
    const double *x;              /* rows->n x covariates, row by row; finite */
    int covariates;               /* 1..COX_MAX_COVARIATES */
};

enum cox_warning {
    COX_NO_CONVERGENCE = 1,
    COX_MONOTONE = 2 /* a coefficient runs to infinity: see cox_fit.infinite */
};

struct cox_fit {
    int covariates, df, iter, warnings;
    enum cox_ties ties;
    double *coef;   /* NAN for a column that depends on those before it, or never varies */
    double *var;    /* covariates x covariates, model-based; 0 in dropped rows and columns */
    double *robust; /* the same shape by person; NULL when not asked */
    bool *infinite; /* the coefficient is growing without limit */
    double loglik0, loglik, score; /* score test at 0 */
    double robust_score;           /* NAN when not asked */
    double wald;                   /* with the robust variance when there is one */
    int64_t n, events;
    double *mean; /* of each covariate, by which x is centred */
};

/* ST_DATA when there is no event, or no covariate varies in any risk set. */
MUST_CHECK enum status cox_fit(const struct cox_data *d, const struct surv_order *order,
                               enum cox_ties ties, bool robust, struct cox_fit *out, struct err *e);
void cox_free(struct cox_fit *f);

/* Share of comparable pairs in which the higher risk has the event first; ties of risk count half.
 * Pairs within strata; O(n log n). NAN without comparable pairs. */
double cox_concordance(const struct cox_data *d, const struct surv_order *order,
                       const struct cox_fit *f);

/* Cumulative baseline hazard with all covariates 0: at each distinct time of each stratum. */
struct cox_hazard {
    size_t n;
    int32_t *stratum;
    double *time, *hazard;
};
void cox_basehaz(const struct cox_data *d, const struct surv_order *order, const struct cox_fit *f,
                 struct cox_hazard *out);
void cox_hazard_free(struct cox_hazard *h);

/* Test of proportional hazards (Grambsch & Therneau 1994, as a score test): is the coefficient a
 * line in g(time), g = 1 - Kaplan-Meier of all rows just before the time. term_of[column] groups
 * columns of one factor; terms are 0..terms-1. chisq and df have terms + 1 entries, the last for
 * all together. */
MUST_CHECK enum status cox_zph(const struct cox_data *d, const struct surv_order *order,
                               const struct cox_fit *f, const int *term_of, int terms,
                               double *chisq, int *df, struct err *e);

/* The order of rows that depends only on their content: writes the permutation. `columns` are
 * arrays of n doubles each. O(n). */
void surv_canonical_order(const double *const *columns, size_t count, size_t n, uint32_t *order);

#endif
