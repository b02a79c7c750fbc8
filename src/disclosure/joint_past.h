/* What earlier releases printed of each cell, by its name. */
#ifndef DISCLOSURE_JOINT_PAST_H
#define DISCLOSURE_JOINT_PAST_H

#include "disclosure/joint.h"
#include "disclosure/model.h"
#include "disclosure/round_keep.h"

struct joint_past {
    struct joint_prints *cell; /* by name */
    size_t cells;
};

/* All prints in numbers of `count` releases, in the order in which their data came up (a release of
 * older data than the one before it stands with its data); lives in `memory`. A true count
 * that a print rules out (`study protect` knows the counts of now only) is taken to have been the
 * nearest one that it allows. Tables without counts are left out. Cost: sorting the cells. */
void joint_past_open(struct joint_past *p, const struct joint_release *release, size_t count,
                     struct arena *memory);
/* The prints of each cell of a model, by cell; tables[k] describes the model's table k. In
 * `memory`. */
struct round_past *joint_past_of(const struct joint_past *p, const struct model *m,
                                 const struct joint_table *tables, struct arena *memory);

#endif
