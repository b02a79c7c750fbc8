/* String comparers: Jaro-Winkler and edit distance, exact in integers, fast on short strings.
 *
 * Short strings (up to CMP_MAX bytes) are put into fixed, zero-padded keys once (cmp_key_set) and
 * compared without tables. On a CPU with AVX2 one compare covers the key; otherwise SSE2; the
 * results are equal bit for bit (a test compares all kernels with a plain reference).
 *
 * Jaro (1989) with m common characters within max(a,b)/2-1 of each other, t = half the transposed
 * ones rounded down: J = (m/a + m/b + (m-t)/m) / 3. Winkler (1990): JW = J + p/10 (1-J) with p the
 * common prefix up to 4, only when J > 7/10. Both are ratios of small integers: thresholds given in
 * thousandths are decided by cross-multiplication, so J exactly 0.7 gets no bonus and .88 is .88.
 * Two empty strings have similarity 1, one empty 0. */
#ifndef TEXT_COMPARE_H
#define TEXT_COMPARE_H

#include "base/str.h"

#define CMP_MAX 32

/* 56 bytes; keep keys of one block contiguous. Compared as bytes: fold first. */
struct cmp_key {
    uint8_t c[CMP_MAX]; /* zero-padded */
    uint64_t once;      /* bit c&63 for each byte value present */
    uint64_t twice;     /* ... present at least twice */
    uint8_t n;          /* length */
    uint8_t more;       /* third and later occurrences */
};

/* Longer strings are cut at CMP_MAX bytes: decide equality on the whole string (or its id). */
void cmp_key_set(struct cmp_key *k, struct str s);

/* An exact ratio num/den, den > 0, both below 2^31. */
struct ratio {
    uint32_t num, den;
};

struct ratio jaro_ratio(const struct cmp_key *a, const struct cmp_key *b);
struct ratio jaro_winkler_ratio(const struct cmp_key *a, const struct cmp_key *b);
static inline double ratio_value(struct ratio r)
{
    return (double)r.num / r.den;
}

/* Any lengths up to 512 bytes (longer are cut); plain code. For keys the ratios above are equal. */
double jaro_winkler(struct str a, struct str b);

/* Ordered thresholds for a comparison level, with the table that lets most pairs be refused by
 * letter counts alone. About 5.4 kB, read-only after jw_rule_init; share between threads. */
#define JW_LEVELS_MAX 6
struct jw_rule {
    int n;
    uint16_t permille[JW_LEVELS_MAX]; /* falling, e.g. 950, 880, 700 */
    uint8_t need[CMP_MAX + 1][CMP_MAX + 1][5];
};
/* `permille`: n thresholds in falling order, 1..1000. */
void jw_rule_init(struct jw_rule *r, const uint16_t *permille, int n);

int jw_level_full_(const struct jw_rule *r, const struct cmp_key *a, const struct cmp_key *b);

/* Upper bound of the matches from the letter counts. */
static inline int cmp_common_bound(const struct cmp_key *a, const struct cmp_key *b)
{
    return __builtin_popcountll(a->once & b->once) + __builtin_popcountll(a->twice & b->twice) +
           (a->more < b->more ? a->more : b->more);
}

static inline int cmp_prefix4(const struct cmp_key *a, const struct cmp_key *b)
{
    uint32_t x, y;
    memcpy(&x, a->c, 4);
    memcpy(&y, b->c, 4);
    int shorter = a->n < b->n ? a->n : b->n;
    int same = x == y ? 4 : __builtin_ctz(x ^ y) / 8;
    return same < shorter ? same : shorter;
}

/* 0: at least permille[0]; k: at least permille[k] but not permille[k-1]; n: below all.
 * Cost: 3 ns when the letter counts refuse, 15 to 25 ns otherwise. */
static inline int jw_level(const struct jw_rule *r, const struct cmp_key *a,
                           const struct cmp_key *b)
{
    if (cmp_common_bound(a, b) < r->need[a->n][b->n][cmp_prefix4(a, b)])
        return r->n;
    return jw_level_full_(r, a, b);
}

/* One against many: levels[i] = jw_level(r, a, &b[i]). */
void jw_level_many(const struct jw_rule *r, const struct cmp_key *a, const struct cmp_key *b,
                   size_t n, uint8_t *levels);

/* Optimal string alignment distance (Levenshtein plus transposition of neighbours, no substring
 * edited twice), or cutoff+1 when it is over the cutoff. Bit-parallel on keys: Hyyro (2003), "A
 * bit-vector algorithm for computing Levenshtein and Damerau edit distances", figure 9. */
int osa_distance(const struct cmp_key *a, const struct cmp_key *b, int cutoff);
int levenshtein_distance(const struct cmp_key *a, const struct cmp_key *b, int cutoff);
/* Strings of up to 512 bytes (longer are cut); a band of 2*cutoff+1 cells a row. */
int osa_distance_long(struct str a, struct str b, int cutoff);

/* Which kernels run: "avx2" or "sse2". For tests: force the plain one (NULL: choose again). Not
 * thread-safe: call before threads start. */
const char *cmp_kernel(void);
void cmp_kernel_force(const char *name);

#endif
