/* Putting records in: hashed and sealed by all threads, written by one; and taking them out. */
#include "base/pool.h"
#include "store/import_private.h"

#include <sodium.h>
#include <stdlib.h>

enum { ROWS_PER_JOB = 64 };

struct batch {
    struct import *i;
    struct import_row *rows;
    size_t n;
};

/* ---- what all threads do ---- */

/* Crockford's base 32 of 16 bytes after a letter. */
static void write_person_id(const unsigned char id[16], char out[PERSON_ID_BYTES])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint32_t held = 0;
    int bits = 0;
    char *p = out;
    *p++ = 'P';
    for (int i = 0; i < 16; i++) {
        held = held << 8 | id[i];
        for (bits += 8; bits >= 5; bits -= 5)
            *p++ = digits[held >> (bits - 5) & 31];
    }
    *p++ = digits[held << (5 - bits) & 31];
    *p = '\0';
}

/* Appends the length, so that no two contents have one text. */
static void add_piece(struct buf *b, const char *text)
{
    size_t n = strlen(text);
    unsigned char length[4] = {(unsigned char)n, (unsigned char)(n >> 8), (unsigned char)(n >> 16),
                               (unsigned char)(n >> 24)};
    buf_add(b, (const char *)length, sizeof length);
    buf_add(b, text, n);
}

static void hash_content(const struct import *i, const struct record *r, struct buf *b,
                         unsigned char out[CONTENT_BYTES])
{
    buf_clear(b);
    for (size_t k = 0; k < r->count; k++) {
        const struct entity_row *row = &r->rows[k];
        unsigned char instance[2] = {(unsigned char)row->instance,
                                     (unsigned char)(row->instance >> 8)};
        add_piece(b, row->entity->name);
        buf_add(b, (const char *)instance, sizeof instance);
        for (size_t f = 0; f < row->entity->field_count; f++) {
            if (!row->values[f])
                continue;
            add_piece(b, row->entity->fields[f].name);
            add_piece(b, row->values[f]);
        }
    }
    struct str part = buf_str(b);
    keyring_pseudonym(i->s->keys, USE_CONTENT, &part, 1, out);
}

static void hash_job(void *ctx, size_t job, int thread)
{
    struct batch *b = ctx;
    struct buf text = BUF_EMPTY;
    (void)thread;
    size_t end = (job + 1) * ROWS_PER_JOB < b->n ? (job + 1) * ROWS_PER_JOB : b->n;
    for (size_t k = job * ROWS_PER_JOB; k < end; k++) {
        struct import_row *row = &b->rows[k];
        unsigned char id[16];
        struct str parts[3] = {str_of(b->i->organisation), str_of(b->i->channel), row->source_key};
        keyring_pseudonym(b->i->s->keys, USE_PERSON, parts, 3, id);
        write_person_id(id, b->i->prepared[k].person_id);
        hash_content(b->i, &row->record, &text, b->i->prepared[k].content);
    }
    if (text.cap)
        sodium_memzero(text.p, text.cap);
    buf_free(&text);
}

static void seal_row(const struct import *i, const struct entity_row *row, int64_t record,
                     struct nonces *nonces, struct arena *memory, struct sealed_row *out)
{
    const struct entity *en = row->entity;
    const struct entity_table *t = &i->s->tables[en->index];
    out->values = arena_array(memory, en->field_count, sizeof *out->values);
    for (size_t f = 0; f < en->field_count; f++) {
        const char *value = row->values[f];
        if (!value || !field_is_sealed(&en->fields[f]))
            continue;
        enum key_class c = class_of(&en->fields[f]);
        uint16_t number = i->keys[c];
        size_t n = strlen(value);
        unsigned char *p = arena_alloc(memory, seal_size(n));
        seal_value(keyring_key(i->s->keys, c, number), number,
                   (struct seal_place){&t->columns[f], record, row->instance},
                   (struct str){value, n}, nonces, p);
        out->values[f] = (struct str){(const char *)p, seal_size(n)};
    }
}

static void seal_job(void *ctx, size_t job, int thread)
{
    struct batch *b = ctx;
    struct arena *memory = &b->i->job_memory[job];
    struct nonces nonces;
    (void)thread;
    nonces.left = 0;
    size_t end = (job + 1) * ROWS_PER_JOB < b->n ? (job + 1) * ROWS_PER_JOB : b->n;
    for (size_t k = job * ROWS_PER_JOB; k < end; k++) {
        const struct import_row *row = &b->rows[k];
        if (row->outcome == ROW_SAME)
            continue;
        b->i->sealed[k] = arena_array(memory, row->record.count, sizeof **b->i->sealed);
        for (size_t r = 0; r < row->record.count; r++)
            seal_row(b->i, &row->record.rows[r], row->id, &nonces, memory, &b->i->sealed[k][r]);
    }
}

