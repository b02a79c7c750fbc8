/* Relations: a cell is the sum of its parts along one column. */
#include "disclosure/model_inner.h"

#include <stdlib.h>

static void add_entry(struct model *m, uint32_t cell)
{
    uint32_t n = m->row_start[m->nrows];
    MEM_GROW(m->row_cell, m->entry_cap, n + 1);
    m->row_cell[n] = cell;
    m->row_start[m->nrows]++;
}

static void begin_row(struct model *m, uint32_t whole)
{
    MEM_GROW(m->row_start, m->row_cap, m->nrows + 2);
    if (m->nrows == 0)
        m->row_start[0] = 0;
    m->row_start[m->nrows + 1] = m->row_start[m->nrows];
    m->nrows++;
    add_entry(m, whole);
}

static void drop_row(struct model *m)
{
    m->nrows--;
}

/* The rest of node `v` of a column when only some of what is under it is in the tables: a node
 * number beyond those of the hierarchy, the same for the same set of nodes. */
struct rest {
    int column;
    uint32_t whole, number;
    uint64_t set;
};

struct rests {
    struct rest *at;
    uint32_t n, cap;
};

static uint32_t rest_node(struct rests *rests, const struct model *m, int column, uint32_t whole,
                          uint64_t set)
{
    uint32_t number = m->column[column].h->n;
    for (uint32_t k = 0; k < rests->n; k++) {
        const struct rest *r = &rests->at[k];
        if (r->column != column)
            continue;
        if (r->whole == whole && r->set == set)
            return r->number;
        number++;
    }
    MEM_GROW(rests->at, rests->cap, rests->n + 1);
    rests->at[rests->n++] =
        (struct rest){.column = column, .whole = whole, .number = number, .set = set};
    return number;
}

/* The row "cell = its parts along `column`", if any part is in the tables. A child that is in none
 * stands for what is under it: a region that no table prints, for its police forces. What is
 * missing becomes one unlisted cell when `rests` is given, else there is no row. */
static void relate(struct model *m, uint32_t cell, int column, struct rests *rests, uint32_t *node)
{
    const struct hier *h = m->column[column].h;
    uint32_t top = model_nodes(m, cell)[column], missing = 0, found = 0;
    uint64_t set = 0xcbf29ce484222325u;
    if (top >= h->n || hier_is_leaf(h, top))
        return;
    memcpy(node, model_nodes(m, cell), (size_t)m->ncolumns * sizeof *node);
    begin_row(m, cell);
    for (uint32_t v = top + 1; v <= h->last[top] && (rests || !missing); v++) {
        node[column] = v;
        uint32_t part = model_find_cell(m, node);
        if (part == HIER_NONE) {
            missing += hier_is_leaf(h, v);
            continue;
        }
        found++;
        set = (set ^ v) * 0x100000001b3u;
        add_entry(m, part);
        v = h->last[v];
    }
    if (found == 0 || (missing && !rests)) {
        drop_row(m);
    } else if (missing) {
        node[column] = rest_node(rests, m, column, top, set);
        add_entry(m, model_add_cell(m, node));
    }
}

void model_add_rows(struct model *m)
{
    struct rests rests = {0};
    uint32_t *node = mem_array((size_t)m->ncolumns, sizeof *node), named = m->ncells;
    for (uint32_t cell = 0; cell < named; cell++)
        for (int c = 0; c < m->ncolumns; c++)
            relate(m, cell, c, &rests, node);
    for (uint32_t cell = named; cell < m->ncells; cell++)
        for (int c = 0; c < m->ncolumns; c++)
            relate(m, cell, c, NULL, node);
    if (m->nrows == 0) {
        m->row_start = mem_resize(m->row_start, 1, sizeof *m->row_start);
        m->row_start[0] = 0;
    }
    free(node);
    free(rests.at);
}
