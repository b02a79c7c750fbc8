/* Small things that the register's jobs share beside register.h. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include "cli/register.h"

#define THREADS_OPT                                                                                \
    {                                                                                              \
        "threads", OPT_INT, "N", "threads to use; the result does not depend on it", false, 0      \
    }

/* --threads, or every processor. */
MUST_CHECK enum status thread_count(const struct cli *c, int *threads, struct err *e);

#endif
