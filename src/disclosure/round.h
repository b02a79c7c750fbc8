/* Joint controlled rounding of all tables of a release.
 *
 * Every population cell x becomes p, a multiple of the base b with |p - x| < b (zero-restricted: a
 * multiple stays as it is, so 0 stays 0), such that every relation of the model holds for p too,
 * with the least sum of |p - x| over all printed cells. Cox (1987), "A constructive procedure for
 * unbiased controlled rounding"; Salazar-González (2006), "Controlled rounding and cell
 * perturbation".
 *
 * Where no such table exists (possible from three dimensions on) single cells may move by up to
 * 2b - 1; `relaxed` says how many did. See docs/method/disclosure-rounding.md. */
#ifndef DISCLOSURE_ROUND_H
#define DISCLOSURE_ROUND_H

#include "base/err.h"
#include "base/progress.h"
#include "disclosure/model.h"

#include <stdint.h>

#define ROUND_KEY_BYTES 32

struct round_result {
    int64_t cost, bound; /* over printed cells; equal when proven optimal */
    uint32_t relaxed;    /* printed cells with |p - x| >= b */
};

/* How cells may go beyond the base where no such table exists; by population cell. */
enum { ROUND_NOT_UP = 1, ROUND_NOT_DOWN = 2 };
struct round_beyond {
    const uint8_t *no; /* directions in which a cell does not; NULL: every cell may go both ways */
    const uint32_t *reluctance; /* cells with less go first */
};

/* `beyond` may be NULL. published[0..ncells-1] for the counts of model_count. `key` decides which
 * of the best tables is taken, together with the counts: same key and counts, same table. */
MUST_CHECK enum status round_tables(const struct model *m, const int64_t *count, int64_t base,
                                    const unsigned char key[ROUND_KEY_BYTES],
                                    const struct round_beyond *beyond,
                                    const struct progress *progress, int64_t *published,
                                    struct round_result *out, struct err *e);

#endif
