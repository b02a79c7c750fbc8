/* Tables and rows of the ledger as JSON, and back. */
#include "app/release_parts.h"

#include "base/limits.h"
#include "crypto/secret.h"

#include <stdio.h>

/* ---- a table ---- */

static json_t *numbers(const int64_t *v, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(a, json_integer((json_int_t)v[i]));
    return a;
}

json_t *release_table_json(const struct joint_table *t)
{
    json_t *dimensions = json_array();
    for (int d = 0; d < t->dimensions; d++) {
        json_t *codes = json_array();
        for (size_t k = 0; k < t->dimension[d].count; k++)
            json_array_append_new(codes, json_string(t->dimension[d].codes[k]));
        json_t *dimension = json_pack("{s:s,s:o}", "name", t->dimension[d].name, "codes", codes);
        if (t->dimension[d].total)
            json_object_set_new(dimension, "total", json_string(t->dimension[d].total));
        json_array_append_new(dimensions, dimension);
    }
    return json_pack("{s:s,s:s,s:o,s:o}", "table", t->id, "population", t->population, "dimensions",
                     dimensions, "values", numbers(t->value, t->cells));
}

json_t *release_counts_json(const struct joint_table *t)
{
    return numbers(t->count, t->cells);
}

static enum status damaged(const char *table, struct err *e)
{
    err_set(e, ST_DATA, "table %.100s in the ledger is damaged", table);
    return err_hint(e, "throughline release verify says which releases are whole.");
}

static bool read_numbers(const json_t *a, int64_t *out, size_t n)
{
    if (!json_is_array(a) || json_array_size(a) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(a, i);
        out[i] = (int64_t)json_integer_value(v);
        if (!json_is_integer(v) || out[i] < 0 || out[i] > LIMIT_COUNT)
            return false;
    }
    return true;
}

static bool read_dimension(const json_t *from, struct arena *memory, struct joint_dimension *out)
{
    const json_t *name = json_object_get(from, "name"), *codes = json_object_get(from, "codes");
    const json_t *total = json_object_get(from, "total");
    size_t n = json_array_size(codes);
    if (!json_is_string(name) || n == 0 || n > LIMIT_CODES || (total && !json_is_string(total)))
        return false;
    const char **all = arena_array(memory, n, sizeof *all);
    for (size_t k = 0; k < n; k++) {
        const json_t *code = json_array_get(codes, k);
        if (!json_is_string(code))
            return false;
        all[k] = arena_strdup(memory, json_string_value(code));
    }
    *out = (struct joint_dimension){.name = arena_strdup(memory, json_string_value(name)),
                                    .codes = all,
                                    .count = n,
                                    .total = total ? arena_strdup(memory, json_string_value(total))
                                                   : NULL};
    return true;
}

static bool read_table(const json_t *doc, struct arena *memory, struct joint_table *out)
{
    const json_t *id = json_object_get(doc, "table"), *dims = json_object_get(doc, "dimensions"),
                 *population = json_object_get(doc, "population");
    size_t n = json_array_size(dims);
    if (!json_is_string(id) || !json_is_string(population) || n == 0 || n > JOINT_DIMENSIONS)
        return false;
    *out = (struct joint_table){.id = arena_strdup(memory, json_string_value(id)),
                                .population = arena_strdup(memory, json_string_value(population)),
                                .dimensions = (int)n,
                                .cells = 1};
    for (size_t d = 0; d < n; d++) {
        if (!read_dimension(json_array_get(dims, d), memory, &out->dimension[d]))
            return false;
        out->cells *= out->dimension[d].count + 1;
        if (out->cells > LIMIT_TABLE_CELLS)
            return false;
    }
    int64_t *value = arena_array(memory, out->cells, sizeof *value);
    out->value = value;
    return read_numbers(json_object_get(doc, "values"), value, out->cells);
}

enum status release_table_parse(const struct ledger_table *from, struct arena *memory,
                                struct joint_table *out, struct err *e)
{
    json_t *doc;
    struct err unread = {0};
    if (json_read_str(from->body, from->name, &doc, &unread) != ST_OK)
        return damaged(from->name, e);
    bool good = read_table(doc, memory, out) && strcmp(out->id, from->name) == 0;
    json_decref(doc);
    if (!good)
        return damaged(from->name, e);
    if (from->counts.n == 0)
        return ST_OK;
    if (json_read_str(from->counts, from->name, &doc, &unread) != ST_OK)
        return damaged(from->name, e);
    int64_t *count = arena_array(memory, out->cells, sizeof *count);
    out->count = count;
    good = read_numbers(doc, count, out->cells);
    json_decref(doc);
    return good ? ST_OK : damaged(from->name, e);
}

