#include "app/study_tables.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/order.h"
#include "ingest/value.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- the spec and its hierarchies ---- */

const char *study_tables_path(struct study_tables *t, const char *name)
{
    const char *slash = strrchr(t->spec_path, '/');
    if (name[0] == '/' || !slash)
        return name;
    const char *beside =
        arena_printf(&t->arena, "%.*s/%s", (int)(slash - t->spec_path), t->spec_path, name);
    return access(beside, F_OK) == 0 ? beside : name;
}

static enum status read_rows(struct csv *csv, struct arena *a, struct hier_row **rows, size_t *n,
                             struct err *e)
{
    int code, parent;
    size_t cap = 0;
    struct csv_row row;
    TRY(csv_need(csv, "code", &code, e));
    TRY(csv_need(csv, "parent", &parent, e));
    for (;;) {
        TRY(csv_next_full(csv, &row, e));
        if (row.n == 0)
            return ST_OK;
        if (*n == LIMIT_CODES) {
            err_at(e, csv->name, row.line, NULL);
            return err_set(e, ST_DATA, "more than %d codes", LIMIT_CODES);
        }
        MEM_GROW(*rows, cap, *n + 1);
        struct str c = row.cells[code], p = row.cells[parent];
        (*rows)[(*n)++] = (struct hier_row){
            {arena_strndup(a, c.p, c.n), c.n}, {arena_strndup(a, p.p, p.n), p.n}, row.line};
    }
}

static enum status read_hierarchy(struct study_tables *t, const char *file, struct hier *h,
                                  struct err *e)
{
    struct csv csv;
    struct hier_row *rows = NULL;
    size_t n = 0;
    const char *path = study_tables_path(t, file);
    TRY(csv_open(&csv, path, e));
    enum status s = read_rows(&csv, &t->arena, &rows, &n, e);
    if (s == ST_OK)
        s = hier_build(h, rows, n, path, &t->arena, e);
    free(rows);
    csv_close(&csv);
    return s;
}

static enum status add_column(struct study_tables *t, const char *name, struct err *e)
{
    for (int c = 0; c < t->ncolumns; c++)
        if (strcmp(t->column[c].name, name) == 0)
            return ST_OK;
    struct model_column *c = &t->column[t->ncolumns++];
    const struct spec_column *settings = spec_column_find(&t->spec, name);
    *c = (struct model_column){.name = name};
    if (!settings || !settings->hierarchy)
        return ST_OK;
    struct hier *h = arena_alloc(&t->arena, sizeof *h);
    TRY(read_hierarchy(t, settings->hierarchy, h, e));
    c->h = h;
    c->levels = settings->levels;
    return ST_OK;
}

enum status study_tables_open(struct study_tables *t, const char *spec_path, struct err *e)
{
    json_t *doc;
    *t = (struct study_tables){.spec_path = spec_path};
    TRY(json_read_file(spec_path, &doc, e));
    enum status s = study_tables_of(t, spec_path, doc, e);
    json_decref(doc);
    return s;
}

enum status study_tables_of(struct study_tables *t, const char *spec_path, const json_t *doc,
                            struct err *e)
{
    *t = (struct study_tables){.spec_path = spec_path};
    TRY(spec_parse(&t->spec, doc, spec_path, &t->arena, e));
    size_t most = 0;
    for (int k = 0; k < t->spec.ntables; k++)
        most += (size_t)t->spec.table[k].ndims + (size_t)t->spec.table[k].nwhere;
    t->column = arena_array(&t->arena, most, sizeof *t->column);
    for (int k = 0; k < t->spec.ntables; k++) {
        const struct spec_table *table = &t->spec.table[k];
        for (int d = 0; d < table->ndims; d++)
            TRY(add_column(t, table->dim[d], e));
        for (int w = 0; w < table->nwhere; w++)
            TRY(add_column(t, table->where[w].column, e));
    }
    if (t->ncolumns > LIMIT_COLUMNS) {
        err_at(e, spec_path, 0, NULL);
        return err_set(e, ST_DATA, "the tables use more than %d columns", LIMIT_COLUMNS);
    }
    return ST_OK;
}

void study_tables_free(struct study_tables *t)
{
    arena_free(&t->arena);
    *t = (struct study_tables){0};
}

enum status study_ptable_read(struct study_tables *t, struct cellkey_table *table, struct err *e)
{
    const char *path = study_tables_path(t, t->spec.ptable);
    struct file_bytes f;
    TRY(file_read(path, LIMIT_JSON_BYTES, &f, e));
    enum status s =
        cellkey_table_parse(table, (struct str){f.p, f.n}, path, t->spec.ptable_spec, e);
    file_release(&f);
    return s;
}

/* ---- microdata ---- */

/* The distinct values of one flat column, numbered as they come. */
struct values {
    struct str *at;
    uint32_t n, cap, *hash, mask;
};

static uint32_t value_number(struct values *v, struct str s, struct arena *a)
{
    if ((v->n + 1) * 2 > v->mask) {
        uint32_t size = v->mask ? (v->mask + 1) * 2 : 64;
        v->hash = mem_resize(v->hash, size, sizeof *v->hash);
        memset(v->hash, 0xff, size * sizeof *v->hash);
        v->mask = size - 1;
        for (uint32_t k = 0; k < v->n; k++) {
            uint32_t i = (uint32_t)str_hash(v->at[k]) & v->mask;
            while (v->hash[i] != HIER_NONE)
                i = (i + 1) & v->mask;
            v->hash[i] = k;
        }
    }
    uint32_t i = (uint32_t)str_hash(s) & v->mask;
    for (; v->hash[i] != HIER_NONE; i = (i + 1) & v->mask)
        if (str_eq(v->at[v->hash[i]], s))
            return v->hash[i];
    MEM_GROW(v->at, v->cap, v->n + 1);
    v->at[v->n] = (struct str){arena_strndup(a, s.p, s.n), s.n};
    v->hash[i] = v->n;
    return v->n++;
}

