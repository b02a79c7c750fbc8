#include "app/findings.h"

#include "app/decided.h"
#include "base/date.h"
#include "base/pool.h"

#include <stdlib.h>

enum { LINES_PER_JOB = 64 };

struct line_result {
    struct line_findings findings;
    struct flag *flags;
    size_t flag_count;
};

struct part {
    struct arena memory;
    struct findings_totals totals;
};

struct batch {
    const struct findings_job *job;
    const struct decided *decided;
    const struct stored *rows;
    const size_t *first; /* row at which each line starts; one more entry at the end */
    size_t line_count;
    struct line_result *results;
    struct part *parts;
    char due[11];
};

/* ---- one line ---- */

static void classify_line(const struct batch *b, struct part *p, const struct line *l,
                          struct line_findings *out)
{
    const struct definition_set *set = b->job->set;
    struct arena *a = &p->memory;
    struct class_result *results = arena_array(a, set->count * 2, sizeof *results);
    for (int mode = MODE_STRICT; mode <= MODE_LENIENT; mode++) {
        if (!(mode == MODE_STRICT ? set->strict : set->lenient))
            continue;
        struct mode_view *v = mode_view_make(&l->facts, (enum mode)mode, a);
        for (size_t k = 0; k < set->count; k++) {
            const struct definition *d = &set->definitions[k];
            struct classification c = classify(d, v);
            struct buf missing = BUF_EMPTY;
            classify_missing(d, v, &missing);
            results[out->result_count++] = (struct class_result){
                .definition = d->id,
                .version = set->version,
                .lenient = mode == MODE_LENIENT,
                .status = "NYI"[c.verdict],
                .count_min = (int)c.count.min,
                .count_max = (int)c.count.max,
                .missing = missing.p ? arena_strdup(a, missing.p) : "",
                .evidence = "",
            };
            buf_free(&missing);
            p->totals.verdicts[k][mode][c.verdict]++;
        }
    }
    out->results = results;
}

static void judge_repeats(struct part *p, const struct line *l, struct line_findings *out)
{
    struct repeat_verdict *v = arena_array(&p->memory, (size_t)l->repeat_count + 1, sizeof *v);
    bool nrm_before = l->record_count && line_accepted_nrm(&l->records[0]);
    for (int i = 0; i < l->repeat_count; i++) {
        const struct repeat_finding *f = &l->repeats[i];
        v[i] = (struct repeat_verdict){.record = l->records[f->record].id,
                                       .earlier = l->records[f->earlier].id,
                                       .verdict = incident_letter(f->verdict),
                                       .evidence = f->evidence};
        p->totals.repeats[f->verdict]++;
        bool nrm = line_accepted_nrm(&l->records[f->record]);
        if (nrm && nrm_before)
            p->totals.nrm_repeats[f->verdict]++;
        nrm_before |= nrm;
    }
    out->verdicts = v;
    out->verdict_count = (size_t)l->repeat_count;
}

static void raise_flags(const struct batch *b, struct part *p, const struct line *l, int64_t line,
                        struct line_result *out)
{
    struct flag_finding *found;
    int count;
    flag_rules(l, &found, &count);
    out->flags = arena_array(&p->memory, (size_t)count + 1, sizeof *out->flags);
    out->flag_count = (size_t)count;
    for (int i = 0; i < count; i++) {
        char *on = arena_alloc(&p->memory, 11);
        if (found[i].raised_on != DATE_NONE)
            date_to_iso(found[i].raised_on, on);
        out->flags[i] = (struct flag){.line = line,
                                      .record = l->records[found[i].record].id,
                                      .kind = flag_kind_code(found[i].kind),
                                      .provider = found[i].provider,
                                      .reason = found[i].reason,
                                      .link_status = found[i].link_status,
                                      .raised_on = on,
                                      .due_on = b->due};
        p->totals.flags[found[i].kind]++;
    }
}

static void find_line(const struct batch *b, struct part *p, size_t k)
{
    const struct stored *rows = b->rows + b->first[k];
    int n = (int)(b->first[k + 1] - b->first[k]);
    struct line_record *records = arena_array(&p->memory, (size_t)n, sizeof *records);
    for (int i = 0; i < n; i++)
        records[i] = decided_record(b->decided, &rows[i]);
    struct line l;
    struct line_options options = {.nrm_complete = b->job->nrm_complete};
    struct line_result *out = &b->results[k];
    line_build(&l, records, n, &options, &p->memory);
    *out = (struct line_result){.findings = {.line = rows[0].line}};
    classify_line(b, p, &l, &out->findings);
    judge_repeats(p, &l, &out->findings);
    if (b->job->flags)
        raise_flags(b, p, &l, rows[0].line, out);
    p->totals.lines++;
    p->totals.records += (uint64_t)n;
}

static void find_part(void *ctx, size_t job, int thread)
{
    (void)thread;
    struct batch *b = ctx;
    for (size_t k = job * LINES_PER_JOB; k < b->line_count && k < (job + 1) * LINES_PER_JOB; k++)
        find_line(b, &b->parts[job], k);
}

