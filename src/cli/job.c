#include "cli/job.h"

#include "base/limits.h"
#include "base/pool.h"

enum status thread_count(const struct cli *c, int *threads, struct err *e)
{
    return cli_int_in(c, "threads", pool_cpus(), 1, LIMIT_THREADS, threads, e);
}
