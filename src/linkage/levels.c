#include "linkage/levels.h"

#include "linkage/calendar.h"
#include "linkage/names.h"
#include "linkage/own.h"

#include <pthread.h>
#include <stdlib.h>

/* ---- the levels of each type ---- */

#define NAME_LEVELS                                                                                \
    {                                                                                              \
        .levels = 8,                                                                               \
        .words = {"missing",                                                                       \
                  "the same",                                                                      \
                  "one letter or so apart, or the same sound",                                     \
                  "some letters apart, one within the other, or a usual short form",               \
                  "a distant likeness, or an initial that fits",                                   \
                  "given and family name change places, or one's words are the other's",           \
                  "given and family name change places, one is missing",                           \
                  "different"},                                                                    \
        .m = {0, .78, .08, .04, .03, .02, .01, .04},                                               \
    }
#define TEXT_LEVELS                                                                                \
    {                                                                                              \
        .levels = 5,                                                                               \
        .words = {"missing", "the same", "nearly the same", "some words in common", "different"},  \
        .m = {0, .72, .10, .06, .12},                                                              \
    }

static const char close_date[] = "a digit wrong, digits or day and month swapped, another "
                                 "calendar, or the other of two disputed dates";

static const struct level_set sets[LINK_TYPES] = {
    [LINK_GIVEN_NAME] = NAME_LEVELS,
    [LINK_FAMILY_NAME] = NAME_LEVELS,
    [LINK_FULL_NAME] = NAME_LEVELS,
    [LINK_DATE] = {.levels = 7,
                   .words = {"missing", "the same day", close_date,
                             "two of day, month and year the same, or as far as they are known",
                             "the same year", "within about a year", "different",
                             "different, but an age is disputed"},
                   .m = {0, .82, .06, .04, .02, .02, .04}},
    [LINK_YEAR] = {.levels = 5,
                   .words = {"missing", "the same year", "one year apart", "one digit wrong",
                             "different"},
                   .m = {0, .85, .05, .05, .05}},
    [LINK_SEX] = {.levels = 3, .words = {"missing", "the same", "different"}, .m = {0, .97, .03}},
    [LINK_NATIONALITY] = {.levels = 4,
                          .words = {"missing", "the same", "nearly the same word", "different"},
                          .m = {0, .93, .02, .05}},
    [LINK_COUNTRY] = {.levels = 4,
                      .words = {"missing", "the same", "nearly the same word", "different"},
                      .m = {0, .90, .02, .08}},
    [LINK_PLACE] = TEXT_LEVELS,
    [LINK_POSTCODE] = {.levels = 5,
                       .words = {"missing", "the same", "one character wrong, or two swapped",
                                 "the same area", "different"},
                       .m = {0, .68, .08, .06, .18}},
    [LINK_ADDRESS] = {.levels = 6,
                      .words = {"missing", "the same", "nearly the same", "some words in common",
                                "found in another address column", "different"},
                      .m = {0, .62, .14, .06, .04, .14}},
    [LINK_PHONE] = {.levels = 4,
                    .words = {"missing", "the same", "one digit wrong, or two swapped",
                              "different"},
                    .m = {0, .70, .05, .25}},
    [LINK_EMAIL] = {.levels = 5,
                    .words = {"missing", "the same", "nearly the same", "some likeness",
                              "different"},
                    .m = {0, .72, .10, .05, .13}},
    [LINK_IDENTIFIER] = {.levels = 5,
                         .words = {"missing", "the same", "one character wrong, or two swapped",
                                   "two characters wrong", "different"},
                         .m = {0, .86, .06, .02, .06}},
    [LINK_CODE] = {.levels = 4,
                   .words = {"missing", "the same", "one character wrong", "different"},
                   .m = {0, .85, .04, .11}},
    [LINK_TEXT] = TEXT_LEVELS,
    [LINK_AS_WRITTEN] = {.levels = 3,
                         .words = {"missing", "the same", "different"},
                         .m = {0, .85, .15}},
    [LINK_DATE_DISPUTE] = {.levels = 1, .words = {"missing"}},
};

const struct level_set *level_set_of(enum link_type t)
{
    return &sets[t];
}

bool type_is_shared(enum link_type t)
{
    return t == LINK_FAMILY_NAME || t == LINK_ADDRESS || t == LINK_POSTCODE || t == LINK_PLACE ||
           t == LINK_PHONE || t == LINK_NATIONALITY || t == LINK_COUNTRY;
}

bool type_is_personal(enum link_type t)
{
    return t == LINK_GIVEN_NAME || t == LINK_FULL_NAME || t == LINK_DATE || t == LINK_YEAR ||
           t == LINK_SEX || t == LINK_IDENTIFIER || t == LINK_EMAIL;
}

/* ---- comparers ---- */

static struct jw_rule text_rule, email_rule;

