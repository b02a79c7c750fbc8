/* Reading rows of follow-up from a delimited file: what `study survival` works on. */
#ifndef APP_SURVIVAL_DATA_H
#define APP_SURVIVAL_DATA_H

#include "app/study_survival.h"
#include "base/mem.h"
#include "base/str.h"
#include "stats/surv_rows.h"

struct survival_levels {
    int count;
    struct str *label; /* "sex=1", "x1=0, x5=2" */
    struct str *value; /* without the column names: "1", "0, 2" */
};

struct survival_data {
    struct arena arena;
    struct surv_rows rows; /* group: --group; in canonical order */
    struct survival_levels groups, strata;
    int32_t *stratum;     /* NULL without --strata */
    struct str cause[64]; /* names of the causes, in order of their codes */
    int64_t cause_rows[64];
    double *x; /* rows.n x covariates */
    int covariates, terms;
    struct str covariate[COX_MAX_COVARIATES], term[COX_MAX_COVARIATES];
    int term_of[COX_MAX_COVARIATES];
    long *line; /* of each row in the file */
    size_t read, dropped;
    int64_t other_events; /* rows whose status is neither censored nor the event asked for */
};

/* Rows with a missing value (empty, NA, NaN or .) in a used column are dropped and counted. `doc`
 * gets the hash of the file and what was assumed. Free with survival_data_free, on errors too. */
MUST_CHECK enum status survival_data_read(const struct survival_question *q, json_t *doc,
                                          struct survival_data *d, struct err *e);
/* The same on bytes, for tests and fuzzing. */
MUST_CHECK enum status survival_data_read_bytes(const struct survival_question *q, struct str bytes,
                                                json_t *doc, struct survival_data *d,
                                                struct err *e);
void survival_data_free(struct survival_data *d);

#endif
