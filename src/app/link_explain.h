/* study link-explain: why two records are, or are not, linked; what holds a cluster together. */
#ifndef APP_LINK_EXPLAIN_H
#define APP_LINK_EXPLAIN_H

#include "base/json.h"
#include "linkage/link.h"

struct link_explain_request {
    const char *people, *spec, *use_model;
    const char *id_a, *id_b;
    const char *cluster; /* id of a record whose cluster is shown, in place of a pair; or NULL */
    const char *svg;     /* file of the waterfall, or NULL */
    double threshold;
    int threads;
};

/* Runs the linkage (or uses the model given) and explains the pair or the cluster. Texts for
 * people: *text; the same as JSON: *doc. Free both. */
MUST_CHECK enum status link_explain_run(const struct link_explain_request *r, struct buf *text,
                                        json_t **doc, struct err *e);

/* The cluster of a record: its pairs and its weakest link. */
void link_cluster_words(const struct link_data *d, const struct link_model *m,
                        const struct link_result *r, uint32_t record, double threshold_bits,
                        struct buf *text, json_t **doc);

#endif
