/* One batch of a view: one stream per entity, unsealed by all threads. */
#include "base/pool.h"
#include "store/view_private.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { RECORDS_PER_JOB = 64 };

static const char *in_record_id(struct arena *a, const char *person, const char *entity,
                                int instance)
{
    return arena_printf(a, "%s.%s.%d", person, entity, instance);
}

/* "episode.2" as it was imported; anything else is a reference already. */
static const char *whole_reference(struct arena *a, const char *person, const char *text)
{
    const char *dot = strrchr(text, '.');
    if (!dot || !dictionary_entity((struct str){text, (size_t)(dot - text)}))
        return text;
    return arena_printf(a, "%s.%s", person, text);
}

static const char *whole_references(struct arena *a, const char *person, const char *text)
{
    if (!strchr(text, '|'))
        return whole_reference(a, person, text);
    struct buf b = BUF_EMPTY;
    for (const char *p = text;; p++) {
        size_t n = strcspn(p, "|");
        buf_adds(&b, whole_reference(a, person, arena_strndup(a, p, n)));
        p += n;
        if (!*p)
            break;
        buf_addc(&b, '|');
    }
    const char *out = arena_strdup(a, b.p);
    buf_free(&b);
    return out;
}

static const char *number_text(struct arena *a, int64_t v)
{
    char text[24], *p = text + sizeof text;
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
    *--p = '\0';
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        *--p = '-';
    return arena_strdup(a, p);
}

/* A sealed value waits for its key in the record itself: the length before its bytes. */
struct waiting {
    size_t n;
    char bytes[];
};

static const char *copy_cell(struct cursor *c, struct stream *st, size_t k, const char *person,
                             int instance)
{
    int column = (int)k + 2;
    if (st->cells[k] == CELL_PERSON)
        return person;
    if (st->cells[k] == CELL_ROW_ID)
        return in_record_id(&c->batch, person, st->table->entity->name, instance);
    if (db_is_null(st->q, column))
        return NULL;
    if (st->cells[k] == CELL_NUMBER)
        return number_text(&c->batch, db_int(st->q, column));
    struct str v = db_blob(st->q, column);
    if (st->cells[k] == CELL_SEALED) {
        struct waiting *w = arena_alloc(&c->batch, sizeof *w + v.n + 1);
        w->n = v.n;
        memcpy(w->bytes, v.p, v.n);
        return (const char *)w;
    }
    const char *text = arena_strndup(&c->batch, v.p, v.n);
    return st->cells[k] == CELL_REFERENCES ? whole_references(&c->batch, person, text) : text;
}

static void copy_row(struct cursor *c, struct stream *st, struct stored *to)
{
    int instance = (int)db_int(st->q, 1);
    struct record *r = &to->record;
    if (r->count == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 8;
        struct entity_row *rows = arena_array(&c->batch, cap, sizeof *rows);
        if (r->count)
            memcpy(rows, r->rows, r->count * sizeof *rows);
        r->rows = rows;
        r->cap = cap;
    }
    struct entity_row *row = &r->rows[r->count++];
    row->entity = st->table->entity;
    row->instance = instance;
    row->values = arena_array(&c->batch, row->entity->field_count, sizeof *row->values);
    for (size_t k = 0; k < st->n; k++)
        row->values[st->fields[k]->index] = copy_cell(c, st, k, to->person_id, instance);
}

static enum status read_stream(struct cursor *c, struct stream *st, size_t n, struct err *e)
{
    size_t at = 0;
    while (st->live && at < n) {
        int64_t record = db_int(st->q, 0);
        while (at < n && c->rows[at].id < record)
            at++;
        if (at < n && c->rows[at].id == record)
            copy_row(c, st, &c->rows[at]);
        if (at == n)
            break; /* the row belongs to a later batch */
        TRY(db_step(st->q, &st->live, e));
    }
    return ST_OK;
}

static enum status look_up(struct cursor *c, struct stream *st, size_t n, struct err *e)
{
    for (size_t k = 0; k < n; k++) {
        bool row;
        db_bind_int(st->q, 1, c->rows[k].id);
        TRY(db_step(st->q, &row, e));
        while (row) {
            copy_row(c, st, &c->rows[k]);
            TRY(db_step(st->q, &row, e));
        }
    }
    return ST_OK;
}

