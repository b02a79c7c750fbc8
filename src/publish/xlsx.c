/* The workbook as XLSX: ISO/IEC 29500-1 (transitional), every part written here.
 *
 * Marked-up tables stand in a markup compatibility fallback (ISO/IEC 29500-3, 7.5 to 7.7) beside a
 * choice that nobody can take: a reader that knows tables reads them, and gnumeric, which knows
 * none and says so of every sheet, skips what it was told it may skip
 * (docs/method/spreadsheets.md).
 */
#include "publish/package.h"
#include "publish/sheet_text.h"
#include "publish/xlsx_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define COMPATIBILITY "http://schemas.openxmlformats.org/markup-compatibility/2006"
#define NOBODY "urn:x-throughline:understood-by-nobody"
enum { TITLE_LINES = 2 }; /* one line of larger letters */

struct book {
    const struct workbook *w;
    struct arena memory;
    struct xlsx_strings strings;
    struct package_part *parts;
    struct buf *bytes; /* of each part */
    size_t part_count, sheet_count;
};

static struct buf *new_part(struct book *b, const char *name)
{
    b->parts[b->part_count].name = name;
    return &b->bytes[b->part_count++];
}

/* ---- cells ---- */

static void add_text(struct book *b, struct buf *out, size_t row, size_t column,
                     enum xlsx_style style, const char *text)
{
    char letters[8];
    column_letters(column, letters);
    buf_addf(out, "<c r=\"%s%zu\" s=\"%d\" t=\"s\"><v>%zu</v></c>", letters, row, (int)style,
             xlsx_string(&b->strings, text));
}

/* The height of so many lines is stated: LibreOffice does not work it out for XLSX. */
static void open_row(struct buf *out, size_t row, int lines)
{
    enum { POINTS_A_LINE = 16 };
    buf_addf(out, "<row r=\"%zu\" ht=\"%d\">", row, POINTS_A_LINE * lines);
}

static void close_row(struct buf *out)
{
    buf_adds(out, "</row>\n");
}

static void add_line(struct book *b, struct buf *out, size_t row, enum xlsx_style style,
                     const char *text, int lines)
{
    open_row(out, row, lines);
    add_text(b, out, row, 0, style, text);
    close_row(out);
}

/* What is stored is what is shown: no digit behind it. */
static void add_cell(struct book *b, struct buf *out, size_t row, size_t column,
                     const struct cell *c, bool numeric)
{
    const char *shown = cell_shown(c, &b->memory);
    char letters[8];
    if (c->kind != CELL_NUMBER) {
        add_text(b, out, row, column, numeric ? XLSX_RIGHT : XLSX_TEXT, shown);
        return;
    }
    column_letters(column, letters);
    buf_addf(out, "<c r=\"%s%zu\" s=\"%d\"><v>%s</v></c>", letters, row,
             XLSX_NUMBER_0 + (c->decimals < 0 || c->decimals > XLSX_DECIMALS_MAX ? XLSX_DECIMALS_MAX
                                                                                 : c->decimals),
             shown);
}

/* ---- sheets ---- */

struct size {
    size_t header_row, rows, columns; /* of the table; header_row is 1-based, rows without it */
};

static void open_sheet(struct book *b, struct buf *out, struct size table, const int *widths)
{
    char last[8];
    column_letters(table.columns - 1, last);
    buf_addf(out,
             XLSX_XML "<worksheet xmlns=\"" XLSX_MAIN "\" xmlns:r=\"" XLSX_REL
                      "\" xmlns:mc=\"" COMPATIBILITY "\" xmlns:never=\"" NOBODY
                      "\"><dimension ref=\"A1:%s%zu\"/><sheetViews><sheetView %s"
                      "workbookViewId=\"0\"/></sheetViews>"
                      "<sheetFormatPr defaultRowHeight=\"16\"/><cols>",
             last, table.header_row + table.rows, b->sheet_count == 0 ? "tabSelected=\"1\" " : "");
    b->sheet_count++;
    for (size_t k = 0; k < table.columns; k++)
        buf_addf(out, "<col min=\"%zu\" max=\"%zu\" width=\"%d\" customWidth=\"1\"/>", k + 1, k + 1,
                 widths[k]);
    buf_adds(out, "</cols><sheetData>\n");
}

