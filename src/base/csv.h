/* Delimited text, RFC 4180 and what is met in practice.
 *
 * Encodings: UTF-8 with or without byte order mark, UTF-16 (with mark, or told by its zero bytes),
 * Windows-1252 when the bytes are not UTF-8 at all; which one is said in csv.encoding. Delimiters:
 * comma, semicolon, tab, told from the header line. Line ends: LF, CRLF, CR. A header row is
 * required; header names and cells are trimmed of ASCII white space. Refused with row and column:
 * NUL bytes, broken UTF-8, an unclosed quote, duplicate or empty header names, cells over
 * LIMIT_CELL_BYTES. A row with more or fewer cells than the header is handed over as it is: the
 * caller says what is wrong with it (csv_check_width). Blank lines are skipped. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

struct csv {
    char name[300];       /* file name for messages */
    const char *encoding; /* "UTF-8", "UTF-8 with byte order mark", "UTF-16LE", "Windows-1252" */
    char delimiter;       /* ',' ';' or '\t' */
    struct str *header;   /* trimmed names, owned by the reader */
    size_t columns;       /* number of header names */
    /* private */
    struct file_bytes file;
    char *converted;
    const char *p, *end;
    long line;
    struct str *cells;
    size_t cell_cap;
    struct arena scratch, names;
};

struct csv_row {
    const struct str *cells; /* valid until the next csv_next or csv_close */
    size_t n;                /* 0: no more rows */
    long line;               /* 1-based line of the file on which the row starts */
};

/* Opens and reads the header. An empty file is an error; a header without rows is not. */
MUST_CHECK enum status csv_open(struct csv *c, const char *path, struct err *e);
/* The same on bytes that the caller keeps alive. `name` is for messages. */
MUST_CHECK enum status csv_open_bytes(struct csv *c, struct str bytes, const char *name,
                                      struct err *e);
/* row->n == 0 at the end. Cost: one pass, no copy but for quoted cells with doubled quotes. */
MUST_CHECK enum status csv_next(struct csv *c, struct csv_row *row, struct err *e);
/* The same, and a row that is not as wide as the header is an error. */
MUST_CHECK enum status csv_next_full(struct csv *c, struct csv_row *row, struct err *e);
void csv_close(struct csv *c);

/* Column number by exact name, or -1. */
int csv_column(const struct csv *c, const char *name);
/* The same, but a missing column is an error that lists the header. */
MUST_CHECK enum status csv_need(const struct csv *c, const char *name, int *column, struct err *e);
/* An error when the row is not as wide as the header. */
MUST_CHECK enum status csv_check_width(const struct csv *c, const struct csv_row *row,
                                       struct err *e);

#endif
