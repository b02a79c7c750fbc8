#include "linkage/model_json.h"

#include "linkage/cluster.h"
#include "linkage/model.h"
#include "linkage/own.h"
#include "text/fold.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODEL_VERSION = 1 };

/* ---- writing ---- */

static json_t *levels_to_json(const struct model_column *c)
{
    json_t *levels = json_array();
    if (c->own && c->own->when[0])
        json_array_append_new(levels, json_pack("{s:s}", "missing", c->own->when[0]));
    for (int l = 1; l < c->levels; l++) {
        json_t *one = json_pack("{s:i, s:s, s:f, s:f, s:f}", "level", l, "means", c->words[l], "m",
                                c->m[l], "u", c->u[l], "bits", c->bits[l]);
        if (c->own)
            own_level_to_json(c->own, l, one);
        json_array_append_new(levels, one);
    }
    return levels;
}

static json_t *frequencies_to_json(const struct model_column *c)
{
    json_t *all = json_object();
    for (uint32_t k = 0; k < c->known.count; k++) {
        struct str s = intern_text(&c->known, k);
        json_object_setn_new(all, s.p, s.n, json_real(c->frequency[k]));
    }
    return all;
}

static json_t *parts_to_json(const struct own_levels *own)
{
    json_t *all = json_array();
    for (int k = 0; k < own->c.parts; k++)
        json_array_append_new(all, json_string(own->c.part[k]));
    return all;
}

json_t *link_model_to_json(const struct link_model *m)
{
    char fingerprint[20];
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, m->fingerprint);
    json_t *comparisons = json_array();
    for (int k = 0; k < m->columns; k++) {
        const struct model_column *c = &m->column[k];
        json_t *one = json_pack("{s:s, s:s, s:b}", "column", c->name, "type",
                                link_type_name(c->type), "used", !c->unused);
        if (!c->unused) {
            if (c->own)
                json_object_set_new(one, "of", parts_to_json(c->own));
            else
                json_object_set_new(one, "chance_equal", json_real(c->any_equal));
            json_object_set_new(one, "levels", levels_to_json(c));
            if (!c->own) { /* else they are those of the records at hand */
                json_object_set_new(one, "rare_frequency", json_real(c->rare));
                json_object_set_new(one, "frequencies", frequencies_to_json(c));
            }
        }
        json_array_append_new(comparisons, one);
    }
    json_t *dependence = json_array();
    for (int k = 0; k < m->edges; k++)
        json_array_append_new(dependence,
                              json_pack("{s:[s, s], s:f, s:f}", "columns",
                                        m->column[m->edge[k].a].name, m->column[m->edge[k].b].name,
                                        "lift", m->edge[k].lift, "bits", -log2(m->edge[k].lift)));
    return json_pack("{s:i, s:i, s:{s:I, s:s, s:i}, s:f, s:f, s:f, s:f, s:f, s:o, s:o}",
                     "throughline_model", MODEL_VERSION, "text_rules", TEXT_RULES_VERSION,
                     "trained_on", "records", (json_int_t)m->records, "fingerprint", fingerprint,
                     "iterations", m->iterations, "prior", m->prior, "prior_bits",
                     model_prior_bits(m), "household", m->household, "twins", m->twins,
                     "never_compared_bits", NEVER_COMPARED_BITS, "comparisons", comparisons,
                     "dependence", dependence);
}

/* ---- reading ---- */

static enum status bad(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
static enum status bad(struct err *e, const char *fmt, ...)
{
    char what[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    err_set(e, ST_DATA, "%s", what);
    return err_hint(e,
                    "A model is written by study link --model; it may be edited, not shortened.");
}

/* A number in (least, most]. */
static enum status number_of(const json_t *o, const char *key, const char *where, double least,
                             double most, double *out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v))
        return bad(e, "%s has no number \"%s\"", where, key);
    *out = json_number_value(v);
    if (!(*out > least && *out <= most))
        return bad(e, "%s: \"%s\" is %g, outside (%g, %g]", where, key, *out, least, most);
    return ST_OK;
}

/* "of": the columns of a comparison with levels of one's own. */
static enum status read_own(const json_t *of, const json_t *levels, struct model_column *c,
                            struct err *e)
{
    const char *column[CONDITION_PARTS];
    int n = (int)json_array_size(of);
    if (n < 1 || n > CONDITION_PARTS || c->type != LINK_AS_WRITTEN)
        return bad(e, "comparison \"%s\": \"of\" must list 1 to %d columns of type as_written",
                   c->name, CONDITION_PARTS);
    for (int k = 0; k < n; k++) {
        column[k] = json_string_value(json_array_get(of, (size_t)k));
        if (!column[k])
            return bad(e, "comparison \"%s\": \"of\" must list columns", c->name);
    }
    return own_levels_read(levels, c->name, column, n, &c->own, e);
}

