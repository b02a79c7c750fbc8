/* Rounding that keeps to what was printed before, so that two prints of one count, or of a count
 * that changed by a few, do not tell more together than each alone.
 *
 * A count that did not change is printed as it was; one that rose is never printed lower and one
 * that fell never higher; and where all prints of a count, laid side by side, would leave a small
 * count or a small change too narrow a range, the other multiple of the base is taken. Where that
 * does not add up, in this order: large counts (base and more)
 * that changed not at all or by much are rounded anew; cells move by up to 2b - 1, in the direction
 * in which they changed; and last, cells move that should not have, which an audit must judge. See
 * docs/method/disclosure-rounding.md. */
#ifndef DISCLOSURE_ROUND_KEEP_H
#define DISCLOSURE_ROUND_KEEP_H

#include "disclosure/round.h"

/* One print of a cell: its true count then (the count of now where that is not known), and how far
 * a printed count could be from the true one. */
struct round_print {
    int64_t count, value, reach;
};

/* All prints of a cell, in order. */
struct round_past {
    const struct round_print *print;
    size_t prints;
};

/* As round_tables, with past[0..nlisted-1]. */
MUST_CHECK enum status round_keeping(const struct model *m, const int64_t *count,
                                     const struct round_past *past, int64_t base,
                                     const unsigned char key[ROUND_KEY_BYTES],
                                     const struct progress *progress, int64_t *published,
                                     struct round_result *out, struct err *e);

#endif
