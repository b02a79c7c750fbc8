#include "stats/surv_test.h"

#include "base/mem.h"
#include "stats/numeric.h"

#include <stdlib.h>

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

void surv_test_free(struct surv_test *t)
{
    free(t->n);
    free(t->observed);
    free(t->expected);
    *t = (struct surv_test){0};
}

void surv_test_solve(struct surv_test *t, const double *u, const double *v, const bool *keep)
{
    int kept[SURV_MAX_GROUPS], m = 0;
    for (int g = 0; g < t->groups; g++)
        if (keep[g])
            kept[m++] = g;
    t->df = m - 1;
    t->chisq = t->p = NAN;
    if (m < 2) {
        t->df = 0;
        return;
    }
    m--; /* scores add up to zero: the last one says nothing new */
    double *a = mem_array((size_t)m * (size_t)m, sizeof *a), *b = mem_array((size_t)m, sizeof *b);
    for (int i = 0; i < m; i++) {
        b[i] = u[kept[i]];
        for (int j = 0; j < m; j++)
            a[i * m + j] = v[kept[i] * t->groups + kept[j]];
    }
    int rank = num_ldl(a, m, 1e-12);
    num_ldl_solve(a, m, b);
    if (rank > 0) {
        struct nsum s = NSUM_ZERO;
        for (int i = 0; i < m; i++)
            nsum_add(&s, b[i] * u[kept[i]]);
        t->df = rank;
        t->chisq = nsum_value(&s);
        t->p = pchisq(t->chisq, rank, 0, 0);
    } else {
        t->df = 0;
    }
    free(a);
    free(b);
}

/* ---- the walk ---- */

void surv_walk_begin(struct surv_walk *w, const struct surv_rows *rows,
                     const struct surv_order *order, const int32_t *group, int groups, int stratum)
{
    *w = (struct surv_walk){.rows = rows,
                            .order = order,
                            .group = group,
                            .groups = groups,
                            .causes = rows->causes,
                            .next = order->begin[stratum],
                            .entered = order->begin[stratum],
                            .end = order->begin[stratum + 1]};
    w->risk = mem_zalloc((size_t)groups, sizeof *w->risk);
    w->leaving = mem_zalloc((size_t)groups, sizeof *w->leaving);
    w->events = mem_zalloc((size_t)groups * (size_t)rows->causes, sizeof *w->events);
    if (rows->start)
        return;
    for (size_t k = w->next; k < w->end; k++)
        w->risk[group ? group[order->by_stop[k]] : 0]++;
}

bool surv_walk_next(struct surv_walk *w)
{
    const struct surv_order *o = w->order;
    for (int g = 0; g < w->groups; g++) {
        w->risk[g] -= w->leaving[g];
        w->leaving[g] = 0;
    }
    if (w->next == w->end)
        return false;
    memset(w->events, 0, (size_t)w->groups * (size_t)w->causes * sizeof *w->events);
    w->any = 0;
    int32_t at = o->at[o->by_stop[w->next]];
    w->time = o->time[at];
    for (; w->rows->start && w->entered < w->end; w->entered++) {
        int32_t row = o->by_start[w->entered];
        if (o->from[row] >= at)
            break;
        w->risk[w->group ? w->group[row] : 0]++;
    }
    for (; w->next < w->end && o->at[o->by_stop[w->next]] == at; w->next++) {
        int32_t row = o->by_stop[w->next], g = w->group ? w->group[row] : 0;
        w->leaving[g]++;
        if (w->rows->event[row]) {
            w->events[g * w->causes + w->rows->event[row] - 1]++;
            w->any++;
        }
    }
    return true;
}

void surv_walk_end(struct surv_walk *w)
{
    free(w->risk);
    free(w->leaving);
    free(w->events);
}

/* ---- log-rank ---- */

static enum status begin_test(const struct surv_rows *rows, struct surv_test *t, struct err *e)
{
    *t = (struct surv_test){.groups = rows->groups};
    if (rows->groups < 2) {
        err_set(e, ST_DATA, "there is only one group: nothing to compare");
        return err_hint(e, "Choose a column with at least two values among the rows used.");
    }
    if (rows->groups > SURV_MAX_GROUPS)
        return err_set(e, ST_DATA, "%d groups are more than the limit of %d", rows->groups,
                       SURV_MAX_GROUPS);
    t->n = mem_zalloc((size_t)rows->groups, sizeof *t->n);
    for (size_t i = 0; i < rows->n; i++)
        t->n[rows->group[i]]++;
    return ST_OK;
}

struct logrank {
    int groups;
    double rho;
    struct nsum *observed, *expected, *variance;
};

