#include "app/import.h"

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "ingest/mapfile.h"
#include "ingest/value.h"

#include <stdlib.h>
#include <unistd.h>

enum { GROUP_ROWS = 4096 };
static const size_t GROUP_BYTES = (size_t)32 << 20; /* of cells read, rejected ones too */

/* Rows of one file by the sender's key: a key stands for one row. */
struct seen {
    struct seen_key {
        uint64_t key, content;
        long row; /* 0: free */
    } * slots;
    size_t used, cap;
};

struct job {
    const struct import_request *q;
    struct import_report *report;
    struct table table;
    struct layout own; /* from headers or a mapping file */
    const struct layout *layout;
    struct mapper *mapper;
    struct findings findings;
    struct seen seen;
    struct outfile rejects;
    bool rejects_open;
    struct store *store;
    struct import *import;
    struct import_row *rows;
    size_t row_count;
    size_t group_bytes;
    struct arena memory; /* of the group's records */
};

/* ---- what was wrong ---- */

static void count_problem(struct import_report *r, const struct finding *f)
{
    r->warnings += f->warning;
    for (size_t i = 0; i < r->problem_count; i++) {
        struct import_problem *p = &r->problems[i];
        if (strcmp(p->column, f->column) == 0 && strcmp(p->what, f->what) == 0) {
            p->count++;
            return;
        }
    }
    if (r->problem_count == LIMIT_PROBLEMS)
        return;
    MEM_GROW(r->problems, r->problem_cap, r->problem_count + 1);
    struct import_problem *p = &r->problems[r->problem_count++];
    *p = (struct import_problem){.warning = f->warning,
                                 .count = 1,
                                 .first_row = f->row,
                                 .what = arena_strdup(&r->memory, f->what)};
    memcpy(p->column, f->column, sizeof p->column);
    memcpy(p->shape, f->shape, sizeof p->shape);
}

void import_report_free(struct import_report *r)
{
    free(r->problems);
    free(r->unknown);
    arena_free(&r->memory);
    *r = (struct import_report){0};
}

/* ---- the rejects file ---- */

static enum status open_rejects(struct job *j, struct err *e)
{
    struct buf b = BUF_EMPTY;
    snprintf(j->report->rejects, sizeof j->report->rejects, "%s.rejected.csv",
             strcmp(j->q->file, "-") == 0 ? "stdin" : j->q->file);
    TRY(outfile_open(&j->rejects, j->report->rejects, e));
    j->rejects_open = true;
    for (size_t i = 0; i < j->table.columns; i++) {
        if (is_reject_column(j->table.header[i]))
            continue;
        buf_add_csv(&b, j->table.header[i], true);
        buf_addc(&b, ',');
    }
    for (int i = 0; i < REJECT_COLUMNS; i++)
        buf_addf(&b, "%s%c", reject_columns[i], i == REJECT_COLUMNS - 1 ? '\n' : ',');
    fwrite(b.p, 1, b.n, j->rejects.to);
    buf_free(&b);
    return ST_OK;
}

/* A ragged row keeps its first cells; what was over is said in the reason. */
static void add_cells(const struct job *j, const struct table_row *row, struct buf *b)
{
    for (size_t i = 0; i < j->table.columns; i++) {
        if (is_reject_column(j->table.header[i]))
            continue;
        if (i < row->n)
            buf_add_csv(b, row->cells[i], true);
        buf_addc(b, ',');
    }
}

static void add_reasons(const struct job *j, const struct table_row *row, struct buf *b)
{
    struct buf columns = BUF_EMPTY, reasons = BUF_EMPTY;
    for (size_t i = 0; i < j->findings.n; i++) {
        const struct finding *f = &j->findings.list[i];
        if (f->warning)
            continue;
        buf_addf(&columns, "%s%s", columns.n ? "; " : "", f->column);
        buf_addf(&reasons, "%s%s%s%s", reasons.n ? "; " : "", f->column, f->column[0] ? " " : "",
                 f->what);
    }
    for (size_t i = j->table.columns; i < row->n; i++)
        buf_addf(&reasons, "%s%.*s", i == j->table.columns ? "; more: " : " | ",
                 (int)(row->cells[i].n > 80 ? 80 : row->cells[i].n), row->cells[i].p);
    buf_addf(b, "%ld,", row->line);
    buf_add_csv(b, buf_str(&columns), true);
    buf_addc(b, ',');
    buf_add_csv(b, buf_str(&reasons), true);
    buf_addc(b, '\n');
    buf_free(&columns);
    buf_free(&reasons);
}

