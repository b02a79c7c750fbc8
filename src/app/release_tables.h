/* Protected tables from rows of categories: the only way by which counts of people reach a page.
 *
 * Every table of one call is rounded together (joint controlled rounding, disclosure/round.h), so
 * that margins and tables agree and no difference between them tells a person. Rates on a page are
 * computed from the published counts, never from the true ones. */
#ifndef APP_RELEASE_TABLES_H
#define APP_RELEASE_TABLES_H

#include "base/err.h"
#include "base/mem.h"

#include <stdint.h>

enum { RELEASE_BASE = 5, RELEASE_DIMENSIONS = 3 };

struct micro_column {
    const char *name;          /* unique */
    const char *const *labels; /* NULL-ended; the codes are their positions */
    const uint8_t *value;      /* by row */
};

struct micro {
    const struct micro_column *columns;
    size_t column_count;
    size_t rows;
};

struct release_table {
    const char *name;
    int dimensions;
    int dimension[RELEASE_DIMENSIONS]; /* columns of the micro data */
    /* filled: published counts of (levels + 1) per dimension, the total first, first dimension
     * slowest */
    int64_t *value;
    int levels[RELEASE_DIMENSIONS];
};

/* Fills the tables; values live in `memory`. `key` chooses among the best roundings (32 bytes,
 * secret, kept with the register, so that the same data always give the same release). */
MUST_CHECK enum status release_protect(const struct micro *m, struct release_table *tables,
                                       size_t count, const unsigned char key[32],
                                       struct arena *memory, struct err *e);

/* The published count; code -1 is the total of that dimension. Unused dimensions are ignored. */
int64_t release_value(const struct release_table *t, int a, int b, int c);

#endif