/* The named table of a sheet, with header cells and without filter buttons. */
static void mark_table(struct book *b, struct buf *out, const char *name, struct size table,
                       const char *const *headers)
{
    size_t number = b->sheet_count - 1; /* the cover has none */
    char last[8];
    column_letters(table.columns - 1, last);
    buf_adds(out, "<mc:AlternateContent><mc:Choice Requires=\"never\"/><mc:Fallback>"
                  "<tableParts count=\"1\"><tablePart r:id=\"rId1\"/></tableParts>"
                  "</mc:Fallback></mc:AlternateContent>");
    struct buf *part = new_part(
        b, arena_printf(&b->memory, "xl/worksheets/_rels/sheet%zu.xml.rels", b->sheet_count));
    buf_addf(part,
             XLSX_XML "<Relationships xmlns=\"" XLSX_PACKAGE_REL
                      "\"><Relationship Id=\"rId1\" Type=\"" XLSX_REL
                      "/table\" Target=\"../tables/table%zu.xml\"/></Relationships>\n",
             number);
    part = new_part(b, arena_printf(&b->memory, "xl/tables/table%zu.xml", number));
    buf_addf(part,
             XLSX_XML "<table xmlns=\"" XLSX_MAIN
                      "\" id=\"%zu\" name=\"%s\" displayName=\"%s\" ref=\"A%zu:%s%zu\" "
                      "totalsRowShown=\"0\"><tableColumns count=\"%zu\">",
             number, name, name, table.header_row, last, table.header_row + table.rows,
             table.columns);
    for (size_t k = 0; k < table.columns; k++) {
        buf_addf(part, "<tableColumn id=\"%zu\" name=\"", k + 1);
        buf_add_xml(part, str_of(headers[k]));
        buf_adds(part, "\"/>");
    }
    buf_adds(part, "</tableColumns><tableStyleInfo showFirstColumn=\"0\" showLastColumn=\"0\" "
                   "showRowStripes=\"0\" showColumnStripes=\"0\"/></table>\n");
}

static struct buf *sheet_part(struct book *b)
{
    return new_part(b, arena_printf(&b->memory, "xl/worksheets/sheet%zu.xml", b->sheet_count + 1));
}

static const char page_margins[] = "<pageMargins left=\"0.7\" right=\"0.7\" top=\"0.75\" "
                                   "bottom=\"0.75\" header=\"0.3\" footer=\"0.3\"/>";

static void add_cover(struct book *b)
{
    static const int width = 80;
    struct buf *out = sheet_part(b);
    size_t n = 0;
    while (b->w->cover && b->w->cover[n])
        n++;
    open_sheet(b, out, (struct size){1, n, 1}, &width);
    add_line(b, out, 1, XLSX_TITLE, b->w->title, TITLE_LINES);
    for (size_t i = 0; i < n; i++)
        add_line(b, out, i + 2, XLSX_TEXT, b->w->cover[i], lines_wrapped(b->w->cover[i], width));
    buf_addf(out, "</sheetData>%s</worksheet>\n", page_margins);
}

/* A sheet of two columns: contents, notes. `link`: the first column leads to the sheet of its name.
 */
