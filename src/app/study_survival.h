/* `study survival`: time to event, competing ends, repeated events, from a table of rows. */
#ifndef APP_STUDY_SURVIVAL_H
#define APP_STUDY_SURVIVAL_H

#include "base/err.h"
#include "stats/cox.h"

#include <jansson.h>
#include <stdbool.h>

enum survival_method {
    SURVIVAL_KM,
    SURVIVAL_AJ,
    SURVIVAL_CUMINC,
    SURVIVAL_MCF,
    SURVIVAL_LOGRANK,
    SURVIVAL_GRAY,
    SURVIVAL_COX,
    SURVIVAL_FINEGRAY,
    SURVIVAL_QUANTILES,
    SURVIVAL_RMST,
    SURVIVAL_ZPH
};

enum { SURVIVAL_MAX_LIST = 64 };

struct survival_question {
    const char *file;
    enum survival_method method;
    const char *time, *start, *status;        /* column names; start may be NULL */
    const char *event, *cause, *censored;     /* status codes, NULL: told from the data */
    const char *id;                           /* column, or NULL */
    const char *group, *strata, *covariates;  /* columns parted by commas, or NULL */
    const char *reference[SURVIVAL_MAX_LIST]; /* COLUMN=LEVEL */
    int reference_count;
    double rho, tau; /* tau NAN: not given */
    enum cox_ties ties;
    bool robust, basehaz, bounds, gap_time;
    double at[SURVIVAL_MAX_LIST];
    int at_count;
    double probs[SURVIVAL_MAX_LIST]; /* none: quartiles */
    int prob_count;
    double level;
    const char *svg;   /* a picture goes here, its data beside it with .csv added; NULL: none */
    const char *title; /* of the picture, or NULL */
};

/* The answer document; the picture and its data are written only when everything succeeded. */
MUST_CHECK enum status study_survival(const struct survival_question *q, json_t **out,
                                      struct err *e);

#endif
