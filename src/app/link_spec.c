#include "app/link_spec.h"

#include "base/limits.h"
#include "linkage/intern.h"
#include "linkage/own.h"

#include <stdio.h>
#include <stdlib.h>

static enum status spec_error(const struct link_spec_file *s, struct err *e, const char *hint)
{
    err_at(e, s->path, 0, NULL);
    return hint ? err_hint(e, "%s", hint) : e->status;
}

static enum status text_of(const struct link_spec_file *s, const json_t *v, const char *what,
                           const char **out, struct err *e)
{
    if (!json_is_string(v) || !json_string_length(v)) {
        err_set(e, ST_DATA, "%.100s must be a text", what);
        return spec_error(s, e, NULL);
    }
    *out = json_string_value(v);
    return ST_OK;
}

static enum status unknown_type(const struct link_spec_file *s, const char *column,
                                const char *type, struct err *e)
{
    struct buf all = BUF_EMPTY;
    for (int t = 0; t < LINK_DATE_DISPUTE; t++)
        buf_addf(&all, "%s%s", t ? ", " : "", link_type_name((enum link_type)t));
    err_set(e, ST_DATA, "column \"%.60s\" has the unknown type \"%.60s\"", column, type);
    err_at(e, s->path, 0, NULL);
    err_hint(e, "Types: %s.", all.p);
    buf_free(&all);
    return ST_DATA;
}

/* {"type": "as_written", "of": ["first_name", "surname"]} */
static enum status read_of(struct link_spec_file *s, const char *name, const json_t *of, int k,
                           const char *type, struct err *e)
{
    _Static_assert((int)LINK_MAX_PARTS == (int)CONDITION_PARTS, "one limit");
    size_t n = json_array_size(of);
    if (strcmp(type, "as_written") != 0 || n < 1 || n > LINK_MAX_PARTS) {
        err_set(e, ST_DATA,
                "column \"%.60s\": \"of\" lists 1 to %d columns of a column of type as_written",
                name, LINK_MAX_PARTS);
        return spec_error(s, e, NULL);
    }
    for (size_t p = 0; p < n; p++)
        TRY(text_of(s, json_array_get(of, p), "a column of \"of\"", &s->csv[k][p], e));
    s->parts[k] = (int)n;
    return ST_OK;
}

/* {"type": "date", "year": "by", "month": "bm", "day": "bd"}, {"type": "date", "disputed": "other"}
 * or {"type": "place"} */
static enum status read_column_object(struct link_spec_file *s, const char *name, const json_t *v,
                                      int k, const char **type, const char **disputed,
                                      struct err *e)
{
    static const char *const known[] = {"type", "year", "month", "day", "disputed", "of", NULL};
    static const char *const parts[] = {"year", "month", "day"};
    const json_t *dispute = json_object_get(v, "disputed");
    TRY(json_only_keys(v, name, known, e));
    TRY(text_of(s, json_object_get(v, "type"), "\"type\" of a column", type, e));
    if (json_object_size(v) == 1)
        return ST_OK;
    if (json_object_get(v, "of"))
        return read_of(s, name, json_object_get(v, "of"), k, *type, e);
    if (strcmp(*type, "date") != 0) {
        err_set(e, ST_DATA, "column \"%.60s\": only a date takes year, month, day and disputed",
                name);
        return spec_error(s, e, NULL);
    }
    if (dispute)
        TRY(text_of(s, dispute, "\"disputed\"", disputed, e));
    if (dispute && json_object_size(v) == 2)
        return ST_OK;
    for (int p = 0; p < 3; p++) {
        const json_t *part = json_object_get(v, parts[p]);
        if (!part && p == 0) {
            err_set(e, ST_DATA, "column \"%.60s\": a date of three columns needs \"year\"", name);
            return spec_error(s, e, NULL);
        }
        s->csv[k][p] = NULL;
        if (part)
            TRY(text_of(s, part, parts[p], &s->csv[k][p], e));
    }
    s->parts[k] = 3;
    return ST_OK;
}

static int spec_column(const struct link_spec *s, const char *name, size_t n)
{
    for (int k = 0; k < s->columns; k++)
        if (strlen(s->column[k].name) == n && memcmp(s->column[k].name, name, n) == 0)
            return k;
    return -1;
}

