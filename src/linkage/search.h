/* The live index: look one record up among millions, insert it, and know its cluster.
 *
 * The index owns its records (interned as in link_data) and a fixed model. A look-up probes one
 * hash table per blocking rule and scores the records found. An insert adds the record to the
 * tables and clusters its component of positive pairs again; because clusters are a function of the
 * component alone (cluster.h), the outcome equals that of a batch run with the same model and
 * rules, whatever the order of the inserts.
 *
 * Not thread-safe: one writer, or readers only, at a time. */
#ifndef LINKAGE_SEARCH_H
#define LINKAGE_SEARCH_H

#include "linkage/link.h"

struct link_index;

struct link_index_options {
    double threshold_bits;            /* as in link_options */
    uint32_t group_cap;               /* records read from one group in a look-up; 0: 5,000 */
    const struct link_frozen *frozen; /* as in link_options; must outlive the index. NULL: rules and
                                         frequencies are those of the first records */
};

/* Copies nothing of `d`, takes it over together with the model; rules are those of the model. */
MUST_CHECK enum status link_index_new(struct link_data *d, struct link_model *m,
                                      const struct link_index_options *o, struct link_index **out,
                                      struct err *e);
void link_index_free(struct link_index *x);

struct link_candidate {
    uint32_t record; /* number in the index: order of insertion after the batch */
    float bits;
    uint64_t pattern;
};

/* The best `max` candidates by weight, best first; returns how many. Cells as in link_data_add,
 * dates in ISO form. p50 under 50 microseconds in a million records. */
size_t link_index_lookup(struct link_index *x, const struct str *cells, struct str source,
                         struct link_candidate *out, size_t max);

/* For linking: every record that the rules bring together with the cells and that weighs at least
 * `least`, in no order. */
void link_index_each(struct link_index *x, const struct str *cells, float least,
                     void (*each)(void *ctx, uint32_t record, float bits), void *ctx);

/* The weight of one record against the cells, whether or not they share a key. */
struct link_candidate link_index_score(struct link_index *x, const struct str *cells,
                                       uint32_t record);
/* Why a candidate weighs what it does: one reason a column in use, the values left out (a and b
 * are empty). `out` holds LINK_MAX_COLUMNS; returns how many. Words live as long as the index. */
int link_index_reasons(const struct link_index *x, const struct link_candidate *c,
                       struct link_reason *out);

/* Adds a record. ST_DATA: the id is there already. *record is its number. */
MUST_CHECK enum status link_index_insert(struct link_index *x, struct str id, struct str source,
                                         const struct str *cells, uint32_t *record, struct err *e);

/* What a clerk settled; the components concerned are clustered again. */
void link_index_constrain(struct link_index *x, const struct link_constraint *c, size_t n);

/* The blocking rules in use, into out[LINK_MAX_RULES]; a batch with these and the same model gives
 * the same clusters. */
int link_index_rules(const struct link_index *x, struct link_rule *out);

uint32_t link_index_records(const struct link_index *x);
struct str link_index_id(const struct link_index *x, uint32_t record);
bool link_index_find(const struct link_index *x, struct str id, uint32_t *record);
/* The cluster's member with the smallest id. */
uint32_t link_index_cluster(const struct link_index *x, uint32_t record);
/* Members of the record's cluster; returns how many there are (may be over max). */
size_t link_index_members(const struct link_index *x, uint32_t record, uint32_t *out, size_t max);
/* Clusters changed since the last call: records whose cluster is another one now. For histories. */
size_t link_index_changes(struct link_index *x, uint32_t *out, size_t max);

#endif
