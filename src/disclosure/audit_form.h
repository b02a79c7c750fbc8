/* Every unknown cell as a constant plus a sum of columns, so that linear programs are small.
 *
 * A whole whose box follows from those of its parts (a hidden total of hidden cells: at least 0)
 * needs neither a column nor a row: it is the sum of its parts. What is left are the cells without
 * parts and those few wholes whose box says more; rows are left for the known wholes only. One row
 * of each whole is enough where its other rows say the same of the cells without parts.
 *
 * A cell that is in one row only (the change of a count from one release to the next) needs no
 * column: it is what the others of the row leave, and the row says how much that may be; not even
 * that where it follows from the others. */
#ifndef DISCLOSURE_AUDIT_FORM_H
#define DISCLOSURE_AUDIT_FORM_H

#include "disclosure/audit_inner.h"

struct term {
    uint32_t cell; /* a column */
    int32_t by;
};

/* constant + sum of by * cell */
struct form {
    struct term *term;
    uint32_t n;
    double constant;
};

struct forms {
    struct form *of;   /* of each cell */
    uint32_t *order;   /* all cells, parts before wholes */
    uint32_t *defines; /* the row that gives a whole, or NONE */
    uint8_t *column;   /* is the cell a column? */
    uint8_t *rest;     /* is it what the others of a row leave? Its form is made for targets only */
    struct form *row;  /* from row_lo to row_hi, both 0 but for rows with a rest */
    double *row_lo, *row_hi;
    uint32_t nrows;
};

/* Cost: entries of the rows times the depth of the tables. False: a row cannot hold. */
bool forms_open(struct forms *f, const struct search *s);
void forms_close(struct forms *f, uint32_t ncells);

#endif
