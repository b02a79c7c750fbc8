#include "base/csv.h"
#include "base/date.h"
#include "base/rng.h"
#include "linkage/calendar.h"
#include "linkage/cluster.h"
#include "linkage/dates.h"
#include "linkage/levels.h"
#include "linkage/link.h"
#include "linkage/model.h"
#include "linkage/model_json.h"
#include "linkage/radix.h"
#include "linkage/search.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after the headers that it needs */
#include <cmocka.h>

/* ---- dates ---- */

static uint32_t read_as(const char *text, enum date_form form)
{
    struct date_reading r = {form, DATE_YEAR_FIRST, form};
    return date_read(str_of(text), &r);
}

static void dates_are_read(void **state)
{
    static const struct {
        const char *text;
        enum date_form form;
        int y, m, d;
    } cases[] = {
        {"1987-03-02", DATE_DAY_FIRST, 1987, 3, 2},
        {"1987/3/2", DATE_DAY_FIRST, 1987, 3, 2},
        {"1987-03-02T10:11:12Z", DATE_DAY_FIRST, 1987, 3, 2},
        {"1987-03-02 10:11", DATE_DAY_FIRST, 1987, 3, 2},
        {"19870302", DATE_YEAR_FIRST, 1987, 3, 2},
        {"02031987", DATE_DAY_FIRST, 1987, 3, 2},
        {"02/03/1987", DATE_DAY_FIRST, 1987, 3, 2},
        {"02/03/1987", DATE_MONTH_FIRST, 1987, 2, 3},
        {"03/25/1987", DATE_DAY_FIRST, 1987, 3, 25}, /* can only be month-first */
        {"2 March 1987", DATE_DAY_FIRST, 1987, 3, 2},
        {"2nd Mar 1987", DATE_DAY_FIRST, 1987, 3, 2},
        {"March 2, 1987", DATE_DAY_FIRST, 1987, 3, 2},
        {"1987-03", DATE_DAY_FIRST, 1987, 3, 0},
        {"3/1987", DATE_DAY_FIRST, 1987, 3, 0},
        {"1987", DATE_DAY_FIRST, 1987, 0, 0},
        {"1856-86-18", DATE_DAY_FIRST, 1856, 86, 18}, /* kept: one digit is wrong */
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        uint32_t p = read_as(cases[k].text, cases[k].form);
        if (p != date_pack(cases[k].y, cases[k].m, cases[k].d))
            fail_msg("%s read as %d-%d-%d", cases[k].text, packed_year(p), packed_month(p),
                     packed_day(p));
    }
    static const char *const not_dates[] = {
        "",           "n/a",           "12/12/12", "1",     "99999999999",
        "0000-00-00", "1987-03-02-05", "x1987",    "31.12", "3000-01-01"};
    for (size_t k = 0; k < sizeof not_dates / sizeof not_dates[0]; k++)
        assert_int_equal(read_as(not_dates[k], DATE_DAY_FIRST), 0);
    assert_false(date_packed_exists(date_pack(2023, 2, 29)));
    assert_true(date_packed_exists(date_pack(2024, 2, 29)));
    assert_true(date_packed_exists(date_pack(2024, 0, 0)));
}

static struct date_reading decide(const char *const *texts, char *reason, size_t size)
{
    struct date_votes v = {0};
    for (; *texts; texts++)
        date_vote(str_of(*texts), 1, &v);
    return date_decide(&v, reason, size);
}

static void date_forms_are_decided_by_the_column(void **state)
{
    char reason[200];
    static const char *const day[] = {"01/02/1990", "25/12/1980", "03/04/1970", NULL},
                             *const month[] = {"01/02/1990", "12/25/1980", NULL},
                             *const none[] = {"01/02/1990", "03/04/1970", NULL},
                             *const compact[] = {"25121980", "01021990", NULL},
                             *const ydm[] = {"1990-25-12", "1990-13-01", NULL};
    assert_int_equal(decide(day, reason, sizeof reason).separated, DATE_DAY_FIRST);
    assert_int_equal(decide(month, reason, sizeof reason).separated, DATE_MONTH_FIRST);
    assert_int_equal(decide(none, reason, sizeof reason).separated, DATE_DAY_FIRST);
    assert_non_null(strstr(reason, "no value decides"));
    assert_int_equal(decide(compact, reason, sizeof reason).compact, DATE_DAY_FIRST);
    assert_int_equal(decide(ydm, reason, sizeof reason).leading, DATE_YEAR_DAY_MONTH);
}

/* ---- data in memory ---- */

static struct link_data *data_of(const struct link_spec *spec, const char *const *cells,
                                 size_t rows)
{
    struct link_data *d = link_data_new(spec);
    struct err e = {0};
    size_t columns = (size_t)spec->columns;
    for (size_t r = 0; r < rows; r++) {
        char id[20];
        struct str row[LINK_MAX_COLUMNS];
        snprintf(id, sizeof id, "%03zu", r);
        for (size_t k = 0; k < columns; k++)
            row[k] = str_of(cells[r * columns + k]);
        link_data_add(d, str_of(id), str_of(""), row);
    }
    assert_int_equal(link_data_finish(d, 1, &e), ST_OK);
    return d;
}

static int level_between(enum link_type t, const char *a, const char *b)
{
    struct link_spec spec = {.columns = 1, .column = {{"x", t}}, .mode = LINK_BOTH};
    const char *cells[] = {a, b};
    struct link_data *d = data_of(&spec, cells, 2);
    levels_init();
    int level = pattern_level(pattern_of(d, data_row(d, 0), data_row(d, 1)), 0);
    link_data_free(d);
    return level;
}

