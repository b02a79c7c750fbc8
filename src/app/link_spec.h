/* The linkage specification (SPEC.json) and reading people by it. */
#ifndef APP_LINK_SPEC_H
#define APP_LINK_SPEC_H

#include "base/csv.h"
#include "base/json.h"
#include "linkage/link.h"

enum { LINK_MAX_PARTS = 6 }; /* CSV columns of one compared column */

struct link_spec_file {
    json_t *doc;
    const char *id, *source; /* CSV column names; source may be NULL */
    struct link_spec spec;
    /* the CSV columns of each compared column: one; year, month, day; or those of "of" */
    const char *csv[LINK_MAX_COLUMNS][LINK_MAX_PARTS];
    int parts[LINK_MAX_COLUMNS];
    const char *path;
};

MUST_CHECK enum status link_spec_read(const char *path, struct link_spec_file *out, struct err *e);
/* The same of a document, which is taken over; `path` is for messages. */
MUST_CHECK enum status link_spec_of(json_t *doc, const char *path, struct link_spec_file *out,
                                    struct err *e);
void link_spec_free(struct link_spec_file *s);

/* A column of the CSV beside those compared: kept as numbers of equal texts. */
struct link_extra {
    const char *column;
    uint32_t *value; /* by record as added; numbers from 1, 0 for empty */
    uint32_t count;
};

/* Reads the people and finishes the data. `extra` may be NULL; free its value. */
MUST_CHECK enum status link_people_read(const char *path, const struct link_spec_file *s,
                                        int threads, struct link_extra *extra,
                                        struct link_data **out, struct err *e);

#endif
