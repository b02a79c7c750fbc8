#include "app/study_earlier.h"

#include "base/json.h"
#include "disclosure/joint_past.h"

#include <stdlib.h>

/* A table of an earlier release. */
struct earlier_table {
    const char *name; /* of its file */
    int dir, table;   /* of spec `all` */
};

/* ---- which tables there are ---- */

static enum status not_a_release(const struct study_earlier *x, int d, struct err *e)
{
    err_at(e, x->dir[d], 0, NULL);
    err_set(e, ST_DATA,
            "this is not a release: it has no summary.json that says which tables "
            "it holds");
    return err_hint(e, "Give the directory that `throughline study protect` wrote.");
}

static enum status read_summary(struct study_earlier *x, int d, struct err *e)
{
    const char *path = arena_printf(&x->memory, "%s/summary.json", x->dir[d]);
    if (json_read_file(path, &x->summary[d], e) != ST_OK) {
        if (e->status == ST_FAULT)
            return e->status;
        *e = (struct err){0};
        return not_a_release(x, d, e);
    }
    const json_t *doc = x->summary[d];
    if (!json_is_string(json_object_get(doc, "method")) ||
        json_array_size(json_object_get(doc, "tables")) == 0)
        return not_a_release(x, d, e);
    if (json_is_true(json_object_get(json_object_get(doc, "audit"), "safe")) &&
        !json_is_false(json_object_get(json_object_get(doc, "earlier"), "safe")))
        return ST_OK;
    err_at(e, x->dir[d], 0, NULL);
    err_set(e, ST_DATA, "nothing was published here: the audit failed");
    return err_hint(e, "Leave this --earlier out.");
}

