#include "stats/surv_cif.h"

#include "base/mem.h"
#include "stats/numeric.h"
#include "stats/surv_km.h"

#include <stdlib.h>

/* Influence sums. A person's derivative at time t is
 *     A + B f(t)               when not at risk at t,
 *     A + B f(t) + c(t)        when at risk,
 * where f and c are functions of time common to all, and A, B change only when the person enters or
 * leaves. So the sum of squares over persons needs six running sums. */
struct person_sum {
    double a, b;
    bool at_risk;
};

struct influence {
    struct person_sum *person; /* NULL: every row is its own person and enters at the beginning */
    struct nsum aa, ab, bb;    /* over all persons */
    struct nsum ra, rb;        /* over those at risk */
    double at_risk;
};

static void influence_move(struct influence *s, struct person_sum *p, double a, double b, bool risk)
{
    nsum_add(&s->aa, a * a - p->a * p->a);
    nsum_add(&s->ab, a * b - p->a * p->b);
    nsum_add(&s->bb, b * b - p->b * p->b);
    if (p->at_risk) {
        nsum_add(&s->ra, -p->a);
        nsum_add(&s->rb, -p->b);
        s->at_risk--;
    }
    if (risk) {
        nsum_add(&s->ra, a);
        nsum_add(&s->rb, b);
        s->at_risk++;
    }
    *p = (struct person_sum){a, b, risk};
}

/* A row that was never in the sums but by c(t): entered at the beginning with A = B = 0. */
static void influence_leave_first(struct influence *s, double a, double b, double times)
{
    nsum_add(&s->aa, times * a * a);
    nsum_add(&s->ab, times * a * b);
    nsum_add(&s->bb, times * b * b);
    s->at_risk -= times;
}

static double influence_variance(const struct influence *s, double f, double c)
{
    double v = nsum_value(&s->aa) + 2 * f * nsum_value(&s->ab) + f * f * nsum_value(&s->bb) +
               2 * c * (nsum_value(&s->ra) + f * nsum_value(&s->rb)) + s->at_risk * c * c;
    return v > 0 ? v : 0;
}

/* What a state needs at one time. For incidence k (F its value, H the integral of
 * dLambda / (Y (1 - dLambda)), B = sum dF / Y, G = sum H dF):
 *     entering after a: A += B(a) - G(a) + H(a) F(a), B_coefficient -= H(a)
 *     at risk: c(t) = G(t) - B(t)
 *     leaving at x: A += G(x) - B(x) - F(x) L + [event k] S(x-) / Y(x), B_coefficient += L
 *         with L = H(x) - [any event] / (Y(x) (1 - dLambda(x)))
 * The event-free state is 1 minus all incidences, but its own form S(t) * (H(.) ...) is exact at
 * once: enter: A -= H(a); at risk: c = H(t); leave: A += L; variance = S^2 * that. */
struct state {
    double f, b, g; /* F, B, G; for the event-free state unused */
    struct influence s;
};

struct cif_walk {
    const struct surv_rows *rows;
    const struct surv_order *order;
    const struct surv_counts *counts;
    struct cif_curve *out;
    struct state *state; /* causes + 1; 0 is event-free */
    double surv, h;
    bool with_se;
    size_t enter, leave, begin, end;
};

static void all_enter(struct cif_walk *w, size_t until)
{
    const struct surv_rows *r = w->rows;
    for (; w->enter < until; w->enter++) {
        int32_t row = w->order->by_start[w->enter];
        size_t who = (size_t)(r->person ? r->person[row] : row);
        for (int k = 0; k <= r->causes; k++) {
            struct state *s = &w->state[k];
            struct person_sum *p = &s->s.person[who];
            if (k == 0)
                influence_move(&s->s, p, p->a - w->h, 0, true);
            else
                influence_move(&s->s, p, p->a + s->b - s->g + w->h * s->f, p->b - w->h, true);
        }
    }
}

/* Rows of one time that leave with the same `what` have the same influence. */
static void leave(struct cif_walk *w, int32_t row, int what, double l, double jump, double times)
{
    for (int k = 0; k <= w->rows->causes; k++) {
        struct state *s = &w->state[k];
        double a = k == 0 ? l : s->g - s->b - s->f * l + (what == k ? jump : 0);
        double b = k == 0 ? 0 : l;
        if (!s->s.person) {
            influence_leave_first(&s->s, a, b, times);
            continue;
        }
        struct person_sum *p = &s->s.person[w->rows->person ? w->rows->person[row] : row];
        influence_move(&s->s, p, p->a + a, p->b + b, false);
    }
}

