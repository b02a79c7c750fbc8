#include "app/live.h"

#include "app/register_link.h"
#include "app/register_model.h"
#include "base/order.h"
#include "linkage/model_json.h"

#include <stdlib.h>

/* ---- references by their plain text ---- */

/* Records that have a text, as lists; `first` and `next` hold positions + 1. */
struct reference_table {
    struct entry {
        uint64_t hash;
        int64_t record;
        uint32_t next;
    } * entry;
    size_t n, cap;
    uint32_t *slot; /* by hash */
    size_t slots;
};

static void table_grow(struct reference_table *t)
{
    t->slots = t->slots ? 2 * t->slots : 1024;
    t->slot = mem_resize(t->slot, t->slots, sizeof *t->slot);
    memset(t->slot, 0, t->slots * sizeof *t->slot);
    for (size_t k = 0; k < t->n; k++) {
        uint32_t *slot = &t->slot[t->entry[k].hash & (t->slots - 1)];
        t->entry[k].next = *slot;
        *slot = (uint32_t)k + 1;
    }
}

static void table_add(struct reference_table *t, const struct quoted *q)
{
    if (t->n >= t->slots)
        table_grow(t);
    uint64_t hash = str_hash(str_of(q->text));
    MEM_GROW(t->entry, t->cap, t->n + 1);
    uint32_t *slot = &t->slot[hash & (t->slots - 1)];
    t->entry[t->n] = (struct entry){hash, q->record, *slot};
    *slot = (uint32_t)++t->n;
}

/* Calls for each record with the text; texts with one 64-bit hash are taken for the same. */
static void table_each(const struct reference_table *t, const char *text,
                       void (*each)(void *ctx, int64_t record), void *ctx)
{
    uint64_t hash = str_hash(str_of(text));
    for (uint32_t k = t->slots ? t->slot[hash & (t->slots - 1)] : 0; k; k = t->entry[k - 1].next)
        if (t->entry[k - 1].hash == hash)
            each(ctx, t->entry[k - 1].record);
}

static void table_free(struct reference_table *t)
{
    free(t->entry);
    free(t->slot);
}

/* ---- building ---- */

struct live {
    struct store *store;
    int threads;
    struct link_index *index;
    struct register_model kept; /* for linking; the index has a model of its own and reads its
                                   frozen part */
    struct reference_table borne, quoted;
    /* what of the register is in it */
    int64_t model, added, returned, highest;
};

static enum status never_linked(struct err *e)
{
    err_set(e, ST_DATA, "the register was never linked, so there is no model to weigh a match by");
    return err_hint(e, "Import records, then run: throughline link --store DIR");
}

static void add_references(struct live *l, const struct link_records *r)
{
    for (size_t k = 0; k < r->borne_count; k++)
        table_add(&l->borne, &r->borne[k]);
    for (size_t k = 0; k < r->quoted_count; k++)
        table_add(&l->quoted, &r->quoted[k]);
}

static enum status read_versions(struct store *s, struct live *out, struct err *e)
{
    TRY(store_link_model_id(s, &out->model, e));
    TRY(store_mark_get(s, STORE_RECORDS_ADDED, 0, &out->added, e));
    return store_mark_get(s, STORE_RECORDS_RETURNED, 0, &out->returned, e);
}

/* The index owns its model; `kept` stays for linking. */
static enum status build_index(struct live *l, struct link_records *r, struct err *e)
{
    struct link_index_options o = {.threshold_bits = LINK_AUTO_BITS, .frozen = l->kept.frozen};
    struct link_model *own;
    json_t *doc = link_model_to_json(l->kept.model);
    enum status s = link_model_from_json(doc, "the register's model", &own, e);
    json_decref(doc);
    if (s == ST_OK)
        s = link_data_finish(r->data, l->threads, e);
    if (s == ST_OK)
        s = link_index_new(r->data, own, &o, &l->index, e);
    if (l->index)
        r->data = NULL; /* the index owns both now */
    else
        link_model_free(own);
    return s;
}

static void forget(struct live *l)
{
    link_index_free(l->index);
    register_model_free(&l->kept);
    table_free(&l->borne);
    table_free(&l->quoted);
    *l = (struct live){.store = l->store, .threads = l->threads};
}

static enum status build(struct live *l, const struct progress *progress, struct err *e)
{
    struct link_records r;
    struct link_wanted everybody = {0};
    forget(l);
    TRY(read_versions(l->store, l,
                      e)); /* before the records: what comes meanwhile is found later */
    TRY(register_model_read(l->store, &l->kept, e));
    if (!l->kept.model)
        return never_linked(e);
    enum status s = link_records_read(l->store, &everybody, &r, progress, e);
    if (s == ST_OK) {
        if (r.count < 2)
            s = never_linked(e);
        else
            s = build_index(l, &r, e);
        add_references(l, &r);
        l->highest = r.count ? r.id[r.count - 1] : 0;
        link_records_free(&r);
    }
    return s;
}

enum status live_open(struct store *s, int threads, const struct progress *progress,
                      struct live **out, struct err *e)
{
    struct live *l = mem_zalloc(1, sizeof *l);
    *l = (struct live){.store = s, .threads = threads};
    *out = NULL;
    enum status st = build(l, progress, e);
    if (st != ST_OK)
        live_free(l);
    else
        *out = l;
    return st;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    forget(l);
    free(l);
}

