#include "linkage/own.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct reader {
    struct own_levels *l;
    const char *comparison;
    struct err *e;
};

static enum status bad(const struct reader *r, int level, const char *fmt, ...) PRINTF_LIKE(3, 4);
static enum status bad(const struct reader *r, int level, const char *fmt, ...)
{
    char what[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    if (level < 0)
        return err_set(r->e, ST_DATA, "comparison \"%.60s\": %s", r->comparison, what);
    return err_set(r->e, ST_DATA, "comparison \"%.60s\", level %d: %s", r->comparison, level, what);
}

static char *copy(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(mem_alloc(n), s, n);
}

/* Does the condition hold whenever the record l has no cell at all? The engine takes such a pair
 * for missing without asking. */
static bool holds_of_empty(const struct conditions *c, int root)
{
    const struct condition_node *n = &c->node[root];
    if (n->kind == COND_AND)
        return holds_of_empty(c, n->a) && holds_of_empty(c, n->b);
    if (n->kind == COND_OR)
        return holds_of_empty(c, n->a) || holds_of_empty(c, n->b);
    return n->kind == COND_IS_NULL && !n->a_right && c->expr[n->a].part >= 0;
}

/* Reads a condition and sees to it that its outcome does not depend on which record comes first. */
static enum status read_condition(const struct reader *r, int level, const char *sql, int *root)
{
    enum status st = condition_read(&r->l->c, sql, root, r->e);
    if (st != ST_OK)
        return err_context(r->e, "comparison \"%.60s\", level %d", r->comparison, level);
    if (condition_is_symmetric(&r->l->c, *root))
        return ST_OK;
    bad(r, level, "the outcome depends on which record comes first");
    return err_hint(r->e, "Name both orders, joined by AND or OR (in Splink: symmetrical=True).");
}

static enum status read_missing(const struct reader *r, const char *sql)
{
    struct conditions *c = &r->l->c;
    r->l->when[0] = copy(sql);
    TRY(read_condition(r, 0, sql, &r->l->root[0]));
    if (!holds_of_empty(c, r->l->root[0]))
        return bad(r, 0, "a pair must be missing when one of its records has no cell at all");
    /* one column's usual test is known without looking */
    const struct condition_node *n = &c->node[r->l->root[0]];
    r->l->any_missing = n->kind == COND_OR && c->node[n->a].kind == COND_IS_NULL &&
                        c->node[n->b].kind == COND_IS_NULL && c->parts == 1 &&
                        c->node[n->a].a == c->node[n->b].a && c->expr[c->node[n->a].a].ops == 0;
    return ST_OK;
}

static enum status read_text(const struct reader *r, const json_t *o, const char *key, int level,
                             const char **out)
{
    const json_t *v = json_object_get(o, key);
    *out = json_string_value(v);
    if (v && (!*out || strlen(*out) != json_string_length(v) || strlen(*out) > CONDITION_BYTES))
        return bad(r, level, "\"%s\" must be a text of up to %d bytes", key, CONDITION_BYTES);
    return ST_OK;
}

static enum status read_real(const struct reader *r, const json_t *o, const char *key, int level,
                             double fallback, double *out)
{
    const json_t *v = json_object_get(o, key);
    *out = v ? json_number_value(v) : fallback;
    if ((v && !json_is_number(v)) || !(*out >= 0.0 && *out <= 1.0))
        return bad(r, level, "\"%s\" must be a number from 0 to 1", key);
    return ST_OK;
}

static int plain_expr(struct conditions *c, const char *column)
{
    for (int k = 0; k < c->exprs; k++)
        if (c->expr[k].part >= 0 && c->expr[k].ops == 0 &&
            strcmp(c->part[c->expr[k].part], column) == 0)
            return k;
    return -1;
}

static enum status read_frequency(const struct reader *r, const json_t *o, int level)
{
    struct own_frequency *f = &r->l->frequency[level];
    const char *column;
    TRY(read_text(r, o, "frequency", level, &column));
    f->expr = -1;
    if (!column)
        return ST_OK;
    TRY(read_real(r, o, "frequency_weight", level, 1.0, &f->weight));
    TRY(read_real(r, o, "frequency_least", level, 0.0, &f->least));
    if (f->weight == 0.0)
        return ST_OK;
    uint32_t equal = r->l->root[level] < 0 ? 0 : condition_equal_parts(&r->l->c, r->l->root[level]);
    f->expr = plain_expr(&r->l->c, column);
    if (f->expr < 0 || !(equal >> r->l->c.expr[f->expr].part & 1))
        return bad(r, level,
                   "a term frequency of column \"%.60s\" on a level where its values "
                   "need not be equal",
                   column);
    return ST_OK;
}

/* The level that is equality in this column alone: its u is what the frequency stands in for. */
static enum status find_exact(const struct reader *r, int level)
{
    struct own_levels *l = r->l;
    struct own_frequency *f = &l->frequency[level];
    for (f->exact = 1; f->exact < l->set.levels; f->exact++)
        if (l->root[f->exact] >= 0 && l->c.node[l->root[f->exact]].kind == COND_EQUAL &&
            condition_equal_parts(&l->c, l->root[f->exact]) == 1u << l->c.expr[f->expr].part)
            return ST_OK;
    return bad(r, level, "a term frequency without a level that is equality in that column alone");
}

static enum status read_level(const struct reader *r, const json_t *o)
{
    struct own_levels *l = r->l;
    int level = l->set.levels;
    const char *when, *means;
    if (level == LINK_MAX_LEVELS)
        return bad(r, -1, "over %d levels", LINK_MAX_LEVELS - 1);
    TRY(read_text(r, o, "when", level, &when));
    TRY(read_text(r, o, "means", level, &means));
    if (!when)
        return bad(r, level, "\"when\" is missing");
    l->set.levels++;
    l->when[level] = copy(when);
    l->means[level] = copy(means ? means : when);
    l->set.words[level] = l->means[level];
    struct str s = str_trim(str_of(when));
    l->root[level] = -1;
    if (!str_eq_nocase_ascii(s, str_of("else")))
        TRY(read_condition(r, level, when, &l->root[level]));
    return read_frequency(r, o, level);
}

/* Where training starts: most of one person's pairs agree. */
static void set_start(struct level_set *s)
{
    int n = s->levels - 1;
    for (int l = 1; l < s->levels; l++)
        s->m[l] = n == 1   ? 1.0
                  : n == 2 ? (l == 1 ? .85 : .15)
                  : l == 1 ? .75
                  : l == n ? .10
                           : .15 / (n - 2);
}

static enum status read_all(const struct reader *r, const json_t *levels)
{
    struct own_levels *l = r->l;
    size_t i;
    json_t *o;
    if (!json_is_array(levels) || json_array_size(levels) > LINK_MAX_LEVELS + 1)
        return bad(r, -1, "\"levels\" must be a list of up to %d", LINK_MAX_LEVELS);
    json_array_foreach((json_t *)(uintptr_t)levels, i, o)
    {
        const char *missing;
        if (!json_is_object(o))
            return bad(r, (int)i, "a level must be an object with \"when\"");
        TRY(read_text(r, o, "missing", 0, &missing));
        if (missing && i == 0)
            TRY(read_missing(r, missing));
        else
            TRY(read_level(r, o));
        if (l->set.levels > 2 && l->root[l->set.levels - 2] < 0)
            return bad(r, l->set.levels - 2, "ELSE must be the last level");
    }
    if (l->set.levels < 3 || l->root[l->set.levels - 1] >= 0)
        return bad(r, -1, "at least two levels are needed, of which the last is ELSE");
    for (int k = 1; k < l->set.levels; k++)
        if (l->frequency[k].expr >= 0)
            TRY(find_exact(r, k));
    if (!l->c.parts)
        return bad(r, -1, "its levels look at no column");
    return ST_OK;
}

enum status own_levels_read(const json_t *levels, const char *comparison,
                            const char *const *columns, int count, struct own_levels **out,
                            struct err *e)
{
    struct own_levels *l = mem_zalloc(1, sizeof *l);
    struct reader r = {l, comparison, e};
    *out = NULL;
    l->owners = 1;
    l->set.levels = 1;
    l->set.words[0] = "missing";
    l->any_missing = true;
    l->c.open = count < 0;
    enum status st = ST_OK;
    for (int k = 0; k < count && st == ST_OK; k++) {
        if (k == CONDITION_PARTS || strlen(columns[k]) >= CONDITION_NAME)
            st = bad(&r, -1, "over %d columns, or a name of over %d bytes", CONDITION_PARTS,
                     CONDITION_NAME - 1);
        else
            snprintf(l->c.part[l->c.parts++], CONDITION_NAME, "%s", columns[k]);
    }
    if (st == ST_OK)
        st = read_all(&r, levels);
    if (st != ST_OK) {
        own_levels_free(l);
        return st;
    }
    set_start(&l->set);
    l->trainable = l->root[1] >= 0 && condition_is_equality(&l->c, l->root[1]);
    *out = l;
    return ST_OK;
}

struct own_levels *own_levels_share(struct own_levels *l)
{
    l->owners++;
    return l;
}

void own_levels_free(struct own_levels *l)
{
    if (!l || --l->owners > 0)
        return;
    for (int k = 0; k < LINK_MAX_LEVELS; k++) {
        free(l->when[k]);
        free(l->means[k]);
    }
    conditions_free(&l->c);
    free(l);
}

void own_level_to_json(const struct own_levels *levels, int l, json_t *o)
{
    const struct own_frequency *f = &levels->frequency[l];
    json_object_set_new(o, "when", json_string(levels->when[l]));
    json_object_set_new(o, "means", json_string(levels->means[l]));
    if (f->expr < 0)
        return;
    json_object_set_new(o, "frequency", json_string(levels->c.part[levels->c.expr[f->expr].part]));
    json_object_set_new(o, "frequency_weight", json_real(f->weight));
    json_object_set_new(o, "frequency_least", json_real(f->least));
}

static bool same_text(const char *a, const char *b)
{
    return !a || !b ? a == b : strcmp(a, b) == 0;
}

bool own_levels_equal(const struct own_levels *a, const struct own_levels *b)
{
    bool same = a->set.levels == b->set.levels && a->c.parts == b->c.parts;
    for (int k = 0; same && k < a->c.parts; k++)
        same = strcmp(a->c.part[k], b->c.part[k]) == 0;
    for (int k = 0; same && k < a->set.levels; k++)
        same = same_text(a->when[k], b->when[k]) && a->frequency[k].expr == b->frequency[k].expr &&
               a->frequency[k].weight == b->frequency[k].weight &&
               a->frequency[k].least == b->frequency[k].least;
    return same;
}
