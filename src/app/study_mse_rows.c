#include "app/study_mse_rows.h"

void mse_put_flag(json_t *row, const char *column, bool v)
{
    json_object_set_new(row, column, json_boolean(v));
}

void mse_put_int(json_t *row, const char *column, int64_t v)
{
    json_object_set_new(row, column, json_integer(v));
}

void mse_put_null(json_t *row, const char *column)
{
    json_object_set_new(row, column, json_null());
}

void mse_put_model(json_t *row, const char *column, const struct mse_table *t,
                   const struct mse_model *m, const char *separator)
{
    struct buf b = BUF_EMPTY;
    mse_model_name(&b, t, m, separator);
    study_put_str(row, column, buf_str(&b));
    buf_free(&b);
}

void mse_put_term(json_t *row, const char *column, const struct mse_table *t, uint32_t mask)
{
    struct buf b = BUF_EMPTY;
    mse_term_name(&b, t, mask);
    study_put_str(row, column, buf_str(&b));
    buf_free(&b);
}

void mse_put_cell(json_t *row, const char *column, const struct mse_table *t, uint32_t cell)
{
    char text[MSE_LISTS_MAX + 1];
    study_put_text(row, column, study_mse_cell(cell, t->lists, text));
}

void mse_put_pairs_of_bits(json_t *row, const char *column, const struct mse_table *t,
                           uint64_t bits)
{
    struct mse_model m;
    mse_model_of_pairs(&m, t->lists, bits);
    mse_put_model(row, column, t, &m, " ");
}

void mse_model_label(const struct mse_question *q, char *out, size_t size)
{
    if (q->options.how == MSE_BY_STEPWISE)
        snprintf(out, size, "stepwise_p%g", q->options.threshold);
    else if (q->options.how == MSE_BY_BIC)
        snprintf(out, size, "bic_best");
    else
        snprintf(out, size, "%s", *q->model ? q->model : "main");
}
