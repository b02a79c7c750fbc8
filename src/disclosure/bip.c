#include "disclosure/bip.h"

#include "base/mem.h"
#include "base/rng.h"
#include "disclosure/lp.h"
#include "disclosure/walk.h"

#include <math.h>
#include <stdlib.h>

#define NEAR 1e-6
#define TIE_TOTAL 0.45
#define RELAX_COLUMNS 40000  /* beyond, the relaxation would take minutes */
#define BRANCH_FRACTIONS 250 /* fewer fractional columns: branch and bound is tried */
#define WALK_FLIPS                                                                                 \
    500000 /* and as many a column: a table of 2,500 columns needs a quarter million */
#define WALK_FLIPS_COLUMN 300
#define BRANCH_WEIGHT 5 /* an iteration within branch and bound costs as much more */

/* Rows of each column. */
struct uses {
    const struct bip *p;
    uint32_t *start, *row;
};

static void uses_open(struct uses *u, const struct bip *p)
{
    uint32_t entries = p->row_start[p->nrows];
    *u = (struct uses){.p = p};
    u->start = mem_zalloc((size_t)p->n + 2, sizeof *u->start);
    u->row = mem_array(entries, sizeof *u->row);
    for (uint32_t k = 0; k < entries; k++)
        u->start[p->column[k] + 2]++;
    for (uint32_t j = 0; j < p->n; j++)
        u->start[j + 2] += u->start[j + 1];
    for (uint32_t r = 0; r < p->nrows; r++)
        for (uint32_t k = p->row_start[r]; k < p->row_start[r + 1]; k++)
            u->row[u->start[p->column[k] + 1]++] = r;
}

static void uses_close(struct uses *u)
{
    free(u->start);
    free(u->row);
}

/* ---- the relaxation ---- */

static struct lp *relaxation(const struct bip *p)
{
    struct lp *lp = lp_new(p->n);
    uint32_t cap = 0;
    double *value = NULL;
    for (uint32_t j = 0; j < p->n; j++) {
        lp_bounds(lp, j, 0, 1);
        lp_cost(lp, j, (double)p->cost[j] + p->tie[j]);
    }
    for (uint32_t r = 0; r < p->nrows; r++) {
        uint32_t from = p->row_start[r], n = p->row_start[r + 1] - from;
        MEM_GROW(value, cap, n);
        for (uint32_t k = 0; k < n; k++)
            value[k] = p->sign[from + k];
        lp_add_row(lp, n, p->column + from, value, (double)p->rhs[r], (double)p->rhs[r]);
    }
    free(value);
    lp_start_basis(lp);
    return lp;
}

static int64_t cost_of(const struct bip *p, const uint8_t *x)
{
    int64_t sum = 0;
    for (uint32_t j = 0; j < p->n; j++)
        sum += x[j] ? p->cost[j] : 0;
    return sum;
}

static bool satisfies(const struct bip *p, const uint8_t *x)
{
    for (uint32_t r = 0; r < p->nrows; r++) {
        int64_t sum = 0;
        for (uint32_t k = p->row_start[r]; k < p->row_start[r + 1]; k++)
            sum += x[p->column[k]] ? p->sign[k] : 0;
        if (sum != p->rhs[r])
            return false;
    }
    return true;
}

/* Takes a solution when it is one and is better. */
static bool offer(const struct bip *p, const uint8_t *x, struct bip_result *out)
{
    if (!satisfies(p, x))
        return false;
    int64_t cost = cost_of(p, x);
    if (out->found && cost >= out->cost)
        return false;
    memcpy(out->x, x, p->n);
    out->cost = cost;
    out->found = true;
    return true;
}

static bool offer_values(const struct bip *p, const double *v, struct bip_result *out)
{
    uint8_t *x = mem_alloc(p->n);
    for (uint32_t j = 0; j < p->n; j++)
        x[j] = v[j] > 0.5;
    bool taken = offer(p, x, out);
    free(x);
    return taken;
}

/* ---- neighbourhoods ---- */

