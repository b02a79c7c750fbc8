/* Use case: what the records of each line add up to. Classifies every line under every definition,
 * decides for each later record whether it is the same incident or a new episode, and raises flags.
 * Incremental: with only_changed, lines that did not change since the last run are left. */
#ifndef APP_FINDINGS_H
#define APP_FINDINGS_H

#include "base/progress.h"
#include "domain/classify.h"
#include "domain/flag_rule.h"
#include "store/store.h"

struct findings_totals {
    uint64_t lines, records;
    uint64_t verdicts[DEFINITIONS_MAX][2][3]; /* definition, mode, enum verdict */
    uint64_t repeats[3], nrm_repeats[3]; /* enum incident; NRM: accepted after an accepted one */
    uint64_t flags[FLAG_KINDS], flags_added, flags_closed;
};

struct findings_job {
    struct store *store; /* KEY_S3 and KEY_S4, STORE_JOB */
    const struct definition_set *set;
    bool nrm_complete; /* see struct line_options */
    bool only_changed;
    bool flags;    /* raise and close flags, too */
    int32_t today; /* days since 1970-01-01, for the clocks */
    int threads;
    struct progress progress;
    struct findings_totals totals; /* out: of the lines that were looked at */
};

/* Each batch of lines is one transaction; killed in the middle, the next run does the rest. */
MUST_CHECK enum status findings_run(struct findings_job *job, struct err *e);

#endif
