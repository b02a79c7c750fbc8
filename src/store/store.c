/* Making, opening and closing a register; transactions; settings. */
#include "store/store_private.h"

#include "base/file.h"
#include "base/pool.h"
#include "store/admin.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- locks ---- */

static enum status locked(int fd, struct err *e)
{
    char holder[100] = "";
    ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
    holder[n > 0 ? n : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    err_set(e, ST_DATA, "the store is locked: another process is at work on it%s%s%s",
            holder[0] ? " (" : "", holder, holder[0] ? ")" : "");
    return err_hint(e, "Nothing was changed. Wait until it has ended, and try again.");
}

static enum status take_lock(const struct store *s, const char *name, bool exclusive, int wait_ms,
                             int *out, struct err *e)
{
    char path[PATH_MAX + 20];
    snprintf(path, sizeof path, "%s/%s", s->dir, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        err_errno(e, errno, "the store %s cannot be written", s->dir);
        err_hint(e, "Nothing was changed. Even reading a person writes an audit entry: the "
                    "directory must be writable.");
        return e->status = ST_DATA;
    }
    *out = fd;
    enum { PAUSE_MS = 20 };
    int waited = 0;
    while (flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
        if (waited >= wait_ms)
            return locked(fd, e);
        usleep(PAUSE_MS * 1000);
        waited += PAUSE_MS;
    }
    if (exclusive && ftruncate(fd, 0) == 0)
        dprintf(fd, "process %ld, %s\n", (long)getpid(), s->actor.purpose);
    return ST_OK;
}

static enum status take_locks(struct store *s, int wait_ms, struct err *e)
{
    TRY(take_lock(s, "lock", s->mode == STORE_EXCLUSIVE, wait_ms, &s->lock, e));
    if (s->mode == STORE_SHARED)
        return ST_OK;
    return take_lock(s, "job.lock", true, wait_ms, &s->job_lock, e);
}

/* ---- open ---- */

static enum status read_identity(struct store *s, struct err *e)
{
    struct db_stmt *q;
    bool row;
    TRY(db_prepare(s->db, "SELECT text FROM setting WHERE name = 'store'", &q, e));
    enum status st = db_step(q, &row, e);
    if (st == ST_OK && row)
        snprintf(s->id, sizeof s->id, "%s", db_text(q, 0));
    db_done(q);
    TRY(st);
    if (strlen(s->id) != 32)
        return err_set(e, ST_DATA, "%s/store.db is not a register", s->dir);
    return ST_OK;
}

enum status imports_load(struct store *s, struct err *e)
{
    struct db_stmt *q;
    bool row;
    TRY(db_prepare(s->db,
                   "SELECT i.id, o.code, i.channel, i.state FROM import i"
                   " JOIN organisation o ON o.id = i.organisation ORDER BY i.id",
                   &q, e));
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        size_t id = (size_t)db_int(q, 0), old = s->import_cap;
        MEM_GROW(s->imports, s->import_cap, id + 1);
        if (s->import_cap > old)
            memset(s->imports + old, 0, (s->import_cap - old) * sizeof *s->imports);
        struct import_name *i = &s->imports[id];
        /* A number that an import without rows gave back may come again for another sender. */
        if (!i->organisation || strcmp(i->organisation, db_text(q, 1)) != 0 ||
            strcmp(i->channel, db_text(q, 2)) != 0) {
            i->organisation = arena_strdup(&s->memory, db_text(q, 1));
            i->channel = arena_strdup(&s->memory, db_text(q, 2));
        }
        i->visible = strcmp(db_text(q, 3), "done") == 0;
        if (s->import_count < id + 1)
            s->import_count = id + 1;
    }
    db_done(q);
    return st;
}

