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
    bool known;       /* is the true count known? */
    bool difference;
    bool printed;
};

struct joint_model {
    struct model all; /* only its cells and rows are used */
    struct joint_unknown *unknown;
    uint32_t ***at; /* [release][table][cell]: the unknown that it prints */
    struct arena memory;
};

MUST_CHECK enum status joint_model_build(struct joint_model *j, const struct joint_release *release,
                                         size_t count, bool knows_rule, struct err *e);
void joint_model_free(struct joint_model *j);

#endif
