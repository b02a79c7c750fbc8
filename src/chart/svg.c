#include "chart/svg.h"

#include <math.h>
#include <stdio.h>

static const char *const colours[SVG_SERIES_MAX] = {"#12436d", "#b8480d", "#1f7a72", "#801650"};
static const char *const dashes[SVG_SERIES_MAX] = {NULL, "9 5", "2 4", "12 4 2 4"};

const char *svg_colour(size_t series)
{
    return colours[series % SVG_SERIES_MAX];
}

const char *svg_dash(size_t series)
{
    return dashes[series % SVG_SERIES_MAX];
}

/* Two decimals at most, no trailing zeros, never "-0". */
static void add_number(struct buf *b, double v)
{
    char text[64];
    double r = round(v * 100) / 100;
    snprintf(text, sizeof text, "%.2f", r == 0 ? 0 : r);
    size_t n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    buf_add(b, text, n);
}

static void attribute(struct buf *b, const char *name, double v)
{
    buf_addf(b, " %s=\"", name);
    add_number(b, v);
    buf_addc(b, '"');
}

static void text_attribute(struct buf *b, const char *name, const char *v)
{
    buf_addf(b, " %s=\"", name);
    buf_add_xml(b, str_of(v));
    buf_addc(b, '"');
}

static void add_pen(struct buf *b, const struct svg_pen *pen)
{
    text_attribute(b, "fill", pen->fill ? pen->fill : "none");
    if (pen->fill && pen->opacity > 0)
        attribute(b, "fill-opacity", pen->opacity);
    if (!pen->stroke)
        return;
    text_attribute(b, "stroke", pen->stroke);
    attribute(b, "stroke-width", pen->width > 0 ? pen->width : 1);
    if (pen->dash)
        text_attribute(b, "stroke-dasharray", pen->dash);
}

static const struct svg_font title_font = {.size = 19, .bold = true};

double svg_begin(struct svg *s, const struct svg_page *page)
{
    *s = (struct svg){.width = page->width, .height = page->height};
    struct buf *b = &s->out;
    buf_adds(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
    buf_adds(b, " viewBox=\"0 0 ");
    add_number(b, page->width);
    buf_addc(b, ' ');
    add_number(b, page->height);
    buf_addc(b, '"');
    attribute(b, "width", page->width);
    attribute(b, "height", page->height);
    buf_addf(b, " aria-labelledby=\"%s-title %s-desc\"", page->id, page->id);
    buf_adds(b, " font-family=\"Arial, Helvetica, 'DejaVu Sans', sans-serif\" font-size=\"16\"");
    buf_adds(b, " fill=\"" SVG_INK "\">\n");
    buf_addf(b, "<title id=\"%s-title\">", page->id);
    buf_add_xml(b, str_of(page->title));
    buf_addf(b, "</title>\n<desc id=\"%s-desc\">", page->id);
    buf_add_xml(b, str_of(page->desc));
    buf_adds(b, "</desc>\n");
    svg_rect(s, 0, 0, page->width, page->height, &(struct svg_pen){.fill = SVG_PAPER});
    return svg_text_wrapped(s, 12, 28, page->width - 24, page->title, &title_font);
}

void svg_line(struct svg *s, double x1, double y1, double x2, double y2, const struct svg_pen *pen)
{
    buf_adds(&s->out, "<line");
    attribute(&s->out, "x1", x1);
    attribute(&s->out, "y1", y1);
    attribute(&s->out, "x2", x2);
    attribute(&s->out, "y2", y2);
    add_pen(&s->out, pen);
    buf_adds(&s->out, "/>\n");
}

void svg_rect(struct svg *s, double x, double y, double w, double h, const struct svg_pen *pen)
{
    buf_adds(&s->out, "<rect");
    attribute(&s->out, "x", x);
    attribute(&s->out, "y", y);
    attribute(&s->out, "width", w);
    attribute(&s->out, "height", h);
    add_pen(&s->out, pen);
    buf_adds(&s->out, "/>\n");
}

void svg_circle(struct svg *s, double x, double y, double r, const struct svg_pen *pen)
{
    buf_adds(&s->out, "<circle");
    attribute(&s->out, "cx", x);
    attribute(&s->out, "cy", y);
    attribute(&s->out, "r", r);
    add_pen(&s->out, pen);
    buf_adds(&s->out, "/>\n");
}

static void text_line(struct svg *s, double x, double y, struct str text,
                      const struct svg_font *font)
{
    struct buf *b = &s->out;
    buf_adds(b, "<text");
    attribute(b, "x", x);
    attribute(b, "y", y);
    if (font->size > 0)
        attribute(b, "font-size", font->size);
    if (font->bold)
        buf_adds(b, " font-weight=\"bold\"");
    if (font->colour)
        text_attribute(b, "fill", font->colour);
    if (font->anchor == 'm' || font->anchor == 'e')
        buf_addf(b, " text-anchor=\"%s\"", font->anchor == 'm' ? "middle" : "end");
    if (font->turn != 0) {
        buf_adds(b, " transform=\"rotate(");
        add_number(b, font->turn);
        buf_addc(b, ' ');
        add_number(b, x);
        buf_addc(b, ' ');
        add_number(b, y);
        buf_adds(b, ")\"");
    }
    buf_addc(b, '>');
    buf_add_xml(b, text);
    buf_adds(b, "</text>\n");
}

void svg_text(struct svg *s, double x, double y, const char *text, const struct svg_font *font)
{
    text_line(s, x, y, str_of(text), font);
}

double svg_text_width(const char *text, double size)
{
    double width = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p & 0xc0) == 0x80)
            continue; /* later bytes of a character */
        width += strchr("iljtfI.,:;|!'()[] ", *p) ? 0.33
                 : strchr("mwMW%@", *p)           ? 0.9
                 : *p >= 'A' && *p <= 'Z'         ? 0.72
                                                  : 0.6;
    }
    return width * size;
}

