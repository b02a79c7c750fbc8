#include "stats/surv_km.h"

#include "base/mem.h"
#include "stats/numeric.h"

#include <float.h>
#include <stdlib.h>

void km_fit(const struct surv_counts *c, struct km_curve *out)
{
    size_t n = c->n;
    *out = (struct km_curve){.n = n, .rows = c->rows};
    double *all = mem_array(8 * n, sizeof *all),
           **part[] = {&out->time, &out->risk,      &out->event,  &out->censor,
                       &out->surv, &out->greenwood, &out->cumhaz, &out->cumhaz_var};
    for (size_t k = 0; k < 8; k++)
        *part[k] = all + k * n;
    double surv = 1;
    struct nsum greenwood = NSUM_ZERO, hazard = NSUM_ZERO, variance = NSUM_ZERO;
    bool ended = false;
    for (size_t k = 0; k < n; k++) {
        double y = (double)c->risk[k], d = (double)surv_any_event(c, k);
        if (d > 0) {
            surv *= (y - d) / y;
            nsum_add(&hazard, d / y);
            nsum_add(&variance, d / (y * y));
            if (y > d)
                nsum_add(&greenwood, d / (y * (y - d)));
            ended |= y == d;
        }
        out->time[k] = c->time[k];
        out->risk[k] = y;
        out->event[k] = d;
        out->censor[k] = (double)c->censored[k];
        out->surv[k] = surv;
        out->greenwood[k] = ended ? INFINITY : nsum_value(&greenwood);
        out->cumhaz[k] = nsum_value(&hazard);
        out->cumhaz_var[k] = nsum_value(&variance);
        out->events += d;
    }
}

void km_free(struct km_curve *k)
{
    free(k->time); /* one block */
    *k = (struct km_curve){0};
}

double km_se(const struct km_curve *c, size_t k)
{
    return c->surv[k] > 0 ? c->surv[k] * sqrt(c->greenwood[k]) : NAN;
}

long km_row(const struct km_curve *c, double t)
{
    size_t lo = 0, hi = c->n;
    while (lo < hi) {
        size_t middle = (lo + hi) / 2;
        if (c->time[middle] <= t)
            lo = middle + 1;
        else
            hi = middle;
    }
    return (long)lo - 1;
}

const char *km_limits_name(enum km_limits type)
{
    static const char *const names[] = {"plain", "log", "log-log", "logit", "arcsin"};
    return names[type];
}

/* `s` is the standard error of log S. */
struct interval km_limit(double p, double greenwood, double z, enum km_limits type)
{
    double s = sqrt(greenwood), half;
    struct interval r = {NAN, NAN};
    if (p <= 0)
        return r;
    switch (type) {
    case KM_PLAIN:
        half = z * s * p;
        return (struct interval){fmax(0, p - half), fmin(1, p + half)};
    case KM_LOG:
        return (struct interval){exp(log(p) - z * s), fmin(1, exp(log(p) + z * s))};
    case KM_LOGLOG:
        if (p == 1)
            return r;
        half = z * s / log(p); /* negative */
        return (struct interval){exp(-exp(log(-log(p)) - half)), exp(-exp(log(-log(p)) + half))};
    case KM_LOGIT:
        if (p == 1)
            return r;
        half = z * s / (1 - p);
        return (struct interval){1 - 1 / (1 + exp(log(p / (1 - p)) - half)),
                                 1 - 1 / (1 + exp(log(p / (1 - p)) + half))};
    case KM_ARCSIN: {
        if (p == 1)
            return r;
        half = 0.5 * z * s * sqrt(p / (1 - p));
        double lo = sin(fmax(0, asin(sqrt(p)) - half)),
               hi = sin(fmin(M_PI / 2, asin(sqrt(p)) + half));
        return (struct interval){lo * lo, hi * hi};
    }
    case KM_LIMITS:
        break;
    }
    BUG("limits of type %d", (int)type);
}

/* ---- quantiles ---- */

struct level {
    double value; /* of 1 - S, or of 1 - a limit of S */
    size_t place; /* 0: the start, k + 1: row k */
};

