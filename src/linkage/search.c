#include "linkage/search.h"

#include "linkage/component.h"
#include "linkage/frozen.h"
#include "linkage/key_table.h"
#include "linkage/model_json.h"
#include "linkage/normalise.h"

#include <math.h>
#include <stdlib.h>

enum { GROUP_CAP = 5000 };

struct link_index {
    struct link_data *d;
    struct link_model *m;
    struct scorer scorer;
    struct link_index_options o;
    struct normaliser *nz;
    struct link_rule *rule;
    int rules;
    struct key_table table[LINK_MAX_RULES];
    uint32_t *group; /* records x rules: group + 1, 0 = no key */
    size_t group_cap, cell_cap, lift_cap[LINK_MAX_COLUMNS];
    /* ids */
    struct intern ids; /* number = record */
    /* components as rings, clusters by member */
    uint32_t *ring, *component, *size, *cluster;
    size_t ring_cap, component_cap, size_cap, cluster_cap;
    uint32_t records;
    /* decisions */
    struct decision *decision;
    size_t decisions, decision_cap;
    uint32_t *first_decision; /* by record: number + 1 of the latest that names it first */
    size_t first_cap;
    /* changed clusters */
    uint32_t *changed;
    size_t changes, change_cap;
    /* scratch of one look-up */
    uint32_t *found, *seen;
    size_t found_cap, seen_cap;
    uint32_t stamp;
    uint32_t row[LINK_MAX_COLUMNS];
};

struct decision {
    struct link_constraint c;
    uint32_t next; /* earlier one of the same first record, number + 1 */
};

/* ---- blocking keys ---- */

/* Puts record number x->records - 1 into the tables. */
static void index_record(struct link_index *x, uint32_t record)
{
    MEM_GROW(x->group, x->group_cap, ((size_t)record + 1) * (size_t)x->rules);
    const uint32_t *row = data_row(x->d, record);
    for (int r = 0; r < x->rules; r++) {
        uint32_t *group = &x->group[(size_t)record * (size_t)x->rules + (size_t)r];
        uint64_t key;
        *group = 0;
        if (!rule_key(x->d, &x->rule[r], row, &key) ||
            (x->o.frozen && frozen_drops(&x->o.frozen->rule[r], key)))
            continue;
        *group = key_table_add(&x->table[r], key, record) + 1;
    }
}

/* ---- looking up ---- */

static bool mode_allows(const struct link_index *x, uint32_t source, uint32_t record)
{
    const struct link_data *d = x->d;
    if (!d->source || d->spec.mode == LINK_BOTH)
        return true;
    return (d->source[record] == source) == (d->spec.mode == LINK_DEDUPE);
}

/* Records that share a key with the row, each once, into x->found. */
static size_t gather(struct link_index *x, const uint32_t *row, uint32_t cap)
{
    size_t n = 0;
    if (++x->stamp == 0) {
        memset(x->seen, 0, x->records * sizeof *x->seen);
        x->stamp = 1;
    }
    for (int r = 0; r < x->rules; r++) {
        const struct key_table *t = &x->table[r];
        uint64_t key;
        uint32_t g;
        if (!rule_key(x->d, &x->rule[r], row, &key) || !key_table_find(t, key, &g) ||
            (cap && t->size[g] > cap))
            continue;
        MEM_GROW(x->found, x->found_cap, n + t->size[g]);
        for (uint32_t k = t->first[g]; k != KEY_TABLE_END; k = t->next[k]) {
            if (x->seen[k] == x->stamp)
                continue;
            x->seen[k] = x->stamp;
            __builtin_prefetch(data_row(x->d, k));
            x->found[n++] = k;
        }
    }
    return n;
}

/* Better first; equal weights by id. */
static bool is_better(const struct link_index *x, const struct link_candidate *a,
                      const struct link_candidate *b)
{
    if (a->bits != b->bits)
        return a->bits > b->bits;
    struct str s = intern_text(&x->ids, a->record), t = intern_text(&x->ids, b->record);
    return str_cmp(s, t) < 0;
}

