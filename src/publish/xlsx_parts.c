#include "publish/xlsx_parts.h"

#include <stdio.h>

#define CONTENT "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/"

const char xlsx_root_rels[] = XLSX_XML
    "<Relationships xmlns=\"" XLSX_PACKAGE_REL "\">"
    "<Relationship Id=\"rId1\" Type=\"" XLSX_REL "/officeDocument\" Target=\"xl/workbook.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/"
    "metadata/core-properties\" Target=\"docProps/core.xml\"/>"
    "<Relationship Id=\"rId3\" Type=\"" XLSX_REL "/extended-properties\" "
    "Target=\"docProps/app.xml\"/></Relationships>\n";

const char xlsx_application[] = XLSX_XML "<Properties xmlns=\"" OFFICE "extended-properties\">"
                                         "<Application>Throughline</Application></Properties>\n";

/* ---- strings ---- */

struct xlsx_strings xlsx_strings_make(size_t most, struct arena *memory)
{
    struct xlsx_strings s = {.memory = memory, .slot_count = 64};
    while (s.slot_count < 2 * most)
        s.slot_count *= 2;
    s.texts = arena_array(memory, most, sizeof *s.texts);
    s.slots = arena_array(memory, s.slot_count, sizeof *s.slots);
    return s;
}

size_t xlsx_string(struct xlsx_strings *s, const char *text)
{
    struct str key = str_of(text);
    size_t at = (size_t)str_hash(key) & (s->slot_count - 1);
    s->uses++;
    while (s->slots[at] && !str_is(key, s->texts[s->slots[at] - 1]))
        at = (at + 1) & (s->slot_count - 1);
    if (!s->slots[at]) {
        s->texts[s->count++] = text;
        s->slots[at] = (uint32_t)s->count;
    }
    return s->slots[at] - 1;
}

void xlsx_add_strings(struct buf *b, const struct xlsx_strings *s)
{
    buf_addf(b, XLSX_XML "<sst xmlns=\"" XLSX_MAIN "\" count=\"%zu\" uniqueCount=\"%zu\">\n",
             s->uses, s->count);
    for (size_t i = 0; i < s->count; i++) {
        buf_adds(b, "<si><t xml:space=\"preserve\">");
        buf_add_xml(b, str_of(s->texts[i]));
        buf_adds(b, "</t></si>\n");
    }
    buf_adds(b, "</sst>\n");
}

/* ---- styles ---- */

enum { FONT_PLAIN, FONT_TITLE, FONT_BOLD, FONT_LINK, FIRST_NUMBER_FORMAT = 164 };

static void add_font(struct buf *b, int size, const char *more)
{
    buf_addf(b, "<font>%s<sz val=\"%d\"/>%s<name val=\"Arial\"/><family val=\"2\"/></font>",
             more[0] == 'b' ? "<b/>" : "", size, more[0] == 'u' ? "<color rgb=\"FF0563C1\"/>" : "");
}

/* `base`: 0 Normal, 1 Heading 1, 2 Hyperlink. */
static void add_format(struct buf *b, int number, int font, int base, const char *alignment)
{
    buf_addf(b,
             "<xf numFmtId=\"%d\" fontId=\"%d\" fillId=\"0\" borderId=\"0\" xfId=\"%d\" "
             "applyNumberFormat=\"%d\" applyFont=\"1\" applyAlignment=\"%d\">%s</xf>",
             number, font, base, number != 0, *alignment != 0, alignment);
}

