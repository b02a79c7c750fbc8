#include "linkage/model.h"
#include "linkage/own.h"
#include "linkage/splink_json.h"
#include "text/fold.h"

#include <math.h>
#include <stdlib.h>

/* Splink's own default. */
static const double DEFAULT_PRIOR = 0.0001;
enum { COMPARISONS_MOST = LINK_MAX_COLUMNS };

struct import {
    const json_t *settings;
    struct err *e;
    json_t *columns, *comparisons, *blocking; /* of the specification */
    json_t *model; /* comparisons of the model; columns for blocking too */
    json_t *mapped, *rules, *unused, *notes; /* of the report */
    json_t *defaults;                        /* notes on levels without m or u */
    int levels;                              /* of the comparison at hand, null level left out */
    bool trained;                            /* some level has m and u */
};

static enum status bad(const struct import *im, const char *fmt, ...) PRINTF_LIKE(2, 3);
static enum status bad(const struct import *im, const char *fmt, ...)
{
    char what[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    err_set(im->e, ST_DATA, "%s", what);
    return err_hint(im->e, "docs/user/splink.md says what can be represented.");
}

static enum status text_of(const struct import *im, const json_t *o, const char *key,
                           const char *where, const char **out)
{
    const json_t *v = json_object_get(o, key);
    *out = json_string_value(v);
    if (!v || json_is_null(v))
        return ST_OK;
    if (!*out || !**out || strlen(*out) != json_string_length(v))
        return bad(im, "%.100s: \"%s\" must be a text", where, key);
    return ST_OK;
}

/* ---- levels ---- */

/* A probability in (0, 1]; NAN when it is not there or Splink never met the level. */
static enum status probability_of(const struct import *im, const json_t *o, const char *key,
                                  const char *where, double *out)
{
    const json_t *v = json_object_get(o, key);
    *out = NAN;
    if (!v || json_is_null(v) || json_is_string(v))
        return ST_OK;
    *out = json_number_value(v);
    if (!json_is_number(v) || !(*out > 0.0 && *out <= 1.0))
        return bad(im, "%.100s: \"%s\" must be above 0 and at most 1", where, key);
    return ST_OK;
}

static enum status level_frequency(const struct import *im, const json_t *in, const char *where,
                                   json_t *out)
{
    const char *column;
    TRY(text_of(im, in, "tf_adjustment_column", where, &column));
    const json_t *weight = json_object_get(in, "tf_adjustment_weight");
    if (!column || (json_is_number(weight) && json_number_value(weight) == 0.0))
        return ST_OK; /* no adjustment */
    if (json_is_true(json_object_get(in, "disable_tf_exact_match_detection")))
        return bad(im, "%.100s: \"disable_tf_exact_match_detection\" has no counterpart", where);
    size_t n = strlen(column);
    bool quoted = n > 2 && column[0] == '"' && column[n - 1] == '"';
    json_object_set_new(out, "frequency",
                        quoted ? json_stringn(column + 1, n - 2) : json_string(column));
    static const char *const key[][2] = {{"tf_adjustment_weight", "frequency_weight"},
                                         {"tf_minimum_u_value", "frequency_least"}};
    for (size_t k = 0; k < 2; k++) {
        const json_t *v = json_object_get(in, key[k][0]);
        if (v && !json_is_number(v))
            return bad(im, "%.100s: \"%s\" must be a number", where, key[k][0]);
        if (v)
            json_object_set_new(out, key[k][1], json_real(json_number_value(v)));
    }
    return ST_OK;
}

/* Splink's weights of levels that it never met: the first is taken to hold for .95 of the matches
 * and to weigh 10 bits, the others for the rest and, from the last up, -5 to 3 bits. */
static void stand_in(struct import *im, const char *where, int level, double *m, double *u)
{
    int n = im->levels, from_last = n - level;
    double usual_m = level == 1 ? 0.95 : 0.05 / (n - 1),
           bits = level == 1 ? 10.0
                  : n == 2   ? -5.0
                             : -5.0 + 8.0 * from_last / (n - 2);
    im->trained |= !isnan(*m) && !isnan(*u);
    const char *lacks = isnan(*m) ? "m_probability" : isnan(*u) ? "u_probability" : NULL;
    if (!lacks)
        return;
    char note[250];
    snprintf(note, sizeof note, "%.140s: no %s; Splink's own value stands in for it", where,
             isnan(*u) && isnan(*m) ? "m_probability and u_probability" : lacks);
    json_array_append_new(im->defaults, json_string(note));
    if (isnan(*m))
        *m = usual_m;
    if (isnan(*u))
        *u = usual_m / exp2(bits);
}

/* One comparison level; `levels` of the specification, `weights` of the model. */
static enum status read_level(struct import *im, const json_t *in, const char *where, size_t i,
                              json_t *levels, json_t *weights)
{
    static const char *const known[] = {"sql_condition",
                                        "label_for_charts",
                                        "m_probability",
                                        "u_probability",
                                        "is_null_level",
                                        "tf_adjustment_column",
                                        "tf_adjustment_weight",
                                        "tf_minimum_u_value",
                                        "fix_m_probability",
                                        "fix_u_probability",
                                        "disable_tf_exact_match_detection",
                                        "comparison_vector_value",
                                        NULL};
    const char *sql, *label;
    if (!json_is_object(in))
        return bad(im, "%.100s: a level must be an object", where);
    TRY(json_only_keys(in, where, known, im->e));
    TRY(text_of(im, in, "sql_condition", where, &sql));
    TRY(text_of(im, in, "label_for_charts", where, &label));
    if (!sql)
        return bad(im, "%.100s: \"sql_condition\" is missing", where);
    if (json_is_true(json_object_get(in, "is_null_level"))) {
        if (i)
            return bad(im, "%.100s: the null level must be the first", where);
        json_array_append_new(levels, json_pack("{s:s}", "missing", sql));
        json_array_append_new(weights, json_pack("{s:s}", "missing", sql));
        return ST_OK;
    }
    if (!i)
        return bad(im, "%.100s: there is no null level; here a missing value never weighs", where);
    double m, u;
    TRY(probability_of(im, in, "m_probability", where, &m));
    TRY(probability_of(im, in, "u_probability", where, &u));
    json_t *level = json_pack("{s:s, s:s}", "when", sql, "means", label ? label : sql), *weight;
    json_array_append_new(levels, level);
    TRY(level_frequency(im, in, where, level));
    stand_in(im, where, (int)i, &m, &u);

    weight = json_copy(level);
    json_array_append_new(weights, weight);
    json_object_set_new(weight, "level", json_integer((json_int_t)i));
    json_object_set_new(weight, "m", json_real(m));
    json_object_set_new(weight, "u", json_real(u));
    json_object_set_new(weight, "bits", json_real(log2(m / u)));
    return ST_OK;
}

/* ---- comparisons ---- */

static json_t *parts_of(const struct own_levels *l)
{
    json_t *of = json_array();
    for (int k = 0; k < l->c.parts; k++)
        json_array_append_new(of, json_string(l->c.part[k]));
    return of;
}

static enum status add_comparison(struct import *im, const char *name, const struct own_levels *own,
                                  json_t *levels, json_t *weights)
{
    json_t *of = parts_of(own);
    bool plain = own->c.parts == 1 && strcmp(own->c.part[0], name) == 0;
    json_object_set_new(im->columns, name,
                        plain ? json_string("as_written")
                              : json_pack("{s:s, s:O}", "type", "as_written", "of", of));
    json_object_set_new(im->comparisons, name, json_pack("{s:O}", "levels", levels));
    json_array_append_new(im->model,
                          json_pack("{s:s, s:s, s:b, s:O, s:O}", "column", name, "type",
                                    "as_written", "used", 1, "of", of, "levels", weights));
    json_array_append_new(im->mapped, json_pack("{s:s, s:o, s:i}", "comparison", name, "columns",
                                                of, "levels", own->set.levels - 1));
    return ST_OK;
}

static enum status read_levels(struct import *im, const json_t *in, const char *name,
                               json_t *levels, json_t *weights)
{
    size_t i;
    json_t *level;
    struct own_levels *own;
    char where[140];
    if (!json_is_array(in) || json_array_size(in) > LINK_MAX_LEVELS)
        return bad(im, "comparison \"%.60s\": \"comparison_levels\" must be a list of up to %d",
                   name, LINK_MAX_LEVELS);
    im->levels = (int)json_array_size(in) - 1;
    json_array_foreach((json_t *)(uintptr_t)in, i, level)
    {
        snprintf(where, sizeof where, "comparison \"%.60s\", level %zu", name, i);
        TRY(read_level(im, level, where, i, levels, weights));
    }
    TRY(own_levels_read(levels, name, NULL, -1, &own, im->e));
    enum status st = add_comparison(im, name, own, levels, weights);
    own_levels_free(own);
    return st;
}

static enum status read_comparison(struct import *im, const json_t *in, size_t i)
{
    static const char *const known[] = {"output_column_name", "comparison_levels",
                                        "comparison_description", NULL};
    char where[40], fallback[40];
    const char *name;
    snprintf(where, sizeof where, "comparison %zu", i + 1);
    if (!json_is_object(in))
        return bad(im, "%s must be an object", where);
    TRY(json_only_keys(in, where, known, im->e));
    TRY(text_of(im, in, "output_column_name", where, &name));
    if (!name) {
        snprintf(fallback, sizeof fallback, "comparison_%zu", i + 1);
        name = fallback;
    }
    if (strlen(name) >= CONDITION_NAME || json_object_get(im->columns, name))
        return bad(im, "%s: \"output_column_name\" is too long, or that of another comparison",
                   where);
    json_t *levels = json_array(), *weights = json_array();
    enum status st =
        read_levels(im, json_object_get(in, "comparison_levels"), name, levels, weights);
    json_decref(levels);
    json_decref(weights);
    return st;
}

static enum status read_comparisons(struct import *im)
{
    const json_t *all = json_object_get(im->settings, "comparisons");
    size_t n = json_array_size(all);
    if (!json_is_array(all) || n < 1 || n > COMPARISONS_MOST)
        return bad(im, "\"comparisons\" must be a list of 1 to %d", COMPARISONS_MOST);
    for (size_t i = 0; i < n; i++)
        TRY(read_comparison(im, json_array_get(all, i), i));
    return ST_OK;
}

/* ---- blocking ---- */

/* The specification's column that is this one of the data, made when there is none. */
static enum status column_for(struct import *im, const char *column, char *name, size_t size)
{
    size_t i;
    json_t *c;
    json_array_foreach(im->model, i, c)
    {
        const json_t *of = json_object_get(c, "of");
        const char *part = json_string_value(json_array_get(of, 0));
        snprintf(name, size, "%.*s", (int)size - 1,
                 json_string_value(json_object_get(c, "column")));
        if (json_array_size(of) == 1 && part && strcmp(part, column) == 0)
            return ST_OK;
    }
    bool taken = json_object_get(im->columns, column) != NULL;
    snprintf(name, size, "%.63s%s", column, taken ? " (blocking)" : "");
    if (json_object_size(im->columns) == LINK_MAX_COLUMNS || json_object_get(im->columns, name))
        return bad(im, "over %d columns are compared or blocked on", LINK_MAX_COLUMNS);
    json_object_set_new(im->columns, name,
                        json_pack("{s:s, s:[s]}", "type", "as_written", "of", column));
    json_object_set_new(im->comparisons, name, json_pack("{s:b}", "compare", 0));
    json_array_append_new(im->model, json_pack("{s:s, s:s, s:b, s:[s]}", "column", name, "type",
                                               "as_written", "used", 0, "of", column));
    return ST_OK;
}

static enum status read_rule_object(struct import *im, const json_t *in, size_t i, const char **sql)
{
    static const char *const known[] = {"blocking_rule", "sql_dialect", "salting_partitions",
                                        "arrays_to_explode", NULL};
    char where[40];
    snprintf(where, sizeof where, "blocking rule %zu", i + 1);
    *sql = json_string_value(in);
    if (json_is_object(in)) {
        TRY(json_only_keys(in, where, known, im->e));
        TRY(text_of(im, in, "blocking_rule", where, sql));
        if (json_array_size(json_object_get(in, "arrays_to_explode")))
            return bad(im, "%s: lists within a cell have no counterpart", where);
    }
    return *sql ? ST_OK : bad(im, "%s: \"blocking_rule\" is missing", where);
}

static enum status read_rule(struct import *im, const json_t *in, size_t i)
{
    struct condition_key key[LINK_MAX_KEYS];
    const char *sql;
    int keys;
    TRY(read_rule_object(im, in, i, &sql));
    if (condition_read_rule(sql, key, LINK_MAX_KEYS, &keys, im->e) != ST_OK)
        return err_context(im->e, "blocking rule %zu", i + 1);
    json_t *rule = json_array();
    json_array_append_new(im->blocking, rule);
    for (int k = 0; k < keys; k++) {
        char name[CONDITION_NAME + 20], part[CONDITION_NAME + 60];
        TRY(column_for(im, key[k].column, name, sizeof name));
        if (key[k].prefix > 32)
            return bad(im, "blocking rule %zu: over the first 32 characters", i + 1);
        snprintf(part, sizeof part, key[k].prefix ? "%s:%d" : "%s", name, key[k].prefix);
        json_array_append_new(rule, json_string(part));
    }
    json_array_append_new(im->rules, json_pack("{s:s, s:O}", "sql", sql, "rule", rule));
    return ST_OK;
}

static enum status read_blocking(struct import *im)
{
    const json_t *all = json_object_get(im->settings, "blocking_rules_to_generate_predictions");
    size_t n = json_array_size(all);
    if (all && !json_is_array(all))
        return bad(im, "\"blocking_rules_to_generate_predictions\" must be a list");
    if (n > LINK_MAX_RULES)
        return bad(im, "%zu blocking rules; at most %d are supported", n, LINK_MAX_RULES);
    for (size_t i = 0; i < n; i++)
        TRY(read_rule(im, json_array_get(all, i), i));
    if (!n)
        json_array_append_new(im->notes,
                              json_string("no blocking rules: Splink would compare all pairs; here "
                                          "rules are chosen from the data"));
    return ST_OK;
}

/* ---- the whole ---- */

/* What Splink has and we have no use for. */
static const char *const not_used[] = {"retain_matching_columns",
                                       "retain_intermediate_calculation_columns",
                                       "additional_columns_to_retain",
                                       "linker_uid",
                                       "em_convergence",
                                       "max_iterations",
                                       "bayes_factor_column_prefix",
                                       "match_weight_column_prefix",
                                       "term_frequency_adjustment_column_prefix",
                                       "comparison_vector_value_column_prefix"};
enum { NOT_USED = sizeof not_used / sizeof not_used[0] };

static enum status check_keys(struct import *im)
{
    static const char *const used[] = {"link_type",
                                       "comparisons",
                                       "blocking_rules_to_generate_predictions",
                                       "probability_two_random_records_match",
                                       "unique_id_column_name",
                                       "source_dataset_column_name",
                                       "sql_dialect"};
    enum { USED = sizeof used / sizeof used[0] };
    const char *known[USED + NOT_USED + 1];
    if (!json_is_object(im->settings))
        return bad(im, "Splink's settings are a JSON object");
    memcpy(known, used, sizeof used);
    memcpy(known + USED, not_used, sizeof not_used);
    known[USED + NOT_USED] = NULL;
    TRY(json_only_keys(im->settings, "the settings", known, im->e));
    for (size_t k = 0; k < NOT_USED; k++)
        if (json_object_get(im->settings, not_used[k]))
            json_array_append_new(im->unused, json_string(not_used[k]));
    const char *dialect;
    TRY(text_of(im, im->settings, "sql_dialect", "the settings", &dialect));
    if (dialect && strcmp(dialect, "duckdb") != 0)
        return bad(im, "the settings are for \"%.20s\"; functions are understood as DuckDB's",
                   dialect);
    return ST_OK;
}

static enum status read_mode(struct import *im, json_t *spec)
{
    const char *type, *id, *source;
    TRY(text_of(im, im->settings, "link_type", "the settings", &type));
    TRY(text_of(im, im->settings, "unique_id_column_name", "the settings", &id));
    TRY(text_of(im, im->settings, "source_dataset_column_name", "the settings", &source));
    json_object_set_new(spec, "id", json_string(id ? id : "unique_id"));
    if (!type || strcmp(type, "dedupe_only") == 0) {
        json_object_set_new(spec, "link", json_string("dedupe"));
        return ST_OK;
    }
    bool across = strcmp(type, "link_only") == 0;
    if (!across && strcmp(type, "link_and_dedupe") != 0)
        return bad(im, "\"link_type\" cannot be \"%.40s\"", type);
    json_object_set_new(spec, "source", json_string(source ? source : "source_dataset"));
    json_object_set_new(spec, "link", json_string(across ? "across" : "both"));
    json_array_append_new(im->notes, json_string("ids must be different in the whole file, also "
                                                 "between sources"));
    return ST_OK;
}

static enum status model_of(struct import *im, json_t **model)
{
    const json_t *v = json_object_get(im->settings, "probability_two_random_records_match");
    double prior = v ? json_number_value(v) : DEFAULT_PRIOR;
    if ((v && !json_is_number(v)) || !(prior > 0.0 && prior <= 0.5))
        return bad(im, "\"probability_two_random_records_match\" must be above 0 and at most 0.5");
    *model = json_pack("{s:i, s:i, s:{s:i, s:s, s:i}, s:f, s:f, s:f, s:f, s:O, s:[]}",
                       "throughline_model", 1, "text_rules", TEXT_RULES_VERSION, "trained_on",
                       "records", 0, "fingerprint", "0", "iterations", 0, "prior", prior,
                       "prior_bits", log2(prior / (1.0 - prior)), "household", 0.0, "twins", 0.0,
                       "comparisons", im->model, "dependence");
    return ST_OK;
}

static enum status import_all(struct import *im, json_t *spec, json_t **model)
{
    TRY(check_keys(im));
    TRY(read_mode(im, spec));
    TRY(read_comparisons(im));
    TRY(read_blocking(im));
    const char *id = json_string_value(json_object_get(spec, "id"));
    if (json_object_get(im->columns, id))
        return bad(im, "the id column \"%.60s\" is compared or blocked on", id);
    json_object_set(spec, "columns", im->columns);
    if (json_array_size(im->blocking))
        json_object_set(spec, "blocking", im->blocking);
    json_object_set(spec, "comparisons", im->comparisons);
    if (im->trained) {
        json_array_extend(im->notes, im->defaults);
        return model_of(im, model);
    }
    json_array_append_new(im->notes, json_string("no level has m_probability and u_probability: "
                                                 "the model is to be trained"));

    return ST_OK;
}

enum status splink_import(const json_t *settings, const char *name, json_t **spec, json_t **model,
                          json_t **report, struct err *e)
{
    struct import im = {.settings = settings,
                        .e = e,
                        .columns = json_object(),
                        .comparisons = json_object(),
                        .blocking = json_array(),
                        .model = json_array(),
                        .mapped = json_array(),
                        .rules = json_array(),
                        .unused = json_array(),
                        .notes = json_array(),
                        .defaults = json_array()};
    *spec = json_object();
    *model = NULL;
    enum status st = import_all(&im, *spec, model);
    *report = json_pack("{s:o, s:o, s:o, s:o}", "comparisons", im.mapped, "blocking", im.rules,
                        "not_used", im.unused, "notes", im.notes);
    json_decref(im.columns);
    json_decref(im.comparisons);
    json_decref(im.blocking);
    json_decref(im.model);
    json_decref(im.defaults);
    if (st != ST_OK) {
        json_decref(*spec);
        json_decref(*report);
        *spec = *report = NULL;
        err_at(e, name, 0, NULL);
    }
    return st;
}
