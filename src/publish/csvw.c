#include "publish/csvw.h"

#include "base/json.h"
#include "base/str.h"
#include "publish/sheet_text.h"

#include <stdio.h>
#include <string.h>

/* ---- from a table ---- */

static struct csvw_column column_of(const struct table *t, size_t k)
{
    struct csvw_column c = {.title = t->columns[k].header,
                            .type = t->columns[k].numeric ? CSVW_INTEGER : CSVW_STRING};
    for (size_t r = 0; r < t->row_count; r++) {
        const struct cell *cell = &t->cells[r * t->column_count + k];
        if (cell->kind == CELL_SHORTHAND)
            c.shorthand |= shorthand_bit(cell->text);
        if (c.type == CSVW_INTEGER && cell->kind == CELL_NUMBER && cell->decimals > 0)
            c.type = CSVW_DECIMAL;
    }
    return c;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == CELL_NUMBER ? a->number >= b->number && a->number <= b->number
                                  : strcmp(a->text, b->text) == 0;
}

/* Do the first `n` columns tell every row from every other? */
static bool is_key(const struct table *t, size_t n)
{
    for (size_t a = 0; a < t->row_count; a++)
        for (size_t b = a + 1; b < t->row_count; b++) {
            size_t k = 0;
            while (k < n && same_cell(&t->cells[a * t->column_count + k],
                                      &t->cells[b * t->column_count + k]))
                k++;
            if (k == n)
                return false;
        }
    return true;
}

/* A key is made of words: no null stands in it. */
static size_t key_of(const struct table *t, const struct csvw_column *columns)
{
    for (size_t n = 1; n <= t->column_count; n++) {
        if (t->columns[n - 1].numeric || columns[n - 1].shorthand)
            return 0;
        if (is_key(t, n))
            return n;
    }
    return 0;
}

struct csvw_file csvw_of_table(const struct table *t, struct arena *memory)
{
    struct csvw_column *columns = arena_array(memory, t->column_count, sizeof *columns);
    for (size_t k = 0; k < t->column_count; k++)
        columns[k] = column_of(t, k);
    return (struct csvw_file){.url = arena_printf(memory, "%s.csv", t->name),
                              .title = t->title,
                              .source = t->source,
                              .columns = columns,
                              .column_count = t->column_count,
                              .key = key_of(t, columns)};
}

/* ---- as JSON ---- */

/* "Outer 95% limit, lower %" is named outer_95_limit_lower: letters and digits of ASCII; a name
 * that is taken gets the number of its column. */
static json_t *column_name(const struct csvw_file *f, size_t k, const json_t *before)
{
    struct buf b = BUF_EMPTY;
    for (const char *p = f->columns[k].title; *p; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            buf_addc(&b, c);
        else if (b.n && b.p[b.n - 1] != '_')
            buf_addc(&b, '_');
    }
    while (b.n && b.p[b.n - 1] == '_')
        b.p[--b.n] = '\0';
    bool taken = b.n == 0;
    size_t i;
    json_t *other;
    json_array_foreach(before, i, other) taken =
        taken || strcmp(json_string_value(json_object_get(other, "name")), b.p) == 0;
    if (taken)
        buf_addf(&b, "%scolumn_%zu", b.n ? "_" : "", k + 1);
    json_t *name = json_string(b.p);
    buf_free(&b);
    return name;
}

static json_t *column_json(const struct csvw_file *f, size_t k, const json_t *before)
{
    static const char *const types[] = {"string", "integer", "decimal", "number"};
    const struct csvw_column *c = &f->columns[k];
    json_t *out = json_pack("{s:o,s:s,s:s}", "name", column_name(f, k, before), "titles", c->title,
                            "datatype", types[c->type]);
    if (!c->shorthand && !c->blank) {
        json_object_set_new(out, "required", json_true());
        return out;
    }
    json_t *nulls = json_array();
    if (c->blank)
        json_array_append_new(nulls, json_string(""));
    for (int bit = 0; shorthand_code(bit); bit++)
        if (c->shorthand >> bit & 1) {
            char text[16];
            snprintf(text, sizeof text, "[%s]", shorthand_code(bit));
            json_array_append_new(nulls, json_string(text));
        }
    json_object_set_new(out, "null", nulls);
    return out;
}

static json_t *file_json(const struct csvw_file *f)
{
    json_t *columns = json_array(), *schema = json_object();
    for (size_t k = 0; k < f->column_count; k++)
        json_array_append_new(columns, column_json(f, k, columns));
    json_object_set(schema, "columns", columns);
    if (f->key) {
        json_t *key = json_array();
        for (size_t k = 0; k < f->key; k++)
            json_array_append(key, json_object_get(json_array_get(columns, k), "name"));
        json_object_set_new(schema, "primaryKey", key);
    }
    json_decref(columns);
    return json_pack("{s:s,s:s,s:s,s:o}", "url", f->url, "dc:title", f->title, "dc:source",
                     f->source, "tableSchema", schema);
}

bool csvw_is_address(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

static void add_words(json_t *doc, const char *name, const char *words)
{
    if (words)
        json_object_set_new(doc, name, json_string(words));
}

enum status csvw_write(const char *path, const struct csvw_group *g, struct err *e)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < g->count; i++)
        json_array_append_new(tables, file_json(&g->files[i]));
    json_t *doc = json_pack(
        "{s:[s,{s:s}],s:s,s:s,s:{s:s,s:s},s:{s:s,s:s,s:s,s:b,s:[s],s:b,s:i},s:o}", "@context",
        "http://www.w3.org/ns/csvw", "@language", "en", "@type", "TableGroup", "dc:title", g->title,
        "dc:created", "@value", g->created, "@type", "xsd:dateTime", "dialect", "encoding", "utf-8",
        "delimiter", ",", "quoteChar", "\"", "doubleQuote", 1, "lineTerminators", "\n", "header", 1,
        "headerRowCount", 1, "tables", tables);
    add_words(doc, "dc:subject", g->subject);
    add_words(doc, "dc:description", g->description);
    add_words(doc, "dc:creator", g->creator);
    add_words(doc, "dcat:contactPoint", g->contact);
    if (g->licence && csvw_is_address(g->licence))
        json_object_set_new(doc, "dc:license", json_pack("{s:s}", "@id", g->licence));
    else
        add_words(doc, "dc:license", g->licence);
    enum status s = json_write_file(path, doc, e);
    json_decref(doc);
    return s;
}
