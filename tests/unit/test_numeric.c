#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stats/numeric.h"

static void sums_keep_small_terms(void **state)
{
    const double x[] = {1, 1e100, 1, -1e100};
    assert_true(num_sum(x, 4) == 2);
}

/* Hyndman & Fan's formulas by hand for 1, 2, 4, 8. */
static void quantiles(void **state)
{
    const double x[] = {1, 2, 4, 8};
    assert_true(fabs(num_quantile(x, 4, 0.5, 7) - 3) < 1e-15);
    assert_true(fabs(num_quantile(x, 4, 0.25, 7) - 1.75) < 1e-15);
    /* type 8: place = 1/3 + 0.25 * (4 + 1/3) = 17/12 */
    assert_true(fabs(num_quantile(x, 4, 0.25, 8) - (1 + 5.0 / 12)) < 1e-15);
    assert_true(num_quantile(x, 4, 0, 8) == 1 && num_quantile(x, 4, 1, 8) == 8);
    assert_true(num_quantile(x, 1, 0.3, 8) == 1);
}

static void factors_and_inverts(void **state)
{
    const double m[9] = {4, 2, 2, 2, 5, 3, 2, 3, 6};
    double f[9], inverse[9];
    for (int i = 0; i < 9; i++)
        f[i] = m[i];
    assert_int_equal(num_ldl(f, 3, 1e-12), 3);
    num_ldl_inverse(f, 3, inverse);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double s = 0;
            for (int k = 0; k < 3; k++)
                s += m[i * 3 + k] * inverse[k * 3 + j];
            assert_true(fabs(s - (i == j)) < 1e-14);
        }
}

static void drops_a_dependent_column(void **state)
{
    /* third = first + second */
    double f[9] = {1, 0, 1, 0, 1, 1, 1, 1, 2}, b[3] = {1, 2, 3};
    assert_int_equal(num_ldl(f, 3, 1e-12), 2);
    num_ldl_solve(f, 3, b);
    assert_true(b[0] == 1 && b[1] == 2 && b[2] == 0);
    double bad[4] = {1, 2, 2, 1};
    assert_true(num_ldl(bad, 2, 1e-12) < 0);
}

static double cube_minus(double x, const void *ctx)
{
    return x * x * x - *(const double *)ctx;
}

static void finds_roots(void **state)
{
    double two = 2, none = -9;
    assert_true(fabs(num_root(cube_minus, &two, 0, 2) - cbrt(2)) < 1e-15);
    assert_true(isnan(num_root(cube_minus, &none, 0, 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_keep_small_terms), cmocka_unit_test(quantiles),
        cmocka_unit_test(factors_and_inverts),   cmocka_unit_test(drops_a_dependent_column),
        cmocka_unit_test(finds_roots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
