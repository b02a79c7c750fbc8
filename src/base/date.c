#include "base/date.h"

bool date_is_leap(int y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

int date_days_in_month(int y, int m)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (m < 1 || m > 12)
        return 0;
    return days[m - 1] + (m == 2 && date_is_leap(y));
}

bool date_is_valid(struct ymd v)
{
    return v.y >= 1 && v.y <= 9999 && v.d >= 1 && v.d <= date_days_in_month(v.y, v.m);
}

int32_t date_from_ymd(struct ymd v)
{
    int y = v.y - (v.m <= 2);
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (v.m + (v.m > 2 ? -3 : 9)) + 2) / 5 + v.d - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct ymd date_to_ymd(int32_t days)
{
    int z = days + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    int d = doy - (153 * mp + 2) / 5 + 1;
    int m = mp < 10 ? mp + 3 : mp - 9;
    return (struct ymd){yoe + era * 400 + (m <= 2), m, d};
}

bool date_from_iso(struct str s, int32_t *days)
{
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    int v[3] = {0, 0, 0};
    for (int i = 0; i < 10; i++) {
        if (i == 4 || i == 7)
            continue;
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        int part = i < 4 ? 0 : i < 7 ? 1 : 2;
        v[part] = v[part] * 10 + (s.p[i] - '0');
    }
    struct ymd ymd = {v[0], v[1], v[2]};
    if (!date_is_valid(ymd))
        return false;
    *days = date_from_ymd(ymd);
    return true;
}

void date_to_iso(int32_t days, char out[11])
{
    struct ymd v = date_to_ymd(days);
    unsigned y = (unsigned)v.y % 10000, m = (unsigned)v.m, d = (unsigned)v.d;
    const char text[11] = {(char)('0' + y / 1000),
                           (char)('0' + y / 100 % 10),
                           (char)('0' + y / 10 % 10),
                           (char)('0' + y % 10),
                           '-',
                           (char)('0' + m / 10),
                           (char)('0' + m % 10),
                           '-',
                           (char)('0' + d / 10),
                           (char)('0' + d % 10),
                           '\0'};
    memcpy(out, text, sizeof text);
}

int date_years_between(int32_t from, int32_t to)
{
    struct ymd a = date_to_ymd(from), b = date_to_ymd(to);
    return b.y - a.y - (b.m < a.m || (b.m == a.m && b.d < a.d));
}

int32_t date_add_years(int32_t days, int years)
{
    struct ymd v = date_to_ymd(days);
    v.y += years;
    if (v.d > date_days_in_month(v.y, v.m))
        v.d = date_days_in_month(v.y, v.m);
    return date_from_ymd(v);
}
