#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stats/cox.h"
#include "stats/surv_cif.h"
#include "stats/surv_km.h"
#include "stats/surv_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-13 * fmax(1, fabs(b));
}

/* Times that differ by rounding are one time; days and fractions take different sorts. */
static void orders_times(void **state)
{
    const double third = 0.1 + 0.2, stop[] = {0.3, third, 0.1, 2.5}, days[] = {3, 3, 1, 25};
    const int32_t event[] = {1, 1, 0, 0};
    struct surv_rows r = {.n = 4, .stop = stop, .event = event, .causes = 1, .groups = 1};
    struct surv_order o;
    struct err e = {0};
    size_t bad;
    for (int turn = 0; turn < 2; turn++) {
        r.stop = turn ? days : stop;
        assert_int_equal(surv_order_make(&r, &o, &bad, &e), ST_OK);
        assert_int_equal(o.times, 3);
        assert_int_equal(o.at[0], 1);
        assert_int_equal(o.at[1], 1);
        assert_int_equal(o.at[2], 0);
        assert_int_equal(o.by_stop[0], 2);
        assert_int_equal(o.by_stop[3], 3);
        surv_order_free(&o);
    }
}

static void refuses_bad_times(void **state)
{
    double start[] = {0, 2, 1}, stop[] = {1, 2, 5};
    const int32_t event[] = {1, 0, 1};
    struct surv_rows r = {
        .n = 3, .start = start, .stop = stop, .event = event, .causes = 1, .groups = 1};
    struct surv_order o;
    struct err e = {0};
    size_t bad = 9;
    assert_int_equal(surv_order_make(&r, &o, &bad, &e), ST_DATA);
    assert_int_equal(bad, 1);
    start[1] = 0;
    stop[2] = NAN;
    assert_int_equal(surv_order_make(&r, &o, &bad, &e), ST_DATA);
    assert_int_equal(bad, 2);
    stop[2] = 5;
    start[0] = -1;
    assert_int_equal(surv_order_make(&r, &o, &bad, &e), ST_DATA);
    assert_int_equal(bad, 0);
    start[0] = 1 - 1e-12; /* shorter than what counts as one time */
    stop[1] = 2.5;
    assert_int_equal(surv_order_make(&r, &o, &bad, &e), ST_DATA);
    assert_int_equal(bad, 0);
}

/* Late entry: at 2, rows 0 and 1 are at risk; at 5, rows 1 and 2; at 6, row 2. */
static void counts_the_risk_set(void **state)
{
    const double start[] = {0, 1, 3}, stop[] = {2, 5, 6};
    const int32_t event[] = {1, 0, 1};
    struct surv_rows r = {
        .n = 3, .start = start, .stop = stop, .event = event, .causes = 1, .groups = 1};
    struct surv_order o;
    struct surv_counts c;
    struct km_curve k;
    struct err e = {0};
    size_t bad;
    assert_int_equal(surv_order_make(&r, &o, &bad, &e), ST_OK);
    surv_counts_make(&r, &o, 0, &c);
    assert_int_equal(c.n, 3);
    assert_int_equal(c.risk[0], 2);
    assert_int_equal(c.risk[1], 2);
    assert_int_equal(c.risk[2], 1);
    km_fit(&c, &k);
    assert_true(near(k.surv[0], 0.5) && near(k.surv[1], 0.5) && k.surv[2] == 0);
    assert_true(isnan(km_se(&k, 2)) && isinf(k.greenwood[2]));
    assert_true(near(k.cumhaz[2], 1.5) && near(k.cumhaz_var[2], 1.25));
    assert_true(near(km_mean(&k, 4).mean, 2 + 2 * 0.5));
    assert_true(near(km_quantile(&k, 0.5, 1.96, KM_PLAIN).value, (2 + 6) / 2.0));
    km_free(&k);
    surv_counts_free(&c);
    surv_order_free(&o);
}

/* Equal rows, and rows that differ in one column only, end in one order however they start. */
static void canonical_order_is_by_content(void **state)
{
    enum { N = 500 };
    double a[N], b[N], first_a[N], first_b[N];
    uint32_t order[N];
    const double *columns[] = {a, b};
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < N; i++) {
            int k = (i * 7 + turn * 131) % N; /* 7 and 500 share no divisor: a permutation */
            a[i] = k % 10;
            b[i] = k % 4 * 0.25;
        }
        surv_canonical_order(columns, 2, N, order);
        for (int i = 0; i < N; i++) {
            if (turn == 0) {
                first_a[i] = a[order[i]];
                first_b[i] = b[order[i]];
            }
            assert_true(a[order[i]] == first_a[i] && b[order[i]] == first_b[i]);
        }
    }
}

/* Two groups that mirror each other: nothing observed beyond what is expected. */
static void tests_of_equal_groups(void **state)
{
    const double stop[] = {1, 1, 2, 2, 3, 3, 4, 4};
    const int32_t event[] = {1, 1, 2, 2, 1, 1, 0, 0}, group[] = {0, 1, 0, 1, 0, 1, 0, 1};
    struct surv_rows r = {
        .n = 8, .stop = stop, .event = event, .causes = 2, .group = group, .groups = 2};
    struct surv_test t;
    struct err e = {0};
    assert_int_equal(surv_logrank(&r, NULL, 0, 1, &t, &e), ST_OK);
    assert_true(t.df == 1 && fabs(t.chisq) < 1e-20 && near(t.p, 1));
    surv_test_free(&t);
    assert_int_equal(surv_gray(&r, NULL, 0, 1, 0, &t, &e), ST_OK);
    assert_true(t.df == 1 && fabs(t.chisq) < 1e-20);
    surv_test_free(&t);
}

/* One binary covariate, no ties: the score equation by hand. Rows (time, event, x): (1,1,1) (2,1,0)
 * (3,1,1) (4,0,0). With r = exp(beta): 1 - 2r/(2r+2) - r/(r+2) + 1 - r/(r+1) = 0. */
static void cox_by_hand(void **state)
{
    const double stop[] = {1, 2, 3, 4}, x[] = {1, 0, 1, 0};
    const int32_t event[] = {1, 1, 1, 0};
    struct surv_rows r = {.n = 4, .stop = stop, .event = event, .causes = 1, .groups = 1};
    struct cox_data d = {&r, x, 1};
    struct surv_order o;
    struct err e = {0};
    size_t bad;
    double coef[3];
    assert_int_equal(surv_order_make(&r, &o, &bad, &e), ST_OK);
    for (int ties = 0; ties < 3; ties++) { /* without ties all three are the same */
        struct cox_fit f;
        assert_int_equal(cox_fit(&d, &o, (enum cox_ties)ties, false, &f, &e), ST_OK);
        coef[ties] = f.coef[0];
        double w = exp(f.coef[0]);
        assert_true(fabs(2 - 2 * w / (2 * w + 2) - w / (w + 2) - w / (w + 1)) < 1e-12);
        assert_true(near(f.loglik0, -log(4) - log(3) - log(2)));
        cox_free(&f);
    }
    assert_true(near(coef[0], coef[1]) && near(coef[0], coef[2]));
    surv_order_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_times),          cmocka_unit_test(refuses_bad_times),
        cmocka_unit_test(counts_the_risk_set),   cmocka_unit_test(canonical_order_is_by_content),
        cmocka_unit_test(tests_of_equal_groups), cmocka_unit_test(cox_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