static enum status too_many_columns(const struct link_spec_file *s, struct err *e)
{
    err_set(e, ST_DATA, "more columns to compare than the %d that are supported", LINK_MAX_COLUMNS);
    return spec_error(s, e, NULL);
}

static enum status add_column(struct link_spec_file *s, const char *name, enum link_type t,
                              struct err *e)
{
    if (strcmp(name, s->id) == 0) {
        err_set(e, ST_DATA, "column \"%.60s\" is the id and cannot be compared too", name);
        return spec_error(s, e, NULL);
    }
    if (spec_column(&s->spec, name, strlen(name)) >= 0) {
        err_set(e, ST_DATA, "column \"%.60s\" is named twice", name);
        return spec_error(s, e, NULL);
    }
    s->spec.column[s->spec.columns++] = (struct link_column){.name = name, .type = t};
    return ST_OK;
}

static enum status read_columns(struct link_spec_file *s, const json_t *columns, struct err *e)
{
    const char *name;
    json_t *v;
    if (!json_is_object(columns) || !json_object_size(columns)) {
        err_set(e, ST_DATA, "\"columns\" must name the columns to compare and their types");
        return spec_error(s, e, "For example {\"given_name\": \"given_name\", \"dob\": \"date\"}.");
    }
    json_object_foreach((json_t *)(uintptr_t)columns, name, v)
    {
        int k = s->spec.columns;
        const char *type = "", *disputed = NULL;
        if (k == LINK_MAX_COLUMNS)
            return too_many_columns(s, e);
        s->parts[k] = 1;
        s->csv[k][0] = name;
        if (json_is_object(v))
            TRY(read_column_object(s, name, v, k, &type, &disputed, e));
        else
            TRY(text_of(s, v, name, &type, e));
        enum link_type t = link_type_of(str_of(type));
        if (t == LINK_TYPES || t == LINK_DATE_DISPUTE)
            return unknown_type(s, name, type, e);
        TRY(add_column(s, name, t, e));
        if (!disputed)
            continue;
        if (s->spec.columns == LINK_MAX_COLUMNS)
            return too_many_columns(s, e);
        s->parts[k + 1] = 1;
        s->csv[k + 1][0] = disputed;
        TRY(add_column(s, disputed, LINK_DATE_DISPUTE, e));
    }
    return ST_OK;
}

/* "surname", "surname:1" (its first letter), "surname:sound", "dob:year", "dob:monthday" */
static enum status read_key(struct link_spec_file *s, const char *text, struct link_key *key,
                            struct err *e)
{
    const char *colon = NULL;
    int column = spec_column(&s->spec, text, strlen(text));
    if (column < 0 && (colon = strrchr(text, ':')))
        column = spec_column(&s->spec, text, (size_t)(colon - text));
    if (column < 0) {
        err_set(e, ST_DATA, "blocking names the column \"%.60s\", which is not under \"columns\"",
                text);
        return spec_error(s, e, NULL);
    }
    enum link_type t = s->spec.column[column].type;
    int64_t length = 0;
    bool name = t == LINK_GIVEN_NAME || t == LINK_FAMILY_NAME || t == LINK_FULL_NAME;
    *key = (struct link_key){column, LINK_WHOLE, 0};
    if (!colon)
        return ST_OK;
    if (strcmp(colon, ":year") == 0 && t == LINK_DATE) {
        key->part = LINK_PART_YEAR;
    } else if (strcmp(colon, ":monthday") == 0 && t == LINK_DATE) {
        key->part = LINK_MONTH_DAY;
    } else if (strcmp(colon, ":sound") == 0 && name) {
        key->part = LINK_SKELETON;
    } else if (str_to_int64(str_of(colon + 1), &length) && length >= 1 && length <= 32) {
        key->part = LINK_PREFIX;
        key->length = (int)length;
    } else {
        err_set(e, ST_DATA, "blocking: \"%.60s\" is not a part of a column of type %s", text,
                link_type_name(t));
        return spec_error(s, e,
                          "Write column:3 for its first three letters, column:sound for a name, "
                          "column:year or column:monthday for a date.");
    }
    return ST_OK;
}

