#include "disclosure/audit.h"

#include "base/limits.h"
#include "disclosure/lp.h"

#include <math.h>
#include <stdlib.h>

#define WHOLE 1e-6 /* closer to a whole number than this counts as that number */
#define NONE UINT32_MAX

void audit_open(struct audit *a, const struct model *m)
{
    *a = (struct audit){.m = m};
    a->lo = mem_zalloc(m->ncells, sizeof *a->lo);
    a->hi = mem_array(m->ncells, sizeof *a->hi);
    a->low = mem_array(m->ncells, sizeof *a->low);
    a->high = mem_array(m->ncells, sizeof *a->high);
    for (uint32_t c = 0; c < m->ncells; c++)
        a->hi[c] = AUDIT_NO_LIMIT;
}

void audit_close(struct audit *a)
{
    free(a->lo);
    free(a->hi);
    free(a->low);
    free(a->high);
    *a = (struct audit){0};
}

bool audit_narrow(struct audit *a, uint32_t cell, int64_t lo, int64_t hi)
{
    if (lo > a->lo[cell])
        a->lo[cell] = lo;
    if (hi < a->hi[cell])
        a->hi[cell] = hi;
    return a->lo[cell] <= a->hi[cell];
}

void audit_box(const struct spec *s, enum print kind, int64_t value, int64_t perturbation,
               bool knows_rule, int64_t *lo, int64_t *hi)
{
    int64_t reach = s->method == METHOD_ROUND     ? s->base - 1
                    : s->method == METHOD_CELLKEY ? perturbation
                                                  : 0;
    *lo = 0;
    *hi = AUDIT_NO_LIMIT;
    if (kind == PRINT_HIDDEN && knows_rule)
        *lo = spec_aware_low(s);
    if (kind == PRINT_NUMBER) {
        *lo = value > reach ? value - reach : 0;
        *hi = value + reach;
    }
}

int64_t audit_low_int(double low)
{
    return (int64_t)ceil(low - WHOLE);
}

int64_t audit_high_int(double high)
{
    return isinf(high) ? AUDIT_NO_LIMIT : (int64_t)floor(high + WHOLE);
}

/* ---- propagation: exact, in whole numbers ---- */

/* Bounds that rows imply from the bounds of their other cells, until nothing changes. All are
 * whole, as every coefficient is 1 or -1. False: no counts fit. */
struct spread {
    struct audit *a;
    uint32_t *use_start, *use_row; /* rows of each cell */
    uint32_t *queue, head, count;
    uint8_t *queued;
};

static void spread_open(struct spread *s, struct audit *a)
{
    const struct model *m = a->m;
    *s = (struct spread){.a = a};
    s->use_start = mem_zalloc((size_t)m->ncells + 2, sizeof *s->use_start);
    s->use_row = mem_array(m->row_start[m->nrows], sizeof *s->use_row);
    s->queue = mem_array((size_t)m->nrows + 1, sizeof *s->queue);
    s->queued = mem_zalloc(m->nrows, 1);
    for (uint32_t k = 0; k < m->row_start[m->nrows]; k++)
        s->use_start[m->row_cell[k] + 2]++;
    for (uint32_t c = 0; c < m->ncells; c++)
        s->use_start[c + 2] += s->use_start[c + 1];
    for (uint32_t r = 0; r < m->nrows; r++)
        for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++)
            s->use_row[s->use_start[m->row_cell[k] + 1]++] = r;
}

static void spread_close(struct spread *s)
{
    free(s->use_start);
    free(s->use_row);
    free(s->queue);
    free(s->queued);
}

static void spread_queue(struct spread *s, uint32_t row)
{
    uint32_t n = s->a->m->nrows;
    if (s->queued[row])
        return;
    s->queued[row] = 1;
    s->queue[(s->head + s->count++) % (n + 1)] = row;
}

static bool spread_tighten(struct spread *s, uint32_t cell, int64_t lo, int64_t hi)
{
    struct audit *a = s->a;
    if (lo <= a->lo[cell] && hi >= a->hi[cell])
        return true;
    if (!audit_narrow(a, cell, lo, hi))
        return false;
    for (uint32_t u = s->use_start[cell]; u < s->use_start[cell + 1]; u++)
        spread_queue(s, s->use_row[u]);
    return true;
}

