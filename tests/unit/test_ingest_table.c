/* Spreadsheets put together by hand from the standards (ECMA-376, OpenDocument 1.3), good and
 * hostile. The XLSX and ODS of real programs are tried by tests/cli/test_import.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ingest/table.h"

#include <stdlib.h>
#include <zip.h>

struct entry {
    const char *path, *text;
    size_t n; /* 0: strlen */
};

/* A zip package in memory; free() its bytes. */
static struct str package(const struct entry *entries)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &e);
    zip_t *z = zip_open_from_source(out, ZIP_CREATE, &e);
    zip_source_keep(out);
    for (; entries->path; entries++) {
        size_t n = entries->n ? entries->n : strlen(entries->text);
        zip_source_t *in = zip_source_buffer(z, entries->text, n, 0);
        assert_true(zip_file_add(z, entries->path, in, ZIP_FL_OVERWRITE) >= 0);
    }
    assert_int_equal(zip_close(z), 0);
    zip_stat_t st;
    assert_int_equal(zip_source_stat(out, &st), 0);
    char *bytes = mem_alloc(st.size);
    assert_int_equal(zip_source_open(out), 0);
    assert_int_equal(zip_source_read(out, bytes, st.size), (zip_int64_t)st.size);
    zip_source_close(out);
    zip_source_free(out);
    zip_error_fini(&e);
    return (struct str){bytes, st.size};
}

#define TYPES                                                                                      \
    {                                                                                              \
        "[Content_Types].xml", "<Types/>", 0                                                       \
    }
#define RELS                                                                                       \
    {                                                                                              \
        "xl/_rels/workbook.xml.rels",                                                              \
            "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" "                         \
            "Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"x/worksheet\" "      \
            "Target=\"/xl/worksheets/sheet2.xml\"/><Relationship Id=\"r3\" Type=\"x/styles\" "     \
            "Target=\"styles.xml\"/><Relationship Id=\"r4\" Type=\"x/sharedStrings\" "             \
            "Target=\"sharedStrings.xml\"/></Relationships>",                                      \
            0                                                                                      \
    }
#define WORKBOOK                                                                                   \
    {                                                                                              \
        "xl/workbook.xml",                                                                         \
            "<workbook xmlns:r=\"u\"><sheets><sheet name=\"old\" sheetId=\"1\" state=\"hidden\" "  \
            "r:id=\"r1\"/><sheet name=\"Cases\" sheetId=\"2\" r:id=\"r2\"/></sheets></workbook>",  \
            0                                                                                      \
    }
#define STYLES                                                                                     \
    {                                                                                              \
        "xl/styles.xml",                                                                           \
            "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy;@\"/><numFmt "  \
            "numFmtId=\"165\" formatCode=\"[Red]0.00&quot;days&quot;\"/></numFmts><cellStyleXfs>"  \
            "<xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf "                \
            "numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"22\"/>"   \
            "</cellXfs></styleSheet>",                                                             \
            0                                                                                      \
    }
#define STRINGS                                                                                    \
    {                                                                                              \
        "xl/sharedStrings.xml",                                                                    \
            "<sst><si><t>id</t></si><si><r><t>na</t></r><rPh><t>x</t></rPh><r><t>me</t></r></si>"  \
            "<si><t xml:space=\"preserve\"> Jos\xc3\xa9 &amp; co_x000A_two </t></si></sst>",       \
            0                                                                                      \
    }

static struct str xlsx(const char *rows)
{
    char *sheet = mem_alloc(strlen(rows) + 100);
    sprintf(sheet, "<worksheet><sheetData>%s</sheetData></worksheet>", rows);
    struct str b = package((struct entry[]){
        TYPES, RELS, WORKBOOK, STYLES, STRINGS, {"xl/worksheets/sheet2.xml", sheet, 0}, {NULL}});
    free(sheet);
    return b;
}

