/* From scored pairs to clusters: the components of pairs above the threshold and of decisions, each
 * worked out alone (component.h), on any number of threads. */
#ifndef LINKAGE_CLUSTERS_H
#define LINKAGE_CLUSTERS_H

#include "linkage/model.h"

/* ST_DATA when decisions to link join two records that a decision keeps apart. */
MUST_CHECK enum status clusters_check_constraints(const struct link_data *d,
                                                  const struct link_options *o, struct err *e);
/* Fills r->cluster, by record the first record of its cluster, and r->clusters. */
void clusters_make(const struct link_data *d, const struct plan *plan, const struct scorer *scorer,
                   const struct link_options *o, struct link_result *r);

#endif
