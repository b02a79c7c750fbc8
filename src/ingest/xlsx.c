/* XLSX: ECMA-376 part 1, SpreadsheetML (sections 18.2 workbook, 18.3 sheets, 18.4 shared strings,
 * 18.8 styles). */
#include "base/date.h"
#include "base/limits.h"
#include "base/mem.h"
#include "ingest/sheet.h"

#include <stdlib.h>

/* Every reader's first member is the part that is being parsed: see refuse_doctype. */
struct relation {
    char id[64], type[40], target[260];
};

struct xlsx {
    struct part *part;
    struct sheet *sheet;
    /* workbook */
    struct relation *relations;
    size_t relation_count, relation_cap;
    char folder[260]; /* of the workbook, with a slash */
    char sheet_id[64];
    bool date1904, have_sheet;
    /* styles: is cell format i a date, with a time? */
    unsigned char *formats;
    size_t format_count, format_cap;
    struct custom {
        long id;
        unsigned char kind;
    } * customs;
    size_t custom_count, custom_cap;
    bool in_formats;
    /* shared strings */
    struct buf strings;
    uint32_t *string_end;
    size_t string_count, string_cap;
    /* text being gathered */
    struct buf text;
    bool gathering, phonetic;
    /* the cell */
    size_t column;
    long row;
    char type[16];
    unsigned long style;
    bool in_row, in_cell, row_ready;
};

enum { PLAIN = 0, IS_DATE = 1, IS_TIME = 2 };

/* ---- relations ---- */

static void XMLCALL relation_start(void *user, const char *name, const char **a)
{
    struct xlsx *x = user;
    if (!part_enter(x->part) || strcmp(xml_local(name), "Relationship") != 0)
        return;
    const char *id = xml_attribute(a, "Id"), *type = xml_attribute(a, "Type"),
               *target = xml_attribute(a, "Target"), *mode = xml_attribute(a, "TargetMode");
    if (!id || !type || !target || (mode && strcmp(mode, "External") == 0) ||
        x->relation_count > LIMIT_SHEET_ENTRIES)
        return;
    const char *last = strrchr(type, '/');
    MEM_GROW(x->relations, x->relation_cap, x->relation_count + 1);
    struct relation *r = &x->relations[x->relation_count++];
    snprintf(r->id, sizeof r->id, "%s", id);
    snprintf(r->type, sizeof r->type, "%s", last ? last + 1 : type);
    snprintf(r->target, sizeof r->target, "%s", target);
}

static void XMLCALL any_end(void *user, const char *name)
{
    (void)name;
    part_leave(((struct xlsx *)user)->part);
}

static const char *by_type(const struct xlsx *x, const char *type)
{
    for (size_t i = 0; i < x->relation_count; i++)
        if (strcmp(x->relations[i].type, type) == 0)
            return x->relations[i].target;
    return NULL;
}

/* A target as a path of the package: absolute, or relative to the workbook's folder. */
static void resolve(const struct xlsx *x, const char *target, char out[600])
{
    if (target[0] == '/')
        snprintf(out, 600, "%s", target + 1);
    else
        snprintf(out, 600, "%s%s", x->folder, target);
}

static enum status read_part(struct xlsx *x, const char *path, XML_StartElementHandler start,
                             XML_EndElementHandler end, XML_CharacterDataHandler text,
                             struct err *e)
{
    x->part = &x->sheet->part;
    return part_read(x->sheet->zip, x->sheet->table, path, x->part, x, start, end, text, e);
}

/* ---- workbook ---- */

