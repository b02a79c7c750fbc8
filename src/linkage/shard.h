/* Linking in parts: each of several processes scores its share of the pairs (link_options.shard)
 * and leaves them in a part file; one process joins the parts and clusters. The outcome is that of
 * one process that does all, to the byte, for any number of shards.
 *
 * A part file is binary, little-endian: "TLPART1\n", the fields of struct link_shard in order, the
 * pairs (a, b, bits, pattern: 20 bytes each) and a hash of all before it. Records are ranks of ids,
 * so a part means something only with the same records: it carries their fingerprint. No names or
 * values, but who may be whom: keep it as you keep the data. */
#ifndef LINKAGE_SHARD_H
#define LINKAGE_SHARD_H

#include "linkage/link.h"

enum { LINK_MAX_SHARDS = 10000 };

struct link_shard {
    uint64_t fingerprint;   /* link_fingerprint */
    uint32_t shard, shards; /* 1 .. shards; 0 of 0: joined */
    float least;            /* pairs under it were only counted */
    uint64_t scored;        /* pairs */
    int rules;
    uint64_t rule_scored[LINK_MAX_RULES], rule_kept[LINK_MAX_RULES], rule_unique[LINK_MAX_RULES];
    uint64_t histogram[LINK_HISTOGRAM_MAX - LINK_HISTOGRAM_MIN];
    struct link_pair *pair;
    size_t pairs;
};

/* Of everything that the weights and the clusters follow from: the records (in any order), the
 * specification, the model, the threshold. */
uint64_t link_fingerprint(const struct link_data *d, const struct link_model *m,
                          double threshold_bits);

/* What a run with link_options.shards has found. The pairs are taken out of the result. */
void link_shard_take(struct link_shard *p, uint64_t fingerprint, uint32_t shard, uint32_t shards,
                     struct link_result *r);

/* Hands the file's bytes to `out`, in pieces. */
void link_shard_write(const struct link_shard *p, void (*out)(void *ctx, struct str bytes),
                      void *ctx);
/* ST_DATA: not a part file, cut short or changed. Free the pairs with link_shard_free. */
MUST_CHECK enum status link_shard_read(struct str bytes, struct link_shard *out, struct err *e);
void link_shard_free(struct link_shard *p);

/* Adds a part to those joined so far ({0} at first), whose pairs it takes. `seen` has a bit a shard
 * (LINK_MAX_SHARDS bits, zeroed at first). ST_DATA: of other records or settings, of another
 * number of shards, given twice. */
MUST_CHECK enum status link_shard_join(struct link_shard *all, struct link_shard *p,
                                       uint64_t fingerprint, uint32_t records, uint8_t *seen,
                                       struct err *e);
/* ST_DATA: a part is missing, or was made without pairs that are wanted now (`least`). */
MUST_CHECK enum status link_shard_complete(const struct link_shard *all, const uint8_t *seen,
                                           float least, struct err *e);

#endif
