/* Linear programs, one for each connected part of the unknown cells. */
#include "disclosure/audit_form.h"

#include "base/mem.h"
#include "disclosure/lp.h"

#include <math.h>
#include <stdlib.h>

#define PUSHES 24           /* ways of pushing many cells at once, at most */
#define PUSH_ITERATIONS 200 /* until cells that are done are let go */
#define PUSH_IDLE 4         /* times that, without a cell done, before another way is tried */

struct part {
    uint32_t *cell, n; /* unknown cells, parts before wholes */
    uint32_t columns;
    struct lp *lp;
};

struct attack {
    struct search *s;
    struct forms f;
    uint32_t *part_of; /* of a cell: the least column that it hangs together with, or NONE */
    uint32_t *column;  /* number in the program of its part */
    uint32_t *row_start, *row; /* rows of each part, by part_of */
    double *value;             /* of each cell in the last solution */
    double *cost;              /* of each cell that is a column; 0 between programs */
};

/* ---- parts ---- */

static uint32_t root(uint32_t *part, uint32_t c)
{
    while (part[c] != c) {
        part[c] = part[part[c]];
        c = part[c];
    }
    return c;
}

static void join(uint32_t *part, const struct form *f)
{
    for (uint32_t i = 1; i < f->n; i++) {
        uint32_t a = root(part, f->term[0].cell), b = root(part, f->term[i].cell);
        if (a < b)
            part[b] = a;
        else
            part[a] = b;
    }
}

static bool is_unknown(const struct attack *k, uint32_t c)
{
    return k->s->a->lo[c] != k->s->a->hi[c];
}

static void find_parts(struct attack *k)
{
    uint32_t n = k->s->a->m->ncells;
    for (uint32_t c = 0; c < n; c++)
        k->part_of[c] = k->f.column[c] ? c : NONE;
    for (uint32_t r = 0; r < k->f.nrows; r++)
        join(k->part_of, &k->f.row[r]);
    for (uint32_t c = 0; c < n; c++)
        join(k->part_of, &k->f.of[c]);
    for (uint32_t c = 0; c < n; c++)
        if (k->f.column[c])
            k->part_of[c] = root(k->part_of, c);
    for (uint32_t c = 0; c < n; c++)
        if (is_unknown(k, c) && k->f.of[c].n)
            k->part_of[c] = k->part_of[k->f.of[c].term[0].cell];
}

/* Starts of runs: start[p]..start[p + 1] for part p, when start[p + 2] has the length of part p. */
static void add_up(uint32_t *start, uint32_t n)
{
    for (uint32_t p = 0; p < n; p++)
        start[p + 2] += start[p + 1];
}

static void sort_rows(struct attack *k)
{
    uint32_t n = k->s->a->m->ncells;
    k->row_start = mem_zalloc((size_t)n + 2, sizeof *k->row_start);
    k->row = mem_array(k->f.nrows, sizeof *k->row);
    for (uint32_t r = 0; r < k->f.nrows; r++)
        k->row_start[k->part_of[k->f.row[r].term[0].cell] + 2]++;
    add_up(k->row_start, n);
    for (uint32_t r = 0; r < k->f.nrows; r++)
        k->row[k->row_start[k->part_of[k->f.row[r].term[0].cell] + 1]++] = r;
}

/* ---- one part ---- */

static struct lp *build_program(struct attack *k, struct part *p)
{
    const struct search *s = k->s;
    uint32_t id = k->part_of[p->cell[0]], *index = mem_array(p->n, sizeof *index);
    double *by = mem_array(p->n, sizeof *by);
    p->columns = 0;
    for (uint32_t i = 0; i < p->n; i++)
        if (k->f.column[p->cell[i]])
            k->column[p->cell[i]] = p->columns++;
    struct lp *lp = lp_new(p->columns);
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t c = p->cell[i];
        if (k->f.column[c])
            lp_bounds(lp, k->column[c], (double)s->a->lo[c],
                      s->box_hi[c] == AUDIT_NO_LIMIT ? INFINITY : (double)s->a->hi[c]);
    }
    for (uint32_t i = k->row_start[id]; i < k->row_start[id + 1]; i++) {
        const struct form *f = &k->f.row[k->row[i]];
        for (uint32_t t = 0; t < f->n; t++) {
            index[t] = k->column[f->term[t].cell];
            by[t] = f->term[t].by;
        }
        lp_add_row(lp, f->n, index, by, k->f.row_lo[k->row[i]] - f->constant,
                   k->f.row_hi[k->row[i]] - f->constant);
    }
    free(index);
    free(by);
    lp_start_basis(lp);
    return lp;
}

