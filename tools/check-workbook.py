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
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
}
X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
SHORT = re.compile(r"^\[([a-z]+)\]$")
NOTE = re.compile(r"\[note (\d+)\]")


# The Analysis Function's list, and no others; what the explanation must say.
KNOWN = {"c": "confidential", "x": "not available", "z": "not applicable", "low": "rounds to zero", "u": "low reliability",
         "b": "break", "e": "estimated", "f": "forecast", "p": "provisional", "r": "revised"}
SUPERSCRIPT = re.compile("[\u00b9\u00b2\u00b3\u2070-\u2079]")
LEAST_POINTS = 12
SIGNS = {"-", "\u2013", "\u2014", "*", "**", ".", "..", ":", "n/a", "N/A", "null"}


class Sheet:
    """What a reader gives of a sheet; (row, column) from 1."""
    def __init__(self, name):
        self.name, self.rows, self.faults, self.ranges = name, [], [], []
        self.typed = set()  # cells that hold text
        self.style = {}     # of a cell: Style
        self.widths = []    # of columns, in characters; None: not set
        self.links = {}     # of a cell: the sheet that it leads to
        self.marked = []    # of each marked-up table: its name, and its headers where the file repeats them
        self.digits = {}    # of a cell with a number: digits behind the point that are stored, and shown


class Style:
    def __init__(self, wraps=False, points=LEAST_POINTS, filled=False, coloured=False, heading=False):
        self.wraps, self.points, self.filled, self.coloured, self.heading = wraps, points, filled, coloured, heading


def decimals(text):
    return len(text.partition(".")[2])


def column_number(letters):
    n = 0
    for c in letters:
        n = n * 26 + ord(c) - 64
    return n


def parse_range(text):
    """(first row, first column, last row, last column), 1-based, of A3:C9."""
    m = re.match(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)$", text)
    return int(m[2]), column_number(m[1]), int(m[4]), column_number(m[3])


def q(prefix, name):
    return "{%s}%s" % (ODS[prefix], name)


def centimetres(text):
    return float(text[:-2]) * {"cm": 1, "mm": .1, "in": 2.54, "pt": 2.54 / 72}[text[-2:]]


def ods_styles(*roots):
    """Cell styles by name, columns' widths by the name of their style, decimals by the name of a cell's style."""
    found = {s.get(q("style", "name")): s for r in roots for s in r.iter(q("style", "style"))}
    default = next((s for r in roots for s in r.iter(q("style", "default-style"))
                    if s.get(q("style", "family")) == "table-cell"), None)
    shapes = {n.get(q("style", "name")): int(n.find(q("number", "number")).get(q("number", "decimal-places"), 0))
              for r in roots for n in r.iter(q("number", "number-style"))}

    def chain(name):
        while name in found:
            yield found[name]
            name = found[name].get(q("style", "parent-style-name"))
        if default is not None:
            yield default

    def first(name, part, attribute):
        return next((p.get(attribute) for s in chain(name) for p in s.findall(q("style", part)) if p.get(attribute)), None)

    cells = {}
    for name, s in found.items():
        if s.get(q("style", "family")) == "table-cell":
            size = first(name, "text-properties", q("fo", "font-size")) or "10pt"
            cells[name] = Style(
                first(name, "table-cell-properties", q("fo", "wrap-option")) == "wrap", float(size[:-2]),
                first(name, "table-cell-properties", q("fo", "background-color")) not in (None, "transparent"),
                first(name, "text-properties", q("fo", "color")) not in (None, "#000000"),
                any(c.get(q("style", "display-name")) == "Heading 1" for c in chain(name)))
    widths = {name: centimetres(p.get(q("style", "column-width"))) / 0.235 for name, s in found.items()
              for p in s.iter(q("style", "table-column-properties")) if p.get(q("style", "column-width"))}
    places = {name: shapes.get(s.get(q("style", "data-style-name"))) for name, s in found.items()}
    return cells, widths, places


