/* All counts that several releases print, as one set of unknowns with their relations. */
#ifndef DISCLOSURE_JOINT_PRIVATE_H
#define DISCLOSURE_JOINT_PRIVATE_H

#include "disclosure/joint.h"
#include "disclosure/model.h"

struct joint_unknown {
    const char *key;  /* which people; NULL for a rest that has no name */
    int64_t count;    /* true */
    uint32_t release; /* of the first table that prints it; of a difference: the later one */
    uint32_t before;  /* of a difference: the earlier release */
    /* The states of the data that have it, in their order from 0; not of a difference. */
    uint32_t first, last;
    bool known; /* is the true count known? */
    bool difference;
    bool printed;
};

struct joint_model {
    struct model all; /* only its cells and rows are used */
    struct joint_unknown *unknown;
    uint32_t states;
    uint32_t ***at; /* [release][table][cell]: the unknown that it prints */
    struct arena memory;
};

MUST_CHECK enum status joint_model_build(struct joint_model *j, const struct joint_release *release,
                                         size_t count, bool knows_rule, struct err *e);
void joint_model_free(struct joint_model *j);

/* ---- ranges found where most is held ---- */

/* A way of choosing unknowns that are held at their true counts, so that the others fall into small
 * parts. */
struct joint_hold {
    enum {
        HOLD_SHARED, /* whatever tables of several names print */
        HOLD_STATES, /* every (number + 1)th state of the data, with all that reaches into it */
        HOLD_FAR     /* whatever is more than `number` rows away from an open target */
    } how;
    uint32_t number;
    uint32_t first; /* HOLD_STATES: the first that is held */
    uint32_t heirs; /* HOLD_FAR: so many rows further, wholes and their largest parts are free */
};

/* Marks them in held[0..all.ncells-1]; open[u]: is it a target whose range is not yet known to be
 * wide? Changes between releases and counts that are not known are never held. */
void joint_hold_mark(const struct joint_model *j, const struct joint_release *release,
                     size_t releases, const struct joint_hold *how, const uint8_t *open,
                     uint8_t *held);
/* Do the true counts keep every relation among counts that are known? */
bool joint_counts_agree(const struct joint_model *j);

#endif
