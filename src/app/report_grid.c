#include "app/report_parts.h"

#include "stats/proportion.h"

#include <math.h>
#include <stdio.h>

struct grid {
    struct report *r;
    struct table table;
    struct cell *cells;
    size_t count, cap;
};

struct grid *grid_new(struct report *r, const char *title, const struct table_column *columns,
                      size_t column_count)
{
    struct grid *g = arena_alloc(&r->memory, sizeof *g);
    int number = ++r->tables_used;
    g->r = r;
    g->table = (struct table){.name = arena_printf(&r->memory, "Table_%d", number),
                              .title = arena_printf(&r->memory, "Table %d: %s", number, title),
                              .source = r->source,
                              .columns = columns,
                              .column_count = column_count};
    return g;
}

static void add(struct grid *g, struct cell c)
{
    if (g->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 64;
        struct cell *more = arena_array(&g->r->memory, cap, sizeof *more);
        if (g->count)
            memcpy(more, g->cells, g->count * sizeof *more);
        g->cells = more;
        g->cap = cap;
    }
    g->cells[g->count++] = c;
}

void grid_text(struct grid *g, const char *text)
{
    /* what a person typed may hold spaces and line ends that a cell must not */
    const char *words = arena_one_spaced(&g->r->memory, text);
    add(g, (struct cell){.kind = CELL_TEXT, .text = *words ? words : "(blank)"});
}

void grid_shorthand(struct grid *g, const char *code)
{
    add(g, (struct cell){.kind = CELL_SHORTHAND, .text = code});
}

void grid_number(struct grid *g, double v, int decimals)
{
    if (isfinite(v))
        add(g, (struct cell){.kind = CELL_NUMBER, .number = v, .decimals = decimals});
    else
        grid_shorthand(g, "z");
}

void grid_count(struct grid *g, int64_t n)
{
    grid_number(g, (double)n, 0);
}

void grid_share(struct grid *g, double x, double n)
{
    grid_number(g, n > 0 ? 100 * x / n : NAN, 1);
}

void grid_interval(struct grid *g, double x, double n)
{
    struct interval ci = {NAN, NAN};
    if (n > 0)
        ci = proportion_interval(x, n, 0.95, PROP_WILSON);
    grid_number(g, 100 * ci.lo, 1);
    grid_number(g, 100 * ci.hi, 1);
}

static bool finish(struct grid *g)
{
    g->table.cells = g->cells;
    g->table.row_count = g->count / g->table.column_count;
    if (g->count % g->table.column_count)
        BUG("%s has a ragged row", g->table.name);
    return g->count > 0;
}

void grid_end(struct grid *g)
{
    if (finish(g))
        bulletin_table(g->r->b, &g->table);
}

void grid_end_folded(struct grid *g)
{
    if (finish(g))
        bulletin_table_folded(g->r->b, &g->table);
}

double share_as_shown(double share)
{
    return round(share * 1e4) / 1e4;
}

const char *percent(struct report *r, double share)
{
    return arena_printf(&r->memory, "%.1f", 100.0 * share);
}

const char *label_words(struct report *r, struct str label)
{
    char *words = arena_strndup(&r->memory, label.p, label.n);
    if (words[0] >= 'a' && words[0] <= 'z')
        words[0] = (char)(words[0] - 'a' + 'A');
    return words;
}

const char *grouped(struct report *r, int64_t n)
{
    char digits[32];
    struct buf b = BUF_EMPTY;
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    size_t len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        if (i && digits[i - 1] != '-' && (len - i) % 3 == 0)
            buf_addc(&b, ',');
        buf_addc(&b, digits[i]);
    }
    char *out = arena_strdup(&r->memory, b.p);
    buf_free(&b);
    return out;
}
