/* Do groups differ? Log-rank family for one kind of event, Gray's test for one of several. */
#ifndef STATS_SURV_TEST_H
#define STATS_SURV_TEST_H

#include "stats/surv_rows.h"

#include <stdbool.h>

enum { SURV_MAX_GROUPS = 200 };

struct surv_test {
    int groups;
    int64_t *n;                  /* rows of each group */
    double *observed, *expected; /* weighted */
    double chisq, p;
    int df; /* groups with anything expected, minus one; 0: no test, chisq and p are NAN */
};
void surv_test_free(struct surv_test *t);

/* Fleming & Harrington 1982: weights S(t-)^rho of all groups together, in each stratum; rho 0 is
 * the log-rank test, rho 1 Peto & Peto's. Any cause counts as the event. Left truncation is
 * allowed. `stratum` may be NULL. rows->group is needed. ST_DATA for more than SURV_MAX_GROUPS. */
MUST_CHECK enum status surv_logrank(const struct surv_rows *rows, const int32_t *stratum,
                                    int strata, double rho, struct surv_test *out, struct err *e);

/* Gray 1988: cumulative incidence of `cause` between groups, weights (1 - F(t-))^rho. No left
 * truncation. observed and expected are NULL. */
MUST_CHECK enum status surv_gray(const struct surv_rows *rows, const int32_t *stratum, int strata,
                                 int cause, double rho, struct surv_test *out, struct err *e);

/* Shared: u' V^-1 u for the groups kept, with its degrees of freedom. V is groups x groups. */
void surv_test_solve(struct surv_test *t, const double *u, const double *v, const bool *keep);

/* A walk over times with the number at risk in each group of a stratum. */
struct surv_walk {
    const struct surv_rows *rows;
    const struct surv_order *order; /* made with the stratum as its group */
    size_t end, next, entered;
    int64_t *risk;   /* per group, just before the current time */
    int64_t *events; /* groups x causes at the current time */
    int64_t any;     /* events at the current time, of all causes and groups */
    double time;
    /* private */
    const int32_t *group;
    int groups, causes;
    int64_t *leaving;
};
void surv_walk_begin(struct surv_walk *w, const struct surv_rows *rows,
                     const struct surv_order *order, const int32_t *group, int groups, int stratum);
/* Moves to the next time with any row; false at the end. */
bool surv_walk_next(struct surv_walk *w);
void surv_walk_end(struct surv_walk *w);

#endif
