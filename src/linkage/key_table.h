/* Records by blocking key, added one at a time: the live index has a table a rule. A group is the
 * list of the records of one key, newest first. */
#ifndef LINKAGE_KEY_TABLE_H
#define LINKAGE_KEY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_TABLE_END UINT32_MAX

struct key_slot;

struct key_table { /* zeroed: empty */
    struct key_slot *slot;
    uint64_t mask;
    uint32_t *first, *size; /* by group */
    size_t first_cap, size_cap;
    uint32_t groups;
    uint32_t *next; /* by record, up to KEY_TABLE_END */
    size_t next_cap;
};

/* Puts the record, which is in no group yet, before the others of its key; returns the group. */
uint32_t key_table_add(struct key_table *t, uint64_t key, uint32_t record);
/* The group of a key; false when no record has it. */
bool key_table_find(const struct key_table *t, uint64_t key, uint32_t *group);
void key_table_free(struct key_table *t);

#endif
