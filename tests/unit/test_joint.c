/* Several releases attacked together: against every count that fits, tried one by one, and against
 * the recorded ranges of ../shared/data/disclosure. */
#include "disclosure/joint.h"

#include "base/csv.h"
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
/* after the standard headers */
#include <cmocka.h>

static const char *const xyz[] = {"x", "y", "z"}; /* the third for a table that is wrong */
static const char *const sexes[] = {"F", "M"};
static const char *const ages[] = {"Adult", "Child"};

static const struct joint_options whole = {
    .width = 4, .protect_min = 1, .protect_max = 4, .knows_rule = true, .measure = true};
/* As publishing asks: with everything that is left out there. */
static const struct joint_options quick = {
    .width = 4, .protect_min = 1, .protect_max = 4, .knows_rule = true};

static struct joint_table one_way(const char *const *codes, size_t n, const int64_t *value,
                                  const int64_t *count)
{
    return (struct joint_table){.id = "letters",
                                .population = "people",
                                .dimensions = 1,
                                .dimension = {{.name = "letter", .codes = codes, .count = n}},
                                .cells = n + 1,
                                .value = value,
                                .count = count};
}

static struct joint_answer audit(const struct joint_release *r, size_t n,
                                 const struct joint_options *o)
{
    struct joint_answer out;
    struct err e = {0};
    enum status s = joint_audit(r, n, o, &out, &e);
    if (s != ST_OK)
        fail_msg("%s", e.what);
    return out;
}

/* ---- every count that fits ---- */

enum { LETTERS = 2, RELEASES = 3 };

struct truth {
    int64_t count[RELEASES][LETTERS + 1], value[RELEASES][LETTERS + 1];
};

static void total(int64_t *v)
{
    v[0] = v[1] + v[2];
}

/* A table that somebody could print: each within 4, adding up. */
static void print_some(struct rng *rng, const int64_t *count, int64_t *value)
{
    do {
        for (int k = 1; k <= LETTERS; k++) {
            int64_t down = count[k] / 5 * 5;
            value[k] = count[k] % 5 && rng_below(rng, 2) ? down + 5 : down;
        }
        total(value);
    } while (llabs(value[0] - count[0]) > 4);
}

static bool moves_as_known(const struct truth *t, int r, int k, int64_t before, int64_t after)
{
    int64_t b = t->count[r - 1][k], a = t->count[r][k];
    return a == b ? after == before : a > b ? after >= before : after <= before;
}

static bool fits(const struct truth *t, int64_t v[RELEASES][LETTERS + 1])
{
    for (int r = 0; r < RELEASES; r++)
        for (int k = 0; k <= LETTERS; k++) {
            if (llabs(v[r][k] - t->value[r][k]) > 4)
                return false;
            if (r && !moves_as_known(t, r, k, v[r - 1][k], v[r][k]))
                return false;
        }
    return true;
}

struct range {
    int64_t lo, hi;
};

static void widen(struct range *r, int64_t v)
{
    r->lo = v < r->lo ? v : r->lo;
    r->hi = v > r->hi ? v : r->hi;
}

/* All counts of one letter, in the three releases, that its own prints and moves allow. */
static size_t letter_counts(const struct truth *t, int k, int64_t (*out)[RELEASES])
{
    size_t n = 0;
    int64_t from[RELEASES], v[RELEASES];
    for (int r = 0; r < RELEASES; r++)
        from[r] = t->value[r][k] > 4 ? t->value[r][k] - 4 : 0;
    for (v[0] = from[0]; v[0] <= t->value[0][k] + 4; v[0]++)
        for (v[1] = from[1]; v[1] <= t->value[1][k] + 4; v[1]++)
            for (v[2] = from[2]; v[2] <= t->value[2][k] + 4; v[2]++)
                if (moves_as_known(t, 1, k, v[0], v[1]) && moves_as_known(t, 2, k, v[1], v[2]))
                    memcpy(out[n++], v, sizeof v);
    return n;
}

