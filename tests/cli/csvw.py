"""Checks a CSVW description (W3C, Metadata Vocabulary for Tabular Data) against its CSV files.

Written from the standard's text, apart from the program that writes the files: titles, number of
cells, datatypes, nulls, required, primary and foreign keys, and that no CSV file is left out.
"""
import csv
import json
import os
import re

LEXICAL = {
    "string": re.compile(r"(?s).*"),
    "integer": re.compile(r"[+-]?\d+"),
    "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    "number": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?INF|NaN"),
}
# Properties that the vocabulary has for each thing; others need a prefix, as dc:title has
GROUP = {"@context", "@id", "@type", "dialect", "notes", "tableDirection", "tableSchema", "tables", "transformations"}
TABLE = {"@id", "@type", "url", "dialect", "notes", "suppressOutput", "tableDirection", "tableSchema", "transformations"}
SCHEMA = {"@id", "@type", "columns", "foreignKeys", "primaryKey", "rowTitles"}
INHERITED = {"aboutUrl", "datatype", "default", "lang", "null", "ordered", "propertyUrl", "required", "separator",
             "textDirection", "valueUrl"}
COLUMN = {"@id", "@type", "name", "suppressOutput", "titles", "virtual"} | INHERITED
DIALECT = {"commentPrefix": str, "delimiter": str, "doubleQuote": bool, "encoding": str, "header": bool,
           "headerRowCount": int, "lineTerminators": (str, list), "quoteChar": str, "skipBlankRows": bool,
           "skipColumns": int, "skipInitialSpace": bool, "skipRows": int, "trim": (bool, str), "@id": str, "@type": str}
PREFIXES = {"dc", "dcat", "schema", "prov", "xsd", "rdfs", "skos"}  # of those that every reader knows
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]*")  # a leading _ is reserved by the standard


def check_properties(where, thing, known):
    for name, value in thing.items():
        prefix = name.partition(":")[0] if ":" in name else None
        if name not in known and prefix not in PREFIXES:
            yield f"{where}: {name} is no property here"
        if prefix in PREFIXES and isinstance(value, dict):
            if "@value" in value and set(value) - {"@value", "@type", "@language"} or {"@type", "@language"} <= set(value):
                yield f"{where}: {name} is no value"
            kind = value.get("@type", "xsd:string")
            if "@value" in value and kind.partition(":")[0] not in PREFIXES:
                yield f"{where}: {name} has an unknown type"
            if "@id" in value and not re.match(r"[a-z][a-z0-9+.-]*:", value["@id"]):
                yield f"{where}: {name} leads nowhere"


def check_group(doc):
    yield from check_properties("the group", doc, GROUP)
    if doc.get("@type") not in (None, "TableGroup"):
        yield "the group is of another type"
    for name, value in doc.get("dialect", {}).items():
        if name not in DIALECT or not isinstance(value, DIALECT[name]) or DIALECT[name] is int and isinstance(value, bool):
            yield f"the dialect has a wrong {name}"
    for name in ("dc:title", "dc:created", "dc:creator", "dc:description"):
        if not doc.get(name):
            yield f"{name} is not given"
    created = doc.get("dc:created")
    if not isinstance(created, dict) or created.get("@type") != "xsd:dateTime" or \
            not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created.get("@value", "")):
        yield "dc:created is no time"  # as words it would be English
    for t in doc.get("tables", []):
        where = t.get("url", "a table")
        yield from check_properties(where, t, TABLE | INHERITED)
        yield from check_properties(where, t["tableSchema"], SCHEMA | INHERITED)
        for c in t["tableSchema"]["columns"]:
            yield from check_properties(where, c, COLUMN)
        if not t.get("dc:source"):
            yield f"{where}: no source"


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.reader(f))


def check_columns(where, columns):
    names = [c.get("name") for c in columns]
    for c in columns:
        if not isinstance(c.get("name"), str) or not NAME.fullmatch(c["name"]):
            yield f"{where}: {c.get('name')!r} is no column name"
        if c.get("datatype") not in LEXICAL:
            yield f"{where}: {c.get('datatype')!r} is no datatype"
        if c.get("required") and c.get("null"):
            yield f"{where}: {c['name']} is required and may be null"
    if len(set(names)) != len(names):
        yield f"{where}: two columns have one name"


def check_rows(where, columns, rows):
    if not rows or rows[0] != [c["titles"] for c in columns]:
        yield f"{where}: the header is not the titles"
        return
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(columns):
            yield f"{where} row {number}: {len(row)} cells, {len(columns)} columns"
            continue
        for c, text in zip(columns, row):
            nulls = c.get("null", [""])
            if text in (nulls if isinstance(nulls, list) else [nulls]):
                if c.get("required"):
                    yield f"{where} row {number}: {c['name']} is required"
            elif not LEXICAL[c["datatype"]].fullmatch(text):
                yield f"{where} row {number}: {text!r} is no {c['datatype']} ({c['name']})"


def keys(columns, rows, names):
    at = [[c["name"] for c in columns].index(n) for n in names]
    return [tuple(row[k] for k in at) for row in rows[1:]]


def as_list(value):
    return value if isinstance(value, list) else [value]


def check(path):
    """Yields one line a fault."""
    here = os.path.dirname(path)
    with open(path, encoding="utf-8") as f:
        doc = json.load(f)
    context = doc.get("@context")
    if "http://www.w3.org/ns/csvw" not in as_list(context):
        yield "the context is not that of CSVW"
    if os.path.basename(path) != "csv-metadata.json":
        yield "a reader of the CSV files does not look here"
    yield from check_group(doc)
    data = {}
    for t in doc["tables"]:
        where, columns = t["url"], t["tableSchema"]["columns"]
        file = os.path.join(here, t["url"])
        faults = list(check_columns(where, columns))
        if not os.path.isfile(file):
            faults.append(f"{where}: no such file")
        if faults:
            yield from faults
            continue
        data[where] = (columns, read(file))
        yield from check_rows(where, *data[where])
    for t in doc["tables"]:
        if t["url"] not in data:
            continue
        columns, rows = data[t["url"]]
        names = {c["name"] for c in columns}
        primary = as_list(t["tableSchema"].get("primaryKey", []))
        if set(primary) - names:
            yield f"{t['url']}: the primary key names no column"
        elif primary:
            got = keys(columns, rows, primary)
            if len(set(got)) != len(got):
                yield f"{t['url']}: two rows have one primary key"
        for key in t["tableSchema"].get("foreignKeys", []):
            mine, ref = as_list(key["columnReference"]), key["reference"]
            if ref["resource"] not in data or set(mine) - names:
                yield f"{t['url']}: a foreign key leads nowhere"
                continue
            other = set(keys(*data[ref["resource"]], as_list(ref["columnReference"])))
            for k in keys(columns, rows, mine):
                if k not in other:
                    yield f"{t['url']}: {k} is not in {ref['resource']}"
    described = {os.path.normpath(os.path.join(here, t["url"])) for t in doc["tables"]}
    for folder in (here, os.path.join(os.path.dirname(here), "figures")):
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            file = os.path.normpath(os.path.join(folder, name))
            if name.endswith(".csv") and file not in described:
                yield f"{name} is not described"
