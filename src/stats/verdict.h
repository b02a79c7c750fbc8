/* Is a printed percentage what its own numerator and denominator give? */
#ifndef STATS_VERDICT_H
#define STATS_VERDICT_H

#include "base/str.h"

enum verdict {
    VERDICT_RIGHT,       /* the printed figure is the fraction, rounded to the digits printed */
    VERDICT_LOOSE,       /* within one unit of the last digit printed, but not by rounding */
    VERDICT_WRONG,       /* anything else, and a bound that does not hold */
    VERDICT_NOT_GIVEN,   /* no percentage printed */
    VERDICT_UNCHECKABLE, /* a percentage without numerator or denominator, or a range */
    VERDICT_NO_SHARE     /* the numerator exceeds the denominator */
};

const char *verdict_text(enum verdict v); /* "right", "loose", "wrong", ... */

struct printed {
    bool is_percent, is_range;
    char bound;   /* '<', '>' or 0 */
    double value; /* percent */
    int decimals; /* printed after the point */
};
/* "21%", "<0.5%", "4-29%", "25 cases" (not a percentage). "at least 10%" is a bound '>'. */
struct printed printed_percent(struct str text);

/* NAN numerator or denominator: not given. */
enum verdict verdict_on(double numerator, double denominator, struct printed said);

/* For a bound "<": the least denominator at which it would hold. */
double verdict_needed_denominator(double numerator, struct printed said);

/* Fractions a/b with min_b <= b <= max_b that round to the figure (one a for each b): fills up to
 * `cap` pairs, least b first; returns how many there are. */
size_t verdict_fits(struct printed said, int min_b, int max_b, int (*pairs)[2], size_t cap);

#endif
