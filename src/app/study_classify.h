/* Use case: classify people described in a JSON file, without a register. */
#ifndef APP_STUDY_CLASSIFY_H
#define APP_STUDY_CLASSIFY_H

#include "base/err.h"
#include "base/progress.h"

#include <stddef.h>

struct study_classify {
    const char *cases;       /* JSON file in the shape of domain/facts_json.h */
    const char *definitions; /* JSON file, or NULL for the compiled-in definitions */
    const char *out;         /* CSV: fixture,definition,mode,status,count_min,count_max,missing */
    int threads;
    struct progress progress;
    /* results */
    size_t case_count, row_count;
    char version[64]; /* of the definitions */
};

/* The output appears only when every case could be read. Same bytes for any number of threads.
 * Memory: the file, mapped, plus 24 bytes a case and the rows of 64 thousand cases. */
MUST_CHECK enum status study_classify(struct study_classify *job, struct err *e);

#endif
