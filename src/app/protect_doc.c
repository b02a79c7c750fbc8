#include "app/protect_parts.h"

#include "base/clock.h"
#include "base/json.h"

#include <unistd.h>

#define WORST_SHOWN 20 /* cells named when the audit fails */

bool protect_is_primary(const struct protect_run *run, uint32_t cell)
{
    return cell < run->m.nlisted && spec_is_primary(&run->t.spec, run->count[cell]);
}

bool protect_is_safe(const struct protect_run *run)
{
    return run->narrow == 0 && run->beside.joint.narrow == 0;
}

/* Which cells a table has, for whoever reads the release later. */
static void add_shape(json_t *doc, const struct spec_table *t)
{
    json_t *dims = json_array(), *where = json_object();
    for (int d = 0; d < t->ndims; d++)
        json_array_append_new(dims, json_string(t->dim[d]));
    for (int w = 0; w < t->nwhere; w++)
        json_object_set_new(where, t->where[w].column, json_string(t->where[w].value));
    json_object_set_new(doc, "dimensions", dims);
    json_object_set_new(doc, "where", where);
}

static json_t *table_summary(const struct protect_run *run, const struct model_table *t,
                             int64_t totals[3])
{
    int64_t primaries = 0, secondaries = 0, cost = 0;
    for (size_t k = 0; k < t->ncells; k++) {
        uint32_t c = t->cell[k];
        int64_t change = run->published[c] - run->count[c];
        primaries += protect_is_primary(run, c);
        if (run->hidden[c] && !protect_is_primary(run, c)) {
            secondaries++;
            cost += run->count[c];
        } else if (!run->hidden[c]) {
            cost += change < 0 ? -change : change;
        }
    }
    totals[0] += (int64_t)t->ncells;
    totals[1] += primaries;
    totals[2] += secondaries;
    json_t *doc = json_pack("{s:s,s:I,s:I,s:I,s:I}", "name", t->spec->name, "cells",
                            (json_int_t)t->ncells, "primaries", (json_int_t)primaries,
                            "secondaries", (json_int_t)secondaries, "cost", (json_int_t)cost);
    add_shape(doc, t->spec);
    return doc;
}

/* The tables in which a narrow cell is printed. */
static void name_tables(const struct protect_run *run, uint32_t cell, struct buf *b)
{
    for (int t = 0; t < run->m.ntables; t++)
        for (size_t k = 0; k < run->m.table[t].ncells; k++)
            if (run->m.table[t].cell[k] == cell) {
                char name[400];
                model_cell_name(&run->m, &run->m.table[t], k, '|', name, sizeof name);
                buf_addf(b, "%s%s: %s", b->n ? "; " : "", run->m.table[t].spec->name, name);
                break;
            }
}

static json_t *audit_summary(const struct protect_run *run, struct buf *first)
{
    const struct spec *spec = &run->t.spec;
    json_t *worst = json_array();
    for (uint32_t c = 0; c < run->m.nlisted && json_array_size(worst) < WORST_SHOWN; c++) {
        if (!protect_is_primary(run, c))
            continue;
        int64_t low = audit_low_int(run->audit.low[c]), high = audit_high_int(run->audit.high[c]);
        if (high - low >= spec->width)
            continue;
        struct buf where = BUF_EMPTY;
        name_tables(run, c, &where);
        if (!first->n)
            buf_add(first, where.p, where.n);
        json_array_append_new(
            worst, json_pack("{s:s,s:I}", "cell", where.p, "width", (json_int_t)(high - low)));
        buf_free(&where);
    }
    json_t *a = json_pack("{s:b,s:I,s:I,s:I,s:I,s:[ss]}", "safe", run->narrow == 0, "narrow",
                          (json_int_t)run->narrow, "exact", (json_int_t)run->exact, "width",
                          (json_int_t)spec->width, "programs", (json_int_t)run->audit.programs,
                          "readers", "counts are not negative", "knows the rule");
    if (json_array_size(worst))
        json_object_set(a, "narrow_cells", worst);
    json_decref(worst);
    return a;
}

