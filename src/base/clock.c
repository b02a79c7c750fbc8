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