/* Sum of the parts: the least, and the most with the number of parts without a limit. */
static bool spread_row(struct spread *s, uint32_t r)
{
    const struct model *m = s->a->m;
    const int64_t *lo = s->a->lo, *hi = s->a->hi;
    uint32_t from = m->row_start[r], to = m->row_start[r + 1], whole = m->row_cell[from];
    int64_t least = 0, most = 0;
    uint32_t open = 0;
    for (uint32_t k = from + 1; k < to; k++) {
        uint32_t c = m->row_cell[k];
        least += lo[c];
        if (hi[c] == AUDIT_NO_LIMIT)
            open++;
        else
            most += hi[c];
    }
    if (!spread_tighten(s, whole, least, open ? AUDIT_NO_LIMIT : most))
        return false;
    for (uint32_t k = from + 1; k < to; k++) {
        uint32_t c = m->row_cell[k];
        bool self = hi[c] == AUDIT_NO_LIMIT;
        int64_t new_hi = hi[whole] == AUDIT_NO_LIMIT ? AUDIT_NO_LIMIT : hi[whole] - (least - lo[c]);
        int64_t new_lo = open == (self ? 1u : 0u) ? lo[whole] - (most - (self ? 0 : hi[c])) : 0;
        int64_t old_lo = lo[c], old_hi = hi[c];
        if (!spread_tighten(s, c, new_lo, new_hi))
            return false;
        least += lo[c] - old_lo;
        if (old_hi != hi[c]) {
            most += old_hi == AUDIT_NO_LIMIT ? hi[c] : hi[c] - old_hi;
            open -= old_hi == AUDIT_NO_LIMIT;
        }
    }
    return true;
}

static bool spread_all(struct spread *s)
{
    uint32_t n = s->a->m->nrows;
    uint64_t left = (uint64_t)n * 200 + 1000; /* bounds that creep are left to the programs */
    for (uint32_t r = 0; r < n; r++)
        spread_queue(s, r);
    while (s->count && left--) {
        uint32_t r = s->queue[s->head];
        s->head = (s->head + 1) % (n + 1);
        s->count--;
        s->queued[r] = 0;
        if (!spread_row(s, r))
            return false;
    }
    return true;
}

/* ---- what has been seen ---- */

struct search {
    struct audit *a;
    const uint8_t *target;
    int64_t width;
    double *min_seen, *max_seen; /* of each cell over all counts found that fit */
    struct spread *spread;
};

static bool is_target(const struct search *s, uint32_t cell)
{
    return s->target ? s->target[cell] : cell < s->a->m->nlisted;
}

static void see(struct search *s, uint32_t cell, double v)
{
    if (fabs(v - nearbyint(v)) < 1e-7)
        v = nearbyint(v);
    if (v < s->min_seen[cell])
        s->min_seen[cell] = v;
    if (v > s->max_seen[cell])
        s->max_seen[cell] = v;
}

static bool high_done(const struct search *s, uint32_t c)
{
    return s->a->hi[c] != AUDIT_NO_LIMIT && s->max_seen[c] >= (double)s->a->hi[c];
}

static bool low_done(const struct search *s, uint32_t c)
{
    return s->min_seen[c] <= (double)s->a->lo[c];
}

static bool wide_enough(const struct search *s, uint32_t c)
{
    return s->width > 0 && s->max_seen[c] >= s->min_seen[c] &&
           audit_high_int(s->max_seen[c]) - audit_low_int(s->min_seen[c]) >= s->width;
}

static bool cell_done(const struct search *s, uint32_t c)
{
    return wide_enough(s, c) || (high_done(s, c) && low_done(s, c));
}

/* ---- one more person, one person less: moves that need no program ---- */

