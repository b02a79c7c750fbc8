/* Synthetic records under differential privacy: a spanning tree of two-way tables.
 *
 * One third of the budget each for one-way counts, for choosing the tree (exponential mechanism
 * over how far two columns are from independence) and for the two-way counts along it; all noise is
 * discrete Gaussian; zCDP adds up. McKenna, Miklau & Sheldon (2021), "Winning the NIST contest"
 * (MST). Everything after the noise is post-processing: shrinking towards independence, raking to
 * the one-way counts, proportional sampling down the tree.
 *
 * Neighbours are files that differ by one record. */
#ifndef DISCLOSURE_SYNTH_H
#define DISCLOSURE_SYNTH_H

#include "base/err.h"
#include "disclosure/noise.h"

#include <stddef.h>
#include <stdint.h>

#define SYNTH_MAX_COLUMNS 40

struct synth_input {
    size_t n;
    int ncolumns;
    const uint32_t *const *value; /* [column][record], below size[column] */
    const uint32_t *size;         /* the public code list of each column */
};

struct synth_budget {
    double epsilon, delta, rho; /* zCDP: disclosure/budget.h */
    uint64_t one_num, one_den;  /* variance of the noise on one-way counts */
    uint64_t two_num, two_den;  /* and on two-way counts */
    double choice_epsilon;      /* of each choice of an edge */
};

struct synth_output {
    size_t n;
    uint32_t **value;               /* [column][record] */
    int edge[SYNTH_MAX_COLUMNS][2]; /* ncolumns - 1 of them */
    struct synth_budget budget;
};

/* epsilon from 0.01 to 20. Free the output with synth_free. Refused: fewer than 2 columns or 100
 * records, two columns whose codes make more than LIMIT_TABLE_CELLS pairs. */
MUST_CHECK enum status synth_make(const struct synth_input *in, double epsilon,
                                  const unsigned char seed[NOISE_SEED_BYTES],
                                  struct synth_output *out, struct err *e);
void synth_free(struct synth_output *out, int ncolumns);

#endif
