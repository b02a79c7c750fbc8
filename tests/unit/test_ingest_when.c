/* Dates and periods in people's words. Expected days worked out by hand from a calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingest/when.h"

#include <stdio.h>

static int32_t iso(const char *s)
{
    int32_t d = DATE_NONE;
    if (s)
        assert_true(date_from_iso(str_of(s), &d));
    return d;
}

static void is_range(const char *words, const struct when *w, const char *first, const char *latest,
                     const char *precision)
{
    char a[11] = "-", b[11] = "-";
    if (w->first != DATE_NONE)
        date_to_iso(w->first, a);
    if (w->latest != DATE_NONE)
        date_to_iso(w->latest, b);
    if (w->first != iso(first) || w->latest != iso(latest) ||
        strcmp(when_precision_code(w->precision), precision) != 0)
        fail_msg("\"%s\" gave %s..%s %s", words, a, b, when_precision_code(w->precision));
}

static void reads_dates(void **state)
{
    static const struct {
        const char *cell, *first, *latest, *precision;
    } cases[] = {
        {"2021-12-31", "2021-12-31", "2021-12-31", "DAY"},
        {"2021-12-31T10:00:00Z", "2021-12-31", "2021-12-31", "DAY"},
        {"2021-12-31 00:00", "2021-12-31", "2021-12-31", "DAY"},
        {" 31/12/2021 ", "2021-12-31", "2021-12-31", "DAY"},
        {"31.12.2021", "2021-12-31", "2021-12-31", "DAY"},
        {"3-4-2021", "2021-04-03", "2021-04-03", "DAY"},
        {"31/12/2021 00:00", "2021-12-31", "2021-12-31", "DAY"},
        {"2021/12/31", "2021-12-31", "2021-12-31", "DAY"},
        {"20211231", "2021-12-31", "2021-12-31", "DAY"},
        {"31 Dec 2021", "2021-12-31", "2021-12-31", "DAY"},
        {"31-Dec-2021", "2021-12-31", "2021-12-31", "DAY"},
        {"31st of December, 2021", "2021-12-31", "2021-12-31", "DAY"},
        {"December 31, 2021", "2021-12-31", "2021-12-31", "DAY"},
        {"29 Feb 2020", "2020-02-29", "2020-02-29", "DAY"},
        {"December 2021", "2021-12-01", "2021-12-31", "MONTH"},
        {"Sept 2021", "2021-09-01", "2021-09-30", "MONTH"},
        {"12/2021", "2021-12-01", "2021-12-31", "MONTH"},
        {"2021-02", "2021-02-01", "2021-02-28", "MONTH"},
        {"2021", "2021-01-01", "2021-12-31", "YEAR"},
        {"Q3 2021", "2021-07-01", "2021-09-30", "QUARTER"},
        {"2021 Q1", "2021-01-01", "2021-03-31", "QUARTER"},
        {"2021-Q4", "2021-10-01", "2021-12-31", "QUARTER"},
        {"summer 2021", "2021-06-01", "2021-08-31", "QUARTER"},
        {"early 2021", "2021-01-01", "2021-04-30", "YEAR"},
        {"late June 2021", "2021-06-21", "2021-06-30", "MONTH"},
        {"winter 2021", "2021-01-01", "2022-02-28", "RANGE"},
        {"about June 2020", "2020-05-01", "2020-07-31", "RANGE"},
        {"circa 2019", "2018-01-01", "2020-12-31", "RANGE"},
    };
    struct when w;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (when_read(str_of(cases[i].cell), iso("2024-06-15"), &w) != WHEN_FINE)
            fail_msg("\"%s\" was refused", cases[i].cell);
        is_range(cases[i].cell, &w, cases[i].first, cases[i].latest, cases[i].precision);
    }
    assert_int_equal(when_read(str_of("03/04/2021"), iso("2024-06-15"), &w), WHEN_FINE);
    assert_true(w.day_first);
    assert_int_equal(when_read(str_of("13/04/2021"), iso("2024-06-15"), &w), WHEN_FINE);
    assert_false(w.day_first);
}

static void refuses_what_is_not_a_date(void **state)
{
    static const struct {
        const char *cell;
        enum when_problem problem;
    } cases[] = {
        {"31/02/2021", WHEN_NO_SUCH_DAY},
        {"2021-02-30", WHEN_NO_SUCH_DAY},
        {"29/02/2021", WHEN_NO_SUCH_DAY},
        {"30 February 2021", WHEN_NO_SUCH_DAY},
        {"12/31/2021", WHEN_MONTH_OVER_12},
        {"31/12/21", WHEN_TWO_DIGIT_YEAR},
        {"31 Dec 21", WHEN_TWO_DIGIT_YEAR},
        {"Jan 21", WHEN_TWO_DIGIT_YEAR},
        {"0021-03-04", WHEN_BAD_YEAR},
        {"04/03/0021", WHEN_BAD_YEAR},
        {"2121", WHEN_BAD_YEAR},
        {"1821-01-01", WHEN_BAD_YEAR},
        {"44561", WHEN_SERIAL},
        {"not known", WHEN_NOT_A_DATE},
        {"2021-12-31 or so", WHEN_NOT_A_DATE},
        {"2021-13", WHEN_NOT_A_DATE},
        {"", WHEN_EMPTY},
        {"00/00/2000", WHEN_NO_SUCH_DAY},
        {"1/2/3", WHEN_TWO_DIGIT_YEAR},
        {"7", WHEN_NOT_A_DATE},
    };
    struct when w;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum when_problem p = when_read(str_of(cases[i].cell), iso("2024-06-15"), &w);
        if (p != cases[i].problem)
            fail_msg("\"%s\": problem %d, wanted %d", cases[i].cell, p, cases[i].problem);
    }
}

/* Every day of four centuries, written four ways: what comes back is the day. */
static void every_day_comes_back(void **state)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (int32_t d = iso("1900-01-01"); d <= iso("2073-12-31"); d += 3) {
        struct ymd v = date_to_ymd(d);
        char text[4][40];
        snprintf(text[0], 40, "%02d/%02d/%04d", v.d, v.m, v.y);
        snprintf(text[1], 40, "%d %s %d", v.d, months[v.m - 1], v.y);
        snprintf(text[2], 40, "%04d-%02d-%02d", v.y, v.m, v.d);
        snprintf(text[3], 40, "%d.%d.%d", v.d, v.m, v.y);
        for (int k = 0; k < 4; k++) {
            struct when w;
            assert_int_equal(when_read(str_of(text[k]), iso("2024-06-15"), &w), WHEN_FINE);
            assert_int_equal(w.first, d);
            assert_int_equal(w.latest, d);
        }
    }
}

