#include "stats/mse_table.h"

#include "stats/numeric.h"

#include <math.h>
#include <stdlib.h>

void mse_pair_masks(int lists, uint32_t *pair)
{
    int k = 0;
    for (int i = 0; i < lists; i++)
        for (int j = i + 1; j < lists; j++)
            pair[k++] = 1u << i | 1u << j;
}

int mse_mask_compare(uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    int na = __builtin_popcount(a), nb = __builtin_popcount(b);
    if (na != nb)
        return na < nb ? -1 : 1;
    uint32_t lowest = (a ^ b) & -(a ^ b); /* the first list that only one of them has */
    return (a & lowest) ? -1 : 1;
}

static int compare_masks(const void *a, const void *b)
{
    return mse_mask_compare(*(const uint32_t *)a, *(const uint32_t *)b);
}

void mse_mask_order(int lists, uint32_t *order)
{
    size_t n = mse_cells(lists);
    for (size_t c = 1; c < n; c++)
        order[c - 1] = (uint32_t)c;
    qsort(order, n - 1, sizeof *order, compare_masks);
}

enum status mse_table_new(struct mse_table *t, int lists, const struct str *names, struct arena *a,
                          struct err *e)
{
    *t = (struct mse_table){.lists = lists, .whole = true};
    if (lists < 1) {
        err_set(e, ST_DATA, "the table has no list, only counts");
        return err_hint(e, "One 0/1 column per list comes first, then the column count.");
    }
    if (lists == 1) {
        err_set(e, ST_DATA,
                "one list alone says nothing about the people on no list: there is no overlap to "
                "estimate from");
        return err_hint(e, "Multiple systems estimation needs at least two lists, better three.");
    }
    if (lists > MSE_LISTS_MAX) {
        err_set(e, ST_DATA, "%d lists are more than %d, the most that are taken", lists,
                MSE_LISTS_MAX);
        return err_hint(e, "Merge lists of the same kind before.");
    }
    for (int i = 0; i < lists; i++) {
        if (names[i].n == 0)
            return err_set(e, ST_DATA, "list %d has no name", i + 1);
        t->name[i] = arena_strndup(a, names[i].p, names[i].n);
        for (int j = 0; j < i; j++)
            if (str_is(names[i], t->name[j]))
                return err_set(e, ST_DATA, "two lists have the same name, \"%s\"", t->name[i]);
    }
    t->count = arena_array(a, mse_cells(lists), sizeof *t->count);
    return ST_OK;
}

enum status mse_table_add(struct mse_table *t, uint32_t cell, double count, uint8_t *seen,
                          struct err *e)
{
    if (cell == 0) {
        err_set(e, ST_DATA, "a row is on no list (all zeros): nobody can have counted them");
        return err_hint(e, "Leave that row out; it is what the estimate is for.");
    }
    if (seen[cell / 8] & (1u << cell % 8))
        return err_set(e, ST_DATA, "the same combination of lists is given twice");
    seen[cell / 8] |= (uint8_t)(1u << cell % 8);
    if (!isfinite(count) || count < 0)
        return err_set(e, ST_DATA, "a count cannot be negative or infinite");
    if (count > 0x1p53)
        return err_set(e, ST_DATA,
                       "the count is above 2^53 (9,007,199,254,740,992), beyond which "
                       "whole numbers are not exact");
    if (count != floor(count))
        t->whole = false;
    t->count[cell] = count;
    return ST_OK;
}

enum status mse_table_close(struct mse_table *t, struct err *e)
{
    t->total = num_sum(t->count, mse_cells(t->lists));
    if (t->total > 0x1p53)
        return err_set(e, ST_DATA, "the counts sum to more than 2^53 people");
    if (t->total <= 0)
        return err_set(e, ST_DATA, "nobody is counted: all counts are zero");
    for (int i = 0; i < t->lists; i++) {
        double on = 0;
        for (size_t c = 1; c < mse_cells(t->lists); c++)
            if (c >> i & 1)
                on += t->count[c];
        if (on <= 0) {
            err_set(e, ST_DATA, "nobody is on the list \"%s\"", t->name[i]);
            err_hint(e, "Leave out that column: an empty list holds no information.");
            return err_at(e, NULL, 0, t->name[i]);
        }
    }
    return ST_OK;
}

