/* Putting records in: hashed and sealed by all threads, written by one; and taking them out. */
#include "base/pool.h"
#include "store/store_private.h"

#include <sodium.h>
#include <stdlib.h>

enum { ROWS_PER_JOB = 64, PERSON_ID_BYTES = 28, CONTENT_BYTES = 16 };

struct prepared {
    char person_id[PERSON_ID_BYTES];
    unsigned char content[CONTENT_BYTES];
    int64_t replaces; /* record that this one supersedes, 0: none */
};

/* One sealed value, in the order of the fields of its row. */
struct sealed_row {
    struct str *values; /* field_count entries; p NULL for fields that are not sealed */
};

struct import {
    struct store *s;
    const char *organisation, *channel; /* kept in the store's memory */
    int64_t id;
    uint16_t keys[3]; /* current numbers of S3, S4, S5 for the organisation */
    int64_t key_generation;
    bool open;
    struct import_totals totals;
    struct prepared *prepared;
    size_t prepared_cap;
    struct sealed_row **sealed; /* per row of the batch, per row of its record */
    size_t sealed_cap;
    struct arena *job_memory; /* one per job of a batch */
    size_t job_memory_count;
    int64_t next_record;
};

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

static enum status delete_rows(struct store *s, int64_t import, struct err *e)
{
    for (size_t k = 0; k < s->table_count; k++)
        TRY(db_do(s->db, e, s->tables[k].delete_import, "i", import));
    return ST_OK;
}

/* What a killed import left. Only a job calls this, and there is one job at a time. */
static enum status sweep(struct store *s, struct err *e)
{
    int64_t left;
    for (;;) {
        TRY(db_get_int(s->db, e, 0, &left, "SELECT min(id) FROM import WHERE state = 'loading'",
                       ""));
        if (left == 0)
            return ST_OK;
        TRY(delete_rows(s, left, e));
        TRY(db_do(s->db, e,
                  "DELETE FROM replacement WHERE new IN (SELECT id FROM record WHERE import = $1)",
                  "i", left));
        TRY(db_do(s->db, e, "UPDATE record SET superseded_by = NULL WHERE import = $1", "i", left));
        TRY(db_do(s->db, e, "DELETE FROM record WHERE import = $1", "i", left));
        TRY(db_do(s->db, e, "DELETE FROM import WHERE id = $1", "i", left));
        TRY(audit_append(s, "import.swept", "", NULL, e, "done: unfinished import %lld",
                         (long long)left));
    }
}

