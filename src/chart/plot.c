#include "chart/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum status chart_check(const struct chart_words *words, size_t series, struct err *e)
{
    if (!words->id || !words->title || !words->desc || !*words->title || !*words->desc)
        return err_set(e, ST_FAULT, "a chart needs an id, a title and a description");
    if (series == 0)
        return err_set(e, ST_DATA, "there is nothing to draw");
    if (series > SVG_SERIES_MAX) {
        err_set(e, ST_DATA, "%zu groups are too many for one chart", series);
        return err_hint(e, "A chart shows at most %d groups; draw fewer, or one chart each.",
                        SVG_SERIES_MAX);
    }
    return ST_OK;
}

/* ---- numbers ---- */

static void with_commas(const char *digits, char out[40])
{
    size_t whole = strcspn(digits, "."), at = 0;
    size_t sign = digits[0] == '-';
    for (size_t i = 0; digits[i] && at < 38; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            out[at++] = ',';
        if (at < 39)
            out[at++] = digits[i];
    }
    out[at] = '\0';
}

void chart_number(double v, enum chart_format format, char out[40])
{
    char text[40];
    if (v == 0)
        v = 0; /* no minus sign */
    if (format == CHART_PERCENT) {
        snprintf(out, 40, "%.4g%%", round(v * 1e6) / 1e4);
        return;
    }
    if (format == CHART_YEAR) {
        snprintf(out, 40, "%.0f", v);
        return;
    }
    if (fabs(v) >= 1e15 || (v != 0 && fabs(v) < 1e-4)) {
        snprintf(out, 40, "%.3g", v);
        return;
    }
    if (fabs(v) >= 1000)
        snprintf(text, sizeof text, "%.0f", v);
    else
        snprintf(text, sizeof text, "%.4g", v);
    with_commas(text, out);
}

