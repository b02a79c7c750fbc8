/* The facts of people from JSON, in the shape of the domain pack's case studies:
 *
 *   {"cases": [{"id": "C1",
 *     "episodes": [{"id": "E1", "seq": 1, "act": "YES", "means": "NO", "minor": "UNKNOWN",
 * "purpose": "YES", "exploited": "YES", "asserted": true, "types": ["LAB"], "exploiter_relation":
 * "SAME", "border": "INTERNAL", "repeat_min": 1, "repeat_max": null, "internal_exit": "INFERRED"}],
 *     "exits": [{"episode": "E1", "mode": "ESCAPE", "status": "EXITED", "truth": "YES"}],
 *     "order": [{"from": "E1", "to": "E2", "precedes": "UNKNOWN"}],
 *     "start_gaps": [{"from": "E1", "to": "E2", "min_days": 30, "max_days": null}],
 *     "exit_to_entry_gaps": [ ... the same ... ],
 *     "referrals": [{"channel": "NRM", "status": "ACCEPTED", "about": ["E1"], "after_seq": 1}],
 *     "decisions": [{"episode": "E1", "stage": "CG", "outcome": "POS"}],
 *     "nrm_referrals_complete": "YES", "further_risk_concern": "NO", "intervention_during": "NO"}]}
 *
 * Other keys are allowed and not read. A value that is not of its list, a reference to an episode
 * that is not there, a key given twice: an error with the line. */
#ifndef DOMAIN_FACTS_JSON_H
#define DOMAIN_FACTS_JSON_H

#include "base/jsonpull.h"
#include "domain/facts.h"

struct case_span {
    struct str text; /* one element of "cases" */
    long line;       /* where it starts */
};

/* Finds the cases without reading them. `*spans` is to be freed. Cost: one pass at memory speed. */
MUST_CHECK enum status cases_find(struct str text, const char *name, struct case_span **spans,
                                  size_t *count, struct err *e);
/* Reads one case; everything lives in the arena or points into the text. */
MUST_CHECK enum status case_read(struct case_span span, const char *name, struct arena *a,
                                 struct person_facts *out, struct err *e);

#endif