/* Ranges of all cells, and of all changes, over every fit. */
static void try_all(const struct truth *t, struct range cell[RELEASES][LETTERS + 1],
                    struct range change[RELEASES][LETTERS + 1])
{
    static int64_t x[1000][RELEASES], y[1000][RELEASES];
    size_t nx = letter_counts(t, 1, x), ny = letter_counts(t, 2, y);
    for (int r = 0; r < RELEASES; r++)
        for (int k = 0; k <= LETTERS; k++)
            cell[r][k] = change[r][k] = (struct range){INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < nx; i++)
        for (size_t j = 0; j < ny; j++) {
            int64_t v[RELEASES][LETTERS + 1];
            for (int r = 0; r < RELEASES; r++) {
                v[r][1] = x[i][r];
                v[r][2] = y[j][r];
                total(v[r]);
            }
            if (!fits(t, v))
                continue;
            for (int r = 0; r < RELEASES; r++)
                for (int k = 0; k <= LETTERS; k++) {
                    widen(&cell[r][k], v[r][k]);
                    if (r)
                        widen(&change[r][k], llabs(v[r][k] - v[r - 1][k]));
                }
        }
}

static bool small(int64_t n)
{
    return n >= 1 && n <= 4;
}

/* The same questions as the audit's: a run of releases with one count is one cell. */
static void expect(const struct truth *t, struct joint_answer *want)
{
    struct range cell[RELEASES][LETTERS + 1], change[RELEASES][LETTERS + 1];
    try_all(t, cell, change);
    for (int k = 0; k <= LETTERS; k++)
        for (int r = 0; r < RELEASES; r++) {
            bool same = r && t->count[r][k] == t->count[r - 1][k];
            int64_t moved = r ? llabs(t->count[r][k] - t->count[r - 1][k]) : 0;
            int64_t width[2] = {-1, -1};
            if (!same && small(t->count[r][k]))
                width[0] = cell[r][k].hi - cell[r][k].lo;
            if (small(moved))
                width[1] = change[r][k].hi - change[r][k].lo;
            for (int i = 0; i < 2; i++)
                if (width[i] >= 0) {
                    want->asked++;
                    want->narrow += width[i] < 4;
                    want->by_width[width[i] > 15 ? 15 : width[i]]++;
                }
        }
}

static void every_fit(void **state)
{
    static const char *const names[RELEASES] = {"release 1", "release 2", "release 3"};
    struct rng rng = rng_stream(20240331, 1);
    uint64_t asked = 0, narrow = 0;
    for (int round = 0; round < 400; round++) {
        struct truth t;
        struct joint_table table[RELEASES];
        struct joint_release release[RELEASES];
        for (int r = 0; r < RELEASES; r++) {
            for (int k = 1; k <= LETTERS; k++) {
                int64_t step = (int64_t)rng_below(&rng, 6) - 1;
                t.count[r][k] = r == 0 ? (int64_t)rng_below(&rng, 6)
                                       : t.count[r - 1][k] + (step > 3 ? 0 : step);
                if (t.count[r][k] < 0)
                    t.count[r][k] = 0;
            }
            total(t.count[r]);
            print_some(&rng, t.count[r], t.value[r]);
            table[r] = one_way(xyz, LETTERS, t.value[r], t.count[r]);
            release[r] = (struct joint_release){.name = names[r],
                                                .data = names[r],
                                                .reach = 4,
                                                .table = &table[r],
                                                .table_count = 1};
        }
        struct joint_answer got = audit(release, RELEASES, &whole), want = {0};
        expect(&t, &want);
        assert_int_equal(got.asked, want.asked);
        assert_int_equal(got.narrow, want.narrow);
        assert_memory_equal(got.by_width, want.by_width, sizeof want.by_width);
        asked += got.asked;
        narrow += got.narrow;
    }
    assert_true(asked > 300 && narrow > 20 && narrow < asked); /* both kinds were met */
}

/* ---- the ways in which releases betray each other ---- */

/* 3 people, printed 5 and then, under another key, 0: 1..4 is left. */
static void another_key(void **state)
{
    const int64_t count[] = {7, 3, 4}, first[] = {5, 5, 0}, second[] = {5, 0, 5};
    struct joint_table a = one_way(xyz, 2, first, count), b = one_way(xyz, 2, second, count);
    struct joint_release r[] = {{"release 1", "as at spring", 4, false, &a, 1},
                                {"release 2", "as at spring", 4, false, &b, 1}};
    struct joint_answer got = audit(r, 2, &whole);
    assert_int_equal(got.narrow, 2);
    assert_int_equal(got.least, 3);
    assert_string_equal(got.betrayed, "release 1: letters; release 2: letters");
    /* of other data, but the counts did not change */
    r[1].data = "as at summer";
    assert_int_equal(audit(r, 2, &whole).narrow, 2);
    /* each alone, and the same twice */
    assert_int_equal(audit(r, 1, &whole).narrow, 0);
    b.value = first;
    assert_int_equal(audit(r, 2, &whole).narrow, 0);
}

