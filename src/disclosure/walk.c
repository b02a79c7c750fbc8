#include "disclosure/walk.h"

#include "base/mem.h"
#include "base/order.h"

#include <stdlib.h>

#define NONE UINT32_MAX
#define CANDIDATES 500 /* leaves looked at for one flip */
#define PATIENCE 20000 /* flips */
/* Of one column: what a broken limit weighs at a cost weight of 0.04. A relaxed program's columns
 * cost thousands, and would never be taken. */
#define COST_MOST 25

/* constant + sum of coef * leaf; leaves by their columns in the smaller program */
struct form {
    uint32_t n, *leaf;
    int32_t *coef;
    int64_t constant;
};

/* lo <= form less its constant <= hi; broken_at: in the list of broken limits, or NONE */
struct limit {
    struct form f;
    int64_t lo, hi, now;
    double weight;
    uint32_t broken_at;
};

struct use {
    uint32_t limit;
    int32_t coef;
};

struct walk {
    const struct bip *p; /* the whole program */
    const struct bip_reduced *small;
    uint32_t *define;  /* row that defines a column of the whole program, or NONE */
    struct form *form; /* of every column of the whole program */
    uint8_t *formed;
    int64_t *cost; /* of each leaf, through all sums that it is in */
    struct limit *limit;
    uint32_t nlimits, limit_cap;
    double (*step)[2]; /* of each limit: weighted breach gained by one less, by one more */
    uint32_t *use_start;
    struct use *use; /* limits of each leaf */
    uint32_t *broken, nbroken;
    uint64_t *tabu;
    double cost_weight;
    uint8_t *x;
};

/* ---- forms ---- */

/* Sums terms in leaf order; `sum` is zeroed and has a place for every column. */
struct gather {
    int32_t *sum;
    uint32_t *seen, nseen;
    uint8_t *in;
};

static void gather_add(struct gather *g, uint32_t leaf, int32_t coef)
{
    if (!g->in[leaf]) {
        g->in[leaf] = 1;
        g->seen[g->nseen++] = leaf;
    }
    g->sum[leaf] += coef;
}

static void gather_take(struct gather *g, struct form *f)
{
    qsort(g->seen, g->nseen, sizeof *g->seen, order_uint32);
    f->leaf = mem_array(g->nseen, sizeof *f->leaf);
    f->coef = mem_array(g->nseen, sizeof *f->coef);
    f->n = 0;
    for (uint32_t k = 0; k < g->nseen; k++) {
        uint32_t leaf = g->seen[k];
        if (g->sum[leaf]) {
            f->leaf[f->n] = leaf;
            f->coef[f->n++] = g->sum[leaf];
        }
        g->sum[leaf] = 0;
        g->in[leaf] = 0;
    }
    g->nseen = 0;
}

static void form_of(struct walk *w, struct gather *g, uint32_t column);

/* The parts of row r (all entries but `whole`) as one form: whole = form. */
static void row_form(struct walk *w, struct gather *g, uint32_t r, uint32_t whole, struct form *f)
{
    const struct bip *p = w->p;
    for (uint32_t k = p->row_start[r]; k < p->row_start[r + 1]; k++)
        if (p->column[k] != whole)
            form_of(w, g, p->column[k]);
    f->constant = p->rhs[r];
    for (uint32_t k = p->row_start[r]; k < p->row_start[r + 1]; k++) {
        const struct form *part = &w->form[p->column[k]];
        if (p->column[k] == whole)
            continue;
        f->constant -= p->sign[k] * part->constant;
        for (uint32_t i = 0; i < part->n; i++)
            gather_add(g, part->leaf[i], -p->sign[k] * part->coef[i]);
    }
    gather_take(g, f);
}

/* The recursion is as deep as hierarchies are. */
static void form_of(struct walk *w, struct gather *g, uint32_t column)
{
    if (w->formed[column])
        return;
    w->formed[column] = 1;
    struct form *f = &w->form[column];
    if (w->define[column] != NONE) {
        row_form(w, g, w->define[column], column, f);
        return;
    }
    struct bip_tied t = w->small->tied[column];
    if (t.to != BIP_FIXED)
        gather_add(g, t.to, t.scale);
    gather_take(g, f);
    f->constant = t.offset;
}

