/* A grid of numbers, each written in its cell; darker is larger. One cell may be marked. */
#ifndef CHART_HEAT_H
#define CHART_HEAT_H

#include "chart/plot.h"

struct chart_heat {
    const char *const *rows, *const *columns; /* labels */
    size_t row_count, column_count;
    const char *row_label, *column_label;
    const double *values;         /* row by row; NaN: `none` is written */
    const char *none;             /* "no estimate" */
    size_t mark_row, mark_column; /* framed; SIZE_MAX: none */
};

/* `table` may be NULL: row, column, value. */
MUST_CHECK enum status chart_heat(const struct chart_words *words, const struct chart_heat *data,
                                  struct buf *svg, struct chart_table *table, struct err *e);

#endif
