#include "ingest/table.h"

#include "base/limits.h"
#include "base/mem.h"
#include "ingest/sheet.h"

#include <stdlib.h>

/* ---- telling the kind ---- */

/* End of central directory: 4.3.16 of the zip application note. Counted before libzip allocates. */
static bool too_many_entries(struct str b)
{
    size_t low = b.n > 65557 ? b.n - 65557 : 0;
    for (size_t i = b.n >= 22 ? b.n - 22 + 1 : 0; i-- > low;)
        if (memcmp(b.p + i, "PK\5\6", 4) == 0) {
            unsigned entries = (unsigned char)b.p[i + 10] | (unsigned)(unsigned char)b.p[i + 11]
                                                                << 8;
            return entries > LIMIT_SHEET_ENTRIES;
        }
    return false;
}

static const struct {
    const char *magic;
    size_t n;
    const char *what;
} foreign[] = {
    {"\xd0\xcf\x11\xe0", 4, "an old Excel (.xls) or a password-protected file"},
    {"%PDF", 4, "a PDF"},
    {"\x89PNG", 4, "a picture"},
    {"\xff\xd8\xff", 3, "a picture"},
    {"\x1f\x8b", 2, "a gzip archive"},
    {"7z\xbc\xaf", 4, "a 7-Zip archive"},
    {"Rar!", 4, "a RAR archive"},
    {"SQLite format 3", 15, "a database"},
    {"{\\rtf", 5, "a rich text document"},
    {"<", 1, "a web page or XML"},
    {"\x7f"
     "ELF",
     4, "a program"},
};

static enum status refuse_kind(const char *name, const char *what, struct err *e)
{
    err_at(e, name, 0, NULL);
    err_set(e, ST_DATA, "this is %s, not a table", what);
    return err_hint(e, "Save it as CSV, XLSX or ODS and import that.");
}

/* ---- spreadsheets ---- */

static void sheet_free(struct sheet *s)
{
    part_close(&s->part);
    row_build_free(&s->row);
    if (s->kind)
        s->free_kind(s->kind);
    if (s->zip)
        zip_discard(s->zip);
    free(s->header);
    buf_free(&s->header_text);
    free(s);
}

static enum status next_row(struct sheet *s, bool xlsx, struct err *e)
{
    return xlsx ? xlsx_row(s, e) : ods_row(s, e);
}

static enum status take_header(struct sheet *s, struct err *e)
{
    row_build_finish(&s->row, 0);
    s->columns = s->row.width;
    s->header = mem_array(s->columns, sizeof *s->header);
    /* All bytes first, so that the views stay where they are. */
    for (size_t i = 0; i < s->columns; i++)
        buf_add(&s->header_text, s->row.cells[i].p, s->row.cells[i].n);
    size_t at = 0;
    for (size_t i = 0; i < s->columns; i++) {
        char cell[32];
        s->header[i] = (struct str){s->header_text.p + at, s->row.cells[i].n};
        at += s->header[i].n;
        cell_address(i, s->row.line, cell);
        err_at(e, s->table, s->row.line, cell);
        if (s->header[i].n == 0) {
            err_set(e, ST_DATA, "the header cell is empty");
            return err_hint(e, "The first filled row must name every column.");
        }
        for (size_t k = 0; k < i; k++)
            if (str_eq(s->header[k], s->header[i])) {
                err_set(e, ST_DATA, "two columns are called \"%.*s\"",
                        (int)(s->header[i].n > 60 ? 60 : s->header[i].n), s->header[i].p);
                return err_hint(e, "Rename or delete one of them.");
            }
    }
    *e = (struct err){0};
    return ST_OK;
}

static enum status open_zip(struct sheet *s, struct str bytes, const char *name, struct err *e)
{
    zip_error_t problem;
    if (bytes.n > LIMIT_SHEET_FILE_BYTES || too_many_entries(bytes)) {
        err_at(e, name, 0, NULL);
        err_set(e, ST_DATA, "the spreadsheet is too large");
        return err_hint(e, "Save the sheet as CSV.");
    }
    zip_error_init(&problem);
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, &problem);
    if (source)
        s->zip = zip_open_from_source(source, ZIP_RDONLY, &problem);
    if (!s->zip) {
        if (source)
            zip_source_free(source);
        err_at(e, name, 0, NULL);
        err_set(e, ST_DATA, "the spreadsheet cannot be opened: %s", zip_error_strerror(&problem));
        err_hint(e, "The file is damaged or cut short; save or send it again.");
        zip_error_fini(&problem);
        return ST_DATA;
    }
    zip_error_fini(&problem);
    return ST_OK;
}

