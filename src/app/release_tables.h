/* Protected tables from rows of categories: the only way by which counts of people reach a page.
 *
 * Every table of one call is rounded together (joint controlled rounding, disclosure/round.h), so
 * that margins and tables agree and no difference between them tells a person. Rates on a page are
 * computed from the published counts, never from the true ones.
 *
 * What earlier releases printed is kept to: a count that did not change is printed as it was, one
 * that rose is never printed lower, one that fell never higher. Where that does not add up, single
 * cells are rounded anew, and the audit says whether that betrays anybody. */
#ifndef APP_RELEASE_TABLES_H
#define APP_RELEASE_TABLES_H

#include "app/release.h"

#include <stdint.h>

enum { RELEASE_DIMENSIONS = 3 };

struct micro_column {
    const char *name;          /* as a dimension of the catalogue */
    const char *of;            /* which, when there are several of this name; else NULL */
    const char *const *labels; /* NULL-ended; the codes are their positions */
    const uint8_t *value;      /* by row */
    const char *total;         /* what the rows cover of the population; NULL: all of it */
};

struct micro {
    const struct micro_column *columns;
    size_t column_count;
    size_t rows;
};

struct release_table {
    const char *name; /* of the catalogue */
    const char *of;   /* which, when the catalogue has it for each of something; else NULL */
    int dimensions;
    int dimension[RELEASE_DIMENSIONS]; /* columns of the micro data */
    /* filled: published counts of (levels + 1) per dimension, the total first, first dimension
     * slowest */
    int64_t *value;
    int levels[RELEASE_DIMENSIONS];
};

/* Fills the tables, which are all of one population of the catalogue ("people"; what follows a
 * comma says which of several); values live in `memory`. A table that the catalogue does not have
 * for this job with this population and these dimensions is ST_FAULT. Same data, key and ledger:
 * same tables. */
MUST_CHECK enum status release_protect(struct release *r, const char *population,
                                       const struct micro *m, struct release_table *tables,
                                       size_t count, struct arena *memory, struct err *e);

/* The published count; code -1 is the total of that dimension. Unused dimensions are ignored. */
int64_t release_value(const struct release_table *t, int a, int b, int c);

#endif
