#include "linkage/model.h"
#include "linkage/own.h"
#include "linkage/radix.h"

#include <math.h>
#include <stdlib.h>

double model_prior_bits(const struct link_model *m)
{
    return log2(m->prior / (1.0 - m->prior));
}

void link_model_free(struct link_model *m)
{
    for (int k = 0; m && k < m->columns; k++) {
        intern_free(&m->column[k].known);
        free(m->column[k].frequency);
        own_levels_free(m->column[k].own);
    }
    free(m);
}

/* A weaker level must not weigh more than a stronger one: levels out of order get their common
 * average, weighted by m (pool adjacent violators). Swapped names have no place in the order. */
static void keep_order(struct model_column *c)
{
    double m[LINK_MAX_LEVELS], u[LINK_MAX_LEVELS];
    int last[LINK_MAX_LEVELS], n = 0; /* last level of each pool */
    bool name = c->type == LINK_GIVEN_NAME || c->type == LINK_FAMILY_NAME;
    for (int l = 1; l < c->levels; l++) {
        if (name && (l == NAME_SWAPPED || l == NAME_HALF_SWAPPED)) {
            c->bits[l] = fmax(0.0, log2(c->m[l] / c->u[l]));
            continue;
        }
        m[n] = c->m[l];
        u[n] = c->u[l];
        last[n++] = l;
        for (; n > 1 && m[n - 1] * u[n - 2] > m[n - 2] * u[n - 1]; n--) {
            m[n - 2] += m[n - 1];
            u[n - 2] += u[n - 1];
            last[n - 2] = last[n - 1];
        }
    }
    for (int k = 0, l = 1; k < n; k++)
        for (; l <= last[k]; l++)
            if (!name || (l != NAME_SWAPPED && l != NAME_HALF_SWAPPED))
                c->bits[l] = log2(m[k] / u[k]);
}

void model_set_bits(struct link_model *m)
{
    for (int k = 0; k < m->columns; k++) {
        struct model_column *c = &m->column[k];
        c->bits[0] = 0.0;
        if (!c->unused && !c->own)
            keep_order(c);
        for (int l = 1; c->own && l < c->levels; l++)
            c->bits[l] = log2(c->m[l] / c->u[l]);
    }
}

/* The chance of meeting this very value in another person's record is its frequency; scaled so
 * that on average it is the chance u of the equal level, which has the matches taken out. */
double model_equal_bits(const struct model_column *mc, double frequency)
{
    double scale = mc->any_equal > 0.0 ? mc->u[LEVEL_SAME] / mc->any_equal : 1.0;
    return log2(mc->m[LEVEL_SAME] / fmin(frequency * scale, 0.999));
}

static double frequency_in(const struct column *c, uint32_t v)
{
    return ((double)c->count[v] + 0.5) / ((double)c->present + 1.0);
}

enum { REMEMBER_LEAST = 10 };

/* Values of these types are somebody's own, however many records share one. */
static bool is_secret(enum link_type t)
{
    return t == LINK_PHONE || t == LINK_EMAIL || t == LINK_IDENTIFIER || t == LINK_ADDRESS;
}

/* In the order of their hashes: the same file whatever the order of the rows. */
struct remembered {
    uint64_t hash;
    uint32_t value;
};

