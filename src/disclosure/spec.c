#include "disclosure/spec.h"

#include "base/limits.h"

#include <stdlib.h>

static enum status wrong(struct err *e, const char *file, const char *fmt, ...) PRINTF_LIKE(3, 4);
static enum status wrong(struct err *e, const char *file, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_at(e, file, 0, NULL);
    return err_set(e, ST_DATA, "%s", text);
}

static enum status take_text(const json_t *v, const char *key, const char *file, struct arena *a,
                             const char **out, struct err *e)
{
    if (!json_is_string(v) || json_string_length(v) == 0)
        return wrong(e, file, "\"%s\" must be a text that is not empty", key);
    *out = arena_strndup(a, json_string_value(v), json_string_length(v));
    return ST_OK;
}

static enum status take_int(const json_t *doc, const char *key, int64_t min, int64_t max,
                            int64_t *out, const char *file, struct err *e)
{
    const json_t *v = json_object_get(doc, key);
    if (!v)
        return ST_OK;
    if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
        return wrong(e, file, "\"%s\" must be a whole number from %lld to %lld", key,
                     (long long)min, (long long)max);
    *out = json_integer_value(v);
    return ST_OK;
}

static bool is_file_name(const char *s)
{
    size_t n = strlen(s);
    return n <= 100 && s[0] != '.' &&
           strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") == n;
}

static enum status parse_where(struct spec_table *t, const json_t *where, const char *file,
                               struct arena *a, struct err *e)
{
    if (!where)
        return ST_OK;
    if (!json_is_object(where))
        return wrong(e, file, "table %s: \"where\" must be an object {column: value}", t->name);
    t->where = arena_array(a, json_object_size(where) + 1, sizeof *t->where);
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)where, key, v)
    {
        struct spec_where *w = &t->where[t->nwhere++];
        w->column = arena_strdup(a, key);
        if (!json_is_string(v)) {
            wrong(e, file, "table %s: the value of \"where\" for column %.60s must be one text",
                  t->name, key);
            return err_hint(e, "For several values, give the column a hierarchy with a code that "
                               "covers them.");
        }
        TRY(take_text(v, key, file, a, &w->value, e));
    }
    return ST_OK;
}

static enum status parse_table(struct spec *s, struct spec_table *t, const json_t *doc,
                               const char *file, struct arena *a, struct err *e)
{
    static const char *const keys[] = {"name", "dimensions", "where", NULL};
    if (!json_is_object(doc))
        return wrong(e, file, "each of \"tables\" must be an object");
    err_at(e, file, 0, NULL);
    TRY(json_only_keys(doc, "a table", keys, e));
    TRY(take_text(json_object_get(doc, "name"), "name", file, a, &t->name, e));
    if (!is_file_name(t->name) || strcmp(t->name, "summary") == 0) {
        wrong(e, file, "table name \"%.60s\" cannot be a file name", t->name);
        return err_hint(e, "Use letters, digits, \"_\", \"-\" and \".\", not \"summary\".");
    }
    for (const struct spec_table *o = s->table; o < t; o++)
        if (strcmp(o->name, t->name) == 0)
            return wrong(e, file, "two tables have the name %s", t->name);
    const json_t *dims = json_object_get(doc, "dimensions");
    size_t n = json_array_size(dims);
    if (!json_is_array(dims) || n == 0 || n > SPEC_MAX_DIMENSIONS)
        return wrong(e, file, "table %s: \"dimensions\" must be a list of 1 to %d columns", t->name,
                     SPEC_MAX_DIMENSIONS);
    for (size_t k = 0; k < n; k++) {
        TRY(take_text(json_array_get(dims, k), "dimensions", file, a, &t->dim[k], e));
        if (strcmp(t->dim[k], "value") == 0)
            return wrong(e, file, "table %s: a dimension cannot be called \"value\"", t->name);
        for (size_t j = 0; j < k; j++)
            if (strcmp(t->dim[j], t->dim[k]) == 0)
                return wrong(e, file, "table %s: dimension %s is there twice", t->name, t->dim[k]);
    }
    t->ndims = (int)n;
    return parse_where(t, json_object_get(doc, "where"), file, a, e);
}

