/* Lines over a numeric axis (years, days), with optional bands. */
#ifndef CHART_LINE_H
#define CHART_LINE_H

#include "chart/plot.h"

struct chart_series {
    const char *name;
    const double *x, *y;   /* x ascending; a NaN y breaks the line (suppressed, not zero) */
    const double *lo, *hi; /* a band, or NULL */
    size_t n;
};

/* 1 to SVG_SERIES_MAX series. `table` may be NULL; it is filled with series, x, y[, lo, hi]. */
MUST_CHECK enum status chart_line(const struct chart_words *words, struct chart_axis x,
                                  struct chart_axis y, const struct chart_series *series,
                                  size_t count, struct buf *svg, struct chart_table *table,
                                  struct err *e);

/* Shared with the step chart: the ranges of the data, and the table. */
void chart_series_range(const struct chart_series *series, size_t count, double x[2], double y[2]);
void chart_series_table(const struct chart_series *series, size_t count, const char *x_name,
                        const char *y_name, struct chart_table *table);

#endif
