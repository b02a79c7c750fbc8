/* A record: what one row of an agency's extract says, as rows of the dictionary's entities.
 *
 * Import makes records, the store keeps them, the simulator writes them, linkage and classification
 * read them. Values are canonical text: codes (never labels), ISO dates, numbers with a point,
 * references as they will stand in the store. Absent is a NULL pointer; there is no empty string.
 */
#ifndef DOMAIN_RECORD_H
#define DOMAIN_RECORD_H

#include "base/mem.h"
#include "domain/dictionary.h"

/* One row of one entity. `instance` numbers rows of the same entity within the record from 1. */
struct entity_row {
    const struct entity *entity;
    int instance;
    const char **values; /* field_count entries, in the entity's field order */
};

struct record {
    struct entity_row *rows;
    size_t count, cap;
    struct arena *memory; /* where rows and values live */
};

static inline struct record record_new(struct arena *memory)
{
    return (struct record){.memory = memory};
}

/* The row of that entity and instance, made when missing. */
struct entity_row *record_row(struct record *r, const struct entity *e, int instance);
/* The same, NULL when there is none. */
const struct entity_row *record_find(const struct record *r, const struct entity *e, int instance);
/* Copies `value` into the record; an empty value leaves the field absent. */
void record_set(struct record *r, const struct field *f, int instance, struct str value);
/* NULL when absent. */
const char *record_get(const struct record *r, const struct field *f, int instance);

#endif
