/* What answering and naming the missing facts share. Private to domain. */
#ifndef DOMAIN_CLASSIFY_PARTS_H
#define DOMAIN_CLASSIFY_PARTS_H

#include "domain/classify.h"

/* Kleene's three values: FALSE < UNKNOWN < TRUE, so that AND is the least and OR the most. */
enum truth { T_FALSE, T_UNKNOWN, T_TRUE };

/* Everything of an episode that can be unknown and matter; those before EXIT decide whether it
 * qualifies. */
enum element { ACT, MEANS, MINOR, PURPOSE, EXPLOITED, DISTINCT, EXIT, INTERNAL_EXIT, ELEMENTS };

struct mode_view {
    const struct person_facts *f;
    enum mode mode;
    enum truth (*of)[ELEMENTS]; /* by episode */
    enum truth *precedes;       /* by order row */
    enum truth complete;        /* the record of NRM referrals */
    /* Gaps may be settled for classify_missing: -1 as stated, 0 never within, 1 always. */
    int settle_from, settle_to, settle_as;
    int forced; /* for classify_missing: an episode whose qualification is forced, or -1 */
    enum truth forced_as;
    struct arena *arena;
};

/* Does episode i count under the definition, whatever happened after it? */
enum truth classify_qualifies(const struct definition *d, const struct mode_view *v, int i);

#endif
