#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PARAMETERS_MAX = 80,
    BUSY_WAIT_MS = 10000,
    PAGE_BYTES = 8192,
    CACHE_KIB = 65536,
    CACHE_STATEMENTS = 250
};

struct db_stmt {
    struct db *db;
    char *sql;
    uint64_t hash;
    sqlite3_stmt *s;
    int at[PARAMETERS_MAX + 1]; /* $k -> SQLite's own number */
    bool in_use;
};

struct db {
    sqlite3 *handle;
    char path[1024];
    struct db_stmt **cache;
    size_t n, cap;
    bool in_transaction;
};

/* ---- errors ---- */

static enum status damaged(const struct db *db, struct err *e)
{
    err_set(e, ST_DATA, "the store %s is damaged or cut short", db->path);
    return err_hint(e, "Nothing was changed. Put it back with throughline restore; see throughline "
                       "doctor for what is wrong.");
}

static enum status no_space(struct err *e)
{
    err_set(e, ST_FAULT, "the disk is full, or a limit on file size was reached");
    return err_hint(e, "The change was taken back: the store is as it was. Free some space and try "
                       "again.");
}

static enum status read_only(const struct db *db, struct err *e)
{
    err_set(e, ST_DATA, "the store %s cannot be written: it is read-only for this user", db->path);
    return err_hint(e, "Nothing was changed. Even reading a person writes an audit entry.");
}

/* SQLite's own words name tables and columns at most: parameters carry every value. */
static enum status failed(const struct db *db, struct err *e)
{
    int system = sqlite3_system_errno(db->handle);
    switch (sqlite3_errcode(db->handle) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        err_set(e, ST_DATA, "the store is locked by another process");
        return err_hint(e, "Wait until the other job has ended, and try again.");
    case SQLITE_FULL:
        return no_space(e);
    case SQLITE_IOERR:
        /* SQLite may have done more system calls since, and lost the reason for a short write. */
        if (system == ENOSPC || system == EFBIG || system == EDQUOT ||
            (system == 0 && sqlite3_extended_errcode(db->handle) == SQLITE_IOERR_WRITE))
            return no_space(e);
        if (sqlite3_extended_errcode(db->handle) == SQLITE_IOERR_SHORT_READ)
            return damaged(db, e);
        return err_errno(e, system, "the store cannot be read or written");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return damaged(db, e);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return read_only(db, e);
    default:
        return err_set(e, ST_FAULT, "the database refused: %s", sqlite3_errmsg(db->handle));
    }
}

/* ---- open and close ---- */

static enum status setup(struct db *db, struct err *e)
{
    char sql[500];
    snprintf(sql, sizeof sql,
             "PRAGMA page_size=%d; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
             "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
             "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-%d;"
             "PRAGMA wal_autocheckpoint=4000;",
             PAGE_BYTES, CACHE_KIB);
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failed(db, e);
    int64_t tables;
    return db_get_int(db, e, 0, &tables, "SELECT count(*) FROM sqlite_master", "");
}

/* A store that was closed has no log, and its file is as long as its first page says. */
static enum status check_length(const struct db *db, struct err *e)
{
    char wal[1100];
    struct stat st;
    unsigned char head[100];
    snprintf(wal, sizeof wal, "%s-wal", db->path);
    if (stat(wal, &st) == 0 && st.st_size > 0)
        return ST_OK;
    int fd = open(db->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int saved = errno;
        if (fd >= 0)
            close(fd);
        err_errno(e, saved, "cannot open the store %s", db->path);
        return e->status = ST_DATA;
    }
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    if (n != (ssize_t)sizeof head || memcmp(head, "SQLite format 3", 16) != 0)
        return damaged(db, e);
    uint64_t page = (uint64_t)head[16] << 8 | head[17];
    uint64_t pages =
        (uint64_t)head[28] << 24 | (uint64_t)head[29] << 16 | (uint64_t)head[30] << 8 | head[31];
    return (uint64_t)st.st_size < page * pages ? damaged(db, e) : ST_OK;
}

/* Statistics of memory would be a lock on every allocation. */
static void configure_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Asked before SQLite makes files beside it that would be as read-only as the store is. */
static enum status check_writable(const struct db *db, struct err *e)
{
    char dir[sizeof db->path];
    snprintf(dir, sizeof dir, "%s", db->path);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    if (access(db->path, W_OK) == 0 && access(slash ? dir : ".", W_OK) == 0)
        return ST_OK;
    return read_only(db, e);
}

enum status db_open(const char *path, enum db_access mode, struct db **out, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_library);
    *out = NULL;
    struct db *db = mem_zalloc(1, sizeof *db);
    snprintf(db->path, sizeof db->path, "%s", path);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file size is an error to report, not a death */
    enum status s = mode == DB_CREATE ? ST_OK : check_length(db, e);
    if (s == ST_OK && mode != DB_CREATE)
        s = check_writable(db, e);
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == DB_CREATE ? SQLITE_OPEN_CREATE : 0);
    if (s == ST_OK && sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK)
        s = failed(db, e);
    if (s == ST_OK) {
        sqlite3_busy_timeout(db->handle, BUSY_WAIT_MS);
        s = setup(db, e);
    }
    if (s != ST_OK)
        db_close(db);
    else
        *out = db;
    return s;
}

