#include "app/synthesise_input.h"

#include "base/json.h"
#include "base/limits.h"

#include <stdlib.h>

#define FLAT_LEAST 10 /* records of a value that may be named though no code list has it */

/* ---- the spec ---- */

static enum status bad_spec(const struct synthesise_input *in, struct err *e, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
static enum status bad_spec(const struct synthesise_input *in, struct err *e, const char *fmt, ...)
{
    char what[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    err_at(e, in->spec_path, 0, NULL);
    err_set(e, ST_DATA, "%s", what);
    return err_hint(
        e, "{\"columns\": [\"force\", \"sex\"], \"hierarchies\": {\"force\": \"geo.csv\"}, "
           "\"derived\": {\"region\": {\"from\": \"force\", \"level\": 2}}}");
}

static const char *repeated(const json_t *columns)
{
    for (size_t k = 1; k < json_array_size(columns); k++)
        for (size_t j = 0; j < k; j++)
            if (json_equal(json_array_get(columns, j), json_array_get(columns, k)))
                return json_string_value(json_array_get(columns, k));
    BUG("fewer columns than were named, and none twice");
}

/* The columns as the loader of tables knows them: a table of one dimension each. */
static enum status open_columns(struct synthesise_input *in, struct err *e)
{
    static const char *const keys[] = {"columns", "hierarchies", "derived", NULL};
    TRY(json_read_file(in->spec_path, &in->spec, e));
    if (!json_is_object(in->spec))
        return bad_spec(in, e, "the spec must be a JSON object");
    if (json_only_keys(in->spec, "the spec", keys, e) != ST_OK)
        return err_at(e, in->spec_path, 0, NULL);
    json_t *columns = json_object_get(in->spec, "columns"), *v, *tables = json_array();
    size_t k, n = json_array_size(columns);
    if (n < 2 || n > SYNTH_MAX_COLUMNS) {
        json_decref(tables);
        return bad_spec(in, e, "\"columns\" must be a list of 2 to 40 columns");
    }
    json_array_foreach(columns, k, v)
    {
        char name[32];
        snprintf(name, sizeof name, "c%zu", k);
        json_array_append_new(tables, json_pack("{s:s,s:[O]}", "name", name, "dimensions", v));
    }
    json_t *doc = json_pack("{s:O}", "tables", tables);
    if (json_object_get(in->spec, "hierarchies"))
        json_object_set(doc, "hierarchies", json_object_get(in->spec, "hierarchies"));
    enum status s = study_tables_of(&in->t, in->spec_path, doc, e);
    json_decref(doc);
    json_decref(tables);
    if (s == ST_OK && in->t.ncolumns != (int)n)
        s = bad_spec(in, e, "column %.60s is there twice", repeated(columns));
    in->ncolumns = in->nviews = s == ST_OK ? (int)n : 0;
    for (int c = 0; c < in->ncolumns; c++) {
        in->name[c] = in->t.column[c].name;
        in->from[c] = c;
        in->flat[c] = !in->t.column[c].h;
    }
    return s;
}

static int find_column(const struct synthesise_input *in, const char *name)
{
    for (int c = 0; name && c < in->ncolumns; c++)
        if (strcmp(in->name[c], name) == 0)
            return c;
    return -1;
}

/* A flat column has its codes under the total. */
static int deepest(const struct hier *h)
{
    int level = h ? 1 : 2;
    for (uint32_t v = 0; h && v < h->n; v++)
        level = h->level[v] > level ? h->level[v] : level;
    return level;
}

static enum status open_derived(struct synthesise_input *in, struct err *e)
{
    static const char *const keys[] = {"from", "level", NULL};
    json_t *derived = json_object_get(in->spec, "derived"), *v;
    const char *name;
    if (derived && !json_is_object(derived))
        return bad_spec(in, e, "\"derived\" must be an object");
    if (json_object_size(derived) > SYNTH_MAX_COLUMNS)
        return bad_spec(in, e, "there are more than 40 derived columns");
    json_object_foreach(derived, name, v)
    {
        int d = in->nviews++, from = find_column(in, json_string_value(json_object_get(v, "from")));
        json_int_t level = json_integer_value(json_object_get(v, "level"));
        if (json_is_object(v) && json_only_keys(v, name, keys, e) != ST_OK)
            return err_at(e, in->spec_path, 0, NULL);
        if (from < 0 || level < 1)
            return bad_spec(in, e, "derived column %.60s must name a column and a level", name);
        if (find_column(in, name) >= 0)
            return bad_spec(in, e, "derived column %.60s has the name of another column", name);
        if (level > deepest(in->t.column[from].h))
            return bad_spec(in, e, "derived column %.60s: column %.60s has no level %lld", name,
                            in->name[from], (long long)level);
        in->name[d] = name;
        in->from[d] = from;
        in->level[d] = (int)level;
    }
    return ST_OK;
}

/* ---- records as code numbers ---- */

static enum status number_leaves(struct synthesise_input *in, int c, struct err *e)
{
    const struct hier *h = in->t.column[c].h;
    uint32_t *number = mem_array(h->n, sizeof *number);
    in->node[c] = mem_array(h->n, sizeof *in->node[c]);
    in->value[c] = mem_array(in->r.n, sizeof *in->value[c]);
    for (uint32_t v = 0; v < h->n; v++) {
        number[v] = HIER_NONE;
        if (hier_is_leaf(h, v)) {
            number[v] = in->size[c];
            in->node[c][in->size[c]++] = v;
        }
    }
    enum status s = ST_OK;
    for (size_t r = 0; r < in->r.n && s == ST_OK; r++) {
        in->value[c][r] = number[in->r.node[c][r]];
        if (in->value[c][r] == HIER_NONE) {
            err_at(e, in->micro, in->r.line[r], in->name[c]);
            err_set(e, ST_DATA, "the value is a subtotal of the hierarchy");
            s = err_hint(e, "Give people whose value is not known a code of their own.");
        }
    }
    free(number);
    return s;
}

static void number_derived(struct synthesise_input *in, int d)
{
    const struct hier *h = in->t.column[in->from[d]].h;
    uint32_t leaves = in->size[in->from[d]], *number = mem_array(h->n, sizeof *number);
    in->node[d] = mem_array(leaves, sizeof *in->node[d]);
    in->up[d] = mem_array(leaves, sizeof *in->up[d]);
    in->value[d] = mem_array(in->r.n, sizeof *in->value[d]);
    memset(number, 0xff, h->n * sizeof *number);
    for (uint32_t v = 0; v < leaves; v++) {
        uint32_t node = in->node[in->from[d]][v];
        while (h->level[node] > in->level[d])
            node = h->parent[node];
        if (number[node] == HIER_NONE) {
            number[node] = in->size[d];
            in->node[d][in->size[d]++] = node;
        }
        in->up[d][v] = number[node];
    }
    for (size_t r = 0; r < in->r.n; r++)
        in->value[d][r] = in->up[d][in->value[in->from[d]][r]];
    free(number);
}

enum status synthesise_input_read(struct synthesise_input *in, const char *spec_path,
                                  const char *micro, struct err *e)
{
    *in = (struct synthesise_input){.spec_path = spec_path, .micro = micro};
    TRY(open_columns(in, e));
    TRY(open_derived(in, e));
    TRY(study_records_read(&in->t, micro, &in->r, e));
    for (int c = 0; c < in->ncolumns; c++)
        TRY(number_leaves(in, c, e));
    for (int d = in->ncolumns; d < in->nviews; d++)
        number_derived(in, d);
    return ST_OK;
}

static enum status check_codes(const struct synthesise_input *in, int c, struct err *e)
{
    uint32_t *count = mem_zalloc(in->size[c] + 1, sizeof *count), rare = 0;
    for (size_t r = 0; r < in->r.n; r++)
        count[in->value[c][r]]++;
    for (uint32_t v = 0; v < in->size[c]; v++)
        rare += count[v] < FLAT_LEAST;
    free(count);
    if (rare == 0)
        return ST_OK;
    err_at(e, in->micro, 0, in->name[c]);
    err_set(e, ST_DATA,
            "%u of its %u values are those of fewer than %d records, and a file of made records "
            "would say that they occur",
            rare, in->size[c], FLAT_LEAST);
    return err_hint(e, "Give the column a hierarchy: a list of all codes, whoever has them.");
}

enum status synthesise_input_check_flat(const struct synthesise_input *in, struct err *e)
{
    for (int c = 0; c < in->ncolumns; c++)
        if (in->flat[c])
            TRY(check_codes(in, c, e));
    return ST_OK;
}

void synthesise_input_free(struct synthesise_input *in)
{
    for (int v = 0; v < in->nviews; v++) {
        free(in->node[v]);
        free(in->up[v]);
        free(in->value[v]);
    }
    study_records_free(&in->r, in->t.ncolumns);
    study_tables_free(&in->t);
    json_decref(in->spec);
    *in = (struct synthesise_input){0};
}

const char *synthesise_code(const struct synthesise_input *in, int view, uint32_t code)
{
    const struct hier *h = in->t.column[view < in->ncolumns ? view : in->from[view]].h;
    return h->code[in->node[view][code]];
}
