/* Dates as people write them: the form is decided for a whole column, from all its values.
 *
 * A text is cut into numbers and month words. Year-first texts (1987-03-02, 1987/3/2, 19870302,
 * 1987-03, 1987, with a time of day after it) read themselves. Texts with the year last are
 * day-first or month-first: a column in which some first number is over 12 is day-first, some
 * second number month-first; when no value tells, day-first is taken and the report says that no
 * value decided. Eight digits are read year-first or year-last by which gives days that exist.
 * A number that cannot be (month 86) is kept as written: one of its digits may be wrong. */
#ifndef LINKAGE_DATES_H
#define LINKAGE_DATES_H

#include "base/str.h"

#include <stdint.h>

enum date_form { DATE_YEAR_FIRST, DATE_DAY_FIRST, DATE_MONTH_FIRST, DATE_YEAR_DAY_MONTH };

/* What the column's values say, weighted by how often each occurs. */
struct date_votes {
    uint64_t values;                                /* readable ones */
    uint64_t year_first;                            /* with separators, year leading */
    uint64_t year_last;                             /* with separators, year at the end */
    uint64_t compact;                               /* eight digits */
    uint64_t compact_ymd, compact_dmy, compact_mdy; /* of those, days that exist when so read */
    uint64_t day_first;                    /* year last, first number 13..31 and second 1..12 */
    uint64_t month_first;                  /* year last, first number 1..12 and second 13..31 */
    uint64_t middle_over_12, last_over_12; /* year leading: which other number is a day */
    uint64_t partial;                      /* year, or year and month */
    uint64_t named_month;
};

void date_vote(struct str text, uint64_t weight, struct date_votes *v);

struct date_reading {
    enum date_form separated; /* of texts whose year is at the end */
    enum date_form leading;   /* DATE_YEAR_FIRST or DATE_YEAR_DAY_MONTH */
    enum date_form compact;   /* of eight digits */
};
/* Decides, and writes why in plain words. */
struct date_reading date_decide(const struct date_votes *v, char *reason, size_t size);
/* "ISO (year-month-day)", "day-first", ... of what the column mostly holds. */
const char *date_form_name(const struct date_votes *v, const struct date_reading *r);

/* Packed as in column.h; 0 when it cannot be read. */
uint32_t date_read(struct str text, const struct date_reading *r);
/* Does the day exist (a partial date: can it)? */
bool date_packed_exists(uint32_t packed);
/* "19870302", with 00 for parts not known; NUL-terminated. */
void date_packed_digits(uint32_t packed, char out[9]);

#endif