static size_t keep_best(const struct link_index *x, struct link_candidate *out, size_t n,
                        size_t max, struct link_candidate c)
{
    size_t k = n;
    if (n == max) {
        if (!is_better(x, &c, &out[n - 1]))
            return n;
        k = n - 1;
    }
    for (; k > 0 && is_better(x, &c, &out[k - 1]); k--)
        out[k] = out[k - 1];
    out[k] = c;
    return n < max ? n + 1 : n;
}

static uint32_t source_number(struct link_index *x, struct str source, bool add)
{
    if (!x->d->source)
        return 0;
    return add ? intern_add(&x->d->sources, source) : intern_find(&x->d->sources, source);
}

size_t link_index_lookup(struct link_index *x, const struct str *cells, struct str source,
                         struct link_candidate *out, size_t max)
{
    if (!max)
        return 0;
    data_encode(x->d, x->nz, NULL, cells, x->row);
    uint32_t from = source_number(x, source, false);
    size_t n = gather(x, x->row, x->o.group_cap), kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct link_candidate c = {.record = x->found[i]};
        float least = kept == max ? out[kept - 1].bits : -1e30f;
        if (!mode_allows(x, from, c.record))
            continue;
        c.bits = score_pair(&x->scorer, data_row(x->d, c.record), x->row, least, &c.pattern);
        if (c.bits >= least)
            kept = keep_best(x, out, kept, max, c);
    }
    return kept;
}

void link_index_each(struct link_index *x, const struct str *cells, float least,
                     void (*each)(void *ctx, uint32_t record, float bits), void *ctx)
{
    data_encode(x->d, x->nz, NULL, cells, x->row);
    size_t n = gather(x, x->row, 0);
    for (size_t i = 0; i < n; i++) {
        uint64_t pattern;
        float bits = score_pair(&x->scorer, data_row(x->d, x->found[i]), x->row, least, &pattern);
        if (bits >= least)
            each(ctx, x->found[i], bits);
    }
}

struct link_candidate link_index_score(struct link_index *x, const struct str *cells,
                                       uint32_t record)
{
    struct link_candidate c = {.record = record};
    data_encode(x->d, x->nz, NULL, cells, x->row);
    c.bits = score_pair(&x->scorer, data_row(x->d, record), x->row, -1e30f, &c.pattern);
    return c;
}

int link_index_reasons(const struct link_index *x, const struct link_candidate *c,
                       struct link_reason *out)
{
    int n = 0;
    const uint32_t *row = data_row(x->d, c->record);
    for (int k = 0; k < x->d->columns; k++) {
        const struct model_column *mc = &x->m->column[k];
        if (x->d->column[k].unused || mc->unused)
            continue;
        int level = pattern_level(c->pattern, k);
        struct link_reason *r = &out[n++];
        *r = (struct link_reason){.column = mc->name,
                                  .level = level,
                                  .words = mc->words[level],
                                  .m = mc->m[level],
                                  .u = mc->u[level],
                                  .bits = mc->bits[level]};
        if (level == LEVEL_SAME) {
            r->bits = x->d->column[k].value[row[k]].equal_bits;
            r->frequency_bits = r->bits - mc->bits[level];
            r->u = r->m / exp2(r->bits);
        }
    }
    return n;
}

/* ---- components ---- */

static bool share_group(const void *ctx, uint32_t a, uint32_t b)
{
    const struct link_index *x = ctx;
    const uint32_t *p = x->group + (size_t)a * (size_t)x->rules,
                   *q = x->group + (size_t)b * (size_t)x->rules;
    if (!sources_allow(x->d, a, b))
        return false;
    for (int r = 0; r < x->rules; r++)
        if (p[r] && p[r] == q[r])
            return true;
    return false;
}

