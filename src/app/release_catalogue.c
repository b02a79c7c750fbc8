#include "app/release_catalogue.h"

#include "base/csv.h"
#include "base/embed.h"

#include <pthread.h>

static struct catalogue made;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void split_dimensions(struct catalogue_table *t, char *list)
{
    char *rest = NULL;
    for (char *d = strtok_r(list, ";", &rest); d; d = strtok_r(NULL, ";", &rest)) {
        if (t->dimensions == CATALOGUE_DIMENSIONS)
            BUG("release catalogue: table %s has too many dimensions", t->id);
        t->dimension[t->dimensions++] = d;
    }
}

static void add(const struct csv *c, const struct csv_row *row, struct arena *memory)
{
    static const char *const names[] = {"id",     "job",        "title",
                                        "unit",   "population", "dimensions",
                                        "levels", "for_each",   "definitions"};
    char *text[sizeof names / sizeof names[0]];
    int64_t since;
    if (made.count == CATALOGUE_TABLES || row->n != c->columns ||
        !str_to_int64(row->cells[csv_column(c, "since")], &since) || since < 1 || since > 1000)
        BUG("release catalogue, line %ld", row->line);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct str s = row->cells[csv_column(c, names[i])];
        text[i] = arena_strndup(memory, s.p, s.n);
    }
    struct catalogue_table *t = &made.table[made.count++];
    *t = (struct catalogue_table){.id = text[0],
                                  .job = text[1],
                                  .title = text[2],
                                  .unit = text[3],
                                  .population = text[4],
                                  .levels = text[6],
                                  .for_each = text[7],
                                  .definitions = text[8],
                                  .since = (int)since};
    split_dimensions(t, text[5]);
    if (t->since > made.version)
        made.version = t->since;
}

static void read_catalogue(void)
{
    static struct arena memory; /* kept for the life of the process */
    const struct embedded *file = embed_find("release/catalogue.csv");
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    if (!file || csv_open_bytes(&c, file->bytes, file->name, &e) != ST_OK)
        BUG("release catalogue: %s", e.what);
    while (csv_next(&c, &row, &e) == ST_OK && row.n)
        add(&c, &row, &memory);
    if (e.status != ST_OK)
        BUG("release catalogue: %s", e.what);
    csv_close(&c);
}

const struct catalogue *release_catalogue(void)
{
    pthread_once(&once, read_catalogue);
    return &made;
}

const struct catalogue_table *catalogue_find(const char *job, const char *id)
{
    const struct catalogue *c = release_catalogue();
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->table[i].job, job) == 0 && strcmp(c->table[i].id, id) == 0)
            return &c->table[i];
    return NULL;
}

json_t *catalogue_json(void)
{
    const struct catalogue *c = release_catalogue();
    json_t *tables = json_array();
    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_table *t = &c->table[i];
        json_t *dimensions = json_array();
        for (int k = 0; k < t->dimensions; k++)
            json_array_append_new(dimensions, json_string(t->dimension[k]));
        json_array_append_new(
            tables, json_pack("{s:s,s:s,s:i,s:s,s:s,s:s,s:o,s:s,s:s,s:s}", "id", t->id, "job",
                              t->job, "since", t->since, "title", t->title, "unit", t->unit,
                              "population", t->population, "dimensions", dimensions, "levels",
                              t->levels, "for_each", t->for_each, "definitions", t->definitions));
    }
    return json_pack("{s:i,s:o}", "version", c->version, "tables", tables);
}
