#!/usr/bin/env python3
"""Checks an ODS or XLSX workbook against the Analysis Function's rules for statistics in spreadsheets.

usage: check-workbook.py FILE...   prints one line a fault; exit 1 when there is any
"""
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

ODS = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
}
X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
SHORT = re.compile(r"^\[([a-z]+)\]$")
NOTE = re.compile(r"\[note (\d+)\]")


# The Analysis Function's list, and no others.
KNOWN = {"c", "x", "z", "low", "u", "b", "e", "f", "p", "r"}
SIGNS = {"-", "\u2013", "\u2014", "*", "**", ".", "..", ":", "n/a", "N/A", "null"}


class Sheet:
    def __init__(self, name):
        self.name, self.rows, self.faults, self.ranges = name, [], [], []
        self.typed = set()  # (row, column) of cells that hold text


def column_number(letters):
    n = 0
    for c in letters:
        n = n * 26 + ord(c) - 64
    return n


def parse_range(text):
    """(first row, first column, last row, last column), 1-based, of A3:C9."""
    m = re.match(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)$", text)
    return int(m[2]), column_number(m[1]), int(m[4]), column_number(m[3])


def read_ods(z):
    q = lambda p, n: "{%s}%s" % (ODS[p], n)  # noqa: E731
    content = ET.fromstring(z.read("content.xml"))
    sheets, by_name, faults = [], {}, []
    shown = {st.get(q("style", "name")): p.get(q("table", "display")) for st in content.iter(q("style", "style"))
             if st.get(q("style", "family")) == "table"
             for p in st.iter(q("style", "table-properties"))}
    for t in content.iter(q("table", "table")):
        s = Sheet(t.get(q("table", "name")))
        if shown.get(t.get(q("table", "style-name"))) == "false":
            s.faults.append("a hidden sheet")
        if t.find(f".//{q('draw', 'frame')}") is not None:
            s.faults.append("an image")
        for row in t.iter(q("table", "table-row")):
            if row.get(q("table", "visibility"), "visible") != "visible":
                s.faults.append("a hidden row")
            cells = []
            for cell in row:
                if cell.tag == q("table", "covered-table-cell") or \
                        int(cell.get(q("table", "number-columns-spanned"), 1)) > 1 or \
                        int(cell.get(q("table", "number-rows-spanned"), 1)) > 1:
                    s.faults.append("a merged cell")
                if cell.get(q("table", "formula")):
                    s.faults.append("a formula")
                text = "\n".join("".join(p.itertext()) for p in cell.iter(q("text", "p")))
                if cell.get(q("office", "value-type")) == "string":
                    s.typed.add((len(s.rows) + 1, len(cells) + 1))
                cells += [text] * int(cell.get(q("table", "number-columns-repeated"), 1))
            s.rows.append(cells)
        for c in t.iter(q("table", "table-column")):
            if c.get(q("table", "visibility"), "visible") != "visible":
                s.faults.append("a hidden column")
        sheets.append(s)
        by_name[s.name] = s
    for r in content.iter(q("table", "database-range")):
        sheet, area = re.match(r"'?([^'.]+)'?\.([A-Z]+\d+):'?[^'.]*'?\.([A-Z]+\d+)",
                               r.get(q("table", "target-range-address"))).groups()[0], None
        a, b = re.findall(r"\.\$?([A-Z]+)\$?(\d+)", r.get(q("table", "target-range-address")))
        area = (int(a[1]), column_number(a[0]), int(b[1]), column_number(b[0]))
        if sheet not in by_name:
            faults.append(f"a marked-up table on {sheet}, which is not there")
            continue
        by_name[sheet].ranges.append(area)
        if r.get(q("table", "display-filter-buttons")) == "true":
            by_name[sheet].faults.append("a filter")
    meta = ET.fromstring(z.read("meta.xml"))
    properties = {k: meta.findtext(f".//{q(*v)}") for k, v in
                  {"title": ("dc", "title"), "subject": ("dc", "subject"),
                   "author": ("dc", "creator")}.items()}
    return sheets, properties, faults


