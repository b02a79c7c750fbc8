/* One random answer to "who is who" within a connected component of claims. Pure: records are
 * members 0..n-1, the random stream is an argument.
 *
 * Claims are taken from the strongest to the weakest, as the clusterer does (linkage/cluster.h).
 * When one joins two different groups X and Y, the average weight over all pairs of X x Y (a pair
 * without a claim counts NEVER_COMPARED_BITS) is turned into a probability, and one uniform number
 * decides: the groups become one, or they are two people, and then nothing joins them later in this
 * draw. So each answer is transitive, several claims between the same two groups are one question
 * and not several chances, and a single claim with probability p is kept with probability p.
 * People's decisions are fixed in every draw. docs/method/linkage-uncertainty.md. */
#ifndef APP_LINK_SAMPLE_H
#define APP_LINK_SAMPLE_H

#include "base/mem.h"
#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* logit of the probability = intercept + slope * (weight in bits * ln 2). link_calibration_stated
 * takes the weights at their word. */
struct link_calibration {
    double intercept, slope;
    double intercept_sd; /* how far registers differ from each other; drawn once a draw */
};
extern const struct link_calibration link_calibration_stated;
/* For a register of that many records: fitted by logistic regression of the truth on the average
 * weight at each question that the rule above asks, and on ln(records), over made registers of
 * 2,535 to 34,348 records (21,154 questions). Linkage weights count agreements as independent, and
 * people who look alike by chance grow with the square of the register, so weak links are less sure
 * than they state. The intercepts of five registers lie 0.21 around the line (root mean square). */
struct link_calibration link_calibration_made(uint64_t records);

double link_calibrated(const struct link_calibration *c, double bits);
struct sample_claim {
    uint32_t a, b; /* members, a != b */
    double bits;
};
struct sample_fixed {
    uint32_t a, b;
    bool same;
};
struct sample_component {
    uint32_t n;
    const struct sample_claim *claims; /* descending bits; ties in a fixed order; unique pairs */
    size_t claim_count;
    const struct sample_fixed *fixed;
    size_t fixed_count;
};

/* group[i] = the smallest member of i's group. Cost O(claims + sum over questions of the smaller
 * group's claims). */
void link_sample(const struct sample_component *c, const struct link_calibration *calibration,
                 struct rng *rng, struct arena *scratch, uint32_t *group);

#endif
