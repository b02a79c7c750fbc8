/* Leaving support in the shape of the 2021 report's table, with that report's own years beside
 * those of the register: for the release and for the data request. */
#ifndef APP_LEAVING_TABLE_H
#define APP_LEAVING_TABLE_H

#include "app/report_parts.h"
#include "app/request_rows.h"

struct leaving_years {
    const struct release_table *table; /* year (the last code is not dated) by enum
                                          request_leaving */
    const char *const *names;          /* of the years */
    const int32_t *ends;               /* last day of each */
    int years;
};

/* Adds the table to the bulletin. Years without a leaving are left out. */
void leaving_table(struct report *r, const char *title, const struct leaving_years *l);

#endif