static double round_step(double width, int wanted)
{
    double rough = width / wanted, power = pow(10, floor(log10(rough))), part = rough / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

/* From coarse to fine, the first set that has at least three; or powers of ten when those are many.
 */
static size_t log_ticks(double lo, double hi, double *ticks, size_t cap)
{
    static const double within[4][9] = {
        {1}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
    static const int sizes[4] = {1, 3, 6, 9};
    size_t n = 0;
    for (int set = 0; set < 4 && n < 3; set++) {
        n = 0;
        for (int p = (int)floor(log10(lo)); p <= (int)ceil(log10(hi)) && n < cap; p++)
            for (int k = 0; k < sizes[set] && n < cap; k++) {
                double v = within[set][k] * pow(10, p);
                if (v >= lo * (1 - 1e-9) && v <= hi * (1 + 1e-9))
                    ticks[n++] = v;
            }
    }
    return n;
}

size_t chart_ticks(double lo, double hi, bool log, int wanted, double *ticks, size_t cap)
{
    if (log)
        return log_ticks(lo, hi, ticks, cap);
    double step = round_step(hi - lo, wanted), first = ceil(lo / step - 1e-9);
    size_t n = 0;
    for (double k = first; k * step <= hi + step * 1e-9 && n < cap; k++)
        ticks[n++] = k * step;
    return n;
}

void chart_nice(double *lo, double *hi, int wanted)
{
    if (!(*lo < *hi)) {
        double half = *lo == 0 ? 0.5 : fabs(*lo) * 0.5;
        *lo -= half;
        *hi += half;
    }
    double step = round_step(*hi - *lo, wanted);
    *lo = floor(*lo / step + 1e-9) * step;
    *hi = ceil(*hi / step - 1e-9) * step;
}

void chart_axis_fit(struct chart_axis *a, double lo, double hi, bool from_zero)
{
    if (a->lo != 0 || a->hi != 0)
        return;
    if (a->log) {
        a->lo = lo * 0.9;
        a->hi = hi * 1.1;
        return;
    }
    if (from_zero && lo > 0)
        lo = 0;
    if (from_zero && hi < 0)
        hi = 0;
    chart_nice(&lo, &hi, 5);
    a->lo = lo;
    a->hi = hi;
}

/* ---- the area ---- */

static double share(const struct chart_axis *a, double v)
{
    if (a->log)
        return (log(v) - log(a->lo)) / (log(a->hi) - log(a->lo));
    return (v - a->lo) / (a->hi - a->lo);
}

double plot_x(const struct plot *p, double v)
{
    return p->left + share(&p->x, v) * (p->right - p->left);
}

double plot_y(const struct plot *p, double v)
{
    return p->bottom - share(&p->y, v) * (p->bottom - p->top);
}

bool plot_is_narrow(const struct chart_words *words)
{
    return words->width > 0 && words->width < CHART_NARROW;
}

void plot_key(struct plot *p, const char *const *names, size_t n)
{
    const double row = 22, first = p->top - (p->y.label ? 26 : 6) + 10;
    for (size_t k = 0; k < n; k++) {
        double y = first + row * (double)k;
        svg_marker(&p->svg, 18, y, 5, k);
        svg_text(&p->svg, 30, y + 5.5, names[k],
                 &(struct svg_font){.colour = svg_colour(k), .bold = true});
    }
    p->top += row * (double)n + 8;
}

void plot_begin(struct plot *p, const struct chart_words *words, struct chart_axis x,
                struct chart_axis y, double right_room, double below)
{
    if (!(x.lo < x.hi) || !(y.lo < y.hi))
        BUG("chart %s: an axis without length", words->id);
    *p = (struct plot){.x = x, .y = y, .words = *words};
    if (plot_is_narrow(words))
        p->words.note = NULL;
    struct svg_page page = {words->id, words->title, words->desc,
                            words->width > 0 ? words->width : CHART_WIDTH,
                            words->height > 0 ? words->height : CHART_HEIGHT};
    page.height += below;
    double title_end = svg_begin(&p->svg, &page);
    p->top = title_end + (y.label ? 26 : 6);
    p->bottom = page.height - below - (x.label ? 62 : 36) - (p->words.note ? 24 : 0);
    p->right = page.width - 20 - right_room;
    double ticks[24], widest = 0;
    size_t n = chart_ticks(y.lo, y.hi, y.log, 5, ticks, 24);
    for (size_t k = 0; k < n; k++) {
        char text[40];
        chart_number(ticks[k], y.format, text);
        widest = fmax(widest, svg_text_width(text, 16));
    }
    p->left = 26 + widest;
}

void plot_axes(struct plot *p, const double *x_ticks, size_t x_tick_count)
{
    struct svg_pen grid = {.stroke = SVG_GRID}, axis = {.stroke = SVG_INK, .width = 1.5};
    double ticks[24];
    char text[40];
    size_t n = chart_ticks(p->y.lo, p->y.hi, p->y.log, 5, ticks, 24);
    for (size_t k = 0; k < n; k++) {
        double y = plot_y(p, ticks[k]);
        svg_line(&p->svg, p->left, y, p->right, y, &grid);
        chart_number(ticks[k], p->y.format, text);
        svg_text(&p->svg, p->left - 8, y + 5.5, text, &(struct svg_font){.anchor = 'e'});
    }
    if (p->y.label) /* across the top: no neck has to turn */
        svg_text(&p->svg, 12, p->top - 12, p->y.label, &(struct svg_font){.colour = SVG_MUTED});
    if (!x_ticks) {
        int wanted = plot_is_narrow(&p->words) ? 4 : 6;
        x_tick_count = chart_ticks(p->x.lo, p->x.hi, p->x.log, wanted, ticks, 24);
        x_ticks = ticks;
    }
    svg_line(&p->svg, p->left, p->bottom, p->right, p->bottom, &axis);
    for (size_t k = 0; k < x_tick_count; k++) {
        double x = plot_x(p, x_ticks[k]);
        svg_line(&p->svg, x, p->bottom, x, p->bottom + 6, &axis);
        chart_number(x_ticks[k], p->x.format, text);
        svg_text(&p->svg, x, p->bottom + 23, text, &(struct svg_font){.anchor = 'm'});
    }
    if (p->x.label)
        svg_text(&p->svg, (p->left + p->right) / 2, p->bottom + 46, p->x.label,
                 &(struct svg_font){.anchor = 'm', .colour = SVG_MUTED});
}

void plot_end_labels(struct plot *p, const char *const *names, const double *y_px, size_t n)
{
    enum { MOST = 32 };
    const double gap = 19;
    size_t order[MOST];
    double at[MOST];
    n = n > MOST ? MOST : n;
    for (size_t k = 0; k < n; k++) {
        size_t i = k;
        for (; i > 0 && y_px[order[i - 1]] > y_px[k]; i--)
            order[i] = order[i - 1];
        order[i] = k;
    }
    for (size_t k = 0; k < n; k++) {
        at[k] = fmin(fmax(y_px[order[k]], p->top + 6), p->bottom - 4);
        if (k > 0)
            at[k] = fmax(at[k], at[k - 1] + gap);
    }
    for (size_t k = n; k-- > 0;) { /* push up what ran over the bottom */
        double most = k + 1 < n ? at[k + 1] - gap : p->bottom;
        at[k] = fmin(at[k], most);
    }
    for (size_t k = 0; k < n; k++) {
        svg_marker(&p->svg, p->right + 13, at[k], 5, order[k]);
        svg_text(&p->svg, p->right + 23, at[k] + 5.5, names[order[k]],
                 &(struct svg_font){.colour = svg_colour(order[k]), .bold = true});
    }
}

void plot_end(struct plot *p, struct buf *out)
{
    if (p->words.note)
        svg_text(&p->svg, 12, p->svg.height - 10, p->words.note,
                 &(struct svg_font){.size = 14, .colour = SVG_MUTED});
    svg_end(&p->svg, out);
}