static void levels_of_dates(void **state)
{
    static const struct {
        const char *a, *b;
        int level;
    } cases[] = {
        {"1987-03-02", "1987-03-02", 0}, /* one value in the column: says nothing */
        {"1987-03-02", "1987-02-03", 2}, /* day and month swapped */
        {"1987-03-02", "1987-03-07", 2}, /* one digit */
        {"1987-03-12", "1987-03-21", 2}, /* two digits swapped */
        {"1987-03-12", "1987-08-12", 2}, /* one digit */
        {"1987-03-12", "1987-03-28", 3}, /* two of three parts */
        {"1987-03-12", "1954-03-12", 3},
        {"1987-03-12", "1987-01-01", 3}, /* 1 January of the year */
        {"1987-03-12", "1987", 4},       /* as far as known */
        {"1987-03-12", "1987-03", 3},
        {"1987-03-12", "1987-10-25", 4}, /* year only */
        {"1987-03-12", "1988-01-30", 5},
        {"1987-03-12", "1988-01-01", 5},
        {"1987-03-12", "1964-10-25", 6},
        {"1856-06-18", "1856-86-18", 2}, /* a month that does not exist */
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        int level = level_between(LINK_DATE, cases[k].a, cases[k].b);
        if (level != cases[k].level)
            fail_msg("%s and %s: level %d, wanted %d", cases[k].a, cases[k].b, level,
                     cases[k].level);
    }
}

/* A date that differs says nothing where an age is disputed, unless the other date fits. */
static void disputed_ages_are_neutral(void **state)
{
    static const struct {
        const char *a, *a_dispute, *b, *b_dispute;
        int level;
    } cases[] = {
        {"2006-03-12", "", "1999-10-25", "", DATE_DIFFERENT},
        {"2006-03-12", "disputed", "1999-10-25", "", DATE_DISPUTED},
        {"2006-03-12", "", "1999-10-25", "Yes", DATE_DISPUTED},
        {"2006-03-12", "no", "1999-10-25", "ADULT", DATE_DIFFERENT},
        {"2006-03-12", "disputed", "2006-10-25", "", DATE_DISPUTED},     /* the same year */
        {"2006-03-12", "disputed", "1999-03-12", "", DATE_TWO_OF_THREE}, /* good evidence stays */
        {"2006-03-12", "1999-10-25", "1999-10-25", "", DATE_NEAR},
        {"1999-10-25", "", "2006-03-12", "25/10/1999", DATE_NEAR},
        {"2006-03-12", "1999-10-25", "2001-05-05", "1999-10-25", DATE_NEAR},
        {"2006-03-12", "1999-10-25", "1999-10-06", "", DATE_TWO_OF_THREE},
        {"2006-03-12", "1999-10-25", "1980-05-06", "", DATE_DISPUTED},
    };
    struct link_spec spec = {.columns = 2,
                             .column = {{"dob", LINK_DATE}, {"disputed", LINK_DATE_DISPUTE}}};
    levels_init();
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const char *cells[] = {cases[k].a, cases[k].a_dispute, cases[k].b, cases[k].b_dispute};
        struct link_data *d = data_of(&spec, cells, 2);
        const uint32_t *a = data_row(d, 0), *b = data_row(d, 1);
        assert_int_equal(pattern_level(pattern_of(d, a, b), 0), cases[k].level);
        assert_int_equal(pattern_level(pattern_of(d, b, a), 0), cases[k].level);
        assert_int_equal(pattern_level(pattern_of(d, a, b), 1), LEVEL_MISSING);
        link_data_free(d);
    }
    const char *odd[] = {"2006-03-12", "perhaps", "1999-10-25", "1"};
    struct link_data *d = data_of(&spec, odd, 2);
    assert_int_equal(link_data_report(d, 1).date_unread, 1);
    link_data_free(d);
}

static void calendars_meet(void **state)
{
    /* 1 Meskerem 2000: the Ethiopian millennium; Nowruz of 1380 and 1399; 1 Muharram 1421 */
    assert_int_equal(calendar_ethiopian(2000, 1, 1), date_from_ymd((struct ymd){2007, 9, 12}));
    assert_int_equal(calendar_ethiopian(1999, 13, 5), date_from_ymd((struct ymd){2007, 9, 10}));
    assert_int_equal(calendar_solar_hijri(1380, 1, 1), date_from_ymd((struct ymd){2001, 3, 21}));
    assert_int_equal(calendar_solar_hijri(1399, 1, 1), date_from_ymd((struct ymd){2020, 3, 20}));
    assert_int_equal(calendar_solar_hijri(1357, 11, 22), date_from_ymd((struct ymd){1979, 2, 11}));
    assert_int_equal(calendar_lunar_hijri(1421, 1, 1), date_from_ymd((struct ymd){2000, 4, 6}));
    assert_int_equal(level_between(LINK_DATE, "1357-11-22", "1979-02-11"), 2);
    assert_int_equal(level_between(LINK_DATE, "1979-02-12", "1357-11-22"), 6);
    assert_int_equal(level_between(LINK_DATE, "1357", "1979-02-11"), 5);
    /* the Ethiopian calendar only for those whose nationality fits */
    struct link_spec spec = {.columns = 2, .column = {{"d", LINK_DATE}, {"n", LINK_NATIONALITY}}};
    const char *cells[] = {"1992-04-23", "Eritrean", "2000-01-01", "", "2000-01-01", "Albania"};
    struct link_data *d = data_of(&spec, cells, 3);
    levels_init();
    assert_int_equal(pattern_level(pattern_of(d, data_row(d, 0), data_row(d, 1)), 0), 6);
    link_data_free(d);
    const char *fits[] = {"1992-04-22", "Eritrean", "2000-01-01", "", "1999-01-01", "Albania"};
    d = data_of(&spec, fits, 3);
    assert_int_equal(pattern_level(pattern_of(d, data_row(d, 0), data_row(d, 1)), 0), 2);
    link_data_free(d);
}