static struct cluster_edge *edges_among(const void *ctx, const uint32_t *member, uint32_t n,
                                        size_t *count)
{
    const struct link_index *x = ctx;
    struct cluster_edge *edge = NULL;
    size_t cap = 0;
    *count = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = i + 1; k < n; k++) {
            uint64_t pattern;
            if (!share_group(x, member[i], member[k]))
                continue;
            float w = score_pair(&x->scorer, data_row(x->d, member[i]), data_row(x->d, member[k]),
                                 (float)x->o.threshold_bits, &pattern);
            if (w <= x->o.threshold_bits)
                continue;
            MEM_GROW(edge, cap, *count + 1);
            edge[(*count)++] = (struct cluster_edge){i, k, w};
        }
    return edge;
}

static void join_components(struct link_index *x, uint32_t a, uint32_t b)
{
    a = find_root(x->component, a);
    b = find_root(x->component, b);
    if (a == b)
        return;
    uint32_t t = x->ring[a]; /* two rings become one by crossing one link of each */
    x->ring[a] = x->ring[b];
    x->ring[b] = t;
    x->size[a] += x->size[b];
    x->size[b] = x->size[a];
    unite(x->component, a, b);
}

static int by_id_text(const void *p, const void *q, void *ctx)
{
    const struct link_index *x = ctx;
    struct str s = intern_text(&x->ids, *(const uint32_t *)p),
               t = intern_text(&x->ids, *(const uint32_t *)q);
    return str_cmp(s, t);
}

static uint32_t number_of(const uint32_t *member, uint32_t n, uint32_t record)
{
    uint32_t i = 0;
    while (i < n && member[i] != record)
        i++;
    return i;
}

static void note_change(struct link_index *x, uint32_t record)
{
    MEM_GROW(x->changed, x->change_cap, x->changes + 1);
    x->changed[x->changes++] = record;
}

static size_t constraints_among(const struct link_index *x, const uint32_t *member, uint32_t n,
                                struct link_constraint **out)
{
    size_t count = 0, cap = 0;
    *out = NULL;
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t i = x->first_decision[member[a]]; i; i = x->decision[i - 1].next) {
            uint32_t b = number_of(member, n, x->decision[i - 1].c.b);
            if (b == n)
                continue;
            MEM_GROW(*out, cap, count + 1);
            (*out)[count++] = (struct link_constraint){a, b, x->decision[i - 1].c.same};
        }
    return count;
}

/* Clusters the component of a record again. */
static void recluster(struct link_index *x, uint32_t record)
{
    uint32_t n = x->size[find_root(x->component, record)];
    if (n == 1) {
        x->cluster[record] = record;
        return;
    }
    uint32_t *member = mem_array(n, sizeof *member), *out = mem_array(n, sizeof *out);
    uint32_t k = record;
    for (uint32_t i = 0; i < n; i++, k = x->ring[k])
        member[i] = k;
    qsort_r(member, n, sizeof *member, by_id_text, x);
    struct component_context c = {x->d,        &x->scorer,  x->o.threshold_bits,
                                  share_group, edges_among, x};
    struct link_constraint *inside;
    size_t count = constraints_among(x, member, n, &inside);
    component_cluster(&c, member, n, inside, count, out);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t now = member[out[i]];
        if (x->cluster[member[i]] != now) {
            x->cluster[member[i]] = now;
            note_change(x, member[i]);
        }
    }
    free(member);
    free(out);
    free(inside);
}

/* ---- building ---- */

/* Rules that do not depend on which records there are: the frozen ones; those of the specification;
 * or, of those chosen, the ones whose groups all stayed under their caps and the combinations. */