static void forget(struct db_stmt *d)
{
    sqlite3_finalize(d->s);
    free(d->sql);
    free(d);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < db->n; i++)
        forget(db->cache[i]);
    free(db->cache);
    sqlite3_close_v2(db->handle);
    free(db);
}

/* ---- statements ---- */

/* NULL with *e filled when the text does not compile. */
static struct db_stmt *compile(struct db *db, const char *sql, struct err *e)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK) {
        e->status = failed(db, e);
        return NULL;
    }
    struct db_stmt *d = mem_zalloc(1, sizeof *d);
    *d = (struct db_stmt){.db = db, .hash = str_hash(str_of(sql)), .s = s};
    d->sql = mem_alloc(strlen(sql) + 1);
    memcpy(d->sql, sql, strlen(sql) + 1);
    for (int k = 1; k <= PARAMETERS_MAX; k++) {
        char name[8];
        snprintf(name, sizeof name, "$%d", k);
        d->at[k] = sqlite3_bind_parameter_index(s, name);
    }
    return d;
}

/* The one that has been in the cache longest and is free. */
static void forget_one(struct db *db)
{
    for (size_t i = 0; i < db->n; i++) {
        if (db->cache[i]->in_use)
            continue;
        forget(db->cache[i]);
        memmove(db->cache + i, db->cache + i + 1, (db->n - i - 1) * sizeof *db->cache);
        db->n--;
        return;
    }
}

enum status db_prepare(struct db *db, const char *sql, struct db_stmt **out, struct err *e)
{
    *out = NULL;
    uint64_t hash = str_hash(str_of(sql));
    for (size_t i = 0; i < db->n; i++) {
        struct db_stmt *d = db->cache[i];
        if (!d->in_use && d->hash == hash && strcmp(d->sql, sql) == 0) {
            d->in_use = true;
            *out = d;
            return ST_OK;
        }
    }
    if (db->n >= CACHE_STATEMENTS)
        forget_one(db);
    struct db_stmt *made = compile(db, sql, e);
    if (!made)
        return e->status == ST_OK ? ST_FAULT : e->status;
    MEM_GROW(db->cache, db->cap, db->n + 1);
    db->cache[db->n++] = made;
    made->in_use = true;
    *out = made;
    return ST_OK;
}

void db_done(struct db_stmt *s)
{
    if (!s)
        return;
    sqlite3_reset(s->s);
    sqlite3_clear_bindings(s->s);
    s->in_use = false;
}

void db_reset(struct db_stmt *s)
{
    sqlite3_reset(s->s);
}

void db_bind_int(struct db_stmt *s, int k, int64_t v)
{
    sqlite3_bind_int64(s->s, s->at[k], v);
}

void db_bind_real(struct db_stmt *s, int k, double v)
{
    sqlite3_bind_double(s->s, s->at[k], v);
}

void db_bind_text(struct db_stmt *s, int k, const char *v)
{
    sqlite3_bind_text(s->s, s->at[k], v, -1, SQLITE_STATIC);
}

void db_bind_str(struct db_stmt *s, int k, struct str v)
{
    sqlite3_bind_text64(s->s, s->at[k], v.p ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8);
}

void db_bind_blob(struct db_stmt *s, int k, const void *p, size_t n)
{
    sqlite3_bind_blob64(s->s, s->at[k], p, n, SQLITE_STATIC);
}

void db_bind_null(struct db_stmt *s, int k)
{
    sqlite3_bind_null(s->s, s->at[k]);
}

static void bind_list(struct db_stmt *s, const char *types, va_list args)
{
    for (int k = 1; types[k - 1]; k++) {
        switch (types[k - 1]) {
        case 'i':
            db_bind_int(s, k, va_arg(args, int64_t));
            break;
        case 'r':
            db_bind_real(s, k, va_arg(args, double));
            break;
        case 't':
            db_bind_text(s, k, va_arg(args, const char *));
            break;
        case 'b': {
            const void *p = va_arg(args, const void *);
            db_bind_blob(s, k, p, va_arg(args, size_t));
            break;
        }
        case 'n':
            db_bind_null(s, k);
            break;
        default:
            BUG("no parameter type '%c'", types[k - 1]);
        }
    }
}

void db_bind(struct db_stmt *s, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    bind_list(s, types, args);
    va_end(args);
}

enum status db_step(struct db_stmt *s, bool *row, struct err *e)
{
    int code = sqlite3_step(s->s);
    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW)
        return ST_OK;
    enum status st = code == SQLITE_DONE ? ST_OK : failed(s->db, e);
    sqlite3_reset(s->s);
    return st;
}

enum status db_run(struct db_stmt *s, struct err *e)
{
    bool row;
    TRY(db_step(s, &row, e));
    if (row)
        sqlite3_reset(s->s);
    return ST_OK;
}