/* 12 is printed as 10 to base 5, as 12 to base 3. */
static void another_base(void **state)
{
    const int64_t count[] = {12, 3, 9}, five[] = {10, 0, 10}, three[] = {12, 3, 9};
    struct joint_table a = one_way(xyz, 2, five, count), b = one_way(xyz, 2, three, count);
    struct joint_release r[] = {{"release 1", "d", 4, false, &a, 1},
                                {"release 2", "d", 2, false, &b, 1}};
    struct joint_answer got = audit(r, 2, &whole);
    assert_int_equal(got.narrow, 1); /* 0..4 and 1..5 */
    assert_int_equal(got.low, 1);
    assert_int_equal(got.high, 4);
    assert_string_equal(got.cell, "people|letter=x");
}

/* A hidden count beside a rounded one. */
static void suppressed_and_rounded(void **state)
{
    const int64_t count[] = {20, 3, 17}, hidden[] = {20, JOINT_HIDDEN, JOINT_HIDDEN},
                  rounded[] = {20, 5, 15};
    struct joint_table a = one_way(xyz, 2, hidden, count), b = one_way(xyz, 2, rounded, count);
    struct joint_release r[] = {{"tables", "d", 0, false, &a, 1}, {"report", "d", 4, false, &b, 1}};
    assert_int_equal(audit(r, 1, &whole).narrow, 0);
    assert_int_equal(audit(r, 2, &whole).narrow, 0); /* 1..9 and 11..19: 8 wide */
    const int64_t zero[] = {20, 0, 20};
    b.value = zero;
    struct joint_answer got = audit(r, 2, &whole); /* never 0 when hidden: 1..4 */
    assert_int_equal(got.narrow, 1);
    assert_int_equal(got.least, 3);
    struct joint_options unaware = whole;
    unaware.knows_rule = false;
    assert_int_equal(audit(r, 2, &unaware).narrow, 0); /* 0..4 */
}

/* Adults are everybody less children, each in a release of its own. */
static void less_children(void **state)
{
    const int64_t all[] = {14, 9, 5}, child[] = {11, 7, 4}, adult[] = {3, 2, 1};
    const int64_t all5[] = {15, 10, 5}, child5[] = {10, 5, 5}, adult5[] = {5, 0, 5};
    struct joint_where only[2];
    for (int k = 0; k < 2; k++)
        only[k] = (struct joint_where){{.name = "age", .codes = ages, .count = 2}, (uint32_t)k + 1};
    struct joint_table t[3];
    t[0] = one_way(sexes, 2, all5, all);
    t[1] = one_way(sexes, 2, child5, child);
    t[2] = one_way(sexes, 2, adult5, adult);
    t[1].where = &only[1];
    t[2].where = &only[0];
    t[1].where_count = t[2].where_count = 1;
    struct joint_release r[] = {{"everybody", "d", 4, false, &t[0], 1},
                                {"children", "d", 4, false, &t[1], 1},
                                {"adults", "d", 4, false, &t[2], 1}};
    assert_int_equal(audit(r, 2, &whole).narrow, 0);
    assert_int_equal(audit(r + 1, 2, &whole).narrow, 0);
    /* everybody F 6..14, children F 1..9, adults F 0..4, all: F + M; nothing narrow either */
    struct joint_answer got = audit(r, 3, &whole);
    assert_int_equal(got.narrow, 0);
    /* exact totals of everybody and children give adults away, without a table of adults */
    r[0].reach = r[1].reach = 0;
    t[0].value = all;
    t[1].value = child;
    got = audit(r, 2, &whole);
    assert_true(got.exact > 0);
    r[2].reach = 4;
    got = audit(r, 3, &whole);
    assert_int_equal(got.exact, 4); /* M of children; F, M and all adults */
}

