/* The workbook as OpenDocument 1.3 (ISO/IEC 26300): four XML parts in a zip, through libzip. */
#include "base/str.h"
#include "publish/sheet_text.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <zip.h>

#define NAMESPACES                                                                                 \
    "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "                           \
    "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" "                             \
    "xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" "                               \
    "xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" "                             \
    "xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" "                    \
    "xmlns:number=\"urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0\" "                        \
    "xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" "                               \
    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "                                               \
    "xmlns:xlink=\"http://www.w3.org/1999/xlink\" office:version=\"1.3\""
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static const char manifest[] = XML
    "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" "
    "manifest:version=\"1.3\">\n"
    "<manifest:file-entry manifest:full-path=\"/\" "
    "manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/>\n"
    "<manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/>\n"
    "<manifest:file-entry manifest:full-path=\"styles.xml\" manifest:media-type=\"text/xml\"/>\n"
    "<manifest:file-entry manifest:full-path=\"meta.xml\" manifest:media-type=\"text/xml\"/>\n"
    "</manifest:manifest>\n";

/* Heading_20_1 is the built-in heading: assistive software finds titles by it. */
static const char styles[] =
    XML "<office:document-styles " NAMESPACES ">\n<office:styles>\n"
        "<style:default-style style:family=\"table-cell\"><style:text-properties "
        "fo:font-family=\"Arial\" fo:font-size=\"12pt\" fo:language=\"en\" fo:country=\"GB\"/>"
        "</style:default-style>\n"
        "<style:style style:name=\"Default\" style:family=\"table-cell\"/>\n"
        "<style:style style:name=\"Heading_20_1\" style:display-name=\"Heading 1\" "
        "style:family=\"table-cell\" style:parent-style-name=\"Default\"><style:text-properties "
        "fo:font-weight=\"bold\" fo:font-size=\"15pt\"/></style:style>\n"
        "</office:styles>\n</office:document-styles>\n";

static const char automatic_styles[] =
    "<office:automatic-styles>\n"
    "<style:style style:name=\"wide\" style:family=\"table-column\"><style:table-column-properties "
    "style:column-width=\"18cm\"/></style:style>\n"
    "<style:style style:name=\"words\" "
    "style:family=\"table-column\"><style:table-column-properties "
    "style:column-width=\"7cm\"/></style:style>\n"
    "<style:style style:name=\"figures\" style:family=\"table-column\">"
    "<style:table-column-properties style:column-width=\"3.6cm\"/></style:style>\n"
    "<style:style style:name=\"text\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties fo:wrap-option=\"wrap\" "
    "style:vertical-align=\"top\"/></style:style>\n"
    "<style:style style:name=\"right\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties "
    "style:text-align-source=\"fix\"/><style:paragraph-properties fo:text-align=\"end\"/>"
    "</style:style>\n"
    "<style:style style:name=\"head\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties fo:wrap-option=\"wrap\"/>"
    "<style:text-properties fo:font-weight=\"bold\"/></style:style>\n"
    "<style:style style:name=\"headright\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties fo:wrap-option=\"wrap\" "
    "style:text-align-source=\"fix\"/><style:paragraph-properties fo:text-align=\"end\"/>"
    "<style:text-properties fo:font-weight=\"bold\"/></style:style>\n";

enum { DECIMALS_MAX = 6 };

static void add_number_styles(struct buf *b)
{
    for (int d = 0; d <= DECIMALS_MAX; d++)
        buf_addf(
            b,
            "<number:number-style style:name=\"N%d\"><number:number "
            "number:decimal-places=\"%d\" number:min-decimal-places=\"%d\" "
            "number:min-integer-digits=\"1\" number:grouping=\"true\"/></number:number-style>\n"
            "<style:style style:name=\"number%d\" style:family=\"table-cell\" "
            "style:parent-style-name=\"Default\" style:data-style-name=\"N%d\">"
            "<style:table-cell-properties style:text-align-source=\"fix\"/>"
            "<style:paragraph-properties fo:text-align=\"end\"/></style:style>\n",
            d, d, d, d, d);
    buf_adds(b, "</office:automatic-styles>\n");
}

static void add_text_cell(struct buf *b, const char *style, const char *text)
{
    buf_addf(b, "<table:table-cell table:style-name=\"%s\" office:value-type=\"string\"><text:p>",
             style);
    buf_add_xml(b, str_of(text));
    buf_adds(b, "</text:p></table:table-cell>");
}

static void add_line(struct buf *b, const char *style, const char *text)
{
    buf_adds(b, "<table:table-row>");
    add_text_cell(b, style, text);
    buf_adds(b, "</table:table-row>\n");
}