static void one_time(struct logrank *l, const struct surv_walk *w, double *surv)
{
    double d = (double)w->any, n = 0;
    for (int g = 0; g < l->groups; g++)
        n += (double)w->risk[g];
    double weight = l->rho == 0 ? 1 : pow(*surv, l->rho);
    double scale = n > 1 ? weight * weight * d * (n - d) / (n - 1) : 0;
    for (int g = 0; g < l->groups; g++) {
        int64_t events = 0;
        for (int c = 0; c < w->causes; c++)
            events += w->events[g * w->causes + c];
        double share = (double)w->risk[g] / n;
        nsum_add(&l->observed[g], weight * (double)events);
        nsum_add(&l->expected[g], weight * d * share);
        if (share == 0 || scale == 0)
            continue;
        for (int h = 0; h <= g; h++)
            nsum_add(&l->variance[g * l->groups + h],
                     scale * share * ((g == h) - (double)w->risk[h] / n));
    }
    *surv *= (n - d) / n;
}

static void finish_logrank(struct logrank *l, struct surv_test *t)
{
    size_t m = (size_t)l->groups;
    double *u = mem_array(m, sizeof *u), *v = mem_array(m * m, sizeof *v);
    bool *keep = mem_zalloc(m, sizeof *keep);
    t->observed = mem_array(m, sizeof *t->observed);
    t->expected = mem_array(m, sizeof *t->expected);
    for (size_t g = 0; g < m; g++) {
        t->observed[g] = nsum_value(&l->observed[g]);
        t->expected[g] = nsum_value(&l->expected[g]);
        u[g] = t->observed[g] - t->expected[g];
        keep[g] = t->expected[g] > 0;
        for (size_t h = 0; h <= g; h++)
            v[g * m + h] = v[h * m + g] = nsum_value(&l->variance[g * m + h]);
    }
    surv_test_solve(t, u, v, keep);
    free(u);
    free(v);
    free(keep);
}

enum status surv_logrank(const struct surv_rows *rows, const int32_t *stratum, int strata,
                         double rho, struct surv_test *out, struct err *e)
{
    TRY(begin_test(rows, out, e));
    struct surv_rows by_stratum = *rows;
    by_stratum.group = stratum;
    by_stratum.groups = stratum ? strata : 1;
    struct surv_order order;
    size_t bad;
    enum status s = surv_order_make(&by_stratum, &order, &bad, e);
    if (s != ST_OK) {
        surv_test_free(out);
        return s;
    }
    size_t m = (size_t)rows->groups;
    struct nsum *sums = mem_zalloc(2 * m + m * m, sizeof *sums);
    struct logrank l = {rows->groups, rho, sums, sums + m, sums + 2 * m};
    for (int k = 0; k < by_stratum.groups; k++) {
        struct surv_walk w;
        double surv = 1;
        surv_walk_begin(&w, rows, &order, rows->group, rows->groups, k);
        while (surv_walk_next(&w))
            if (w.any)
                one_time(&l, &w, &surv);
        surv_walk_end(&w);
    }
    finish_logrank(&l, out);
    free(sums);
    surv_order_free(&order);
    return ST_OK;
}

/* ---- Gray ---- */

/* State of one stratum; names follow Gray 1988, section 4. All per group, "before" the time at hand
 * (s, f) and after it (s_new). */
struct gray {
    int groups;
    double rho;
    double *s, *s_new, *f;    /* event-free survival and incidence of the cause */
    double *c;                /* groups x groups: integrals of the score's weights */
    double *v3, *v2;          /* variance terms: groups; groups x groups */
    double *a;                /* groups x groups, at the time at hand */
    double pooled;            /* incidence of all groups together, before */
    double *score, *variance; /* summed over strata: groups; groups x groups */
};

static void gray_reset(struct gray *g)
{
    size_t m = (size_t)g->groups;
    for (size_t i = 0; i < m; i++)
        g->s[i] = g->s_new[i] = 1;
    memset(g->f, 0, m * sizeof *g->f);
    memset(g->c, 0, m * m * sizeof *g->c);
    memset(g->v3, 0, m * sizeof *g->v3);
    memset(g->v2, 0, m * m * sizeof *g->v2);
    g->pooled = 0;
}

/* Adds (a_ik t_c + b_ik ...) outer products: the variance that the jumps of one martingale, with
 * weight `h` for its own incidence and variance `q`, give to the score. `own` is a (cause) or NULL.
 */
static void gray_martingale(struct gray *g, int k, const double *own, double h, double q)
{
    int m = g->groups;
    g->v3[k] += h * h * q;
    for (int i = 0; i < m; i++) {
        double ti = (own ? own[i * m + k] : 0) - h * g->c[i * m + k];
        g->v2[i * m + k] += ti * h * q;
        for (int j = 0; j <= i; j++) {
            double tj = (own ? own[j * m + k] : 0) - h * g->c[j * m + k];
            g->variance[i * m + j] += ti * tj * q;
        }
    }
}

