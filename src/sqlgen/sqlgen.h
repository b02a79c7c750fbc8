/* A linkage model as SQL that runs inside the engine an organisation already owns.
 *
 * Two texts. The prepared records (CSV, one row a record): what only this program can make, since
 * no SQL engine folds scripts, knows sounds or reads dates as it does. The script: blocking,
 * levels, weights and term frequency on those rows; it leaves the table throughline_pairs with
 * id_a, id_b, match_weight (bits), match_probability and the level of every comparison, for every
 * pair that the rules bring together and that weighs at least `least_bits`.
 *
 * The levels are those of linkage/levels.h, the weights those of linkage/score.c: sums in 32-bit
 * floats in the same order. What a dialect cannot say exactly is refused (ST_DATA, naming the
 * column), never replaced by something near. docs/method/link-sql.md has the argument for every
 * comparer.
 *
 * Pure text generation: same model, specification and dialect, same bytes. */
#ifndef SQLGEN_SQLGEN_H
#define SQLGEN_SQLGEN_H

#include "linkage/link.h"

enum sql_dialect { SQL_POSTGRES, SQL_DUCKDB, SQL_SPARK, SQL_DIALECTS };

/* "postgres", "duckdb", "spark"; SQL_DIALECTS when there is no such dialect. */
enum sql_dialect sql_dialect_of(const char *name);

/* ---- prepared records ---- */

/* The header: record number, id, source, then the forms of each compared column. The name of the
 * first column carries the version of the forms, so that a script refuses rows made by other rules.
 */
void sql_prepared_header(const struct link_data *d, struct buf *out);
/* One record by rank. ST_DATA: an id that no SQL text can hold (a NUL byte). */
MUST_CHECK enum status sql_prepared_row(const struct link_data *d, uint32_t record, struct buf *out,
                                        struct err *e);

/* ---- the script ---- */

struct sql_request {
    enum sql_dialect dialect;
    const struct link_spec *spec; /* NULL: the model's columns, rules chosen by the engine */
    struct link_model *model;     /* its columns are put into the specification's order */
    bool own_frequencies;         /* how common a value is comes from the rows, not the model */
    double least_bits;
    const char *prepared; /* CSV file that the script loads; NULL: the table is there already */
};
/* Adds the script to *out; on failure what *out holds is of no use. ST_DATA: model and
 * specification do not fit, or something that the dialect cannot say exactly. */
MUST_CHECK enum status sql_script(const struct sql_request *r, struct buf *out, struct err *e);

#endif
