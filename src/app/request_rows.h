/* What the Commissioner's data request asks of each person, referral, leaving and plan: rows of
 * categories by year, without identity. One pass over the register, S2 and S4 only: the day on
 * which a person went missing (S5) is not read, so an event belongs to the spell of support that it
 * interrupted.
 *
 * A year is twelve months that end on the day and month of the request. A referral belongs to the
 * year in which it was received, a spell of support and everything that hangs on it to the year in
 * which the spell started, a leaving to the year in which it ended. Nothing dated after the request
 * counts. */
#ifndef APP_REQUEST_ROWS_H
#define APP_REQUEST_ROWS_H

#include "app/analysis.h"

enum { REQUEST_YEARS_MAX = 20, REQUEST_PERIODS = REQUEST_YEARS_MAX + 1 };

/* Codes are ordered so that of several spells in one period the highest code describes the person.
 */
enum request_stage { STAGE_OUT, STAGE_IN, STAGE_LEFT, STAGES };
enum request_absence {
    ABSENCE_NO,
    ABSENCE_UNSETTLED, /* left and nothing says how */
    ABSENCE_RETURN_UNSETTLED,
    ABSENCE_NOT_RETURNED,
    ABSENCE_RETURNED,
    ABSENCES
};
enum request_answer { REQUEST_NO, REQUEST_UNSETTLED, REQUEST_YES, REQUEST_ANSWERS };
/* Of those who left; the others have the first code. */
enum request_right { RIGHT_STILL_IN, RIGHT_HELD, RIGHT_UNSETTLED, RIGHT_NONE, RIGHTS };
enum request_plan {
    PLAN_STILL_IN,
    PLAN_NONE,
    PLAN_UNSETTLED,
    PLAN_RISK_NO,
    PLAN_RISK_UNSETTLED,
    PLAN_RISK_YES,
    PLANS
};
enum request_quality {
    QUALITY_STAGE, /* not a column of its own: every other one is crossed with it */
    QUALITY_MISSING,
    QUALITY_ABSCONDED,
    QUALITY_BEFORE_CG,
    QUALITY_RISK,
    QUALITY_RIGHT,
    QUALITY_PLAN,
    QUALITIES
};

/* Period `years` (the last) is the whole window. */
struct request_person {
    uint8_t code[REQUEST_PERIODS][QUALITIES];
    uint8_t nrm_year; /* of the latest NRM referral; `years`: none, not dated or outside */
    uint8_t nrm;      /* enum request_answer: two or more accepted */
    uint8_t undated;  /* 1: a spell of support whose start has no date */
};

enum request_outcome {
    OUTCOME_STARTED_ELIGIBLE,
    OUTCOME_STARTED,
    OUTCOME_STARTED_ELIGIBILITY_UNSETTLED,
    OUTCOME_NOT_REACHED, /* eligible, not reached, no support */
    OUTCOME_ELIGIBLE_OTHER,
    OUTCOME_ELIGIBLE_CONTACT_UNSETTLED,
    OUTCOME_NOT_ELIGIBLE,
    OUTCOME_ELIGIBILITY_UNSETTLED, /* no support started; eligibility and contact open */
    OUTCOME_START_UNDATED,         /* a spell is told, its start is not dated */
    OUTCOMES
};
struct request_referral { /* to the prime contractor, received in the window */
    /* `years`: not dated */
    uint8_t year, outcome;
};

enum request_leaving {
    LEAVING_AWAY, /* missing or absconded */
    LEAVING_RETURNED,
    LEAVING_NOTHING,
    LEAVING_OTHER,
    LEAVING_UNSETTLED,
    LEAVINGS
};
struct request_exit { /* a spell of MSVCC or earlier AVMS support that ended in the window */
    /* `years`: not dated */
    uint8_t year, how;
};

struct request_action { /* of a completed plan that found the risk */
    uint8_t year;       /* of the spell of support */
    uint8_t domain;     /* code number of exit_plan_domain; their count: not given */
    uint8_t done;       /* 1: dated as done */
};

/* How many of the records that could hold a field do. */
enum request_holder { HOLDER_ANY, HOLDER_CONTRACT_REFERRAL, HOLDER_SUPPORT, HOLDER_NRM };
struct request_coverage {
    enum request_holder holder;
    const struct field *field;
    bool unread; /* sealed with the identity key, which this job does not ask for */
    uint64_t records, filled;
};

struct request_rows {
    int years;
    int32_t start, end[REQUEST_YEARS_MAX]; /* first day of the window, last day of each year */
    struct request_person *persons;
    size_t person_count, person_cap;
    struct request_referral *referrals;
    size_t referral_count, referral_cap;
    struct request_exit *exits;
    size_t exit_count, exit_cap;
    struct request_action *actions;
    size_t action_count, action_cap;
    const char **policies; /* texts in force on the day of the request, in `memory` */
    size_t policy_count, policy_cap;
};

struct request_options {
    int32_t as_at;
    int years; /* 1 to REQUEST_YEARS_MAX */
    bool nrm_complete;
    const char *purpose; /* stands in the audit log */
    /* Fields whose presence is counted; filled and records are added to. */
    struct request_coverage *coverage;
    size_t coverage_count;
    const struct progress *progress;
};

/* Sets the window: years, start, end. */
void request_window(struct request_rows *r, int32_t as_at, int years);
/* The year of a day, -1 outside the window. */
int request_year(const struct request_rows *r, int32_t day);

/* Needs a store open with KEY_S4. Free with request_rows_free, also after a failure. */
MUST_CHECK enum status request_rows_read(struct store *s, const struct request_options *o,
                                         struct request_rows *out, struct arena *memory,
                                         struct err *e);
void request_rows_free(struct request_rows *r);

#endif