static enum status start_sheet(struct table *t, struct sheet *s, struct str bytes, struct err *e)
{
    TRY(open_zip(s, bytes, t->name, e));
    bool xlsx = !part_exists(s->zip, "content.xml");
    if (xlsx && !part_exists(s->zip, "[Content_Types].xml"))
        return refuse_kind(t->name, "a zip archive", e);
    if (xlsx && part_exists(s->zip, "word/document.xml"))
        return refuse_kind(t->name, "a text document", e);
    t->kind = xlsx ? "XLSX" : "ODS";
    TRY(xlsx ? xlsx_start(s, e) : ods_start(s, e));
    TRY(next_row(s, xlsx, e));
    if (!s->row.any) {
        err_at(e, t->name, 0, NULL);
        err_set(e, ST_DATA, "the sheet%s%s is empty", s->name[0] ? " " : "", s->name);
        return err_hint(e, "The first filled row must name the columns.");
    }
    return take_header(s, e);
}

static enum status open_sheet(struct table *t, struct str bytes, struct err *e)
{
    struct sheet *s = mem_zalloc(1, sizeof *s);
    s->table = t->name;
    enum status st = start_sheet(t, s, bytes, e);
    if (st != ST_OK) {
        sheet_free(s);
        return st;
    }
    t->sheet = s;
    t->encoding = "UTF-8";
    t->sheets = s->sheets;
    snprintf(t->sheet_name, sizeof t->sheet_name, "%s", s->name);
    t->header = s->header;
    t->columns = s->columns;
    return ST_OK;
}

/* ---- the interface ---- */

static enum status open_csv(struct table *t, struct str bytes, struct err *e)
{
    TRY(csv_open_bytes(&t->csv, bytes, t->name, e));
    t->kind = "CSV";
    t->encoding = t->csv.encoding;
    t->delimiter = t->csv.delimiter;
    t->header = t->csv.header;
    t->columns = t->csv.columns;
    return ST_OK;
}

enum status table_open_bytes(struct table *t, struct str bytes, const char *name, struct err *e)
{
    *t = (struct table){0};
    snprintf(t->name, sizeof t->name, "%s", name);
    if (bytes.n >= 4 && memcmp(bytes.p, "PK\3\4", 4) == 0)
        return open_sheet(t, bytes, e);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (bytes.n >= foreign[i].n && memcmp(bytes.p, foreign[i].magic, foreign[i].n) == 0)
            return refuse_kind(name, foreign[i].what, e);
    return open_csv(t, bytes, e);
}

enum status table_open(struct table *t, const char *path, struct err *e)
{
    struct file_bytes file;
    TRY(file_read(path, LIMIT_FILE_BYTES, &file, e));
    enum status s = table_open_bytes(t, (struct str){file.p, file.n}, path, e);
    if (s != ST_OK) {
        file_release(&file);
        return s;
    }
    t->file = file;
    return ST_OK;
}

enum status table_next(struct table *t, struct table_row *row, struct err *e)
{
    if (!t->sheet) {
        struct csv_row r;
        TRY(csv_next(&t->csv, &r, e));
        *row = (struct table_row){r.cells, r.n, r.line};
        return ST_OK;
    }
    struct sheet *s = t->sheet;
    TRY(next_row(s, t->kind[0] == 'X', e));
    if (!s->row.any) {
        *row = (struct table_row){0};
        t->sheets = s->sheets;
        return ST_OK;
    }
    row_build_finish(&s->row, s->columns);
    *row = (struct table_row){s->row.cells, s->row.width, s->row.line};
    return ST_OK;
}

void table_close(struct table *t)
{
    if (t->sheet)
        sheet_free(t->sheet);
    else if (t->kind)
        csv_close(&t->csv);
    if (t->file.p)
        file_release(&t->file);
    *t = (struct table){0};
}

int table_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (str_is(t->header[i], name))
            return (int)i;
    return -1;
}