static enum status read_blocking(struct link_spec_file *s, const json_t *rules, struct err *e)
{
    size_t i, k;
    json_t *rule, *part;
    if (!rules)
        return ST_OK;
    if (!json_is_array(rules) || !json_array_size(rules) ||
        json_array_size(rules) > LINK_MAX_RULES) {
        err_set(e, ST_DATA, "\"blocking\" must be a list of 1 to %d rules", LINK_MAX_RULES);
        return spec_error(s, e, "For example [[\"surname\", \"dob\"], [\"postcode\"]].");
    }
    json_array_foreach((json_t *)(uintptr_t)rules, i, rule)
    {
        struct link_rule *r = &s->spec.rule[s->spec.rules++];
        if (!json_is_array(rule) || !json_array_size(rule) ||
            json_array_size(rule) > LINK_MAX_KEYS) {
            err_set(e, ST_DATA, "blocking rule %zu must be a list of 1 to %d columns", i + 1,
                    LINK_MAX_KEYS);
            return spec_error(s, e, NULL);
        }
        json_array_foreach(rule, k, part)
        {
            const char *text = "";
            TRY(text_of(s, part, "a column of a blocking rule", &text, e));
            TRY(read_key(s, text, &r->key[r->keys++], e));
        }
    }
    return ST_OK;
}

/* {"name": {"levels": [{"when": ...}, ...]}}: levels of one's own. */
static enum status read_levels(struct link_spec_file *s, const char *name, const json_t *levels,
                               int k, struct err *e)
{
    if (s->spec.column[k].type != LINK_AS_WRITTEN) {
        err_set(e, ST_DATA, "comparisons: \"%.60s\" has levels of its own but the type %s", name,
                link_type_name(s->spec.column[k].type));
        return spec_error(s, e, "Such columns are of type as_written.");
    }
    if (own_levels_read(levels, name, s->csv[k], s->parts[k], &s->spec.column[k].own, e) != ST_OK)
        return spec_error(s, e, NULL);
    return ST_OK;
}

/* Without levels: the same, with its term frequency when it is one column, or not. */
static enum status plain_levels(struct link_spec_file *s, int k, struct err *e)
{
    struct buf b = BUF_EMPTY;
    for (int p = 0; p < s->parts[k]; p++)
        buf_addf(&b, "%s\"%s_l\" = \"%s_r\"", p ? " AND " : "", s->csv[k][p], s->csv[k][p]);
    json_t *levels = json_pack("[{s:s, s:s}, {s:s, s:s}]", "when", b.p, "means", "the same", "when",
                               "ELSE", "means", "different");
    if (s->parts[k] == 1)
        json_object_set_new(json_array_get(levels, 0), "frequency", json_string(s->csv[k][0]));
    enum status st = own_levels_read(levels, s->spec.column[k].name, s->csv[k], s->parts[k],
                                     &s->spec.column[k].own, e);
    json_decref(levels);
    buf_free(&b);
    return st == ST_OK ? ST_OK : spec_error(s, e, NULL);
}

/* {"postcode": {"compare": false}}: the column only blocks. */
static enum status read_comparisons(struct link_spec_file *s, const json_t *all, struct err *e)
{
    static const char *const known[] = {"compare", "levels", NULL};
    const char *name;
    json_t *v;
    int compared = s->spec.columns;
    if (all && !json_is_object(all)) {
        err_set(e, ST_DATA, "\"comparisons\" must be an object of columns");
        return spec_error(s, e, NULL);
    }
    json_object_foreach((json_t *)(uintptr_t)all, name, v)
    {
        int k = spec_column(&s->spec, name, strlen(name));
        const json_t *compare = json_object_get(v, "compare"),
                     *levels = json_object_get(v, "levels");
        if (k < 0 || !(json_is_boolean(compare) || (!compare && levels))) {
            err_set(e, ST_DATA,
                    "comparisons: \"%.60s\" must be one of the columns, with "
                    "{\"compare\": true or false} or {\"levels\": [...]}",
                    name);
            return spec_error(s, e, NULL);
        }
        TRY(json_only_keys(v, name, known, e));
        s->spec.column[k].block_only = json_is_false(compare);
        if (levels)
            TRY(read_levels(s, name, levels, k, e));
        compared -= s->spec.column[k].block_only;
    }
    for (int k = 0; k < s->spec.columns; k++)
        if (s->spec.column[k].type == LINK_AS_WRITTEN && !s->spec.column[k].own &&
            !s->spec.column[k].block_only)
            TRY(plain_levels(s, k, e));
    if (compared < 1) {
        err_set(e, ST_DATA, "comparisons: no column is left to compare");
        return spec_error(s, e, NULL);
    }
    return ST_OK;
}