/* A flat column's value numbers become nodes of a hierarchy made of its values. */
static enum status close_flat(struct study_tables *t, struct values *v, int column, size_t n,
                              uint32_t *node, const char *path, struct err *e)
{
    struct hier *h = arena_alloc(&t->arena, sizeof *h);
    struct str *sorted = mem_array(v->n, sizeof *sorted);
    memcpy(sorted, v->at, v->n * sizeof *sorted);
    qsort(sorted, v->n, sizeof *sorted, order_str);
    enum status s = hier_flat(h, sorted, v->n, STUDY_TOTAL, path, &t->arena, e);
    free(sorted);
    if (s != ST_OK) {
        err_at(e, path, 0, t->column[column].name);
        return s;
    }
    t->column[column].h = h;
    t->column[column].from_data = true;
    for (size_t r = 0; r < n; r++)
        node[r] = hier_find(h, v->at[node[r]]);
    return ST_OK;
}

static enum status place_value(struct study_tables *t, struct values *v, int c,
                               const struct csv_row *row, struct str text, const char *path,
                               uint32_t *node, struct err *e)
{
    const struct model_column *col = &t->column[c];
    if (text.n == 0) {
        err_at(e, path, row->line, col->name);
        err_set(e, ST_DATA, "the value is empty");
        return err_hint(e, "Give people whose value is not known a code of their own.");
    }
    if (!col->h) {
        *node = value_number(v, text, &t->arena);
        if (*node < LIMIT_CODES)
            return ST_OK;
        err_at(e, path, row->line, col->name);
        return err_set(e, ST_DATA, "the column has more than %d different values", LIMIT_CODES);
    }
    *node = hier_find(col->h, text);
    if (*node != HIER_NONE)
        return ST_OK;
    err_at(e, path, row->line, col->name);
    char shape[24];
    value_shape(text, shape); /* a spec that names the wrong column must not print a name */
    err_set(e, ST_DATA, "the value, which looks like %s, is not in the hierarchy", shape);
    return err_hint(e, "Add its code to the hierarchy file, or correct the row.");
}

struct reading {
    struct study_tables *t;
    struct study_records *r;
    struct values *values; /* per column */
    int *at;               /* column of the file, per column */
    int key_at;            /* of the record key, or -1 */
};

static enum status read_records(struct reading *in, struct csv *csv, struct err *e)
{
    struct study_tables *t = in->t;
    struct study_records *r = in->r;
    struct csv_row row;
    size_t cap = 0;
    for (;;) {
        TRY(csv_next_full(csv, &row, e));
        if (row.n == 0)
            break;
        if (r->n == cap) {
            cap = cap ? cap * 2 : 1024;
            for (int c = 0; c < t->ncolumns; c++)
                r->node[c] = mem_resize(r->node[c], cap, sizeof *r->node[c]);
            r->line = mem_resize(r->line, cap, sizeof *r->line);
            if (in->key_at >= 0)
                r->key_text = mem_resize(r->key_text, cap, sizeof *r->key_text);
        }
        for (int c = 0; c < t->ncolumns; c++)
            TRY(place_value(t, &in->values[c], c, &row, row.cells[in->at[c]], csv->name,
                            &r->node[c][r->n], e));
        if (in->key_at >= 0) {
            struct str k = row.cells[in->key_at];
            r->key_text[r->n] = (struct str){arena_strndup(&t->arena, k.p, k.n), k.n};
        }
        r->line[r->n++] = row.line;
    }
    if (r->n == 0) {
        err_at(e, csv->name, 0, NULL);
        return err_set(e, ST_DATA, "the file has a header but no rows");
    }
    return ST_OK;
}

static enum status read_file(struct reading *in, const char *path, struct err *e)
{
    struct study_tables *t = in->t;
    struct csv csv;
    TRY(csv_open(&csv, path, e));
    enum status s = ST_OK;
    for (int c = 0; c < t->ncolumns && s == ST_OK; c++)
        s = csv_need(&csv, t->column[c].name, &in->at[c], e);
    in->key_at = -1;
    if (s == ST_OK && t->spec.record_key)
        s = csv_need(&csv, t->spec.record_key, &in->key_at, e);
    if (s == ST_OK)
        s = read_records(in, &csv, e);
    for (int c = 0; c < t->ncolumns && s == ST_OK; c++)
        if (!t->column[c].h)
            s = close_flat(t, &in->values[c], c, in->r->n, in->r->node[c], csv.name, e);
    csv_close(&csv);
    return s;
}

enum status study_records_read(struct study_tables *t, const char *path, struct study_records *r,
                               struct err *e)
{
    size_t n = (size_t)t->ncolumns;
    *r = (struct study_records){.node = mem_zalloc(n, sizeof *r->node)};
    struct reading in = {.t = t,
                         .r = r,
                         .values = mem_zalloc(n, sizeof *in.values),
                         .at = mem_zalloc(n, sizeof *in.at)};
    enum status s = read_file(&in, path, e);
    for (size_t c = 0; c < n; c++) {
        free(in.values[c].at);
        free(in.values[c].hash);
    }
    free(in.values);
    free(in.at);
    return s;
}

void study_records_free(struct study_records *r, int ncolumns)
{
    for (int c = 0; c < ncolumns && r->node; c++)
        free(r->node[c]);
    free(r->node);
    free(r->line);
    free(r->key_text);
    *r = (struct study_records){0};
}
