/* Philox streams in the form that GSL's samplers take. */
#ifndef STATS_MSE_DRAW_H
#define STATS_MSE_DRAW_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/* Free with gsl_rng_free. */
gsl_rng *mse_rng_new(void);
/* Starts stream (seed, stream) of base/rng.h. */
void mse_rng_stream(gsl_rng *r, uint64_t seed, uint64_t stream);

#endif
