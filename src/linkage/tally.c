#include "linkage/tally.h"

#include <stdlib.h>

static uint32_t place(const struct tally_map *t, uint64_t pattern, uint32_t free_set)
{
    uint64_t h = (pattern ^ free_set * 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull;
    uint32_t k = (uint32_t)(h >> 32) & t->mask;
    while (t->slot[k].count && (t->slot[k].pattern != pattern || t->slot[k].free != free_set))
        k = (k + 1) & t->mask;
    return k;
}

static void grow(struct tally_map *t)
{
    struct tally_map old = *t;
    uint32_t slots = old.slot ? (old.mask + 1) * 2 : 256;
    t->slot = mem_zalloc(slots, sizeof *t->slot);
    t->mask = slots - 1;
    for (uint32_t k = 0; old.slot && k <= old.mask; k++)
        if (old.slot[k].count)
            t->slot[place(t, old.slot[k].pattern, old.slot[k].free)] = old.slot[k];
    free(old.slot);
}

void tally_add(struct tally_map *t, uint64_t pattern, uint32_t free_set, uint64_t count)
{
    if (!t->slot || t->used > t->mask / 2)
        grow(t);
    struct pattern_count *c = &t->slot[place(t, pattern, free_set)];
    if (!c->count) {
        *c = (struct pattern_count){pattern, free_set, 0};
        t->used++;
    }
    c->count += count;
}

void tally_add_all(struct tally_map *to, const struct tally_map *from)
{
    for (uint32_t k = 0; from->slot && k <= from->mask; k++)
        if (from->slot[k].count)
            tally_add(to, from->slot[k].pattern, from->slot[k].free, from->slot[k].count);
}

static int by_pattern(const void *x, const void *y)
{
    const struct pattern_count *a = x, *b = y;
    if (a->pattern != b->pattern)
        return a->pattern < b->pattern ? -1 : 1;
    return a->free < b->free ? -1 : a->free > b->free;
}

struct pattern_count *tally_sorted(const struct tally_map *t, size_t *count)
{
    struct pattern_count *out = mem_array(t->used, sizeof *out);
    *count = 0;
    for (uint32_t k = 0; t->slot && k <= t->mask; k++)
        if (t->slot[k].count)
            out[(*count)++] = t->slot[k];
    qsort(out, *count, sizeof *out, by_pattern);
    return out;
}

void tally_free(struct tally_map *t)
{
    free(t->slot);
    *t = (struct tally_map){0};
}
