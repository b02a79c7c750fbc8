#include "chart/line.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static void widen(double r[2], double v)
{
    if (!isfinite(v))
        return;
    r[0] = fmin(r[0], v);
    r[1] = fmax(r[1], v);
}

void chart_series_range(const struct chart_series *series, size_t count, double x[2], double y[2])
{
    x[0] = y[0] = INFINITY;
    x[1] = y[1] = -INFINITY;
    for (size_t s = 0; s < count; s++)
        for (size_t k = 0; k < series[s].n; k++) {
            widen(x, series[s].x[k]);
            widen(y, series[s].y[k]);
            if (series[s].lo)
                widen(y, series[s].lo[k]);
            if (series[s].hi)
                widen(y, series[s].hi[k]);
        }
}

void chart_series_table(const struct chart_series *series, size_t count, const char *x_name,
                        const char *y_name, struct chart_table *table)
{
    bool band = false;
    for (size_t s = 0; s < count; s++)
        band |= series[s].lo && series[s].hi;
    chart_table_header(table, band ? 5 : 3,
                       (const char *const[]){"series", x_name, y_name, "lower", "upper"});
    for (size_t s = 0; s < count; s++)
        for (size_t k = 0; k < series[s].n; k++) {
            chart_table_text(table, series[s].name);
            chart_table_number(table, series[s].x[k]);
            chart_table_number(table, series[s].y[k]);
            if (band) {
                chart_table_number(table, series[s].lo ? series[s].lo[k] : NAN);
                chart_table_number(table, series[s].hi ? series[s].hi[k] : NAN);
            }
        }
}

static void draw_band(struct plot *p, const struct chart_series *s, size_t index)
{
    struct svg_point *path = mem_array(2 * s->n, sizeof *path);
    size_t n = 0;
    for (size_t k = 0; k < s->n; k++)
        if (isfinite(s->hi[k]) && isfinite(s->lo[k]))
            path[n++] = (struct svg_point){plot_x(p, s->x[k]), plot_y(p, s->hi[k])};
    for (size_t k = s->n; k-- > 0;)
        if (isfinite(s->hi[k]) && isfinite(s->lo[k]))
            path[n++] = (struct svg_point){plot_x(p, s->x[k]), plot_y(p, s->lo[k])};
    svg_path(&p->svg, path, n, true, &(struct svg_pen){.fill = svg_colour(index), .opacity = 0.15});
    free(path);
}

/* Returns the y of the last point drawn. */
static double draw_line(struct plot *p, const struct chart_series *s, size_t index)
{
    struct svg_pen pen = {.stroke = svg_colour(index), .width = 2.5, .dash = svg_dash(index)};
    struct svg_point *path = mem_array(s->n, sizeof *path);
    double last = (p->top + p->bottom) / 2;
    size_t n = 0;
    for (size_t k = 0; k <= s->n; k++) {
        if (k < s->n && isfinite(s->y[k])) {
            path[n++] = (struct svg_point){plot_x(p, s->x[k]), plot_y(p, s->y[k])};
            last = path[n - 1].y;
            continue;
        }
        svg_path(&p->svg, path, n, false, &pen);
        for (size_t i = 0; i < n && s->n <= 40; i++)
            svg_marker(&p->svg, path[i].x, path[i].y, 4.5, index);
        n = 0;
    }
    free(path);
    return last;
}

enum status chart_line(const struct chart_words *words, struct chart_axis x, struct chart_axis y,
                       const struct chart_series *series, size_t count, struct buf *svg,
                       struct chart_table *table, struct err *e)
{
    TRY(chart_check(words, count, e));
    double xr[2], yr[2], room = 0, ends[SVG_SERIES_MAX];
    const char *names[SVG_SERIES_MAX];
    chart_series_range(series, count, xr, yr);
    if (!(xr[0] <= xr[1]) || !(yr[0] <= yr[1]))
        return err_set(e, ST_DATA, "there is nothing to draw");
    if (x.lo == 0 && x.hi == 0) {
        x.lo = xr[0];
        x.hi = xr[1] > xr[0] ? xr[1] : xr[0] + 1;
    }
    chart_axis_fit(&y, yr[0], yr[1], true);
    for (size_t s = 0; s < count; s++)
        room = fmax(room, svg_text_width(series[s].name, 16) * 1.08 + 22);
    for (size_t s = 0; s < count; s++)
        names[s] = series[s].name;
    struct plot p;
    bool key = plot_is_narrow(words);
    plot_begin(&p, words, x, y, key ? CHART_EDGE : room, 0);
    if (key)
        plot_key(&p, names, count);
    plot_axes(&p, NULL, 0);
    for (size_t s = 0; s < count; s++)
        if (series[s].lo && series[s].hi)
            draw_band(&p, &series[s], s);
    for (size_t s = 0; s < count; s++)
        ends[s] = draw_line(&p, &series[s], s);
    if (!key)
        plot_end_labels(&p, names, ends, count);
    plot_end(&p, svg);
    if (table)
        chart_series_table(series, count, x.label ? x.label : "x", y.label ? y.label : "y", table);
    return ST_OK;
}
