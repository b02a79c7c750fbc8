/* A zip of parts, as office documents are: ISO/IEC 21320-1 (deflated or stored, UTF-8 names). Equal
 * parts give equal bytes: every part has the date of 1980-01-01. */
#ifndef PUBLISH_PACKAGE_H
#define PUBLISH_PACKAGE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct package_part {
    const char *name;
    struct str bytes;
    bool stored; /* not deflated: an ODF "mimetype" */
};

/* Writes the parts in order; the file appears whole or not at all. */
MUST_CHECK enum status package_write(const char *path, const struct package_part *parts,
                                     size_t count, struct err *e);

#endif
