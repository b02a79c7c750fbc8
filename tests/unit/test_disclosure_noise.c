#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "disclosure/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Upper tail of chi-square by Wilson & Hilferty's cube root; good to a per cent far out. */
static double chi_square_tail(double x, int df)
{
    double k = 2.0 / (9 * df), z = (cbrt(x / df) - (1 - k)) / sqrt(k);
    return 0.5 * erfc(z / sqrt(2));
}

#define SIDE 40

/* p-value of `draws` draws against weights w(|x|), tails pooled so that no class expects < 10. */
static double fit(int64_t (*draw)(struct noise *, uint64_t, uint64_t), uint64_t num, uint64_t den,
                  double (*weight)(int, double, double), int draws)
{
    struct noise n;
    unsigned char seed[NOISE_SEED_BYTES];
    double count[2 * SIDE + 1] = {0}, p[2 * SIDE + 1], total = 0, chi = 0, rest_p = 1;
    memset(seed, (int)(num * 31 + den), sizeof seed);
    noise_open(&n, seed);
    for (int i = 0; i < draws; i++) {
        int64_t x = draw(&n, num, den);
        if (x >= -SIDE && x <= SIDE)
            count[x + SIDE]++;
    }
    noise_close(&n);
    for (int x = -100000; x <= 100000; x++)
        total += weight(x, (double)num, (double)den);
    double rest = draws;
    int df = 0;
    for (int k = 0; k <= 2 * SIDE; k++) {
        p[k] = weight(k - SIDE, (double)num, (double)den) / total;
        if (p[k] * draws < 10)
            continue;
        chi += (count[k] - p[k] * draws) * (count[k] - p[k] * draws) / (p[k] * draws);
        rest -= count[k];
        rest_p -= p[k];
        df++;
    }
    if (rest_p * draws >= 10)
        chi += (rest - rest_p * draws) * (rest - rest_p * draws) / (rest_p * draws), df++;
    return chi_square_tail(chi, df - 1);
}

static double laplace_weight(int x, double num, double den)
{
    return exp(-fabs((double)x) * num / den);
}

static double gaussian_weight(int x, double num, double den)
{
    return exp(-(double)x * x * den / (2 * num));
}

/* For parameter k of a sampler: ten million for the first. */
static int draws(size_t k)
{
    if (getenv("THROUGHLINE_SANITIZED"))
        return 100000;
    return k == 0 ? 10000000 : 1000000;
}

static void laplace_has_its_distribution(void **state)
{
    static const uint64_t at[][2] = {{1, 1}, {1, 4}, {3, 7}, {4, 1}, {1, 10}};
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        assert_true(fit(noise_laplace, at[k][0], at[k][1], laplace_weight, draws(k)) > 0.001);
}

static void gaussian_has_its_distribution(void **state)
{
    static const uint64_t at[][2] = {{1, 1}, {25, 1}, {1, 4}, {174, 100}, {50, 7}, {999999, 10007}};
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        assert_true(fit(noise_gaussian, at[k][0], at[k][1], gaussian_weight, draws(k)) > 0.001);
}

/* The test can fail: noise of another scale is found out. */
static void wrong_scale_is_seen(void **state)
{
    struct noise n;
    unsigned char seed[NOISE_SEED_BYTES] = {1};
    double zero = 0, expected = 1 / (1 + 2 / (exp(1.0) - 1));
    int total = draws(1);
    noise_open(&n, seed);
    for (int i = 0; i < total; i++)
        zero += noise_laplace(&n, 11, 10) == 0;
    noise_close(&n);
    assert_true(fabs(zero / total - expected) > 0.01);
}

static void below_is_even(void **state)
{
    struct noise n;
    unsigned char seed[NOISE_SEED_BYTES] = {2};
    int count[7] = {0};
    noise_open(&n, seed);
    for (int i = 0; i < 70000; i++)
        count[noise_below(&n, 7)]++;
    noise_close(&n);
    double chi = 0;
    for (int k = 0; k < 7; k++)
        chi += (count[k] - 10000.0) * (count[k] - 10000.0) / 10000;
    assert_true(chi_square_tail(chi, 6) > 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laplace_has_its_distribution),
        cmocka_unit_test(gaussian_has_its_distribution),
        cmocka_unit_test(wrong_scale_is_seen),
        cmocka_unit_test(below_is_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
