#include "app/survival_reader.h"

#include "app/study_doc.h"
#include "base/csv.h"
#include "base/limits.h"

#include <stdlib.h>

static bool is_missing(struct str s)
{
    return s.n == 0 || str_is(s, "NA") || str_is(s, "NaN") || str_is(s, ".");
}

/* ---- which columns ---- */

static enum status add_column(struct survival_reader *r, const char *name, enum column_kind kind,
                              int *place, struct err *e)
{
    if (r->columns == SURVIVAL_MOST_COLUMNS)
        return err_set(e, ST_USAGE, "too many columns are named");
    *place = r->columns;
    r->column[r->columns++] = (struct column){.name = name, .kind = kind};
    return ST_OK;
}

static enum status add_list(struct survival_reader *r, const char *names, enum column_kind kind,
                            int *places, int *count, struct err *e)
{
    for (const char *p = names; p && *p;) {
        size_t n = strcspn(p, ",");
        struct str name = str_trim((struct str){p, n});
        if (name.n == 0 || *count == SURVIVAL_MAX_LIST)
            return err_set(e, ST_USAGE, "\"%.80s\" is not a list of 1 to %d columns", names,
                           SURVIVAL_MAX_LIST);
        const char *kept = arena_strndup(&r->d->arena, name.p, name.n);
        TRY(add_column(r, kept, kind, &places[(*count)++], e));
        p += n + (p[n] == ',');
    }
    return ST_OK;
}

static enum status name_columns(struct survival_reader *r, struct err *e)
{
    const struct survival_question *q = r->q;
    r->start = r->id = -1;
    TRY(add_column(r, q->time, COLUMN_NUMBER, &r->time, e));
    if (q->start)
        TRY(add_column(r, q->start, COLUMN_NUMBER, &r->start, e));
    TRY(add_column(r, q->status, COLUMN_TEXT, &r->status, e));
    if (q->id)
        TRY(add_column(r, q->id, COLUMN_TEXT, &r->id, e));
    TRY(add_list(r, q->group, COLUMN_TEXT, r->group, &r->groups, e));
    TRY(add_list(r, q->strata, COLUMN_TEXT, r->strata, &r->stratas, e));
    return add_list(r, q->covariates, COLUMN_EITHER, r->covariate, &r->covariates, e);
}

/* ---- reading ---- */

static enum status not_a_number(struct survival_reader *r, const struct column *c, struct str cell,
                                long line, struct err *e)
{
    err_at(e, r->file, line, c->name);
    err_set(e, ST_DATA, "\"%.*s\" is not a number", (int)(cell.n > 40 ? 40 : cell.n), cell.p);
    return err_hint(e, "Write times in whole days as plain numbers; leave unknown values empty.");
}

static enum status read_row(struct survival_reader *r, const struct csv_row *row, bool *again,
                            struct err *e)
{
    for (int k = 0; k < r->columns; k++)
        if (is_missing(row->cells[r->column[k].at])) {
            r->d->dropped++;
            return ST_OK;
        }
    if (r->n == r->cap) {
        size_t cap = r->cap;
        MEM_GROW(r->line, cap, r->n + 1);
        for (int k = 0; k < r->columns; k++) {
            struct column *c = &r->column[k];
            if (c->kind != COLUMN_TEXT)
                c->number = mem_resize(c->number, cap, sizeof *c->number);
            else
                c->code = mem_resize(c->code, cap, sizeof *c->code);
        }
        r->cap = cap;
    }
    for (int k = 0; k < r->columns; k++) {
        struct column *c = &r->column[k];
        struct str cell = row->cells[c->at];
        if (c->kind == COLUMN_TEXT) {
            c->code[r->n] = dictionary_code(&c->dict, cell, &r->d->arena);
            continue;
        }
        if (str_to_double(cell, &c->number[r->n]))
            continue;
        if (c->kind == COLUMN_NUMBER)
            return not_a_number(r, c, cell, row->line, e);
        c->kind = COLUMN_TEXT; /* a factor: read again from the first row */
        *again = true;
        return ST_OK;
    }
    r->line[r->n++] = row->line;
    return ST_OK;
}

