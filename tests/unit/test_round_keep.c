/* Rounding that keeps to what was printed before: cases worked out by hand. */
#include "disclosure/round_keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
/* after the standard headers */
#include <cmocka.h>

enum { LETTERS = 3, CELLS = LETTERS + 1, PRINTS = 4 };

struct one_way {
    struct arena memory;
    struct hier h;
    struct model_column column;
    struct spec_table table;
    struct spec spec;
    struct model m;
};

static void open_rows(struct one_way *o, const struct hier_row *rows, uint32_t n)
{
    struct err e = {0};
    *o = (struct one_way){.memory = ARENA_EMPTY};
    assert_int_equal(hier_build(&o->h, rows, n, "letter", &o->memory, &e), ST_OK);
    o->column = (struct model_column){.name = "letter", .h = &o->h};
    o->table = (struct spec_table){.name = "T", .ndims = 1, .dim = {"letter"}};
    o->spec = (struct spec){.ntables = 1, .table = &o->table, .method = METHOD_ROUND, .base = 5};
    assert_int_equal(model_build(&o->m, &o->spec, &o->column, 1, "test", &e), ST_OK);
    assert_int_equal(o->m.ncells, n);
}

/* The total, then a, b and c. */
static void open_table(struct one_way *o)
{
    const struct hier_row rows[] = {{.code = str_of("TOTAL"), .parent = str_of("")},
                                    {.code = str_of("a"), .parent = str_of("TOTAL")},
                                    {.code = str_of("b"), .parent = str_of("TOTAL")},
                                    {.code = str_of("c"), .parent = str_of("TOTAL")}};
    open_rows(o, rows, CELLS);
}

static void close_table(struct one_way *o)
{
    model_free(&o->m);
    arena_free(&o->memory);
}

/* Prints `count` after `past` (n prints of each cell); checks that it adds up. */
static struct round_result print_next(struct one_way *o, const int64_t count[CELLS],
                                      struct round_print past[CELLS][PRINTS], size_t n,
                                      int64_t out[CELLS])
{
    static const unsigned char key[ROUND_KEY_BYTES] = {7};
    struct round_past p[CELLS];
    struct round_result r;
    struct err e = {0};
    for (int c = 0; c < CELLS; c++)
        p[c] = (struct round_past){past[c], n};
    assert_int_equal(round_keeping(&o->m, count, p, 5, key, NULL, out, &r, &e), ST_OK);
    assert_int_equal(out[0], out[1] + out[2] + out[3]);
    return r;
}

static void unchanged_is_printed_as_before(void **state)
{
    struct one_way o;
    const int64_t count[CELLS] = {14, 3, 4, 7};
    struct round_print past[CELLS][PRINTS] = {
        {{14, 15, 4}}, {{3, 0, 4}}, {{4, 5, 4}}, {{7, 10, 4}}};
    int64_t out[CELLS];
    open_table(&o);
    assert_int_equal(print_next(&o, count, past, 1, out).relaxed, 0);
    for (int c = 0; c < CELLS; c++)
        assert_int_equal(out[c], past[c][0].value);
    close_table(&o);
}

/* 6 printed 10 rises to 7: 5 would tell that both are 6 to 9. */
static void what_rose_is_not_printed_lower(void **state)
{
    struct one_way o;
    const int64_t count[CELLS] = {107, 7, 50, 50};
    struct round_print past[CELLS][PRINTS] = {
        {{106, 110, 4}}, {{6, 10, 4}}, {{50, 50, 4}}, {{50, 50, 4}}};
    int64_t out[CELLS];
    open_table(&o);
    print_next(&o, count, past, 1, out);
    assert_int_equal(out[1], 10);
    close_table(&o);
}

/* 34 was printed 30 and, when it had to be, 35: it is 31 to 34. It falls to 33. Printed 35 again,
 * the fall would be 0 to 3 people; printed 30, it is 0 to 8. */