/* All cells that hold people with the codes `atom`, over all tables. */
static uint32_t cells_with(const struct model *m, const uint32_t *atom, uint32_t *cell)
{
    uint32_t n = 0;
    for (int t = 0; t < m->ntables; t++) {
        const struct model_table *table = &m->table[t];
        uint32_t index[SPEC_MAX_DIMENSIONS], at[SPEC_MAX_DIMENSIONS][LIMIT_LEVELS];
        uint32_t count[SPEC_MAX_DIMENSIONS] = {0};
        bool in = true;
        for (int c = 0; c < m->ncolumns && in; c++)
            in = hier_within(m->column[c].h, atom[c], table->fixed[c]);
        for (int d = 0; d < table->spec->ndims && in; d++) {
            const struct hier *h = m->column[table->column[d]].h;
            for (uint32_t k = 0; k < table->ncodes[d] && count[d] < LIMIT_LEVELS; k++)
                if (hier_within(h, atom[table->column[d]], table->code[d][k]))
                    at[d][count[d]++] = k;
            index[d] = 0;
        }
        while (in) {
            size_t k = 0;
            int d = table->spec->ndims - 1;
            for (int i = 0; i <= d; i++)
                k = k * table->ncodes[i] + at[i][index[i]];
            cell[n++] = table->cell[k];
            while (d >= 0 && ++index[d] == count[d])
                index[d--] = 0;
            in = d >= 0;
        }
    }
    return n;
}

/* Is "every marked cell by the same amount" a move that keeps row r? */
static bool keeps_row(const struct model *m, const uint8_t *marked, uint32_t r, uint32_t *rest)
{
    uint32_t from = m->row_start[r], to = m->row_start[r + 1], parts = 0;
    for (uint32_t k = from + 1; k < to; k++)
        parts += marked[m->row_cell[k]];
    *rest = NONE;
    if (marked[m->row_cell[from]] == parts)
        return true;
    if (marked[m->row_cell[from]] && parts == 0 && m->row_cell[to - 1] >= m->nlisted)
        *rest = m->row_cell[to - 1];
    return false;
}

/* Adds unlisted cells until the move keeps every row; false when it cannot. `cell` grows. */
static bool complete_move(const struct search *s, uint8_t *marked, uint32_t *cell, uint32_t *n)
{
    const struct spread *sp = s->spread;
    for (uint32_t i = 0; i < *n; i++)
        for (uint32_t u = sp->use_start[cell[i]]; u < sp->use_start[cell[i] + 1]; u++) {
            uint32_t rest;
            if (keeps_row(s->a->m, marked, sp->use_row[u], &rest))
                continue;
            if (rest == NONE)
                return false;
            marked[rest] = 1;
            cell[(*n)++] = rest;
        }
    return true;
}

/* How far the marked cells can all go up (sign 1) or down (-1) from `point`. */
static int64_t reach(const struct audit *a, const int64_t *point, const uint32_t *cell, uint32_t n,
                     int sign)
{
    int64_t most = AUDIT_NO_LIMIT;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t c = cell[i];
        int64_t room = sign < 0                     ? point[c] - a->lo[c]
                       : a->hi[c] == AUDIT_NO_LIMIT ? AUDIT_NO_LIMIT
                                                    : a->hi[c] - point[c];
        most = room < most ? room : most;
    }
    return most;
}

/* Codes of people in a cell: its own, refined where `point` is largest, table by table. */
static void choose_atom(const struct model *m, uint32_t cell, const int64_t *point, uint32_t *atom)
{
    memcpy(atom, m->node + (size_t)cell * (size_t)m->ncolumns, (size_t)m->ncolumns * sizeof *atom);
    for (int t = 0; t < m->ntables; t++) {
        const struct model_table *table = &m->table[t];
        uint32_t code[SPEC_MAX_DIMENSIONS];
        bool in = true;
        for (int c = 0; c < m->ncolumns && in; c++)
            in = hier_within(m->column[c].h, atom[c], table->fixed[c]);
        for (int d = 0; d < table->spec->ndims && in; d++) {
            const struct hier *h = m->column[table->column[d]].h;
            code[d] = 0;
            for (uint32_t k = 0; k < table->ncodes[d]; k++)
                if (hier_within(h, atom[table->column[d]], table->code[d][k]))
                    code[d] = k;
        }
        for (int d = 0; d < table->spec->ndims && in; d++) {
            const struct hier *h = m->column[table->column[d]].h;
            for (bool deeper = true; deeper;) {
                uint32_t v = table->code[d][code[d]], best = NONE;
                int64_t most = -1;
                deeper = false;
                if (atom[table->column[d]] != v)
                    break;
                for (uint32_t k = code[d] + 1; k < table->ncodes[d]; k++) {
                    uint32_t child = table->code[d][k];
                    if (!hier_within(h, child, v))
                        break;
                    if (h->parent[child] != v)
                        continue;
                    size_t at = 0;
                    for (int i = 0; i < table->spec->ndims; i++)
                        at = at * table->ncodes[i] + (i == d ? k : code[i]);
                    if (point[table->cell[at]] > most) {
                        most = point[table->cell[at]];
                        best = k;
                    }
                }
                if (best != NONE) {
                    code[d] = best;
                    atom[table->column[d]] = table->code[d][best];
                    deeper = true;
                }
            }
        }
    }
    for (int c = 0; c < m->ncolumns; c++)
        while (atom[c] < m->column[c].h->n && !hier_is_leaf(m->column[c].h, atom[c]))
            atom[c]++;
}

