#include "linkage/block.h"

#include "linkage/frozen.h"
#include "linkage/radix.h"
#include "text/phonetic.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- keys ---- */

static uint64_t mix64(uint64_t h, uint64_t v)
{
    __uint128_t p = (__uint128_t)(h ^ 0x9e3779b97f4a7c15ull) * (v ^ 0xd6e8feb86659fd93ull);
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* First `length` characters of the text; false when it is shorter than two of them. */
static uint64_t prefix_hash(struct str s, int length)
{
    size_t n = 0;
    for (int k = 0; k < length && n < s.n; k++)
        do
            n++;
        while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80);
    return str_hash((struct str){s.p, n});
}

static bool key_part(const struct link_data *d, const struct link_key *k, const uint32_t *row,
                     uint64_t *out)
{
    const struct column *c = &d->column[k->column];
    uint32_t v = row[k->column], packed = c->value[v].extra;
    if (k->part == LINK_NAME_BAG) {
        uint64_t g = d->column[d->given].words[row[d->given]].joined,
                 f = d->column[d->family].words[row[d->family]].joined;
        *out = g < f ? mix64(g, f) : mix64(f, g);
        return row[d->given] && row[d->family];
    }
    if (!v)
        return false;
    switch (k->part) {
    case LINK_WHOLE:
        *out = value_hash(c, v);
        return true;
    case LINK_PREFIX:
        *out = prefix_hash(intern_text(&c->texts, v), k->length);
        return true;
    case LINK_SKELETON:
        *out = name_sound(&c->value[v]);
        return *out != 0;
    case LINK_PART_YEAR:
        *out = (uint64_t)packed_year(packed);
        return true;
    case LINK_MONTH_DAY:
        *out = packed & ((1 << 14) - 1);
        return packed_day(packed) != 0;
    case LINK_NAME_BAG:
        break;
    }
    BUG("no such part of a key: %d", (int)k->part);
}

bool rule_key(const struct link_data *d, const struct link_rule *r, const uint32_t *row,
              uint64_t *key)
{
    uint64_t h = 0, part;
    for (int k = 0; k < r->keys; k++) {
        if (!key_part(d, &r->key[k], row, &part))
            return false;
        h = mix64(h, part);
    }
    *key = h;
    return true;
}

void rule_name(const struct link_data *d, const struct link_rule *r, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int k = 0; k < r->keys && n < size; k++) {
        const struct link_key *key = &r->key[k];
        const char *name = d->column[key->column].name, *plus = k ? " + " : "";
        int wrote = 0;
        switch (key->part) {
        case LINK_WHOLE:
            wrote = snprintf(out + n, size - n, "%s%s", plus, name);
            break;
        case LINK_PREFIX:
            wrote = snprintf(out + n, size - n, "%sfirst %d of %s", plus, key->length, name);
            break;
        case LINK_SKELETON:
            wrote = snprintf(out + n, size - n, "%ssound of %s", plus, name);
            break;
        case LINK_PART_YEAR:
            wrote = snprintf(out + n, size - n, "%syear of %s", plus, name);
            break;
        case LINK_MONTH_DAY:
            wrote = snprintf(out + n, size - n, "%smonth and day of %s", plus, name);
            break;
        case LINK_NAME_BAG:
            wrote = snprintf(out + n, size - n, "%s%s and %s in either order", plus,
                             d->column[d->given].name, d->column[d->family].name);
            break;
        }
        n += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* ---- grouping by one rule ---- */

/* The largest cap whose groups hold at most `budget` pairs; `sizes` has one entry a group. */
static uint32_t cap_for(const uint32_t *sizes, uint32_t groups, uint64_t budget)
{
    uint32_t largest = 0;
    for (uint32_t g = 0; g < groups; g++)
        largest = sizes[g] > largest ? sizes[g] : largest;
    uint64_t *pairs_of = mem_zalloc((size_t)largest + 1, sizeof *pairs_of);
    for (uint32_t g = 0; g < groups; g++)
        pairs_of[sizes[g]] += (uint64_t)sizes[g] * (sizes[g] - 1) / 2;
    uint64_t sum = 0;
    uint32_t cap = 0;
    while (cap < largest && (sum + pairs_of[cap + 1] <= budget || cap < CAP_LEAST))
        sum += pairs_of[++cap];
    free(pairs_of);
    return cap;
}

/* Records of groups over the cap get the flag `over` of this rule. */
static void make_groups(struct plan_rule *pr, struct plan_tried *tried,
                        const struct radix_item *items, size_t n, uint64_t budget, uint8_t *over)
{
    uint32_t groups = 0, *sizes = mem_array(n / 2 + 1, sizeof *sizes);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && items[end].key == items[i].key;)
            end++;
        if (end - i > 1)
            sizes[groups++] = (uint32_t)(end - i);
    }
    uint32_t cap = cap_for(sizes, groups, budget);
    free(sizes);
    pr->group = mem_array(groups, sizeof *pr->group);
    pr->order = mem_array(n, sizeof *pr->order);
    uint32_t used = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && items[end].key == items[i].key;)
            end++;
        uint32_t size = (uint32_t)(end - i);
        if (size < 2)
            continue;
        if (size > pr->largest)
            pr->largest = size;
        if (size > cap) {
            pr->dropped += size;
            MEM_GROW(tried->dropped, tried->cap, tried->dropped_keys + 1);
            tried->dropped[tried->dropped_keys++] = items[i].key;
            for (size_t k = i; over && k < end; k++)
                over[items[k].record] = 1;
            continue;
        }
        pr->group[pr->groups++] = (struct group){used, size};
        pr->pairs += (uint64_t)size * (size - 1) / 2;
        for (size_t k = i; k < end; k++)
            pr->order[used++] = items[k].record;
    }
    pr->order = mem_resize(pr->order, used, sizeof *pr->order);
}

