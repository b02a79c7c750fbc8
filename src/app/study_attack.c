#include "app/study_attack.h"

#include "app/study_sheet.h"
#include "app/study_tables.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/order.h"
#include "disclosure/audit.h"
#include "disclosure/cellkey.h"
#include "disclosure/model.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define OTHER "(other)" /* the rest of a column of which only where-values are known */

struct run {
    const struct study_attack *job;
    struct study_tables t;
    struct spec found; /* the spec with only the tables that are in a directory */
    struct spec *rule; /* by release: `found` with the method that its summary.json names */
    struct study_sheet *sheet;
    int nsheets;
    struct model m;
    bool has_model;
    int64_t reach; /* of the cell-key table */
    bool together; /* one set of counts explains all releases */
    enum reach {
        NOT_SAID, /* by a summary.json: looked at within the base first, then beyond */
        WITHIN,   /* no cell was rounded further than the base */
        BEYOND    /* some were */
    } *
        rounded;         /* by release */
    bool relaxed;        /* all that do not say had to be allowed to go beyond */
    struct audit *audit; /* one, or one for each release */
    int naudits;
    uint64_t cells, exact, narrow;
};

/* ---- reading ---- */

/* The tables of the spec that any directory holds, and all their files. */
static enum status read_sheets(struct run *run, struct err *e)
{
    const struct study_attack *job = run->job;
    const struct spec *spec = &run->t.spec;
    size_t most = (size_t)job->ndirs * (size_t)spec->ntables;
    run->found = *spec;
    run->found.table = arena_array(&run->t.arena, (size_t)spec->ntables, sizeof *spec->table);
    run->found.ntables = 0;
    run->sheet = mem_zalloc(most + 1, sizeof *run->sheet);
    for (int t = 0; t < spec->ntables; t++) {
        run->found.table[run->found.ntables] = spec->table[t];
        bool any = false;
        for (int d = 0; d < job->ndirs; d++) {
            const char *path =
                arena_printf(&run->t.arena, "%s/%s.csv", job->dir[d], spec->table[t].name);
            if (access(path, F_OK) != 0)
                continue;
            struct study_sheet *s = &run->sheet[run->nsheets++];
            *s = (struct study_sheet){.release = d, .table = run->found.ntables};
            TRY(study_sheet_read(s, &spec->table[t], path, &run->t.arena, e));
            any = true;
        }
        run->found.ntables += any;
    }
    for (int d = 0; d < job->ndirs; d++) {
        int n = 0;
        for (int k = 0; k < run->nsheets; k++)
            n += run->sheet[k].release == d;
        if (n == 0) {
            err_set(e, ST_DATA, "%s holds none of the tables that the spec names", job->dir[d]);
            return err_hint(e, "A table called T1 is in the file T1.csv.");
        }
    }
    return ST_OK;
}

/* ---- how each release was protected ---- */

/* study protect writes method and base beside the tables; without that the spec holds. */
static enum status read_rule(struct run *run, int d, struct err *e)
{
    const char *path = arena_printf(&run->t.arena, "%s/summary.json", run->job->dir[d]);
    json_t *doc;
    run->rule[d] = run->found;
    if (access(path, F_OK) != 0)
        return ST_OK;
    TRY(json_read_file(path, &doc, e));
    study_rule_read(doc, &run->rule[d]);
    const json_t *relaxed = json_object_get(doc, "relaxed");
    if (json_is_integer(relaxed))
        run->rounded[d] = json_integer_value(relaxed) > 0 ? BEYOND : WITHIN;
    json_decref(doc);
    return ST_OK;
}

static enum status read_rules(struct run *run, struct err *e)
{
    run->rule = arena_array(&run->t.arena, (size_t)run->job->ndirs, sizeof *run->rule);
    run->rounded = arena_array(&run->t.arena, (size_t)run->job->ndirs, sizeof *run->rounded);
    for (int d = 0; d < run->job->ndirs; d++) {
        run->rounded[d] = NOT_SAID;
        TRY(read_rule(run, d, e));
    }
    for (int k = 0; k < run->nsheets; k++)
        TRY(study_sheet_check_base(&run->sheet[k], &run->rule[run->sheet[k].release], e));
    return ST_OK;
}

