#include "app/request_rows.h"

#include "app/request_line.h"
#include "base/date.h"

#include <stdlib.h>

void request_window(struct request_rows *r, int32_t as_at, int years)
{
    r->years = years;
    r->start = date_add_years(as_at, -years) + 1;
    for (int y = 0; y < years; y++)
        r->end[y] = date_add_years(as_at, y + 1 - years);
}

int request_year(const struct request_rows *r, int32_t day)
{
    if (day == DATE_NONE || day < r->start)
        return -1;
    for (int y = 0; y < r->years; y++)
        if (day <= r->end[y])
            return y;
    return -1;
}

/* ---- how often a field is filled ---- */

static bool filled(const struct record *record, const struct field *f)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->rows[i].entity == f->entity && record->rows[i].values[f->index])
            return true;
    return false;
}

static void count_coverage(const struct request_options *o, const struct stored *s)
{
    for (size_t i = 0; i < o->coverage_count; i++) {
        if (!request_line_holds(s, o->coverage[i].holder))
            continue;
        o->coverage[i].records++;
        o->coverage[i].filled += filled(&s->record, o->coverage[i].field);
    }
}

/* ---- reading ---- */

static void add_batch(struct request_rows *out, const struct request_options *o,
                      const struct view_batch *rows, struct arena *kept)
{
    struct arena memory = ARENA_EMPTY;
    for (size_t i = 0; i < rows->n;) {
        size_t k = i, n = 0;
        while (k < rows->n && rows->rows[k].line == rows->rows[i].line)
            k++;
        const struct stored **records = arena_array(&memory, k - i, sizeof *records);
        for (; i < k; i++)
            if (request_line_in_time(&rows->rows[i], o->as_at)) {
                records[n++] = &rows->rows[i];
                count_coverage(o, &rows->rows[i]);
            }
        if (n)
            request_line_add(out, o, records, n, &memory, kept);
        arena_rewind(&memory);
    }
    arena_free(&memory);
}

static const char **wanted_fields(const struct request_options *o, struct arena *memory)
{
    size_t own = 0, n = 0;
    const char *const *fields = request_line_fields(&own);
    const char **wanted = arena_array(memory, own + o->coverage_count + 1, sizeof *wanted);
    for (size_t i = 0; i < own; i++)
        wanted[n++] = fields[i];
    for (size_t i = 0; i < o->coverage_count; i++) {
        const struct field *f = o->coverage[i].field;
        const char *path = arena_printf(memory, "%s.%s", f->entity->name, f->name);
        bool there = o->coverage[i].unread;
        for (size_t k = 0; k < n && !there; k++)
            there = strcmp(wanted[k], path) == 0;
        if (!there)
            wanted[n++] = path;
    }
    wanted[n] = NULL;
    return wanted;
}

enum status request_rows_read(struct store *s, const struct request_options *o,
                              struct request_rows *out, struct arena *memory, struct err *e)
{
    *out = (struct request_rows){0};
    request_window(out, o->as_at, o->years);
    struct view view = {
        .order = VIEW_BY_LINE, .purpose = o->purpose, .fields = wanted_fields(o, memory)};
    struct cursor *cursor;
    struct view_batch rows;
    uint64_t done = 0;
    TRY(store_view_open(s, &view, &cursor, e));
    enum status status;
    while ((status = store_view_next(cursor, &rows, e)) == ST_OK && rows.n) {
        add_batch(out, o, &rows, memory);
        done += rows.n;
        progress_tick(o->progress, "reading", done, 0);
    }
    struct err close_error = {0};
    enum status closed = store_view_close(cursor, &close_error);
    if (status == ST_OK && closed != ST_OK) {
        *e = close_error;
        status = closed;
    }
    return status;
}

void request_rows_free(struct request_rows *r)
{
    free(r->persons);
    free(r->referrals);
    free(r->exits);
    free(r->actions);
    free(r->policies);
    *r = (struct request_rows){0};
}
