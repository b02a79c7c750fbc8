/* Exact neighbourhoods of a solution: some columns are free, the others stay as they are, and the
 * program over the free ones is solved by branch and bound (large neighbourhood search: Shaw 1998;
 * the free columns lie together, by breadth over the rows). */
#ifndef DISCLOSURE_BIP_NEAR_H
#define DISCLOSURE_BIP_NEAR_H

#include "base/progress.h"
#include "base/rng.h"
#include "disclosure/bip.h"

struct near {
    const struct bip *p;
    struct rng rng;
    uint32_t *start, *row; /* rows of each column */
    uint64_t work;         /* done so far, in simplex iterations times columns */
};

void near_open(struct near *s, const struct bip *p, uint64_t seed);
void near_close(struct near *s);

/* Neighbourhoods of `size` columns, until `idle` in a row gave nothing better. */
void near_settle(struct near *s, uint32_t size, uint32_t idle, struct bip_result *out);
/* Neighbourhoods that grow from `size` columns to what can be solved, until the work comes to
 * `effort` or the result is proven. */
void near_widen(struct near *s, uint32_t size, double effort, const struct progress *progress,
                struct bip_result *out);

#endif
