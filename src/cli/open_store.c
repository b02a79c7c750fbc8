#include "cli/open_store.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/pool.h"

#include <time.h>

enum status thread_count(const struct cli *c, int *threads, struct err *e)
{
    int64_t n = cli_int(c, "threads", pool_cpus());
    if (n < 1 || n > LIMIT_THREADS)
        return err_set(e, ST_USAGE, "--threads must be from 1 to %d", LIMIT_THREADS);
    *threads = (int)n;
    return ST_OK;
}

enum status open_store(const struct cli *c, enum store_mode mode, unsigned keys,
                       const char *purpose, struct store **out, struct err *e)
{
    struct store_options o = {
        .dir = cli_text(c, "store", NULL),
        .mode = mode,
        .keys = keys,
        .key_file = cli_text(c, "key-file", NULL),
        .actor = {.name = "system",
                  .role = "administrator",
                  .purpose = purpose,
                  .organisation = ""},
    };
    TRY(thread_count(c, &o.threads, e));
    return store_open(&o, out, e);
}

int32_t today(void)
{
    time_t now = time(NULL);
    struct tm t;
    localtime_r(&now, &t);
    struct ymd v = {t.tm_year + 1900, t.tm_mon + 1, t.tm_mday};
    return date_from_ymd(v);
}
