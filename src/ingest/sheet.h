/* What the readers of XLSX and ODS share: parts of a zip package through a wary XML parser, and the
 * row that is being put together. Private to ingest. */
#ifndef INGEST_SHEET_H
#define INGEST_SHEET_H

#include "base/err.h"
#include "base/str.h"

#include <expat.h>
#include <stdint.h>
#include <zip.h>

/* One part of the package, unpacked and parsed piece by piece. */
struct part {
    zip_file_t *file;
    XML_Parser xml;
    const char *table; /* file name for messages */
    char path[120];    /* of the part, for messages */
    uint64_t packed, declared, unpacked;
    int depth;
    bool at_end, suspended;
    struct err *error; /* where a handler's complaint goes */
    bool failed;
};

/* A handler sees `user` as its user data. `missing_ok`: *found tells. */
MUST_CHECK enum status part_open(struct part *p, zip_t *zip, const char *table, const char *path,
                                 void *user, XML_StartElementHandler start,
                                 XML_EndElementHandler end, XML_CharacterDataHandler text,
                                 struct err *e);
bool part_exists(zip_t *zip, const char *path);
/* Parses until a handler calls part_pause or the part ends (p->at_end). */
MUST_CHECK enum status part_run(struct part *p, struct err *e);
void part_pause(struct part *p);
/* For handlers: the file is refused. The first complaint wins. */
void part_refuse(struct part *p, long row, const char *cell, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
/* For handlers: call first; false when parsing has been stopped. */
bool part_enter(struct part *p);
void part_leave(struct part *p);
void part_close(struct part *p);
/* Runs a whole part: open, run to the end, close. */
MUST_CHECK enum status part_read(zip_t *zip, const char *table, const char *path, struct part *p,
                                 void *user, XML_StartElementHandler start,
                                 XML_EndElementHandler end, XML_CharacterDataHandler text,
                                 struct err *e);

/* The name without its namespace prefix. */
const char *xml_local(const char *name);
/* The attribute with that local name, or NULL. */
const char *xml_attribute(const char **attributes, const char *local);

/* The row being read. Cells are offsets into `text` until row_build_finish. */
struct row_build {
    struct buf text;
    size_t *start, *length;
    size_t n, cap, start_cap, length_cap;
    struct str *cells; /* made by row_build_finish */
    size_t width, cells_cap;
    long line;
    bool any; /* a cell that is not empty */
};
void row_build_begin(struct row_build *r, long line);
/* Sets the cell at `column` (0-based), filling skipped ones with nothing. The caller has checked
 * column < LIMIT_COLUMNS. Trims ASCII white space. */
void row_build_put(struct row_build *r, size_t column, struct str value);
/* Makes r->cells; cells up to `width` are filled with nothing. */
void row_build_finish(struct row_build *r, size_t width);
void row_build_free(struct row_build *r);

/* "AB12" of a 0-based column and a 1-based row. */
void cell_address(size_t column, long row, char out[32]);
/* A number as a person would type it: plain digits, no exponent. */
void add_plain_number(struct buf *b, double v);

/* One kind of spreadsheet. */
struct sheet {
    zip_t *zip;
    const char *table;
    struct part part;
    struct row_build row;
    char name[100];
    int sheets;
    struct str *header;
    size_t columns;
    struct buf header_text;
    void *kind; /* the reader's own state */
    void (*free_kind)(void *kind);
};
/* Each opens the first visible sheet of a package and leaves the parser before the first row. */
MUST_CHECK enum status xlsx_start(struct sheet *s, struct err *e);
MUST_CHECK enum status ods_start(struct sheet *s, struct err *e);
/* The next row that is not blank into s->row; s->row.any is false at the end. */
MUST_CHECK enum status xlsx_row(struct sheet *s, struct err *e);
MUST_CHECK enum status ods_row(struct sheet *s, struct err *e);

#endif
