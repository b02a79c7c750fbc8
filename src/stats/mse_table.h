/* Capture-history tables: how many people are on each combination of lists.
 *
 * A combination ("cell") is a bit mask: bit i is list i in the order of the columns. The cell of
 * nobody's list (mask 0) is what is to be estimated; its count is always 0 here. */
#ifndef STATS_MSE_TABLE_H
#define STATS_MSE_TABLE_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSE_LISTS_MAX 16

struct mse_table {
    int lists;                       /* 2 .. MSE_LISTS_MAX */
    const char *name[MSE_LISTS_MAX]; /* kept alive by the owner of the table */
    double *count;                   /* 2^lists; count[0] == 0 */
    double total;                    /* people observed */
    bool whole;                      /* every count is a whole number */
};

static inline size_t mse_cells(int lists)
{
    return (size_t)1 << lists;
}
static inline int mse_pairs(int lists)
{
    return lists * (lists - 1) / 2;
}
/* Masks of the pairs in the order 12, 13, .., 1t, 23, ..; pair[0 .. mse_pairs - 1]. */
void mse_pair_masks(int lists, uint32_t *pair);

/* Are the masks a, b in the order of tables and terms: fewer lists first, then the first list
 * first (100, 010, 001, 110, 101, 011, 111)? The order of qsort's comparison: -1, 0, 1. */
int mse_mask_compare(uint32_t a, uint32_t b);
/* All masks 1 .. 2^lists - 1 in that order; order[0 .. 2^lists - 2]. */
void mse_mask_order(int lists, uint32_t *order);

/* An empty table in the arena; names are copied. Fails (ST_DATA) for no list, one list, more than
 * MSE_LISTS_MAX, empty or repeated names. */
MUST_CHECK enum status mse_table_new(struct mse_table *t, int lists, const struct str *names,
                                     struct arena *a, struct err *e);
/* Adds a cell's count. ST_DATA: the all-zero cell, a cell met before, a count that is negative, not
 * finite or above 2^53. `seen` holds 2^lists bits that the caller zeroed. */
MUST_CHECK enum status mse_table_add(struct mse_table *t, uint32_t cell, double count,
                                     uint8_t *seen, struct err *e);
/* Sums and checks: somebody is observed, everybody on a list with a count. ST_DATA otherwise. */
MUST_CHECK enum status mse_table_close(struct mse_table *t, struct err *e);

/* All in one from people: membership[i] is the mask of the lists that person i is on. A person on
 * none, or on a list that is not there, is ST_DATA. */
MUST_CHECK enum status mse_table_of_people(struct mse_table *t, int lists, const struct str *names,
                                           const uint32_t *membership, size_t people,
                                           struct arena *a, struct err *e);

/* The table without list `drop` (people on no other list vanish). */
void mse_table_omit(const struct mse_table *t, int drop, struct mse_table *out, struct arena *a);
/* Lists i < j counted as one, named "i+j", in the place of i. */
void mse_table_merge(const struct mse_table *t, int i, int j, struct mse_table *out,
                     struct arena *a);
/* One person of list i alone and one of j alone found to be the same. False when either is 0. */
bool mse_table_link_one(const struct mse_table *t, int i, int j, struct mse_table *out,
                        struct arena *a);

/* sum[S] = sum of count over the cells that hold all of S, for every S: the sufficient statistics
 * of log-linear models. In place; sum has 2^lists places. Cost lists * 2^(lists - 1) additions. */
void mse_sum_over_supersets(double *sum, int lists);
/* value[S] = sum over the subsets of S. */
void mse_sum_over_subsets(double *value, int lists);

#endif