/* ---- begin ---- */

static bool code_is_good(const char *code)
{
    size_t n = strlen(code);
    for (size_t i = 0; i < n; i++) {
        char c = code[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (i && (c == '-' || c == '_' || c == '.' || c == ' '))))
            return false;
    }
    return n > 0 && n <= 60;
}

static enum status organisation_id(struct store *s, const char *code, int64_t *id, struct err *e)
{
    if (!code_is_good(code)) {
        err_set(e, ST_DATA, "the organisation's code is not usable");
        return err_hint(e, "Use 1 to 60 letters, digits, spaces and - _ . after the first.");
    }
    TRY(db_do(s->db, e, "INSERT INTO organisation (code) VALUES ($1) ON CONFLICT (code) DO NOTHING",
              "t", code));
    return db_get_int(s->db, e, 0, id, "SELECT id FROM organisation WHERE code = $1", "t", code);
}

static enum status begin(struct import *i, const struct import_source *src, bool *again,
                         struct err *e)
{
    struct store *s = i->s;
    unsigned char hash[32];
    char at[CLOCK_TEXT_BYTES];
    int64_t organisation = 0, done;
    crypto_hash_sha256(hash, (const unsigned char *)src->bytes.p, src->bytes.n);
    clock_utc(at);
    TRY(import_sweep(s, e));
    TRY(organisation_id(s, src->organisation, &organisation, e));
    TRY(db_get_int(s->db, e, 0, &done,
                   "SELECT count(*) FROM import WHERE organisation = $1 AND channel = $2"
                   " AND file_hash = $3 AND state = 'done'",
                   "itb", organisation, src->channel, hash, sizeof hash));
    *again = done > 0;
    TRY(db_do(s->db, e,
              "INSERT INTO import (organisation, channel, file_name, file_hash, at, state, added,"
              " changed, rejected) VALUES ($1, $2, $3, $4, $5, 'loading', 0, 0, 0)",
              "ittbt", organisation, src->channel, src->file_name, hash, sizeof hash, at));
    TRY(db_get_int(s->db, e, 0, &i->id, "SELECT max(id) FROM import", ""));
    i->totals.import_id = i->id;
    for (int c = CLASS_S3; c <= CLASS_S5; c++)
        TRY(keyring_current(s->keys, (enum key_class)c, src->organisation, &i->keys[c], e));
    i->key_generation = s->key_generation;
    struct hash32 content;
    memcpy(content.b, hash, sizeof content.b);
    return audit_append(s, "import.begin", "", &content, e, "begun: import %lld, %s from %s",
                        (long long)i->id, src->channel, src->organisation);
}

enum status store_import_begin(struct store *s, const struct import_source *source,
                               struct import **out, bool *again, struct err *e)
{
    *out = NULL;
    if (s->mode == STORE_SHARED)
        BUG("an import needs the store opened as a job");
    for (int c = CLASS_S3; c <= CLASS_PSEUDONYM; c++)
        if (c != CLASS_INDEX)
            TRY(needs_key(s, (enum key_class)c, e));
    struct import *i = mem_zalloc(1, sizeof *i);
    i->s = s;
    i->organisation = arena_strdup(&s->memory, source->organisation);
    i->channel = arena_strdup(&s->memory, source->channel);
    enum status st = store_begin(s, e);
    if (st == ST_OK)
        st = store_leave(s, true, begin(i, source, again, e), e);
    if (st == ST_OK)
        st = imports_load(s, e);
    if (st != ST_OK) {
        free(i);
        return st;
    }
    i->open = true;
    *out = i;
    return ST_OK;
}

/* ---- one group of rows ---- */

struct group_statements {
    struct db_stmt *find, *record, *replace, *retire;
};

/* Same content as any version that was ever sent: nothing new. Otherwise the newest one stands to
 * be replaced. */
static enum status look_up(struct import *i, struct db_stmt *find, struct import_row *row,
                           struct prepared *p, struct err *e)
{
    bool more;
    enum status st;
    row->outcome = ROW_NEW;
    db_bind_text(find, 1, p->person_id);
    while ((st = db_step(find, &more, e)) == ST_OK && more) {
        int64_t import = db_int(find, 3), active = db_int(find, 2);
        struct str content = db_blob(find, 1);
        if (import != i->id && !i->s->imports[import].visible)
            continue;
        if (content.n == CONTENT_BYTES && memcmp(content.p, p->content, CONTENT_BYTES) == 0) {
            row->outcome = ROW_SAME;
            row->id = db_int(find, 0);
            db_reset(find);
            return ST_OK;
        }
        if (active && row->outcome == ROW_NEW) { /* newest first */
            row->outcome = ROW_CHANGED;
            p->replaces = db_int(find, 0);
        }
    }
    return st;
}

