#include "app/protect_parts.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "disclosure/suppress.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- protecting ---- */

static enum status read_key(struct protect_run *run, struct err *e)
{
    struct file_bytes f;
    if (!run->job->key)
        return ST_OK;
    TRY(file_read(run->job->key, LIMIT_KEY_BYTES, &f, e));
    enum status s = ST_OK;
    if (f.n < 16) {
        err_at(e, run->job->key, 0, NULL);
        s = err_set(e, ST_DATA, "the key file has fewer than 16 bytes");
        err_hint(e, "Make one with: head -c 32 /dev/urandom > key");
    } else {
        crypto_generichash(run->key, sizeof run->key, (const unsigned char *)f.p, f.n, NULL, 0);
    }
    file_release(&f);
    return s;
}

static struct model_records records(const struct protect_run *run)
{
    return (struct model_records){.n = run->r.n,
                                  .node = (const uint32_t *const *)run->r.node,
                                  .line = run->r.line,
                                  .file = run->job->micro};
}

static enum status protect_round(struct protect_run *run, struct err *e)
{
    struct round_result r;
    const struct progress *progress = run->job->progress;
    if (run->earlier.ndirs)
        TRY(round_keeping(&run->m, run->count,
                          study_earlier_past(&run->earlier, &run->m, run->count), run->t.spec.base,
                          run->key, progress, run->published, &r, e));
    else
        TRY(round_tables(&run->m, run->count, run->t.spec.base, run->key, NULL, progress,
                         run->published, &r, e));
    run->cost = r.cost;
    run->bound = r.bound;
    run->relaxed = r.relaxed;
    return ST_OK;
}

static enum status protect_suppress(struct protect_run *run, struct err *e)
{
    struct suppress_result r;
    memcpy(run->published, run->count, run->m.ncells * sizeof *run->count);
    TRY(suppress_tables(&run->m, run->count, run->job->progress, run->hidden, &r, e));
    run->cost = r.cost;
    run->bound = r.bound;
    return ST_OK;
}

static enum status protect_cellkey(struct protect_run *run, struct err *e)
{
    uint64_t *weight = mem_array(run->r.n, sizeof *weight);
    uint64_t *key = mem_array(run->m.ncells, sizeof *key);
    enum status s = cellkey_record_keys(run->r.key_text, run->r.n, run->r.line, run->job->micro,
                                        run->t.spec.record_key, weight, e);
    if (s == ST_OK) {
        struct model_records in = records(run);
        in.weight = weight;
        s = model_sum(&run->m, &in, key, e);
    }
    for (uint32_t c = 0; c < run->m.ncells && s == ST_OK; c++) {
        int64_t change = cellkey_change(&run->ptable, run->count[c], key[c]);
        run->published[c] = run->count[c] + change;
        if (c < run->m.nlisted)
            run->cost += (int64_t)run->m.times[c] * (change < 0 ? -change : change);
    }
    run->bound = run->cost; /* nothing is chosen: the noise is given */
    free(weight);
    free(key);
    return s;
}

static enum status protect(struct protect_run *run, struct err *e)
{
    switch (run->t.spec.method) {
    case METHOD_ROUND:
        return protect_round(run, e);
    case METHOD_SUPPRESS:
        return protect_suppress(run, e);
    case METHOD_CELLKEY:
        return protect_cellkey(run, e);
    }
    BUG("no such method");
}

/* ---- the audit, from what will be printed ---- */

/* The rule-aware reader's ranges lie within those of the reader who knows only x >= 0, so a cell
 * that is wide for the first is wide for both. */