static void add_cell(struct buf *b, const struct cell *c, bool numeric, struct arena *memory)
{
    if (c->kind != CELL_NUMBER) {
        add_text_cell(b, numeric ? "right" : "text", cell_shown(c, memory));
        return;
    }
    int decimals = c->decimals < 0 || c->decimals > DECIMALS_MAX ? DECIMALS_MAX : c->decimals;
    buf_addf(b,
             "<table:table-cell table:style-name=\"number%d\" office:value-type=\"float\" "
             "office:value=\"",
             decimals);
    /* What is stored is what is shown: no digit behind it. */
    const char *shown = cell_shown(c, memory);
    buf_addf(b, "%s\"><text:p>%s</text:p></table:table-cell>", shown, shown);
}

static void open_sheet(struct buf *b, const char *name)
{
    buf_adds(b, "<table:table table:name=\"");
    buf_add_xml(b, str_of(name));
    buf_adds(b, "\">\n");
}

static void add_cover(struct buf *b, const struct workbook *w)
{
    open_sheet(b, "Cover");
    buf_adds(b, "<table:table-column table:style-name=\"wide\"/>\n");
    add_line(b, "Heading_20_1", w->title);
    for (size_t i = 0; w->cover && w->cover[i]; i++)
        add_line(b, "text", w->cover[i]);
    buf_adds(b, "</table:table>\n");
}

/* A sheet of two columns: contents, notes. `link`: the first column leads to the sheet of its name.
 */
static void add_pairs(struct buf *b, const char *name, const char *const headers[2],
                      const char *const *left, const char *const *right, size_t n, bool link)
{
    open_sheet(b, name);
    buf_adds(b, "<table:table-column table:style-name=\"words\"/>"
                "<table:table-column table:style-name=\"wide\"/>\n");
    add_line(b, "Heading_20_1", name);
    add_line(b, "Default", "This worksheet contains one table.");
    buf_adds(b, "<table:table-row>");
    add_text_cell(b, "head", headers[0]);
    add_text_cell(b, "head", headers[1]);
    buf_adds(b, "</table:table-row>\n");
    for (size_t i = 0; i < n; i++) {
        buf_adds(b, "<table:table-row>");
        if (link)
            buf_addf(b,
                     "<table:table-cell office:value-type=\"string\"><text:p><text:a "
                     "xlink:type=\"simple\" xlink:href=\"#%s.A1\">%s</text:a></text:p>"
                     "</table:table-cell>",
                     left[i], left[i]);
        else
            add_text_cell(b, "Default", left[i]);
        add_text_cell(b, "text", right[i]);
        buf_adds(b, "</table:table-row>\n");
    }
    buf_adds(b, "</table:table>\n");
}

static void add_table(struct buf *b, const struct table *t, const struct sheet_text *s,
                      struct arena *memory)
{
    open_sheet(b, t->name);
    for (size_t k = 0; k < t->column_count; k++)
        buf_addf(b, "<table:table-column table:style-name=\"%s\"/>",
                 t->columns[k].numeric ? "figures" : "words");
    buf_addc(b, '\n');
    for (int i = 0; i < s->count; i++)
        add_line(b, i ? "Default" : "Heading_20_1", s->line[i]);
    buf_adds(b, "<table:table-row>");
    for (size_t k = 0; k < t->column_count; k++)
        add_text_cell(b, t->columns[k].numeric ? "headright" : "head", t->columns[k].header);
    buf_adds(b, "</table:table-row>\n");
    for (size_t r = 0; r < t->row_count; r++) {
        buf_adds(b, "<table:table-row>");
        for (size_t k = 0; k < t->column_count; k++)
            add_cell(b, &t->cells[r * t->column_count + k], t->columns[k].numeric, memory);
        buf_adds(b, "</table:table-row>\n");
    }
    buf_adds(b, "</table:table>\n");
}

static void column_letters(size_t k, char out[8])
{
    char text[8];
    int n = 0;
    for (k++; k > 0 && n < 7; k = (k - 1) / 26)
        text[n++] = (char)('A' + (k - 1) % 26);
    for (int i = 0; i < n; i++)
        out[i] = text[n - 1 - i];
    out[n] = '\0';
}

static void add_range(struct buf *b, const char *sheet, const char *name, size_t header_row,
                      size_t rows, size_t columns)
{
    char last[8];
    column_letters(columns - 1, last);
    buf_addf(b,
             "<table:database-range table:name=\"%s\" "
             "table:target-range-address=\"'%s'.A%zu:'%s'.%s%zu\" "
             "table:contains-header=\"true\" table:display-filter-buttons=\"false\"/>\n",
             name, sheet, header_row, sheet, last, header_row + rows);
}