static void reads_ages(void **state)
{
    struct when w;
    assert_int_equal(when_read(str_of("17 years old"), iso("2024-06-15"), &w), WHEN_FINE);
    assert_int_equal(w.precision, WHEN_AGE);
    assert_int_equal(w.age_min, 17);
    when_birth_from_age(&w, iso("2021-03-10")); /* born after 10 Mar 2003, by 10 Mar 2004 */
    is_range("17", &w, "2003-03-11", "2004-03-10", "AGE");
    assert_int_equal(when_read(str_of("about 17 years old"), iso("2024-06-15"), &w), WHEN_FINE);
    assert_int_equal(w.age_min, 16);
    assert_int_equal(w.age_max, 18);
    assert_int_equal(when_read(str_of("aged 15"), iso("2024-06-15"), &w), WHEN_FINE);
    when_event_from_age(&w, iso("2000-05-01"), iso("2000-05-01"));
    is_range("15", &w, "2015-05-01", "2016-04-30", "AGE");
}

static void reads_periods(void **state)
{
    static const struct {
        const char *words, *first, *latest, *precision, *end_first, *end_latest, *end_precision;
        bool ongoing;
    } cases[] = {
        {"from March 2019 until about June 2020", "2019-03-01", "2019-03-31", "MONTH", "2020-05-01",
         "2020-07-31", "RANGE", false},
        {"summer 2021", "2021-06-01", "2021-08-31", "QUARTER", "2021-06-01", "2021-08-31",
         "QUARTER", false},
        {"before 2019", NULL, NULL, "ORDER_ONLY", NULL, NULL, "ORDER_ONLY", false},
        {"after she left the safe house", NULL, NULL, "ORDER_ONLY", NULL, NULL, "ORDER_ONLY",
         false},
        {"at 15", NULL, NULL, "AGE", NULL, NULL, "AGE", false},
        {"when aged 15 to 17", NULL, NULL, "AGE", NULL, NULL, "AGE", false},
        {"between 2017 and 2019", "2017-01-01", "2017-12-31", "YEAR", "2019-01-01", "2019-12-31",
         "YEAR", false},
        {"March to June 2020", "2020-03-01", "2020-03-31", "MONTH", "2020-06-01", "2020-06-30",
         "MONTH", false},
        {"November to February 2020", "2019-11-01", "2019-11-30", "MONTH", "2020-02-01",
         "2020-02-29", "MONTH", false},
        {"01/02/2019 - 05/06/2020", "2019-02-01", "2019-02-01", "DAY", "2020-06-05", "2020-06-05",
         "DAY", false},
        {"2019-02-01 to 2020-06-05", "2019-02-01", "2019-02-01", "DAY", "2020-06-05", "2020-06-05",
         "DAY", false},
        {"2017 \xe2\x80\x93 2019", "2017-01-01", "2017-12-31", "YEAR", "2019-01-01", "2019-12-31",
         "YEAR", false},
        {"since May 2018", "2018-05-01", "2018-05-31", "MONTH", NULL, NULL, "NONE", true},
        {"from 2018 to the present", "2018-01-01", "2018-12-31", "YEAR", NULL, NULL, "NONE", true},
        {"since childhood", NULL, NULL, "AGE", NULL, NULL, "NONE", true},
        {"for six months until May 2020", "2019-11-01", "2019-11-30", "RANGE", "2020-05-01",
         "2020-05-31", "MONTH", false},
        {"the exploitation started in 2018 and lasted for two years", "2018-01-01", "2018-12-31",
         "YEAR", "2020-01-01", "2020-12-31", "RANGE", false},
        {"two years ago", "2021-12-15", "2022-12-15", "RANGE", "2021-12-15", "2022-12-15", "RANGE",
         false},
        {"aged 15 to 17", NULL, NULL, "AGE", NULL, NULL, "AGE", false},
        {"from 2016 when she was 15 until 2018", "2016-01-01", "2016-12-31", "YEAR", "2018-01-01",
         "2018-12-31", "YEAR", false},
        {"in 2019", "2019-01-01", "2019-12-31", "YEAR", "2019-01-01", "2019-12-31", "YEAR", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct period p;
        if (!period_read(str_of(cases[i].words), iso("2024-06-15"), &p))
            fail_msg("\"%s\" was not understood", cases[i].words);
        is_range(cases[i].words, &p.start, cases[i].first, cases[i].latest, cases[i].precision);
        is_range(cases[i].words, &p.end, cases[i].end_first, cases[i].end_latest,
                 cases[i].end_precision);
        assert_int_equal(p.ongoing, cases[i].ongoing);
    }
}

static void keeps_ignorance_honest(void **state)
{
    static const char *const words[] = {
        "not known", "he does not remember", "31/12/19 maybe", "a long time", "", "January"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct period p;
        if (period_read(str_of(words[i]), iso("2024-06-15"), &p))
            fail_msg("\"%s\" was read as a time", words[i]);
        assert_int_equal(p.start.precision, WHEN_NONE);
        assert_int_equal(p.end.precision, WHEN_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dates),   cmocka_unit_test(refuses_what_is_not_a_date),
        cmocka_unit_test(reads_ages),    cmocka_unit_test(every_day_comes_back),
        cmocka_unit_test(reads_periods), cmocka_unit_test(keeps_ignorance_honest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
