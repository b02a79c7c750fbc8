/* Same incident or new episode?
 *
 * The Home Office's one published number on repeat referrals comes with the caveat that some
 * concern the same incident, and no split. Records are never merged, so each referral tells its own
 * episodes: a mention is one episode as one record tells it. This compares two mentions of one
 * person from the dates, their precision, the types and what each record says, and answers with the
 * evidence. */
#ifndef DOMAIN_INCIDENT_H
#define DOMAIN_INCIDENT_H

#include "domain/facts.h"

/* The day lies in lo..hi. lo DAY_OPEN: no earliest day is known. `stated` when the record gives a
 * date. */
struct day_range {
    int32_t lo, hi;
    bool stated;
};
#define DAY_OPEN (INT32_MIN + 1)

struct mention {
    int record;       /* position of the record in the line, by date of receipt */
    int instance;     /* row of the record */
    int64_t seq;      /* stated order within the record; 0 when not stated */
    int32_t received; /* day on which the record was received */
    struct day_range start, end;
    enum exit_status_code exit_status;
    enum answer exit_truth;
    uint64_t types; /* bit per code of exploitation_type */
    bool duplicate; /* the record's status says that it is a duplicate */
    struct episode_facts facts;
};

enum incident { INCIDENT_SAME, INCIDENT_NEW, INCIDENT_UNCLEAR };

struct incident_finding {
    enum incident verdict;
    const char *evidence; /* a constant: why, in words, without values */
};

/* `earlier` comes from a record received no later than that of `later`. Two mentions of one record
 * are different episodes. Pure; a dozen comparisons. */
struct incident_finding incident_compare(const struct mention *earlier,
                                         const struct mention *later);

/* S, N, U and the words of the report. */
char incident_letter(enum incident i);
const char *incident_name(enum incident i);

#endif