/* Where the line that begins at `start` ends. */
static size_t line_end(const char *text, size_t n, size_t start, double width,
                       const struct svg_font *font)
{
    double size = font->size > 0 ? font->size : 16;
    char line[256];
    size_t end = start, fit = start;
    while (end < n && end - start < sizeof line - 1) {
        size_t next = end + 1;
        while (next < n && text[next] != ' ')
            next++;
        if (next - start >= sizeof line)
            break;
        memcpy(line, text + start, next - start);
        line[next - start] = '\0';
        if (fit > start && svg_text_width(line, size) * (font->bold ? 1.1 : 1) > width)
            break;
        fit = end = next;
    }
    return fit == start ? n : fit; /* one word that is longer than a line */
}

double svg_text_wrapped(struct svg *s, double x, double y, double width, const char *text,
                        const struct svg_font *font)
{
    double size = font->size > 0 ? font->size : 16;
    size_t n = strlen(text);
    for (size_t start = 0; start < n;) {
        size_t end = line_end(text, n, start, width, font);
        text_line(s, x, y, (struct str){text + start, end - start}, font);
        y += size * 1.3;
        start = end + (end < n);
    }
    return y;
}

double svg_title_height(const char *title, double width)
{
    size_t n = strlen(title);
    double y = 0;
    for (size_t start = 0; start < n;) {
        size_t end = line_end(title, n, start, width - 24, &title_font);
        y += title_font.size * 1.3;
        start = end + (end < n);
    }
    return y;
}

void svg_path(struct svg *s, const struct svg_point *p, size_t n, bool closed,
              const struct svg_pen *pen)
{
    if (n < 2)
        return;
    struct buf *b = &s->out;
    buf_adds(b, "<path d=\"");
    for (size_t i = 0; i < n; i++) {
        buf_addc(b, i ? 'L' : 'M');
        add_number(b, p[i].x);
        buf_addc(b, ' ');
        add_number(b, p[i].y);
    }
    buf_adds(b, closed ? "Z\"" : "\"");
    add_pen(b, pen);
    buf_adds(b, "/>\n");
}

void svg_marker(struct svg *s, double x, double y, double r, size_t series)
{
    struct svg_pen pen = {.fill = svg_colour(series), .stroke = SVG_PAPER};
    struct svg_point up[] = {
        {x, y - 1.2 * r}, {x + 1.1 * r, y + 0.8 * r}, {x - 1.1 * r, y + 0.8 * r}};
    struct svg_point diamond[] = {
        {x, y - 1.3 * r}, {x + 1.3 * r, y}, {x, y + 1.3 * r}, {x - 1.3 * r, y}};
    switch (series % SVG_SERIES_MAX) {
    case 0:
        svg_circle(s, x, y, r, &pen);
        break;
    case 1:
        svg_rect(s, x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r, &pen);
        break;
    case 2:
        svg_path(s, up, 3, true, &pen);
        break;
    default:
        svg_path(s, diamond, 4, true, &pen);
    }
}

void svg_end(struct svg *s, struct buf *out)
{
    buf_adds(&s->out, "</svg>\n");
    buf_add(out, s->out.p, s->out.n);
    buf_free(&s->out);
}
