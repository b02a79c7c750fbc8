/* Multiple systems estimation, whole: from list-membership counts to the estimate, everything that
 * must stand beside it, and the grade that says whether it may be printed as a number.
 *
 * Pure: the seed is an argument, nothing is read or written. The library entry for the command line
 * and for the register's report. Methods and sources: docs/method/mse-*.md. */
#ifndef STATS_MSE_H
#define STATS_MSE_H

#include "base/progress.h"
#include "stats/mse_boot.h"
#include "stats/mse_closedp.h"
#include "stats/mse_dga.h"
#include "stats/mse_fit.h"
#include "stats/mse_latent.h"
#include "stats/mse_pair.h"
#include "stats/mse_profile.h"
#include "stats/mse_select.h"
#include "stats/mse_sens.h"

#define MSE_THRESHOLD 0.02 /* least log error over 28 scenarios: Chan, Silverman & Vincent 2021 */
#define MSE_TOP_MODELS 50  /* models that compete in the bootstrap of an exhaustive search */

struct mse_options {
    enum mse_how how;       /* a named model, forward steps, or the least BIC of all pair models */
    double threshold;       /* of forward steps, also in the sensitivity table; 0 < p < 1 */
    struct mse_model model; /* MSE_BY_MODEL */
    int bootstrap;          /* replicates, 0 for none */
    uint64_t seed;
    const double *boot_counts; /* replicates * filled cells in table order, or NULL: drawn */
    bool profile, rcapture, dga, latent;
    bool every_change; /* the whole sensitivity table also above MSE_CHANGES_LISTS lists */
    double dga_delta, dga_max;
    struct mse_latent_options latent_options;
    int threads;
    const struct progress *progress; /* may be NULL */
};
#define MSE_CHANGES_LISTS 10

enum mse_grade {
    MSE_GRADE_POINT,   /* no warning: the number may be used with its interval */
    MSE_GRADE_CAUTION, /* one warning: the number with the warning beside it */
    MSE_GRADE_RANGE,   /* two or more: a range, no number */
    MSE_GRADE_NONE     /* the chosen model gives no estimate */
};
/* "point", "caution", "range only", "no estimate" */
const char *mse_grade_name(enum mse_grade g);

#define MSE_REASONS_MAX 16
struct mse_recipe { /* the 2014 recipe at one threshold */
    const char *method, *terms;
    double lo95, lo80, N, hi80, hi95;
};

struct mse_report {
    const struct mse_table *table;
    struct mse_two_lists *two_lists; /* pairs */
    struct mse_lower_bounds bounds;
    int filled_cells;
    double people_in_overlaps;
    struct mse_fixed chosen, main;
    struct mse_path path; /* forward steps; empty otherwise */
    bool have_all_pairs;  /* up to MSE_ALL_PAIRS_LISTS lists, whole or fractional counts */
    struct mse_all_pairs all_pairs;
    struct mse_influence *influence; /* pairs; NULL when the model gives no estimate */
    struct mse_sensitivity *changes;
    int change_rows;
    struct mse_linkage_error *linkage; /* 2 * MSE_LINKAGE_RATES */
    bool have_boot;
    struct mse_boot boot;
    int boot_models; /* that competed in each replicate; 1 for a named model, 0 for forward steps */
    bool have_profile;
    struct mse_profile profile[2]; /* main effects, the chosen model */
    struct mse_recipe recipe[3];
    int closedp_rows;
    struct mse_closedp closedp[MSE_CLOSEDP_ROWS];
    bool have_dga, have_latent;
    struct mse_dga dga;
    struct mse_latent latent;

    /* the headline */
    double estimate;           /* NAN when withheld */
    double lo, hi;             /* its 95% interval, set even when the number is withheld */
    const char *interval;      /* "BCa bootstrap", "Wald on log(unobserved)", "transformed logit" */
    double range_lo, range_hi; /* what can be said instead; NAN when nothing can */
    const char *range_of;      /* in words */
    enum mse_grade grade;
    int flags; /* how many of the reasons are red flags */
    const char *reason[MSE_REASONS_MAX];
    const char *plain_reason[MSE_REASONS_MAX]; /* the same without a count, for what is published */
    int reasons;
    const char *assumption;
};

/* Everything asked for, and what must be shown anyway. Lives in the arena, but for heap parts that
 * mse_report_free frees. The table must outlive it. ST_DATA: the question cannot be asked of these
 * counts (fractional counts with forward steps, bootstrap, graphs or latent classes; too many lists
 * for what is asked). A model without an estimate is no error: see status, grade, reasons. */
MUST_CHECK enum status mse_analyse(const struct mse_table *t, const struct mse_options *o,
                                   struct arena *a, struct mse_report *r, struct err *e);
void mse_report_free(struct mse_report *r);

#endif
