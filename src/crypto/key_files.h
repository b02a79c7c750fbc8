/* The files under DIR/keys: reading and writing them, and finding the key that opens them. Used by
 * the keyring alone. */
#ifndef CRYPTO_KEY_FILES_H
#define CRYPTO_KEY_FILES_H

#include "crypto/keyring.h"

enum { WRAPPED_BYTES = SEAL_NONCE + KEY_BYTES + SEAL_TAG, ORGANISATION_BYTES = 64 };

/* ring.json: whose keys these are and how the master key is had. */
struct ring_info {
    unsigned char store[16];
    bool passphrase;
    uint64_t passes, memory_bytes; /* Argon2id */
    unsigned char salt[16];
    unsigned char check[KEY_CLASSES][16]; /* keyed hash of a constant under each class key */
};
MUST_CHECK enum status ring_info_read(const char *keys_dir, struct ring_info *r, struct err *e);
MUST_CHECK enum status ring_info_write(const char *keys_dir, const struct ring_info *r,
                                       struct err *e);

/* S3.json and so on: the wrapped keys of one class. */
struct wrapped_key {
    uint16_t number;
    bool current;
    char organisation[ORGANISATION_BYTES], created[24];
    unsigned char wrapped[WRAPPED_BYTES];
};
struct class_file {
    struct wrapped_key *keys;
    size_t n, cap;
};
MUST_CHECK enum status class_file_read(const char *keys_dir, enum key_class c,
                                       const struct ring_info *r, struct class_file *f,
                                       struct err *e);
MUST_CHECK enum status class_file_write(const char *keys_dir, enum key_class c,
                                        const struct ring_info *r, const struct class_file *f,
                                        struct err *e);
void class_file_free(struct class_file *f);

/* The class keys (secret memory, KEY_CLASSES x KEY_BYTES) that a key file or passphrase gives, and
 * which of them it gives. Compared with the ring's check values: a wrong key is ST_DATA. */
MUST_CHECK enum status class_keys_find(const char *keys_dir, const struct ring_info *r,
                                       const char *key_file, unsigned wanted, unsigned char *keys,
                                       unsigned *given, struct err *e);
/* From a master key, all of them; fills the check values. */
void class_keys_derive(const unsigned char master[KEY_BYTES], unsigned char *keys);
void class_keys_check(const unsigned char *keys, unsigned classes,
                      unsigned char check[KEY_CLASSES][16]);
/* A key file: the master key, or the class keys in `classes`. */
MUST_CHECK enum status key_file_write(const char *path, const struct ring_info *r,
                                      const unsigned char *master, const unsigned char *class_keys,
                                      unsigned classes, struct err *e);

/* Written beside, mode 0600, synced, renamed, directory synced. */
MUST_CHECK enum status private_file_write(const char *path, struct str bytes, struct err *e);

#endif
