/* One row per source or method: an estimate with its interval, never pooled; or bars of what is
 * identified (floor to ceiling) with the outer limits. */
#ifndef CHART_FOREST_H
#define CHART_FOREST_H

#include "chart/plot.h"

struct chart_estimate {
    const char *label, *text; /* text: what stands at the right, "25 of 118"; or NULL */
    double value;             /* NaN: no point is drawn */
    double lo, hi;            /* interval; infinite ends get an arrow */
    double floor, ceiling;    /* identified range as a thick bar; NaN: none */
};

struct chart_forest {
    const struct chart_estimate *rows;
    size_t count;
    double reference; /* a vertical line (1 for a ratio); NaN: none */
};

/* The height grows with the rows. `table` may be NULL. */
MUST_CHECK enum status chart_forest(const struct chart_words *words, struct chart_axis value,
                                    const struct chart_forest *forest, struct buf *svg,
                                    struct chart_table *table, struct err *e);

#endif