bool db_is_null(struct db_stmt *s, int k)
{
    return sqlite3_column_type(s->s, k) == SQLITE_NULL;
}

bool db_is_blob(struct db_stmt *s, int k)
{
    return sqlite3_column_type(s->s, k) == SQLITE_BLOB;
}

int64_t db_int(struct db_stmt *s, int k)
{
    return sqlite3_column_int64(s->s, k);
}

double db_real(struct db_stmt *s, int k)
{
    return sqlite3_column_double(s->s, k);
}

const char *db_text(struct db_stmt *s, int k)
{
    const char *p = (const char *)sqlite3_column_text(s->s, k);
    return p ? p : "";
}

struct str db_blob(struct db_stmt *s, int k)
{
    const char *p = sqlite3_column_blob(s->s, k);
    return (struct str){p, (size_t)sqlite3_column_bytes(s->s, k)};
}

enum status db_do(struct db *db, struct err *e, const char *sql, const char *types, ...)
{
    struct db_stmt *s;
    TRY(db_prepare(db, sql, &s, e));
    va_list args;
    va_start(args, types);
    bind_list(s, types, args);
    va_end(args);
    enum status st = db_run(s, e);
    db_done(s);
    return st;
}

enum status db_get_int(struct db *db, struct err *e, int64_t fallback, int64_t *out,
                       const char *sql, const char *types, ...)
{
    struct db_stmt *s;
    bool row;
    *out = fallback;
    TRY(db_prepare(db, sql, &s, e));
    va_list args;
    va_start(args, types);
    bind_list(s, types, args);
    va_end(args);
    enum status st = db_step(s, &row, e);
    if (st == ST_OK && row && !db_is_null(s, 0))
        *out = db_int(s, 0);
    db_done(s);
    return st;
}

int64_t db_changes(struct db *db)
{
    return sqlite3_changes64(db->handle);
}

/* ---- transactions ---- */

enum status db_begin(struct db *db, struct err *e)
{
    TRY(db_do(db, e, "BEGIN IMMEDIATE", ""));
    db->in_transaction = true;
    return ST_OK;
}

enum status db_commit(struct db *db, struct err *e)
{
    TRY(db_do(db, e, "COMMIT", ""));
    db->in_transaction = false;
    return ST_OK;
}

void db_rollback(struct db *db)
{
    if (!db->in_transaction)
        return;
    db->in_transaction = false;
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

enum status db_read_begin(struct db *db, bool *own, struct err *e)
{
    *own = !db->in_transaction && sqlite3_get_autocommit(db->handle);
    return *own ? db_do(db, e, "BEGIN", "") : ST_OK;
}

/* Nothing was written, so there is nothing that an end could fail to keep. */
void db_read_end(struct db *db, bool own)
{
    if (own && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- what differs between engines ---- */

enum status db_run_ddl(struct db *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? ST_OK : failed(db, e);
}

enum status db_create_table(struct db *db, const char *name, const char *columns, bool clustered,
                            struct err *e)
{
    struct buf sql = BUF_EMPTY;
    buf_addf(&sql, "CREATE TABLE \"%s\" (%s) STRICT%s", name, columns,
             clustered ? ", WITHOUT ROWID" : "");
    enum status s = db_run_ddl(db, sql.p, e);
    buf_free(&sql);
    return s;
}

enum status db_columns(struct db *db, const char *table, struct arena *memory, const char ***names,
                       size_t *n, struct err *e)
{
    struct db_stmt *s;
    bool row;
    *n = 0;
    *names = arena_array(memory, 2000, sizeof **names); /* SQLite's own limit on columns */
    TRY(db_prepare(db, "SELECT name FROM pragma_table_info($1) ORDER BY cid", &s, e));
    db_bind(s, "t", table);
    enum status st;
    while ((st = db_step(s, &row, e)) == ST_OK && row && *n < 2000)
        (*names)[(*n)++] = arena_strdup(memory, db_text(s, 0));
    db_done(s);
    return st;
}

enum status db_copy_to(struct db *db, const char *path, struct err *e)
{
    return db_do(db, e, "VACUUM INTO $1", "t", path);
}

enum status db_check(struct db *db, char *problem, size_t size, struct err *e)
{
    struct db_stmt *s;
    bool row;
    problem[0] = '\0';
    TRY(db_prepare(db, "SELECT integrity_check FROM pragma_integrity_check(1)", &s, e));
    enum status st = db_step(s, &row, e);
    if (st == ST_OK && row && strcmp(db_text(s, 0), "ok") != 0)
        snprintf(problem, size, "%s", db_text(s, 0));
    db_done(s);
    int64_t orphans = 0;
    if (st == ST_OK && !problem[0])
        st = db_get_int(db, e, 0, &orphans, "SELECT count(*) FROM pragma_foreign_key_check", "");
    if (orphans)
        snprintf(problem, size, "%lld rows refer to rows that are not there", (long long)orphans);
    return st;
}

void db_checkpoint(struct db *db)
{
    sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

const char *db_engine(void)
{
    static char text[40];
    snprintf(text, sizeof text, "SQLite %s", sqlite3_libversion());
    return text;
}