static enum status parse_tables(struct spec *s, const json_t *doc, const char *file,
                                struct arena *a, struct err *e)
{
    const json_t *tables = json_object_get(doc, "tables");
    size_t n = json_array_size(tables);
    if (!json_is_array(tables) || n == 0) {
        wrong(e, file, "the spec protects nothing: it has no \"tables\"");
        return err_hint(e, "\"tables\": [{\"name\": \"T1\", \"dimensions\": [\"a\", \"b\"]}].");
    }
    if (n > LIMIT_TABLES)
        return wrong(e, file, "more than %d tables", LIMIT_TABLES);
    s->table = arena_array(a, n, sizeof *s->table);
    for (size_t k = 0; k < n; k++) {
        TRY(parse_table(s, &s->table[k], json_array_get(tables, k), file, a, e));
        s->ntables++;
    }
    return ST_OK;
}

static struct spec_column *column_of(struct spec *s, const char *name, struct arena *a)
{
    for (int k = 0; k < s->ncolumns; k++)
        if (strcmp(s->column[k].column, name) == 0)
            return &s->column[k];
    s->column[s->ncolumns] = (struct spec_column){.column = arena_strdup(a, name)};
    return &s->column[s->ncolumns++];
}

static enum status parse_columns(struct spec *s, const json_t *doc, const char *file,
                                 struct arena *a, struct err *e)
{
    const json_t *hierarchies = json_object_get(doc, "hierarchies");
    const json_t *levels = json_object_get(doc, "levels");
    if (hierarchies && !json_is_object(hierarchies))
        return wrong(e, file, "\"hierarchies\" must be an object {column: file}");
    if (levels && !json_is_object(levels))
        return wrong(e, file, "\"levels\" must be an object {column: number of levels}");
    s->column = arena_array(a, json_object_size(hierarchies) + json_object_size(levels) + 1,
                            sizeof *s->column);
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)hierarchies, key, v)
        TRY(take_text(v, key, file, a, &column_of(s, key, a)->hierarchy, e));
    json_object_foreach((json_t *)(uintptr_t)levels, key, v)
    {
        int64_t n = 0;
        TRY(take_int(levels, key, 1, 1000, &n, file, e));
        struct spec_column *c = column_of(s, key, a);
        if (!c->hierarchy) {
            wrong(e, file, "\"levels\" names column %.60s, which has no hierarchy", key);
            return err_hint(e, "Add it to \"hierarchies\", or correct the spelling.");
        }
        c->levels = (int)n;
    }
    return ST_OK;
}

static enum status parse_primary(struct spec *s, const json_t *doc, const char *file, struct err *e)
{
    static const char *const keys[] = {"min", "max", NULL};
    const json_t *p = json_object_get(doc, "primary"), *z = json_object_get(doc, "zeros");
    s->primary_min = -1;
    s->primary_max = 4;
    if (p) {
        if (!json_is_object(p))
            return wrong(e, file, "\"primary\" must be an object {\"min\": 1, \"max\": 4}");
        TRY(json_only_keys(p, "\"primary\"", keys, e));
        TRY(take_int(p, "min", 0, 1000000, &s->primary_min, file, e));
        TRY(take_int(p, "max", 0, 1000000, &s->primary_max, file, e));
    }
    if (z) {
        const char *text = json_is_string(z) ? json_string_value(z) : "";
        s->zeros_protected = strcmp(text, "protected") == 0;
        if (!s->zeros_protected && strcmp(text, "published") != 0)
            return wrong(e, file, "\"zeros\" must be \"published\" or \"protected\"");
        if (!s->zeros_protected && s->primary_min == 0) {
            wrong(e, file, "\"primary\" begins at 0, yet \"zeros\" are \"published\"");
            return err_hint(e, "Set \"min\": 1, or \"zeros\": \"protected\".");
        }
    } else {
        s->zeros_protected = s->primary_min == 0;
    }
    if (s->primary_min < 0 || s->zeros_protected)
        s->primary_min = s->zeros_protected ? 0 : 1;
    if (s->primary_max < s->primary_min) {
        wrong(e, file, "the spec protects nothing: \"primary\" ends at %lld, before it begins",
              (long long)s->primary_max);
        return err_hint(e, "Counts from \"min\" to \"max\" are protected, for example 1 to 4.");
    }
    return ST_OK;
}

