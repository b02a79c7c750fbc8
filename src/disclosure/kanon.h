/* Made records in which every combination of up to four shown codes has a true count of k or more.
 *
 * NOT differentially private. It keeps a reader from finding in the file any group of fewer than k
 * people by up to four of its columns. It does not protect against what the reader knows besides,
 * against two such files about the same people, or against the file together with exact tables: the
 * counts come close to the true ones, and a combination that is absent is known to be rare.
 *
 * 1. The true file is counted: every combination of up to four codes, groups of codes included,
 *    that occurs k times or more is common.
 * 2. Records for each common combination of up to three codes that no made record shows yet, each
 *    grown by further codes (step 3).
 * 3. The other records begin empty and grow code by code, columns in random order: of the codes
 *    that keep all combinations common, the one that brings the two-way counts nearest to the true
 *    ones (disclosure/pairfit.h). Where none does, a group of codes, or nothing, is shown.
 * 4. All records are gone over again a few times, each code replaced if another fits better.
 * No made record is a copy of a true one, but by chance. The published idea is Microsoft's
 * synthetic-data-showcase (k-synthetic data); the method is our own. */
#ifndef DISCLOSURE_KANON_H
#define DISCLOSURE_KANON_H

#include "base/err.h"
#include "disclosure/noise.h"

#include <stddef.h>
#include <stdint.h>

#define KANON_WAYS 4
#define KANON_HIDDEN UINT32_MAX

/* Views 0..ncolumns-1 are the columns, the others groups of one column's codes. */
struct kanon_input {
    size_t n;
    int ncolumns, nviews;
    const uint32_t *const *value; /* [view][record], below size[view] */
    const uint32_t *size;
    const int *column;         /* of each view; a column is its own */
    const uint32_t *const *up; /* [view]: group by code of the column; NULL for columns */
    uint32_t k;
};

struct kanon_output {
    size_t n;                  /* as many as true records */
    uint32_t **value;          /* [view][record] or KANON_HIDDEN */
    size_t covering;           /* records of step 2 */
    size_t common[KANON_WAYS]; /* common combinations of 1.. columns, groups counted too */
};

/* Same seed, same records. k from 2. Free the output with kanon_free, also after an error. Refused:
 * fewer than k records, no code with k records, 65,536 or more codes with k records, more than
 * LIMIT_COMBINATIONS common combinations, what pairfit refuses. Cost: 0.5 s for 17,000 records of 6
 * columns; grows with (columns choose 4) and with records x codes. */
MUST_CHECK enum status kanon_make(const struct kanon_input *in,
                                  const unsigned char seed[NOISE_SEED_BYTES],
                                  struct kanon_output *out, struct err *e);
void kanon_free(struct kanon_output *out, int nviews);

#endif
