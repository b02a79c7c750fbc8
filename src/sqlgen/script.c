#include "base/embed.h"
#include "linkage/model_json.h"
#include "sqlgen/parts.h"

static const char *const intermediate[] = {"facts",   "known",      "forms",     "keys",
                                           "groups",  "over",       "more_keys", "more_groups",
                                           "members", "candidates", "evidence",  "nearness",
                                           "crossed", "levels",     "weights"};

/* Without a specification the columns are the model's own, and the engine chooses the rules. */
static void spec_of_model(const struct link_model *m, struct link_spec *out)
{
    *out = (struct link_spec){.columns = m->columns, .mode = LINK_DEDUPE};
    for (int k = 0; k < m->columns; k++)
        out->column[k] = (struct link_column){.name = m->column[k].name, .type = m->column[k].type};
}

static enum status set_columns(struct sql *g, struct err *e)
{
    TRY(link_data_layout(g->d, e));
    TRY(link_model_fit(g->request->model, g->d, e));
    bool used = false;
    for (int k = 0; k < g->d->columns; k++) {
        struct column *c = &g->d->column[k];
        c->unused = g->m->column[k].unused || g->d->spec.column[c->from].block_only;
        used |= !c->unused;
    }
    if (!used)
        return err_set(e, ST_DATA, "the model uses no column: there is nothing to compare");
    scorer_new(&g->scorer, g->d, g->m);
    return sql_check_levels(g, e);
}

/* ---- names of the result's columns ---- */

static enum status bad_name(const struct sql *g, struct err *e, const char *name, const char *why)
{
    err_set(e, ST_DATA, "column \"%.60s\" %s in %s", sql_remark((struct sql *)(uintptr_t)g, name),
            why, g->dialect->title);
    return err_hint(e, "Give the column another name in the data and in the specification.");
}

static bool same_name(const struct sql *g, const char *a, const char *b)
{
    return g->dialect->folds_names ? str_eq_nocase_ascii(str_of(a), str_of(b)) : strcmp(a, b) == 0;
}

static enum status check_names(struct sql *g, struct err *e)
{
    static const char *const taken[] = {"id_a", "id_b", "match_weight", "match_probability"};
    for (int k = 0; k < g->d->columns; k++) {
        const char *name = g->d->column[k].name;
        bool twice = false;
        for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
            twice |= same_name(g, name, taken[i]);
        for (int i = 0; i < k; i++)
            twice |= same_name(g, name, g->d->column[i].name);
        if (twice)
            return bad_name(g, e, name, "has the name of another column of the result");
        if (!*name)
            return bad_name(g, e, name, "has no name, which it needs");
        if (g->dialect->name_bytes && strlen(name) > (size_t)g->dialect->name_bytes)
            return bad_name(g, e, name, "has too long a name");
        if (g->dialect->inlined && strstr(name, "${"))
            return bad_name(g, e, name, "has a name that is replaced as a variable");
    }
    return ST_OK;
}

/* ---- the text ---- */

static void add_heading(struct sql *g)
{
    const struct sql_request *r = g->request;
    buf_addf(
        g->out,
        "-- A linkage model of Throughline as SQL for %s.\n"
        "-- Reads throughline_people (made by: throughline link prepare), leaves "
        "throughline_pairs:\n"
        "-- id_a, id_b, match_weight in bits, match_probability, and the level of each comparison\n"
        "-- (0 missing, 1 the same, higher is weaker). Drops the other tables that it makes.\n"
        "-- Trained on %llu records, fingerprint %016llx; frequencies of values: %s.\n",
        g->dialect->title, (unsigned long long)g->m->records, (unsigned long long)g->m->fingerprint,
        r->own_frequencies ? "those of throughline_people" : "those that the model keeps");
    if (g->dialect->inlined)
        buf_adds(g->out,
                 "-- This text was not run on Spark itself: the tests run it on DuckDB, with its "
                 "functions renamed,\n"
                 "-- and find the answers of study link. Compare a sample with study link --pairs "
                 "first.\n");
    for (int k = 0; k < g->d->columns; k++)
        buf_addf(g->out, "-- %d: \"%s\", %s%s\n", k + 1, sql_remark(g, g->d->column[k].name),
                 link_type_name(g->d->column[k].type),
                 g->d->column[k].unused ? " (not compared)" : "");
}

