/* Calendar days: a proleptic Gregorian date as days since 1970-01-01. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/str.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define DATE_NONE INT32_MIN

struct ymd {
    int y, m, d;
};

bool date_is_leap(int year);
int date_days_in_month(int year, int month); /* 0 when the month is not 1..12 */
bool date_is_valid(struct ymd v);
/* Cost: a dozen integer operations. Hinnant, "chrono-compatible low-level date algorithms". */
int32_t date_from_ymd(struct ymd v);
struct ymd date_to_ymd(int32_t days);
/* Strict YYYY-MM-DD; false when malformed or no such day. */
bool date_from_iso(struct str s, int32_t *days);
/* Writes YYYY-MM-DD and a NUL. */
void date_to_iso(int32_t days, char out[11]);
/* Completed years between two days (an age). */
int date_years_between(int32_t from, int32_t to);
int32_t date_add_years(int32_t days, int years); /* 29 February becomes 28 February */

#endif
