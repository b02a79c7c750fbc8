/* Statistical tables as a workbook that everyone can read: ODS, XLSX and CSV from one description.
 *
 * Layout follows the Government Analysis Function, "Releasing statistics in spreadsheets": a cover,
 * contents and notes sheet, then one table a sheet; title in A1, how many tables the sheet holds,
 * where notes are, what shorthand means, and the source above the table; tables marked up and
 * named; no merged, hidden, frozen or blank cells; words instead of colour; document properties
 * set; the cursor at A1.
 *
 * The description is checked before anything is written (workbook_check): shorthand that is used
 * but not known, a note that is referred to but not listed or listed but never referred to, a
 * ragged or an empty table, a name that is no table name, an empty cell: an error that names sheet,
 * row and column. */
#ifndef PUBLISH_WORKBOOK_H
#define PUBLISH_WORKBOOK_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum cell_kind { CELL_TEXT, CELL_NUMBER, CELL_SHORTHAND };

struct cell {
    enum cell_kind kind;
    const char
        *text; /* text; for shorthand its code without brackets: "c", "x", "z", "low", "u" ... */
    double number;
    int decimals; /* of a number as shown; CSV too */
};

/* Shorthand of the Analysis Function that this project uses; NULL when `code` is none of it. */
const char *shorthand_meaning(const char *code);

struct table_column {
    const char *header; /* unique in the table; may end in "[note 1]" */
    bool numeric;       /* right-aligned, also where it holds shorthand */
    int width;          /* characters; 0: chosen */
};

struct table {
    const char *name;  /* sheet name, at most 31 bytes: "Table_1" */
    const char *title; /* "Table 1: Repeat referrals by year, England and Wales, 2019 to 2023" */
    const char *source;
    const struct table_column *columns;
    size_t column_count;
    const struct cell *cells; /* row_count x column_count, by row */
    size_t row_count;
};

struct workbook {
    const char *title, *subject, *author;
    const char *const *cover; /* lines of the cover below the title, NULL-ended */
    const char *const *notes; /* note 1, note 2, ..., NULL-ended; referred to as "[note 1]" */
    const struct table *tables;
    size_t table_count;
    const char *created; /* "2024-03-31T09:30:00Z": document property; the clock is the caller's */
};

MUST_CHECK enum status workbook_check(const struct workbook *w, struct err *e);
/* Each checks first; the file appears whole or not at all. */
MUST_CHECK enum status workbook_write_xlsx(const struct workbook *w, const char *path,
                                           struct err *e);
MUST_CHECK enum status workbook_write_ods(const struct workbook *w, const char *path,
                                          struct err *e);
/* DIR/<table name>.csv with one header row, UTF-8; numbers unformatted, shorthand in brackets. */
MUST_CHECK enum status workbook_write_csv(const struct workbook *w, const char *dir, struct err *e);

#endif
