/* One line's answers to the data request: the middle of request_rows. */
#ifndef APP_REQUEST_LINE_H
#define APP_REQUEST_LINE_H

#include "app/request_rows.h"

/* The fields it reads, "entity.field". */
const char *const *request_line_fields(size_t *count);
/* Received by that day, or not dated. */
bool request_line_in_time(const struct stored *s, int32_t as_at);
/* Is it a record of that kind? */
bool request_line_holds(const struct stored *s, enum request_holder holder);
/* Appends the rows of one line. `scratch` may be rewound afterwards; texts go to `kept`. */
void request_line_add(struct request_rows *out, const struct request_options *o,
                      const struct stored *const *records, size_t count, struct arena *scratch,
                      struct arena *kept);

#endif
