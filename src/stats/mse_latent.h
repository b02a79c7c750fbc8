/* Latent class capture-recapture: people fall into classes within which lists are independent,
 * under a truncated stick-breaking prior (Manrique-Vallier 2016, Biometrics 72:1246), by Gibbs
 * sampling.
 *
 * Off by default: chains often sit in different modes. At least four chains are run, and split
 * R-hat (Gelman et al. 2013, section 11.4) of N must be at most 1.01 for the result to count. */
#ifndef STATS_MSE_LATENT_H
#define STATS_MSE_LATENT_H

#include "base/progress.h"
#include "stats/mse_table.h"

#define MSE_LATENT_CHAINS_MIN 4
#define MSE_LATENT_CHAINS_MAX 64
#define MSE_LATENT_CLASSES_MAX 64

struct mse_latent_options {
    int classes;             /* truncation K, 1 .. MSE_LATENT_CLASSES_MAX; 10 */
    double a_alpha, b_alpha; /* gamma prior of the concentration; 0.25, 0.25 */
    int chains;              /* MSE_LATENT_CHAINS_MIN .. MSE_LATENT_CHAINS_MAX */
    int burnin, samples, thinning;
    uint64_t seed; /* chain c uses Philox stream (seed, c) */
};

struct mse_latent_chain {
    double mean, mcse_mean, sd, q025, q10, q50, q90, q975; /* mcse by batch means */
};
struct mse_latent {
    struct mse_latent_options options;
    struct mse_latent_chain *chain; /* chains */
    double *N;                      /* chains * samples, chain by chain */
    double rhat;                    /* split, of N */
    bool converged;                 /* rhat <= 1.01 */
    struct mse_latent_chain all;    /* the chains pooled; NAN unless converged */
};
/* Whole counts with a total of at most 2^31. Arrays in the arena; the same for any thread count. */
void mse_latent_run(const struct mse_table *t, const struct mse_latent_options *o, int threads,
                    const struct progress *p, struct arena *a, struct mse_latent *out);

#endif
