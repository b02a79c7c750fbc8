#include "app/study_synthesise.h"

#include "app/study_tables.h"
#include "base/file.h"
#include "base/json.h"
#include "disclosure/synth.h"

#include <sodium.h>
#include <stdlib.h>

/* A column that follows from another by its hierarchy: the ancestor at a level. */
struct derived {
    const char *name;
    int from, level;
};

struct run {
    const struct study_synthesise *job;
    json_t *spec;
    struct study_tables t;
    struct study_records r;
    uint32_t **value; /* leaf numbers of every column */
    uint32_t **leaf;  /* the node of each leaf number */
    uint32_t size[SYNTH_MAX_COLUMNS];
    struct derived *derived;
    int nderived;
    struct synth_output made;
};

/* ---- the spec ---- */

static enum status bad_spec(const struct run *run, struct err *e, const char *what)
{
    err_at(e, run->job->spec, 0, NULL);
    err_set(e, ST_DATA, "%s", what);
    return err_hint(
        e, "{\"columns\": [\"force\", \"sex\"], \"hierarchies\": {\"force\": \"geo.csv\"}, "
           "\"derived\": {\"region\": {\"from\": \"force\", \"level\": 2}}}");
}

/* The columns as the loader of tables knows them: a table of one dimension each. */
static enum status open_columns(struct run *run, struct err *e)
{
    static const char *const keys[] = {"columns", "hierarchies", "derived", NULL};
    TRY(json_read_file(run->job->spec, &run->spec, e));
    if (!json_is_object(run->spec))
        return bad_spec(run, e, "the spec must be a JSON object");
    err_at(e, run->job->spec, 0, NULL);
    TRY(json_only_keys(run->spec, "the spec", keys, e));
    json_t *columns = json_object_get(run->spec, "columns"), *v, *tables = json_array();
    size_t k;
    json_array_foreach(columns, k, v)
    {
        char name[32];
        snprintf(name, sizeof name, "c%zu", k);
        json_array_append_new(tables, json_pack("{s:s,s:[O]}", "name", name, "dimensions", v));
    }
    enum status s = ST_OK;
    size_t n = json_array_size(tables);
    if (n < 2 || n > SYNTH_MAX_COLUMNS)
        s = bad_spec(run, e, "\"columns\" must be a list of 2 to 40 columns");
    json_t *doc = json_pack("{s:O}", "tables", tables);
    if (json_object_get(run->spec, "hierarchies"))
        json_object_set(doc, "hierarchies", json_object_get(run->spec, "hierarchies"));
    if (s == ST_OK)
        s = study_tables_of(&run->t, run->job->spec, doc, e);
    json_decref(doc);
    json_decref(tables);
    if (s == ST_OK && run->t.ncolumns != (int)n)
        s = bad_spec(run, e, "a column is there twice");
    return s;
}

static enum status open_derived(struct run *run, struct err *e)
{
    json_t *derived = json_object_get(run->spec, "derived"), *v;
    const char *name;
    run->derived = mem_zalloc(json_object_size(derived) + 1, sizeof *run->derived);
    json_object_foreach(derived, name, v)
    {
        const char *from = json_string_value(json_object_get(v, "from"));
        json_int_t level = json_integer_value(json_object_get(v, "level"));
        struct derived *d = &run->derived[run->nderived++];
        *d = (struct derived){.name = name, .from = -1, .level = (int)level};
        for (int c = 0; c < run->t.ncolumns && from; c++)
            if (strcmp(run->t.column[c].name, from) == 0)
                d->from = c;
        if (d->from < 0 || level < 1 || level > 64)
            return bad_spec(run, e, "a derived column must name a column and a level");
        for (int c = 0; c < run->t.ncolumns; c++)
            if (strcmp(run->t.column[c].name, name) == 0)
                return bad_spec(run, e, "a derived column has the name of another column");
    }
    return ST_OK;
}

/* ---- records as leaf numbers ---- */

static enum status number_leaves(struct run *run, struct err *e)
{
    size_t columns = (size_t)run->t.ncolumns;
    run->value = mem_zalloc(columns, sizeof *run->value);
    run->leaf = mem_zalloc(columns, sizeof *run->leaf);
    for (size_t c = 0; c < columns; c++) {
        const struct hier *h = run->t.column[c].h;
        uint32_t *number = mem_array(h->n, sizeof *number);
        run->leaf[c] = mem_array(h->n, sizeof *run->leaf[c]);
        run->value[c] = mem_array(run->r.n, sizeof *run->value[c]);
        for (uint32_t v = 0; v < h->n; v++) {
            number[v] = HIER_NONE;
            if (hier_is_leaf(h, v)) {
                number[v] = run->size[c];
                run->leaf[c][run->size[c]++] = v;
            }
        }
        enum status s = ST_OK;
        for (size_t r = 0; r < run->r.n && s == ST_OK; r++) {
            run->value[c][r] = number[run->r.node[c][r]];
            if (run->value[c][r] == HIER_NONE) {
                err_at(e, run->job->micro, run->r.line[r], run->t.column[c].name);
                err_set(e, ST_DATA, "the value is a subtotal of the hierarchy");
                s = err_hint(e, "Give people whose value is not known a code of their own.");
            }
        }
        free(number);
        TRY(s);
    }
    return ST_OK;
}

