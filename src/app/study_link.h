/* study link: a CSV of people and a specification in, clusters and figures out. */
#ifndef APP_STUDY_LINK_H
#define APP_STUDY_LINK_H

#include "base/json.h"
#include "linkage/link.h"

struct study_link {
    const char *people, *spec; /* files */
    const char *clusters;      /* outputs; NULL: not wanted */
    const char *pairs, *summary, *model, *report;
    const char *use_model;   /* NULL: train */
    uint32_t shard, shards;  /* shards > 0: do one part; `clusters` is then the part file */
    const char *const *join; /* part files or directories of them; needs use_model */
    int joins;
    uint64_t memory_bytes; /* bound, 0: none */
    double threshold;      /* probability; NAN: 0.5 */
    double pairs_from;     /* bits: the least weight written to `pairs`; NAN: -10 */
    const char *truth_column, *truth_pairs;
    int threads;
    const struct progress *progress;
};

/* Does the whole and leaves the summary document in *summary (json_decref it). */
MUST_CHECK enum status study_link_run(const struct study_link *s, json_t **summary, struct err *e);

#endif
