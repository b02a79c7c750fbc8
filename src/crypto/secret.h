/* Starting libsodium, and memory for keys: locked, guarded, never in a core dump. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum { KEY_BYTES = 32 };

/* Call before anything else of this module; cheap when repeated. Forbids core dumps and, outside
 * sanitizer builds, being traced by another process of the same user. */
MUST_CHECK enum status crypto_start(struct err *e);

/* Memory of sodium_malloc: never NULL, zeroed, between guard pages; free with secret_free, which
 * overwrites it. Safe on NULL. */
void *secret_new(size_t bytes);
void secret_free(void *p);

/* Lower-case hexadecimal with a NUL: 2 * n + 1 bytes. */
void hex_write(const unsigned char *bytes, size_t n, char *out);
/* Whole string must be exactly 2 * n digits. */
bool hex_read(struct str text, unsigned char *out, size_t n);

#endif
