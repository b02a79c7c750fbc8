/* Populations between those of two tables.
 *
 * Women of region A are a part of all people, and a table of the first and one of the second tell
 * on each other: no count of the first is larger than that of the second. Relations go along one
 * column at a time, so a population in between (region A) is needed, in which nothing is printed.
 * It is added as a table of its own, with the dimensions that both tables have. */
#include "disclosure/model_inner.h"

#include "base/limits.h"

#include <stdlib.h>

static int dimension_of(const struct model_table *t, int column)
{
    for (int d = 0; d < t->spec->ndims; d++)
        if (t->column[d] == column)
            return d;
    return -1;
}

/* Does the table print this node of the column, beside its other codes? */
static bool prints(const struct model_table *t, int column, uint32_t node)
{
    int d = dimension_of(t, column);
    if (d < 0)
        return t->fixed[column] == node;
    for (uint32_t k = 0; k < t->ncodes[d]; k++)
        if (t->code[d][k] == node)
            return true;
    return false;
}

static bool is_part_of(const struct model *m, const struct model_table *part,
                       const struct model_table *whole)
{
    for (int c = 0; c < m->ncolumns; c++)
        if (!hier_within(m->column[c].h, part->fixed[c], whole->fixed[c]))
            return false;
    return true;
}

/* The columns along which one has to go from `part` to what `whole` prints. */
static int columns_between(const struct model *m, const struct model_table *part,
                           const struct model_table *whole, int *column)
{
    int n = 0;
    for (int c = 0; c < m->ncolumns; c++)
        if (!prints(whole, c, part->fixed[c]))
            column[n++] = c;
    return n;
}

/* Is there a printed population on the way, with all the dimensions that the two have in common? */
static bool is_bridged(const struct model *m, const struct model_table *part,
                       const struct model_table *whole, int *column)
{
    for (int t = 0; t < m->ntables; t++) {
        const struct model_table *w = &m->table[t];
        bool covers = w != part && w != whole && is_part_of(m, part, w) && is_part_of(m, w, whole);
        for (int d = 0; d < part->spec->ndims && covers; d++)
            covers =
                dimension_of(whole, part->column[d]) < 0 || dimension_of(w, part->column[d]) >= 0;
        if (covers && columns_between(m, part, w, column) == 1 &&
            columns_between(m, w, whole, column) > 0)
            return true;
    }
    return false;
}

/* The dimensions of `part` that `whole` has too; the population is that of `part` but for the first
 * `n` of the columns, where it is that of `whole`. */
static struct model_table between(const struct model *m, const struct model_table *part,
                                  const struct model_table *whole, const int *column, int n)
{
    struct spec_table *spec = mem_zalloc(1, sizeof *spec);
    struct model_table t = {.spec = spec, .ncells = 1};
    spec->name = part->spec->name;
    t.fixed = mem_array((size_t)m->ncolumns, sizeof *t.fixed);
    memcpy(t.fixed, part->fixed, (size_t)m->ncolumns * sizeof *t.fixed);
    for (int k = 0; k < n; k++)
        t.fixed[column[k]] = whole->fixed[column[k]];
    for (int d = 0; d < part->spec->ndims; d++) {
        if (dimension_of(whole, part->column[d]) < 0)
            continue;
        int to = spec->ndims++;
        t.column[to] = part->column[d];
        t.ncodes[to] = part->ncodes[d];
        t.code[to] = mem_array(t.ncodes[to], sizeof *t.code[to]);
        memcpy(t.code[to], part->code[d], t.ncodes[to] * sizeof *t.code[to]);
        t.ncells *= t.ncodes[to];
    }
    return t;
}

static bool same_table(const struct model *m, const struct model_table *a,
                       const struct model_table *b)
{
    if (a->spec->ndims != b->spec->ndims || a->ncells != b->ncells ||
        memcmp(a->fixed, b->fixed, (size_t)m->ncolumns * sizeof *a->fixed) != 0)
        return false;
    for (int d = 0; d < a->spec->ndims; d++)
        if (a->column[d] != b->column[d])
            return false;
    return true;
}

static enum status add_table(struct model *m, struct model_table t, const char *spec_name,
                             struct err *e)
{
    for (int k = 0; k < m->nbetween; k++)
        if (same_table(m, &t, &m->between[k])) {
            model_table_free(&t);
            free((void *)(uintptr_t)t.spec);
            return ST_OK;
        }
    MEM_GROW(m->between, m->between_cap, m->nbetween + 1);
    m->between[m->nbetween++] = t;
    if (t.ncells + m->ncells > LIMIT_TABLE_CELLS) {
        err_at(e, spec_name, 0, NULL);
        err_set(e, ST_DATA, "populations between those of the tables make more than %zu cells",
                LIMIT_TABLE_CELLS);
        return err_hint(e, "Publish fewer tables with several \"where\" together.");
    }
    model_add_table_cells(m, &m->between[m->nbetween - 1]);
    return ST_OK;
}

enum status model_add_between(struct model *m, const char *spec_name, struct err *e)
{
    int *column = mem_array((size_t)m->ncolumns, sizeof *column);
    int *scratch = mem_array((size_t)m->ncolumns, sizeof *scratch);
    enum status s = ST_OK;
    for (int p = 0; p < m->ntables; p++)
        for (int w = 0; w < m->ntables && m->table[p].spec->nwhere > 1; w++) {
            const struct model_table *part = &m->table[p], *whole = &m->table[w];
            if (p == w || !is_part_of(m, part, whole))
                continue;
            int n = columns_between(m, part, whole, column);
            bool far = n > 1 && !is_bridged(m, part, whole, scratch);
            for (int k = 1; k < n && far && s == ST_OK; k++)
                s = add_table(m, between(m, part, whole, column, k), spec_name, e);
        }
    free(column);
    free(scratch);
    return s;
}

void model_free_between(struct model *m)
{
    for (int t = 0; t < m->nbetween; t++) {
        model_table_free(&m->between[t]);
        free((void *)(uintptr_t)m->between[t].spec);
    }
    free(m->between);
}
