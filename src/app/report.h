/* Use case: the statistical release, from the register and, clearly apart, from real published
 * series. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include "app/analysis.h"
#include "app/release.h"

struct report_job {
    struct store *store; /* KEY_S4; KEY_S3 only with a truth to measure the links against */
    const char *out;     /* directory */
    const struct definition_set *set;
    bool nrm_complete;
    bool made;               /* the data are made: said on every page */
    const char *contact;     /* who answers questions; NULL: none given */
    const char *licence;     /* words or an address; NULL: none given */
    const char *truth;       /* truth directory of a made population, or NULL */
    const char *created;     /* "2024-03-31T09:30:00Z" */
    struct release *release; /* open; tables are protected and noted there */
    int threads;
    struct progress progress;
    /* out: the main findings in words, for the terminal; free with buf_free */
    struct buf findings;
    int64_t draft; /* its number in the ledger */
};

MUST_CHECK enum status report_write(struct report_job *job, struct err *e);

#endif