static void init_rules(void)
{
    static const uint16_t text[] = {880}, email[] = {950, 860};
    names_init();
    jw_rule_init(&text_rule, text, 1);
    jw_rule_init(&email_rule, email, 2);
}

void levels_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_rules);
}

static int words_in_common(const struct words *a, const struct words *b)
{
    int common = 0;
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            if (a->word[i] == b->word[k]) {
                common++;
                break;
            }
    return common;
}

static bool is_first_of_january(uint32_t p)
{
    return packed_month(p) == 1 && packed_day(p) == 1;
}

static int dates_level(const struct value *a, const struct value *b)
{
    uint32_t p = a->extra, q = b->extra;
    int y = packed_year(p) - packed_year(q), m1 = packed_month(p), m2 = packed_month(q),
        d1 = packed_day(p), d2 = packed_day(q);
    if (!d1 || !d2) { /* partial: as far as both are known */
        if (y == 0)
            return m1 && m2 ? (m1 == m2 ? DATE_TWO_OF_THREE : DATE_ABOUT_A_YEAR) : DATE_SAME_YEAR;
        return abs(y) == 1 ? DATE_ABOUT_A_YEAR : DATE_DIFFERENT;
    }
    if (y == 0 && m1 == d2 && m2 == d1)
        return DATE_NEAR;
    if (osa_distance(&a->key, &b->key, 1) <= 1)
        return DATE_NEAR;
    if ((y == 0) + (m1 == m2) + (d1 == d2) >= 2)
        return DATE_TWO_OF_THREE;
    if (y == 0)
        return is_first_of_january(p) || is_first_of_january(q) ? DATE_TWO_OF_THREE
                                                                : DATE_SAME_YEAR;
    if (abs(y) > 1)
        return DATE_DIFFERENT;
    if (is_first_of_january(p) || is_first_of_january(q))
        return DATE_ABOUT_A_YEAR;
    int days = y * 365 + (m1 - m2) * 30 + d1 - d2;
    return abs(days) <= 370 ? DATE_ABOUT_A_YEAR : DATE_DIFFERENT;
}

static int text_level(const struct column *c, uint32_t a, uint32_t b)
{
    const struct words *p = &c->words[a], *q = &c->words[b];
    if (p->joined == q->joined || p->sorted == q->sorted ||
        jw_level(&text_rule, &c->value[a].key, &c->value[b].key) == 0)
        return 2;
    return words_in_common(p, q) ? 3 : 4;
}

static int address_level(const struct column *c, uint32_t a, uint32_t b)
{
    int level = text_level(c, a, b);
    return level == 4 ? ADDRESS_ELSEWHERE + 1 : level;
}

static int postcode_level(const struct column *c, uint32_t a, uint32_t b)
{
    const struct cmp_key *x = &c->value[a].key, *y = &c->value[b].key;
    if (osa_distance(x, y, 1) <= 1)
        return 2;
    /* the inward part of a British postcode is its last three characters; elsewhere half */
    int n = x->n, area = n >= 5 && n <= 7 && x->c[0] >= 'a' ? n - 3 : n / 2;
    return x->n == y->n && area > 0 && memcmp(x->c, y->c, (size_t)area) == 0 ? 3 : 4;
}

static int edit_level(const struct column *c, uint32_t a, uint32_t b, int most)
{
    const struct cmp_key *x = &c->value[a].key, *y = &c->value[b].key;
    int shorter = x->n < y->n ? x->n : y->n;
    if (shorter < 3)
        return most + 2;
    int distance = osa_distance(x, y, most);
    return distance == 0 ? 2 : distance + 1; /* 0: alike in the first 32 bytes */
}

static int year_level(const struct column *c, uint32_t a, uint32_t b)
{
    int x = (int)c->value[a].extra, y = (int)c->value[b].extra;
    if (abs(x - y) == 1)
        return 2;
    return osa_distance(&c->value[a].key, &c->value[b].key, 1) <= 1 ? 3 : 4;
}

int level_of_values(const struct column *c, uint32_t a, uint32_t b)
{
    switch (c->type) {
    case LINK_GIVEN_NAME:
    case LINK_FAMILY_NAME:
    case LINK_FULL_NAME:
        return level_of_names(c, a, b);
    case LINK_DATE:
        return dates_level(&c->value[a], &c->value[b]);
    case LINK_YEAR:
        return year_level(c, a, b);
    case LINK_SEX:
        return 2;
    case LINK_NATIONALITY:
    case LINK_COUNTRY:
        return jw_level(&text_rule, &c->value[a].key, &c->value[b].key) == 0 ? 2 : 3;
    case LINK_PLACE:
    case LINK_TEXT:
        return text_level(c, a, b);
    case LINK_ADDRESS:
        return address_level(c, a, b);
    case LINK_POSTCODE:
        return postcode_level(c, a, b);
    case LINK_PHONE:
    case LINK_CODE:
        return edit_level(c, a, b, 1);
    case LINK_EMAIL:
        return 2 + jw_level(&email_rule, &c->value[a].key, &c->value[b].key);
    case LINK_IDENTIFIER:
        return edit_level(c, a, b, 2);
    case LINK_AS_WRITTEN:
        return c->own ? own_level(c->own, a, b) : 2;
    case LINK_DATE_DISPUTE:
    case LINK_TYPES:
        break;
    }
    BUG("no levels for column type %d", (int)c->type);
}