static enum status add_record(struct import *i, const struct group_statements *g,
                              struct import_row *row, struct prepared *p, struct err *e)
{
    bool more;
    int64_t id = i->next_record++, waits = row->outcome == ROW_CHANGED ? 2 : 1, old_active;
    row->id = id;
    db_bind(g->record, "itibii", id, p->person_id, i->id, p->content, (size_t)CONTENT_BYTES, id,
            waits);
    TRY(db_run(g->record, e));
    if (row->outcome != ROW_CHANGED)
        return ST_OK;
    /* A version that itself waits (the same key twice in one file) gives way now, and its
     * successor takes over what it was to replace. */
    db_bind(g->retire, "i", p->replaces);
    TRY(db_step(g->retire, &more, e));
    old_active = more ? db_int(g->retire, 0) : 0;
    db_reset(g->retire);
    if (old_active == 2) {
        TRY(db_do(i->s->db, e, "UPDATE record SET active = 0, superseded_by = $1 WHERE id = $2",
                  "ii", id, p->replaces));
        return db_do(i->s->db, e, "UPDATE replacement SET new = $1 WHERE new = $2", "ii", id,
                     p->replaces);
    }
    db_bind(g->replace, "ii", id, p->replaces);
    return db_run(g->replace, e);
}

static enum status bind_value(struct db_stmt *q, int k, const struct field *f, const char *value,
                              struct str sealed, struct err *e)
{
    int64_t number;
    if (!value) {
        db_bind_null(q, k);
    } else if (sealed.p) {
        db_bind_blob(q, k, sealed.p, sealed.n);
    } else if (f->type != FIELD_INT) {
        db_bind_text(q, k, value);
    } else if (str_to_int64(str_of(value), &number)) {
        db_bind_int(q, k, number);
    } else {
        err_set(e, ST_DATA, "a whole number was expected");
        return err_at(e, NULL, 0, f->name);
    }
    return ST_OK;
}

/* A row to insert: row `r` of record `k` of the batch. */
struct row_ref {
    uint32_t k, r;
};

static enum status insert_entity_rows(const struct batch *b, const struct row_ref *refs, size_t n,
                                      struct db_stmt *q, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct import_row *row = &b->rows[refs[i].k];
        const struct entity_row *er = &row->record.rows[refs[i].r];
        const struct sealed_row *sealed = &b->i->sealed[refs[i].k][refs[i].r];
        db_bind_int(q, 1, row->id);
        db_bind_int(q, 2, er->instance);
        for (size_t f = 0; f < er->entity->field_count; f++)
            TRY(bind_value(q, (int)f + 3, &er->entity->fields[f], er->values[f], sealed->values[f],
                           e));
        TRY(db_run(q, e));
    }
    return ST_OK;
}

/* The rows in the order of their entities; start[t] is where those of entity t begin. */
static struct row_ref *sort_rows(const struct batch *b, size_t *start, size_t tables)
{
    memset(start, 0, (tables + 1) * sizeof *start);
    for (size_t k = 0; k < b->n; k++)
        for (size_t r = 0; b->rows[k].outcome != ROW_SAME && r < b->rows[k].record.count; r++)
            start[b->rows[k].record.rows[r].entity->index + 1]++;
    for (size_t t = 0; t < tables; t++)
        start[t + 1] += start[t];
    struct row_ref *refs = mem_array(start[tables], sizeof *refs);
    size_t *next = mem_array(tables, sizeof *next);
    memcpy(next, start, tables * sizeof *next);
    for (size_t k = 0; k < b->n; k++)
        for (size_t r = 0; b->rows[k].outcome != ROW_SAME && r < b->rows[k].record.count; r++)
            refs[next[b->rows[k].record.rows[r].entity->index]++] =
                (struct row_ref){(uint32_t)k, (uint32_t)r};
    free(next);
    return refs;
}

/* Entity by entity, so that each table is appended to in one go. */
static enum status insert_rows(const struct batch *b, struct err *e)
{
    struct store *s = b->i->s;
    size_t *start = mem_array(s->table_count + 1, sizeof *start);
    struct row_ref *refs = sort_rows(b, start, s->table_count);
    enum status st = ST_OK;
    for (size_t t = 0; t < s->table_count && st == ST_OK; t++) {
        struct db_stmt *q;
        if (start[t + 1] == start[t])
            continue;
        st = db_prepare(s->db, s->tables[t].insert, &q, e);
        if (st == ST_OK)
            st = insert_entity_rows(b, refs + start[t], start[t + 1] - start[t], q, e);
        db_done(q);
    }
    free(refs);
    free(start);
    return st;
}

