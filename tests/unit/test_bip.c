/* Small random 0/1 programs against all their solutions, by counting through every one. */
#include "base/mem.h"
#include "base/rng.h"
#include "disclosure/bip_reduce.h"
#include "disclosure/walk.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#define COLUMNS 10
#define ROWS 8
#define PROGRAMS 3000

struct small_program {
    struct bip p;
    int64_t cost[COLUMNS], rhs[ROWS];
    double tie[COLUMNS];
    uint32_t start[ROWS + 1], column[ROWS * COLUMNS];
    int32_t sign[ROWS * COLUMNS];
};

/* Rows as rounding has them: a whole and parts that come after it, so that nothing is a part of
 * itself. Right-hand sides that one x fits, now and then one that it does not. */
static void draw(struct small_program *g, struct rng *rng)
{
    uint8_t x[COLUMNS];
    uint32_t entries = 0;
    *g = (struct small_program){.p = {.n = COLUMNS, .nrows = 1 + (uint32_t)rng_below(rng, ROWS)}};
    for (uint32_t j = 0; j < COLUMNS; j++) {
        x[j] = rng_u32(rng) & 1;
        g->cost[j] = (int64_t)rng_below(rng, 9) - 4;
    }
    for (uint32_t r = 0; r < g->p.nrows; r++) {
        uint32_t whole = (uint32_t)rng_below(rng, COLUMNS);
        g->column[entries] = whole;
        g->sign[entries++] = 1;
        g->rhs[r] = x[whole];
        for (uint32_t j = whole + 1; j < COLUMNS; j++)
            if (rng_below(rng, 3) == 0) {
                g->column[entries] = j;
                g->sign[entries++] = -1;
                g->rhs[r] -= x[j];
            }
        if (rng_below(rng, 20) == 0)
            g->rhs[r]++;
        g->start[r + 1] = entries;
    }
    g->p.cost = g->cost;
    g->p.tie = g->tie;
    g->p.row_start = g->start;
    g->p.column = g->column;
    g->p.sign = g->sign;
    g->p.rhs = g->rhs;
}

static bool solves(const struct bip *p, const uint8_t *x)
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

static void bits(uint32_t code, uint32_t n, uint8_t *x)
{
    for (uint32_t j = 0; j < n; j++)
        x[j] = code >> j & 1;
}

static uint32_t count_solutions(const struct bip *p)
{
    uint8_t x[COLUMNS];
    uint32_t n = 0;
    for (uint32_t code = 0; code < 1u << p->n; code++) {
        bits(code, p->n, x);
        n += solves(p, x);
    }
    return n;
}

/* Every solution of the smaller program is one of the whole, of the cost that is said, and there
 * are as many: as different ones expand to different ones, the sets are equal. */
static void reduced_program_has_the_same_solutions(void **state)
{
    (void)state;
    struct rng rng = rng_stream(1, 1);
    uint32_t smaller = 0, impossible = 0;
    for (int i = 0; i < PROGRAMS; i++) {
        struct small_program g;
        struct bip_reduced r;
        uint8_t x[COLUMNS], small[COLUMNS];
        draw(&g, &rng);
        uint32_t solutions = count_solutions(&g.p);
        if (!bip_reduce(&g.p, &r)) {
            assert_int_equal(solutions, 0);
            impossible++;
            continue;
        }
        smaller += r.p.n < COLUMNS;
        assert_int_equal(count_solutions(&r.p), solutions);
        for (uint32_t code = 0; code < 1u << r.p.n; code++) {
            bits(code, r.p.n, small);
            if (!solves(&r.p, small))
                continue;
            bip_expand(&r, small, x);
            assert_true(solves(&g.p, x));
            assert_int_equal(bip_cost(&g.p, x), bip_cost(&r.p, small) + r.constant);
        }
        bip_reduced_close(&r);
    }
    assert_true(smaller > PROGRAMS / 2);
    assert_true(impossible > PROGRAMS / 100);
}

/* A walk says it found a solution only when it did, and finds one where there is one. */
static void walk_finds_a_solution_where_there_is_one(void **state)
{
    (void)state;
    struct rng rng = rng_stream(2, 1);
    uint32_t walks = 0, found = 0;
    for (int i = 0; i < PROGRAMS / 10; i++) {
        struct small_program g;
        struct bip_reduced r;
        uint8_t small[COLUMNS] = {0};
        uint64_t flips = 0;
        draw(&g, &rng);
        if (!bip_reduce(&g.p, &r))
            continue;
        bool any = count_solutions(&r.p) > 0;
        struct walk *w = walk_open(&g.p, &r);
        bool ok = walk_solve(w, &rng, 20000, 0.04, small, &flips);
        walks += any;
        found += ok;
        assert_true(!ok || solves(&r.p, small));
        assert_true(flips <= 20000);
        walk_close(w);
        bip_reduced_close(&r);
    }
    assert_true(walks > 100);
    assert_true(found * 10 >= walks * 9);
}

/* The least cost of all solutions, and none where there is none. */
static void solver_finds_the_optimum(void **state)
{
    (void)state;
    struct rng rng = rng_stream(3, 1);
    for (int i = 0; i < PROGRAMS / 10; i++) {
        struct small_program g;
        uint8_t x[COLUMNS], best[COLUMNS];
        int64_t least = INT64_MAX;
        draw(&g, &rng);
        for (uint32_t code = 0; code < 1u << COLUMNS; code++) {
            bits(code, COLUMNS, x);
            if (solves(&g.p, x) && bip_cost(&g.p, x) < least)
                least = bip_cost(&g.p, x);
        }
        struct bip_result out = {.x = best};
        bip_solve(&g.p, 1, 1e6, NULL, &out);
        assert_int_equal(out.found, least != INT64_MAX);
        if (!out.found)
            continue;
        assert_true(solves(&g.p, best));
        assert_int_equal(out.cost, least);
        assert_int_equal(out.bound, least);
        assert_int_equal(bip_cost(&g.p, best), least);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduced_program_has_the_same_solutions),
        cmocka_unit_test(walk_finds_a_solution_where_there_is_one),
        cmocka_unit_test(solver_finds_the_optimum),
    };
    return cmocka_run_group_tests_name("bip", tests, NULL, NULL);
}