static bool is_beyond(const struct run *run, int release)
{
    return run->rounded[release] == BEYOND || (run->relaxed && run->rounded[release] == NOT_SAID);
}

static bool any_beyond(const struct run *run)
{
    for (int d = 0; d < run->job->ndirs; d++)
        if (run->rounded[d] == BEYOND)
            return true;
    return false;
}

static bool any_to_widen(const struct run *run)
{
    for (int d = 0; d < run->job->ndirs; d++)
        if (run->rule[d].method == METHOD_ROUND && run->rounded[d] == NOT_SAID)
            return true;
    return false;
}

/* ---- codes of columns without a hierarchy ---- */

static void add_code(struct str **codes, size_t *n, size_t *cap, struct str code)
{
    MEM_GROW(*codes, *cap, *n + 1);
    (*codes)[(*n)++] = code;
}

/* All codes printed in a column's dimension, and all where-values. */
static enum status flat_codes(struct run *run, struct model_column *col, bool complete,
                              struct err *e)
{
    struct str *codes = NULL;
    size_t n = 0, cap = 0, distinct = 0;
    bool is_dimension = false;
    for (int k = 0; k < run->nsheets; k++) {
        const struct study_sheet *s = &run->sheet[k];
        const struct spec_table *t = &run->found.table[s->table];
        for (int d = 0; d < t->ndims; d++)
            if (strcmp(t->dim[d], col->name) == 0) {
                is_dimension = true;
                for (size_t i = 0; i < s->n; i++)
                    if (!str_is(s->code[i * (size_t)t->ndims + (size_t)d], STUDY_TOTAL))
                        add_code(&codes, &n, &cap, s->code[i * (size_t)t->ndims + (size_t)d]);
            }
    }
    for (int t = 0; t < run->found.ntables; t++)
        for (int w = 0; w < run->found.table[t].nwhere; w++)
            if (strcmp(run->found.table[t].where[w].column, col->name) == 0)
                add_code(&codes, &n, &cap, str_of(run->found.table[t].where[w].value));
    if (!is_dimension && !complete)
        add_code(&codes, &n, &cap, str_of(OTHER));
    if (n)
        qsort(codes, n, sizeof *codes, order_str);
    for (size_t i = 0; i < n; i++)
        if (distinct == 0 || !str_eq(codes[i], codes[distinct - 1]))
            codes[distinct++] = codes[i];
    struct hier *h = arena_alloc(&run->t.arena, sizeof *h);
    enum status s = hier_flat(h, codes, distinct, STUDY_TOTAL, col->name, &run->t.arena, e);
    free(codes);
    col->h = h;
    col->from_data = is_dimension || complete;
    return s;
}

static enum status build(struct run *run, bool complete, struct err *e)
{
    if (run->has_model)
        model_free(&run->m);
    for (int c = 0; c < run->t.ncolumns; c++) {
        const struct spec_column *settings = spec_column_find(&run->found, run->t.column[c].name);
        if (!settings || !settings->hierarchy)
            TRY(flat_codes(run, &run->t.column[c], complete, e));
    }
    run->has_model = true;
    TRY(model_build(&run->m, &run->found, run->t.column, run->t.ncolumns, run->job->spec, e));
    for (int k = 0; k < run->nsheets; k++)
        TRY(study_sheet_place(&run->sheet[k], &run->m, e));
    return ST_OK;
}

