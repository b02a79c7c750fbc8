/* Every unknown cell as a constant plus a sum of columns, so that linear programs are small.
 *
 * A whole whose box follows from those of its parts (a hidden total of hidden cells: at least 0)
 * needs neither a column nor a row: it is the sum of its parts. What is left are the cells without
 * parts and those few wholes whose box says more; rows are left for the known wholes only. One row
 * of each whole is enough where its other rows say the same of the cells without parts. */
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
    struct form *row;  /* = 0 */
    uint32_t nrows;
};

/* Cost: entries of the rows times the depth of the tables. False: a row cannot hold. */
bool forms_open(struct forms *f, const struct search *s);
void forms_close(struct forms *f, uint32_t ncells);

#endif
