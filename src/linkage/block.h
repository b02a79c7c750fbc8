/* Blocking: which pairs are compared.
 *
 * Each rule is a key; records with the same key form a group, all pairs of a group are candidates,
 * and the union over the rules is compared. A pair is met at the first rule whose groups hold both
 * records: it is skipped at the later ones by comparing group numbers, so that no pair is ever
 * stored. Groups over a rule's cap are left to more detailed rules.
 *
 * Rules given by the user are followed to the letter (up to PAIRS_MOST). Otherwise: every column
 * that can single people out stands alone while its groups are small enough for the budget; records
 * of larger groups meet in combinations of two or three columns. Never an address alone, nor a
 * place: people housed together share them. */
#ifndef LINKAGE_BLOCK_H
#define LINKAGE_BLOCK_H

#include "linkage/column.h"

/* A rule's budget in pairs: enough to be thorough with thousands of records, linear with millions.
 * Rules that the user gives may have PAIRS_MOST. A rule keeps its groups from the smallest on while
 * their pairs together are within its budget; groups of up to CAP_LEAST records always. */
enum { BUDGET_BASE = 2000000, BUDGET_PER_RECORD = 15, PAIRS_MOST = 2000000000, CAP_LEAST = 30 };

struct group {
    uint32_t start, count; /* in plan_rule.order */
};

struct plan_rule {
    struct link_rule rule;
    uint32_t columns; /* bit set of the columns used */
    uint32_t *order;  /* records of groups of two or more, group by group, each in rank order */
    struct group *group;
    uint32_t groups;
    uint64_t pairs; /* of its groups, before the union */
    uint32_t largest;
    uint64_t dropped; /* records in groups over the cap */
};

/* A rule that was tried, also when it found nothing, with the keys of its groups over the cap. */
struct plan_tried {
    struct link_rule rule;
    uint64_t *dropped;
    size_t dropped_keys, cap;
};

struct plan {
    struct plan_rule *rule;
    int rules;
    struct plan_tried tried[LINK_MAX_RULES];
    int tries;
    uint32_t *group_of; /* records x rules: group number + 1, 0 = none */
};

/* Rules from d->spec, or chosen. */
void plan_new(struct plan *p, const struct link_data *d);
/* Rules and dropped groups as they were frozen: whether two records meet depends on them alone. */
struct link_frozen;
void plan_frozen(struct plan *p, const struct link_data *d, const struct link_frozen *f);
void plan_free(struct plan *p);

/* The rules that are chosen when none are given, in the order in which they are tried; of a rule of
 * several columns only the records that no earlier rule of one of them alone has covered. When not
 * one of them has a group, the columns' rules of last resort follow, until one has. */
enum { CHOSEN_RULES_MOST = 512 };
struct chosen_rules {
    struct link_rule rule[CHOSEN_RULES_MOST];
    int rules;
};
void rules_choose(const struct link_data *d, struct chosen_rules *c);
void rules_of_last_resort(const struct link_data *d, int column, struct chosen_rules *c);

/* The records' own key for a rule; false when a part is missing. */
bool rule_key(const struct link_data *d, const struct link_rule *r, const uint32_t *row,
              uint64_t *key);
void rule_name(const struct link_data *d, const struct link_rule *r, char *out, size_t size);

static inline const uint32_t *plan_groups(const struct plan *p, uint32_t record)
{
    return p->group_of + (size_t)record * (size_t)p->rules;
}
/* Bit set of the rules that bring two records together. */
static inline uint64_t plan_shared(const struct plan *p, uint32_t a, uint32_t b)
{
    const uint32_t *x = plan_groups(p, a), *y = plan_groups(p, b);
    uint64_t bits = 0;
    for (int r = 0; r < p->rules; r++)
        bits |= (uint64_t)(x[r] && x[r] == y[r]) << r;
    return bits;
}

/* May the mode compare these two at all? */
static inline bool sources_allow(const struct link_data *d, uint32_t a, uint32_t b)
{
    if (!d->source || d->spec.mode == LINK_BOTH)
        return true;
    return (d->source[a] == d->source[b]) == (d->spec.mode == LINK_DEDUPE);
}
/* Pairs that the mode allows. */
uint64_t pairs_possible(const struct link_data *d);

/* A piece of work: positions [from, to) of one rule's order, pairing each with the later ones of
 * its group. */
struct chunk {
    int rule;
    uint32_t from, to;
    uint32_t group; /* the group that `from` is in */
};
/* Cuts the plan into pieces of about `pairs` pairs. */
struct chunk *plan_chunks(const struct plan *p, uint64_t pairs, size_t *count);

/* A sample of the pairs, one in `keep`, that only their ranks decide. */
static inline bool pair_sampled(uint32_t a, uint32_t b, uint32_t keep)
{
    uint64_t both = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
    both = (both ^ both >> 29) * 0xbf58476d1ce4e5b9ull;
    return keep <= 1 || (uint32_t)(both >> 32) < UINT32_MAX / keep;
}

#endif