/* One more person where nothing else changed: exact counts say so, base 5 does not. */
static void late_revision(void **state)
{
    const int64_t before[] = {12, 5, 7}, after[] = {13, 6, 7}, b5[] = {10, 5, 5},
                  a5[] = {15, 10, 5};
    struct joint_table a = one_way(xyz, 2, before, before), b = one_way(xyz, 2, after, after);
    struct joint_release r[] = {{"first", "March", 0, false, &a, 1},
                                {"revised", "June", 0, false, &b, 1}};
    struct joint_answer got = audit(r, 2, &whole);
    assert_int_equal(got.differences, 2);
    assert_int_equal(got.exact, 2);
    assert_string_equal(got.cell, "the change of people from first to revised");
    r[0].reach = r[1].reach = 4;
    a.value = b5;
    b.value = a5;
    got = audit(r, 2, &whole);
    assert_int_equal(got.narrow, 0);
    assert_true(got.asked == 2 && got.least >= 8);
    /* a count that rises and is printed lower tells more than either release */
    const int64_t lower[] = {10, 5, 5}, higher[] = {15, 10, 5}, from[] = {11, 4, 7},
                  to[] = {12, 4, 8};
    a.count = from;
    b.count = to;
    a.value = higher;
    b.value = lower;
    got = audit(r, 2, &whole);
    assert_true(got.narrow > 0);
}

/* Totals over two years and over three are of other people; the year that both tell is the same. */
static void windows(void **state)
{
    static const char *const two[] = {"2022", "2023"}, *const three[] = {"2021", "2022", "2023"};
    const int64_t count2[] = {7, 3, 4}, print2[] = {5, 5, 0};
    const int64_t count3[] = {16, 9, 3, 4}, print3[] = {15, 10, 0, 5}, kept3[] = {15, 10, 5, 0};
    struct joint_table a = one_way(two, 2, print2, count2), b = one_way(three, 3, kept3, count3);
    a.dimension[0].total = "two years";
    b.dimension[0].total = "three years";
    struct joint_release r[] = {{"release 1", "d", 4, false, &a, 1},
                                {"release 2", "d", 4, false, &b, 1}};
    assert_int_equal(audit(r, 2, &whole).narrow, 0);
    b.value = print3;
    struct joint_answer got = audit(r, 2, &whole);
    assert_int_equal(got.narrow, 2);
    assert_string_equal(got.cell, "people|letter=2022");
    /* taken for one total, the two contradict each other */
    struct joint_answer out;
    struct err e = {0};
    a.dimension[0].total = b.dimension[0].total = NULL;
    assert_int_equal(joint_audit(r, 2, &whole, &out, &e), ST_DATA);
    struct arena memory = ARENA_EMPTY;
    a.dimension[0].total = "two years";
    assert_string_equal(joint_cell_key(&a, 0, &memory), "people|letter=two years");
    assert_string_equal(joint_cell_key(&a, 2, &memory), "people|letter=2023");
    arena_free(&memory);
}

static void nothing_fits(void **state)
{
    const int64_t count[] = {7, 3, 4}, first[] = {5, 5, 0}, second[] = {25, 15, 10};
    struct joint_table a = one_way(xyz, 2, first, count), b = one_way(xyz, 2, second, count);
    struct joint_release r[] = {{"release 1", "d", 4, false, &a, 1},
                                {"release 2", "d", 4, false, &b, 1}};
    struct joint_answer out;
    struct err e = {0};
    assert_int_equal(joint_audit(r, 2, &whole, &out, &e), ST_DATA);
    const int64_t other[] = {8, 4, 4};
    b.value = first;
    b.count = other;
    assert_int_equal(joint_audit(r, 2, &whole, &out, &e), ST_DATA);
    b = one_way(xyz, 3, first, NULL);
    b.cells = 3;
    assert_int_equal(joint_audit(r, 2, &whole, &out, &e), ST_DATA);
    assert_int_equal(joint_audit(r, 0, &whole, &out, &e), ST_OK);
}

/* ---- the quick answer is that of the whole audit ---- */

enum { STATES = 9, TABLES = 3, SIDE = 4, CELLS = SIDE * SIDE };

/* Three tables of letters and of sexes that share margins, in a register that grows and is
 * corrected. */
struct growing {
    int64_t person[3][3][3]; /* letter, first and second of two other columns */
    int64_t count[STATES][TABLES][CELLS], value[STATES][TABLES][CELLS];
    struct joint_table table[STATES][TABLES];
    struct joint_release release[STATES];
};

static int64_t people_in(const struct growing *g, int table, const int *code)
{
    int64_t n = 0;
    for (int l = 0; l < 3; l++)
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) {
                int has[2] = {table < 2 ? l : a, table == 0 ? a : b};
                if ((code[0] == 0 || code[0] == has[0] + 1) &&
                    (code[1] == 0 || code[1] == has[1] + 1))
                    n += g->person[l][a][b];
            }
    return n;
}

