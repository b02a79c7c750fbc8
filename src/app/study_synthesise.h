/* `study synthesise`: made records that may be published, under differential privacy. */
#ifndef APP_STUDY_SYNTHESISE_H
#define APP_STUDY_SYNTHESISE_H

#include "base/err.h"

#include <jansson.h>
#include <stdint.h>

struct study_synthesise {
    const char *micro, *spec, *out;
    double epsilon;
    int64_t k; /* no combination of up to 4 columns is in the file fewer than k times; 0: off */
    const char *seed; /* any text: the same file again, for tests; NULL: a fresh secret seed */
};

/* Writes OUT and OUT.budget.json (which may be published) and OUT.quality.json (which may not: it
 * compares with the true records); OUT comes last, so that where it is the others are. *summary,
 * the quality, is the caller's. */
MUST_CHECK enum status study_synthesise_run(const struct study_synthesise *job, json_t **summary,
                                            struct err *e);

#endif
