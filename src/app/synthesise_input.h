/* What `study synthesise` reads: its spec, the hierarchies, and the records as code numbers. */
#ifndef APP_SYNTHESISE_INPUT_H
#define APP_SYNTHESISE_INPUT_H

#include "app/study_tables.h"
#include "disclosure/synth.h"

#define SYNTHESISE_MAX_VIEWS (2 * SYNTH_MAX_COLUMNS)

/* Columns 0..ncolumns-1 are those of the spec; the rest are derived: the ancestor of another
 * column's code at a level of its hierarchy. */
struct synthesise_input {
    const char *spec_path, *micro;
    json_t *spec;
    struct study_tables t;
    struct study_records r;
    int ncolumns, nviews;
    const char *name[SYNTHESISE_MAX_VIEWS];
    int from[SYNTHESISE_MAX_VIEWS];        /* the column that it follows from; a column itself */
    int level[SYNTHESISE_MAX_VIEWS];       /* of derived ones */
    uint32_t size[SYNTHESISE_MAX_VIEWS];   /* number of codes */
    uint32_t *node[SYNTHESISE_MAX_VIEWS];  /* of the hierarchy, by code */
    uint32_t *up[SYNTHESISE_MAX_VIEWS];    /* derived: code by code of the other column */
    uint32_t *value[SYNTHESISE_MAX_VIEWS]; /* code of each record */
    bool flat[SYNTHESISE_MAX_VIEWS];       /* no hierarchy: codes come from the data */
};

/* Free with synthesise_input_free, also after an error. */
MUST_CHECK enum status synthesise_input_read(struct synthesise_input *in, const char *spec_path,
                                             const char *micro, struct err *e);
/* ST_DATA where a column has no hierarchy and a code that fewer than 10 records have: a file of
 * made records would tell that the code occurs. For methods that show every code. */
MUST_CHECK enum status synthesise_input_check_flat(const struct synthesise_input *in,
                                                   struct err *e);
void synthesise_input_free(struct synthesise_input *in);
/* The text of a code of a column. */
const char *synthesise_code(const struct synthesise_input *in, int view, uint32_t code);

#endif
