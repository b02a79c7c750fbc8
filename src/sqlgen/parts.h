/* What the parts of the script share. Private to sqlgen.
 *
 * Tables, in the order of their making (all but the last are dropped at the end):
 *   throughline_people      the prepared records                    (prepared.c, script.c)
 *   throughline_facts       one row: counts, which columns say something          (weight.c)
 *   throughline_known       bits of agreement by column and value                 (weight.c)
 *   throughline_lift_<n>    what two columns repeat of each other                 (weight.c)
 *   throughline_forms       typed forms and bits, one row a record                (weight.c)
 *   throughline_keys, _groups, _over, _members, _candidates                     (blocking.c)
 *   throughline_evidence, _nearness, _crossed, _levels                        (comparison.c)
 *   throughline_weights, throughline_pairs                                        (weight.c)
 *
 * Columns of the forms of compared column k (from 1): vk text, kk key, and by type wk words, nk
 * their number, sk words sorted, tk joined, ok sound, yk mk dk date, xk Ethiopian calendar; ek
 * bits. */
#ifndef SQLGEN_PARTS_H
#define SQLGEN_PARTS_H

#include "base/mem.h"
#include "linkage/model.h"
#include "sqlgen/sqlgen.h"

struct dialect {
    const char *name, *title;
    const char *functions; /* embedded file: functions, or templates when `inlined` */
    bool inlined;          /* calls are written out */
    const char *create;    /* "CREATE TABLE %s AS\n" */
    const char *text, *real, *dbl;
    const char *count_words; /* "cardinality(%s)" */
    char quote;              /* of identifiers */
    bool backslash;          /* escapes in literals */
    bool folds_names;        /* identifiers that differ in case only are one */
    int name_bytes;          /* longest identifier; 0: no bound */
    bool analyse;
};
const struct dialect *dialect_of(enum sql_dialect d);

struct sql {
    struct buf *out;
    struct arena memory; /* expressions */
    const struct dialect *dialect;
    const struct sql_request *request;
    struct link_data *d; /* columns and rules, no records */
    const struct link_model *m;
    struct scorer scorer;
    struct inline_file *templates; /* NULL unless the dialect's calls are written out */
};

/* ---- dialect.c ---- */

/* Expressions live in g->memory. */
#define SQL(g, ...) arena_printf(&(g)->memory, __VA_ARGS__)
const char *sql_literal(struct sql *g, struct str s);
const char *sql_name(struct sql *g, const char *name);
/* A name of the user's for a comment: no line can end in it. */
const char *sql_remark(struct sql *g, const char *name);
/* Constants that read back as the same float or double. */
const char *sql_real(struct sql *g, float v);
const char *sql_double(struct sql *g, double v);
/* Bytes of a value as characters U+0001..U+00FF: as the prepared records hold them. */
void sql_lift(struct buf *out, struct str bytes);
/* A call of throughline_<name>; arguments must be columns or constants. */
const char *sql_call(struct sql *g, const char *name, int n, const char *const *arguments);
#define CALL(g, name, ...)                                                                         \
    sql_call(g, name, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),               \
             (const char *const[]){__VA_ARGS__})
/* DROP and CREATE TABLE ... AS, then the select is to follow. */
void sql_create(struct sql *g, const char *table);
/* Ends the statement; the engine counts the table where it needs that. */
void sql_end(struct sql *g, const char *table);
/* The script stops with the message unless the condition (on `from`) holds. */
void sql_check(struct sql *g, const char *condition, const char *from, const char *message);

/* ---- inline_call.c ---- */

struct inline_file *inline_open(struct str text);
void inline_close(struct inline_file *f);
/* Writes the body of a template with its parameters replaced, calls within it too. */
void inline_expand(const struct inline_file *f, const char *name, int n,
                   const char *const *arguments, struct buf *out);

/* ---- prepared.c ---- */

bool sql_is_name(enum link_type t);
bool sql_has_words(enum link_type t);
bool sql_is_nation(enum link_type t);
bool sql_is_dated(enum link_type t);
/* The column of record numbers: its name says by which rules the forms were made. */
const char *sql_record_column(struct sql *g);
/* "record_1_1 BIGINT, id TEXT, ..." */
void sql_people_columns(struct sql *g);

/* ---- the steps ---- */

void sql_facts(struct sql *g);                                     /* weight.c */
void sql_forms(struct sql *g);                                     /* weight.c */
void sql_final(struct sql *g);                                     /* weight.c */
void sql_comparison(struct sql *g);                                /* comparison.c */
MUST_CHECK enum status sql_blocking(struct sql *g, struct err *e); /* blocking.c */
/* Can every level of the model's columns be said? comparison.c */
MUST_CHECK enum status sql_check_levels(const struct sql *g, struct err *e);

#endif
