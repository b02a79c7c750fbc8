/* A made file beside the true one, combination by combination of up to four columns: how far counts
 * are off, what is lost, what is made up, and whether k holds.
 *
 * Counts by sorting, and shares nothing with what makes the files: for the k filter and the
 * k-anonymous method this is the separate check. Looks at the true records: no differential
 * privacy covers what it says. */
#ifndef DISCLOSURE_COMPARE_H
#define DISCLOSURE_COMPARE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define COMPARE_WAYS 4
#define COMPARE_BIG 100           /* errors are told of counts from here */
#define COMPARE_HIDDEN UINT32_MAX /* the record does not show this column */

struct compare_file {
    size_t n;
    uint32_t *const *code; /* [column][record], below the column's size, or COMPARE_HIDDEN */
};

/* About all combinations of one number of columns. */
struct compare_ways {
    uint64_t in_truth, in_made;
    uint64_t common, common_kept;   /* true count from k; those of them in the made file */
    uint64_t made_rare, made_never; /* in the made file, but true count 1..k-1, or 0 */
    uint64_t made_below_k;          /* in the made file fewer than k times */
    uint64_t big;                   /* true count from COMPARE_BIG */
    double error;                   /* of big ones: mean |made - true| / true */
    double error_90;                /* the relative error that 9 of 10 stay within */
    double share_error; /* the same mean of shares among records that show all the columns */
};

/* A combination: codes[i] of columns[i]. */
struct compare_case {
    int ways, column[COMPARE_WAYS];
    uint32_t code[COMPARE_WAYS];
    uint64_t in_truth, in_made;
};

/* The largest cases, largest first. */
#define COMPARE_CASES 10
struct compare_cases {
    struct compare_case at[COMPARE_CASES];
    int n;
};

struct compare_report {
    struct compare_ways ways[COMPARE_WAYS];
    struct compare_cases lost, never; /* in one file only, of up to 3 columns: true, made ones */
};

/* `ways` from 1 to COMPARE_WAYS; ways[w - 1] for w columns. Refused: two columns with more than
 * LIMIT_TABLE_CELLS pairs of codes. Cost: a sort of both files for every choice of columns, about
 * 0.1 s for two files of 17,000 records, 8 columns and 4 ways. */
MUST_CHECK enum status compare_files(const struct compare_file *truth,
                                     const struct compare_file *made, int ncolumns,
                                     const uint32_t *size, uint32_t k, int ways,
                                     struct compare_report *out, struct err *e);

#endif
