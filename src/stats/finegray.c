#include "stats/finegray.h"

#include "base/mem.h"
#include "stats/numeric.h"

#include <stdlib.h>

enum { MAX_ITER = 50, MAX_HALVING = 20, MOST_COVARIATES = 100 };

/* Rows in order of time; covariates centred (which changes no result). */
struct work {
    const struct surv_rows *rows;
    const struct surv_order *order;
    int p, cause;
    size_t n, times;
    double *x;      /* n x p in walk order */
    double *weight; /* exp(eta) */
    double *eta;
    int32_t *at;             /* walk order -> distinct time of the walk, 0..times-1 */
    double *g;               /* censoring survival just before each distinct time */
    double *risk, *censored; /* counts at each distinct time */
    /* per distinct time, of the last look: */
    double *s0, *zbar; /* weighted size of the risk set; weighted mean of x (p) */
    double *fail;      /* events of the cause */
};

static int kind(const struct work *w, size_t k) /* 0 censored, 1 the cause, 2 another */
{
    int32_t e = w->rows->event[w->order->by_stop[k]];
    return e == 0 ? 0 : e == w->cause ? 1 : 2;
}

static void work_make(struct work *w, const double *x)
{
    size_t p = (size_t)w->p;
    w->x = mem_array(w->n * p, sizeof *w->x);
    w->weight = mem_array(2 * w->n, sizeof *w->weight);
    w->eta = w->weight + w->n;
    w->at = mem_array(w->n, sizeof *w->at);
    w->times = 0;
    for (size_t k = 0; k < w->n; k++) {
        if (k > 0 && w->order->at[w->order->by_stop[k]] != w->order->at[w->order->by_stop[k - 1]])
            w->times++;
        w->at[k] = (int32_t)w->times;
    }
    w->times++;
    w->g = mem_zalloc(w->times * (5 + p), sizeof *w->g);
    w->risk = w->g + w->times;
    w->censored = w->g + 2 * w->times;
    w->s0 = w->g + 3 * w->times;
    w->fail = w->g + 4 * w->times;
    w->zbar = w->g + 5 * w->times;
    for (size_t j = 0; j < p; j++) {
        struct nsum sum = NSUM_ZERO;
        for (size_t k = 0; k < w->n; k++)
            nsum_add(&sum, x[(size_t)w->order->by_stop[k] * p + j]);
        double mean = nsum_value(&sum) / (double)w->n;
        for (size_t k = 0; k < w->n; k++)
            w->x[k * p + j] = x[(size_t)w->order->by_stop[k] * p + j] - mean;
    }
    for (size_t k = w->n; k-- > 0;) {
        w->censored[w->at[k]] += kind(w, k) == 0;
        w->fail[w->at[k]] += kind(w, k) == 1;
        w->risk[w->at[k]] = (double)(w->n - k);
    }
    double g = 1;
    for (size_t t = 0; t < w->times; t++) {
        w->g[t] = g;
        g *= (w->risk[t] - w->censored[t]) / w->risk[t];
    }
}

static void work_free(struct work *w)
{
    free(w->x);
    free(w->weight);
    free(w->at);
    free(w->g);
}

static void refresh(struct work *w, const double *b)
{
    size_t p = (size_t)w->p;
    for (size_t k = 0; k < w->n; k++) {
        double eta = 0;
        for (size_t j = 0; j < p; j++)
            eta += b[j] * w->x[k * p + j];
        w->eta[k] = eta;
        w->weight[k] = exp(eta);
    }
}

static int size_of(int p)
{
    return 1 + p + p * (p + 1) / 2;
}

static void add_row(struct nsum *sum, const double *x, double weight, int p)
{
    nsum_add(&sum[0], weight);
    int at = 1 + p;
    for (int a = 0; a < p; a++) {
        nsum_add(&sum[1 + a], weight * x[a]);
        for (int b = 0; b <= a; b++)
            nsum_add(&sum[at++], weight * x[a] * x[b]);
    }
}

