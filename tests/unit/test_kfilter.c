#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "disclosure/compare.h"
#include "disclosure/kfilter.h"
#include "disclosure/tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, ROWS = 400 };
static const uint32_t size[COLUMNS] = {3, 9, 2, 17, 4};

struct file {
    size_t n;
    uint32_t cell[COLUMNS][ROWS];
    uint32_t *column[COLUMNS];
};

/* Skewed codes, the later columns tied to the earlier ones. */
static void fill(struct file *f, size_t n, uint64_t seed)
{
    struct rng r = rng_stream(seed, 1);
    f->n = n;
    for (int c = 0; c < COLUMNS; c++)
        f->column[c] = f->cell[c];
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < COLUMNS; c++) {
            double u = rng_unit(&r);
            uint32_t tied = c ? f->cell[c - 1][i] % size[c] : 0;
            f->cell[c][i] = u < 0.4 ? tied : (uint32_t)(u * u * size[c]);
        }
}

/* Records that agree with record i in the columns of `mask`, the slow way. */
static size_t count_like(const struct file *f, size_t i, unsigned mask)
{
    size_t n = 0;
    for (size_t r = 0; r < f->n; r++) {
        bool same = true;
        for (int c = 0; c < COLUMNS; c++)
            same &= !(mask >> c & 1) || f->cell[c][r] == f->cell[c][i];
        n += same;
    }
    return n;
}

static size_t least_like(const struct file *f)
{
    size_t least = f->n;
    for (unsigned mask = 1; mask < 1u << COLUMNS; mask++)
        for (size_t i = 0; __builtin_popcount(mask) <= KFILTER_WAYS && i < f->n; i++) {
            size_t n = count_like(f, i, mask);
            least = n < least ? n : least;
        }
    return least;
}

static void no_combination_is_rarer_than_k(void **state)
{
    static const uint32_t k[] = {2, 3, 7, 10, 60, 100};
    for (size_t t = 0; t < sizeof k / sizeof *k; t++) {
        struct file f;
        struct kfilter_report report;
        struct err e = {0};
        fill(&f, 100 + 37 * t, t);
        assert_true(least_like(&f) < k[t]);
        assert_int_equal(kfilter_apply(f.column, f.n, COLUMNS, size, k[t], &report, &e), ST_OK);
        assert_true(least_like(&f) >= k[t]);
        assert_true(report.rewritten > 0 && report.rewritten <= f.n);
        for (int c = 0; c < COLUMNS; c++)
            for (size_t i = 0; i < f.n; i++)
                assert_true(f.cell[c][i] < size[c]);
    }
}

/* Where no combination is rare nothing is touched, and what is rare costs only its own records. */
static void common_records_stay(void **state)
{
    struct file f, before;
    struct kfilter_report report;
    struct err e = {0};
    fill(&f, 200, 1);
    for (size_t i = 0; i < f.n; i++)
        for (int c = 0; c < COLUMNS; c++)
            f.cell[c][i] = i % 2;
    before = f;
    assert_int_equal(kfilter_apply(f.column, f.n, COLUMNS, size, 100, &report, &e), ST_OK);
    assert_int_equal(report.rewritten, 0);
    assert_memory_equal(f.cell, before.cell, sizeof f.cell);
    f.cell[3][7] = 16; /* one record of its own: it becomes like the others */
    assert_int_equal(kfilter_apply(f.column, f.n, COLUMNS, size, 10, &report, &e), ST_OK);
    assert_int_equal(report.rewritten, 1);
    assert_true(least_like(&f) >= 99);
}

static void fewer_records_than_k_are_refused(void **state)
{
    struct file f;
    struct kfilter_report report;
    struct err e = {0};
    fill(&f, 9, 1);
    assert_int_equal(kfilter_apply(f.column, f.n, COLUMNS, size, 10, &report, &e), ST_DATA);
    assert_int_equal(kfilter_apply(f.column, f.n, COLUMNS, size, 9, &report, &e), ST_OK);
    assert_int_equal(least_like(&f), 9);
}