static enum status open_parts(struct store *s, const struct store_options *o, struct err *e)
{
    char path[PATH_MAX + 20];
    unsigned char id[16];
    int changed;
    struct stat info;
    snprintf(path, sizeof path, "%s/store.db", s->dir);
    if (stat(path, &info) != 0) {
        err_set(e, ST_DATA, "there is no register in %s", s->dir);
        return err_hint(e, "Make one with: throughline init %s", s->dir);
    }
    TRY(take_locks(s, o->wait_ms, e));
    TRY(db_open(path, DB_WRITE, &s->db, e));
    TRY(read_identity(s, e));
    if (!hex_read(str_of(s->id), id, sizeof id))
        return err_set(e, ST_DATA, "%s/store.db is not a register", s->dir);
    TRY(keyring_open(s->dir, id, s->classes, o->key_file, &s->keys, e));
    TRY(schema_migrate(s->db, dictionary(), &changed, e));
    TRY(store_mark_get(s, "key_generation", 0, &s->key_generation, e));
    entity_tables_make(s);
    return imports_load(s, e);
}

enum status store_open(const struct store_options *o, struct store **out, struct err *e)
{
    *out = NULL;
    struct store *s = mem_zalloc(1, sizeof *s);
    s->mode = o->mode;
    s->classes = o->keys;
    s->actor = o->actor;
    s->threads = o->threads > 0 ? o->threads : pool_cpus();
    s->lock = s->job_lock = -1;
    enum status st = ST_OK;
    if ((size_t)snprintf(s->dir, sizeof s->dir, "%s", o->dir) >= sizeof s->dir - 40)
        st = err_set(e, ST_USAGE, "the path of the store is too long");
    if (st == ST_OK)
        st = open_parts(s, o, e);
    if (st != ST_OK)
        store_close(s);
    else
        *out = s;
    return st;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_rollback(s);
    if (s->db && s->appended) {
        struct err ignored = {0};
        if (audit_write_anchor(s, &ignored) != ST_OK) /* the anchor before stays, and is true */
            ignored.status = ST_OK;
    }
    db_close(s->reader);
    db_close(s->db);
    keyring_close(s->keys);
    if (s->job_lock >= 0)
        close(s->job_lock);
    if (s->lock >= 0)
        close(s->lock);
    free(s->imports);
    arena_free(&s->memory);
    free(s);
}

/* ---- create ---- */

static enum status create_database(const char *dir, const unsigned char id[16], struct err *e)
{
    char path[PATH_MAX + 40], hex[33];
    struct db *db;
    int changed;
    snprintf(path, sizeof path, "%s/store.db", dir);
    hex_write(id, 16, hex);
    mode_t old = umask(077);
    enum status s = db_open(path, DB_CREATE, &db, e);
    umask(old);
    if (s != ST_OK)
        return s;
    s = schema_migrate(db, dictionary(), &changed, e);
    if (s == ST_OK)
        s = db_do(db, e, "INSERT INTO setting (name, text) VALUES ('store', $1)", "t", hex);
    if (s == ST_OK)
        s = db_do(db, e, "INSERT INTO setting (name, number) VALUES ('token_bits', 16)", "");
    db_checkpoint(db);
    db_close(db);
    return s;
}

static void remove_tree(const char *dir)
{
    static const char *const files[] = {"store.db",
                                        "store.db-wal",
                                        "store.db-shm",
                                        "keys/ring.json",
                                        "keys/S3.json",
                                        "keys/S4.json",
                                        "keys/S5.json",
                                        "keys/index.json",
                                        "keys/pseudonym.json",
                                        "keys/audit.json",
                                        "keys/master.key",
                                        "keys.lock",
                                        "lock",
                                        "job.lock"};
    char path[PATH_MAX + 60];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/keys", dir);
    rmdir(path);
    snprintf(path, sizeof path, "%s/outbox", dir);
    rmdir(path);
    rmdir(dir);
}

