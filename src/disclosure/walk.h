/* Solutions of a rounding program that branch and bound cannot find: local search.
 *
 * Every cell that is a sum is written as a sum of cells that are not, so that a state is one bit a
 * leaf and every row holds but for limits on sums; sums of the same leaves share a limit. Flips of
 * single leaves, focused on a broken limit, with weights that grow on limits that stay broken
 * (Morris 1993, "The breakout method"; Hoos & Stützle, Stochastic Local Search, ch. 6). What one
 * step of a sum gains or loses is kept with its limit, so that a flip is weighed by one addition
 * for each sum that the leaf is in. Deterministic for a given stream. */
#ifndef DISCLOSURE_WALK_H
#define DISCLOSURE_WALK_H

#include "base/rng.h"
#include "disclosure/bip_reduce.h"

struct walk;

/* Rows are a whole (+1, first) and its parts (-1); nothing is a part of itself. Both programs must
 * live as long; x below are values of the smaller one's columns. */
struct walk *walk_open(const struct bip *whole, const struct bip_reduced *small);
void walk_close(struct walk *w);

/* Starts at x (any 0/1 values); true when x became a solution within max_flips. `cost_weight` is
 * what one unit of cost weighs beside a broken limit: the more, the cheaper the solution and the
 * seldomer one is found. Adds the flips done to *flips. */
bool walk_solve(struct walk *w, struct rng *rng, uint64_t max_flips, double cost_weight, uint8_t *x,
                uint64_t *flips);

#endif
