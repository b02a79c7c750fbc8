#include "app/release_tables.h"

#include "app/release_catalogue.h"
#include "app/release_parts.h"
#include "disclosure/model.h"

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

static const char *full_name(const char *name, const char *of, struct arena *memory)
{
    return of ? arena_printf(memory, "%s %s", name, of) : name;
}

static const char *column_name(const struct micro_column *c, struct arena *memory)
{
    return full_name(c->name, c->of, memory);
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
                          .width = RELEASE_BASE - 1};
    for (size_t i = 0; i < count; i++) {
        spec->table[i].name = full_name(tables[i].name, tables[i].of, memory);
        spec->table[i].ndims = tables[i].dimensions;
        for (int k = 0; k < tables[i].dimensions; k++)
            spec->table[i].dim[k] = column_name(&m->columns[tables[i].dimension[k]], memory);
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

/* ---- the catalogue ---- */

static enum status check_catalogue(const struct release *r, const char *population,
                                   const struct micro *m, const struct release_table *t,
                                   struct err *e)
{
    const struct catalogue_table *c = catalogue_find(r->kind, t->name);
    size_t n = strcspn(population, ",");
    bool good = c && strlen(c->population) == n && strncmp(c->population, population, n) == 0 &&
                c->dimensions == t->dimensions && (c->for_each[0] != '\0') == (t->of != NULL);
    for (int k = 0; good && k < t->dimensions; k++)
        good = strcmp(c->dimension[k], m->columns[t->dimension[k]].name) == 0;
    if (good)
        return ST_OK;
    err_set(e, ST_FAULT, "table %s of %s is not in the release catalogue for %s as it is here",
            t->name, population, r->kind);
    return err_hint(e, "Nothing is published that is not declared: data/release/catalogue.csv.");
}

/* ---- what the ledger and this release say of each cell ---- */

/* The table for the ledger; values are filled later. */
static void add_table(struct release *r, const char *population, const struct micro *m,
                      const struct spec_table *spec, const struct release_table *t)
{
    MEM_GROW(r->table, r->table_cap, r->table_count + 1);
    struct joint_table *j = &r->table[r->table_count++];
    *j = (struct joint_table){.id = arena_strdup(&r->memory, spec->name),
                              .population = arena_strdup(&r->memory, population),
                              .dimensions = t->dimensions,
                              .cells = 1};
    for (int k = 0; k < t->dimensions; k++) {
        const struct micro_column *c = &m->columns[t->dimension[k]];
        size_t n = label_count(c);
        const char **codes = arena_array(&r->memory, n, sizeof *codes);
        for (size_t i = 0; i < n; i++)
            codes[i] = arena_strdup(&r->memory, c->labels[i]);
        j->dimension[k] =
            (struct joint_dimension){.name = arena_strdup(&r->memory, spec->dim[k]),
                                     .codes = codes,
                                     .count = n,
                                     .total = c->total ? arena_strdup(&r->memory, c->total) : NULL};
        j->cells *= n + 1;
    }
}

static int64_t *in_table(const struct model_table *t, const int64_t *by_cell, struct arena *memory)
{
    int64_t *v = arena_array(memory, t->ncells, sizeof *v);
    for (size_t i = 0; i < t->ncells; i++)
        v[i] = by_cell[t->cell[i]];
    return v;
}

static enum status protect(struct release *r, const struct micro *m, const struct model *model,
                           const struct micro_column *const *used, struct release_table *tables,
                           struct joint_table *noted, struct arena *memory, struct err *e)
{
    struct round_result rounded;
    const uint32_t **node = arena_array(memory, (size_t)model->ncolumns + 1, sizeof *node);
    uint64_t *sum = arena_array(memory, model->ncells + 1, sizeof *sum);
    int64_t *count = arena_array(memory, model->ncells + 1, sizeof *count);
    int64_t *published = arena_array(memory, model->ncells + 1, sizeof *published);
    for (int c = 0; c < model->ncolumns; c++)
        node[c] = nodes_of(used[c], m->rows, memory);
    struct model_records records = {.n = m->rows, .node = node, .file = "the register"};
    TRY(model_sum(model, &records, sum, e));
    for (uint32_t i = 0; i < model->ncells; i++)
        count[i] = (int64_t)sum[i];
    TRY(round_keeping(model, count, joint_past_of(&r->past, model, noted, memory), RELEASE_BASE,
                      r->key, NULL, published, &rounded, e));
    if (rounded.relaxed)
        r->reach = 2 * RELEASE_BASE - 1;
    for (int i = 0; i < model->ntables; i++) {
        fill(&tables[i], &model->table[i], published, memory);
        noted[i].count = in_table(&model->table[i], count, &r->memory);
        noted[i].value = in_table(&model->table[i], published, &r->memory);
    }
    return ST_OK;
}

enum status release_protect(struct release *r, const char *population, const struct micro *m,
                            struct release_table *tables, size_t count, struct arena *memory,
                            struct err *e)
{
    struct spec spec;
    struct model model;
    struct model_column *columns = arena_array(memory, m->column_count, sizeof *columns);
    const struct micro_column **used = arena_array(memory, m->column_count, sizeof *used);
    size_t first = r->table_count;
    int n = 0;
    for (size_t i = 0; i < count; i++)
        TRY(check_catalogue(r, population, m, &tables[i], e));
    make_spec(m, tables, count, &spec, memory);
    for (size_t c = 0; c < m->column_count; c++) {
        struct hier *h;
        if (!column_used(tables, count, c))
            continue;
        TRY(flat(&m->columns[c], memory, &h, e));
        used[n] = &m->columns[c];
        columns[n++] = (struct model_column){.name = column_name(&m->columns[c], memory), .h = h};
    }
    for (size_t i = 0; i < count; i++)
        add_table(r, population, m, &spec.table[i], &tables[i]);
    TRY(model_build(&model, &spec, columns, n, "the release", e));
    enum status s = protect(r, m, &model, used, tables, r->table + first, memory, e);
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
