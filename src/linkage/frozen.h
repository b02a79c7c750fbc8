/* What settles a linkage beside the weights of its model: how common values and combinations of
 * values were among the records that the model was trained on, which rules brought records
 * together, and which of their groups were too large to compare.
 *
 * With a model and its frozen part (link_options.frozen) the weight of a pair, and whether the pair
 * is compared at all, depend on the two records alone. So a record's cluster depends on its
 * component alone, and these agree: linking everything, linking only the components concerned
 * (whole ones), and the live index. Without it how common a value is, and the caps on groups,
 * follow the records at hand.
 *
 * Values stand as 64-bit hashes; those that a single record has are left out. Hashes of names can
 * be guessed: keep the bytes sealed. */
#ifndef LINKAGE_FROZEN_H
#define LINKAGE_FROZEN_H

#include "linkage/model.h"

/* Counts by hash, ascending. */
struct frozen_counts {
    uint64_t *hash;
    uint32_t *count;
    uint32_t n;
};

struct frozen_rule {
    struct link_rule rule;
    uint64_t *dropped; /* keys of groups over the cap, ascending */
    uint32_t n;
};

struct link_frozen {
    uint32_t records;
    int columns, edges, rules;
    struct {
        uint32_t present;
        bool unused;
        struct frozen_counts values;
    } column[LINK_MAX_COLUMNS];
    struct {
        int a, b;
        double scale; /* as lift_scale in score.c */
        struct frozen_counts pairs;
    } edge[LINK_MAX_COLUMNS];
    struct frozen_rule rule[LINK_MAX_RULES];
};

/* Of the records that `m` was trained on, with the plan chosen for them. */
struct link_frozen *frozen_new(const struct link_data *d, const struct link_model *m,
                               const struct plan *p);

/* As link_frozen_bind, for one record that was added: its values from number first[k] on, and its
 * lifts, for which d->lift has room. */
void frozen_bind_record(const struct link_frozen *f, const struct link_model *m,
                        struct link_data *d, uint32_t record, const uint32_t *first);

bool frozen_drops(const struct frozen_rule *r, uint64_t key);

#endif
