/* How every `study` command ends: the document as JSON, or in columns for people. */
#ifndef CLI_STUDY_PRINT_H
#define CLI_STUDY_PRINT_H

#include "cli/cli.h"

#include <jansson.h>

/* Takes over `doc`. */
MUST_CHECK enum status study_print(const struct cli *c, json_t *doc, struct err *e);
/* Numbers parted by commas; ST_USAGE with the option's name when one is not a number. */
MUST_CHECK enum status study_numbers(const struct cli *c, const char *option, double *out, int cap,
                                     int *count, struct err *e);

#endif