def read_ods(z):
    content = ET.fromstring(z.read("content.xml"))
    cell_styles, widths, places = ods_styles(content, ET.fromstring(z.read("styles.xml")))
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
        if t.find(f".//{q('office', 'annotation')}") is not None:
            s.faults.append("a comment")
        if t.get(q("table", "protected")) == "true":
            s.faults.append("a protected sheet")
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
                at, style = (len(s.rows) + 1, len(cells) + 1), cell.get(q("table", "style-name"))
                s.style[at] = cell_styles.get(style, cell_styles.get("Default", Style()))
                for a in cell.iter(q("text", "a")):
                    m = re.fullmatch(r"#'?([^'.]+)'?\.A1", a.get(q("xlink", "href"), ""))
                    s.links[at] = m[1] if m else None
                if cell.get(q("office", "value-type")) == "float":
                    s.digits[at] = decimals(cell.get(q("office", "value"))), places.get(style)
                if cell.get(q("office", "value-type")) == "string":
                    s.typed.add((len(s.rows) + 1, len(cells) + 1))
                cells += [text] * int(cell.get(q("table", "number-columns-repeated"), 1))
            s.rows.append(cells)
        for c in t.iter(q("table", "table-column")):
            if c.get(q("table", "visibility"), "visible") != "visible":
                s.faults.append("a hidden column")
            s.widths += [widths.get(c.get(q("table", "style-name")))] * int(c.get(q("table", "number-columns-repeated"), 1))
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
        by_name[sheet].marked.append((r.get(q("table", "name")), None))
        if r.get(q("table", "display-filter-buttons")) == "true":
            by_name[sheet].faults.append("a filter")
    meta = ET.fromstring(z.read("meta.xml"))
    properties = {k: meta.findtext(f".//{q(*v)}") for k, v in
                  {"title": ("dc", "title"), "subject": ("dc", "subject"),
                   "author": ("dc", "creator"), "language": ("dc", "language")}.items()}
    return sheets, properties, faults


def xlsx_styles(z):
    """Of each cell format: its Style, and the decimals of its numbers (None: not said)."""
    root = ET.fromstring(z.read("xl/styles.xml"))
    shapes = {int(n.get("numFmtId")): n.get("formatCode") for n in root.iter(X + "numFmt")}
    fonts = list(root.find(X + "fonts"))
    fills = [f.find(X + "patternFill") for f in root.find(X + "fills")]
    names = {int(c.get("xfId")): (int(c.get("builtinId", -1))) for c in root.iter(X + "cellStyle")}
    out = []
    for xf in root.find(X + "cellXfs"):
        font, fill = fonts[int(xf.get("fontId"))], fills[int(xf.get("fillId"))]
        align, colour, built_in = xf.find(X + "alignment"), font.find(X + "color"), names.get(int(xf.get("xfId", 0)))
        shape = shapes.get(int(xf.get("numFmtId")))
        out.append((Style(align is not None and align.get("wrapText") == "1", float(font.find(X + "sz").get("val")),
                          fill is not None and fill.get("patternType") not in (None, "none", "gray125"),
                          colour is not None and built_in != 8 and colour.get("rgb") != "FF000000" and colour.get("theme") != "1",
                          built_in == 16),
                    None if shape is None else decimals(shape)))
    return out


def read_xlsx(z):
    styles = xlsx_styles(z)
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
                at, (style, places) = (int(m[2]), column_number(m[1])), styles[int(c.get("s", 0))]
                s.style[at] = style
                if c.get("t", "n") == "n" and v is not None:
                    s.digits[at] = decimals(v), places
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
                          ("drawing", "an image"), ("headerFooter", "a header or footer"), ("legacyDrawing", "a comment"),
                          ("sheetProtection", "a protected sheet")):
            if doc.find(f".//{X}{tag}") is not None:
                s.faults.append(what)
        if any(c.get("hidden") == "1" for c in doc.iter(X + "col")):
            s.faults.append("a hidden column")
        wide = {n: float(c.get("width")) for c in doc.iter(X + "col") if c.get("width")
                for n in range(int(c.get("min")), int(c.get("max")) + 1)}
        s.widths = [wide.get(n) for n in range(1, max((k for _, k in grid), default=0) + 1)]
        for h in doc.iter(X + "hyperlink"):
            m = re.fullmatch(r"([A-Z]+)(\d+)", h.get("ref"))
            leads = re.fullmatch(r"'?([^'!]+)'?!\$?A\$?1", h.get("location") or "")
            s.links[int(m[2]), column_number(m[1])] = leads[1] if leads else None
        selection = doc.find(f".//{X}selection")
        if selection is not None and selection.get("activeCell", "A1") != "A1":
            s.faults.append("the cursor is not at A1")
        rel_path = path.replace("worksheets/", "worksheets/_rels/") + ".rels"
        if rel_path in z.namelist():
            for r in ET.fromstring(z.read(rel_path)):
                if r.get("Type").endswith("/table"):
                    t = ET.fromstring(z.read("xl/" + r.get("Target").replace("../", "")))
                    s.ranges.append(parse_range(t.get("ref")))
                    s.marked.append((t.get("displayName"), [c.get("name") for c in t.iter(X + "tableColumn")]))
                    if t.find(X + "autoFilter") is not None:
                        s.faults.append("a filter")
        sheets.append(s)
    if any("vba" in n.lower() for n in z.namelist()):
        faults.append("macros")
    if any("externalLinks/" in n for n in z.namelist()):
        faults.append("a link to another file")
    core = ET.fromstring(z.read("docProps/core.xml"))
    get = lambda n: next((e.text for e in core.iter() if e.tag.endswith("}" + n)), None)  # noqa: E731
    return sheets, {"title": get("title"), "subject": get("subject"), "author": get("creator"),
                    "language": get("language")}, faults


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
        behind = {s.digits[r, c] for r in range(r1 + 1, r2 + 1) if (r, c) in s.digits}
        if any(shown is not None and stored > shown for stored, shown in behind):
            faults.append("a number holds digits that it does not show")
        if len({shown for _, shown in behind}) > 1:
            faults.append("a column of numbers with several numbers of decimals")
    return sorted(set(faults))