struct builder {
    const struct link_data *d;
    struct plan *p;
    struct radix_item *items, *scratch;
    uint8_t *over[LINK_MAX_COLUMNS]; /* by column: 1 where its own rule's group is over the cap */
    bool alone[LINK_MAX_COLUMNS];    /* the column has a rule of its own */
    uint64_t budget;
    const struct frozen_rule *frozen; /* the rule being added; NULL: caps come from the data */
};

/* Is the record covered by a rule of its own of one of the key's columns? Then the combination
 * brings nothing new. */
static bool is_covered(const struct builder *b, const struct link_rule *r, const uint32_t *row,
                       uint32_t record)
{
    for (int k = 0; k < r->keys; k++) {
        int c = r->key[k].column;
        if (r->key[k].part == LINK_WHOLE && b->alone[c] && row[c] && !b->over[c][record])
            return true;
    }
    return false;
}

static void add_rule(struct builder *b, const struct link_rule *r)
{
    const struct link_data *d = b->d;
    struct plan *p = b->p;
    bool single = !d->spec.rules && r->keys == 1 && r->key[0].part == LINK_WHOLE;
    if (p->tries == LINK_MAX_RULES || (single && b->alone[r->key[0].column]))
        return;
    struct plan_tried *tried = &p->tried[p->tries++];
    *tried = (struct plan_tried){.rule = *r};
    struct plan_rule pr = {.rule = *r};
    for (int k = 0; k < r->keys; k++) {
        pr.columns |= 1u << r->key[k].column;
        if (r->key[k].part == LINK_NAME_BAG)
            pr.columns |= 1u << d->given | 1u << d->family;
    }
    uint8_t *over = single ? b->over[r->key[0].column] = mem_zalloc(d->n, 1) : NULL;
    size_t n = 0;
    for (uint32_t k = 0; k < d->n; k++) {
        uint64_t key;
        const uint32_t *row = data_row(d, k);
        if (!rule_key(d, r, row, &key) || (!d->spec.rules && !single && is_covered(b, r, row, k)))
            continue;
        if (b->frozen && frozen_drops(b->frozen, key)) {
            if (over)
                over[k] = 1;
            continue;
        }
        b->items[n++] = (struct radix_item){key, k};
    }
    if (single)
        b->alone[r->key[0].column] = true;
    struct radix_item *sorted = n ? radix_sort_hashes(b->items, b->scratch, n) : b->items;
    make_groups(&pr, tried, sorted, n, b->budget, over);
    if (pr.groups || d->spec.rules) {
        p->rule = mem_resize(p->rule, (size_t)p->rules + 1, sizeof *p->rule);
        p->rule[p->rules++] = pr;
    } else {
        free(pr.group);
        free(pr.order);
    }
}

/* ---- choosing rules ---- */

