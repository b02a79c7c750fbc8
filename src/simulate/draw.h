/* Draws in whole numbers only, so that every machine draws the same: no library function of
 * floating point stands between the stream and the result. */
#ifndef SIMULATE_DRAW_H
#define SIMULATE_DRAW_H

#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A probability in units of 2^-32. */
typedef uint64_t chance32;

static inline bool draw_chance(struct rng *r, chance32 p)
{
    return rng_u32(r) < p;
}

/* 0..n-1, n > 0; the bias is below n / 2^32. */
static inline uint32_t draw_below(struct rng *r, uint32_t n)
{
    return (uint32_t)((uint64_t)rng_u32(r) * n >> 32);
}

/* lo..hi, both included. */
static inline int draw_between(struct rng *r, int lo, int hi)
{
    return lo + (int)draw_below(r, (uint32_t)(hi - lo + 1));
}

/* Running totals: index i with probability (cum[i] - cum[i-1]) / cum[n-1]. */
size_t draw_index(struct rng *r, const uint64_t *cum, size_t n);

/* A number of days by its 0, 10, 25, 50, 75, 90 and 100 % points, linear between them. */
enum { QUANTILE_POINTS = 7 };
int draw_days(struct rng *r, const int32_t points[QUANTILE_POINTS]);

#endif
