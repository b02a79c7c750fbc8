/* Profile likelihood of N under multinomial sampling.
 *
 * l(N) = log gamma(N + 1) - log gamma(N - n + 1) + sum n_c log p_c + (N - n) log p_0, maximized
 * over the log-linear model with the whole table observed and N - n people on no list, N real
 * (Sanathanan 1972; Cormack 1992). Its maximum solves digamma(N + 1) - digamma(N - n + 1) + log
 * p_0(N) = 0. */
#ifndef STATS_MSE_PROFILE_H
#define STATS_MSE_PROFILE_H

#include "stats/mse_fit.h"

struct mse_profile {
    bool ok; /* false: the model has no estimate, and nothing below is set but NAN */
    double N_multinomial_mle, profile_lo95, profile_hi95; /* hi INFINITY when l stays flat */
    double max_loglik_kernel;
};
void mse_profile(const struct mse_table *t, const struct mse_model *m, struct mse_profile *out);

#endif