static void add_keys(const struct link_data *d, struct chosen_rules *c, int keys,
                     const struct link_key *key)
{
    struct link_rule r = {.keys = keys};
    for (int k = 0; k < keys; k++) {
        if (key[k].column < 0 || d->column[key[k].column].unused)
            return;
        r.key[k] = key[k];
    }
    if (c->rules == CHOSEN_RULES_MOST)
        BUG("more than %d rules to choose from", CHOSEN_RULES_MOST);
    c->rule[c->rules++] = r;
}

#define KEYS(...)                                                                                  \
    add_keys(d, c, (int)(sizeof((struct link_key[]){__VA_ARGS__}) / sizeof(struct link_key)),      \
             (struct link_key[]){__VA_ARGS__})

static bool stands_alone(enum link_type t)
{
    return t == LINK_FAMILY_NAME || t == LINK_GIVEN_NAME || t == LINK_FULL_NAME || t == LINK_DATE ||
           t == LINK_POSTCODE || t == LINK_PHONE || t == LINK_EMAIL || t == LINK_IDENTIFIER;
}

/* Combinations of a date with what else there is. */
static void add_date_rules(const struct link_data *d, struct chosen_rules *c, int date)
{
    int g = d->given, f = d->family;
    KEYS({date, LINK_WHOLE, 0}, {g, LINK_PREFIX, 1});
    KEYS({date, LINK_WHOLE, 0}, {f, LINK_PREFIX, 1});
    KEYS({g, LINK_WHOLE, 0}, {date, LINK_PART_YEAR, 0});
    KEYS({f, LINK_WHOLE, 0}, {date, LINK_PART_YEAR, 0});
    KEYS({g, LINK_WHOLE, 0}, {date, LINK_MONTH_DAY, 0});
    KEYS({f, LINK_WHOLE, 0}, {date, LINK_MONTH_DAY, 0});
    KEYS({g, LINK_SKELETON, 0}, {date, LINK_PART_YEAR, 0});
    KEYS({f, LINK_SKELETON, 0}, {date, LINK_PART_YEAR, 0});
    KEYS({g, LINK_PREFIX, 1}, {f, LINK_PREFIX, 1}, {date, LINK_MONTH_DAY, 0});
    KEYS({g, LINK_PREFIX, 1}, {f, LINK_PREFIX, 1}, {date, LINK_PART_YEAR, 0});
}

static void add_name_rules(const struct link_data *d, struct chosen_rules *c)
{
    int g = d->given, f = d->family;
    if (g < 0)
        return;
    KEYS({g, LINK_WHOLE, 0}, {f, LINK_WHOLE, 0});
    KEYS({g, LINK_NAME_BAG, 0});
    KEYS({f, LINK_SKELETON, 0}, {g, LINK_PREFIX, 1});
    KEYS({g, LINK_SKELETON, 0}, {f, LINK_PREFIX, 1});
    KEYS({g, LINK_SKELETON, 0}, {f, LINK_SKELETON, 0});
    KEYS({g, LINK_PREFIX, 3}, {f, LINK_PREFIX, 3});
}

void rules_choose(const struct link_data *d, struct chosen_rules *c)
{
    c->rules = 0;
    for (int k = 0; k < d->columns; k++)
        if (stands_alone(d->column[k].type))
            KEYS({k, LINK_WHOLE, 0});
    add_name_rules(d, c);
    for (int k = 0; k < d->columns; k++) {
        enum link_type t = d->column[k].type;
        if (t == LINK_DATE)
            add_date_rules(d, c, k);
        if (t == LINK_POSTCODE || t == LINK_PLACE || t == LINK_ADDRESS || t == LINK_TEXT ||
            t == LINK_PHONE) {
            KEYS({k, LINK_WHOLE, 0}, {d->given, LINK_PREFIX, 1});
            KEYS({k, LINK_WHOLE, 0}, {d->given, LINK_WHOLE, 0});
            KEYS({k, LINK_WHOLE, 0}, {d->family, LINK_WHOLE, 0});
            for (int m = 0; m < d->columns; m++)
                if (d->column[m].type == LINK_DATE)
                    KEYS({k, LINK_WHOLE, 0}, {m, LINK_PART_YEAR, 0});
        }
    }
}

void rules_of_last_resort(const struct link_data *d, int column, struct chosen_rules *c)
{
    c->rules = 0;
    KEYS({column, LINK_WHOLE, 0});
    for (int k = column + 1; k < d->columns; k++)
        KEYS({column, LINK_WHOLE, 0}, {k, LINK_WHOLE, 0});
}

