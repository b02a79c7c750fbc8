/* JSON through jansson: strict in, exact out. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/err.h"
#include "base/str.h"

#include <jansson.h>

/* Duplicate keys, trailing bytes, NUL and nesting over LIMIT_JSON_DEPTH are refused with the line.
 */
MUST_CHECK enum status json_read_file(const char *path, json_t **out, struct err *e);
MUST_CHECK enum status json_read_str(struct str text, const char *name, json_t **out,
                                     struct err *e);
/* Numbers with 17 significant digits, keys in the order added, a final newline. The caller looks
 * for errors of the stream. */
MUST_CHECK enum status json_write(FILE *to, const json_t *doc, struct err *e);
/* The same to a file: all or nothing. */
MUST_CHECK enum status json_write_file(const char *path, const json_t *doc, struct err *e);

/* A double as JSON: null for NaN ("not applicable"), "Inf" and "-Inf" as text. */
json_t *json_number(double v);

/* Refuses keys of `object` that are not in the NULL-ended list: a typo is an error, not a default.
 * `where` names the object in the message. */
MUST_CHECK enum status json_only_keys(const json_t *object, const char *where,
                                      const char *const *known, struct err *e);

#endif