static void all_leave(struct cif_walk *w, size_t j, double surv_before, double l_event)
{
    const struct surv_counts *c = w->counts;
    double y = (double)c->risk[j], jump = surv_before / y;
    if (!w->state[0].s.person) {
        if (c->censored[j])
            leave(w, 0, 0, w->h, 0, (double)c->censored[j]);
        for (int k = 1; k <= c->causes; k++) {
            int64_t d = c->events[j * (size_t)c->causes + (size_t)k - 1];
            if (d)
                leave(w, 0, k, l_event, jump, (double)d);
        }
        return;
    }
    for (; w->leave < w->end && w->order->at[w->order->by_stop[w->leave]] == c->at[j]; w->leave++) {
        int32_t row = w->order->by_stop[w->leave];
        int what = w->rows->event[row];
        leave(w, row, what, what ? l_event : w->h, jump, 1);
    }
}

static void one_time(struct cif_walk *w, size_t j)
{
    const struct surv_counts *c = w->counts;
    struct cif_curve *out = w->out;
    double y = (double)c->risk[j], d = (double)surv_any_event(c, j), before = w->surv;
    if (w->state[0].s.person) {
        size_t until = w->enter;
        while (until < w->end && w->order->by_start &&
               w->order->from[w->order->by_start[until]] < c->at[j])
            until++;
        all_enter(w, until);
    }
    for (int k = 1; k <= c->causes; k++) {
        struct state *s = &w->state[k];
        double df = before * (double)c->events[j * (size_t)c->causes + (size_t)k - 1] / y;
        s->f += df;
        s->b += df / y;
        s->g += w->h * df;
    }
    /* When nobody is left nothing can happen later: the terms after this time vanish. */
    double per_event = y > d ? 1 / (y - d) : 0;
    w->h += d / y * per_event;
    w->surv = y > d ? before * ((y - d) / y) : 0;
    if (w->with_se)
        all_leave(w, j, before, w->h - per_event);
    double *p = out->p + j * (size_t)(c->causes + 1);
    p[0] = w->surv;
    for (int k = 1; k <= c->causes; k++)
        p[k] = w->state[k].f;
    for (int k = 0; k <= c->causes && w->with_se; k++) {
        const struct state *s = &w->state[k];
        double v = k == 0 ? w->surv * w->surv * influence_variance(&s->s, 0, w->h)
                          : influence_variance(&s->s, s->f, s->g - s->b);
        out->se[j * (size_t)(c->causes + 1) + (size_t)k] = sqrt(v);
    }
}

/* ---- variance as cmprsk has it ---- */

/* The incidence is a sum over two martingales, of the cause (1) and of the others (2), with weights
 * S(s-)/Y (1 + F(s)/S(s)) - F(t) S(s-)/(Y S(s)) and the same without the 1: so
 * var = v1 - 2 F v2 + F^2 v3. Ties take the hypergeometric factor 1 - (d - 1)/(Y - 1). */
struct aalen {
    double f, v1, v2, v3;
};

static void aalen_part(struct aalen *a, double own, double surv_after, double q)
{
    double w3 = surv_after > 0 ? 1 / surv_after : 0, w1 = own + w3 * a->f;
    a->v1 += w1 * w1 * q;
    a->v2 += w1 * w3 * q;
    a->v3 += w3 * w3 * q;
}

static double tie_factor(double d, double y)
{
    return d > 1 ? 1 - (d - 1) / (y - 1) : 1;
}

static void aalen_variance(const struct surv_counts *c, struct cif_curve *out)
{
    for (int k = 1; k <= c->causes; k++) {
        struct aalen a = {0};
        double before = 1;
        for (size_t j = 0; j < c->n; j++) {
            double y = (double)c->risk[j], d = (double)surv_any_event(c, j);
            double d1 = (double)c->events[j * (size_t)c->causes + (size_t)k - 1], d2 = d - d1;
            double after = y > d ? before * ((y - d) / y) : 0, q = before * before / (y * y);
            a.f += before * d1 / y;
            if (d2 > 0 && after > 0)
                aalen_part(&a, 0, after, q * d2 * tie_factor(d2, y));
            if (d1 > 0)
                aalen_part(&a, 1, after, q * d1 * tie_factor(d1, y));
            out->var_aalen[j * (size_t)c->causes + (size_t)k - 1] =
                a.v1 + a.f * a.f * a.v3 - 2 * a.f * a.v2;
            before = after;
        }
    }
}

/* ---- checks and the whole ---- */

/* By person: rows must not overlap and, where events are final, nothing may follow one. Rows come
 * by stop time, so one look at each suffices. */