static enum status reject(struct job *j, const struct table_row *row, struct err *e)
{
    j->report->rejected++;
    if (j->q->dry_run)
        return ST_OK;
    if (!j->rejects_open)
        TRY(open_rejects(j, e));
    struct buf b = BUF_EMPTY;
    add_cells(j, row, &b);
    add_reasons(j, row, &b);
    size_t done = fwrite(b.p, 1, b.n, j->rejects.to);
    bool whole = done == b.n;
    buf_free(&b);
    return whole ? ST_OK : err_set(e, ST_FAULT, "cannot write %s", j->report->rejects);
}

/* ---- the same reference twice ---- */

static uint64_t content_hash(const struct table_row *row)
{
    uint64_t h = row->n;
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i].n)
            h = (h ^ str_hash(row->cells[i])) * 0x9e3779b97f4a7c15u + i;
    return h;
}

static void seen_grow(struct seen *s)
{
    struct seen old = *s;
    s->cap = old.cap ? old.cap * 2 : 4096;
    s->slots = mem_zalloc(s->cap, sizeof *s->slots);
    for (size_t i = 0; i < old.cap; i++) {
        if (!old.slots[i].row)
            continue;
        size_t at = old.slots[i].key % s->cap;
        while (s->slots[at].row)
            at = (at + 1) % s->cap;
        s->slots[at] = old.slots[i];
    }
    free(old.slots);
}

/* The earlier row with this key, or NULL after remembering it. */
static const struct seen_key *seen_before(struct seen *s, struct str key, uint64_t content,
                                          long row)
{
    if ((s->used + 1) * 2 > s->cap)
        seen_grow(s);
    uint64_t h = str_hash(key);
    size_t at = h % s->cap;
    for (; s->slots[at].row; at = (at + 1) % s->cap)
        if (s->slots[at].key == h)
            return &s->slots[at];
    s->slots[at] = (struct seen_key){h, content, row};
    s->used++;
    return NULL;
}

/* ---- rows ---- */

/* A row without a reference of its own is known by its content. */
static struct str source_key(struct job *j, const struct record *r, const struct table_row *row)
{
    struct str key = mapper_source_key(j->mapper, r);
    if (key.n)
        return (struct str){arena_strndup(&j->memory, key.p, key.n), key.n};
    struct buf b = BUF_EMPTY;
    for (size_t i = 0; i < row->n; i++) {
        buf_add(&b, row->cells[i].p, row->cells[i].n);
        buf_addc(&b, '\x1f');
    }
    uint64_t first = str_hash(buf_str(&b));
    buf_addc(&b, '\x1e');
    const char *text = arena_printf(&j->memory, "content:%016llx%016llx", (unsigned long long)first,
                                    (unsigned long long)str_hash(buf_str(&b)));
    buf_free(&b);
    return str_of(text);
}

static enum status flush(struct job *j, struct err *e)
{
    if (j->row_count && j->import)
        TRY(store_import_rows(j->import, j->rows, j->row_count, e));
    j->row_count = 0;
    j->group_bytes = 0;
    arena_rewind(&j->memory);
    return ST_OK;
}

/* False when this row stands in the file already; then it is counted or rejected. */
static bool first_of_its_key(struct job *j, struct str key, const struct table_row *row, bool *good)
{
    uint64_t content = content_hash(row);
    const struct seen_key *earlier = seen_before(&j->seen, key, content, row->line);
    if (!earlier)
        return true;
    if (earlier->content == content) {
        j->report->repeated++;
        return false;
    }
    findings_add(&j->findings, row->line, false, str_of(""), str_of(""),
                 arena_printf(&j->memory,
                              "row %ld of this file has the same reference and says "
                              "something else; keep the right one",
                              earlier->row));
    *good = false;
    return false;
}

static enum status take_row(struct job *j, const struct table_row *row, struct err *e)
{
    struct import_row *to = &j->rows[j->row_count];
    *to = (struct import_row){.record = record_new(&j->memory)};
    j->findings.n = 0;
    j->report->rows++;
    bool good = mapper_row(j->mapper, row, &to->record, &j->findings);
    bool first = false;
    if (good) {
        to->source_key = source_key(j, &to->record, row);
        first = first_of_its_key(j, to->source_key, row, &good);
    }
    for (size_t i = 0; i < j->findings.n; i++)
        count_problem(j->report, &j->findings.list[i]);
    if (!good)
        TRY(reject(j, row, e));
    else if (first)
        j->row_count++;
    j->group_bytes += 1024; /* rows of no text cost memory too */
    for (size_t i = 0; i < row->n; i++)
        j->group_bytes += row->cells[i].n;
    return j->row_count == GROUP_ROWS || j->group_bytes > GROUP_BYTES ? flush(j, e) : ST_OK;
}

static enum status take_rows(struct job *j, struct err *e)
{
    struct table_row row;
    for (;;) {
        TRY(table_next(&j->table, &row, e));
        if (row.n == 0)
            return flush(j, e);
        TRY(take_row(j, &row, e));
        if (j->report->rows % GROUP_ROWS == 0)
            progress_tick(j->q->progress, "import", j->report->rows, 0);
    }
}

