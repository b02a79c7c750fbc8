#include "store/ledger.h"

#include "store/store_private.h"

#include <sodium.h>
#include <stdio.h>

/* ---- hashes ---- */

struct hashing {
    crypto_generichash_state state;
};

static void hash_begin(struct hashing *h, const char *what)
{
    crypto_generichash_init(&h->state, NULL, 0, sizeof(struct hash32));
    crypto_generichash_update(&h->state, (const unsigned char *)what, strlen(what) + 1);
}

static void hash_int(struct hashing *h, int64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (8 * i));
    crypto_generichash_update(&h->state, bytes, sizeof bytes);
}

static void hash_bytes(struct hashing *h, const void *p, size_t n)
{
    hash_int(h, (int64_t)n);
    crypto_generichash_update(&h->state, p, n);
}

static void hash_text(struct hashing *h, const char *text)
{
    hash_bytes(h, text, strlen(text));
}

static struct hash32 hash_end(struct hashing *h)
{
    struct hash32 out;
    crypto_generichash_final(&h->state, out.b, sizeof out.b);
    return out;
}

struct hash32 ledger_tree(const struct ledger_file *files, size_t n)
{
    struct hashing h;
    hash_begin(&h, "throughline-release-tree-1");
    for (size_t i = 0; i < n; i++) {
        hash_text(&h, files[i].path);
        hash_int(&h, files[i].size);
        hash_bytes(&h, files[i].hash.b, sizeof files[i].hash.b);
    }
    return hash_end(&h);
}

/* What a draft says. True counts are left out: their seal shows tampering, and their hash in the
 * clear would let them be guessed. */
static struct hash32 digest_of(const struct ledger_release *r)
{
    struct hashing h;
    const struct hash32 tree = ledger_tree(r->files, r->file_count);
    const char *const texts[] = {r->kind, r->as_at,  r->data_date, r->data,   r->definitions,
                                 r->code, r->method, r->made_at,   r->made_by};
    hash_begin(&h, "throughline-release-draft-1");
    hash_int(&h, r->id);
    hash_int(&h, r->catalogue);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        hash_text(&h, texts[i]);
    hash_bytes(&h, tree.b, sizeof tree.b);
    hash_bytes(&h, r->tree.b, sizeof r->tree.b);
    for (size_t i = 0; i < r->table_count; i++) {
        hash_text(&h, r->tables[i].name);
        hash_bytes(&h, r->tables[i].body.p, r->tables[i].body.n);
    }
    return hash_end(&h);
}

static struct hash32 seal_of(const struct ledger_release *r, const struct hash32 *before)
{
    struct hashing h;
    hash_begin(&h, "throughline-release-1");
    hash_bytes(&h, r->digest.b, sizeof r->digest.b);
    hash_int(&h, r->number);
    hash_int(&h, r->corrects);
    hash_text(&h, r->reason);
    hash_text(&h, r->audit);
    hash_text(&h, r->published_at);
    hash_text(&h, r->published_by);
    hash_bytes(&h, before->b, sizeof before->b);
    return hash_end(&h);
}

static bool same_hash(const struct hash32 *a, const struct hash32 *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}

static struct hash32 hash_column(struct db_stmt *q, int k)
{
    struct hash32 h = {{0}};
    struct str blob = db_blob(q, k);
    if (blob.n == sizeof h.b)
        memcpy(h.b, blob.p, blob.n);
    return h;
}

/* ---- what the counts rest on ---- */

enum status store_data_mark(struct store *s, char out[40], struct err *e)
{
    int64_t last;
    TRY(db_get_int(s->db, e, 0, &last,
                   "SELECT max(sequence) FROM audit WHERE action IN ('import.finish',"
                   " 'import.undone', 'claims.put', 'claims.withdrawn', 'claim.decided',"
                   " 'claim.undone', 'lines.set', 'findings.put', 'review.answered',"
                   " 'review.undone')",
                   ""));
    snprintf(out, 40, "entry %lld", (long long)last);
    return ST_OK;
}

/* ---- a draft ---- */

