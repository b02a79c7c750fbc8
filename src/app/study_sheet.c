#include "app/study_sheet.h"

#include "base/csv.h"
#include "base/limits.h"

#include <stdlib.h>

/* ---- the file ---- */

static enum status read_value(struct study_sheet *s, struct str text, const char *name, long line,
                              struct err *e)
{
    s->value[s->n] = 0;
    s->kind[s->n] = PRINT_HIDDEN;
    if (str_is(text, "[c]"))
        return ST_OK;
    s->kind[s->n] = PRINT_NUMBER;
    if (!str_to_int64(text, &s->value[s->n]) || s->value[s->n] > LIMIT_COUNT) {
        err_at(e, name, line, "value");
        err_set(e, ST_DATA, "the value is neither a whole number nor [c]");
        return err_hint(e, "Every hidden cell is [c]; every other cell is a count.");
    }
    if (s->value[s->n] < 0) {
        err_at(e, name, line, "value");
        return err_set(e, ST_DATA, "the value is negative: a count is 0 or more");
    }
    return ST_OK;
}

static enum status read_rows(struct study_sheet *s, const struct spec_table *t, struct csv *csv,
                             struct arena *memory, struct err *e)
{
    int at[SPEC_MAX_DIMENSIONS], value;
    struct csv_row row;
    for (int d = 0; d < t->ndims; d++)
        TRY(csv_need(csv, t->dim[d], &at[d], e));
    TRY(csv_need(csv, "value", &value, e));
    for (;;) {
        TRY(csv_next_full(csv, &row, e));
        if (row.n == 0)
            return ST_OK;
        if (s->n == LIMIT_TABLE_CELLS) {
            err_at(e, csv->name, row.line, NULL);
            return err_set(e, ST_DATA, "the table has more than %zu cells", LIMIT_TABLE_CELLS);
        }
        if (s->n == s->cap) {
            s->cap = s->cap ? s->cap * 2 : 256;
            s->code = mem_resize(s->code, s->cap * (size_t)t->ndims, sizeof *s->code);
            s->kind = mem_resize(s->kind, s->cap, sizeof *s->kind);
            s->value = mem_resize(s->value, s->cap, sizeof *s->value);
            s->line = mem_resize(s->line, s->cap, sizeof *s->line);
        }
        for (int d = 0; d < t->ndims; d++) {
            struct str c = row.cells[at[d]];
            s->code[s->n * (size_t)t->ndims + (size_t)d] =
                (struct str){arena_strndup(memory, c.p, c.n), c.n};
        }
        TRY(read_value(s, row.cells[value], csv->name, row.line, e));
        s->line[s->n++] = row.line;
    }
}

enum status study_sheet_read(struct study_sheet *s, const struct spec_table *t, const char *path,
                             struct arena *memory, struct err *e)
{
    struct csv csv;
    s->path = path;
    TRY(csv_open(&csv, path, e));
    enum status st = read_rows(s, t, &csv, memory, e);
    csv_close(&csv);
    return st;
}

void study_sheet_free(struct study_sheet *s)
{
    free(s->code);
    free(s->kind);
    free(s->value);
    free(s->line);
    free(s->cell_kind);
    free(s->cell_value);
    *s = (struct study_sheet){0};
}

/* ---- the printed values in the model ---- */

static enum status table_cell(const struct model *m, const struct study_sheet *s, size_t i,
                              size_t *cell, struct err *e)
{
    const struct model_table *t = &m->table[s->table];
    size_t at = 0;
    for (int d = 0; d < t->spec->ndims; d++) {
        const struct model_column *col = &m->column[t->column[d]];
        struct str text = s->code[i * (size_t)t->spec->ndims + (size_t)d];
        uint32_t v = hier_find(col->h, text), lo = 0, hi = t->ncodes[d];
        while (v != HIER_NONE && hi - lo > 1) {
            uint32_t mid = lo + (hi - lo) / 2;
            if (t->code[d][mid] <= v)
                lo = mid;
            else
                hi = mid;
        }
        if (v == HIER_NONE || t->code[d][lo] != v) {
            err_at(e, s->path, s->line[i], col->name);
            err_set(e, ST_DATA, "code %.*s is not one of the table's",
                    text.n > 40 ? 40 : (int)text.n, text.p);
            return err_hint(e, "Check the hierarchy file, \"levels\" and \"where\" of the spec.");
        }
        at = at * t->ncodes[d] + lo;
    }
    *cell = at;
    return ST_OK;
}

enum status study_sheet_place(struct study_sheet *s, const struct model *m, struct err *e)
{
    const struct model_table *t = &m->table[s->table];
    free(s->cell_kind);
    free(s->cell_value);
    s->cell_kind = mem_zalloc(t->ncells, sizeof *s->cell_kind);
    s->cell_value = mem_zalloc(t->ncells, sizeof *s->cell_value);
    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0;
        TRY(table_cell(m, s, i, &k, e));
        if (s->cell_kind[k] != PRINT_NOTHING) {
            err_at(e, s->path, s->line[i], NULL);
            err_set(e, ST_DATA, "the cell is there twice");
            return err_hint(e, "Each combination of codes has one row.");
        }
        s->cell_kind[k] = s->kind[i];
        s->cell_value[k] = s->value[i];
    }
    for (size_t k = 0; k < t->ncells; k++)
        if (s->cell_kind[k] == PRINT_NOTHING) {
            char name[400];
            model_cell_name(m, t, k, '|', name, sizeof name);
            err_at(e, s->path, 0, NULL);
            err_set(e, ST_DATA, "the table has no row for %s", name);
            return err_hint(e, "A hidden cell has a row with [c]; totals and zeros have rows too.");
        }
    return ST_OK;
}

/* ---- how it was protected ---- */

enum status study_sheet_check_base(const struct study_sheet *s, const struct spec *rule,
                                   struct err *e)
{
    for (size_t i = 0; i < s->n && rule->method == METHOD_ROUND; i++)
        if (s->kind[i] == PRINT_NUMBER && s->value[i] % rule->base != 0) {
            err_at(e, s->path, s->line[i], "value");
            err_set(e, ST_DATA, "the value is not rounded to base %lld", (long long)rule->base);
            return err_hint(e,
                            "Is the \"method\" of the spec that of the release? Where numbers are "
                            "exact it is \"suppress\".");
        }
    return ST_OK;
}

void study_rule_read(const json_t *summary, struct spec *rule)
{
    const char *method = json_string_value(json_object_get(summary, "method"));
    int64_t base = (int64_t)json_integer_value(json_object_get(summary, "base"));
    enum spec_method m = METHOD_ROUND;
    while (method && m < METHOD_CELLKEY && strcmp(method, spec_method_name(m)) != 0)
        m++;
    if (!method || m == METHOD_CELLKEY || strcmp(method, spec_method_name(m)) != 0)
        return;
    rule->method = m;
    if (m == METHOD_ROUND && base >= 2 && base <= LIMIT_COUNT)
        rule->base = base;
}
