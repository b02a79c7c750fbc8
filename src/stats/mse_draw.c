#include "stats/mse_draw.h"

#include "base/rng.h"

static void set(void *state, unsigned long seed)
{
    *(struct rng *)state = rng_stream(seed, 0);
}

static unsigned long get(void *state)
{
    return rng_u32(state);
}

static double get_double(void *state)
{
    return rng_unit(state);
}

static const gsl_rng_type philox = {"philox4x32-10", UINT32_MAX, 0, sizeof(struct rng), set, get,
                                    get_double};

gsl_rng *mse_rng_new(void)
{
    return gsl_rng_alloc(&philox);
}

void mse_rng_stream(gsl_rng *r, uint64_t seed, uint64_t stream)
{
    *(struct rng *)r->state = rng_stream(seed, stream);
}
