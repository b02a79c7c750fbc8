#include "app/leaving_table.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/embed.h"

#include <math.h>
#include <stdlib.h>

enum { PUBLISHED_MAX = 20, PUBLISHED_COLUMNS = 3, ROWS_MAX = PUBLISHED_MAX + REQUEST_YEARS_MAX };

static const struct table_column columns[] = {
    {"Year", false, 20},
    {"Whose figures", false, 18},
    {"Missing or absconded", true, 0},
    {"Returned to home country", true, 0},
    {"Nothing in place", true, 0},
    {"Another reason", true, 0},
    {"Reason not recorded", true, 0},
    {"All who left", true, 0},
    {"The first three, least % of all", true, 0},
    {"The first three, most % (with reason not recorded)", true, 0}};

/* A year of the report's table, or the totals that it states. */
struct published {
    int year;                        /* 0: the totals */
    double count[PUBLISHED_COLUMNS]; /* NAN: not given */
};

/* A year of the register (place of it), or of the report; sorted by calendar year. */
struct row {
    int year, ours, theirs; /* places; -1 */
};

static int read_published(struct published *out)
{
    const struct embedded *file = embed_find("report/salvation_army_leaving_support.csv");
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    int n = 0;
    if (!file || csv_open_bytes(&c, file->bytes, file->name, &e) != ST_OK)
        BUG("compiled-in table of leaving support: %s", e.what);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        struct published *p = &out[n];
        int64_t year;
        if (row.n <= PUBLISHED_COLUMNS)
            continue;
        if (!str_to_int64(row.cells[0], &year))
            year = 0;
        if (n++ == PUBLISHED_MAX)
            BUG("compiled-in table of leaving support: too long");
        p->year = (int)year;
        for (int k = 0; k < PUBLISHED_COLUMNS; k++)
            if (!str_to_double(row.cells[k + 1], &p->count[k]))
                p->count[k] = NAN;
    }
    csv_close(&c);
    return n;
}

static int by_year(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return x->year != y->year ? x->year - y->year : x->theirs - y->theirs;
}

static int merge(const struct leaving_years *l, const struct published *p, int published,
                 struct row *rows)
{
    int n = 0;
    for (int y = 0; y < l->years; y++)
        if (release_value(l->table, y, -1, 0) > 0)
            rows[n++] = (struct row){date_to_ymd(l->ends[y]).y, y, -1};
    for (int k = 0; k < published; k++)
        if (p[k].year)
            rows[n++] = (struct row){p[k].year, -1, k};
    qsort(rows, (size_t)n, sizeof *rows, by_year);
    return n;
}

static void add_ours(struct grid *g, const struct release_table *t, const char *name, int year)
{
    static const int order[] = {LEAVING_AWAY,  LEAVING_RETURNED,  LEAVING_NOTHING,
                                LEAVING_OTHER, LEAVING_UNSETTLED, -1};
    int64_t n[6];
    grid_text(g, name);
    grid_text(g, "This register");
    for (int k = 0; k < 6; k++) {
        n[k] = release_value(t, year, order[k], 0);
        grid_count(g, n[k]);
    }
    double three = (double)(n[0] + n[1] + n[2]), all = (double)n[5];
    grid_share(g, three, all);
    grid_share(g, three + (double)n[4], all);
}

static void add_theirs(struct report *r, struct grid *g, const struct published *p)
{
    grid_text(g, p->year ? arena_printf(&r->memory, "%d", p->year) : "All, as stated");
    grid_text(g, "The 2021 report");
    for (int k = 0; k < PUBLISHED_COLUMNS; k++)
        grid_number(g, p->count[k], 0);
    for (int k = 0; k < 5; k++)
        grid_shorthand(g, "x");
}

void leaving_table(struct report *r, const char *title, const struct leaving_years *l)
{
    struct published published[PUBLISHED_MAX];
    struct row rows[ROWS_MAX];
    const char *kept = r->source;
    r->source = arena_printf(&r->memory,
                             "%s Rows of the 2021 report: Re-trafficking: the current state of "
                             "play, real figures of another contract and recording.",
                             kept);
    struct grid *g = grid_new(r, title, columns, sizeof columns / sizeof *columns);
    int theirs = read_published(published), n = merge(l, published, theirs, rows);
    for (int i = 0; i < n; i++)
        if (rows[i].ours >= 0)
            add_ours(g, l->table, l->names[rows[i].ours], rows[i].ours);
        else
            add_theirs(r, g, &published[rows[i].theirs]);
    if (release_value(l->table, l->years, -1, 0) > 0)
        add_ours(g, l->table, "Not dated", l->years);
    add_ours(g, l->table, "All, dated or not", -1);
    for (int k = 0; k < theirs; k++)
        if (!published[k].year)
            add_theirs(r, g, &published[k]);
    grid_end(g);
    r->source = kept;
}
