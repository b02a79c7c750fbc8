/* A small SVG writer for charts that everybody can read: titled, described, no script, no style
 * sheet, no colour alone. The same input gives the same bytes: numbers carry at most two decimals,
 * ids come from the caller. Text is escaped here; pass it raw.
 *
 *   struct svg s;
 *   svg_begin(&s, &(struct svg_page){.id = "fig1", .title = "...", .desc = "...", .width = 720,
 *                                    .height = 440});
 *   svg_line(&s, 0, 10, 100, 10, &(struct svg_pen){.stroke = SVG_INK, .width = 1});
 *   svg_end(&s, out);           // appends the document to `out` and frees the writer
 */
#ifndef CHART_SVG_H
#define CHART_SVG_H

#include "base/str.h"

/* Ink passes 4.5:1 on white for text; the four series colours pass 3:1 on white and differ in
 * lightness. They are those of the UK government's analysis function. A series also has its own
 * dash and marker. */
#define SVG_INK "#0b0c0c"
#define SVG_MUTED "#505a5f"
#define SVG_GRID "#d5d8da"
#define SVG_PAPER "#ffffff"
enum { SVG_SERIES_MAX = 4 };
const char *svg_colour(size_t series); /* 0..3 */
const char *svg_dash(size_t series);   /* NULL: solid */

struct svg {
    struct buf out;
    double width, height;
};

struct svg_page {
    const char *id;    /* unique in the page it is put into; letters, digits, '-' */
    const char *title; /* what the chart shows, in words; also drawn at the top */
    const char *desc;  /* what a reader who cannot see it needs: shape, main numbers */
    double width, height;
};

struct svg_pen {
    const char *stroke; /* NULL: none */
    const char *fill;   /* NULL: none */
    const char *dash;   /* "6 4", NULL: solid */
    double width;       /* 0: 1 */
    double opacity;     /* of the fill; 0: 1 */
};

struct svg_font {
    double size;        /* 0: 16 */
    const char *colour; /* NULL: ink */
    char anchor;        /* 's' start, 'm' middle, 'e' end; 0: start */
    bool bold;
    double turn; /* degrees, around the point */
};

struct svg_point {
    double x, y;
};

/* Opens the document and draws the title, wrapped. Returns the y below it. */
double svg_begin(struct svg *s, const struct svg_page *page);
void svg_line(struct svg *s, double x1, double y1, double x2, double y2, const struct svg_pen *pen);
void svg_rect(struct svg *s, double x, double y, double w, double h, const struct svg_pen *pen);
void svg_circle(struct svg *s, double x, double y, double r, const struct svg_pen *pen);
void svg_text(struct svg *s, double x, double y, const char *text, const struct svg_font *font);
/* Wrapped to `width`; returns the y after the last line. */
double svg_text_wrapped(struct svg *s, double x, double y, double width, const char *text,
                        const struct svg_font *font);
/* Open path, or closed (a polygon) when `closed`. Fewer than two points draw nothing. */
void svg_path(struct svg *s, const struct svg_point *p, size_t n, bool closed,
              const struct svg_pen *pen);
/* The marker of a series: circle, square, triangle, diamond. */
void svg_marker(struct svg *s, double x, double y, double r, size_t series);
void svg_end(struct svg *s, struct buf *out);

/* How high the title will be on a page of that width. */
double svg_title_height(const char *title, double width);
/* Width that the text is likely to take, in the same unit as the size. */
double svg_text_width(const char *text, double size);

#endif
