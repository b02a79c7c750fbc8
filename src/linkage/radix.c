#include "linkage/radix.h"

#include <string.h>

enum { DIGIT_BITS = 11, BUCKETS = 1 << DIGIT_BITS, SMALL = 64 };

/* One stable pass over the digit at `shift`; false when all items share it (nothing moved). */
static int pass(const struct radix_item *from, struct radix_item *to, size_t n, int shift)
{
    uint32_t at[BUCKETS] = {0};
    for (size_t i = 0; i < n; i++)
        at[from[i].key >> shift & (BUCKETS - 1)]++;
    if (at[from[0].key >> shift & (BUCKETS - 1)] == n)
        return 0;
    uint32_t sum = 0;
    for (int b = 0; b < BUCKETS; b++) {
        uint32_t count = at[b];
        at[b] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[at[from[i].key >> shift & (BUCKETS - 1)]++] = from[i];
    return 1;
}

static struct radix_item *passes(struct radix_item *items, struct radix_item *scratch, size_t n,
                                 int lowest_shift)
{
    for (int shift = lowest_shift; shift < 64; shift += DIGIT_BITS) {
        if (pass(items, scratch, n, shift)) {
            struct radix_item *t = items;
            items = scratch;
            scratch = t;
        }
    }
    return items;
}

static void insertion_sort(struct radix_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct radix_item x = items[i];
        size_t k = i;
        for (; k > 0 && items[k - 1].key > x.key; k--)
            items[k] = items[k - 1];
        items[k] = x;
    }
}

struct radix_item *radix_sort(struct radix_item *items, struct radix_item *scratch, size_t n)
{
    if (n > SMALL)
        return passes(items, scratch, n, 0);
    insertion_sort(items, n);
    return items;
}

struct radix_item *radix_sort_hashes(struct radix_item *items, struct radix_item *scratch, size_t n)
{
    if (n <= SMALL) {
        insertion_sort(items, n);
        return items;
    }
    struct radix_item *first = items;
    items = passes(items, scratch, n, 64 - 3 * DIGIT_BITS);
    scratch = items == first ? scratch : first;
    /* items whose top 33 bits agree but whose keys differ are few and short runs; a run of one
     * key only needs nothing, so mixed runs alone are sorted, stably, by radix when long */
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        int mixed = 0;
        while (end < n && items[end].key >> 31 == items[i].key >> 31) {
            mixed |= items[end].key != items[i].key;
            end++;
        }
        if (mixed && end - i <= SMALL) {
            insertion_sort(items + i, end - i);
        } else if (mixed) {
            struct radix_item *sorted = passes(items + i, scratch + i, end - i, 0);
            if (sorted != items + i)
                memcpy(items + i, sorted, (end - i) * sizeof *items);
        }
        i = end;
    }
    return items;
}
