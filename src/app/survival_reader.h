/* What a question's file holds before it becomes rows of follow-up. Internal to survival_*.c. */
#ifndef APP_SURVIVAL_READER_H
#define APP_SURVIVAL_READER_H

#include "app/survival_column.h"
#include "app/survival_data.h"

enum { SURVIVAL_MOST_COLUMNS = 128 };

struct survival_reader {
    const struct survival_question *q;
    struct survival_data *d;
    json_t *doc;
    char file[300];
    struct column column[SURVIVAL_MOST_COLUMNS];
    int columns;
    int time, start, status, id;          /* places among column, -1: none */
    int group[SURVIVAL_MAX_LIST], groups; /* places */
    int strata[SURVIVAL_MAX_LIST], stratas;
    int covariate[SURVIVAL_MAX_LIST], covariates;
    size_t n, cap;
    long *line;
};

/* Each fills its part of the rows. */
MUST_CHECK enum status survival_fill_events(struct survival_reader *r, struct err *e);
MUST_CHECK enum status survival_fill_groups(struct survival_reader *r, struct err *e);
void survival_fill_persons(struct survival_reader *r);
/* values: COX_MAX_COVARIATES columns, which the caller frees. */
MUST_CHECK enum status survival_fill_covariates(struct survival_reader *r, double **values,
                                                struct err *e);

#endif
