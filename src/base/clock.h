/* The clocks, for adapters and commands only: engines are told the date. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT_BYTES = 21 };

/* Now as YYYY-MM-DDThh:mm:ssZ with a NUL. */
void clock_utc(char out[CLOCK_TEXT_BYTES]);
/* Today in UTC, as days since 1970-01-01. */
int32_t clock_today(void);
/* CPU seconds that this process has used, all threads together. */
double clock_cpu_seconds(void);

#endif
