/* Kaplan-Meier and what is read off it. */
#ifndef STATS_SURV_KM_H
#define STATS_SURV_KM_H

#include "stats/proportion.h"
#include "stats/surv_rows.h"

struct km_curve {
    size_t n; /* the group's distinct times, events and censorings */
    double *time, *risk, *event, *censor;
    double *surv;       /* product of 1 - d/Y (Kaplan & Meier 1958) */
    double *greenwood;  /* sum of d / (Y (Y - d)); INFINITY once everybody left had the event */
    double *cumhaz;     /* Nelson-Aalen: sum of d/Y */
    double *cumhaz_var; /* sum of d/Y^2 (Aalen 1978) */
    int64_t rows;
    double events;
};
/* The event is any of the causes. Free with km_free. */
void km_fit(const struct surv_counts *c, struct km_curve *out);
void km_free(struct km_curve *k);
/* Standard error of S at row k: S sqrt(greenwood); NAN where S is 0. */
double km_se(const struct km_curve *c, size_t k);
/* Last row with time <= t, or -1. */
long km_row(const struct km_curve *c, double t);

enum km_limits { KM_PLAIN, KM_LOG, KM_LOGLOG, KM_LOGIT, KM_ARCSIN, KM_LIMITS };
const char *km_limits_name(enum km_limits type); /* "plain", "log", "log-log", ... */
/* Limits of S from its value and Greenwood's sum; NAN where the transform has none. */
struct interval km_limit(double surv, double greenwood, double z, enum km_limits type);

/* Earliest time at which S falls to 1 - p; when S equals it on a stretch, its middle. Limits from
 * the limits of S. NAN: not reached. (Brookmeyer & Crowley 1982 for the limits.) */
struct km_quantile {
    double value, lo, hi;
};
struct km_quantile km_quantile(const struct km_curve *c, double p, double z, enum km_limits type);

/* Restricted mean: the area under S from 0 to tau, and its Greenwood-type error. */
struct km_mean {
    double mean, se, median;
};
struct km_mean km_mean(const struct km_curve *c, double tau);

/* Share with the event by t when the censored never / always have it (at once). */
struct km_bound {
    double events, censored; /* up to and including t */
    double never, km, at_once;
};
struct km_bound km_bound(const struct km_curve *c, double t);

#endif
