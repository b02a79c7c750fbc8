/* One run of `study synthesise`, for its parts. */
#ifndef APP_SYNTHESISE_PARTS_H
#define APP_SYNTHESISE_PARTS_H

#include "app/study_synthesise.h"
#include "app/synthesise_input.h"
#include "disclosure/compare.h"
#include "disclosure/kanon.h"
#include "disclosure/kfilter.h"

struct synthesise_run {
    const struct study_synthesise *job;
    struct synthesise_input in;
    struct synth_output dp;
    struct kanon_output kanon;
    size_t n;                              /* made records */
    uint32_t *value[SYNTHESISE_MAX_VIEWS]; /* theirs: [column][record], or COMPARE_HIDDEN */
    struct kfilter_report filter;
    struct compare_report before, after; /* the k filter */
    struct buf csv;                      /* the made file */
    struct budget_ledger ledger;
    struct budget_state spent;
};

/* Made records that show a column. */
size_t synthesise_shown(const struct synthesise_run *run, int view);

/* Everything about the file, for machines; "budget" within it may be published. */
json_t *synthesise_quality(const struct synthesise_run *run);
/* For readers of the published file: nothing in it comes from the true records but what the file
 * itself tells. */
MUST_CHECK enum status synthesise_about_page(const struct synthesise_run *run, const char *path,
                                             struct err *e);
/* For the office only. */
MUST_CHECK enum status synthesise_quality_page(const struct synthesise_run *run, const char *path,
                                               struct err *e);

#endif
