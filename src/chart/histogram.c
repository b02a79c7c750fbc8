#include "chart/histogram.h"

#include "base/mem.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

#define BINS 40
#define ROW 26 /* pixels for one interval */

static void draw_interval(struct plot *p, const struct chart_interval *v, size_t row)
{
    if (!isfinite(v->lo) || !isfinite(v->hi))
        return;
    double y = p->top - 12 - ROW * (double)row;
    double a = plot_x(p, fmax(v->lo, p->x.lo)), b = plot_x(p, fmin(v->hi, p->x.hi));
    struct svg_pen pen = {.stroke = svg_colour(row + 1), .dash = svg_dash(row), .width = 3};
    struct svg_pen end = {.stroke = svg_colour(row + 1), .width = 2};
    svg_line(&p->svg, a, y, b, y, &pen);
    svg_line(&p->svg, a, y - 6, a, y + 6, &end);
    svg_line(&p->svg, b, y - 6, b, y + 6, &end);
    bool left = b + 10 + svg_text_width(v->name, 15) > p->svg.width;
    svg_text(&p->svg, left ? b : b + 10, left ? y - 6 : y + 5, v->name,
             &(struct svg_font){.size = 15, .anchor = left ? 'e' : 's'});
}

static void draw_estimate(struct plot *p, const struct chart_histogram *d)
{
    if (!isfinite(d->estimate))
        return;
    double x = plot_x(p, d->estimate);
    svg_line(&p->svg, x, p->top - 8, x, p->bottom,
             &(struct svg_pen){.stroke = SVG_INK, .width = 2});
    if (d->estimate_name)
        svg_text(&p->svg, x + 6, p->top + 14, d->estimate_name, &(struct svg_font){.size = 15});
}

enum status chart_histogram(const struct chart_words *words, struct chart_axis x,
                            const struct chart_histogram *d, struct buf *svg,
                            struct chart_table *table, struct err *e)
{
    TRY(chart_check(words, 1, e));
    double *v = mem_array(d->n + 1, sizeof *v);
    size_t n = 0, count[BINS] = {0}, most = 1;
    for (size_t i = 0; i < d->n; i++)
        if (isfinite(d->values[i]))
            v[n++] = d->values[i];
    if (n == 0) {
        free(v);
        return err_set(e, ST_DATA, "there is nothing to draw");
    }
    qsort(v, n, sizeof *v, order_double);
    double lo = v[0], hi = v[(size_t)(0.995 * (double)(n - 1))];
    lo = isfinite(d->estimate) ? fmin(lo, d->estimate) : lo;
    hi = isfinite(d->estimate) ? fmax(hi, d->estimate) : hi;
    for (size_t i = 0; i < d->interval_count; i++) {
        lo = isfinite(d->intervals[i].lo) ? fmin(lo, d->intervals[i].lo) : lo;
        hi = isfinite(d->intervals[i].hi) ? fmax(hi, d->intervals[i].hi) : hi;
    }
    chart_axis_fit(&x, lo, hi, false);
    double width = (x.hi - x.lo) / BINS;
    for (size_t i = 0; i < n; i++)
        if (v[i] >= x.lo && v[i] < x.hi)
            count[(size_t)((v[i] - x.lo) / width) < BINS ? (size_t)((v[i] - x.lo) / width)
                                                         : BINS - 1]++;
    free(v);
    for (size_t b = 0; b < BINS; b++)
        most = count[b] > most ? count[b] : most;
    struct chart_axis y = {.label = "Replicates"};
    chart_axis_fit(&y, 0, (double)most, true);
    struct plot p;
    plot_begin(&p, words, x, y, 20, 0);
    double head = 12 + ROW * (double)d->interval_count;
    p.top += head;
    plot_axes(&p, NULL, 0);
    for (size_t b = 0; b < BINS; b++)
        if (count[b]) {
            double a = plot_x(&p, x.lo + width * (double)b);
            double c = plot_x(&p, x.lo + width * ((double)b + 1));
            double t = plot_y(&p, (double)count[b]);
            svg_rect(&p.svg, a + 0.5, t, c - a - 1, p.bottom - t,
                     &(struct svg_pen){.fill = svg_colour(0), .opacity = 0.6});
        }
    draw_estimate(&p, d);
    for (size_t i = 0; i < d->interval_count; i++)
        draw_interval(&p, &d->intervals[i], i);
    plot_end(&p, svg);
    if (table) {
        chart_table_header(table, 3, (const char *const[]){"from", "to", "count"});
        for (size_t b = 0; b < BINS; b++) {
            chart_table_number(table, x.lo + width * (double)b);
            chart_table_number(table, x.lo + width * ((double)b + 1));
            chart_table_number(table, (double)count[b]);
        }
    }
    return ST_OK;
}
