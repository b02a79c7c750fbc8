/* One run of `study protect`, for its parts. */
#ifndef APP_PROTECT_PARTS_H
#define APP_PROTECT_PARTS_H

#include "app/study_earlier.h"
#include "app/study_protect.h"
#include "app/study_tables.h"
#include "disclosure/audit.h"
#include "disclosure/cellkey.h"
#include "disclosure/model.h"
#include "disclosure/round.h"

struct protect_run {
    const struct study_protect *job;
    struct study_tables t;
    struct study_records r;
    struct model m;
    int64_t *count;     /* true counts of population cells */
    int64_t *published; /* what is printed where not hidden */
    uint8_t *hidden;    /* of population cells; all 0 but for suppression */
    unsigned char key[ROUND_KEY_BYTES];
    struct cellkey_table ptable;
    int64_t cost, bound; /* equal: proven optimal */
    uint32_t relaxed;
    struct audit audit;
    uint64_t narrow, exact;
    struct study_earlier earlier;
    struct study_earlier_answer beside; /* the attack with earlier releases */
    double started;
};

bool protect_is_primary(const struct protect_run *run, uint32_t cell);
bool protect_is_safe(const struct protect_run *run);

/* What was done, found and spent, for summary.json. `first` gets the first narrow cell in words, or
 * stays empty. */
json_t *protect_summary(const struct protect_run *run, struct buf *first);

#endif
