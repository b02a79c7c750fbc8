/* `study synthesise`: made records that may be published: under differential privacy, or
 * k-anonymous. */
#ifndef APP_STUDY_SYNTHESISE_H
#define APP_STUDY_SYNTHESISE_H

#include "app/budget_ledger.h"

#include <jansson.h>
#include <stdint.h>

enum synthesise_method { SYNTHESISE_DP, SYNTHESISE_K_ANONYMOUS };

struct study_synthesise {
    const char *micro, *spec, *out;
    enum synthesise_method method;
    double epsilon; /* of differential privacy only */
    /* Differential privacy: no combination of up to 4 columns is in the made file fewer than k
     * times; 0: as it comes. k-anonymous: none has a true count below k. */
    int64_t k;
    const char *ledger;     /* budget ledger, NULL for none: differential privacy only, no seed */
    const char *population; /* of its entry */
    const char *at;         /* now, 2026-11-22T02:10:28Z */
    struct budget_limits limits;
    const char *seed; /* any text: the same file again, for tests; NULL: a fresh secret seed */
};

/* Writes OUT, OUT.about.html and, for differential privacy, OUT.budget.json, which may be
 * published, and OUT.quality.html and .json, which may not: they compare with the true records. OUT
 * comes last, so that where it is the others are. A ledger is asked before anything is written and
 * has its entry before OUT is there. k-anonymous records are counted against the true ones by a
 * separate count, and not written when any combination is too rare. *summary, the quality, is the
 * caller's. */
MUST_CHECK enum status study_synthesise_run(const struct study_synthesise *job, json_t **summary,
                                            struct err *e);

#endif
