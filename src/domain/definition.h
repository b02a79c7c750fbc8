/* Definitions of re-trafficking as data: what counts, what is counted, within what limits.
 *
 * A definition is a row of parameters; domain/classify.h applies it to the facts of a person. The
 * compiled-in file holds the seven of the domain pack; a user's file has the same shape, is checked
 * completely, and carries a version that every result repeats. */
#ifndef DOMAIN_DEFINITION_H
#define DOMAIN_DEFINITION_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum scope {
    SCOPE_TIP,                  /* act AND (means OR minor) AND purpose */
    SCOPE_MSA,                  /* TIP OR exploited in fact */
    SCOPE_ANY_LATER_HARM,       /* as MSA; order and exits do not matter */
    SCOPE_REFERRAL,             /* accepted NRM referrals */
    SCOPE_REFERRAL_NEW_CONDUCT, /* the same, about later conduct */
    SCOPE_DECISION              /* positive conclusive grounds decisions */
};

enum count_unit {
    COUNT_RE_ENTRY,
    COUNT_FURTHER_INCIDENT_IN_WINDOW,
    COUNT_FURTHER_HARM,
    COUNT_FURTHER_ACCEPTED_REFERRAL,
    COUNT_FURTHER_POSITIVE_CG
};

enum evidence { EVIDENCE_REPORTED, EVIDENCE_REFERRAL, EVIDENCE_CG_POSITIVE };
enum minor_rule { MINOR_MEANS_NOT_NEEDED, MINOR_MEANS_ALWAYS_NEEDED, MINOR_NOT_APPLICABLE };
enum sameness { SAMENESS_ANY, SAMENESS_SAME, SAMENESS_DIFFERENT };
enum border_rule { BORDER_ANY, BORDER_INTERNAL, BORDER_CROSS };

struct definition {
    const char *id, *name, *source;
    enum scope scope;
    enum count_unit count_unit;
    enum evidence evidence_min;
    enum minor_rule minor_rule;
    enum sameness same_exploiter, same_type;
    enum border_rule border;
    bool exit_required;
    int64_t min_gap_days; /* fewest days from exit to re-entry */
    int64_t window_days;  /* most days between starts (incident) or exit and entry (re-entry); -1:
                             none */
};

enum { DEFINITIONS_MAX = 64 };

struct definition_set {
    const char *version;
    struct definition *definitions;
    size_t count;
    bool strict, lenient; /* modes to answer in */
    struct arena memory;
};

/* The compiled-in set. */
const struct definition_set *definitions_builtin(void);
/* Parses and checks a file's bytes. Every message names the definition, the key and what may stand
 * there. Combinations without a meaning are refused, and so is one that would make anything but a
 * DECISION definition depend on a Home Office decision (the series broke in 2023). */
MUST_CHECK enum status definitions_parse(struct str text, const char *name,
                                         struct definition_set *out, struct err *e);
void definitions_free(struct definition_set *s);
/* NULL when there is none. */
const struct definition *definition_find(const struct definition_set *s, const char *id);

#endif
