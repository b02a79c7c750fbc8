/* `study attack`: what a reader can work out from published tables. */
#ifndef APP_STUDY_ATTACK_H
#define APP_STUDY_ATTACK_H

#include "base/err.h"
#include "base/progress.h"

#include <jansson.h>
#include <stdbool.h>

struct study_attack {
    const char *const *dir; /* releases: directories of <table>.csv */
    int ndirs;
    const char *spec, *out;
    bool knows_rule;         /* the reader knows that no hidden count is 0 */
    const char *differences; /* NULL, or a file for the ranges of changes between releases */
    const struct progress *progress;
};

/* Writes OUT: release,table,cell,lo,hi,lo_int,hi_int for every hidden or rounded cell. Tables of
 * all releases are attacked together when one set of counts can explain them; else each release
 * alone, and the summary says so. A release whose summary.json names another method or base than
 * the spec (study protect writes it) is read by that. *summary is the caller's. */
MUST_CHECK enum status study_attack_run(const struct study_attack *job, json_t **summary,
                                        struct err *e);

#endif
