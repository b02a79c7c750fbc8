#include "domain/record.h"

const struct entity_row *record_find(const struct record *r, const struct entity *e, int instance)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].entity == e && r->rows[i].instance == instance)
            return &r->rows[i];
    return NULL;
}

struct entity_row *record_row(struct record *r, const struct entity *e, int instance)
{
    const struct entity_row *found = record_find(r, e, instance);
    if (found)
        return (struct entity_row *)(uintptr_t)found;
    if (r->count == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 8;
        struct entity_row *rows = arena_array(r->memory, cap, sizeof *rows);
        if (r->count)
            memcpy(rows, r->rows, r->count * sizeof *rows);
        r->rows = rows;
        r->cap = cap;
    }
    struct entity_row *row = &r->rows[r->count++];
    row->entity = e;
    row->instance = instance;
    row->values = arena_array(r->memory, e->field_count, sizeof *row->values);
    return row;
}

void record_set(struct record *r, const struct field *f, int instance, struct str value)
{
    if (value.n == 0)
        return;
    struct entity_row *row = record_row(r, f->entity, instance);
    row->values[f->index] = arena_strndup(r->memory, value.p, value.n);
}

const char *record_get(const struct record *r, const struct field *f, int instance)
{
    const struct entity_row *row = record_find(r, f->entity, instance);
    return row ? row->values[f->index] : NULL;
}
