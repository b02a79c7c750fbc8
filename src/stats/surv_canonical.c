/* An order of rows that depends only on what they hold. */
#include "base/mem.h"
#include "stats/cox.h"

#include <stdlib.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t r = (__uint128_t)(a ^ 0x9e3779b97f4a7c15ull) * (b ^ 0xd1b54a32d192ed03ull);
    return (uint64_t)r ^ (uint64_t)(r >> 64);
}

struct rows_view {
    const double *const *columns;
    size_t count;
};

static int compare_rows(const struct rows_view *v, uint32_t a, uint32_t b)
{
    for (size_t c = 0; c < v->count; c++) {
        double x = v->columns[c][a], y = v->columns[c][b];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

/* Runs of equal hashes are nearly always equal rows; different ones are put in order of content. */
static void settle_collisions(const struct rows_view *v, const uint64_t *key, uint32_t *order,
                              size_t n)
{
    for (size_t k = 1; k < n; k++)
        for (size_t j = k;
             j > 0 && key[j] == key[j - 1] && compare_rows(v, order[j], order[j - 1]) < 0; j--) {
            uint32_t keep = order[j];
            order[j] = order[j - 1];
            order[j - 1] = keep;
        }
}

void surv_canonical_order(const double *const *columns, size_t count, size_t n, uint32_t *order)
{
    enum { BITS = 11, BUCKETS = 1 << BITS };
    uint64_t *key = mem_array(n, sizeof *key), *key2 = mem_array(n, sizeof *key2);
    uint32_t *order2 = mem_array(n, sizeof *order2), *result = order;
    for (size_t i = 0; i < n; i++) {
        uint64_t h = 0x2545f4914f6cdd1dull;
        for (size_t c = 0; c < count; c++) {
            double v = columns[c][i] + 0.0; /* -0 and 0 are the same value */
            uint64_t bits;
            memcpy(&bits, &v, sizeof bits);
            h = mix(h, bits + c);
        }
        key[i] = h;
        order[i] = (uint32_t)i;
    }
    size_t *at = mem_array(BUCKETS, sizeof *at);
    for (int shift = 0; shift < 64; shift += BITS) {
        memset(at, 0, BUCKETS * sizeof *at);
        for (size_t i = 0; i < n; i++)
            at[(key[i] >> shift) & (BUCKETS - 1)]++;
        size_t sum = 0;
        for (size_t b = 0; b < BUCKETS; b++) {
            size_t here = at[b];
            at[b] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++) {
            size_t to = at[(key[i] >> shift) & (BUCKETS - 1)]++;
            key2[to] = key[i];
            order2[to] = order[i];
        }
        uint64_t *k = key;
        key = key2;
        key2 = k;
        uint32_t *o = order;
        order = order2;
        order2 = o;
    }
    struct rows_view view = {columns, count};
    settle_collisions(&view, key, order, n);
    if (order != result) {
        memcpy(result, order, n * sizeof *order);
        order2 = order;
    }
    free(at);
    free(key);
    free(key2);
    free(order2);
}
