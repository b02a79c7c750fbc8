/* Many solutions by local search, each improved by exact neighbourhoods, the cheapest kept as
 * starts for more (a memetic algorithm: Moscato 1989; Lourenço, Martin & Stützle 2003, "Iterated
 * local search"). Where solutions are rare and lie far apart, neighbourhoods of one of them soon
 * find nothing more. */
#ifndef DISCLOSURE_BIP_BREED_H
#define DISCLOSURE_BIP_BREED_H

#include "disclosure/bip_near.h"
#include "disclosure/walk.h"

/* From the solution in `out`, better ones, until the work of `s` comes to `effort` or the result is
 * proven. */
void bip_breed(struct near *s, struct walk *w, uint64_t seed, double effort,
               const struct progress *progress, struct bip_result *out);

/* Work that takes as long as so many flips. */
uint64_t bip_flip_work(uint64_t flips);

#endif