static enum status read_levels(const json_t *levels, struct model_column *c, struct err *e)
{
    const struct level_set *set = c->own ? &c->own->set : level_set_of(c->type);
    size_t missing = c->own && c->own->when[0] ? 1 : 0; /* the missing level comes first */
    double m = 0.0, u = 0.0;
    c->levels = set->levels;
    memcpy(c->words, set->words, sizeof c->words);
    if (json_array_size(levels) != (size_t)set->levels - 1 + missing)
        return bad(e, "comparison \"%s\" has %zu levels; %s has %d", c->name,
                   json_array_size(levels), link_type_name(c->type), set->levels - 1);
    for (int l = 1; l < set->levels; l++) {
        const json_t *level = json_array_get(levels, (size_t)l - 1 + missing);
        if (json_integer_value(json_object_get(level, "level")) != l)
            return bad(e, "comparison \"%s\": levels must be numbered 1, 2, ... in order", c->name);
        TRY(number_of(level, "m", c->name, 0.0, 1.0, &c->m[l], e));
        TRY(number_of(level, "u", c->name, 0.0, 1.0, &c->u[l], e));
        TRY(number_of(level, "bits", c->name, -1000.0, 1000.0, &c->bits[l], e));
        m += c->m[l];
        u += c->u[l];
    }
    if (!c->own && (fabs(m - 1.0) > 0.01 || fabs(u - 1.0) > 0.01))
        return bad(e, "comparison \"%s\": m adds up to %.4f and u to %.4f, not 1", c->name, m, u);
    return ST_OK;
}

static enum status read_frequencies(const json_t *all, struct model_column *c, struct err *e)
{
    const char *text;
    json_t *v;
    if (!all)
        return ST_OK;
    if (!json_is_object(all))
        return bad(e, "comparison \"%s\": \"frequencies\" must be an object", c->name);
    c->frequency = mem_zalloc(json_object_size(all) + 1, sizeof *c->frequency);
    json_object_foreach((json_t *)(uintptr_t)all, text, v)
    {
        double f = json_number_value(v);
        if (!json_is_number(v) || !(f > 0.0 && f <= 1.0))
            return bad(e, "comparison \"%s\": a frequency is not a number in (0, 1]", c->name);
        c->frequency[intern_add(&c->known, str_of(text))] = f;
    }
    return ST_OK;
}

static enum status read_comparison(const json_t *o, struct model_column *c, struct err *e)
{
    const char *name = json_string_value(json_object_get(o, "column")),
               *type = json_string_value(json_object_get(o, "type"));
    if (!name || !type || strlen(name) >= sizeof c->name)
        return bad(e, "a comparison needs \"column\" and \"type\"");
    snprintf(c->name, sizeof c->name, "%s", name);
    c->type = link_type_of(str_of(type));
    if (c->type == LINK_TYPES)
        return bad(e, "comparison \"%s\" has the unknown type \"%.40s\"", c->name, type);
    c->unused = json_is_false(json_object_get(o, "used"));
    if (c->unused)
        return ST_OK;
    const json_t *of = json_object_get(o, "of"), *levels = json_object_get(o, "levels");
    if (of) {
        TRY(read_own(of, levels, c, e));
        return read_levels(levels, c, e);
    }
    TRY(number_of(o, "chance_equal", c->name, 0.0, 1.0, &c->any_equal, e));
    TRY(number_of(o, "rare_frequency", c->name, 0.0, 1.0, &c->rare, e));
    TRY(read_levels(levels, c, e));
    return read_frequencies(json_object_get(o, "frequencies"), c, e);
}

static int column_named(const struct link_model *m, const char *name)
{
    for (int k = 0; name && k < m->columns; k++)
        if (strcmp(m->column[k].name, name) == 0)
            return k;
    return -1;
}

