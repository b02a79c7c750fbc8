/* Labels, which only ever score a result. */
#ifndef APP_LINK_TRUTH_H
#define APP_LINK_TRUTH_H

#include "app/link_people.h"

/* Person number by record, from a column of the people's file; an empty cell is a person of its
 * own. Free it. */
uint32_t *link_truth_of_column(const struct link_data *d, const struct link_extra *column);
/* From a CSV of `id_a,id_b`: pairs and what follows from them. ST_DATA: an id that is not among the
 * people. */
MUST_CHECK enum status link_truth_of_pairs(const struct link_data *d, const char *path,
                                           uint32_t **person, struct err *e);

#endif