static json_t *earlier_summary(const struct protect_run *run)
{
    const struct joint_answer *a = &run->beside.joint;
    json_t *aside = json_array();
    for (int d = 0; d < run->earlier.ndirs; d++)
        if (run->beside.is_off[d])
            json_array_append_new(aside, json_string(run->earlier.dir[d]));
    json_t *doc =
        json_pack("{s:i,s:o,s:b,s:I,s:I,s:I,s:I,s:I}", "releases", run->earlier.ndirs,
                  "of_other_counts", aside, "safe", a->narrow == 0, "cells", (json_int_t)a->cells,
                  "protected", (json_int_t)a->asked, "narrow", (json_int_t)a->narrow, "exact",
                  (json_int_t)a->exact, "programs", (json_int_t)a->programs);
    if (a->narrow)
        json_object_set_new(doc, "first",
                            json_pack("{s:s,s:I,s:I,s:s}", "cell", a->cell, "low",
                                      (json_int_t)a->low, "high", (json_int_t)a->high,
                                      "betrayed_by", a->betrayed));
    return doc;
}

static bool is_written(const struct protect_run *run, const char *table)
{
    for (int t = 0; t < run->m.ntables; t++)
        if (strcmp(run->m.table[t].spec->name, table) == 0)
            return protect_is_safe(run);
    return false;
}

/* Tables that an earlier run left in the directory, and this one neither writes nor audited. */
static json_t *left_there(const struct protect_run *run)
{
    json_t *left = json_array(), *old, *t;
    size_t k;
    struct err none = {0};
    char path[1200];
    snprintf(path, sizeof path, "%s/summary.json", run->job->out);
    if (access(path, F_OK) != 0 || json_read_file(path, &old, &none) != ST_OK)
        return left;
    json_array_foreach(json_object_get(old, "tables"), k, t)
    {
        const char *name = json_string_value(json_object_get(t, "name"));
        if (!name || is_written(run, name) || strchr(name, '/'))
            continue;
        snprintf(path, sizeof path, "%s/%s.csv", run->job->out, name);
        if (access(path, F_OK) == 0)
            json_array_append_new(left, json_string(name));
    }
    json_decref(old);
    return left;
}

json_t *protect_summary(const struct protect_run *run, struct buf *first)
{
    const struct spec *spec = &run->t.spec;
    int64_t totals[3] = {0};
    json_t *tables = json_array();
    for (int t = 0; t < run->m.ntables; t++)
        json_array_append_new(tables, table_summary(run, &run->m.table[t], totals));
    json_t *doc = json_pack(
        "{s:s,s:I,s:I,s:I,s:I,s:b,s:o}", "method", spec_method_name(spec->method), "cells",
        (json_int_t)totals[0], "primaries", (json_int_t)totals[1], "secondaries",
        (json_int_t)totals[2], "cost", (json_int_t)run->cost, "optimal", run->cost == run->bound,
        "bound", run->bound || !run->cost ? json_integer(run->bound) : json_null());
    if (spec->method == METHOD_ROUND) {
        json_object_set_new(doc, "base", json_integer(spec->base));
        json_object_set_new(doc, "relaxed", json_integer(run->relaxed));
        json_object_set_new(doc, "keyed", json_boolean(run->job->key != NULL));
    }
    json_object_set_new(doc, "seconds", json_real(clock_cpu_seconds() - run->started));
    json_object_set_new(doc, "audit", audit_summary(run, first));
    if (run->beside.is_off)
        json_object_set_new(doc, "earlier", earlier_summary(run));
    json_object_set_new(doc, "tables", tables);
    json_t *left = left_there(run);
    if (json_array_size(left))
        json_object_set(doc, "left_by_an_earlier_run", left);
    json_decref(left);
    json_object_set_new(doc, "version", json_string(THROUGHLINE_VERSION));
    return doc;
}
