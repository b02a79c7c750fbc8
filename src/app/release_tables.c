#include "app/release_tables.h"

#include "disclosure/model.h"
#include "disclosure/round.h"

#include <stdlib.h>

/* ---- the spec and the columns, in memory ---- */

static size_t label_count(const struct micro_column *c)
{
    size_t n = 0;
    while (c->labels[n])
        n++;
    return n;
}

/* A flat list under TOTAL: code k is node k + 1. */
static enum status flat(const struct micro_column *c, struct arena *memory, struct hier **out,
                        struct err *e)
{
    size_t n = label_count(c);
    struct hier_row *rows = arena_array(memory, n + 1, sizeof *rows);
    rows[0] = (struct hier_row){.code = str_of("TOTAL"), .parent = str_of("")};
    for (size_t i = 0; i < n; i++)
        rows[i + 1] = (struct hier_row){.code = str_of(c->labels[i]), .parent = str_of("TOTAL")};
    *out = arena_alloc(memory, sizeof **out);
    return hier_build(*out, rows, n + 1, c->name, memory, e);
}

static void make_spec(const struct micro *m, const struct release_table *tables, size_t count,
                      struct spec *spec, struct arena *memory)
{
    *spec = (struct spec){.ntables = (int)count,
                          .table = arena_array(memory, count, sizeof *spec->table),
                          .method = METHOD_ROUND,
                          .base = RELEASE_BASE,
                          .primary_min = 1,
                          .primary_max = RELEASE_BASE - 1,
                          .width = RELEASE_BASE - 1,
                          .joint = true};
    for (size_t i = 0; i < count; i++) {
        spec->table[i].name = tables[i].name;
        spec->table[i].ndims = tables[i].dimensions;
        for (int k = 0; k < tables[i].dimensions; k++)
            spec->table[i].dim[k] = m->columns[tables[i].dimension[k]].name;
    }
}

static bool column_used(const struct release_table *tables, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < tables[i].dimensions; k++)
            if ((size_t)tables[i].dimension[k] == column)
                return true;
    return false;
}

/* ---- the counts ---- */

static const uint32_t *nodes_of(const struct micro_column *c, size_t rows, struct arena *memory)
{
    uint32_t *node = arena_array(memory, rows + 1, sizeof *node);
    size_t levels = label_count(c);
    for (size_t r = 0; r < rows; r++) {
        if (c->value[r] >= levels)
            BUG("column %s has a code without a label", c->name);
        node[r] = c->value[r] + 1u;
    }
    return node;
}

static void fill(struct release_table *t, const struct model_table *from, const int64_t *published,
                 struct arena *memory)
{
    t->value = arena_array(memory, from->ncells, sizeof *t->value);
    for (int k = 0; k < t->dimensions; k++)
        t->levels[k] = (int)from->ncodes[k] - 1;
    for (size_t i = 0; i < from->ncells; i++)
        t->value[i] = published[from->cell[i]];
}

static enum status protect(const struct micro *m, const struct model *model,
                           const struct micro_column *const *used, struct release_table *tables,
                           const unsigned char key[32], struct arena *memory, struct err *e)
{
    const uint32_t **node = arena_array(memory, (size_t)model->ncolumns + 1, sizeof *node);
    uint64_t *sum = arena_array(memory, model->ncells + 1, sizeof *sum);
    int64_t *count = arena_array(memory, model->ncells + 1, sizeof *count);
    int64_t *published = arena_array(memory, model->ncells + 1, sizeof *published);
    struct round_result result;
    for (int c = 0; c < model->ncolumns; c++)
        node[c] = nodes_of(used[c], m->rows, memory);
    struct model_records records = {.n = m->rows, .node = node, .file = "the register"};
    TRY(model_sum(model, &records, sum, e));
    for (uint32_t i = 0; i < model->ncells; i++)
        count[i] = (int64_t)sum[i];
    TRY(round_tables(model, count, RELEASE_BASE, key, NULL, published, &result, e));
    for (int i = 0; i < model->ntables; i++)
        fill(&tables[i], &model->table[i], published, memory);
    return ST_OK;
}

enum status release_protect(const struct micro *m, struct release_table *tables, size_t count,
                            const unsigned char key[32], struct arena *memory, struct err *e)
{
    struct spec spec;
    struct model model;
    struct model_column *columns = arena_array(memory, m->column_count, sizeof *columns);
    const struct micro_column **used = arena_array(memory, m->column_count, sizeof *used);
    int n = 0;
    make_spec(m, tables, count, &spec, memory);
    for (size_t c = 0; c < m->column_count; c++) {
        struct hier *h;
        if (!column_used(tables, count, c))
            continue;
        TRY(flat(&m->columns[c], memory, &h, e));
        used[n] = &m->columns[c];
        columns[n++] = (struct model_column){.name = m->columns[c].name, .h = h};
    }
    TRY(model_build(&model, &spec, columns, n, "the release", e));
    enum status s = protect(m, &model, used, tables, key, memory, e);
    model_free(&model);
    return s;
}

int64_t release_value(const struct release_table *t, int a, int b, int c)
{
    const int code[RELEASE_DIMENSIONS] = {a, b, c};
    size_t at = 0;
    for (int k = 0; k < t->dimensions && k < RELEASE_DIMENSIONS; k++)
        at = at * (size_t)(t->levels[k] + 1) + (size_t)(code[k] + 1);
    return t->value[at];
}
