/* Looking after a register: audit log, users, keys, copies. See store.h for the data itself. */
#ifndef STORE_ADMIN_H
#define STORE_ADMIN_H

#include "crypto/audit_chain.h"
#include "crypto/keyring.h"
#include "store/store.h"

/* 32 hex digits and a NUL. */
const char *store_id(const struct store *s);

/* ---- audit log ---- */

/* Entries from number `from` on, in order. Strings are valid during the call. */
MUST_CHECK enum status audit_each(struct store *s, uint64_t from,
                                  enum status (*each)(void *ctx, const struct audit_entry *entry,
                                                      const struct hash32 *hash, struct err *e),
                                  void *ctx, struct err *e);
/* Feeds every entry to *c, in which the caller may have set an expectation from outside; the anchor
 * beside the store is added. Then ask audit_check_end. */
MUST_CHECK enum status store_audit_check(struct store *s, struct audit_check *c, struct err *e);
/* A signed statement about the log as it is. Needs KEY_AUDIT. */
MUST_CHECK enum status store_audit_head(struct store *s, struct audit_head *h, struct err *e);
/* An entry by a command about itself, e.g. "log.exported". */
MUST_CHECK enum status store_audit_note(struct store *s, const char *action, const char *outcome,
                                        struct err *e);

/* ---- keys ---- */

struct rotation {
    uint64_t rows, values; /* looked at, sealed anew */
};
/* New data keys for every organisation, every value sealed anew in small transactions beside
 * readers and writers, old keys destroyed. Cut off at any point, the next call goes on. Needs
 * STORE_JOB and every key. */
MUST_CHECK enum status store_rotate(struct store *s, const struct progress *p, struct rotation *out,
                                    struct err *e);
/* A new master key; see keyring_rewrap. */
MUST_CHECK enum status store_new_master(struct store *s, const char *passphrase, struct err *e);
MUST_CHECK enum status store_grant(struct store *s, unsigned keys, const char *path, struct err *e);

/* ---- users ---- */

extern const char *const user_roles[]; /* NULL-ended */

struct user {
    const char *name, *role, *organisation, *created;
    bool disabled, has_password, has_code;
};
/* A new user with a one-time code (crypto/password.h) that holds for `days`; said once. */
MUST_CHECK enum status store_user_add(struct store *s, const char *name, const char *role,
                                      const char *organisation, int days, char *code,
                                      struct err *e);
/* A new one-time code; the password, if any, no longer holds. */
MUST_CHECK enum status store_user_reset(struct store *s, const char *name, int days, char *code,
                                        struct err *e);
MUST_CHECK enum status store_user_set_disabled(struct store *s, const char *name, bool disabled,
                                               struct err *e);
MUST_CHECK enum status store_user_list(struct store *s, struct arena *memory, struct user **out,
                                       size_t *n, struct err *e);
/* Spends the code and sets the password (at least 8 characters; the caller checks lists). A wrong,
 * spent or late code, an unknown and a disabled user all give the same ST_DATA. */
MUST_CHECK enum status store_user_redeem(struct store *s, const char *name, const char *code,
                                         const char *password, struct err *e);
/* *good: do name and password match an enabled user? Takes as long for an unknown name. */
MUST_CHECK enum status store_user_check(struct store *s, const char *name, const char *password,
                                        bool *good, struct err *e);

/* ---- copies ---- */

/* A consistent copy beside readers and writers, into a directory that must not exist: store.db, the
 * wrapped keys (never the master key), manifest.json with hashes, sizes and the signed head. The
 * copy is opened and checked before the directory gets its name. Needs KEY_AUDIT. */
MUST_CHECK enum status store_backup(struct store *s, const char *out_dir, struct err *e);
/* Checks the backup against its manifest and makes a register of it in `dir`, which must not exist
 * or be empty. `key_file` is the master key; it becomes DIR/keys/master.key unless the register
 * opens with a passphrase. */
MUST_CHECK enum status store_restore(const char *backup_dir, const char *dir, const char *key_file,
                                     struct audit_head *head, struct err *e);

/* ---- health ---- */

enum health { HEALTH_GOOD, HEALTH_WARNING, HEALTH_BAD };
struct finding_of_health {
    enum health health;
    const char *subject;
    char text[300];
};
/* Looks at everything and changes nothing but the audit log; up to `max` findings. */
MUST_CHECK enum status store_examine(struct store *s, struct finding_of_health *out, size_t max,
                                     size_t *n, struct err *e);

#endif