static void levels_of_other_types(void **state)
{
    assert_int_equal(level_between(LINK_FAMILY_NAME, "Hoxha", "Hoxa"), NAME_NEAR);
    assert_int_equal(level_between(LINK_FAMILY_NAME, "van den Berg", "Berg van den"), NAME_NEAR);
    assert_int_equal(level_between(LINK_FAMILY_NAME, "Vandenberg", "Van den Berg"), NAME_NEAR);
    assert_int_equal(level_between(LINK_GIVEN_NAME, "Thi Lan", "Lan"), NAME_SIMILAR);
    assert_int_equal(level_between(LINK_GIVEN_NAME, "J", "Jonathan"), NAME_WEAK);
    assert_int_equal(level_between(LINK_GIVEN_NAME, "Robert", "Mei"), NAME_DIFFERENT);
    assert_int_equal(level_between(LINK_SEX, "M", "male"), 0);
    assert_int_equal(level_between(LINK_SEX, "M", "Female"), 2);
    assert_int_equal(level_between(LINK_POSTCODE, "LS1 4AB", "LS1 4AC"), 2);
    assert_int_equal(level_between(LINK_POSTCODE, "LS1 4AB", "LS1 9XY"), 3);
    assert_int_equal(level_between(LINK_POSTCODE, "LS1 4AB", "BN3 9XY"), 4);
    assert_int_equal(level_between(LINK_PHONE, "+44 7700 900101", "07700 900102"), 2);
    assert_int_equal(level_between(LINK_IDENTIFIER, "AB123456", "AB132456"), 2);
    assert_int_equal(level_between(LINK_IDENTIFIER, "AB123456", "AB103406"), 3);
    assert_int_equal(level_between(LINK_IDENTIFIER, "AB123456", "ZZ999999"), 4);
    assert_int_equal(level_between(LINK_PLACE, "Bristol", "Greater Bristol"), 3);
    assert_int_equal(level_between(LINK_YEAR, "1987", "1988"), 2);
}

static void swapped_names_are_one_level(void **state)
{
    struct link_spec spec = {.columns = 2,
                             .column = {{"g", LINK_GIVEN_NAME}, {"f", LINK_FAMILY_NAME}}};
    const char *cells[] = {"Caleb", "Rowe", "Rowe", "Caleb", "Rowe", ""};
    struct link_data *d = data_of(&spec, cells, 3);
    levels_init();
    uint64_t p = pattern_of(d, data_row(d, 0), data_row(d, 1));
    assert_int_equal(pattern_level(p, 0), NAME_SWAPPED);
    assert_int_equal(pattern_level(p, 1), LEVEL_MISSING);
    p = pattern_of(d, data_row(d, 0), data_row(d, 2));
    assert_int_equal(pattern_level(p, 0), NAME_HALF_SWAPPED);
    link_data_free(d);
}

static void levels_of_names(void **state)
{
    static const struct {
        const char *a, *b;
        int level;
    } cases[] = {
        /* a part that many names share is put aside: strangers stay apart */
        {"Adebayo", "Adeyemi", NAME_DIFFERENT},
        {"Oluwaseun", "Oluwatobi", NAME_DIFFERENT},
        {"Chukwuemeka", "Chukwudumebi", NAME_DIFFERENT},
        {"Abdulrahman", "Abdulkarim", NAME_DIFFERENT},
        {"Adeshola", "Olushola", NAME_DIFFERENT},
        {"Adebayo", "Bayo", NAME_SIMILAR},
        {"Adebayo", "Adebaio", NAME_NEAR},
        /* usual short forms */
        {"Mike", "Michael", NAME_SIMILAR},
        {"Bill", "William", NAME_SIMILAR},
        {"Mike", "Michael Callum", NAME_SIMILAR},
        {"Joe Malachi", "Joseph", NAME_SIMILAR},
        /* words: within each other, or against each other */
        {"Maark", "Mark Daniel", NAME_SIMILAR},
        {"Thi Lan", "Lan", NAME_SIMILAR},
        {"Ha-joon", "Hajun", NAME_NEAR},
        {"Abd al-Rahman", "Abdulrahman", NAME_NEAR},
        {"Sergey Viktorovich", "Sergey Borisovitch", NAME_WEAK},
        {"Maria Teresa", "Teresa Maria", NAME_NEAR},
        {"Hans O", "Hans Joachim", NAME_WEAK},
        {"Hans J", "Hans Joachim", NAME_NEAR},
        /* an address is no name */
        {"Dr Amina", "Mrs Amina", LEVEL_MISSING}, /* one value in the column */
        {"Mr Amin", "Amina", NAME_NEAR},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        int level = level_between(LINK_GIVEN_NAME, cases[k].a, cases[k].b);
        if (level != cases[k].level)
            fail_msg("%s and %s: level %d, wanted %d", cases[k].a, cases[k].b, level,
                     cases[k].level);
        if (level != level_between(LINK_GIVEN_NAME, cases[k].b, cases[k].a))
            fail_msg("%s and %s: another level the other way round", cases[k].a, cases[k].b);
    }
}

