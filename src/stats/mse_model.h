/* Hierarchical log-linear models of list membership, as sets of bit masks.
 *
 * A term is the mask of its lists: 0 the intercept, one bit a main effect, two an interaction, ...
 * A model holds the intercept, every main effect, and with each term all of its subsets; its terms
 * are in the order of mse_mask_compare. Notation: "LA:NG + LA:PF" (main effects are implied). */
#ifndef STATS_MSE_MODEL_H
#define STATS_MSE_MODEL_H

#include "stats/mse_table.h"

#define MSE_TERMS_MAX 512

struct mse_model {
    int lists, terms;
    uint32_t term[MSE_TERMS_MAX];
};

/* Main effects and the given terms with their subsets. False when that is over MSE_TERMS_MAX. */
bool mse_model_make(struct mse_model *m, int lists, const uint32_t *generators, int count);
/* Main effects and the pairs whose bit is set (bit k is pair k of mse_pair_masks; <= 64 pairs). */
void mse_model_of_pairs(struct mse_model *m, int lists, uint64_t bits);
/* Is the mask a term of the model? */
bool mse_model_has(const struct mse_model *m, uint32_t mask);
/* The model with one term more (and its subsets) or, for a pair that no other term holds, less. */
bool mse_model_with(const struct mse_model *m, uint32_t mask, struct mse_model *out);
void mse_model_without(const struct mse_model *m, uint32_t mask, struct mse_model *out);
/* The terms of two lists or more that no other term holds, in order; returns how many. */
int mse_model_generators(const struct mse_model *m, uint32_t *out);
/* Bits of the pairs when no term has more than two lists and there are at most 64 pairs, else -1 is
 * returned and *bits is 0. */
int mse_model_pair_bits(const struct mse_model *m, uint64_t *bits);

/* Reads "A:B + B:C" (also spaces, commas or line breaks between terms; "" or "main": main effects;
 * "all_pairs": every pair; "[12,13,4]": lists by number as in mse_model_bracket). Names are matched
 * longest first, so they may hold any character. */
MUST_CHECK enum status mse_model_parse(struct mse_model *m, const struct mse_table *t,
                                       const char *text, struct err *e);

/* "A:B" of a mask, "(Intercept)" of 0. */
void mse_term_name(struct buf *b, const struct mse_table *t, uint32_t mask);
/* The generators joined by `separator` (" + " or " "). */
void mse_model_name(struct buf *b, const struct mse_table *t, const struct mse_model *m,
                    const char *separator);
/* "[12,13,4]": the terms that no other holds, lists numbered from 1, longer terms first (the
 * notation of Rcapture; a list above 9 is written as a letter, a = 10). */
void mse_model_bracket(struct buf *b, const struct mse_model *m);

#endif
