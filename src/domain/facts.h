/* The facts of one person that the definitions look at, as stated, before any mode fills them. */
#ifndef DOMAIN_FACTS_H
#define DOMAIN_FACTS_H

#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* codes/tri_state.csv */
enum answer {
    ANSWER_UNKNOWN,
    ANSWER_YES,
    ANSWER_NO,
    ANSWER_INFERRED,
    ANSWER_NOT_ASKED,
    ANSWER_REFUSED
};

enum { OPEN_ENDED = -1 }; /* of a count or a number of days that has no known upper end */
enum { EPISODES_MAX = 1000, FACTS_MAX = 10000 }; /* per person; more is refused, not cut */

enum exit_status_code {
    EXIT_UNKNOWN,
    EXIT_EXITED,
    EXIT_CONTROL_CONTINUES,
    EXIT_NOT_CEASED,
    EXIT_TRANSFERRED,
    EXIT_SUPPORT_ONLY
};

enum relation { RELATION_UNKNOWN, RELATION_SAME, RELATION_DIFFERENT };
enum crossing { CROSSING_UNKNOWN, CROSSING_INTERNAL, CROSSING_BORDER };

struct episode_facts {
    struct str id;
    int64_t seq; /* stated order */
    enum answer act, means, minor, purpose, exploited;
    enum answer distinct; /* is this another episode than the ones before? YES unless in doubt */
    bool asserted;        /* the source says that it was trafficking */
    enum answer internal_exit; /* between the repeats that this row stands for */
    int64_t repeat_min, repeat_max;
    enum relation exploiter; /* to the exploiter of the episode before */
    enum crossing border;
    uint64_t types; /* bit per code of exploitation_type; 0 not stated */
};

/* Episodes are named by their position after ordering by seq. */
struct exit_facts {
    int episode;
    enum exit_status_code status;
    enum answer truth;
};

struct order_facts {
    int from, to;
    enum answer precedes; /* the exit of `from` comes before the start of `to` */
};

struct gap_facts {
    int from, to;
    int64_t min_days, max_days; /* max OPEN_ENDED when not known */
};

struct referral_facts {
    bool nrm_accepted;
    bool about_stated;
    int64_t about_max_seq; /* largest seq among the episodes it is about; -1 for none */
    int64_t after_seq;     /* episodes up to this seq had begun; -1 not stated */
};

struct decision_facts {
    int episode; /* -1: not tied to one */
    bool positive_cg;
};

struct person_facts {
    struct str id;
    struct episode_facts *episodes;
    struct exit_facts *exits;
    struct order_facts *orders;
    struct gap_facts *start_gaps, *reentry_gaps;
    struct referral_facts *referrals; /* in listed order */
    struct decision_facts *decisions;
    int episode_count, exit_count, order_count, start_gap_count, reentry_gap_count, referral_count,
        decision_count;
    enum answer nrm_referrals_complete, further_risk_concern, intervention_during;
};

/* YES, NO, ... of codes/tri_state.csv; false when it is none of them. */
bool answer_parse(struct str s, enum answer *out);
const char *answer_name(enum answer a);

#endif