static enum status begin(struct import *i, const struct import_source *src, bool *again,
                         struct err *e)
{
    struct store *s = i->s;
    unsigned char hash[32];
    char at[CLOCK_TEXT_BYTES];
    int64_t organisation, done;
    crypto_hash_sha256(hash, (const unsigned char *)src->bytes.p, src->bytes.n);
    clock_utc(at);
    TRY(sweep(s, e));
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

/* ---- finish ---- */

static enum status drop_import(struct store *s, int64_t id, struct err *e)
{
    return db_do(s->db, e, "DELETE FROM import WHERE id = $1", "i", id);
}

/* A person's decisions about the old version hold for the new one; the machine makes its own anew.
 */
static enum status copy_decisions(struct import *i, struct err *e)
{
    return db_do(
        i->s->db, e,
        "INSERT INTO claim (a, b, status, basis, weight, probability, human, run, actor, at)"
        " SELECT CASE WHEN p.new < x.other THEN p.new ELSE x.other END,"
        " CASE WHEN p.new < x.other THEN x.other ELSE p.new END, x.status, x.basis,"
        " x.weight, x.probability, 1, x.run, x.actor, x.at"
        " FROM replacement p JOIN record n ON n.id = p.new AND n.import = $1 JOIN"
        " (SELECT a AS mine, b AS other, status, basis, weight, probability, run, actor,"
        " at FROM claim WHERE human = 1 UNION ALL SELECT b, a, status, basis, weight,"
        " probability, run, actor, at FROM claim WHERE human = 1) x ON x.mine = p.old"
        " WHERE x.other <> p.new ON CONFLICT (a, b) DO NOTHING",
        "i", i->id);
}

/* The new version takes the old one's place in its line. */
static enum status replace_old(struct import *i, struct err *e)
{
    struct db *db = i->s->db;
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    TRY(copy_decisions(i, e));
    TRY(db_do(db, e,
              "INSERT INTO line_move (record, from_line, to_line, at, actor)"
              " SELECT p.new, p.new, o.line, $2, $3 FROM replacement p"
              " JOIN record o ON o.id = p.old JOIN record n ON n.id = p.new WHERE n.import = $1",
              "itt", i->id, at, i->s->actor.name));
    TRY(db_do(db, e,
              "UPDATE record SET line = (SELECT o.line FROM replacement p JOIN record o"
              " ON o.id = p.old WHERE p.new = record.id) WHERE import = $1 AND active = 2",
              "i", i->id));
    TRY(db_do(db, e,
              "INSERT INTO line_changed (line) SELECT DISTINCT o.line FROM replacement p"
              " JOIN record o ON o.id = p.old WHERE p.new IN"
              " (SELECT id FROM record WHERE import = $1) ON CONFLICT (line) DO NOTHING",
              "i", i->id));
    TRY(db_do(db, e,
              "UPDATE record SET active = 0, superseded_by ="
              " (SELECT p.new FROM replacement p WHERE p.old = record.id)"
              " WHERE id IN (SELECT p.old FROM replacement p JOIN record n ON n.id = p.new"
              " WHERE n.import = $1)",
              "i", i->id));
    TRY(db_do(db, e, "UPDATE record SET active = 1 WHERE import = $1 AND active = 2", "i", i->id));
    return db_do(db, e,
                 "DELETE FROM replacement WHERE new IN (SELECT id FROM record WHERE import = $1)",
                 "i", i->id);
}

static enum status finish(struct import *i, uint64_t rejected, struct err *e)
{
    const struct import_totals *t = &i->totals;
    if (t->added + t->changed == 0)
        TRY(drop_import(i->s, i->id, e));
    else
        TRY(db_do(i->s->db, e,
                  "UPDATE import SET state = 'done', added = $1, changed = $2, rejected = $3"
                  " WHERE id = $4",
                  "iiii", (int64_t)t->added, (int64_t)t->changed, (int64_t)rejected, i->id));
    if (t->changed)
        TRY(replace_old(i, e));
    return audit_append(i->s, "import.finish", "", NULL, e,
                        "done: import %lld, %llu new, %llu changed, %llu same, %llu rejected",
                        (long long)i->id, (unsigned long long)t->added,
                        (unsigned long long)t->changed, (unsigned long long)t->same,
                        (unsigned long long)rejected);
}

enum status store_import_finish(struct import *i, uint64_t rejected, struct import_totals *out,
                                struct err *e)
{
    TRY(store_begin(i->s, e));
    TRY(store_leave(i->s, true, finish(i, rejected, e), e));
    i->open = false;
    i->totals.rejected = rejected;
    *out = i->totals;
    if (i->totals.added + i->totals.changed == 0)
        out->import_id = 0;
    return imports_load(i->s, e);
}

void store_import_free(struct import *i)
{
    if (!i)
        return;
    if (i->open) {
        struct err ignored = {0};
        /* When even this fails (a full disk), the rows stay invisible until the next import. */
        if (store_begin(i->s, &ignored) == ST_OK)
            ignored.status = store_leave(i->s, true, sweep(i->s, &ignored), &ignored);
    }
    for (size_t j = 0; j < i->job_memory_count; j++)
        arena_free(&i->job_memory[j]);
    free(i->job_memory);
    free(i->prepared);
    free(i->sealed);
    free(i);
}

/* ---- list and undo ---- */

enum status store_import_list(struct store *s, struct arena *memory, struct import_info **out,
                              size_t *n, struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    *n = 0;
    TRY(db_get_int(s->db, e, 0, &count, "SELECT count(*) FROM import", ""));
    *out = arena_array(memory, (size_t)count, sizeof **out);
    TRY(db_prepare(s->db,
                   "SELECT i.id, o.code, i.channel, i.file_name, i.at, i.state, i.added, i.changed,"
                   " i.rejected FROM import i JOIN organisation o ON o.id = i.organisation"
                   " WHERE i.state <> 'loading' ORDER BY i.id",
                   &q, e));
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && *n < (size_t)count)
        (*out)[(*n)++] = (struct import_info){.id = db_int(q, 0),
                                              .organisation = arena_strdup(memory, db_text(q, 1)),
                                              .channel = arena_strdup(memory, db_text(q, 2)),
                                              .file_name = arena_strdup(memory, db_text(q, 3)),
                                              .at = arena_strdup(memory, db_text(q, 4)),
                                              .state = arena_strdup(memory, db_text(q, 5)),
                                              .added = (uint64_t)db_int(q, 6),
                                              .changed = (uint64_t)db_int(q, 7),
                                              .rejected = (uint64_t)db_int(q, 8)};
    db_done(q);
    return st;
}

