/* The database driver: SQLite today, PostgreSQL to join. One SQL text with $1 parameters for both:
 * integers are 64-bit, text is UTF-8, identifiers are quoted with ", no driver's own functions.
 *
 * A connection belongs to one thread. db_close never fails; unfinished statements are finished. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct db;
struct db_stmt;

enum db_access { DB_CREATE, DB_WRITE };

/* WAL, synchronous full, foreign keys, secure delete, temporary data in memory. Damaged, truncated,
 * read-only and locked are told apart (ST_DATA); a full disk is ST_FAULT. */
MUST_CHECK enum status db_open(const char *path, enum db_access mode, struct db **out,
                               struct err *e);
void db_close(struct db *db); /* safe on NULL */

/* Takes the write lock at once, waiting a few seconds for another writer. */
MUST_CHECK enum status db_begin(struct db *db, struct err *e);
MUST_CHECK enum status db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
/* One snapshot for many reads, without a writer's lock: each statement alone would take and leave
 * one. *own is false inside a transaction, which is a snapshot already. Always end what began. */
MUST_CHECK enum status db_read_begin(struct db *db, bool *own, struct err *e);
void db_read_end(struct db *db, bool own);

/* A statement for this text from the connection's cache, ready to bind. Give it back with db_done,
 * on every way out. */
MUST_CHECK enum status db_prepare(struct db *db, const char *sql, struct db_stmt **out,
                                  struct err *e);
void db_done(struct db_stmt *s); /* safe on NULL */

/* Parameters are numbered from 1. Bytes must stay until the next step. NULL text binds NULL. */
void db_bind_int(struct db_stmt *s, int k, int64_t v);
void db_bind_real(struct db_stmt *s, int k, double v);
void db_bind_text(struct db_stmt *s, int k, const char *v);
void db_bind_str(struct db_stmt *s, int k, struct str v);
void db_bind_blob(struct db_stmt *s, int k, const void *p, size_t n);
void db_bind_null(struct db_stmt *s, int k);
/* Several at once, from $1: i int64_t, r double, t const char *, b const void * and size_t, n null.
 */
void db_bind(struct db_stmt *s, const char *types, ...);

/* *row: is there a row to read? After the last row the statement is reset. */
MUST_CHECK enum status db_step(struct db_stmt *s, bool *row, struct err *e);
/* Steps a statement that returns no rows, and makes it ready to bind again. */
MUST_CHECK enum status db_run(struct db_stmt *s, struct err *e);
void db_reset(struct db_stmt *s);

/* Columns are numbered from 0; pointers are valid until the next step. */
bool db_is_null(struct db_stmt *s, int k);
int64_t db_int(struct db_stmt *s, int k);
double db_real(struct db_stmt *s, int k);
const char *db_text(struct db_stmt *s, int k); /* "" for NULL */
struct str db_blob(struct db_stmt *s, int k);
/* Is the value bytes (sealed), rather than a number or text? */
bool db_is_blob(struct db_stmt *s, int k);

/* Prepare, bind, run, done in one. */
MUST_CHECK enum status db_do(struct db *db, struct err *e, const char *sql, const char *types, ...);
/* The first column of the first row; the fallback when there is none. */
MUST_CHECK enum status db_get_int(struct db *db, struct err *e, int64_t fallback, int64_t *out,
                                  const char *sql, const char *types, ...);
int64_t db_changes(struct db *db); /* rows that the last statement changed */

/* ---- what differs between engines ---- */

/* `columns` in INTEGER, REAL, TEXT, BLOB; `clustered`: kept in the order of its primary key. */
MUST_CHECK enum status db_create_table(struct db *db, const char *name, const char *columns,
                                       bool clustered, struct err *e);
MUST_CHECK enum status db_run_ddl(struct db *db, const char *sql, struct err *e);
/* Column names of a table; *n 0 when there is no such table. */
MUST_CHECK enum status db_columns(struct db *db, const char *table, struct arena *memory,
                                  const char ***names, size_t *n, struct err *e);
/* Writes a consistent copy to a new file, beside readers and writers. */
MUST_CHECK enum status db_copy_to(struct db *db, const char *path, struct err *e);
/* Everything checked: structure, indexes, foreign keys. *problem is "" when sound. */
MUST_CHECK enum status db_check(struct db *db, char *problem, size_t size, struct err *e);
/* Puts the log into the main file and truncates it, when nobody else is reading. */
void db_checkpoint(struct db *db);
const char *db_engine(void); /* "SQLite 3.40.1" */

#endif
