#include "ingest/when_words.h"

#include <stdio.h>

/* ---- building ---- */

const struct when when_nothing = {DATE_NONE, DATE_NONE, WHEN_NONE, -1, -1, false};

static int32_t day(int y, int m, int d)
{
    return date_from_ymd((struct ymd){y, m, d});
}

struct when when_span(int32_t first, int32_t latest, enum when_precision p)
{
    return (struct when){first, latest, p, -1, -1, false};
}

struct when when_whole_month(int y, int m)
{
    return when_span(day(y, m, 1), day(y, m, date_days_in_month(y, m)), WHEN_MONTH);
}

static struct when whole_year(int y)
{
    return when_span(day(y, 1, 1), day(y, 12, 31), WHEN_YEAR);
}

struct when when_of_age(int low, int high)
{
    return (struct when){DATE_NONE, DATE_NONE, WHEN_AGE, low, high, false};
}

int32_t when_add_months(int32_t days, int months)
{
    struct ymd v = date_to_ymd(days);
    int total = v.y * 12 + v.m - 1 + months;
    v.y = total / 12;
    v.m = total % 12 + 1;
    int last = date_days_in_month(v.y, v.m);
    if (v.d > last)
        v.d = last;
    return date_from_ymd(v);
}

/* "about": one unit wider on both sides. */
static void widen(struct when *w)
{
    if (w->precision == WHEN_AGE) {
        w->age_min -= w->age_min > 0;
        w->age_max++;
        return;
    }
    if (w->first == DATE_NONE)
        return;
    if (w->precision == WHEN_DAY) {
        w->first -= 7;
        w->latest += 7;
    } else {
        int months = w->precision == WHEN_YEAR ? 12 : w->precision == WHEN_QUARTER ? 3 : 1;
        w->first = when_add_months(w->first, -months);
        w->latest = when_add_months(w->latest + 1, months) - 1;
    }
    w->precision = WHEN_RANGE;
}

static void complain(struct reader *r, enum when_problem p)
{
    if (r->problem == WHEN_FINE)
        r->problem = p;
}

static bool good_year(struct reader *r, const struct token *t)
{
    if (t->kind != NUMBER || t->digits != 4)
        return false;
    if (t->value < YEAR_LOW || t->value > date_to_ymd(r->today).y + YEARS_AHEAD) {
        complain(r, WHEN_BAD_YEAR);
        return false;
    }
    return true;
}

/* A full date from its three parts; 0 tokens when it is none. */
static int full_day(struct reader *r, long y, long m, long d, int used, struct when *out)
{
    if (m > 12 || !date_is_valid((struct ymd){(int)y, (int)m, (int)d})) {
        complain(r, m > 12 && d <= 12 ? WHEN_MONTH_OVER_12 : WHEN_NO_SUCH_DAY);
        return 0;
    }
    int32_t v = day((int)y, (int)m, (int)d);
    *out = when_span(v, v, WHEN_DAY);
    return used;
}

/* ---- one point in time: each reader returns how many tokens it took ---- */

static int numeric_point(struct reader *r, const struct token *t, struct when *out)
{
    bool two = t[0].kind == NUMBER && when_is_sign(&t[1], "/-.") && t[2].kind == NUMBER;
    if (two && when_is_sign(&t[3], "/-.") && t[3].word[0] == t[1].word[0] && t[4].kind == NUMBER) {
        if (t[0].digits == 4 && t[2].digits <= 2 && t[4].digits <= 2)
            return good_year(r, &t[0]) ? full_day(r, t[0].value, t[2].value, t[4].value, 5, out)
                                       : 0;
        if (t[0].digits > 2 || t[2].digits > 2)
            return 0;
        if (t[4].digits != 4) {
            complain(r, WHEN_TWO_DIGIT_YEAR);
            return 0;
        }
        if (!good_year(r, &t[4]))
            return 0;
        int used = full_day(r, t[4].value, t[2].value, t[0].value, 5, out);
        out->day_first = used && t[0].value <= 12;
        return used;
    }
    if (two && t[0].digits <= 2 && t[2].digits == 4 && t[0].value >= 1 && t[0].value <= 12 &&
        good_year(r, &t[2])) {
        *out = when_whole_month((int)t[2].value, (int)t[0].value);
        return 3;
    }
    if (two && t[0].digits == 4 && t[2].digits == 2 && t[2].value >= 1 && t[2].value <= 12 &&
        t[1].word[0] == '-' && good_year(r, &t[0])) {
        *out = when_whole_month((int)t[0].value, (int)t[2].value);
        return 3;
    }
    if (t[0].kind == NUMBER && t[0].digits == 8) {
        struct token y = {.kind = NUMBER, .digits = 4, .value = t[0].value / 10000};
        return good_year(r, &y)
                   ? full_day(r, y.value, t[0].value / 100 % 100, t[0].value % 100, 1, out)
                   : 0;
    }
    return 0;
}

