#include "crypto/password.h"

#include <sodium.h>

_Static_assert(PASSWORD_HASH_BYTES >= crypto_pwhash_STRBYTES, "hash");

static enum status no_memory(struct err *e)
{
    return err_set(e, ST_FAULT, "not enough memory to hash a password");
}

enum status password_hash(struct str password, char out[PASSWORD_HASH_BYTES], struct err *e)
{
    if (crypto_pwhash_str_alg(out, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return no_memory(e);
    return ST_OK;
}

bool password_matches(const char *hash, struct str password)
{
    return crypto_pwhash_str_verify(hash, password.p, password.n) == 0;
}

void one_time_code(char out[ONE_TIME_CODE_BYTES])
{
    static const char letters[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
    char *p = out;
    for (int i = 0; i < 20; i++) {
        if (i && i % 5 == 0)
            *p++ = '-';
        *p++ = letters[randombytes_uniform(sizeof letters - 1)];
    }
    *p = '\0';
}

enum status passphrase_key(struct str passphrase, const unsigned char salt[16], uint64_t passes,
                           size_t memory_bytes, unsigned char key[KEY_BYTES], struct err *e)
{
    if (crypto_pwhash(key, KEY_BYTES, passphrase.p, passphrase.n, salt, passes, memory_bytes,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return no_memory(e);
    return ST_OK;
}
