/* The keyring: which keys exist, who may unwrap which, and rotation. Files under DIR/keys, 0600.
 *
 *   master key (32 bytes)              a file, or Argon2id of a passphrase
 *     class key of S3, S4, S5,         crypto_kdf of the master; never stored, but in a grant
 *     index, pseudonym, audit
 *       data keys per organisation     random; wrapped by their class key; S3.json, S4.json, ...
 *
 * A grant (keyring_grant) holds some class keys only: a process that is given the grant for S3
 * cannot read S4, whatever it does. Data keys are numbered within their class; the number stands in
 * every sealed value. See docs/ops/keys.md and docs/adr for why class comes before organisation.
 *
 * Where the key comes from, in this order: the file named by the caller; the file named by
 * THROUGHLINE_KEY_FILE; for a register with a passphrase, THROUGHLINE_PASSPHRASE or a question on
 * the terminal; DIR/keys/master.key. */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H

#include "base/err.h"
#include "base/mem.h"
#include "crypto/seal.h"

enum key_class {
    CLASS_S3,
    CLASS_S4,
    CLASS_S5,
    CLASS_INDEX,
    CLASS_PSEUDONYM,
    CLASS_AUDIT,
    KEY_CLASSES
};
const char *key_class_name(enum key_class c); /* "S3", ..., "index", "pseudonym", "audit" */

/* Independent uses of the pseudonym key (crypto_kdf numbers): outputs cannot be joined. */
enum pseudonym_use { USE_PERSON = 1, USE_CONTENT = 2, USE_STATISTICS = 3 };

struct keyring;

/* A new passphrase in secret memory (secret_free it): THROUGHLINE_NEW_PASSPHRASE, or asked for
 * twice on the terminal. */
MUST_CHECK enum status passphrase_new(char **out, struct err *e);

/* Makes DIR/keys (which must not exist) for the store with this id. `passphrase` NULL: a key file
 * DIR/keys/master.key. */
MUST_CHECK enum status keyring_create(const char *dir, const unsigned char store_id[16],
                                      const char *passphrase, struct err *e);
/* Unwraps the classes in the bit set `classes` (1u << CLASS_S3 ...). The keys must be those of the
 * store `store_id` (NULL: not compared). A wrong key is ST_DATA. */
MUST_CHECK enum status keyring_open(const char *dir, const unsigned char *store_id,
                                    unsigned classes, const char *key_file, struct keyring **out,
                                    struct err *e);
void keyring_close(struct keyring *k); /* safe on NULL; keys are overwritten */
bool keyring_has(const struct keyring *k, enum key_class c);

/* The organisation's key that new values of the class are sealed with; made, and on disk, before
 * this returns. Not for two threads at once. */
MUST_CHECK enum status keyring_current(struct keyring *k, enum key_class c,
                                       const char *organisation, uint16_t *number, struct err *e);
/* The key with that number, NULL when there is none here. Safe from several threads. */
const unsigned char *keyring_key(const struct keyring *k, enum key_class c, uint16_t number);
/* Reads the files again: another process may have added or rotated keys. Keys that are gone from
 * the files are kept until the keyring is closed. */
MUST_CHECK enum status keyring_reload(struct keyring *k, struct err *e);

/* 16 bytes that stand for `parts`; needs CLASS_PSEUDONYM. */
void keyring_pseudonym(const struct keyring *k, enum pseudonym_use use, const struct str *parts,
                       size_t count, unsigned char out[16]);
/* Bucket of `bits` bits of the value under the blind index key; needs CLASS_INDEX. */
uint64_t keyring_bucket(const struct keyring *k, int kind, struct str value, int bits);
/* Seed of the signing key; needs CLASS_AUDIT. */
const unsigned char *keyring_audit_seed(const struct keyring *k);

/* ---- rotation ---- */

/* Every organisation gets a new current key in S3, S4 and S5; the old ones stay readable. When a
 * rotation has been begun and not finished, nothing is made: it goes on. */
MUST_CHECK enum status keyring_rotation_begin(struct keyring *k, struct err *e);
/* Destroys the keys that are not current. Only after every value was sealed anew. */
MUST_CHECK enum status keyring_rotation_finish(struct keyring *k, struct err *e);
bool keyring_is_rotating(const struct keyring *k);
/* All classes under a new master key (a passphrase, or NULL for a new DIR/keys/master.key). Needs
 * every class. All or nothing: the directory is exchanged in one step. */
MUST_CHECK enum status keyring_rewrap(struct keyring *k, const char *passphrase, struct err *e);

/* ---- looking after keys ---- */

/* Writes a file that unwraps these classes and no others. */
MUST_CHECK enum status keyring_grant(const struct keyring *k, unsigned classes, const char *path,
                                     struct err *e);
struct key_info {
    enum key_class class;
    unsigned number;
    const char *organisation, *state, *created; /* state "current" or "old" */
};
/* Needs no key at all. */
MUST_CHECK enum status keyring_list(const char *dir, struct arena *memory, struct key_info **out,
                                    size_t *n, struct err *e);
/* "key file" or "passphrase"; problems with owner or mode of the files go to *warning ("" none). */
MUST_CHECK enum status keyring_describe(const char *dir, char unlock[20], char warning[200],
                                        struct err *e);

#endif