enum status mse_table_of_people(struct mse_table *t, int lists, const struct str *names,
                                const uint32_t *membership, size_t people, struct arena *a,
                                struct err *e)
{
    TRY(mse_table_new(t, lists, names, a, e));
    for (size_t i = 0; i < people; i++) {
        if (membership[i] == 0 || membership[i] >= mse_cells(lists))
            return err_set(e, ST_DATA, "person %zu is on none of the %d lists", i + 1, lists);
        t->count[membership[i]]++;
    }
    return mse_table_close(t, e);
}

/* A table of the same people under fewer lists. map[i]: where list i goes, -1 for nowhere. */
static void remap(const struct mse_table *t, const int *map, int lists, struct mse_table *out,
                  struct arena *a)
{
    out->lists = lists;
    out->whole = t->whole;
    out->count = arena_array(a, mse_cells(lists), sizeof *out->count);
    for (size_t c = 1; c < mse_cells(t->lists); c++) {
        uint32_t to = 0;
        for (int i = 0; i < t->lists; i++)
            if ((c >> i & 1) && map[i] >= 0)
                to |= 1u << map[i];
        if (to)
            out->count[to] += t->count[c];
    }
    out->total = num_sum(out->count, mse_cells(lists));
}

void mse_table_omit(const struct mse_table *t, int drop, struct mse_table *out, struct arena *a)
{
    int map[MSE_LISTS_MAX];
    for (int i = 0; i < t->lists; i++) {
        map[i] = i == drop ? -1 : i - (i > drop);
        if (i != drop)
            out->name[map[i]] = t->name[i];
    }
    remap(t, map, t->lists - 1, out, a);
}

void mse_table_merge(const struct mse_table *t, int i, int j, struct mse_table *out,
                     struct arena *a)
{
    int map[MSE_LISTS_MAX];
    for (int k = 0; k < t->lists; k++) {
        map[k] = k == j ? i : k - (k > j);
        if (k != j)
            out->name[map[k]] = t->name[k];
    }
    out->name[i] = arena_printf(a, "%s+%s", t->name[i], t->name[j]);
    remap(t, map, t->lists - 1, out, a);
}

bool mse_table_link_one(const struct mse_table *t, int i, int j, struct mse_table *out,
                        struct arena *a)
{
    size_t only_i = (size_t)1 << i, only_j = (size_t)1 << j;
    if (t->count[only_i] < 1 || t->count[only_j] < 1)
        return false;
    *out = *t;
    out->count = arena_array(a, mse_cells(t->lists), sizeof *out->count);
    memcpy(out->count, t->count, mse_cells(t->lists) * sizeof *out->count);
    out->count[only_i] -= 1;
    out->count[only_j] -= 1;
    out->count[only_i | only_j] += 1;
    out->total = t->total - 1;
    return true;
}

void mse_sum_over_supersets(double *sum, int lists)
{
    size_t n = mse_cells(lists);
    for (size_t bit = 1; bit < n; bit <<= 1)
        for (size_t base = 0; base < n; base += 2 * bit)
            for (size_t k = base; k < base + bit; k++)
                sum[k] += sum[k + bit];
}

void mse_sum_over_subsets(double *value, int lists)
{
    size_t n = mse_cells(lists);
    for (size_t bit = 1; bit < n; bit <<= 1)
        for (size_t base = 0; base < n; base += 2 * bit)
            for (size_t k = base; k < base + bit; k++)
                value[k + bit] += value[k];
}
