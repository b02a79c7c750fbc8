/* Yearly counts and their trend, from a table. */
#ifndef APP_STUDY_TREND_H
#define APP_STUDY_TREND_H

#include "base/csv.h"
#include "base/err.h"

#include <jansson.h>

/* Either a column `year` and one column per series (rows whose year is not a number, such as
 * totals, are left out and said), or one row per series with columns named 2016 or y2016 (other
 * columns: the first is the name, the rest are left out). Adds the table salvation_army_trend: one
 * row per series. */
MUST_CHECK enum status study_trend_file(json_t *doc, const char *path, double level, struct err *e);
MUST_CHECK enum status study_trend_bytes(json_t *doc, struct str bytes, const char *name,
                                         double level, struct err *e);

#endif
