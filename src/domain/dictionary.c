#include "domain/dictionary.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/embed.h"

#include <pthread.h>
#include <stdio.h>

static struct dictionary the_dictionary;
static struct arena memory; /* lives as long as the process */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *const type_names[] = {"ID",    "REF",  "REFS",     "TEXT", "CODE",
                                         "CODES", "DATE", "DATETIME", "INT",  "DECIMAL"};
static const char *const need_names[] = {"OPTIONAL", "REQUIRED", "CONDITIONAL", "DERIVED"};
static const char *const class_names[] = {"S0", "S1", "S2", "S3", "S4", "S5"};

static char *keep(struct str s)
{
    return arena_strndup(&memory, s.p, s.n);
}

static int position(const char *const *names, size_t count, struct str s, const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(s, names[i]))
            return (int)i;
    BUG("data dictionary: unknown %s %.*s", what, (int)s.n, s.p);
}
#define POSITION(names, s, what) position(names, sizeof names / sizeof names[0], s, what)

/* Reads a compiled-in CSV and calls `row` for each of its rows. */
static void each_row(const char *name, void (*row)(const struct csv *, const struct str *, void *),
                     void *ctx)
{
    const struct embedded *file = embed_find(name);
    struct err e = {0};
    struct csv c;
    struct csv_row r;
    if (!file || csv_open_bytes(&c, file->bytes, name, &e) != ST_OK)
        BUG("compiled-in %s: %s", name, e.what);
    for (;;) {
        if (csv_next_full(&c, &r, &e) != ST_OK)
            BUG("compiled-in %s, row %ld: %s", name, e.row, e.what);
        if (r.n == 0)
            break;
        row(&c, r.cells, ctx);
    }
    csv_close(&c);
}

/* ---- finding, also while the dictionary is being read ---- */

static const struct entity *find_entity(const struct dictionary *d, struct str name)
{
    for (size_t i = 0; i < d->entity_count; i++)
        if (str_is(name, d->entities[i].name))
            return &d->entities[i];
    return NULL;
}

static const struct code_list *find_codes(const struct dictionary *d, const char *list)
{
    for (size_t i = 0; i < d->list_count; i++)
        if (strcmp(d->lists[i].name, list) == 0)
            return &d->lists[i];
    return NULL;
}

/* ---- code lists ---- */

struct list_build {
    struct code_list *list;
    size_t cell_cap, code_cap;
    int code_column;
};

static struct str keep_str(struct str s)
{
    return (struct str){keep(s), s.n};
}

static void add_code_row(const struct csv *c, const struct str *cells, void *ctx)
{
    struct list_build *b = ctx;
    struct code_list *l = b->list;
    if (!l->columns) {
        l->column_count = c->columns;
        l->columns = arena_array(&memory, c->columns, sizeof *l->columns);
        for (size_t i = 0; i < c->columns; i++)
            l->columns[i] = keep_str(c->header[i]);
        int code = csv_column(c, "code"), alpha3 = csv_column(c, "alpha3");
        b->code_column = code >= 0 ? code : alpha3 >= 0 ? alpha3 : 0;
    }
    MEM_GROW(l->cells, b->cell_cap, (l->row_count + 1) * l->column_count);
    struct str *to = l->cells + l->row_count++ * l->column_count;
    for (size_t i = 0; i < l->column_count; i++)
        to[i] = keep_str(cells[i]);
    int label = csv_column(c, "short_label"), note = csv_column(c, "note");
    if (label < 0)
        label = csv_column(c, "label") >= 0 ? csv_column(c, "label") : csv_column(c, "name");
    MEM_GROW(l->codes, b->code_cap, l->count + 1);
    l->codes[l->count++] = (struct code){
        .code =
            to[b->code_column], /* NOLINT(clang-analyzer-core.NullDereference): MEM_GROW made it */
        .label = label >= 0 ? to[label] : to[b->code_column],
        .note = note >= 0 ? to[note] : str_of(""),
        .valid_from = DATE_NONE,
        .valid_to = DATE_NONE,
        .meaning_changed_on = DATE_NONE,
    };
}