/* Father's and grandfather's names stand in either column, or in none. */
static void words_are_found_in_the_other_column(void **state)
{
    static const struct {
        const char *a[2], *b[2];
        int given, family;
    } cases[] = {
        {{"Kibrom", "Bereket"}, {"Kibrom Berekhet", "Mulugeta"}, NAME_SWAPPED, LEVEL_MISSING},
        {{"Gebre Samuel", "Habtom"}, {"Gebre", "Samuel"}, NAME_SWAPPED, LEVEL_MISSING},
        {{"Bashir", "Mahmoud"}, {"Bashir Mahmoud", ""}, NAME_SWAPPED, LEVEL_MISSING},
        {{"Tesfay", "Weldu"}, {"Tesfay", "Mulugeta"}, LEVEL_SAME, NAME_DIFFERENT},
        {{"Omar", "Abdul Rahman"}, {"Abdulrahman", "Omar"}, NAME_SWAPPED, LEVEL_MISSING},
        {{"Osman Hamid", "Salah"}, {"Osman Khalid", "Bilal"}, NAME_SIMILAR, NAME_DIFFERENT},
        {{"Nguyen", "Van An"}, {"An", "Nguyen Van"}, NAME_SWAPPED, LEVEL_MISSING},
        {{"Yusuf", "Unknown"}, {"Yusuf", "Karimi"}, LEVEL_SAME, LEVEL_MISSING},
    };
    struct link_spec spec = {.columns = 2,
                             .column = {{"g", LINK_GIVEN_NAME}, {"f", LINK_FAMILY_NAME}}};
    levels_init();
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const char *cells[] = {cases[k].a[0], cases[k].a[1], cases[k].b[0],
                               cases[k].b[1], "Zoltan",      "Quick"};
        struct link_data *d = data_of(&spec, cells, 3);
        uint64_t p = pattern_of(d, data_row(d, 0), data_row(d, 1));
        if (pattern_level(p, 0) != cases[k].given || pattern_level(p, 1) != cases[k].family)
            fail_msg("%s %s: levels %d and %d", cases[k].a[0], cases[k].a[1], pattern_level(p, 0),
                     pattern_level(p, 1));
        assert_int_equal(p, pattern_of(d, data_row(d, 1), data_row(d, 0)));
        link_data_free(d);
    }
}

static void full_names_give_what_is_missing(void **state)
{
    struct link_spec spec = {
        .columns = 3,
        .column = {{"g", LINK_GIVEN_NAME}, {"f", LINK_FAMILY_NAME}, {"full", LINK_FULL_NAME}}};
    const char *cells[] = {"Frank", "Bright", "Frank Edward Bright", "", "", "Ann Mary Lee", "Li",
                           "Li",    "Li Li"};
    struct link_data *d = data_of(&spec, cells, 3);
    assert_true(str_is(link_data_text(d, 0, 2), "edward"));
    assert_true(str_is(link_data_text(d, 1, 0), "ann mary"));
    assert_true(str_is(link_data_text(d, 1, 1), "lee"));
    assert_true(str_is(link_data_text(d, 1, 2), ""));
    assert_true(str_is(link_data_text(d, 2, 2), ""));
    link_data_free(d);
}

/* ---- sorting ---- */

static void radix_sorts_stably(void **state)
{
    enum { N = 5000 };
    static struct radix_item a[N], b[N], c[N];
    struct rng rng = rng_stream(1, 1);
    for (int variant = 0; variant < 3; variant++) {
        for (uint32_t k = 0; k < N; k++) {
            uint64_t key = variant == 0   ? rng_u64(&rng)
                           : variant == 1 ? rng_below(&rng, 50)
                                          : rng_below(&rng, 4) << 31 | rng_below(&rng, 7);
            a[k] = c[k] = (struct radix_item){key, k};
        }
        struct radix_item *s = radix_sort(a, b, N);
        for (uint32_t k = 1; k < N; k++)
            assert_true(s[k - 1].key < s[k].key ||
                        (s[k - 1].key == s[k].key && s[k - 1].record < s[k].record));
        struct radix_item *h = radix_sort_hashes(c, s == a ? b : a, N);
        for (uint32_t k = 1; k < N; k++)
            assert_true(h[k - 1].key < h[k].key ||
                        (h[k - 1].key == h[k].key && h[k - 1].record < h[k].record));
    }
}

/* ---- clusters ---- */

static void clusters_by_average_weight(void **state)
{
    /* 0-1 and 2-3 are strong; 1-2 alone joins them: components would make one cluster of four,
     * the average (5 - 1 - 1 - 1) / 4 = 0.5 > 0 does too; with 1-2 = 2 it is -0.25: two. */
    struct cluster_options o = {0};
    uint32_t out[4];
    struct cluster_edge e[] = {{0, 1, 10}, {2, 3, 9}, {1, 2, 5}};
    cluster_component(4, e, 3, NULL, 0, &o, out);
    assert_int_equal(out[3], 0);
    e[2].bits = 2;
    cluster_component(4, e, 3, NULL, 0, &o, out);
    assert_int_equal(out[1], 0);
    assert_int_equal(out[2], 2);
    assert_int_equal(out[3], 2);
    /* a threshold of 3 bits: 0.5 is not enough */
    e[2].bits = 5;
    o.threshold_bits = 3;
    cluster_component(4, e, 3, NULL, 0, &o, out);
    assert_int_equal(out[2], 2);
}

static void constraints_hold(void **state)
{
    struct cluster_options o = {0};
    uint32_t out[3];
    struct cluster_edge e[] = {{0, 1, 10}, {1, 2, 8}, {0, 2, 7}};
    struct link_constraint cannot = {0, 2, false}, must = {0, 2, true};
    cluster_component(3, e, 3, &cannot, 1, &o, out);
    assert_int_equal(out[1], 0);
    assert_int_equal(out[2], 2);
    struct cluster_edge far[] = {{0, 1, 10}, {1, 2, -20}, {0, 2, -20}};
    cluster_component(3, far, 3, &must, 1, &o, out);
    assert_int_equal(out[2], 0);
    uint32_t source[] = {1, 2, 2};
    o.source = source;
    cluster_component(3, e, 3, NULL, 0, &o, out); /* one to one: 1 and 2 are of one source */
    assert_int_equal(out[1], 0);
    assert_int_equal(out[2], 2);
}

/* ---- training ---- */

/* Two independent yes/no columns whose pattern counts are exactly those of a known mixture: EM must
 * find it. With u known, m and the prior of a two-class mixture are identified by two columns
 * through the covariance: here they are recovered to three digits. */
