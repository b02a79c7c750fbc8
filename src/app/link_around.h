/* Which records have to be linked again with some that changed: everybody in their components.
 *
 * Every pair whose weight is above the threshold, every quoted reference and every decision of a
 * person is a claim in the register, so a component is found by walking along claims; lines are
 * walked too, so that whole lines come out. */
#ifndef APP_LINK_AROUND_H
#define APP_LINK_AROUND_H

#include "store/store.h"

/* *out: ascending, to be freed. `seed` are visible records. Cost: a few look-ups a record found. */
MUST_CHECK enum status link_around(struct store *s, const int64_t *seed, size_t seeds,
                                   int64_t **out, size_t *n, struct err *e);

#endif