struct unseal {
    struct cursor *c;
    size_t n;
    atomic_int missing_key;
    _Atomic int64_t bad_record;
};

static void unseal_row(struct unseal *u, int64_t record, struct entity_row *row)
{
    const struct store *s = u->c->s;
    const struct entity_table *t = &s->tables[row->entity->index];
    for (size_t f = 0; f < row->entity->field_count; f++) {
        const struct field *field = &row->entity->fields[f];
        if (!row->values[f] || view_cell_of(field) != CELL_SEALED)
            continue;
        struct waiting *w = (struct waiting *)(uintptr_t)row->values[f];
        enum key_class c = class_of(field);
        struct str sealed = {w->bytes, w->n};
        const unsigned char *key = keyring_key(s->keys, c, seal_key_number(sealed));
        /* libsodium decrypts in place: the text stands where its ciphertext stood. */
        char *text = w->bytes + SEAL_HEADER;
        size_t n = 0;
        if (key && seal_open(key, (struct seal_place){&t->columns[f], record, row->instance},
                             sealed, text, &n)) {
            text[n] = '\0';
            row->values[f] = text;
            continue;
        }
        if (!key)
            atomic_store(&u->missing_key, 1);
        atomic_store(&u->bad_record, record);
    }
}

static void unseal_job(void *ctx, size_t job, int thread)
{
    struct unseal *u = ctx;
    (void)thread;
    size_t end = (job + 1) * RECORDS_PER_JOB < u->n ? (job + 1) * RECORDS_PER_JOB : u->n;
    for (size_t k = job * RECORDS_PER_JOB; k < end; k++) {
        struct stored *r = &u->c->rows[k];
        for (size_t i = 0; i < r->record.count; i++)
            unseal_row(u, r->id, &r->record.rows[i]);
    }
}

/* A rotation beside us makes new keys before it uses them. */
static enum status know_all_keys(struct cursor *c, struct err *e)
{
    int64_t generation;
    TRY(store_mark_get(c->s, "key_generation", 0, &generation, e));
    if (generation == c->s->key_generation)
        return ST_OK;
    TRY(keyring_reload(c->s->keys, e));
    c->s->key_generation = generation;
    return ST_OK;
}

/* References that were sealed are made whole once they can be read. */
static void make_references_whole(struct cursor *c, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < c->rows[k].record.count; i++) {
            struct entity_row *row = &c->rows[k].record.rows[i];
            for (size_t f = 0; f < row->entity->field_count; f++) {
                const struct field *field = &row->entity->fields[f];
                if (row->values[f] && field_is_sealed(field) &&
                    (field->type == FIELD_REF || field->type == FIELD_REFS))
                    row->values[f] =
                        whole_references(&c->batch, c->rows[k].person_id, row->values[f]);
            }
        }
}

/* Streams that are read on keep their own statement open; looking up is many short statements. */
static enum status read_rows(struct cursor *c, size_t n, struct err *e)
{
    bool own = false;
    enum status s = ST_OK;
    if (!c->sequential)
        TRY(db_read_begin(c->db, &own, e));
    for (size_t k = 0; k < c->stream_count && s == ST_OK; k++) {
        struct stream *st = &c->streams[k];
        s = c->sequential ? read_stream(c, st, n, e) : look_up(c, st, n, e);
    }
    db_read_end(c->db, own);
    return s;
}

enum status view_fill_batch(struct cursor *c, size_t n, struct err *e)
{
    TRY(read_rows(c, n, e));
    TRY(know_all_keys(c, e));
    struct unseal u = {.c = c, .n = n};
    pool_run(c->s->threads, (n + RECORDS_PER_JOB - 1) / RECORDS_PER_JOB, unseal_job, &u);
    if (atomic_load(&u.bad_record))
        return tampered("record", atomic_load(&u.bad_record), e);
    make_references_whole(c, n);
    return ST_OK;
}