/* Columns around a row, by breadth, until `size` are gathered. */
static uint32_t gather(const struct uses *u, struct rng *rng, uint32_t size, uint8_t *in,
                       uint32_t *list)
{
    const struct bip *p = u->p;
    uint32_t n = 0, seen = 0;
    uint8_t *row_in = mem_zalloc(p->nrows, 1);
    list[n++] = (uint32_t)rng_below(rng, p->n);
    in[list[0]] = 1;
    for (; seen < n && n < size; seen++) {
        uint32_t j = list[seen], uses = u->start[j + 1] - u->start[j];
        uint32_t skip = uses ? (uint32_t)rng_below(rng, uses) : 0;
        for (uint32_t i = 0; i < uses && n < size; i++) {
            uint32_t r = u->row[u->start[j] + (i + skip) % uses];
            if (row_in[r] || rng_below(rng, 3) == 0)
                continue;
            row_in[r] = 1;
            for (uint32_t k = p->row_start[r]; k < p->row_start[r + 1] && n < size; k++)
                if (!in[p->column[k]]) {
                    in[p->column[k]] = 1;
                    list[n++] = p->column[k];
                }
        }
    }
    free(row_in);
    return n;
}

/* The program over `list`, the other columns as they are in x. */
static struct lp *neighbourhood(const struct uses *u, const uint8_t *x, const uint32_t *list,
                                uint32_t n, uint32_t *local)
{
    const struct bip *p = u->p;
    struct lp *lp = lp_new(n);
    uint8_t *row_in = mem_zalloc(p->nrows, 1);
    uint32_t *column = mem_array(n, sizeof *column);
    double *value = mem_array(n, sizeof *value);
    for (uint32_t i = 0; i < n; i++) {
        local[list[i]] = i;
        lp_bounds(lp, i, 0, 1);
        lp_cost(lp, i, (double)p->cost[list[i]] + p->tie[list[i]]);
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t q = u->start[list[i]]; q < u->start[list[i] + 1]; q++) {
            uint32_t r = u->row[q], m = 0;
            int64_t rhs = p->rhs[r];
            if (row_in[r])
                continue;
            row_in[r] = 1;
            for (uint32_t k = p->row_start[r]; k < p->row_start[r + 1]; k++) {
                uint32_t j = p->column[k];
                if (local[j] == UINT32_MAX) {
                    rhs -= x[j] ? p->sign[k] : 0;
                } else {
                    column[m] = local[j];
                    value[m++] = p->sign[k];
                }
            }
            lp_add_row(lp, m, column, value, (double)rhs, (double)rhs);
        }
    free(row_in);
    free(column);
    free(value);
    lp_start_basis(lp);
    return lp;
}

enum outcome { BETTER, SAME, TOO_HARD };

static enum outcome improve_once(const struct uses *u, struct rng *rng, uint32_t size,
                                 struct bip_result *out, uint64_t *work)
{
    const struct bip *p = u->p;
    uint8_t *in = mem_zalloc(p->n, 1), *x = mem_alloc(p->n);
    uint32_t *list = mem_array(p->n, sizeof *list), *local = mem_array(p->n, sizeof *local);
    double *v = mem_array(p->n, sizeof *v), *start = mem_array(p->n, sizeof *start);
    memset(local, 0xff, p->n * sizeof *local);
    uint32_t n = gather(u, rng, size, in, list);
    struct lp *lp = neighbourhood(u, out->x, list, n, local);
    enum outcome result = SAME;
    uint64_t branched = 0;
    int64_t now = 0;
    for (uint32_t i = 0; i < n; i++) {
        now += out->x[list[i]] ? p->cost[list[i]] : 0;
        start[i] = out->x[list[i]];
    }
    if (lp_solve(lp, true) == LP_OPTIMAL && lp_objective(lp) < (double)now - 1 + TIE_TOTAL) {
        struct lp_branch b = {.max_iterations = 3000, .gap = 1 - TIE_TOTAL, .start = start, .x = v};
        branched = lp_iterations(lp);
        if (lp_branch(lp, &b) == LP_STOPPED)
            result = TOO_HARD;
        branched = lp_iterations(lp) - branched;
        if (b.found) {
            memcpy(x, out->x, p->n);
            for (uint32_t i = 0; i < n; i++)
                x[list[i]] = v[i] > 0.5;
            if (offer(p, x, out))
                result = BETTER;
        }
    }
    *work += (lp_iterations(lp) + BRANCH_WEIGHT * branched + 50) * n;
    lp_free(lp);
    free(in);
    free(x);
    free(list);
    free(local);
    free(v);
    free(start);
    return result;
}

