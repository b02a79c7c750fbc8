#include "chart/scatter.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define CELL 4.0 /* pixels: points that share such a square are one */

static bool shows(const struct chart_axis *x, const struct chart_axis *y, double a, double b)
{
    return isfinite(a) && isfinite(b) && !(x->log && a <= 0) && !(y->log && b <= 0);
}

static void widen(double range[2], double v)
{
    range[0] = fmin(range[0], v);
    range[1] = fmax(range[1], v);
}

static void draw_points(struct plot *p, const struct chart_scatter *d)
{
    size_t across = (size_t)((p->right - p->left) / CELL) + 2;
    size_t down = (size_t)((p->bottom - p->top) / CELL) + 2;
    uint8_t *taken = mem_zalloc(across * down, 1);
    for (size_t i = 0; i < d->n; i++) {
        if (!shows(&p->x, &p->y, d->x[i], d->y[i]) || d->x[i] < p->x.lo || d->x[i] > p->x.hi ||
            d->y[i] < p->y.lo || d->y[i] > p->y.hi)
            continue;
        double px = plot_x(p, d->x[i]), py = plot_y(p, d->y[i]);
        size_t at = (size_t)((py - p->top) / CELL) * across + (size_t)((px - p->left) / CELL);
        if (taken[at]++)
            continue;
        svg_circle(&p->svg, px, py, 2, &(struct svg_pen){.fill = svg_colour(0), .opacity = 0.45});
    }
    free(taken);
}

/* Heights of the names: at their points, then pushed apart until none overlap, upper ones upwards.
 */
static void place_names(const struct plot *p, const struct chart_scatter *d, double *ty)
{
    for (size_t i = 0; i < d->named_count; i++)
        ty[i] = plot_y(p, fmin(fmax(d->named[i].y, p->y.lo), p->y.hi)) + 5;
    for (int turn = 0; turn < 40; turn++)
        for (size_t i = 0; i < d->named_count; i++)
            for (size_t j = i + 1; j < d->named_count; j++) {
                double gap = 19 - fabs(ty[i] - ty[j]);
                if (gap <= 0)
                    continue;
                bool i_above = d->named[i].y > d->named[j].y;
                ty[i] += i_above ? -gap / 2 : gap / 2;
                ty[j] += i_above ? gap / 2 : -gap / 2;
            }
}

/* Names stand to the right of their point, or to the left near the edge. */
static void draw_named(struct plot *p, const struct chart_scatter *d)
{
    double ty[SVG_SERIES_MAX];
    place_names(p, d, ty);
    for (size_t i = 0; i < d->named_count; i++) {
        const struct chart_named_point *n = &d->named[i];
        if (!shows(&p->x, &p->y, n->x, n->y))
            continue;
        double px = plot_x(p, fmin(fmax(n->x, p->x.lo), p->x.hi));
        double py = plot_y(p, fmin(fmax(n->y, p->y.lo), p->y.hi));
        double width = svg_text_width(n->name, 15), y = fmin(fmax(ty[i], p->top + 14), p->bottom);
        bool left = px + 20 + width > p->right;
        double tx = px + (left ? -14 - width : 14);
        svg_marker(&p->svg, px, py, 7, i + 1);
        svg_rect(&p->svg, tx - 3, y - 14, width + 6, 18,
                 &(struct svg_pen){.fill = SVG_PAPER, .opacity = 0.8});
        svg_text(&p->svg, tx, y, n->name, &(struct svg_font){.size = 15, .bold = true});
    }
}

enum status chart_scatter(const struct chart_words *words, struct chart_axis x, struct chart_axis y,
                          const struct chart_scatter *d, struct buf *svg, struct chart_table *table,
                          struct err *e)
{
    TRY(chart_check(words, d->named_count ? d->named_count : 1, e));
    double rx[2] = {INFINITY, -INFINITY}, ry[2] = {INFINITY, -INFINITY};
    for (size_t i = 0; i < d->n; i++)
        if (shows(&x, &y, d->x[i], d->y[i])) {
            widen(rx, d->x[i]);
            widen(ry, d->y[i]);
        }
    for (size_t i = 0; i < d->named_count; i++)
        if (shows(&x, &y, d->named[i].x, d->named[i].y)) {
            widen(rx, d->named[i].x);
            widen(ry, d->named[i].y);
        }
    if (!(rx[0] <= rx[1]))
        return err_set(e, ST_DATA, "there is nothing to draw");
    chart_axis_fit(&x, rx[0], rx[1], false);
    chart_axis_fit(&y, ry[0], ry[1], false);
    struct plot p;
    plot_begin(&p, words, x, y, 20, 0);
    plot_axes(&p, NULL, 0);
    draw_points(&p, d);
    draw_named(&p, d);
    plot_end(&p, svg);
    if (table) {
        chart_table_header(
            table, 3,
            (const char *const[]){"name", x.label ? x.label : "x", y.label ? y.label : "y"});
        for (size_t i = 0; i < d->named_count; i++) {
            chart_table_text(table, d->named[i].name);
            chart_table_number(table, d->named[i].x);
            chart_table_number(table, d->named[i].y);
        }
        for (size_t i = 0; i < d->n; i++) {
            chart_table_text(table, "");
            chart_table_number(table, d->x[i]);
            chart_table_number(table, d->y[i]);
        }
    }
    return ST_OK;
}
