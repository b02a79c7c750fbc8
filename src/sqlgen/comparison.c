#include "linkage/own.h"
#include "sqlgen/parts.h"

/* The levels as linkage/levels.c gives them, said in SQL over the forms a and b of two records and
 * the evidence e: similarities and distances, each computed once. A level that is new there is
 * refused here until it is said here too. */
_Static_assert(LEVELS_VERSION == 1, "say the changed levels in SQL, then name their version here");

enum { NAME_SAME_WORDS = 920, NAME_ALIKE = 850, NAME_DISTANT = 720, TEXT_NEAR = 880 };
enum { EMAIL_NEAR = 950, EMAIL_ALIKE = 860 };

static const int levels_known[LINK_TYPES] = {
    [LINK_GIVEN_NAME] = 8, [LINK_FAMILY_NAME] = 8, [LINK_FULL_NAME] = 8,   [LINK_DATE] = 7,
    [LINK_YEAR] = 5,       [LINK_SEX] = 3,         [LINK_NATIONALITY] = 4, [LINK_COUNTRY] = 4,
    [LINK_PLACE] = 5,      [LINK_POSTCODE] = 5,    [LINK_ADDRESS] = 6,     [LINK_PHONE] = 4,
    [LINK_EMAIL] = 5,      [LINK_IDENTIFIER] = 5,  [LINK_CODE] = 4,        [LINK_TEXT] = 5,
    [LINK_AS_WRITTEN] = 3,
};

enum status sql_check_levels(const struct sql *g, struct err *e)
{
    for (int k = 0; k < g->d->columns; k++) {
        const struct column *c = &g->d->column[k];
        const struct own_levels *own = c->own ? c->own->levels : g->m->column[k].own;
        int has = level_set_of(c->type)->levels, known = levels_known[c->type];
        if (c->unused || (!own && has == known))
            continue;
        if (own)
            err_set(e, ST_DATA,
                    "column \"%.60s\": level 1 (%.100s) is one of your own, which link compile "
                    "cannot say in SQL",
                    c->name, own->when[1] ? own->when[1] : "");
        else
            err_set(e, ST_DATA, "column \"%.60s\": level %d of type %s cannot be said in SQL",
                    c->name, known, link_type_name(c->type));
        return err_hint(e, "Leave the column out of the comparison, or link with study link.");
    }
    return ST_OK;
}

/* ---- evidence ---- */

static int edits_allowed(enum link_type t)
{
    return t == LINK_IDENTIFIER ? 2 : 1;
}

/* Do the names of column i of a and column k of b have a word, or the sound of one, in common? */
static const char *share_a_word(struct sql *g, int i, int k)
{
    return SQL(g, "(%s > 0 OR %s > 0)", CALL(g, "common", SQL(g, "a.w%d", i), SQL(g, "b.w%d", k)),
               CALL(g, "common", SQL(g, "a.g%d", i), SQL(g, "b.g%d", k)));
}

