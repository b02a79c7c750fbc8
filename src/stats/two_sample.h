/* Two proportions side by side: x1 of n1 and x2 of n2 (independent people). Exact to the last few
 * digits for counts to 2^53; cost grows with the square root of the counts. */
#ifndef STATS_TWO_SAMPLE_H
#define STATS_TWO_SAMPLE_H

#include "stats/proportion.h"

/* NAN where a measure does not exist (a zero cell). */
struct two_proportions {
    double diff;              /* p1 - p2 */
    struct interval newcombe; /* Newcombe 1998, method 10: hybrid Wilson score */
    struct interval mn;       /* Miettinen & Nurminen 1985, score with N/(N - 1) */
    struct interval mee;      /* Mee 1984, score without it */
    struct interval wald;     /* for comparison only */
    double rr;                /* p1 / p2, and limits on the log scale (Katz et al. 1978) */
    struct interval rr_ci;
    double odds_ratio; /* sample odds ratio, limits of Woolf 1955 */
    struct interval odds_ratio_ci;
    double fisher_p;             /* two-sided: all tables no more probable than this one */
    double fisher_cond_or;       /* conditional maximum likelihood; 0 or INFINITY at the ends */
    struct interval fisher;      /* exact conditional limits */
    double chisq, chisq_p;       /* Pearson, 1 df */
    double chisq_cc, chisq_cc_p; /* Yates' correction, at most |observed - expected| */
};
struct two_proportions two_proportions(double x1, double n1, double x2, double n2, double level);

#endif
