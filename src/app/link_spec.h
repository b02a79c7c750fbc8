/* The linkage specification (SPEC.json). */
#ifndef APP_LINK_SPEC_H
#define APP_LINK_SPEC_H

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

#endif
