#include "linkage/dates.h"

#include "base/date.h"
#include "linkage/column.h"

#include <stdio.h>

enum { YEAR_MIN = 1000, YEAR_MAX = 2999, MAX_PARTS = 3 };

/* A text cut into at most three numbers; `digits` is how many each was written with. */
struct cut {
    int n, number[MAX_PARTS], digits[MAX_PARTS];
    int named; /* index of a month written as a word, or -1 */
    bool bad;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Month 1..12 from an English name of three letters or more; 0 when it is none. */
static int month_of_word(const char *p, size_t n)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    if (n < 3)
        return 0;
    for (int m = 0; m < 12; m++) {
        size_t k = 0;
        while (k < n && months[m][k] && months[m][k] == lower(p[k]))
            k++;
        if (k == n)
            return m + 1;
    }
    return 0;
}

/* "12th", "1st": the ending of an ordinal says nothing. */
static bool is_ordinal_ending(const char *p, size_t n)
{
    return n == 2 && (memcmp(p, "st", 2) == 0 || memcmp(p, "nd", 2) == 0 ||
                      memcmp(p, "rd", 2) == 0 || memcmp(p, "th", 2) == 0);
}

static size_t cut_number(struct str s, size_t i, struct cut *c)
{
    int v = 0, digits = 0;
    for (; i < s.n && ascii_is_digit(s.p[i]); i++, digits++)
        v = digits < 8 ? v * 10 + (s.p[i] - '0') : v;
    if (c->n == MAX_PARTS || digits > 8) {
        c->bad = true;
        return i;
    }
    c->number[c->n] = v;
    c->digits[c->n++] = digits;
    return i;
}

static size_t cut_word(struct str s, size_t i, struct cut *c)
{
    size_t from = i;
    while (i < s.n && ascii_is_letter(s.p[i]))
        i++;
    int month = month_of_word(s.p + from, i - from);
    if (month && c->named < 0 && c->n < MAX_PARTS) {
        c->named = c->n;
        c->number[c->n] = month;
        c->digits[c->n++] = 2;
    } else if (!is_ordinal_ending(s.p + from, i - from)) {
        c->bad = true;
    }
    return i;
}

static struct cut cut_text(struct str s)
{
    struct cut c = {.named = -1};
    for (size_t i = 0; i < s.n && !c.bad;) {
        if (ascii_is_digit(s.p[i])) {
            i = cut_number(s, i, &c);
            /* a time of day after a whole date is not part of it */
            if (c.n == MAX_PARTS && i < s.n && (s.p[i] == 'T' || s.p[i] == ' ') && i + 1 < s.n &&
                ascii_is_digit(s.p[i + 1]))
                break;
        } else if (ascii_is_letter(s.p[i])) {
            i = cut_word(s, i, &c);
        } else if (strchr("-/. ,", s.p[i])) {
            i++;
        } else {
            c.bad = true;
        }
    }
    return c;
}

static bool is_year(int number, int digits)
{
    return digits == 4 && number >= YEAR_MIN && number <= YEAR_MAX;
}

static void cut_compact(int number, enum date_form f, int *y, int *m, int *d)
{
    if (f == DATE_YEAR_FIRST) {
        *y = number / 10000;
        *m = number / 100 % 100;
        *d = number % 100;
    } else {
        *y = number % 10000;
        *m = f == DATE_DAY_FIRST ? number / 10000 % 100 : number / 1000000;
        *d = f == DATE_DAY_FIRST ? number / 1000000 : number / 10000 % 100;
    }
}

static bool compact_exists(int number, enum date_form f)
{
    int y, m, d;
    cut_compact(number, f, &y, &m, &d);
    return y >= YEAR_MIN && y <= YEAR_MAX && date_is_valid((struct ymd){y, m, d});
}

static void vote_three(const struct cut *c, uint64_t w, struct date_votes *v)
{
    if (c->named >= 0) {
        v->named_month += w;
        v->values += w;
    } else if (is_year(c->number[0], c->digits[0])) {
        v->year_first += w;
        v->values += w;
        v->middle_over_12 += c->number[1] > 12 && c->number[1] <= 31 && c->number[2] <= 12 ? w : 0;
        v->last_over_12 += c->number[2] > 12 && c->number[2] <= 31 && c->number[1] <= 12 ? w : 0;
    } else if (is_year(c->number[2], c->digits[2])) {
        v->year_last += w;
        v->values += w;
        v->day_first += c->number[0] > 12 && c->number[0] <= 31 && c->number[1] <= 12 ? w : 0;
        v->month_first += c->number[1] > 12 && c->number[1] <= 31 && c->number[0] <= 12 ? w : 0;
    }
}

void date_vote(struct str text, uint64_t w, struct date_votes *v)
{
    struct cut c = cut_text(text);
    if (c.bad || c.n == 0)
        return;
    if (c.n == 3) {
        vote_three(&c, w, v);
    } else if (c.n == 1 && c.digits[0] == 8) {
        v->compact += w;
        v->values += w;
        v->compact_ymd += compact_exists(c.number[0], DATE_YEAR_FIRST) ? w : 0;
        v->compact_dmy += compact_exists(c.number[0], DATE_DAY_FIRST) ? w : 0;
        v->compact_mdy += compact_exists(c.number[0], DATE_MONTH_FIRST) ? w : 0;
    } else if (is_year(c.number[0], c.digits[0]) ||
               (c.n == 2 && is_year(c.number[1], c.digits[1]))) {
        v->partial += w;
        v->values += w;
    }
}

