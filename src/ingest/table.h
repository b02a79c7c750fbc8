/* Tables as agencies send them: CSV, XLSX and ODS behind one row interface.
 *
 * The kind is told from the first bytes, never from the file's name. A header row is required; the
 * names are trimmed, none may be empty or double. Blank rows are skipped.
 *
 * CSV: see base/csv.h (encodings, delimiters, limits).
 * XLSX and ODS: the first visible sheet. Numbers come as plain decimals (never 1.0E5), dates as
 * YYYY-MM-DD (with Thh:mm:ss when the cell holds a time), booleans as TRUE and FALSE. A formula
 * cell is refused with its address: its stored value may be stale or crafted. Document types,
 * entities, packages that unpack suspiciously large, sheets wider than LIMIT_COLUMNS and sizes that
 * lie are refused; memory stays under 64 MB whatever the file says. */
#ifndef INGEST_TABLE_H
#define INGEST_TABLE_H

#include "base/csv.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

struct sheet; /* an opened XLSX or ODS */

struct table {
    char name[300];           /* file name for messages */
    const char *kind;         /* "CSV", "XLSX" or "ODS" */
    const char *encoding;     /* of a CSV; "UTF-8" else */
    char delimiter;           /* of a CSV; 0 else */
    char sheet_name[100];     /* of a spreadsheet; "" else */
    int sheets;               /* how many it has; only the first visible one is read */
    const struct str *header; /* trimmed names, owned by the table */
    size_t columns;
    /* private */
    struct file_bytes file;
    struct csv csv;
    struct sheet *sheet;
};

struct table_row {
    const struct str *cells; /* valid until the next table_next or table_close */
    size_t n;                /* 0: no more rows; may differ from table.columns in a ragged CSV */
    long line;               /* 1-based line (CSV) or row (spreadsheet) */
};

MUST_CHECK enum status table_open(struct table *t, const char *path, struct err *e);
/* The same on bytes that the caller keeps alive. `name` is for messages. */
MUST_CHECK enum status table_open_bytes(struct table *t, struct str bytes, const char *name,
                                        struct err *e);
MUST_CHECK enum status table_next(struct table *t, struct table_row *row, struct err *e);
void table_close(struct table *t);
/* Column number by exact name, or -1. */
int table_column(const struct table *t, const char *name);

#endif