/* Printed numbers of all cells of one release (or of all, when release < 0); -1 where none. */
static int64_t *printed_numbers(const struct run *run, int release)
{
    int64_t *v = mem_array(run->m.ncells, sizeof *v);
    for (uint32_t c = 0; c < run->m.ncells; c++)
        v[c] = -1;
    for (int k = 0; k < run->nsheets; k++) {
        const struct study_sheet *s = &run->sheet[k];
        const struct model_table *t = &run->m.table[s->table];
        for (size_t i = 0; i < t->ncells && (release < 0 || release == s->release); i++)
            if (s->cell_kind[i] == PRINT_NUMBER)
                v[t->cell[i]] = s->cell_value[i];
    }
    for (uint32_t r = 0; r < run->m.nrows; r++) {
        uint32_t last = run->m.row_cell[run->m.row_start[r + 1] - 1];
        if (last < run->m.nlisted || v[last] >= 0)
            continue;
        int64_t rest = v[run->m.row_cell[run->m.row_start[r]]];
        for (uint32_t k = run->m.row_start[r] + 1; k + 1 < run->m.row_start[r + 1]; k++) {
            int64_t part = v[run->m.row_cell[k]];
            rest = part < 0 || rest < 0 ? -1 : rest - part;
        }
        v[last] = rest;
    }
    return v;
}

/* Do the printed parts of every where-column add up to the printed wholes, wherever both are
 * printed? Then the reader knows that there are no others (four quarters make the year). */
static bool wheres_are_complete(const struct run *run)
{
    int64_t *v = printed_numbers(run, -1);
    bool any = false, none_left = true;
    for (uint32_t c = run->m.nlisted; c < run->m.ncells; c++) {
        any |= v[c] >= 0;
        none_left &= v[c] <= 0;
    }
    free(v);
    return any && none_left;
}

/* ---- the attack ---- */

static enum status not_a_sum(const struct model *m, uint32_t whole, struct err *e)
{
    char name[200];
    enum status s = audit_no_counts_fit(e);
    for (int t = 0; t < m->ntables; t++)
        for (size_t k = 0; k < m->table[t].ncells; k++)
            if (m->table[t].cell[k] == whole) {
                model_cell_name(m, &m->table[t], k, '|', name, sizeof name);
                return err_context(e, "table %s, cell %s is not the sum of its parts",
                                   m->table[t].spec->name, name);
            }
    return s;
}

/* Can every whole be made up of its parts, each within the range that its print alone gives? */
static enum status check_wholes(const struct run *run, const struct audit *a, struct err *e)
{
    const struct model *m = &run->m;
    for (uint32_t r = 0; r < m->nrows; r++) {
        uint32_t whole = m->row_cell[m->row_start[r]];
        double least = 0, most = 0;
        for (uint32_t k = m->row_start[r] + 1; k < m->row_start[r + 1]; k++) {
            uint32_t c = m->row_cell[k];
            least += (double)a->lo[c];
            most += a->hi[c] == AUDIT_NO_LIMIT ? INFINITY : (double)a->hi[c];
        }
        if ((double)a->lo[whole] > most || (double)a->hi[whole] < least)
            return not_a_sum(m, whole, e);
    }
    return ST_OK;
}

static enum status attack_one(struct run *run, struct audit *a, int release, struct err *e)
{
    audit_open(a, &run->m);
    uint8_t *target = mem_zalloc(run->m.ncells, 1);
    bool agree = true;
    for (int k = 0; k < run->nsheets; k++) {
        const struct study_sheet *s = &run->sheet[k];
        const struct model_table *t = &run->m.table[s->table];
        for (size_t i = 0; i < t->ncells && (release < 0 || s->release == release); i++) {
            int64_t lo, hi;
            struct spec rule = run->rule[s->release];
            if (is_beyond(run, s->release))
                rule.base *= 2;
            audit_box(&rule, s->cell_kind[i], s->cell_value[i], run->reach, run->job->knows_rule,
                      &lo, &hi);
            agree &= audit_narrow(a, t->cell[i], lo, hi);
            target[t->cell[i]] |= lo != hi;
        }
    }
    if (run->job->knows_rule)
        agree &= audit_count_codes(a);
    int64_t *point = printed_numbers(run, release);
    enum status s =
        agree ? check_wholes(run, a, e)
              : err_set(e, ST_DATA, "one cell is printed with values that no count explains");
    if (s == ST_OK)
        s = audit_run(a, target, 0, point, run->job->progress, e);
    free(point);
    free(target);
    return s;
}

static void drop_audits(struct run *run)
{
    for (int k = 0; k < run->naudits; k++)
        audit_close(&run->audit[k]);
    run->naudits = 0;
}

