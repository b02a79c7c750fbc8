#include "cli/job.h"

#include "base/limits.h"
#include "base/pool.h"

enum status thread_count(const struct cli *c, int *threads, struct err *e)
{
    int64_t n = cli_int(c, "threads", pool_cpus());
    if (n < 1 || n > LIMIT_THREADS)
        return err_set(e, ST_USAGE, "--threads must be from 1 to %d", LIMIT_THREADS);
    *threads = (int)n;
    return ST_OK;
}