static enum status insert_files(struct store *s, const struct ledger_release *r, struct err *e)
{
    for (size_t i = 0; i < r->file_count; i++)
        TRY(db_do(s->db, e,
                  "INSERT INTO publication_file (publication, position, path, size, hash)"
                  " VALUES ($1, $2, $3, $4, $5)",
                  "iitib", r->id, (int64_t)i, r->files[i].path, r->files[i].size,
                  r->files[i].hash.b, sizeof r->files[i].hash.b));
    return ST_OK;
}

static enum status insert_tables(struct store *s, const struct ledger_release *r, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    enum status st = ST_OK;
    int64_t id;
    TRY(db_get_int(s->db, e, 0, &id, "SELECT max(id) FROM publication_table", ""));
    for (size_t i = 0; i < r->table_count && st == ST_OK; i++) {
        struct str sealed;
        arena_rewind(&memory);
        st = note_seal(s, "publication_table", "counts", ++id, r->tables[i].counts, &memory,
                       &sealed, e);
        if (st == ST_OK)
            st = db_do(s->db, e,
                       "INSERT INTO publication_table (id, publication, name, body, counts)"
                       " VALUES ($1, $2, $3, $4, $5)",
                       "iitbb", id, r->id, r->tables[i].name, r->tables[i].body.p,
                       r->tables[i].body.n, sealed.p, sealed.n);
    }
    arena_free(&memory);
    return st;
}

static enum status drop_old_drafts(struct store *s, struct err *e)
{
    int64_t last;
    TRY(db_get_int(s->db, e, 0, &last,
                   "SELECT id FROM publication WHERE number = 0 ORDER BY id DESC LIMIT 1"
                   " OFFSET $1",
                   "i", (int64_t)LEDGER_DRAFTS_KEPT));
    static const char *const parts[] = {
        "DELETE FROM publication_file WHERE publication IN"
        " (SELECT id FROM publication WHERE number = 0 AND id <= $1)",
        "DELETE FROM publication_table WHERE publication IN"
        " (SELECT id FROM publication WHERE number = 0 AND id <= $1)",
        "DELETE FROM publication WHERE number = 0 AND id <= $1"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        TRY(db_do(s->db, e, parts[i], "i", last));
    return ST_OK;
}

static enum status draft(struct store *s, struct ledger_release *r, struct err *e)
{
    char subject[40];
    int64_t last;
    /* An id is never used twice, also when drafts were dropped. */
    TRY(store_mark_get(s, "publications", 0, &last, e));
    r->id = last + 1;
    TRY(store_mark_set(s, "publications", r->id, e));
    r->digest = digest_of(r);
    TRY(db_do(s->db, e,
              "INSERT INTO publication (id, number, kind, as_at, data_date, data, definitions,"
              " code, catalogue, method, audit, made_at, made_by, published_at, published_by,"
              " corrects, reason, tree, digest, seal)"
              " VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', 0, '', $13,"
              " $14, $15)",
              "ittttttitttt"
              "bbb",
              r->id, r->kind, r->as_at, r->data_date, r->data, r->definitions, r->code,
              r->catalogue, r->method, r->audit, r->made_at, r->made_by, r->tree.b,
              sizeof r->tree.b, r->digest.b, sizeof r->digest.b, r->seal.b, sizeof r->seal.b));
    TRY(insert_files(s, r, e));
    TRY(insert_tables(s, r, e));
    TRY(drop_old_drafts(s, e));
    snprintf(subject, sizeof subject, "draft %lld", (long long)r->id);
    return audit_append(s, "release.drafted", subject, &r->digest, e, "done: %s, %zu tables",
                        r->kind, r->table_count);
}

enum status store_ledger_draft(struct store *s, struct ledger_release *r, struct err *e)
{
    bool own;
    static _Thread_local char now[CLOCK_TEXT_BYTES];
    clock_utc(now);
    r->made_at = now;
    r->made_by = s->actor.name;
    r->number = r->corrects = 0;
    r->reason = r->published_at = r->published_by = "";
    r->seal = (struct hash32){{0}};
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, draft(s, r, e), e);
}

/* ---- publishing ---- */

