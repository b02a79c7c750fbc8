/* Comparisons: ordered levels of agreement for each type of column.
 *
 * Level 0 is "missing on a side" (says nothing), 1 "the same value"; from 2 on ever weaker, the
 * last is "different". A pair's levels are packed into a pattern, four bits a column. */
#ifndef LINKAGE_LEVELS_H
#define LINKAGE_LEVELS_H

#include "linkage/column.h"

enum { LEVEL_MISSING = 0, LEVEL_SAME = 1 };

/* Raise it whenever a level is added or comes to mean something else, or when it depends on a form
 * of the values that it did not depend on before: src/sqlgen says the same levels in SQL, and does
 * not compile until it has been looked at again. */
#define LEVELS_VERSION 1

/* Names: levels that a plain comparison of two values never gives. */
enum {
    NAME_NEAR = 2,         /* a letter or so apart, or the same sound, or the same words */
    NAME_SIMILAR = 3,      /* some letters apart, or the words of one are among the other's */
    NAME_WEAK = 4,         /* a distant likeness, or an initial that fits */
    NAME_SWAPPED = 5,      /* given and family name stand in each other's place */
    NAME_HALF_SWAPPED = 6, /* ... and one of them is missing */
    NAME_DIFFERENT = 7
};
enum {
    DATE_NEAR = 2,
    DATE_TWO_OF_THREE = 3, /* or as far as both are known */
    DATE_SAME_YEAR = 4,
    DATE_ABOUT_A_YEAR = 5,
    DATE_DIFFERENT = 6,
    DATE_DISPUTED = 7 /* not trained: weighs nothing */
};
enum { ADDRESS_ELSEWHERE = 4 }; /* the value stands in another address column */

struct level_set {
    int levels; /* number of levels, missing counted; a level beyond them says nothing */
    const char *words[LINK_MAX_LEVELS];
    double m[LINK_MAX_LEVELS]; /* where training starts and what it leans to when data are few */
};
const struct level_set *level_set_of(enum link_type t);

/* Evidence that people who live or travel together share, whoever they are. */
bool type_is_shared(enum link_type t);
/* Evidence that singles a person out: names of their own, date of birth, numbers. */
bool type_is_personal(enum link_type t);

/* Level of two different values, neither missing. */
int level_of_values(const struct column *c, uint32_t a, uint32_t b);

/* All columns of a pair. Unused columns count as missing. */
uint64_t pattern_of(const struct link_data *d, const uint32_t *a, const uint32_t *b);

static inline int pattern_level(uint64_t pattern, int column)
{
    return (int)(pattern >> (4 * column) & 15);
}
static inline uint64_t pattern_with(uint64_t pattern, int column, int level)
{
    return (pattern & ~((uint64_t)15 << (4 * column))) | (uint64_t)level << (4 * column);
}

/* A name level after looking across: given against family. Both levels may change. */
void levels_across_names(const struct link_data *d, const uint32_t *a, const uint32_t *b,
                         int *given, int *family);

/* Level of two different values of a pair of records, with a look at their other columns: an
 * address may stand in another one, a date be of another calendar. */
int level_of_pair(const struct link_data *d, const uint32_t *a, const uint32_t *b, int column);

/* NAME_SWAPPED, NAME_HALF_SWAPPED or LEVEL_MISSING. */
int names_swapped(const struct link_data *d, const uint32_t *a, const uint32_t *b);

/* Prepares the comparers' tables; call once before threads start. Idempotent. */
void levels_init(void);

#endif