static void add_content(struct buf *b, const struct workbook *w, struct arena *memory)
{
    static const char *const contents[] = {"Worksheet", "Title"}, *const notes[] = {"Note", "Text"};
    size_t note_count = 0;
    while (w->notes && w->notes[note_count])
        note_count++;
    const char **names = arena_array(memory, w->table_count, sizeof *names);
    const char **titles = arena_array(memory, w->table_count, sizeof *titles);
    const char **marks = arena_array(memory, note_count + 1, sizeof *marks);
    struct sheet_text *s = arena_array(memory, w->table_count, sizeof *s);
    for (size_t i = 0; i < w->table_count; i++) {
        names[i] = w->tables[i].name;
        titles[i] = w->tables[i].title;
        s[i] = sheet_text_of_table(w, &w->tables[i], memory);
    }
    for (size_t i = 0; i < note_count; i++)
        marks[i] = arena_printf(memory, "[note %zu]", i + 1);
    buf_adds(b, XML "<office:document-content " NAMESPACES ">\n");
    buf_adds(b, automatic_styles);
    add_number_styles(b);
    buf_adds(b, "<office:body><office:spreadsheet>\n");
    add_cover(b, w);
    add_pairs(b, "Contents", contents, names, titles, w->table_count, true);
    if (note_count)
        add_pairs(b, "Notes", notes, marks, w->notes, note_count, false);
    for (size_t i = 0; i < w->table_count; i++)
        add_table(b, &w->tables[i], &s[i], memory);
    buf_adds(b, "<table:database-ranges>\n");
    add_range(b, "Contents", "Contents", 3, w->table_count, 2);
    if (note_count)
        add_range(b, "Notes", "Notes", 3, note_count, 2);
    for (size_t i = 0; i < w->table_count; i++)
        add_range(b, names[i], names[i], (size_t)s[i].count + 1, w->tables[i].row_count,
                  w->tables[i].column_count);
    buf_adds(b, "</table:database-ranges>\n</office:spreadsheet></office:body>\n"
                "</office:document-content>\n");
}

static void add_meta(struct buf *b, const struct workbook *w)
{
    buf_adds(b, XML "<office:document-meta " NAMESPACES "><office:meta><dc:title>");
    buf_add_xml(b, str_of(w->title));
    buf_adds(b, "</dc:title><dc:subject>");
    buf_add_xml(b, str_of(w->subject));
    buf_adds(b, "</dc:subject><meta:initial-creator>");
    buf_add_xml(b, str_of(w->author));
    buf_adds(b, "</meta:initial-creator><dc:creator>");
    buf_add_xml(b, str_of(w->author));
    buf_addf(b,
             "</dc:creator><meta:creation-date>%s</meta:creation-date><dc:date>%s</dc:date>"
             "<dc:language>en-GB</dc:language></office:meta></office:document-meta>\n",
             w->created, w->created);
}

/* The zip borrows the bytes until it is closed. Times are fixed so that equal tables give equal
 * files. */
static int add_part(zip_t *z, const char *name, struct str bytes, bool stored)
{
    zip_source_t *source = zip_source_buffer(z, bytes.p, bytes.n, 0);
    zip_int64_t at = source ? zip_file_add(z, name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (at < 0) {
        if (source)
            zip_source_free(source);
        return -1;
    }
    zip_file_set_dostime(z, (zip_uint64_t)at, 0, 0x21, 0); /* 1980-01-01 */
    return zip_set_file_compression(z, (zip_uint64_t)at, stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
}

static enum status zip_parts(const char *path, struct str content, struct str meta, struct err *e)
{
    static const char mime[] = "application/vnd.oasis.opendocument.spreadsheet";
    int code = 0;
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!z)
        return err_errno(e, errno, "cannot write %s", path);
    bool ok = add_part(z, "mimetype", str_of(mime), true) == 0 &&
              add_part(z, "content.xml", content, false) == 0 &&
              add_part(z, "styles.xml", str_of(styles), false) == 0 &&
              add_part(z, "meta.xml", meta, false) == 0 &&
              add_part(z, "META-INF/manifest.xml", str_of(manifest), false) == 0;
    if (ok && zip_close(z) == 0)
        return ST_OK;
    err_set(e, ST_FAULT, "cannot write %s: %s", path, zip_strerror(z));
    zip_discard(z);
    return ST_FAULT;
}

enum status workbook_write_ods(const struct workbook *w, const char *path, struct err *e)
{
    char temp[1200];
    struct arena memory = ARENA_EMPTY;
    struct buf content = BUF_EMPTY, meta = BUF_EMPTY;
    TRY(workbook_check(w, e));
    if ((size_t)snprintf(temp, sizeof temp, "%s.%ld.partial", path, (long)getpid()) >= sizeof temp)
        return err_set(e, ST_USAGE, "the output path is too long");
    add_content(&content, w, &memory);
    add_meta(&meta, w);
    enum status s = zip_parts(temp, buf_str(&content), buf_str(&meta), e);
    if (s == ST_OK && rename(temp, path) != 0)
        s = err_errno(e, errno, "cannot write %s", path);
    if (s != ST_OK)
        unlink(temp);
    buf_free(&content);
    buf_free(&meta);
    arena_free(&memory);
    return s;
}
