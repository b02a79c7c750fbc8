/* The revision policy of a register: when counts of years that are over may be printed otherwise
 * than before. data/release/revision_policy.csv holds the policies, their rules and the words that
 * a report prints; the register holds which one is followed since when, and why. */
#ifndef APP_RELEASE_POLICY_H
#define APP_RELEASE_POLICY_H

#include "app/release.h"

struct policy_change {
    const char *policy, *since, *by, *reason; /* since: ISO date */
};

struct release_policy {
    const char *id;
    bool yearly;                        /* the rule; else: in every release */
    const struct policy_change *change; /* in order; none: the first policy of the file, always */
    size_t changes;
};

/* Text lives in `memory`. */
MUST_CHECK enum status release_policy_read(struct store *s, struct arena *memory,
                                           struct release_policy *out, struct err *e);
/* ST_DATA when there is no such policy, or it is followed already, or something was published and
 * `reason` is empty. One transaction, in the audit log. */
MUST_CHECK enum status release_policy_set(struct store *s, const char *id, const char *by,
                                          const char *reason, struct err *e);
/* The words of a policy, heading by heading: false after the last. *at starts at 0. */
bool release_policy_words(const struct release_policy *p, size_t *at, const char **heading,
                          const char **text);

/* ---- what a release would revise ---- */

struct release_revision {
    size_t counts;     /* printed before of a year that was over, and printed otherwise now */
    const char *first; /* of them, by name; NULL */
    bool is_due;       /* the policy foresees revisions in this release */
    int64_t due_after; /* the year that has to be over before that, when it is not */
};

/* `row`: kind and as_at are looked at. `earlier` and `ledger`: n releases, in order of number. Text
 * lives in `memory`. */
void release_revision_find(const struct release_policy *policy, const struct ledger_release *ledger,
                           const struct joint_release *earlier, size_t n,
                           const struct ledger_release *row, const struct joint_table *table,
                           size_t tables, struct arena *memory, struct release_revision *out);
/* Of the release in the making, after release_protect. */
void release_revision_now(const struct release *r, const struct release_policy *policy,
                          const char *as_at, struct arena *memory, struct release_revision *out);
/* ST_DATA, with what to do, when it may not be published but as a correction. */
MUST_CHECK enum status release_revision_check(const struct release_policy *policy,
                                              const struct release_revision *r, struct err *e);

#endif
