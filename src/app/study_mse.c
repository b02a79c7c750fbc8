#include "app/study_mse.h"

#include "app/study_doc.h"
#include "base/file.h"
#include "base/limits.h"

static enum status answer(const struct mse_question *asked, struct arena *a, struct str bytes,
                          json_t **out, struct err *e)
{
    struct mse_question q = *asked;
    struct mse_table t;
    TRY(study_mse_read_bytes(bytes, q.table_path, a, &t, e));
    if (q.model)
        TRY(mse_model_parse(&q.options.model, &t, q.model, e));
    if (q.boot_counts) {
        double *counts;
        TRY(study_mse_read_counts(q.boot_counts, &t, a, &counts, &q.options.bootstrap, e));
        q.options.boot_counts = counts;
    }
    struct mse_report *r = arena_alloc(a, sizeof *r);
    enum status s = mse_analyse(&t, &q.options, a, r, e);
    if (s != ST_OK)
        s = err_at(e, q.table_path, 0, NULL);
    if (s == ST_OK && q.svg_dir)
        s = study_mse_pictures(r, &q, e);
    if (s == ST_OK) {
        *out = study_doc_new();
        study_doc_hash(*out, bytes);
        study_mse_fill(*out, r, &q);
    }
    mse_report_free(r);
    return s;
}

enum status study_mse(const struct mse_question *q, json_t **out, struct err *e)
{
    *out = NULL;
    struct file_bytes f;
    TRY(file_read(q->table_path, LIMIT_FILE_BYTES, &f, e));
    struct arena a = ARENA_EMPTY;
    enum status s = answer(q, &a, (struct str){f.p, f.n}, out, e);
    arena_free(&a);
    file_release(&f);
    return s;
}
