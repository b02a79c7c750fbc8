#include "disclosure/round.h"

#include "disclosure/bip.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

#define EFFORT 0.8e9 /* iterations x columns; under a CPU minute on tables that resist */
#define TIE_SHARE 0.44

/* A column of the 0/1 program: cell c goes up by `step` bases when it is 1. */
struct move {
    uint32_t cell;
    int8_t step;
};

struct program {
    const struct model *m;
    const int64_t *count;
    int64_t base;
    const struct round_beyond *beyond;
    struct bip bip;
    struct move *move;
    uint32_t *first; /* moves of each cell: first[c]..first[c+1]-1 */
    int64_t *cost, *rhs, fixed_cost;
    double *tie;
    uint32_t *row_start, *column;
    int32_t *sign;
};

/* The multiple that a cell is rounded to at least. A reader who sees a code of the data counts at
 * least one, so such a cell is not printed as 0. */
static int64_t floor_of(const struct program *g, uint32_t c)
{
    int64_t x = g->count[c];
    return x > 0 && x < g->base && model_occurs(g->m, c) ? 1 : x / g->base;
}

static uint32_t times_printed(const struct model *m, uint32_t cell)
{
    return cell < m->nlisted ? m->times[cell] : 0;
}

/* Columns: up by one base for every count between two multiples; when relaxed, one base further up
 * and down as well, but a zero stays zero and nothing goes below zero. Going beyond costs so much
 * that as few cells as possible do. */
static void add_moves(struct program *g, bool relaxed)
{
    const struct model *m = g->m;
    uint32_t n = 0;
    for (uint32_t c = 0; c < m->ncells; c++) {
        int64_t x = g->count[c], rest = x - floor_of(g, c) * g->base, times = times_printed(m, c);
        int64_t beyond = g->base * 1000 * (g->beyond ? g->beyond->reluctance[c] : 1);
        uint8_t no = g->beyond && g->beyond->no ? g->beyond->no[c] : 0;
        g->first[c] = n;
        g->fixed_cost += times * llabs(rest);
        if (rest > 0) {
            g->cost[n] = times * (g->base - 2 * rest);
            g->move[n++] = (struct move){c, 1};
        }
        if (relaxed && x > 0 && !(no & ROUND_NOT_UP)) {
            g->cost[n] = beyond + times * g->base;
            g->move[n++] = (struct move){c, 1};
        }
        if (relaxed && x >= g->base && !(no & ROUND_NOT_DOWN)) {
            g->cost[n] = beyond + times * g->base;
            g->move[n++] = (struct move){c, -1};
        }
    }
    g->first[m->ncells] = n;
    g->bip.n = n;
}

/* False: a row in which nothing can move does not add up. */
static bool add_rows(struct program *g)
{
    const struct model *m = g->m;
    uint32_t entries = 0, rows = 0;
    for (uint32_t r = 0; r < m->nrows; r++) {
        uint32_t before = entries;
        int64_t rhs = 0;
        for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++) {
            uint32_t c = m->row_cell[k];
            int8_t side = k == m->row_start[r] ? 1 : -1;
            rhs -= side * floor_of(g, c);
            for (uint32_t j = g->first[c]; j < g->first[c + 1]; j++) {
                g->column[entries] = j;
                g->sign[entries++] = side * g->move[j].step;
            }
        }
        if (entries == before && rhs)
            return false;
        g->row_start[rows] = before;
        g->rhs[rows] = rhs;
        rows += entries > before;
    }
    g->row_start[rows] = entries;
    g->bip.nrows = rows;
    return true;
}

