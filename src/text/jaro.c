#include "text/compare.h"

#include "base/err.h"

#include <immintrin.h>

void cmp_key_set(struct cmp_key *k, struct str s)
{
    *k = (struct cmp_key){.n = (uint8_t)(s.n > CMP_MAX ? CMP_MAX : s.n)};
    if (k->n)
        memcpy(k->c, s.p, k->n);
    for (int i = 0; i < k->n; i++) {
        uint64_t bit = (uint64_t)1 << (k->c[i] & 63);
        k->more += (k->twice & bit) != 0;
        k->twice |= k->once & bit;
        k->once |= bit;
    }
}

/* Positions of one character in a key, one bit each. */
static inline uint32_t where_sse2(const uint8_t *c, uint8_t x)
{
    __m128i lo = _mm_loadu_si128((const __m128i *)c);
    __m128i hi = _mm_loadu_si128((const __m128i *)(c + 16));
    __m128i v = _mm_set1_epi8((char)x);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(lo, v)) |
           (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(hi, v)) << 16;
}

__attribute__((target("avx2"))) static inline uint32_t where_avx2(const uint8_t *c, uint8_t x)
{
    __m256i v = _mm256_set1_epi8((char)x);
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)c), v));
}

/* Low n bits, n 0..32. */
static inline uint32_t low_bits(unsigned n)
{
    return n < 32 ? ((uint32_t)1 << n) - 1 : UINT32_MAX;
}

struct common {
    int m;    /* characters in common */
    int half; /* transposed characters, halved */
};

/* The matches of each character of a: the first free equal one of b in the window, which is Jaro's
 * (and every published implementation's) order. */
#define COMMON(WHERE)                                                                              \
    int longer = a->n > b->n ? a->n : b->n;                                                        \
    int reach = longer / 2 - 1;                                                                    \
    if (reach < 0)                                                                                 \
        reach = 0;                                                                                 \
    uint32_t free_b = low_bits(b->n), used_a = 0;                                                  \
    for (int i = 0; i < a->n; i++) {                                                               \
        uint32_t window = low_bits(i + reach >= CMP_MAX ? CMP_MAX : i + reach + 1) &               \
                          ~low_bits(i > reach ? i - reach : 0);                                    \
        uint32_t hit = WHERE(b->c, a->c[i]) & window & free_b;                                     \
        uint32_t first = hit & -hit;                                                               \
        free_b ^= first;                                                                           \
        used_a |= (uint32_t)(hit != 0) << i;                                                       \
    }                                                                                              \
    uint32_t used_b = low_bits(b->n) & ~free_b;                                                    \
    int m = __builtin_popcount(used_a), moved = 0;                                                 \
    for (; used_a; used_a &= used_a - 1, used_b &= used_b - 1)                                     \
        moved += a->c[__builtin_ctz(used_a)] != b->c[__builtin_ctz(used_b)];                       \
    return (struct common){m, moved / 2};

static struct common common_sse2(const struct cmp_key *a, const struct cmp_key *b)
{
    COMMON(where_sse2)
}

__attribute__((target("avx2,bmi,bmi2,popcnt"))) static struct common
common_avx2(const struct cmp_key *a, const struct cmp_key *b)
{
    COMMON(where_avx2)
}

static struct common common_choose(const struct cmp_key *a, const struct cmp_key *b);
static struct common (*common_kernel)(const struct cmp_key *,
                                      const struct cmp_key *) = common_choose;

static struct common common_choose(const struct cmp_key *a, const struct cmp_key *b)
{
    cmp_kernel_force(NULL);
    return common_kernel(a, b);
}

void cmp_kernel_force(const char *name)
{
    bool avx2 = name ? strcmp(name, "avx2") == 0
                     : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    __atomic_store_n(&common_kernel, avx2 ? common_avx2 : common_sse2, __ATOMIC_RELAXED);
}

const char *cmp_kernel(void)
{
    if (common_kernel == common_choose)
        cmp_kernel_force(NULL);
    return common_kernel == common_avx2 ? "avx2" : "sse2";
}

/* J = (m/a + m/b + (m-t)/m) / 3 over the common denominator 3abm. */
static inline struct ratio jaro_of(int la, int lb, struct common c)
{
    if (la == 0 || lb == 0)
        return (struct ratio){la == lb, 1};
    if (c.m == 0)
        return (struct ratio){0, 1};
    uint32_t a = (uint32_t)la, b = (uint32_t)lb, m = (uint32_t)c.m, t = (uint32_t)c.half;
    return (struct ratio){m * m * (a + b) + (m - t) * a * b, 3 * a * b * m};
}

