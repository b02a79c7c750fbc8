/* `study mse`: how many people are on no list, from a table of list memberships. */
#ifndef APP_STUDY_MSE_H
#define APP_STUDY_MSE_H

#include "base/progress.h"
#include "stats/mse.h"

#include <jansson.h>

struct mse_question {
    const char *table_path;
    struct mse_options options; /* how, threshold, bootstrap, seed, flags, threads; no model yet */
    const char *model;          /* text of --model, or NULL */
    const char *boot_counts;    /* file of resampled counts, or NULL */
    bool top_models_only;       /* leave out the row of every model of pairs */
    const char *svg_dir;        /* NULL: no pictures */
    double recall, precision;   /* of the linkage, marked on the heat map; NAN: not known */
};

/* The answer document (study_doc.h). Caller owns *out. Keys: docs/user/study-mse.md. Writes the
 * pictures, if asked, all or none. */
MUST_CHECK enum status study_mse(const struct mse_question *q, json_t **out, struct err *e);

/* A table of list memberships: one 0/1 column per list, then `count`. Names and counts live in the
 * arena. ST_DATA with row and column for what is wrong. */
MUST_CHECK enum status study_mse_read_bytes(struct str bytes, const char *name, struct arena *a,
                                            struct mse_table *t, struct err *e);
/* Resampled counts: columns cell ("101", lists in table order), observed (optional), X1, X2, ..
 * *counts gets replicates * filled cells in table order. */
MUST_CHECK enum status study_mse_read_counts(const char *path, const struct mse_table *t,
                                             struct arena *a, double **counts, int *replicates,
                                             struct err *e);

MUST_CHECK enum status study_mse_read_counts_bytes(struct str bytes, const char *name,
                                                   const struct mse_table *t, struct arena *a,
                                                   double **counts, int *replicates, struct err *e);

/* Every table of the answer from the report, into a document of study_doc_new. */
void study_mse_fill(json_t *doc, const struct mse_report *r, const struct mse_question *q);
/* For people: the headline with its reasons, range, assumption and notes, in whole sentences; takes
 * them out of the document, and the longest tables too, so that study_doc_print can do the rest. */
void study_mse_print(FILE *to, json_t *doc);
/* "100110": the cell as text, lists in table order. text has MSE_LISTS_MAX + 1 places. */
const char *study_mse_cell(uint32_t cell, int lists, char *text);

/* The pictures and their data tables into the directory. */
MUST_CHECK enum status study_mse_pictures(const struct mse_report *r, const struct mse_question *q,
                                          struct err *e);

#endif
