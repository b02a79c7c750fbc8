/* Tables with margins, and how their cells hang together.
 *
 * A population cell is a set of people by definition: one node of a hierarchy for each column that
 * any table uses, the root where a table does not use it. Two tables whose where-filters and codes
 * say the same share the cell. Relations are "a cell is the sum of its parts along one column",
 * over all tables together: margins, hierarchies, and periods (Q1 + .. + Q4 = year) alike.
 *
 * Where only some parts are in the tables (Q1 and the year), the rest is a cell that is not listed:
 * unknown, at least 0, and itself additive along the other columns. So a difference between two
 * published populations is in the model. Levels that no table prints are passed over (one police
 * force and the country), and where two populations differ in several columns (women of one region
 * and everybody) those in between are cells that are not listed either. */
#ifndef DISCLOSURE_MODEL_H
#define DISCLOSURE_MODEL_H

#include "base/err.h"
#include "base/mem.h"
#include "disclosure/hier.h"
#include "disclosure/spec.h"

#include <stdint.h>

struct model_column {
    const char *name;
    const struct hier *h;
    int levels;     /* published levels as a dimension, 0 for all */
    bool from_data; /* no code list: a code is there because a record has it */
};

struct model_table {
    const struct spec_table *spec;
    int column[SPEC_MAX_DIMENSIONS]; /* of the model, for each dimension */
    uint32_t ncodes[SPEC_MAX_DIMENSIONS];
    uint32_t *code[SPEC_MAX_DIMENSIONS]; /* nodes in preorder; the first is the total */
    uint32_t *fixed;                     /* node of each column of the model (where, or root) */
    size_t ncells;
    uint32_t *cell; /* population cell of each table cell, the first dimension slowest */
};

struct model {
    const struct spec *spec;
    int ncolumns, ntables;
    struct model_column *column;
    struct model_table *table;
    struct model_table *between; /* populations between those of two tables; nothing is printed */
    int nbetween;
    uint32_t ncells;  /* population cells, listed ones first */
    uint32_t nlisted; /* those that are in a table */
    uint32_t *node;   /* ncells x ncolumns: the nodes that define each cell */
    uint32_t *times;  /* nlisted: in how many tables the cell is printed */
    uint32_t nrows;
    uint32_t *row_start; /* nrows + 1 */
    uint32_t *row_cell;  /* the whole first, then its parts */
    /* private */
    uint32_t *hash;
    uint32_t hash_mask, cell_cap, row_cap, entry_cap;
    int between_cap;
};

/* `columns` must hold every dimension and where-column of the spec. Unknown where-codes, and tables
 * over LIMIT_TABLE_CELLS, are errors. Cost: cells x columns look-ups. The model is freed by
 * model_free; it points into `spec`, `columns` and their hierarchies. */
MUST_CHECK enum status model_build(struct model *m, const struct spec *spec,
                                   const struct model_column *columns, int ncolumns,
                                   const char *spec_name, struct err *e);
void model_free(struct model *m);

/* One row per person or referral. */
struct model_records {
    size_t n;
    const uint32_t *const
        *node;              /* [column][record]: where the record is in each column's hierarchy */
    const uint64_t *weight; /* NULL: each record counts 1 */
    const long *line;       /* rows of the file, for messages; may be NULL */
    const char *file;
};

/* Fills sum[0..ncells-1], modulo 2^64, unlisted cells too. A record at a subtotal that a table
 * splits further, or of which a table is only about a part, is an error. Cost: records x tables +
 * cells. */
MUST_CHECK enum status model_sum(const struct model *m, const struct model_records *in,
                                 uint64_t *sum, struct err *e);

/* The cell with these nodes, one for each column, or HIER_NONE. */
uint32_t model_find_cell(const struct model *m, const uint32_t *node);

/* Does the name of the cell say that somebody is in it? So does a code that comes from the data,
 * for those with that code and any other codes: whatever is printed, a reader counts at least one.
 */
bool model_occurs(const struct model *m, uint32_t cell);

/* Codes of cell k of a table, joined by `sep`, into buf (NUL-terminated, cut if too long). */
void model_cell_name(const struct model *m, const struct model_table *t, size_t k, char sep,
                     char *buf, size_t size);
/* Local code number of each dimension for table cell k. */
void model_cell_codes(const struct model_table *t, size_t k, uint32_t code[SPEC_MAX_DIMENSIONS]);

#endif