static int worded_point(struct reader *r, const struct token *t, struct when *out)
{
    int m;
    if (t[0].kind == NUMBER && t[0].digits <= 2) { /* 31 [of] Dec [,] 2021 */
        int k = 1 + when_is_word(&t[1], "of");
        k += when_is_sign(&t[k], "-/");
        m = when_month_of(&t[k]);
        if (!m)
            return 0;
        k++;
        k += when_is_sign(&t[k], ",-./");
        if (t[k].kind == NUMBER && t[k].digits == 2)
            complain(r, WHEN_TWO_DIGIT_YEAR);
        return good_year(r, &t[k]) ? full_day(r, t[k].value, m, t[0].value, k + 1, out) : 0;
    }
    m = when_month_of(&t[0]);
    if (!m)
        return 0;
    int k = 1 + when_is_sign(&t[1], ".");
    if (t[k].kind == NUMBER && t[k].digits <= 2) { /* December 31, 2021 */
        int year = k + 1 + when_is_sign(&t[k + 1], ",");
        if (t[year].kind == NUMBER && t[year].digits == 4)
            return good_year(r, &t[year]) ? full_day(r, t[year].value, m, t[k].value, year + 1, out)
                                          : 0;
        complain(r, WHEN_TWO_DIGIT_YEAR); /* Jan 21: the day or the year? */
        return 0;
    }
    k += when_is_word(&t[k], "of") || when_is_sign(&t[k], ",-/");
    if (!good_year(r, &t[k]))
        return 0;
    *out = when_whole_month((int)t[k].value, m);
    return k + 1;
}

static int quarter_point(struct reader *r, const struct token *t, struct when *out)
{
    int q =
        when_is_word(&t[0], "q") && t[1].kind == NUMBER && t[1].digits == 1 ? (int)t[1].value : 0;
    int k = 2 + when_is_sign(&t[2], ",-/");
    if (q >= 1 && q <= 4 && good_year(r, &t[k])) {
        *out = when_span(day((int)t[k].value, q * 3 - 2, 1),
                         when_whole_month((int)t[k].value, q * 3).latest, WHEN_QUARTER);
        return k + 1;
    }
    int s = 1 + when_is_sign(&t[1], ",-/");
    if (t[0].kind == NUMBER && when_is_word(&t[s], "q") && t[s + 1].kind == NUMBER &&
        t[s + 1].digits == 1 && t[s + 1].value >= 1 && t[s + 1].value <= 4 && good_year(r, &t[0])) {
        int y = (int)t[0].value, month = (int)t[s + 1].value * 3;
        *out = when_span(day(y, month - 2, 1), when_whole_month(y, month).latest, WHEN_QUARTER);
        return s + 2;
    }
    return 0;
}

static int season_point(struct reader *r, const struct token *t, struct when *out)
{
    static const struct {
        const char *names;
        int from_month, months;
    } seasons[] = {{"spring", 3, 3},
                   {"summer", 6, 3},
                   {"autumn fall", 9, 3},
                   {"christmas xmas", 12, 1},
                   {"easter", 3, 2}};
    int k = 1 + when_one_of(&t[1], "of in");
    if (when_is_word(&t[0], "winter") && good_year(r, &t[k])) {
        /* January or December of that year: both are possible. */
        int y = (int)t[k].value;
        *out = when_span(day(y, 1, 1), day(y + 1, 2, 28), WHEN_RANGE);
        return k + 1;
    }
    for (size_t i = 0; i < sizeof seasons / sizeof *seasons; i++)
        if (when_one_of(&t[0], seasons[i].names) && good_year(r, &t[k])) {
            int32_t first = day((int)t[k].value, seasons[i].from_month, 1);
            *out = when_span(first, when_add_months(first, seasons[i].months) - 1,
                             seasons[i].months == 3 ? WHEN_QUARTER : WHEN_RANGE);
            return k + 1;
        }
    return 0;
}

static int calendar_point(struct reader *r, const struct token *t, struct when *out)
{
    int used = numeric_point(r, t, out);
    if (!used)
        used = worded_point(r, t, out);
    if (!used)
        used = quarter_point(r, t, out);
    if (!used)
        used = season_point(r, t, out);
    if (!used && t[0].kind == NUMBER && t[0].digits == 4 && good_year(r, &t[0])) {
        *out = whole_year((int)t[0].value);
        used = 1;
    }
    return used;
}

