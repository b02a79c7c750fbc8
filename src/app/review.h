/* Use case: people look at possible matches.
 *
 * A pair of records is decided by a first reviewer, and where wished by a second, who is another
 * person. Two different answers are a conflict: the pair goes back to the machine's view and stays
 * in the queue. Every step is dated, named, reversible and in the audit log. A decision binds
 * clustering: the components concerned are linked again in the transaction that holds it. Answers
 * about a pair are store reviews with the questions below, record the smaller. */
#ifndef APP_REVIEW_H
#define APP_REVIEW_H

#include "app/link_records.h"
#include "base/json.h"
#include "stats/proportion.h"

#define REVIEW_FIRST "person"   /* SAME, DIFFERENT, UNSURE by the first reviewer */
#define REVIEW_SECOND "person2" /* ... by the second */
#define REVIEW_INCIDENT "incident"
/* A joined pair below this probability is looked at although the machine was sure enough. */
#define REVIEW_WEAK_LINK 0.99

/* ---- the queue ---- */

struct review_item {
    struct claim claim; /* text members NULL but for `basis` */
    int64_t line_a, line_b;
    double value;        /* what a decision is worth, see docs/user/review.md */
    bool changes_repeat; /* deciding it makes or unmakes a repeat referral */
    bool flagged;        /* an open flag stands on one of the lines */
    bool conflict;       /* two reviewers disagree */
    bool unsure;         /* the last answer was UNSURE */
    bool seconded;       /* there is a second reviewer's answer */
    bool hidden;         /* one person alone parted them, and a flag of one of them lapsed */
};

/* Pairs of one zone and how wrong the machine expects to be there, by its own probabilities. Links
 * by a quoted reference and pairs that people decided are counted apart. */
struct review_zone {
    double pairs, wrong;
};
struct review_zones {
    struct review_zone link;     /* joined; wrong: not one person */
    struct review_zone review;   /* proposed; wrong: one person, and not joined meanwhile */
    struct review_zone non_link; /* all other pairs; wrong: one person. NAN when never linked */
    uint64_t by_reference, decided_same, decided_different;
};

enum { REVIEW_BANDS = 6 };
/* What people found among the pairs of a band of weights. */
struct review_band {
    const char *name;
    double from, to; /* bits; the last band is of links by reference, whatever their weight */
    uint64_t pairs;  /* all pairs of the band, decided or not */
    uint64_t joined; /* of them, joined by the machine */
    uint64_t decided, same;
    double expected;          /* mean probability of the band's pairs; NAN without any */
    struct interval measured; /* same / decided, Wilson 95%; NAN without any */
};
struct review_figures {
    struct review_band band[REVIEW_BANDS];
    /* Of the joined pairs, the share of one person: bands weighted by their joined pairs. `covered`
     * is the share of joined pairs that lie in bands with a decision: precision speaks for these.
     */
    double precision, covered;
    struct interval precision_interval;
    /* Of the pairs of one person, the share joined: measured where decided, expected elsewhere. */
    double recall;
    struct interval recall_interval;
};

struct review_queue {
    struct review_item *item; /* most valuable first */
    size_t items;
    struct review_zones zones;
    struct review_figures figures;
    struct arena memory;
};
/* Needs no key. Free with review_queue_free, also after a failure. */
MUST_CHECK enum status review_queue_read(struct store *s, struct review_queue *out, struct err *e);
void review_queue_free(struct review_queue *q);
json_t *review_figures_json(const struct review_queue *q);

/* ---- one pair ---- */

enum review_likeness { REVIEW_MISSING, REVIEW_AGREES, REVIEW_CLOSE, REVIEW_DIFFERS };
const char *review_likeness_name(enum review_likeness l);

struct review_answer {
    int64_t id; /* 0: none */
    const char *answer, *actor, *at, *note;
};
struct review_pair {
    int64_t a, b;
    struct claim claim; /* weight and probability 0 when the machine never compared the two */
    bool known;         /* there is a claim */
    int64_t line_a, line_b;
    struct {
        const char *column, *words, *a, *b; /* values: NULL unless revealed and present */
        enum review_likeness likeness;
    } comparison[CELLS];
    struct review_answer first, second;
    bool conflict;
    struct claim_step *step; /* history, oldest first */
    size_t steps;
};
/* Side by side. Needs KEYS_LINKAGE (notes: KEY_S4). With `reveal` (the purpose, for the audit log)
 * the values too. Strings live in `memory`. ST_DATA: no such records. */
MUST_CHECK enum status review_pair_read(struct store *s, int64_t a, int64_t b, const char *reveal,
                                        struct arena *memory, struct review_pair *out,
                                        struct err *e);
/* The answers alone. No key. */
MUST_CHECK enum status review_answers_read(struct store *s, int64_t a, int64_t b,
                                           struct arena *memory, struct review_answer *first,
                                           struct review_answer *second, struct err *e);
/* Answers that are there and not the same. */
bool review_is_conflict(const struct review_answer *first, const struct review_answer *second);

/* ---- deciding ---- */

/* Deciding is for users of the register with this role. */
#define REVIEW_ROLE "duty_officer"
/* ST_DATA: no such user, disabled, or of another role. No key. */
MUST_CHECK enum status review_check_reviewer(struct store *s, const char *name, struct err *e);

/* What a decision did to the lines. */
struct review_linked {
    uint64_t moved; /* records that are on another line now */
    bool left;      /* there is no model yet: register_link has to do it */
};

struct review_decision {
    struct store *store; /* STORE_JOB, KEYS_LINKAGE, KEY_S4 when there is a note; its actor is the
                            reviewer */
    int64_t a, b;
    const char *answer;   /* "SAME", "DIFFERENT", "UNSURE" */
    const char *reviewer; /* the actor's name */
    const char *note;     /* may be NULL; kept sealed */
    bool second;
    enum claim_status outcome;   /* out */
    bool conflict;               /* out */
    struct review_linked linked; /* out */
};
/* ST_DATA: not a pair of the register; a second reviewer who is the first; no first answer; an
 * answer by somebody else stands; the answer contradicts other decisions. One transaction. */
MUST_CHECK enum status review_decide(struct review_decision *d, struct err *e);
/* Takes the latest answer on the pair back; what stood before it stands again. */
MUST_CHECK enum status review_undo(struct store *s, int64_t a, int64_t b, struct review_linked *out,
                                   struct err *e);
/* Same incident or new episode: SAME, NEW or UNCLEAR; and its undo. */
MUST_CHECK enum status review_incident(struct store *s, int64_t record, const char *answer,
                                       const char *note, struct err *e);
MUST_CHECK enum status review_incident_undo(struct store *s, int64_t record, struct err *e);

#endif
