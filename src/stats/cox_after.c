/* What follows a Cox fit: score residuals by person, baseline hazard, test of proportionality. */
#include "base/mem.h"
#include "stats/cox_pass.h"
#include "stats/surv_km.h"

#include <stdlib.h>

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

/* The coefficients in the packed scale. */
static double *packed_coefficients(const struct cox_fit *f, const struct cox_work *w)
{
    double *beta = mem_array((size_t)w->p, sizeof *beta);
    for (int j = 0; j < w->p; j++)
        beta[j] = isnan(f->coef[j]) || w->scale[j] == 0 ? 0 : f->coef[j] / w->scale[j];
    return beta;
}

/* ---- every event time, kept ---- */

struct kept_event {
    int stratum;
    int32_t at;
    double d, h, h_event;
};

struct kept {
    int p;
    size_t n, cap, vector_cap;
    struct kept_event *event;
    double *vector; /* n x 3 p: xbar / d, hx, hx_event */
};

static void keep_event(void *ctx, const struct cox_event *ev)
{
    struct kept *k = ctx;
    size_t p = (size_t)k->p;
    MEM_GROW(k->event, k->cap, k->n + 1);
    MEM_GROW(k->vector, k->vector_cap, (k->n + 1) * 3 * p);
    k->event[k->n] = (struct kept_event){ev->stratum, ev->at, ev->d, ev->h, ev->h_event};
    double *v = k->vector + k->n * 3 * p;
    for (size_t a = 0; a < p; a++) {
        v[a] = ev->xbar[a] / ev->d;
        v[p + a] = ev->hx[a];
        v[2 * p + a] = ev->hx_event[a];
    }
    k->n++;
}

static void kept_free(struct kept *k)
{
    free(k->event);
    free(k->vector);
}

/* One stratum's events in ascending time with running sums: 1 + p values a place, place 0 is zero.
 */
struct running {
    const struct kept *kept;
    size_t first, n; /* kept->event[first + n - 1 - i] is the i-th in time */
    double *sum;     /* (n + 1) x (1 + p) */
};

static size_t in_time(const struct running *r, size_t i)
{
    return r->first + r->n - 1 - i;
}

static void run_up(struct running *r)
{
    size_t p = (size_t)r->kept->p, width = 1 + p;
    struct nsum *total = mem_zalloc(width, sizeof *total);
    r->sum = mem_zalloc((r->n + 1) * width, sizeof *r->sum);
    for (size_t i = 0; i < r->n; i++) {
        size_t k = in_time(r, i);
        nsum_add(&total[0], r->kept->event[k].h);
        for (size_t a = 0; a < p; a++)
            nsum_add(&total[1 + a], r->kept->vector[k * 3 * p + p + a]);
        for (size_t a = 0; a < width; a++)
            r->sum[(i + 1) * width + a] = nsum_value(&total[a]);
    }
    free(total);
}

