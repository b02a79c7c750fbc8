/* Use case: who in the register could this record be? Nothing is created; every question and every
 * read is in the audit log. The answer says which line and record, how likely, and why, in words:
 * never a value, a place or an address.
 *
 * A question needs a reference, or a name with a date of birth or a nationality: there is no search
 * by name alone (nobody browses the register). Keys: KEYS_LINKAGE. */
#ifndef APP_MATCH_H
#define APP_MATCH_H

#include "app/link_records.h"
#include "base/json.h"

enum { MATCH_MOST = 20, MATCH_USUAL = 5 }; /* candidates of one answer */

/* Bits above which a candidate is called certain (odds of 1000 to 1). Probable: would be joined
 * without a person's decision; possible: would be put to one (register_link.h). */
#define MATCH_CERTAIN_BITS 10.0

/* What is asked; NULL or empty: not given. */
struct match_query {
    const char *given_name, *family_name, *full_name, *birth_date, *sex, *nationality;
    const char *home_office_reference, *crime_reference;
    const char *reference; /* of any kind: NRM, helpline, Home Office */
    const char *id;        /* the asker's own mark: comes back in the answer */
    int most;              /* candidates wanted; 0: MATCH_USUAL */
    bool certain_only;
    bool fhir;           /* asked as FHIR: answered as a Bundle */
    const char *ignored; /* names of members that were not used, or NULL */
};

/* One JSON object: flat members, or a FHIR Patient or $match Parameters. Strings live in `memory`.
 * ST_DATA: not such an object, a value of the wrong kind, too long or not text. Pure. */
MUST_CHECK enum status match_query_read(struct str text, const char *name, struct arena *memory,
                                        struct match_query *out, struct err *e);

/* As linkage sees it (a `reference` of unknown kind is left out). ST_DATA: too little is asked, or
 * a date, sex or nationality that cannot be read. Pure. */
MUST_CHECK enum status match_query_cells(const struct match_query *q, int32_t today,
                                         struct arena *memory, struct str cells[CELLS],
                                         struct err *e);

struct match_candidate {
    int64_t record, line;
    const char *person_id; /* pseudonym */
    double bits, probability;
    const char *grade; /* "certain", "probable", "possible": FHIR's match grades */
    bool by_reference; /* the reference asked for is this record's own */
    struct link_reason reason[LINK_MAX_COLUMNS];
    int reasons;
};
struct match_answer {
    struct match_candidate candidate[MATCH_MOST]; /* best first */
    int count;
};

/* Builds the live index (live.h); each question sees what other processes committed before it.
 * ST_DATA: the register was never linked. The store stays the caller's, and must be open while
 * questions are asked. */
struct matcher;
MUST_CHECK enum status matcher_new(struct store *s, int threads, int32_t today,
                                   const struct progress *progress, struct matcher **out,
                                   struct err *e);
void matcher_free(struct matcher *m); /* safe on NULL */
/* ST_DATA as match_query_cells. `memory` holds the answer's strings. */
MUST_CHECK enum status matcher_ask(struct matcher *m, const struct match_query *q,
                                   struct arena *memory, struct match_answer *out, struct err *e);

/* New documents: an object of candidates, or a FHIR Bundle; an error in the same form. */
json_t *match_answer_json(const struct match_query *q, const struct match_answer *a);
json_t *match_error_json(const struct match_query *q, long line, const struct err *e);

#endif
