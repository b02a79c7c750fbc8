/* One proportion: x of n. Confidence intervals, and what unknown follow-up and linkage error do.
 *
 * Counts are whole numbers held in doubles (exact to 2^53); 0 <= x <= n, n >= 1; level in (0, 1).
 * The caller checks them (proportion_check); a breach is a BUG. Nothing here allocates. */
#ifndef STATS_PROPORTION_H
#define STATS_PROPORTION_H

#include "base/err.h"

struct interval {
    double lo, hi;
};

enum proportion_method {
    PROP_WILSON,          /* Wilson 1927: the default; 0 and 1 exact at the ends */
    PROP_WILSON_CC,       /* with continuity correction (Newcombe 1998, method 4) */
    PROP_CLOPPER_PEARSON, /* "exact": coverage never below the level */
    PROP_MID_P,           /* half of P(X = x) on each side */
    PROP_AGRESTI_COULL,   /* not clipped to 0..1 */
    PROP_ASYMPTOTIC,      /* Wald; printed for comparison, never used; not clipped */
    PROP_LOGIT,           /* delta method; Clopper-Pearson when x is 0 or n */
    PROP_CLOGLOG,
    PROP_PROBIT,
    PROP_JEFFREYS, /* Beta(1/2, 1/2) prior, equal tails; 0 and 1 set at the ends */
    PROP_METHODS
};

/* The names used in files. */
const char *proportion_method_name(enum proportion_method m);
struct interval proportion_interval(double x, double n, double level, enum proportion_method m);

/* ST_DATA when the counts cannot be a proportion, ST_USAGE for the level. */
MUST_CHECK enum status proportion_check(double x, double n, double level, struct err *e);

/* Normal quantile for a two-sided level: 0.95 -> 1.959963984540054. */
double two_sided_z(double level);

/* ---- unknown follow-up ---- */

/* What n_yes, n_no and n_unknown say without assuming anything about the unknown (Manski 1989). */
struct missing_bounds {
    double complete_case;            /* NAN when nobody is known */
    struct interval complete_wilson; /* NAN as above */
    struct interval identified;      /* all unknown "no" .. all "yes" */
    struct interval set_wilson;      /* outer limits: of the floor, and of the ceiling */
    struct interval set_cp;
    double imbens_manski_c;        /* the critical value, between one- and two-sided z */
    struct interval imbens_manski; /* Imbens & Manski 2004, eq. 6-7: covers the true rate */
};
struct missing_bounds missing_bounds(double yes, double no, double unknown, double level);

/* Rate in all when a share q of the unknown are "yes" (pattern mixture). */
double missing_pattern_mixture(double yes, double no, double unknown, double q);
/* Share of "yes" among the unknown when their odds are gamma times those of the known; NAN when
 * nobody is known. */
double missing_odds_shift(double yes, double no, double gamma);

/* Where a conclusion "the rate is below (above) c" stops being true. */
struct tipping {
    double share;          /* of "yes" among the unknown at which the rate equals c; may lie outside
                              0..1: then no value of theirs matters; NAN without unknown */
    double gamma;          /* the same as an odds shift; NAN when no shift does it */
    double interval_share; /* at which the Wilson interval first touches c; NAN: at none */
    int holds;             /* 1 whatever the unknown are, 0 for some of their values, -1 for none */
};
struct tipping missing_tipping(double yes, double no, double unknown, double level, double c,
                               int below);

/* ---- linkage error ---- */

/* A rate of "seen again" whose links are found with the given sensitivity (recall) and specificity
 * (per person without a true link), each in 0..1 with sum over 1: Rogan & Gladen 1978. */
struct rogan_gladen {
    double observed, raw, adjusted; /* adjusted = raw clipped to 0..1 */
    double se_delta;
    struct interval wald, wilson, cp; /* limits mapped the same way and clipped */
    double false_links;               /* n (1 - specificity): seen even if the true rate is 0 */
};
struct rogan_gladen rogan_gladen(double x, double n, double sensitivity, double specificity,
                                 double level);

#endif
