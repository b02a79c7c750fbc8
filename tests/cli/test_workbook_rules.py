#!/usr/bin/env python3
"""The checker of workbooks is shown to fail: one deliberately bad file for each of its rules."""
import importlib.util
import os
import re
import subprocess
import sys
import zipfile

from tap import SOURCE, done, equal, ok, run, temp_dir

CHECK = os.path.join(SOURCE, "tools/check-workbook.py")
spec = importlib.util.spec_from_file_location("checker", CHECK)
checker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(checker)


def rewrite(source, target, change):
    """A copy of a zip; `change` takes and gives a dictionary of parts, in order."""
    with zipfile.ZipFile(source) as z:
        parts = {i.filename: z.read(i) for i in z.infolist()}
    parts = change(parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in parts.items():
            z.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)


def part(name, pattern, to, count=1):
    """Changes the first match in one part; the pattern must be there."""
    def change(parts):
        text, n = re.subn(pattern, to, parts[name].decode(), count=count, flags=re.S)
        if n == 0:
            raise SystemExit(f"Bail out! {pattern} is not in {name}")
        return {**parts, name: text.encode()}
    return change


def added(name, data):
    return lambda parts: {**parts, name: data}


def compressed_mimetype(parts):
    return {"x": b"", **parts}  # no longer first


def both(first, second):
    return lambda parts: second(first(parts))


def ods(pattern, to, count=1):
    return part("content.xml", pattern, to, count)


TABLE = r'(<table:table table:name="Table_1">.*?)'
FIRST_ROW = TABLE + r'(<table:table-row>)'
LAST = r'(<table:table table:name="Table_1">.*?)(</table:table>)'
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
ROW = "<table:table-row>" + CELL + "</table:table-row>"
BODY = TABLE + r'(headright.*?</table:table-row>\s*<table:table-row>\s*<table:table-cell[^>]*><text:p>)Total'

