#include "disclosure/bip.h"

#include "base/mem.h"
#include "disclosure/bip_breed.h"
#include "disclosure/lp.h"

#include <math.h>
#include <stdlib.h>

#define NEAR 1e-6
#define RELAX_COLUMNS 40000  /* beyond, the relaxation would take minutes */
#define BRANCH_FRACTIONS 250 /* fewer fractional columns: branch and bound is tried */
#define WALK_FLIPS 125000    /* of one walk to a first solution, and for each column */
#define WALK_FLIPS_COLUMN 75
#define WALK_TRIES 12
#define WALK_COST 0.04
#define BREED_COLUMNS 3000 /* of the smaller program; beyond, one solution has all the effort */
#define BREED_EFFORT 1.6   /* times the effort: small neighbourhoods are soon done for their work */
#define WIDEN_EFFORT 0.12  /* after that, */
#define WIDEN_MOST 0.6     /* or more of what breeding has left */
#define FIRST_SIZE 150     /* of a neighbourhood, in columns */

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

int64_t bip_cost(const struct bip *p, const uint8_t *x)
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

bool bip_offer(const struct bip *p, const uint8_t *x, struct bip_result *out)
{
    if (!satisfies(p, x))
        return false;
    int64_t cost = bip_cost(p, x);
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
    bool taken = bip_offer(p, x, out);
    free(x);
    return taken;
}

/* No whole cost lies between a proven bound (ties included) and its ceiling. */
static int64_t whole_bound(double bound)
{
    return (int64_t)ceil(bound - BIP_TIE_TOTAL - NEAR);
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
        .gap = 1 - BIP_TIE_TOTAL,
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

/* The relaxation, and what it gives: a bound, values to start from, perhaps a solution. */
static void relax(const struct bip *p, double effort, double *v, struct bip_result *out)
{
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

/* A first solution by local search: from the rounded values of the relaxation, then from random
 * ones, as a walk that has lost its way seldom finds it again. */
static bool first_solution(struct walk *w, const struct bip *whole, const struct bip *p,
                           const double *v, uint64_t seed, struct bip_result *out, uint64_t *flips)
{
    struct rng rng = rng_stream(seed, 3000);
    uint8_t *x = mem_alloc(p->n);
    uint64_t most = WALK_FLIPS + (uint64_t)WALK_FLIPS_COLUMN * whole->n;
    for (uint32_t j = 0; j < p->n; j++)
        x[j] = v[j] > 0.5;
    for (int k = 0; k < WALK_TRIES && !out->found; k++) {
        if (walk_solve(w, &rng, most, WALK_COST, x, flips))
            bip_offer(p, x, out);
        for (uint32_t j = 0; j < p->n; j++)
            x[j] = rng_u32(&rng) & 1;
    }
    free(x);
    return out->found;
}

/* What the relaxation has not settled. */
static void look_for(const struct bip *whole, const struct bip_reduced *small, const double *v,
                     uint64_t seed, double effort, const struct progress *progress,
                     struct bip_result *out)
{
    const struct bip *p = &small->p;
    struct near s;
    uint64_t flips = 0;
    uint32_t size = FIRST_SIZE;
    near_open(&s, p, seed);
    if (!out->found) {
        struct walk *w = walk_open(whole, small);
        if (first_solution(w, whole, p, v, seed, out, &flips) && p->n <= BREED_COLUMNS) {
            s.work = bip_flip_work(flips);
            bip_breed(&s, w, seed, effort * BREED_EFFORT, progress, out);
            size = p->n * 3 / 8 + 1;
            effort =
                fmin((double)s.work + effort * WIDEN_MOST, effort * (BREED_EFFORT + WIDEN_EFFORT));
        }
        walk_close(w);
    }
    if (out->found)
        near_widen(&s, size, effort, progress, out);
    near_close(&s);
}

static void solve_reduced(const struct bip *whole, const struct bip_reduced *small, uint64_t seed,
                          double effort, const struct progress *progress, struct bip_result *out)
{
    const struct bip *p = &small->p;
    struct bip_result r = {.x = mem_alloc(p->n)};
    double *v = mem_array(p->n, sizeof *v);
    for (uint32_t j = 0; j < p->n; j++) {
        r.bound += p->cost[j] < 0 ? p->cost[j] : 0;
        v[j] = p->cost[j] < 0;
    }
    if (p->n <= RELAX_COLUMNS)
        relax(p, effort, v, &r);
    if (!r.impossible && !(r.found && r.cost == r.bound))
        look_for(whole, small, v, seed, effort, progress, &r);
    if (r.found)
        bip_expand(small, r.x, out->x);
    out->found = r.found;
    out->impossible = r.impossible;
    out->cost = r.cost + small->constant;
    out->bound = r.bound + small->constant;
    free(r.x);
    free(v);
}

void bip_solve(const struct bip *p, uint64_t seed, double effort, const struct progress *progress,
               struct bip_result *out)
{
    struct bip_reduced small;
    out->found = out->impossible = false;
    out->cost = out->bound = 0;
    if (!bip_reduce(p, &small)) {
        out->impossible = true;
        return;
    }
    solve_reduced(p, &small, seed, effort, progress, out);
    bip_reduced_close(&small);
}