static void add_chosen(struct builder *b)
{
    const struct link_data *d = b->d;
    struct chosen_rules *c = mem_alloc(sizeof *c);
    rules_choose(d, c);
    for (int k = 0; k < c->rules; k++)
        add_rule(b, &c->rule[k]);
    for (int j = 0; !b->p->rules && j < d->columns; j++) {
        rules_of_last_resort(d, j, c);
        for (int k = 0; k < c->rules; k++)
            add_rule(b, &c->rule[k]);
    }
    free(c);
}

/* ---- the plan ---- */

static void number_groups(struct plan *p, uint32_t records)
{
    p->group_of = mem_zalloc((size_t)records * (size_t)p->rules, sizeof *p->group_of);
    for (int r = 0; r < p->rules; r++) {
        const struct plan_rule *pr = &p->rule[r];
        for (uint32_t g = 0; g < pr->groups; g++)
            for (uint32_t k = 0; k < pr->group[g].count; k++)
                p->group_of[(size_t)pr->order[pr->group[g].start + k] * (size_t)p->rules +
                            (size_t)r] = g + 1;
    }
}

static void make_plan(struct plan *p, const struct link_data *d, const struct link_frozen *f)
{
    *p = (struct plan){0};
    struct builder b = {.d = d, .p = p};
    b.items = mem_array(d->n, sizeof *b.items);
    b.scratch = mem_array(d->n, sizeof *b.scratch);
    if (f) {
        b.budget = PAIRS_MOST;
        for (int r = 0; r < f->rules; r++) {
            b.frozen = &f->rule[r];
            add_rule(&b, &f->rule[r].rule);
        }
    } else if (d->spec.rules) {
        b.budget = PAIRS_MOST;
        for (int r = 0; r < d->spec.rules; r++)
            add_rule(&b, &d->spec.rule[r]);
    } else {
        b.budget = BUDGET_BASE + (uint64_t)BUDGET_PER_RECORD * d->n;
        add_chosen(&b);
    }
    free(b.items);
    free(b.scratch);
    for (int k = 0; k < LINK_MAX_COLUMNS; k++)
        free(b.over[k]);
    number_groups(p, d->n);
}

void plan_new(struct plan *p, const struct link_data *d)
{
    make_plan(p, d, NULL);
}

void plan_frozen(struct plan *p, const struct link_data *d, const struct link_frozen *f)
{
    make_plan(p, d, f);
}

void plan_free(struct plan *p)
{
    for (int r = 0; r < p->tries; r++)
        free(p->tried[r].dropped);
    for (int r = 0; r < p->rules; r++) {
        free(p->rule[r].order);
        free(p->rule[r].group);
    }
    free(p->rule);
    free(p->group_of);
    *p = (struct plan){0};
}

uint64_t pairs_possible(const struct link_data *d)
{
    uint64_t n = d->n, all = n * (n - 1) / 2, within = 0;
    if (!d->source || d->spec.mode == LINK_BOTH)
        return all;
    uint64_t *count = mem_zalloc(d->sources.count, sizeof *count);
    for (uint32_t k = 0; k < d->n; k++)
        count[d->source[k]]++;
    for (uint32_t s = 0; s < d->sources.count; s++)
        within += count[s] ? count[s] * (count[s] - 1) / 2 : 0;
    free(count);
    return d->spec.mode == LINK_DEDUPE ? within : all - within;
}

struct chunk *plan_chunks(const struct plan *p, uint64_t pairs, size_t *count)
{
    struct chunk *chunk = NULL;
    size_t cap = 0;
    *count = 0;
    for (int r = 0; r < p->rules; r++) {
        const struct plan_rule *pr = &p->rule[r];
        bool open = false;
        uint64_t load = 0;
        for (uint32_t g = 0; g < pr->groups; g++) {
            const struct group *group = &pr->group[g];
            for (uint32_t k = 0; k + 1 < group->count; k++) {
                if (!open || load >= pairs) {
                    MEM_GROW(chunk, cap, *count + 1);
                    chunk[(*count)++] = (struct chunk){r, group->start + k, 0, g};
                    load = 0;
                    open = true;
                }
                load += group->count - 1 - k;
                chunk[*count - 1].to = group->start + k + 1;
            }
        }
    }
    return chunk;
}
