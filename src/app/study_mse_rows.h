/* What the files that turn a report into tables share. Not for others. */
#ifndef APP_STUDY_MSE_ROWS_H
#define APP_STUDY_MSE_ROWS_H

#include "app/study_doc.h"
#include "app/study_mse.h"

void mse_put_flag(json_t *row, const char *column, bool v);
void mse_put_int(json_t *row, const char *column, int64_t v);
void mse_put_null(json_t *row, const char *column);
void mse_put_model(json_t *row, const char *column, const struct mse_table *t,
                   const struct mse_model *m, const char *separator);
void mse_put_term(json_t *row, const char *column, const struct mse_table *t, uint32_t mask);
void mse_put_cell(json_t *row, const char *column, const struct mse_table *t, uint32_t cell);
/* The pairs of a model of pairs, divided by blanks. */
void mse_put_pairs_of_bits(json_t *row, const char *column, const struct mse_table *t,
                           uint64_t bits);
/* What the model is called: by how it was chosen. */
void mse_model_label(const struct mse_question *q, char *out, size_t size);

/* The tables that were asked for: bootstrap, profile, closed models, graphs, latent classes; and
 * sensitivity and linkage errors, which always stand there. */
void study_mse_fill_more(json_t *doc, const struct mse_report *r, const struct mse_question *q);

#endif
