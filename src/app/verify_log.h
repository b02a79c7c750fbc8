/* Use case: is the audit log whole? Of a register, or of an exported log without the register. */
#ifndef APP_VERIFY_LOG_H
#define APP_VERIFY_LOG_H

#include "crypto/audit_chain.h"

struct store;

struct log_verdict {
    enum audit_verdict verdict;
    uint64_t entries, at; /* `at`: the broken entry, or how many there should be */
    bool head_compared;
};

/* `head` NULL: nothing from outside to compare with; then cutting off the end is found only when
 * the store was closed in between (the anchor), and a log that was rebuilt as a whole not at all.
 */
MUST_CHECK enum status verify_log_store(struct store *s, const struct audit_head *head,
                                        struct log_verdict *out, struct err *e);
/* JSON lines as written by export_log. A line that is no entry counts as broken. */
MUST_CHECK enum status verify_log_file(const char *path, const struct audit_head *head,
                                       struct log_verdict *out, struct err *e);
/* One entry a line; all or nothing. */
MUST_CHECK enum status export_log(struct store *s, const char *path, struct err *e);
/* One entry with its path to the root of a signed head, as JSON: proves that the entry is in the
 * log, and shows none of the others. `kept`: a head of this log that verify_log_store found to
 * agree with it, so that whoever holds that head can check the proof; NULL: one signed now, which
 * needs KEY_AUDIT. */
MUST_CHECK enum status prove_entry(struct store *s, uint64_t sequence,
                                   const struct audit_head *kept, const char *path, struct err *e);
/* ST_DATA, saying why, unless the proof holds. With `head` the proof must be for that very head. */
MUST_CHECK enum status check_proof(const char *path, const struct audit_head *head,
                                   uint64_t *sequence, struct err *e);

#endif
