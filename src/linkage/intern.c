#include "linkage/intern.h"

#include "base/mem.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 256 };

static void grow_slots(struct intern *t)
{
    uint32_t slots = t->slot ? (t->mask + 1) * 2 : FIRST_SLOTS;
    struct intern_slot *old = t->slot;
    uint32_t old_slots = old ? t->mask + 1 : 0;
    t->slot = mem_zalloc(slots, sizeof *t->slot);
    t->mask = slots - 1;
    for (uint32_t i = 0; i < old_slots; i++) {
        if (!old[i].number_plus_1)
            continue;
        uint32_t k = old[i].hash & t->mask;
        while (t->slot[k].number_plus_1)
            k = (k + 1) & t->mask;
        t->slot[k] = old[i];
    }
    free(old);
}

static uint32_t append(struct intern *t, struct str s)
{
    MEM_GROW(t->bytes, t->cap, t->used + s.n + 1);
    MEM_GROW(t->at, t->at_cap, (size_t)t->count + 2);
    if (t->count == 0)
        t->at[0] = 0;
    if (s.n)
        memcpy(t->bytes + t->used, s.p, s.n);
    t->used += s.n;
    t->at[++t->count] = t->used;
    return t->count - 1;
}

/* The slot that holds s, or the empty one where it belongs. */
static uint32_t probe(const struct intern *t, struct str s, uint32_t hash)
{
    uint32_t k = hash & t->mask;
    for (; t->slot[k].number_plus_1; k = (k + 1) & t->mask)
        if (t->slot[k].hash == hash && str_eq(intern_text(t, t->slot[k].number_plus_1 - 1), s))
            break;
    return k;
}

uint32_t intern_add_hashed(struct intern *t, struct str s, uint64_t hash)
{
    if (!t->slot || t->count >= t->mask / 2 + t->mask / 8)
        grow_slots(t);
    uint32_t h = (uint32_t)(hash >> 32), k = probe(t, s, h);
    if (!t->slot[k].number_plus_1) {
        uint32_t number = append(t, s);
        t->slot[k] = (struct intern_slot){h, number + 1};
    }
    return t->slot[k].number_plus_1 - 1;
}

uint32_t intern_add(struct intern *t, struct str s)
{
    return intern_add_hashed(t, s, str_hash(s));
}

void intern_prefetch_slot(const struct intern *t, uint64_t hash)
{
    if (t->slot)
        __builtin_prefetch(&t->slot[(uint32_t)(hash >> 32) & t->mask]);
}

void intern_prefetch_text(const struct intern *t, uint64_t hash)
{
    if (!t->slot)
        return;
    struct intern_slot s = t->slot[(uint32_t)(hash >> 32) & t->mask];
    if (s.number_plus_1)
        __builtin_prefetch(t->bytes + t->at[s.number_plus_1 - 1]);
}

uint32_t intern_find(const struct intern *t, struct str s)
{
    if (!t->slot)
        return UINT32_MAX;
    return t->slot[probe(t, s, (uint32_t)(str_hash(s) >> 32))].number_plus_1 - 1;
}

uint32_t intern_hold(struct intern *t, struct str s)
{
    size_t used = t->used;
    uint32_t number = append(t, s);
    t->count = number;
    t->used = used;
    return number;
}

void intern_free(struct intern *t)
{
    free(t->bytes);
    free(t->at);
    free(t->slot);
    *t = (struct intern){0};
}