/* Each count to a multiple of 5 next to it, mostly as it was printed when it did not change. */
static void print_state(struct growing *g, struct rng *rng, int s, uint64_t keeps)
{
    for (int t = 0; t < TABLES; t++)
        for (int k = 0; k < CELLS; k++) {
            int64_t x = g->count[s][t][k] = people_in(g, t, (int[]){k / SIDE, k % SIDE});
            int64_t *p = &g->value[s][t][k];
            *p = x / 5 * 5 + (x % 5 && rng_below(rng, 5) < (uint64_t)(x % 5) ? 5 : 0);
            bool may = s && llabs(g->value[s - 1][t][k] - x) < 5;
            if (may && rng_below(rng, 10) < keeps)
                *p = g->value[s - 1][t][k];
            if (t == 1 && k % SIDE == 0) /* one print of a shared margin */
                *p = g->value[s][0][k];
            else if (t == 2 && k % SIDE == 0)
                *p = g->value[s][0][k / SIDE];
            else if (t == 2 && k < SIDE)
                *p = g->value[s][1][k];
        }
}

static void grow(struct growing *g, struct rng *rng, int s)
{
    for (int i = 0; i < 27; i++) {
        int64_t *n = &g->person[i / 9][i / 3 % 3][i % 3];
        if (rng_below(rng, 3) == 0)
            *n += s ? (int64_t)rng_below(rng, 4) : (int64_t)rng_below(rng, 9);
        if (s && rng_below(rng, 9) == 0 && *n)
            --*n;
    }
}

static void make_ledger(struct growing *g, struct rng *rng, uint64_t keeps)
{
    static const char *const names[] = {"one", "two", "three"}, *const ids[] = {"A", "B", "C"};
    static const char *const columns[TABLES][2] = {
        {"letter", "first"}, {"letter", "second"}, {"first", "second"}};
    static char data[STATES][8];
    *g = (struct growing){0};
    for (int s = 0; s < STATES; s++) {
        grow(g, rng, s);
        print_state(g, rng, s, keeps);
        snprintf(data[s], sizeof data[s], "%d", s);
        for (int t = 0; t < TABLES; t++)
            g->table[s][t] = (struct joint_table){
                .id = ids[t],
                .population = "people",
                .dimensions = 2,
                .dimension = {{.name = columns[t][0], names, 3}, {.name = columns[t][1], names, 3}},
                .cells = CELLS,
                .value = g->value[s][t],
                .count = g->count[s][t]};
        g->release[s] = (struct joint_release){data[s], data[s], 4, false, g->table[s], TABLES};
    }
}

static void quick_is_whole(void **state)
{
    static struct growing g;
    struct rng rng = rng_stream(77, 1);
    int safe = 0, narrow = 0;
    uint64_t asked = 0;
    for (int i = 0; i < 60; i++) {
        make_ledger(&g, &rng, i % 3 ? 10 : 9);
        size_t states = (size_t)(1 + i % STATES);
        struct joint_answer all = audit(g.release, states, &whole);
        struct joint_answer fast = audit(g.release, states, &quick);
        assert_int_equal(fast.asked, all.asked);
        assert_int_equal(fast.narrow, all.narrow);
        assert_int_equal(fast.exact, all.exact);
        asked += fast.asked;
        if (all.narrow) {
            assert_int_equal(fast.least, all.least);
            assert_string_equal(fast.cell, all.cell);
        }
        safe += all.narrow == 0;
        narrow += all.narrow != 0;
        struct joint_options unaware = whole;
        unaware.knows_rule = false; /* knows no more, so is left no less */
        struct joint_answer less = audit(g.release, states, &unaware);
        assert_true(less.narrow <= all.narrow && less.asked <= all.asked);
    }
    assert_true(safe > 5 && narrow > 5 && asked > 1000);
}

/* ---- four quarters and the year, each suppressed on its own ---- */

enum { NATIONS = 55, SEXES = 3 };

struct linked {
    char *nation[NATIONS];
    uint32_t parent[NATIONS];
    size_t nations;
    struct arena memory;
    const char *sex[SEXES];
    int64_t value[5][(NATIONS + 1) * (SEXES + 1)], count[5][(NATIONS + 1) * (SEXES + 1)];
};

static bool open_shared(struct csv *c, const char *name)
{
    char path[600];
    struct err e = {0};
    const char *source = getenv("THROUGHLINE_SOURCE");
    snprintf(path, sizeof path, "%s/../shared/data/disclosure/%s", source ? source : ".", name);
    return access(path, R_OK) == 0 && csv_open(c, path, &e) == ST_OK;
}

