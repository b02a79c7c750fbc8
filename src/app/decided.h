/* What people decided, by record, for the jobs that read lines. */
#ifndef APP_DECIDED_H
#define APP_DECIDED_H

#include "domain/line.h"
#include "store/store.h"

struct decided {
    char *incident;       /* by record id: 'S', 'N', 'U', or 0 when nobody decided */
    bool *link_confirmed; /* by record id: joined by a person or by a shared reference */
    size_t count;
};

/* Free with decided_free, also after a failure. */
MUST_CHECK enum status decided_read(struct store *s, struct decided *out, struct err *e);
void decided_free(struct decided *d);
/* A stored record as domain/line.h wants it. Borrows from both. */
struct line_record decided_record(const struct decided *d, const struct stored *s);

#endif
