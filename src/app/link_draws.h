/* Linkage uncertainty carried through to every number of the register.
 *
 * The lines of the register are the one best answer to who is who. This draws many answers from the
 * claims' probabilities (app/link_sample.h), builds the lines of each again (domain/line.h),
 * classifies and counts them, and pools: Rubin 1987 (stats/pool_draws.h), with Wilson's interval
 * for shares after Lott and Reiter 2020. Only connected components with an undecided claim are
 * drawn; everything else is the same in every draw and counted once. Formulas and a worked example:
 * docs/method/linkage-uncertainty.md. */
#ifndef APP_LINK_DRAWS_H
#define APP_LINK_DRAWS_H

#include "app/link_counts.h"
#include "app/link_sample.h"
#include "base/progress.h"
#include "domain/definition.h"
#include "stats/pool_draws.h"
#include "store/store.h"

struct link_draws_options {
    const struct definition_set *set;
    bool nrm_complete;
    int32_t until; /* records received later are left out of the counts; INT32_MAX: none */
    int draws;     /* 2 or more; POOL_DRAWS_MIN or more to be taken at its word */
    uint64_t seed; /* one stream per draw: the answer is the same for any thread count */
    int threads;
    const struct link_calibration *calibration; /* NULL: link_calibration_made of the register */
    /* Share of people without a true repeat whom the register shows without one, as measured
     * (`evaluate`, or a clerical review); NAN: not known. */
    double specificity;
    /* True: also the people on no agency's list, by records of from..to (register_mse.h). */
    bool lists;
    int32_t from, to;
    const struct progress *progress; /* may be NULL */
};

enum draw_kind {
    DRAW_COUNT, /* numerator only: no sampling error within a draw */
    DRAW_SHARE  /* numerator of denominator: binomial within a draw */
};

struct draw_quantity {
    char name[64];    /* "people", "repeats_new_of_repeats", "IOM2010_strict_yes", ... */
    char meaning[96]; /* in words */
    enum draw_kind kind;
    int64_t linked_numerator, linked_denominator;  /* with the register's own links */
    double numerator, denominator;                 /* means over the draws */
    double estimate;                               /* mean of the draws; NAN when never defined */
    double within, between, total;                 /* variances */
    double lo, hi;                                 /* 95% */
    double lo_without_linkage, hi_without_linkage; /* had the links been certain */
    double share_due_to_linkage;                   /* of the variance, 0..1 */
    int draws;                                     /* used: those whose denominator is not 0 */
    /* Shares of people under 2%: how many the specificity alone would produce, n (1 - specificity);
     * else NAN. */
    double false_by_specificity;
};
#define LINK_DRAWS_RARE 0.02

/* People on no list, the model chosen anew on every draw by forward steps. Beside the estimate of
 * register_mse and under its grade, never instead of it: another model or list moves the number
 * more than links do. */
struct hidden_draws {
    bool asked;
    double observed;          /* mean of the draws */
    struct pooled unobserved; /* on the log scale; failed: draws without an estimate */
};

struct link_draws {
    struct draw_quantity *quantities;
    size_t count;
    struct hidden_draws hidden;
    int draws;
    struct link_calibration calibration; /* as used */
    uint64_t records, people;            /* counted, with the register's own links */
    uint64_t claims, undecided; /* read; not settled by a person, reference or p of 0 or 1 */
    uint64_t components, affected_records; /* drawn */
    struct arena memory;
};

/* Needs a store open with KEY_S4; changes nothing but the audit log. Memory: about 2 kB for each
 * affected record. Cost: a line_build for each group of a draw that is not a line of the register.
 * Free with link_draws_free, also after a failure. */
MUST_CHECK enum status link_draws_run(struct store *s, const struct link_draws_options *o,
                                      struct link_draws *out, struct err *e);
void link_draws_free(struct link_draws *d);
/* NULL when there is none of that name. */
const struct draw_quantity *link_draws_find(const struct link_draws *d, const char *name);

/* ---- the parts ---- */

/* Fills out->quantities. linked[link_slots], totals[draws * link_slots] (app/link_counts.h). */
void link_quantities(struct link_draws *out, const struct link_draws_options *o,
                     const struct link_counting *counting, const int64_t *linked,
                     const int64_t *totals);

/* Fills out->hidden from the same totals. */
void link_hidden(struct link_draws *out, const struct link_draws_options *o,
                 const struct link_counting *counting, const int64_t *totals);

/* Fills estimate, variances and limits from the draws' counts; denominators NULL for a count. */
void link_draws_pool(struct draw_quantity *q, const int64_t *numerators,
                     const int64_t *denominators, int draws);

#endif
