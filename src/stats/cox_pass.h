/* Inside the Cox engine: one walk backwards through the risk sets. Not for other modules. */
#ifndef STATS_COX_PASS_H
#define STATS_COX_PASS_H

#include "stats/cox.h"
#include "stats/numeric.h"

/* Rows packed in the order of the walk, covariates centred and scaled. */
struct cox_work {
    const struct surv_rows *rows;
    const struct surv_order *order;
    int p;
    double *x;      /* n x p, row k is rows->..[order->by_stop[k]] */
    double *weight; /* n: exp(eta) of the last pass */
    double *eta;
    int32_t *place;       /* row -> k; NULL without starts */
    double *mean, *scale; /* p each: packed = (x - mean) * scale */
    double *range;        /* p: largest minus smallest, unscaled */
};
void cox_work_make(const struct cox_data *d, const struct surv_order *order, struct cox_work *w);
void cox_work_free(struct cox_work *w);

/* What the risk set of one event time amounts to. With Efron's ties and d events there are d terms,
 * the j-th with a share j/d of the events' weight taken out; Breslow's are d equal terms. */
struct cox_event {
    int stratum;
    int32_t at; /* time index */
    double d;
    double log_sum;      /* sum over terms of log(denominator) */
    double eta_sum;      /* of the events */
    const double *x_sum; /* p: sum of the events' covariates */
    const double *xbar;  /* p: sum over terms of the weighted mean */
    const double *v;     /* p x p, lower triangle: sum over terms of the weighted covariance */
    double h, h_event;   /* hazard increment of others, and of the events themselves */
    const double *hx, *hx_event; /* p: the same times the weighted mean */
};
typedef void cox_visit(void *ctx, const struct cox_event *ev);

/* Event times come strata ascending, within them time descending. `with_v`: fill v. Refreshes eta
 * and weight for beta (in packed scale). */
void cox_pass(struct cox_work *w, const double *beta, bool efron, bool with_v, cox_visit *visit,
              void *ctx);

/* eta = x beta and weight = exp(eta) of every row. */
void cox_refresh(struct cox_work *w, const double *beta);

/* Log likelihood, score u (p) and information (p x p, full) at beta. */
double cox_evaluate(struct cox_work *w, const double *beta, enum cox_ties ties, double *u,
                    double *information);
double cox_exact_evaluate(struct cox_work *w, const double *beta, double *u, double *information);

/* Sum over persons of (sum of score residuals)(...)': p x p; `sums` (p) gets their total. */
void cox_person_score(struct cox_work *w, const double *beta, bool efron, double *sums,
                      double *squares);

#endif