/* ---- following the register ---- */

static enum status insert(struct live *l, int64_t id, const struct str *cells, struct err *e)
{
    char name[20];
    uint32_t record;
    link_record_name(id, name);
    if (link_index_find(l->index, str_of(name), &record))
        return ST_OK;
    return link_index_insert(l->index, str_of(name), (struct str){"", 0}, cells, &record, e);
}

static enum status insert_each(void *ctx, int64_t id, const struct str *cells, struct err *e)
{
    struct live *l = ctx;
    TRY(insert(l, id, cells, e));
    l->highest = id > l->highest ? id : l->highest;
    return ST_OK;
}

enum status live_refresh(struct live *l, bool *changed, struct err *e)
{
    struct live now = {0};
    TRY(read_versions(l->store, &now, e));
    bool other = !l->index || now.model != l->model || now.returned != l->returned;
    if (changed)
        *changed = other || now.added != l->added;
    if (other)
        return build(l, NULL, e);
    if (now.added == l->added)
        return ST_OK;
    struct link_records r;
    TRY(link_cells_after(l->store, l->highest, insert_each, l, &r, e));
    add_references(l, &r);
    link_records_free(&r);
    l->added = now.added;
    return ST_OK;
}

struct link_index *live_index(struct live *l)
{
    return l->index;
}

int64_t live_record(const struct live *l, uint32_t record)
{
    struct str id = link_index_id(l->index, record);
    int64_t out = 0;
    for (size_t i = 0; i < id.n; i++)
        out = out * 10 + (id.p[i] - '0');
    return out;
}

bool live_find(const struct live *l, int64_t id, uint32_t *record)
{
    char name[20];
    link_record_name(id, name);
    return link_index_find(l->index, str_of(name), record);
}

struct found {
    int64_t *out;
    size_t n, max;
};

static void note_found(void *ctx, int64_t record)
{
    struct found *f = ctx;
    if (f->n < f->max)
        f->out[f->n] = record;
    f->n++;
}

size_t live_borne(const struct live *l, const char *reference, int64_t *out, size_t max)
{
    struct found f = {out, 0, max};
    struct arena memory = ARENA_EMPTY;
    const char *plain = link_plain_reference(&memory, str_of(reference));
    if (*plain)
        table_each(&l->borne, plain, note_found, &f);
    arena_free(&memory);
    if (f.n)
        qsort(out, f.n < max ? f.n : max, sizeof *out, order_int64);
    return f.n;
}

/* ---- storing one referral ---- */

struct partners {
    struct live *live;
    int64_t *id;
    size_t n, cap;
};

static void add_partner(void *ctx, int64_t id)
{
    struct partners *p = ctx;
    MEM_GROW(p->id, p->cap, p->n + 1);
    p->id[p->n++] = id;
}

static void add_candidate(void *ctx, uint32_t record, float bits)
{
    struct partners *p = ctx;
    (void)bits;
    add_partner(ctx, live_record(p->live, record));
}

static enum status find_partners(void *ctx, int64_t id, const struct str *cells, struct err *e)
{
    struct partners *p = ctx;
    (void)e;
    add_partner(p, id);
    link_index_each(p->live->index, cells, (float)LINK_REVIEW_BITS, add_candidate, p);
    return ST_OK;
}

/* Inside the transaction in which the record became visible. */
static enum status link_one(struct live *l, struct store *job, const struct import_row *row,
                            uint64_t *moved, struct err *e)
{
    struct partners p = {.live = l};
    struct link_records r;
    enum status s = link_cells_after(job, row->id - 1, find_partners, &p, &r, e);
    if (s != ST_OK) {
        free(p.id);
        return s;
    }
    for (size_t k = 0; k < r.quoted_count; k++)
        table_each(&l->borne, r.quoted[k].text, add_partner, &p);
    for (size_t k = 0; k < r.borne_count; k++)
        table_each(&l->quoted, r.borne[k].text, add_partner, &p);
    link_records_free(&r);
    s = register_link_one(job, &l->kept, l->threads, row->id, p.id, p.n, moved, e);
    free(p.id);
    return s;
}

static enum status store_one(struct live *l, struct store *job, struct import *import,
                             struct import_row *row, uint64_t *moved, struct err *e)
{
    struct import_totals totals;
    TRY(store_import_rows(import, row, 1, e));
    TRY(store_begin(job, e));
    enum status s = store_import_finish(import, 0, &totals, e);
    if (s == ST_OK && row->outcome != ROW_SAME)
        s = link_one(l, job, row, moved, e);
    if (s == ST_OK)
        return store_commit(job, e);
    store_rollback(job);
    return s;
}

enum status live_add(struct live *l, struct store *job, const struct import_source *source,
                     struct import_row *row, uint64_t *moved, struct err *e)
{
    struct import *import;
    bool again;
    *moved = 0;
    TRY(live_refresh(l, NULL, e)); /* `job` keeps others from adding meanwhile */
    TRY(store_import_begin(job, source, &import, &again, e));
    enum status s = store_one(l, job, import, row, moved, e);
    store_import_free(import);
    return s == ST_OK ? live_refresh(l, NULL, e) : s;
}