static int by_hash(const void *x, const void *y)
{
    const struct remembered *a = x, *b = y;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

static void remember_column(struct model_column *mc, const struct column *c)
{
    struct remembered *r = mem_array(c->values, sizeof *r);
    size_t n = 0;
    for (uint32_t v = 1; v < c->values; v++)
        if (c->count[v] >= REMEMBER_LEAST)
            r[n++] = (struct remembered){value_hash(c, v), v};
    qsort(r, n, sizeof *r, by_hash);
    mc->frequency = mem_array(n, sizeof *mc->frequency);
    for (size_t k = 0; k < n; k++) {
        intern_add(&mc->known, intern_text(&c->texts, r[k].value));
        mc->frequency[k] = frequency_in(c, r[k].value);
    }
    free(r);
}

static uint64_t fingerprint_of(const struct link_model *m, const struct link_data *d)
{
    uint64_t h = d->n;
    for (int k = 0; k < d->columns; k++) {
        const struct column *c = &d->column[k];
        for (uint32_t v = 1; !m->column[k].unused && v < c->values; v++)
            h += value_hash(c, v) * (c->count[v] + (uint64_t)k * 0x10001);
    }
    return h;
}

bool link_model_is_of(const struct link_model *m, const struct link_data *d)
{
    return m->records == d->n && m->fingerprint == fingerprint_of(m, d);
}

void model_remember(struct link_model *m, const struct link_data *d)
{
    m->fingerprint = fingerprint_of(m, d);
    for (int k = 0; k < d->columns; k++) {
        struct model_column *mc = &m->column[k];
        const struct column *c = &d->column[k];
        if (c->unused)
            continue;
        double left = (double)c->present, values = 0.0;
        for (uint32_t v = 1; v < c->values; v++) {
            if (c->count[v] < REMEMBER_LEAST)
                values += c->count[v] > 0;
            else
                left -= c->count[v];
        }
        mc->rare = (values > 0.0 ? left / values + 0.5 : 1.0) / ((double)c->present + 1.0);
        if (!is_secret(c->type) && !c->own)
            remember_column(mc, c);
    }
}

static double model_frequency(const struct model_column *mc, struct str text)
{
    uint32_t k = intern_find(&mc->known, text);
    return k == UINT32_MAX ? mc->rare : mc->frequency[k];
}

double model_text_bits(const struct model_column *mc, struct str text)
{
    return model_equal_bits(mc, model_frequency(mc, text));
}

/* How much more often two values stand in one record than they would if their columns knew nothing
 * of each other, from the records themselves: a family name all but names the nationality. Halves
 * are added as in frequency_in, so that a combination that is met once is no proof. */
static double lift_of(const struct column *a, const struct column *b, uint64_t key, size_t together,
                      uint32_t records)
{
    double both = ((double)together + 0.5) / ((double)records + 1.0);
    return both / (frequency_in(a, (uint32_t)(key >> 32)) * frequency_in(b, (uint32_t)key));
}

/* A person's several records make every combination look common. The model's lift has the matches
 * taken out; the values' own are scaled so that they average to it over pairs taken at random. */
static double lift_scale(const struct link_data *d, const struct dependence *edge,
                         const struct radix_item *sorted)
{
    double pairs = 0.0, n = (double)d->n;
    for (uint32_t i = 0, end = 0; i < d->n; i = end) {
        while (end < d->n && sorted[end].key == sorted[i].key)
            end++;
        if (sorted[i].key)
            pairs += (double)(end - i) * (double)(end - i);
    }
    const struct column *a = &d->column[edge->a], *b = &d->column[edge->b];
    double chance = a->average_frequency * b->average_frequency;
    double average = chance > 0.0 ? pairs / (n * n) / chance : 1.0;
    return average > edge->lift ? edge->lift / average : 1.0;
}

/* Records in the order of their combinations; those without one have key 0. */
static struct radix_item *sort_combinations(const struct link_data *d,
                                            const struct dependence *edge, struct radix_item *items,
                                            struct radix_item *scratch)
{
    for (uint32_t r = 0; r < d->n; r++) {
        const uint32_t *row = data_row(d, r);
        bool both = row[edge->a] && row[edge->b];
        items[r] = (struct radix_item){both ? (uint64_t)row[edge->a] << 32 | row[edge->b] : 0, r};
    }
    return radix_sort(items, scratch, d->n);
}

double model_lift_scale(const struct link_data *d, const struct dependence *edge)
{
    struct radix_item *items = mem_array(d->n, sizeof *items);
    struct radix_item *scratch = mem_array(d->n, sizeof *items);
    double scale = lift_scale(d, edge, sort_combinations(d, edge, items, scratch));
    free(items);
    free(scratch);
    return scale;
}

static float *bind_lift(const struct link_data *d, const struct dependence *edge)
{
    const struct column *a = &d->column[edge->a], *b = &d->column[edge->b];
    struct radix_item *items = mem_array(d->n, sizeof *items);
    struct radix_item *scratch = mem_array(d->n, sizeof *items);
    float *lift = mem_zalloc(d->n, sizeof *lift);
    struct radix_item *sorted = sort_combinations(d, edge, items, scratch);
    double scale = lift_scale(d, edge, sorted);
    for (uint32_t i = 0, end = 0; i < d->n; i = end) {
        while (end < d->n && sorted[end].key == sorted[i].key)
            end++;
        if (!sorted[i].key)
            continue;
        double times = scale * lift_of(a, b, sorted[i].key, end - i, d->n);
        for (uint32_t k = i; k < end; k++)
            lift[sorted[k].record] = times > 1.0 ? (float)log2(times) : 0.0f;
    }
    free(items);
    free(scratch);
    return lift;
}

/* Term frequencies of such columns are always those of the records. */
static void bind_own(const struct model_column *mc, struct column *c)
{
    own_bind(c->own, c->count, mc->u, mc->bits);
    for (uint32_t v = 1; v < c->values; v++) {
        int level = c->own->same[v];
        c->value[v].equal_bits = own_bits(c->own, level, v, (float)mc->bits[level]);
    }
}

void model_bind(const struct link_model *m, struct link_data *d, bool same_data)
{
    for (int i = 0; i < LINK_MAX_COLUMNS; i++) {
        free(d->lift[i]);
        d->lift[i] = same_data && i < m->edges ? bind_lift(d, &m->edge[i]) : NULL;
    }
    for (int k = 0; k < d->columns; k++) {
        struct column *c = &d->column[k];
        c->unused |= m->column[k].unused; /* it has no weights there */
        if (c->own && !c->unused)
            bind_own(&m->column[k], c);
        for (uint32_t v = 1; !c->own && !c->unused && v < c->values; v++)
            c->value[v].equal_bits =
                (float)(same_data ? model_equal_bits(&m->column[k], frequency_in(c, v))
                                  : model_text_bits(&m->column[k], intern_text(&c->texts, v)));
    }
}

/* ---- scoring ---- */

/* The most that different values of a column can add, names that change places left out. */
static float most_of_unequal(const struct scorer *s, int k)
{
    bool name = k == s->d->given || k == s->d->family;
    float most = s->own[k] ? 0.0f : s->bits[k][2];
    for (int l = 1; s->own[k] && l < s->m->column[k].levels; l++)
        most = fmaxf(most, own_most(s->own[k], l, s->bits[k][l]));
    if (s->own[k])
        return most;
    for (int l = 3; l < s->m->column[k].levels; l++)
        if (!name || (l != NAME_SWAPPED && l != NAME_HALF_SWAPPED))
            most = fmaxf(most, s->bits[k][l]);
    return most;
}

static int cost_of(const struct link_data *d, int k)
{
    if (k == d->given || k == d->family)
        return 10;
    switch (d->column[k].type) {
    case LINK_SEX:
    case LINK_CODE:
    case LINK_NATIONALITY:
    case LINK_COUNTRY:
        return 1;
    case LINK_DATE:
    case LINK_YEAR:
    case LINK_POSTCODE:
    case LINK_PHONE:
        return 2;
    default:
        return 3;
    }
}

void scorer_new(struct scorer *s, const struct link_data *d, const struct link_model *m)
{
    *s = (struct scorer){.d = d, .m = m, .prior = (float)model_prior_bits(m)};
    bool personal = false;
    for (int k = 0; k < d->columns; k++) {
        for (int l = 0; l < m->column[k].levels; l++)
            s->bits[k][l] = (float)m->column[k].bits[l];
        if (d->column[k].unused)
            continue;
        s->own[k] = d->column[k].own;
        s->unequal[k] = most_of_unequal(s, k);
        if (type_is_shared(d->column[k].type))
            s->shared |= 1u << k;
        if (d->column[k].type == LINK_DATE || d->column[k].type == LINK_YEAR)
            s->born |= 1u << k;
        personal |= type_is_personal(d->column[k].type);
        int at = s->columns++;
        for (; at > 0 && cost_of(d, s->order[at - 1]) > cost_of(d, k); at--)
            s->order[at] = s->order[at - 1];
        s->order[at] = k;
    }
    if (d->given >= 0)
        s->swapped = fmaxf(s->bits[d->given][NAME_SWAPPED], s->bits[d->given][NAME_HALF_SWAPPED]);
    for (int i = 0; i < m->edges; i++) {
        s->edge[s->edges].columns = 1u << m->edge[i].a | 1u << m->edge[i].b;
        s->edge[s->edges++].bits = (float)log2(m->edge[i].lift);
    }
    s->guard = personal && s->shared;
    s->household = (float)m->household;
    s->twins = s->born ? (float)m->twins : 0.0f;
}

static inline float level_bits(const struct scorer *s, int k, int level, uint32_t value)
{
    if (s->own[k])
        return own_bits(s->own[k], level, value, s->bits[k][level]);
    return level == LEVEL_SAME ? s->d->column[k].value[value].equal_bits : s->bits[k][level];
}

/* log2 of the odds of one person against strangers, housemates or twins: with w the odds against
 * strangers, and the weight of what housemates do not share, with and without dates of birth. */
static float guard_household(const struct scorer *s, float w, float personal, float unborn)
{
    if (fminf(personal, unborn) > w + 12.0f)
        return w;
    /* against strangers' odds, so that no weight is too far out for a number */
    return w - (float)log2(1.0 + (double)s->household * exp2((double)(w - personal)) +
                           (double)s->twins * exp2((double)(w - unborn)));
}

float score_pattern(const struct scorer *s, const uint32_t *a, uint64_t pattern,
                    struct taken_off *off)
{
    float w = s->prior, personal = 0.0f, unborn = 0.0f, repeated = 0.0f;
    uint32_t same = 0;
    for (int i = 0; i < s->columns; i++) {
        int k = s->order[i], level = pattern_level(pattern, k);
        float bits = level_bits(s, k, level, a[k]);
        same |= (uint32_t)(level == LEVEL_SAME) << k;
        w += bits;
        personal += s->shared >> k & 1 ? 0.0f : bits;
        unborn += (s->shared | s->born) >> k & 1 ? 0.0f : bits;
    }
    for (int i = 0; i < s->edges; i++)
        if ((same & s->edge[i].columns) == s->edge[i].columns)
            repeated += s->d->lift[i]
                            ? s->d->lift[i][(size_t)(a - s->d->cell) / (size_t)s->d->columns]
                            : s->edge[i].bits;
    w -= repeated;
    float guarded = s->guard ? guard_household(s, w, personal, unborn) : w;
    if (off)
        *off = (struct taken_off){guarded - w, -repeated};
    return guarded;
}

/* What the columns give at most, known from the value numbers alone. */
static float bound_of(const struct scorer *s, const uint32_t *a, const uint32_t *b)
{
    float bound = s->prior + 0.01f; /* more than rounding can do */
    for (int i = 0; i < s->columns; i++) {
        int k = s->order[i];
        if (a[k] && b[k])
            bound += a[k] == b[k] ? s->d->column[k].value[a[k]].equal_bits : s->unequal[k];
    }
    return bound;
}

/* What names in each other's place give beyond `bound`. */
static float extra_of_swap(const struct scorer *s, const uint32_t *a, const uint32_t *b)
{
    const struct link_data *d = s->d;
    float names = 0.0f;
    if (d->given < 0)
        return 0.0f;
    for (int i = 0; i < 2; i++) {
        int k = i ? d->family : d->given;
        if (a[k] && b[k])
            names += a[k] == b[k] ? d->column[k].value[a[k]].equal_bits : s->unequal[k];
    }
    int level = s->swapped > names ? names_swapped(d, a, b) : LEVEL_MISSING;
    return level ? fmaxf(0.0f, s->bits[d->given][level] - names) : 0.0f;
}

float score_pair(const struct scorer *s, const uint32_t *a, const uint32_t *b, float least,
                 uint64_t *pattern)
{
    const struct link_data *d = s->d;
    float bound = bound_of(s, a, b), extra = -1.0f; /* not known yet */
    if (bound < least) {
        extra = extra_of_swap(s, a, b);
        if (bound + extra < least)
            return -INFINITY;
    }
    uint64_t p = 0;
    for (int i = 0; i < s->columns; i++) {
        int k = s->order[i];
        if (!a[k] || !b[k])
            continue;
        if (a[k] == b[k]) {
            p |= (uint64_t)column_same(&d->column[k], a[k]) << (4 * k);
            continue;
        }
        int level = level_of_pair(d, a, b, k);
        p |= (uint64_t)level << (4 * k);
        bound += s->bits[k][level] - s->unequal[k];
        if (bound < least) {
            if (k == d->given || k == d->family) { /* names come last */
                if (names_swapped(d, a, b) == LEVEL_MISSING)
                    return -INFINITY;
                continue;
            }
            if (extra < 0.0f)
                extra = extra_of_swap(s, a, b);
            if (bound + extra < least)
                return -INFINITY;
        }
    }
    if (d->given >= 0) {
        int given = pattern_level(p, d->given), family = pattern_level(p, d->family), g = given,
            f = family;
        levels_across_names(d, a, b, &g, &f);
        if (g != given)
            p = pattern_with(pattern_with(p, d->given, g), d->family, f);
    }
    *pattern = p;
    return score_pattern(s, a, p, NULL);
}
