#include "app/study_mse.h"

#include "base/csv.h"
#include "base/limits.h"

#include <stdlib.h>

const char *study_mse_cell(uint32_t cell, int lists, char *text)
{
    for (int i = 0; i < lists; i++)
        text[i] = (cell >> i & 1) ? '1' : '0';
    text[lists] = '\0';
    return text;
}

static enum status read_cell(const struct csv *c, const struct csv_row *row, int lists,
                             uint32_t *cell, struct err *e)
{
    *cell = 0;
    for (int i = 0; i < lists; i++) {
        struct str v = row->cells[i];
        if (str_is(v, "1")) {
            *cell |= 1u << i;
        } else if (!str_is(v, "0")) {
            char name[100];
            snprintf(name, sizeof name, "%.*s", (int)(c->header[i].n < 90 ? c->header[i].n : 90),
                     c->header[i].p);
            err_at(e, c->name, row->line, name);
            err_set(e, ST_DATA, "\"%.*s\" is neither 0 nor 1", (int)(v.n < 40 ? v.n : 40), v.p);
            return err_hint(e, "Each list has a column of 0 (not on it) and 1 (on it); the last "
                               "column, count, says how many people.");
        }
    }
    return ST_OK;
}

static enum status read_row(struct csv *c, const struct csv_row *row, struct mse_table *t,
                            uint8_t *seen, struct err *e)
{
    uint32_t cell;
    double count;
    TRY(csv_check_width(c, row, e));
    TRY(read_cell(c, row, t->lists, &cell, e));
    struct str v = row->cells[t->lists];
    if (!str_to_double(v, &count)) {
        err_at(e, c->name, row->line, "count");
        return err_set(e, ST_DATA, "\"%.*s\" is not a number of people", (int)(v.n < 40 ? v.n : 40),
                       v.p ? v.p : "");
    }
    enum status s = mse_table_add(t, cell, count, seen, e);
    if (s != ST_OK)
        return err_at(e, c->name, row->line, cell == 0 || count == count ? "count" : NULL);
    return ST_OK;
}

static enum status read_table(struct csv *c, struct arena *a, struct mse_table *t, struct err *e)
{
    if (c->columns < 1 || !str_is(c->header[c->columns - 1], "count")) {
        err_at(e, c->name, 1, NULL);
        err_set(e, ST_DATA, "the last column must be called count");
        return err_hint(e, "One 0/1 column per list comes first, then count: the number of people "
                           "on exactly those lists.");
    }
    enum status s = mse_table_new(t, (int)c->columns - 1, c->header, a, e);
    if (s != ST_OK)
        return err_at(e, c->name, 1, NULL);
    uint8_t *seen = arena_alloc(a, mse_cells(t->lists) / 8 + 1);
    for (;;) {
        struct csv_row row;
        TRY(csv_next(c, &row, e));
        if (row.n == 0)
            break;
        TRY(read_row(c, &row, t, seen, e));
    }
    s = mse_table_close(t, e);
    return s == ST_OK ? s : err_at(e, c->name, 0, NULL);
}

enum status study_mse_read_bytes(struct str bytes, const char *name, struct arena *a,
                                 struct mse_table *t, struct err *e)
{
    struct csv c;
    TRY(csv_open_bytes(&c, bytes, name, e));
    enum status s = read_table(&c, a, t, e);
    csv_close(&c);
    return s;
}

/* Position of the cell that the text "0110" names among the filled ones, or an error. */
static enum status find_cell(const struct csv *c, const struct csv_row *row,
                             const struct mse_table *t, const uint32_t *cell, int cells, int *at,
                             struct err *e)
{
    struct str v = row->cells[0];
    uint32_t mask = 0;
    bool good = v.n == (size_t)t->lists;
    for (size_t i = 0; i < v.n && good; i++) {
        good = v.p[i] == '0' || v.p[i] == '1';
        mask |= v.p[i] == '1' ? 1u << i : 0;
    }
    for (*at = 0; good && *at < cells; ++*at)
        if (cell[*at] == mask)
            return ST_OK;
    err_at(e, c->name, row->line, "cell");
    return err_set(e, ST_DATA,
                   "\"%.*s\" is not a combination of the %d lists that the table has people in",
                   (int)(v.n < 40 ? v.n : 40), v.p ? v.p : "", t->lists);
}