static double value_of(const struct attack *k, const struct part *p, uint32_t c)
{
    const struct model *m = k->s->a->m;
    const struct form *f = &k->f.of[c];
    uint32_t r = k->f.defines[c];
    double v = 0;
    if (k->f.column[c])
        return lp_value(p->lp, k->column[c]);
    if (k->f.rest[c]) {
        for (uint32_t i = 0; i < f->n; i++)
            v += f->term[i].by * lp_value(p->lp, k->column[f->term[i].cell]);
        return f->constant + v;
    }
    for (uint32_t i = m->row_start[r] + 1; i < m->row_start[r + 1]; i++)
        v += k->value[m->row_cell[i]];
    return v;
}

static void see_solution(struct attack *k, const struct part *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t c = p->cell[i];
        k->value[c] = value_of(k, p, c);
        search_see(k->s, c, k->value[c]);
    }
}

static void add_cost(struct attack *k, uint32_t c, double by)
{
    const struct form *f = &k->f.of[c];
    if (k->f.column[c])
        k->cost[c] += by;
    for (uint32_t i = 0; i < f->n; i++)
        k->cost[f->term[i].cell] += by * f->term[i].by;
}

static void set_costs(struct attack *k, const struct part *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t c = p->cell[i];
        if (!k->f.column[c])
            continue;
        lp_cost(p->lp, k->column[c], k->cost[c]);
        k->cost[c] = 0;
    }
}

/* The most (sign 1) or the least (-1) of cell c. */
static enum status extreme(struct attack *k, const struct part *p, uint32_t c, int sign,
                           struct err *e)
{
    struct search *s = k->s;
    add_cost(k, c, -sign);
    set_costs(k, p);
    enum lp_result r = lp_solve(p->lp, false);
    s->a->programs++;
    if (r == LP_UNBOUNDED) { /* counts have no least end but 0 */
        s->max_seen[c] = INFINITY;
        return ST_OK;
    }
    if (r == LP_INFEASIBLE)
        return audit_no_counts_fit(e);
    if (r != LP_OPTIMAL)
        return err_set(e, ST_FAULT, "the linear program of a cell could not be solved");
    see_solution(k, p);
    if (sign > 0)
        search_learn(s, c, 0, k->value[c]);
    else
        search_learn(s, c, k->value[c], INFINITY);
    return ST_OK;
}

/* A pattern of signs that is different in every round. */
static bool a_bit(uint32_t cell, int round)
{
    return (cell * 2654435761u >> (round / 2 % 24 + 4)) & (round / 2 != 0);
}

static uint32_t count_open(const struct attack *k, const struct part *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n; i++)
        n += is_target(k->s, p->cell[i]) && !search_cell_done(k->s, p->cell[i]);
    return n;
}

/* Some programs that push many cells at once: most ranges are found wide here. Cells that are done
 * are let go every few iterations: what is found on the way to the optimum counts as well. */
static void push_many(struct attack *k, const struct part *p)
{
    struct search *s = k->s;
    uint32_t open = count_open(k, p);
    for (int round = 0; round < PUSHES && open; round++) {
        uint32_t at_start = open, before;
        int idle = 0;
        enum lp_result r;
        bool fits;
        do {
            before = open;
            for (uint32_t i = 0; i < p->n; i++) {
                uint32_t c = p->cell[i];
                int sign = (round % 2 ? 1 : -1) * (a_bit(c, round) ? -1 : 1);
                if (is_target(s, c) && !search_cell_done(s, c) && !isinf(s->most[c]))
                    add_cost(k, c, sign);
            }
            set_costs(k, p);
            r = lp_improve(p->lp, PUSH_ITERATIONS, &fits);
            if (fits)
                see_solution(k, p);
            open = count_open(k, p);
            idle = open < before ? 0 : idle + 1;
        } while (r == LP_STOPPED && fits && open && idle < PUSH_IDLE);
        s->a->programs++;
        if (round > 2 && round % 2 && at_start - open < 8)
            return;
    }
}