static bool fits(const struct audit *a, const int64_t *point)
{
    const struct model *m = a->m;
    for (uint32_t c = 0; c < m->ncells; c++)
        if (point[c] < a->lo[c] || point[c] > a->hi[c])
            return false;
    for (uint32_t r = 0; r < m->nrows; r++) {
        int64_t sum = point[m->row_cell[m->row_start[r]]];
        for (uint32_t k = m->row_start[r] + 1; k < m->row_start[r + 1]; k++)
            sum -= point[m->row_cell[k]];
        if (sum != 0)
            return false;
    }
    return true;
}

/* From counts that fit, moves by single people; exact wherever a move reaches a bound. */
static void move_people(struct search *s, const int64_t *point)
{
    const struct audit *a = s->a;
    const struct model *m = a->m;
    size_t most = m->ncells;
    for (int t = 0; t < m->ntables; t++)
        most += (size_t)1 << 20 < m->table[t].ncells ? (size_t)1 << 20 : m->table[t].ncells;
    uint32_t *cell = mem_array(most, sizeof *cell);
    uint32_t *atom = mem_array((size_t)m->ncolumns, sizeof *atom);
    uint8_t *marked = mem_zalloc(m->ncells, 1);
    for (uint32_t c = 0; c < m->ncells; c++)
        see(s, c, (double)point[c]);
    for (uint32_t c = 0; c < m->nlisted; c++) {
        if (!is_target(s, c) || cell_done(s, c))
            continue;
        choose_atom(m, c, point, atom);
        uint32_t n = cells_with(m, atom, cell), distinct = 0;
        for (uint32_t i = 0; i < n; i++)
            if (!marked[cell[i]]) {
                marked[cell[i]] = 1;
                cell[distinct++] = cell[i];
            }
        n = distinct;
        if (complete_move(s, marked, cell, &n)) {
            int64_t up = reach(a, point, cell, n, 1), down = reach(a, point, cell, n, -1);
            for (uint32_t i = 0; i < n && up != AUDIT_NO_LIMIT; i++) {
                see(s, cell[i], (double)(point[cell[i]] + up));
                see(s, cell[i], (double)(point[cell[i]] - down));
            }
        }
        for (uint32_t i = 0; i < n; i++)
            marked[cell[i]] = 0;
    }
    free(cell);
    free(atom);
    free(marked);
}

/* ---- linear programs, one for each connected part ---- */

struct part {
    uint32_t *cell, n; /* unknown cells; the columns of the program */
    struct lp *lp;
};

/* Unknown cells joined by a row; numbers each connected part. */
static uint32_t find_parts(struct search *s, uint32_t *part)
{
    const struct audit *a = s->a;
    const struct model *m = a->m;
    uint32_t parts = 0, top = 0, *stack = mem_array((size_t)m->ncells + 1, sizeof *stack);
    uint8_t *row_seen = mem_zalloc(m->nrows, 1);
    for (uint32_t c = 0; c < m->ncells; c++)
        part[c] = NONE;
    for (uint32_t c = 0; c < m->ncells; c++) {
        if (part[c] != NONE || a->lo[c] == a->hi[c])
            continue;
        part[c] = parts;
        stack[top++] = c;
        while (top) {
            uint32_t v = stack[--top];
            for (uint32_t u = s->spread->use_start[v]; u < s->spread->use_start[v + 1]; u++) {
                uint32_t r = s->spread->use_row[u];
                if (row_seen[r])
                    continue;
                row_seen[r] = 1;
                for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++) {
                    uint32_t w = m->row_cell[k];
                    if (part[w] == NONE && a->lo[w] != a->hi[w]) {
                        part[w] = parts;
                        stack[top++] = w;
                    }
                }
            }
        }
        parts++;
    }
    free(stack);
    free(row_seen);
    return parts;
}