static void em_finds_a_known_mixture(void **state)
{
    enum { COLUMNS = 4 };
    static const double m[COLUMNS] = {.9, .8, .95, .7}, u[COLUMNS] = {.02, .05, .01, .1};
    const double prior = .01, pairs = 1e9;
    struct link_spec spec = {.columns = COLUMNS};
    const char *cells[2 * COLUMNS];
    static const char *const names[] = {"a", "b", "c", "d"};
    for (int k = 0; k < COLUMNS; k++) {
        spec.column[k] = (struct link_column){names[k], LINK_SEX};
        cells[k] = "male";
        cells[COLUMNS + k] = "female";
    }
    struct link_data *d = data_of(&spec, cells, 2);
    struct training t = {.d = d, .threads = 1, .pairs_possible = pairs, .scale = 1.0};
    struct pattern_count count[1 << COLUMNS];
    for (int p = 0; p < 1 << COLUMNS; p++) {
        double pm = prior, pu = 1 - prior;
        count[p] = (struct pattern_count){.free = (1 << COLUMNS) - 1};
        for (int k = 0; k < COLUMNS; k++) {
            bool same = p >> k & 1;
            pm *= same ? m[k] : 1 - m[k];
            pu *= same ? u[k] : 1 - u[k];
            count[p].pattern |= (uint64_t)(same ? EQUAL_BAND : 2) << (4 * k);
        }
        count[p].count = (uint64_t)llround(pairs * (pm + pu));
    }
    t.count = count;
    t.counts = 1 << COLUMNS;
    struct link_model model = {.columns = COLUMNS};
    for (int k = 0; k < COLUMNS; k++) {
        t.random[k][1] = prior * m[k] + (1 - prior) * u[k];
        t.random[k][2] = 1 - t.random[k][1];
        t.band_share[k][0] = 1;
        t.band_random[k][0] = t.random[k][1];
        model.column[k].levels = 3;
        model.column[k].type = LINK_SEX;
    }
    em_fit(&t, &model);
    assert_true(fabs(model.prior - prior) < 1e-4);
    for (int k = 0; k < COLUMNS; k++) {
        assert_true(fabs(model.column[k].m[1] - m[k]) < 2e-3);
        assert_true(fabs(model.column[k].u[1] - u[k]) < 2e-4);
        assert_true(fabs(model.column[k].bits[1] - log2(m[k] / u[k])) < 0.02);
    }
    link_data_free(d);
}

/* ---- index and batch ---- */

enum { PEOPLE = 1500, CELLS = 5 };

static void made_record(struct rng *rng, uint32_t person, char cell[CELLS][24])
{
    static const char *const given[] = {"arben", "thi lan", "blessing", "mohammed", "ion",
                                        "maria", "selam",   "daniel",   "huong",    "li"};
    struct rng own = rng_stream(99, person);
    uint32_t family = (uint32_t)rng_below(&own, 300), y = 1960 + (uint32_t)rng_below(&own, 50),
             m = 1 + (uint32_t)rng_below(&own, 12), day = 1 + (uint32_t)rng_below(&own, 28);
    snprintf(cell[0], 24, "%s", given[rng_below(&own, 10)]);
    snprintf(cell[1], 24, "%c%c%cson%c", 'a' + family % 26, 'a' + family / 26 % 26,
             'a' + family % 7, 'a' + family % 11);
    snprintf(cell[2], 24, "%04u-%02u-%02u", y, m, day);
    snprintf(cell[3], 24, "town%u", (uint32_t)rng_below(&own, 40));
    snprintf(cell[4], 24, "07700%06u", (uint32_t)rng_below(&own, 900));
    if (rng_unit(rng) < .3)
        cell[1][rng_below(rng, 6)] = (char)('a' + rng_below(rng, 26));
    if (rng_unit(rng) < .2)
        cell[2][9] = (char)('0' + rng_below(rng, 9));
    if (rng_unit(rng) < .2)
        cell[4][0] = '\0';
    if (rng_unit(rng) < .2)
        cell[3][0] = '\0';
}

static const struct link_spec made_spec = {.columns = CELLS,
                                           .column = {{"given", LINK_GIVEN_NAME},
                                                      {"family", LINK_FAMILY_NAME},
                                                      {"dob", LINK_DATE},
                                                      {"town", LINK_PLACE},
                                                      {"phone", LINK_PHONE}},
                                           .mode = LINK_DEDUPE};

struct made {
    char id[12], cell[CELLS][24];
};

static struct made *make_people(void)
{
    struct made *p = malloc(PEOPLE * sizeof *p);
    struct rng rng = rng_stream(5, 5);
    for (uint32_t k = 0; k < PEOPLE; k++) {
        snprintf(p[k].id, sizeof p[k].id, "r%05u", (k * 7919u) % 99991u);
        made_record(&rng, k % (PEOPLE * 2 / 3), p[k].cell);
    }
    return p;
}

static void add_made(struct link_data *d, const struct made *p, uint32_t from, uint32_t to)
{
    for (uint32_t k = from; k < to; k++) {
        struct str cells[CELLS];
        for (int c = 0; c < CELLS; c++)
            cells[c] = str_of(p[k].cell[c]);
        link_data_add(d, str_of(p[k].id), str_of(""), cells);
    }
}

static struct link_model *trained(const struct made *p)
{
    struct err e = {0};
    struct link_model *m = NULL;
    struct link_result r;
    struct link_data *d = link_data_new(&made_spec);
    add_made(d, p, 0, PEOPLE);
    assert_int_equal(link_data_finish(d, 1, &e), ST_OK);
    struct link_options o = {.threads = 1, .keep_bits = INFINITY};
    assert_int_equal(link_run(d, &o, &m, &r, &e), ST_OK);
    assert_true(r.clusters < PEOPLE);
    link_result_free(&r);
    link_data_free(d);
    json_t *doc = link_model_to_json(m); /* through the file, as a register would */
    link_model_free(m);
    assert_int_equal(link_model_from_json(doc, "model", &m, &e), ST_OK);
    json_decref(doc);
    return m;
}

