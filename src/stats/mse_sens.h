/* How much the number leans on one list, one pair of lists, one link, and the linkage. */
#ifndef STATS_MSE_SENS_H
#define STATS_MSE_SENS_H

#include "stats/mse_select.h"

/* One change of the table and the estimates after it. */
struct mse_sensitivity {
    const char *change; /* "none", "omit list", "merge lists", "one more link" */
    const char *what;   /* list, "A+B", "A-B"; in the arena */
    double n_observed, N_main, N_stepwise, lo, hi; /* NAN where there is no estimate */
    const char *pairs;                             /* terms chosen by the forward search */
};
/* Row "none", then every list left out, every two merged (from three lists on), every pair with one
 * more link (one person of each list alone found to be one). *rows is in the arena; returns how
 * many.
 */
int mse_list_sensitivity(const struct mse_table *t, double threshold, struct arena *a,
                         struct mse_sensitivity **rows);

/* The model fixed, the table corrected for a linkage error. `missed`: a share of the true links of
 * joint cells was missed: joint counts n / (1 - e), single-list cells reduced by e / (1 - e) times
 * the joint counts that hold the list. `false`: a share of the links is wrong: joint counts n (1 -
 * e), single-list cells raised by e times them. */
struct mse_linkage_error {
    bool missed; /* else false links */
    double rate;
    bool feasible; /* no cell becomes negative */
    double n_observed_corrected, dark, N, se_log_dark;
};
#define MSE_LINKAGE_RATES 7 /* 0 0.01 0.02 0.05 0.1 0.2 0.3 */
/* rows[2 * MSE_LINKAGE_RATES]: missed by rate, then false by rate. */
void mse_linkage_errors(const struct mse_table *t, const struct mse_model *m,
                        struct mse_linkage_error *rows);
/* Both at once, for the heat map of linker recall (1 - missed) and precision (1 - false). NAN when
 * a cell becomes negative or there is no estimate. */
double mse_linkage_estimate(const struct mse_table *t, const struct mse_model *m, double missed,
                            double wrong);

/* The estimate when one pair's term leaves the model, or enters it. */
struct mse_influence {
    int pair;      /* index in the order of mse_pair_masks */
    bool in;       /* the chosen model has it */
    int status;    /* of the model with the pair toggled */
    double N;      /* NAN when status is not 0 */
    double change; /* N / chosen N - 1 */
};
/* rows[mse_pairs], largest |change| first, models without an estimate last. */
void mse_pair_influence(const struct mse_table *t, const struct mse_model *m, double N,
                        struct mse_influence *rows);

#endif
