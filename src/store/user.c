/* People who may use the register: one-time codes, passwords (Argon2id), roles. */
#include "crypto/password.h"
#include "store/admin.h"
#include "store/store_private.h"

#include <ctype.h>
#include <sodium.h>
#include <time.h>

const char *const user_roles[] = {"administrator", "analyst",    "caseworker",
                                  "duty_officer",  "researcher", NULL};

static bool name_is_good(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              (i && (c == '.' || c == '-' || c == '_' || c == '@'))))
            return false;
    }
    return n > 0 && n <= 60 && strcmp(name, "system") != 0;
}

static enum status check_role(const char *role, struct err *e)
{
    for (const char *const *r = user_roles; *r; r++)
        if (strcmp(*r, role) == 0)
            return ST_OK;
    err_set(e, ST_DATA, "there is no role \"%.40s\"", role);
    return err_hint(e, "Roles: administrator, analyst, caseworker, duty_officer, researcher.");
}

static void days_from_now(int days, char out[CLOCK_TEXT_BYTES])
{
    time_t then = time(NULL) + (time_t)days * 86400;
    struct tm t;
    gmtime_r(&then, &t);
    strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &t);
}

/* Codes are typed by people: case and separators do not matter. */
static void plain_code(const char *code, char out[ONE_TIME_CODE_BYTES])
{
    size_t n = 0;
    for (; *code && n + 1 < ONE_TIME_CODE_BYTES; code++)
        if (isalnum((unsigned char)*code))
            out[n++] = (char)toupper((unsigned char)*code);
    out[n] = '\0';
}

static enum status give_code(char *code, char hash[PASSWORD_HASH_BYTES], struct err *e)
{
    char plain[ONE_TIME_CODE_BYTES];
    one_time_code(code);
    plain_code(code, plain);
    enum status s = password_hash(str_of(plain), hash, e);
    sodium_memzero(plain, sizeof plain);
    return s;
}

static enum status note_user(struct store *s, const char *action, const char *name,
                             const char *outcome, struct err *e)
{
    char subject[80];
    snprintf(subject, sizeof subject, "user %s", name);
    return audit_append(s, action, subject, NULL, e, "%s", outcome);
}

static enum status count_user(struct store *s, const char *name, int64_t *n, struct err *e)
{
    return db_get_int(s->db, e, 0, n, "SELECT count(*) FROM user_account WHERE name = $1", "t",
                      name);
}

static enum status add(struct store *s, const char *name, const char *role,
                       const char *organisation, const char *hash, int days, struct err *e)
{
    char now[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];
    int64_t n;
    clock_utc(now);
    days_from_now(days, until);
    TRY(count_user(s, name, &n, e));
    if (n)
        return err_set(e, ST_DATA, "there is a user \"%s\" already", name);
    TRY(db_do(s->db, e,
              "INSERT INTO user_account (name, role, organisation, code, code_until, disabled,"
              " created) VALUES ($1, $2, $3, $4, $5, 0, $6)",
              "tttttt", name, role, organisation, hash, until, now));
    return note_user(s, "user.added", name, role, e);
}

enum status store_user_add(struct store *s, const char *name, const char *role,
                           const char *organisation, int days, char *code, struct err *e)
{
    bool own;
    char hash[PASSWORD_HASH_BYTES];
    if (!name_is_good(name)) {
        err_set(e, ST_DATA, "this user name cannot be used");
        return err_hint(e, "Use up to 60 small letters, digits and . - _ @ after the first.");
    }
    TRY(check_role(role, e));
    TRY(give_code(code, hash, e));
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, add(s, name, role, organisation, hash, days, e), e);
}

static enum status no_user(const char *name, struct err *e)
{
    err_set(e, ST_DATA, "there is no user \"%.60s\"", name);
    return err_hint(e, "throughline user list --store DIR shows them.");
}

static enum status reset(struct store *s, const char *name, const char *hash, int days,
                         struct err *e)
{
    char until[CLOCK_TEXT_BYTES];
    days_from_now(days, until);
    TRY(db_do(s->db, e,
              "UPDATE user_account SET password = NULL, code = $2, code_until = $3 WHERE name = $1",
              "ttt", name, hash, until));
    if (db_changes(s->db) == 0)
        return no_user(name, e);
    return note_user(s, "user.reset", name, "done", e);
}

enum status store_user_reset(struct store *s, const char *name, int days, char *code, struct err *e)
{
    bool own;
    char hash[PASSWORD_HASH_BYTES];
    TRY(give_code(code, hash, e));
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, reset(s, name, hash, days, e), e);
}

