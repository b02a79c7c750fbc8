#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include "base/clock.h"
#include "crypto/audit_chain.h"
#include "crypto/keyring.h"
#include "store/db.h"
#include "store/store.h"

#include <limits.h>

_Static_assert(KEY_S3 == 1u << CLASS_S3 && KEY_S4 == 1u << CLASS_S4 && KEY_S5 == 1u << CLASS_S5 &&
                   KEY_INDEX == 1u << CLASS_INDEX && KEY_PSEUDONYM == 1u << CLASS_PSEUDONYM &&
                   KEY_AUDIT == 1u << CLASS_AUDIT,
               "the bits of store.h are those of the keyring");

/* One entity's table. */
struct entity_table {
    const struct entity *entity;
    char name[80];
    char *insert, *delete_import;
    struct seal_column *columns; /* per field; only those of sealed fields are used */
};

/* What an import id stands for, kept in memory: imports are few. */
struct import_name {
    bool visible;
    char *organisation, *channel;
};

struct store {
    char dir[PATH_MAX], id[33];
    enum store_mode mode;
    int lock, job_lock;
    struct db *db;
    /* Bulk reads have a connection of their own: a long read must not keep its handle from writing
     * after another process has written. NULL until the first. */
    struct db *reader;
    struct keyring *keys;
    unsigned classes;
    int64_t key_generation;
    struct actor actor;
    int threads;
    bool in_transaction;
    struct entity_table *tables; /* by entity index */
    size_t table_count;
    struct import_name *imports; /* by import id */
    size_t import_count, import_cap;
    struct arena memory;
    uint64_t appended;    /* audit entries of this handle */
    struct nonces nonces; /* for notes, which one thread seals */
};

/* ---- transactions ---- */

/* Opens a transaction unless one is open; *own says whether store_end must finish it. */
MUST_CHECK enum status store_enter(struct store *s, bool *own, struct err *e);
/* Commits (or, when `st` is a failure, rolls back) what store_enter opened; returns the outcome. */
MUST_CHECK enum status store_leave(struct store *s, bool own, enum status st, struct err *e);

/* ---- audit ---- */

/* Appends to the log inside the open transaction. `content` may be NULL (zeros). */
MUST_CHECK enum status audit_append(struct store *s, const char *action, const char *subject,
                                    const struct hash32 *content, struct err *e,
                                    const char *outcome, ...) PRINTF_LIKE(6, 7);
MUST_CHECK enum status audit_write_anchor(struct store *s, struct err *e);
/* SHA-256 over what is added, for content hashes. */
struct content_hash {
    uint64_t state[16]; /* crypto_hash_sha256_state, which this header does not know */
};
void content_begin(struct content_hash *h);
void content_add(struct content_hash *h, const void *p, size_t n);
void content_add_int(struct content_hash *h, int64_t v);
void content_add_text(struct content_hash *h, const char *text);
struct hash32 content_end(struct content_hash *h);

/* ---- linkage ---- */

/* Records that stand in a claim with one of this import's, or with one that these replaced or that
 * replaces them, are to be linked again; so are records that return. Inside the transaction, before
 * anything of it is undone or replaced. */
MUST_CHECK enum status pend_neighbours(struct store *s, int64_t import, const char *cause,
                                       struct err *e);

/* ---- schema ---- */

struct dictionary;
/* Creates or completes the tables: numbered migrations, then whatever the dictionary has and the
 * store has not. One transaction. *changed counts tables and columns that were added. */
MUST_CHECK enum status schema_migrate(struct db *db, const struct dictionary *d, int *changed,
                                      struct err *e);
enum { SCHEMA_VERSION = 4 };
void entity_table_name(const struct entity *e, char out[80]);
void entity_tables_make(struct store *s);

/* Sealed columns outside the entity tables: keyed by one integer, the register's key of a class. */
struct sealed_column {
    const char *table, *key, *column;
    enum key_class class;
};
extern const struct sealed_column sealed_columns[];
extern const size_t sealed_column_count;

/* ---- small shared pieces ---- */

MUST_CHECK enum status imports_load(struct store *s, struct err *e);
enum key_class class_of(const struct field *f);

/* Seals bytes with the register's key of a class for (table, row, column) into `memory`. */
MUST_CHECK enum status body_seal(struct store *s, enum key_class class, const char *table,
                                 const char *column, int64_t row, struct str text,
                                 struct arena *memory, struct str *out, struct err *e);
/* NUL-terminated. ST_DATA without the key, and when it does not open. */
MUST_CHECK enum status body_open(struct store *s, enum key_class class, const char *table,
                                 const char *column, int64_t row, struct str sealed,
                                 struct arena *memory, struct str *out, struct err *e);
/* Seals a note (S4, register's key) for (table, row, column) into `memory`; NULL and "" give an
 * empty result, to be bound as NULL. BUG without KEY_S4. */
MUST_CHECK enum status note_seal(struct store *s, const char *table, const char *column,
                                 int64_t row, struct str text, struct arena *memory,
                                 struct str *out, struct err *e);
/* "" for NULL or without KEY_S4; a value that does not open is ST_DATA. */
MUST_CHECK enum status note_open(struct store *s, const char *table, const char *column,
                                 int64_t row, struct str sealed, struct arena *memory,
                                 struct str *out, struct err *e);
MUST_CHECK enum status tampered(const char *table, int64_t row, struct err *e);
MUST_CHECK enum status needs_key(const struct store *s, enum key_class c, struct err *e);

#endif
