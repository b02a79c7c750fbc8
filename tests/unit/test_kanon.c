#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "disclosure/kanon.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Five columns and a grouping of the second one: nine codes in three groups, one of them of one
 * code. */
enum { COLUMNS = 5, VIEWS = 6, ROWS = 600 };
static const uint32_t size[VIEWS] = {3, 9, 2, 12, 4, 3};
static const int column[VIEWS] = {0, 1, 2, 3, 4, 1};
static const uint32_t groups[9] = {0, 0, 0, 0, 1, 1, 1, 1, 2};
static const uint32_t *const up[VIEWS] = {NULL, NULL, NULL, NULL, NULL, groups};
static uint32_t cell[VIEWS][ROWS];
static const uint32_t *const value[VIEWS] = {cell[0], cell[1], cell[2], cell[3], cell[4], cell[5]};

static struct kanon_input fill(size_t n, uint32_t k, uint64_t seed)
{
    struct rng r = rng_stream(seed, 1);
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < COLUMNS; c++) {
            double u = rng_unit(&r);
            uint32_t tied = c ? cell[c - 1][i] % size[c] : 0;
            cell[c][i] = u < 0.4 ? tied : (uint32_t)(u * u * size[c]);
        }
        cell[5][i] = groups[cell[1][i]];
    }
    return (struct kanon_input){.n = n,
                                .ncolumns = COLUMNS,
                                .nviews = VIEWS,
                                .value = value,
                                .size = size,
                                .column = column,
                                .up = up,
                                .k = k};
}

/* Records of `file` that show what record i of `like` shows in the columns of `mask`. */
static size_t count_like(const uint32_t *const *file, size_t n, const uint32_t *const *like,
                         size_t i, unsigned mask)
{
    size_t count = 0;
    for (size_t r = 0; r < n; r++) {
        bool same = true;
        for (int v = 0; v < VIEWS; v++)
            same &= !(mask >> v & 1) || file[v][r] == like[v][i];
        count += same;
    }
    return count;
}

static bool shows(const uint32_t *const *file, size_t i, unsigned mask)
{
    bool all = true;
    for (int v = 0; v < VIEWS; v++)
        all &= !(mask >> v & 1) || file[v][i] != KANON_HIDDEN;
    return all;
}

static const unsigned char seed[NOISE_SEED_BYTES] = {7};

static void every_combination_shown_is_common(void **state)
{
    static const uint32_t k[] = {2, 5, 10, 40};
    for (size_t t = 0; t < sizeof k / sizeof *k; t++) {
        struct kanon_input in = fill(150 + 140 * t, k[t], t);
        struct kanon_output out;
        struct err e = {0};
        size_t shown = 0;
        assert_int_equal(kanon_make(&in, seed, &out, &e), ST_OK);
        assert_int_equal(out.n, in.n);
        const uint32_t *const *made = (const uint32_t *const *)out.value;
        for (unsigned mask = 1; mask < 1u << VIEWS; mask++)
            for (size_t i = 0; __builtin_popcount(mask) <= KANON_WAYS && i < out.n; i++)
                if (shows(made, i, mask)) {
                    shown++;
                    assert_true(count_like(value, in.n, made, i, mask) >= k[t]);
                }
        assert_true(shown > out.n);
        kanon_free(&out, VIEWS);
    }
}

/* With room for a record of each, no common combination of up to three columns is left out. */
static void common_combinations_are_kept(void **state)
{
    struct kanon_input in = fill(ROWS, 10, 9);
    struct kanon_output out;
    struct err e = {0};
    size_t common = 0;
    assert_int_equal(kanon_make(&in, seed, &out, &e), ST_OK);
    assert_true(out.covering < in.n);
    for (unsigned mask = 1; mask < 1u << VIEWS; mask++)
        for (size_t i = 0; __builtin_popcount(mask) <= 3 && i < in.n; i++)
            if (count_like(value, in.n, value, i, mask) >= in.k) {
                common++;
                assert_true(count_like((const uint32_t *const *)out.value, out.n, value, i, mask) >
                            0);
            }
    assert_true(common > in.n);
    kanon_free(&out, VIEWS);
}

/* A group tells no more than its codes: shown with them, and alone where they are rare. */
static void groups_follow_from_codes(void **state)
{
    struct kanon_input in = fill(ROWS, 30, 3);
    struct kanon_output out;
    struct err e = {0};
    size_t alone = 0;
    assert_int_equal(kanon_make(&in, seed, &out, &e), ST_OK);
    for (size_t i = 0; i < out.n; i++) {
        if (out.value[1][i] != KANON_HIDDEN)
            assert_int_equal(out.value[5][i], groups[out.value[1][i]]);
        alone += out.value[1][i] == KANON_HIDDEN && out.value[5][i] != KANON_HIDDEN;
    }
    assert_true(alone > 0);
    kanon_free(&out, VIEWS);
}

static void the_seed_decides(void **state)
{
    static const unsigned char other[NOISE_SEED_BYTES] = {8};
    struct kanon_input in = fill(300, 5, 4);
    struct kanon_output a, b, c;
    struct err e = {0};
    bool same = true;
    assert_int_equal(kanon_make(&in, seed, &a, &e), ST_OK);
    assert_int_equal(kanon_make(&in, seed, &b, &e), ST_OK);
    assert_int_equal(kanon_make(&in, other, &c, &e), ST_OK);
    for (int v = 0; v < VIEWS; v++) {
        assert_memory_equal(a.value[v], b.value[v], a.n * sizeof **a.value);
        same &= memcmp(a.value[v], c.value[v], a.n * sizeof **a.value) == 0;
    }
    assert_false(same);
    kanon_free(&a, VIEWS);
    kanon_free(&b, VIEWS);
    kanon_free(&c, VIEWS);
}

static void what_cannot_be_shown_is_refused(void **state)
{
    struct kanon_input in = fill(50, 51, 4);
    struct kanon_output out;
    struct err e = {0};
    assert_int_equal(kanon_make(&in, seed, &out, &e), ST_DATA);
    kanon_free(&out, VIEWS);
    in = fill(50, 50, 4); /* no code has all 50 */
    assert_int_equal(kanon_make(&in, seed, &out, &e), ST_DATA);
    kanon_free(&out, VIEWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_shown_is_common),
        cmocka_unit_test(common_combinations_are_kept),
        cmocka_unit_test(groups_follow_from_codes),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(what_cannot_be_shown_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