/* Text that says which cells a table has; the order of its dimensions counts, as in the file. */
static char *shape_text(const json_t *table)
{
    json_t *where = json_object_get(table, "where");
    json_t *shape = json_pack("{s:O,s:O*}", "dimensions", json_object_get(table, "dimensions"),
                              "where", json_object_size(where) ? where : NULL);
    char *text = json_dumps(shape, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(shape);
    return text;
}

static size_t find_shape(const json_t *tables, const json_t *table)
{
    char *text = shape_text(table);
    size_t k = 0;
    for (; k < json_array_size(tables); k++) {
        const json_t *other = json_array_get(tables, k);
        char *o = json_object_get(other, "dimensions") ? shape_text(other) : NULL;
        bool same = o && strcmp(o, text) == 0;
        free(o);
        if (same)
            break;
    }
    free(text);
    return k;
}

/* The spec's tables get one more, unless one of them has these cells. The names of those that are
 * added are never seen. */
static enum status add_table(struct study_earlier *x, int d, const json_t *table, json_t *tables,
                             struct err *e)
{
    const char *name = json_string_value(json_object_get(table, "name"));
    if (!name || strchr(name, '/') || !json_is_array(json_object_get(table, "dimensions")))
        return not_a_release(x, d, e);
    size_t k = find_shape(tables, table);
    if (k == json_array_size(tables)) {
        json_t *where = json_object_get(table, "where");
        json_array_append_new(
            tables, json_pack("{s:o,s:O,s:O*}", "name", json_sprintf("earlier-%d-%zu", d + 1, k),
                              "dimensions", json_object_get(table, "dimensions"), "where", where));
    }
    MEM_GROW(x->table, x->cap, x->ntables + 1);
    x->table[x->ntables++] = (struct earlier_table){arena_strdup(&x->memory, name), d, (int)k};
    return ST_OK;
}

static enum status add_tables(struct study_earlier *x, json_t *doc, struct err *e)
{
    json_t *tables = json_object_get(doc, "tables");
    for (int d = 0; d < x->ndirs && json_is_array(tables); d++) {
        size_t k;
        json_t *table;
        TRY(read_summary(x, d, e));
        json_array_foreach(json_object_get(x->summary[d], "tables"), k, table)
        {
            TRY(add_table(x, d, table, tables, e));
        }
    }
    return ST_OK;
}

enum status study_earlier_open(struct study_earlier *x, struct study_tables *t,
                               const char *spec_path, struct err *e)
{
    json_t *doc;
    *t = (struct study_tables){.spec_path = spec_path};
    x->summary = mem_zalloc((size_t)x->ndirs + 1, sizeof *x->summary);
    TRY(json_read_file(spec_path, &doc, e));
    size_t own = json_array_size(json_object_get(doc, "tables"));
    enum status s = add_tables(x, doc, e);
    if (s == ST_OK)
        s = study_tables_of(t, spec_path, doc, e);
    json_decref(doc);
    x->all = t->spec;
    if (s == ST_OK)
        t->spec.ntables = (int)own;
    return s;
}

void study_earlier_free(struct study_earlier *x)
{
    for (int d = 0; d < x->ndirs && x->summary; d++)
        json_decref(x->summary[d]);
    free(x->summary);
    free(x->table);
    arena_free(&x->memory);
}

/* ---- as tables of disclosure/joint ---- */

/* The codes of some nodes of a hierarchy, the total first and not among them. */
static struct joint_dimension dimension_of(const struct model_column *col, const uint32_t *node,
                                           uint32_t n, struct arena *memory)
{
    const char **code = arena_array(memory, n, sizeof *code);
    uint32_t *parent = arena_array(memory, n, sizeof *parent);
    for (uint32_t k = 1; k < n; k++) {
        uint32_t up = k - 1;
        while (node[up] != col->h->parent[node[k]])
            up--;
        code[k - 1] = col->h->code[node[k]];
        parent[k - 1] = up;
    }
    return (struct joint_dimension){
        .name = col->name, .codes = code, .count = n - 1, .parent = parent};
}

/* The codes that a dimension of this column prints; all, where the code asked for is deeper. */
static struct joint_where where_of(const struct model_column *col, uint32_t wanted,
                                   struct arena *memory)
{
    const struct hier *h = col->h;
    int levels = col->levels && h->level[wanted] <= col->levels ? col->levels : INT32_MAX;
    uint32_t *node = arena_array(memory, h->n, sizeof *node), n = 0, at = 0;
    for (uint32_t v = 0; v < h->n; v++)
        if (h->level[v] <= levels) {
            at = v == wanted ? n : at;
            node[n++] = v;
        }
    return (struct joint_where){.of = dimension_of(col, node, n, memory), .code = at};
}

/* A table of the model; its values are filled by the caller. */
static struct joint_table table_of(const struct model *m, const struct model_table *t,
                                   const char *name, const int64_t *count, int64_t **value,
                                   struct arena *memory)
{
    struct joint_table out = {
        .id = name, .population = "records", .dimensions = t->spec->ndims, .cells = t->ncells};
    int64_t *true_count = arena_array(memory, t->ncells, sizeof *true_count);
    struct joint_where *where = arena_array(memory, (size_t)t->spec->nwhere + 1, sizeof *where);
    for (int d = 0; d < t->spec->ndims; d++)
        out.dimension[d] = dimension_of(&m->column[t->column[d]], t->code[d], t->ncodes[d], memory);
    for (int w = 0; w < t->spec->nwhere; w++)
        for (int c = 0; c < m->ncolumns; c++)
            if (strcmp(m->column[c].name, t->spec->where[w].column) == 0 && t->fixed[c])
                where[out.where_count++] = where_of(&m->column[c], t->fixed[c], memory);
    for (size_t k = 0; k < t->ncells; k++)
        true_count[k] = count[t->cell[k]];
    *value = arena_array(memory, t->ncells, sizeof **value);
    out.value = *value;
    out.count = true_count;
    out.where = where;
    return out;
}

static int64_t reach_of(const struct spec *rule, bool relaxed, int64_t noise)
{
    switch (rule->method) {
    case METHOD_ROUND:
        return (relaxed ? 2 : 1) * rule->base - 1;
    case METHOD_SUPPRESS:
        return 0;
    case METHOD_CELLKEY:
        return noise;
    }
    BUG("no such method");
}

static struct joint_release new_release(const struct study_tables *t,
                                        const struct study_new_release *now, struct arena *memory)
{
    const struct model *m = now->m;
    struct joint_table *table = arena_array(memory, (size_t)m->ntables, sizeof *table);
    for (int k = 0; k < m->ntables; k++) {
        const struct model_table *from = &m->table[k];
        int64_t *value;
        table[k] = table_of(m, from, from->spec->name, now->count, &value, memory);
        for (size_t i = 0; i < from->ncells; i++)
            value[i] = now->hidden[from->cell[i]] ? JOINT_HIDDEN : now->published[from->cell[i]];
    }
    return (struct joint_release){.name = "this release",
                                  .data = "",
                                  .reach = reach_of(&t->spec, now->relaxed, now->noise),
                                  .zeros_protected = t->spec.zeros_protected,
                                  .table = table,
                                  .table_count = (size_t)m->ntables};
}

static enum status read_table(struct study_earlier *x, const struct earlier_table *from,
                              const struct model *m, const int64_t *count, struct joint_table *out,
                              struct err *e)
{
    const struct model_table *t = &m->table[from->table];
    struct study_sheet sheet = {.table = from->table};
    int64_t *value;
    const char *path = arena_printf(&x->memory, "%s/%s.csv", x->dir[from->dir], from->name);
    enum status s = study_sheet_read(&sheet, t->spec, path, &x->memory, e);
    if (s == ST_OK)
        s = study_sheet_place(&sheet, m, e);
    if (s == ST_OK) {
        *out = table_of(m, t, from->name, count, &value, &x->memory);
        for (size_t i = 0; i < t->ncells; i++)
            value[i] = sheet.cell_kind[i] == PRINT_HIDDEN ? JOINT_HIDDEN : sheet.cell_value[i];
    }
    study_sheet_free(&sheet);
    return s;
}

static enum status earlier_release(struct study_earlier *x, int d, const struct model *m,
                                   const int64_t *count, int64_t noise, struct joint_release *out,
                                   struct err *e)
{
    struct spec rule = x->all;
    const json_t *doc = x->summary[d];
    struct joint_table *table = arena_array(&x->memory, x->ntables, sizeof *table);
    bool cellkey = strcmp(json_string_value(json_object_get(doc, "method")),
                          spec_method_name(METHOD_CELLKEY)) == 0;
    if (cellkey && rule.method != METHOD_CELLKEY) {
        err_at(e, x->dir[d], 0, NULL);
        err_set(e, ST_DATA,
                "the release was perturbed by cell keys, and the spec names no table "
                "that says how far");
        return err_hint(e, "Only releases of one cell-key table can be audited together.");
    }
    study_rule_read(doc, &rule);
    bool relaxed = json_integer_value(json_object_get(doc, "relaxed")) > 0;
    *out = (struct joint_release){.name = x->dir[d],
                                  .data = "",
                                  .reach = reach_of(&rule, relaxed, noise),
                                  .zeros_protected = rule.zeros_protected,
                                  .table = table};
    for (size_t k = 0; k < x->ntables; k++)
        if (x->table[k].dir == d)
            TRY(read_table(x, &x->table[k], m, count, &table[out->table_count++], e));
    return ST_OK;
}

enum status study_earlier_read(struct study_earlier *x, const struct study_tables *t,
                               const struct model_records *records, int64_t noise, struct err *e)
{
    struct model m;
    enum status s = model_build(&m, &x->all, t->column, t->ncolumns, t->spec_path, e);
    int64_t *count = NULL;
    x->release = arena_array(&x->memory, (size_t)x->ndirs + 1, sizeof *x->release);
    if (s == ST_OK) {
        count = mem_zalloc(m.ncells, sizeof *count);
        s = model_sum(&m, records, (uint64_t *)count, e);
    }
    for (int d = 0; d < x->ndirs && s == ST_OK; d++)
        s = earlier_release(x, d, &m, count, noise, &x->release[d], e);
    free(count);
    model_free(&m);
    return s;
}

const struct round_past *study_earlier_past(struct study_earlier *x, const struct model *m,
                                            const int64_t *count)
{
    struct joint_past past;
    struct joint_table *table = arena_array(&x->memory, (size_t)m->ntables, sizeof *table);
    joint_past_open(&past, x->release, (size_t)x->ndirs, &x->memory);
    for (int k = 0; k < m->ntables; k++) {
        int64_t *value;
        table[k] = table_of(m, &m->table[k], m->table[k].spec->name, count, &value, &x->memory);
    }
    return joint_past_of(&past, m, table, &x->memory);
}

/* ---- the attack ---- */

/* One release that contradicts itself is damaged; one that contradicts the rest is of other data.
 * Later releases are kept before earlier ones. */
static enum status set_aside(struct study_earlier *x, const struct joint_release *all,
                             const struct joint_options *o, struct study_earlier_answer *out,
                             struct joint_release *used, size_t *n, struct err *e)
{
    *n = 1;
    used[0] = all[x->ndirs];
    for (int d = x->ndirs; d-- > 0;) {
        struct joint_answer got;
        *e = (struct err){0};
        enum status s = joint_audit(&all[d], 1, o, &got, e);
        if (s != ST_OK)
            return err_at(e, x->dir[d], 0, NULL), s;
        used[*n] = all[d];
        s = joint_audit(used, *n + 1, o, &got, e);
        if (s != ST_OK && s != ST_DATA)
            return s;
        *n += s == ST_OK;
        out->is_off[d] = s != ST_OK;
        out->set_aside += s != ST_OK;
    }
    *e = (struct err){0};
    return ST_OK;
}

enum status study_earlier_attack(struct study_earlier *x, const struct study_tables *t,
                                 const struct study_new_release *now,
                                 const struct progress *progress, struct study_earlier_answer *out,
                                 struct err *e)
{
    size_t n = (size_t)x->ndirs + 1;
    struct joint_release *all = arena_array(&x->memory, n, sizeof *all);
    struct joint_release *used = arena_array(&x->memory, n, sizeof *used);
    const struct joint_options o = {.width = t->spec.width,
                                    .protect_min = t->spec.primary_min,
                                    .protect_max = t->spec.primary_max,
                                    .knows_rule = true,
                                    .progress = progress};
    *out = (struct study_earlier_answer){.is_off = mem_zalloc(n, 1)};
    memcpy(all, x->release, (n - 1) * sizeof *all);
    all[n - 1] = new_release(t, now, &x->memory);
    enum status s = joint_audit(all, n, &o, &out->joint, e);
    if (s != ST_DATA)
        return s;
    TRY(set_aside(x, all, &o, out, used, &n, e));
    return joint_audit(used, n, &o, &out->joint, e);
}