static enum status last_seal(struct store *s, int64_t *number, struct hash32 *seal, struct err *e)
{
    struct db_stmt *q;
    bool row;
    *number = 0;
    *seal = (struct hash32){{0}};
    TRY(db_prepare(s->db, "SELECT number, seal FROM publication ORDER BY number DESC LIMIT 1", &q,
                   e));
    enum status st = db_step(q, &row, e);
    if (st == ST_OK && row && db_int(q, 0) > 0) {
        *number = db_int(q, 0);
        *seal = hash_column(q, 1);
    }
    db_done(q);
    return st;
}

static enum status check_correction(struct store *s, const struct ledger_release *r, struct err *e)
{
    int64_t n;
    if (!r->corrects)
        return ST_OK;
    TRY(db_get_int(
        s->db, e, 0, &n,
        "SELECT count(*) FROM publication WHERE number = $1 AND number > 0 AND kind = $2", "it",
        r->corrects, r->kind));
    if (n)
        return ST_OK;
    err_set(e, ST_DATA, "there is no release %lld of this kind to correct", (long long)r->corrects);
    return err_hint(e, "throughline release list shows the releases.");
}

static enum status publish(struct store *s, struct ledger_release *r, struct err *e)
{
    char subject[40];
    struct hash32 before, digest = digest_of(r);
    if (r->number)
        BUG("a release is published once");
    if (!same_hash(&digest, &r->digest)) {
        err_set(e, ST_DATA, "the draft in the ledger is not what was entered");
        return err_hint(e, "Write the release again. throughline verify-log checks the register.");
    }
    TRY(check_correction(s, r, e));
    TRY(last_seal(s, &r->number, &before, e));
    r->number++;
    r->seal = seal_of(r, &before);
    TRY(db_do(s->db, e,
              "UPDATE publication SET number = $2, audit = $3, published_at = $4,"
              " published_by = $5, corrects = $6, reason = $7, seal = $8"
              " WHERE id = $1 AND number = 0",
              "iitttitb", r->id, r->number, r->audit, r->published_at, r->published_by, r->corrects,
              r->reason, r->seal.b, sizeof r->seal.b));
    if (db_changes(s->db) != 1)
        return err_set(e, ST_DATA, "the draft is no longer in the ledger");
    snprintf(subject, sizeof subject, "release %lld", (long long)r->number);
    if (r->corrects)
        return audit_append(s, "release.published", subject, &r->seal, e,
                            "done: draft %lld, corrects release %lld", (long long)r->id,
                            (long long)r->corrects);
    return audit_append(s, "release.published", subject, &r->seal, e, "done: draft %lld",
                        (long long)r->id);
}

enum status store_ledger_publish(struct store *s, struct ledger_release *r, struct err *e)
{
    bool own;
    static _Thread_local char now[CLOCK_TEXT_BYTES];
    clock_utc(now);
    r->published_at = now;
    r->published_by = s->actor.name;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, publish(s, r, e), e);
}

/* ---- reading ---- */

static const char *text_of(struct db_stmt *q, int k, struct arena *memory)
{
    return arena_strdup(memory, db_text(q, k));
}

static void read_row(struct db_stmt *q, struct ledger_release *r, struct arena *memory)
{
    *r = (struct ledger_release){.id = db_int(q, 0),
                                 .number = db_int(q, 1),
                                 .kind = text_of(q, 2, memory),
                                 .as_at = text_of(q, 3, memory),
                                 .data_date = text_of(q, 4, memory),
                                 .data = text_of(q, 5, memory),
                                 .definitions = text_of(q, 6, memory),
                                 .code = text_of(q, 7, memory),
                                 .catalogue = db_int(q, 8),
                                 .method = text_of(q, 9, memory),
                                 .audit = text_of(q, 10, memory),
                                 .made_at = text_of(q, 11, memory),
                                 .made_by = text_of(q, 12, memory),
                                 .published_at = text_of(q, 13, memory),
                                 .published_by = text_of(q, 14, memory),
                                 .corrects = db_int(q, 15),
                                 .reason = text_of(q, 16, memory),
                                 .tree = hash_column(q, 17),
                                 .digest = hash_column(q, 18),
                                 .seal = hash_column(q, 19)};
}

