#include "cli/release_key.h"

#include <sodium.h>

enum status release_key(struct store *s, unsigned char key[32], struct err *e)
{
    struct arena a = ARENA_EMPTY;
    char *hex, made[65];
    enum status status = store_text_get(s, "release.key", &a, &hex, e);
    if (status == ST_OK && hex) {
        size_t n;
        if (sodium_hex2bin(key, 32, hex, strlen(hex), NULL, &n, NULL) != 0 || n != 32)
            status = err_set(e, ST_DATA, "the register's release key is damaged");
    } else if (status == ST_OK) {
        randombytes_buf(key, 32);
        sodium_bin2hex(made, sizeof made, key, 32);
        status = store_text_set(s, "release.key", made, e);
    }
    arena_free(&a);
    return status;
}