/* ---- a row ---- */

enum status release_tables_of(const struct ledger_release *row, struct arena *memory,
                              struct joint_release *out, struct err *e)
{
    json_t *method;
    struct joint_table *tables = arena_array(memory, row->table_count + 1, sizeof *tables);
    for (size_t i = 0; i < row->table_count; i++)
        TRY(release_table_parse(&row->tables[i], memory, &tables[i], e));
    TRY(json_read_str(str_of(row->method), "method of a release", &method, e));
    int64_t reach = (int64_t)json_integer_value(json_object_get(method, "reach"));
    json_decref(method);
    if (reach < 0 || reach > LIMIT_COUNT)
        return err_set(e, ST_DATA, "the method of a release in the ledger is damaged");
    *out = (struct joint_release){
        .name = row->number ? arena_printf(memory, "release %lld", (long long)row->number)
                            : "this release",
        .data = row->data,
        .reach = reach,
        .table = tables,
        .table_count = row->table_count};
    return ST_OK;
}

static json_t *read_or_null(const char *text)
{
    json_t *doc;
    struct err e = {0};
    return json_read_str(str_of(text), "", &doc, &e) == ST_OK ? doc : json_null();
}

/* Of the audit, what does not tell how many counts are small. */
static json_t *public_audit(const char *text)
{
    static const char *const kept_back[] = {"protected", "narrow",     "exact",
                                            "programs",  "mean_width", "by_width"};
    json_t *doc = read_or_null(text), *of;
    const char *reader;
    json_object_foreach(doc, reader, of) for (size_t i = 0;
                                              i < sizeof kept_back / sizeof kept_back[0]; i++)
        json_object_del(of, kept_back[i]);
    return doc;
}

static json_t *hash_json(const struct hash32 *h)
{
    char hex[65];
    hex_write(h->b, sizeof h->b, hex);
    return json_string(hex);
}

static json_t *note_json(const struct ledger_release *row)
{
    json_t *files = json_array(), *tables = json_array();
    for (size_t i = 0; i < row->file_count; i++)
        json_array_append_new(files, json_pack("{s:s,s:I,s:o}", "path", row->files[i].path, "bytes",
                                               (json_int_t)row->files[i].size, "blake2b",
                                               hash_json(&row->files[i].hash)));
    for (size_t i = 0; i < row->table_count; i++) {
        json_t *body;
        struct err e = {0};
        if (json_read_str(row->tables[i].body, "", &body, &e) == ST_OK)
            json_array_append_new(tables, body);
    }
    json_t *doc =
        json_pack("{s:s,s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:o}", "state",
                  row->number ? "published" : "draft: not to be published as it is", "number",
                  (json_int_t)row->number, "draft", (json_int_t)row->id, "kind", row->kind, "as_at",
                  row->as_at, "data_date", row->data_date, "definitions", row->definitions, "code",
                  row->code, "catalogue", (json_int_t)row->catalogue, "method",
                  read_or_null(row->method), "audit", public_audit(row->audit));
    json_object_set_new(doc, "made_at", json_string(row->made_at));
    if (row->number)
        json_object_set_new(doc, "published_at", json_string(row->published_at));
    if (row->corrects) {
        json_object_set_new(doc, "corrects", json_integer((json_int_t)row->corrects));
        json_object_set_new(doc, "reason", json_string(row->reason));
    }
    json_object_set_new(doc, "tree", hash_json(&row->tree));
    json_object_set_new(doc, "digest", hash_json(&row->digest));
    json_object_set_new(doc, "files", files);
    json_object_set_new(doc, "tables", tables);
    return doc;
}

enum status release_note_write(const struct ledger_release *row, const char *dir, struct err *e)
{
    struct buf path = BUF_EMPTY;
    buf_addf(&path, "%s/" RELEASE_FILE, dir);
    json_t *doc = note_json(row);
    enum status s = json_write_file(path.p, doc, e);
    json_decref(doc);
    buf_free(&path);
    return s;
}
