/* The lists of data/names and the cultures made of them. */
#include "simulate/names_read.h"

#include "base/csv.h"
#include "base/embed.h"

#include <string.h>

static const char *const structure_names[NAME_STRUCTURES] = {
    "WESTERN", "ALBANIAN",  "ROMANIAN",    "SLAVIC_OV", "SLAVIC_SKI", "SLAVIC_OVA", "LITHUANIAN",
    "LATVIAN", "GREEK",     "IBERIAN",     "LUSO",      "FILIPINO",   "VIETNAMESE", "CHINESE",
    "INDIAN",  "PAKISTANI", "BANGLADESHI", "AFGHAN",    "IRANIAN",    "ARABIC",     "SUDANESE",
    "HABESHA", "SOMALI",    "NIGERIAN",    "ONE_NAME"};

struct list_entry {
    const char *list;
    char kind;
    struct name_spelling spelling;
};

struct reader {
    struct arena *a;
    struct list_entry *entry;
    size_t n, cap;
    struct name_lists *out;
};

void embedded_rows(const char *name, const char *const *columns, size_t n, embedded_row *row,
                   void *ctx)
{
    const struct embedded *file = embed_find(name);
    struct err e = {0};
    struct csv c;
    struct csv_row r;
    struct str cells[EMBEDDED_COLUMNS];
    int at[EMBEDDED_COLUMNS];
    if (!file || csv_open_bytes(&c, file->bytes, name, &e) != ST_OK)
        BUG("compiled-in %s: %s", name, e.what);
    for (size_t i = 0; i < n; i++)
        if (csv_need(&c, columns[i], &at[i], &e) != ST_OK)
            BUG("compiled-in %s: %s", name, e.what);
    for (;;) {
        if (csv_next_full(&c, &r, &e) != ST_OK)
            BUG("compiled-in %s, row %ld: %s", name, e.row, e.what);
        if (r.n == 0)
            break;
        for (size_t i = 0; i < n; i++)
            cells[i] = r.cells[at[i]];
        row(ctx, cells);
    }
    csv_close(&c);
}

static const char *keep(struct arena *a, struct str s)
{
    return arena_strndup(a, s.p, s.n);
}

/* The next piece of a '|'-separated cell; false at the end. */
static bool next_piece(struct str *rest, struct str *piece)
{
    if (rest->n == 0)
        return false;
    const char *bar = memchr(rest->p, '|', rest->n);
    size_t n = bar ? (size_t)(bar - rest->p) : rest->n;
    *piece = (struct str){rest->p, n};
    n += bar != NULL;
    *rest = (struct str){rest->p + n, rest->n - n};
    return true;
}

static void read_name(void *ctx, const struct str *cells)
{
    enum { LIST, KIND, NAME, ASCII, SPELLINGS };
    struct reader *r = ctx;
    struct str rest = cells[SPELLINGS], piece;
    MEM_GROW(r->entry, r->cap, r->n + 1);
    struct list_entry *e = &r->entry[r->n++];
    const char *list =
        r->n > 1 && str_is(cells[LIST], e[-1].list) ? e[-1].list : keep(r->a, cells[LIST]);
    *e = (struct list_entry){
        .list = list,
        .kind = cells[KIND].p[0],
        .spelling = {.text = keep(r->a, cells[NAME]), .ascii = keep(r->a, cells[ASCII])}};
    for (int i = 0; i < 4 && next_piece(&rest, &piece); i++)
        e->spelling.other[i] = keep(r->a, piece);
}

/* All names of one kind in the lists named, earlier names and the first list weighing more. */
static struct name_pool pool_of(const struct reader *r, struct str lists, char kind)
{
    struct name_pool p = {0};
    struct str rest = lists, list;
    size_t cap = 0;
    for (size_t i = 0; i < r->n; i++)
        cap += r->entry[i].kind == kind;
    const struct name_spelling **name = arena_array(r->a, cap + 1, sizeof(void *));
    uint64_t *cum = arena_array(r->a, cap + 1, sizeof *cum), total = 0;
    for (uint64_t base = 12000; next_piece(&rest, &list); base = 3000) {
        uint64_t rank = 0;
        for (size_t i = 0; i < r->n; i++)
            if (r->entry[i].kind == kind && str_is(list, r->entry[i].list)) {
                total += base / (8 + rank++);
                name[p.n] = &r->entry[i].spelling;
                cum[p.n++] = total;
            }
    }
    p.name = name;
    p.cum = cum;
    return p;
}

static void read_culture(void *ctx, const struct str *cells)
{
    enum { NATIONALITY, STRUCTURE, GIVEN, FAMILY };
    struct reader *r = ctx;
    struct culture *c = arena_alloc(r->a, sizeof *c);
    int s = 0;
    while (s < NAME_STRUCTURES && !str_is(cells[STRUCTURE], structure_names[s]))
        s++;
    if (s == NAME_STRUCTURES)
        BUG("cultures.csv: unknown structure %.*s", (int)cells[STRUCTURE].n, cells[STRUCTURE].p);
    *c = (struct culture){.structure = (enum name_structure)s,
                          .male = pool_of(r, cells[GIVEN], 'm'),
                          .female = pool_of(r, cells[GIVEN], 'f'),
                          .family = pool_of(r, cells[FAMILY], 's'),
                          .tribe = pool_of(r, cells[FAMILY], 't'),
                          .middle_m = pool_of(r, cells[GIVEN], 'x'),
                          .middle_f = pool_of(r, cells[GIVEN], 'y')};
    if (c->female.n == 0)
        c->female = c->male;
    if (c->male.n == 0)
        BUG("cultures.csv: no given names for %.*s", (int)cells[NATIONALITY].n,
            cells[NATIONALITY].p);
    MEM_GROW(r->out->culture, r->out->cap, r->out->count + 1);
    r->out->culture[r->out->count++] = (struct culture_of){keep(r->a, cells[NATIONALITY]), c};
}

struct name_lists *names_read(struct arena *a)
{
    static const char *const name_columns[] = {"list", "kind", "name", "ascii", "spellings"};
    static const char *const culture_columns[] = {"nationality", "structure", "given_lists",
                                                  "family_lists"};
    struct name_lists *out = arena_alloc(a, sizeof *out);
    struct reader r = {.a = a, .out = out};
    embedded_rows("names/names.csv", name_columns, 5, read_name, &r);
    out->entries = r.entry;
    embedded_rows("names/cultures.csv", culture_columns, 4, read_culture, &r);
    out->nicknames = pool_of(&r, str_of("NICK"), 'a');
    return out;
}

void names_free(struct name_lists *n)
{
    free(n->entries);
    free(n->culture);
}

const struct culture *names_culture(const struct name_lists *n, struct str alpha3)
{
    for (size_t i = 1; i < n->count; i++)
        if (str_is(alpha3, n->culture[i].nationality))
            return n->culture[i].culture;
    return n->culture[0].culture;
}
