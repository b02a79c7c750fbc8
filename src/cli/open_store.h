/* What the register's commands share: the --store options and opening the store by them. */
#ifndef CLI_OPEN_STORE_H
#define CLI_OPEN_STORE_H

#include "cli/cli.h"
#include "store/store.h"

#define STORE_OPTIONS                                                                              \
    {"store", OPT_FILE, "DIR", "the register", true, 0},                                           \
        {"key-file", OPT_FILE, "FILE", "master key or a grant of some keys", false, 0},            \
    {                                                                                              \
        "threads", OPT_INT, "N", "threads to use; the result does not depend on it", false, 0      \
    }

MUST_CHECK enum status open_store(const struct cli *c, enum store_mode mode, unsigned keys,
                                  const char *purpose, struct store **out, struct err *e);
/* --threads, or every processor. */
MUST_CHECK enum status thread_count(const struct cli *c, int *threads, struct err *e);
/* Today in the machine's time zone, as days since 1970-01-01: the clock enters here. */
int32_t today(void);

#endif
