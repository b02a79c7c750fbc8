/* ODS: OpenDocument 1.3 part 3, section 9 (tables). */
#include "base/limits.h"
#include "base/mem.h"
#include "ingest/sheet.h"

#include <stdlib.h>

struct ods {
    struct part *part; /* first: see refuse_doctype */
    struct sheet *sheet;
    struct buf text;  /* paragraphs of the cell */
    struct buf value; /* from its attributes, which win over the text shown */
    bool typed;       /* value holds */
    int in_paragraph, skipping, cell_depth;
    bool in_table, table_done, in_row, in_cell, row_ready;
    bool first_paragraph;
    size_t column, cell_repeat;
    long row, row_repeat; /* 1-based number of the stored row */
    long repeats_left;    /* rows still to hand over for it */
};

static void refuse_cell(struct ods *o, const char *hint, const char *what)
{
    char cell[32];
    cell_address(o->column, o->row, cell);
    part_refuse(o->part, o->row, cell, hint, "%s", what);
}

static bool repeat_of(const char **a, const char *name, long most, long *out)
{
    const char *text = xml_attribute(a, name);
    *out = 1;
    if (!text)
        return true;
    int64_t v;
    if (!str_to_int64(str_of(text), &v) || v < 1 || v > most)
        return false;
    *out = (long)v;
    return true;
}

static void start_row(struct ods *o, const char **a)
{
    o->row += o->row_repeat;
    if (!repeat_of(a, "number-rows-repeated", LIMIT_SHEET_ROWS, &o->row_repeat) ||
        o->row + o->row_repeat - 1 > LIMIT_SHEET_ROWS) {
        part_refuse(o->part, o->row, NULL, NULL, "the sheet has more than %d rows",
                    LIMIT_SHEET_ROWS);
        return;
    }
    o->in_row = true;
    o->column = 0;
    row_build_begin(&o->sheet->row, o->row);
}

/* The typed value wins over the text that is shown, which may be rounded or localised. */
static void take_value(struct ods *o, const char **a)
{
    const char *type = xml_attribute(a, "value-type");
    const char *value = xml_attribute(a, "value"), *date = xml_attribute(a, "date-value"),
               *boolean = xml_attribute(a, "boolean-value");
    double v;
    if (!type || strcmp(type, "string") == 0 || strcmp(type, "time") == 0)
        return;
    if (strcmp(type, "date") == 0 && date) {
        struct str d = str_of(date);
        if (d.n >= 19 && memcmp(d.p + 10, "T00:00:00", 9) == 0)
            d.n = 10;
        buf_add(&o->value, d.p, d.n);
        o->typed = true;
    } else if (strcmp(type, "boolean") == 0 && boolean) {
        buf_adds(&o->value, strcmp(boolean, "true") == 0 ? "TRUE" : "FALSE");
        o->typed = true;
    } else if (value) {
        if (!str_to_double(str_of(value), &v)) {
            refuse_cell(o, NULL, "the cell should hold a number and does not");
            return;
        }
        add_plain_number(&o->value, v);
        o->typed = true;
    }
}

static void start_cell(struct ods *o, const char **a)
{
    long repeat;
    if (!repeat_of(a, "number-columns-repeated", LIMIT_SHEET_COLUMNS, &repeat) ||
        o->column + (size_t)repeat > LIMIT_SHEET_COLUMNS) {
        refuse_cell(o, "Delete what is not part of the table.",
                    "the sheet is wider than a spreadsheet can be");
        return;
    }
    o->cell_repeat = (size_t)repeat;
    o->in_cell = true;
    o->cell_depth = o->part->depth;
    o->typed = false;
    o->first_paragraph = true;
    buf_clear(&o->text);
    buf_clear(&o->value);
    if (xml_attribute(a, "formula")) {
        refuse_cell(o, "Copy the column and paste it as values, then save again.",
                    "the cell holds a formula; only values can be imported");
        return;
    }
    take_value(o, a);
}

static void add_text(struct ods *o, const char *s, size_t n)
{
    if (o->text.n + n > LIMIT_CELL_BYTES) {
        refuse_cell(o, "Shorten it.", "a cell is larger than 1 MiB");
        return;
    }
    buf_add(&o->text, s, n);
}

