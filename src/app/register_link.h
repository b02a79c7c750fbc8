/* Use case: which records of the register are one person. Claims, never merges. */
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

/* What the register keeps of the last linkage, by store_text and store_mark. The model holds levels
 * and their weights, and no value of any record. */
#define LINK_MODEL_TEXT "link.model"
/* Set with a person's decision, in one transaction: the next linkage works it in though no record
 * is new. */
#define LINK_STALE_MARK "link.stale"

struct register_link_job {
    struct store *store; /* KEYS_LINKAGE, STORE_JOB */
    int threads;
    bool full; /* link everything again, even when little is new */
    struct progress progress;
    /* out */
    bool nothing_new;
    uint64_t records, new_records, pairs_scored, lines, joined, proposed, by_reference, moved;
};

MUST_CHECK enum status register_link(struct register_link_job *job, struct err *e);

struct link_model;
/* The model that the last link kept; *out is NULL when the register was never linked. */
MUST_CHECK enum status register_model(struct store *s, struct link_model **out, struct err *e);

#endif
