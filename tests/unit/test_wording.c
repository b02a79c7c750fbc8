#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stats/wording.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static void touching_is_not_enough(void **state)
{
    assert_int_equal(wording_of_interval((struct interval){0, 0.2}, 0), WORDING_NOT_SHOWN);
    assert_int_equal(wording_of_interval((struct interval){1e-12, 0.2}, 0), WORDING_HIGHER);
    assert_int_equal(wording_of_interval((struct interval){-0.2, 0}, 0), WORDING_NOT_SHOWN);
    assert_int_equal(wording_of_interval((struct interval){-0.2, -1e-12}, 0), WORDING_LOWER);
    assert_int_equal(wording_of_interval((struct interval){1, 3}, 1), WORDING_NOT_SHOWN);
    assert_int_equal(wording_of_interval((struct interval){0.2, 1}, 1), WORDING_NOT_SHOWN);
    assert_int_equal(wording_of_interval((struct interval){0.2, 0.999}, 1), WORDING_LOWER);
    assert_int_equal(wording_of_interval((struct interval){0, INFINITY}, 1), WORDING_NOT_SHOWN);
    assert_int_equal(wording_of_interval((struct interval){NAN, 3}, 1), WORDING_TOO_FEW);
}

/* P(X >= k) of a fair coin thrown n times, by Pascal's rule: apart from the beta quantiles. */
static double tail(int n, int k)
{
    double term = pow(0.5, n), sum = 0;
    for (int i = 0; i <= n; i++) {
        if (i >= k)
            sum += term;
        term *= (double)(n - i) / (i + 1);
    }
    return sum;
}

/* Clopper-Pearson leaves 1/2 out exactly when the tail of a fair coin is under 2.5%. */
static void changes_agree_with_the_fair_coin(void **state)
{
    for (int before = 0; before <= 30; before++)
        for (int after = 0; after <= 60; after++) {
            int n = before + after;
            enum wording wanted = n == 0                           ? WORDING_TOO_FEW
                                  : tail(n, after) < 0.025         ? WORDING_HIGHER
                                  : 1 - tail(n, after + 1) < 0.025 ? WORDING_LOWER
                                                                   : WORDING_NOT_SHOWN;
            assert_int_equal(wording_change(before, after, 0, 0.95), wanted);
        }
    /* the edge: P(X >= 22 of 32) = 0.0251, P(X >= 23 of 33) = 0.0175 */
    assert_int_equal(wording_change(10, 22, 0, 0.95), WORDING_NOT_SHOWN);
    assert_int_equal(wording_change(10, 23, 0, 0.95), WORDING_HIGHER);
}

/* With slack s the claim is that of the least favourable true counts. */
static void rounding_is_allowed_for(void **state)
{
    for (int before = 0; before <= 60; before += 5)
        for (int after = 0; after <= 60; after += 5) {
            enum wording w = wording_change(before, after, 4, 0.95);
            if (w == WORDING_HIGHER)
                assert_int_equal(wording_change(before + 4, after - 4, 0, 0.95), WORDING_HIGHER);
            if (w == WORDING_LOWER)
                assert_int_equal(wording_change(before - 4, after + 4, 0, 0.95), WORDING_LOWER);
        }
    /* 0 may stand for 4 and 5 for 9 or 1 */
    assert_int_equal(wording_change(0, 5, 4, 0.95), WORDING_NOT_SHOWN);
    assert_int_equal(wording_change(0, 20, 4, 0.95), WORDING_HIGHER);
    assert_int_equal(wording_change(0, 0, 4, 0.95), WORDING_TOO_FEW);
    assert_int_equal(wording_change(NAN, 20, 4, 0.95), WORDING_HIDDEN);
}

static enum wording compare(double x1, double n1, double u1, double x2, double n2, double u2,
                            double slack)
{
    return wording_compare((struct counted){x1, n1, u1}, (struct counted){x2, n2, u2}, slack, 0.95);
}

