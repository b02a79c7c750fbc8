/* Clusters: greedy merging on the average match weight.
 *
 * Two clusters merge while the average weight over all pairs between them is the highest of all and
 * above the threshold. A pair that blocking never compared counts as NEVER_COMPARED_BITS: no news
 * is slightly bad news. Unlike connected components, one wrong link cannot chain two persons
 * together. Must-link pairs start in one cluster; a cannot-link pair keeps its clusters apart.
 *
 * The outcome for a record depends on its connected component of positive pairs alone: that is what
 * makes a local update equal to the whole. Ties are settled by record number. */
#ifndef LINKAGE_CLUSTER_H
#define LINKAGE_CLUSTER_H

#include "linkage/link.h"

#define NEVER_COMPARED_BITS (-1.0)

/* One undirected edge between members (numbers 0..n-1 of the component). */
struct cluster_edge {
    uint32_t a, b;
    float bits;
};

struct cluster_options {
    double threshold_bits;
    const uint32_t *source; /* per member; non-NULL: one-to-one between sources */
};

/* Clusters the n members of one component. `edge` must be unique pairs; constraints are given in
 * member numbers. out[i] = smallest member of i's cluster. Cost: O(E log E). */
void cluster_component(uint32_t n, const struct cluster_edge *edge, size_t edges,
                       const struct link_constraint *constraint, size_t constraints,
                       const struct cluster_options *o, uint32_t *out);

/* The place of a record among a component's members, which ascend and hold it. */
uint32_t member_number(const uint32_t *member, uint32_t n, uint32_t record);

/* Union-find over records; roots are the smallest record. */
uint32_t find_root(uint32_t *parent, uint32_t x);
void unite(uint32_t *parent, uint32_t a, uint32_t b);

#endif