/* Log likelihood at b, with score and information when `u` is given; fills s0 and zbar. */
static double look(struct work *w, const double *b, double *u, double *information)
{
    int p = w->p, size = size_of(p);
    refresh(w, b);
    struct nsum *sums = mem_zalloc(2 * (size_t)size + (size_t)p * (size_t)(p + 1), sizeof *sums);
    struct nsum *here = sums, *past = sums + size, *us = sums + 2 * size, *is = us + p;
    struct nsum loglik = NSUM_ZERO;
    /* `past` (competing ends, divided by their G) grows with time, `here` shrinks: the sums over
     * all of past are made first and taken back going down. */
    for (size_t k = 0; k < w->n; k++)
        if (kind(w, k) == 2)
            add_row(past, w->x + k * (size_t)p, w->weight[k] / w->g[w->at[k]], p);
    for (size_t k = w->n; k > 0;) {
        size_t t = (size_t)w->at[k - 1];
        for (; k > 0 && (size_t)w->at[k - 1] == t; k--) {
            const double *x = w->x + (k - 1) * (size_t)p;
            add_row(here, x, w->weight[k - 1], p);
            if (kind(w, k - 1) == 2)
                add_row(past, x, -w->weight[k - 1] / w->g[t], p);
            if (kind(w, k - 1) != 1)
                continue;
            nsum_add(&loglik, w->eta[k - 1]);
            for (int a = 0; a < p; a++)
                nsum_add(&us[a], x[a]);
        }
        double d = w->fail[t], s0 = nsum_value(&here[0]) + w->g[t] * nsum_value(&past[0]);
        w->s0[t] = s0;
        if (d == 0)
            continue;
        nsum_add(&loglik, -d * log(s0));
        double *zbar = w->zbar + t * (size_t)p;
        for (int a = 0, at = 1 + p; a < p; a++) {
            zbar[a] = (nsum_value(&here[1 + a]) + w->g[t] * nsum_value(&past[1 + a])) / s0;
            nsum_add(&us[a], -d * zbar[a]);
            for (int c = 0; c <= a; c++, at++)
                nsum_add(&is[a * p + c],
                         d * ((nsum_value(&here[at]) + w->g[t] * nsum_value(&past[at])) / s0 -
                              zbar[a] * zbar[c]));
        }
    }
    for (int a = 0; a < p && u; a++) {
        u[a] = nsum_value(&us[a]);
        for (int c = 0; c <= a; c++)
            information[a * p + c] = information[c * p + a] = nsum_value(&is[a * p + c]);
    }
    free(sums);
    return nsum_value(&loglik);
}

/* ---- Newton with step halving ---- */

static bool is_flat(const double *u, const double *b, int p, double loglik)
{
    double most = 0;
    for (int a = 0; a < p; a++)
        most = fmax(most, fabs(u[a]) * fmax(fabs(b[a]), 1));
    return most < fmax(fabs(loglik), 1) * 1e-12;
}

static bool climb(struct work *w, double *b, double *u, double *information, double *loglik)
{
    int p = w->p;
    size_t pp = (size_t)p * (size_t)p;
    double *factor = mem_array(pp + 2 * (size_t)p, sizeof *factor), *step = factor + pp,
           *trial = step + p;
    bool done = false;
    for (int turn = 0; turn <= MAX_ITER; turn++) {
        *loglik = look(w, b, u, information);
        if (is_flat(u, b, p, *loglik)) {
            done = true;
            break;
        }
        memcpy(factor, information, pp * sizeof *factor);
        memcpy(step, u, (size_t)p * sizeof *step);
        num_ldl(factor, p, 1e-12);
        num_ldl_solve(factor, p, step);
        double slope = 0, length = 1;
        double longest = 0;
        for (int a = 0; a < p; a++) {
            slope += step[a] * u[a];
            longest = fmax(longest, fabs(step[a]) / fmax(fabs(b[a]), 1));
        }
        if (longest < 1e-13) { /* rounding alone keeps the score from zero */
            done = true;
            break;
        }
        for (int half = 0;; half++) {
            for (int a = 0; a < p; a++)
                trial[a] = b[a] + length * step[a];
            double now = look(w, trial, NULL, NULL);
            if (now >= *loglik + 1e-4 * length * slope || half > MAX_HALVING)
                break;
            length /= 2;
        }
        memcpy(b, trial, (size_t)p * sizeof *b);
    }
    free(factor);
    return done;
}