/* The size of a neighbourhood follows what can be solved: larger after many that gave nothing, a
 * little smaller after some that were too hard. */
struct tuned {
    uint32_t size, idle, hard;
};

static void tune(struct tuned *t, uint32_t n, enum outcome r)
{
    uint32_t left = n - t->size, more = t->size / 4 < left / 8 ? t->size / 4 : left / 8;
    t->idle = r == BETTER ? 0 : t->idle + 1;
    t->hard = r == TOO_HARD ? t->hard + 1 : 0;
    if (t->hard == 2) {
        uint32_t less = left / 8 + n / 100 + 1;
        t->size -= less < t->size / 2 ? less : t->size / 2;
        t->hard = t->idle = 0;
    } else if (t->idle == 30) {
        t->size += more + 1 <= left ? more + 1 : left;
        t->idle = 0;
    }
}

static void improve(const struct bip *p, uint64_t seed, double effort,
                    const struct progress *progress, struct bip_result *out)
{
    struct uses u;
    struct rng rng = rng_stream(seed, 2000);
    uint64_t work = 0;
    struct tuned t = {.size = p->n < 150 ? p->n : 150};
    uses_open(&u, p);
    while ((double)work < effort && out->cost > out->bound) {
        tune(&t, p->n, improve_once(&u, &rng, t.size, out, &work));
        progress_tick(progress, "round", work, (uint64_t)effort);
    }
    uses_close(&u);
}

/* No whole cost lies between a proven bound (ties included) and its ceiling. */
static int64_t whole_bound(double bound)
{
    return (int64_t)ceil(bound - TIE_TOTAL - NEAR);
}

static uint32_t count_fractions(const struct bip *p, const double *v)
{
    uint32_t n = 0;
    for (uint32_t j = 0; j < p->n; j++)
        n += fabs(v[j] - round(v[j])) > NEAR;
    return n;
}

/* Branch and bound, when the relaxation is so nearly whole that it will soon end. */
static void branch(const struct bip *p, struct lp *lp, double *v, double effort,
                   struct bip_result *out)
{
    struct lp_branch b = {
        .max_iterations = 500 + (uint64_t)(effort / 80 / (p->nrows + 1)),
        .gap = 1 - TIE_TOTAL,
        .x = v,
    };
    enum lp_result r = lp_branch(lp, &b);
    if (b.found)
        offer_values(p, v, out);
    if (whole_bound(b.bound) > out->bound)
        out->bound = whole_bound(b.bound);
    if (r == LP_OPTIMAL && out->found)
        out->bound = out->cost;
    if (r == LP_INFEASIBLE)
        out->impossible = true;
}

static void walk(const struct bip *p, const double *v, uint64_t seed, struct bip_result *out)
{
    uint8_t *x = mem_alloc(p->n);
    for (uint32_t j = 0; j < p->n; j++)
        x[j] = v[j] > 0.5;
    if (walk_solve(p, seed, WALK_FLIPS + (uint64_t)WALK_FLIPS_COLUMN * p->n, x))
        offer(p, x, out);
    free(x);
}

void bip_solve(const struct bip *p, uint64_t seed, double effort, const struct progress *progress,
               struct bip_result *out)
{
    double *v = mem_array(p->n, sizeof *v);
    out->found = out->impossible = false;
    out->cost = out->bound = 0;
    for (uint32_t j = 0; j < p->n; j++) {
        out->bound += p->cost[j] < 0 ? p->cost[j] : 0;
        v[j] = p->cost[j] < 0;
    }
    if (p->n <= RELAX_COLUMNS) {
        struct lp *lp = relaxation(p);
        enum lp_result r = lp_solve(lp, true);
        out->impossible = r == LP_INFEASIBLE;
        if (r == LP_OPTIMAL) {
            out->bound = whole_bound(lp_objective(lp));
            for (uint32_t j = 0; j < p->n; j++)
                v[j] = lp_value(lp, j);
            uint32_t fractions = count_fractions(p, v);
            if (fractions == 0)
                offer_values(p, v, out);
            else if (fractions < BRANCH_FRACTIONS || fractions < p->n / 5)
                branch(p, lp, v, effort, out);
        }
        lp_free(lp);
    }
    if (!out->found && !out->impossible)
        walk(p, v, seed, out);
    if (out->found && out->cost > out->bound)
        improve(p, seed, effort, progress, out);
    free(v);
}
