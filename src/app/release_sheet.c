#include "app/release_sheet.h"

#include <string.h>

struct release_sheet release_sheet_new(struct arena *memory, size_t rows)
{
    return (struct release_sheet){.memory = memory, .rows = rows};
}

/* Twice the room in the arena; the old array is left to it. */
static void *more(struct arena *memory, const void *from, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return NULL;
    *cap = *cap ? 2 * *cap : 16;
    void *to = arena_array(memory, *cap, size);
    if (count)
        memcpy(to, from, count * size);
    return to;
}

uint8_t *release_sheet_column(struct release_sheet *s, const char *name, const char *const *labels)
{
    return release_sheet_column_of(s, name, NULL, labels);
}

uint8_t *release_sheet_column_of(struct release_sheet *s, const char *name, const char *of,
                                 const char *const *labels)
{
    void *grown = more(s->memory, s->columns, s->column_count, &s->column_cap, sizeof *s->columns);
    if (grown)
        s->columns = grown;
    uint8_t *value = arena_alloc(s->memory, s->rows + 1);
    s->columns[s->column_count++] = (struct micro_column){name, of, labels, value, NULL};
    return value;
}

void release_sheet_covers(struct release_sheet *s, const char *total)
{
    s->columns[s->column_count - 1].total = total;
}

int release_sheet_last(const struct release_sheet *s)
{
    return (int)s->column_count - 1;
}

void release_sheet_table(struct release_sheet *s, struct release_table *t, const char *name, int a,
                         int b, int c)
{
    release_sheet_table_of(s, t, name, NULL, a, b, c);
}

void release_sheet_table_of(struct release_sheet *s, struct release_table *t, const char *name,
                            const char *of, int a, int b, int c)
{
    void *grown = more(s->memory, s->tables, s->table_count, &s->table_cap, sizeof *s->tables);
    if (grown)
        s->tables = grown;
    *t = (struct release_table){.name = name,
                                .of = of,
                                .dimensions = b < 0   ? 1
                                              : c < 0 ? 2
                                                      : 3,
                                .dimension = {a, b, c}};
    s->tables[s->table_count++] = t;
}

static void count_exact(const struct micro *m, struct release_table *t, struct arena *memory)
{
    size_t cells = 1;
    for (int k = 0; k < t->dimensions; k++) {
        const char *const *labels = m->columns[t->dimension[k]].labels;
        while (labels[t->levels[k]])
            t->levels[k]++;
        cells *= (size_t)t->levels[k] + 1;
    }
    t->value = arena_array(memory, cells, sizeof *t->value);
    for (size_t r = 0; r < m->rows; r++)
        /* Each bit of `margins` says whether that dimension is told or totalled. */
        for (int margins = 0; margins < 1 << t->dimensions; margins++) {
            size_t at = 0;
            for (int k = 0; k < t->dimensions; k++)
                at = at * ((size_t)t->levels[k] + 1) +
                     (margins >> k & 1 ? m->columns[t->dimension[k]].value[r] + 1u : 0u);
            t->value[at]++;
        }
}

enum status release_sheet_count(const struct release_sheet *s, struct release *release,
                                const char *population, struct err *e)
{
    struct micro m = {s->columns, s->column_count, s->rows};
    struct release_table *all = arena_array(s->memory, s->table_count + 1, sizeof *all);
    for (size_t i = 0; i < s->table_count; i++)
        all[i] = *s->tables[i];
    if (release)
        TRY(release_protect(release, population, &m, all, s->table_count, s->memory, e));
    else
        for (size_t i = 0; i < s->table_count; i++)
            count_exact(&m, &all[i], s->memory);
    for (size_t i = 0; i < s->table_count; i++)
        *s->tables[i] = all[i];
    return ST_OK;
}
