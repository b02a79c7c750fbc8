#include "chart/upset.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define SETS_MAX 16
#define ROW 26.0 /* pixels for one set */

struct bar {
    uint32_t members;
    double count;
};

/* Largest first; hidden ones last; ties by the mask, so that the order does not depend on the
 * input.
 */
static int compare_bars(const void *a, const void *b)
{
    const struct bar *x = a, *y = b;
    double u = isnan(x->count) ? -1 : x->count, v = isnan(y->count) ? -1 : y->count;
    if (u != v)
        return u > v ? -1 : 1;
    return x->members < y->members ? -1 : x->members > y->members;
}

static void draw_column(struct plot *p, const struct chart_upset *d, const struct bar *b, double x,
                        double width)
{
    char text[40];
    double first = NAN, last = NAN;
    for (size_t s = 0; s < d->set_count; s++) {
        double y = p->bottom + ROW * ((double)s + 1);
        bool in = b->members >> s & 1;
        svg_circle(&p->svg, x, y, fmin(7, width * 0.36),
                   &(struct svg_pen){.fill = in ? SVG_INK : SVG_GRID});
        if (in) {
            first = isnan(first) ? y : first;
            last = y;
        }
    }
    if (last > first)
        svg_line(&p->svg, x, first, x, last, &(struct svg_pen){.stroke = SVG_INK, .width = 2.5});
    double top = isnan(b->count) ? p->bottom : plot_y(p, b->count);
    if (!isnan(b->count)) {
        svg_rect(&p->svg, x - width * 0.36, top, width * 0.72, p->bottom - top,
                 &(struct svg_pen){.fill = svg_colour(0)});
        chart_number(b->count, CHART_NUMBER, text);
    }
    svg_text(&p->svg, x, top - 5, isnan(b->count) ? d->hidden : text,
             &(struct svg_font){.size = 14, .anchor = 'm'});
}

static void fill_table(const struct chart_upset *d, const struct bar *bars, size_t n,
                       struct chart_table *table)
{
    chart_table_header(table, 2, (const char *const[]){"combination", "count"});
    for (size_t i = 0; i < n; i++) {
        struct buf name = BUF_EMPTY;
        for (size_t s = 0; s < d->set_count; s++)
            if (bars[i].members >> s & 1)
                buf_addf(&name, "%s%s", name.n ? " & " : "", d->sets[s]);
        chart_table_text(table, name.p ? name.p : "");
        if (isnan(bars[i].count))
            chart_table_text(table, d->hidden);
        else
            chart_table_number(table, bars[i].count);
        buf_free(&name);
    }
}

enum status chart_upset(const struct chart_words *words, const struct chart_upset *d,
                        struct buf *svg, struct chart_table *table, struct err *e)
{
    TRY(chart_check(words, 1, e));
    if (d->set_count < 2 || d->set_count > SETS_MAX)
        return err_set(e, ST_DATA, "this picture takes 2 to %d lists", SETS_MAX);
    struct bar *bars = mem_array(d->combinations + 1, sizeof *bars);
    size_t n = 0;
    double most = 0, name = 0;
    for (size_t i = 0; i < d->combinations; i++)
        if (isnan(d->count[i]) || d->count[i] > 0) {
            bars[n++] = (struct bar){d->members[i], d->count[i]};
            most = isnan(d->count[i]) ? most : fmax(most, d->count[i]);
        }
    if (n == 0) {
        free(bars);
        return err_set(e, ST_DATA, "there is nothing to draw");
    }
    qsort(bars, n, sizeof *bars, compare_bars);
    size_t shown = d->shown ? d->shown : 30;
    shown = shown < n ? shown : n;
    for (size_t s = 0; s < d->set_count; s++)
        name = fmax(name, svg_text_width(d->sets[s], 15));
    struct chart_words w = *words;
    w.width = fmax(words->width > 0 ? words->width : 720, name + 90 + 26 * (double)shown);
    struct chart_axis x = {.lo = 0, .hi = (double)shown}, y = {.label = "People"};
    chart_axis_fit(&y, 0, most > 0 ? most * 1.05 : 1, true);
    struct plot p;
    plot_begin(&p, &w, x, y, 0, ROW * ((double)d->set_count + 0.5));
    p.left = fmax(p.left, name + 30);
    p.bottom += 22; /* no tick labels on this axis */
    double ticks[24], width = (p.right - p.left) / (double)shown;
    size_t tick_count = chart_ticks(y.lo, y.hi, false, 5, ticks, 24);
    for (size_t k = 0; k < tick_count; k++) {
        char text[40];
        double py = plot_y(&p, ticks[k]);
        svg_line(&p.svg, p.left, py, p.right, py, &(struct svg_pen){.stroke = SVG_GRID});
        chart_number(ticks[k], CHART_NUMBER, text);
        svg_text(&p.svg, p.left - 8, py + 5, text, &(struct svg_font){.anchor = 'e'});
    }
    svg_text(&p.svg, 12, p.top - 12, y.label, &(struct svg_font){.colour = SVG_MUTED});
    for (size_t s = 0; s < d->set_count; s++)
        svg_text(&p.svg, p.left - 8, p.bottom + ROW * ((double)s + 1) + 5, d->sets[s],
                 &(struct svg_font){.size = 15, .anchor = 'e'});
    for (size_t i = 0; i < shown; i++)
        draw_column(&p, d, &bars[i], p.left + width * ((double)i + 0.5), width);
    plot_end(&p, svg);
    if (table)
        fill_table(d, bars, n, table);
    free(bars);
    return ST_OK;
}
