/* The k filter: records are changed until no combination of up to four columns is in the file fewer
 * than k times. It looks at nothing but the file it is given, so after differential privacy it
 * costs no budget (post-processing).
 *
 * 1. The core: records of which some combination is rarer than k are taken out, again and again,
 *    until the rest has none.
 * 2. What was taken out comes back as units of k equal records each (the last ones of k to 2k - 1),
 *    begun from every k-th of them in sorted order. Whatever codes a unit has, none of its
 *    combinations is rarer than k, so the units are free to be moved: code by code, as long as the
 *    misfit to the two-way counts of the file as it came goes down (disclosure/pairfit.h).
 * Rare combinations are so dropped by giving their records other codes; nothing is blanked, and the
 * number of records stays. Own method, after the k filter of synthetic-data-showcase and
 * microaggregation (Domingo-Ferrer & Mateo-Sanz 2002). */
#ifndef DISCLOSURE_KFILTER_H
#define DISCLOSURE_KFILTER_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define KFILTER_WAYS 4

struct kfilter_report {
    size_t rewritten; /* records that were not in the core */
    size_t units;
    int rounds; /* of moving codes */
};

/* value[column][record], below size[column]; changed in place. k from 2. Refused: fewer than k
 * records, what pairfit refuses.
 * Cost: about (columns choose 4) x records for the core, 0.03 s for 17,000 records of 6 columns. */
MUST_CHECK enum status kfilter_apply(uint32_t *const *value, size_t n, int ncolumns,
                                     const uint32_t *size, uint32_t k,
                                     struct kfilter_report *report, struct err *e);

#endif
