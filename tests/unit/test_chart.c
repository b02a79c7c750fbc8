#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chart/bar.h"
#include "chart/forest.h"
#include "chart/line.h"
#include "chart/step.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct chart_words words = {
    .id = "t1", .title = "Who came back <within> \"five\" years & how soon", .desc = "A <test>."};

/* To look at them: CHART_TEST_OUT=DIR build/tests/test_chart */
static void keep(const char *name, const struct buf *svg)
{
    const char *dir = getenv("CHART_TEST_OUT");
    char path[600];
    if (!dir)
        return;
    snprintf(path, sizeof path, "%s/%s.svg", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fwrite(svg->p, 1, svg->n, f);
    fclose(f);
}

static size_t count_of(const struct buf *b, const char *word)
{
    size_t n = 0;
    for (const char *p = b->p; (p = strstr(p, word)); p++)
        n++;
    return n;
}

static void is_accessible(const struct buf *b)
{
    assert_int_equal(count_of(b, "role=\"img\""), 1);
    assert_int_equal(count_of(b, "aria-labelledby=\"t1-title t1-desc\""), 1);
    assert_int_equal(count_of(b, "<title id=\"t1-title\">Who came back &lt;within&gt;"), 1);
    assert_int_equal(count_of(b, "<desc id=\"t1-desc\">A &lt;test&gt;.</desc>"), 1);
    assert_int_equal(count_of(b, "script"), 0);
    assert_int_equal(count_of(b, "nan"), 0);
    assert_int_equal(count_of(b, "inf"), 0);
    assert_int_equal(count_of(b, "</svg>"), 1);
}

static const double days[] = {0, 30, 90, 180, 365, 730};
static const double first[] = {0, 0.02, 0.05, 0.08, 0.14, 0.2};
static const double second[] = {0, 0.01, 0.02, NAN, 0.055, 0.08};
static const double low[] = {0, 0.01, 0.03, 0.05, 0.1, 0.15};
static const double high[] = {0, 0.03, 0.07, 0.11, 0.18, 0.25};
static const struct chart_series two[] = {
    {"Supported", days, second, NULL, NULL, 6},
    {"Left without support", days, first, low, high, 6},
};

static void lines(void **state)
{
    struct buf a = BUF_EMPTY, b = BUF_EMPTY, csv = BUF_EMPTY, html = BUF_EMPTY;
    struct chart_table t = {0};
    struct err e = {0};
    struct chart_axis x = {"Days since exit", CHART_NUMBER, 0, 0, false};
    struct chart_axis y = {"Share seen again", CHART_PERCENT, 0, 0, false};
    struct chart_words w = words;
    w.note = "Source: made data. [c]: hidden to protect people.";
    assert_int_equal(chart_line(&w, x, y, two, 2, &a, &t, &e), ST_OK);
    assert_int_equal(chart_line(&w, x, y, two, 2, &b, NULL, &e), ST_OK);
    keep("line", &a);
    is_accessible(&a);
    assert_true(str_eq(buf_str(&a), buf_str(&b)));
    assert_int_equal(count_of(&a, "stroke-dasharray=\"9 5\""), 1); /* not colour alone */
    chart_table_csv(&t, &csv);
    assert_int_equal(count_of(&csv, "\n"), 13);
    assert_int_equal(count_of(&csv, "Supported,180,,,\n"), 1); /* hidden, not zero */
    chart_table_html(&t, "The data <here>", &html);
    assert_int_equal(count_of(&html, "<tr>"), 13);
    assert_int_equal(count_of(&html, "scope=\"row\""), 12);
    assert_int_equal(count_of(&html, "<caption>The data &lt;here&gt;</caption>"), 1);
    chart_table_free(&t);
    buf_free(&a), buf_free(&b), buf_free(&csv), buf_free(&html);
}

static void refuses(void **state)
{
    struct buf b = BUF_EMPTY;
    struct err e = {0};
    struct chart_axis axis = {"x", CHART_NUMBER, 0, 0, false};
    struct chart_series five[5] = {two[0], two[0], two[0], two[0], two[0]};
    assert_int_equal(chart_line(&words, axis, axis, five, 5, &b, NULL, &e), ST_DATA);
    assert_non_null(strstr(e.hint, "at most 4"));
    assert_int_equal(chart_line(&words, axis, axis, five, 0, &b, NULL, &e), ST_DATA);
    const double none[] = {NAN, INFINITY};
    struct chart_series empty = {"a", none, none, NULL, NULL, 2};
    assert_int_equal(chart_line(&words, axis, axis, &empty, 1, &b, NULL, &e), ST_DATA);
    struct chart_words untitled = {.id = "a", .title = "", .desc = "d"};
    assert_int_equal(chart_line(&untitled, axis, axis, two, 1, &b, NULL, &e), ST_FAULT);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void steps(void **state)
{
    static const double times[] = {0, 180, 365, 730};
    static const int64_t risk[] = {1200, 1010, 801, 96, 800, 640, -1, 12};
    const struct chart_steps curves = {two, 2, 0, false, {times, 4, risk, "[c]", NULL}};
    struct chart_axis x = {"Days since exit", CHART_NUMBER, 0, 0, false};
    struct chart_axis y = {"Share seen again", CHART_PERCENT, 0, 0, false};
    struct buf a = BUF_EMPTY, b = BUF_EMPTY;
    struct err e = {0};
    assert_int_equal(chart_step(&words, x, y, &curves, &a, NULL, &e), ST_OK);
    keep("step", &a);
    is_accessible(&a);
    assert_int_equal(count_of(&a, ">1,010</text>"), 1);
    assert_int_equal(count_of(&a, ">[c]</text>"), 1);
    static const double death[] = {0, 0.005, 0.01, 0.02, 0.03, 0.06},
                        left[] = {0, 0.05, 0.1, 0.2, 0.3, 0.35};
    const struct chart_series ends[] = {{"Seen again", days, first, NULL, NULL, 6},
                                        {"Left the country", days, left, NULL, NULL, 6},
                                        {"Died", days, death, NULL, NULL, 6}};
    const struct chart_steps stack = {ends, 3, 0, true, {times, 4, risk, NULL, NULL}};
    y.hi = 1;
    assert_int_equal(chart_step(&words, x, y, &stack, &b, NULL, &e), ST_OK);
    keep("stack", &b);
    is_accessible(&b);
    /* on a phone: names above the plot, and no number over another */
    static const int64_t many[] = {20395, 16885, 13170, 5715};
    static const double close[] = {0, 12, 24, 60};
    const struct chart_steps phone = {two, 2, 0, false, {close, 4, many, NULL, NULL, true}};
    struct buf c = BUF_EMPTY;
    struct chart_words small = words;
    small.width = CHART_PHONE;
    assert_int_equal(chart_step(&small, x, y, &phone, &c, NULL, &e), ST_OK);
    keep("step-phone", &c);
    is_accessible(&c);
    assert_int_equal(count_of(&c, ">20,395</text>") + count_of(&c, ">5,715</text>"), 2);
    assert_int_equal(count_of(&c, ">16,885</text>"), 0);
    assert_int_equal(count_of(&c, ">13,170</text>"), 1);
    buf_free(&a), buf_free(&b), buf_free(&c);
}

static void bars(void **state)
{
    static const char *const kinds[] = {"Labour exploitation", "Sexual exploitation",
                                        "Criminal exploitation", "Domestic servitude"};
    static const char *const sexes[] = {"Female", "Male"};
    static const double v[] = {210, 1240, 95, 310, 2105, NAN, 1810, 40};
    const struct chart_bars both = {kinds, 4, sexes, 2, v, "[c]"};
    struct chart_axis x = {"Referrals", CHART_NUMBER, 0, 0, false};
    struct buf a = BUF_EMPTY;
    struct chart_table t = {0};
    struct err e = {0};
    assert_int_equal(chart_bar(&words, x, &both, &a, &t, &e), ST_OK);
    keep("bar", &a);
    is_accessible(&a);
    assert_int_equal(count_of(&a, ">[c]</text>"), 1);
    assert_int_equal(count_of(&a, ">2,105</text>"), 1);
    assert_int_equal(t.used, 27);
    chart_table_free(&t);
    buf_free(&a);
}

static void forests(void **state)
{
    const struct chart_estimate rows[] = {
        {"IOM database", "79 of 14,000", 0.0056, 0.0045, 0.007, NAN, NAN},
        {"Crisis", "25 of 331", 0.0755, 0.0517, 0.109, NAN, NAN},
        {"Poppy project", "25 of 118, 93 unknown", NAN, 0.148, 1, 0.212, 1},
    };
    const struct chart_forest f = {rows, 3, NAN};
    const struct chart_estimate ratios[] = {{"Male", NULL, 1.4, 0.7, 3.1, NAN, NAN},
                                            {"Under 18", NULL, 2.4, 1.2, INFINITY, NAN, NAN}};
    const struct chart_forest g = {ratios, 2, 1};
    struct chart_axis x = {"Share re-trafficked (not pooled)", CHART_PERCENT, 0, 0, false};
    struct chart_axis hr = {"Hazard ratio (log scale)", CHART_NUMBER, 0, 0, true};
    struct buf a = BUF_EMPTY, b = BUF_EMPTY;
    struct err e = {0};
    assert_int_equal(chart_forest(&words, x, &f, &a, NULL, &e), ST_OK);
    keep("forest", &a);
    is_accessible(&a);
    assert_int_equal(chart_forest(&words, hr, &g, &b, NULL, &e), ST_OK);
    keep("ratios", &b);
    is_accessible(&b);
    buf_free(&a), buf_free(&b);
}

static void numbers(void **state)
{
    char t[40];
    chart_number(1234567, CHART_NUMBER, t);
    assert_string_equal(t, "1,234,567");
    chart_number(-1234.4, CHART_NUMBER, t);
    assert_string_equal(t, "-1,234");
    chart_number(0.125, CHART_PERCENT, t);
    assert_string_equal(t, "12.5%");
    chart_number(2024, CHART_YEAR, t);
    assert_string_equal(t, "2024");
    double ticks[24];
    assert_int_equal(chart_ticks(0, 1, false, 5, ticks, 24), 6);
    assert_true(ticks[5] == 1);
    assert_int_equal(chart_ticks(0.5, 20, true, 5, ticks, 24), 6);   /* 0.5 1 2 5 10 20 */
    assert_int_equal(chart_ticks(0.5, 2000, true, 5, ticks, 24), 4); /* 1 10 100 1000 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines),   cmocka_unit_test(refuses),
                                       cmocka_unit_test(steps),   cmocka_unit_test(bars),
                                       cmocka_unit_test(forests), cmocka_unit_test(numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
