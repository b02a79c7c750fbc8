/* Choosing a model of pairs: forward steps, or every subset of pairs. */
#ifndef STATS_MSE_SELECT_H
#define STATS_MSE_SELECT_H

#include "stats/mse_fit.h"

#define MSE_PAIRS_MAX (MSE_LISTS_MAX * (MSE_LISTS_MAX - 1) / 2)

/* One candidate at one step of the forward search. */
struct mse_step {
    int step, pair;            /* from 1; index in the order of mse_pair_masks */
    double observed, expected; /* people on both lists; expected is NAN for a pair already in */
    double p;                  /* min(P(X <= observed), P(X >= observed)), X Poisson(expected) */
    int check;                 /* status of the model with the pair; -1 for a pair already in */
    bool included;
    double N_current; /* of the model before the step */
};

struct mse_path {
    struct mse_step *row; /* owned: free with mse_path_free */
    size_t rows, cap;
};
void mse_path_free(struct mse_path *p);

/* Forward selection (Chan, Silverman & Vincent 2021, section 2): from main effects, at each step
 * the pair with the smallest Poisson p-value enters if it is below `threshold`; a pair whose model
 * has no estimate or is not identified counts as p = 1; ties go to the lowest pair. The work's data
 * must be set (whole counts). On return *m is the model, *out its fit; `path` (may be NULL) gets
 * one row per pair and step, and then every candidate is checked. out->status is not 0 when even
 * main effects fail. Cost: one fit per step (plus one per candidate and step with a path). */
void mse_stepwise(struct mse_work *w, int lists, double threshold, struct mse_model *m,
                  struct mse_quick *out, struct mse_path *path);

/* The recipe of Silverman (2014): each step adds the pair whose model has the least AIC, as long as
 * the Wald p-value of the added term is below `threshold`. entered[] gets the pairs in order. */
void mse_stepwise_aic(struct mse_work *w, int lists, double threshold, struct mse_model *m,
                      struct mse_quick *out, int *entered, int *entered_count);

#define MSE_ALL_PAIRS_LISTS 6 /* 32,768 models */

/* Fits of every model of pairs: fit[bits], bit k is pair k. */
struct mse_all_pairs {
    int lists;
    size_t models;
    struct mse_quick *fit; /* owned: free with mse_all_pairs_free */
    /* summary */
    size_t ok, nonexist, nonident;               /* counts of status 0; with bit 1; with bit 2 */
    int aic_best, bic_best;                      /* bits, -1 when no model is ok */
    double aic_avg_N, bic_avg_N;                 /* averaged with weights exp(-difference / 2) */
    double N_min, N_q05, N_median, N_q95, N_max; /* over ok models, quantiles of type 7 */
};
/* lists <= MSE_ALL_PAIRS_LISTS. Existence is decided once per set of empty overlaps, for the model
 * with every overlapping pair: dropping an overlapping pair cannot destroy it. Results do not
 * depend on `threads`. */
void mse_all_pairs_fit(const struct mse_table *t, int threads, struct mse_all_pairs *out);
void mse_all_pairs_free(struct mse_all_pairs *a);
/* Model numbers by BIC (ties: the lower number), only ok ones; order[models]; returns how many. */
size_t mse_all_pairs_by_bic(const struct mse_all_pairs *a, uint32_t *order);

#endif
