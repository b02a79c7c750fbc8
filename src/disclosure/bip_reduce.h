/* A smaller program with the same solutions: what single rows already say.
 *
 * A sum with one part that is not a multiple of the base rounds as that part does, so most cells of
 * a sparse table are tied to another one. Columns that a row fixes are taken out and columns that a
 * row ties together (x = y or x = 1 - y) become one, until nothing changes; of rows that say the
 * same one is kept (presolve: Savelsbergh 1994, "Preprocessing and probing techniques for
 * mixed integer programming problems", section 1). */
#ifndef DISCLOSURE_BIP_REDUCE_H
#define DISCLOSURE_BIP_REDUCE_H

#include "base/err.h"
#include "disclosure/bip.h"

#define BIP_FIXED UINT32_MAX

/* A column of the whole program: value = offset + scale * value of column `to` of the smaller one,
 * or `offset` alone where `to` is BIP_FIXED. */
struct bip_tied {
    uint32_t to;
    int32_t scale, offset;
};

struct bip_reduced {
    struct bip p;     /* its arrays are owned here; ties may be negative, their sum is as small */
    int64_t constant; /* cost of a solution of the whole program less its cost here */
    uint32_t n;       /* columns of the whole program */
    struct bip_tied *tied;
};

/* False when a row proves that there is no solution; nothing is to be closed then. */
MUST_CHECK bool bip_reduce(const struct bip *whole, struct bip_reduced *r);
void bip_reduced_close(struct bip_reduced *r);

/* Values of all columns from those of the smaller program. */
void bip_expand(const struct bip_reduced *r, const uint8_t *small, uint8_t *whole);

#endif