/* A similarity jk or a distance ok of two different values; NULL where the type needs none. */
static const char *evidence_of(struct sql *g, int k, enum link_type t)
{
    const char *x = SQL(g, "a.k%d", k), *y = SQL(g, "b.k%d", k);
    const char *differ = SQL(g, "a.v%d <> b.v%d", k, k);
    switch (t) {
    case LINK_GIVEN_NAME:
    case LINK_FAMILY_NAME:
    case LINK_FULL_NAME:
        return SQL(g,
                   "CASE WHEN %s THEN %s END AS j%d,\n    CASE WHEN %s AND (a.n%d > 1 OR b.n%d > 1)"
                   " AND a.s%d <> b.s%d AND a.t%d <> b.t%d AND (a.c%d IS NULL OR b.c%d IS NULL OR"
                   " a.c%d <> b.c%d) AND %s THEN %s END AS m%d",
                   differ, CALL(g, "jw", x, y), k, differ, k, k, k, k, k, k, k, k, k, k,
                   share_a_word(g, k, k),
                   CALL(g, "bags_meet", SQL(g, "a.b%d", k), SQL(g, "b.b%d", k)), k);
    case LINK_NATIONALITY:
    case LINK_COUNTRY:
    case LINK_EMAIL:
        return SQL(g, "CASE WHEN %s THEN %s END AS j%d", differ, CALL(g, "jw", x, y), k);
    case LINK_PLACE:
    case LINK_ADDRESS:
    case LINK_TEXT:
        return SQL(g, "CASE WHEN %s AND a.t%d <> b.t%d AND a.s%d <> b.s%d THEN %s END AS j%d",
                   differ, k, k, k, k, CALL(g, "jw", x, y), k);
    case LINK_DATE:
        return SQL(g, "CASE WHEN %s AND a.d%d > 0 AND b.d%d > 0 THEN %s END AS o%d", differ, k, k,
                   CALL(g, "osa", x, y, "1"), k);
    case LINK_YEAR:
    case LINK_POSTCODE:
        return SQL(g, "CASE WHEN %s THEN %s END AS o%d", differ, CALL(g, "osa", x, y, "1"), k);
    case LINK_PHONE:
    case LINK_CODE:
    case LINK_IDENTIFIER:
        return SQL(g, "CASE WHEN %s AND length(%s) > 2 AND length(%s) > 2 THEN %s END AS o%d",
                   differ, x, y, CALL(g, "osa", x, y, edits_allowed(t) == 2 ? "2" : "1"), k);
    case LINK_SEX:
    case LINK_AS_WRITTEN:
    case LINK_DATE_DISPUTE:
    case LINK_TYPES:
        break;
    }
    return NULL;
}

/* Pairs that the mode allows; a file without sources is one source. */
static void add_mode(struct sql *g)
{
    enum link_mode mode = g->d->spec.mode;
    if (mode != LINK_BOTH)
        buf_addf(g->out, "\nWHERE NOT s.sourced OR a.source %s b.source",
                 mode == LINK_DEDUPE ? "=" : "<>");
}

static void add_evidence(struct sql *g)
{
    sql_create(g, "throughline_evidence");
    buf_adds(g->out, "SELECT p.a, p.b");
    for (int k = 0; k < g->d->columns; k++) {
        const struct column *c = &g->d->column[k];
        const char *one = c->unused ? NULL : evidence_of(g, k + 1, c->type);
        if (one)
            buf_addf(g->out, ",\n    %s", one);
    }
    buf_adds(g->out, "\nFROM throughline_candidates p CROSS JOIN throughline_facts s\n"
                     "JOIN throughline_forms a ON a.record = p.a\n"
                     "JOIN throughline_forms b ON b.record = p.b");
    add_mode(g);
    sql_end(g, "throughline_evidence");
}

/* ---- levels of two different values: WHEN ... THEN level ... ELSE level ---- */

/* names.c, level_of_names. The level of the letters; then with the words, where there are several.
 */
static const char *name_rule(struct sql *g, int k)
{
    const char *many = SQL(g, "(a.n%d > 1 OR b.n%d > 1)", k, k);
    const char *letters = SQL(g,
                              "(CASE WHEN e.j%d >= %d THEN 2 WHEN e.j%d >= %d THEN 3"
                              " WHEN e.j%d >= %d THEN 4 ELSE 7 END)",
                              k, NAME_SAME_WORDS, k, NAME_ALIKE, k, NAME_DISTANT);
    const char *words = SQL(
        g,
        "(CASE WHEN NOT %s THEN %s WHEN a.s%d = b.s%d OR a.t%d = b.t%d THEN 2"
        " WHEN a.c%d = b.c%d THEN CASE WHEN e.j%d >= %d OR a.f%d > 0 OR b.f%d > 0 THEN 2 ELSE 4 END"
        " WHEN e.m%d = 2 THEN 2 WHEN e.m%d = 1 THEN least(%s, 3)"
        " WHEN e.m%d = 0 AND e.j%d >= %d THEN %s + 1 ELSE %s END)",
        many, letters, k, k, k, k, k, k, k, NAME_DISTANT, k, k, k, k, letters, k, k, NAME_ALIKE,
        letters, letters);
    const char *text = g->dialect->text;
    return SQL(g,
               "WHEN NOT %s AND e.j%d >= %d AND a.f%d <> b.f%d"
               " THEN CASE WHEN a.f%d > 0 AND b.f%d > 0 THEN 7 ELSE 3 END"
               " WHEN %s = 2 THEN 2"
               " WHEN a.o%d = b.o%d AND length(a.k%d) > 2 AND length(b.k%d) > 2"
               " THEN CASE WHEN %s <= 4 THEN 2 ELSE 4 END"
               " WHEN %s > 3 AND (position(',' || CAST(b.h%d AS %s) || ',' IN a.q%d) > 0"
               " OR position(',' || CAST(a.h%d AS %s) || ',' IN b.q%d) > 0) THEN 3"
               " WHEN (length(a.k%d) = 1 OR length(b.k%d) = 1) AND %s > 4"
               " AND substr(a.k%d, 1, 1) = substr(b.k%d, 1, 1) THEN 4 ELSE %s",
               many, k, NAME_ALIKE, k, k, k, k, words, k, k, k, k, words, words, k, text, k, k,
               text, k, k, k, words, k, k, words);
}

