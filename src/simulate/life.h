/* One made life: episodes, exits, and every record that agencies would have of it.
 *
 * life_draw depends on the model, the seed and the person's number only. Each person has streams of
 * their own (stream = number x 8 + part), so that people can be made in any order and in parallel.
 * Siblings and people exploited together look back at the person before them, whose first parts
 * they draw again. */
#ifndef SIMULATE_LIFE_H
#define SIMULATE_LIFE_H

#include "simulate/model.h"

enum {
    MAX_EPISODES = 6,
    MAX_REFERRALS = 7,
    MAX_SPELLS = 8,
    MAX_CONTACTS = 8,
    REFERENCE_BYTES = 24
};

enum { HOME_COUNTRY = UINT16_MAX }; /* episode.country: the person's own */

enum stream_part { PART_RELATION, PART_PERSON, PART_LIFE, PART_RECORDS };

enum relation { REL_NONE, REL_SIBLING, REL_TWIN, REL_COVICTIM };

struct episode {
    int32_t start, end;      /* end DATE_NONE: not over on the last day */
    const char *exit_status; /* codes of the dictionary */
    const char *exit_mode;
    uint8_t types;
    enum place place;
    uint32_t group;             /* exploiters; the same number means the same group */
    const char *relation;       /* to the earlier exploiters, as it truly is */
    const char *relation_known; /* as recorded */
    const char *recruiter;
    bool act, means, purpose, exploited, minor, transported;
    uint16_t town, country; /* indices of places.h */
    bool after_return;      /* happened after a return abroad */
};

enum referral_kind { KIND_FIRST, KIND_SAME_INCIDENT, KIND_NEW_EPISODE };

struct decision {
    const char *outcome; /* NULL: not yet */
    int32_t date;
    bool considered; /* was the risk of re-trafficking looked at */
};

struct referral {
    enum source source;
    int32_t received;
    const char *status;
    uint8_t about;     /* bit e: episode e */
    uint8_t after_seq; /* episodes that had begun */
    uint8_t responder;
    const char *organisation;
    bool child, age_unsure; /* at referral */
    bool cooperates, support_wanted;
    struct decision rg, cg, recon, leave;
    enum referral_kind kind;
    char id[REFERENCE_BYTES], home_office[REFERENCE_BYTES], crime[REFERENCE_BYTES];
    int spell; /* index of the support that came of it, -1 none */
};

/* One spell of support under the contract, or the refusal of one. */
struct spell {
    int referral;
    int32_t start, end; /* end DATE_NONE: still in support */
    const char *type, *reason;
    bool refused; /* re-entry refused: no spell */
    int again;    /* index of the spell that this one returns to, -1 none */
    int32_t missing_on, back_on;
    const char *missing_kind, *missing_outcome;
    char id[REFERENCE_BYTES];
    const char *provider;
    int reached_episode; /* the episode that it followed */
};

/* A record in another channel: helpline, charity, police. */
struct contact {
    enum { BY_HELPLINE, BY_NGO, BY_POLICE } by;
    int32_t date;
    uint8_t about;
    uint8_t after_seq;
    bool named;
    char id[REFERENCE_BYTES], source_key[REFERENCE_BYTES];
    int after_referral; /* the latest referral before it, -1 none */
    const char *organisation;
    enum referral_kind kind;
};

struct life {
    uint64_t number, root; /* root: the person that this one's relation points to */
    enum relation relation;
    struct entry entry;
    struct cell cell;
    int32_t first_day;
    char gender;
    int32_t birth;
    bool january;
    uint8_t children, background[4]; /* birthplace, family, school, work: stock phrases */
    struct person_name name;
    int episodes, referrals, spells, contacts;
    struct episode episode[MAX_EPISODES];
    struct referral referral[MAX_REFERRALS];
    struct spell spell[MAX_SPELLS];
    struct contact contact[MAX_CONTACTS];
    bool other_only;
    int32_t returned_on; /* returned to another country, DATE_NONE: no */
    const char *return_kind;
    const char *immigration;
};

struct rng life_stream(uint64_t seed, uint64_t number, enum stream_part part);
void life_draw(struct life *out, const struct sim_model *m, uint64_t seed, uint64_t number);
/* Counts what repeats first referrals bring, on lives of its own, for model_set_entries. */
void life_count_repeats(struct repeat_lags *out, const struct sim_model *m, uint32_t lives);
/* The kind of a record about `about` when `seen` is the highest episode known before (-1 none). */
enum referral_kind life_kind(uint8_t about, int *seen);

#endif