# rule: (change of the ODS, what the checker says)
ODS_RULES = [
    ("a hidden row", ods(FIRST_ROW, r'\1<table:table-row table:visibility="collapse">'), "a hidden row"),
    ("a hidden column", ods(TABLE + "(<table:table-column )", r'\1\2table:visibility="collapse" '), "a hidden column"),
    ("a hidden sheet", both(
        ods('<table:table table:name="Table_1">', '<table:table table:name="Table_1" table:style-name="gone">'),
        ods("</office:automatic-styles>", '<style:style style:name="gone" style:family="table"><style:table-properties '
                                          'table:display="false"/></style:style></office:automatic-styles>')),
     "a hidden sheet"),
    ("a merged cell", ods(TABLE + "(<table:table-cell )", r'\1\2table:number-columns-spanned="2" '), "a merged cell"),
    ("a formula", ods(TABLE + "(<table:table-cell )", r'\1\2table:formula="of:=1" '), "a formula"),
    ("a filter", ods(r'(table:name="Table_1"[^>]*display-filter-buttons=)"false"', r'\1"true"'), "a filter"),
    ("an image", ods(LAST, r'\1<table:shapes><draw:frame xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"/></table:shapes>\2'), "an image"),
    ("no title", ods(TABLE + r"(<text:p>)Table 1[^<]*", r"\1\2"), "no title in A1"),
    ("no word on how many tables", ods(TABLE + "(<text:p>)This worksheet contains one table.", r"\1\2Figures"), "how many tables"),
    ("no marked-up table", ods(r'<table:database-range table:name="Table_1".*?/>', ""), "0 marked-up tables"),
    ("two marked-up tables", ods(r'(<table:database-range table:name="Table_1".*?/>)', r"\1\1"), "2 marked-up tables"),
    ("a table that starts in column B", ods(r"(table:name=\"Table_1\"[^>]*'Table_1'\.)A", r"\1B"), "column A"),
    ("content below the table", ods(LAST, r"\1" + ROW.format("a remark") + r"\2"), "content below"),
    ("content beside the table", ods(BODY, r"\1\2Total</text:p></table:table-cell>" + CELL.format("x") * 12 + "<table:table-cell><text:p>"),
     "content beside"),
    ("a blank cell", ods(BODY, r"\1\2"), "a blank cell"),
    ("a blank row", ods(FIRST_ROW, r"\1<table:table-row><table:table-cell/></table:table-row>\2"), "a blank row"),
    ("two columns of one header", ods(TABLE + "(<text:p>)Repeats: unclear", r"\1\2Repeats: new episode"), "one header"),
    ("shorthand that is not explained", ods(BODY, r"\1\2[x]"), "[x] is used and not explained"),
    ("shorthand that nobody knows", ods(BODY, r"\1\2[q]"), "[q] is no shorthand"),
    ("shorthand that is not used", ods(TABLE + "(<text:p>)Source", r"\1\2[c] means confidential. Source"), "explained and not used"),
    ("a sign instead of shorthand", ods(BODY, r"\1\2-"), "a sign"),
    ("a number as text", ods(r'(<table:table table:name="Table_1">.*?)office:value-type="float" office:value="[^"]*"', r'\1office:value-type="string"'),
     "a number stored as text"),
    ("shorthand written like a note", ods(BODY, r"\1\2[note c]"), "[note c]"),
    ("shorthand behind a number", ods(BODY, r"\1\2[c] 12"), "shares its cell"),
    ("no source", ods(TABLE + "(<text:p>)(Shorthand[^<]*)?Source: ", r"\1\2"), "no source"),
    ("a note that is not announced", ods(BODY, r"\1\2Total [note 1]"), "not announced"),
    ("a note that is not listed", ods(BODY, r"\1\2Total [note 1]"), "notes referred to [1], listed []"),
    ("contents that leave a table out", ods(r'(<table:table table:name="Contents">.*?)<table:table-row>(?:(?!</table:table-row>).)*Table_1.*?</table:table-row>', r"\1"),
     "does not list the tables"),
    ("sheets in another order", ods(r'table:name="Cover"', 'table:name="Front"'), "Cover and Contents"),
    ("a sheet name with spaces", ods(r"Table_1(?=[\"'.<])", "Table 1", 0), "the name of a sheet"),
    ("no title of the document", part("meta.xml", "<dc:title>.*?</dc:title>", "<dc:title></dc:title>"), "title is not set"),
    ("no subject", part("meta.xml", "<dc:subject>.*?</dc:subject>", ""), "subject is not set"),
    ("no author", part("meta.xml", "<dc:creator>.*?</dc:creator>", ""), "author is not set"),
    ("no language", part("meta.xml", "<dc:language>.*?</dc:language>", ""), "language is not set"),
    ("a comment", ods(TABLE + r"(<text:p>)", r'\1<office:annotation/>\2'), "a comment"),
    ("a protected sheet", ods('<table:table table:name="Table_1">', '<table:table table:name="Table_1" table:protected="true">'),
     "a protected sheet"),
    ("a marked-up table of another name", ods(r'table:database-range table:name="Table_1"', 'table:database-range table:name="Other"'),
     "another name than its sheet"),
    ("digits behind what is shown", ods(TABLE + r'(table:style-name="number1" office:value-type="float" office:value="[\d.]+)', r"\g<1>\g<2>99999"), "does not show"),
    ("several numbers of decimals", ods(TABLE + r'table:style-name="number1" (office:value-type="float" office:value="[\d.]+)',
                                        r'\1table:style-name="number3" \2'), "several numbers of decimals"),
    ("small letters", part("styles.xml", 'fo:font-size="12pt"', 'fo:font-size="10pt"'), "letters under 12"),
    ("a coloured cell", ods('(<style:style style:name="text" .*?<style:table-cell-properties )', r'\1fo:background-color="#ff0000" '),
     "a coloured cell"),
    ("coloured words", ods('(<style:style style:name="head" .*?<style:text-properties )', r'\1fo:color="#ff0000" '), "coloured words"),
    ("words that are cut off", ods('(<style:style style:name="text" .*?)fo:wrap-option="wrap" ', r"\1"), "cut off"),
    ("a column without a width", ods(TABLE + r'<table:table-column table:style-name="[^"]*"/>', r"\1<table:table-column/>"),
     "without a width"),
    ("a title that is no heading", ods(TABLE + 'table:style-name="Heading_20_1"', r'\1table:style-name="Default"'), "not styled as a heading"),
    ("a space too many", ods(BODY, r"\1\2 Total"), "a space too many"),
    ("a line break in a cell", ods(BODY, r"\1\2Total</text:p><text:p>and more"), "a line break"),
    ("a superscript", ods(BODY, "\\1\\2Total\u00b9"), "a superscript"),
    ("shorthand explained as something else", ods(r"\[z\] means not applicable", "[z] means zero"), "something else"),
    ("notes that are announced for nothing", ods(TABLE + "(<text:p>)Source:", r"\1\2See the notes worksheet. Source:"), "none is referred to"),
    ("notes out of order", ods(BODY, r"\1\2Total [note 2], [note 1]"), "order of their first mention"),
    ("a title with another number", ods(TABLE + "(<text:p>)Table 1:", r"\1\2Table 7:"), "another number"),
    ("tables out of order", both(ods(r'table:name="Table_1"', 'table:name="Table_99"', 0), ods("'Table_1'", "'Table_99'", 0)), "not in order"),
    ("contents that lead elsewhere", ods(r'xlink:href="#Table_1\.A1"', 'xlink:href="#Table_2.A1"'), "do not lead to Table_1"),
    ("contents with another title", ods(r'(<table:table table:name="Contents">.*?<text:p>)Table 1:', r"\1Chart 1:"), "another title"),
    ("a cover without a contact", ods(r'(<table:table table:name="Cover">.*?)<text:p>No contact[^<]*', r"\1<text:p>Nobody"), "whom to ask"),
    ("a mimetype that is not first", compressed_mimetype, "mimetype is not first"),
]


