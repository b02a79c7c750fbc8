#include "chart/step.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* The corners of a step curve from the left edge to `until`. `path` holds 2 n + 2. */
static size_t corners(const struct plot *p, const double *x, const double *y, size_t n,
                      double start, double until, struct svg_point *path)
{
    size_t m = 0;
    double level = start;
    path[m++] = (struct svg_point){p->left, plot_y(p, level)};
    for (size_t k = 0; k < n && x[k] <= p->x.hi; k++) {
        if (isnan(y[k]))
            continue;
        path[m++] = (struct svg_point){plot_x(p, x[k]), plot_y(p, level)};
        level = y[k];
        path[m++] = (struct svg_point){plot_x(p, x[k]), plot_y(p, level)};
    }
    path[m++] = (struct svg_point){plot_x(p, fmin(until, p->x.hi)), plot_y(p, level)};
    return m;
}

static void draw_band(struct plot *p, const struct chart_series *s, double start, size_t index)
{
    struct svg_point *path = mem_array(4 * s->n + 4, sizeof *path);
    double until = s->n ? s->x[s->n - 1] : p->x.lo;
    size_t up = corners(p, s->x, s->hi, s->n, start, until, path);
    size_t down = corners(p, s->x, s->lo, s->n, start, until, path + up);
    for (size_t i = 0; i < down / 2; i++) {
        struct svg_point keep = path[up + i];
        path[up + i] = path[up + down - 1 - i];
        path[up + down - 1 - i] = keep;
    }
    svg_path(&p->svg, path, up + down, true,
             &(struct svg_pen){.fill = svg_colour(index), .opacity = 0.14});
    free(path);
}

static double draw_curve(struct plot *p, const struct chart_series *s, double start, size_t index)
{
    struct svg_point *path = mem_array(2 * s->n + 2, sizeof *path);
    double until = s->n ? s->x[s->n - 1] : p->x.lo;
    size_t n = corners(p, s->x, s->y, s->n, start, until, path);
    svg_path(&p->svg, path, n, false,
             &(struct svg_pen){.stroke = svg_colour(index), .width = 2.5, .dash = svg_dash(index)});
    double end = path[n - 1].y;
    free(path);
    return end;
}

/* Areas from the bottom up; returns the middle of each at its right end. */
static void draw_stack(struct plot *p, const struct chart_steps *c, double ends[])
{
    size_t n = c->series[0].n;
    double *floor_y = mem_zalloc(n + 1, sizeof *floor_y), *top_y = mem_zalloc(n + 1, sizeof *top_y);
    struct svg_point *path = mem_array(4 * n + 4, sizeof *path);
    double until = n ? c->series[0].x[n - 1] : p->x.hi;
    for (size_t s = 0; s < c->count; s++) {
        for (size_t k = 0; k < n; k++)
            top_y[k] = floor_y[k] + c->series[s].y[k];
        size_t up = corners(p, c->series[s].x, top_y, n, 0, until, path);
        size_t down = corners(p, c->series[s].x, floor_y, n, 0, until, path + up);
        ends[s] = (path[up - 1].y + path[up + down - 1].y) / 2;
        for (size_t i = 0; i < down / 2; i++) {
            struct svg_point keep = path[up + i];
            path[up + i] = path[up + down - 1 - i];
            path[up + down - 1 - i] = keep;
        }
        svg_path(&p->svg, path, up + down, true,
                 &(struct svg_pen){.fill = svg_colour(s), .opacity = 0.35});
        svg_path(&p->svg, path, up, false,
                 &(struct svg_pen){.stroke = svg_colour(s), .width = 2, .dash = svg_dash(s)});
        memcpy(floor_y, top_y, n * sizeof *floor_y);
    }
    free(path);
    free(floor_y);
    free(top_y);
}

static size_t risk_rows(const struct chart_steps *c)
{
    return c->risk.count == 0 ? 0 : c->stacked || c->risk.shared ? 1 : c->count;
}

static void risk_text(const struct chart_steps *c, size_t row, size_t t, char text[40])
{
    int64_t n = c->risk.n[row * c->risk.count + t];
    if (n < 0)
        snprintf(text, 40, "%s", c->risk.hidden ? c->risk.hidden : "[c]");
    else
        chart_number((double)n, CHART_NUMBER, text);
}