/* Does a nationality or country of either record have the Ethiopian calendar? */
static const char *ethiopian(struct sql *g)
{
    const char *all = NULL;
    for (int k = 0; k < g->d->columns; k++)
        if (sql_is_nation(g->d->column[k].type))
            all = all ? SQL(g, "%s OR a.x%d = 1 OR b.x%d = 1", all, k + 1, k + 1)
                      : SQL(g, "a.x%d = 1 OR b.x%d = 1", k + 1, k + 1);
    return all ? SQL(g, "(%s)", all) : "false";
}

static const char *date_rule(struct sql *g, int k)
{
    const char *calendar =
        CALL(g, "calendar", SQL(g, "a.y%d", k), SQL(g, "a.m%d", k), SQL(g, "a.d%d", k),
             SQL(g, "b.y%d", k), SQL(g, "b.m%d", k), SQL(g, "b.d%d", k), ethiopian(g));
    const char *new_year =
        SQL(g, "(a.m%d = 1 AND a.d%d = 1 OR b.m%d = 1 AND b.d%d = 1)", k, k, k, k);
    return SQL(
        g,
        "WHEN (a.d%d = 0 OR b.d%d = 0) AND a.y%d = b.y%d THEN"
        " CASE WHEN a.m%d = 0 OR b.m%d = 0 THEN 4 WHEN a.m%d = b.m%d THEN 3 ELSE 5 END"
        " WHEN (a.d%d = 0 OR b.d%d = 0) AND abs(a.y%d - b.y%d) = 1 THEN 5"
        " WHEN a.d%d = 0 OR b.d%d = 0 THEN %s"
        " WHEN a.y%d = b.y%d AND a.m%d = b.d%d AND a.d%d = b.m%d THEN 2"
        " WHEN e.o%d <= 1 THEN 2"
        " WHEN a.m%d = b.m%d AND a.d%d = b.d%d"
        " OR a.y%d = b.y%d AND (a.m%d = b.m%d OR a.d%d = b.d%d) THEN 3"
        " WHEN a.y%d = b.y%d THEN CASE WHEN %s THEN 3 ELSE 4 END"
        " WHEN abs(a.y%d - b.y%d) > 1 THEN %s WHEN %s THEN 5"
        " WHEN abs((a.y%d - b.y%d) * 365 + (a.m%d - b.m%d) * 30 + a.d%d - b.d%d) <= 370 THEN 5"
        " ELSE 6",
        k, k, k, k, k, k, k, k, k, k, k, k, k, k, calendar, k, k, k, k, k, k, k, k, k, k, k, k, k,
        k, k, k, k, k, k, new_year, k, k, calendar, new_year, k, k, k, k, k, k);
}

static const char *text_rule(struct sql *g, int k, int common_level, const char *rest)
{
    return SQL(g,
               "WHEN a.t%d = b.t%d OR a.s%d = b.s%d OR e.j%d >= %d THEN 2 WHEN %s > 0 THEN %d %s",
               k, k, k, k, k, TEXT_NEAR, CALL(g, "common", SQL(g, "a.w%d", k), SQL(g, "b.w%d", k)),
               common_level, rest);
}