static void add_part_row(const struct audit *a, struct lp *lp, uint32_t r, const uint32_t *column,
                         uint32_t *index, double *value)
{
    const struct model *m = a->m;
    uint32_t n = 0;
    double rhs = 0;
    for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++) {
        uint32_t c = m->row_cell[k];
        double sign = k == m->row_start[r] ? 1 : -1;
        if (a->lo[c] == a->hi[c]) {
            rhs -= sign * (double)a->lo[c];
        } else {
            index[n] = column[c];
            value[n++] = sign;
        }
    }
    lp_add_row(lp, n, index, value, rhs, rhs);
}

/* `column` gets the number of each of the part's cells. */
static struct lp *build_program(struct search *s, const struct part *p, uint32_t *column)
{
    const struct audit *a = s->a;
    const struct model *m = a->m;
    struct lp *lp = lp_new(p->n);
    uint32_t *index = mem_array(m->ncells, sizeof *index);
    double *value = mem_array(m->ncells, sizeof *value);
    uint8_t *row_in = mem_zalloc(m->nrows, 1);
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t c = p->cell[i];
        column[c] = i;
        lp_bounds(lp, i, (double)a->lo[c],
                  a->hi[c] == AUDIT_NO_LIMIT ? INFINITY : (double)a->hi[c]);
    }
    for (uint32_t i = 0; i < p->n; i++)
        for (uint32_t u = s->spread->use_start[p->cell[i]];
             u < s->spread->use_start[p->cell[i] + 1]; u++) {
            uint32_t r = s->spread->use_row[u];
            if (row_in[r])
                continue;
            row_in[r] = 1;
            add_part_row(a, lp, r, column, index, value);
        }
    free(index);
    free(value);
    free(row_in);
    lp_start_basis(lp);
    return lp;
}

static void see_solution(struct search *s, const struct part *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        see(s, p->cell[i], lp_value(p->lp, i));
}

static enum status no_counts_fit(struct err *e)
{
    err_set(e, ST_DATA,
            "no counts fit what is published: margins do not add up, or the releases are "
            "not of the same counts");
    return err_hint(e,
                    "Check the tables against their source; attack revised releases one by one.");
}

/* The most of sign * (column i). */
static enum status extreme(struct search *s, const struct part *p, uint32_t i, int sign,
                           double *best, struct err *e)
{
    lp_cost(p->lp, i, -sign);
    enum lp_result r = lp_solve(p->lp, false);
    s->a->programs++;
    lp_cost(p->lp, i, 0);
    *best = sign * INFINITY;
    if (r == LP_UNBOUNDED)
        return ST_OK;
    if (r == LP_INFEASIBLE)
        return no_counts_fit(e);
    if (r != LP_OPTIMAL)
        return err_set(e, ST_FAULT, "the linear program of a cell could not be solved");
    see_solution(s, p);
    *best = lp_value(p->lp, i);
    if (fabs(*best - nearbyint(*best)) < 1e-7)
        *best = nearbyint(*best);
    return ST_OK;
}

/* A pattern of signs that is different in every round. */
static bool a_bit(uint32_t cell, int round)
{
    return (cell * 2654435761u >> (round / 2 % 24 + 4)) & (round / 2 != 0);
}

/* Some programs that push many cells at once: most ranges are found wide here. */
static void push_many(struct search *s, const struct part *p, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        bool any = false;
        for (uint32_t i = 0; i < p->n; i++) {
            uint32_t c = p->cell[i];
            bool open = is_target(s, c) && !cell_done(s, c);
            int sign = round % 2 ? 1 : -1;
            if (a_bit(c, round))
                sign = -sign;
            any |= open;
            lp_cost(p->lp, i, open && s->a->hi[c] != AUDIT_NO_LIMIT ? sign : 0);
        }
        enum lp_result r = any ? lp_solve(p->lp, false) : LP_STOPPED;
        if (r == LP_OPTIMAL)
            see_solution(s, p);
        s->a->programs += any;
    }
    for (uint32_t i = 0; i < p->n; i++)
        lp_cost(p->lp, i, 0);
}

