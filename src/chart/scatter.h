/* Points over two numeric axes, some of them named. Points that would fall on the same few pixels
 * are drawn once, so tens of thousands stay a small file; the table has them all. */
#ifndef CHART_SCATTER_H
#define CHART_SCATTER_H

#include "chart/plot.h"

struct chart_named_point {
    const char *name;
    double x, y;
};

struct chart_scatter {
    const double *x, *y; /* NaN in either: not drawn */
    size_t n;
    const struct chart_named_point *named; /* at most SVG_SERIES_MAX, drawn over the others */
    size_t named_count;
};

/* `table` may be NULL: name, x, y. */
MUST_CHECK enum status chart_scatter(const struct chart_words *words, struct chart_axis x,
                                     struct chart_axis y, const struct chart_scatter *data,
                                     struct buf *svg, struct chart_table *table, struct err *e);

#endif