def read_xlsx(z):
    shared = []
    if "xl/sharedStrings.xml" in z.namelist():
        for si in ET.fromstring(z.read("xl/sharedStrings.xml")).iter(X + "si"):
            shared.append("".join(t.text or "" for t in si.iter(X + "t")))
    rels = {r.get("Id"): r.get("Target") for r in ET.fromstring(z.read("xl/_rels/workbook.xml.rels"))}
    book = ET.fromstring(z.read("xl/workbook.xml"))
    sheets, faults = [], []
    for i, sh in enumerate(book.iter(X + "sheet")):
        s = Sheet(sh.get("name"))
        if sh.get("state", "visible") != "visible":
            s.faults.append("a hidden sheet")
        path = "xl/" + rels[sh.get(R + "id")].lstrip("/").replace("xl/", "")
        doc = ET.fromstring(z.read(path))
        grid = {}
        for row in doc.iter(X + "row"):
            if row.get("hidden") == "1":
                s.faults.append("a hidden row")
            for c in row.iter(X + "c"):
                m = re.match(r"([A-Z]+)(\d+)", c.get("r"))
                v = c.findtext(X + "v")
                if c.find(X + "f") is not None:
                    s.faults.append("a formula")
                if c.get("t") == "s":
                    v = shared[int(v)]
                elif c.get("t") == "inlineStr":
                    v = "".join(t.text or "" for t in c.iter(X + "t"))
                if c.get("t") in ("s", "str", "inlineStr"):
                    s.typed.add((int(m[2]), column_number(m[1])))
                grid[int(m[2]), column_number(m[1])] = v or ""
        height = max((r for r, _ in grid), default=0)
        s.rows = [[grid.get((r, c), "") for c in range(1, max((k for q, k in grid if q == r), default=0) + 1)]
                  for r in range(1, height + 1)]
        for tag, what in (("mergeCell", "a merged cell"), ("autoFilter", "a filter"), ("pane", "a frozen pane"),
                          ("drawing", "an image"), ("headerFooter", "a header or footer")):
            if doc.find(f".//{X}{tag}") is not None:
                s.faults.append(what)
        if any(c.get("hidden") == "1" for c in doc.iter(X + "col")):
            s.faults.append("a hidden column")
        selection = doc.find(f".//{X}selection")
        if selection is not None and selection.get("activeCell", "A1") != "A1":
            s.faults.append("the cursor is not at A1")
        rel_path = path.replace("worksheets/", "worksheets/_rels/") + ".rels"
        if rel_path in z.namelist():
            for r in ET.fromstring(z.read(rel_path)):
                if r.get("Type").endswith("/table"):
                    t = ET.fromstring(z.read("xl/" + r.get("Target").replace("../", "")))
                    s.ranges.append(parse_range(t.get("ref")))
                    if t.find(X + "autoFilter") is not None:
                        s.faults.append("a filter")
        sheets.append(s)
    if any("vba" in n.lower() for n in z.namelist()):
        faults.append("macros")
    core = ET.fromstring(z.read("docProps/core.xml"))
    get = lambda n: next((e.text for e in core.iter() if e.tag.endswith("}" + n)), None)  # noqa: E731
    return sheets, {"title": get("title"), "subject": get("subject"), "author": get("creator")}, faults


def cell(s, r, c):
    return s.rows[r - 1][c - 1] if r <= len(s.rows) and c <= len(s.rows[r - 1]) else ""


def is_number(text):
    return re.fullmatch(r"-?[\d,]+(\.\d+)?%?", text.strip()) is not None


