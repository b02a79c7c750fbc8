#include "disclosure/noise.h"

#include "base/err.h"

#include <sodium.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

void noise_open(struct noise *n, const unsigned char seed[NOISE_SEED_BYTES])
{
    memset(n, 0, sizeof *n);
    memcpy(n->seed, seed, sizeof n->seed);
    n->next = sizeof n->word / sizeof *n->word;
}

void noise_close(struct noise *n)
{
    sodium_memzero(n, sizeof *n);
}

uint64_t noise_u64(struct noise *n)
{
    if (n->next == sizeof n->word / sizeof *n->word) {
        unsigned char nonce[crypto_stream_chacha20_NONCEBYTES] = {0};
        memcpy(nonce, &n->block, sizeof n->block);
        crypto_stream_chacha20((unsigned char *)n->word, sizeof n->word, nonce, n->seed);
        n->block++;
        n->next = 0;
    }
    return n->word[n->next++];
}

/* Lemire (2019), "Fast random integer generation in an interval". */
uint64_t noise_below(struct noise *n, uint64_t below)
{
    wide product = (wide)noise_u64(n) * below;
    if ((uint64_t)product < below) {
        uint64_t least = (0 - below) % below;
        while ((uint64_t)product < least)
            product = (wide)noise_u64(n) * below;
    }
    return (uint64_t)(product >> 64);
}

static wide wide_below(struct noise *n, wide below)
{
    if (below <= UINT64_MAX)
        return noise_below(n, (uint64_t)below);
    int shift = __builtin_clzll((uint64_t)(below >> 64));
    for (;;) {
        wide v = ((wide)noise_u64(n) << 64 | noise_u64(n)) >> shift;
        if (v < below)
            return v;
    }
}

/* True with probability num / den, num <= den. */
static bool bernoulli(struct noise *n, wide num, wide den)
{
    return wide_below(n, den) < num;
}

/* True with probability exp(-num / den), num <= den (algorithm 1, first part). */
static bool bernoulli_exp_unit(struct noise *n, wide num, wide den)
{
    wide k = 1;
    while (bernoulli(n, num, den * k))
        k++;
    return k & 1;
}

/* Any num / den >= 0 (algorithm 1). */
static bool bernoulli_exp(struct noise *n, wide num, wide den)
{
    for (; num > den; num -= den)
        if (!bernoulli_exp_unit(n, 1, 1))
            return false;
    return bernoulli_exp_unit(n, num, den);
}

bool noise_keep(struct noise *n, uint64_t num, uint64_t den)
{
    return bernoulli_exp(n, num, den);
}

static void check(uint64_t num, uint64_t den)
{
    if (num < 1 || num > NOISE_MOST || den < 1 || den > NOISE_MOST)
        BUG("noise parameter %llu / %llu", (unsigned long long)num, (unsigned long long)den);
}

/* Algorithm 2 with t = inverse_den, s = inverse_num. */
int64_t noise_laplace(struct noise *n, uint64_t inverse_num, uint64_t inverse_den)
{
    check(inverse_num, inverse_den);
    for (;;) {
        uint64_t u = noise_below(n, inverse_den), v = 0;
        if (!bernoulli_exp_unit(n, u, inverse_den))
            continue;
        while (bernoulli_exp_unit(n, 1, 1))
            v++;
        int64_t y = (int64_t)((u + inverse_den * v) / inverse_num);
        bool negative = noise_u64(n) & 1;
        if (negative && y == 0)
            continue;
        return negative ? -y : y;
    }
}

/* floor(sqrt(num / den)) */
static uint64_t root_below(uint64_t num, uint64_t den)
{
    uint64_t t = 0;
    for (uint64_t step = 1024; step; step >>= 1)
        if ((t + step) * (t + step) * den <= num)
            t += step;
    return t;
}

/* Algorithm 3: a Laplace draw of scale t = floor(sigma) + 1 is kept with probability
 * exp(-(|y| - variance / t)^2 / (2 variance)). Of terms |y| * t * den up to 2^45 the square is
 * below 2^92, and the factor k of bernoulli_exp_unit leaves room. */
int64_t noise_gaussian(struct noise *n, uint64_t num, uint64_t den)
{
    check(num, den);
    uint64_t t = root_below(num, den) + 1;
    for (;;) {
        int64_t y = noise_laplace(n, 1, t);
        uint64_t size = (uint64_t)(y < 0 ? -y : y);
        wide a = (wide)size * t * den, b = num;
        wide gap = a > b ? a - b : b - a;
        if (bernoulli_exp(n, gap * gap, (wide)2 * num * t * t * den))
            return y;
    }
}
