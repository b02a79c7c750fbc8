/* Passwords and one-time codes: Argon2id through libsodium. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/str.h"
#include "crypto/secret.h"

#include <stdint.h>

enum { PASSWORD_HASH_BYTES = 128, ONE_TIME_CODE_BYTES = 24 };

/* A hash to keep, with its salt and costs in it (64 MiB, two passes: about 0.1 s). */
MUST_CHECK enum status password_hash(struct str password, char out[PASSWORD_HASH_BYTES],
                                     struct err *e);
bool password_matches(const char *hash, struct str password);

/* Four groups of five characters without 0/O, 1/I/L or U: 20 * log2(30) = 98 bits. */
void one_time_code(char out[ONE_TIME_CODE_BYTES]);

/* A key from a passphrase (libsodium's crypto_pwhash, Argon2id 1.3). */
MUST_CHECK enum status passphrase_key(struct str passphrase, const unsigned char salt[16],
                                      uint64_t passes, size_t memory_bytes,
                                      unsigned char key[KEY_BYTES], struct err *e);

#endif
