/* The parts of `study survival` that turn engine results into tables. Internal to app. */
#ifndef APP_SURVIVAL_ANSWER_H
#define APP_SURVIVAL_ANSWER_H

#include "app/study_doc.h"
#include "app/survival_data.h"
#include "stats/surv_cif.h"
#include "stats/surv_km.h"

struct survival_answer {
    const struct survival_question *q;
    struct survival_data *d;
    struct surv_order order; /* by --group */
    json_t *doc;
    double z;
    struct buf svg, svg_csv; /* the picture, when asked */
};

struct str survival_group_label(const struct survival_data *d,
                                int group); /* "all" without groups */
/* The engine found something wrong with a row: says which line. */
void survival_say_row(const struct survival_answer *a, size_t row, struct err *e);
/* Strata without events add nothing but are legal. */
void survival_note_empty_strata(struct survival_answer *a);

MUST_CHECK enum status survival_km(struct survival_answer *a, struct err *e);
MUST_CHECK enum status survival_quantiles(struct survival_answer *a, struct err *e);
MUST_CHECK enum status survival_rmst(struct survival_answer *a, struct err *e);
MUST_CHECK enum status survival_tests(struct survival_answer *a, struct err *e); /* logrank, gray */
MUST_CHECK enum status survival_aj(struct survival_answer *a, struct err *e);
MUST_CHECK enum status survival_cuminc(struct survival_answer *a, struct err *e);
MUST_CHECK enum status survival_mcf(struct survival_answer *a, struct err *e);
MUST_CHECK enum status survival_cox(struct survival_answer *a, struct err *e); /* and zph */
MUST_CHECK enum status survival_finegray(struct survival_answer *a, struct err *e);

/* Pictures into a->svg and a->svg_csv. */
MUST_CHECK enum status survival_draw_km(struct survival_answer *a, const struct km_curve *curves,
                                        struct err *e);
MUST_CHECK enum status survival_draw_cif(struct survival_answer *a, const struct cif_curve *curves,
                                         struct err *e);
MUST_CHECK enum status survival_draw_mcf(struct survival_answer *a, const struct mcf_curve *curves,
                                         struct err *e);
MUST_CHECK enum status survival_draw_cox(struct survival_answer *a, const struct cox_fit *f,
                                         struct err *e);
/* The share by the last of the times: never, as estimated, at once. */
MUST_CHECK enum status survival_draw_bounds(struct survival_answer *a,
                                            const struct km_curve *curves, struct err *e);

#endif
