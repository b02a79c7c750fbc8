/* What one person (the records that a draw holds to be one) adds to every total. */
#ifndef APP_LINK_COUNTS_H
#define APP_LINK_COUNTS_H

#include "domain/definition.h"
#include "domain/line.h"

enum link_slot {
    SLOT_PEOPLE,
    SLOT_RECORDS,
    SLOT_SAME, /* repeats of any channel, by enum incident */
    SLOT_NEW,
    SLOT_UNCLEAR,
    SLOT_REPEAT_PEOPLE, /* with a repeat of any kind */
    SLOT_NEW_PEOPLE,    /* with a repeat about a new episode */
    SLOT_NRM,           /* accepted NRM referrals */
    SLOT_NRM_SAME,      /* after an earlier accepted one */
    SLOT_NRM_NEW,
    SLOT_NRM_UNCLEAR,
    SLOT_NRM_PEOPLE, /* with an accepted NRM referral */
    SLOT_NRM_REPEAT_PEOPLE,
    SLOT_DEFINITIONS /* then, for each definition and mode: yes, cannot be settled */
};

/* What is counted. */
struct link_counting {
    const struct definition_set *set;
    struct line_options line;
    bool lists; /* also people by the agencies' lists (register_mse.h) they are on */
    int32_t from, to;
};
enum { LINK_CELLS = 64 }; /* a bit per list */

static inline size_t link_cell_slot(const struct definition_set *set, unsigned cell)
{
    return SLOT_DEFINITIONS + 4 * set->count + cell;
}
static inline size_t link_slots(const struct link_counting *c)
{
    return link_cell_slot(c->set, c->lists ? LINK_CELLS : 0);
}
static inline size_t link_slot_of(size_t definition, int mode, bool indeterminate)
{
    return SLOT_DEFINITIONS + 4 * definition + 2 * (size_t)mode + indeterminate;
}

/* Adds the person of these records to totals[link_slots]. Sorts `records`; none adds nothing.
 * `memory` is left with what line_build made. */
void link_count_person(const struct link_counting *c, struct line_record *records, int count,
                       struct arena *memory, int64_t *totals);

#endif