static void start_in_cell(struct ods *o, const char *name, const char **a)
{
    long count;
    if (strcmp(name, "annotation") == 0 || strcmp(name, "table") == 0 || o->skipping) {
        o->skipping++; /* a comment, or a table within the cell, is not its text */
    } else if (strcmp(name, "p") == 0 || strcmp(name, "h") == 0) {
        if (!o->first_paragraph)
            add_text(o, "\n", 1);
        o->first_paragraph = false;
        o->in_paragraph++;
    } else if (strcmp(name, "s") == 0) {
        if (!repeat_of(a, "c", LIMIT_CELL_BYTES, &count)) {
            refuse_cell(o, NULL, "a run of spaces with an impossible length");
            return;
        }
        for (long i = 0; i < count && !o->part->failed; i++)
            add_text(o, " ", 1);
    } else if (strcmp(name, "tab") == 0) {
        add_text(o, "\t", 1);
    } else if (strcmp(name, "line-break") == 0) {
        add_text(o, "\n", 1);
    }
}

static void XMLCALL start(void *user, const char *name, const char **a)
{
    struct ods *o = user;
    if (!part_enter(o->part))
        return;
    name = xml_local(name);
    if (o->in_cell) {
        start_in_cell(o, name, a);
    } else if (strcmp(name, "table") == 0) {
        o->sheet->sheets++;
        if (!o->table_done && !o->in_table) {
            const char *label = xml_attribute(a, "name");
            o->in_table = true;
            snprintf(o->sheet->name, sizeof o->sheet->name, "%s", label ? label : "");
        }
    } else if (o->in_table && strcmp(name, "table-row") == 0) {
        start_row(o, a);
    } else if (o->in_row &&
               (strcmp(name, "table-cell") == 0 || strcmp(name, "covered-table-cell") == 0)) {
        start_cell(o, a);
    }
}

static void end_cell(struct ods *o)
{
    struct str value = str_trim(o->typed ? buf_str(&o->value) : buf_str(&o->text));
    o->in_cell = false;
    o->in_paragraph = 0;
    if (value.n && o->column + o->cell_repeat > LIMIT_COLUMNS) {
        refuse_cell(o, "Delete what is not part of the table.",
                    "the sheet is wider than 4096 columns");
        return;
    }
    if (value.n && o->sheet->row.text.n + value.n * o->cell_repeat > LIMIT_SHEET_ROW_BYTES) {
        refuse_cell(o, NULL, "the row is larger than 8 MiB");
        return;
    }
    for (size_t i = 0; value.n && i < o->cell_repeat; i++)
        row_build_put(&o->sheet->row, o->column + i, value);
    o->column += o->cell_repeat;
}

static void end_row(struct ods *o)
{
    o->in_row = false;
    if (!o->sheet->row.any)
        return;
    if (o->row_repeat > LIMIT_SHEET_ROW_REPEATS) {
        part_refuse(o->part, o->row, NULL, "Delete the copies.",
                    "one filled row is repeated %ld times", o->row_repeat);
        return;
    }
    o->row_ready = true;
    o->repeats_left = o->row_repeat - 1;
    part_pause(o->part);
}

static void XMLCALL end(void *user, const char *name)
{
    struct ods *o = user;
    part_leave(o->part);
    if (o->part->failed)
        return;
    name = xml_local(name);
    if (o->in_cell && o->skipping) {
        o->skipping--;
    } else if (o->in_cell && o->part->depth < o->cell_depth) {
        end_cell(o);
    } else if (o->in_cell) {
        o->in_paragraph -= strcmp(name, "p") == 0 || strcmp(name, "h") == 0;
    } else if (o->in_row && strcmp(name, "table-row") == 0) {
        end_row(o);
    } else if (o->in_table && strcmp(name, "table") == 0) {
        o->in_table = false;
        o->table_done = true;
    }
}

static void XMLCALL text(void *user, const char *s, int n)
{
    struct ods *o = user;
    if (o->in_cell && o->in_paragraph && !o->skipping && !o->part->failed)
        add_text(o, s, (size_t)n);
}

static void ods_free(void *kind)
{
    struct ods *o = kind;
    buf_free(&o->text);
    buf_free(&o->value);
    free(o);
}

enum status ods_start(struct sheet *s, struct err *e)
{
    struct ods *o = mem_zalloc(1, sizeof *o);
    s->kind = o;
    s->free_kind = ods_free;
    o->sheet = s;
    o->part = &s->part;
    o->row_repeat = 1;
    return part_open(&s->part, s->zip, s->table, "content.xml", o, start, end, text, e);
}

enum status ods_row(struct sheet *s, struct err *e)
{
    struct ods *o = s->kind;
    if (o->repeats_left > 0) {
        o->repeats_left--;
        s->row.line++;
        return ST_OK;
    }
    o->row_ready = false;
    TRY(part_run(&s->part, e));
    if (!o->row_ready)
        row_build_begin(&s->row, 0);
    return ST_OK;
}
