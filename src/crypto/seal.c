#include "crypto/seal.h"

#include <sodium.h>
#include <stdio.h>

_Static_assert(SEAL_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(SEAL_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");

enum { AD_MAX = 3 + 8 + 4 + 128 };

struct seal_column seal_column(const char *table, const char *column)
{
    struct seal_column c;
    int n = snprintf(c.name, sizeof c.name, "%s|%s", table, column);
    if (n < 0 || (size_t)n + 1 >= sizeof c.name)
        BUG("column name %s.%s is too long to seal", table, column);
    c.name[strlen(table)] = '\0';
    c.n = (size_t)n + 1;
    return c;
}

static void put_le(unsigned char *to, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (unsigned char)(v >> (8 * i));
}

static size_t associated(unsigned char ad[AD_MAX], const unsigned char header[3],
                         struct seal_place p)
{
    memcpy(ad, header, 3);
    put_le(ad + 3, (uint64_t)p.record, 8);
    put_le(ad + 11, (uint64_t)(uint32_t)p.instance, 4);
    memcpy(ad + 15, p.column->name, p.column->n);
    return 15 + p.column->n;
}

static const unsigned char *next_nonce(struct nonces *n)
{
    if (n->left == 0) {
        unsigned char seed[randombytes_SEEDBYTES];
        randombytes_buf(seed, sizeof seed);
        randombytes_buf_deterministic(n->bytes, sizeof n->bytes, seed);
        sodium_memzero(seed, sizeof seed);
        n->left = sizeof n->bytes / SEAL_NONCE;
    }
    return n->bytes + --n->left * SEAL_NONCE;
}

void seal_raw(const unsigned char key[KEY_BYTES], const unsigned char nonce[SEAL_NONCE],
              struct str ad, struct str plain, unsigned char *out)
{
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, (const unsigned char *)plain.p, plain.n,
                                               (const unsigned char *)ad.p, ad.n, NULL, nonce, key);
}

void seal_value(const unsigned char key[KEY_BYTES], uint16_t key_number, struct seal_place place,
                struct str plain, struct nonces *nonces, unsigned char *out)
{
    unsigned char ad[AD_MAX];
    out[0] = SEAL_FORMAT;
    put_le(out + 1, key_number, 2);
    memcpy(out + 3, next_nonce(nonces), SEAL_NONCE);
    size_t ad_n = associated(ad, out, place);
    /* The padded text is built where the ciphertext will stand: libsodium encrypts in place. */
    unsigned char *body = out + SEAL_HEADER;
    size_t padded = (plain.n / SEAL_BLOCK + 1) * SEAL_BLOCK;
    if (plain.n)
        memcpy(body, plain.p, plain.n);
    body[plain.n] = 0x80; /* ISO/IEC 7816-4 padding */
    memset(body + plain.n + 1, 0, padded - plain.n - 1);
    seal_raw(key, out + 3, (struct str){(const char *)ad, ad_n},
             (struct str){(const char *)body, padded}, body);
}

uint16_t seal_key_number(struct str sealed)
{
    const unsigned char *p = (const unsigned char *)sealed.p;
    if (sealed.n < seal_size(0) || p[0] != SEAL_FORMAT)
        return 0;
    return (uint16_t)(p[1] | p[2] << 8);
}

bool seal_open(const unsigned char key[KEY_BYTES], struct seal_place place, struct str sealed,
               char *out, size_t *n)
{
    unsigned char ad[AD_MAX];
    const unsigned char *p = (const unsigned char *)sealed.p;
    if (sealed.n < seal_size(0) || p[0] != SEAL_FORMAT)
        return false;
    size_t ad_n = associated(ad, p, place);
    unsigned long long got;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)out, &got, NULL,
                                                   p + SEAL_HEADER, sealed.n - SEAL_HEADER, ad,
                                                   ad_n, p + 3, key) != 0)
        return false;
    size_t end = (size_t)got;
    while (end && out[end - 1] == 0)
        end--;
    if (end == 0 || (unsigned char)out[end - 1] != 0x80)
        return false;
    *n = end - 1;
    return true;
}

void keyed_hash(const unsigned char key[KEY_BYTES], const struct str *parts, size_t count,
                unsigned char out[32])
{
    crypto_generichash_state h;
    crypto_generichash_init(&h, key, KEY_BYTES, 32);
    for (size_t i = 0; i < count; i++) {
        unsigned char length[8];
        put_le(length, parts[i].n, 8);
        crypto_generichash_update(&h, length, sizeof length);
        crypto_generichash_update(&h, (const unsigned char *)parts[i].p, parts[i].n);
    }
    crypto_generichash_final(&h, out, 32);
}

void keyed_hash_raw(const unsigned char key[KEY_BYTES], struct str bytes, unsigned char out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)bytes.p, bytes.n, key, KEY_BYTES);
}

void subkey(const unsigned char master[KEY_BYTES], const char *context8, uint64_t number,
            unsigned char out[KEY_BYTES])
{
    if (crypto_kdf_derive_from_key(out, KEY_BYTES, number, context8, master) != 0)
        BUG("key derivation refused its arguments");
}