/* ---- across columns ---- */

static int address_level_across(const struct link_data *d, const uint32_t *a, const uint32_t *b,
                                int column)
{
    for (int k = 0; k < d->columns; k++) {
        if (k == column || d->column[k].type != LINK_ADDRESS)
            continue;
        const struct words *here = d->column[column].words, *there = d->column[k].words;
        if ((a[k] && there[a[k]].joined == here[b[column]].joined) ||
            (b[k] && there[b[k]].joined == here[a[column]].joined))
            return ADDRESS_ELSEWHERE;
    }
    return ADDRESS_ELSEWHERE + 1;
}

static bool is_ethiopian(const struct link_data *d, const uint32_t *row)
{
    for (int k = 0; k < d->columns; k++)
        if ((d->column[k].type == LINK_NATIONALITY || d->column[k].type == LINK_COUNTRY) &&
            d->column[k].value[row[k]].extra == NATION_ETHIOPIAN_CALENDAR)
            return true;
    return false;
}

/* Dates that differ may be one day in two calendars. */
static int date_level_across_calendars(const struct link_data *d, const uint32_t *a,
                                       const uint32_t *b, int k)
{
    const struct column *c = &d->column[k];
    uint32_t p = c->value[a[k]].extra, q = c->value[b[k]].extra;
    int years = abs(packed_year(p) - packed_year(q));
    bool near = years == 7 || years == 8;
    if (years < 7 || (!near && years < 500))
        return DATE_DIFFERENT;
    switch (calendar_compare(p, q, near && (is_ethiopian(d, a) || is_ethiopian(d, b)))) {
    case CALENDAR_DAY:
        return DATE_NEAR;
    case CALENDAR_YEAR:
        return DATE_ABOUT_A_YEAR;
    case CALENDAR_NONE:
        break;
    }
    return DATE_DIFFERENT;
}

/* Where an age is disputed a record may have two dates, stated and assessed: any of one that fits
 * any of the other is good evidence, and none is evidence of nothing. */
static int date_level_disputed(const struct link_data *d, const uint32_t *a, const uint32_t *b,
                               int k)
{
    const struct value *date = d->column[k].value, *other = d->column[k + 1].value;
    const struct value *x[2] = {&date[a[k]], &other[a[k + 1]]},
                       *y[2] = {&date[b[k]], &other[b[k + 1]]};
    int best = DATE_DISPUTED;
    for (int i = 0; i < 2; i++)
        for (int j = i ? 0 : 1; j < 2; j++) {
            if (!x[i]->extra || !y[j]->extra)
                continue;
            int level = x[i]->extra == y[j]->extra ? DATE_NEAR : dates_level(x[i], y[j]);
            if (level <= DATE_TWO_OF_THREE && level < best)
                best = level;
        }
    return best;
}

static int date_level_across(const struct link_data *d, const uint32_t *a, const uint32_t *b, int k,
                             int level)
{
    if (level == DATE_DIFFERENT)
        level = date_level_across_calendars(d, a, b, k);
    bool may_dispute = k + 1 < d->columns && d->column[k + 1].type == LINK_DATE_DISPUTE;
    if (level > DATE_TWO_OF_THREE && may_dispute && (a[k + 1] || b[k + 1]))
        return date_level_disputed(d, a, b, k);
    return level;
}

int level_of_pair(const struct link_data *d, const uint32_t *a, const uint32_t *b, int k)
{
    const struct column *c = &d->column[k];
    int level = level_of_values(c, a[k], b[k]);
    if (c->type == LINK_ADDRESS && level == ADDRESS_ELSEWHERE + 1)
        return address_level_across(d, a, b, k);
    if (c->type == LINK_DATE && level > DATE_TWO_OF_THREE)
        return date_level_across(d, a, b, k, level);
    return level;
}

uint64_t pattern_of(const struct link_data *d, const uint32_t *a, const uint32_t *b)
{
    uint64_t pattern = 0;
    for (int k = 0; k < d->columns; k++) {
        if (!a[k] || !b[k] || d->column[k].unused)
            continue;
        int level = a[k] == b[k] ? column_same(&d->column[k], a[k]) : level_of_pair(d, a, b, k);
        pattern |= (uint64_t)level << (4 * k);
    }
    if (d->given >= 0) {
        int given = pattern_level(pattern, d->given), family = pattern_level(pattern, d->family);
        int g = given, f = family;
        levels_across_names(d, a, b, &g, &f);
        if (g != given)
            pattern = pattern_with(pattern_with(pattern, d->given, g), d->family, f);
    }
    return pattern;
}