/* ---- variance ---- */

/* Running integrals over the event times up to and including each distinct time. */
struct integrals {
    double *a0, *a1; /* of dLambda, of zbar dLambda */
    double *w0, *w1; /* the same weighted with G(t-) */
    double *c;       /* p: integral of q / Y dLambda_c */
    double *q;       /* p: at each time */
};

static void integrate(const struct work *w, struct integrals *v)
{
    size_t p = (size_t)w->p, m = w->times;
    double *all = mem_zalloc(m * (2 + 4 * p), sizeof *all);
    *v = (struct integrals){all,
                            all + 2 * m,
                            all + m,
                            all + 2 * m + m * p,
                            all + 2 * m + 2 * m * p,
                            all + 2 * m + 3 * m * p};
    struct nsum *s = mem_zalloc(2 + 2 * p, sizeof *s);
    for (size_t t = 0; t < m; t++) {
        double d = w->fail[t] > 0 ? w->fail[t] / w->s0[t] : 0;
        nsum_add(&s[0], d);
        nsum_add(&s[1], d * w->g[t]);
        v->a0[t] = nsum_value(&s[0]);
        v->w0[t] = nsum_value(&s[1]);
        for (size_t a = 0; a < p; a++) {
            nsum_add(&s[2 + a], d * w->zbar[t * p + a]);
            nsum_add(&s[2 + p + a], d * w->zbar[t * p + a] * w->g[t]);
            v->a1[t * p + a] = nsum_value(&s[2 + a]);
            v->w1[t * p + a] = nsum_value(&s[2 + p + a]);
        }
    }
    free(s);
}

/* q(u): what a censoring at u does to the score, through the weights of those with a competing end
 * before u and the events at u or after it; and its integral against the censoring hazard. */
static void censoring_terms(const struct work *w, struct integrals *v)
{
    size_t p = (size_t)w->p, last = w->times - 1;
    struct nsum *s = mem_zalloc(1 + 2 * p, sizeof *s);
    for (size_t k = 0; k < w->n;) {
        size_t t = (size_t)w->at[k];
        double hazard = w->censored[t] / w->risk[t];
        double later = v->w0[last] - (t > 0 ? v->w0[t - 1] : 0);
        for (size_t a = 0; a < p; a++) {
            double later_x = v->w1[last * p + a] - (t > 0 ? v->w1[(t - 1) * p + a] : 0);
            double q = nsum_value(&s[1 + a]) * later - nsum_value(&s[0]) * later_x;
            v->q[t * p + a] = q;
            nsum_add(&s[1 + p + a], q / w->risk[t] * hazard);
            v->c[t * p + a] = nsum_value(&s[1 + p + a]);
        }
        for (; k < w->n && (size_t)w->at[k] == t; k++) {
            if (kind(w, k) != 2)
                continue;
            double weight = w->weight[k] / w->g[t];
            nsum_add(&s[0], weight);
            for (size_t a = 0; a < p; a++)
                nsum_add(&s[1 + a], weight * w->x[k * p + a]);
        }
    }
    free(s);
}

static void row_influence(const struct work *w, const struct integrals *v, size_t k, double *out)
{
    size_t p = (size_t)w->p, t = (size_t)w->at[k], last = w->times - 1;
    const double *x = w->x + k * p;
    int what = kind(w, k);
    for (size_t a = 0; a < p; a++) {
        double exposure = v->a0[t] * x[a] - v->a1[t * p + a];
        if (what == 2)
            exposure +=
                ((v->w0[last] - v->w0[t]) * x[a] - (v->w1[last * p + a] - v->w1[t * p + a])) /
                w->g[t];
        out[a] = -w->weight[k] * exposure - v->c[t * p + a];
        if (what == 1)
            out[a] += x[a] - w->zbar[t * p + a];
        if (what == 0)
            out[a] += v->q[t * p + a] / w->risk[t];
    }
}