/* Against counting by hand: two columns, some of it hidden. */
static void compare_counts_by_hand(void **state)
{
    uint32_t ta[] = {0, 0, 0, 1, 1, 2}, tb[] = {0, 0, 1, 1, 1, 0};
    uint32_t ma[] = {0, 0, 1, 1, 1, 0}, mb[] = {0, 0, 1, COMPARE_HIDDEN, 0, 0};
    uint32_t *t[] = {ta, tb}, *m[] = {ma, mb};
    struct compare_file truth = {6, t}, made = {6, m};
    struct compare_report report;
    struct err e = {0};
    static const uint32_t sizes[] = {3, 2};
    assert_int_equal(compare_files(&truth, &made, 2, sizes, 2, 2, &report, &e), ST_OK);
    const struct compare_ways *one = &report.ways[0], *two = &report.ways[1];
    assert_int_equal(one->in_truth, 5);
    assert_int_equal(one->in_made, 4); /* a: 0, 1; b: 0, 1 */
    assert_int_equal(one->common, 4);
    assert_int_equal(one->common_kept, 4);
    assert_int_equal(one->made_below_k, 1); /* b = 1, once */
    assert_int_equal(two->in_truth, 4);     /* 00 x2, 01, 11 x2, 20 */
    assert_int_equal(two->in_made, 3);      /* 00 x3, 11, 10 */
    assert_int_equal(two->common, 2);
    assert_int_equal(two->common_kept, 2);
    assert_int_equal(two->made_never, 1);
    assert_int_equal(two->made_below_k, 2);
    assert_int_equal(report.lost.n, 3); /* a = 2; 01; 20 */
    assert_int_equal(report.never.n, 1);
    assert_int_equal(report.never.at[0].code[0], 1);
    assert_int_equal(report.never.at[0].code[1], 0);
}

/* Errors are of counts from 100: 200 made as 150, 100 as 150. */
static void compare_tells_errors_of_large_counts(void **state)
{
    static uint32_t t[300], m[300];
    uint32_t *truth_code[] = {t}, *made_code[] = {m};
    struct compare_file truth = {300, truth_code}, made = {300, made_code};
    struct compare_report report;
    struct err e = {0};
    static const uint32_t sizes[] = {2};
    for (int i = 0; i < 300; i++) {
        t[i] = i >= 200;
        m[i] = i >= 150;
    }
    assert_int_equal(compare_files(&truth, &made, 1, sizes, 10, 1, &report, &e), ST_OK);
    assert_int_equal(report.ways[0].big, 2);
    assert_true(report.ways[0].error > 0.3749 && report.ways[0].error < 0.3751);
    assert_true(report.ways[0].error_90 == 0.5);
    assert_true(report.ways[0].share_error == report.ways[0].error);
}

static void tally_counts_what_an_array_counts(void **state)
{
    struct tally t;
    struct rng r = rng_stream(5, 5);
    static uint32_t count[5000];
    tally_open(&t, 4);
    for (int i = 0; i < 20000; i++) {
        uint64_t key = rng_below(&r, 5000);
        count[key]++;
        ++*tally_at(&t, (key << 40) + 1);
    }
    for (uint64_t key = 0; key < 5000; key++)
        assert_int_equal(tally_count(&t, (key << 40) + 1), count[key]);
    assert_int_equal(tally_count(&t, 2), 0);
    tally_clear(&t);
    assert_int_equal(tally_count(&t, 1), 0);
    tally_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_combination_is_rarer_than_k),
        cmocka_unit_test(common_records_stay),
        cmocka_unit_test(fewer_records_than_k_are_refused),
        cmocka_unit_test(compare_counts_by_hand),
        cmocka_unit_test(compare_tells_errors_of_large_counts),
        cmocka_unit_test(tally_counts_what_an_array_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
