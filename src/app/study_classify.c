#include "app/study_classify.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/pool.h"
#include "domain/classify.h"
#include "domain/facts_json.h"

#include <stdlib.h>

enum { CASES_PER_JOB = 512, JOBS_PER_BATCH = 128 };

struct part {
    struct buf rows;
    size_t row_count;
    struct err err;
    enum status status;
};

struct batch {
    const struct study_classify *job;
    const struct definition_set *set;
    const struct case_span *spans;
    size_t first, count;
    struct part parts[JOBS_PER_BATCH];
};

static void add_count(struct buf *b, int64_t n)
{
    char digits[24];
    size_t k = sizeof digits;
    if (n == OPEN_ENDED)
        return;
    do
        digits[--k] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    buf_add(b, digits + k, sizeof digits - k);
}

static void add_row(struct part *p, struct str id, const char *definition, enum mode mode)
{
    buf_add_csv(&p->rows, id, true);
    buf_addc(&p->rows, ',');
    buf_adds(&p->rows, definition);
    buf_adds(&p->rows, mode == MODE_STRICT ? ",strict," : ",lenient,");
    p->row_count++;
}

static void add_answer(struct part *p, struct str id, const struct definition *d,
                       struct mode_view *v, enum mode mode, struct buf *missing)
{
    struct classification c = classify(d, v);
    add_row(p, id, d->id, mode);
    buf_adds(&p->rows, verdict_name(c.verdict));
    buf_addc(&p->rows, ',');
    add_count(&p->rows, c.count.min);
    buf_addc(&p->rows, ',');
    add_count(&p->rows, c.count.max);
    buf_addc(&p->rows, ',');
    if (c.verdict == VERDICT_INDETERMINATE) {
        buf_clear(missing);
        classify_missing(d, v, missing);
        buf_add_csv(&p->rows, buf_str(missing), true);
    }
    buf_addc(&p->rows, '\n');
}

static void classify_case(struct part *p, const struct definition_set *set,
                          const struct person_facts *f, struct arena *a, struct buf *missing)
{
    struct mode_view *views[2] = {mode_view_make(f, MODE_STRICT, a),
                                  mode_view_make(f, MODE_LENIENT, a)};
    for (size_t k = 0; k < set->count; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++)
            if (m == MODE_STRICT ? set->strict : set->lenient)
                add_answer(p, f->id, &set->definitions[k], views[m], (enum mode)m, missing);
    add_row(p, f->id, "HELPLINE", MODE_LENIENT);
    buf_adds(&p->rows, helpline_class_name(classify_helpline(f, views[MODE_LENIENT])));
    buf_adds(&p->rows, ",,,\n");
}

static void run_part(void *ctx, size_t job, int thread)
{
    (void)thread;
    struct batch *b = ctx;
    struct part *p = &b->parts[job];
    struct arena a = ARENA_EMPTY;
    struct buf missing = BUF_EMPTY;
    size_t first = b->first + job * CASES_PER_JOB, end = b->first + b->count;
    p->status = ST_OK;
    p->row_count = 0;
    buf_clear(&p->rows);
    for (size_t i = first; i < end && i < first + CASES_PER_JOB; i++) {
        struct person_facts f;
        arena_rewind(&a);
        p->status = case_read(b->spans[i], b->job->cases, &a, &f, &p->err);
        if (p->status != ST_OK)
            break;
        classify_case(p, b->set, &f, &a, &missing);
    }
    buf_free(&missing);
    arena_free(&a);
}

static enum status run_batches(struct study_classify *job, struct batch *b, size_t count, FILE *to,
                               struct err *e)
{
    const size_t per_batch = (size_t)CASES_PER_JOB * JOBS_PER_BATCH;
    for (b->first = 0; b->first < count; b->first += per_batch) {
        b->count = count - b->first < per_batch ? count - b->first : per_batch;
        size_t jobs = (b->count + CASES_PER_JOB - 1) / CASES_PER_JOB;
        pool_run(job->threads, jobs, run_part, b);
        for (size_t k = 0; k < jobs; k++) {
            if (b->parts[k].status != ST_OK) {
                *e = b->parts[k].err;
                return e->status;
            }
            fwrite(b->parts[k].rows.p, 1, b->parts[k].rows.n, to);
            job->row_count += b->parts[k].row_count;
        }
        progress_tick(&job->progress, "classifying", b->first + b->count, count);
    }
    return ST_OK;
}

static enum status classify_file(struct study_classify *job, const struct definition_set *set,
                                 struct str text, struct err *e)
{
    struct case_span *spans;
    struct outfile out;
    TRY(cases_find(text, job->cases, &spans, &job->case_count, e));
    enum status s = outfile_open(&out, job->out, e);
    if (s == ST_OK) {
        struct batch *b = mem_zalloc(1, sizeof *b);
        b->job = job;
        b->set = set;
        b->spans = spans;
        fputs("fixture,definition,mode,status,count_min,count_max,missing\n", out.to);
        s = run_batches(job, b, job->case_count, out.to, e);
        if (s == ST_OK)
            s = outfile_commit(&out, e);
        for (size_t k = 0; k < JOBS_PER_BATCH; k++)
            buf_free(&b->parts[k].rows);
        free(b);
        outfile_abort(&out);
    }
    free(spans);
    return s;
}

enum status study_classify(struct study_classify *job, struct err *e)
{
    struct definition_set own = {0};
    const struct definition_set *set = definitions_builtin();
    struct file_bytes f;
    if (job->definitions) {
        TRY(file_read(job->definitions, LIMIT_JSON_BYTES, &f, e));
        enum status s = definitions_parse((struct str){f.p, f.n}, job->definitions, &own, e);
        file_release(&f);
        if (s != ST_OK)
            return s;
        set = &own;
    }
    snprintf(job->version, sizeof job->version, "%.60s", set->version);
    *e = (struct err){0};
    enum status s = file_read(job->cases, LIMIT_FILE_BYTES, &f, e);
    if (s == ST_OK) {
        s = classify_file(job, set, (struct str){f.p ? f.p : "", f.n}, e);
        file_release(&f);
    }
    if (set == &own)
        definitions_free(&own);
    return s;
}