static void variance(const struct work *w, const double *information, struct finegray_fit *f)
{
    int p = w->p;
    size_t pp = (size_t)p * (size_t)p;
    struct integrals v;
    integrate(w, &v);
    censoring_terms(w, &v);
    struct nsum *omega = mem_zalloc(pp, sizeof *omega);
    double row[MOST_COVARIATES];
    for (size_t k = 0; k < w->n; k++) {
        row_influence(w, &v, k, row);
        for (int a = 0; a < p; a++)
            for (int b = 0; b <= a; b++)
                nsum_add(&omega[a * p + b], row[a] * row[b]);
    }
    double *inverse = mem_array(3 * pp, sizeof *inverse), *factor = inverse + pp,
           *half = factor + pp;
    memcpy(factor, information, pp * sizeof *factor);
    num_ldl(factor, p, 1e-12);
    num_ldl_inverse(factor, p, inverse);
    for (int a = 0; a < p; a++)
        for (int b = 0; b < p; b++) {
            double sum = 0;
            for (int c = 0; c < p; c++)
                sum += inverse[a * p + c] * nsum_value(&omega[c > b ? c * p + b : b * p + c]);
            half[a * p + b] = sum;
        }
    for (int a = 0; a < p; a++)
        for (int b = 0; b < p; b++) {
            double sum = 0;
            for (int c = 0; c < p; c++)
                sum += half[a * p + c] * inverse[c * p + b];
            f->var[a * p + b] = sum;
        }
    for (int a = 0; a < p; a++) {
        bool dropped = factor[a * p + a] == 0;
        f->coef[a] = dropped ? NAN : f->coef[a];
        f->se[a] = dropped ? NAN : sqrt(f->var[a * p + a]);
    }
    free(inverse);
    free(omega);
    free(v.a0);
}

static enum status fit(struct work *w, struct finegray_fit *f, struct err *e)
{
    size_t p = (size_t)w->p;
    double *u = mem_zalloc(p + p * p, sizeof *u), *information = u + p;
    f->coef = mem_zalloc(p, sizeof *f->coef);
    f->se = mem_zalloc(p, sizeof *f->se);
    f->var = mem_zalloc(p * p, sizeof *f->var);
    f->loglik0 = look(w, f->coef, u, information);
    bool any = false;
    for (size_t a = 0; a < p; a++)
        any |= information[a * p + a] > 0;
    if (any) {
        f->converged = climb(w, f->coef, u, information, &f->loglik);
        variance(w, information, f);
    }
    free(u);
    if (!any)
        return err_set(e, ST_DATA, "no covariate varies among those at risk when an event happens");
    return ST_OK;
}

enum status finegray_fit(const struct surv_rows *rows, const double *x, int covariates, int cause,
                         struct finegray_fit *out, struct err *e)
{
    *out = (struct finegray_fit){.covariates = covariates, .n = (int64_t)rows->n};
    if (rows->start)
        return err_set(e, ST_DATA, "Fine-Gray regression is not offered for late entry (--start)");
    if (covariates < 1 || covariates > MOST_COVARIATES)
        return err_set(e, ST_DATA, "the number of covariate columns must be 1 to %d",
                       MOST_COVARIATES);
    for (size_t i = 0; i < rows->n; i++)
        out->events += rows->event[i] == cause;
    if (out->events == 0)
        return err_set(e, ST_DATA, "no row has the cause asked for");
    struct surv_rows all = *rows;
    all.group = NULL;
    all.groups = 1;
    struct surv_order order;
    size_t bad;
    TRY(surv_order_make(&all, &order, &bad, e));
    struct work w = {.rows = rows, .order = &order, .p = covariates, .cause = cause, .n = rows->n};
    work_make(&w, x);
    enum status s = fit(&w, out, e);
    work_free(&w);
    surv_order_free(&order);
    if (s != ST_OK)
        finegray_free(out);
    return s;
}

void finegray_free(struct finegray_fit *f)
{
    free(f->coef);
    free(f->se);
    free(f->var);
    *f = (struct finegray_fit){0};
}