/* Records of the import leave their lines; what was superseded by them returns. */
static enum status undo(struct store *s, int64_t id, uint64_t *records, struct err *e)
{
    int64_t done;
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    TRY(db_get_int(s->db, e, 0, &done,
                   "SELECT count(*) FROM import WHERE id = $1 AND state = 'done'", "i", id));
    if (!done) {
        err_set(e, ST_DATA, "there is no import %lld that can be undone", (long long)id);
        return err_hint(e, "The list of imports shows their numbers and state.");
    }
    TRY(db_do(s->db, e,
              "INSERT INTO line_changed (line) SELECT DISTINCT line FROM record WHERE import = $1"
              " AND active = 1 ON CONFLICT (line) DO NOTHING",
              "i", id));
    TRY(db_do(
        s->db, e,
        "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
        " from_probability, from_human, to_status) SELECT a, b, $2, $3, status, basis, weight,"
        " probability, human, 'WITHDRAWN' FROM claim WHERE status <> 'WITHDRAWN' AND"
        " (a IN (SELECT id FROM record WHERE import = $1)"
        " OR b IN (SELECT id FROM record WHERE import = $1))",
        "itt", id, at, s->actor.name));
    TRY(db_do(s->db, e,
              "UPDATE claim SET status = 'WITHDRAWN' WHERE"
              " a IN (SELECT id FROM record WHERE import = $1)"
              " OR b IN (SELECT id FROM record WHERE import = $1)",
              "i", id));
    /* What an already superseded version of this import had replaced is replaced by the next one.
     */
    TRY(db_do(s->db, e,
              "UPDATE record SET superseded_by ="
              " (SELECT y.superseded_by FROM record y WHERE y.id = record.superseded_by)"
              " WHERE superseded_by IN (SELECT id FROM record WHERE import = $1 AND active = 0"
              " AND superseded_by IS NOT NULL)",
              "i", id));
    TRY(db_do(s->db, e,
              "UPDATE record SET active = 1, superseded_by = NULL WHERE superseded_by IN"
              " (SELECT id FROM record WHERE import = $1 AND active = 1)"
              " AND import <> $1 AND active = 0",
              "i", id));
    TRY(db_do(s->db, e, "UPDATE record SET active = 0 WHERE import = $1 AND active = 1", "i", id));
    *records = (uint64_t)db_changes(s->db);
    TRY(db_do(s->db, e,
              "DELETE FROM token WHERE record IN (SELECT id FROM record WHERE import = $1)", "i",
              id));
    TRY(delete_rows(s, id, e));
    TRY(db_do(s->db, e, "UPDATE import SET state = 'undone' WHERE id = $1", "i", id));
    return audit_append(s, "import.undone", "", NULL, e, "done: import %lld, %llu records",
                        (long long)id, (unsigned long long)*records);
}

enum status store_import_undo(struct store *s, int64_t import_id, uint64_t *records, struct err *e)
{
    bool own;
    *records = 0;
    TRY(store_enter(s, &own, e));
    TRY(store_leave(s, own, undo(s, import_id, records, e), e));
    return imports_load(s, e);
}
