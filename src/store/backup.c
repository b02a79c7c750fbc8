/* Copies of a register: made while it is in use, checked, and made a register again. */
#include "base/file.h"
#include "base/json.h"
#include "crypto/key_files.h"
#include "store/admin.h"
#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const copied[] = {
    "store.db",     "keys/ring.json",  "keys/S3.json",        "keys/S4.json",
    "keys/S5.json", "keys/index.json", "keys/pseudonym.json", "keys/audit.json"};
enum { COPIED = sizeof copied / sizeof copied[0], CHUNK = 1 << 20 };

static void join(char out[PATH_MAX], const char *dir, const char *name)
{
    if (snprintf(out, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
        BUG("a path that was checked is too long");
}

/* Copies (to NULL: only reads) and hashes. The copy is private and synced. */
static enum status copy_file(const char *from, const char *to, unsigned char hash[32],
                             uint64_t *bytes, struct err *e)
{
    crypto_hash_sha256_state h;
    char *chunk = mem_alloc(CHUNK);
    ssize_t n = -1;
    bool good = true;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = to ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    *bytes = 0;
    crypto_hash_sha256_init(&h);
    if (in >= 0 && (out >= 0 || !to))
        while (good && (n = read(in, chunk, CHUNK)) > 0) {
            crypto_hash_sha256_update(&h, (unsigned char *)chunk, (size_t)n);
            *bytes += (uint64_t)n;
            for (ssize_t done = 0, w; to && good && done < n; done += w)
                good = (w = write(out, chunk + done, (size_t)(n - done))) > 0;
        }
    good = good && n == 0 && (!to || fsync(out) == 0);
    int saved = errno;
    crypto_hash_sha256_final(&h, hash);
    free(chunk);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (good)
        return ST_OK;
    err_errno(e, saved, "cannot copy %s", from);
    return err_hint(e, "Nothing was changed. Check the space left and who may read and write.");
}

static void remove_copy(const char *dir)
{
    static const char *const more[] = {
        "manifest.json", "keys/master.key", "store.db-wal", "store.db-shm",
        "lock",          "job.lock",        "keys.lock",    "audit.anchor"};
    char path[PATH_MAX];
    for (int i = 0; i < COPIED; i++) {
        join(path, dir, copied[i]);
        unlink(path);
    }
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        join(path, dir, more[i]);
        unlink(path);
    }
    join(path, dir, "keys");
    rmdir(path);
    join(path, dir, "outbox");
    rmdir(path);
    rmdir(dir);
}

/* A temporary name beside `dir`, which must not exist or be empty. */
static enum status free_place(const char *dir, char temp[PATH_MAX], struct err *e)
{
    struct stat st;
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    if (n == 0 || n > PATH_MAX - 80)
        return err_set(e, ST_USAGE, "the directory's path is empty or too long");
    snprintf(temp, PATH_MAX, "%.*s.%ld.partial", (int)n, dir, (long)getpid());
    if (stat(dir, &st) == 0 && rmdir(dir) != 0) {
        err_set(e, ST_DATA, "%s exists and is not an empty directory", dir);
        return err_hint(e, "Nothing was changed. Choose another directory.");
    }
    return ST_OK;
}

static enum status put_in_place(const char *temp, const char *dir, struct err *e)
{
    if (rename(temp, dir) == 0)
        return ST_OK;
    err_errno(e, errno, "cannot put the copy in place as %s", dir);
    return e->status = ST_DATA;
}

/* ---- backup ---- */

static enum status write_manifest(struct store *s, const char *dir,
                                  unsigned char hashes[COPIED][32], const uint64_t *sizes,
                                  const struct audit_head *head, struct err *e)
{
    char path[PATH_MAX], hex[65], at[CLOCK_TEXT_BYTES];
    struct buf text = BUF_EMPTY;
    json_t *files = json_object();
    clock_utc(at);
    for (int i = 0; i < COPIED; i++) {
        hex_write(hashes[i], 32, hex);
        json_object_set_new(files, copied[i],
                            json_pack("{s:s, s:I}", "sha256", hex, "bytes", (json_int_t)sizes[i]));
    }
    audit_head_write(head, &text);
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "format", "throughline-backup-1",
                            "store", s->id, "at", at, "version", THROUGHLINE_VERSION, "engine",
                            db_engine(), "files", files, "head", json_loads(text.p, 0, NULL));
    join(path, dir, "manifest.json");
    enum status st = json_write_file(path, doc, e);
    json_decref(doc);
    buf_free(&text);
    return st;
}

