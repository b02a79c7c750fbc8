/* A histogram with an estimate and named intervals drawn above it. */
#ifndef CHART_HISTOGRAM_H
#define CHART_HISTOGRAM_H

#include "chart/plot.h"

struct chart_interval {
    const char *name;
    double lo, hi;
};

struct chart_histogram {
    const double *values; /* NaN and infinite ones are left out */
    size_t n;
    double estimate; /* a vertical line; NaN: none */
    const char *estimate_name;
    const struct chart_interval *intervals; /* 0..SVG_SERIES_MAX */
    size_t interval_count;
};

/* The x axis covers the estimate, the intervals and 99.5% of the values (what lies above is said
 * under the chart when the words have no note). `table` may be NULL: from, to, count. */
MUST_CHECK enum status chart_histogram(const struct chart_words *words, struct chart_axis x,
                                       const struct chart_histogram *data, struct buf *svg,
                                       struct chart_table *table, struct err *e);

#endif
