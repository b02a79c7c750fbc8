/* The table behind a chart. */
#include "base/mem.h"
#include "chart/plot.h"

#include <math.h>
#include <stdlib.h>

static struct buf *next_cell(struct chart_table *t)
{
    MEM_GROW(t->cells, t->cap, t->used + 1);
    t->cells[t->used] = BUF_EMPTY;
    return &t->cells[t->used++];
}

void chart_table_header(struct chart_table *t, size_t columns, const char *const *names)
{
    *t = (struct chart_table){.columns = columns};
    for (size_t k = 0; k < columns; k++)
        chart_table_text(t, names[k]);
}

void chart_table_text(struct chart_table *t, const char *text)
{
    buf_adds(next_cell(t), text);
}

void chart_table_number(struct chart_table *t, double v)
{
    struct buf *b = next_cell(t);
    if (isnan(v))
        buf_adds(b, "");
    else
        buf_add_double(b, v);
}

void chart_table_csv(const struct chart_table *t, struct buf *out)
{
    for (size_t k = 0; k < t->used && t->columns; k++) {
        buf_add_csv(out, buf_str(&t->cells[k]), true);
        buf_addc(out, (k + 1) % t->columns ? ',' : '\n');
    }
}

void chart_table_html(const struct chart_table *t, const char *caption, struct buf *out)
{
    buf_adds(out, "<table class=\"chart-data\">\n<caption>");
    buf_add_xml(out, str_of(caption));
    buf_adds(out, "</caption>\n<thead>\n");
    for (size_t k = 0; k < t->used && t->columns; k++) {
        bool header = k < t->columns, first = k % t->columns == 0, last = (k + 1) % t->columns == 0;
        const char *tag = header || first ? "th" : "td";
        if (first)
            buf_adds(out, "<tr>");
        buf_addf(out, "<%s%s>", tag, header ? " scope=\"col\"" : first ? " scope=\"row\"" : "");
        buf_add_xml(out, buf_str(&t->cells[k]));
        buf_addf(out, "</%s>", tag);
        if (last)
            buf_adds(out, "</tr>\n");
        if (header && last)
            buf_adds(out, "</thead>\n<tbody>\n");
    }
    buf_adds(out, "</tbody>\n</table>\n");
}

void chart_table_free(struct chart_table *t)
{
    for (size_t k = 0; k < t->used; k++)
        buf_free(&t->cells[k]);
    free(t->cells);
    *t = (struct chart_table){0};
}
