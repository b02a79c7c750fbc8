#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "disclosure/budget.h"

#include <math.h>
#include <stdlib.h>

/* rho at delta 1 / (n ln n), n = 17,004, as ../shared/data/disclosure/dp_numbers.csv has it. */
static void rho_is_as_published(void **state)
{
    static const double known[][2] = {
        {0.1, 0.00020717}, {0.5, 0.00509526}, {1, 0.01997990}, {2, 0.07693293}};
    double delta = 1 / (17004 * log(17004));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_true(fabs(budget_rho(known[i][0], delta) - known[i][1]) < 5e-9);
        assert_true(fabs(budget_epsilon(budget_rho(known[i][0], delta), delta) - known[i][0]) <
                    1e-12);
    }
}

static void releases_add_up(void **state)
{
    static const struct budget_release list[] = {
        {0.1, 1e-6, 2024}, {0.2, 1e-5, 2025}, {0.3, 1e-7, 2025}};
    struct budget_total all = budget_add(list, 3, 0), year = budget_add(list, 3, 2025),
                        none = budget_add(list, 3, 2026);
    assert_int_equal(all.releases, 3);
    assert_true(fabs(all.rho - 0.6) < 1e-12 && all.delta == 1e-7);
    assert_true(all.epsilon == budget_epsilon(all.rho, 1e-7));
    assert_true(year.releases == 2 && fabs(year.rho - 0.5) < 1e-12 && year.delta == 1e-7);
    assert_true(none.releases == 0 && none.rho == 0 && none.epsilon == 0);
    /* Two releases spend less than the sum of their epsilons and more than either. */
    static const struct budget_release twice[] = {{0.02, 1e-6, 1}, {0.02, 1e-6, 1}};
    double one = budget_add(twice, 1, 0).epsilon, two = budget_add(twice, 2, 0).epsilon;
    assert_true(two > one && two < 2 * one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rho_is_as_published),
        cmocka_unit_test(releases_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
