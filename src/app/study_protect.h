/* `study protect`: from microdata to tables that may be published. */
#ifndef APP_STUDY_PROTECT_H
#define APP_STUDY_PROTECT_H

#include "base/err.h"
#include "base/progress.h"

#include <jansson.h>

struct study_protect {
    const char *micro, *spec, *out; /* files and the directory to write */
    const char *key;                /* file with a secret, or NULL */
    const char *const *earlier;     /* directories of releases that are published already */
    int nearlier;
    const struct progress *progress;
};

/* Writes OUT/<table>.csv and OUT/summary.json; *summary (the same document) is the caller's. When
 * the audit finds a cell that is not protected, in this release alone or together with earlier
 * ones, writes only the summary and returns ST_DATA. */
MUST_CHECK enum status study_protect_run(const struct study_protect *job, json_t **summary,
                                         struct err *e);

#endif