static enum status read_rows(struct survival_reader *r, struct csv *c, bool *again, struct err *e)
{
    for (int k = 0; k < r->columns; k++)
        TRY(csv_need(c, r->column[k].name, &r->column[k].at, e));
    for (*again = false; !*again;) {
        struct csv_row row;
        TRY(csv_next_full(c, &row, e));
        if (row.n == 0)
            return ST_OK;
        if (r->d->read == (size_t)INT32_MAX)
            return err_set(e, ST_DATA, "the file has more than 2^31 rows");
        r->d->read++;
        TRY(read_row(r, &row, again, e));
    }
    return ST_OK;
}

static void forget_rows(struct survival_reader *r)
{
    for (int k = 0; k < r->columns; k++) {
        column_free(&r->column[k]);
        r->column[k] = (struct column){.name = r->column[k].name, .kind = r->column[k].kind};
    }
    r->n = r->cap = 0;
    free(r->line);
    r->line = NULL;
    r->d->read = r->d->dropped = 0;
}

static enum status read_file(struct survival_reader *r, struct str bytes, struct err *e)
{
    bool again = true;
    while (again) {
        forget_rows(r);
        struct csv c;
        TRY(csv_open_bytes(&c, bytes, r->file, e));
        enum status s = read_rows(r, &c, &again, e);
        csv_close(&c);
        TRY(s);
    }
    if (r->d->read == 0) {
        err_at(e, r->file, 0, NULL);
        return err_set(e, ST_DATA, "the file has no rows");
    }
    if (r->n > 0)
        return ST_OK;
    err_at(e, r->file, 0, NULL);
    err_set(e, ST_DATA, "no row is complete: each of the %zu rows lacks a value in a used column",
            r->d->read);
    return err_hint(e, "Empty cells, NA, NaN and . are missing. Use columns that are filled in.");
}

/* ---- canonical order ---- */

static double *as_doubles(const int32_t *v, size_t n)
{
    double *out = mem_array(n, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = v[i];
    return out;
}

static void reorder_double(double *v, const uint32_t *order, double *scratch, size_t n)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = v[order[i]];
    memcpy(v, scratch, n * sizeof *v);
}

static void reorder_int(int32_t *v, const uint32_t *order, int32_t *scratch, size_t n)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = v[order[i]];
    memcpy(v, scratch, n * sizeof *v);
}

/* Puts rows into the order of their content, so that no digit depends on that of the file. */
static void make_canonical(struct survival_data *d, double **values)
{
    size_t n = d->rows.n, count = 0;
    const double *columns[COX_MAX_COVARIATES + 6];
    int32_t *codes[4] = {(int32_t *)(uintptr_t)d->rows.event, (int32_t *)(uintptr_t)d->rows.group,
                         d->stratum, (int32_t *)(uintptr_t)d->rows.person};
    double *stop = (double *)(uintptr_t)d->rows.stop, *start = (double *)(uintptr_t)d->rows.start;
    double *made[4] = {0};
    columns[count++] = stop;
    if (start)
        columns[count++] = start;
    for (int k = 0; k < 4; k++)
        if (codes[k])
            columns[count++] = made[k] = as_doubles(codes[k], n);
    for (int k = 0; k < d->covariates; k++)
        columns[count++] = values[k];
    uint32_t *order = mem_array(n, sizeof *order);
    surv_canonical_order(columns, count, n, order);
    for (int k = 0; k < 4; k++)
        free(made[k]);
    double *scratch = mem_array(n, sizeof *scratch);
    reorder_double(stop, order, scratch, n);
    if (start)
        reorder_double(start, order, scratch, n);
    for (int k = 0; k < 4; k++)
        if (codes[k])
            reorder_int(codes[k], order, (int32_t *)(void *)scratch, n);
    long *line = mem_array(n, sizeof *line);
    for (size_t i = 0; i < n; i++)
        line[i] = d->line[order[i]];
    free(d->line);
    d->line = line;
    if (d->covariates) {
        size_t p = (size_t)d->covariates;
        d->x = mem_array(n * p, sizeof *d->x);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < p; k++)
                d->x[i * p + k] = values[k][order[i]];
    }
    free(scratch);
    free(order);
}