static int32_t day_or_none(struct str s)
{
    int32_t day;
    if (s.n == 0)
        return DATE_NONE;
    if (!date_from_iso(s, &day))
        BUG("data dictionary: bad date %.*s", (int)s.n, s.p);
    return day;
}

static void add_validity(const struct csv *c, const struct str *cells, void *ctx)
{
    (void)c;
    (void)ctx;
    const struct code_list *l = find_codes(&the_dictionary, keep(cells[0]));
    for (size_t i = 0; l && i < l->count; i++) {
        if (!str_eq(l->codes[i].code, cells[1]))
            continue;
        l->codes[i].valid_from = day_or_none(cells[2]);
        l->codes[i].valid_to = day_or_none(cells[3]);
        l->codes[i].meaning_changed_on = day_or_none(cells[4]);
        return;
    }
    BUG("code_validity.csv: no code %.*s.%.*s", (int)cells[0].n, cells[0].p, (int)cells[1].n,
        cells[1].p);
}

static void read_lists(void)
{
    size_t files;
    const struct embedded *all = embed_all(&files);
    size_t cap = 0;
    for (size_t i = 0; i < files; i++) {
        const char *name = all[i].name;
        if (strncmp(name, "codes/", 6) != 0)
            continue;
        MEM_GROW(the_dictionary.lists, cap, the_dictionary.list_count + 1);
        struct code_list *l = &the_dictionary.lists[the_dictionary.list_count++];
        *l = (struct code_list){.name = keep((struct str){name + 6, strlen(name) - 10})};
        struct list_build b = {.list = l};
        each_row(name, add_code_row, &b);
    }
    each_row("dictionary/code_validity.csv", add_validity, NULL);
}

/* ---- entities and fields ---- */

struct entity_build {
    size_t entity_cap;
    bool added;
};

static void add_entity(const struct csv *c, const struct str *cells, void *ctx)
{
    (void)c;
    struct entity_build *b = ctx;
    MEM_GROW(the_dictionary.entities, b->entity_cap, the_dictionary.entity_count + 1);
    struct entity *e = &the_dictionary.entities[the_dictionary.entity_count];
    *e = (struct entity){.name = keep(cells[0]),
                         .label = keep(cells[1]),
                         .added = b->added,
                         .index = (int)the_dictionary.entity_count++};
}

enum { FIELDS_MAX = 64 };

static void add_field(const struct csv *c, const struct str *cells, void *ctx)
{
    (void)c;
    const bool *added = ctx;
    struct entity *e = (struct entity *)(uintptr_t)find_entity(&the_dictionary, cells[0]);
    if (!e)
        BUG("data dictionary: no entity %.*s", (int)cells[0].n, cells[0].p);
    if (!e->fields)
        e->fields = arena_array(&memory, FIELDS_MAX, sizeof *e->fields);
    if (e->field_count == FIELDS_MAX)
        BUG("data dictionary: %s has more than %d fields", e->name, FIELDS_MAX);
    struct field *f = &e->fields[e->field_count];
    *f = (struct field){
        .entity = e,
        .name = keep(cells[1]),
        .type = (enum field_type)POSITION(type_names, cells[2], "type"),
        .codes = cells[3].n ? find_codes(&the_dictionary, keep(cells[3])) : NULL,
        .need = (enum field_requirement)POSITION(need_names, cells[4], "requirement"),
        .source_standard = keep(cells[5]),
        .sensitivity = (enum sensitivity)POSITION(class_names, cells[6], "sensitivity"),
        .why = keep(cells[7]),
        .reference = keep(cells[8]),
        .added = *added,
        .index = (int)e->field_count++,
    };
    if (cells[3].n && !f->codes)
        BUG("data dictionary: no code list %.*s", (int)cells[3].n, cells[3].p);
}

/* start_date: start_latest and start_precision; date: date_latest and precision; from: from_latest.
 */
static const struct field *companion(const struct entity *e, const char *date, const char *suffix)
{
    char name[100];
    size_t n = strlen(date);
    snprintf(name, sizeof name, "%s_%s", date, suffix);
    const struct field *f = entity_field(e, str_of(name));
    if (!f && n > 5 && strcmp(date + n - 5, "_date") == 0) {
        snprintf(name, sizeof name, "%.*s_%s", (int)(n - 5), date, suffix);
        f = entity_field(e, str_of(name));
    }
    if (!f && n > 3 && strcmp(date + n - 3, "_on") == 0) {
        snprintf(name, sizeof name, "%.*s_%s", (int)(n - 3), date, suffix);
        f = entity_field(e, str_of(name));
    }
    if (!f && strcmp(date, "date") == 0)
        f = entity_field(e, str_of(suffix));
    return f;
}

