#include "stats/cox_pass.h"

#include "base/mem.h"

#include <stdlib.h>

void cox_work_make(const struct cox_data *d, const struct surv_order *order, struct cox_work *w)
{
    size_t n = d->rows->n, p = (size_t)d->covariates;
    *w = (struct cox_work){.rows = d->rows, .order = order, .p = d->covariates};
    w->x = mem_array(n * p, sizeof *w->x);
    w->weight = mem_array(n, sizeof *w->weight);
    w->eta = mem_array(n, sizeof *w->eta);
    w->mean = mem_array(3 * p, sizeof *w->mean);
    w->scale = w->mean + p;
    w->range = w->mean + 2 * p;
    for (size_t j = 0; j < p; j++) {
        struct nsum sum = NSUM_ZERO, off = NSUM_ZERO;
        double lo = INFINITY, hi = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            double v = d->x[i * p + j];
            nsum_add(&sum, v);
            lo = v < lo ? v : lo;
            hi = v > hi ? v : hi;
        }
        double mean = nsum_value(&sum) / (double)n;
        for (size_t i = 0; i < n; i++)
            nsum_add(&off, fabs(d->x[i * p + j] - mean));
        double spread = nsum_value(&off) / (double)n;
        w->mean[j] = mean;
        w->range[j] = hi - lo;
        w->scale[j] = hi > lo && spread > 0 ? 1 / spread : 0;
    }
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < p; j++)
            w->x[k * p + j] = (d->x[(size_t)order->by_stop[k] * p + j] - w->mean[j]) * w->scale[j];
    if (!d->rows->start)
        return;
    w->place = mem_array(n, sizeof *w->place);
    for (size_t k = 0; k < n; k++)
        w->place[order->by_stop[k]] = (int32_t)k;
}

void cox_work_free(struct cox_work *w)
{
    free(w->x);
    free(w->weight);
    free(w->eta);
    free(w->mean);
    free(w->place);
    *w = (struct cox_work){0};
}

/* 0: weight, 1..p: weight x, then the lower triangle of weight x x'. */
static int sum_size(int p, bool with_v)
{
    return 1 + p + (with_v ? p * (p + 1) / 2 : 0);
}

static inline void add_row(double *restrict sum, const double *restrict x, double weight, int p,
                           bool with_v)
{
    sum[0] += weight;
    double *first = sum + 1, *second = sum + 1 + p;
    for (int a = 0; a < p; a++) {
        double wx = weight * x[a];
        first[a] += wx;
        if (with_v)
            for (int b = 0; b <= a; b++)
                *second++ += wx * x[b];
    }
}

struct pass {
    struct cox_work *w;
    bool efron, with_v;
    int size;
    struct nsum *total;              /* of the risk set */
    double *block;                   /* rows not yet in total */
    double *leaving, *events, *risk; /* sums: of rows that leave, of events, of the risk set */
    double *x_sum, *xbar, *v, *hx, *hx_event;
};

static void flush(struct pass *s, double *part, double sign)
{
    for (int k = 0; k < s->size; k++) {
        if (part[k] != 0)
            nsum_add(&s->total[k], sign * part[k]);
        part[k] = 0;
    }
}

/* The terms of one event time. */
static void terms(struct pass *s, struct cox_event *ev)
{
    int p = s->w->p;
    memset(s->xbar, 0, (size_t)p * sizeof *s->xbar);
    memset(s->hx, 0, (size_t)p * sizeof *s->hx);
    memset(s->hx_event, 0, (size_t)p * sizeof *s->hx_event);
    memset(s->v, 0, (size_t)(p * p) * sizeof *s->v);
    int d = (int)ev->d, distinct = s->efron ? d : 1;
    double times = s->efron ? 1 : ev->d; /* how often each term counts */
    for (int k = 0; k < distinct; k++) {
        double out = s->efron ? (double)k / ev->d : 0;
        double sum = s->risk[0] - out * s->events[0], inverse = 1 / sum;
        ev->log_sum += times * log(sum);
        ev->h += times * inverse;
        ev->h_event += times * (1 - out) * inverse;
        const double *second = s->risk + 1 + p, *second_events = s->events + 1 + p;
        for (int a = 0; a < p; a++) {
            double mean = (s->risk[1 + a] - out * s->events[1 + a]) * inverse;
            double mean_t = times * mean;
            s->xbar[a] += mean_t;
            s->hx[a] += mean_t * inverse;
            s->hx_event[a] += (1 - out) * mean_t * inverse;
            for (int b = 0; b <= a && s->with_v; b++, second++, second_events++) {
                double mean_b = (s->risk[1 + b] - out * s->events[1 + b]) * inverse;
                s->v[a * p + b] +=
                    times * ((*second - out * *second_events) * inverse - mean * mean_b);
            }
        }
    }
}

static void event_time(struct pass *s, int stratum, int32_t at, double d, double eta_sum,
                       cox_visit *visit, void *ctx)
{
    for (int k = 0; k < s->size; k++)
        s->risk[k] = nsum_value(&s->total[k]);
    struct cox_event ev = {.stratum = stratum,
                           .at = at,
                           .d = d,
                           .eta_sum = eta_sum,
                           .x_sum = s->x_sum,
                           .xbar = s->xbar,
                           .v = s->v,
                           .hx = s->hx,
                           .hx_event = s->hx_event};
    terms(s, &ev);
    visit(ctx, &ev);
}