enum status store_ledger_list(struct store *s, struct arena *memory, struct ledger_release **out,
                              size_t *n, struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    *n = 0;
    TRY(db_get_int(s->db, e, 0, &count, "SELECT count(*) FROM publication", ""));
    *out = arena_array(memory, (size_t)count + 1, sizeof **out);
    TRY(db_prepare(s->db,
                   "SELECT id, number, kind, as_at, data_date, data, definitions, code, catalogue,"
                   " method, audit, made_at, made_by, published_at, published_by, corrects, reason,"
                   " tree, digest, seal FROM publication ORDER BY id",
                   &q, e));
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && *n < (size_t)count)
        read_row(q, &(*out)[(*n)++], memory);
    db_done(q);
    return st;
}

static enum status read_files(struct store *s, struct ledger_release *r, struct arena *memory,
                              struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    r->file_count = 0;
    TRY(db_get_int(s->db, e, 0, &count,
                   "SELECT count(*) FROM publication_file WHERE publication = $1", "i", r->id));
    r->files = arena_array(memory, (size_t)count + 1, sizeof *r->files);
    TRY(db_prepare(s->db,
                   "SELECT path, size, hash FROM publication_file WHERE publication = $1"
                   " ORDER BY position",
                   &q, e));
    db_bind(q, "i", r->id);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && r->file_count < (size_t)count)
        r->files[r->file_count++] =
            (struct ledger_file){text_of(q, 0, memory), db_int(q, 1), hash_column(q, 2)};
    db_done(q);
    return st;
}

static enum status read_tables(struct store *s, struct ledger_release *r, struct arena *memory,
                               struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    r->table_count = 0;
    TRY(db_get_int(s->db, e, 0, &count,
                   "SELECT count(*) FROM publication_table WHERE publication = $1", "i", r->id));
    r->tables = arena_array(memory, (size_t)count + 1, sizeof *r->tables);
    TRY(db_prepare(s->db,
                   "SELECT id, name, body, counts FROM publication_table WHERE publication = $1"
                   " ORDER BY id",
                   &q, e));
    db_bind(q, "i", r->id);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && r->table_count < (size_t)count) {
        struct ledger_table *t = &r->tables[r->table_count++];
        struct str body = db_blob(q, 2);
        t->name = text_of(q, 1, memory);
        t->body = (struct str){arena_strndup(memory, body.p, body.n), body.n};
        st = note_open(s, "publication_table", "counts", db_int(q, 0), db_blob(q, 3), memory,
                       &t->counts, e);
        if (st != ST_OK)
            break;
    }
    db_done(q);
    return st;
}

enum status store_ledger_read(struct store *s, struct ledger_release *r, struct arena *memory,
                              struct err *e)
{
    TRY(read_files(s, r, memory, e));
    return read_tables(s, r, memory, e);
}

/* ---- checking ---- */

/* Does the audit log have this entry with this content? */
static enum status is_logged(struct store *s, const char *action, const char *subject,
                             const struct hash32 *content, bool *out, struct err *e)
{
    int64_t n;
    TRY(db_get_int(s->db, e, 0, &n,
                   "SELECT count(*) FROM audit WHERE action = $1 AND subject = $2 AND content = $3",
                   "ttb", action, subject, content->b, sizeof content->b));
    *out = n == 1;
    return ST_OK;
}

enum status store_ledger_check(struct store *s, const struct ledger_release *r,
                               const struct hash32 *before, char problem[200], struct err *e)
{
    char subject[40];
    bool drafted, published = true;
    struct hash32 digest = digest_of(r), seal = seal_of(r, before);
    snprintf(subject, sizeof subject, "draft %lld", (long long)r->id);
    TRY(is_logged(s, "release.drafted", subject, &r->digest, &drafted, e));
    snprintf(subject, sizeof subject, "release %lld", (long long)r->number);
    if (r->number)
        TRY(is_logged(s, "release.published", subject, &r->seal, &published, e));
    problem[0] = '\0';
    if (!same_hash(&digest, &r->digest))
        snprintf(problem, 200, "its row, files or tables in the ledger were changed");
    else if (r->number && !same_hash(&seal, &r->seal))
        snprintf(problem, 200,
                 "what was noted when it was published, or the release before it, "
                 "was changed");
    else if (!drafted || !published)
        snprintf(problem, 200, "the audit log does not have it as it is here");
    return ST_OK;
}
