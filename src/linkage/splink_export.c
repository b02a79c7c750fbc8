#include "linkage/model.h"
#include "linkage/own.h"
#include "linkage/splink_json.h"

#include <math.h>

struct exporting {
    const struct splink_source *s;
    const struct link_model *m; /* may be NULL */
    bool approximate;
    struct buf missing; /* what has no counterpart, one after the other */
    int lacking;
    json_t *approximated;
};

enum { LISTED = 6 };

/* Something without a counterpart: an error at the end, or a line of the report. */
static void lacks(struct exporting *x, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void lacks(struct exporting *x, const char *fmt, ...)
{
    char what[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    json_array_append_new(x->approximated, json_string(what));
    if (x->lacking++ < LISTED)
        buf_addf(&x->missing, "%s%s", x->missing.n ? "; " : "", what);
}

/* ---- the nearest conditions of the other types ---- */

#define SAME "\"%1$s_l\" = \"%1$s_r\""
#define LIKE(line) "jaro_winkler_similarity(\"%1$s_l\", \"%1$s_r\") >= " line
#define EDITS(n) "damerau_levenshtein(\"%1$s_l\", \"%1$s_r\") <= " n
#define PART(from, n) "SUBSTR(\"%1$s_l\", " from ", " n ") = SUBSTR(\"%1$s_r\", " from ", " n ")"
#define DISTRICT(side)                                                                             \
    "NULLIF(regexp_extract(\"%1$s_" side "\", '^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?', 0), '')"
#define DAY(side) "EPOCH(try_strptime(\"%1$s_" side "\", '%%Y-%%m-%%d'))"

/* By type and level; NULL: counted with the last, "all others". */
static const char *const nearest[LINK_TYPES][LINK_MAX_LEVELS] = {
    [LINK_GIVEN_NAME] = {NULL, SAME, LIKE("0.92"), LIKE("0.85"), LIKE("0.72")},
    [LINK_FAMILY_NAME] = {NULL, SAME, LIKE("0.92"), LIKE("0.85"), LIKE("0.72")},
    [LINK_DATE] = {NULL, SAME, EDITS("1"),
                   "(" PART("1", "4") " AND " PART("6", "2") ") OR (" PART("1", "4") " AND " PART(
                       "9", "2") ") OR (" PART("6", "5") ")",
                   PART("1", "4"), "ABS(" DAY("l") " - " DAY("r") ") <= 31968000"},
    [LINK_YEAR] = {NULL, SAME, EDITS("1")},
    [LINK_SEX] = {NULL, SAME},
    [LINK_NATIONALITY] = {NULL, SAME, LIKE("0.88")},
    [LINK_COUNTRY] = {NULL, SAME, LIKE("0.88")},
    [LINK_PLACE] = {NULL, SAME, LIKE("0.88")},
    [LINK_TEXT] = {NULL, SAME, LIKE("0.88")},
    [LINK_ADDRESS] = {NULL, SAME, LIKE("0.88")},
    [LINK_POSTCODE] = {NULL, SAME, EDITS("1"), DISTRICT("l") " = " DISTRICT("r")},
    [LINK_PHONE] = {NULL, SAME, EDITS("1")},
    [LINK_CODE] = {NULL, SAME, EDITS("1")},
    [LINK_EMAIL] = {NULL, SAME, LIKE("0.95"), LIKE("0.86")},
    [LINK_IDENTIFIER] = {NULL, SAME, EDITS("1"), EDITS("2")},
};

/* ---- comparisons ---- */

static json_t *level_json(const char *sql, const char *label)
{
    return json_pack("{s:s, s:s}", "sql_condition", sql, "label_for_charts", label);
}

static void set_weights(json_t *level, double m, double u)
{
    json_object_set_new(level, "m_probability", json_real(m));
    json_object_set_new(level, "u_probability", json_real(u));
    json_object_set_new(level, "fix_m_probability", json_false());
    json_object_set_new(level, "fix_u_probability", json_false());
}

static json_t *null_level(const char *sql)
{
    json_t *o = level_json(sql, "A value is missing");
    json_object_set_new(o, "is_null_level", json_true());
    return o;
}

static void set_frequency(json_t *level, const char *column, double weight, double least)
{
    json_object_set_new(level, "tf_adjustment_column", json_string(column));
    json_object_set_new(level, "tf_adjustment_weight", json_real(weight));
    if (least > 0.0)
        json_object_set_new(level, "tf_minimum_u_value", json_real(least));
}

static json_t *own_levels_json(const struct own_levels *own, const struct model_column *mc)
{
    json_t *all = json_array();
    struct buf b = BUF_EMPTY;
    for (int k = 0; k < own->c.parts; k++)
        buf_addf(&b, "%s\"%s_l\" IS NULL OR \"%s_r\" IS NULL", k ? " OR " : "", own->c.part[k],
                 own->c.part[k]);
    json_array_append_new(all, null_level(own->when[0] ? own->when[0] : b.p));
    buf_free(&b);
    for (int l = 1; l < own->set.levels; l++) {
        const struct own_frequency *f = &own->frequency[l];
        json_t *level = level_json(own->when[l], own->means[l]);
        if (mc)
            set_weights(level, mc->m[l], mc->u[l]);
        if (f->expr >= 0)
            set_frequency(level, own->c.part[own->c.expr[f->expr].part], f->weight, f->least);
        json_array_append_new(all, level);
    }
    return all;
}

/* Levels of a type by their nearest conditions. Weights stay those of the model: u is what gives
 * them with m. */
static json_t *nearest_json(struct exporting *x, int k, const struct model_column *mc)
{
    const struct link_column *c = &x->s->spec->column[k];
    const char *column = x->s->column[k], *const *sql = nearest[c->type];
    const struct level_set *set = level_set_of(c->type);
    json_t *all = json_array();
    char text[700], label[200];
    double m = 0.0, u = 0.0; /* of the levels without a condition */
    snprintf(text, sizeof text, "\"%s_l\" IS NULL OR \"%s_r\" IS NULL", column, column);
    json_array_append_new(all, null_level(text));
    for (int l = 1; l < set->levels; l++) {
        double ml = mc ? mc->m[l] : 0.0, ul = mc ? ml / exp2(mc->bits[l]) : 0.0;
        if (!sql[l]) {
            m += ml;
            u += ul;
            continue;
        }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, sql[l], column); /* one of the literals above */
#pragma GCC diagnostic pop
        snprintf(label, sizeof label, "%s (approximately)", set->words[l]);
        json_t *level = level_json(text, label);
        if (mc)
            set_weights(level, ml, ul);
        if (l == LEVEL_SAME)
            set_frequency(level, column, 1.0, 0.0);
        json_array_append_new(all, level);
    }
    json_t *others = level_json("ELSE", "All others");
    if (mc)
        set_weights(others, m, u);
    json_array_append_new(all, others);
    return all;
}

static const struct model_column *model_column_of(const struct exporting *x, const char *name)
{
    for (int k = 0; x->m && k < x->m->columns; k++)
        if (strcmp(x->m->column[k].name, name) == 0)
            return &x->m->column[k];
    return NULL;
}

static enum status add_comparison(struct exporting *x, int k, json_t *all, struct err *e)
{
    const struct link_column *c = &x->s->spec->column[k];
    const struct model_column *mc = model_column_of(x, c->name);
    if (c->block_only || (mc && mc->unused))
        return ST_OK;
    if (x->m && (!mc || mc->type != c->type || !mc->own != !c->own ||
                 (c->own && !own_levels_equal(c->own, mc->own)))) {
        if (c->type != LINK_FULL_NAME)
            return err_set(e, ST_DATA,
                           "column \"%.60s\" of the specification is not so in the model", c->name);
    }
    if (c->own) {
        json_array_append_new(all, json_pack("{s:s, s:o, s:s}", "output_column_name", c->name,
                                             "comparison_levels", own_levels_json(c->own, mc),
                                             "comparison_description", "CustomComparison"));
        return ST_OK;
    }
    lacks(x, "column \"%.60s\": levels of type %s", c->name, link_type_name(c->type));
    if (!x->approximate)
        return ST_OK;
    if (!x->s->column[k] || !nearest[c->type][LEVEL_SAME])
        return err_set(e, ST_DATA,
                       "column \"%.60s\" of type %s has no counterpart in Splink, not "
                       "even an approximate one",
                       c->name, link_type_name(c->type));
    json_array_append_new(all, json_pack("{s:s, s:o, s:s}", "output_column_name", c->name,
                                         "comparison_levels", nearest_json(x, k, mc),
                                         "comparison_description", "CustomComparison"));
    return ST_OK;
}

/* ---- blocking ---- */

static const char *cell_column(const struct exporting *x, int k)
{
    const struct own_levels *own = x->s->spec->column[k].own;
    if (own)
        return own->c.parts == 1 ? own->c.part[0] : NULL;
    return x->s->column[k];
}

static bool part_sql(const struct link_key *key, const char *c, struct buf *b)
{
    int from = 1, length = key->length;
    switch (key->part) {
    case LINK_WHOLE:
        buf_addf(b, "(l.\"%s\" = r.\"%s\")", c, c);
        return true;
    case LINK_PREFIX:
        break;
    case LINK_PART_YEAR:
        length = 4;
        break;
    case LINK_MONTH_DAY:
        from = 6;
        length = 5;
        break;
    case LINK_SKELETON:
    case LINK_NAME_BAG:
        return false;
    }
    buf_addf(b, "(SUBSTR(l.\"%s\", %d, %d) = SUBSTR(r.\"%s\", %d, %d))", c, from, length, c, from,
             length);
    return true;
}

static enum status add_rule(struct exporting *x, int r, json_t *all, struct err *e)
{
    const struct link_rule *rule = &x->s->spec->rule[r];
    struct buf b = BUF_EMPTY;
    bool written = true, exact = true;
    for (int k = 0; k < rule->keys; k++) {
        const struct link_key *key = &rule->key[k];
        enum link_type t = x->s->spec->column[key->column].type;
        const char *c = cell_column(x, key->column);
        exact &= t == LINK_AS_WRITTEN;
        buf_adds(&b, k ? " AND " : "");
        written &= c && part_sql(key, c, &b);
    }
    if (!written || !exact)
        lacks(x, "blocking rule %d", r + 1);
    if (written)
        json_array_append_new(
            all, json_pack("{s:s, s:s}", "blocking_rule", b.p, "sql_dialect", "duckdb"));
    buf_free(&b);
    if (!written && x->approximate)
        return err_set(e, ST_DATA,
                       "blocking rule %d has no counterpart in Splink: sounds and "
                       "comparisons of several columns cannot block there",
                       r + 1);
    return ST_OK;
}

/* ---- the whole ---- */

static void look_at_model(struct exporting *x)
{
    const struct link_model *m = x->m;
    bool typed = false;
    for (int k = 0; m && k < m->columns; k++)
        typed |= !m->column[k].own && !m->column[k].unused;
    if (typed && (m->household > 0.0 || m->twins > 0.0))
        lacks(x, "the guard against housemates and twins");
    if (m && m->edges)
        lacks(x, "%d pairs of columns that repeat each other", m->edges);
    if (x->s->spec->one_to_one)
        lacks(x, "\"one_to_one\"");
    if (!x->s->spec->rules)
        lacks(x, "blocking rules that are chosen from the data");
}

static json_t *settings_json(const struct exporting *x, json_t *comparisons, json_t *blocking)
{
    static const char *const type[] = {[LINK_DEDUPE] = "dedupe_only",
                                       [LINK_ACROSS] = "link_only",
                                       [LINK_BOTH] = "link_and_dedupe"};
    json_t *o = json_pack("{s:s, s:s, s:s}", "link_type", type[x->s->spec->mode], "sql_dialect",
                          "duckdb", "unique_id_column_name", x->s->id);
    if (x->s->source)
        json_object_set_new(o, "source_dataset_column_name", json_string(x->s->source));
    if (x->m)
        json_object_set_new(o, "probability_two_random_records_match", json_real(x->m->prior));
    json_object_set(o, "blocking_rules_to_generate_predictions", blocking);
    json_object_set(o, "comparisons", comparisons);
    return o;
}

static enum status export_all(struct exporting *x, json_t *comparisons, json_t *blocking,
                              struct err *e)
{
    const struct link_spec *spec = x->s->spec;
    for (int k = 0; k < spec->columns; k++)
        TRY(add_comparison(x, k, comparisons, e));
    for (int r = 0; r < spec->rules; r++)
        TRY(add_rule(x, r, blocking, e));
    look_at_model(x);
    if (!x->lacking || x->approximate)
        return ST_OK;
    err_set(e, ST_DATA, "Splink has no counterpart of: %.400s%s", x->missing.p,
            x->lacking > LISTED ? "; ..." : "");
    return err_hint(e, "Compare columns as_written with levels in SQL (docs/user/splink.md), or "
                       "take the nearest conditions with --approximate.");
}

enum status splink_export(const struct splink_source *s, const struct link_model *m,
                          bool approximate, json_t **settings, json_t **report, struct err *e)
{
    struct exporting x = {s, m, approximate, BUF_EMPTY, 0, json_array()};
    json_t *comparisons = json_array(), *blocking = json_array();
    *settings = *report = NULL;
    enum status st = export_all(&x, comparisons, blocking, e);
    if (st == ST_OK) {
        *settings = settings_json(&x, comparisons, blocking);
        *report = json_pack("{s:i, s:i, s:O}", "comparisons", (int)json_array_size(comparisons),
                            "blocking_rules", (int)json_array_size(blocking), "approximate",
                            x.approximated);
    }
    json_decref(comparisons);
    json_decref(blocking);
    json_decref(x.approximated);
    buf_free(&x.missing);
    return st;
}