static void add_pairs(struct book *b, const char *name, const char *const headers[2],
                      const char *const *left, const char *const *right, size_t n, bool link)
{
    static const int widths[] = {24, 80};
    const struct size table = {3, n, 2};
    struct buf *out = sheet_part(b);
    open_sheet(b, out, table, widths);
    add_line(b, out, 1, XLSX_TITLE, name, TITLE_LINES);
    add_line(b, out, 2, XLSX_PLAIN, "This worksheet contains one table.", 1);
    for (size_t i = 0; i <= n; i++) {
        size_t row = table.header_row + i;
        open_row(out, row, lines_wrapped(i ? right[i - 1] : headers[1], widths[1]));
        add_text(b, out, row, 0,
                 i == 0 ? XLSX_HEADER
                 : link ? XLSX_LINK
                        : XLSX_TEXT,
                 i ? left[i - 1] : headers[0]);
        add_text(b, out, row, 1, i ? XLSX_TEXT : XLSX_HEADER, i ? right[i - 1] : headers[1]);
        close_row(out);
    }
    buf_adds(out, "</sheetData>");
    if (link) {
        buf_adds(out, "<hyperlinks>");
        for (size_t i = 0; i < n; i++)
            buf_addf(out, "<hyperlink ref=\"A%zu\" location=\"%s!A1\" display=\"%s\"/>",
                     table.header_row + 1 + i, left[i], left[i]);
        buf_adds(out, "</hyperlinks>");
    }
    buf_adds(out, page_margins);
    mark_table(b, out, name, table, headers);
    buf_adds(out, "</worksheet>\n");
}

/* Of a row of cells, or of the headers when `cells` is NULL. */
static int row_lines(const struct table *t, const struct cell *cells, const int *widths)
{
    int most = 1;
    for (size_t k = 0; k < t->column_count; k++) {
        const char *text = !cells                       ? t->columns[k].header
                           : cells[k].kind == CELL_TEXT ? cells[k].text
                                                        : "";
        int lines = lines_wrapped(text, widths[k]);
        most = lines > most ? lines : most;
    }
    return most;
}

static void add_table(struct book *b, const struct table *t)
{
    struct sheet_text lines = sheet_text_of_table(b->w, t, &b->memory);
    const struct size table = {(size_t)lines.count + 1, t->row_count, t->column_count};
    const char **headers = arena_array(&b->memory, t->column_count, sizeof *headers);
    int *widths = arena_array(&b->memory, t->column_count, sizeof *widths);
    struct buf *out = sheet_part(b);
    for (size_t k = 0; k < t->column_count; k++) {
        headers[k] = t->columns[k].header;
        widths[k] = column_width(&t->columns[k]);
    }
    open_sheet(b, out, table, widths);
    for (int i = 0; i < lines.count; i++)
        add_line(b, out, (size_t)i + 1, i ? XLSX_PLAIN : XLSX_TITLE, lines.line[i],
                 i ? 1 : TITLE_LINES);
    open_row(out, table.header_row, row_lines(t, NULL, widths));
    for (size_t k = 0; k < t->column_count; k++)
        add_text(b, out, table.header_row, k,
                 t->columns[k].numeric ? XLSX_HEADER_RIGHT : XLSX_HEADER, headers[k]);
    close_row(out);
    for (size_t r = 0; r < t->row_count; r++) {
        open_row(out, table.header_row + 1 + r,
                 row_lines(t, &t->cells[r * t->column_count], widths));
        for (size_t k = 0; k < t->column_count; k++)
            add_cell(b, out, table.header_row + 1 + r, k, &t->cells[r * t->column_count + k],
                     t->columns[k].numeric);
        close_row(out);
    }
    buf_addf(out, "</sheetData>%s", page_margins);
    mark_table(b, out, t->name, table, headers);
    buf_adds(out, "</worksheet>\n");
}

static void add_sheets(struct book *b)
{
    static const char *const contents[] = {"Worksheet", "Title"}, *const notes[] = {"Note", "Text"};
    const struct workbook *w = b->w;
    size_t note_count = workbook_note_count(w);
    const char **names = arena_array(&b->memory, w->table_count, sizeof *names);
    const char **titles = arena_array(&b->memory, w->table_count, sizeof *titles);
    const char **marks = arena_array(&b->memory, note_count + 1, sizeof *marks);
    for (size_t i = 0; i < w->table_count; i++) {
        names[i] = w->tables[i].name;
        titles[i] = w->tables[i].title;
    }
    for (size_t i = 0; i < note_count; i++)
        marks[i] = arena_printf(&b->memory, "[note %zu]", i + 1);
    add_cover(b);
    add_pairs(b, "Contents", contents, names, titles, w->table_count, true);
    if (note_count)
        add_pairs(b, "Notes", notes, marks, w->notes, note_count, false);
    for (size_t i = 0; i < w->table_count; i++)
        add_table(b, &w->tables[i]);
}

