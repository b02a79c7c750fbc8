/* What `study protect` and `study attack` share: the spec with its hierarchy files, the columns
 * that its tables use, and microdata as node numbers. */
#ifndef APP_STUDY_TABLES_H
#define APP_STUDY_TABLES_H

#include "base/err.h"
#include "base/mem.h"
#include "disclosure/cellkey.h"
#include "disclosure/model.h"
#include "disclosure/spec.h"

#include <jansson.h>

#define STUDY_TOTAL "TOTAL" /* code of the total of a dimension without a hierarchy */

struct study_tables {
    struct arena arena;
    const char *spec_path;
    struct spec spec;
    int ncolumns;                /* dimensions and where-columns, in the order of the spec */
    struct model_column *column; /* h is NULL until the codes of a flat column are known */
};

/* Reads SPEC.json and every hierarchy it names (beside the spec, or else from the current
 * directory). Free with study_tables_free, also after an error. */
MUST_CHECK enum status study_tables_open(struct study_tables *t, const char *spec_path,
                                         struct err *e);
/* The same for a spec that is read already; `spec_path` is for messages and relative paths. */
MUST_CHECK enum status study_tables_of(struct study_tables *t, const char *spec_path,
                                       const json_t *doc, struct err *e);
void study_tables_free(struct study_tables *t);
/* `name` beside the spec if it is there, else as it is; in the arena. */
const char *study_tables_path(struct study_tables *t, const char *name);

/* The cell-key table that the spec names. Free with cellkey_table_free. */
MUST_CHECK enum status study_ptable_read(struct study_tables *t, struct cellkey_table *table,
                                         struct err *e);

/* One row per person or referral. */
struct study_records {
    size_t n;
    uint32_t **node;      /* [column][record] */
    long *line;           /* row of the file */
    struct str *key_text; /* the record_key column, NULL when there is none */
};
/* Reads the file; gives flat columns their codes (all values in the file). Free it, also after an
 * error. */
MUST_CHECK enum status study_records_read(struct study_tables *t, const char *path,
                                          struct study_records *r, struct err *e);
void study_records_free(struct study_records *r, int ncolumns);

#endif
