/* Makes a population's extracts in a folder: the use case behind `throughline simulate`. */
#ifndef APP_SIMULATE_H
#define APP_SIMULATE_H

#include "base/err.h"
#include "base/progress.h"

#include <stdint.h>

struct simulate_request {
    uint64_t people, seed;
    const char *out;        /* folder, made when missing */
    const char *parameters; /* JSON file over data/simulate/parameters.json, NULL for none */
    int threads;
};

struct simulate_summary {
    const char *file[16];
    uint64_t rows[16];
    int files;
};

/* Writes the six extracts, truth/ and MADE.txt; nothing is written unless all of it can be. Same
 * people, seed and parameters: the same bytes, for any number of threads. */
MUST_CHECK enum status app_simulate(const struct simulate_request *q, const struct progress *p,
                                    struct simulate_summary *out, struct err *e);

#endif
