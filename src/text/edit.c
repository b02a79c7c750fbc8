#include "text/compare.h"

#include <emmintrin.h>

static inline uint32_t positions(const uint8_t *c, uint8_t x)
{
    __m128i v = _mm_set1_epi8((char)x);
    __m128i lo = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)c), v);
    __m128i hi = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(c + 16)), v);
    return (uint32_t)_mm_movemask_epi8(lo) | (uint32_t)_mm_movemask_epi8(hi) << 16;
}

/* Hyyro's column-wise bit vectors: vp/vn mark where the column rises or falls by one. The padding
 * of the pattern cannot match, since a byte 0 never occurs in the text part that is read. */
static int bit_parallel(const struct cmp_key *a, const struct cmp_key *b, int cutoff, bool swaps)
{
    int gap = a->n > b->n ? a->n - b->n : b->n - a->n;
    int longer = a->n > b->n ? a->n : b->n;
    if (gap > cutoff || longer - cmp_common_bound(a, b) > cutoff)
        return cutoff + 1;
    if (a->n == 0 || b->n == 0)
        return longer;
    uint64_t vp = ((uint64_t)1 << a->n) - 1, vn = 0, d0 = 0, before = 0;
    uint64_t last = (uint64_t)1 << (a->n - 1);
    int distance = a->n;
    for (int j = 0; j < b->n; j++) {
        uint64_t eq = positions(a->c, b->c[j]) & (((uint64_t)1 << a->n) - 1);
        uint64_t swap = swaps ? (((~d0 & eq) << 1) & before) : 0;
        d0 = (((eq & vp) + vp) ^ vp) | eq | vn | swap;
        uint64_t hp = vn | ~(d0 | vp), hn = d0 & vp;
        distance += (hp & last) != 0;
        distance -= (hn & last) != 0;
        hp = hp << 1 | 1;
        vp = hn << 1 | ~(d0 | hp);
        vn = hp & d0;
        before = eq;
    }
    return distance > cutoff ? cutoff + 1 : distance;
}

int osa_distance(const struct cmp_key *a, const struct cmp_key *b, int cutoff)
{
    return bit_parallel(a, b, cutoff, true);
}

int levenshtein_distance(const struct cmp_key *a, const struct cmp_key *b, int cutoff)
{
    return bit_parallel(a, b, cutoff, false);
}

#define LONG_MAX_BYTES 512

int osa_distance_long(struct str a, struct str b, int cutoff)
{
    int la = (int)(a.n > LONG_MAX_BYTES ? LONG_MAX_BYTES : a.n);
    int lb = (int)(b.n > LONG_MAX_BYTES ? LONG_MAX_BYTES : b.n);
    int rows[3][LONG_MAX_BYTES + 1] = {{0}}; /* cells off the band are not read */
    int *above2 = rows[0], *above = rows[1], *row = rows[2];
    if ((la > lb ? la - lb : lb - la) > cutoff)
        return cutoff + 1;
    for (int j = 0; j <= lb; j++)
        above[j] = j;
    for (int i = 1; i <= la; i++) {
        int from = i > cutoff ? i - cutoff : 1, to = i + cutoff < lb ? i + cutoff : lb, best = i;
        row[0] = i;
        if (from > 1)
            row[from - 1] = cutoff + 1;
        for (int j = from; j <= to; j++) {
            int keep = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            int drop = (j < i + cutoff ? above[j] : cutoff) + 1, add = row[j - 1] + 1;
            int d = keep < drop ? keep : drop;
            d = d < add ? d : add;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                above2[j - 2] + 1 < d)
                d = above2[j - 2] + 1;
            row[j] = d;
            best = d < best ? d : best;
        }
        if (best > cutoff)
            return cutoff + 1;
        int *spare = above2;
        above2 = above;
        above = row;
        row = spare;
    }
    return above[lb] > cutoff ? cutoff + 1 : above[lb];
}