/* ---- files ---- */

static const char *ancestor_code(const struct hier *h, uint32_t node, int level)
{
    while (h->level[node] > level)
        node = h->parent[node];
    return h->code[node];
}

static enum status write_records(const struct run *run, struct err *e)
{
    struct buf b = BUF_EMPTY;
    for (int c = 0; c < run->t.ncolumns; c++) {
        if (c)
            buf_addc(&b, ',');
        buf_add_csv(&b, str_of(run->t.column[c].name), false);
    }
    for (int k = 0; k < run->nderived; k++) {
        buf_addc(&b, ',');
        buf_add_csv(&b, str_of(run->derived[k].name), false);
    }
    buf_addc(&b, '\n');
    for (size_t r = 0; r < run->made.n; r++) {
        for (int c = 0; c < run->t.ncolumns; c++) {
            if (c)
                buf_addc(&b, ',');
            buf_add_csv(&b, str_of(run->t.column[c].h->code[run->leaf[c][run->made.value[c][r]]]),
                        false);
        }
        for (int k = 0; k < run->nderived; k++) {
            int c = run->derived[k].from;
            buf_addc(&b, ',');
            buf_add_csv(
                &b,
                str_of(ancestor_code(run->t.column[c].h, run->leaf[c][run->made.value[c][r]],
                                     run->derived[k].level)),
                false);
        }
        buf_addc(&b, '\n');
    }
    enum status s = file_write(run->job->out, buf_str(&b), e);
    buf_free(&b);
    return s;
}

static json_t *budget_document(const struct run *run)
{
    const struct synth_budget *b = &run->made.budget;
    json_t *tree = json_array();
    for (int k = 0; k + 1 < run->t.ncolumns; k++)
        json_array_append_new(tree, json_pack("[s,s]", run->t.column[run->made.edge[k][0]].name,
                                              run->t.column[run->made.edge[k][1]].name));
    return json_pack("{s:s,s:f,s:f,s:f,s:s,s:f,s:f,s:f,s:o,s:I,s:b,s:s}", "method",
                     "spanning tree, discrete Gaussian noise, zCDP", "epsilon", b->epsilon, "delta",
                     b->delta, "rho", b->rho, "neighbours", "files that differ by one record",
                     "one_way_noise_variance", (double)b->one_num / (double)b->one_den,
                     "two_way_noise_variance", (double)b->two_num / (double)b->two_den,
                     "choice_epsilon", b->choice_epsilon, "tree", tree, "rows",
                     (json_int_t)run->made.n, "seed_given", run->job->seed != NULL, "version",
                     THROUGHLINE_VERSION);
}

static enum status write_files(struct run *run, const struct synth_input *in, json_t **summary,
                               struct err *e)
{
    char path[1200];
    TRY(write_records(run, e));
    json_t *budget = budget_document(run);
    snprintf(path, sizeof path, "%s.budget.json", run->job->out);
    enum status s = json_write_file(path, budget, e);
    *summary =
        json_pack("{s:s,s:I,s:I,s:f,s:f,s:o}", "warning",
                  "compares with the true records: not covered by the budget, not for "
                  "publication",
                  "true_rows", (json_int_t)run->r.n, "rows", (json_int_t)run->made.n,
                  "one_way_relative_error", synth_error(in, &run->made, 1),
                  "two_way_relative_error", synth_error(in, &run->made, 2), "budget", budget);
    snprintf(path, sizeof path, "%s.quality.json", run->job->out);
    if (s == ST_OK)
        s = json_write_file(path, *summary, e);
    return s;
}

static enum status run_job(struct run *run, json_t **summary, struct err *e)
{
    unsigned char seed[NOISE_SEED_BYTES];
    TRY(open_columns(run, e));
    TRY(open_derived(run, e));
    TRY(study_records_read(&run->t, run->job->micro, &run->r, e));
    TRY(number_leaves(run, e));
    if (run->job->seed)
        crypto_generichash(seed, sizeof seed, (const unsigned char *)run->job->seed,
                           strlen(run->job->seed), NULL, 0);
    else
        randombytes_buf(seed, sizeof seed);
    struct synth_input in = {.n = run->r.n,
                             .ncolumns = run->t.ncolumns,
                             .value = (const uint32_t *const *)run->value,
                             .size = run->size};
    enum status s = synth_make(&in, run->job->epsilon, seed, &run->made, e);
    sodium_memzero(seed, sizeof seed);
    TRY(s);
    return write_files(run, &in, summary, e);
}

enum status study_synthesise_run(const struct study_synthesise *job, json_t **summary,
                                 struct err *e)
{
    struct run run = {.job = job};
    *summary = NULL;
    enum status s = sodium_init() < 0 ? err_set(e, ST_FAULT, "libsodium does not start")
                                      : run_job(&run, summary, e);
    synth_free(&run.made, run.t.ncolumns);
    for (int c = 0; c < run.t.ncolumns; c++) {
        free(run.value ? run.value[c] : NULL);
        free(run.leaf ? run.leaf[c] : NULL);
    }
    free(run.value);
    free(run.leaf);
    free(run.derived);
    study_records_free(&run.r, run.t.ncolumns);
    study_tables_free(&run.t);
    json_decref(run.spec);
    return s;
}
