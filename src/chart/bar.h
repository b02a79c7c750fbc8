/* Horizontal bars: one row per category, one bar per series, the value written at its end. */
#ifndef CHART_BAR_H
#define CHART_BAR_H

#include "chart/plot.h"

struct chart_bars {
    const char *const *categories;
    size_t category_count;
    const char *const *series; /* names; one series needs no name */
    size_t series_count;       /* 1..SVG_SERIES_MAX */
    const double *values;      /* series by series: values[s * category_count + c]; NaN: hidden */
    const char *hidden;        /* what stands for a hidden value, "[c]" */
};

/* The height grows with the rows; words->height is ignored. `table` may be NULL. */
MUST_CHECK enum status chart_bar(const struct chart_words *words, struct chart_axis value,
                                 const struct chart_bars *bars, struct buf *svg,
                                 struct chart_table *table, struct err *e);

#endif
