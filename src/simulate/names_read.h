/* Private to the module: the lists behind names.h, and rows of compiled-in tables. */
#ifndef SIMULATE_NAMES_READ_H
#define SIMULATE_NAMES_READ_H

#include "simulate/names.h"

#include <stdlib.h>

struct culture_of {
    const char *nationality;
    const struct culture *culture;
};

struct name_lists {
    struct culture_of *culture; /* the first is that of all others */
    size_t count, cap;
    struct name_pool nicknames;
    void *entries;
};

enum { EMBEDDED_COLUMNS = 12 };
typedef void embedded_row(void *ctx, const struct str *cells);
/* Calls `row` with the named columns of each row of a compiled-in CSV; a fault is a BUG. */
void embedded_rows(const char *name, const char *const *columns, size_t n, embedded_row *row,
                   void *ctx);

#endif