/* early / middle / late part of a month or year. */
static int part_point(struct reader *r, const struct token *t, struct when *out)
{
    int part = when_one_of(&t[0], "early beginning start") ? 1
               : when_one_of(&t[0], "mid middle")          ? 2
               : when_one_of(&t[0], "late end")            ? 3
                                                           : 0;
    int k = 1;
    if (!part)
        return 0;
    k += when_is_sign(&t[k], "-");
    k += when_is_word(&t[k], "of");
    k += when_is_word(&t[k], "in");
    int used = calendar_point(r, t + k, out);
    if (!used || (out->precision != WHEN_YEAR && out->precision != WHEN_MONTH))
        return 0;
    struct ymd v = date_to_ymd(out->first);
    if (out->precision == WHEN_YEAR)
        *out =
            when_span(day(v.y, part * 4 - 3, 1), when_whole_month(v.y, part * 4).latest, WHEN_YEAR);
    else
        *out = when_span(out->first + (part - 1) * 10,
                         part == 3 ? out->latest : out->first + part * 10 - 1, WHEN_MONTH);
    return k + used;
}

static int age_point(const struct token *t, struct when *out)
{
    int k = 0;
    bool said = false;
    if (when_is_word(&t[0], "at") && t[1].kind == NUMBER && t[1].digits <= 2 &&
        when_month_of(&t[2]) == 0 && !when_is_sign(&t[2], ":/.") &&
        !when_one_of(&t[2], "am pm of")) {
        said = true;
        k = 1;
    } else if (when_one_of(&t[0], "aged age")) {
        said = true;
        k = 1 + when_one_of(&t[1], "of at");
        k += when_one_of(&t[k], "about around approximately");
    } else if (when_one_of(&t[0], "was were turned being") && when_small_number(&t[1]) >= 0) {
        said = true;
        k = 1;
    }
    long low = when_small_number(&t[k]), high = low;
    if (low < 0 || (t[k].kind == NUMBER && t[k].digits > 3) || low > AGE_LIMIT)
        return 0;
    if (!said && t[k].kind == WORD && when_one_of(&t[k], "a an couple"))
        return 0;
    k++;
    if ((when_is_sign(&t[k], "-") || when_is_word(&t[k], "or")) &&
        when_small_number(&t[k + 1]) > low) {
        high = when_small_number(&t[k + 1]);
        k += 2;
    }
    int unit = 0;
    if (when_one_of(&t[k], "years year yrs yr y") &&
        (when_is_word(&t[k + 1], "old") || when_is_sign(&t[k + 1], "-/") ||
         when_one_of(&t[k + 1], "of")))
        unit = when_is_sign(&t[k + 1], "-/") ? 3 : when_is_word(&t[k + 1], "of") ? 3 : 2;
    else if (when_is_sign(&t[k], "-") && when_is_word(&t[k + 1], "year") &&
             when_is_sign(&t[k + 2], "-"))
        unit = 4;
    if (!said && !unit)
        return 0;
    if (high > AGE_LIMIT)
        return 0;
    *out = when_of_age((int)low, (int)high);
    return k + unit;
}

/* "childhood", "as a child", "two years ago", "last year", "now". */
static int relative_point(struct reader *r, const struct token *t, struct when *out)
{
    struct ymd now = date_to_ymd(r->today);
    if (when_is_word(&t[0], "childhood") || when_is_word(&t[0], "child") ||
        when_is_word(&t[0], "birth")) {
        *out = when_of_age(0, when_is_word(&t[0], "birth") ? 0 : 17);
        return 1;
    }
    if (when_one_of(&t[0], "teenager teens teenage")) {
        *out = when_of_age(13, 19);
        return 1;
    }
    if (when_is_word(&t[0], "last") && when_is_word(&t[1], "year")) {
        *out = whole_year(now.y - 1);
        return 2;
    }
    if (when_is_word(&t[0], "this") && when_is_word(&t[1], "year")) {
        *out = when_span(day(now.y, 1, 1), r->today, WHEN_RANGE);
        return 2;
    }
    if (when_one_of(&t[0], "last this") && when_is_word(&t[1], "month")) {
        int32_t m = when_add_months(day(now.y, now.m, 1), when_is_word(&t[0], "last") ? -1 : 0);
        *out = when_whole_month(date_to_ymd(m).y, date_to_ymd(m).m);
        return 2;
    }
    if (when_one_of(&t[0], "yesterday today")) {
        int32_t d = r->today - when_is_word(&t[0], "yesterday");
        *out = when_span(d, d, WHEN_DAY);
        return 1;
    }
    long n = when_small_number(&t[0]);
    int k = 1 + when_is_word(&t[1], "of");
    if (n < 0 || n > AGE_LIMIT || !when_is_word(&t[k + 1], "ago"))
        return 0;
    if (when_one_of(&t[k], "year years"))
        *out = when_span(when_add_months(r->today, (int)-n * 12 - 6),
                         when_add_months(r->today, (int)-n * 12 + 6), WHEN_RANGE);
    else if (when_one_of(&t[k], "month months"))
        *out = when_span(when_add_months(r->today, (int)-n - 1),
                         when_add_months(r->today, (int)-n + 1), WHEN_RANGE);
    else if (when_one_of(&t[k], "week weeks"))
        *out = when_span(r->today - (int)n * 7 - 7, r->today - (int)n * 7 + 7, WHEN_RANGE);
    else if (when_one_of(&t[k], "day days"))
        *out = when_span(r->today - (int)n - 1, r->today - (int)n + 1, WHEN_RANGE);
    else
        return 0;
    if (out->latest > r->today)
        out->latest = r->today;
    return k + 2;
}

