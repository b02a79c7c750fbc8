/* Use case: which records of the register are one person. Claims, never merges.
 *
 * While the register's model stands (register_model.h), lines are a function of its records and of
 * people's decisions. register_link computes what changed: it compares the records that are new, or
 * back, with everybody, and clusters the components that they and the decisions touch; the outcome
 * is that of linking everything with the same model, whatever the order in which the records and
 * decisions came (docs/method/linkage.md). A model is trained on the first link, when the register
 * has outgrown it by a quarter, and on demand. */
#ifndef APP_REGISTER_LINK_H
#define APP_REGISTER_LINK_H

#include "base/progress.h"
#include "store/store.h"

/* Bits of average match weight above which records are joined without a person's decision (nominal
 * odds of 64 to 1), and of a pair's weight above which a possible match is put to one. The first
 * was chosen among 3, 5, 6 and 7 with the truth of one made population (20,000 people, seed 1) in
 * sight, so that repeats shown there were right in 99 of 100; figures on made data are therefore of
 * a tuned setting. How often such links are right is measured by `evaluate` on a made population,
 * and by `review` on a real one. */
#define LINK_AUTO_BITS 6.0
#define LINK_REVIEW_BITS 3.0

/* A quoted reference joins two records unless what else they say speaks this clearly against it:
 * people misread references, and one reference can name two people of a family. */
#define LINK_REFERENCE_VETO_BITS (-12.0)

struct register_link_job {
    struct store *store; /* KEYS_LINKAGE, STORE_JOB */
    int threads;
    bool full;  /* link everything again, with the model in use */
    bool train; /* train a new model first; everything is linked with it */
    struct progress progress;
    /* out; pairs and references are of what was linked again */
    bool nothing_new, trained;
    uint64_t records, new_records, linked_again, pairs_scored, lines, joined, proposed,
        by_reference, moved;
};

MUST_CHECK enum status register_link(struct register_link_job *job, struct err *e);

/* Works in what is pending and compares nothing new: people's decisions. Inside the caller's
 * transaction, which holds the decision too; *moved: records that changed their line. *left: there
 * is no model yet, so that only register_link can do it. Cost: that of the components concerned. */
MUST_CHECK enum status register_link_decided(struct store *s, int threads, uint64_t *moved,
                                             bool *left, struct err *e);

struct register_model;
/* One record that came in this transaction, with the records that were found to weigh
 * LINK_REVIEW_BITS or more against it or to share a reference with it. Otherwise as
 * register_link_decided; `m` is the register's model. */
MUST_CHECK enum status register_link_one(struct store *s, const struct register_model *m,
                                         int threads, int64_t record, const int64_t *partner,
                                         size_t partners, uint64_t *moved, struct err *e);

#endif
