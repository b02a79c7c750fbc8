#include "chart/heat.h"

#include <math.h>

#define CELL_HEIGHT 38.0

static void draw_cell(struct svg *s, double x, double y, double w, double share, const char *text,
                      bool marked)
{
    svg_rect(s, x + 1, y + 1, w - 2, CELL_HEIGHT - 2,
             &(struct svg_pen){.fill = svg_colour(0), .opacity = 0.06 + 0.44 * share});
    if (marked)
        svg_rect(s, x + 2, y + 2, w - 4, CELL_HEIGHT - 4,
                 &(struct svg_pen){.stroke = SVG_INK, .width = 3});
    svg_text(s, x + w / 2, y + CELL_HEIGHT / 2 + 5, text,
             &(struct svg_font){.size = 15, .anchor = 'm', .bold = marked});
}

enum status chart_heat(const struct chart_words *words, const struct chart_heat *d, struct buf *svg,
                       struct chart_table *table, struct err *e)
{
    TRY(chart_check(words, 1, e));
    double lo = INFINITY, hi = -INFINITY, label = 0;
    for (size_t i = 0; i < d->row_count * d->column_count; i++)
        if (isfinite(d->values[i])) {
            lo = fmin(lo, d->values[i]);
            hi = fmax(hi, d->values[i]);
        }
    if (!(lo <= hi))
        return err_set(e, ST_DATA, "there is nothing to draw");
    for (size_t r = 0; r < d->row_count; r++)
        label = fmax(label, svg_text_width(d->rows[r], 16));
    struct svg s;
    struct svg_page page = {words->id, words->title, words->desc,
                            words->width > 0 ? words->width : 720,
                            112 + CELL_HEIGHT * (double)d->row_count + (words->note ? 24 : 0)};
    double top = svg_begin(&s, &page) + 52, left = label + 28;
    double w = (page.width - 20 - left) / (double)d->column_count;
    svg_text(&s, 12, top - 32, d->row_label, &(struct svg_font){.colour = SVG_MUTED});
    svg_text(&s, page.width - 20, top - 32, d->column_label,
             &(struct svg_font){.anchor = 'e', .colour = SVG_MUTED});
    for (size_t c = 0; c < d->column_count; c++)
        svg_text(&s, left + w * ((double)c + 0.5), top - 8, d->columns[c],
                 &(struct svg_font){.anchor = 'm'});
    for (size_t r = 0; r < d->row_count; r++) {
        double y = top + CELL_HEIGHT * (double)r;
        svg_text(&s, left - 10, y + CELL_HEIGHT / 2 + 5.5, d->rows[r],
                 &(struct svg_font){.anchor = 'e'});
        for (size_t c = 0; c < d->column_count; c++) {
            double v = d->values[r * d->column_count + c];
            char text[40];
            if (isfinite(v))
                chart_number(v, CHART_NUMBER, text);
            draw_cell(&s, left + w * (double)c, y, w,
                      isfinite(v) && hi > lo ? (v - lo) / (hi - lo) : 0,
                      isfinite(v) ? text : d->none, r == d->mark_row && c == d->mark_column);
        }
    }
    if (words->note)
        svg_text(&s, 12, page.height - 10, words->note,
                 &(struct svg_font){.size = 14, .colour = SVG_MUTED});
    svg_end(&s, svg);
    if (table) {
        chart_table_header(table, 3, (const char *const[]){d->row_label, d->column_label, "value"});
        for (size_t r = 0; r < d->row_count; r++)
            for (size_t c = 0; c < d->column_count; c++) {
                chart_table_text(table, d->rows[r]);
                chart_table_text(table, d->columns[c]);
                chart_table_number(table, d->values[r * d->column_count + c]);
            }
    }
    return ST_OK;
}
