/* The workbook as OpenDocument 1.3 (ISO/IEC 26300): four XML parts in a package. */
#include "base/str.h"
#include "publish/package.h"
#include "publish/sheet_text.h"

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
    "<style:style style:name=\"text\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties fo:wrap-option=\"wrap\" "
    "style:vertical-align=\"top\"/></style:style>\n"
    "<style:style style:name=\"right\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties "
    "style:text-align-source=\"fix\" style:vertical-align=\"top\"/>"
    "<style:paragraph-properties fo:text-align=\"end\"/></style:style>\n"
    "<style:style style:name=\"head\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties fo:wrap-option=\"wrap\"/>"
    "<style:text-properties fo:font-weight=\"bold\"/></style:style>\n"
    "<style:style style:name=\"headright\" style:family=\"table-cell\" "
    "style:parent-style-name=\"Default\"><style:table-cell-properties fo:wrap-option=\"wrap\" "
    "style:text-align-source=\"fix\"/><style:paragraph-properties fo:text-align=\"end\"/>"
    "<style:text-properties fo:font-weight=\"bold\"/></style:style>\n";

enum { DECIMALS_MAX = 6 };

enum { COVER_WIDTH = 80, MARK_WIDTH = 24, LONGEST_WIDTH = 255 };

static void add_column(struct buf *b, int width)
{
    buf_addf(b, "<table:table-column table:style-name=\"column%d\"/>", width);
}

/* One style for each width in use; a digit of Arial in 12 points is 0.235 cm wide. */
static void add_column_styles(struct buf *b, const struct workbook *w)
{
    bool used[LONGEST_WIDTH + 1] = {[COVER_WIDTH] = true, [MARK_WIDTH] = true};
    for (size_t i = 0; i < w->table_count; i++)
        for (size_t k = 0; k < w->tables[i].column_count; k++)
            used[column_width(&w->tables[i].columns[k])] = true;
    for (int n = 1; n <= LONGEST_WIDTH; n++)
        if (used[n])
            buf_addf(b,
                     "<style:style style:name=\"column%d\" style:family=\"table-column\">"
                     "<style:table-column-properties style:column-width=\"%.2fcm\"/>"
                     "</style:style>\n",
                     n, 0.235 * n + 0.2);
}

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
            "<style:table-cell-properties style:text-align-source=\"fix\" "
            "style:vertical-align=\"top\"/>"
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
    add_column(b, COVER_WIDTH);
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
    add_column(b, MARK_WIDTH);
    add_column(b, COVER_WIDTH);
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
        add_column(b, column_width(&t->columns[k]));
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
    size_t note_count = workbook_note_count(w);
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
    add_column_styles(b, w);
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

enum status workbook_write_ods(const struct workbook *w, const char *path, struct err *e)
{
    static const char mime[] = "application/vnd.oasis.opendocument.spreadsheet";
    struct arena memory = ARENA_EMPTY;
    struct buf content = BUF_EMPTY, meta = BUF_EMPTY;
    TRY(workbook_check(w, e));
    add_content(&content, w, &memory);
    add_meta(&meta, w);
    const struct package_part parts[] = {
        {.name = "mimetype", .bytes = str_of(mime), .stored = true},
        {.name = "content.xml", .bytes = buf_str(&content)},
        {.name = "styles.xml", .bytes = str_of(styles)},
        {.name = "meta.xml", .bytes = buf_str(&meta)},
        {.name = "META-INF/manifest.xml", .bytes = str_of(manifest)},
    };
    enum status s = package_write(path, parts, sizeof parts / sizeof *parts, e);
    buf_free(&content);
    buf_free(&meta);
    arena_free(&memory);
    return s;
}