/* ---- times ---- */

static enum status check_times(struct survival_reader *r, struct err *e)
{
    double *stop = r->column[r->time].number,
           *start = r->start >= 0 ? r->column[r->start].number : NULL;
    for (size_t i = 0; i < r->n; i++) {
        const char *column = r->q->time;
        if (start && start[i] < 0)
            column = r->q->start;
        if (stop[i] < 0 || (start && start[i] < 0)) {
            err_at(e, r->file, r->line[i], column);
            err_set(e, ST_DATA, "a negative time");
            return err_hint(e, "Times count from the start of follow-up; look for swapped dates.");
        }
        if (start && stop[i] <= start[i]) {
            err_at(e, r->file, r->line[i], r->q->time);
            err_set(e, ST_DATA, "the stop %.10g is not after the start %.10g", stop[i], start[i]);
            return err_hint(e, "A row is at risk in (start, stop]; leave out rows of no length.");
        }
        if (start && r->q->gap_time)
            stop[i] -= start[i];
    }
    r->d->rows.stop = stop;
    r->column[r->time].number = NULL;
    if (start && !r->q->gap_time) {
        r->d->rows.start = start;
        r->column[r->start].number = NULL;
    }
    return ST_OK;
}

/* ---- the whole ---- */

static enum status build(struct survival_reader *r, double **values, struct err *e)
{
    struct survival_data *d = r->d;
    d->rows.n = r->n;
    TRY(check_times(r, e));
    TRY(survival_fill_events(r, e));
    TRY(survival_fill_groups(r, e));
    survival_fill_persons(r);
    TRY(survival_fill_covariates(r, values, e));
    d->line = r->line;
    r->line = NULL;
    make_canonical(d, values);
    return ST_OK;
}

enum status survival_data_read_bytes(const struct survival_question *q, struct str bytes,
                                     json_t *doc, struct survival_data *d, struct err *e)
{
    *d = (struct survival_data){0};
    struct survival_reader *r = mem_zalloc(1, sizeof *r);
    double *values[COX_MAX_COVARIATES] = {0};
    r->q = q;
    r->d = d;
    r->doc = doc;
    snprintf(r->file, sizeof r->file, "%s", q->file);
    enum status s = name_columns(r, e);
    if (s == ST_OK)
        s = read_file(r, bytes, e);
    if (s == ST_OK)
        s = build(r, values, e);
    for (int k = 0; k < COX_MAX_COVARIATES; k++)
        free(values[k]);
    for (int k = 0; k < r->columns; k++)
        column_free(&r->column[k]);
    free(r->line);
    free(r);
    return s;
}

enum status survival_data_read(const struct survival_question *q, json_t *doc,
                               struct survival_data *d, struct err *e)
{
    struct file_bytes f;
    *d = (struct survival_data){0};
    TRY(file_read(q->file, LIMIT_FILE_BYTES, &f, e));
    struct str bytes = {f.p ? f.p : "", f.n};
    study_doc_hash(doc, bytes);
    enum status s = survival_data_read_bytes(q, bytes, doc, d, e);
    file_release(&f);
    return s;
}

void survival_data_free(struct survival_data *d)
{
    free((void *)(uintptr_t)d->rows.start);
    free((void *)(uintptr_t)d->rows.stop);
    free((void *)(uintptr_t)d->rows.event);
    free((void *)(uintptr_t)d->rows.group);
    free((void *)(uintptr_t)d->rows.person);
    free(d->stratum);
    free(d->x);
    free(d->line);
    arena_free(&d->arena);
}
