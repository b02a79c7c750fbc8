/* Every field of every record under the dictionary's own names: entity.field, entity2.field for the
 * second row of the entity. person.person_id is the line: one person across every channel. */
#include "app/export_rows.h"
#include "base/mem.h"

#include <stdlib.h>

struct column {
    const struct field *field;
    int instance;
};

struct canonical {
    struct exporter *x;
    int *rows;   /* per entity: most rows that a record has */
    bool **used; /* per entity and field index, at any instance */
    struct column *columns;
    size_t count, cap;
};

/* Keys of rows are the store's; the person's is replaced by the line. */
static bool leaves(const struct canonical *c, const struct field *f)
{
    if (strcmp(f->name, "person_id") == 0)
        return strcmp(f->entity->name, "person") == 0;
    return f->type != FIELD_ID && f->type != FIELD_REFS && export_allows(c->x, NULL, f);
}

static enum status measure(void *ctx, const struct stored *s, struct err *e)
{
    (void)e;
    struct canonical *c = ctx;
    for (size_t i = 0; i < s->record.count; i++) {
        const struct entity_row *row = &s->record.rows[i];
        int index = row->entity->index;
        if (row->instance > c->rows[index])
            c->rows[index] = row->instance;
        for (size_t k = 0; k < row->entity->field_count; k++)
            c->used[index][k] |= row->values[k] != NULL;
    }
    return ST_OK;
}

static void choose_columns(struct canonical *c)
{
    const struct dictionary *d = dictionary();
    for (size_t i = 0; i < d->entity_count; i++)
        for (int n = 1; n <= c->rows[i]; n++)
            for (size_t k = 0; k < d->entities[i].field_count; k++) {
                const struct field *f = &d->entities[i].fields[k];
                if (!c->used[i][k] || !leaves(c, f))
                    continue;
                MEM_GROW(c->columns, c->cap, c->count + 1);
                c->columns[c->count++] = (struct column){f, n};
            }
}

static void write_header(struct canonical *c)
{
    for (size_t i = 0; i < c->count; i++) {
        char name[200], number[12] = "";
        const struct column *col = &c->columns[i];
        if (col->instance > 1)
            snprintf(number, sizeof number, "%d", col->instance);
        snprintf(name, sizeof name, "%s%s.%s", col->field->entity->name, number, col->field->name);
        export_cell(c->x, str_of(name), i + 1 == c->count);
    }
}

/* "<person id>.episode.1" within this record becomes "episode.1". */
static struct str local_reference(const char *value)
{
    struct str s = str_of(value);
    size_t dots = 0;
    for (size_t i = s.n; i-- > 0;)
        if (s.p[i] == '.' && ++dots == 2)
            return (struct str){s.p + i + 1, s.n - i - 1};
    return s;
}

static enum status write_row(void *ctx, const struct stored *s, struct err *e)
{
    (void)e;
    struct canonical *c = ctx;
    bool held = false;
    for (size_t i = 0; i < c->count; i++) {
        const struct field *f = c->columns[i].field;
        const char *value = record_get(&s->record, f, c->columns[i].instance);
        char line[32];
        struct str cell = str_of("");
        if (strcmp(f->name, "person_id") == 0) {
            snprintf(line, sizeof line, "L%lld", (long long)s->line);
            cell = str_of(line);
        } else if (value && export_allows(c->x, s, f)) {
            cell = f->type == FIELD_REF ? local_reference(value) : str_of(value);
        } else if (value) {
            held = true;
        }
        export_cell(c->x, cell, i + 1 == c->count);
    }
    c->x->report->records++;
    c->x->report->without_consent += held;
    return ST_OK;
}

enum status export_canonical(struct exporter *x, struct err *e)
{
    const struct dictionary *d = dictionary();
    struct canonical c = {.x = x};
    c.rows = mem_zalloc(d->entity_count, sizeof *c.rows);
    c.used = mem_zalloc(d->entity_count, sizeof *c.used);
    for (size_t i = 0; i < d->entity_count; i++)
        c.used[i] = mem_zalloc(d->entities[i].field_count, sizeof **c.used);
    enum status s = export_each(x, NULL, measure, &c, e);
    if (s == ST_OK) {
        choose_columns(&c);
        write_header(&c);
        x->report->columns = c.count;
        s = c.count ? export_each(x, NULL, write_row, &c, e) : ST_OK;
    }
    for (size_t i = 0; i < d->entity_count; i++)
        free(c.used[i]);
    free(c.used);
    free(c.rows);
    free(c.columns);
    return s;
}
