/* Use case: the 17 items of the Commissioner's data request, answered from the register, per year
 * and in total, and the table on leaving support. The questions are data/report/
 * sca_data_request.csv. */
#ifndef APP_REQUEST_H
#define APP_REQUEST_H

#include "app/analysis.h"
#include "app/release.h"

struct request_job {
    struct store *store; /* KEY_S4; opened with the same purpose */
    const char *out;     /* directory */
    const struct definition_set *set;
    int32_t as_at;
    int years; /* 1 to REQUEST_YEARS_MAX */
    bool nrm_complete;
    bool complete;           /* exact counts, for the authority: not for publication */
    const char *contact;     /* who answers questions; NULL: none given */
    const char *licence;     /* words or an address; NULL: none given */
    const char *purpose;     /* stands in the audit log, and on the page when complete */
    const char *created;     /* "2024-03-31T09:30:00Z" */
    struct release *release; /* open; NULL when complete: then nothing is a release */
    int threads;
    struct progress progress;
    /* out: how many items are answered, for the terminal */
    int items, answered;
    int64_t draft; /* its number in the ledger */
};

/* ST_USAGE when years is outside 1 to REQUEST_YEARS_MAX or the window leaves the calendar. */
MUST_CHECK enum status request_write(struct request_job *job, struct err *e);

#endif
