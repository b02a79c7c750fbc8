/* Events per exposure (person-years, years, cases seen), and their trend over years. */
#ifndef STATS_RATE_H
#define STATS_RATE_H

#include "stats/proportion.h"

#include <stdbool.h>
#include <stddef.h>

struct poisson_rate {
    double rate;
    struct interval exact; /* Garwood 1936 */
    struct interval byar;  /* Byar's approximation (Rothman & Boice 1979) */
    struct interval score;
};
/* x >= 0 events (whole) in exposure > 0. */
struct poisson_rate poisson_rate(double x, double exposure, double level);

/* Poisson regression of yearly counts on the year, log link; years are centred on their mean, so
 * the intercept is the log of the fitted count (or rate) in the middle. */
struct poisson_trend {
    double intercept, slope, se_slope;
    double ratio_per_year; /* exp(slope) */
    struct interval ratio; /* as if the counts were Poisson */
    double deviance;
    int df;                      /* points - 2 */
    double dispersion;           /* Pearson chi-square / df; 1 when the counts are Poisson */
    struct interval ratio_quasi; /* with the dispersion allowed for: t on df; NAN when df is 0 */
    double homogeneity_chisq, homogeneity_p; /* are all years alike? n - 1 df */
};
/* `exposure` may be NULL (all alike). At least 2 distinct years and one event, else ST_DATA. */
MUST_CHECK enum status poisson_trend(const double *year, const double *count,
                                     const double *exposure, size_t n, double level,
                                     struct poisson_trend *out, struct err *e);

#endif
