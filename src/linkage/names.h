/* Levels of names: of two values of a column, and across given and family name.
 *
 * They depend on nothing but what was derived from each value beforehand (column.h): its text, the
 * sound of each word, which words say little, the names that a word is short for, the part that a
 * family of names shares. Comparers: equality, Jaro-Winkler at .92, .85 and .72, and whether words
 * find partners. So the same levels can be computed elsewhere, in SQL for one. */
#ifndef LINKAGE_NAMES_H
#define LINKAGE_NAMES_H

#include "linkage/column.h"

/* Level of two different values, neither missing: NAME_NEAR to NAME_WEAK, or NAME_DIFFERENT. */
int level_of_names(const struct column *c, uint32_t a, uint32_t b);

void names_init(void); /* by levels_init */

#endif