static enum status audit_publication(struct protect_run *run, struct err *e)
{
    const struct spec *spec = &run->t.spec;
    struct spec rule = *spec;
    if (run->relaxed)
        rule.base = 2 * spec->base;
    audit_open(&run->audit, &run->m);
    uint8_t *target = mem_zalloc(run->m.ncells, 1);
    for (uint32_t c = 0; c < run->m.nlisted; c++) {
        int64_t lo, hi;
        audit_box(&rule, run->hidden[c] ? PRINT_HIDDEN : PRINT_NUMBER, run->published[c],
                  run->ptable.reach, true, &lo, &hi);
        if (!audit_narrow(&run->audit, c, lo, hi))
            BUG("a published value contradicts itself");
        target[c] = protect_is_primary(run, c);
    }
    if (!audit_count_codes(&run->audit))
        BUG("a code of the data is printed as one that nobody has");
    const int64_t *point = spec->method == METHOD_ROUND ? run->published : NULL;
    enum status s = audit_run(&run->audit, target, spec->width, point, run->job->progress, e);
    free(target);
    TRY(s);
    for (uint32_t c = 0; c < run->m.nlisted; c++) {
        if (!protect_is_primary(run, c))
            continue;
        int64_t width = audit_high_int(run->audit.high[c]) - audit_low_int(run->audit.low[c]);
        run->narrow += width < spec->width ? run->m.times[c] : 0;
        run->exact += width <= 0 ? run->m.times[c] : 0;
    }
    return ST_OK;
}

static enum status audit_with_earlier(struct protect_run *run, struct err *e)
{
    if (!run->earlier.ndirs || run->narrow)
        return ST_OK;
    const struct study_new_release now = {.m = &run->m,
                                          .count = run->count,
                                          .published = run->published,
                                          .hidden = run->hidden,
                                          .relaxed = run->relaxed > 0,
                                          .noise = run->ptable.reach};
    return study_earlier_attack(&run->earlier, &run->t, &now, run->job->progress, &run->beside, e);
}

/* ---- files ---- */

static void write_table(const struct protect_run *run, const struct model_table *t, FILE *to)
{
    struct buf b = BUF_EMPTY;
    uint32_t code[SPEC_MAX_DIMENSIONS];
    for (int d = 0; d < t->spec->ndims; d++) {
        buf_add_csv(&b, str_of(t->spec->dim[d]), false);
        buf_addc(&b, ',');
    }
    buf_adds(&b, "value\n");
    for (size_t k = 0; k < t->ncells; k++) {
        model_cell_codes(t, k, code);
        for (int d = 0; d < t->spec->ndims; d++) {
            buf_add_csv(&b, str_of(run->m.column[t->column[d]].h->code[t->code[d][code[d]]]),
                        false);
            buf_addc(&b, ',');
        }
        uint32_t c = t->cell[k];
        if (run->hidden[c])
            buf_adds(&b, "[c]\n");
        else
            buf_addf(&b, "%lld\n", (long long)run->published[c]);
    }
    fwrite(b.p, 1, b.n, to);
    buf_free(&b);
}

static enum status write_all(const struct protect_run *run, const json_t *summary, bool tables,
                             struct err *e)
{
    int n = tables ? run->m.ntables : 0, opened = 0;
    struct outfile *o = mem_zalloc((size_t)n + 1, sizeof *o); /* the summary is the last */
    char path[1200];
    enum status s = dir_make(run->job->out, e);
    for (; opened <= n && s == ST_OK; opened++) {
        const struct model_table *t = opened < n ? &run->m.table[opened] : NULL;
        snprintf(path, sizeof path, "%s/%s%s", run->job->out, t ? t->spec->name : "summary",
                 t ? ".csv" : ".json");
        s = outfile_open(&o[opened], path, e);
        if (s == ST_OK && t)
            write_table(run, t, o[opened].to);
        else if (s == ST_OK)
            s = json_write(o[opened].to, summary, e);
        if (s == ST_OK)
            s = outfile_ready(&o[opened], e);
    }
    for (int k = 0; k <= n && s == ST_OK; k++)
        s = outfile_commit(&o[k], e);
    for (int k = 0; k < opened; k++)
        outfile_abort(&o[k]);
    free(o);
    return s;
}

static enum status refuse(const struct protect_run *run, const struct buf *first, struct err *e)
{
    err_set(e, ST_DATA,
            "nothing is published: %llu protected cells can be worked out to within less than %lld "
            "(%llu exactly), the first is %s",
            (unsigned long long)run->narrow, (long long)run->t.spec.width,
            (unsigned long long)run->exact, first->p ? first->p : "");
    return err_hint(e, "summary.json lists them. Publish fewer dimensions together, round to a "
                       "larger base, or ask for less \"width\".");
}

