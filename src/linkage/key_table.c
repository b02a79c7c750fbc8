#include "linkage/key_table.h"

#include "base/mem.h"

#include <stdlib.h>

struct key_slot {
    uint64_t key;
    uint32_t group; /* number + 1; 0: empty slot */
};

static struct key_slot *place(const struct key_table *t, uint64_t key)
{
    uint64_t k = key & t->mask;
    while (t->slot[k].group && t->slot[k].key != key)
        k = (k + 1) & t->mask;
    return &t->slot[k];
}

static void grow(struct key_table *t)
{
    struct key_table old = *t;
    uint64_t slots = old.slot ? (old.mask + 1) * 2 : 1024;
    t->slot = mem_zalloc(slots, sizeof *t->slot);
    t->mask = slots - 1;
    for (uint64_t k = 0; old.slot && k <= old.mask; k++)
        if (old.slot[k].group)
            *place(t, old.slot[k].key) = old.slot[k];
    free(old.slot);
}

/* The group of the key, a new one when it is new. */
static uint32_t group_of(struct key_table *t, uint64_t key)
{
    if (!t->slot || t->groups >= t->mask / 2)
        grow(t);
    struct key_slot *s = place(t, key);
    if (!s->group) {
        MEM_GROW(t->first, t->first_cap, (size_t)t->groups + 1);
        MEM_GROW(t->size, t->size_cap, (size_t)t->groups + 1);
        t->first[t->groups] = KEY_TABLE_END;
        t->size[t->groups] = 0;
        *s = (struct key_slot){key, ++t->groups};
    }
    return s->group - 1;
}

uint32_t key_table_add(struct key_table *t, uint64_t key, uint32_t record)
{
    uint32_t g = group_of(t, key);
    MEM_GROW(t->next, t->next_cap, (size_t)record + 1);
    t->next[record] = t->first[g];
    t->first[g] = record;
    t->size[g]++;
    return g;
}

bool key_table_find(const struct key_table *t, uint64_t key, uint32_t *group)
{
    if (!t->slot)
        return false;
    uint32_t g = place(t, key)->group;
    *group = g - 1;
    return g != 0;
}

void key_table_free(struct key_table *t)
{
    free(t->slot);
    free(t->first);
    free(t->size);
    free(t->next);
    *t = (struct key_table){0};
}