/* The numbers of a row under their times; one that would touch its neighbour or the last is left to
 * the table. */
static void draw_risk_row(struct plot *p, const struct chart_steps *c, size_t row, double y)
{
    enum { SIZE = 15, APART = 8 };
    size_t last = c->risk.count - 1;
    char text[40];
    risk_text(c, row, last, text);
    double end = plot_x(p, c->risk.times[last]) - svg_text_width(text, SIZE) / 2;
    double free_from = -INFINITY;
    for (size_t t = 0; t <= last; t++) {
        risk_text(c, row, t, text);
        double x = plot_x(p, c->risk.times[t]), half = svg_text_width(text, SIZE) / 2;
        if (t < last && (x - half < free_from || x + half + APART > end))
            continue;
        svg_text(&p->svg, x, y, text, &(struct svg_font){.size = SIZE, .anchor = 'm'});
        free_from = x + half + APART;
    }
}

static void draw_risk(struct plot *p, const struct chart_steps *c)
{
    size_t rows = risk_rows(c);
    double y = p->bottom + (p->x.label ? 78 : 54);
    if (rows == 0)
        return;
    svg_text(&p->svg, 12, y, "Number at risk",
             &(struct svg_font){.size = 15, .bold = true, .colour = SVG_MUTED});
    for (size_t s = 0; s < rows; s++) {
        y += 21;
        draw_risk_row(p, c, s, y);
        if (rows > 1) {
            const char *name = c->risk.names ? c->risk.names[s] : c->series[s].name;
            svg_marker(&p->svg, p->right + 26, y - 5, 5, s);
            svg_text(&p->svg, p->right + 36, y, name,
                     &(struct svg_font){.size = 15, .bold = true, .colour = svg_colour(s)});
        }
    }
}

enum status chart_step(const struct chart_words *words, struct chart_axis x, struct chart_axis y,
                       const struct chart_steps *c, struct buf *svg, struct chart_table *table,
                       struct err *e)
{
    TRY(chart_check(words, c->count, e));
    double xr[2], yr[2], room = 0, ends[SVG_SERIES_MAX];
    const char *names[SVG_SERIES_MAX];
    chart_series_range(c->series, c->count, xr, yr);
    if (!(xr[0] <= xr[1]) || !(yr[0] <= yr[1]))
        return err_set(e, ST_DATA, "there is nothing to draw");
    if (x.lo == 0 && x.hi == 0) {
        x.hi = c->risk.count ? c->risk.times[c->risk.count - 1] : xr[1];
        x.lo = fmin(0, xr[0]);
        if (!(x.lo < x.hi))
            x.hi = x.lo + 1;
    }
    chart_axis_fit(&y, fmin(yr[0], c->start), fmax(yr[1], c->start), true);
    for (size_t s = 0; s < c->count; s++) {
        names[s] = c->series[s].name;
        room = fmax(room, svg_text_width(names[s], 16) * 1.08 + 36);
    }
    struct plot p;
    size_t rows = risk_rows(c);
    bool key = plot_is_narrow(words) && rows <= 1;
    plot_begin(&p, words, x, y, key ? CHART_EDGE : room, rows ? 30 + 21 * (double)rows : 0);
    if (key)
        plot_key(&p, names, c->count);
    plot_axes(&p, c->risk.count ? c->risk.times : NULL, c->risk.count);
    for (size_t s = 0; s < c->count && !c->stacked; s++)
        if (c->series[s].lo && c->series[s].hi)
            draw_band(&p, &c->series[s], c->start, s);
    if (c->stacked)
        draw_stack(&p, c, ends);
    for (size_t s = 0; s < c->count && !c->stacked; s++)
        ends[s] = draw_curve(&p, &c->series[s], c->start, s);
    if (!key)
        plot_end_labels(&p, names, ends, c->count);
    draw_risk(&p, c);
    plot_end(&p, svg);
    if (table)
        chart_series_table(c->series, c->count, "time", y.label ? y.label : "value", table);
    return ST_OK;
}