static enum status read_counts_row(const struct csv *c, const struct csv_row *row,
                                   const struct mse_table *t, const uint32_t *cell, int cells,
                                   size_t first, uint8_t *seen, double *counts, struct err *e)
{
    int at;
    TRY(csv_check_width(c, row, e));
    TRY(find_cell(c, row, t, cell, cells, &at, e));
    if (seen[at]++) {
        err_at(e, c->name, row->line, "cell");
        return err_set(e, ST_DATA, "the same combination of lists is given twice");
    }
    for (size_t k = 1; k < row->n; k++) {
        double v;
        char name[100];
        snprintf(name, sizeof name, "%.*s", (int)(c->header[k].n < 90 ? c->header[k].n : 90),
                 c->header[k].p);
        if (!str_to_double(row->cells[k], &v) || v < 0 || v != (double)(int64_t)v || v > 0x1p53) {
            err_at(e, c->name, row->line, name);
            return err_set(e, ST_DATA, "a resampled count must be a whole number from 0 to 2^53");
        }
        if (k >= first)
            counts[(k - first) * (size_t)cells + (size_t)at] = v;
        else if (v != t->count[cell[at]]) {
            err_at(e, c->name, row->line, name);
            return err_set(e, ST_DATA, "the table has %.0f people here, this file %.0f",
                           t->count[cell[at]], v);
        }
    }
    return ST_OK;
}

static enum status read_counts(struct csv *c, const struct mse_table *t, struct arena *a,
                               double **counts, int *replicates, struct err *e)
{
    uint32_t *cell = arena_array(a, mse_cells(t->lists), sizeof *cell);
    int cells = mse_filled_cells(t, cell), rows = 0;
    if (c->columns < 2 || !str_is(c->header[0], "cell")) {
        err_at(e, c->name, 1, NULL);
        err_set(e, ST_DATA, "the first column must be called cell");
        return err_hint(e, "Columns: cell (such as 0110), observed, then one per resampled table.");
    }
    size_t first = str_is(c->header[1], "observed") ? 2 : 1;
    *replicates = (int)(c->columns - first);
    if (*replicates < 1)
        return err_set(e, ST_DATA, "the file has no resampled counts");
    *counts = arena_array(a, (size_t)*replicates * (size_t)cells, sizeof **counts);
    uint8_t *seen = arena_alloc(a, (size_t)cells);
    for (;;) {
        struct csv_row row;
        TRY(csv_next(c, &row, e));
        if (row.n == 0)
            break;
        TRY(read_counts_row(c, &row, t, cell, cells, first, seen, *counts, e));
        rows++;
    }
    if (rows < cells) {
        err_at(e, c->name, 0, NULL);
        return err_set(e, ST_DATA, "the file has %d combinations of lists, the table %d", rows,
                       cells);
    }
    for (int r = 0; r < *replicates; r++) {
        double total = 0;
        for (int k = 0; k < cells; k++)
            total += (*counts)[(size_t)r * (size_t)cells + (size_t)k];
        if (total <= 0)
            return err_set(e, ST_DATA, "resampled table %d has nobody in it", r + 1);
    }
    return ST_OK;
}

enum status study_mse_read_counts(const char *path, const struct mse_table *t, struct arena *a,
                                  double **counts, int *replicates, struct err *e)
{
    struct csv c;
    TRY(csv_open(&c, path, e));
    enum status s = read_counts(&c, t, a, counts, replicates, e);
    csv_close(&c);
    return s;
}

enum status study_mse_read_counts_bytes(struct str bytes, const char *name,
                                        const struct mse_table *t, struct arena *a, double **counts,
                                        int *replicates, struct err *e)
{
    struct csv c;
    TRY(csv_open_bytes(&c, bytes, name, e));
    enum status s = read_counts(&c, t, a, counts, replicates, e);
    csv_close(&c);
    return s;
}
