/* throughline doctor: what an administrator should know before trouble does. */
#include "store/admin.h"
#include "store/store_private.h"

#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct report {
    struct finding_of_health *out;
    size_t n, max;
};

static void say(struct report *r, enum health h, const char *subject, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

static void say(struct report *r, enum health h, const char *subject, const char *fmt, ...)
{
    if (r->n == r->max)
        return;
    struct finding_of_health *f = &r->out[r->n++];
    f->health = h;
    f->subject = subject;
    va_list args;
    va_start(args, fmt);
    vsnprintf(f->text, sizeof f->text, fmt, args);
    va_end(args);
}

static enum status look_at_schema(struct store *s, struct report *r, struct err *e)
{
    int64_t columns, records;
    say(r, HEALTH_GOOD, "versions", "throughline %s, %s, libsodium %s", THROUGHLINE_VERSION,
        db_engine(), sodium_version_string());
    TRY(db_get_int(s->db, e, 0, &columns, "SELECT count(*) FROM schema_change", ""));
    TRY(db_get_int(s->db, e, 0, &records, "SELECT count(*) FROM record WHERE active = 1", ""));
    say(r, HEALTH_GOOD, "schema", "version %d, %zu entities, %lld changes, %lld records",
        SCHEMA_VERSION, s->table_count, (long long)columns, (long long)records);
    return ST_OK;
}

static enum status look_at_database(struct store *s, struct report *r, struct err *e)
{
    char problem[200];
    int64_t loading;
    TRY(db_check(s->db, problem, sizeof problem, e));
    if (problem[0])
        say(r, HEALTH_BAD, "database", "damaged: %s. Put it back with throughline restore.",
            problem);
    else
        say(r, HEALTH_GOOD, "database", "sound: structure, indexes and references");
    TRY(db_get_int(s->db, e, 0, &loading, "SELECT count(*) FROM import WHERE state = 'loading'",
                   ""));
    if (loading)
        say(r, HEALTH_WARNING, "imports",
            "%lld unfinished; invisible, and swept away by the next import", (long long)loading);
    return ST_OK;
}

static enum status look_at_log(struct store *s, struct report *r, struct err *e)
{
    struct audit_check c = {.head_size = 0};
    uint64_t at;
    TRY(store_audit_check(s, &c, e));
    switch (audit_check_end(&c, &at)) {
    case AUDIT_INTACT:
        say(r, HEALTH_GOOD, "audit log", "intact, %llu entries", (unsigned long long)c.tree.size);
        break;
    case AUDIT_BROKEN:
        say(r, HEALTH_BAD, "audit log", "broken at entry %llu", (unsigned long long)at);
        break;
    case AUDIT_CUT_SHORT:
        say(r, HEALTH_BAD, "audit log", "cut short: %llu entries, there were %llu",
            (unsigned long long)c.tree.size, (unsigned long long)at);
        break;
    }
    return ST_OK;
}

/* One sealed value of each class, opened. */
static enum status look_at_class(struct store *s, enum key_class class, struct report *r,
                                 struct err *e)
{
    for (size_t t = 0; t < s->table_count; t++)
        for (size_t f = 0; f < s->tables[t].entity->field_count; f++) {
            const struct field *field = &s->tables[t].entity->fields[f];
            char sql[300], text[4096];
            struct db_stmt *q;
            bool row;
            size_t n;
            if (!field_is_sealed(field) || class_of(field) != class)
                continue;
            snprintf(sql, sizeof sql,
                     "SELECT record, instance, \"f_%s\" FROM \"%s\" WHERE \"f_%s\" IS NOT NULL"
                     " LIMIT 1",
                     field->name, s->tables[t].name, field->name);
            TRY(db_prepare(s->db, sql, &q, e));
            enum status st = db_step(q, &row, e);
            if (st != ST_OK || !row || db_blob(q, 2).n > sizeof text) {
                db_done(q);
                TRY(st);
                continue;
            }
            struct str sealed = db_blob(q, 2);
            const unsigned char *key = keyring_key(s->keys, class, seal_key_number(sealed));
            struct seal_place place = {&s->tables[t].columns[f], db_int(q, 0), (int)db_int(q, 1)};
            bool opens = key && seal_open(key, place, sealed, text, &n);
            sodium_memzero(text, sizeof text);
            db_done(q);
            if (!opens)
                say(r, HEALTH_BAD, "sealed values", "a value of class %s does not open",
                    key_class_name(class));
            return ST_OK;
        }
    return ST_OK;
}

static enum status look_at_keys(struct store *s, struct report *r, struct err *e)
{
    char unlock[20], warning[200];
    int64_t rotation;
    size_t before = r->n;
    TRY(keyring_describe(s->dir, unlock, warning, e));
    for (int c = CLASS_S3; c <= CLASS_S5; c++)
        if (keyring_has(s->keys, (enum key_class)c))
            TRY(look_at_class(s, (enum key_class)c, r, e));
    if (warning[0])
        say(r, HEALTH_WARNING, "keys", "%s", warning);
    TRY(store_mark_get(s, "rotation", 0, &rotation, e));
    if (rotation)
        say(r, HEALTH_WARNING, "keys", "a rotation was cut off: throughline key rotate goes on");
    if (strcmp(unlock, "key file") == 0)
        say(r, HEALTH_WARNING, "keys",
            "opens without a person (key file): whoever can read the disk can open it; move the "
            "key off it or use a passphrase");
    if (r->n == before)
        say(r, HEALTH_GOOD, "keys", "opens with a %s; files are private", unlock);
    return ST_OK;
}

static void look_at_files(struct store *s, struct report *r)
{
    char path[PATH_MAX + 20];
    struct stat st, wal;
    struct statvfs disk;
    snprintf(path, sizeof path, "%s/store.db", s->dir);
    if (stat(path, &st) != 0)
        return;
    if (st.st_mode & 077)
        say(r, HEALTH_WARNING, "files", "others can read the database file: chmod go= on it");
    if (stat(s->dir, &wal) == 0 && wal.st_mode & 077)
        say(r, HEALTH_WARNING, "files", "others can look into the directory: chmod go= on it");
    snprintf(path, sizeof path, "%s/store.db-wal", s->dir);
    if (stat(path, &wal) != 0)
        wal.st_size = 0;
    say(r, HEALTH_GOOD, "size", "database %.1f MB, log %.1f MB", (double)st.st_size / 1e6,
        (double)wal.st_size / 1e6);
    if (statvfs(s->dir, &disk) != 0)
        return;
    double left = (double)disk.f_bavail * (double)disk.f_frsize;
    double wanted = (double)(st.st_size + wal.st_size) * 2 + 100e6;
    say(r, left < wanted ? HEALTH_WARNING : HEALTH_GOOD, "disk", "%.1f GB free%s", left / 1e9,
        left < wanted ? ": less than a backup and a large import need" : "");
}

enum status store_examine(struct store *s, struct finding_of_health *out, size_t max, size_t *n,
                          struct err *e)
{
    struct report r = {out, 0, max};
    TRY(look_at_schema(s, &r, e));
    TRY(look_at_database(s, &r, e));
    TRY(look_at_log(s, &r, e));
    TRY(look_at_keys(s, &r, e));
    look_at_files(s, &r);
    *n = r.n;
    return store_audit_note(s, "examined", "done", e);
}
