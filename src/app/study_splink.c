#include "app/study_splink.h"

#include "app/link_spec.h"
#include "base/file.h"
#include "linkage/model_json.h"
#include "linkage/splink_json.h"

static enum status write_document(const json_t *doc, struct outfile *o, const char *path,
                                  struct err *e)
{
    TRY(outfile_open(o, path, e));
    if (json_dumpf(doc, o->to, JSON_INDENT(1) | JSON_REAL_PRECISION(17)) != 0)
        return err_set(e, ST_FAULT, "cannot write %s", path);
    fputc('\n', o->to);
    return ST_OK;
}

/* What was made must be what study link reads: nothing is written that it would refuse. */
static enum status check_spec(json_t *doc, const char *path, struct err *e)
{
    struct link_spec_file spec;
    TRY(link_spec_of(json_incref(doc), path, &spec, e));
    link_spec_free(&spec);
    return ST_OK;
}

static enum status check_model(const json_t *doc, const char *path, struct err *e)
{
    struct link_model *m;
    TRY(link_model_from_json(doc, path, &m, e));
    link_model_free(m);
    return ST_OK;
}

static enum status write_both(const struct study_splink *s, json_t *spec, const json_t *model,
                              struct outfile *o, struct err *e)
{
    TRY(check_spec(spec, s->spec, e));
    if (s->model && !model) {
        err_set(e, ST_DATA, "no level has m_probability and u_probability: there is no model yet");
        err_at(e, s->settings, 0, NULL);
        return err_hint(e, "Leave --model out; study link --model trains one.");
    }
    if (s->model)
        TRY(check_model(model, s->model, e));
    TRY(write_document(spec, &o[0], s->spec, e));
    if (s->model)
        TRY(write_document(model, &o[1], s->model, e));
    TRY(outfile_commit(&o[0], e));
    return s->model ? outfile_commit(&o[1], e) : ST_OK;
}

enum status study_splink_import(const struct study_splink *s, json_t **report, struct err *e)
{
    json_t *settings, *spec, *model;
    struct outfile o[2] = {{0}};
    *report = NULL;
    TRY(json_read_file(s->settings, &settings, e));
    enum status st = splink_import(settings, s->settings, &spec, &model, report, e);
    json_decref(settings);
    if (st != ST_OK)
        return st;
    st = write_both(s, spec, model, o, e);
    for (int k = 0; k < 2; k++)
        if (o[k].to)
            outfile_abort(&o[k]);
    json_decref(spec);
    json_decref(model);
    if (st != ST_OK) {
        json_decref(*report);
        *report = NULL;
    }
    return st;
}

static enum status export_to(const struct study_splink *s, const struct link_spec_file *spec,
                             const struct link_model *m, json_t **report, struct err *e)
{
    struct splink_source source = {.spec = &spec->spec, .id = spec->id, .source = spec->source};
    json_t *settings;
    for (int k = 0; k < spec->spec.columns; k++)
        source.column[k] = spec->parts[k] == 1 ? spec->csv[k][0] : NULL;
    if (splink_export(&source, m, s->approximate, &settings, report, e) != ST_OK)
        return err_at(e, s->spec, 0, NULL);
    enum status st = json_write_file(s->settings, settings, e);
    json_decref(settings);
    return st;
}

enum status study_splink_export(const struct study_splink *s, json_t **report, struct err *e)
{
    struct link_spec_file spec;
    struct link_model *m = NULL;
    *report = NULL;
    TRY(link_spec_read(s->spec, &spec, e));
    enum status st = ST_OK;
    if (s->model) {
        json_t *doc;
        st = json_read_file(s->model, &doc, e);
        if (st == ST_OK) {
            st = link_model_from_json(doc, s->model, &m, e);
            json_decref(doc);
        }
    }
    if (st == ST_OK)
        st = export_to(s, &spec, m, report, e);
    link_model_free(m);
    link_spec_free(&spec);
    return st;
}
