/* Exact partial likelihood: which d of those at risk had the event, given that d did (Cox 1972;
 * Gail, Lubin & Rubinstein 1981 for the recursion). */
#include "base/mem.h"
#include "stats/cox_pass.h"

#include <stdlib.h>

/* Sums over all subsets of size 0..d of the product of weights, with first and second derivatives
 * by beta. Weights are scaled so that the sums stay near d^k / k!. */
struct subsets {
    int d, p;
    double *value, *first, *second; /* (d + 1) x 1, x p, x p p (lower) */
};

static void include(struct subsets *s, const double *x, double weight, int members)
{
    int p = s->p, top = members < s->d ? members : s->d;
    for (int k = top; k >= 1; k--) {
        double v = s->value[k - 1];
        const double *f = s->first + (k - 1) * p, *h = s->second + (k - 1) * p * p;
        double *f1 = s->first + k * p, *h1 = s->second + k * p * p;
        s->value[k] += weight * v;
        for (int a = 0; a < p; a++) {
            f1[a] += weight * (f[a] + x[a] * v);
            for (int b = 0; b <= a; b++)
                h1[a * p + b] +=
                    weight * (h[a * p + b] + x[a] * f[b] + f[a] * x[b] + x[a] * x[b] * v);
        }
    }
}

struct exact {
    struct cox_work *w;
    struct nsum loglik, *u, *information;
    size_t *member; /* places of those at risk */
    size_t members;
    struct subsets s;
    size_t capacity; /* of s: largest d allocated for */
};

static void make_room(struct exact *x, size_t d)
{
    size_t p = (size_t)x->w->p;
    if (d > x->capacity || !x->s.value) {
        x->s.value = mem_resize(x->s.value, d + 1, sizeof(double));
        x->s.first = mem_resize(x->s.first, (d + 1) * p, sizeof(double));
        x->s.second = mem_resize(x->s.second, (d + 1) * p * p, sizeof(double));
        x->capacity = d;
    }
    memset(x->s.value, 0, (d + 1) * sizeof(double));
    memset(x->s.first, 0, (d + 1) * p * sizeof(double));
    memset(x->s.second, 0, (d + 1) * p * p * sizeof(double));
    x->s.value[0] = 1;
    x->s.d = (int)d;
    x->s.p = x->w->p;
}

static void event_time(struct exact *x, size_t first, size_t last)
{
    struct cox_work *w = x->w;
    size_t p = (size_t)w->p, d = 0;
    struct nsum total = NSUM_ZERO;
    for (size_t k = first; k < last; k++)
        if (w->rows->event[w->order->by_stop[k]]) {
            d++;
            nsum_add(&x->loglik, w->eta[k]);
            for (size_t a = 0; a < p; a++)
                nsum_add(&x->u[a], w->x[k * p + a]);
        }
    for (size_t k = 0; k < x->members; k++)
        nsum_add(&total, w->weight[x->member[k]]);
    double scale = (double)d / nsum_value(&total);
    make_room(x, d);
    for (size_t k = 0; k < x->members; k++) {
        size_t row = x->member[k];
        include(&x->s, w->x + row * p, w->weight[row] * scale, (int)k + 1);
    }
    double value = x->s.value[d];
    const double *f = x->s.first + d * p, *h = x->s.second + d * p * p;
    nsum_add(&x->loglik, (double)d * log(scale) - log(value));
    for (size_t a = 0; a < p; a++) {
        nsum_add(&x->u[a], -f[a] / value);
        for (size_t b = 0; b <= a; b++)
            nsum_add(&x->information[a * p + b],
                     h[a * p + b] / value - f[a] / value * (f[b] / value));
    }
}

static void stratum(struct exact *x, int g)
{
    struct cox_work *w = x->w;
    const struct surv_order *o = w->order;
    size_t lo = o->begin[g], k = o->begin[g + 1];
    x->members = 0;
    while (k > lo) {
        int32_t at = o->at[o->by_stop[k - 1]];
        size_t last = k;
        bool any = false;
        for (; k > lo && o->at[o->by_stop[k - 1]] == at; k--) {
            x->member[x->members++] = k - 1;
            any |= w->rows->event[o->by_stop[k - 1]] != 0;
        }
        if (!any)
            continue;
        if (w->rows->start) {
            size_t kept = 0;
            for (size_t m = 0; m < x->members; m++)
                if (o->from[o->by_stop[x->member[m]]] < at)
                    x->member[kept++] = x->member[m];
            x->members = kept;
        }
        event_time(x, k, last);
    }
}

double cox_exact_evaluate(struct cox_work *w, const double *beta, double *u, double *information)
{
    size_t p = (size_t)w->p;
    struct nsum *sums = mem_zalloc(p + p * p, sizeof *sums);
    struct exact x = {.w = w, .u = sums, .information = sums + p};
    x.member = mem_array(w->rows->n, sizeof *x.member);
    cox_refresh(w, beta);
    for (int g = 0; g < w->rows->groups; g++)
        stratum(&x, g);
    for (size_t a = 0; a < p; a++) {
        u[a] = nsum_value(&x.u[a]);
        for (size_t b = 0; b <= a; b++)
            information[a * p + b] = information[b * p + a] = nsum_value(&x.information[a * p + b]);
    }
    free(sums);
    free(x.member);
    free(x.s.value);
    free(x.s.first);
    free(x.s.second);
    return nsum_value(&x.loglik);
}
