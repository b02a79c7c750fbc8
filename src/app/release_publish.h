/* Use cases: a draft becomes a release; a release is looked at and checked. */
#ifndef APP_RELEASE_PUBLISH_H
#define APP_RELEASE_PUBLISH_H

#include "app/release.h"

/* The role of an enabled user who may publish (domain/capability.h), in `memory`; ST_DATA when
 * there is no such user, or the user may not. */
MUST_CHECK enum status release_publisher(struct store *s, const char *name, struct arena *memory,
                                         const char **role, struct err *e);

struct release_publish_job {
    struct store *store; /* STORE_JOB, KEY_S4; opened as the user who publishes */
    const char *dir;     /* as report or request wrote it */
    int64_t corrects;    /* number of the release that it corrects, or 0 */
    const char *reason;  /* of a correction: printed in the next report */
    struct progress progress;
    /* out */
    int64_t number;
    bool already; /* it was published before: nothing changed */
    struct arena memory;
    const char *audit; /* JSON text in `memory` */
};
/* The directory must be byte for byte what was drafted, and the joint audit of all releases with it
 * must find nobody betrayed. One transaction; then DIR/release.json says the number. Free `memory`
 * also after a failure. */
MUST_CHECK enum status release_publish(struct release_publish_job *job, struct err *e);

/* Everything in the ledger against the audit log, and each table against its shape; `dir`, or NULL,
 * against its row, byte for byte. *doc says what was found, release by release; ST_DATA when
 * anything is not as it was published. */
MUST_CHECK enum status release_verify(struct store *s, const char *dir, json_t **doc,
                                      struct err *e);
/* The audit of all releases in the ledger once more, every range in full. */
MUST_CHECK enum status release_audit_all(struct store *s, const struct progress *progress,
                                         json_t **doc, struct err *e);
/* A row as JSON; with its files and tables when `whole`. */
json_t *release_row_json(const struct ledger_release *row, bool whole);

#endif
