/* Raw text to the form that is compared, by column type. */
#ifndef LINKAGE_NORMALISE_H
#define LINKAGE_NORMALISE_H

#include "linkage/column.h"
#include "text/fold.h"

#define NORMALISED_MAX TEXT_FOLD_MAX

struct normaliser; /* working memory; one per thread */
struct normaliser *normaliser_new(void);
void normaliser_free(struct normaliser *nz);

/* The next word of a normalised text from *at on; empty at its end. */
struct str next_word(struct str s, size_t *at);
/* Takes out the spaces, in place; returns the length. */
size_t squeeze_text(char *s, size_t n);

/* Decides the form of a date column from its distinct raw texts (weight: how often each occurs)
 * and fills the column's report. */
void normalise_dates(struct column *c, const struct intern *raw, const uint64_t *weight,
                     struct normaliser *nz);
/* The same of the disputes about the column before. */
void normalise_disputes(struct column *c, const struct intern *raw, const uint64_t *weight,
                        struct normaliser *nz);
/* Writes the normalised text to out[NORMALISED_MAX]; returns its length, 0 for missing. Not for
 * LINK_FULL_NAME columns that are split. */
size_t normalise_value(struct normaliser *nz, enum link_type t, const struct column *c,
                       struct str raw, char *out);
/* The words of a full name that are not among `names` (given and family names of the same record),
 * each counted once; returns the length. */
size_t other_words(struct str full, const struct str *names, int n, char *out);
/* Splits a normalised full name: the last word is the family name. */
void split_normalised(struct str full, struct str *given, struct str *family);
/* "Ann Mary SMITH" and "SMITH, Ann Mary": given = "ann mary", family = "smith". */
void normalise_full_name(struct normaliser *nz, struct str raw, char *given, size_t *given_n,
                         char *family, size_t *family_n);

#endif
