#include "disclosure/walk.h"

#include "base/mem.h"
#include "base/order.h"
#include "base/rng.h"

#include <stdlib.h>

#define NONE UINT32_MAX
#define CANDIDATES 500 /* leaves looked at for one flip */
#define COST_WEIGHT 0.04
#define PATIENCE 20000 /* flips */

/* constant + sum of coef * leaf */
struct form {
    uint32_t n, *leaf;
    int32_t *coef;
    int64_t constant;
};

struct limit {
    struct form f;
    int64_t lo, hi, now;
    double weight, cost;
    uint32_t broken_at; /* in the list of broken limits, or NONE */
};

struct use {
    uint32_t limit;
    int32_t coef;
};

struct walk {
    const struct bip *p;
    uint32_t *define;  /* row that defines a column, or NONE for a leaf */
    struct form *form; /* of every column */
    uint8_t *formed;
    struct limit *limit;
    uint32_t nlimits, limit_cap;
    uint32_t *use_start;
    struct use *use; /* limits of each leaf */
    uint32_t *broken, nbroken;
    uint64_t *tabu;
    uint8_t *x;
};

/* ---- forms ---- */

/* Sums terms in leaf order; `scratch` is zeroed and has a place for every column. */
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
    gather_add(g, column, 1);
    gather_take(g, f);
}

static void form_free(struct form *f)
{
    free(f->leaf);
    free(f->coef);
    *f = (struct form){0};
}

static bool form_equal(const struct form *a, const struct form *b)
{
    return a->n == b->n && a->constant == b->constant &&
           memcmp(a->leaf, b->leaf, a->n * sizeof *a->leaf) == 0 &&
           memcmp(a->coef, b->coef, a->n * sizeof *a->coef) == 0;
}

static void add_limit(struct walk *w, struct form f, int64_t lo, int64_t hi, double cost)
{
    MEM_GROW(w->limit, w->limit_cap, w->nlimits + 1);
    w->limit[w->nlimits++] =
        (struct limit){.f = f, .lo = lo, .hi = hi, .weight = 1, .cost = cost, .broken_at = NONE};
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
            add_limit(w, f, 0, 1, (double)p->cost[whole]);
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
                add_limit(w, difference, 0, 0, 0);
            }
            form_free(&f);
        } else {
            add_limit(w, f, 0, 0, 0);
        }
    }
    free(g.sum);
    free(g.seen);
    free(g.in);
}