int when_point(struct reader *r, const struct token *t, struct when *out)
{
    int k = 0;
    bool about = false;
    while (when_one_of(&t[k], "about around approximately approx roughly circa c ca maybe probably "
                              "possibly perhaps estimated near") ||
           (k && when_is_sign(&t[k], ".,"))) {
        about = true;
        k++;
    }
    *out = when_nothing;
    int used = part_point(r, t + k, out);
    if (!used)
        used = relative_point(r, t + k, out);
    if (!used)
        used = age_point(t + k, out);
    if (!used)
        used = calendar_point(r, t + k, out);
    if (!used)
        return 0;
    if (about)
        widen(out);
    return k + used;
}

/* ---- a whole cell ---- */

static bool iso_with_time(struct str s, int32_t *days)
{
    if (s.n == 10)
        return date_from_iso(s, days);
    if (s.n < 16 || (s.p[10] != 'T' && s.p[10] != ' ') || s.p[13] != ':')
        return false;
    for (size_t i = 11; i < s.n; i++)
        if (!ascii_is_digit(s.p[i]) && !strchr(":.Z+-", s.p[i]))
            return false;
    return date_from_iso((struct str){s.p, 10}, days);
}

enum when_problem when_read(struct str cell, int32_t today, struct when *out)
{
    int32_t iso;
    *out = when_nothing;
    cell = str_trim(cell);
    if (!cell.n)
        return WHEN_EMPTY;
    struct reader r = {.today = today};
    if (iso_with_time(cell, &iso)) {
        struct token y = {.kind = NUMBER, .digits = 4, .value = date_to_ymd(iso).y};
        if (!good_year(&r, &y))
            return WHEN_BAD_YEAR;
        *out = when_span(iso, iso, WHEN_DAY);
        return WHEN_FINE;
    }
    struct tokens tokens;
    when_tokenize(cell, &tokens);
    int used = when_point(&r, tokens.t, out);
    /* A spreadsheet's midnight after a day-first date. */
    if (used && out->precision == WHEN_DAY && tokens.t[used].kind == NUMBER &&
        when_is_sign(&tokens.t[used + 1], ":"))
        used = tokens.n;
    if (used && used == tokens.n && !tokens.cut)
        return WHEN_FINE;
    *out = when_nothing;
    if (r.problem != WHEN_FINE)
        return r.problem;
    if (tokens.n == 1 && tokens.t[0].kind == NUMBER)
        return tokens.t[0].digits == 5 ? WHEN_SERIAL : WHEN_NOT_A_DATE;
    return WHEN_NOT_A_DATE;
}

/* ---- ages ---- */

void when_birth_from_age(struct when *w, int32_t seen)
{
    w->first = date_add_years(seen, -(w->age_max + 1)) + 1;
    w->latest = date_add_years(seen, -w->age_min);
}

void when_event_from_age(struct when *w, int32_t birth_first, int32_t birth_latest)
{
    w->first = date_add_years(birth_first, w->age_min);
    w->latest = date_add_years(birth_latest, w->age_max + 1) - 1;
}

/* ---- words ---- */

const char *when_precision_code(enum when_precision p)
{
    static const char *const codes[] = {"NONE", "DAY", "MONTH", "QUARTER",
                                        "YEAR", "AGE", "RANGE", "ORDER_ONLY"};
    return codes[p];
}

const char *when_problem_text(enum when_problem p)
{
    static const char *const texts[] = {
        [WHEN_FINE] = "",
        [WHEN_EMPTY] = "is empty",
        [WHEN_NOT_A_DATE] = "is not a date; write it as 2021-12-31 or 31/12/2021",
        [WHEN_TWO_DIGIT_YEAR] = "has a year of two digits; write all four",
        [WHEN_NO_SUCH_DAY] = "names a day that does not exist",
        [WHEN_MONTH_OVER_12] =
            "has no such month: dates are read day first (31/12/2021); turn it round, or write "
            "2021-12-31",
        [WHEN_BAD_YEAR] = "has an impossible year; years run from 1900",
        [WHEN_SERIAL] = "is a bare number, as spreadsheets count days; format the column as a date "
                        "and save again",
    };
    return texts[p];
}
