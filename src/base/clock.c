#include "base/clock.h"

#include <time.h>

void clock_utc(char out[CLOCK_TEXT_BYTES])
{
    time_t now = time(NULL);
    struct tm t;
    gmtime_r(&now, &t);
    strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &t);
}

int32_t clock_today(void)
{
    return (int32_t)(time(NULL) / 86400);
}

double clock_cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