static void form_free(const struct form *f)
{
    free(f->leaf);
    free(f->coef);
}

static bool form_equal(const struct form *a, const struct form *b)
{
    return a->n == b->n && a->constant == b->constant &&
           memcmp(a->leaf, b->leaf, a->n * sizeof *a->leaf) == 0 &&
           memcmp(a->coef, b->coef, a->n * sizeof *a->coef) == 0;
}

static void add_limit(struct walk *w, struct form f, int64_t lo, int64_t hi)
{
    MEM_GROW(w->limit, w->limit_cap, w->nlimits + 1);
    w->limit[w->nlimits++] =
        (struct limit){.f = f, .lo = lo - f.constant, .hi = hi - f.constant, .broken_at = NONE};
}

static bool can_break(const struct limit *m)
{
    int64_t least = 0, most = 0;
    for (uint32_t i = 0; i < m->f.n; i++)
        *(m->f.coef[i] < 0 ? &least : &most) += m->f.coef[i];
    return least < m->lo || most > m->hi;
}

static int by_form(const void *a, const void *b)
{
    const struct form *x = &((const struct limit *)a)->f, *y = &((const struct limit *)b)->f;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    int order = memcmp(x->leaf, y->leaf, x->n * sizeof *x->leaf);
    return order ? order : memcmp(x->coef, y->coef, x->n * sizeof *x->coef);
}

/* One limit for each form, and none that always holds. */
static void merge_limits(struct walk *w)
{
    uint32_t n = 0;
    qsort(w->limit, w->nlimits, sizeof *w->limit, by_form);
    for (uint32_t k = 0; k < w->nlimits; k++) {
        struct limit *m = &w->limit[k], *last = n ? &w->limit[n - 1] : NULL;
        if (!can_break(m)) {
            form_free(&m->f);
        } else if (last && by_form(last, m) == 0) {
            last->lo = m->lo > last->lo ? m->lo : last->lo;
            last->hi = m->hi < last->hi ? m->hi : last->hi;
            form_free(&m->f);
        } else {
            w->limit[n++] = *m;
        }
    }
    w->nlimits = n;
}

/* The column that row r gives: its only +1 entry, the first. */
static uint32_t whole_of(const struct bip *p, uint32_t r)
{
    uint32_t from = p->row_start[r], to = p->row_start[r + 1], plus = 0;
    for (uint32_t k = from; k < to; k++)
        plus += p->sign[k] > 0;
    return plus == 1 && p->sign[from] > 0 ? p->column[from] : NONE;
}

static void build_limits(struct walk *w)
{
    const struct bip *p = w->p;
    struct gather g = {.sum = mem_zalloc(p->n, sizeof *g.sum),
                       .seen = mem_array(p->n, sizeof *g.seen),
                       .in = mem_zalloc(p->n, 1)};
    for (uint32_t j = 0; j < p->n; j++)
        w->define[j] = NONE;
    for (uint32_t r = 0; r < p->nrows; r++) {
        uint32_t whole = whole_of(p, r);
        if (whole != NONE && w->define[whole] == NONE)
            w->define[whole] = r;
    }
    for (uint32_t j = 0; j < p->n; j++)
        form_of(w, &g, j);
    for (uint32_t r = 0; r < p->nrows; r++) {
        struct form f;
        uint32_t whole = whole_of(p, r);
        row_form(w, &g, r, whole, &f);
        if (whole != NONE && w->define[whole] == r) {
            add_limit(w, f, 0, 1);
        } else if (whole != NONE) {
            for (uint32_t i = 0; i < w->form[whole].n; i++)
                gather_add(&g, w->form[whole].leaf[i], -w->form[whole].coef[i]);
            int64_t constant = f.constant - w->form[whole].constant;
            if (form_equal(&f, &w->form[whole])) {
                struct form none;
                gather_take(&g, &none);
                form_free(&none);
            } else {
                for (uint32_t i = 0; i < f.n; i++)
                    gather_add(&g, f.leaf[i], f.coef[i]);
                struct form difference = {.constant = constant};
                gather_take(&g, &difference);
                add_limit(w, difference, 0, 0);
            }
            form_free(&f);
        } else {
            add_limit(w, f, 0, 0);
        }
    }
    free(g.sum);
    free(g.seen);
    free(g.in);
    merge_limits(w);
}