static void join_companions(void)
{
    for (size_t i = 0; i < the_dictionary.entity_count; i++) {
        struct entity *e = &the_dictionary.entities[i];
        for (size_t k = 0; k < e->field_count; k++) {
            struct field *f = &e->fields[k];
            if (f->type != FIELD_DATE || strstr(f->name, "_latest"))
                continue;
            f->latest = companion(e, f->name, "latest");
            f->precision = companion(e, f->name, "precision");
        }
    }
}

static void read_all(void)
{
    read_lists();
    struct entity_build b = {0};
    each_row("dictionary/entities.csv", add_entity, &b);
    b.added = true;
    each_row("dictionary/added_entities.csv", add_entity, &b);
    bool added = false;
    each_row("dictionary/fields.csv", add_field, &added);
    added = true;
    each_row("dictionary/additions.csv", add_field, &added);
    join_companions();
}

const struct dictionary *dictionary(void)
{
    pthread_once(&once, read_all);
    return &the_dictionary;
}

/* ---- look-ups ---- */

const struct field *entity_field(const struct entity *e, struct str name)
{
    for (size_t i = 0; i < e->field_count; i++)
        if (str_is(name, e->fields[i].name))
            return &e->fields[i];
    return NULL;
}

const struct field *dictionary_field(struct str path)
{
    const char *dot = path.n ? memchr(path.p, '.', path.n) : NULL;
    if (!dot)
        return NULL;
    size_t n = (size_t)(dot - path.p);
    const struct entity *e = dictionary_entity((struct str){path.p, n});
    return e ? entity_field(e, (struct str){dot + 1, path.n - n - 1}) : NULL;
}

const struct field *dictionary_need(const char *path)
{
    const struct field *f = dictionary_field(str_of(path));
    if (!f)
        BUG("the dictionary has no %s", path);
    return f;
}

const struct entity *dictionary_entity(struct str name)
{
    return find_entity(dictionary(), name);
}

const struct code_list *dictionary_codes(const char *list)
{
    return find_codes(dictionary(), list);
}

const struct code *code_find(const struct code_list *list, struct str text)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq_nocase_ascii(list->codes[i].code, text))
            return &list->codes[i];
    for (size_t i = 0; i < list->count; i++)
        if (str_eq_nocase_ascii(list->codes[i].label, text))
            return &list->codes[i];
    return NULL;
}

static int list_column(const struct code_list *l, const char *name)
{
    for (size_t i = 0; i < l->column_count; i++)
        if (str_is(l->columns[i], name))
            return (int)i;
    return -1;
}

static bool cell_holds(struct str cell, struct str text)
{
    while (cell.n) {
        const char *bar = memchr(cell.p, '|', cell.n);
        size_t n = bar ? (size_t)(bar - cell.p) : cell.n;
        if (str_eq_nocase_ascii((struct str){cell.p, n}, text))
            return true;
        cell.p += n + (bar != NULL);
        cell.n -= n + (bar != NULL);
    }
    return false;
}

struct str code_crosswalk(const struct code_list *list, const char *column, struct str text)
{
    int k = list_column(list, column);
    for (size_t r = 0; k >= 0 && r < list->row_count; r++)
        if (cell_holds(list->cells[r * list->column_count + (size_t)k], text))
            return list->codes[r].code;
    return str_of("");
}

struct str code_cell(const struct code_list *list, struct str code, const char *column)
{
    int k = list_column(list, column);
    for (size_t r = 0; k >= 0 && r < list->row_count; r++)
        if (str_eq(list->codes[r].code, code))
            return list->cells[r * list->column_count + (size_t)k];
    return str_of("");
}

const char *field_type_name(enum field_type t)
{
    return type_names[t];
}

const char *sensitivity_name(enum sensitivity s)
{
    return class_names[s];
}
