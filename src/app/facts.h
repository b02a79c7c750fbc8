/* What the register says of people beyond who and when: factors of risk and protection, children
 * and turning 18, returns, and what follow-up found. Rows of categories without identity, made in
 * one pass over S2 and S4 fields, for the statistical release. */
#ifndef APP_FACTS_H
#define APP_FACTS_H

#include "app/analysis.h"

/* How a question was answered; several records of one person give the strongest, the first the
 * strongest. */
enum fact_answer {
    FACT_YES, /* stated or inferred */
    FACT_NO,
    FACT_DECLINED, /* the person chose not to say */
    FACT_NOT_ASKED,
    FACT_UNKNOWN, /* recorded as not known */
    FACT_NOT_RECORDED,
    FACT_ANSWERS
};
extern const char *const fact_answers[FACT_ANSWERS + 1];

/* A factor of the report's own list (data/report/factors.csv). */
struct factor {
    const char *code, *label;
    bool protective; /* else it makes re-trafficking more likely */
};
/* Enabling and protective factors, in the list's order; actions are left out. Read once. */
const struct factor *factors(size_t *count);

struct fact_person {
    uint8_t disputed;  /* FACT_YES: the age is or was disputed, else FACT_NO */
    uint8_t guardian;  /* referred to a child guardian service */
    uint8_t missing;   /* from support; FACT_NOT_RECORDED: no support is recorded */
    uint8_t consent18; /* to adult support, at 18; FACT_NOT_RECORDED: no move is recorded */
    uint8_t handover18;
};

/* A finding on one factor for one person, over all assessments. */
struct fact_finding {
    uint32_t person;
    uint8_t factor, answer;
};

enum { RETURN_QUESTIONS = 5 };
extern const char *const return_questions[RETURN_QUESTIONS + 1]; /* names of columns */
struct fact_return {                                             /* one plan to return */
    int32_t departed;                                            /* DATE_NONE: not dated */
    uint8_t kind; /* code number of return_kind; their count: not given */
    uint8_t answer[RETURN_QUESTIONS];
};

enum followup_found {
    FOLLOWUP_NOT_AGAIN,
    FOLLOWUP_AGAIN,    /* re-trafficked since */
    FOLLOWUP_NOT_SAID, /* reached, and it is not recorded whether */
    FOLLOWUP_NOT_REACHED,
    FOLLOWUP_DECLINED,
    FOLLOWUP_UNSAFE,
    FOLLOWUP_NO_CONSENT,
    FOLLOWUP_NO_RESULT,
    FOLLOWUPS_FOUND
};
struct fact_followup {
    uint8_t point, found; /* code number of followup_point; their count: not given */
};

struct facts {
    struct fact_person *persons; /* in the order of analysis.persons */
    struct fact_finding *findings;
    size_t finding_count, finding_cap;
    struct fact_return *returns;
    size_t return_count, return_cap;
    struct fact_followup *followups;
    size_t followup_count, followup_cap;
};

/* Of the persons of `a`, read whole. Needs a store open with KEY_S4. Free with facts_free. */
MUST_CHECK enum status facts_read(struct store *s, const struct analysis *a,
                                  const struct progress *progress, struct facts *out,
                                  struct err *e);
void facts_free(struct facts *f);

#endif
