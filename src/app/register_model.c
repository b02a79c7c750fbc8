#include "app/register_model.h"

#include "app/link_records.h"
#include "linkage/model.h"
#include "linkage/model_json.h"

#include <stdlib.h>

/* Of the columns that the register compares now, in their order? */
static bool fits_register(const struct link_model *m)
{
    struct link_spec spec = link_records_spec();
    bool fits = m->columns == spec.columns;
    for (int k = 0; fits && k < m->columns; k++)
        fits = m->column[k].type == spec.column[k].type &&
               strcmp(m->column[k].name, spec.column[k].name) == 0;
    return fits;
}

/* A model of other rules of spelling, or of other columns, is no model: a new one is trained. */
static enum status read_both(struct store *s, struct arena *memory, struct register_model *out,
                             struct err *e)
{
    struct link_model_info kept;
    struct err other = {0};
    char *text;
    json_t *doc;
    TRY(store_link_model_get(s, memory, &kept, e));
    TRY(store_text_get(s, LINK_MODEL_TEXT, memory, &text, e));
    if (!kept.id || !text)
        return ST_OK;
    TRY(json_read_str(str_of(text), "the register's model", &doc, e));
    enum status st = link_model_from_json(doc, "the register's model", &out->model, &other);
    json_decref(doc);
    if (st == ST_OK)
        st = link_frozen_read(kept.body, &out->frozen, &other);
    if (st == ST_OK && link_frozen_fits(out->frozen, out->model) && fits_register(out->model)) {
        out->id = kept.id;
        out->records = kept.records;
        return ST_OK;
    }
    register_model_free(out);
    out->outdated = true;
    return st == ST_FAULT ? st : ST_OK;
}

enum status register_model_read(struct store *s, struct register_model *out, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    *out = (struct register_model){0};
    enum status st = read_both(s, &memory, out, e);
    arena_free(&memory);
    return st;
}

enum status register_model_keep(struct store *s, struct register_model *m, struct err *e)
{
    json_t *doc = link_model_to_json(m->model), *one;
    struct buf body = BUF_EMPTY;
    size_t k;
    json_array_foreach(json_object_get(doc, "comparisons"), k, one)
        json_object_del(one, "frequencies");
    char *text = json_dumps(doc, JSON_REAL_PRECISION(17) | JSON_COMPACT);
    enum status st = store_text_set(s, LINK_MODEL_TEXT, text, e);
    if (st == ST_OK) {
        link_frozen_write(m->frozen, &body);
        st = store_link_model_put(s, buf_str(&body), m->records, &m->id, e);
    }
    buf_free(&body);
    free(text);
    json_decref(doc);
    return st;
}

void register_model_free(struct register_model *m)
{
    if (m->model)
        link_model_free(m->model);
    link_frozen_free(m->frozen);
    *m = (struct register_model){0};
}