static enum status attack_part(struct search *s, struct part *p, uint32_t *column,
                               const struct progress *progress, uint64_t *done, uint64_t total,
                               struct err *e)
{
    bool any = false;
    for (uint32_t i = 0; i < p->n && !any; i++)
        any = is_target(s, p->cell[i]) && !cell_done(s, p->cell[i]);
    if (!any)
        return ST_OK;
    p->lp = build_program(s, p, column);
    enum lp_result r = lp_solve(p->lp, true);
    if (r != LP_OPTIMAL) {
        lp_free(p->lp);
        return r == LP_STOPPED ? err_set(e, ST_FAULT, "a linear program could not be solved")
                               : no_counts_fit(e);
    }
    see_solution(s, p);
    push_many(s, p, s->width > 0 ? 12 : 4);
    enum status st = ST_OK;
    for (uint32_t i = 0; i < p->n && st == ST_OK; i++) {
        uint32_t c = p->cell[i];
        double v;
        progress_tick(progress, "attack", (*done)++, total);
        if (!is_target(s, c))
            continue;
        if (!high_done(s, c) && !wide_enough(s, c)) {
            st = extreme(s, p, i, 1, &v, e);
            s->max_seen[c] = v > s->max_seen[c] ? v : s->max_seen[c];
        }
        if (st == ST_OK && !low_done(s, c) && !wide_enough(s, c))
            st = extreme(s, p, i, -1, &v, e);
    }
    lp_free(p->lp);
    return st;
}

static enum status attack_parts(struct search *s, const struct progress *progress, struct err *e)
{
    const struct model *m = s->a->m;
    uint32_t *part = mem_array(m->ncells, sizeof *part);
    uint32_t *column = mem_array(m->ncells, sizeof *column);
    uint32_t parts = find_parts(s, part), *start = mem_zalloc((size_t)parts + 2, sizeof *start);
    uint32_t *cell = mem_array(m->ncells, sizeof *cell);
    uint64_t done = 0;
    for (uint32_t c = 0; c < m->ncells; c++)
        if (part[c] != NONE)
            start[part[c] + 2]++;
    for (uint32_t k = 0; k < parts; k++)
        start[k + 2] += start[k + 1];
    for (uint32_t c = 0; c < m->ncells; c++)
        if (part[c] != NONE)
            cell[start[part[c] + 1]++] = c;
    enum status st = ST_OK;
    for (uint32_t k = 0; k < parts && st == ST_OK; k++) {
        struct part p = {.cell = cell + start[k], .n = start[k + 1] - start[k]};
        st = attack_part(s, &p, column, progress, &done, m->ncells, e);
    }
    free(part);
    free(column);
    free(start);
    free(cell);
    return st;
}

enum status audit_run(struct audit *a, const uint8_t *target, int64_t width, const int64_t *point,
                      const struct progress *progress, struct err *e)
{
    const struct model *m = a->m;
    struct spread spread;
    struct search s = {.a = a, .target = target, .width = width, .spread = &spread};
    spread_open(&spread, a);
    s.min_seen = mem_array(m->ncells, sizeof *s.min_seen);
    s.max_seen = mem_array(m->ncells, sizeof *s.max_seen);
    for (uint32_t c = 0; c < m->ncells; c++) {
        s.min_seen[c] = INFINITY;
        s.max_seen[c] = -INFINITY;
    }
    enum status st = spread_all(&spread) ? ST_OK : no_counts_fit(e);
    if (st == ST_OK) {
        for (uint32_t c = 0; c < m->ncells; c++)
            if (a->lo[c] == a->hi[c])
                see(&s, c, (double)a->lo[c]);
        if (point && fits(a, point))
            move_people(&s, point);
        st = attack_parts(&s, progress, e);
    }
    for (uint32_t c = 0; c < m->ncells; c++) {
        a->low[c] = st == ST_OK && is_target(&s, c) ? s.min_seen[c] : NAN;
        a->high[c] = st == ST_OK && is_target(&s, c) ? s.max_seen[c] : NAN;
    }
    free(s.min_seen);
    free(s.max_seen);
    spread_close(&spread);
    return st;
}
