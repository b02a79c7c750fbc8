/* Counter-based random streams: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as
 * easy as 1, 2, 3"), through Random123. Draw k of stream (seed, stream) is the same on every
 * machine and for any number of threads. Not for keys or privacy noise: use libsodium there. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t seed, stream, block;
    uint32_t out[4];
    int left;
};

struct rng rng_stream(uint64_t seed, uint64_t stream);
uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
/* Uniform on [0, 1) with 53 bits. */
double rng_unit(struct rng *r);
/* Uniform on 0..n-1 without bias; n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* Standard normal by inversion-free Box-Muller (two uniforms a call, none kept). */
double rng_normal(struct rng *r);
double rng_exponential(struct rng *r); /* mean 1 */

#endif
