#include "crypto/secret.h"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum status crypto_start(struct err *e)
{
    if (sodium_init() < 0)
        return err_set(e, ST_FAULT, "the cryptographic library does not start");
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* the leak checker traces its own process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
    return ST_OK;
}

void *secret_new(size_t bytes)
{
    void *p = sodium_malloc(bytes);
    if (!p)
        BUG("no memory for keys");
    sodium_memzero(p, bytes);
    return p;
}

void secret_free(void *p)
{
    sodium_free(p);
}

void hex_write(const unsigned char *bytes, size_t n, char *out)
{
    sodium_bin2hex(out, 2 * n + 1, bytes, n);
}

bool hex_read(struct str text, unsigned char *out, size_t n)
{
    size_t got;
    const char *end;
    return text.n == 2 * n && sodium_hex2bin(out, n, text.p, text.n, NULL, &got, &end) == 0 &&
           got == n && end == text.p + text.n;
}