static void XMLCALL workbook_start(void *user, const char *name, const char **a)
{
    struct xlsx *x = user;
    if (!part_enter(x->part))
        return;
    name = xml_local(name);
    if (strcmp(name, "workbookPr") == 0) {
        const char *v = xml_attribute(a, "date1904");
        x->date1904 = v && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
    } else if (strcmp(name, "sheet") == 0) {
        const char *state = xml_attribute(a, "state"), *id = NULL,
                   *label = xml_attribute(a, "name");
        for (size_t i = 0; a[i]; i += 2) /* r:id, not id */
            if (strchr(a[i], ':') && strcmp(xml_local(a[i]), "id") == 0)
                id = a[i + 1];
        x->sheet->sheets++;
        if (x->have_sheet || !id || (state && strcmp(state, "visible") != 0))
            return;
        x->have_sheet = true;
        snprintf(x->sheet_id, sizeof x->sheet_id, "%s", id);
        snprintf(x->sheet->name, sizeof x->sheet->name, "%s", label ? label : "");
    }
}

/* ---- styles ---- */

/* ECMA-376 18.8.30: built-in number formats that are dates or times. */
static unsigned char builtin_kind(long id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
        return IS_DATE;
    if (id == 22)
        return IS_DATE | IS_TIME;
    return (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) ? IS_TIME
                                                                                      : PLAIN;
}

/* A format code is a date when y, m, d, h or s stand outside quotes, brackets and escapes. */
static unsigned char code_kind(const char *code)
{
    unsigned char kind = PLAIN;
    for (const char *p = code; *p; p++) {
        if (*p == '"') {
            p = strchr(p + 1, '"');
        } else if (*p == '[') { /* [h] is elapsed time, [Red] a colour, [$-809] a locale */
            if ((p[1] == 'h' || p[1] == 'm' || p[1] == 's') && (p[2] == ']' || p[2] == p[1]))
                kind |= IS_TIME;
            p = strchr(p + 1, ']');
        } else if (*p == '\\' || *p == '_' || *p == '*') {
            p += p[1] != '\0';
        } else if (*p == 'y' || *p == 'Y' || *p == 'd' || *p == 'D') {
            kind |= IS_DATE;
        } else if (*p == 'h' || *p == 'H' || *p == 's' || *p == 'S') {
            kind |= IS_TIME;
        } else if (*p == 'm' || *p == 'M') {
            kind |= kind & IS_TIME ? IS_TIME : IS_DATE;
        } else if (*p == ';') {
            break;
        }
        if (!p)
            break;
    }
    return kind;
}

static void XMLCALL styles_start(void *user, const char *name, const char **a)
{
    struct xlsx *x = user;
    if (!part_enter(x->part))
        return;
    name = xml_local(name);
    const char *id = xml_attribute(a, "numFmtId");
    if (strcmp(name, "numFmt") == 0 && id && x->custom_count < LIMIT_SHEET_STYLES) {
        const char *code = xml_attribute(a, "formatCode");
        MEM_GROW(x->customs, x->custom_cap, x->custom_count + 1);
        x->customs[x->custom_count++] =
            (struct custom){strtol(id, NULL, 10), code ? code_kind(code) : PLAIN};
    } else if (strcmp(name, "cellXfs") == 0) {
        x->in_formats = true;
    } else if (strcmp(name, "xf") == 0 && x->in_formats && x->format_count < LIMIT_SHEET_STYLES) {
        long number = id ? strtol(id, NULL, 10) : 0;
        unsigned char kind = builtin_kind(number);
        for (size_t i = 0; i < x->custom_count; i++)
            if (x->customs[i].id == number)
                kind = x->customs[i].kind;
        MEM_GROW(x->formats, x->format_cap, x->format_count + 1);
        x->formats[x->format_count++] = kind;
    }
}

static void XMLCALL styles_end(void *user, const char *name)
{
    struct xlsx *x = user;
    if (strcmp(xml_local(name), "cellXfs") == 0)
        x->in_formats = false;
    part_leave(x->part);
}

/* ---- text ---- */

static void XMLCALL gather(void *user, const char *s, int n)
{
    struct xlsx *x = user;
    if (!x->gathering || x->phonetic || x->part->failed)
        return;
    if (x->text.n + (size_t)n > LIMIT_CELL_BYTES) {
        char cell[32];
        cell_address(x->column, x->row, cell);
        part_refuse(x->part, x->row, x->in_cell ? cell : NULL, "Shorten it.",
                    "a cell is larger than 1 MiB");
        return;
    }
    buf_add(&x->text, s, (size_t)n);
}

