/* Step curves over time (survival, cumulative incidence, mean cumulative function) with the number
 * at risk under the axis; or stacked areas of competing ends. */
#ifndef CHART_STEP_H
#define CHART_STEP_H

#include "chart/line.h"

struct chart_risk {
    const double *times; /* also the ticks of the x axis; first and last are its ends */
    size_t count;        /* 0: no table, ticks are chosen */
    const int64_t *n;    /* curve by curve: n[s * count + t]; -1 is drawn as hidden */
    const char *hidden;  /* "[c]" */
    const char *const
        *names;  /* of the rows; NULL: those of the series (not when stacked: one row) */
    bool shared; /* one row for all curves: they are competing ends of the same people */
};

struct chart_steps {
    const struct chart_series *series; /* right-continuous: y holds from its x to the next */
    size_t count;
    double start; /* y before the first x: 1 for survival, 0 for incidence */
    bool stacked; /* areas on top of each other: all series have the same x */
    struct chart_risk risk;
};

/* `table` may be NULL: series, time, value[, lower, upper]. */
MUST_CHECK enum status chart_step(const struct chart_words *words, struct chart_axis x,
                                  struct chart_axis y, const struct chart_steps *steps,
                                  struct buf *svg, struct chart_table *table, struct err *e);

#endif