/* How many event times are at or before `at`. */
static size_t events_until(const struct running *r, int32_t at)
{
    size_t lo = 0, hi = r->n;
    while (lo < hi) {
        size_t middle = (lo + hi) / 2;
        if (r->kept->event[in_time(r, middle)].at <= at)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* The score residual of row k (in walk order), added to `out`. `until`: events at or before its
 * stop. */
static void add_residual(const struct cox_work *w, const struct running *r, size_t k, size_t until,
                         double *out)
{
    size_t p = (size_t)w->p, width = 1 + p;
    int32_t row = w->order->by_stop[k];
    const double *x = w->x + k * p;
    bool event = w->rows->event[row] != 0;
    const double *at = r->sum + (event ? until - 1 : until) * width, *zero = r->sum;
    const double *from =
        w->rows->start ? r->sum + events_until(r, w->order->from[row]) * width : zero;
    size_t own = event ? in_time(r, until - 1) : 0;
    double h = at[0] - from[0] + (event ? r->kept->event[own].h_event : 0);
    const double *v = event ? r->kept->vector + own * 3 * p : NULL;
    for (size_t a = 0; a < p; a++) {
        double hx = at[1 + a] - from[1 + a] + (event ? v[2 * p + a] : 0);
        double residual = -w->weight[k] * (h * x[a] - hx);
        if (event)
            residual += x[a] - v[a];
        out[a] += residual;
    }
}

void cox_person_score(struct cox_work *w, const double *beta, bool efron, double *sums,
                      double *squares)
{
    const struct surv_rows *rows = w->rows;
    size_t p = (size_t)w->p;
    struct kept kept = {.p = w->p};
    cox_pass(w, beta, efron, false, keep_event, &kept);
    size_t persons = rows->person ? (size_t)rows->persons : rows->n;
    double *score = mem_zalloc(persons * p, sizeof *score);
    for (size_t first = 0, g = 0; g < (size_t)rows->groups; g++) {
        struct running r = {.kept = &kept, .first = first};
        while (first + r.n < kept.n && kept.event[first + r.n].stratum == (int)g)
            r.n++;
        first += r.n;
        run_up(&r);
        size_t until = 0;
        for (size_t k = w->order->begin[g]; k < w->order->begin[g + 1]; k++) {
            int32_t row = w->order->by_stop[k];
            while (until < r.n && kept.event[in_time(&r, until)].at <= w->order->at[row])
                until++;
            size_t who = (size_t)(rows->person ? rows->person[row] : row);
            add_residual(w, &r, k, until, score + who * p);
        }
        free(r.sum);
    }
    struct nsum *total = mem_zalloc(p + p * p, sizeof *total);
    for (size_t i = 0; i < persons; i++)
        for (size_t a = 0; a < p; a++) {
            nsum_add(&total[a], score[i * p + a]);
            for (size_t b = 0; b <= a; b++)
                nsum_add(&total[p + a * p + b], score[i * p + a] * score[i * p + b]);
        }
    for (size_t a = 0; a < p; a++) {
        sums[a] = nsum_value(&total[a]);
        for (size_t b = 0; b <= a; b++)
            squares[a * p + b] = squares[b * p + a] = nsum_value(&total[p + a * p + b]);
    }
    free(total);
    free(score);
    kept_free(&kept);
}

/* ---- baseline hazard ---- */

void cox_basehaz(const struct cox_data *d, const struct surv_order *order, const struct cox_fit *f,
                 struct cox_hazard *out)
{
    struct cox_work w;
    cox_work_make(d, order, &w);
    double *beta = packed_coefficients(f, &w), shift = 0;
    for (int j = 0; j < w.p; j++)
        shift += isnan(f->coef[j]) ? 0 : f->coef[j] * w.mean[j];
    struct kept kept = {.p = w.p};
    cox_pass(&w, beta, f->ties == COX_EFRON, false, keep_event, &kept);
    *out = (struct cox_hazard){0};
    out->stratum = mem_array(d->rows->n, sizeof *out->stratum);
    out->time = mem_array(d->rows->n, sizeof *out->time);
    out->hazard = mem_array(d->rows->n, sizeof *out->hazard);
    for (size_t first = 0, g = 0; g < (size_t)d->rows->groups; g++) {
        struct running r = {.kept = &kept, .first = first};
        while (first + r.n < kept.n && kept.event[first + r.n].stratum == (int)g)
            r.n++;
        first += r.n;
        run_up(&r);
        int32_t before = -1;
        for (size_t k = order->begin[g]; k < order->begin[g + 1]; k++) {
            int32_t at = order->at[order->by_stop[k]];
            if (at == before)
                continue;
            before = at;
            out->stratum[out->n] = (int32_t)g;
            out->time[out->n] = order->time[at];
            out->hazard[out->n++] = r.sum[events_until(&r, at) * (1 + (size_t)w.p)] * exp(-shift);
        }
        free(r.sum);
    }
    kept_free(&kept);
    free(beta);
    cox_work_free(&w);
}

void cox_hazard_free(struct cox_hazard *h)
{
    free(h->stratum);
    free(h->time);
    free(h->hazard);
    *h = (struct cox_hazard){0};
}

/* ---- proportional hazards ---- */

struct zph {
    int p;
    const double *g; /* by time index, centred */
    struct nsum *u;  /* 2 p */
    struct nsum *i;  /* 3 of p x p: weights 1, g, g^2 */
};

static void zph_event(void *ctx, const struct cox_event *ev)
{
    struct zph *z = ctx;
    int p = z->p;
    double g = z->g[ev->at];
    for (int a = 0; a < p; a++) {
        double u = ev->x_sum[a] - ev->xbar[a];
        nsum_add(&z->u[a], u);
        nsum_add(&z->u[p + a], g * u);
        for (int b = 0; b <= a; b++) {
            double v = ev->v[a * p + b];
            nsum_add(&z->i[a * p + b], v);
            nsum_add(&z->i[p * p + a * p + b], g * v);
            nsum_add(&z->i[2 * p * p + a * p + b], g * g * v);
        }
    }
}

/* 1 - Kaplan-Meier of all rows just before each time, centred on its mean over the events. */
static enum status transformed_time(const struct cox_data *d, const struct surv_order *order,
                                    double *g, struct err *e)
{
    struct surv_rows all = *d->rows;
    all.group = NULL;
    all.groups = 1;
    struct surv_order o;
    struct surv_counts c;
    struct km_curve km;
    size_t bad;
    TRY(surv_order_make(&all, &o, &bad, e));
    surv_counts_make(&all, &o, 0, &c);
    km_fit(&c, &km);
    struct nsum sum = NSUM_ZERO;
    double before = 1, events = 0;
    size_t k = 0;
    for (size_t t = 0; t < order->times; t++) {
        g[t] = 1 - before;
        if (k < km.n && c.at[k] == (int32_t)t) {
            nsum_add(&sum, km.event[k] * g[t]);
            events += km.event[k];
            before = km.surv[k++];
        }
    }
    double mean = nsum_value(&sum) / events;
    for (size_t t = 0; t < order->times; t++)
        g[t] -= mean;
    km_free(&km);
    surv_counts_free(&c);
    surv_order_free(&o);
    return ST_OK;
}

/* Score test of adding g(t) x for the columns chosen: u' I^-1 u over (all x, chosen g x). */
static double added_test(const struct zph *z, const bool *chosen)
{
    int p = z->p, m = p, column[COX_MAX_COVARIATES] = {0};
    for (int a = 0; a < p; a++)
        if (chosen[a])
            column[m++ - p] = a;
    double *info = mem_array((size_t)m * (size_t)m, sizeof *info);
    double *u = mem_zalloc(2 * (size_t)m, sizeof *u), *solved = u + m;
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++) {
            int a = i < p ? i : column[i - p], b = j < p ? j : column[j - p];
            int power = (i >= p) + (j >= p), hi = a > b ? a : b, lo = a > b ? b : a;
            info[i * m + j] = info[j * m + i] = nsum_value(&z->i[power * p * p + hi * p + lo]);
        }
    for (int i = p; i < m; i++)
        u[i] = solved[i] = nsum_value(&z->u[p + column[i - p]]);
    num_ldl(info, m, 1e-14);
    num_ldl_solve(info, m, solved);
    struct nsum s = NSUM_ZERO;
    for (int i = 0; i < m; i++)
        nsum_add(&s, u[i] * solved[i]);
    free(info);
    free(u);
    return nsum_value(&s);
}

enum status cox_zph(const struct cox_data *d, const struct surv_order *order,
                    const struct cox_fit *f, const int *term_of, int terms, double *chisq, int *df,
                    struct err *e)
{
    struct cox_work w;
    double *g = mem_array(order->times, sizeof *g);
    enum status s = transformed_time(d, order, g, e);
    if (s != ST_OK) {
        free(g);
        return s;
    }
    cox_work_make(d, order, &w);
    size_t p = (size_t)w.p;
    double *beta = packed_coefficients(f, &w);
    struct nsum *sums = mem_zalloc(2 * p + 3 * p * p, sizeof *sums);
    struct zph z = {w.p, g, sums, sums + 2 * p};
    cox_pass(&w, beta, f->ties == COX_EFRON, true, zph_event, &z);
    for (int t = 0; t <= terms; t++) {
        bool chosen[COX_MAX_COVARIATES] = {false};
        df[t] = 0;
        for (int a = 0; a < w.p; a++) {
            chosen[a] = !isnan(f->coef[a]) && (t == terms || term_of[a] == t);
            df[t] += chosen[a];
        }
        chisq[t] = df[t] ? added_test(&z, chosen) : NAN;
    }
    free(sums);
    free(beta);
    free(g);
    cox_work_free(&w);
    return ST_OK;
}