/* ST_Xstring: characters that XML cannot hold are written _xHHHH_. */
static void unescape(struct buf *b)
{
    size_t out = 0;
    for (size_t i = 0; i < b->n; i++) {
        unsigned v = 0;
        if (b->p[i] == '_' && i + 6 < b->n && b->p[i + 1] == 'x' && b->p[i + 6] == '_' &&
            strspn(b->p + i + 2, "0123456789abcdefABCDEF") >= 4) {
            v = (unsigned)strtoul((char[5]){b->p[i + 2], b->p[i + 3], b->p[i + 4], b->p[i + 5]},
                                  NULL, 16);
            if (v == 0x5f || (v < 0x80 && v != 0)) {
                b->p[out++] = (char)v;
                i += 6;
                continue;
            }
        }
        b->p[out++] = b->p[i];
    }
    b->n = out;
    if (b->p)
        b->p[out] = '\0';
}

/* ---- shared strings ---- */

static void XMLCALL strings_start(void *user, const char *name, const char **a)
{
    (void)a;
    struct xlsx *x = user;
    if (!part_enter(x->part))
        return;
    name = xml_local(name);
    if (strcmp(name, "si") == 0)
        buf_clear(&x->text);
    else if (strcmp(name, "t") == 0)
        x->gathering = true;
    else if (strcmp(name, "rPh") == 0)
        x->phonetic = true;
}

static void XMLCALL strings_end(void *user, const char *name)
{
    struct xlsx *x = user;
    part_leave(x->part);
    if (x->part->failed)
        return;
    name = xml_local(name);
    if (strcmp(name, "t") == 0) {
        x->gathering = false;
    } else if (strcmp(name, "rPh") == 0) {
        x->phonetic = false;
    } else if (strcmp(name, "si") == 0) {
        unescape(&x->text);
        if (x->strings.n + x->text.n > LIMIT_SHEET_STRING_BYTES ||
            x->string_count >= LIMIT_SHEET_STRINGS) {
            part_refuse(x->part, 0, NULL, "Save the sheet as CSV, which has no such limit.",
                        "the workbook holds more than %zu MiB of text",
                        LIMIT_SHEET_STRING_BYTES >> 20);
            return;
        }
        buf_add(&x->strings, x->text.p, x->text.n);
        MEM_GROW(x->string_end, x->string_cap, x->string_count + 1);
        x->string_end[x->string_count++] = (uint32_t)x->strings.n;
    }
}

/* ---- cells ---- */

static bool parse_reference(const char *ref, size_t *column, long *row)
{
    size_t c = 0;
    const char *p = ref;
    for (; *p >= 'A' && *p <= 'Z'; p++) {
        c = c * 26 + (size_t)(*p - 'A' + 1);
        if (c > (size_t)1 << 40)
            return false;
    }
    char *end;
    long r = strtol(p, &end, 10);
    if (p == ref || end == p || *end || r < 1)
        return false;
    *column = c - 1;
    *row = r;
    return true;
}

static void start_row(struct xlsx *x, const char **a)
{
    const char *r = xml_attribute(a, "r");
    long number = r ? strtol(r, NULL, 10) : x->row + 1;
    if (number <= x->row || number > LIMIT_SHEET_ROWS) {
        part_refuse(x->part, number, NULL, NULL, "row %ld is out of order or beyond %d", number,
                    LIMIT_SHEET_ROWS);
        return;
    }
    x->row = number;
    x->column = 0;
    x->in_row = true;
    row_build_begin(&x->sheet->row, number);
}

static void start_cell(struct xlsx *x, const char **a)
{
    const char *r = xml_attribute(a, "r"), *t = xml_attribute(a, "t"), *s = xml_attribute(a, "s");
    long row = x->row;
    if (r && (!parse_reference(r, &x->column, &row) || row != x->row)) {
        part_refuse(x->part, x->row, NULL, NULL, "a cell has the impossible address \"%.20s\"", r);
        return;
    }
    snprintf(x->type, sizeof x->type, "%s", t ? t : "n");
    x->style = s ? strtoul(s, NULL, 10) : 0;
    x->in_cell = true;
    buf_clear(&x->text);
}

