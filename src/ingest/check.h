/* Do the facts of one record agree with each other and with the calendar? Private to ingest.
 *
 * Errors: in the future, before 1900 or over 120 years old; received before birth; the end before
 * the start (episodes, exits, support, leave, housing, work); a code that was not in force on its
 * day. Warnings: odd but possible. A range is wrong only when no day in it can be right. */
#ifndef INGEST_CHECK_H
#define INGEST_CHECK_H

#include "domain/record.h"

typedef void check_report(void *ctx, const struct field *f, int instance, bool warning,
                          const char *what);
void record_check(const struct record *r, int32_t today, check_report *report, void *ctx);

#endif
