/* People from a CSV file, as the linkage specification says. */
#ifndef APP_LINK_PEOPLE_H
#define APP_LINK_PEOPLE_H

#include "app/link_spec.h"
#include "base/csv.h"

/* A column of the CSV beside those compared: kept as numbers of equal texts. */
struct link_extra {
    const char *column;
    uint32_t *value; /* by record as added; numbers from 1, 0 for empty */
    uint32_t count;
};

/* Reads the people and finishes the data. `extra` may be NULL; free its value. */
MUST_CHECK enum status link_people_read(const char *path, const struct link_spec_file *s,
                                        int threads, struct link_extra *extra,
                                        struct link_data **out, struct err *e);

#endif
