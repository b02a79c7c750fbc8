/* Counts of patterns: a small hash map, merged and sorted so that the result has one order. */
#ifndef LINKAGE_TALLY_H
#define LINKAGE_TALLY_H

#include "linkage/model.h"

struct tally_map {
    struct pattern_count *slot; /* count 0: empty */
    uint32_t mask, used;
};

void tally_add(struct tally_map *t, uint64_t pattern, uint32_t free_set, uint64_t count);
void tally_add_all(struct tally_map *to, const struct tally_map *from);
struct pattern_count *tally_sorted(const struct tally_map *t, size_t *count);
void tally_free(struct tally_map *t);

#endif