static int by_value(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* The first time at which the curve reaches p; the middle of the stretch on which it equals p.
 * Limits need not be monotone, so levels are looked up in order of their value, each at its first
 * time, as R's quantile.survfit does. */
static double first_reach(const struct km_curve *c, const double *y, double p)
{
    const double tolerance = sqrt(DBL_EPSILON);
    struct level *v = mem_array(c->n + 1, sizeof *v);
    size_t n = 0, distinct = 0;
    v[n++] = (struct level){0, 0};
    for (size_t k = 0; k < c->n; k++)
        if (!isnan(y[k]))
            v[n++] = (struct level){1 - y[k], k + 1};
    qsort(v, n, sizeof *v, by_value);
    struct level last = {0, 0};
    for (size_t k = 0; k < n; k++) {
        if (k > 0 && v[k].value == v[k - 1].value)
            continue;
        if (v[k].place >= last.place)
            last = v[k];
        v[distinct++] = v[k];
    }
    double times[2] = {NAN, NAN};
    for (int side = 0; side < 2; side++) {
        double shift = side == 0 ? tolerance : -tolerance;
        size_t k = 0;
        while (k < distinct && v[k].value + shift < p)
            k++;
        if (k < distinct)
            times[side] = v[k].place ? c->time[v[k].place - 1] : 0;
    }
    free(v);
    if (c->n && !isnan(y[c->n - 1]) && fabs(p - last.value) < tolerance)
        times[1] = c->time[c->n - 1];
    return (times[0] + times[1]) / 2;
}

/* Of S alone: the first time at or below 1/2, the middle of the stretch when it equals 1/2. */
static double median(const struct km_curve *c)
{
    const double tolerance = sqrt(DBL_EPSILON);
    size_t k = 0;
    while (k < c->n && c->surv[k] >= 0.5 + tolerance)
        k++;
    if (k == c->n)
        return NAN;
    if (fabs(c->surv[k] - 0.5) < tolerance)
        for (size_t j = k; j < c->n; j++)
            if (c->surv[j] < c->surv[k])
                return (c->time[k] + c->time[j]) / 2;
    return c->time[k];
}

struct km_quantile km_quantile(const struct km_curve *c, double p, double z, enum km_limits type)
{
    double *lo = mem_array(2 * c->n, sizeof *lo), *hi = lo + c->n;
    for (size_t k = 0; k < c->n; k++) {
        struct interval r = km_limit(c->surv[k], c->greenwood[k], z, type);
        lo[k] = r.lo;
        hi[k] = r.hi;
    }
    struct km_quantile q = {first_reach(c, c->surv, p), first_reach(c, lo, p),
                            first_reach(c, hi, p)};
    free(lo);
    return q;
}

/* ---- restricted mean ---- */

struct km_mean km_mean(const struct km_curve *c, double tau)
{
    long last = km_row(c, tau);
    struct nsum area = NSUM_ZERO, variance = NSUM_ZERO;
    double surv = last >= 0 ? c->surv[last] : 1, upper = tau;
    /* Backwards: the area from each time to tau is what the event at that time can change. */
    for (long k = last; k >= 0; k--) {
        nsum_add(&area, (upper - c->time[k]) * c->surv[k]);
        double d = c->event[k], y = c->risk[k], beyond = nsum_value(&area);
        if (d > 0 && y > d)
            nsum_add(&variance, beyond * beyond * d / (y * (y - d)));
        upper = c->time[k];
        surv = 1;
    }
    nsum_add(&area, upper * surv);
    return (struct km_mean){nsum_value(&area), sqrt(nsum_value(&variance)), median(c)};
}

struct km_bound km_bound(const struct km_curve *c, double t)
{
    struct km_bound b = {0};
    long last = km_row(c, t);
    for (long k = 0; k <= last; k++) {
        b.events += c->event[k];
        b.censored += c->censor[k];
    }
    double n = (double)c->rows;
    b.never = b.events / n;
    b.km = last >= 0 ? 1 - c->surv[last] : 0;
    b.at_once = (b.events + b.censored) / n;
    return b;
}