def check_body(s, area):
    """Cells of a table: numbers are numbers, shorthand is known and alone, notes are notes."""
    r1, c1, r2, c2 = area
    faults = []
    for c in range(c1, c2 + 1):
        # years and other names stand in a column of text; a number as text among numbers is a fault
        numeric = any(cell(s, r, c) and (r, c) not in s.typed for r in range(r1 + 1, r2 + 1))
        for r in range(r1 + 1, r2 + 1):
            text = cell(s, r, c)
            short = SHORT.match(text)
            if short and short[1] not in KNOWN:
                faults.append(f"{text} is no shorthand of the list")
            elif text.strip() in SIGNS:
                faults.append(f"a sign ({text.strip()}) instead of shorthand")
            elif not short and re.search(r"\[(?!note \d+\])[^\]]*\]", text):
                faults.append(f"{re.search(r'[[][^]]*[]]', text)[0]} shares its cell or is no shorthand and no note")
            elif numeric and (r, c) in s.typed and is_number(text):
                faults.append("a number stored as text")
    return sorted(set(faults))


def check_sheet(s):
    faults = list(s.faults)
    if not cell(s, 1, 1):
        faults.append("no title in A1")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", s.name):
        faults.append("the name of a sheet is not letters, digits and underscores")
    if s.name == "Cover":
        return faults
    if cell(s, 2, 1) != "This worksheet contains one table.":
        faults.append("A2 does not say how many tables there are")
    if len(s.ranges) != 1:
        return faults + [f"{len(s.ranges)} marked-up tables, one is wanted"]
    r1, c1, r2, c2 = s.ranges[0]
    if c1 != 1:
        faults.append("the table does not start in column A")
    if r2 != len(s.rows):
        faults.append("content below the table")
    if any(len([v for v in row[c2:] if v]) for row in s.rows):
        faults.append("content beside the table")
    if any(not cell(s, r, c).strip() for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)):
        faults.append("a blank cell in the table")
    if any(not any(row) for row in s.rows):
        faults.append("a blank row")
    header = [cell(s, r1, c) for c in range(c1, c2 + 1)]
    if len(set(header)) != len(header):
        faults.append("two columns have one header")
    faults += check_body(s, (r1, c1, r2, c2))
    above = " ".join(" ".join(row) for row in s.rows[:r1 - 1])
    used = {SHORT.match(cell(s, r, c)).group(1) for r in range(r1 + 1, r2 + 1)
            for c in range(c1, c2 + 1) if SHORT.match(cell(s, r, c))}
    faults += [f"[{u}] is used and not explained above the table" for u in sorted(used)
               if f"[{u}] means" not in above]
    faults += [f"[{u}] is explained and not used" for u in re.findall(r"\[([a-z]+)\] means", above)
               if u not in used]
    if s.name not in ("Contents", "Notes"):
        if "Source:" not in above:
            faults.append("no source above the table")
        if any(NOTE.search(" ".join(row)) for row in s.rows) and "notes worksheet" not in above:
            faults.append("notes are referred to but not announced")
    return faults


def check(path):
    with zipfile.ZipFile(path) as z:
        ods = "content.xml" in z.namelist()
        if ods and (z.namelist()[0] != "mimetype" or z.getinfo("mimetype").compress_type != 0):
            yield "the mimetype is not first and uncompressed"
        sheets, properties, faults = (read_ods if ods else read_xlsx)(z)
    yield from faults
    for name, value in properties.items():
        if not value:
            yield f"the document's {name} is not set"
    names = [s.name for s in sheets]
    if names[:2] != ["Cover", "Contents"]:
        yield "the first sheets are not Cover and Contents"
    refers = {int(n) for s in sheets if s.name != "Notes" for row in s.rows for v in row for n in NOTE.findall(v)}
    listed = {int(n) for s in sheets if s.name == "Notes" for row in s.rows[1:] for n in NOTE.findall(row[0])}
    if refers != listed:
        yield f"notes referred to {sorted(refers)}, listed {sorted(listed)}"
    contents = next((s for s in sheets if s.name == "Contents"), None)
    if contents and [row[0] for row in contents.rows[3:]] != [n for n in names if n not in ("Cover", "Contents", "Notes")]:
        yield "the contents sheet does not list the tables"
    for s in sheets:
        for f in check_sheet(s):
            yield f"{s.name}: {f}"


if __name__ == "__main__":
    bad = 0
    for file in sys.argv[1:]:
        for fault in check(file):
            bad = 1
            print(f"{file}: {fault}")
    sys.exit(bad)
