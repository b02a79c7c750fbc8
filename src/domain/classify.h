/* Was this person re-trafficked, and how often? One definition, one mode, one person, three values.
 *
 * Facts are Kleene three-valued: strict takes only what is stated (INFERRED is unknown), lenient
 * also what is inferred, and an unknown act, means or purpose where the source asserts trafficking.
 * The counts are the least and the most over every way of settling what is unknown: YES when the
 * least is 1 or more, NO when the most is 0, else INDETERMINATE with the facts that would settle
 * it. Rules R01-R24 of the domain pack; report p. 25. Pure; cost O(episodes²) with two to four
 * episodes in life. */
#ifndef DOMAIN_CLASSIFY_H
#define DOMAIN_CLASSIFY_H

#include "domain/definition.h"
#include "domain/facts.h"

enum mode { MODE_STRICT, MODE_LENIENT };
enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_INDETERMINATE };

struct count_range {
    int64_t min, max; /* max OPEN_ENDED when there is no upper limit */
};

struct classification {
    enum verdict verdict;
    struct count_range count;
};

/* codes/helpline_class.csv; one class per person, lenient (rule R21). */
enum helpline_class {
    HELPLINE_NONE,
    HELPLINE_CONCERN,
    HELPLINE_REEXP,
    HELPLINE_KNOWN,
    HELPLINE_AGAIN
};

/* The facts as one mode sees them; made once and used for every definition. Lives in the arena. */
struct mode_view;
struct mode_view *mode_view_make(const struct person_facts *f, enum mode mode, struct arena *a);

struct classification classify(const struct definition *d, struct mode_view *v);
/* The facts that, settled one way or the other, would change an INDETERMINATE answer's range:
 * "E1.exit|E1>E2.start_gap|nrm_referrals_complete". Nothing is added for YES and NO. */
void classify_missing(const struct definition *d, struct mode_view *v, struct buf *out);

/* `lenient` is the person's lenient view. */
enum helpline_class classify_helpline(const struct person_facts *f, struct mode_view *lenient);

const char *verdict_name(enum verdict v);
const char *mode_name(enum mode m);
const char *helpline_class_name(enum helpline_class c);

#endif
