/* 0/1 programs with equality rows of coefficients +1 and -1: what controlled rounding needs.
 *
 * The program is made smaller (`bip_reduce`); linear relaxation; branch and bound while that is
 * cheap; else local search (`walk`, `bip_breed`), improved by solving neighbourhoods exactly
 * (`bip_near`). Deterministic for a given seed. */
#ifndef DISCLOSURE_BIP_H
#define DISCLOSURE_BIP_H

#include "base/progress.h"

#include <stdbool.h>
#include <stdint.h>

#define BIP_TIE_TOTAL 0.45

struct bip {
    uint32_t n, nrows;
    const int64_t *cost; /* whole numbers */
    const double *tie;   /* >= 0, summing to less than BIP_TIE_TOTAL: which of the best is taken */
    const uint32_t *row_start, *column;
    const int32_t *sign; /* +1 or -1, beside column; any other number in a smaller program */
    const int64_t *rhs;
};

struct bip_result {
    bool found, impossible; /* impossible: proven that there is none */
    uint8_t *x;             /* n, caller's */
    int64_t cost, bound;    /* cost == bound: proven optimal */
};

int64_t bip_cost(const struct bip *p, const uint8_t *x);
/* Takes x as the result when it is a solution and cheaper than what was found before. */
bool bip_offer(const struct bip *p, const uint8_t *x, struct bip_result *out);

/* `effort` scales the search after the first solution, in simplex iterations times rows. */
void bip_solve(const struct bip *p, uint64_t seed, double effort, const struct progress *progress,
               struct bip_result *out);

#endif
