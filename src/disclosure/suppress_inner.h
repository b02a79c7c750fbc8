/* What the files of suppression share. */
#ifndef DISCLOSURE_SUPPRESS_INNER_H
#define DISCLOSURE_SUPPRESS_INNER_H

#include "base/mem.h"
#include "base/progress.h"
#include "disclosure/suppress.h"
#include "disclosure/suppress_ties.h"

#include <stdbool.h>

#define NONE UINT32_MAX
#define TINY 1e-7
#define SMALL_TABLE 600 /* cells: here a program looks at everything */

/* A change of hidden counts that keeps every relation: a proof that a cell can be larger or smaller
 * by as much, as long as all its cells are hidden. */
struct direction {
    uint32_t *cell, n;
    double *by;
    bool dead; /* uses a cell that is being taken out */
};

struct hit {
    uint32_t direction;
    double by;
};

struct hits {
    struct hit *at;
    uint32_t n, cap;
};

/* What protects a primary: one direction up, one down, or both. */
struct proof {
    uint32_t up, down; /* directions, or NONE */
};

struct suppress {
    const struct model *m;
    const int64_t *count;
    int64_t width, low; /* least count that a reader allows for a hidden cell */
    uint8_t *free_cell; /* may be hidden: a printed zero never is */
    uint8_t *primary;
    int64_t *weight; /* cost of hiding */
    uint32_t *use_start, *use_row;
    uint32_t *uses; /* proofs that need the cell */
    uint8_t *avoid;
    struct direction *direction;
    uint32_t ndirections, direction_cap;
    struct hits *hits; /* of each primary */
    struct proof *proof;
    uint32_t *list, nlist; /* primaries */
    int rounds;            /* of slopes, for each direction */
    uint64_t work;         /* simplex iterations x size of the program */
    double dearest;        /* a prize that pays for hiding everything */
    /* a program */
    struct ties ties;
    uint32_t *local, *column; /* classes in it, and where each is or NONE */
    uint32_t *row_of, *row_at;
    uint32_t *entry_row; /* of one column */
    double *entry_by;
    double *price;
    uint32_t *seen;
};

static inline int64_t suppress_room_below(const struct suppress *s, uint32_t c)
{
    int64_t low = c < s->m->nlisted && s->low ? s->low : model_occurs(s->m, c);
    return s->count[c] > low ? s->count[c] - low : 0;
}

static inline bool suppress_is_hidden(const struct suppress *s, uint32_t c)
{
    return s->primary[c] || s->uses[c] > 0 || c >= s->m->nlisted;
}

/* What it costs to hide the cell as well; more for one that is being taken out. */
static inline double suppress_hiding_cost(const struct suppress *s, uint32_t c)
{
    double w = suppress_is_hidden(s, c) ? 0 : (double)s->weight[c] + 0.01;
    return s->avoid[c] ? w * 20 + 20 : w;
}

/* A direction in which cell k changes by `by` (up > 0), as cheap as can be seen. `thorough`: also
 * looks at the whole release before it gives up. */
bool suppress_direction(struct suppress *s, uint32_t k, double by, bool thorough,
                        struct direction *best);
double suppress_direction_cost(const struct suppress *s, const struct direction *d);
void direction_free(struct direction *d);

/* The cheapest move of people between codes that changes cell k by `by`. */
bool suppress_move(struct suppress *s, uint32_t k, double by, struct direction *best);

/* Proves cell k protected, hiding more where needed. False: it cannot be. */
bool suppress_protect(struct suppress *s, uint32_t k);
void suppress_set_proof(struct suppress *s, uint32_t k, struct proof p);

/* The cost of what is hidden beside the primaries. */
int64_t suppress_pattern_cost(const struct suppress *s);
/* Makes the pattern cheaper. */
void suppress_improve(struct suppress *s, int64_t *cost, const struct progress *progress);

#endif
