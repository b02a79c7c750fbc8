#include "app/link_compile.h"

#include "app/link_people.h"
#include "base/file.h"
#include "linkage/model_json.h"

/* ---- prepare ---- */

static enum status write_rows(const struct link_data *d, FILE *to, struct err *e)
{
    struct buf b = BUF_EMPTY;
    enum status s = ST_OK;
    sql_prepared_header(d, &b);
    for (uint32_t k = 0; s == ST_OK && k < link_data_records(d); k++) {
        s = sql_prepared_row(d, k, &b, e);
        if (b.n > 1 << 16) {
            fwrite(b.p, 1, b.n, to);
            buf_clear(&b);
        }
    }
    fwrite(b.p, 1, b.n, to);
    buf_free(&b);
    return s;
}

enum status link_prepare(const char *people, const char *spec, const char *out, int threads,
                         uint64_t *records, struct err *e)
{
    struct link_spec_file s;
    struct link_data *d;
    struct outfile o;
    TRY(link_spec_read(spec, &s, e));
    enum status st = link_people_read(people, &s, threads, NULL, &d, e);
    if (st == ST_OK) {
        st = outfile_open(&o, out, e);
        if (st == ST_OK && (st = write_rows(d, o.to, e)) == ST_OK)
            st = outfile_commit(&o, e);
        if (st != ST_OK)
            outfile_abort(&o);
        *records = link_data_records(d);
        link_data_free(d);
    }
    link_spec_free(&s);
    return st;
}

/* ---- compile ---- */

static enum status compile_model(const json_t *model, const struct link_spec *spec,
                                 const struct link_compile *c, struct buf *out, struct err *e)
{
    struct link_model *m;
    TRY(link_model_from_json(model, c->model, &m, e));
    struct sql_request r = {.dialect = c->dialect,
                            .spec = spec,
                            .model = m,
                            .own_frequencies = c->own_frequencies,
                            .least_bits = c->least_bits,
                            .prepared = c->prepared};
    enum status s = sql_script(&r, out, e);
    link_model_free(m);
    if (s != ST_OK && !e->file[0])
        err_at(e, c->model, 0, NULL);
    return s;
}

enum status link_compile_text(const json_t *model, json_t *spec, const struct link_compile *c,
                              struct buf *out, struct err *e)
{
    struct link_spec_file s;
    if (!spec)
        return compile_model(model, NULL, c, out, e);
    TRY(link_spec_of(spec, c->spec, &s, e));
    enum status st = compile_model(model, &s.spec, c, out, e);
    link_spec_free(&s);
    return st;
}

enum status link_compile(const struct link_compile *c, struct err *e)
{
    json_t *model, *spec = NULL;
    struct buf b = BUF_EMPTY;
    TRY(json_read_file(c->model, &model, e));
    enum status s = c->spec ? json_read_file(c->spec, &spec, e) : ST_OK;
    if (s == ST_OK)
        s = link_compile_text(model, spec, c, &b, e);
    if (s == ST_OK)
        s = file_write(c->out, buf_str(&b), e);
    json_decref(model);
    buf_free(&b);
    return s;
}
