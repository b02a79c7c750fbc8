/* One component of positive pairs to its clusters: the step that a batch and a live index share,
 * so that their outcomes are equal. */
#ifndef LINKAGE_COMPONENT_H
#define LINKAGE_COMPONENT_H

#include "linkage/cluster.h"
#include "linkage/model.h"

/* Components over this many records are first cut at a higher weight. */
enum { COMPONENT_MOST = 1500 };

struct component_context {
    const struct link_data *d;
    const struct scorer *scorer;
    double threshold_bits;
    /* Does blocking bring the two together? */
    bool (*compared)(const void *ctx, uint32_t a, uint32_t b);
    /* All pairs among the members above the threshold, as member numbers (for large components
     * only). Returns a new array. */
    struct cluster_edge *(*edges)(const void *ctx, const uint32_t *member, uint32_t n,
                                  size_t *count);
    const void *ctx;
};

/* `member` in the order of the records' ids; constraints as member numbers. out[i] is the number
 * of the first member of i's cluster. */
void component_cluster(const struct component_context *c, const uint32_t *member, uint32_t n,
                       const struct link_constraint *constraint, size_t constraints, uint32_t *out);

#endif