static enum status attack_separately(struct run *run, struct err *e)
{
    for (int d = 0; d < run->job->ndirs; d++) {
        run->naudits = d + 1;
        TRY(attack_one(run, &run->audit[d], d, e));
    }
    return ST_OK;
}

/* Together if one set of counts explains everything; else release by release, as revised data. */
static enum status attack(struct run *run, struct err *e)
{
    run->audit = mem_zalloc((size_t)run->job->ndirs + 1, sizeof *run->audit);
    enum status s = ST_DATA;
    for (int relaxed = 0; relaxed < (any_to_widen(run) ? 2 : 1); relaxed++) {
        run->relaxed = relaxed;
        run->together = true;
        run->naudits = 1;
        *e = (struct err){0};
        s = attack_one(run, &run->audit[0], -1, e);
        if (s != ST_DATA)
            return s;
        drop_audits(run);
        if (run->job->ndirs > 1) {
            run->together = false;
            *e = (struct err){0};
            s = attack_separately(run, e);
            if (s != ST_DATA)
                return s;
            drop_audits(run);
        }
    }
    return s;
}

static const struct audit *audit_of(const struct run *run, int release)
{
    return &run->audit[run->together ? 0 : release];
}

/* ---- output ---- */

static const char *release_name(const struct run *run, int release)
{
    const char *path = run->job->dir[release];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/')
        from--;
    return arena_strndup(&((struct run *)(uintptr_t)run)->t.arena, path + from, n - from);
}

static void add_bound(struct buf *b, double v)
{
    buf_addc(b, ',');
    buf_add_double(b, v == 0 ? 0 : v);
}

static void add_whole(struct buf *b, int64_t v)
{
    if (v == AUDIT_NO_LIMIT)
        buf_adds(b, ",Inf");
    else
        buf_addf(b, ",%lld", (long long)v);
}

static void add_cell_name(const struct run *run, const struct study_sheet *s, size_t k,
                          struct buf *b)
{
    char name[4000];
    const struct model_table *t = &run->m.table[s->table];
    buf_add_csv(b, str_of(t->spec->name), false);
    buf_addc(b, ',');
    model_cell_name(&run->m, t, k, '|', name, sizeof name);
    buf_add_csv(b, str_of(name), false);
}

static bool is_exact_print(const struct run *run, const struct study_sheet *s, size_t k)
{
    return s->cell_kind[k] == PRINT_NUMBER && run->rule[s->release].method == METHOD_SUPPRESS;
}

static enum status write_bounds(struct run *run, struct err *e)
{
    struct buf b = BUF_EMPTY;
    buf_adds(&b, "release,table,cell,lo,hi,lo_int,hi_int\n");
    for (int d = 0; d < run->job->ndirs; d++)
        for (int k = 0; k < run->nsheets; k++) {
            const struct study_sheet *s = &run->sheet[k];
            const struct model_table *t = &run->m.table[s->table];
            const struct audit *a = audit_of(run, d);
            for (size_t i = 0; i < t->ncells && s->release == d; i++) {
                if (is_exact_print(run, s, i))
                    continue;
                double lo = a->low[t->cell[i]], hi = a->high[t->cell[i]];
                if (isnan(lo)) /* its box was one number */
                    lo = hi = (double)a->lo[t->cell[i]];
                int64_t lo_int = audit_low_int(lo), hi_int = audit_high_int(hi);
                buf_add_csv(&b, str_of(release_name(run, d)), false);
                buf_addc(&b, ',');
                add_cell_name(run, s, i, &b);
                add_bound(&b, lo);
                add_bound(&b, hi);
                add_whole(&b, lo_int);
                add_whole(&b, hi_int);
                buf_addc(&b, '\n');
                run->cells++;
                run->exact += hi_int <= lo_int;
                run->narrow += hi_int - lo_int < run->found.width;
            }
        }
    enum status s = file_write(run->job->out, buf_str(&b), e);
    buf_free(&b);
    return s;
}

/* What became of each cell that two releases, one after the other, both print: the later count less
 * the earlier one. As the counts of revised data are not tied to each other, the range is that of
 * two separate counts. */