static void XMLCALL sheet_start(void *user, const char *name, const char **a)
{
    struct xlsx *x = user;
    if (!part_enter(x->part))
        return;
    name = xml_local(name);
    if (strcmp(name, "row") == 0) {
        start_row(x, a);
    } else if (strcmp(name, "c") == 0 && x->in_row) {
        start_cell(x, a);
    } else if (strcmp(name, "f") == 0 && x->in_cell) {
        char cell[32];
        cell_address(x->column, x->row, cell);
        part_refuse(x->part, x->row, cell,
                    "Copy the column and paste it as values, then save again.",
                    "the cell holds a formula; only values can be imported");
    } else if ((strcmp(name, "v") == 0 || strcmp(name, "t") == 0) && x->in_cell) {
        x->gathering = true;
    } else if (strcmp(name, "rPh") == 0) {
        x->phonetic = true;
    }
}

/* Days since 1899-12-30, but for the day that never was: 18.17.4.1, the 1900 date system counts
 * 29 February 1900. */
static void add_serial(struct xlsx *x, struct buf *b, double v, unsigned char kind)
{
    double whole = (double)(int64_t)v, rest = v - whole;
    long seconds = (long)(rest * 86400 + 0.5);
    int32_t day = (int32_t)whole;
    if (seconds >= 86400) {
        seconds -= 86400;
        day++;
    }
    if (kind & IS_DATE) {
        if (!x->date1904 && day == 60) {
            buf_adds(b, "1900-02-29");
        } else {
            int32_t origin = x->date1904
                                 ? date_from_ymd((struct ymd){1904, 1, 1})
                                 : date_from_ymd((struct ymd){1899, 12, 30}) + (day < 60 ? 1 : 0);
            char iso[11];
            date_to_iso(origin + day, iso);
            buf_adds(b, iso);
        }
        if (seconds)
            buf_addc(b, 'T');
    }
    if (seconds || !(kind & IS_DATE))
        buf_addf(b, "%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void add_number(struct xlsx *x, struct buf *b, const char *cell)
{
    double v;
    struct str text = str_trim(buf_str(&x->text));
    if (text.n == 0)
        return;
    if (!str_to_double(text, &v)) {
        part_refuse(x->part, x->row, cell, NULL, "the cell should hold a number and does not");
        return;
    }
    unsigned char kind = x->style < x->format_count ? x->formats[x->style] : PLAIN;
    if (kind && v >= 0 && v < 2958466) /* 9999-12-31 */
        add_serial(x, b, v, kind);
    else
        add_plain_number(b, v);
}

static void end_cell(struct xlsx *x)
{
    struct buf value = BUF_EMPTY;
    struct str text = buf_str(&x->text);
    char cell[32];
    cell_address(x->column, x->row, cell);
    if (strcmp(x->type, "s") == 0) {
        int64_t i = -1;
        if (text.n &&
            (!str_to_int64(str_trim(text), &i) || i < 0 || (size_t)i >= x->string_count)) {
            part_refuse(x->part, x->row, cell, NULL, "the cell points at a text that is not there");
        } else if (text.n) {
            uint32_t from = i ? x->string_end[i - 1] : 0;
            buf_add(&value, x->strings.p + from, x->string_end[i] - from);
        }
    } else if (strcmp(x->type, "inlineStr") == 0 || strcmp(x->type, "str") == 0) {
        unescape(&x->text);
        buf_add(&value, x->text.p, x->text.n);
    } else if (strcmp(x->type, "b") == 0) {
        if (text.n)
            buf_adds(&value, str_is(str_trim(text), "1") ? "TRUE" : "FALSE");
    } else if (strcmp(x->type, "d") == 0) {
        buf_add(&value, text.p, text.n);
    } else if (strcmp(x->type, "e") == 0) {
        part_refuse(x->part, x->row, cell, "Put right the cell, or clear it.",
                    "the cell holds an error value");
    } else {
        add_number(x, &value, cell);
    }
    if (value.n && x->column >= LIMIT_COLUMNS)
        part_refuse(x->part, x->row, cell, "Delete what is not part of the table.",
                    "the sheet is wider than %d columns", LIMIT_COLUMNS);
    else if (x->sheet->row.text.n + value.n > LIMIT_SHEET_ROW_BYTES)
        part_refuse(x->part, x->row, cell, NULL, "the row is larger than %zu MiB",
                    LIMIT_SHEET_ROW_BYTES >> 20);
    else if (value.n)
        row_build_put(&x->sheet->row, x->column, buf_str(&value));
    buf_free(&value);
    x->in_cell = false;
    x->column++;
}

static void XMLCALL sheet_end(void *user, const char *name)
{
    struct xlsx *x = user;
    part_leave(x->part);
    if (x->part->failed)
        return;
    name = xml_local(name);
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        x->gathering = false;
    } else if (strcmp(name, "rPh") == 0) {
        x->phonetic = false;
    } else if (strcmp(name, "c") == 0 && x->in_cell) {
        end_cell(x);
    } else if (strcmp(name, "row") == 0 && x->in_row) {
        x->in_row = false;
        if (x->sheet->row.any) {
            x->row_ready = true;
            part_pause(x->part);
        }
    }
}

/* ---- opening ---- */

static void xlsx_free(void *kind)
{
    struct xlsx *x = kind;
    free(x->relations);
    free(x->formats);
    free(x->customs);
    buf_free(&x->strings);
    free(x->string_end);
    buf_free(&x->text);
    free(x);
}

static enum status find_workbook(struct xlsx *x, char path[600], struct err *e)
{
    snprintf(path, 600, "xl/workbook.xml");
    if (part_exists(x->sheet->zip, "_rels/.rels")) {
        TRY(read_part(x, "_rels/.rels", relation_start, any_end, NULL, e));
        const char *target = by_type(x, "officeDocument");
        if (target)
            resolve(x, target, path);
    }
    const char *slash = strrchr(path, '/');
    snprintf(x->folder, sizeof x->folder, "%.*s", slash ? (int)(slash - path + 1) : 0, path);
    x->relation_count = 0;
    char rels[1000];
    snprintf(rels, sizeof rels, "%s_rels/%s.rels", x->folder, slash ? slash + 1 : path);
    return read_part(x, rels, relation_start, any_end, NULL, e);
}

enum status xlsx_start(struct sheet *s, struct err *e)
{
    struct xlsx *x = mem_zalloc(1, sizeof *x);
    char path[600];
    s->kind = x;
    s->free_kind = xlsx_free;
    x->sheet = s;
    TRY(find_workbook(x, path, e));
    TRY(read_part(x, path, workbook_start, any_end, NULL, e));
    const char *styles = by_type(x, "styles"), *strings = by_type(x, "sharedStrings"),
               *target = NULL;
    for (size_t i = 0; i < x->relation_count; i++)
        if (x->have_sheet && strcmp(x->relations[i].id, x->sheet_id) == 0)
            target = x->relations[i].target;
    if (!target) {
        err_at(e, s->table, 0, NULL);
        return err_set(e, ST_DATA, "the workbook has no visible sheet");
    }
    if (styles) {
        resolve(x, styles, path);
        TRY(read_part(x, path, styles_start, styles_end, NULL, e));
    }
    if (strings) {
        resolve(x, strings, path);
        TRY(read_part(x, path, strings_start, strings_end, gather, e));
    }
    resolve(x, target, path);
    x->part = &s->part;
    return part_open(&s->part, s->zip, s->table, path, x, sheet_start, sheet_end, gather, e);
}

enum status xlsx_row(struct sheet *s, struct err *e)
{
    struct xlsx *x = s->kind;
    x->row_ready = false;
    TRY(part_run(&s->part, e));
    if (!x->row_ready)
        row_build_begin(&s->row, 0);
    return ST_OK;
}