static void sum_costs(struct walk *w)
{
    for (uint32_t j = 0; j < w->p->n; j++)
        for (uint32_t i = 0; i < w->form[j].n; i++) {
            int64_t cost = w->p->cost[j] < COST_MOST ? w->p->cost[j] : COST_MOST;
            w->cost[w->form[j].leaf[i]] += cost * w->form[j].coef[i];
        }
}

static void build_uses(struct walk *w)
{
    uint32_t n = w->small->p.n, entries = 0;
    w->use_start = mem_zalloc((size_t)n + 2, sizeof *w->use_start);
    for (uint32_t l = 0; l < w->nlimits; l++)
        for (uint32_t i = 0; i < w->limit[l].f.n; i++, entries++)
            w->use_start[w->limit[l].f.leaf[i] + 2]++;
    for (uint32_t j = 0; j < n; j++)
        w->use_start[j + 2] += w->use_start[j + 1];
    w->use = mem_array(entries, sizeof *w->use);
    for (uint32_t l = 0; l < w->nlimits; l++)
        for (uint32_t i = 0; i < w->limit[l].f.n; i++)
            w->use[w->use_start[w->limit[l].f.leaf[i] + 1]++] =
                (struct use){l, w->limit[l].f.coef[i]};
}

/* ---- the search ---- */

static int64_t breach(const struct limit *l, int64_t now)
{
    return now < l->lo ? l->lo - now : now > l->hi ? now - l->hi : 0;
}

static double step_score(const struct limit *m, int64_t change)
{
    return m->weight * (double)(breach(m, m->now + change) - breach(m, m->now));
}

/* After limit l has another value or weight. */
static void mark(struct walk *w, uint32_t l)
{
    struct limit *m = &w->limit[l];
    bool broken = breach(m, m->now) > 0;
    w->step[l][0] = step_score(m, -1);
    w->step[l][1] = step_score(m, 1);
    if (broken && m->broken_at == NONE) {
        m->broken_at = w->nbroken;
        w->broken[w->nbroken++] = l;
    } else if (!broken && m->broken_at != NONE) {
        uint32_t other = w->broken[--w->nbroken];
        w->broken[m->broken_at] = other;
        w->limit[other].broken_at = m->broken_at;
        m->broken_at = NONE;
    }
}

static void set_weight(struct walk *w, uint32_t l, double weight)
{
    w->limit[l].weight = weight;
    mark(w, l);
}

static void start(struct walk *w)
{
    memset(w->tabu, 0, w->small->p.n * sizeof *w->tabu);
    for (uint32_t l = 0; l < w->nlimits; l++) {
        struct limit *m = &w->limit[l];
        m->now = 0;
        for (uint32_t i = 0; i < m->f.n; i++)
            m->now += w->x[m->f.leaf[i]] ? m->f.coef[i] : 0;
        set_weight(w, l, 1);
    }
}

static double flip_score(const struct walk *w, uint32_t leaf)
{
    int sign = w->x[leaf] ? -1 : 1;
    double score = w->cost_weight * sign * (double)w->cost[leaf];
    for (uint32_t u = w->use_start[leaf]; u < w->use_start[leaf + 1]; u++) {
        uint32_t l = w->use[u].limit;
        int change = sign * w->use[u].coef;
        score += change == 1    ? w->step[l][1]
                 : change == -1 ? w->step[l][0]
                                : step_score(&w->limit[l], change);
    }
    return score;
}

static void flip(struct walk *w, uint32_t leaf)
{
    int sign = w->x[leaf] ? -1 : 1;
    w->x[leaf] ^= 1;
    for (uint32_t u = w->use_start[leaf]; u < w->use_start[leaf + 1]; u++) {
        w->limit[w->use[u].limit].now += sign * w->use[u].coef;
        mark(w, w->use[u].limit);
    }
}

/* The best flip that mends limit m a little, or NONE. */
static uint32_t choose(const struct walk *w, const struct limit *m, uint64_t now, struct rng *rng,
                       double *score)
{
    uint32_t n = m->f.n, best = NONE, looked = 0;
    uint32_t from = n ? (uint32_t)rng_below(rng, n) : 0;
    for (uint32_t i = 0; i < n && looked < CANDIDATES; i++) {
        uint32_t k = from + i < n ? from + i : from + i - n, leaf = m->f.leaf[k];
        int move = w->x[leaf] ? -m->f.coef[k] : m->f.coef[k];
        if ((m->now > m->hi) == (move > 0) || w->tabu[leaf] > now)
            continue;
        looked++;
        double s = flip_score(w, leaf);
        if (best == NONE || s < *score) {
            best = leaf;
            *score = s;
        }
    }
    return best;
}

