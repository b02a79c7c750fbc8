/* UpSet plot (Lex et al. 2014): how many are in each combination of sets, largest first, with the
 * combination as dots under its bar. Reads better than a Venn diagram from three sets on. */
#ifndef CHART_UPSET_H
#define CHART_UPSET_H

#include "chart/plot.h"

struct chart_upset {
    const char *const *sets; /* names; 2..16 */
    size_t set_count;
    const uint32_t *members; /* combination i: bit s for set s */
    const double *count;     /* NaN: hidden, shown as `hidden`; zero ones are left out */
    size_t combinations;
    const char *hidden; /* "[c]" */
    size_t shown;       /* at most so many bars, 0: 30 */
};

/* `table` may be NULL: combination, count, for all combinations in the order drawn. */
MUST_CHECK enum status chart_upset(const struct chart_words *words, const struct chart_upset *data,
                                   struct buf *svg, struct chart_table *table, struct err *e);

#endif
