/* What a reviewer should look at in a result. */
#ifndef LINKAGE_DIAGNOSE_H
#define LINKAGE_DIAGNOSE_H

#include "linkage/model.h"

enum { BIG_CLUSTER = 8 };

/* Fills r->warning (by cluster) and r->unlinkable. Cost: one score a record, and linear in r->pair.
 */
void link_diagnose(const struct link_data *d, const struct scorer *s, double threshold_bits,
                   struct link_result *r);

#endif