static void index_equals_batch(void **state)
{
    struct err e = {0};
    struct made *p = make_people();
    struct link_index *x;
    struct link_index_options io = {0};
    struct link_data *d = link_data_new(&made_spec);
    add_made(d, p, 0, PEOPLE / 3);
    assert_int_equal(link_data_finish(d, 1, &e), ST_OK);
    assert_int_equal(link_index_new(d, trained(p), &io, &x, &e), ST_OK);
    for (uint32_t k = PEOPLE; k-- > PEOPLE / 3;) { /* in another order, too */
        struct str cells[CELLS];
        uint32_t record;
        for (int c = 0; c < CELLS; c++)
            cells[c] = str_of(p[k].cell[c]);
        assert_int_equal(link_index_insert(x, str_of(p[k].id), str_of(""), cells, &record, &e),
                         ST_OK);
        assert_int_equal(link_index_insert(x, str_of(p[k].id), str_of(""), cells, &record, &e),
                         ST_DATA);
    }
    uint32_t pair[2];
    assert_true(link_index_find(x, str_of(p[0].id), &pair[0]));
    assert_true(link_index_find(x, str_of(p[PEOPLE * 2 / 3].id), &pair[1]));
    struct link_constraint apart = {pair[0], pair[1], false};
    link_index_constrain(x, &apart, 1);

    struct link_spec spec = made_spec;
    spec.rules = link_index_rules(x, spec.rule);
    struct link_data *all = link_data_new(&spec);
    add_made(all, p, 0, PEOPLE);
    assert_int_equal(link_data_finish(all, 1, &e), ST_OK);
    uint32_t a, b;
    assert_true(link_data_find(all, str_of(p[0].id), &a));
    assert_true(link_data_find(all, str_of(p[PEOPLE * 2 / 3].id), &b));
    struct link_constraint c = {a, b, false};
    struct link_options o = {
        .threads = 2, .keep_bits = INFINITY, .constraint = &c, .constraints = 1};
    struct link_model *m = trained(p);
    struct link_result r;
    assert_int_equal(link_run(all, &o, &m, &r, &e), ST_OK);
    uint32_t joined = 0;
    for (uint32_t k = 0; k < PEOPLE; k++) {
        uint32_t record, rank;
        assert_true(link_index_find(x, str_of(p[k].id), &record));
        assert_true(link_data_find(all, str_of(p[k].id), &rank));
        struct str live = link_index_id(x, link_index_cluster(x, record)),
                   batch = link_data_id(all, r.cluster[rank]);
        assert_true(str_eq(live, batch));
        joined += r.cluster[rank] != rank;
        uint32_t member[PEOPLE];
        size_t n = link_index_members(x, record, member, PEOPLE), same = 0;
        for (uint32_t i = 0; i < PEOPLE; i++)
            same += r.cluster[i] == r.cluster[rank];
        assert_int_equal(n, same);
    }
    assert_true(joined > PEOPLE / 5);
    assert_int_not_equal(link_index_cluster(x, pair[0]), link_index_cluster(x, pair[1]));
    link_result_free(&r);
    link_model_free(m);
    link_data_free(all);
    link_index_free(x);
    free(p);
}

/* ---- frozen: parts, whole and index ---- */

static struct link_data *data_in(const struct made *p, const bool *in)
{
    struct err e = {0};
    struct link_data *d = link_data_new(&made_spec);
    for (uint32_t k = 0; k < PEOPLE; k++)
        if (in[k])
            add_made(d, p, k, k + 1);
    assert_int_equal(link_data_finish(d, 1, &e), ST_OK);
    return d;
}

/* The model and the frozen part of the first `n` records, the latter through its bytes. */
static void train_frozen(const struct made *p, uint32_t n, struct link_model **m,
                         struct link_frozen **f)
{
    struct err e = {0};
    struct link_result r;
    struct buf bytes = BUF_EMPTY;
    struct link_data *d = link_data_new(&made_spec);
    struct link_options o = {.threads = 1, .train_only = true};
    *m = NULL;
    add_made(d, p, 0, n);
    assert_int_equal(link_data_finish(d, 1, &e), ST_OK);
    assert_int_equal(link_run(d, &o, m, &r, &e), ST_OK);
    link_frozen_write(r.frozen, &bytes);
    assert_int_equal(link_frozen_read(buf_str(&bytes), f, &e), ST_OK);
    assert_true(link_frozen_fits(*f, *m));
    for (size_t cut = 0; cut < bytes.n; cut += 1 + bytes.n / 300) {
        struct link_frozen *none;
        assert_int_equal(link_frozen_read((struct str){bytes.p, cut}, &none, &e), ST_DATA);
        assert_null(none);
    }
    buf_free(&bytes);
    link_result_free(&r);
    link_data_free(d);
}

static struct link_result run_frozen(struct link_data *d, struct link_model *m,
                                     const struct link_frozen *f, const struct link_constraint *c,
                                     size_t n)
{
    struct err e = {0};
    struct link_result r;
    struct link_options o = {.threads = 2,
                             .threshold_bits = 2.0,
                             .keep_bits = 0.0,
                             .frozen = f,
                             .constraint = c,
                             .constraints = n};
    assert_int_equal(link_run(d, &o, &m, &r, &e), ST_OK);
    return r;
}

