#include "chart/forest.h"

#include <math.h>

#define LABEL_SHARE 0.4     /* of the width, at most, for labels */
#define TICK_ROOM 75        /* pixels a tick, at least */
#define ROW_NARROW 58.0     /* a label above its interval */
#define ROW_NARROW_TWO 78.0 /* of two lines */

static void fill_table(const struct chart_forest *f, const char *name, struct chart_table *table)
{
    chart_table_header(
        table, 7,
        (const char *const[]){"row", name, "lower", "upper", "floor", "ceiling", "counts"});
    for (size_t k = 0; k < f->count; k++) {
        const struct chart_estimate *r = &f->rows[k];
        chart_table_text(table, r->label);
        chart_table_number(table, r->value);
        chart_table_number(table, r->lo);
        chart_table_number(table, r->hi);
        chart_table_number(table, r->floor);
        chart_table_number(table, r->ceiling);
        chart_table_text(table, r->text ? r->text : "");
    }
}

static void widen(double range[2], double v, bool log)
{
    if (!isfinite(v) || (log && v <= 0))
        return;
    range[0] = fmin(range[0], v);
    range[1] = fmax(range[1], v);
}

/* Clipped to the axis; says whether it was. */
static double clipped(const struct plot *p, double v, bool *cut)
{
    double lo = p->x.lo, hi = p->x.hi;
    *cut = v < lo || v > hi || (p->x.log && v <= 0);
    return plot_x(p, v < lo || (p->x.log && v <= 0) ? lo : v > hi ? hi : v);
}

static void arrow(struct plot *p, double x, double y, double way)
{
    struct svg_point head[] = {{x + 7 * way, y}, {x, y - 5}, {x, y + 5}};
    svg_path(&p->svg, head, 3, true, &(struct svg_pen){.fill = SVG_INK});
}

static void draw_interval(struct plot *p, const struct chart_estimate *r, double y)
{
    bool cut_lo, cut_hi;
    double a = clipped(p, r->lo, &cut_lo), b = clipped(p, r->hi, &cut_hi);
    struct svg_pen pen = {.stroke = SVG_INK, .width = 2};
    svg_line(&p->svg, a, y, b, y, &pen);
    if (cut_lo)
        arrow(p, a, y, -1);
    else
        svg_line(&p->svg, a, y - 6, a, y + 6, &pen);
    if (cut_hi)
        arrow(p, b, y, 1);
    else
        svg_line(&p->svg, b, y - 6, b, y + 6, &pen);
}

/* A label that is too long for its room takes two lines. */
static void draw_label(struct plot *p, const char *label, double room, double y)
{
    struct svg_font font = {.size = 15, .anchor = 'e'};
    if (svg_text_width(label, 16) <= room)
        svg_text(&p->svg, p->left - 12, y + 5.5, label, &(struct svg_font){.anchor = 'e'});
    else
        svg_text_wrapped(&p->svg, p->left - 12, y - 4, room, label, &font);
}

static bool narrow(const struct chart_words *w)
{
    return w->width > 0 && w->width < CHART_NARROW;
}

static void draw_row(struct plot *p, const struct chart_estimate *r, double y, double step)
{
    bool cut;
    if (narrow(&p->words))
        svg_text_wrapped(&p->svg, 12, y + 36 - step, p->svg.width - 24, r->label,
                         &(struct svg_font){0});
    else
        draw_label(p, r->label, p->left - 24, y);
    if (!isnan(r->floor) && !isnan(r->ceiling)) {
        double a = clipped(p, r->floor, &cut), b = clipped(p, r->ceiling, &cut);
        svg_rect(&p->svg, a, y - 9, fmax(2, b - a), 18,
                 &(struct svg_pen){.fill = svg_colour(0), .opacity = 0.3, .stroke = svg_colour(0)});
    }
    if (!isnan(r->lo) && !isnan(r->hi))
        draw_interval(p, r, y);
    if (isfinite(r->value))
        svg_marker(&p->svg, clipped(p, r->value, &cut), y, 6, 1);
    if (r->text)
        svg_text(&p->svg, p->right + 14, y + 5.5, r->text, &(struct svg_font){.size = 15});
}

enum status chart_forest(const struct chart_words *words, struct chart_axis value,
                         const struct chart_forest *f, struct buf *svg, struct chart_table *table,
                         struct err *e)
{
    TRY(chart_check(words, f->count ? 1 : 0, e));
    double range[2] = {INFINITY, -INFINITY}, label = 0, text = 0;
    for (size_t k = 0; k < f->count; k++) {
        const struct chart_estimate *r = &f->rows[k];
        const double all[] = {r->value, r->lo, r->hi, r->floor, r->ceiling};
        for (size_t i = 0; i < 5; i++)
            widen(range, all[i], value.log);
        label = fmax(label, svg_text_width(r->label, 16));
        text = fmax(text, r->text ? svg_text_width(r->text, 15) + 20 : 0);
    }
    widen(range, f->reference, value.log);
    if (!(range[0] <= range[1]))
        return err_set(e, ST_DATA, "there is nothing to draw");
    chart_axis_fit(&value, range[0], range[1], true);
    struct chart_words w = *words;
    double label_room = LABEL_SHARE * (w.width > 0 ? w.width : CHART_WIDTH);
    if (narrow(&w)) {
        w.note = NULL;
        w.height = 106 + svg_title_height(w.title, w.width) +
                   (label > w.width - 24 ? ROW_NARROW_TWO : ROW_NARROW) * (double)f->count;
    } else {
        w.height = 130 + (label > label_room ? 44 : 34) * (double)f->count + (w.note ? 24 : 0);
    }
    struct plot p;
    struct chart_axis rows = {.lo = 0, .hi = 1};
    plot_begin(&p, &w, value, rows, text, 0);
    p.left = narrow(&w) ? 16 : 24 + fmin(label, label_room);
    double ticks[24];
    int wanted = (int)fmin(5, fmax(2, (p.right - p.left) / TICK_ROOM));
    size_t n = chart_ticks(value.lo, value.hi, value.log, wanted, ticks, 24);
    for (size_t k = 0; k < n; k++) {
        char t[40];
        double x = plot_x(&p, ticks[k]);
        svg_line(&p.svg, x, p.top, x, p.bottom, &(struct svg_pen){.stroke = SVG_GRID});
        chart_number(ticks[k], value.format, t);
        svg_text(&p.svg, x, p.bottom + 20, t, &(struct svg_font){.anchor = 'm'});
    }
    if (value.label)
        svg_text(&p.svg, narrow(&w) ? 12 : (p.left + p.right) / 2, p.bottom + 44, value.label,
                 &(struct svg_font){.anchor = narrow(&w) ? 's' : 'm', .colour = SVG_MUTED});
    if (isfinite(f->reference))
        svg_line(&p.svg, plot_x(&p, f->reference), p.top, plot_x(&p, f->reference), p.bottom,
                 &(struct svg_pen){.stroke = SVG_INK, .dash = "5 4"});
    double step = (p.bottom - p.top) / (double)f->count;
    for (size_t k = 0; k < f->count; k++)
        draw_row(&p, &f->rows[k],
                 narrow(&w) ? p.top + (double)(k + 1) * step - 15
                            : p.top + ((double)k + 0.5) * step,
                 step);
    plot_end(&p, svg);
    if (table)
        fill_table(f, value.label ? value.label : "value", table);
    return ST_OK;
}
