/* `study synthesise`: made records that may be published, under differential privacy. */
#ifndef APP_STUDY_SYNTHESISE_H
#define APP_STUDY_SYNTHESISE_H

#include "base/err.h"

#include <jansson.h>

struct study_synthesise {
    const char *micro, *spec, *out;
    double epsilon;
    const char *seed; /* any text: the same file again, for tests; NULL: a fresh secret seed */
};

/* Writes OUT and OUT.budget.json (which may be published) and OUT.quality.json (which may not: it
 * compares with the true records). *summary is the caller's. */
MUST_CHECK enum status study_synthesise_run(const struct study_synthesise *job, json_t **summary,
                                            struct err *e);

#endif