enum status store_create(const char *dir, const char *passphrase, struct err *e)
{
    char parent[PATH_MAX], temp[PATH_MAX + 20], outbox[PATH_MAX + 40];
    unsigned char id[16];
    TRY(crypto_start(e));
    if ((size_t)snprintf(parent, sizeof parent, "%s", dir) >= sizeof parent - 60 || !*dir)
        return err_set(e, ST_USAGE, "the path of the register is empty or too long");
    while (strlen(parent) > 1 && parent[strlen(parent) - 1] == '/')
        parent[strlen(parent) - 1] = '\0';
    snprintf(temp, sizeof temp, "%s.%ld.partial", parent, (long)getpid());
    if (rmdir(parent) != 0 && errno != ENOENT) {
        err_set(e, ST_DATA, "%s exists and is not an empty directory", dir);
        return err_hint(e, "Nothing was changed. Choose another directory for the register.");
    }
    randombytes_buf(id, sizeof id);
    enum status s = dir_make(temp, e);
    snprintf(outbox, sizeof outbox, "%s/outbox", temp);
    if (s == ST_OK)
        s = dir_make(outbox, e);
    if (s == ST_OK)
        s = keyring_create(temp, id, passphrase, e);
    if (s == ST_OK)
        s = create_database(temp, id, e);
    if (s == ST_OK && rename(temp, parent) != 0) {
        err_errno(e, errno, "cannot make the register in %s", dir);
        s = e->status = ST_DATA;
    }
    if (s != ST_OK)
        remove_tree(temp);
    return s;
}

/* ---- transactions ---- */

static enum status follow_keys(struct store *s, struct err *e)
{
    int64_t generation;
    TRY(store_mark_get(s, "key_generation", 0, &generation, e));
    if (generation == s->key_generation)
        return ST_OK;
    TRY(keyring_reload(s->keys, e));
    s->key_generation = generation;
    return ST_OK;
}

enum status store_begin(struct store *s, struct err *e)
{
    if (s->in_transaction)
        BUG("a transaction inside a transaction");
    TRY(db_begin(s->db, e));
    s->in_transaction = true;
    /* Values are sealed with the keys that are current now: rotation changes them in a transaction
     * of its own, so none sealed with older keys can come after it. */
    enum status st = follow_keys(s, e);
    if (st != ST_OK)
        store_rollback(s);
    return st;
}

enum status store_commit(struct store *s, struct err *e)
{
    enum status st = db_commit(s->db, e);
    if (st != ST_OK)
        store_rollback(s);
    s->in_transaction = false;
    return st;
}

void store_rollback(struct store *s)
{
    if (!s->in_transaction)
        return;
    s->in_transaction = false;
    db_rollback(s->db);
}

enum status store_enter(struct store *s, bool *own, struct err *e)
{
    *own = !s->in_transaction;
    return *own ? store_begin(s, e) : ST_OK;
}

enum status store_leave(struct store *s, bool own, enum status st, struct err *e)
{
    if (own && st == ST_OK)
        return store_commit(s, e);
    if (own)
        store_rollback(s);
    return st;
}

/* ---- settings ---- */

enum status store_mark_get(struct store *s, const char *name, int64_t fallback, int64_t *out,
                           struct err *e)
{
    return db_get_int(s->db, e, fallback, out, "SELECT number FROM setting WHERE name = $1", "t",
                      name);
}

static enum status set_mark(struct store *s, const char *name, int64_t value, struct err *e)
{
    TRY(db_do(s->db, e,
              "INSERT INTO setting (name, number) VALUES ($1, $2)"
              " ON CONFLICT (name) DO UPDATE SET number = excluded.number",
              "ti", name, value));
    return audit_append(s, "setting", "", NULL, e, "%s = %lld", name, (long long)value);
}

enum status store_mark_set(struct store *s, const char *name, int64_t value, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, set_mark(s, name, value, e), e);
}