void xlsx_add_styles(struct buf *b)
{
    static const char wrap[] = "<alignment vertical=\"top\" wrapText=\"1\"/>";
    static const char right[] = "<alignment horizontal=\"right\" vertical=\"top\"/>";
    buf_adds(b, XLSX_XML "<styleSheet xmlns=\"" XLSX_MAIN "\">");
    buf_addf(b, "<numFmts count=\"%d\">", XLSX_DECIMALS_MAX + 1);
    for (int d = 0; d <= XLSX_DECIMALS_MAX; d++)
        buf_addf(b, "<numFmt numFmtId=\"%d\" formatCode=\"#,##0%s%.*s\"/>", FIRST_NUMBER_FORMAT + d,
                 d ? "." : "", d, "000000");
    buf_adds(b, "</numFmts><fonts count=\"4\">");
    add_font(b, 12, "");
    add_font(b, 15, "b");
    add_font(b, 12, "b");
    add_font(b, 12, "u");
    buf_adds(b, "</fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
                "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
                "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border>"
                "</borders><cellStyleXfs count=\"3\">");
    for (int base = 0; base < 3; base++)
        buf_addf(b, "<xf numFmtId=\"0\" fontId=\"%d\" fillId=\"0\" borderId=\"0\"/>",
                 base == 1   ? FONT_TITLE
                 : base == 2 ? FONT_LINK
                             : FONT_PLAIN);
    buf_addf(b, "</cellStyleXfs><cellXfs count=\"%d\">", XLSX_STYLE_COUNT);
    add_format(b, 0, FONT_PLAIN, 0, "");
    add_format(b, 0, FONT_TITLE, 1, "");
    add_format(b, 0, FONT_PLAIN, 0, wrap);
    add_format(b, 0, FONT_BOLD, 0, "<alignment wrapText=\"1\"/>");
    add_format(b, 0, FONT_BOLD, 0, "<alignment horizontal=\"right\" wrapText=\"1\"/>");
    add_format(b, 0, FONT_PLAIN, 0, right);
    add_format(b, 0, FONT_LINK, 2, "<alignment vertical=\"top\"/>");
    for (int d = 0; d <= XLSX_DECIMALS_MAX; d++)
        add_format(b, FIRST_NUMBER_FORMAT + d, FONT_PLAIN, 0, right);
    buf_adds(b, "</cellXfs><cellStyles count=\"3\">"
                "<cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/>"
                "<cellStyle name=\"Heading 1\" xfId=\"1\" builtinId=\"16\"/>"
                "<cellStyle name=\"Hyperlink\" xfId=\"2\" builtinId=\"8\"/></cellStyles>"
                "<dxfs count=\"0\"/></styleSheet>\n");
}

/* ---- what the package contains ---- */

static void add_override(struct buf *b, const char *part, const char *type)
{
    buf_addf(b, "<Override PartName=\"%s\" ContentType=\"%s\"/>\n", part, type);
}

void xlsx_add_content_types(struct buf *b, size_t sheets)
{
    char part[64];
    buf_adds(b, XLSX_XML
             "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n"
             "<Default Extension=\"rels\" "
             "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\n"
             "<Default Extension=\"xml\" ContentType=\"application/xml\"/>\n");
    add_override(b, "/docProps/core.xml",
                 "application/vnd.openxmlformats-package.core-properties+xml");
    add_override(b, "/docProps/app.xml",
                 "application/vnd.openxmlformats-officedocument.extended-properties+xml");
    add_override(b, "/xl/workbook.xml", CONTENT "sheet.main+xml");
    add_override(b, "/xl/styles.xml", CONTENT "styles+xml");
    add_override(b, "/xl/sharedStrings.xml", CONTENT "sharedStrings+xml");
    for (size_t i = 1; i <= sheets; i++) {
        snprintf(part, sizeof part, "/xl/worksheets/sheet%zu.xml", i);
        add_override(b, part, CONTENT "worksheet+xml");
        if (i == 1)
            continue;
        snprintf(part, sizeof part, "/xl/tables/table%zu.xml", i - 1);
        add_override(b, part, CONTENT "table+xml");
    }
    buf_adds(b, "</Types>\n");
}

void xlsx_add_properties(struct buf *b, const struct workbook *w)
{
    const char *const text[][2] = {{"dc:title", w->title},
                                   {"dc:subject", w->subject},
                                   {"dc:creator", w->author},
                                   {"cp:lastModifiedBy", w->author}};
    buf_adds(b, XLSX_XML "<cp:coreProperties "
                         "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/"
                         "core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                         "xmlns:dcterms=\"http://purl.org/dc/terms/\" "
                         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        buf_addf(b, "<%s>", text[i][0]);
        buf_add_xml(b, str_of(text[i][1]));
        buf_addf(b, "</%s>", text[i][0]);
    }
    static const char *const moments[] = {"created", "modified"};
    for (int i = 0; i < 2; i++)
        buf_addf(b, "<dcterms:%s xsi:type=\"dcterms:W3CDTF\">%s</dcterms:%s>", moments[i],
                 w->created, moments[i]);
    buf_adds(b, "<dc:language>en-GB</dc:language></cp:coreProperties>\n");
}
