/* Threshold suppression with protection intervals.
 *
 * Counts in the primary range are hidden; more cells (secondaries) are hidden until, for a reader
 * who knows every relation and the rule (hidden cells are at least 1 when zeros are published), the
 * range of whole counts of each primary cell is at least `width` wide. Total count of the
 * secondaries is kept small: Fischetti & Salazar-González (2001), "Solving the cell suppression
 * problem on tabular data with linear constraints"; Kelly, Golden & Assad (1992). */
#ifndef DISCLOSURE_SUPPRESS_H
#define DISCLOSURE_SUPPRESS_H

#include "base/err.h"
#include "base/progress.h"
#include "disclosure/model.h"

#include <stdint.h>

struct suppress_result {
    int64_t cost, bound; /* counts hidden as secondaries, over printed cells */
};

/* hidden[0..ncells-1] gets 1 for primaries and secondaries. ST_DATA when a cell cannot be protected
 * even if everything is hidden. */
MUST_CHECK enum status suppress_tables(const struct model *m, const int64_t *count,
                                       const struct progress *progress, uint8_t *hidden,
                                       struct suppress_result *out, struct err *e);

#endif
