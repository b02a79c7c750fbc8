/* Rows of follow-up, and the order in which every survival method walks through them.
 *
 * A row says: at risk in (start, stop], and what happened at stop. Events come before censorings of
 * the same time. Nothing here depends on the order of the rows: counts are whole numbers, and sums
 * of real numbers are taken in a canonical order (cox.h). */
#ifndef STATS_SURV_ROWS_H
#define STATS_SURV_ROWS_H

#include "base/err.h"

#include <stdint.h>

struct surv_rows {
    size_t n;              /* up to 2^31 - 1 */
    const double *start;   /* NULL: at risk from the beginning */
    const double *stop;    /* finite */
    const int32_t *event;  /* 0 censored, 1..causes */
    int causes;            /* highest event code, at least 1 */
    const int32_t *group;  /* 0..groups-1, NULL: one group */
    int groups;            /* at least 1 */
    const int32_t *person; /* 0..persons-1, NULL: every row is its own person */
    int32_t persons;
};

struct surv_order {
    size_t times;      /* number of distinct times, of starts and stops together */
    double *time;      /* ascending */
    int32_t *at;       /* row -> its stop among the times */
    int32_t *from;     /* row -> its start among the times; NULL without starts: before all */
    int32_t *by_stop;  /* rows by (group, stop) */
    int32_t *by_start; /* rows by (group, start); NULL without starts */
    size_t *begin;     /* groups + 1: where each group begins in both */
};

/* Sorts by counting when the times are whole numbers (days), else by radix; times that differ by
 * less than 1.5e-8 of their mean count as one, as in R. O(n). ST_DATA with *bad_row (0-based) when
 * a time is not finite, or negative, or stop <= start. */
MUST_CHECK enum status surv_order_make(const struct surv_rows *rows, struct surv_order *out,
                                       size_t *bad_row, struct err *e);
void surv_order_free(struct surv_order *o);

/* One group's counts at each of its own stop times. */
struct surv_counts {
    size_t n; /* distinct stop times of the group */
    double *time;
    int32_t *at;     /* place among surv_order.time */
    int64_t *risk;   /* at risk just before the time */
    int64_t *events; /* n x causes: events[k * causes + cause - 1] */
    int64_t *censored;
    int causes;
    int64_t rows; /* of the group */
};
void surv_counts_make(const struct surv_rows *rows, const struct surv_order *order, int group,
                      struct surv_counts *out);
void surv_counts_free(struct surv_counts *c);
static inline int64_t surv_any_event(const struct surv_counts *c, size_t k)
{
    int64_t d = 0;
    for (int j = 0; j < c->causes; j++)
        d += c->events[k * (size_t)c->causes + (size_t)j];
    return d;
}

#endif
