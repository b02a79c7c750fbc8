/* Cells that can only change together.
 *
 * Where all but two cells of a row are fixed (printed zeros among them), those two change by the
 * same amount; where all but one, that one cannot change. Cells tied so, directly or through other
 * rows, are one class: a program has one column for each class that is looked at. */
#ifndef DISCLOSURE_SUPPRESS_TIES_H
#define DISCLOSURE_SUPPRESS_TIES_H

#include "disclosure/model.h"

struct tied {
    uint32_t at; /* a cell of a class, or a class of a row */
    int32_t by;  /* a cell changes by as much times the class; a coefficient */
};

struct ties {
    uint32_t n;         /* classes */
    uint32_t *class_of; /* of a cell, or UINT32_MAX when it cannot change */
    int8_t *sign_of;    /* of a cell in its class */
    uint32_t *cell_start, *use_start, *row_start; /* of a class, a class, a row */
    struct tied *cell, *use, *entry;              /* use: at is a row */
    uint32_t nrows;
};

/* `can_change` says which cells may; cells that the rows fix are taken out of it. Cost: a few times
 * the entries of the rows. */
void ties_open(struct ties *t, const struct model *m, uint8_t *can_change);
void ties_close(struct ties *t);

#endif