static enum status read_dependence(const json_t *all, struct link_model *m, struct err *e)
{
    size_t n = json_array_size(all);
    if (n >= LINK_MAX_COLUMNS)
        return bad(e, "the model has %zu dependences; fewer than %d are possible", n,
                   LINK_MAX_COLUMNS);
    for (size_t k = 0; k < n; k++) {
        const json_t *one = json_array_get(all, k), *pair = json_object_get(one, "columns");
        struct dependence *d = &m->edge[m->edges++];
        d->a = column_named(m, json_string_value(json_array_get(pair, 0)));
        d->b = column_named(m, json_string_value(json_array_get(pair, 1)));
        if (d->a < 0 || d->b < 0 || d->a == d->b)
            return bad(e, "a dependence must name two columns of the model");
        TRY(number_of(one, "lift", "a dependence", 0.0, 1e12, &d->lift, e));
    }
    return ST_OK;
}

static enum status read_model(const json_t *doc, struct link_model *m, struct err *e)
{
    const json_t *comparisons = json_object_get(doc, "comparisons");
    if (json_integer_value(json_object_get(doc, "throughline_model")) != MODEL_VERSION)
        return bad(e, "this is not a linkage model of version %d", MODEL_VERSION);
    if (json_integer_value(json_object_get(doc, "text_rules")) != TEXT_RULES_VERSION) {
        bad(e, "the model was trained with other rules of spelling (text_rules %lld, now %d)",
            (long long)json_integer_value(json_object_get(doc, "text_rules")), TEXT_RULES_VERSION);
        return err_hint(e, "Train again on your data; in a register: throughline link --full.");
    }
    TRY(number_of(doc, "prior", "the model", 0.0, 0.5, &m->prior, e));
    TRY(number_of(doc, "household", "the model", -1e-9, 1e6, &m->household, e));
    TRY(number_of(doc, "twins", "the model", -1e-9, 1e6, &m->twins, e));
    m->iterations =
        (int)json_integer_value(json_object_get(json_object_get(doc, "trained_on"), "iterations"));
    m->records = (uint64_t)json_integer_value(
        json_object_get(json_object_get(doc, "trained_on"), "records"));
    const char *fingerprint =
        json_string_value(json_object_get(json_object_get(doc, "trained_on"), "fingerprint"));
    m->fingerprint = fingerprint ? strtoull(fingerprint, NULL, 16) : 0;
    size_t n = json_array_size(comparisons);
    if (n < 1 || n > LINK_MAX_COLUMNS)
        return bad(e, "the model has %zu comparisons; 1 to %d are possible", n, LINK_MAX_COLUMNS);
    for (size_t k = 0; k < n; k++) {
        m->columns++;
        TRY(read_comparison(json_array_get(comparisons, k), &m->column[k], e));
    }
    return read_dependence(json_object_get(doc, "dependence"), m, e);
}

enum status link_model_from_json(const json_t *doc, const char *name, struct link_model **out,
                                 struct err *e)
{
    struct link_model *m = mem_zalloc(1, sizeof *m);
    enum status s = read_model(doc, m, e);
    *out = NULL;
    if (s != ST_OK) {
        link_model_free(m);
        err_at(e, name, 0, NULL);
        return s;
    }
    *out = m;
    return ST_OK;
}

enum status link_model_fit(struct link_model *m, const struct link_data *d, struct err *e)
{
    struct model_column in_order[LINK_MAX_COLUMNS];
    int columns = link_data_columns(d);
    if (m->columns != columns)
        return bad(e, "the model compares %d columns, the specification %d", m->columns, columns);
    for (int k = 0; k < columns; k++) {
        int j = 0;
        while (j < columns && strcmp(m->column[j].name, link_data_column_name(d, k)) != 0)
            j++;
        if (j == columns)
            return bad(e, "the model has no column \"%.60s\"", link_data_column_name(d, k));
        if (m->column[j].type != d->column[k].type)
            return bad(e, "column \"%.60s\" is %s in the model, %s in the specification",
                       m->column[j].name, link_type_name(m->column[j].type),
                       link_type_name(d->column[k].type));
        const struct own_levels *own = d->column[k].own ? d->column[k].own->levels : NULL;
        if (!m->column[j].unused &&
            (!own != !m->column[j].own || (own && !own_levels_equal(own, m->column[j].own))))
            return bad(e,
                       "column \"%.60s\" has other levels in the model than in the specification",
                       m->column[j].name);
        in_order[k] = m->column[j];
    }
    for (int k = 0; k < m->edges; k++) {
        int *end[2] = {&m->edge[k].a, &m->edge[k].b};
        for (int i = 0; i < 2; i++) {
            int at = 0;
            while (strcmp(in_order[at].name, m->column[*end[i]].name) != 0)
                at++;
            *end[i] = at;
        }
    }
    memcpy(m->column, in_order, sizeof in_order);
    return ST_OK;
}
