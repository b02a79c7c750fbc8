/* A dictionary of byte strings: each distinct one gets the next number. */
#ifndef LINKAGE_INTERN_H
#define LINKAGE_INTERN_H

#include "base/str.h"

struct intern_slot {
    uint32_t hash, number_plus_1;
};
struct intern {
    char *bytes;
    size_t used, cap;
    uint64_t *at; /* count + 1 offsets into bytes */
    size_t at_cap;
    uint32_t count;
    struct intern_slot *slot;
    uint32_t mask;
};

/* An empty dictionary: {0}; made ready by the first call. */
uint32_t intern_add(struct intern *t, struct str s);
/* The same with the hash known (str_hash); lets a caller prefetch in batches. */
uint32_t intern_add_hashed(struct intern *t, struct str s, uint64_t hash);
void intern_prefetch_slot(const struct intern *t, uint64_t hash);
void intern_prefetch_text(const struct intern *t, uint64_t hash);
/* UINT32_MAX when absent. */
uint32_t intern_find(const struct intern *t, struct str s);
/* Holds a text under the number `count` without adding it, until the next call that adds. */
uint32_t intern_hold(struct intern *t, struct str s);
void intern_free(struct intern *t);

static inline struct str intern_text(const struct intern *t, uint32_t number)
{
    return (struct str){t->bytes + t->at[number], (size_t)(t->at[number + 1] - t->at[number])};
}

#endif
