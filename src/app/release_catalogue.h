/* The tables that may be published: data/release/catalogue.csv, fixed and declared in advance, so
 * that the audit of all releases knows everything that readers can lay side by side. */
#ifndef APP_RELEASE_CATALOGUE_H
#define APP_RELEASE_CATALOGUE_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { CATALOGUE_TABLES = 200, CATALOGUE_DIMENSIONS = 4 };

struct catalogue_table {
    const char *id, *job, *title, *unit, *population, *levels, *for_each, *definitions;
    const char *dimension[CATALOGUE_DIMENSIONS];
    int dimensions, since;
};

struct catalogue {
    struct catalogue_table table[CATALOGUE_TABLES];
    size_t count;
    int version;
};

/* Read once; a damaged catalogue is a bug of ours. */
const struct catalogue *release_catalogue(void);
/* NULL when `job` ("report", "request") may not publish such a table. */
const struct catalogue_table *catalogue_find(const char *job, const char *id);
/* Text that the caller frees with json_decref. */
json_t *catalogue_json(void);

#endif