static void all_prints_count(void **state)
{
    struct one_way o;
    const int64_t count[CELLS] = {133, 33, 50, 50};
    struct round_print past[CELLS][PRINTS] = {{{134, 130, 4}, {134, 135, 4}},
                                              {{34, 30, 4}, {34, 35, 4}},
                                              {{50, 50, 4}, {50, 50, 4}},
                                              {{50, 50, 4}, {50, 50, 4}}};
    int64_t out[CELLS];
    open_table(&o);
    assert_int_equal(print_next(&o, count, past, 2, out).relaxed, 0);
    assert_int_equal(out[1], 30);
    close_table(&o);
}

/* 4 printed 0 rises to 5; 3 did not change and 6, printed 10, rose: 5 + 5 + 10. The total, which
 * rose to 15, goes beyond the base, upward. */
static void beyond_the_base_in_the_direction_of_the_change(void **state)
{
    struct one_way o;
    const int64_t count[CELLS] = {15, 5, 3, 7};
    struct round_print past[CELLS][PRINTS] = {
        {{13, 15, 4}}, {{4, 0, 4}}, {{3, 5, 4}}, {{6, 10, 4}}};
    const int64_t wanted[CELLS] = {20, 5, 5, 10};
    int64_t out[CELLS];
    open_table(&o);
    assert_int_equal(print_next(&o, count, past, 1, out).relaxed, 1);
    assert_memory_equal(out, wanted, sizeof out);
    close_table(&o);
}

/* The same, but 6 stayed 6: a large count that did not change is rounded anew before that. */
static void large_counts_give_way_first(void **state)
{
    struct one_way o;
    const int64_t count[CELLS] = {15, 6, 3, 6};
    struct round_print past[CELLS][PRINTS] = {
        {{13, 15, 4}}, {{4, 0, 4}}, {{3, 5, 4}}, {{6, 10, 4}}};
    const int64_t wanted[CELLS] = {15, 5, 5, 5};
    int64_t out[CELLS];
    open_table(&o);
    assert_int_equal(print_next(&o, count, past, 1, out).relaxed, 0);
    assert_memory_equal(out, wanted, sizeof out);
    close_table(&o);
}

/* A: 8 = 1 + 7, where nothing changed, stays 10 = 0 + 10, and the total, which rose, gives way. (5
 * = 0
 * + 5 would add up as well, and leave the 1 a range of 0 to 3.) */
static void rows_without_a_change_stay(void **state)
{
    const struct hier_row rows[] = {{.code = str_of("TOTAL"), .parent = str_of("")},
                                    {.code = str_of("A"), .parent = str_of("TOTAL")},
                                    {.code = str_of("a1"), .parent = str_of("A")},
                                    {.code = str_of("a2"), .parent = str_of("A")},
                                    {.code = str_of("B"), .parent = str_of("TOTAL")}};
    static const unsigned char key[ROUND_KEY_BYTES] = {7};
    const int64_t count[] = {15, 8, 1, 7, 7}, wanted[] = {20, 10, 0, 10, 10};
    const struct round_print last[] = {{14, 20, 9}, {8, 10, 9}, {1, 0, 9}, {7, 10, 9}, {6, 10, 9}};
    struct round_past past[5];
    struct round_result r;
    struct one_way o;
    struct err e = {0};
    int64_t out[5];
    for (int c = 0; c < 5; c++)
        past[c] = (struct round_past){&last[c], 1};
    open_rows(&o, rows, 5);
    assert_int_equal(round_keeping(&o.m, count, past, 5, key, NULL, out, &r, &e), ST_OK);
    assert_memory_equal(out, wanted, sizeof out);
    close_table(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unchanged_is_printed_as_before),
        cmocka_unit_test(what_rose_is_not_printed_lower),
        cmocka_unit_test(all_prints_count),
        cmocka_unit_test(beyond_the_base_in_the_direction_of_the_change),
        cmocka_unit_test(large_counts_give_way_first),
        cmocka_unit_test(rows_without_a_change_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
