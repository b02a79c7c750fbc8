/* One published table as it stands in its file, and how its release was protected. */
#ifndef APP_STUDY_SHEET_H
#define APP_STUDY_SHEET_H

#include "base/err.h"
#include "base/mem.h"
#include "disclosure/audit.h"
#include "disclosure/model.h"
#include "disclosure/spec.h"

#include <jansson.h>

struct study_sheet {
    const char *path;
    int release, table; /* the caller's numbers: which release, which table of the model */
    size_t n, cap;
    struct str *code; /* n x ndims */
    enum print *kind;
    int64_t *value;
    long *line;
    /* in the model, by table cell: */
    enum print *cell_kind;
    int64_t *cell_value;
};

/* Rows of one file: the dimensions of `t` and a column "value" of counts and [c]. Codes are kept in
 * the arena. Free with study_sheet_free, also after an error. */
MUST_CHECK enum status study_sheet_read(struct study_sheet *s, const struct spec_table *t,
                                        const char *path, struct arena *memory, struct err *e);
/* Fills cell_kind and cell_value; every cell of the table m->table[s->table] must be there once. */
MUST_CHECK enum status study_sheet_place(struct study_sheet *s, const struct model *m,
                                         struct err *e);
void study_sheet_free(struct study_sheet *s);

/* Method and base that study protect wrote into summary.json; what it does not say, and a cell-key
 * table, stays as it is in `rule`. */
void study_rule_read(const json_t *summary, struct spec *rule);
/* ST_DATA where a number is not a multiple of the base that the release is said to be rounded to:
 * whoever takes exact counts for rounded ones finds them safe. */
MUST_CHECK enum status study_sheet_check_base(const struct study_sheet *s, const struct spec *rule,
                                              struct err *e);

#endif
