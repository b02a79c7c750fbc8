/* 0/1 programs with equality rows of coefficients +1 and -1: what controlled rounding needs.
 *
 * Linear relaxation; branch and bound while that is cheap; else local search for a first solution,
 * improved by solving small neighbourhoods exactly. Deterministic for a given seed. */
#ifndef DISCLOSURE_BIP_H
#define DISCLOSURE_BIP_H

#include "base/progress.h"

#include <stdbool.h>
#include <stdint.h>

struct bip {
    uint32_t n, nrows;
    const int64_t *cost; /* whole numbers */
    const double *tie;   /* >= 0, summing to less than 0.45: which of the best is taken */
    const uint32_t *row_start, *column;
    const int8_t *sign; /* +1 or -1, beside column */
    const int64_t *rhs;
};

struct bip_result {
    bool found, impossible; /* impossible: proven that there is none */
    uint8_t *x;             /* n, caller's */
    int64_t cost, bound;    /* cost == bound: proven optimal */
};

/* `effort` scales the search after the first solution, in simplex iterations times rows. */
void bip_solve(const struct bip *p, uint64_t seed, double effort, const struct progress *progress,
               struct bip_result *out);

#endif
