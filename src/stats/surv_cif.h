/* Competing ends: Aalen-Johansen probabilities, and the mean cumulative function of repeated
 * events.
 *
 * Both carry infinitesimal-jackknife errors by person: the derivative of the estimate by the
 * person's weight, squared and summed. For the mean cumulative function that is the robust variance
 * of Lawless & Nadeau 1995. One walk over the rows: O(rows + times x causes). */
#ifndef STATS_SURV_CIF_H
#define STATS_SURV_CIF_H

#include "stats/surv_rows.h"

#include <stdbool.h>

struct cif_curve {
    size_t n; /* the group's distinct times */
    int causes;
    double *time, *risk;
    double *event;     /* n x causes */
    double *p;         /* n x (causes + 1): column 0 is still event-free */
    double *se;        /* the same shape: infinitesimal jackknife; NULL when not asked */
    double *var_aalen; /* n x causes: variance of the incidence as cmprsk has it (Aalen 1978, with
                          ties as in Gray's program) */
    int64_t rows;
};

/* A person with several rows contributes them together. ST_DATA with *bad_row when a person has
 * time at risk after an event (the ends must be final), or rows that overlap. */
MUST_CHECK enum status cif_fit(const struct surv_rows *rows, const struct surv_order *order,
                               int group, bool with_se, struct cif_curve *out, size_t *bad_row,
                               struct err *e);
void cif_free(struct cif_curve *c);

struct mcf_curve {
    size_t n;
    double *time, *risk, *event;
    double *mcf;       /* Nelson 1988: sum of events / at risk */
    double *se_robust; /* Lawless & Nadeau */
    int64_t rows;
};
/* Any cause counts as an event; a person may have many. ST_DATA with *bad_row when rows of one
 * person overlap. */
MUST_CHECK enum status mcf_fit(const struct surv_rows *rows, const struct surv_order *order,
                               int group, struct mcf_curve *out, size_t *bad_row, struct err *e);
void mcf_free(struct mcf_curve *c);

/* When people have several rows: replaces the curve's Greenwood and Aalen sums by the infinitesimal
 * jackknife by person, and counts a row as censored only when the person has no row that carries on
 * from its stop. ST_DATA with *bad_row when rows of one person overlap. */
struct km_curve;
MUST_CHECK enum status km_by_person(const struct surv_rows *rows, const struct surv_order *order,
                                    int group, struct km_curve *curve, size_t *bad_row,
                                    struct err *e);

#endif
