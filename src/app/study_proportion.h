/* `study proportion`: one rate, with everything that can be wrong with it beside it. */
#ifndef APP_STUDY_PROPORTION_H
#define APP_STUDY_PROPORTION_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

struct proportion_question {
    bool has_x, has_n;
    double x, n;
    bool has_unknown;
    double unknown; /* of n: the n - x - unknown others are known not to be x */
    double level;
    double exposure; /* > 0: events x in that exposure; 0: not asked */
    bool compare;
    double x2, n2;
    bool has_error; /* linkage error rates given */
    double sensitivity, specificity;
    double conclude_below, conclude_above; /* NAN when not asked */
    double assumed[32];                    /* shares among the unknown; none: the usual grid */
    int assumed_count;
    double gamma[32]; /* odds shifts; none: the usual grid */
    int gamma_count;
    const char *trend_file; /* yearly counts, or NULL */
};

/* The answer document (study_doc.h); tables proportion_intervals, bounds, odds_shift,
 * pattern_mixture, tipping_point, two_proportions, rate_linkage_error, false_repeats,
 * poisson_rates, salvation_army_trend as asked. Caller owns *out. */
MUST_CHECK enum status study_proportion(const struct proportion_question *q, json_t **out,
                                        struct err *e);

/* The figures of the report that this project answers, recomputed, with a verdict on each: table
 * source_report (percent), report_table (years and totals) and the trend of each row. */
MUST_CHECK enum status study_report_check(json_t **out, struct err *e);

#endif