/* One time with `d1` events of the cause and others in group k: d[2 k], d[2 k + 1]. */
static void gray_time(struct gray *g, const int64_t *risk, const int64_t *d)
{
    int m = g->groups;
    double d1 = 0, tr = 0, tq = 0;
    for (int k = 0; k < m; k++) {
        d1 += (double)d[2 * k];
        if (risk[k] == 0)
            continue;
        double y = (double)risk[k];
        g->s_new[k] = g->s[k] * (y - (double)(d[2 * k] + d[2 * k + 1])) / y;
        tr += y / g->s[k];
        tq += y * (1 - g->f[k]) / g->s[k];
    }
    double pooled_new = g->pooled + d1 / tr, weight = pow(1 - g->pooled, g->rho);
    memset(g->a, 0, (size_t)m * (size_t)m * sizeof *g->a);
    for (int k = 0; k < m; k++) {
        if (risk[k] == 0)
            continue;
        double rk = (double)risk[k] / g->s[k];
        for (int j = 0; j < m; j++) {
            if (risk[j] == 0)
                continue;
            double rj = (double)risk[j] / g->s[j];
            g->a[k * m + j] = weight * rk * ((k == j) - rj / tr);
            g->c[k * m + j] += g->a[k * m + j] * d1 / (tr * (1 - g->pooled));
        }
        if (d1 > 0)
            g->score[k] += weight * ((double)d[2 * k] - d1 * rk * (1 - g->f[k]) / tq);
    }
    for (int k = 0; k < m && d1 > 0; k++) {
        if (risk[k] == 0)
            continue;
        double h = g->s_new[k] > 0 ? 1 - (1 - pooled_new) / g->s_new[k] : 1;
        double ties = d1 > 1 ? 1 - (d1 - 1) / (tr * g->s[k] - 1) : 1;
        gray_martingale(g, k, g->a, h, ties * g->s[k] * d1 / (tr * (double)risk[k]));
    }
    for (int k = 0; k < m; k++) {
        double d2 = (double)d[2 * k + 1], y = (double)risk[k];
        if (d2 > 0 && g->s_new[k] > 0) {
            double ties = d2 > 1 ? 1 - (d2 - 1) / (y - 1) : 1;
            gray_martingale(g, k, NULL, (pooled_new - 1) / g->s_new[k],
                            ties * g->s[k] * g->s[k] * d2 / (y * y));
        }
        if (risk[k] > 0)
            g->f[k] += g->s[k] * (double)d[2 * k] / y;
    }
    memcpy(g->s, g->s_new, (size_t)m * sizeof *g->s);
    g->pooled = pooled_new;
}

/* What the weights' integrals owe to times after the jump. */
static void gray_close(struct gray *g)
{
    int m = g->groups;
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++)
            for (int k = 0; k < m; k++)
                g->variance[i * m + j] += g->c[i * m + k] * g->c[j * m + k] * g->v3[k] +
                                          g->c[i * m + k] * g->v2[j * m + k] +
                                          g->c[j * m + k] * g->v2[i * m + k];
}

static void gray_stratum(struct gray *g, struct surv_walk *w, int cause, int64_t *d)
{
    gray_reset(g);
    while (surv_walk_next(w)) {
        if (!w->any)
            continue;
        for (int k = 0; k < g->groups; k++) {
            int64_t any = 0;
            for (int c = 0; c < w->causes; c++)
                any += w->events[k * w->causes + c];
            d[2 * k] = w->events[k * w->causes + cause - 1];
            d[2 * k + 1] = any - d[2 * k];
        }
        gray_time(g, w->risk, d);
    }
    gray_close(g);
}

enum status surv_gray(const struct surv_rows *rows, const int32_t *stratum, int strata, int cause,
                      double rho, struct surv_test *out, struct err *e)
{
    *out = (struct surv_test){0};
    if (rows->start)
        return err_set(e, ST_DATA, "Gray's test is not defined for late entry (a start column)");
    TRY(begin_test(rows, out, e));
    struct surv_rows by_stratum = *rows;
    by_stratum.group = stratum;
    by_stratum.groups = stratum ? strata : 1;
    struct surv_order order;
    size_t bad, m = (size_t)rows->groups;
    enum status s = surv_order_make(&by_stratum, &order, &bad, e);
    if (s != ST_OK) {
        surv_test_free(out);
        return s;
    }
    double *all = mem_zalloc(5 * m + 4 * m * m, sizeof *all), *square = all + 5 * m;
    struct gray g = {rows->groups,       rho,    all,         all + m,
                     all + 2 * m,        square, all + 3 * m, square + m * m,
                     square + 2 * m * m, 0,      all + 4 * m, square + 3 * m * m};
    int64_t *d = mem_zalloc(2 * m, sizeof *d);
    for (int k = 0; k < by_stratum.groups; k++) {
        struct surv_walk w;
        surv_walk_begin(&w, rows, &order, rows->group, rows->groups, k);
        gray_stratum(&g, &w, cause, d);
        surv_walk_end(&w);
    }
    bool *keep = mem_zalloc(m, sizeof *keep);
    for (size_t i = 0; i < m; i++) {
        keep[i] = true;
        for (size_t j = 0; j < i; j++)
            g.variance[j * m + i] = g.variance[i * m + j];
    }
    surv_test_solve(out, g.score, g.variance, keep);
    free(keep);
    free(d);
    free(all);
    surv_order_free(&order);
    return ST_OK;
}