static enum status check_persons(const struct surv_rows *r, const struct surv_order *o, size_t lo,
                                 size_t hi, bool final, size_t *bad_row, struct err *e)
{
    if (!r->person)
        return ST_OK;
    int32_t *last_row = mem_array((size_t)r->persons, sizeof *last_row);
    for (int32_t i = 0; i < r->persons; i++)
        last_row[i] = -1;
    enum status s = ST_OK;
    for (size_t k = lo; k < hi && s == ST_OK; k++) {
        int32_t row = o->by_stop[k], before = last_row[r->person[row]];
        last_row[r->person[row]] = row;
        if (before < 0)
            continue;
        *bad_row = (size_t)row;
        if (final && r->event[before]) {
            s = err_set(e, ST_DATA, "a person has a row after an event that ends follow-up");
            err_hint(e, "Competing ends are final. For events that can repeat use --method mcf.");
        } else if (!r->start || o->from[row] < o->at[before]) {
            s = err_set(e, ST_DATA, "two rows of one person overlap in time");
            err_hint(e, "Give each row its own (start, stop], or leave --id out.");
        }
    }
    free(last_row);
    return s;
}

static void allocate(struct cif_curve *c, const struct surv_counts *n, bool with_se)
{
    size_t times = n->n, causes = (size_t)n->causes;
    c->n = times;
    c->causes = n->causes;
    c->rows = n->rows;
    c->time = mem_array(times, sizeof *c->time);
    c->risk = mem_array(times, sizeof *c->risk);
    c->event = mem_array(times * causes, sizeof *c->event);
    c->p = mem_array(times * (causes + 1), sizeof *c->p);
    c->se = with_se ? mem_array(times * (causes + 1), sizeof *c->se) : NULL;
    c->var_aalen = mem_array(times * causes, sizeof *c->var_aalen);
    for (size_t j = 0; j < times; j++) {
        c->time[j] = n->time[j];
        c->risk[j] = (double)n->risk[j];
    }
    for (size_t j = 0; j < times * causes; j++)
        c->event[j] = (double)n->events[j];
}

enum status cif_fit(const struct surv_rows *rows, const struct surv_order *order, int group,
                    bool with_se, struct cif_curve *out, size_t *bad_row, struct err *e)
{
    *out = (struct cif_curve){0};
    size_t lo = order->begin[group], hi = order->begin[group + 1];
    TRY(check_persons(rows, order, lo, hi, true, bad_row, e));
    struct surv_counts counts;
    surv_counts_make(rows, order, group, &counts);
    allocate(out, &counts, with_se);
    struct cif_walk w = {.rows = rows,
                         .order = order,
                         .counts = &counts,
                         .out = out,
                         .surv = 1,
                         .with_se = with_se,
                         .enter = lo,
                         .leave = lo,
                         .begin = lo,
                         .end = hi};
    w.state = mem_zalloc((size_t)rows->causes + 1, sizeof *w.state);
    /* One row a person, all from the beginning: only totals are needed. */
    bool persons = with_se && rows->start;
    size_t people = rows->person ? (size_t)rows->persons : rows->n;
    for (int k = 0; k <= rows->causes; k++) {
        if (persons)
            w.state[k].s.person = mem_zalloc(people, sizeof *w.state[k].s.person);
        else
            w.state[k].s.at_risk = (double)(hi - lo);
    }
    for (size_t j = 0; j < counts.n; j++)
        one_time(&w, j);
    aalen_variance(&counts, out);
    for (int k = 0; k <= rows->causes; k++)
        free(w.state[k].s.person);
    free(w.state);
    surv_counts_free(&counts);
    return ST_OK;
}

void cif_free(struct cif_curve *c)
{
    free(c->time);
    free(c->risk);
    free(c->event);
    free(c->p);
    free(c->se);
    free(c->var_aalen);
    *c = (struct cif_curve){0};
}

/* ---- repeated events ---- */

/* Sums of a martingale with weights common to all: at each time an event of one's own adds `jump`,
 * being at risk takes away `step`; B is the sum of the steps. */
struct mcf_walk {
    const struct surv_rows *rows;
    const struct surv_order *order;
    size_t enter, leave, end;
    double b;
    struct influence s;
};

static void walk_begin(struct mcf_walk *w, const struct surv_rows *rows,
                       const struct surv_order *order, int group)
{
    size_t lo = order->begin[group], hi = order->begin[group + 1];
    *w = (struct mcf_walk){.rows = rows, .order = order, .enter = lo, .leave = lo, .end = hi};
    size_t people = rows->person ? (size_t)rows->persons : rows->n;
    w->s.person = mem_zalloc(people, sizeof *w->s.person);
    for (size_t k = lo; !rows->start && k < hi; k++) {
        int32_t row = order->by_stop[k];
        influence_move(&w->s, &w->s.person[rows->person ? rows->person[row] : row], 0, 0, true);
    }
}