/* ---- the book ---- */

static void add_book(struct book *b)
{
    struct buf *book = new_part(b, "xl/workbook.xml"),
               *rels = new_part(b, "xl/_rels/workbook.xml.rels");
    size_t first_table = b->sheet_count - b->w->table_count;
    buf_adds(book, XLSX_XML "<workbook xmlns=\"" XLSX_MAIN "\" xmlns:r=\"" XLSX_REL
                            "\"><bookViews><workbookView/></bookViews><sheets>\n");
    buf_adds(rels, XLSX_XML "<Relationships xmlns=\"" XLSX_PACKAGE_REL "\">\n");
    for (size_t i = 0; i < b->sheet_count; i++) {
        const char *name = i >= first_table ? b->w->tables[i - first_table].name
                           : i == 0         ? "Cover"
                           : i == 1         ? "Contents"
                                            : "Notes";
        buf_addf(book, "<sheet name=\"%s\" sheetId=\"%zu\" r:id=\"rId%zu\"/>\n", name, i + 1,
                 i + 1);
        buf_addf(rels,
                 "<Relationship Id=\"rId%zu\" Type=\"" XLSX_REL
                 "/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>\n",
                 i + 1, i + 1);
    }
    buf_adds(book, "</sheets></workbook>\n");
    buf_addf(rels,
             "<Relationship Id=\"rId%zu\" Type=\"" XLSX_REL "/styles\" Target=\"styles.xml\"/>\n"
             "<Relationship Id=\"rId%zu\" Type=\"" XLSX_REL
             "/sharedStrings\" Target=\"sharedStrings.xml\"/>\n</Relationships>\n",
             b->sheet_count + 1, b->sheet_count + 2);
}

/* No more strings than this can be in the workbook. */
static size_t strings_most(const struct workbook *w)
{
    size_t n = 16 + 2 * workbook_note_count(w);
    for (size_t i = 0; w->cover && w->cover[i]; i++)
        n++;
    for (size_t i = 0; i < w->table_count; i++)
        n += 2 + SHEET_LINES_MAX + (w->tables[i].row_count + 1) * w->tables[i].column_count;
    return n;
}

enum status workbook_write_xlsx(const struct workbook *w, const char *path, struct err *e)
{
    enum { FIXED_PARTS = 8, PARTS_OF_A_SHEET = 3, FURTHER_SHEETS = 3 };
    TRY(workbook_check(w, e));
    struct book b = {.w = w};
    size_t most = FIXED_PARTS + PARTS_OF_A_SHEET * (w->table_count + FURTHER_SHEETS);
    b.parts = mem_zalloc(most, sizeof *b.parts);
    b.bytes = mem_zalloc(most, sizeof *b.bytes);
    b.strings = xlsx_strings_make(strings_most(w), &b.memory);
    struct buf *types = new_part(&b, "[Content_Types].xml");
    buf_adds(new_part(&b, "_rels/.rels"), xlsx_root_rels);
    buf_adds(new_part(&b, "docProps/app.xml"), xlsx_application);
    xlsx_add_properties(new_part(&b, "docProps/core.xml"), w);
    xlsx_add_styles(new_part(&b, "xl/styles.xml"));
    add_sheets(&b);
    add_book(&b);
    xlsx_add_content_types(types, b.sheet_count);
    xlsx_add_strings(new_part(&b, "xl/sharedStrings.xml"), &b.strings);
    for (size_t i = 0; i < b.part_count; i++)
        b.parts[i].bytes = buf_str(&b.bytes[i]);
    enum status s = package_write(path, b.parts, b.part_count, e);
    for (size_t i = 0; i < b.part_count; i++)
        buf_free(&b.bytes[i]);
    free(b.parts);
    free(b.bytes);
    arena_free(&b.memory);
    return s;
}