static enum status refuse_beside(const struct protect_run *run, struct err *e)
{
    const struct joint_answer *a = &run->beside.joint;
    err_set(e, ST_DATA,
            "nothing is published: with earlier releases %llu protected counts can be worked out "
            "to within less than %lld (%llu exactly), the first is %.150s (%lld to %lld), from "
            "%.200s",
            (unsigned long long)a->narrow, (long long)run->t.spec.width,
            (unsigned long long)a->exact, a->cell, (long long)a->low, (long long)a->high,
            a->betrayed);
    return err_hint(e, "What is published stays: leave tables out of the new release, merge "
                       "codes, or give the key and method of the earlier ones.");
}

/* Even a refusal writes a summary, which must not replace that of a release. */
static enum status keep_earlier(const struct protect_run *run, struct err *e)
{
    struct stat out, dir;
    for (int d = 0; d < run->earlier.ndirs; d++) {
        if (stat(run->job->out, &out) != 0 || stat(run->earlier.dir[d], &dir) != 0 ||
            out.st_dev != dir.st_dev || out.st_ino != dir.st_ino)
            continue;
        err_at(e, run->job->out, 0, NULL);
        err_set(e, ST_DATA, "an earlier release would be written over");
        return err_hint(e, "Give --out a directory of its own.");
    }
    return ST_OK;
}

static enum status open_tables(struct protect_run *run, struct err *e)
{
    if (!run->earlier.ndirs)
        return study_tables_open(&run->t, run->job->spec, e);
    TRY(keep_earlier(run, e));
    return study_earlier_open(&run->earlier, &run->t, run->job->spec, e);
}

static enum status run_job(struct protect_run *run, json_t **summary, struct err *e)
{
    const struct study_protect *job = run->job;
    TRY(open_tables(run, e));
    TRY(read_key(run, e));
    TRY(study_records_read(&run->t, job->micro, &run->r, e));
    TRY(model_build(&run->m, &run->t.spec, run->t.column, run->t.ncolumns, job->spec, e));
    run->count = mem_array(run->m.ncells, sizeof *run->count);
    run->published = mem_array(run->m.ncells, sizeof *run->published);
    run->hidden = mem_zalloc(run->m.ncells, 1);
    struct model_records in = records(run);
    TRY(model_sum(&run->m, &in, (uint64_t *)run->count, e));
    if (run->t.spec.method == METHOD_CELLKEY)
        TRY(study_ptable_read(&run->t, &run->ptable, e));
    if (run->earlier.ndirs)
        TRY(study_earlier_read(&run->earlier, &run->t, &in, run->ptable.reach, e));
    TRY(protect(run, e));
    TRY(audit_publication(run, e));
    TRY(audit_with_earlier(run, e));
    struct buf first = BUF_EMPTY;
    *summary = protect_summary(run, &first);
    enum status s = write_all(run, *summary, protect_is_safe(run), e);
    if (s == ST_OK && !protect_is_safe(run))
        s = run->narrow ? refuse(run, &first, e) : refuse_beside(run, e);
    buf_free(&first);
    return s;
}

enum status study_protect_run(const struct study_protect *job, json_t **summary, struct err *e)
{
    struct protect_run run = {.job = job,
                              .started = clock_cpu_seconds(),
                              .earlier = {.dir = job->earlier, .ndirs = job->nearlier}};
    *summary = NULL;
    enum status s = sodium_init() < 0 ? err_set(e, ST_FAULT, "libsodium does not start")
                                      : run_job(&run, summary, e);
    audit_close(&run.audit);
    study_earlier_free(&run.earlier);
    free(run.beside.is_off);
    cellkey_table_free(&run.ptable);
    free(run.count);
    free(run.published);
    free(run.hidden);
    sodium_memzero(run.key, sizeof run.key);
    study_records_free(&run.r, run.t.ncolumns);
    model_free(&run.m);
    study_tables_free(&run.t);
    return s;
}
