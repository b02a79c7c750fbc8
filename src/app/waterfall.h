/* A waterfall of match weights as SVG: titled, described, no script. */
#ifndef APP_WATERFALL_H
#define APP_WATERFALL_H

#include "base/str.h"

struct waterfall_step {
    const char *name, *words;
    double bits;
};

void waterfall_svg(struct buf *out, const char *title, const struct waterfall_step *step, int n);

#endif
