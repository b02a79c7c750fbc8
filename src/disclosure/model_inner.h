/* What the files of the model share. */
#ifndef DISCLOSURE_MODEL_INNER_H
#define DISCLOSURE_MODEL_INNER_H

#include "disclosure/model.h"

/* The nodes that define a cell, one for each column. */
static inline const uint32_t *model_nodes(const struct model *m, uint32_t cell)
{
    return m->node + (size_t)cell * (size_t)m->ncolumns;
}

/* The cell with these nodes; a new one if there is none. */
uint32_t model_add_cell(struct model *m, const uint32_t *node);
/* Populations between those of two tables, as tables that are not printed (model_between.c). Called
 * when all printed cells are there. ST_DATA over LIMIT_TABLE_CELLS. */
MUST_CHECK enum status model_add_between(struct model *m, const char *spec_name, struct err *e);
void model_free_between(struct model *m);
void model_table_free(struct model_table *t);
/* Gives a table that has its `fixed` and its codes its cells. */
void model_add_table_cells(struct model *m, struct model_table *t);
/* All rows (model_rows.c). Called last. */
void model_add_rows(struct model *m);

#endif