/* A register that nobody can look after is refused. */
static enum status set_disabled(struct store *s, const char *name, bool disabled, struct err *e)
{
    int64_t others, n;
    TRY(count_user(s, name, &n, e));
    if (n == 0)
        return no_user(name, e);
    TRY(db_get_int(s->db, e, 0, &others,
                   "SELECT count(*) FROM user_account WHERE role = 'administrator' AND disabled = 0"
                   " AND name <> $1",
                   "t", name));
    if (disabled && others == 0) {
        err_set(e, ST_DATA, "\"%s\" is the last administrator", name);
        return err_hint(e, "Add another administrator first.");
    }
    TRY(db_do(s->db, e, "UPDATE user_account SET disabled = $2 WHERE name = $1", "ti", name,
              (int64_t)disabled));
    return note_user(s, disabled ? "user.disabled" : "user.enabled", name, "done", e);
}

enum status store_user_set_disabled(struct store *s, const char *name, bool disabled, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, set_disabled(s, name, disabled, e), e);
}

enum status store_user_list(struct store *s, struct arena *memory, struct user **out, size_t *n,
                            struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    *n = 0;
    TRY(db_get_int(s->db, e, 0, &count, "SELECT count(*) FROM user_account", ""));
    *out = arena_array(memory, (size_t)count, sizeof **out);
    TRY(db_prepare(s->db,
                   "SELECT name, role, organisation, created, disabled, password IS NOT NULL,"
                   " code IS NOT NULL FROM user_account ORDER BY name",
                   &q, e));
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && *n < (size_t)count)
        (*out)[(*n)++] = (struct user){.name = arena_strdup(memory, db_text(q, 0)),
                                       .role = arena_strdup(memory, db_text(q, 1)),
                                       .organisation = arena_strdup(memory, db_text(q, 2)),
                                       .created = arena_strdup(memory, db_text(q, 3)),
                                       .disabled = db_int(q, 4) != 0,
                                       .has_password = db_int(q, 5) != 0,
                                       .has_code = db_int(q, 6) != 0};
    db_done(q);
    return st;
}

/* ---- signing in ---- */

/* Compared with when there is no such user, so that an unknown name takes as long. Made once. */
static enum status decoy(const char **hash, struct err *e)
{
    static char made[PASSWORD_HASH_BYTES];
    if (!made[0])
        TRY(password_hash(str_of("nobody has this password"), made, e));
    *hash = made;
    return ST_OK;
}

static enum status matches(struct store *s, const char *sql, const char *name, const char *now,
                           struct str secret, bool *good, struct err *e)
{
    struct db_stmt *q;
    bool row;
    const char *hash;
    TRY(decoy(&hash, e));
    TRY(db_prepare(s->db, sql, &q, e));
    db_bind(q, "tt", name, now);
    enum status st = db_step(q, &row, e);
    if (st == ST_OK)
        *good = password_matches(row ? db_text(q, 0) : hash, secret) && row;
    db_done(q);
    return st;
}

static enum status redeem(struct store *s, const char *name, const char *code, const char *hash,
                          struct err *e)
{
    char now[CLOCK_TEXT_BYTES], plain[ONE_TIME_CODE_BYTES];
    bool good;
    clock_utc(now);
    plain_code(code, plain);
    TRY(matches(s,
                "SELECT code FROM user_account WHERE name = $1 AND code IS NOT NULL"
                " AND code_until > $2 AND disabled = 0",
                name, now, str_of(plain), &good, e));
    if (!good)
        return note_user(s, "user.redeem", name, "refused", e);
    TRY(db_do(s->db, e, "UPDATE user_account SET password = $2, code = NULL WHERE name = $1", "tt",
              name, hash));
    TRY(note_user(s, "user.redeem", name, "done", e));
    return ST_OK;
}

enum status store_user_redeem(struct store *s, const char *name, const char *code,
                              const char *password, struct err *e)
{
    bool own;
    char hash[PASSWORD_HASH_BYTES];
    int64_t spent;
    if (strlen(password) < 8)
        return err_set(e, ST_DATA, "the password is shorter than 8 characters");
    TRY(password_hash(str_of(password), hash, e));
    TRY(store_enter(s, &own, e));
    TRY(store_leave(s, own, redeem(s, name, code, hash, e), e));
    TRY(db_get_int(s->db, e, 0, &spent,
                   "SELECT count(*) FROM user_account WHERE name = $1 AND password = $2", "tt",
                   name, hash));
    if (spent)
        return ST_OK;
    return err_set(e, ST_DATA, "the name or the code is not right, or the code is no longer good");
}

enum status store_user_check(struct store *s, const char *name, const char *password, bool *good,
                             struct err *e)
{
    bool own;
    *good = false;
    TRY(matches(s,
                "SELECT password FROM user_account WHERE name = $1 AND password IS NOT NULL"
                " AND disabled = 0 AND $2 <> ''",
                name, "now", str_of(password), good, e));
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, note_user(s, "user.sign_in", name, *good ? "done" : "refused", e),
                       e);
}