static size_t place(const struct linked *l, struct str nation, struct str sex)
{
    size_t n = 0, s = 0;
    for (size_t k = 0; k < l->nations; k++)
        if (str_is(nation, l->nation[k]))
            n = k + 1;
    for (size_t k = 0; k < SEXES; k++)
        if (str_is(sex, l->sex[k]))
            s = k + 1;
    return n * (SEXES + 1) + s;
}

/* Children after their parent: two levels under ALL. */
static void read_nations(struct linked *l, struct csv *c)
{
    struct csv_row row;
    struct err e = {0};
    struct {
        char *code, *parent;
    } all[100];
    size_t n = 0;
    while (csv_next(c, &row, &e) == ST_OK && row.n) {
        all[n].code = arena_strndup(&l->memory, row.cells[0].p, row.cells[0].n);
        all[n++].parent = arena_strndup(&l->memory, row.cells[1].p, row.cells[1].n);
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i].parent, "ALL") != 0)
            continue;
        uint32_t top = (uint32_t)++l->nations;
        l->nation[top - 1] = all[i].code;
        l->parent[top - 1] = 0;
        for (size_t k = 0; k < n; k++)
            if (strcmp(all[k].parent, all[i].code) == 0) {
                l->nation[l->nations] = all[k].code;
                l->parent[l->nations++] = top;
            }
    }
    csv_close(c);
}

static void read_release(struct linked *l, int which, struct csv *c)
{
    struct csv_row row;
    struct err e = {0};
    while (csv_next(c, &row, &e) == ST_OK && row.n) {
        size_t at = place(l, row.cells[0], row.cells[1]);
        bool hidden = str_is(row.cells[3], "1") || str_is(row.cells[4], "1");
        str_to_int64(row.cells[2], &l->count[which][at]);
        l->value[which][at] = hidden ? JOINT_HIDDEN : l->count[which][at];
    }
    csv_close(c);
}

static void linked_releases(void **state)
{
    static const char *const quarters[] = {"Q1", "Q2", "Q3", "Q4"}, *const names[] = {
                                                                        "release_Q1.csv",
                                                                        "release_Q2.csv",
                                                                        "release_Q3.csv",
                                                                        "release_Q4.csv",
                                                                        "release_Y.csv"};
    static struct linked l = {.sex = {"M", "F", "X"}};
    struct joint_where only[4];
    struct joint_table t[5];
    struct joint_release r[5];
    struct csv c;
    if (!open_shared(&c, "hier_nat.csv"))
        skip();
    read_nations(&l, &c);
    assert_int_equal(l.nations, NATIONS);
    for (int k = 0; k < 5; k++) {
        assert_true(open_shared(&c, names[k]));
        read_release(&l, k, &c);
        t[k] = (struct joint_table){
            .id = "nationality by sex",
            .population = "referrals",
            .dimensions = 2,
            .dimension = {{"nationality", (const char *const *)l.nation, NATIONS, l.parent},
                          {"sex", l.sex, SEXES, NULL}},
            .cells = (NATIONS + 1) * (SEXES + 1),
            .value = l.value[k],
            .count = l.count[k]};
        if (k < 4) {
            only[k] = (struct joint_where){{"quarter", quarters, 4, NULL}, (uint32_t)k + 1};
            t[k].where = &only[k];
            t[k].where_count = 1;
        }
        r[k] = (struct joint_release){names[k], "the year", 0, false, &t[k], 1};
    }
    struct joint_options o = whole;
    struct joint_answer aware = audit(r, 5, &o);
    o.knows_rule = false;
    struct joint_answer textbook = audit(r, 5, &o);
    assert_int_equal(aware.asked, 216);
    assert_int_equal(aware.exact, 60);
    assert_int_equal(textbook.exact, 9);
    o.knows_rule = true;
    for (int k = 0; k < 5; k++)
        assert_int_equal(audit(r + k, 1, &o).exact, 0);
    arena_free(&l.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fit),       cmocka_unit_test(another_key),
        cmocka_unit_test(another_base),    cmocka_unit_test(suppressed_and_rounded),
        cmocka_unit_test(less_children),   cmocka_unit_test(late_revision),
        cmocka_unit_test(windows),         cmocka_unit_test(nothing_fits),
        cmocka_unit_test(linked_releases), cmocka_unit_test(quick_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
