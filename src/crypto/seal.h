/* Sealing one field of one row: XChaCha20-Poly1305 (libsodium), bound to where it stands.
 *
 * Sealed bytes: format (1) | key number (2, little-endian) | nonce (24) | ciphertext | tag (16).
 * The plaintext is padded to a multiple of 16 bytes, so that codes of different length do not
 * give themselves away. Associated data: format, key number, record, instance, table, column. A
 * value moved to another row, column or table, or renumbered to another key, does not open.
 * What this does not stop: an old value of the same field put back in its place (the audit entry
 * holds the hash of what was written). */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/str.h"
#include "crypto/secret.h"

#include <stdint.h>

enum {
    SEAL_FORMAT = 1,
    SEAL_NONCE = 24,
    SEAL_HEADER = 3 + SEAL_NONCE,
    SEAL_TAG = 16,
    SEAL_BLOCK = 16
};

/* Where a value stands. `column` is made once per column by seal_column. */
struct seal_column {
    char name[128]; /* table, NUL, column, NUL */
    size_t n;
};
struct seal_place {
    const struct seal_column *column;
    int64_t record;
    int32_t instance;
};
struct seal_column seal_column(const char *table, const char *column);

/* Random nonces, drawn from the kernel some at a time. One per thread; zero to begin. */
struct nonces {
    unsigned char bytes[170 * SEAL_NONCE];
    size_t left;
};

/* Bytes that a value of n bytes takes when sealed. */
static inline size_t seal_size(size_t n)
{
    return SEAL_HEADER + (n / SEAL_BLOCK + 1) * SEAL_BLOCK + SEAL_TAG;
}

/* Writes seal_size(plain.n) bytes. Cost: about 1 us. */
void seal_value(const unsigned char key[KEY_BYTES], uint16_t key_number, struct seal_place place,
                struct str plain, struct nonces *nonces, unsigned char *out);

/* The number of the key that sealed it; 0 when these are not sealed bytes at all. */
uint16_t seal_key_number(struct str sealed);
/* Writes at most sealed.n bytes and their number; false when the key, the place or a byte is not
 * the one it was sealed with. */
bool seal_open(const unsigned char key[KEY_BYTES], struct seal_place place, struct str sealed,
               char *out, size_t *n);

/* The construction itself, for the known answers: out has plain.n + SEAL_TAG bytes. */
void seal_raw(const unsigned char key[KEY_BYTES], const unsigned char nonce[SEAL_NONCE],
              struct str ad, struct str plain, unsigned char *out);

/* Keyed BLAKE2b-256 over the parts, each preceded by its length so that ("ab", "c") is not
 * ("a", "bc"). */
void keyed_hash(const unsigned char key[KEY_BYTES], const struct str *parts, size_t count,
                unsigned char out[32]);
/* Keyed BLAKE2b-256 of the bytes as they are. */
void keyed_hash_raw(const unsigned char key[KEY_BYTES], struct str bytes, unsigned char out[32]);
/* crypto_kdf: subkey `number` of `master` for an 8-character context. */
void subkey(const unsigned char master[KEY_BYTES], const char *context8, uint64_t number,
            unsigned char out[KEY_BYTES]);

#endif
