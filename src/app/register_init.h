/* Use case: an empty register with its keys and its first administrator. */
#ifndef APP_REGISTER_INIT_H
#define APP_REGISTER_INIT_H

#include "base/err.h"

struct register_init {
    const char *dir, *administrator;
    const char *passphrase; /* NULL: an unattended key file */
    char code[24];          /* out: the administrator's one-time code, to be said once */
};
enum { REGISTER_CODE_DAYS = 7 };

/* All or nothing, but for a failure while the administrator is added, which says so. */
MUST_CHECK enum status register_init(struct register_init *job, struct err *e);

#endif
