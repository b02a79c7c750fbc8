/* The register as a statistician sees it: one row per person, one per referral, one per exit, with
 * categories only. Made in one pass without an identity key (KEYS_STATISTICS); no names, places or
 * references enter it. Report, data request and release are computed from these rows. */
#ifndef APP_ANALYSIS_H
#define APP_ANALYSIS_H

#include "domain/classify.h"
#include "domain/flag_rule.h"
#include "store/store.h"

enum { NATIONALITY_GROUPS = 10, EXPLOITATION_GROUPS = 7 };

/* Labels in a fixed order; index UNKNOWN is the last. */
extern const char *const nationality_groups[NATIONALITY_GROUPS + 1];
extern const char *const exploitation_groups[EXPLOITATION_GROUPS + 1];
enum sex_group { SEX_FEMALE, SEX_MALE, SEX_OTHER, SEX_UNKNOWN, SEX_GROUPS };
extern const char *const sex_groups[SEX_GROUPS + 1];
enum age_group { AGE_ADULT, AGE_CHILD, AGE_UNKNOWN, AGE_GROUPS };
extern const char *const age_groups[AGE_GROUPS + 1];

struct person_row {
    int64_t line;
    char nationality[4];                 /* ISO 3166 alpha-3 or "" */
    uint8_t nationality_group, sex, age; /* age: at the first referral */
    uint8_t exploitation;                /* bit per exploitation group, any episode */
    uint16_t channels;                   /* bit per code of referral_channel */
    uint16_t records, nrm_accepted;
    int32_t first_received, last_received; /* DATE_NONE when no record has a date */
    char status[DEFINITIONS_MAX][2];       /* 'Y', 'N', 'I'; by definition and mode */
    int32_t count_min[DEFINITIONS_MAX][2], count_max[DEFINITIONS_MAX][2];
    uint16_t repeats[3], nrm_repeats[3]; /* by enum incident */
    uint16_t flags;                      /* bit per enum flag_kind */
    uint8_t helpline;                    /* enum helpline_class */
    char minor; /* exploited as a child in any episode: 'Y', 'N', 'U' not known */
    bool deceased, departed;
};

struct referral_row {
    size_t person;        /* index of its person_row */
    uint8_t channel;      /* code number of referral_channel */
    uint8_t status;       /* code number of referral_status */
    int32_t received;     /* DATE_NONE when not dated */
    char verdict;         /* 0 the person's first record, else 'S', 'N', 'U' */
    bool nrm_repeat;      /* accepted NRM referral after an accepted one */
    uint8_t organisation; /* of analysis.organisations; their count: too many to name */
    uint16_t says;        /* bit per completeness field */
};

/* From leaving an episode to the next event. Days are ranges, since dates are. */
enum spell_end { SPELL_REENTRY, SPELL_DEATH, SPELL_DEPARTURE, SPELL_CENSORED };
struct spell_row {
    size_t person;
    int32_t exit_lo, exit_hi; /* day of the exit */
    int64_t days_min, days_max;
    enum spell_end end;
};

/* Whether a record says something: the fields that the answers depend on most. */
enum { COMPLETENESS_FIELDS = 14, ORGANISATIONS_MAX = 200 };
extern const char *const completeness_fields[COMPLETENESS_FIELDS + 1]; /* "entity.field" */
extern const char *const completeness_words[COMPLETENESS_FIELDS + 1];

struct analysis {
    struct person_row *persons;
    size_t person_count, person_cap;
    struct referral_row *referrals;
    size_t referral_count, referral_cap;
    struct spell_row *spells;
    size_t spell_count, spell_cap;
    size_t spells_undated; /* exits that have no date */
    const struct definition_set *set;
    char *organisations[ORGANISATIONS_MAX]; /* codes of the senders */
    size_t organisation_count;
    int32_t as_at; /* the latest day on which a record was received */
};

/* The group of an ISO 3166 alpha-3 code; that of unknown when there is no such country. */
uint8_t analysis_nationality_group(const char *alpha3);

struct analysis_options {
    const struct definition_set *set;
    bool nrm_complete;
    int32_t until; /* records received later are left out; INT32_MAX: none */
    int threads;
    const struct progress *progress;
};

/* Needs a store open with KEY_S4. Free with analysis_free. Memory: about 700 bytes a person. */
MUST_CHECK enum status analysis_read(struct store *s, const struct analysis_options *o,
                                     struct analysis *out, struct err *e);
void analysis_free(struct analysis *a);

#endif