static enum status write_differences(struct run *run, struct err *e)
{
    struct buf b = BUF_EMPTY;
    buf_adds(&b, "from,to,table,cell,lo_int,hi_int\n");
    for (int k = 0; k < run->nsheets; k++)
        for (int j = 0; j < run->nsheets; j++) {
            const struct study_sheet *s = &run->sheet[k], *u = &run->sheet[j];
            const struct model_table *t = &run->m.table[s->table];
            if (s->table != u->table || u->release != s->release + 1)
                continue;
            const struct audit *from = audit_of(run, s->release), *to = audit_of(run, u->release);
            for (size_t i = 0; i < t->ncells; i++) {
                uint32_t c = t->cell[i];
                double lo1 = isnan(from->low[c]) ? (double)from->lo[c] : from->low[c];
                double hi1 = isnan(from->high[c]) ? (double)from->hi[c] : from->high[c];
                double lo2 = isnan(to->low[c]) ? (double)to->lo[c] : to->low[c];
                double hi2 = isnan(to->high[c]) ? (double)to->hi[c] : to->high[c];
                int64_t low = run->together ? 0 : audit_low_int(lo2) - audit_high_int(hi1);
                int64_t high = run->together ? 0 : audit_high_int(hi2) - audit_low_int(lo1);
                buf_add_csv(&b, str_of(release_name(run, s->release)), false);
                buf_addc(&b, ',');
                buf_add_csv(&b, str_of(release_name(run, u->release)), false);
                buf_addc(&b, ',');
                add_cell_name(run, s, i, &b);
                add_whole(&b, low);
                add_whole(&b, high);
                buf_addc(&b, '\n');
            }
        }
    enum status s = file_write(run->job->differences, buf_str(&b), e);
    buf_free(&b);
    return s;
}

static json_t *make_summary(const struct run *run, double started)
{
    uint64_t programs = 0;
    for (int k = 0; k < run->naudits; k++)
        programs += run->audit[k].programs;
    return json_pack("{s:i,s:i,s:I,s:I,s:I,s:I,s:b,s:b,s:b,s:I,s:f,s:s}", "releases",
                     run->job->ndirs, "tables", run->nsheets, "cells", (json_int_t)run->cells,
                     "exact", (json_int_t)run->exact, "narrow", (json_int_t)run->narrow, "width",
                     (json_int_t)run->found.width, "knows_rule", run->job->knows_rule, "together",
                     run->together, "relaxed_rounding", run->relaxed || any_beyond(run), "programs",
                     (json_int_t)programs, "seconds", clock_cpu_seconds() - started, "version",
                     THROUGHLINE_VERSION);
}

static enum status run_job(struct run *run, json_t **summary, struct err *e)
{
    const struct study_attack *job = run->job;
    double started = clock_cpu_seconds();
    TRY(study_tables_open(&run->t, job->spec, e));
    TRY(read_sheets(run, e));
    TRY(read_rules(run, e));
    if (run->found.method == METHOD_CELLKEY) {
        struct cellkey_table table = {0};
        enum status s = study_ptable_read(&run->t, &table, e);
        run->reach = table.reach;
        cellkey_table_free(&table);
        TRY(s);
    }
    TRY(build(run, false, e));
    if (run->m.ncells > run->m.nlisted && wheres_are_complete(run))
        TRY(build(run, true, e));
    TRY(attack(run, e));
    TRY(write_bounds(run, e));
    if (job->differences)
        TRY(write_differences(run, e));
    *summary = make_summary(run, started);
    return ST_OK;
}

enum status study_attack_run(const struct study_attack *job, json_t **summary, struct err *e)
{
    struct run run = {.job = job};
    *summary = NULL;
    enum status s = run_job(&run, summary, e);
    drop_audits(&run);
    free(run.audit);
    for (int k = 0; k < run.nsheets; k++)
        study_sheet_free(&run.sheet[k]);
    free(run.sheet);
    if (run.has_model)
        model_free(&run.m);
    study_tables_free(&run.t);
    return s;
}
