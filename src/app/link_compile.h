/* link prepare, link compile: a model as SQL, and the records in the form that the SQL reads. */
#ifndef APP_LINK_COMPILE_H
#define APP_LINK_COMPILE_H

#include "base/json.h"
#include "sqlgen/sqlgen.h"

/* Writes the prepared records of a file of people; `*records` is how many. */
MUST_CHECK enum status link_prepare(const char *people, const char *spec, const char *out,
                                    int threads, uint64_t *records, struct err *e);

struct link_compile {
    const char *model, *spec; /* files; spec may be NULL */
    const char *out;          /* "-": standard output */
    const char *prepared;     /* CSV that the script loads; NULL: the table is there already */
    enum sql_dialect dialect;
    bool own_frequencies;
    double least_bits;
};
MUST_CHECK enum status link_compile(const struct link_compile *c, struct err *e);

/* The script of two documents, as the files would hold them; `spec` may be NULL, else it is taken
 * over. Nothing is read or written. */
MUST_CHECK enum status link_compile_text(const json_t *model, json_t *spec,
                                         const struct link_compile *c, struct buf *out,
                                         struct err *e);

#endif