static enum status parse_method(struct spec *s, const json_t *doc, const char *file,
                                struct arena *a, struct err *e)
{
    const json_t *m = json_object_get(doc, "method");
    if (m) {
        const char *text = json_is_string(m) ? json_string_value(m) : "";
        for (s->method = METHOD_ROUND; strcmp(text, spec_method_name(s->method)) != 0; s->method++)
            if (s->method == METHOD_CELLKEY)
                return wrong(e, file, "\"method\" must be \"round\", \"suppress\" or \"cellkey\"");
    }
    s->base = 5;
    TRY(take_int(doc, "base", 1, 1000000, &s->base, file, e));
    if (s->method == METHOD_ROUND && s->base == 1) {
        wrong(e, file, "the spec protects nothing: rounding to base 1 changes no count");
        return err_hint(e, "Use \"base\": 5, or 3 to 10.");
    }
    s->width = 4;
    TRY(take_int(doc, "width", 0, 1000000, &s->width, file, e));
    if (s->width == 0) {
        wrong(e, file, "the spec protects nothing: a \"width\" of 0 lets every count be known");
        return err_hint(e, "Use \"width\": 4, the default.");
    }
    struct {
        const char *key, **to;
    } texts[] = {
        {"ptable", &s->ptable}, {"ptable_spec", &s->ptable_spec}, {"record_key", &s->record_key}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        const json_t *v = json_object_get(doc, texts[k].key);
        if (v)
            TRY(take_text(v, texts[k].key, file, a, texts[k].to, e));
    }
    if (s->method == METHOD_CELLKEY && (!s->ptable || !s->record_key)) {
        wrong(e, file,
              "method \"cellkey\" needs \"ptable\" (a file) and \"record_key\" (a column)");
        return err_hint(e, "See docs/user/study-protect.md.");
    }
    return ST_OK;
}

enum status spec_parse(struct spec *s, const json_t *doc, const char *name, struct arena *a,
                       struct err *e)
{
    static const char *const keys[] = {"tables",      "hierarchies", "levels", "method", "base",
                                       "primary",     "zeros",       "width",  "joint",  "ptable",
                                       "ptable_spec", "record_key",  NULL};
    *s = (struct spec){0};
    if (!json_is_object(doc))
        return wrong(e, name, "the spec must be a JSON object");
    err_at(e, name, 0, NULL);
    TRY(json_only_keys(doc, "the spec", keys, e));
    TRY(parse_tables(s, doc, name, a, e));
    TRY(parse_columns(s, doc, name, a, e));
    TRY(parse_primary(s, doc, name, e));
    TRY(parse_method(s, doc, name, a, e));
    const json_t *joint = json_object_get(doc, "joint");
    if (joint && !json_is_boolean(joint))
        return wrong(e, name, "\"joint\" must be true or false");
    if (json_is_false(joint) && s->ntables > 1) {
        wrong(e, name,
              "\"joint\" is false: tables that are protected one by one give each other away");
        return err_hint(e, "Leave it out, or give each table a spec and a release of its own.");
    }
    err_nowhere(e);
    return ST_OK;
}

const struct spec_column *spec_column_find(const struct spec *s, const char *column)
{
    for (int k = 0; k < s->ncolumns; k++)
        if (strcmp(s->column[k].column, column) == 0)
            return &s->column[k];
    return NULL;
}

const char *spec_method_name(enum spec_method m)
{
    static const char *const names[] = {"round", "suppress", "cellkey"};
    return names[m];
}
