/* What the two exports share. Private to app/export*.c. */
#ifndef APP_EXPORT_ROWS_H
#define APP_EXPORT_ROWS_H

#include "app/export.h"
#include "base/str.h"

struct exporter {
    const struct export_request *q;
    struct export_report *report;
    struct store *store;
    FILE *to;
    struct buf line;
};

/* Has the person agreed to sharing (any of the purposes to share)? */
enum sharing_consent { CONSENT_NOT_SAID, CONSENT_REFUSED, CONSENT_STANDS };
enum sharing_consent export_consent(const struct stored *s);
/* May this field of this record leave? */
bool export_allows(const struct exporter *x, const struct stored *s, const struct field *f);
/* One cell and the comma or line end after it. */
void export_cell(struct exporter *x, struct str cell, bool last);
/* Runs `each` over every record, reading `fields` (NULL: all). */
MUST_CHECK enum status export_each(struct exporter *x, const char *const *fields,
                                   enum status (*each)(void *ctx, const struct stored *s,
                                                       struct err *e),
                                   void *ctx, struct err *e);
MUST_CHECK enum status export_htcds(struct exporter *x, struct err *e);
MUST_CHECK enum status export_canonical(struct exporter *x, struct err *e);

#endif
