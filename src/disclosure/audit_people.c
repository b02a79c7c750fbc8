/* One more person, one person less: moves that need no program. */
#include "disclosure/audit_inner.h"

#include "base/limits.h"
#include "base/mem.h"

#include <stdlib.h>

/* All cells that hold people with the codes `atom`, over all tables. */
static uint32_t cells_with(const struct model *m, const uint32_t *atom, uint32_t *cell)
{
    uint32_t n = 0;
    for (int t = 0; t < m->ntables + m->nbetween; t++) {
        const struct model_table *table =
            t < m->ntables ? &m->table[t] : &m->between[t - m->ntables];
        uint32_t index[SPEC_MAX_DIMENSIONS] = {0}, at[SPEC_MAX_DIMENSIONS][LIMIT_LEVELS];
        uint32_t count[SPEC_MAX_DIMENSIONS] = {0};
        bool in = true;
        for (int c = 0; c < m->ncolumns && in; c++)
            in = hier_within(m->column[c].h, atom[c], table->fixed[c]);
        for (int d = 0; d < table->spec->ndims && in; d++) {
            const struct hier *h = m->column[table->column[d]].h;
            for (uint32_t k = 0; k < table->ncodes[d] && count[d] < LIMIT_LEVELS; k++)
                if (hier_within(h, atom[table->column[d]], table->code[d][k]))
                    at[d][count[d]++] = k;
            in = count[d] > 0;
        }
        while (in) {
            size_t k = 0;
            int d = table->spec->ndims - 1;
            for (int i = 0; i <= d; i++)
                /* Every dimension has a code: `in` says so. */
                /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
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

/* The finest code of each dimension of a table that holds the people; false: they are not in it. */
static bool codes_with(const struct model *m, const struct model_table *t, const uint32_t *atom,
                       uint32_t *code)
{
    for (int c = 0; c < m->ncolumns; c++)
        if (!hier_within(m->column[c].h, atom[c], t->fixed[c]))
            return false;
    for (int d = 0; d < t->spec->ndims; d++) {
        code[d] = 0;
        for (uint32_t k = 0; k < t->ncodes[d]; k++)
            if (hier_within(m->column[t->column[d]].h, atom[t->column[d]], t->code[d][k]))
                code[d] = k;
    }
    return true;
}

/* The part of dimension d, from the table's cell at `code`, where `point` is largest; or NONE. */
static uint32_t largest_part(const struct model *m, const struct model_table *t,
                             const uint32_t *code, int d, const int64_t *point)
{
    const struct hier *h = m->column[t->column[d]].h;
    uint32_t v = t->code[d][code[d]], best = NONE;
    int64_t most = -1;
    for (uint32_t k = code[d] + 1; k < t->ncodes[d] && hier_within(h, t->code[d][k], v); k++) {
        if (h->parent[t->code[d][k]] != v)
            continue;
        size_t at = 0;
        for (int i = 0; i < t->spec->ndims; i++)
            at = at * t->ncodes[i] + (i == d ? k : code[i]);
        if (point[t->cell[at]] > most) {
            most = point[t->cell[at]];
            best = k;
        }
    }
    return best;
}

/* Codes of people in a cell: its own, refined where `point` is largest, table by table. */
static void choose_atom(const struct model *m, uint32_t cell, const int64_t *point, uint32_t *atom)
{
    memcpy(atom, m->node + (size_t)cell * (size_t)m->ncolumns, (size_t)m->ncolumns * sizeof *atom);
    for (int t = 0; t < m->ntables; t++) {
        const struct model_table *table = &m->table[t];
        uint32_t code[SPEC_MAX_DIMENSIONS];
        if (!codes_with(m, table, atom, code))
            continue;
        for (int d = 0; d < table->spec->ndims; d++) {
            uint32_t *node = &atom[table->column[d]], part = code[d];
            while (part != NONE && *node == table->code[d][code[d]]) {
                part = largest_part(m, table, code, d, point);
                if (part != NONE) {
                    code[d] = part;
                    *node = table->code[d][part];
                }
            }
        }
    }
    for (int c = 0; c < m->ncolumns; c++)
        while (atom[c] < m->column[c].h->n && !hier_is_leaf(m->column[c].h, atom[c]))
            atom[c]++;
}

void people_move(struct search *s, const int64_t *point)
{
    const struct audit *a = s->a;
    const struct model *m = a->m;
    size_t most = m->ncells;
    for (int t = 0; t < m->ntables; t++)
        most += (size_t)1 << 20 < m->table[t].ncells ? (size_t)1 << 20 : m->table[t].ncells;
    for (int t = 0; t < m->nbetween; t++)
        most += m->between[t].ncells;
    uint32_t *cell = mem_array(most, sizeof *cell);
    uint32_t *atom = mem_array((size_t)m->ncolumns, sizeof *atom);
    uint8_t *marked = mem_zalloc(m->ncells, 1);
    for (uint32_t c = 0; c < m->ncells; c++)
        search_see(s, c, (double)point[c]);
    for (uint32_t c = 0; c < m->nlisted; c++) {
        if (!is_target(s, c) || search_cell_done(s, c))
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
                search_see(s, cell[i], (double)(point[cell[i]] + up));
                search_see(s, cell[i], (double)(point[cell[i]] - down));
            }
        }
        for (uint32_t i = 0; i < n; i++)
            marked[cell[i]] = 0;
    }
    free(cell);
    free(atom);
    free(marked);
}