/* The value stands in another address column of the other record. */
static const char *elsewhere_rule(struct sql *g, int k)
{
    const char *any = NULL;
    for (int i = 1; i <= g->d->columns; i++) {
        if (i == k || g->d->column[i - 1].type != LINK_ADDRESS)
            continue;
        const char *one = SQL(g, "a.t%d = b.t%d OR b.t%d = a.t%d", i, k, i, k);
        any = any ? SQL(g, "%s OR %s", any, one) : one;
    }
    return any ? SQL(g, "WHEN %s THEN %d ELSE %d", any, ADDRESS_ELSEWHERE, ADDRESS_ELSEWHERE + 1)
               : SQL(g, "ELSE %d", ADDRESS_ELSEWHERE + 1);
}

/* The inward part of a British postcode is its last three characters; elsewhere half. */
static const char *postcode_rule(struct sql *g, int k)
{
    const char *area =
        SQL(g,
            "CASE WHEN length(a.k%d) BETWEEN 5 AND 7 AND substr(a.k%d, 1, 1) NOT IN"
            " ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') THEN length(a.k%d) - 3"
            " ELSE CAST(floor(length(a.k%d) / 2.0) AS INTEGER) END",
            k, k, k, k);
    return SQL(g,
               "WHEN e.o%d <= 1 THEN 2 WHEN length(a.k%d) > 1 AND length(a.k%d) = length(b.k%d)"
               " AND substr(a.k%d, 1, %s) = substr(b.k%d, 1, %s) THEN 3 ELSE 4",
               k, k, k, k, k, area, k, area);
}

static const char *rule_of(struct sql *g, int k, enum link_type t)
{
    switch (t) {
    case LINK_GIVEN_NAME:
    case LINK_FAMILY_NAME:
    case LINK_FULL_NAME:
        return name_rule(g, k);
    case LINK_DATE:
        return date_rule(g, k);
    case LINK_YEAR:
        return SQL(g, "WHEN abs(a.y%d - b.y%d) = 1 THEN 2 WHEN e.o%d <= 1 THEN 3 ELSE 4", k, k, k);
    case LINK_SEX:
    case LINK_AS_WRITTEN:
        return "ELSE 2";
    case LINK_NATIONALITY:
    case LINK_COUNTRY:
        return SQL(g, "WHEN e.j%d >= %d THEN 2 ELSE 3", k, TEXT_NEAR);
    case LINK_PLACE:
    case LINK_TEXT:
        return text_rule(g, k, 3, "ELSE 4");
    case LINK_ADDRESS:
        return text_rule(g, k, 3, elsewhere_rule(g, k));
    case LINK_POSTCODE:
        return postcode_rule(g, k);
    case LINK_PHONE:
    case LINK_CODE:
    case LINK_IDENTIFIER: /* distance 0: alike in the first 32 bytes; none: too short to say */
        return SQL(g, "WHEN e.o%d = 0 THEN 2 WHEN e.o%d <= %d THEN e.o%d + 1 ELSE %d", k, k,
                   edits_allowed(t), k, edits_allowed(t) + 2);
    case LINK_EMAIL:
        return SQL(g, "WHEN e.j%d >= %d THEN 2 WHEN e.j%d >= %d THEN 3 ELSE 4", k, EMAIL_NEAR, k,
                   EMAIL_ALIKE);
    case LINK_DATE_DISPUTE:
    case LINK_TYPES:
        break;
    }
    BUG("no levels for column type %d", (int)t);
}

static void add_levels(struct sql *g, const char *table)
{
    sql_create(g, table);
    buf_adds(g->out, "SELECT e.a, e.b");
    for (int k = 0; k < g->d->columns; k++) {
        const struct column *c = &g->d->column[k];
        if (c->unused)
            buf_addf(g->out, ",\n    0 AS l%d", k + 1);
        else
            buf_addf(g->out,
                     ",\n    CASE WHEN NOT s.u%d OR a.v%d IS NULL OR b.v%d IS NULL THEN 0"
                     " WHEN a.v%d = b.v%d THEN 1 %s END AS l%d",
                     k + 1, k + 1, k + 1, k + 1, k + 1, rule_of(g, k + 1, c->type), k + 1);
    }
    buf_adds(g->out, "\nFROM throughline_evidence e CROSS JOIN throughline_facts s\n"
                     "JOIN throughline_forms a ON a.record = e.a\n"
                     "JOIN throughline_forms b ON b.record = e.b");
    sql_end(g, table);
}