/* The copy must be sound, and its log must be what the head says. */
static enum status check_copy(const char *dir, const struct audit_head *head, struct err *e)
{
    char path[PATH_MAX], problem[200];
    struct db *db;
    int64_t entries;
    join(path, dir, "store.db");
    TRY(db_open(path, DB_WRITE, &db, e));
    enum status st = db_check(db, problem, sizeof problem, e);
    if (st == ST_OK && problem[0])
        st = err_set(e, ST_DATA, "the copy is not sound: %s", problem);
    if (st == ST_OK)
        st = db_get_int(db, e, 0, &entries, "SELECT count(*) FROM audit", "");
    if (st == ST_OK && (uint64_t)entries < head->size)
        st = err_set(e, ST_DATA, "the copy lacks entries of the audit log");
    db_checkpoint(db);
    db_close(db);
    return st;
}

static enum status fill_backup(struct store *s, const char *dir, struct err *e)
{
    char from[PATH_MAX], to[PATH_MAX];
    unsigned char hashes[COPIED][32];
    uint64_t sizes[COPIED];
    struct audit_head head;
    join(to, dir, "keys");
    TRY(dir_make(to, e));
    TRY(store_audit_head(s, &head, e));
    join(to, dir, "store.db");
    mode_t old = umask(077);
    enum status st = db_copy_to(s->db, to, e);
    umask(old);
    TRY(st);
    TRY(check_copy(dir, &head, e));
    for (int i = 0; i < COPIED; i++) {
        join(from, s->dir, copied[i]);
        join(to, dir, copied[i]);
        bool database = i == 0;
        TRY(copy_file(database ? to : from, database ? NULL : to, hashes[i], &sizes[i], e));
    }
    return write_manifest(s, dir, hashes, sizes, &head, e);
}

enum status store_backup(struct store *s, const char *out_dir, struct err *e)
{
    char temp[PATH_MAX];
    TRY(free_place(out_dir, temp, e));
    TRY(store_audit_note(s, "backup", "begun", e));
    enum status st = dir_make(temp, e);
    if (st == ST_OK)
        st = fill_backup(s, temp, e);
    if (st == ST_OK)
        st = put_in_place(temp, out_dir, e);
    if (st != ST_OK)
        remove_copy(temp);
    return st == ST_OK ? store_audit_note(s, "backup", "done", e) : st;
}

/* ---- restore ---- */

static enum status not_a_backup(const char *dir, struct err *e)
{
    err_set(e, ST_DATA, "%s is not a backup of a register, or its manifest was altered", dir);
    return err_hint(e, "A backup is made with: throughline backup --store DIR --out BACKUP");
}

static enum status manifest_head(const json_t *doc, struct audit_head *head, struct err *e)
{
    char *text = json_dumps(json_object_get(doc, "head"), JSON_COMPACT);
    enum status st = text ? audit_head_parse(str_of(text), "manifest.json", head, e)
                          : err_set(e, ST_DATA, "the manifest has no head of the audit log");
    free(text);
    return st;
}