static struct str ods(const char *rows)
{
    char *content = mem_alloc(strlen(rows) + 300);
    sprintf(content,
            "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\">"
            "<office:body><office:spreadsheet><table:table table:name=\"One\"><table:table-column/>"
            "%s</table:table><table:table table:name=\"Two\"/></office:spreadsheet></office:body>"
            "</office:document-content>",
            rows);
    struct str b =
        package((struct entry[]){{"mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0},
                                 {"content.xml", content, 0},
                                 {NULL}});
    free(content);
    return b;
}

/* Reads everything; cells of a row joined by '|', rows by newline, into `out`. */
static enum status read_all(struct str bytes, struct buf *out, struct err *e)
{
    struct table t;
    struct table_row row;
    *e = (struct err){0};
    buf_clear(out);
    enum status s = table_open_bytes(&t, bytes, "test", e);
    while (s == ST_OK && (s = table_next(&t, &row, e)) == ST_OK && row.n) {
        buf_addf(out, "%ld", row.line);
        for (size_t i = 0; i < row.n; i++)
            buf_addf(out, "|%.*s", (int)row.cells[i].n, row.cells[i].p);
        buf_addc(out, '\n');
    }
    table_close(&t);
    free((void *)(uintptr_t)bytes.p);
    return s;
}

#define HEADER                                                                                     \
    "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c>"                \
    "<c r=\"C2\" t=\"inlineStr\"><is><t>day</t></is></c></row>"

static void xlsx_values(void **state)
{
    struct buf out = BUF_EMPTY;
    struct err e;
    struct str b = xlsx(
        HEADER
        "<row r=\"3\"><c r=\"A3\"><v>100000</v></c><c r=\"B3\" t=\"s\"><v>2</v></c>"
        "<c r=\"C3\" s=\"1\"><v>44561</v></c></row><row r=\"4\"><c r=\"B4\"/></row>"
        "<row r=\"6\"><c><v>1.0E+20</v></c><c t=\"b\"><v>1</v></c><c s=\"4\"><v>1.5</v></c></row>"
        "<row r=\"7\"><c r=\"A7\"><v>0.10000000000000001</v></c><c r=\"C7\" s=\"2\"><v>61</v></c>"
        "</row><row r=\"8\"><c s=\"3\"><v>3.5</v></c><c t=\"d\"><v>2021-03-04</v></c>"
        "<c r=\"C8\" s=\"2\"><v>60</v></c></row><row r=\"9\"><c r=\"A9\"><v>1E-7</v></c>"
        "<c r=\"D9\"><v>9</v></c></row>");
    assert_int_equal(read_all(b, &out, &e), ST_OK);
    assert_string_equal(out.p, "3|100000|Jos\xc3\xa9 & co\ntwo|2021-12-31\n"
                               "6|100000000000000000000|TRUE|1900-01-01T12:00:00\n"
                               "7|0.1||1900-03-01\n"
                               "8|3.5|2021-03-04|1900-02-29\n"
                               "9|0.0000001|||9\n");
    buf_free(&out);
}

static void ods_values(void **state)
{
    struct buf out = BUF_EMPTY;
    struct err e;
    struct str b =
        ods("<table:table-row table:number-rows-repeated=\"2\"><table:table-cell "
            "table:number-columns-repeated=\"16384\"/></table:table-row>"
            "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>id</text:p>"
            "</table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell>"
            "<table:table-cell><text:p>c</text:p></table:table-cell></table:table-row>"
            "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell "
            "office:value-type=\"float\" office:value=\"1.0E5\"><text:p>100,000</text:p>"
            "</table:table-cell><table:table-cell office:value-type=\"date\" "
            "office:date-value=\"2021-12-31T00:00:00\"><text:p>31/12/21</text:p></table:table-cell>"
            "<table:table-cell><office:annotation><text:p>no</text:p></office:annotation>"
            "<text:p>a<text:s text:c=\"2\"/>b</text:p><text:p>c</text:p></table:table-cell>"
            "<table:table-cell table:number-columns-repeated=\"16381\"/></table:table-row>"
            "<table:table-row><table:table-cell office:value-type=\"boolean\" "
            "office:boolean-value=\"false\"/><table:table-cell table:number-columns-repeated=\"2\">"
            "<text:p>x</text:p></table:table-cell></table:table-row>"
            "<table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell "
            "table:number-columns-repeated=\"16384\"/></table:table-row>");
    assert_int_equal(read_all(b, &out, &e), ST_OK);
    assert_string_equal(out.p, "4|100000|2021-12-31|a  b\nc\n"
                               "5|100000|2021-12-31|a  b\nc\n"
                               "6|FALSE|x|x\n");
    buf_free(&out);
}

static void refused(struct str bytes, const char *word, const char *cell, long row)
{
    struct buf out = BUF_EMPTY;
    struct err e;
    assert_int_equal(read_all(bytes, &out, &e), ST_DATA);
    if (!strstr(e.what, word))
        fail_msg("\"%s\" does not say \"%s\"", e.what, word);
    assert_string_equal(e.column, cell);
    assert_int_equal(e.row, row);
    buf_free(&out);
}

static void formulas_and_wide_sheets_are_named(void **state)
{
    refused(xlsx(HEADER "<row r=\"3\"><c r=\"B3\"><f>1+1</f><v>2</v></c></row>"), "formula", "B3",
            3);
    refused(xlsx(HEADER "<row r=\"3\"><c r=\"XFD3\"><v>2</v></c></row>"), "wider", "XFD3", 3);
    refused(xlsx(HEADER "<row r=\"3\"><c r=\"XFDXFD3\"><v>2</v></c></row>"), "wider", "XFDXFD3", 3);
    refused(xlsx(HEADER "<row r=\"3\"><c r=\"B3\" t=\"e\"><v>#N/A</v></c></row>"), "error value",
            "B3", 3);
    refused(xlsx(HEADER "<row r=\"3\"><c r=\"B3\" t=\"s\"><v>7</v></c></row>"), "not there", "B3",
            3);
    refused(xlsx("<row r=\"1\"><c><v>1</v></c><c><v>1</v></c></row>"), "two columns", "B1", 1);
    refused(ods("<table:table-row><table:table-cell table:formula=\"of:=1+1\"/></table:table-row>"),
            "formula", "A1", 1);
    refused(ods("<table:table-row><table:table-cell table:number-columns-repeated=\"16000000\">"
                "<text:p>x</text:p></table:table-cell></table:table-row>"),
            "wider", "A1", 1);
    refused(ods("<table:table-row><table:table-cell table:number-columns-repeated=\"5000\">"
                "<text:p>x</text:p></table:table-cell></table:table-row>"),
            "wider", "A1", 1);
    refused(ods("<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell>"
                "<text:p>x</text:p></table:table-cell></table:table-row>"),
            "repeated", "", 1);
    refused(xlsx(""), "empty", "", 0);
}

static void attacks_are_refused(void **state)
{
    refused(package((struct entry[]){
                {"content.xml",
                 "<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;&x;\">]><a>&z;</a>", 0},
                {NULL}}),
            "document type", "", 0);
    refused(package((struct entry[]){
                {"content.xml", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", 0}, {NULL}}),
            "document type", "", 0);
    refused(package((struct entry[]){{"readme.txt", "hello", 0}, {NULL}}), "zip archive", "", 0);
    size_t n = (size_t)40 << 20;
    char *bomb = mem_alloc(n);
    memset(bomb, ' ', n);
    memcpy(bomb, "<a>", 3);
    refused(package((struct entry[]){{"content.xml", bomb, n}, {NULL}}), "zip bomb", "", 0);
    memset(bomb, 'a', n);
    memcpy(bomb, "<a b=\"", 6);
    for (size_t i = 6; i < n; i++) /* hard to pack, so that only the tag's length is wrong */
        bomb[i] = (char)('a' + (i * 2654435761u >> 16) % 26);
    refused(package((struct entry[]){{"content.xml", bomb, n}, {NULL}}), "larger than 2 MiB", "",
            0);
    size_t deep = 0;
    for (int i = 0; i < 100; i++)
        deep += (size_t)sprintf(bomb + deep, "<a>");
    refused(package((struct entry[]){{"content.xml", bomb, deep}, {NULL}}), "nested", "", 0);
    free(bomb);
    /* The directory of the package (signature PK 1 2) says other sizes than the parts have. */
    struct str lying =
        ods("<table:table-row><table:table-cell><text:p>id</text:p></table:table-cell>"
            "</table:table-row>");
    for (size_t i = 0; i + 46 < lying.n; i++)
        if (memcmp(lying.p + i, "PK\1\2", 4) == 0)
            ((char *)(uintptr_t)lying.p)[i + 24]++; /* the unpacked size */
    refused(lying, "", "", 0);
    struct str good = xlsx(HEADER), cut = {good.p, good.n / 2};
    refused(cut, "cannot be opened", "", 0);
}

static void wrong_types_are_told(void **state)
{
    static const struct {
        const char *bytes, *word;
    } cases[] = {{"%PDF-1.7", "a PDF"},
                 {"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"},
                 {"<html><table>", "web page"},
                 {"\x89PNG\r\n", "picture"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str b = {mem_alloc(40), strlen(cases[i].bytes)};
        memcpy((char *)(uintptr_t)b.p, cases[i].bytes, b.n);
        refused(b, cases[i].word, "", 0);
    }
}

/* Every cut and many flips of a good file: an answer, never a crash (the sanitizers look on). */
static void damage_is_survived(void **state)
{
    struct buf out = BUF_EMPTY;
    struct err e;
    const char *rows = HEADER "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>";
    struct str good = xlsx(rows);
    size_t refusals = 0;
    for (size_t cut = 0; cut < good.n; cut += 7) {
        char *copy = mem_alloc(good.n);
        memcpy(copy, good.p, good.n);
        refusals += read_all((struct str){copy, cut}, &out, &e) != ST_OK;
    }
    assert_true(refusals >= good.n / 7);
    for (size_t at = 0; at < good.n; at += 3) {
        char *copy = mem_alloc(good.n);
        memcpy(copy, good.p, good.n);
        copy[at] = (char)(copy[at] ^ 0x41);
        if (read_all((struct str){copy, good.n}, &out, &e) != ST_OK)
            assert_true(e.what[0] != '\0');
    }
    free((void *)(uintptr_t)good.p);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xlsx_values),
        cmocka_unit_test(ods_values),
        cmocka_unit_test(formulas_and_wide_sheets_are_named),
        cmocka_unit_test(attacks_are_refused),
        cmocka_unit_test(wrong_types_are_told),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