static void walk_time(struct mcf_walk *w, int32_t at, double jump, double step)
{
    const struct surv_rows *r = w->rows;
    const struct surv_order *o = w->order;
    for (; r->start && w->enter < w->end && o->from[o->by_start[w->enter]] < at; w->enter++) {
        int32_t row = o->by_start[w->enter];
        struct person_sum *p = &w->s.person[r->person ? r->person[row] : row];
        influence_move(&w->s, p, p->a + w->b, 0, true);
    }
    w->b += step;
    for (; w->leave < w->end && o->at[o->by_stop[w->leave]] == at; w->leave++) {
        int32_t row = o->by_stop[w->leave];
        double a = (r->event[row] ? jump : 0) - w->b;
        struct person_sum *p = &w->s.person[r->person ? r->person[row] : row];
        influence_move(&w->s, p, p->a + a, 0, false);
    }
}

static double walk_variance(const struct mcf_walk *w)
{
    return influence_variance(&w->s, 0, -w->b);
}

enum status mcf_fit(const struct surv_rows *rows, const struct surv_order *order, int group,
                    struct mcf_curve *out, size_t *bad_row, struct err *e)
{
    *out = (struct mcf_curve){0};
    TRY(check_persons(rows, order, order->begin[group], order->begin[group + 1], false, bad_row,
                      e));
    struct surv_counts c;
    surv_counts_make(rows, order, group, &c);
    *out = (struct mcf_curve){.n = c.n, .rows = c.rows};
    double *all = mem_array(5 * c.n, sizeof *all);
    out->time = all;
    out->risk = all + c.n;
    out->event = all + 2 * c.n;
    out->mcf = all + 3 * c.n;
    out->se_robust = all + 4 * c.n;
    struct mcf_walk w;
    walk_begin(&w, rows, order, group);
    struct nsum mcf = NSUM_ZERO;
    for (size_t j = 0; j < c.n; j++) {
        double risk = (double)c.risk[j], d = (double)surv_any_event(&c, j);
        nsum_add(&mcf, d / risk);
        walk_time(&w, c.at[j], 1 / risk, d / (risk * risk));
        out->time[j] = c.time[j];
        out->risk[j] = risk;
        out->event[j] = d;
        out->mcf[j] = nsum_value(&mcf);
        out->se_robust[j] = sqrt(walk_variance(&w));
    }
    free(w.s.person);
    surv_counts_free(&c);
    return ST_OK;
}

void mcf_free(struct mcf_curve *c)
{
    free(c->time); /* one block */
    *c = (struct mcf_curve){0};
}

/* Rows that the same person carries on from. */
static bool *carried_on(const struct surv_rows *rows, const struct surv_order *o, int group)
{
    bool *more = mem_zalloc(rows->n, sizeof *more);
    int32_t *last = mem_array((size_t)rows->persons, sizeof *last);
    for (int32_t i = 0; i < rows->persons; i++)
        last[i] = -1;
    for (size_t k = o->begin[group]; rows->start && k < o->begin[group + 1]; k++) {
        int32_t row = o->by_stop[k], before = last[rows->person[row]];
        if (before >= 0 && o->at[before] == o->from[row])
            more[before] = true;
        last[rows->person[row]] = row;
    }
    free(last);
    return more;
}

enum status km_by_person(const struct surv_rows *rows, const struct surv_order *order, int group,
                         struct km_curve *curve, size_t *bad_row, struct err *e)
{
    size_t lo = order->begin[group], hi = order->begin[group + 1];
    TRY(check_persons(rows, order, lo, hi, false, bad_row, e));
    bool *more = carried_on(rows, order, group), ended = false;
    struct mcf_walk surv, hazard;
    walk_begin(&surv, rows, order, group);
    walk_begin(&hazard, rows, order, group);
    for (size_t j = 0, k = lo; j < curve->n; j++) {
        double y = curve->risk[j], d = curve->event[j];
        int32_t at = order->at[order->by_stop[k]];
        walk_time(&hazard, at, 1 / y, d / (y * y));
        walk_time(&surv, at, y > d ? 1 / (y - d) : 0, y > d ? d / (y * (y - d)) : 0);
        ended |= y == d;
        curve->greenwood[j] = ended ? INFINITY : walk_variance(&surv);
        curve->cumhaz_var[j] = walk_variance(&hazard);
        for (; k < hi && order->at[order->by_stop[k]] == at; k++)
            if (more[order->by_stop[k]] && !rows->event[order->by_stop[k]])
                curve->censor[j]--;
    }
    free(surv.s.person);
    free(hazard.s.person);
    free(more);
    return ST_OK;
}
