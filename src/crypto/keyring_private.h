#ifndef CRYPTO_KEYRING_PRIVATE_H
#define CRYPTO_KEYRING_PRIVATE_H

#include "crypto/key_files.h"

#include <limits.h>

enum { KEYS_PER_BLOCK = 64 };

struct key_slot {
    unsigned char *key; /* in a block of secret memory; NULL: no such number */
    bool current;
    char organisation[ORGANISATION_BYTES];
};

struct keyring {
    char dir[PATH_MAX]; /* DIR/keys */
    char lock_path[PATH_MAX];
    struct ring_info ring;
    unsigned char *class_keys; /* secret; KEY_CLASSES x KEY_BYTES */
    unsigned classes;          /* those unwrapped */
    struct {
        struct key_slot *slots; /* by number */
        size_t n, cap;
    } of[KEY_CLASSES];
    unsigned char **blocks;
    size_t block_count, block_cap, in_block;
    unsigned char *pseudonym_keys; /* subkeys by use */
};

/* Held while the files are changed; -1 on failure with *e filled. */
int keyring_lock(const struct keyring *k, struct err *e);
void keyring_unlock(int lock);

/* Wraps 32 bytes for the place (class, number, organisation) of this store. */
void key_wrap(const struct keyring *k, const unsigned char *class_key, enum key_class c,
              const struct wrapped_key *of, const unsigned char key[KEY_BYTES],
              unsigned char out[WRAPPED_BYTES]);
/* A fresh key of the organisation, added to the file in memory as its current one. */
MUST_CHECK enum status key_make(struct keyring *k, enum key_class c, const char *organisation,
                                struct class_file *f, struct err *e);
MUST_CHECK enum status class_reload(struct keyring *k, enum key_class c, struct err *e);
void class_forget_removed(struct keyring *k, enum key_class c, const struct class_file *f);

#endif