/* ---- given and family name in each other's place ---- */

/* May they be, by their first letters or because there are several words? */
static const char *may_cross(struct sql *g, int x, int y)
{
    return SQL(g,
               "(a.n%d > 1 OR b.n%d > 1 OR a.n%d > 1 OR b.n%d > 1"
               " OR substr(a.v%d, 1, 1) = substr(b.v%d, 1, 1)"
               " OR substr(b.v%d, 1, 1) = substr(a.v%d, 1, 1))",
               x, x, y, y, x, y, x, y);
}

/* names.c, stands: one of the two agrees well enough, so that the other stands for itself. */
static const char *stands(struct sql *g, int x, int y)
{
    return SQL(g,
               "(l.l%d IN (1, 2) OR l.l%d IN (1, 2) OR l.l%d = 3 AND l.l%d = 3"
               " OR (l.l%d = 0 AND l.l%d = 3 OR l.l%d = 3 AND l.l%d = 0)"
               " AND NOT ((a.v%d IS NOT NULL OR b.v%d IS NOT NULL)"
               " AND (a.v%d IS NOT NULL OR b.v%d IS NOT NULL)))",
               x, y, x, y, x, y, x, y, x, x, y, y);
}

/* The words of both names, in any order: only looked at when a word is in common. */
static const char *words_agree(struct sql *g, int x, int y)
{
    return SQL(g,
               "CASE WHEN (a.n%d > 1 OR b.n%d > 1 OR a.n%d > 1 OR b.n%d > 1)"
               " AND a.z%d + a.z%d >= 2 AND b.z%d + b.z%d >= 2 AND (%s OR %s OR %s)"
               " THEN %s > 0 ELSE false END",
               x, x, y, y, x, y, x, y, share_a_word(g, x, x), share_a_word(g, x, y),
               share_a_word(g, y, x),
               CALL(g, "bags_meet", SQL(g, "concat_ws(' ', a.b%d, a.b%d)", x, y),
                    SQL(g, "concat_ws(' ', b.b%d, b.b%d)", x, y)));
}

static void add_crossed(struct sql *g, int x, int y)
{
    sql_create(g, "throughline_crossed");
    buf_addf(
        g->out,
        "SELECT l.a, l.b,\n"
        "    a.v%d IS NOT NULL AND b.v%d IS NOT NULL AND a.v%d IS NOT NULL AND b.v%d IS NOT NULL"
        " AS whole,\n"
        "    coalesce(%s, 0) AS one,\n    coalesce(%s, 0) AS two,\n    %s AS agree\n"
        "FROM throughline_nearness l\n"
        "JOIN throughline_forms a ON a.record = l.a\n"
        "JOIN throughline_forms b ON b.record = l.b\n"
        "WHERE NOT %s AND %s",
        x, x, y, y, CALL(g, "jw", SQL(g, "a.k%d", x), SQL(g, "b.k%d", y)),
        CALL(g, "jw", SQL(g, "b.k%d", x), SQL(g, "a.k%d", y)), words_agree(g, x, y),
        stands(g, x, y), may_cross(g, x, y));
    sql_end(g, "throughline_crossed");
}

/* ---- disputed ages ---- */

/* Does a date of x (fields yi mi di of column i) fit one of y: DATE_NEAR, DATE_TWO_OF_THREE, or
 * DATE_DISPUTED for not, or where there is none. */