static enum status attack_part(struct attack *k, struct part *p, const struct progress *progress,
                               uint64_t *done, struct err *e)
{
    struct search *s = k->s;
    if (count_open(k, p) == 0)
        return ST_OK;
    p->lp = build_program(k, p);
    enum lp_result r = lp_solve(p->lp, true);
    if (r != LP_OPTIMAL) {
        lp_free(p->lp);
        return r == LP_STOPPED ? err_set(e, ST_FAULT, "a linear program could not be solved")
                               : audit_no_counts_fit(e);
    }
    see_solution(k, p);
    push_many(k, p);
    enum status st = ST_OK;
    for (uint32_t i = 0; i < p->n && st == ST_OK; i++) {
        uint32_t c = p->cell[i];
        progress_tick(progress, "attack", (*done)++, s->a->m->ncells);
        if (!is_target(s, c))
            continue;
        if (!search_high_done(s, c) && !search_wide_enough(s, c))
            st = extreme(k, p, c, 1, e);
        if (st == ST_OK && !search_low_done(s, c) && !search_wide_enough(s, c))
            st = extreme(k, p, c, -1, e);
    }
    lp_free(p->lp);
    return st;
}

static enum status attack_parts(struct attack *k, const struct progress *progress, struct err *e)
{
    uint32_t n = k->s->a->m->ncells, *start = mem_zalloc((size_t)n + 2, sizeof *start);
    uint32_t *cell = mem_array(n, sizeof *cell);
    uint64_t done = 0;
    for (uint32_t c = 0; c < n; c++)
        if (k->part_of[c] != NONE)
            start[k->part_of[c] + 2]++;
    add_up(start, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t c = k->f.order[i];
        if (k->part_of[c] != NONE)
            cell[start[k->part_of[c] + 1]++] = c;
    }
    enum status st = ST_OK;
    for (uint32_t c = 0; c < n && st == ST_OK; c++) {
        struct part p = {.cell = cell + start[c], .n = start[c + 1] - start[c]};
        if (p.n)
            st = attack_part(k, &p, progress, &done, e);
    }
    free(start);
    free(cell);
    return st;
}

/* Wholes all of whose parts are known. */
static void see_known(struct attack *k)
{
    struct search *s = k->s;
    for (uint32_t c = 0; c < s->a->m->ncells; c++) {
        const struct form *f = &k->f.of[c];
        if (!is_unknown(k, c)) {
            k->value[c] = (double)s->a->lo[c];
        } else if (!k->f.column[c] && !k->f.rest[c] && f->n == 0) {
            k->value[c] = f->constant;
            search_see(s, c, f->constant);
            search_learn(s, c, f->constant, f->constant);
        }
    }
}

enum status programs_run(struct search *s, const struct progress *progress, struct err *e)
{
    uint32_t n = s->a->m->ncells;
    struct attack k = {.s = s};
    enum status st = forms_open(&k.f, s) ? ST_OK : audit_no_counts_fit(e);
    k.part_of = mem_array(n, sizeof *k.part_of);
    k.column = mem_array(n, sizeof *k.column);
    k.value = mem_zalloc(n, sizeof *k.value);
    k.cost = mem_zalloc(n, sizeof *k.cost);
    if (st == ST_OK) {
        find_parts(&k);
        sort_rows(&k);
        see_known(&k);
        st = attack_parts(&k, progress, e);
    }
    forms_close(&k.f, n);
    free(k.part_of);
    free(k.column);
    free(k.row_start);
    free(k.row);
    free(k.value);
    free(k.cost);
    return st;
}
