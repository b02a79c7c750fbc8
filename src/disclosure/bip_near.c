#include "disclosure/bip_near.h"

#include "base/mem.h"
#include "disclosure/lp.h"

#include <stdlib.h>

#define BRANCH_ITERATIONS 10000
#define BRANCH_WEIGHT 5 /* an iteration within branch and bound costs as much more */
#define IDLE 8
#define HARD 3

void near_open(struct near *s, const struct bip *p, uint64_t seed)
{
    uint32_t entries = p->row_start[p->nrows];
    *s = (struct near){.p = p, .rng = rng_stream(seed, 2000)};
    s->start = mem_zalloc((size_t)p->n + 2, sizeof *s->start);
    s->row = mem_array(entries, sizeof *s->row);
    for (uint32_t k = 0; k < entries; k++)
        s->start[p->column[k] + 2]++;
    for (uint32_t j = 0; j < p->n; j++)
        s->start[j + 2] += s->start[j + 1];
    for (uint32_t r = 0; r < p->nrows; r++)
        for (uint32_t k = p->row_start[r]; k < p->row_start[r + 1]; k++)
            s->row[s->start[p->column[k] + 1]++] = r;
}

void near_close(struct near *s)
{
    free(s->start);
    free(s->row);
}

/* Columns around a row, by breadth, until `size` are gathered. */
static uint32_t gather(struct near *s, uint32_t size, uint8_t *in, uint32_t *list)
{
    const struct bip *p = s->p;
    uint32_t n = 0, seen = 0;
    uint8_t *row_in = mem_zalloc(p->nrows, 1);
    list[n++] = (uint32_t)rng_below(&s->rng, p->n);
    in[list[0]] = 1;
    for (; seen < n && n < size; seen++) {
        uint32_t j = list[seen], uses = s->start[j + 1] - s->start[j];
        uint32_t skip = uses ? (uint32_t)rng_below(&s->rng, uses) : 0;
        for (uint32_t i = 0; i < uses && n < size; i++) {
            uint32_t r = s->row[s->start[j] + (i + skip) % uses];
            if (row_in[r] || rng_below(&s->rng, 3) == 0)
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
static struct lp *neighbourhood(const struct near *s, const uint8_t *x, const uint32_t *list,
                                uint32_t n, uint32_t *local)
{
    const struct bip *p = s->p;
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
        for (uint32_t q = s->start[list[i]]; q < s->start[list[i] + 1]; q++) {
            uint32_t r = s->row[q], m = 0;
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

static enum outcome improve_once(struct near *s, uint32_t size, struct bip_result *out)
{
    const struct bip *p = s->p;
    uint8_t *in = mem_zalloc(p->n, 1), *x = mem_alloc(p->n);
    uint32_t *list = mem_array(p->n, sizeof *list), *local = mem_array(p->n, sizeof *local);
    double *v = mem_array(p->n, sizeof *v), *start = mem_array(p->n, sizeof *start);
    memset(local, 0xff, p->n * sizeof *local);
    uint32_t n = gather(s, size, in, list);
    struct lp *lp = neighbourhood(s, out->x, list, n, local);
    enum outcome result = SAME;
    uint64_t branched = 0;
    int64_t now = 0;
    for (uint32_t i = 0; i < n; i++) {
        now += out->x[list[i]] ? p->cost[list[i]] : 0;
        start[i] = out->x[list[i]];
    }
    if (lp_solve(lp, true) == LP_OPTIMAL && lp_objective(lp) < (double)now - 1 + BIP_TIE_TOTAL) {
        struct lp_branch b = {
            .max_iterations = BRANCH_ITERATIONS, .gap = 1 - BIP_TIE_TOTAL, .start = start, .x = v};
        branched = lp_iterations(lp);
        if (lp_branch(lp, &b) == LP_STOPPED)
            result = TOO_HARD;
        branched = lp_iterations(lp) - branched;
        if (b.found) {
            memcpy(x, out->x, p->n);
            for (uint32_t i = 0; i < n; i++)
                x[list[i]] = v[i] > 0.5;
            if (bip_offer(p, x, out))
                result = BETTER;
        }
    }
    s->work += (lp_iterations(lp) + BRANCH_WEIGHT * branched + 50) * n;
    lp_free(lp);
    free(in);
    free(x);
    free(list);
    free(local);
    free(v);
    free(start);
    return result;
}

void near_settle(struct near *s, uint32_t size, uint32_t idle, struct bip_result *out)
{
    uint32_t vain = 0;
    while (vain < idle && out->cost > out->bound)
        vain = improve_once(s, size, out) == BETTER ? 0 : vain + 1;
}

/* The size follows what can be solved: larger after many that gave nothing, a little smaller after
 * some in a row that were too hard. */
struct tuned {
    uint32_t size, idle, hard;
};

static void tune(struct tuned *t, uint32_t n, enum outcome r)
{
    uint32_t left = n - t->size, more = t->size / 4 < left / 5 ? t->size / 4 : left / 5;
    t->idle = r == BETTER ? 0 : t->idle + 1;
    t->hard = r == TOO_HARD ? t->hard + 1 : 0;
    if (t->hard == HARD) {
        uint32_t less = left / 8 + n / 100 + 1;
        t->size -= less < t->size / 2 ? less : t->size / 2;
        t->hard = t->idle = 0;
    } else if (t->idle == IDLE) {
        t->size += more + 1 <= left ? more + 1 : left;
        t->idle = 0;
    }
}

void near_widen(struct near *s, uint32_t size, double effort, const struct progress *progress,
                struct bip_result *out)
{
    struct tuned t = {.size = size < s->p->n ? size : s->p->n};
    while ((double)s->work < effort && out->cost > out->bound) {
        tune(&t, s->p->n, improve_once(s, t.size, out));
        progress_tick(progress, "round", s->work, (uint64_t)effort);
    }
}
