/* What is to be published and how it is protected: SPEC.json as a struct. */
#ifndef DISCLOSURE_SPEC_H
#define DISCLOSURE_SPEC_H

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#define SPEC_MAX_DIMENSIONS 8

enum spec_method { METHOD_ROUND, METHOD_SUPPRESS, METHOD_CELLKEY };

struct spec_where {
    const char *column, *value;
};

struct spec_table {
    const char *name; /* also the file's name: letters, digits, "_", "-", "." */
    int ndims, nwhere;
    const char *dim[SPEC_MAX_DIMENSIONS];
    struct spec_where *where;
};

struct spec_column {
    const char *column;
    const char *hierarchy; /* file, NULL when the column is flat */
    int levels;            /* of the hierarchy that are published, 0 for all */
};

struct spec {
    int ntables, ncolumns;
    struct spec_table *table;
    struct spec_column *column; /* those with a hierarchy or a level */
    enum spec_method method;
    int64_t base;
    int64_t primary_min, primary_max; /* counts that must be protected */
    bool zeros_protected;             /* then primary_min is 0 */
    int64_t width;                    /* least integer width of a protected cell's interval */
    const char *ptable, *ptable_spec, *record_key; /* cell key; NULL when not given */
};

/* Everything in `doc` is checked: unknown keys, wrong types, names that cannot be file names, a
 * dimension twice, contradictions, and specs that protect nothing. `name` is for messages; strings
 * are copied into the arena. */
MUST_CHECK enum status spec_parse(struct spec *s, const json_t *doc, const char *name,
                                  struct arena *a, struct err *e);
/* Settings of one column, or NULL. */
const struct spec_column *spec_column_find(const struct spec *s, const char *column);
const char *spec_method_name(enum spec_method m);
/* The least true count that a hidden cell can have for a reader who knows the rule: 1 when zeros
 * are published, else 0. */
static inline int64_t spec_aware_low(const struct spec *s)
{
    return s->method == METHOD_SUPPRESS && !s->zeros_protected ? 1 : 0;
}
static inline bool spec_is_primary(const struct spec *s, int64_t count)
{
    return count >= s->primary_min && count <= s->primary_max;
}

#endif
