#include "chart/bar.h"

#include <math.h>

static void fill_table(const struct chart_bars *b, const char *value_name,
                       struct chart_table *table)
{
    chart_table_header(table, 3, (const char *const[]){"category", "series", value_name});
    for (size_t c = 0; c < b->category_count; c++)
        for (size_t s = 0; s < b->series_count; s++) {
            double v = b->values[s * b->category_count + c];
            chart_table_text(table, b->categories[c]);
            chart_table_text(table, b->series_count > 1 ? b->series[s] : "");
            if (isnan(v) && b->hidden)
                chart_table_text(table, b->hidden);
            else
                chart_table_number(table, v);
        }
}

struct rows {
    double left, right, top, bar, gap;
    bool narrow; /* labels above their bars, in the gap */
};

/* The value, and beside it the name of the series: no key to look up, no colour to tell apart. */
static void draw_value(struct svg *svg, const struct chart_bars *b, size_t s, double x, double y,
                       const char *text)
{
    svg_text(svg, x, y, text, &(struct svg_font){0});
    if (b->series_count > 1)
        svg_text(svg, x + svg_text_width(text, 16) + 10, y, b->series[s],
                 &(struct svg_font){.size = 15, .colour = svg_colour(s)});
}

static void draw_row(struct svg *svg, const struct chart_bars *b, size_t c, const struct rows *r,
                     const struct chart_axis *a)
{
    double step = (double)b->series_count * r->bar + r->gap, y = r->top + (double)c * step;
    double middle = y + (double)b->series_count * r->bar / 2, width = r->right - r->left;
    if (r->narrow)
        svg_text(svg, r->left, y - 7, b->categories[c], &(struct svg_font){0});
    else
        svg_text(svg, r->left - 10, middle + 5.5, b->categories[c],
                 &(struct svg_font){.anchor = 'e'});
    double zero = r->left + (0 - a->lo) / (a->hi - a->lo) * width;
    for (size_t s = 0; s < b->series_count; s++, y += r->bar) {
        double v = b->values[s * b->category_count + c];
        char text[40];
        if (isnan(v)) {
            draw_value(svg, b, s, zero + 6, y + r->bar / 2 + 5.5, b->hidden ? b->hidden : "hidden");
            continue;
        }
        double end = r->left + (v - a->lo) / (a->hi - a->lo) * width;
        svg_rect(svg, fmin(zero, end), y + 1, fabs(end - zero), r->bar - 2,
                 &(struct svg_pen){.fill = svg_colour(s)});
        chart_number(v, a->format, text);
        draw_value(svg, b, s, fmax(zero, end) + 6, y + r->bar / 2 + 5.5, text);
    }
    svg_line(svg, zero,
             r->narrow ? r->top + (double)c * step : r->top + (double)c * step - r->gap / 2, zero,
             r->narrow ? y : r->top + (double)(c + 1) * step - r->gap / 2,
             &(struct svg_pen){.stroke = SVG_INK, .width = 1.5});
}

static double series_room(const struct chart_bars *b)
{
    double room = 0;
    for (size_t s = 0; s < b->series_count && b->series_count > 1; s++)
        room = fmax(room, svg_text_width(b->series[s], 15) + 10);
    return room;
}

enum status chart_bar(const struct chart_words *words, struct chart_axis value,
                      const struct chart_bars *b, struct buf *out, struct chart_table *table,
                      struct err *e)
{
    TRY(chart_check(words, b->category_count ? b->series_count : 0, e));
    double lo = 0, hi = 0, label = 0;
    for (size_t k = 0; k < b->category_count * b->series_count; k++)
        if (!isnan(b->values[k])) {
            if (!isfinite(b->values[k]))
                return err_set(e, ST_DATA, "an infinite value cannot be drawn");
            lo = fmin(lo, b->values[k]);
            hi = fmax(hi, b->values[k]);
        }
    for (size_t c = 0; c < b->category_count; c++)
        label = fmax(label, svg_text_width(b->categories[c], 16));
    if (hi == 0 && lo == 0)
        hi = 1;
    chart_axis_fit(&value, lo, hi, true);
    double width = words->width > 0 ? words->width : CHART_WIDTH;
    const bool narrow = width < CHART_NARROW;
    const char *note = narrow ? NULL : words->note;
    struct rows r = {
        .bar = b->series_count == 1 ? 26 : 20, .gap = narrow ? 34 : 12, .narrow = narrow};
    double rows_height = (double)b->category_count * ((double)b->series_count * r.bar + r.gap);
    double rest = narrow ? 60 + svg_title_height(words->title, width) : 120 + (note ? 24 : 0);
    struct svg svg;
    struct svg_page page = {words->id, words->title, words->desc, width, rows_height + rest};
    double y = svg_begin(&svg, &page) + 10;
    if (value.label) {
        svg_text(&svg, 12, y, value.label, &(struct svg_font){.colour = SVG_MUTED});
        y += 26;
    }
    r.left = narrow ? 12 : fmin(12 + label + 10, width * 0.55);
    r.right = fmax(r.left + 60, width - (narrow ? 60 : 90) - series_room(b));
    r.top = narrow ? y + 16 : y;
    for (size_t c = 0; c < b->category_count; c++)
        draw_row(&svg, b, c, &r, &value);
    if (note)
        svg_text(&svg, 12, page.height - 10, note,
                 &(struct svg_font){.size = 14, .colour = SVG_MUTED});
    svg_end(&svg, out);
    if (table)
        fill_table(b, value.label ? value.label : "value", table);
    return ST_OK;
}
