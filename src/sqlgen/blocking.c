#include "linkage/block.h"
#include "sqlgen/parts.h"

#include <inttypes.h>
#include <stdlib.h>

/* Blocking as linkage/block.c does it: a key a rule, groups of equal keys, a budget of pairs a
 * rule. Of the rules that are chosen, those of one column come first; the others take only the
 * records whose group there was too large. */

struct rule_list {
    struct link_rule rule[LINK_MAX_RULES];
    int stage[LINK_MAX_RULES]; /* rules of a later stage hold only when no earlier stage has a group
                                */
    int rules, stages;
};

static bool is_single(const struct link_rule *r)
{
    return r->keys == 1 && r->key[0].part == LINK_WHOLE;
}

static enum status add_rules(struct rule_list *l, const struct chosen_rules *c, struct err *e)
{
    for (int k = 0; k < c->rules; k++) {
        bool again = false;
        for (int i = 0; i < l->rules && is_single(&c->rule[k]); i++)
            again |= is_single(&l->rule[i]) && l->rule[i].key[0].column == c->rule[k].key[0].column;
        if (again)
            continue;
        if (l->rules == LINK_MAX_RULES) {
            err_set(e, ST_DATA, "these columns have more than %d blocking rules of their own",
                    LINK_MAX_RULES);
            return err_hint(e, "Name the rules to use under \"blocking\" in the specification.");
        }
        l->stage[l->rules] = l->stages;
        l->rule[l->rules++] = c->rule[k];
    }
    return ST_OK;
}

static enum status choose(struct sql *g, struct rule_list *l, struct err *e)
{
    const struct link_data *d = g->d;
    if (d->spec.rules) {
        memcpy(l->rule, d->spec.rule, sizeof l->rule);
        l->rules = d->spec.rules;
        return ST_OK;
    }
    struct chosen_rules *c = mem_alloc(sizeof *c);
    rules_choose(d, c);
    enum status s = add_rules(l, c, e);
    for (int j = 0; s == ST_OK && (l->stages || !l->rules) && j < d->columns; j++) {
        l->stages++;
        rules_of_last_resort(d, j, c);
        s = add_rules(l, c, e);
    }
    free(c);
    return s;
}

static enum status check_rules(struct sql *g, const struct rule_list *l, struct err *e)
{
    if (!l->rules)
        return err_set(e, ST_DATA, "the model uses no column: there is nothing to compare");
    for (int r = 0; r < l->rules; r++)
        for (int k = 0; k < l->rule[r].keys; k++) {
            const struct column *c = &g->d->column[l->rule[r].key[k].column];
            bool folded = c->type != LINK_EMAIL && c->type != LINK_AS_WRITTEN;
            if (l->rule[r].key[k].part != LINK_PREFIX || folded)
                continue;
            err_set(
                e, ST_DATA,
                "blocking on the first letters of \"%.60s\" cannot be said in SQL: an email may "
                "hold any characters",
                c->name);
            return err_hint(e, "Block on the whole address.");
        }
    return ST_OK;
}

/* ---- keys ---- */

/* NULL when the part is missing. */
static const char *key_part(struct sql *g, const struct link_key *key)
{
    int k = key->column + 1, x = g->d->given + 1, y = g->d->family + 1;
    const char *text = g->dialect->text;
    switch (key->part) {
    case LINK_WHOLE:
        return SQL(g, "f.v%d", k);
    case LINK_PREFIX:
        return SQL(g, "substr(f.v%d, 1, %d)", k, key->length);
    case LINK_SKELETON:
        return SQL(g, "CAST(f.o%d AS %s)", k, text);
    case LINK_PART_YEAR:
        return SQL(g, "CAST(f.y%d AS %s)", k, text);
    case LINK_MONTH_DAY:
        return SQL(g, "CASE WHEN f.d%d > 0 THEN CAST(f.m%d * 100 + f.d%d AS %s) END", k, k, k,
                   text);
    case LINK_NAME_BAG:
        return SQL(
            g,
            "CASE WHEN f.v%d IS NOT NULL AND f.v%d IS NOT NULL THEN"
            " CAST(least(f.t%d, f.t%d) AS %s) || ' ' || CAST(greatest(f.t%d, f.t%d) AS %s) END",
            x, y, x, y, text, x, y, text);
    }
    BUG("no such part of a key: %d", (int)key->part);
}

static const char *key_of(struct sql *g, const struct link_rule *r)
{
    const char *all = key_part(g, &r->key[0]);
    for (int k = 1; k < r->keys; k++) /* values end at U+00FF */
        all = SQL(g, "%s || '\u2502' || %s", all, key_part(g, &r->key[k]));
    return all;
}