static enum status read_link_mode(struct link_spec_file *s, const json_t *v, struct err *e)
{
    const char *mode = "dedupe";
    if (v)
        TRY(text_of(s, v, "\"link\"", &mode, e));
    if (strcmp(mode, "dedupe") == 0)
        s->spec.mode = LINK_DEDUPE;
    else if (strcmp(mode, "across") == 0)
        s->spec.mode = LINK_ACROSS;
    else if (strcmp(mode, "both") == 0)
        s->spec.mode = LINK_BOTH;
    else {
        err_set(e, ST_DATA, "\"link\" cannot be \"%.40s\"", mode);
        return spec_error(s, e, "It is \"dedupe\", \"across\" or \"both\".");
    }
    if (s->spec.mode != LINK_DEDUPE && !s->source) {
        err_set(e, ST_DATA,
                "\"link\": \"%s\" needs \"source\": the column that says which file "
                "a record is from",
                mode);
        return spec_error(s, e, NULL);
    }
    return ST_OK;
}

static enum status read_spec(struct link_spec_file *s, struct err *e)
{
    static const char *const known[] = {"id",       "source",      "link",       "columns",
                                        "blocking", "comparisons", "one_to_one", NULL};
    if (!json_is_object(s->doc)) {
        err_set(e, ST_DATA, "a linkage specification is a JSON object");
        return spec_error(s, e, NULL);
    }
    TRY(json_only_keys(s->doc, "the linkage specification", known, e));
    TRY(text_of(s, json_object_get(s->doc, "id"), "\"id\" (the column of record ids)", &s->id, e));
    const json_t *source = json_object_get(s->doc, "source");
    if (source && !json_is_null(source))
        TRY(text_of(s, source, "\"source\"", &s->source, e));
    TRY(read_link_mode(s, json_object_get(s->doc, "link"), e));
    TRY(read_columns(s, json_object_get(s->doc, "columns"), e));
    TRY(read_blocking(s, json_object_get(s->doc, "blocking"), e));
    TRY(read_comparisons(s, json_object_get(s->doc, "comparisons"), e));
    const json_t *one = json_object_get(s->doc, "one_to_one");
    if (one && !json_is_boolean(one)) {
        err_set(e, ST_DATA, "\"one_to_one\" must be true or false");
        return spec_error(s, e, NULL);
    }
    s->spec.one_to_one = json_is_true(one);
    if (s->spec.one_to_one && !s->source) {
        err_set(e, ST_DATA, "\"one_to_one\" needs \"source\"");
        return spec_error(s, e, NULL);
    }
    return ST_OK;
}

enum status link_spec_read(const char *path, struct link_spec_file *out, struct err *e)
{
    json_t *doc;
    TRY(json_read_file(path, &doc, e));
    return link_spec_of(doc, path, out, e);
}

enum status link_spec_of(json_t *doc, const char *path, struct link_spec_file *out, struct err *e)
{
    *out = (struct link_spec_file){.doc = doc, .path = path};
    enum status st = read_spec(out, e);
    if (st != ST_OK) {
        if (!e->file[0])
            err_at(e, path, 0, NULL);
        link_spec_free(out);
    }
    return st;
}

void link_spec_free(struct link_spec_file *s)
{
    for (int k = 0; k < s->spec.columns; k++) {
        own_levels_free(s->spec.column[k].own);
        s->spec.column[k].own = NULL;
    }
    json_decref(s->doc);
    s->doc = NULL;
}
