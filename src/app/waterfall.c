#include "app/waterfall.h"

#include <math.h>

enum { LEFT = 250, PLOT = 480, RIGHT = 90, TOP = 56, ROW = 30, BAR = 18 };

struct scale {
    double low, span;
};

static double x_of(const struct scale *s, double bits)
{
    return LEFT + PLOT * (bits - s->low) / s->span;
}

static struct scale scale_of(const struct waterfall_step *step, int n)
{
    double at = 0.0, low = 0.0, high = 0.0;
    for (int k = 0; k < n; k++) {
        at += step[k].bits;
        low = fmin(low, at);
        high = fmax(high, at);
    }
    return (struct scale){floor(low) - 1.0, ceil(high) - floor(low) + 2.0};
}

static void add_row(struct buf *out, const struct scale *s, int row, const char *name,
                    const char *words, double from, double to, const char *fill)
{
    double x1 = x_of(s, fmin(from, to)), x2 = x_of(s, fmax(from, to));
    int y = TOP + row * ROW;
    buf_addf(out, "<g><title>");
    buf_add_xml(out, str_of(name));
    buf_adds(out, ": ");
    buf_add_xml(out, str_of(words));
    buf_addf(out, ", %+.2f bits</title>\n<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", to - from,
             LEFT - 8, y + 13);
    buf_add_xml(out, str_of(name));
    buf_addf(out,
             "</text>\n<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n"
             "<text x=\"%.1f\" y=\"%d\">%+.2f</text></g>\n",
             x1, y, fmax(1.0, x2 - x1), BAR, fill, x2 + 5.0, y + 13, to - from);
}

void waterfall_svg(struct buf *out, const char *title, const struct waterfall_step *step, int n)
{
    struct scale s = scale_of(step, n);
    int width = LEFT + PLOT + RIGHT, height = TOP + (n + 1) * ROW + 30;
    double at = 0.0;
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
             "height=\"%d\" role=\"img\" aria-labelledby=\"t d\" font-family=\"sans-serif\" "
             "font-size=\"13\">\n<title id=\"t\">",
             width, height, width, height);
    buf_add_xml(out, str_of(title));
    buf_adds(out, "</title>\n<desc id=\"d\">");
    for (int k = 0; k < n; k++) {
        buf_add_xml(out, str_of(step[k].name));
        buf_addf(out, " %+.2f bits; ", step[k].bits);
        at += step[k].bits;
    }
    buf_addf(out,
             "total %+.2f bits.</desc>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
             "<text x=\"%d\" y=\"22\" font-size=\"15\" font-weight=\"bold\">",
             at, width, height, 12);
    buf_add_xml(out, str_of(title));
    buf_addf(out,
             "</text>\n<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#505a5f\"/>\n"
             "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#505a5f\">even odds</text>\n",
             x_of(&s, 0.0), TOP - 6, x_of(&s, 0.0), height - 24, x_of(&s, 0.0), height - 8);
    at = 0.0;
    for (int k = 0; k < n; k++) {
        add_row(out, &s, k, step[k].name, step[k].words, at, at + step[k].bits,
                step[k].bits < 0 ? "#d4351c" : "#1d70b8");
        at += step[k].bits;
    }
    add_row(out, &s, n, "in all", "match weight", 0.0, at, "#0b0c0c");
    buf_adds(out, "</svg>\n");
}