static void choose_index_rules(struct link_index *x)
{
    struct plan plan;
    if (x->o.frozen) {
        x->rules = x->o.frozen->rules;
        x->rule = mem_array((size_t)x->rules, sizeof *x->rule);
        for (int r = 0; r < x->rules; r++)
            x->rule[r] = x->o.frozen->rule[r].rule;
        return;
    }
    plan_new(&plan, x->d);
    x->rule = mem_array((size_t)plan.rules, sizeof *x->rule);
    for (int r = 0; r < plan.rules; r++)
        if (x->d->spec.rules || !plan.rule[r].dropped || plan.rule[r].rule.keys > 1)
            x->rule[x->rules++] = plan.rule[r].rule;
    plan_free(&plan);
}

static void add_state(struct link_index *x, uint32_t record)
{
    size_t need = (size_t)record + 1;
    MEM_GROW(x->ring, x->ring_cap, need);
    MEM_GROW(x->component, x->component_cap, need);
    MEM_GROW(x->size, x->size_cap, need);
    MEM_GROW(x->cluster, x->cluster_cap, need);
    MEM_GROW(x->first_decision, x->first_cap, need);
    x->first_decision[record] = 0;
    if (need > x->seen_cap) {
        size_t had = x->seen_cap;
        MEM_GROW(x->seen, x->seen_cap, need);
        memset(x->seen + had, 0, (x->seen_cap - had) * sizeof *x->seen);
    }
    x->ring[record] = x->component[record] = x->cluster[record] = record;
    x->size[record] = 1;
}

/* Links a record that is in the tables to what is there. */
static void link_record(struct link_index *x, uint32_t record)
{
    const uint32_t *row = data_row(x->d, record);
    size_t n = gather(x, row, 0);
    for (size_t i = 0; i < n; i++) {
        uint64_t pattern;
        uint32_t other = x->found[i];
        if (other == record || !sources_allow(x->d, record, other))
            continue;
        float w = score_pair(&x->scorer, row, data_row(x->d, other), (float)x->o.threshold_bits,
                             &pattern);
        if (w > x->o.threshold_bits)
            join_components(x, record, other);
    }
}

enum status link_index_new(struct link_data *d, struct link_model *m,
                           const struct link_index_options *o, struct link_index **out,
                           struct err *e)
{
    *out = NULL;
    levels_init();
    TRY(link_model_fit(m, d, e));
    struct link_index *x = mem_zalloc(1, sizeof *x);
    x->d = d;
    x->m = m;
    x->o = *o;
    if (!x->o.group_cap)
        x->o.group_cap = GROUP_CAP;
    x->nz = normaliser_new();
    if (o->frozen)
        link_frozen_bind(o->frozen, m, d);
    else
        model_bind(m, d, false);
    for (int i = 0; o->frozen && i < m->edges; i++)
        x->lift_cap[i] = d->n;
    scorer_new(&x->scorer, d, m);
    choose_index_rules(x);
    x->records = d->n;
    x->cell_cap = (size_t)d->n * (size_t)d->columns;
    for (uint32_t k = 0; k < d->n; k++) {
        intern_add(&x->ids, link_data_id(d, k));
        add_state(x, k);
        index_record(x, k);
    }
    struct link_result result = {0};
    struct link_spec chosen = d->spec; /* the batch, with these very rules */
    memcpy(d->spec.rule, x->rule, (size_t)x->rules * sizeof *x->rule);
    d->spec.rules = x->rules;
    struct link_options lo = {
        .threads = 1,
        .threshold_bits = x->o.threshold_bits,
        .keep_bits = x->o.threshold_bits,
        .frozen = o->frozen,
    };
    enum status s = x->rules ? link_run(d, &lo, &x->m, &result, e) : ST_OK;
    d->spec = chosen;
    for (size_t i = 0; s == ST_OK && i < result.pairs; i++)
        if (result.pair[i].bits > x->o.threshold_bits)
            join_components(x, result.pair[i].a, result.pair[i].b);
    for (uint32_t k = 0; s == ST_OK && result.cluster && k < d->n; k++)
        x->cluster[k] = result.cluster[k];
    link_result_free(&result);
    *out = x;
    return s;
}