/* On the records that it was made of, frozen is what link_run does anyway. */
static void frozen_is_what_it_was_made_of(void **state)
{
    (void)state;
    struct err e = {0};
    struct made *p = make_people();
    struct link_model *m = NULL;
    struct link_frozen *f;
    struct link_result own, frozen;
    bool in[PEOPLE];
    memset(in, true, sizeof in);
    train_frozen(p, PEOPLE, &m, &f);
    struct link_data *d = data_in(p, in);
    struct link_options o = {
        .threads = 2, .threshold_bits = 2.0, .keep_bits = 0.0, .own_frequencies = true};
    assert_int_equal(link_run(d, &o, &m, &own, &e), ST_OK);
    frozen = run_frozen(d, m, f, NULL, 0);
    assert_int_equal(own.pairs, frozen.pairs);
    assert_true(own.pairs > PEOPLE / 5);
    for (size_t i = 0; i < own.pairs; i++) {
        assert_int_equal(own.pair[i].a, frozen.pair[i].a);
        assert_int_equal(own.pair[i].b, frozen.pair[i].b);
        assert_true(own.pair[i].bits == frozen.pair[i].bits);
    }
    assert_memory_equal(own.cluster, frozen.cluster, PEOPLE * sizeof *own.cluster);
    link_result_free(&own);
    link_result_free(&frozen);
    link_data_free(d);
    link_model_free(m);
    link_frozen_free(f);
    free(p);
}

/* Any whole components alone come out as they do among all, with decisions. */
static void parts_equal_whole(void **state)
{
    (void)state;
    struct made *p = make_people();
    struct link_model *m;
    struct link_frozen *f;
    bool in[PEOPLE];
    memset(in, true, sizeof in);
    train_frozen(p, PEOPLE / 2, &m, &f);
    struct link_data *all = data_in(p, in);
    struct link_constraint c[40], there[40];
    struct rng rng = rng_stream(77, 1);
    uint32_t parent[PEOPLE], tried = 0;
    for (uint32_t k = 0; k < PEOPLE; k++)
        parent[k] = k;
    for (int i = 0; i < 40; i++) {
        c[i] = (struct link_constraint){(uint32_t)rng_below(&rng, PEOPLE / 2),
                                        PEOPLE / 2 + (uint32_t)rng_below(&rng, PEOPLE / 2), true};
        if (i % 2) /* apart: records that may well be together */
            c[i] = (struct link_constraint){c[i].a, c[i].a + 1 + c[i].a % 3, false};
    }
    for (int i = 0; i < 40; i += 2)
        unite(parent, c[i].a, c[i].b);
    for (int i = 1; i < 40; i += 2)
        if (find_root(parent, c[i].a) == find_root(parent, c[i].b))
            c[i] = c[1];
    struct link_result whole = run_frozen(all, m, f, c, 40);
    for (size_t i = 0; i < whole.pairs; i++)
        if (whole.pair[i].bits > 2.0f)
            unite(parent, whole.pair[i].a, whole.pair[i].b);
    for (int part = 0; part < 60; part++) {
        uint32_t n = 0, number[PEOPLE];
        size_t inside = 0;
        for (uint32_t k = 0; k < PEOPLE; k++)
            in[k] = false;
        /* data_in takes people in the order made; ranks follow ids */
        for (uint32_t k = 0; k < PEOPLE; k++) {
            uint32_t rank;
            assert_true(link_data_find(all, str_of(p[k].id), &rank));
            in[k] = (find_root(parent, rank) * 2654435761u >> 8) % 60 == (uint32_t)part;
            n += in[k];
        }
        if (n < 2)
            continue;
        struct link_data *d = data_in(p, in);
        for (uint32_t k = 0; k < PEOPLE; k++)
            number[k] = UINT32_MAX;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t rank;
            assert_true(link_data_find(all, link_data_id(d, k), &rank));
            number[rank] = k;
        }
        for (int i = 0; i < 40; i++)
            if (number[c[i].a] != UINT32_MAX && number[c[i].b] != UINT32_MAX)
                there[inside++] =
                    (struct link_constraint){number[c[i].a], number[c[i].b], c[i].same};
        struct link_result r = run_frozen(d, m, f, there, inside);
        for (uint32_t rank = 0; rank < PEOPLE; rank++) {
            if (number[rank] == UINT32_MAX)
                continue;
            struct str x = link_data_id(d, r.cluster[number[rank]]),
                       y = link_data_id(all, whole.cluster[rank]);
            assert_true(str_eq(x, y));
            tried++;
        }
        link_result_free(&r);
        link_data_free(d);
    }
    assert_true(tried > PEOPLE / 2);
    link_result_free(&whole);
    link_data_free(all);
    link_model_free(m);
    link_frozen_free(f);
    free(p);
}

/* A pair that reaches the line given to score_pair weighs what it weighs without one. */
static void the_line_changes_no_weight(void **state)
{
    (void)state;
    struct made *p = make_people();
    struct link_model *m = NULL;
    struct link_frozen *f;
    struct scorer scorer;
    bool in[PEOPLE];
    uint32_t over = 0;
    memset(in, true, sizeof in);
    train_frozen(p, PEOPLE, &m, &f);
    struct link_data *d = data_in(p, in);
    struct link_result r = run_frozen(d, m, f, NULL, 0);
    scorer_new(&scorer, d, m);
    for (uint32_t a = 0; a < PEOPLE; a++)
        for (uint32_t b = a + 1; b < PEOPLE; b++) {
            uint64_t pattern;
            float all = score_pair(&scorer, data_row(d, a), data_row(d, b), -1e30f, &pattern);
            if (all < -4.0f)
                continue;
            for (float below = 0.0f; below < 4.0f; below += 0.25f, over++)
                assert_true(score_pair(&scorer, data_row(d, a), data_row(d, b), all - below,
                                       &pattern) == all);
        }
    assert_true(over > PEOPLE);
    link_result_free(&r);
    link_data_free(d);
    link_model_free(m);
    link_frozen_free(f);
    free(p);
}

