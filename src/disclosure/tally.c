#include "disclosure/tally.h"

#include "base/mem.h"

#include <stdlib.h>

static size_t start(const struct tally *t, uint64_t key)
{
    key = (key ^ key >> 31) * 0x9e3779b97f4a7c15u;
    return (size_t)(key ^ key >> 29) & t->mask;
}

static void make(struct tally *t, size_t slots)
{
    t->mask = slots - 1;
    t->used = 0;
    t->key = mem_zalloc(slots, sizeof *t->key);
    t->count = mem_zalloc(slots, sizeof *t->count);
}

void tally_open(struct tally *t, size_t expected)
{
    size_t slots = 64;
    while (slots < 2 * expected)
        slots *= 2;
    make(t, slots);
}

void tally_close(struct tally *t)
{
    free(t->key);
    free(t->count);
    *t = (struct tally){0};
}

void tally_clear(struct tally *t)
{
    memset(t->key, 0, (t->mask + 1) * sizeof *t->key);
    memset(t->count, 0, (t->mask + 1) * sizeof *t->count);
    t->used = 0;
}

static void grow(struct tally *t)
{
    struct tally old = *t;
    make(t, 2 * (old.mask + 1));
    for (size_t i = 0; i <= old.mask; i++)
        if (old.key[i])
            *tally_at(t, old.key[i]) = old.count[i];
    tally_close(&old);
}

uint32_t *tally_at(struct tally *t, uint64_t key)
{
    size_t i = start(t, key);
    while (t->key[i] && t->key[i] != key)
        i = (i + 1) & t->mask;
    if (t->key[i])
        return &t->count[i];
    if (2 * t->used >= t->mask) {
        grow(t);
        return tally_at(t, key);
    }
    t->key[i] = key;
    t->used++;
    return &t->count[i];
}

size_t tally_find(const struct tally *t, uint64_t key)
{
    size_t i = start(t, key);
    while (t->key[i] && t->key[i] != key)
        i = (i + 1) & t->mask;
    return t->key[i] ? i : SIZE_MAX;
}

uint32_t tally_count(const struct tally *t, uint64_t key)
{
    size_t i = tally_find(t, key);
    return i == SIZE_MAX ? 0 : t->count[i];
}
