/* The same day in another calendar: dates of birth are often given, and written down, in the
 * calendar of the country of origin.
 *
 * Ethiopian (also Eritrea): 7 or 8 years behind. Solar Hijri (Afghanistan, Iran): 621 or 622
 * behind. Lunar Hijri: about 579 behind, months by sight, so a day's difference is allowed.
 * Formulas: Reingold and Dershowitz (2018), "Calendrical Calculations", chapters 4, 7 and 15
 * (33-year cycle, right for 1244 to 1472). */
#ifndef LINKAGE_CALENDAR_H
#define LINKAGE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum calendar_match {
    CALENDAR_NONE,
    CALENDAR_YEAR, /* the years fit, a day or month is not known */
    CALENDAR_DAY   /* the same day */
};

/* Packed dates (column.h), either order. `ethiopian`: the people's nationality allows it. */
enum calendar_match calendar_compare(uint32_t p, uint32_t q, bool ethiopian);

/* Days since 1970-01-01 of a date of the calendar; for tests. */
int32_t calendar_ethiopian(int y, int m, int d);
int32_t calendar_solar_hijri(int y, int m, int d);
int32_t calendar_lunar_hijri(int y, int m, int d);

#endif