static void frozen_index_equals_batch(void **state)
{
    (void)state;
    struct err e = {0};
    struct made *p = make_people();
    struct link_model *m, *again;
    struct link_frozen *f, *same;
    struct link_index *x;
    bool in[PEOPLE];
    for (uint32_t k = 0; k < PEOPLE; k++)
        in[k] = k % 3 == 0;
    train_frozen(p, PEOPLE / 2, &m, &f);
    train_frozen(p, PEOPLE / 2, &again, &same);
    struct link_index_options io = {.threshold_bits = 2.0, .frozen = f};
    assert_int_equal(link_index_new(data_in(p, in), m, &io, &x, &e), ST_OK);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        uint32_t k = (i * 907u) % PEOPLE, record; /* in any order */
        struct str cells[CELLS];
        for (int c = 0; c < CELLS; c++)
            cells[c] = str_of(p[k].cell[c]);
        if (!in[k])
            assert_int_equal(link_index_insert(x, str_of(p[k].id), str_of(""), cells, &record, &e),
                             ST_OK);
        in[k] = true;
    }
    struct link_data *all = data_in(p, in);
    struct link_result r = run_frozen(all, again, same, NULL, 0);
    for (uint32_t k = 0; k < PEOPLE; k++) {
        uint32_t record, rank;
        assert_true(link_index_find(x, str_of(p[k].id), &record));
        assert_true(link_data_find(all, str_of(p[k].id), &rank));
        assert_true(str_eq(link_index_id(x, link_index_cluster(x, record)),
                           link_data_id(all, r.cluster[rank])));
    }
    for (size_t i = 0; i < r.pairs && i < 500; i++) { /* a look-up weighs as linking does */
        uint32_t k = 0, other;
        struct str cells[CELLS];
        while (!str_eq(str_of(p[k].id), link_data_id(all, r.pair[i].a)))
            k++;
        for (int c = 0; c < CELLS; c++)
            cells[c] = str_of(p[k].cell[c]);
        assert_true(link_index_find(x, link_data_id(all, r.pair[i].b), &other));
        assert_true(link_index_score(x, cells, other).bits == r.pair[i].bits);
    }
    link_result_free(&r);
    link_data_free(all);
    link_index_free(x);
    link_model_free(again);
    link_frozen_free(f);
    link_frozen_free(same);
    free(p);
}

static void lookup_finds_altered_people(void **state)
{
    struct err e = {0};
    struct made *p = make_people();
    struct link_index *x;
    struct link_index_options io = {0};
    struct link_data *d = link_data_new(&made_spec);
    add_made(d, p, 0, PEOPLE);
    assert_int_equal(link_data_finish(d, 1, &e), ST_OK);
    assert_int_equal(link_index_new(d, trained(p), &io, &x, &e), ST_OK);
    uint32_t first = 0, tried = 0, before = link_index_records(x);
    for (uint32_t k = 0; k < 200; k++) {
        struct made q = p[k];
        struct link_candidate best[5];
        struct str cells[CELLS];
        if (!q.cell[4][0])
            continue;
        q.cell[1][2] = 'q'; /* a name that the index has never met */
        for (int c = 0; c < CELLS; c++)
            cells[c] = str_of(q.cell[c]);
        size_t n = link_index_lookup(x, cells, str_of(""), best, 5);
        assert_true(n >= 1 && n <= 5);
        for (size_t i = 1; i < n; i++)
            assert_true(best[i - 1].bits >= best[i].bits);
        uint32_t own;
        assert_true(link_index_find(x, str_of(q.id), &own));
        tried++;
        first += best[0].record == own ||
                 link_index_cluster(x, best[0].record) == link_index_cluster(x, own);
    }
    assert_true(first >= tried * 98 / 100);
    assert_int_equal(link_index_records(x), before);
    link_index_free(x);
    free(p);
}

static void contradicting_decisions_are_refused(void **state)
{
    struct err e = {0};
    struct made *p = make_people();
    struct link_data *d = link_data_new(&made_spec);
    add_made(d, p, 0, 50);
    assert_int_equal(link_data_finish(d, 1, &e), ST_OK);
    struct link_constraint c[] = {{1, 2, true}, {2, 3, true}, {3, 1, false}};
    struct link_options o = {
        .threads = 1, .keep_bits = INFINITY, .constraint = c, .constraints = 3};
    struct link_model *m = NULL;
    struct link_result r;
    assert_int_equal(link_run(d, &o, &m, &r, &e), ST_DATA);
    o.constraints = 2;
    assert_int_equal(link_run(d, &o, &m, &r, &e), ST_OK);
    assert_int_equal(r.cluster[3], r.cluster[1]);
    link_result_free(&r);
    link_model_free(m);
    link_data_free(d);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(date_forms_are_decided_by_the_column),
        cmocka_unit_test(levels_of_dates),
        cmocka_unit_test(disputed_ages_are_neutral),
        cmocka_unit_test(calendars_meet),
        cmocka_unit_test(levels_of_other_types),
        cmocka_unit_test(swapped_names_are_one_level),
        cmocka_unit_test(levels_of_names),
        cmocka_unit_test(words_are_found_in_the_other_column),
        cmocka_unit_test(full_names_give_what_is_missing),
        cmocka_unit_test(radix_sorts_stably),
        cmocka_unit_test(clusters_by_average_weight),
        cmocka_unit_test(constraints_hold),
        cmocka_unit_test(em_finds_a_known_mixture),
        cmocka_unit_test(index_equals_batch),
        cmocka_unit_test(frozen_is_what_it_was_made_of),
        cmocka_unit_test(parts_equal_whole),
        cmocka_unit_test(the_line_changes_no_weight),
        cmocka_unit_test(frozen_index_equals_batch),
        cmocka_unit_test(lookup_finds_altered_people),
        cmocka_unit_test(contradicting_decisions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
