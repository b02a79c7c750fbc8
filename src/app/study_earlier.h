/* Releases that are published already, laid beside a new one: `study protect --earlier`. */
#ifndef APP_STUDY_EARLIER_H
#define APP_STUDY_EARLIER_H

#include "app/study_sheet.h"
#include "app/study_tables.h"
#include "disclosure/joint.h"
#include "disclosure/round_keep.h"

struct study_earlier {
    const char *const *dir; /* directories that study protect wrote */
    int ndirs;
    /* private */
    json_t **summary; /* by directory */
    struct earlier_table *table;
    size_t ntables, cap;
    struct spec all; /* tables of the new release first, then those of earlier ones only */
    struct joint_release *release; /* by directory */
    struct arena memory;
};

struct study_earlier_answer {
    struct joint_answer joint;
    int set_aside;   /* releases that are of other counts: no counts explain them and the rest */
    uint8_t *is_off; /* by directory; the caller's to free */
};

/* Reads SPEC.json and every summary.json. t->spec has the tables of the new release, t->column the
 * columns of all. Free both, also after an error. */
MUST_CHECK enum status study_earlier_open(struct study_earlier *x, struct study_tables *t,
                                          const char *spec_path, struct err *e);
void study_earlier_free(struct study_earlier *x);

/* Reads the tables of every directory; their counts are those of `records`. `noise`: the largest
 * change of a cell-key table. */
MUST_CHECK enum status study_earlier_read(struct study_earlier *x, const struct study_tables *t,
                                          const struct model_records *records, int64_t noise,
                                          struct err *e);
/* What was printed of each cell of the new release's model, by cell. Lives as long as `x`. */
const struct round_past *study_earlier_past(struct study_earlier *x, const struct model *m,
                                            const int64_t *count);

/* What is about to be published, by population cell of `m`. */
struct study_new_release {
    const struct model *m;
    const int64_t *count, *published;
    const uint8_t *hidden;
    bool relaxed;  /* rounded to within twice the base */
    int64_t noise; /* largest change of a cell-key table */
};

/* Attacks all of them as one set of counts, as a reader who knows the rule. A release that no
 * counts explain together with the rest was of other data and is set aside. After
 * study_earlier_read. */
MUST_CHECK enum status study_earlier_attack(struct study_earlier *x, const struct study_tables *t,
                                            const struct study_new_release *now,
                                            const struct progress *progress,
                                            struct study_earlier_answer *out, struct err *e);

#endif
