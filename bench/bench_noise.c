/* Noise of differential privacy: draws a CPU second, and chi-square of all draws against the exact
 * probabilities. Prints CSV; exit 1 when a p-value is 0.001 or less. */
#include "disclosure/noise.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { SIDE = 20000 }; /* values beyond are pooled */

struct sampler {
    const char *name;
    int64_t (*draw)(struct noise *, uint64_t, uint64_t);
    double (*weight)(double x, double num, double den);
    uint64_t at[8][2]; /* parameters, up to a zero */
};

static double laplace(double x, double num, double den)
{
    return exp(-fabs(x) * num / den);
}

static double gaussian(double x, double num, double den)
{
    return exp(-x * x * den / (2 * num));
}

/* Among the Gaussian ones the variances of a file of 17,000 records and 6 columns at epsilon 4
 * and 1.
 */
static const struct sampler samplers[] = {
    {"laplace", noise_laplace, laplace, {{1, 1}, {1, 4}, {3, 7}, {4, 1}, {1, 10}, {50, 7}}},
    {"gaussian",
     noise_gaussian,
     gaussian,
     {{1, 1}, {1, 4}, {50, 7}, {26149, 1000}, {31379, 1000}, {450449, 1000}, {999999, 10007}}}};

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Classes that expect fewer than 10 draws are one class. */
static double p_value(const struct sampler *s, uint64_t num, uint64_t den, const double *count,
                      double draws, int *df)
{
    double total = 0, chi = 0, rest = draws, rest_expected = draws;
    for (int x = -10 * SIDE; x <= 10 * SIDE; x++)
        total += s->weight(x, (double)num, (double)den);
    *df = -1;
    for (int x = -SIDE; x <= SIDE; x++) {
        double expected = draws * s->weight(x, (double)num, (double)den) / total;
        if (expected < 10)
            continue;
        chi += (count[x + SIDE] - expected) * (count[x + SIDE] - expected) / expected;
        rest -= count[x + SIDE];
        rest_expected -= expected;
        ++*df;
    }
    if (rest_expected >= 10) {
        chi += (rest - rest_expected) * (rest - rest_expected) / rest_expected;
        ++*df;
    }
    return pchisq(chi, *df, 0, 0);
}

static double try_one(const struct sampler *s, uint64_t num, uint64_t den, long draws,
                      const unsigned char *seed)
{
    static double count[2 * SIDE + 1];
    static int64_t drawn[1 << 16];
    struct noise n;
    double seconds = 0;
    int df;
    memset(count, 0, sizeof count);
    noise_open(&n, seed);
    for (long done = 0; done < draws; done += 1 << 16) {
        long m = draws - done < 1 << 16 ? draws - done : 1 << 16;
        double start = cpu_seconds();
        for (long i = 0; i < m; i++)
            drawn[i] = s->draw(&n, num, den);
        seconds += cpu_seconds() - start;
        for (long i = 0; i < m; i++)
            if (drawn[i] >= -SIDE && drawn[i] <= SIDE)
                count[drawn[i] + SIDE]++;
    }
    noise_close(&n);
    double p = p_value(s, num, den, count, (double)draws, &df);
    printf("%s,%llu/%llu,%ld,%d,%.4f,%.2f\n", s->name, (unsigned long long)num,
           (unsigned long long)den, draws, df, p, (double)draws / seconds / 1e6);
    fflush(stdout);
    return p;
}

int main(int argc, char **argv)
{
    long draws = argc > 1 ? atol(argv[1]) : 10000000;
    unsigned char seed[NOISE_SEED_BYTES] = {0};
    int bad = 0;
    if (argc > 2)
        strncpy((char *)seed, argv[2], sizeof seed - 1);
    else if (getrandom(seed, sizeof seed, 0) != sizeof seed)
        return 3;
    printf("sampler,parameter,draws,df,p,million_draws_a_cpu_second\n");
    for (size_t s = 0; s < sizeof samplers / sizeof *samplers; s++)
        for (int k = 0; samplers[s].at[k][0]; k++)
            bad |= !(try_one(&samplers[s], samplers[s].at[k][0], samplers[s].at[k][1], draws,
                             seed) > 0.001);
    return bad;
}