static enum status add_records(struct batch *b, const struct group_statements *g, struct err *e)
{
    struct import *i = b->i;
    TRY(db_get_int(i->s->db, e, 0, &i->next_record, "SELECT max(id) FROM record", ""));
    i->next_record++;
    for (size_t k = 0; k < b->n; k++) {
        struct prepared *p = &i->prepared[k];
        p->replaces = 0;
        TRY(look_up(i, g->find, &b->rows[k], p, e));
        if (b->rows[k].outcome != ROW_SAME)
            TRY(add_record(i, g, &b->rows[k], p, e));
    }
    return ST_OK;
}

static enum status add_records_prepared(struct batch *b, struct err *e)
{
    struct group_statements g = {0};
    struct db *db = b->i->s->db;
    enum status st = db_prepare(db,
                                "SELECT id, content, active, import FROM record"
                                " WHERE person_id = $1 ORDER BY active > 0 DESC, id DESC",
                                &g.find, e);
    if (st == ST_OK)
        st = db_prepare(db,
                        "INSERT INTO record (id, person_id, import, content, line, active)"
                        " VALUES ($1, $2, $3, $4, $5, $6)",
                        &g.record, e);
    if (st == ST_OK)
        st = db_prepare(db, "INSERT INTO replacement (new, old) VALUES ($1, $2)", &g.replace, e);
    if (st == ST_OK)
        st = db_prepare(db, "SELECT active FROM record WHERE id = $1", &g.retire, e);
    if (st == ST_OK)
        st = add_records(b, &g, e);
    db_done(g.find);
    db_done(g.record);
    db_done(g.replace);
    db_done(g.retire);
    return st;
}

static enum status follow_rotation(struct import *i, struct err *e)
{
    if (i->key_generation == i->s->key_generation)
        return ST_OK;
    for (int c = CLASS_S3; c <= CLASS_S5; c++)
        TRY(keyring_current(i->s->keys, (enum key_class)c, i->organisation, &i->keys[c], e));
    i->key_generation = i->s->key_generation;
    return ST_OK;
}

static enum status write_group(struct batch *b, struct err *e)
{
    struct import *i = b->i;
    struct content_hash h;
    uint64_t counts[3] = {0};
    TRY(follow_rotation(i, e));
    TRY(add_records_prepared(b, e));
    size_t jobs = (b->n + ROWS_PER_JOB - 1) / ROWS_PER_JOB;
    pool_run(i->s->threads, jobs, seal_job, b);
    TRY(insert_rows(b, e));
    content_begin(&h);
    for (size_t k = 0; k < b->n; k++) {
        counts[b->rows[k].outcome]++;
        if (b->rows[k].outcome == ROW_SAME)
            continue;
        content_add_text(&h, i->prepared[k].person_id);
        content_add(&h, i->prepared[k].content, CONTENT_BYTES);
    }
    i->totals.added += counts[ROW_NEW];
    i->totals.same += counts[ROW_SAME];
    i->totals.changed += counts[ROW_CHANGED];
    struct hash32 content = content_end(&h);
    if (counts[ROW_NEW] + counts[ROW_CHANGED] == 0)
        return ST_OK;
    return audit_append(i->s, "import.rows", "", &content, e,
                        "done: import %lld, %llu new, %llu changed", (long long)i->id,
                        (unsigned long long)counts[ROW_NEW],
                        (unsigned long long)counts[ROW_CHANGED]);
}

static void make_room(struct import *i, size_t n)
{
    size_t jobs = (n + ROWS_PER_JOB - 1) / ROWS_PER_JOB;
    MEM_GROW(i->prepared, i->prepared_cap, n);
    MEM_GROW(i->sealed, i->sealed_cap, n);
    if (jobs > i->job_memory_count) {
        i->job_memory = mem_resize(i->job_memory, jobs, sizeof *i->job_memory);
        for (size_t j = i->job_memory_count; j < jobs; j++)
            i->job_memory[j] = ARENA_EMPTY;
        i->job_memory_count = jobs;
    }
    for (size_t j = 0; j < jobs; j++)
        arena_rewind(&i->job_memory[j]);
}

enum status store_import_rows(struct import *i, struct import_row *rows, size_t n, struct err *e)
{
    struct batch b = {i, rows, n};
    struct import_totals before = i->totals;
    if (!i->open)
        BUG("rows for an import that is over");
    if (n == 0)
        return ST_OK;
    make_room(i, n);
    pool_run(i->s->threads, (n + ROWS_PER_JOB - 1) / ROWS_PER_JOB, hash_job, &b);
    TRY(store_begin(i->s, e));
    enum status st = store_leave(i->s, true, write_group(&b, e), e);
    if (st != ST_OK)
        i->totals = before;
    return st;
}
