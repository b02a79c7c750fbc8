/* How far made records are from wanted two-way counts, and what one change to a record would do.
 *
 * A view is what a reader sees of a column: its codes, or groups of them; views of one column are
 * not crossed with each other. The misfit is the sum of off^2 / (wanted + PAIRFIT_FLOOR) over all
 * pairs of views and, with PAIRFIT_SINGLE times the weight, over single views; off = made - wanted.
 * Memory: 16 bytes for each cell of each pair of views. */
#ifndef DISCLOSURE_PAIRFIT_H
#define DISCLOSURE_PAIRFIT_H

#include "base/err.h"

#include <stdint.h>

#define PAIRFIT_NONE UINT32_MAX /* the record shows nothing in this view */
#define PAIRFIT_FLOOR 10
#define PAIRFIT_SINGLE 20

struct pairfit {
    int nviews;
    const int *column; /* of each view, the caller's */
    const uint32_t *size;
    int32_t **off; /* [a * nviews + b]: by code of a, then of b; a == b: by code */
    float **weight;
};

/* Refused: more than LIMIT_TABLE_CELLS cells of two views, more than LIMIT_PAIR_CELLS of all. Free
 * with pairfit_close, also after an error. */
MUST_CHECK enum status pairfit_open(struct pairfit *p, int nviews, const int *column,
                                    const uint32_t *size, struct err *e);
void pairfit_close(struct pairfit *p);
/* One wanted record; all of them before pairfit_weigh, which comes before the rest. */
void pairfit_want(struct pairfit *p, const uint32_t *codes);
void pairfit_weigh(struct pairfit *p);
/* Adds `times` (also negative) made records with these codes. */
void pairfit_add(struct pairfit *p, const uint32_t *codes, int times);
/* Change of the misfit when `times` made records with these codes come to have `code` in view `a`,
 * where they had nothing. Cost: one sum over the views. */
double pairfit_gain(const struct pairfit *p, const uint32_t *codes, int a, uint32_t code,
                    int times);

static inline int64_t pairfit_wanted_less_made(const struct pairfit *p, int a, uint32_t code)
{
    return -(int64_t)p->off[a * p->nviews + a][code];
}

#endif