/* A chosen rule needs columns that say something, and records that the columns' own rules left. */
static void add_conditions(struct sql *g, const struct rule_list *l, int r)
{
    const struct link_rule *rule = &l->rule[r];
    if (g->d->spec.rules)
        return;
    for (int k = 0; k < rule->keys; k++) {
        int c = rule->key[k].column;
        buf_addf(g->out, " AND s.u%d", c + 1);
        for (int i = 0; i < r && rule->key[k].part == LINK_WHOLE && !is_single(rule); i++)
            if (is_single(&l->rule[i]) && l->rule[i].key[0].column == c)
                buf_addf(g->out,
                         " AND EXISTS (SELECT 1 FROM throughline_over o"
                         " WHERE o.rule = %d AND o.record = f.record)",
                         i + 1);
    }
}

static void add_keys(struct sql *g, const struct rule_list *l, bool singles, const char *table)
{
    bool begun = false;
    sql_create(g, table);
    for (int r = 0; r < l->rules; r++) {
        if (!g->d->spec.rules && is_single(&l->rule[r]) != singles)
            continue;
        const char *key = key_of(g, &l->rule[r]);
        char name[200];
        rule_name(g->d, &l->rule[r], name, sizeof name);
        buf_addf(g->out,
                 "%s-- %s\nSELECT %d AS rule, %d AS stage, f.record, %s AS block_key\n"
                 "FROM throughline_forms f CROSS JOIN throughline_facts s WHERE %s IS NOT NULL",
                 begun ? "\nUNION ALL\n" : "", sql_remark(g, name), r + 1, l->stage[r], key, key);
        add_conditions(g, l, r);
        begun = true;
    }
    sql_end(g, table);
}

/* ---- groups ---- */

/* Groups are kept from the smallest on while their pairs are within the budget. */
static void add_groups(struct sql *g, const char *keys, const char *table)
{
    const char *budget = g->d->spec.rules
                             ? SQL(g, "%" PRIu64, (uint64_t)2 * PAIRS_MOST)
                             : SQL(g, "2 * (%d + %d * s.records)", BUDGET_BASE, BUDGET_PER_RECORD);
    sql_create(g, table);
    buf_addf(g->out,
             "SELECT q.rule, q.stage, q.block_key,\n"
             "    q.n <= %d OR sum(CAST(q.n * (q.n - 1) AS DECIMAL(38, 0)))"
             " OVER (PARTITION BY q.rule ORDER BY q.n) <= %s AS kept\n"
             "FROM (SELECT rule, stage, block_key, count(*) AS n FROM %s\n"
             "      GROUP BY rule, stage, block_key HAVING count(*) > 1) q"
             " CROSS JOIN throughline_facts s",
             CAP_LEAST, budget, keys);
    sql_end(g, table);
}

static void add_over(struct sql *g)
{
    sql_create(g, "throughline_over");
    buf_adds(g->out, "SELECT k.rule, k.record FROM throughline_keys k\n"
                     "JOIN throughline_groups q ON q.rule = k.rule AND q.block_key = k.block_key\n"
                     "WHERE NOT q.kept");
    sql_end(g, "throughline_over");
}

static void add_members(struct sql *g, const char *keys, const char *groups)
{
    buf_addf(g->out,
             "SELECT k.rule, k.stage, k.block_key, k.record FROM %s k\n"
             "JOIN %s q ON q.rule = k.rule AND q.block_key = k.block_key\nWHERE q.kept",
             keys, groups);
}

static void add_candidates(struct sql *g, const struct rule_list *l)
{
    sql_create(g, "throughline_candidates");
    buf_adds(g->out,
             "SELECT DISTINCT x.record AS a, y.record AS b\n"
             "FROM throughline_members x JOIN throughline_members y\n"
             "    ON y.rule = x.rule AND y.block_key = x.block_key AND x.record < y.record");
    if (l->stages)
        buf_adds(g->out, "\nWHERE x.stage = (SELECT min(stage) FROM throughline_members)");
    sql_end(g, "throughline_candidates");
}

enum status sql_blocking(struct sql *g, struct err *e)
{
    struct rule_list l = {.rules = 0};
    TRY(choose(g, &l, e));
    TRY(check_rules(g, &l, e));
    bool singles = false, others = false;
    for (int r = 0; r < l.rules; r++) {
        singles |= is_single(&l.rule[r]);
        others |= !is_single(&l.rule[r]);
    }
    bool two_steps = !g->d->spec.rules && singles && others;
    add_keys(g, &l, singles, "throughline_keys");
    add_groups(g, "throughline_keys", "throughline_groups");
    if (two_steps) {
        add_over(g);
        add_keys(g, &l, false, "throughline_more_keys");
        add_groups(g, "throughline_more_keys", "throughline_more_groups");
    }
    sql_create(g, "throughline_members");
    add_members(g, "throughline_keys", "throughline_groups");
    if (two_steps) {
        buf_adds(g->out, "\nUNION ALL\n");
        add_members(g, "throughline_more_keys", "throughline_more_groups");
    }
    sql_end(g, "throughline_members");
    sql_check(g, "count(*) > 0", "throughline_members",
              "no two records share a blocking key: there is nothing to compare");
    add_candidates(g, &l);
    return ST_OK;
}