static void shares(void **state)
{
    /* Newcombe 1998, table II: 56/70 - 48/80 = 0.0524 to 0.3339 by method 10 */
    assert_int_equal(compare(56, 70, 0, 48, 80, 0, 0), WORDING_HIGHER);
    assert_int_equal(compare(48, 80, 0, 56, 70, 0, 0), WORDING_LOWER);
    assert_int_equal(compare(50, 100, 0, 50, 100, 0, 0), WORDING_NOT_SHOWN);
    assert_int_equal(compare(0, 1000, 0, 0, 1000, 0, 0), WORDING_NOT_SHOWN);
    assert_int_equal(compare(0, 1000, 0, 20, 1000, 0, 0), WORDING_LOWER);
    /* rounding: 56 may be 52 of 74, 48 may be 52 of 76 */
    assert_int_equal(compare(56, 70, 0, 48, 80, 0, 4), WORDING_NOT_SHOWN);
    assert_int_equal(compare(9, 10, 0, 3, 10, 0, 0), WORDING_TOO_FEW);
    assert_int_equal(compare(25, 29, 0, 500, 1000, 0, 0), WORDING_TOO_FEW);
    assert_int_equal(compare(30, 33, 0, 500, 1000, 0, 4), WORDING_TOO_FEW);
    assert_int_equal(compare(NAN, 70, 0, 48, 80, 0, 0), WORDING_HIDDEN);
    assert_int_equal(compare(56, 70, 0, 48, NAN, 0, 0), WORDING_HIDDEN);
    assert_int_equal(compare(0, 0, 0, 48, 80, 0, 0), WORDING_TOO_FEW);
}

static void the_unknown_stand_against_a_claim(void **state)
{
    /* 300 of 1,000 against 200: clear; with 50 unknown still; with 200 they could reverse it */
    assert_int_equal(compare(300, 1000, 0, 200, 1000, 0, 0), WORDING_HIGHER);
    assert_int_equal(compare(300, 1000, 0, 200, 1000, 50, 0), WORDING_HIGHER);
    assert_int_equal(compare(300, 1000, 0, 200, 1000, 200, 0), WORDING_UNKNOWN_DECIDES);
    assert_int_equal(compare(200, 1000, 200, 300, 1000, 0, 0), WORDING_UNKNOWN_DECIDES);
    /* everything unknown: nothing is shown, and nobody known decides */
    assert_int_equal(compare(0, 1000, 1000, 0, 1000, 1000, 0), WORDING_NOT_SHOWN);
    /* more unknown never make a claim where there was none */
    bool claimed = true;
    for (int u = 0; u <= 700; u += 10) {
        bool now = compare(300, 1000, 0, 200, 1000, u, 4) == WORDING_HIGHER;
        assert_true(claimed || !now);
        claimed = now;
    }
    assert_false(claimed);
}

static void says_share(double yes, double all, const char *wanted)
{
    char out[WORDING_TEXT];
    wording_share(yes, all, out);
    assert_string_equal(out, wanted);
}

static void says_range(double yes, double all, double unknown, const char *wanted)
{
    char out[WORDING_TEXT];
    wording_range((struct counted){yes, all, unknown}, out);
    assert_string_equal(out, wanted);
}

static void says_one_in(double share, const char *wanted)
{
    char out[WORDING_TEXT];
    wording_one_in(share, out);
    assert_string_equal(out, wanted);
}

static void in_words(void **state)
{
    says_share(5, 40, "5 of 40"); /* below 50 a share would say more than is known */
    says_share(5, 50, "10%");
    says_share(370, 4995, "7%");
    says_share(370, 5000, "7.4%");
    says_share(0, 5000, "0.0%");
    says_share(5, 20000, "under 0.1%");
    says_share(19995, 20000, "over 99.9%");
    says_share(20000, 20000, "100.0%");
    says_share(0, 0, "none");
    says_share(NAN, 100, "not published");
    says_range(70, 305, 80, "between 23% and 49%");
    says_range(5, 40, 4, "between 5 and 9 of 40");
    says_range(70, 305, 0, "23%");
    says_range(65, 5000, 2, "1.3%"); /* the same when rounded */
    says_range(65, 5000, NAN, "not published");
    says_one_in(0, "none");
    says_one_in(0.004, "fewer than 1 in 200");
    says_one_in(1.0 / 8, "about 1 in 8");
    says_one_in(2018.0 / 17004, "about 1 in 8");
    says_one_in(0.31, "about 3 in 10");
    says_one_in(0.5, "about half");
    says_one_in(0.66, "about 7 in 10");
    says_one_in(0.97, "nearly all");
    says_one_in(1, "all");
    for (int w = WORDING_HIGHER; w <= WORDING_HIDDEN; w++) {
        assert_true(strlen(wording_compared((enum wording)w)) > 0);
        assert_true(strlen(wording_changed((enum wording)w)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(touching_is_not_enough),
        cmocka_unit_test(changes_agree_with_the_fair_coin),
        cmocka_unit_test(rounding_is_allowed_for),
        cmocka_unit_test(shares),
        cmocka_unit_test(the_unknown_stand_against_a_claim),
        cmocka_unit_test(in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