def sheet(number, pattern, to):
    return part(f"xl/worksheets/sheet{number}.xml", pattern, to)


# Table_1 is the third sheet: cover and contents come before it, and there are no notes
XLSX_RULES = [
    ("a hidden sheet", part("xl/workbook.xml", '(<sheet name="Table_1")', r'\1 state="hidden"'), "a hidden sheet"),
    ("a hidden row", sheet(3, "<row ", '<row hidden="1" '), "a hidden row"),
    ("a hidden column", sheet(3, "<col ", '<col hidden="1" '), "a hidden column"),
    ("a merged cell", sheet(3, "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'), "a merged cell"),
    ("a formula", sheet(3, r"(<c [^>]*>)<v>", r"\1<f>1</f><v>"), "a formula"),
    ("a filter", part("xl/tables/table2.xml", "<tableColumns", '<autoFilter ref="A4:B9"/><tableColumns'), "a filter"),
    ("a frozen pane", sheet(3, r"<sheetView ([^>]*?)/>", r'<sheetView \1><pane ySplit="1" state="frozen"/></sheetView>'), "a frozen pane"),
    ("an image", sheet(3, "(<mc:Alt)", r'<drawing r:id="rId9"/>\1'), "an image"),
    ("a header or footer", sheet(3, "(<mc:Alt)", r'<headerFooter><oddHeader>x</oddHeader></headerFooter>\1'), "a header or footer"),
    ("a cursor elsewhere", sheet(3, r"<sheetView ([^>]*?)/>", r'<sheetView \1><selection activeCell="C5" sqref="C5"/></sheetView>'), "not at A1"),
    ("macros", added("xl/vbaProject.bin", b"x"), "macros"),
    ("no marked-up table", part("xl/worksheets/_rels/sheet3.xml.rels", "<Relationship .*?/>", ""), "0 marked-up tables"),
    ("a table that starts lower", part("xl/tables/table2.xml", r'ref="A(\d+):', r'ref="B\1:'), "column A"),
    ("no language", part("docProps/core.xml", "<dc:language>.*?</dc:language>", ""), "language is not set"),
    ("a comment", sheet(3, "(<mc:Alt)", r'<legacyDrawing r:id="rId9"/>\1'), "a comment"),
    ("a protected sheet", sheet(3, "</sheetData>", '</sheetData><sheetProtection sheet="1"/>'), "a protected sheet"),
    ("a link to another file", added("xl/externalLinks/externalLink1.xml", b"<x/>"), "a link to another file"),
    ("a marked-up table of another name", part("xl/tables/table2.xml", 'displayName="Table_1"', 'displayName="Other"'),
     "another name than its sheet"),
    ("headers that the marked-up table does not have", part("xl/tables/table2.xml", '(<tableColumn id="1" name=)"[^"]*"', r'\1"Other"'),
     "the headers are not those"),
    ("digits behind what is shown", sheet(3, r"(<v>\d+\.\d)</v>", r"\g<1>99999</v>"), "does not show"),
    ("several numbers of decimals", sheet(3, r's="8"(><v>\d+\.\d)</v>', r's="10"\g<1></v>'), "several numbers of decimals"),
    ("small letters", part("xl/styles.xml", '<sz val="12"/>', '<sz val="10"/>'), "letters under 12"),
    ("a coloured cell", both(part("xl/styles.xml", "gray125", "solid"), part("xl/styles.xml", '(<cellXfs.*?)fillId="0"', r'\1fillId="1"')),
     "a coloured cell"),
    ("coloured words", part("xl/styles.xml", '<b/><sz val="12"/>', '<b/><sz val="12"/><color rgb="FFFF0000"/>'), "coloured words"),
    ("words that are cut off", part("xl/styles.xml", 'vertical="top" wrapText="1"', 'vertical="top"'), "cut off"),
    ("a column without a width", sheet(3, "<col [^>]*/>", ""), "without a width"),
    ("a title that is no heading", part("xl/styles.xml", 'builtinId="16"', 'builtinId="17"'), "not styled as a heading"),
    ("contents that lead elsewhere", sheet(2, 'location="Table_1!A1"', 'location="Table_1!B7"'), "do not lead to Table_1"),
    ("contents that lead nowhere", sheet(2, "<hyperlinks>.*</hyperlinks>", ""), "do not lead to Table_1"),
    ("no author", part("docProps/core.xml", "<dc:creator>.*?</dc:creator>", ""), "author is not set"),
]


def check(name, kind, source, change, words, d):
    bad = os.path.join(d, "bad." + kind)
    rewrite(source, bad, change)
    faults = list(checker.check(bad))
    ok(any(words in f for f in faults), f"{kind}: the checker finds {name}", faults[:4])


with temp_dir() as d:
    made, store, out = (os.path.join(d, n) for n in ("made", "register", "report"))
    run("simulate", "--people", 200, "--seed", 3, "--out", made, "--quiet")
    run("init", store, "--quiet")
    run("import", made + "/nrm.csv", "--as", "nrm", "--from", "SCA", "--store", store, "--quiet")
    run("import", made + "/msvcc.csv", "--as", "msvcc", "--from", "TSA", "--store", store, "--quiet")
    run("run", "--store", store, "--quiet")
    run("report", "--store", store, "--out", out, "--quiet")
    files = {kind: os.path.join(out, "tables." + kind) for kind in ("ods", "xlsx")}
    for kind, file in files.items():
        equal(list(checker.check(file)), [], f"{kind}: as written, nothing is found")
        copy = os.path.join(d, "copy." + kind)
        rewrite(file, copy, lambda parts: parts)
        equal(list(checker.check(copy)), [], f"{kind}: nor in a copy that only was packed again")
    for name, change, words in ODS_RULES:
        check(name, "ods", files["ods"], change, words, d)
    for name, change, words in XLSX_RULES:
        check(name, "xlsx", files["xlsx"], change, words, d)
    r = subprocess.run([sys.executable, CHECK, os.path.join(d, "bad.xlsx")], capture_output=True, text=True)
    ok(r.returncode == 1 and "bad.xlsx:" in r.stdout, "as a program it names the file and fails", r.stdout)
done()