static enum status copy_checked(const char *backup, const char *temp, const json_t *files,
                                struct err *e)
{
    char from[PATH_MAX], to[PATH_MAX], hex[65];
    for (int i = 0; i < COPIED; i++) {
        unsigned char hash[32];
        uint64_t bytes;
        const json_t *f = json_object_get(files, copied[i]);
        const char *want = json_string_value(json_object_get(f, "sha256"));
        if (!want)
            return not_a_backup(backup, e);
        join(from, backup, copied[i]);
        join(to, temp, copied[i]);
        TRY(copy_file(from, to, hash, &bytes, e));
        hex_write(hash, sizeof hash, hex);
        if (strcmp(hex, want) != 0) {
            err_set(e, ST_DATA, "%s of the backup was altered or cut short", copied[i]);
            return err_hint(e, "Nothing was changed. Use another backup.");
        }
    }
    return ST_OK;
}

static enum status copy_key(const char *key_file, const char *temp, struct err *e)
{
    char to[PATH_MAX];
    unsigned char hash[32];
    uint64_t bytes;
    if (!key_file)
        return ST_OK;
    join(to, temp, "keys/master.key");
    return copy_file(key_file, to, hash, &bytes, e);
}

/* Opens the copy with every key, checks it all, and notes in its log that it was restored. */
static enum status prove(const char *temp, const struct audit_head *head, struct err *e)
{
    struct store *s;
    char problem[200];
    uint64_t at;
    struct store_options o = {.dir = temp,
                              .mode = STORE_EXCLUSIVE,
                              .keys = KEYS_ALL,
                              .actor = {"system", "administrator", "restore", ""}};
    struct audit_check c = {.head_size = head->size, .head_root = head->root};
    TRY(store_open(&o, &s, e));
    enum status st = db_check(s->db, problem, sizeof problem, e);
    if (st == ST_OK && problem[0])
        st = err_set(e, ST_DATA, "the backup is not sound: %s", problem);
    if (st == ST_OK && strcmp(head->store, s->id) != 0)
        st = err_set(e, ST_DATA, "the head in the manifest is another register's");
    if (st == ST_OK)
        st = store_audit_check(s, &c, e);
    if (st == ST_OK && audit_check_end(&c, &at) != AUDIT_INTACT)
        st = err_set(e, ST_DATA, "the audit log of the backup is not intact");
    if (st == ST_OK)
        st = store_audit_note(s, "restored", "done", e);
    store_close(s);
    return st;
}

static enum status fill_register(const char *backup, const char *temp, const char *key_file,
                                 struct audit_head *head, struct err *e)
{
    char path[PATH_MAX];
    json_t *doc;
    join(path, backup, "manifest.json");
    if (access(path, F_OK) != 0)
        return not_a_backup(backup, e);
    TRY(json_read_file(path, &doc, e));
    const char *format = json_string_value(json_object_get(doc, "format"));
    join(path, temp, "keys");
    enum status st = dir_make(path, e);
    join(path, temp, "outbox");
    if (st == ST_OK)
        st = dir_make(path, e);
    if (st == ST_OK && (!format || strcmp(format, "throughline-backup-1") != 0))
        st = not_a_backup(backup, e);
    if (st == ST_OK)
        st = manifest_head(doc, head, e);
    if (st == ST_OK)
        st = copy_checked(backup, temp, json_object_get(doc, "files"), e);
    json_decref(doc);
    TRY(st);
    TRY(copy_key(key_file, temp, e));
    return prove(temp, head, e);
}

enum status store_restore(const char *backup_dir, const char *dir, const char *key_file,
                          struct audit_head *head, struct err *e)
{
    char temp[PATH_MAX];
    TRY(crypto_start(e));
    if (strlen(backup_dir) > PATH_MAX - 80)
        return err_set(e, ST_USAGE, "the backup's path is too long");
    TRY(free_place(dir, temp, e));
    enum status st = dir_make(temp, e);
    if (st == ST_OK)
        st = fill_register(backup_dir, temp, key_file, head, e);
    if (st == ST_OK)
        st = put_in_place(temp, dir, e);
    if (st != ST_OK)
        remove_copy(temp);
    return st;
}
