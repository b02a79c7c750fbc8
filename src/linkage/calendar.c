#include "linkage/calendar.h"

#include "base/date.h"
#include "linkage/column.h"

#include <stdlib.h>

enum { JULIAN_DAY_1970 = 2440588, HIJRI_FIRST = 1300, HIJRI_LAST = 1500, GREGORIAN_FIRST = 1880 };

int32_t calendar_ethiopian(int y, int m, int d)
{
    const int epoch = 1724221; /* Julian day of 1 Meskerem of year 1 */
    return epoch + 365 * (y - 1) + y / 4 + 30 * (m - 1) + d - 1 - JULIAN_DAY_1970;
}

int32_t calendar_solar_hijri(int y, int m, int d)
{
    int32_t day = date_from_ymd((struct ymd){1996, 3, 20}); /* 1 Farvardin 1375 */
    for (int k = 1375; k < y; k++)
        day += 365 + ((k * 8 + 29) % 33 < 8);
    for (int k = y; k < 1375; k++)
        day -= 365 + ((k * 8 + 29) % 33 < 8);
    return day + (m <= 7 ? 31 * (m - 1) : 186 + 30 * (m - 7)) + d - 1;
}

int32_t calendar_lunar_hijri(int y, int m, int d)
{
    return d + (59 * (m - 1) + 1) / 2 + (y - 1) * 354 + (3 + 11 * y) / 30 + 1948439 -
           JULIAN_DAY_1970;
}

static bool is_whole(uint32_t p)
{
    return packed_day(p) && packed_month(p) <= 13 && packed_day(p) <= 31;
}

static int32_t gregorian(uint32_t p)
{
    struct ymd v = {packed_year(p), packed_month(p), packed_day(p)};
    return date_is_valid(v) ? date_from_ymd(v) : DATE_NONE;
}

enum calendar_match calendar_compare(uint32_t p, uint32_t q, bool ethiopian)
{
    uint32_t old = p < q ? p : q, new = p < q ? q : p; /* the year leads the packed form */
    int y = packed_year(old), m = packed_month(old), d = packed_day(old),
        years = packed_year(new) - y;
    bool hijri = y >= HIJRI_FIRST && y <= HIJRI_LAST && packed_year(new) >= GREGORIAN_FIRST;
    bool solar = hijri && (years == 621 || years == 622);
    bool lunar = hijri && abs(packed_year(new) - (y * 97022 + 62157740) / 100000) <= 1;
    bool ethiopic = ethiopian && (years == 7 || years == 8);
    if (!solar && !lunar && !ethiopic)
        return CALENDAR_NONE;
    int32_t day = is_whole(new) ? gregorian(new) : DATE_NONE;
    if (!is_whole(old) || day == DATE_NONE)
        return CALENDAR_YEAR;
    if ((ethiopic && calendar_ethiopian(y, m, d) == day) ||
        (solar && calendar_solar_hijri(y, m, d) == day) ||
        (lunar && abs(calendar_lunar_hijri(y, m, d) - day) <= 1))
        return CALENDAR_DAY;
    return CALENDAR_NONE;
}