void link_index_free(struct link_index *x)
{
    if (!x)
        return;
    for (int r = 0; r < x->rules; r++)
        key_table_free(&x->table[r]);
    link_data_free(x->d);
    link_model_free(x->m);
    normaliser_free(x->nz);
    intern_free(&x->ids);
    free(x->rule);
    free(x->group);
    free(x->ring);
    free(x->component);
    free(x->size);
    free(x->cluster);
    free(x->decision);
    free(x->first_decision);
    free(x->changed);
    free(x->found);
    free(x->seen);
    free(x);
}

/* ---- inserting ---- */

enum status link_index_insert(struct link_index *x, struct str id, struct str source,
                              const struct str *cells, uint32_t *record, struct err *e)
{
    struct link_data *d = x->d;
    if (!id.n)
        return err_set(e, ST_DATA, "the record has no id");
    if (intern_find(&x->ids, id) != UINT32_MAX)
        return err_set(e, ST_DATA, "a record with this id is in the index already");
    uint32_t k = x->records++, first[LINK_MAX_COLUMNS];
    MEM_GROW(d->cell, x->cell_cap, ((size_t)k + 1) * (size_t)d->columns);
    for (int c = 0; c < d->columns; c++)
        first[c] = d->column[c].values;
    data_encode(d, x->nz, x->m, cells, d->cell + (size_t)k * (size_t)d->columns);
    for (int i = 0; x->o.frozen && i < x->m->edges; i++)
        MEM_GROW(d->lift[i], x->lift_cap[i], (size_t)k + 1);
    if (x->o.frozen)
        frozen_bind_record(x->o.frozen, x->m, d, k, first);
    if (d->source) {
        MEM_GROW(d->source, d->source_cap, (size_t)k + 1);
        d->source[k] = source_number(x, source, true);
    }
    d->n = x->records;
    intern_add(&x->ids, id);
    add_state(x, k);
    index_record(x, k);
    link_record(x, k);
    recluster(x, k);
    *record = k;
    return ST_OK;
}

void link_index_constrain(struct link_index *x, const struct link_constraint *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        MEM_GROW(x->decision, x->decision_cap, x->decisions + 1);
        x->decision[x->decisions++] = (struct decision){c[i], x->first_decision[c[i].a]};
        x->first_decision[c[i].a] = (uint32_t)x->decisions;
        if (c[i].same)
            join_components(x, c[i].a, c[i].b);
    }
    for (size_t i = 0; i < n; i++) {
        recluster(x, c[i].a);
        recluster(x, c[i].b);
    }
}

/* ---- reading ---- */

uint32_t link_index_records(const struct link_index *x)
{
    return x->records;
}

struct str link_index_id(const struct link_index *x, uint32_t record)
{
    return intern_text(&x->ids, record);
}

bool link_index_find(const struct link_index *x, struct str id, uint32_t *record)
{
    *record = intern_find(&x->ids, id);
    return *record != UINT32_MAX;
}

uint32_t link_index_cluster(const struct link_index *x, uint32_t record)
{
    return x->cluster[record];
}

size_t link_index_members(const struct link_index *x, uint32_t record, uint32_t *out, size_t max)
{
    size_t n = 0;
    uint32_t k = record;
    do {
        if (x->cluster[k] == x->cluster[record]) {
            if (n < max)
                out[n] = k;
            n++;
        }
        k = x->ring[k];
    } while (k != record);
    return n;
}

size_t link_index_changes(struct link_index *x, uint32_t *out, size_t max)
{
    size_t n = x->changes < max ? x->changes : max;
    if (n)
        memcpy(out, x->changed, n * sizeof *out);
    x->changes -= n;
    memmove(x->changed, x->changed + n, x->changes * sizeof *x->changed);
    return n;
}

int link_index_rules(const struct link_index *x, struct link_rule *out)
{
    if (x->rules)
        memcpy(out, x->rule, (size_t)x->rules * sizeof *out);
    return x->rules;
}