static void build_uses(struct walk *w)
{
    uint32_t n = w->p->n, entries = 0;
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

static void mark(struct walk *w, uint32_t l)
{
    struct limit *m = &w->limit[l];
    bool broken = breach(m, m->now) > 0;
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

static void start(struct walk *w)
{
    for (uint32_t l = 0; l < w->nlimits; l++) {
        struct limit *m = &w->limit[l];
        m->now = m->f.constant;
        for (uint32_t i = 0; i < m->f.n; i++)
            m->now += w->x[m->f.leaf[i]] ? m->f.coef[i] : 0;
        mark(w, l);
    }
}

static double flip_score(const struct walk *w, uint32_t leaf)
{
    int step = w->x[leaf] ? -1 : 1;
    double score = COST_WEIGHT * step * (double)w->p->cost[leaf];
    for (uint32_t u = w->use_start[leaf]; u < w->use_start[leaf + 1]; u++) {
        const struct limit *m = &w->limit[w->use[u].limit];
        int64_t then = m->now + step * w->use[u].coef;
        score += m->weight * (double)(breach(m, then) - breach(m, m->now)) +
                 COST_WEIGHT * m->cost * (double)(then - m->now);
    }
    return score;
}

static void flip(struct walk *w, uint32_t leaf)
{
    int step = w->x[leaf] ? -1 : 1;
    w->x[leaf] ^= 1;
    for (uint32_t u = w->use_start[leaf]; u < w->use_start[leaf + 1]; u++) {
        w->limit[w->use[u].limit].now += step * w->use[u].coef;
        mark(w, w->use[u].limit);
    }
}

/* The best flip that mends limit m a little, or NONE. */
static uint32_t choose(const struct walk *w, const struct limit *m, uint64_t now, struct rng *rng)
{
    uint32_t n = m->f.n, best = NONE, looked = 0;
    uint32_t from = n ? (uint32_t)rng_below(rng, n) : 0;
    double best_score = 0;
    for (uint32_t i = 0; i < n && looked < CANDIDATES; i++) {
        uint32_t k = (from + i) % n, leaf = m->f.leaf[k];
        int move = w->x[leaf] ? -m->f.coef[k] : m->f.coef[k];
        if ((m->now > m->hi) == (move > 0) || w->tabu[leaf] > now)
            continue;
        looked++;
        double score = flip_score(w, leaf);
        if (best == NONE || score < best_score) {
            best = leaf;
            best_score = score;
        }
    }
    return best;
}

/* Moves on from the best state again when the search has wandered for long. */
static void back_to(struct walk *w, const uint8_t *best)
{
    for (uint32_t j = 0; j < w->p->n; j++)
        if (w->x[j] != best[j])
            flip(w, j);
}

static bool search(struct walk *w, uint64_t seed, uint64_t max_flips)
{
    /* of the weight of a limit that no flip mends without harm: in turn calm and wild */
    static const double growth[] = {0.005, 0.3, 0.05};
    struct rng rng = rng_stream(seed, 3000);
    uint8_t *best = mem_alloc(w->p->n);
    uint32_t fewest = NONE;
    uint64_t since = 0, turn = 0;
    for (uint64_t now = 1; now <= max_flips && w->nbroken; now++) {
        if (w->nbroken < fewest) {
            fewest = w->nbroken;
            memcpy(best, w->x, w->p->n);
            since = now;
        } else if (now - since > PATIENCE) {
            back_to(w, best);
            for (uint32_t k = 0; k < w->nlimits; k++)
                w->limit[k].weight = 1;
            since = now;
            turn++;
        }
        uint32_t l = w->broken[rng_below(&rng, w->nbroken)];
        uint32_t leaf = choose(w, &w->limit[l], now, &rng);
        if (leaf == NONE)
            continue;
        if (flip_score(w, leaf) >= 0)
            w->limit[l].weight += growth[turn % 3];
        flip(w, leaf);
        w->tabu[leaf] = now + rng_below(&rng, 3);
    }
    free(best);
    return w->nbroken == 0;
}

bool walk_solve(const struct bip *p, uint64_t seed, uint64_t max_flips, uint8_t *x)
{
    struct walk w = {.p = p, .x = x};
    w.define = mem_array(p->n, sizeof *w.define);
    w.form = mem_zalloc(p->n, sizeof *w.form);
    w.formed = mem_zalloc(p->n, 1);
    w.tabu = mem_zalloc(p->n, sizeof *w.tabu);
    build_limits(&w);
    build_uses(&w);
    w.broken = mem_array(w.nlimits, sizeof *w.broken);
    start(&w);
    bool found = search(&w, seed, max_flips);
    for (uint32_t j = 0; j < p->n && found; j++)
        if (w.define[j] != NONE) {
            int64_t v = w.form[j].constant;
            for (uint32_t i = 0; i < w.form[j].n; i++)
                v += x[w.form[j].leaf[i]] ? w.form[j].coef[i] : 0;
            x[j] = (uint8_t)v;
        }
    for (uint32_t j = 0; j < p->n; j++)
        form_free(&w.form[j]);
    for (uint32_t l = 0; l < w.nlimits; l++)
        form_free(&w.limit[l].f);
    free(w.define);
    free(w.form);
    free(w.formed);
    free(w.tabu);
    free(w.limit);
    free(w.use_start);
    free(w.use);
    free(w.broken);
    return found;
}