def check_look(s, area):
    """What a reader sees: letters, colours, widths, words that are cut off."""
    faults, widths = [], s.widths + [None] * 100
    for r, row in enumerate(s.rows, 1):
        for c, text in enumerate(row, 1):
            style = s.style.get((r, c), Style())
            if not text:
                continue
            if text != text.strip() or "  " in text:
                faults.append("a space too many")
            if "\n" in text or "\r" in text:
                faults.append("a line break in a cell")
            if SUPERSCRIPT.search(text):
                faults.append("a superscript")
            if style.points < LEAST_POINTS:
                faults.append("letters under 12 points")
            if style.filled:
                faults.append("a coloured cell")
            if style.coloured and (r, c) not in s.links:
                faults.append("coloured words")
            # what stands alone in its row may run over the cells beside it
            if area and area[0] <= r and not style.wraps and widths[c - 1] and len(text) > 1.15 * widths[c - 1] + 1:
                faults.append("words that are cut off")
    if any(w is None for w in s.widths):
        faults.append("a column without a width of its own")
    if not s.style.get((1, 1), Style()).heading:
        faults.append("the title is not styled as a heading")
    return sorted(set(faults))


def check_sheet(s):
    faults = s.faults + check_look(s, s.ranges[0] if s.ranges else None)
    if not cell(s, 1, 1):
        faults.append("no title in A1")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", s.name):
        faults.append("the name of a sheet is not letters, digits and underscores")
    if s.name == "Cover":
        if not any("ontact" in "".join(row) for row in s.rows[1:]):
            faults.append("no word on whom to ask")
        return faults
    if cell(s, 2, 1) != "This worksheet contains one table.":
        faults.append("A2 does not say how many tables there are")
    if len(s.ranges) != 1:
        return faults + [f"{len(s.ranges)} marked-up tables, one is wanted"]
    r1, c1, r2, c2 = s.ranges[0]
    name, columns = s.marked[0]
    if name != s.name:
        faults.append("the marked-up table has another name than its sheet")
    if columns is not None and columns != [cell(s, r1, c) for c in range(c1, c2 + 1)]:
        faults.append("the headers are not those of the marked-up table")
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
    faults += [f"[{u}] is explained as something else" for u, words in re.findall(r"\[([a-z]+)\] means ([^;.]*)", above)
               if KNOWN.get(u, "") not in words]
    if s.name not in ("Contents", "Notes"):
        if "Source:" not in above:
            faults.append("no source above the table")
        referred = any(NOTE.search(" ".join(row)) for row in s.rows)
        if referred and "notes worksheet" not in above:
            faults.append("notes are referred to but not announced")
        if not referred and "notes worksheet" in above:
            faults.append("notes are announced and none is referred to")
        number = re.fullmatch(r"Table_(\d+)", s.name)
        if number and not cell(s, 1, 1).startswith(f"Table {number[1]}: "):
            faults.append("the title has another number than the sheet")
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
    mentioned = [int(n) for s in sheets if s.name != "Notes" for row in s.rows for v in row for n in NOTE.findall(v)]
    if list(dict.fromkeys(mentioned)) != sorted(set(mentioned)):
        yield "notes are not numbered in the order of their first mention"
    numbers = [int(m[1]) for m in (re.fullmatch(r"Table_(\d+)", n) for n in names) if m]
    if numbers != sorted(numbers):
        yield "the tables are not in order"
    contents = next((s for s in sheets if s.name == "Contents"), None)
    if contents and [row[0] for row in contents.rows[3:]] != [n for n in names if n not in ("Cover", "Contents", "Notes")]:
        yield "the contents sheet does not list the tables"
    titles = {s.name: cell(s, 1, 1) for s in sheets}
    for r, row in enumerate(contents.rows if contents else [], 1):
        if r > 3 and row[0] in titles:
            if contents.links.get((r, 1)) != row[0]:
                yield f"the contents do not lead to {row[0]}"
            if row[1:] != [titles[row[0]]]:
                yield f"the contents give another title of {row[0]}"
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
