#include "app/link_people.h"

#include "linkage/intern.h"
#include "linkage/own.h"

#include <stdlib.h>

struct reader {
    const struct link_spec_file *s;
    struct csv csv;
    int id, source, extra;
    int column[LINK_MAX_COLUMNS][LINK_MAX_PARTS];
    struct buf joined[LINK_MAX_COLUMNS]; /* what is put together from several cells */
};

static enum status find_columns(struct reader *r, struct link_extra *extra, struct err *e)
{
    const struct link_spec_file *s = r->s;
    TRY(csv_need(&r->csv, s->id, &r->id, e));
    r->source = r->extra = -1;
    if (s->source)
        TRY(csv_need(&r->csv, s->source, &r->source, e));
    if (extra && extra->column)
        TRY(csv_need(&r->csv, extra->column, &r->extra, e));
    for (int k = 0; k < s->spec.columns; k++)
        for (int p = 0; p < s->parts[k]; p++) {
            r->column[k][p] = -1;
            if (s->csv[k][p])
                TRY(csv_need(&r->csv, s->csv[k][p], &r->column[k][p], e));
        }
    return ST_OK;
}

static bool small_number(struct str s, int64_t *out)
{
    return str_to_int64(s, out) && *out >= 1 && *out <= 99;
}

/* Year, month and day cells as one ISO text, as far as they are filled. */
static struct str join_date(struct reader *r, int k, const struct csv_row *row)
{
    struct buf *b = &r->joined[k];
    struct str part[3] = {{0}};
    int64_t month, day;
    for (int p = 0; p < 3; p++)
        if (r->column[k][p] >= 0)
            part[p] = row->cells[r->column[k][p]];
    buf_clear(b);
    if (!part[0].n)
        return (struct str){0};
    buf_add(b, part[0].p, part[0].n);
    if (small_number(part[1], &month)) {
        buf_addf(b, "-%02d", (int)month);
        if (small_number(part[2], &day))
            buf_addf(b, "-%02d", (int)day);
    }
    return buf_str(b);
}

/* The cells of one comparison, one after the other; empty when all are. */
static struct str join_cells(struct reader *r, int k, const struct csv_row *row)
{
    struct buf *b = &r->joined[k];
    bool any = false;
    buf_clear(b);
    for (int p = 0; p < r->s->parts[k]; p++) {
        struct str s = row->cells[r->column[k][p]];
        if (p)
            buf_addc(b, OWN_JOINT);
        for (size_t i = 0; i < s.n; i++)
            buf_addc(b, s.p[i] == OWN_JOINT ? ' ' : s.p[i]);
        any |= s.n > 0;
    }
    return any ? buf_str(b) : (struct str){0};
}

static struct str cell_of(struct reader *r, int k, const struct csv_row *row)
{
    if (r->s->parts[k] == 1)
        return row->cells[r->column[k][0]];
    return r->s->spec.column[k].type == LINK_DATE ? join_date(r, k, row) : join_cells(r, k, row);
}

static enum status read_rows(struct reader *r, struct link_data *d, struct link_extra *extra,
                             struct err *e)
{
    const struct link_spec *spec = &r->s->spec;
    struct str cells[LINK_MAX_COLUMNS];
    struct intern values = {0};
    size_t cap = 0;
    enum status st;
    for (struct csv_row row;;) {
        if ((st = csv_next_full(&r->csv, &row, e)) != ST_OK || row.n == 0)
            break;
        for (int k = 0; k < spec->columns; k++)
            cells[k] = cell_of(r, k, &row);
        uint32_t n = link_data_records(d);
        if (!row.cells[r->id].n) {
            err_at(e, r->csv.name, row.line, r->s->id);
            st = err_set(e, ST_DATA, "this record has no id");
            break;
        }
        if (r->extra >= 0) {
            MEM_GROW(extra->value, cap, n + 1);
            struct str v = row.cells[r->extra];
            extra->value[n] = v.n ? intern_add(&values, v) + 1 : 0;
        }
        if (n == UINT32_MAX - 2) {
            st = err_set(e, ST_DATA, "too many records");
            break;
        }
        link_data_add(d, row.cells[r->id], r->source >= 0 ? row.cells[r->source] : (struct str){0},
                      cells);
    }
    if (extra)
        extra->count = values.count;
    intern_free(&values);
    return st;
}

enum status link_people_read(const char *path, const struct link_spec_file *s, int threads,
                             struct link_extra *extra, struct link_data **out, struct err *e)
{
    struct reader r = {.s = s};
    *out = NULL;
    TRY(csv_open(&r.csv, path, e));
    enum status st = find_columns(&r, extra, e);
    if (st == ST_OK) {
        *out = link_data_new(&s->spec);
        st = read_rows(&r, *out, extra, e);
    }
    csv_close(&r.csv);
    for (int k = 0; k < LINK_MAX_COLUMNS; k++)
        buf_free(&r.joined[k]);
    if (st == ST_OK && (st = link_data_finish(*out, threads, e)) != ST_OK)
        err_at(e, path, 0, s->id);
    if (st != ST_OK) {
        link_data_free(*out);
        *out = NULL;
        if (extra)
            free(extra->value);
    }
    return st;
}