static void add_functions(struct sql *g)
{
    const struct embedded *f = embed_find(g->dialect->functions);
    if (!f)
        BUG("%s is not in the binary", g->dialect->functions);
    if (g->dialect->inlined) {
        g->templates = inline_open(f->bytes);
        return;
    }
    if (g->request->dialect == SQL_POSTGRES)
        buf_adds(g->out, "\nSET standard_conforming_strings = on;\nSET client_encoding = 'UTF8';\n"
                         "SET client_min_messages = warning;\n");
    buf_addc(g->out, '\n');
    buf_add(g->out, f->bytes.p, f->bytes.n);
}

static void add_load(struct sql *g)
{
    const char *path = g->request->prepared;
    if (!path) {
        buf_adds(g->out, "\n-- throughline_people (");
        sql_people_columns(g);
        buf_adds(g->out, ")\n-- must be there; an empty cell is NULL.\n");
        return;
    }
    const char *file = sql_literal(g, str_of(path));
    if (g->request->dialect == SQL_SPARK) {
        buf_adds(g->out, "\nCREATE OR REPLACE TEMPORARY VIEW throughline_people (");
        sql_people_columns(g);
        buf_addf(
            g->out,
            ")\nUSING csv OPTIONS (path %s, header 'true', enforceSchema 'false', multiLine 'true',"
            " quote '\"', escape '\"', mode 'FAILFAST');\n",
            file);
        return;
    }
    buf_adds(g->out,
             "\nDROP TABLE IF EXISTS throughline_people;\nCREATE TABLE throughline_people (");
    sql_people_columns(g);
    if (g->request->dialect == SQL_POSTGRES)
        buf_addf(g->out,
                 ");\n\\copy throughline_people FROM %s WITH (FORMAT csv, HEADER match)\n"
                 "ANALYZE throughline_people;\n",
                 file);
    else
        buf_addf(g->out,
                 ");\nINSERT INTO throughline_people BY NAME\n"
                 "SELECT * FROM read_csv(%s, header = true, all_varchar = true, quote = '\"',"
                 " escape = '\"', delim = ',', max_line_size = 16777216);\n",
                 file);
}

static void add_cleaning(struct sql *g)
{
    buf_addc(g->out, '\n');
    for (size_t k = 0; k < sizeof intermediate / sizeof intermediate[0]; k++)
        buf_addf(g->out, "DROP TABLE IF EXISTS throughline_%s;\n", intermediate[k]);
    for (int i = 0; g->request->own_frequencies && i < g->m->edges; i++)
        buf_addf(g->out, "DROP TABLE IF EXISTS throughline_lift_%d;\n", i + 1);
}

static enum status write_script(struct sql *g, struct err *e)
{
    TRY(set_columns(g, e));
    TRY(check_names(g, e));
    add_heading(g);
    add_functions(g);
    add_load(g);
    sql_facts(g);
    sql_forms(g);
    TRY(sql_blocking(g, e));
    sql_comparison(g);
    sql_final(g);
    add_cleaning(g);
    return ST_OK;
}

enum status sql_script(const struct sql_request *r, struct buf *out, struct err *e)
{
    struct link_spec own;
    if (!r->spec)
        spec_of_model(r->model, &own);
    struct sql g = {.out = out,
                    .memory = ARENA_EMPTY,
                    .dialect = dialect_of(r->dialect),
                    .request = r,
                    .d = link_data_new(r->spec ? r->spec : &own),
                    .m = r->model};
    enum status s = write_script(&g, e);
    if (g.templates)
        inline_close(g.templates);
    link_data_free(g.d);
    arena_free(&g.memory);
    return s;
}