static enum date_form decide_compact(const struct date_votes *v)
{
    if (v->compact_ymd >= v->compact_dmy && v->compact_ymd >= v->compact_mdy)
        return DATE_YEAR_FIRST;
    return v->compact_dmy >= v->compact_mdy ? DATE_DAY_FIRST : DATE_MONTH_FIRST;
}

struct date_reading date_decide(const struct date_votes *v, char *reason, size_t size)
{
    struct date_reading r = {
        .separated = v->month_first > v->day_first ? DATE_MONTH_FIRST : DATE_DAY_FIRST,
        .leading = v->middle_over_12 > v->last_over_12 ? DATE_YEAR_DAY_MONTH : DATE_YEAR_FIRST,
        .compact = decide_compact(v),
    };
    if (v->year_last && v->year_last >= v->year_first && v->year_last >= v->compact) {
        if (v->day_first == 0 && v->month_first == 0)
            snprintf(reason, size,
                     "no value decides between day-first and month-first; read as day-first");
        else
            snprintf(reason, size, "%llu values can only be day-first, %llu only month-first",
                     (unsigned long long)v->day_first, (unsigned long long)v->month_first);
    } else if (v->compact && v->compact >= v->year_first) {
        snprintf(reason, size,
                 "of %llu values of eight digits %llu are days that exist read year first, %llu "
                 "day first, %llu month first",
                 (unsigned long long)v->compact, (unsigned long long)v->compact_ymd,
                 (unsigned long long)v->compact_dmy, (unsigned long long)v->compact_mdy);
    } else {
        snprintf(reason, size, "%llu values have the year first, %llu last, %llu are partial",
                 (unsigned long long)v->year_first, (unsigned long long)v->year_last,
                 (unsigned long long)v->partial);
    }
    return r;
}

const char *date_form_name(const struct date_votes *v, const struct date_reading *r)
{
    if (v->values == 0)
        return "unreadable";
    if (v->year_last >= v->year_first && v->year_last >= v->compact && v->year_last)
        return r->separated == DATE_DAY_FIRST ? "day-first" : "month-first";
    if (v->compact >= v->year_first && v->compact)
        return r->compact == DATE_YEAR_FIRST  ? "compact (YYYYMMDD)"
               : r->compact == DATE_DAY_FIRST ? "compact (DDMMYYYY)"
                                              : "compact (MMDDYYYY)";
    if (v->named_month > v->year_first)
        return "month in words";
    if (v->partial > v->year_first)
        return "partial (year, or year and month)";
    return r->leading == DATE_YEAR_FIRST ? "ISO (year-month-day)" : "year-day-month";
}

static uint32_t pack_checked(int y, int m, int d)
{
    if (y < YEAR_MIN || y > YEAR_MAX || m > 99 || d > 99)
        return 0;
    return date_pack(y, m, m ? d : 0);
}

static uint32_t read_three(const struct cut *c, const struct date_reading *r)
{
    const int *n = c->number;
    int year_at = is_year(n[0], c->digits[0])   ? 0
                  : is_year(n[2], c->digits[2]) ? 2
                  : is_year(n[1], c->digits[1]) ? 1
                                                : -1;
    if (year_at < 0 || (year_at == 1 && c->named < 0))
        return 0;
    if (c->named >= 0) {
        int day_at = 3 - year_at - c->named;
        return day_at == year_at || day_at == c->named || day_at < 0
                   ? 0
                   : pack_checked(n[year_at], n[c->named], n[day_at]);
    }
    if (year_at == 0)
        return r->leading == DATE_YEAR_FIRST ? pack_checked(n[0], n[1], n[2])
                                             : pack_checked(n[0], n[2], n[1]);
    /* a value that can only be the other way round is read so: 03/25 in a day-first column */
    bool day_first = r->separated == DATE_DAY_FIRST;
    if (day_first && n[1] > 12 && n[1] <= 31 && n[0] <= 12)
        day_first = false;
    else if (!day_first && n[0] > 12 && n[0] <= 31 && n[1] <= 12)
        day_first = true;
    return day_first ? pack_checked(n[2], n[1], n[0]) : pack_checked(n[2], n[0], n[1]);
}

uint32_t date_read(struct str text, const struct date_reading *r)
{
    struct cut c = cut_text(text);
    int y, m, d;
    if (c.bad || c.n == 0)
        return 0;
    if (c.n == 3)
        return read_three(&c, r);
    if (c.n == 1 && c.digits[0] == 8) {
        cut_compact(c.number[0], r->compact, &y, &m, &d);
        return pack_checked(y, m, d);
    }
    if (c.n == 1)
        return is_year(c.number[0], c.digits[0]) ? pack_checked(c.number[0], 0, 0) : 0;
    if (is_year(c.number[0], c.digits[0]))
        return pack_checked(c.number[0], c.number[1], 0);
    return is_year(c.number[1], c.digits[1]) ? pack_checked(c.number[1], c.number[0], 0) : 0;
}

bool date_packed_exists(uint32_t p)
{
    int y = packed_year(p), m = packed_month(p), d = packed_day(p);
    return m == 0 ? true : d == 0 ? m <= 12 : date_is_valid((struct ymd){y, m, d});
}

void date_packed_digits(uint32_t p, char out[9])
{
    int part[3] = {packed_year(p), packed_month(p), packed_day(p)};
    out[0] = (char)('0' + part[0] / 1000 % 10);
    out[1] = (char)('0' + part[0] / 100 % 10);
    for (int k = 0; k < 3; k++) {
        out[2 + 2 * k] = (char)('0' + part[k] / 10 % 10);
        out[3 + 2 * k] = (char)('0' + part[k] % 10);
    }
    out[8] = '\0';
}
