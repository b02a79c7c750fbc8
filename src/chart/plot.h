/* What every chart shares: its words, a plot area with axes, labels beside the data, and the table
 * that always goes with it. Use these to add a chart. */
#ifndef CHART_PLOT_H
#define CHART_PLOT_H

#include "base/err.h"
#include "chart/svg.h"

#include <stdint.h>

enum chart_format {
    CHART_NUMBER,  /* 1,234 or 0.5 */
    CHART_PERCENT, /* the value 0.25 is shown as 25% */
    CHART_YEAR     /* 2024, no thousands separator */
};

struct chart_axis {
    const char *label;
    enum chart_format format;
    double lo, hi; /* both 0: chosen from the data (a y axis starts at 0 unless log) */
    bool log;      /* positive values only */
};

struct chart_words {
    const char *id, *title, *desc; /* see svg_page; NULL desc is refused */
    const char *note;     /* under the chart: source, definitions version, suppression; or NULL */
    double width, height; /* 0: 720 x 440 */
};
/* What is drawn narrower than CHART_NARROW, for a phone, has its labels above the marks or, for
 * lines, above the plot, and no note. */
enum {
    CHART_WIDTH = 720,
    CHART_HEIGHT = 440,
    CHART_NARROW = 480,
    CHART_PHONE = 344,
    CHART_EDGE = 8
};

/* The data behind a chart: rows of cells, written as CSV or an HTML table. */
struct chart_table {
    struct buf *cells; /* columns x rows, row by row; the first row is the header */
    size_t columns, used, cap;
};
void chart_table_header(struct chart_table *t, size_t columns, const char *const *names);
void chart_table_text(struct chart_table *t, const char *text);
void chart_table_number(struct chart_table *t, double v); /* shortest exact form; NaN: empty */
/* RFC 4180 with header, formula-safe. */
void chart_table_csv(const struct chart_table *t, struct buf *out);
/* <table> with <caption>, header scope and a class that needs no style sheet. */
void chart_table_html(const struct chart_table *t, const char *caption, struct buf *out);
void chart_table_free(struct chart_table *t);

struct plot {
    struct svg svg;
    double left, right, top, bottom; /* of the area, in pixels */
    struct chart_axis x, y;
    struct chart_words words;
};

/* Opens the page and reserves room: `right_room` for labels beside the data, `below` for what is
 * drawn under the x axis (a risk table). Axes must have lo < hi. */
void plot_begin(struct plot *p, const struct chart_words *words, struct chart_axis x,
                struct chart_axis y, double right_room, double below);
bool plot_is_narrow(const struct chart_words *words);
/* A row for each series above the plot, where there is no room beside it; before plot_axes. */
void plot_key(struct plot *p, const char *const *names, size_t n);
double plot_x(const struct plot *p, double v);
double plot_y(const struct plot *p, double v);
/* Grid, ticks, tick labels and axis titles. `ticks` may be NULL: chosen. */
void plot_axes(struct plot *p, const double *x_ticks, size_t x_tick_count);
/* A name beside the end of each series, moved apart so that none overlap. y in pixels. */
void plot_end_labels(struct plot *p, const char *const *names, const double *y_px, size_t n);
/* Note and end of the document. */
void plot_end(struct plot *p, struct buf *out);

/* Round tick values that cover lo..hi: at most `cap` (about `wanted`), returns how many. */
size_t chart_ticks(double lo, double hi, bool log, int wanted, double *ticks, size_t cap);
/* Widens lo..hi to whole ticks. */
void chart_nice(double *lo, double *hi, int wanted);
void chart_number(double v, enum chart_format format, char out[40]);
/* Fills an axis that was left open from the data's range. */
void chart_axis_fit(struct chart_axis *a, double lo, double hi, bool from_zero);

/* ST_DATA/BUG-free check used by every chart: words present, series count 1..SVG_SERIES_MAX. */
MUST_CHECK enum status chart_check(const struct chart_words *words, size_t series, struct err *e);

#endif
