/* Why lines changed: what stands beside each move in their history. */
#ifndef APP_LINK_CAUSES_H
#define APP_LINK_CAUSES_H

#include "app/link_these.h"

struct link_causes {
    const struct pending *pending; /* ascending */
    size_t pendings;
    int64_t after;     /* records with a higher id are new */
    const char *whole; /* when nothing nearer is known; or, with `only_whole`, always */
    bool only_whole;
};

/* why[k] by position in `r`: of the records that old lines and new groups connect with it, the
 * gravest of what touched them: a person's decision, an import that was taken back, a new import
 * (the latest). Text lives in `memory` or in `c`. */
void link_causes(const struct link_causes *c, const struct link_records *r, const int64_t *group,
                 struct arena *memory, const char **why);

#endif
