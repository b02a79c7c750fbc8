#include "domain/layout.h"

#include "base/csv.h"
#include "base/embed.h"

#include <pthread.h>
#include <stdlib.h>

static const char *const transform_names[] = {"",       "const",   "yesno",    "crosswalk",
                                              "flag",   "negate",  "map",      "words",
                                              "period", "periods", "full_name"};

const char *transform_name(enum transform t)
{
    return transform_names[t];
}

static const struct layout **known;
static size_t known_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static struct str copy(struct str s)
{
    char *p = mem_alloc(s.n + 1);
    memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return (struct str){p, s.n};
}

static enum status bad(const char *file, long row, const char *column, struct err *e,
                       const char *what, struct str value)
{
    err_at(e, file, row, column);
    return err_set(e, ST_DATA, "%s \"%.*s\"", what, (int)(value.n > 80 ? 80 : value.n), value.p);
}

static enum status parse_row(const char *file, const struct csv_row *row, const int *at,
                             struct layout_column *c, struct err *e)
{
    enum { COLUMN, ALIAS, FIELD, INSTANCE, TRANSFORM, ARGUMENT, REQUIRED, NOTE };
    struct str field = row->cells[at[FIELD]], instance = row->cells[at[INSTANCE]];
    struct str transform = row->cells[at[TRANSFORM]];
    int64_t number = 1;
    *c = (struct layout_column){.field = field.n ? dictionary_field(field) : NULL};
    if (field.n && !c->field)
        return bad(file, row->line, "field", e, "the dictionary has no field", field);
    if (instance.n && (!str_to_int64(instance, &number) || number < 1 || number > 99))
        return bad(file, row->line, "instance", e, "not a number from 1 to 99:", instance);
    size_t t = 0;
    while (t < sizeof transform_names / sizeof *transform_names &&
           !str_is(transform, transform_names[t]))
        t++;
    if (t == sizeof transform_names / sizeof *transform_names)
        return bad(file, row->line, "transform", e, "unknown transform", transform);
    c->transform = (enum transform)t;
    c->instance = (int)number;
    c->required = str_is(row->cells[at[REQUIRED]], "Y");
    c->completes = str_is(row->cells[at[REQUIRED]], "WITH");
    if (row->cells[at[REQUIRED]].n && !c->required && !c->completes)
        return bad(file, row->line, "required", e, "only Y, WITH or nothing, not",
                   row->cells[at[REQUIRED]]);
    if (!row->cells[at[COLUMN]].n && c->transform != MAP_CONST)
        return bad(file, row->line, "column", e, "only a constant has no column; transform is",
                   transform);
    c->column = copy(row->cells[at[COLUMN]]);
    c->alias = copy(row->cells[at[ALIAS]]);
    c->argument = copy(row->cells[at[ARGUMENT]]);
    c->note = copy(row->cells[at[NOTE]]);
    return ST_OK;
}

enum status layout_parse(struct str bytes, const char *name, struct layout *out, struct err *e)
{
    static const char *const names[] = {"column",    "alias",    "field",    "instance",
                                        "transform", "argument", "required", "note"};
    int at[8];
    struct csv c;
    struct csv_row row;
    size_t cap = 0;
    *out = (struct layout){0};
    TRY(csv_open_bytes(&c, bytes, name, e));
    enum status s = ST_OK;
    for (size_t i = 0; s == ST_OK && i < 8; i++)
        s = csv_need(&c, names[i], &at[i], e);
    while (s == ST_OK && (s = csv_next_full(&c, &row, e)) == ST_OK && row.n) {
        MEM_GROW(out->columns, cap, out->count + 1);
        s = parse_row(name, &row, at, &out->columns[out->count], e);
        out->count += s == ST_OK;
    }
    csv_close(&c);
    if (s != ST_OK)
        layout_free(out);
    return s;
}

void layout_free(struct layout *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free((void *)(uintptr_t)l->columns[i].column.p);
        free((void *)(uintptr_t)l->columns[i].alias.p);
        free((void *)(uintptr_t)l->columns[i].argument.p);
        free((void *)(uintptr_t)l->columns[i].note.p);
    }
    free(l->columns);
    *l = (struct layout){0};
}

static void read_known(void)
{
    size_t files, cap = 0;
    const struct embedded *all = embed_all(&files);
    for (size_t i = 0; i < files; i++) {
        const char *base = all[i].name + 8;
        if (strncmp(all[i].name, "layouts/", 8) != 0)
            continue;
        struct layout *l = mem_alloc(sizeof *l);
        struct err e = {0};
        if (layout_parse(all[i].bytes, all[i].name, l, &e) != ST_OK)
            BUG("compiled-in %s, row %ld, column %s: %s", all[i].name, e.row, e.column, e.what);
        l->channel = copy((struct str){base, strlen(base) - 4}).p;
        MEM_GROW(known, cap, known_count + 1);
        known[known_count++] = l;
    }
}

const struct layout *const *layout_all(size_t *count)
{
    pthread_once(&once, read_known);
    *count = known_count;
    return known;
}

const struct layout *layout_of_channel(const char *channel)
{
    size_t count;
    const struct layout *const *all = layout_all(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i]->channel, channel) == 0)
            return all[i];
    return NULL;
}

bool layout_column_has_alias(const struct layout_column *c, struct str header)
{
    struct str rest = c->alias;
    while (rest.n) {
        const char *bar = memchr(rest.p, '|', rest.n);
        size_t n = bar ? (size_t)(bar - rest.p) : rest.n;
        if (str_eq((struct str){rest.p, n}, header))
            return true;
        n += bar != NULL;
        rest = (struct str){rest.p + n, rest.n - n};
    }
    return false;
}

const struct layout_column *layout_column_named(const struct layout *l, struct str header)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->columns[i].column.n && str_eq(l->columns[i].column, header))
            return &l->columns[i];
    for (size_t i = 0; i < l->count; i++)
        if (layout_column_has_alias(&l->columns[i], header))
            return &l->columns[i];
    return NULL;
}