/* ---- the job ---- */

static enum status choose_layout(struct job *j, struct err *e)
{
    const struct import_request *q = j->q;
    const struct layout *base = layout_of_channel(q->channel);
    j->layout = base;
    if (!base && strcmp(q->channel, "canonical") != 0) {
        err_set(e, ST_USAGE, "there is no layout called %s", q->channel);
        return err_hint(e, "See: throughline help formats");
    }
    if (q->map_file) {
        TRY(mapfile_read(q->map_file, base, &j->own, e));
        j->layout = &j->own;
    } else if (!base) {
        TRY(layout_from_headers(&j->table, &j->own, e));
        j->layout = &j->own;
    }
    return mapper_new(&j->table, j->layout, base && !q->map_file, q->today, &j->mapper, e);
}

static void describe_table(struct job *j)
{
    struct import_report *r = j->report;
    snprintf(r->kind, sizeof r->kind, "%s", j->table.kind);
    snprintf(r->encoding, sizeof r->encoding, "%s", j->table.encoding);
    snprintf(r->sheet, sizeof r->sheet, "%s", j->table.sheet_name);
    r->delimiter = j->table.delimiter;
    r->sheets = j->table.sheets;
    size_t cap = 0;
    for (struct str u; (u = mapper_unknown(j->mapper, r->unknown_count)).n;) {
        MEM_GROW(r->unknown, cap, r->unknown_count + 1);
        r->unknown[r->unknown_count++] = arena_strndup(&r->memory, u.p, u.n);
    }
}

static enum status open_store(struct job *j, struct err *e)
{
    const struct import_request *q = j->q;
    struct store_options o = {.dir = q->store_dir,
                              .mode = STORE_JOB,
                              .keys = KEYS_IMPORT,
                              .key_file = q->key_file,
                              .actor = q->actor,
                              .threads = q->threads};
    const char *slash = strrchr(q->file, '/');
    struct import_source source = {.organisation = q->organisation,
                                   .channel = q->channel,
                                   .file_name = slash ? slash + 1 : q->file,
                                   .bytes = {j->table.file.p, j->table.file.n}};
    TRY(store_open(&o, &j->store, e));
    return store_import_begin(j->store, &source, &j->import, &j->report->again, e);
}

/* The rejects file first: when it cannot be written, nothing is imported. */
static enum status finish(struct job *j, struct err *e)
{
    struct import_totals totals = {0};
    if (j->q->dry_run)
        return ST_OK;
    if (j->rejects_open)
        TRY(outfile_commit(&j->rejects, e));
    enum status s = store_import_finish(j->import, j->report->rejected, &totals, e);
    if (s != ST_OK) {
        if (j->rejects_open)
            unlink(j->report->rejects);
        return s;
    }
    j->report->import_id = totals.import_id;
    j->report->added = totals.added;
    j->report->same = totals.same;
    j->report->changed = totals.changed;
    return ST_OK;
}

static enum status run(struct job *j, struct err *e)
{
    TRY(table_open(&j->table, j->q->file, e));
    TRY(choose_layout(j, e));
    describe_table(j);
    if (!j->q->dry_run)
        TRY(open_store(j, e));
    TRY(take_rows(j, e));
    j->report->day_first = mapper_day_first(j->mapper);
    j->report->sheets = j->table.sheets;
    return finish(j, e);
}

enum status app_import(const struct import_request *q, struct import_report *out, struct err *e)
{
    struct job j = {.q = q, .report = out};
    *out = (struct import_report){0};
    j.rows = mem_zalloc(GROUP_ROWS, sizeof *j.rows);
    enum status s = run(&j, e);
    if (j.rejects_open)
        outfile_abort(&j.rejects);
    store_import_free(j.import);
    store_close(j.store);
    mapper_free(j.mapper);
    layout_free(&j.own);
    table_close(&j.table);
    findings_free(&j.findings);
    free(j.seen.slots);
    free(j.rows);
    arena_free(&j.memory);
    return s;
}

enum status app_import_suggest(const char *file, const char *channel, const char *map_out,
                               int32_t today, struct err *e)
{
    struct table t;
    json_t *doc = NULL;
    const struct layout *base = layout_of_channel(channel);
    if (!base) {
        err_set(e, ST_USAGE, "a first guess needs the layout that the rows are for, not %s",
                channel);
        return err_hint(e, "Name one of: nrm, dtn, msvcc, helpline, ngo, police.");
    }
    TRY(table_open(&t, file, e));
    enum status s = mapfile_suggest(&t, base, today, &doc, e);
    if (s == ST_OK)
        s = json_write_file(map_out, doc, e);
    json_decref(doc);
    table_close(&t);
    return s;
}