/* Moves on from the best state again when the search has wandered for long. */
static void back_to(struct walk *w, const uint8_t *best)
{
    for (uint32_t j = 0; j < w->small->p.n; j++)
        if (w->x[j] != best[j])
            flip(w, j);
    for (uint32_t l = 0; l < w->nlimits; l++)
        set_weight(w, l, 1);
}

/* Flips done; no limit is broken then, or there were max_flips. */
static uint64_t search(struct walk *w, struct rng *rng, uint64_t max_flips)
{
    /* of the weight of a limit that no flip mends without harm: in turn calm and wild */
    static const double growth[] = {0.005, 0.3, 0.05};
    uint8_t *best = mem_alloc(w->small->p.n);
    uint32_t fewest = NONE;
    uint64_t since = 0, turn = 0, now = 1;
    for (; now <= max_flips && w->nbroken; now++) {
        if (w->nbroken < fewest) {
            fewest = w->nbroken;
            memcpy(best, w->x, w->small->p.n);
            since = now;
        } else if (now - since > PATIENCE) {
            back_to(w, best);
            since = now;
            turn++;
        }
        uint32_t l = w->broken[rng_below(rng, w->nbroken)];
        double score = 0;
        uint32_t leaf = choose(w, &w->limit[l], now, rng, &score);
        if (leaf == NONE)
            continue;
        if (score >= 0)
            set_weight(w, l, w->limit[l].weight + growth[turn % 3]);
        flip(w, leaf);
        w->tabu[leaf] = now + rng_below(rng, 3);
    }
    free(best);
    return now - 1;
}

/* Writes every column from the leaves. */
static void read_out(struct walk *w)
{
    uint8_t *leaf = mem_alloc(w->small->p.n);
    memcpy(leaf, w->x, w->small->p.n);
    for (uint32_t j = 0; j < w->p->n; j++) {
        const struct form *f = &w->form[j];
        struct bip_tied t = w->small->tied[j];
        int64_t v = f->constant - t.offset;
        for (uint32_t i = 0; i < f->n; i++)
            v += leaf[f->leaf[i]] ? f->coef[i] : 0;
        if (t.to != BIP_FIXED)
            w->x[t.to] = v != 0;
    }
    free(leaf);
}

struct walk *walk_open(const struct bip *whole, const struct bip_reduced *small)
{
    struct walk *w = mem_zalloc(1, sizeof *w);
    w->p = whole;
    w->small = small;
    w->define = mem_array(whole->n, sizeof *w->define);
    w->form = mem_zalloc(whole->n, sizeof *w->form);
    w->formed = mem_zalloc(whole->n, 1);
    w->cost = mem_zalloc(small->p.n, sizeof *w->cost);
    w->tabu = mem_array(small->p.n, sizeof *w->tabu);
    build_limits(w);
    build_uses(w);
    sum_costs(w);
    w->step = mem_array(w->nlimits, sizeof *w->step);
    w->broken = mem_array(w->nlimits, sizeof *w->broken);
    return w;
}

void walk_close(struct walk *w)
{
    for (uint32_t j = 0; j < w->p->n; j++)
        form_free(&w->form[j]);
    for (uint32_t l = 0; l < w->nlimits; l++)
        form_free(&w->limit[l].f);
    free(w->define);
    free(w->form);
    free(w->formed);
    free(w->cost);
    free(w->limit);
    free(w->step);
    free(w->use_start);
    free(w->use);
    free(w->broken);
    free(w->tabu);
    free(w);
}

bool walk_solve(struct walk *w, struct rng *rng, uint64_t max_flips, double cost_weight, uint8_t *x,
                uint64_t *flips)
{
    w->x = x;
    w->cost_weight = cost_weight;
    start(w);
    *flips += search(w, rng, max_flips);
    if (w->nbroken)
        return false;
    read_out(w);
    return true;
}