static inline struct ratio winkler_of(struct ratio j, uint32_t prefix)
{
    if (10 * j.num <= 7 * j.den)
        return j;
    return (struct ratio){10 * j.num + prefix * (j.den - j.num), 10 * j.den};
}

struct ratio jaro_ratio(const struct cmp_key *a, const struct cmp_key *b)
{
    return jaro_of(a->n, b->n, common_kernel(a, b));
}

struct ratio jaro_winkler_ratio(const struct cmp_key *a, const struct cmp_key *b)
{
    return winkler_of(jaro_ratio(a, b), (uint32_t)cmp_prefix4(a, b));
}

static inline bool reaches(struct ratio r, uint32_t permille)
{
    return (uint64_t)r.num * 1000 >= (uint64_t)r.den * permille;
}

void jw_rule_init(struct jw_rule *r, const uint16_t *permille, int n)
{
    if (n < 1 || n > JW_LEVELS_MAX)
        BUG("%d Jaro-Winkler thresholds", n);
    *r = (struct jw_rule){.n = n};
    for (int i = 0; i < n; i++) {
        if (permille[i] < 1 || permille[i] > 1000 || (i && permille[i] > permille[i - 1]))
            BUG("Jaro-Winkler thresholds must fall within 1..1000");
        r->permille[i] = permille[i];
    }
    for (int a = 0; a <= CMP_MAX; a++)
        for (int b = 0; b <= CMP_MAX; b++)
            for (int p = 0; p < 5; p++) {
                int m = 0, most = a < b ? a : b;
                while (m <= most &&
                       !reaches(winkler_of(jaro_of(a, b, (struct common){m, 0}), (uint32_t)p),
                                permille[n - 1]))
                    m++;
                r->need[a][b][p] = (uint8_t)(m > most ? CMP_MAX * 2 : m);
            }
}

int jw_level_full_(const struct jw_rule *r, const struct cmp_key *a, const struct cmp_key *b)
{
    struct ratio jw = jaro_winkler_ratio(a, b);
    int level = 0;
    while (level < r->n && !reaches(jw, r->permille[level]))
        level++;
    return level;
}

void jw_level_many(const struct jw_rule *r, const struct cmp_key *a, const struct cmp_key *b,
                   size_t n, uint8_t *levels)
{
    for (size_t i = 0; i < n; i++)
        levels[i] = (uint8_t)jw_level(r, a, &b[i]);
}

#define LONG_MAX_BYTES 512

double jaro_winkler(struct str a, struct str b)
{
    uint8_t used_a[LONG_MAX_BYTES] = {0}, used_b[LONG_MAX_BYTES] = {0};
    int la = (int)(a.n > LONG_MAX_BYTES ? LONG_MAX_BYTES : a.n);
    int lb = (int)(b.n > LONG_MAX_BYTES ? LONG_MAX_BYTES : b.n);
    if (la == 0 || lb == 0)
        return la == lb;
    int reach = (la > lb ? la : lb) / 2 - 1, m = 0, moved = 0, prefix = 0;
    if (reach < 0)
        reach = 0;
    for (int i = 0; i < la; i++)
        for (int j = i > reach ? i - reach : 0; j < lb && j <= i + reach; j++)
            if (!used_b[j] && a.p[i] == b.p[j]) {
                used_a[i] = used_b[j] = 1;
                m++;
                break;
            }
    if (m == 0)
        return 0;
    for (int i = 0, j = 0; i < la; i++) {
        if (!used_a[i])
            continue;
        while (!used_b[j])
            j++;
        moved += a.p[i] != b.p[j++];
    }
    while (prefix < 4 && prefix < la && prefix < lb && a.p[prefix] == b.p[prefix])
        prefix++;
    uint64_t A = (uint64_t)la, B = (uint64_t)lb, M = (uint64_t)m;
    uint64_t num = M * M * (A + B) + (M - (uint64_t)(moved / 2)) * A * B, den = 3 * A * B * M;
    if (10 * num > 7 * den) {
        num = 10 * num + (uint64_t)prefix * (den - num);
        den *= 10;
    }
    return (double)num / (double)den;
}