static bool program_open(struct program *g, bool relaxed)
{
    const struct model *m = g->m;
    size_t most = (size_t)m->ncells * 3 + 1, entries = (size_t)m->row_start[m->nrows] * 3 + 1;
    g->move = mem_array(most, sizeof *g->move);
    g->cost = mem_array(most, sizeof *g->cost);
    g->tie = mem_array(most, sizeof *g->tie);
    g->first = mem_array((size_t)m->ncells + 1, sizeof *g->first);
    g->row_start = mem_array((size_t)m->nrows + 1, sizeof *g->row_start);
    g->rhs = mem_array((size_t)m->nrows + 1, sizeof *g->rhs);
    g->column = mem_array(entries, sizeof *g->column);
    g->sign = mem_array(entries, sizeof *g->sign);
    g->fixed_cost = 0;
    add_moves(g, relaxed);
    g->bip.cost = g->cost;
    g->bip.tie = g->tie;
    g->bip.row_start = g->row_start;
    g->bip.column = g->column;
    g->bip.sign = g->sign;
    g->bip.rhs = g->rhs;
    return add_rows(g);
}

static void program_close(struct program *g)
{
    free(g->move);
    free(g->cost);
    free(g->tie);
    free(g->first);
    free(g->row_start);
    free(g->rhs);
    free(g->column);
    free(g->sign);
}

/* Which optimum: a stream that nobody can repeat who has not both the key and every count. */
static uint64_t secret_ties(struct program *g, const unsigned char key[ROUND_KEY_BYTES])
{
    unsigned char seed[randombytes_SEEDBYTES];
    uint64_t search_seed;
    uint32_t n = g->bip.n;
    uint32_t *draw = mem_array((size_t)n + 2, sizeof *draw);
    crypto_generichash(seed, sizeof seed, (const unsigned char *)g->count,
                       (size_t)g->m->ncells * sizeof *g->count, key, ROUND_KEY_BYTES);
    randombytes_buf_deterministic(draw, ((size_t)n + 2) * sizeof *draw, seed);
    for (uint32_t j = 0; j < n; j++)
        g->tie[j] = ldexp(draw[j], -32) * TIE_SHARE / n;
    memcpy(&search_seed, draw + n, sizeof search_seed);
    sodium_memzero(seed, sizeof seed);
    free(draw);
    return search_seed;
}

static void read_solution(const struct program *g, const struct bip_result *r, int64_t *published,
                          struct round_result *out)
{
    const struct model *m = g->m;
    *out = (struct round_result){0};
    for (uint32_t c = 0; c < m->ncells; c++) {
        int64_t p = floor_of(g, c);
        for (uint32_t j = g->first[c]; j < g->first[c + 1]; j++)
            p += r->x[j] ? g->move[j].step : 0;
        published[c] = p * g->base;
        int64_t change = published[c] - g->count[c];
        change = change < 0 ? -change : change;
        out->cost += change * times_printed(m, c);
        out->relaxed += change >= g->base && c < m->nlisted;
    }
}

static bool solve(struct program *g, bool relaxed, const unsigned char key[ROUND_KEY_BYTES],
                  const struct progress *progress, int64_t *published, struct round_result *out)
{
    struct bip_result r = {0};
    if (program_open(g, relaxed)) {
        uint64_t seed = secret_ties(g, key);
        r.x = mem_alloc(g->bip.n);
        bip_solve(&g->bip, seed, EFFORT, progress, &r);
    }
    if (r.found) {
        read_solution(g, &r, published, out);
        out->bound = relaxed ? 0 : g->fixed_cost + r.bound;
    }
    free(r.x);
    program_close(g);
    return r.found;
}

enum status round_tables(const struct model *m, const int64_t *count, int64_t base,
                         const unsigned char key[ROUND_KEY_BYTES],
                         const struct round_beyond *beyond, const struct progress *progress,
                         int64_t *published, struct round_result *out, struct err *e)
{
    struct program g = {.m = m, .count = count, .base = base, .beyond = beyond};
    if (solve(&g, false, key, progress, published, out) ||
        solve(&g, true, key, progress, published, out))
        return ST_OK;
    err_set(e, ST_DATA, "no rounding of these tables to base %lld was found that adds up",
            (long long)base);
    return err_hint(e,
                    "Publish fewer dimensions together, give columns without a hierarchy one, or "
                    "use the method \"suppress\".");
}
