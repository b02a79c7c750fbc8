/* A first solution of a rounding program that branch and bound cannot find: local search.
 *
 * Every cell that is a sum is written as a sum of cells that are not, so that a state is one bit a
 * leaf and every row holds but for limits 0..1 on sums. Flips of single leaves, focused on a broken
 * limit, with weights that grow on limits that stay broken (Morris 1993, "The breakout method";
 * Hoos & Stützle, Stochastic Local Search, ch. 6). Deterministic for a given seed. */
#ifndef DISCLOSURE_WALK_H
#define DISCLOSURE_WALK_H

#include "disclosure/bip.h"

/* Starts at x (any 0/1 values); true when x became a solution within max_flips. */
bool walk_solve(const struct bip *p, uint64_t seed, uint64_t max_flips, uint8_t *x);

#endif