/* Rows of the stratum from the last stop to the first. */
static void walk_stratum(struct pass *s, int stratum, cox_visit *visit, void *ctx)
{
    struct cox_work *w = s->w;
    const struct surv_order *o = w->order;
    const size_t p = (size_t)w->p, lo = o->begin[stratum];
    size_t k = o->begin[stratum + 1], leave = k;
    memset(s->total, 0, (size_t)s->size * sizeof *s->total);
    memset(s->block, 0, (size_t)s->size * sizeof *s->block);
    while (k > lo) {
        int32_t at = o->at[o->by_stop[k - 1]];
        double d = 0;
        struct nsum eta = NSUM_ZERO;
        size_t end = k;
        for (; k > lo && o->at[o->by_stop[k - 1]] == at; k--) {
            const double *x = w->x + (k - 1) * p;
            if (!w->rows->event[o->by_stop[k - 1]]) {
                add_row(s->block, x, w->weight[k - 1], w->p, s->with_v);
                continue;
            }
            if (d == 0) {
                memset(s->events, 0, (size_t)s->size * sizeof *s->events);
                memset(s->x_sum, 0, p * sizeof *s->x_sum);
            }
            d++;
            nsum_add(&eta, w->eta[k - 1]);
            add_row(s->events, x, w->weight[k - 1], w->p, s->with_v);
            for (size_t a = 0; a < p; a++)
                s->x_sum[a] += x[a];
        }
        if (d == 0) {
            if (end - k > 64)
                flush(s, s->block, 1);
            continue;
        }
        flush(s, s->block, 1);
        for (int c = 0; c < s->size; c++)
            if (s->events[c] != 0)
                nsum_add(&s->total[c], s->events[c]);
        if (w->rows->start) {
            for (; leave > lo && o->from[o->by_start[leave - 1]] >= at; leave--) {
                size_t row = (size_t)w->place[o->by_start[leave - 1]];
                add_row(s->leaving, w->x + row * p, w->weight[row], w->p, s->with_v);
            }
            flush(s, s->leaving, -1);
        }
        event_time(s, stratum, at, d, nsum_value(&eta), visit, ctx);
    }
}

void cox_refresh(struct cox_work *w, const double *beta)
{
    size_t p = (size_t)w->p;
    for (size_t k = 0; k < w->rows->n; k++) {
        double eta = 0;
        for (size_t j = 0; j < p; j++)
            eta += beta[j] * w->x[k * p + j];
        w->eta[k] = eta;
        w->weight[k] = exp(eta);
    }
}

void cox_pass(struct cox_work *w, const double *beta, bool efron, bool with_v, cox_visit *visit,
              void *ctx)
{
    struct pass s = {.w = w, .efron = efron, .with_v = with_v, .size = sum_size(w->p, with_v)};
    size_t size = (size_t)s.size, p = (size_t)w->p;
    cox_refresh(w, beta);
    s.total = mem_zalloc(size, sizeof *s.total);
    double *all = mem_zalloc(4 * size + 4 * p + p * p, sizeof *all);
    s.block = all;
    s.leaving = all + size;
    s.events = all + 2 * size;
    s.risk = all + 3 * size;
    s.x_sum = all + 4 * size;
    s.xbar = s.x_sum + p;
    s.hx = s.xbar + p;
    s.hx_event = s.hx + p;
    s.v = s.hx_event + p;
    for (int g = 0; g < w->rows->groups; g++)
        walk_stratum(&s, g, visit, ctx);
    free(s.total);
    free(all);
}

struct evaluation {
    int p;
    struct nsum loglik, *u, *information;
};

static void evaluate_event(void *ctx, const struct cox_event *ev)
{
    struct evaluation *s = ctx;
    nsum_add(&s->loglik, ev->eta_sum - ev->log_sum);
    for (int a = 0; a < s->p; a++) {
        nsum_add(&s->u[a], ev->x_sum[a] - ev->xbar[a]);
        for (int b = 0; b <= a; b++)
            nsum_add(&s->information[a * s->p + b], ev->v[a * s->p + b]);
    }
}

double cox_evaluate(struct cox_work *w, const double *beta, enum cox_ties ties, double *u,
                    double *information)
{
    if (ties == COX_EXACT)
        return cox_exact_evaluate(w, beta, u, information);
    size_t p = (size_t)w->p;
    struct nsum *sums = mem_zalloc(p + p * p, sizeof *sums);
    struct evaluation s = {.p = w->p, .u = sums, .information = sums + p};
    cox_pass(w, beta, ties == COX_EFRON, true, evaluate_event, &s);
    for (size_t a = 0; a < p; a++) {
        u[a] = nsum_value(&s.u[a]);
        for (size_t b = 0; b <= a; b++)
            information[a * p + b] = information[b * p + a] = nsum_value(&s.information[a * p + b]);
    }
    free(sums);
    return nsum_value(&s.loglik);
}