static const char *dates_fit(struct sql *g, int i, int j)
{
    return SQL(g,
               "CASE WHEN a.y%d IS NULL OR b.y%d IS NULL THEN 7"
               " WHEN a.y%d = b.y%d AND a.m%d = b.m%d AND a.d%d = b.d%d THEN 2"
               " WHEN a.d%d = 0 OR b.d%d = 0 THEN"
               " CASE WHEN a.y%d = b.y%d AND a.m%d > 0 AND a.m%d = b.m%d THEN 3 ELSE 7 END"
               " WHEN a.y%d = b.y%d AND a.m%d = b.d%d AND a.d%d = b.m%d THEN 2 WHEN %s <= 1 THEN 2"
               " WHEN a.m%d = b.m%d AND a.d%d = b.d%d THEN 3"
               " WHEN a.y%d = b.y%d AND (a.m%d = b.m%d OR a.d%d = b.d%d"
               " OR a.m%d = 1 AND a.d%d = 1 OR b.m%d = 1 AND b.d%d = 1) THEN 3 ELSE 7 END",
               i, j, i, j, i, j, i, j, i, j, i, j, i, i, j, i, j, i, j, i, j,
               CALL(g, "osa", SQL(g, "a.k%d", i), SQL(g, "b.k%d", j), "1"), i, j, i, j, i, j, i, j,
               i, j, i, i, j, j);
}

static bool is_disputed(const struct link_data *d, int k)
{
    return d->column[k].type == LINK_DATE && k + 1 < d->columns &&
           d->column[k + 1].type == LINK_DATE_DISPUTE && !d->column[k].unused;
}

static bool any_disputed(const struct link_data *d)
{
    bool any = false;
    for (int k = 0; k < d->columns; k++)
        any |= is_disputed(d, k);
    return any;
}

static const char *disputed_level(struct sql *g, int k)
{
    return SQL(g,
               "CASE WHEN l.l%d > 3 AND (a.v%d IS NOT NULL OR b.v%d IS NOT NULL)\n"
               "        THEN least(%s,\n            %s,\n            %s)\n        ELSE l.l%d END",
               k, k + 1, k + 1, dates_fit(g, k, k + 1), dates_fit(g, k + 1, k),
               dates_fit(g, k + 1, k + 1), k);
}

/* ---- all levels ---- */

static void add_levels_across(struct sql *g, int x, int y)
{
    const struct link_data *d = g->d;
    const char *level =
        SQL(g,
            "CASE WHEN x.agree OR greatest(x.one, x.two) >= %d"
            " AND least(x.one, x.two) >= CASE WHEN x.whole THEN %d ELSE %d END THEN %d"
            " WHEN NOT x.whole AND greatest(x.one, x.two) >= %d THEN %d ELSE 0 END",
            NAME_ALIKE, NAME_DISTANT, NAME_ALIKE, NAME_SWAPPED, NAME_ALIKE, NAME_HALF_SWAPPED);
    sql_create(g, "throughline_levels");
    buf_adds(g->out, "SELECT l.a, l.b");
    for (int k = 1; k <= d->columns; k++) {
        const char *plain = is_disputed(d, k - 1) ? disputed_level(g, k) : SQL(g, "l.l%d", k);
        if (x && (k == x || k == y))
            plain = SQL(g, "CASE WHEN coalesce(x.level, 0) > 0 THEN %s ELSE l.l%d END",
                        k == x ? "x.level" : "0", k);
        buf_addf(g->out, ",\n    %s AS l%d", plain, k);
    }
    buf_adds(g->out, "\nFROM throughline_nearness l");
    if (any_disputed(d))
        buf_adds(g->out, "\nJOIN throughline_forms a ON a.record = l.a\n"
                         "JOIN throughline_forms b ON b.record = l.b");
    if (x)
        buf_addf(g->out,
                 "\nLEFT JOIN (SELECT x.a, x.b, %s AS level FROM throughline_crossed x) x"
                 " ON x.a = l.a AND x.b = l.b",
                 level);
    sql_end(g, "throughline_levels");
}

void sql_comparison(struct sql *g)
{
    int x = g->d->given + 1, y = g->d->family + 1;
    bool across = x || any_disputed(g->d);
    add_evidence(g);
    add_levels(g, across ? "throughline_nearness" : "throughline_levels");
    if (x)
        add_crossed(g, x, y);
    if (across)
        add_levels_across(g, x, y);
}