enum status store_text_get(struct store *s, const char *name, struct arena *memory, char **out,
                           struct err *e)
{
    struct db_stmt *q;
    bool row;
    *out = NULL;
    TRY(db_prepare(s->db, "SELECT text FROM setting WHERE name = $1", &q, e));
    db_bind(q, "t", name);
    enum status st = db_step(q, &row, e);
    if (st == ST_OK && row && !db_is_null(q, 0))
        *out = arena_strdup(memory, db_text(q, 0));
    db_done(q);
    return st;
}

static enum status set_text(struct store *s, const char *name, const char *text, struct err *e)
{
    struct content_hash h;
    content_begin(&h);
    content_add_text(&h, text);
    struct hash32 content = content_end(&h);
    TRY(db_do(s->db, e,
              "INSERT INTO setting (name, text) VALUES ($1, $2)"
              " ON CONFLICT (name) DO UPDATE SET text = excluded.text",
              "tt", name, text));
    return audit_append(s, "setting", "", &content, e, "%s", name);
}

enum status store_text_set(struct store *s, const char *name, const char *text, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, set_text(s, name, text, e), e);
}

enum status store_audit_note(struct store *s, const char *action, const char *outcome,
                             struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, audit_append(s, action, "", NULL, e, "%s", outcome), e);
}

/* ---- sealed notes ---- */

enum status needs_key(const struct store *s, enum key_class c, struct err *e)
{
    if (keyring_has(s->keys, c))
        return ST_OK;
    return err_set(e, ST_DATA, "this needs the key of class %s, which was not given",
                   key_class_name(c));
}

enum status tampered(const char *table, int64_t row, struct err *e)
{
    err_set(e, ST_DATA, "a sealed value does not open (%s, row %lld): it was altered or moved",
            table, (long long)row);
    return err_hint(e, "See throughline doctor; put the store back from a backup.");
}

enum status body_seal(struct store *s, enum key_class class, const char *table, const char *column,
                      int64_t row, struct str text, struct arena *memory, struct str *out,
                      struct err *e)
{
    uint16_t number;
    *out = (struct str){NULL, 0};
    TRY(needs_key(s, class, e));
    TRY(keyring_current(s->keys, class, "", &number, e));
    struct seal_column c = seal_column(table, column);
    size_t n = seal_size(text.n);
    unsigned char *p = arena_alloc(memory, n);
    seal_value(keyring_key(s->keys, class, number), number, (struct seal_place){&c, row, 0}, text,
               &s->nonces, p);
    *out = (struct str){(const char *)p, n};
    return ST_OK;
}

enum status body_open(struct store *s, enum key_class class, const char *table, const char *column,
                      int64_t row, struct str sealed, struct arena *memory, struct str *out,
                      struct err *e)
{
    TRY(needs_key(s, class, e));
    const unsigned char *key = keyring_key(s->keys, class, seal_key_number(sealed));
    if (!key) {
        TRY(keyring_reload(s->keys, e));
        key = keyring_key(s->keys, class, seal_key_number(sealed));
    }
    struct seal_column c = seal_column(table, column);
    char *text = arena_alloc(memory, sealed.n + 1);
    size_t n;
    if (!key || !seal_open(key, (struct seal_place){&c, row, 0}, sealed, text, &n))
        return tampered(table, row, e);
    text[n] = '\0';
    *out = (struct str){text, n};
    return ST_OK;
}

enum status note_seal(struct store *s, const char *table, const char *column, int64_t row,
                      struct str text, struct arena *memory, struct str *out, struct err *e)
{
    *out = (struct str){NULL, 0};
    return text.n ? body_seal(s, CLASS_S4, table, column, row, text, memory, out, e) : ST_OK;
}

enum status note_open(struct store *s, const char *table, const char *column, int64_t row,
                      struct str sealed, struct arena *memory, struct str *out, struct err *e)
{
    *out = str_of("");
    if (sealed.n == 0 || !keyring_has(s->keys, CLASS_S4))
        return ST_OK;
    return body_open(s, CLASS_S4, table, column, row, sealed, memory, out, e);
}
