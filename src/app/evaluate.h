/* Use case: how right is the register on a made population, whose truth is known? Links, repeats by
 * nationality group, same incident or new episode, and the definitions. */
#ifndef APP_EVALUATE_H
#define APP_EVALUATE_H

#include "app/analysis.h"

/* A share with its counts; the interval is Wilson's, 95%. */
struct measured {
    uint64_t x, n;
};

struct group_quality {
    struct measured precision; /* of the records shown as repeats: an earlier record of the line is
                                  this person's */
    struct measured
        recall; /* of the true repeats: shown together with an earlier record of the person */
};

struct evaluation {
    uint64_t records, unmatched; /* unmatched: not in the truth, left out */
    uint64_t true_pairs;
    struct measured pair_precision, pair_recall;
    struct group_quality all, group[NATIONALITY_GROUPS]; /* by true nationality */
    uint64_t incidents[2][3]; /* truth same, new by verdict same, new, unclear; both records linked
                                 rightly */
    struct measured again_sensitivity[2],
        again_specificity[2]; /* IOM2010 by mode: YES against two or more true
                                 episodes told of in the person's records */
};

struct evaluate_job {
    struct store *store; /* KEY_S3 or none; findings need KEY_S4 */
    const char *truth;   /* directory made by simulate */
    struct evaluation out;
};

MUST_CHECK enum status evaluate_run(struct evaluate_job *job, struct err *e);

#endif
