/* Moves of people between codes: directions that need no program.
 *
 * One vector for each column of the model: people leave one code for another (+1 for a and what
 * holds it, -1 for b and what holds it, nothing where both are), or come from nowhere (+1 for a and
 * all that hold it). Each adds up in its hierarchy, so their product over the columns keeps every
 * relation of every table. It is the alternating cycle of a two-way table in more dimensions. The
 * cheapest products for a cell are found by trying the vectors column by column: a product can only
 * get dearer by the next column. */
#include "disclosure/suppress_inner.h"

#include "base/limits.h"

#include <math.h>
#include <stdlib.h>

#define MOST_TRIED 60000 /* vectors tried for one cell */
#define MOST_CELLS 1024  /* of one move */

struct vector {
    uint32_t n;
    uint32_t node[2 * LIMIT_LEVELS];
    int8_t sign[2 * LIMIT_LEVELS];
};

/* A move in the making: its cells as nodes, also those that no table prints. */
struct place {
    uint32_t cell; /* HIER_NONE where none prints it */
    int8_t sign;
};

struct moves {
    struct suppress *s;
    const struct model *m;
    int sign;
    int64_t amount;
    const uint32_t *own; /* nodes of cell k */
    struct place *place;
    uint32_t *node; /* of each place */
    uint32_t nplaces, tried;
    double least; /* cost of the best so far */
    struct direction *best;
};

/* Is the node printed where its hierarchy is not cut above it, and not split further? */
static bool is_last(const struct model_column *col, uint32_t v)
{
    return hier_is_leaf(col->h, v) || (col->levels && col->h->level[v] == col->levels);
}

static bool in_sight(const struct model_column *col, uint32_t v)
{
    return !col->levels || col->h->level[v] <= col->levels;
}

static void add_chain(struct vector *v, const struct hier *h, uint32_t from, uint32_t other,
                      int8_t sign)
{
    for (uint32_t a = from; a != HIER_NONE; a = h->parent[a]) {
        if (other != HIER_NONE && hier_within(h, other, a))
            return;
        v->node[v->n] = a;
        v->sign[v->n++] = sign;
    }
}

static bool can_change(const struct moves *w, uint32_t cell, int sign)
{
    const struct suppress *s = w->s;
    if (cell == HIER_NONE)
        return true;
    if (!s->free_cell[cell])
        return false;
    return sign * w->sign > 0 || suppress_room_below(s, cell) >= w->amount;
}

static void take(struct moves *w, double cost)
{
    struct direction *d = w->best;
    w->least = cost;
    d->cell = mem_resize(d->cell, w->nplaces, sizeof *d->cell);
    d->by = mem_resize(d->by, w->nplaces, sizeof *d->by);
    d->n = 0;
    for (uint32_t p = 0; p < w->nplaces; p++)
        if (w->place[p].cell != HIER_NONE) {
            d->cell[d->n] = w->place[p].cell;
            d->by[d->n++] = (double)(w->place[p].sign * w->sign * w->amount);
        }
}

static void try_column(struct moves *w, int column, double cost);

/* Multiplies what there is by the vector; its entry at the cell's own node is there already. */
static void try_vector(struct moves *w, int column, const struct vector *v, double cost)
{
    const struct model *m = w->m;
    size_t columns = (size_t)m->ncolumns;
    uint32_t before = w->nplaces;
    bool fine = w->tried++ < MOST_TRIED && before * (v->n + 1) <= MOST_CELLS;
    for (uint32_t i = 0; i < v->n && fine; i++) {
        if (v->node[i] == w->own[column])
            continue;
        for (uint32_t p = 0; p < before && fine; p++) {
            uint32_t *node = w->node + w->nplaces * columns;
            memcpy(node, w->node + p * columns, columns * sizeof *node);
            node[column] = v->node[i];
            struct place *now = &w->place[w->nplaces++];
            *now =
                (struct place){model_find_cell(m, node), (int8_t)(v->sign[i] * w->place[p].sign)};
            fine = can_change(w, now->cell, now->sign);
            if (fine && now->cell != HIER_NONE)
                cost += suppress_hiding_cost(w->s, now->cell);
            fine = fine && cost < w->least;
        }
    }
    if (fine)
        try_column(w, column + 1, cost);
    w->nplaces = before;
}

static void try_column(struct moves *w, int column, double cost)
{
    const struct model *m = w->m;
    if (column == m->ncolumns) {
        if (cost < w->least)
            take(w, cost);
        return;
    }
    const struct model_column *col = &m->column[column];
    const struct hier *h = col->h;
    uint32_t own = w->own[column];
    struct vector v;
    for (uint32_t a = own; a <= h->last[own]; a++) {
        if (!in_sight(col, a) || !is_last(col, a))
            continue;
        for (uint32_t b = 1; b < h->n; b++) {
            if (hier_within(h, b, own) || !in_sight(col, b) || !is_last(col, b))
                continue;
            v.n = 0;
            add_chain(&v, h, a, b, 1);
            add_chain(&v, h, b, a, -1);
            try_vector(w, column, &v, cost);
        }
        v.n = 0;
        add_chain(&v, h, a, HIER_NONE, 1);
        try_vector(w, column, &v, cost);
    }
}

bool suppress_move(struct suppress *s, uint32_t k, double by, struct direction *best)
{
    const struct model *m = s->m;
    struct moves w = {.s = s,
                      .m = m,
                      .sign = by > 0 ? 1 : -1,
                      .amount = (int64_t)ceil(fabs(by)),
                      .least = INFINITY,
                      .best = best};
    if (m->ncells > m->nlisted || !can_change(&w, k, 1))
        return false;
    w.own = m->node + (size_t)k * (size_t)m->ncolumns;
    w.place = mem_array(MOST_CELLS, sizeof *w.place);
    w.node = mem_array((size_t)MOST_CELLS * (size_t)m->ncolumns, sizeof *w.node);
    w.place[w.nplaces++] = (struct place){k, 1};
    memcpy(w.node, w.own, (size_t)m->ncolumns * sizeof *w.node);
    try_column(&w, 0, 0);
    s->work += (uint64_t)w.tried * 100;
    free(w.place);
    free(w.node);
    return best->n > 0;
}