/* ---- a batch of lines ---- */

static void add_totals(struct findings_totals *to, const struct findings_totals *from)
{
    uint64_t *a = (uint64_t *)to;
    const uint64_t *b = (const uint64_t *)from;
    _Static_assert(sizeof *to % sizeof *a == 0, "counts only");
    for (size_t i = 0; i < sizeof *to / sizeof *a; i++)
        a[i] += b[i];
}

static enum status put_flags(struct findings_job *job, const struct batch *b, struct err *e)
{
    size_t n = 0;
    uint64_t added, closed;
    for (size_t k = 0; k < b->line_count; k++)
        n += b->results[k].flag_count;
    struct flag *all = mem_array(n + 1, sizeof *all);
    int64_t *lines = mem_array(b->line_count + 1, sizeof *lines);
    n = 0;
    for (size_t k = 0; k < b->line_count; k++) {
        lines[k] = b->results[k].findings.line;
        if (b->results[k].flag_count)
            memcpy(all + n, b->results[k].flags, b->results[k].flag_count * sizeof *all);
        n += b->results[k].flag_count;
    }
    enum status s = store_flags_put(job->store, all, n, &added, e);
    if (s == ST_OK)
        s = store_flags_close_missing(job->store, lines, b->line_count, all, n, &closed, e);
    if (s == ST_OK) {
        job->totals.flags_added += added;
        job->totals.flags_closed += closed;
    }
    free(all);
    free(lines);
    return s;
}

static enum status put_batch(struct findings_job *job, const struct batch *b, struct err *e)
{
    struct line_findings *all = mem_array(b->line_count + 1, sizeof *all);
    for (size_t k = 0; k < b->line_count; k++)
        all[k] = b->results[k].findings;
    enum status s = store_begin(job->store, e);
    if (s == ST_OK)
        s = store_findings_put(job->store, all, b->line_count, e);
    if (s == ST_OK && job->flags)
        s = put_flags(job, b, e);
    if (s == ST_OK)
        s = store_commit(job->store, e);
    else
        store_rollback(job->store);
    free(all);
    return s;
}

static size_t find_lines(const struct view_batch *rows, size_t *first)
{
    size_t lines = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (i == 0 || rows->rows[i].line != rows->rows[i - 1].line)
            first[lines++] = i;
    first[lines] = rows->n;
    return lines;
}

static enum status run_batch(struct findings_job *job, const struct decided *d,
                             const struct view_batch *rows, struct err *e)
{
    size_t *first = mem_array(rows->n + 1, sizeof *first);
    struct batch b = {.job = job, .decided = d, .rows = rows->rows, .first = first};
    b.line_count = find_lines(rows, first);
    size_t jobs = (b.line_count + LINES_PER_JOB - 1) / LINES_PER_JOB;
    b.results = mem_zalloc(b.line_count + 1, sizeof *b.results);
    b.parts = mem_zalloc(jobs + 1, sizeof *b.parts);
    date_to_iso(job->today + FLAG_ACKNOWLEDGE_DAYS, b.due);
    pool_run(job->threads, jobs, find_part, &b);
    for (size_t k = 0; k < jobs; k++)
        add_totals(&job->totals, &b.parts[k].totals);
    enum status s = put_batch(job, &b, e);
    for (size_t k = 0; k < jobs; k++)
        arena_free(&b.parts[k].memory);
    free(b.parts);
    free(b.results);
    free(first);
    return s;
}

static enum status run_view(struct findings_job *job, const struct decided *d, struct err *e)
{
    static const char *const wanted[] = {
#define LINE_FIELD(name, path) path,
#include "domain/line_fields.def"
#undef LINE_FIELD
        NULL};
    struct view view = {.order = VIEW_BY_LINE,
                        .purpose = "classification",
                        .fields = wanted,
                        .changed_lines = job->only_changed};
    struct cursor *cursor;
    struct view_batch rows;
    uint64_t records, lines;
    int64_t highest;
    TRY(store_count_records(job->store, &records, &lines, &highest, e));
    TRY(store_view_open(job->store, &view, &cursor, e));
    enum status s;
    while ((s = store_view_next(cursor, &rows, e)) == ST_OK && rows.n) {
        s = run_batch(job, d, &rows, e);
        if (s != ST_OK)
            break;
        progress_tick(&job->progress, "classifying", job->totals.records, records);
    }
    struct err close_error = {0};
    enum status closed = store_view_close(cursor, &close_error);
    if (s != ST_OK)
        return s;
    if (closed != ST_OK) {
        *e = close_error;
        return closed;
    }
    /* Flags come last: until they are raised the lines stay marked as changed. */
    return job->flags ? store_lines_settle(job->store, highest, e) : ST_OK;
}

enum status findings_run(struct findings_job *job, struct err *e)
{
    struct decided d;
    job->totals = (struct findings_totals){0};
    enum status s = decided_read(job->store, &d, e);
    if (s == ST_OK)
        s = run_view(job, &d, e);
    decided_free(&d);
    return s;
}
