/* Dates and periods as people write them.
 *
 * A date cell: ISO (2021-12-31, with or without a time), 20211231, and by the UK rule day first
 * (31/12/2021, 31.12.2021, 31-12-2021, 31 Dec 2021, 31st of December 2021), month first only when
 * the month is a word (December 31, 2021); coarse: December 2021, 12/2021, 2021-12, Q3 2021, 2021,
 * summer 2021, early 2021; an age (about 17 years old). Never guessed: two-digit years, a month
 * over 12 (12/31/2021 is refused, not turned round), a day that does not exist, a year before 1900.
 *
 * A period, in free words: "from March 2019 until about June 2020", "between 2017 and 2019",
 * "summer 2021", "since childhood", "for six months until May 2020", "two years ago", "aged 15 to
 * 17", "March to June 2020", "since 2018, ongoing". What cannot be read stays NONE: kept honest.
 *
 * Coarse dates are ranges: first and latest possible day. "about", "around", "circa" widen a range
 * by one unit each side (a month by a month, a year by a year) and make its precision RANGE.
 * Pure: today is an argument. Cost: about a microsecond a cell. */
#ifndef INGEST_WHEN_H
#define INGEST_WHEN_H

#include "base/date.h"
#include "base/str.h"

enum when_precision {
    WHEN_NONE, /* codes/date_precision.csv */
    WHEN_DAY,
    WHEN_MONTH,
    WHEN_QUARTER,
    WHEN_YEAR,
    WHEN_AGE,
    WHEN_RANGE,
    WHEN_ORDER_ONLY
};
const char *when_precision_code(enum when_precision p);

struct when {
    int32_t first, latest; /* DATE_NONE when not known */
    enum when_precision precision;
    int age_min, age_max; /* WHEN_AGE: completed years; -1 else */
    bool day_first;       /* 03/04/2021: only the UK rule says which is the month */
};

enum when_problem {
    WHEN_FINE,
    WHEN_EMPTY,
    WHEN_NOT_A_DATE,
    WHEN_TWO_DIGIT_YEAR,
    WHEN_NO_SUCH_DAY,
    WHEN_MONTH_OVER_12, /* looks like month first */
    WHEN_BAD_YEAR,      /* before 1900 or far ahead */
    WHEN_SERIAL         /* a bare number: a spreadsheet's day count */
};
/* What is wrong and what to do, for a finding. */
const char *when_problem_text(enum when_problem p);

/* The whole cell must be one date. */
enum when_problem when_read(struct str cell, int32_t today, struct when *out);

struct period {
    struct when start, end;
    bool ongoing; /* "since ...", "... to present": no end */
};
/* False when nothing in the words says when. Never fails. */
bool period_read(struct str words, int32_t today, struct period *out);

/* A range of days from an age: of a birth, when a person of that age stood before us on `seen`. */
void when_birth_from_age(struct when *w, int32_t seen);
/* ... and of an event at that age of somebody born in [birth_first, birth_latest]. */
void when_event_from_age(struct when *w, int32_t birth_first, int32_t birth_latest);

#endif
