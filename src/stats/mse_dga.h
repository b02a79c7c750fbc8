/* Bayesian model averaging over decomposable graphs (Madigan & York 1997, Biometrika 84:19).
 *
 * Lists are vertices; a decomposable graph's cliques and separators give the log-linear model. With
 * a hyper-Dirichlet prior of `delta` per cell of the full table and prior 1/N on n .. N_max, the
 * marginal likelihood of a graph at N is exact: sum over cliques less sum over separators of
 * M(S; N) = log Dirichlet-multinomial of the marginal table of S, plus the multinomial coefficient.
 * The complete graph is included, though its data hold no information on N. */
#ifndef STATS_MSE_DGA_H
#define STATS_MSE_DGA_H

#include "base/progress.h"
#include "stats/mse_table.h"

#define MSE_DGA_LISTS 6          /* 18,154 graphs */
#define MSE_DGA_GRID_MAX 5000000 /* N_max - n, up to five lists */
#define MSE_DGA_GRID_SIX 500000  /* with six */

struct mse_dga_graph {
    uint32_t edges; /* bit k: pair k of mse_pair_masks */
    double post_prob, post_mean_N;
};
struct mse_dga {
    double delta;
    double n, N_max;
    int n_graphs;
    struct mse_dga_graph *graph; /* by falling probability */
    size_t points;               /* N_max - n + 1 */
    double *pmf;                 /* pmf[k] is P(N = n + k) */
    double mean, sd, mode, q025, q10, q25, q50, q75, q90, q975, prob_at_Nmax, tail_prob_last_1pc;
    /* without the complete graph */
    double mean_without, q025_without, q50_without, q975_without, complete_prob;
};
static inline int mse_dga_grid(int lists)
{
    return lists < 6 ? MSE_DGA_GRID_MAX : MSE_DGA_GRID_SIX;
}

/* Whole counts; 2 .. MSE_DGA_LISTS lists; delta > 0; n <= N_max <= n + the grid's limit. Arrays in
 * the arena. The answer does not depend on threads. Every 16th N is looked at for every graph; then
 * every N for graphs above e^-20 of the heaviest, for the 80 heaviest, and where else a graph
 * counts in the distribution of N; the weight and mean of the others are those of the first look.
 */
void mse_dga(const struct mse_table *t, double delta, double N_max, int threads,
             const struct progress *p, struct arena *a, struct mse_dga *out);

#endif
