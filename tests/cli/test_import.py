#!/usr/bin/env python3
"""Importing: good rows in, bad rows out, every kind of bad input refused, the register as it was."""
import csv
import hashlib
import io
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import zipfile

from tap import BINARY, SOURCE, done, equal, ok, refused, run, run_json, temp_dir

EXAMPLES = os.path.join(SOURCE, "tests/data/examples")
HEAD = ["referral.external_id", "referral.received_date", "referral.status"]


def write(path, data):
    mode = "wb" if isinstance(data, bytes) else "w"
    with open(path, mode, **({} if mode == "wb" else {"encoding": "utf-8", "newline": ""})) as f:
        f.write(data)
    return path


def table(rows, header=HEAD):
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(header)
    w.writerows(rows)
    return out.getvalue()


def contents(store):
    """What the register holds, whoever looked in between."""
    out = os.path.join(os.path.dirname(store), "dump.csv")
    r = run("export", "--as", "canonical", "--store", store, "--out", out, "--identity",
            "--account", "--basis", "PUBLIC_TASK", "--recipient", "test")
    if r.returncode:
        return r.stderr
    with open(out, encoding="utf-8") as f:
        return f.read() + run("import", "--list", "--store", store).stdout


def digest(store):
    with open(os.path.join(store, "store.db"), "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def imported(path, store, channel="ngo", sender="HAVEN", *more):
    return run_json("import", path, "--as", channel, "--from", sender, "--store", store, *more)


def attempt(path, store, *more, channel="ngo", **kwargs):
    return run("import", path, "--as", channel, "--from", "HAVEN", "--store", store, *more,
               **kwargs)


with temp_dir() as d:
    store = os.path.join(d, "register")
    assert run("init", store).returncode == 0
    ngo = shutil.copy(os.path.join(EXAMPLES, "ngo.csv"), d)

    # ---- the plain way ----
    first = imported(ngo, store)
    equal([first[k] for k in ("rows", "added", "changed", "same", "rejected")], [3, 2, 0, 0, 1],
          "good rows in, the bad row out")
    equal([first["kind"], first["encoding"], first["delimiter"], first["day_first_dates"]],
          ["CSV", "UTF-8", "comma", 1], "what the file is, is said")
    rejects = ngo + ".rejected.csv"
    with open(rejects, encoding="utf-8", newline="") as f:
        bad = list(csv.DictReader(f))
    equal(len(bad), 1, "one row in the rejects file")
    equal([bad[0]["referral.external_id"], bad[0]["person.birth_date"], bad[0]["rejected_row"]],
          ["H-003", "31/02/1990", "4"], "the original cells and the row")
    ok("does not exist" in bad[0]["rejected_reason"], "and why", bad[0])
    text = run("import", ngo, "--as", "ngo", "--from", "HAVEN", "--store", store)
    ok("Okoro" not in text.stdout + text.stderr and "31/02" not in text.stdout + text.stderr,
       "no value of the file on the terminal", text.stdout + text.stderr)

    before = contents(store)
    again = imported(ngo, store)
    equal([again["added"], again["changed"], again["same"], again["imported_before"]],
          [0, 0, 2, True], "the same file again adds nothing")
    equal(contents(store), before, "and changes nothing")
    refused(attempt(rejects, store), "none of the 1 rows", name="the rejects file as it is: rejected again")

    bad[0]["person.birth_date"] = "28/02/1990"
    corrected = write(os.path.join(d, "corrected.csv"),
                      table([list(bad[0].values())], list(bad[0].keys())))
    fixed = imported(corrected, store)
    equal([fixed["added"], fixed["rejected"], fixed["columns_not_read"]], [1, 0, []],
          "the corrected rejects file goes in, its reasons ignored")
    with open(ngo, encoding="utf-8") as f:
        whole = f.read().replace("31/02/1990", "28/02/1990")
    equal([imported(write(os.path.join(d, "whole.csv"), whole), store)[k] for k in ("added", "same")],
          [0, 3], "the corrected whole file brings nothing that is there")
    changed = imported(write(os.path.join(d, "changed.csv"), whole.replace("Chinese", "Thai")), store)
    equal([changed["added"], changed["changed"], changed["same"]], [0, 1, 2],
          "a row that says something else supersedes the old one")
    all_of_it = contents(store)
    ok(",THA," in all_of_it and ",CHN," not in all_of_it, "the new value is seen, the old is not")
    undone = run("import", "--undo", str(changed["import"]), "--store", store)
    ok(undone.returncode == 0 and ",CHN," in contents(store), "undo brings the old one back",
       undone.stderr)
    refused(run("import", "--undo", "999", "--store", store), name="undo of an import that is not there")
    listed = run_json("import", "--list", "--store", store)
    equal([i["state"] for i in listed if i["import"] == changed["import"]], ["undone"],
          "the list says so")

    dry = digest(store)
    report = run_json("import", write(os.path.join(d, "new.csv"), table([["N1", "2021-01-01", "RECEIVED"]])),
                      "--as", "ngo", "--dry-run")
    equal([report["rows"], report["rejected"], digest(store) == dry,
           os.path.exists(os.path.join(d, "new.csv.rejected.csv"))], [1, 0, True, False],
          "a dry run writes nothing")

    # ---- encodings, delimiters, spreadsheets ----
    plain = table([["E1", "2021-01-01", "RECEIVED", "José", "Ngô"]],
                  HEAD + ["identity.given_name", "identity.family_name"])
    want = None
    for name, data, encoding, delimiter in (
            ("utf8", plain.encode(), "UTF-8", "comma"),
            ("bom", plain.encode("utf-8-sig"), "UTF-8 with byte order mark", "comma"),
            ("utf16", plain.encode("utf-16"), "UTF-16LE", "comma"),
            ("1252", plain.encode("cp1252"), "Windows-1252", "comma"),
            ("semicolon", plain.replace(",", ";").encode(), "UTF-8", "semicolon"),
            ("tab", plain.replace(",", "\t").encode(), "UTF-8", "tab"),
            ("crlf", plain.replace("\n", "\r\n").encode(), "UTF-8", "comma")):
        s = os.path.join(d, "enc-" + name)
        run("init", s)
        r = imported(write(os.path.join(d, name + ".csv"), data), s)
        equal([r["encoding"], r["delimiter"], r["added"]], [encoding, delimiter, 1], f"{name}: read and said")
        got = contents(s).split("1  20")[0]
        want = want or got
        equal(got, want, f"{name}: the same record")

    def xlsx(path, rows):
        cells = "".join(
            f'<row r="{i}">' + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' if not c.startswith("<")
                                       else c for c in row) + "</row>" for i, row in enumerate(rows, 1))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("[Content_Types].xml", "<Types/>")
            z.writestr("xl/workbook.xml", '<workbook xmlns:r="u"><sheets><sheet name="Cases" r:id="r1"/></sheets></workbook>')
            z.writestr("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="r1" Type="x/worksheet" '
                       'Target="s.xml"/><Relationship Id="r2" Type="x/styles" Target="y.xml"/></Relationships>')
            z.writestr("xl/y.xml", '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>')
            z.writestr("xl/s.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
        return path

    def ods(path, rows):
        cells = "".join("<table:table-row>" + "".join(
            f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" if not c.startswith("<") else c
            for c in row) + "</table:table-row>" for row in rows)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            z.writestr("content.xml", f"<d><table:table table:name='One'>{cells}</table:table></d>")
        return path

    header = HEAD + ["identity.given_name", "identity.family_name"]
    for kind, path in (
            ("XLSX", xlsx(os.path.join(d, "a.xlsx"),
                          [header, ["E1", '<c s="1"><v>44197</v></c>', "RECEIVED", "José", "Ngô"]])),
            ("ODS", ods(os.path.join(d, "a.ods"),
                        [header, ["E1", '<table:table-cell office:value-type="date" '
                                  'office:date-value="2021-01-01"><text:p>01/01/21</text:p></table:table-cell>',
                                  "RECEIVED", "José", "Ngô"]]))):
        s = os.path.join(d, "kind-" + kind)
        run("init", s)
        r = imported(path, s)
        equal([r["kind"], r["added"], r["rejected"]], [kind, 1, 0], f"{kind}: read")
        equal(contents(s).split("1  20")[0], want, f"{kind}: the same record as from CSV")

    # ---- files that are refused as a whole ----
    one = ["X1", "2021-01-01", "RECEIVED"]
    sound = digest(store)
    cases = [
        ("empty file", b"", ["empty"]),
        ("only blank lines", b"\n\n\n", ["empty"]),
        ("duplicate headers", table([one + ["a"]], HEAD + ["referral.status"]), ["referral.status"]),
        ("a header without a name", table([one + ["a"]], HEAD + [""]), ["column 4", "name"]),
        ("NUL bytes in the header", b"a,b\0,c\n1,2,3\n", ["NUL"]),
        ("broken UTF-8", "referral.external_id,é\n".encode() + b"\xc3\x28,\xff\n", ["UTF-8"]),
        ("a PDF", b"%PDF-1.4 xx", ["a PDF"]),
        ("an old Excel file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["Excel"]),
        ("a web page", b"<html><body><table></table></body></html>", ["web page"]),
        ("no known column", "a,b\n1,2\n", ["referral.external_id"]),
        ("a required column missing", table([["X1"]], ["referral.external_id"]), ["referral.received_date"]),
    ]
    for name, data, words in cases:
        refused(attempt(write(os.path.join(d, "bad.csv"), data), store), *words, name=name)
    equal(digest(store), sound, "files that cannot be read do not touch the register, byte for byte")
    r = imported(write(os.path.join(d, "head.csv"), table([])), store)
    equal([r["rows"], r["added"], r["import"]], [0, 0, 0], "header only: nothing to do, and no error")
    ok("no rows" in attempt(os.path.join(d, "head.csv"), store).stdout, "header only: said")

    held = contents(store)
    for name, data, words in (
            ("10 MB field", table([one, ["X2", "2021-01-01", "RECEIVED" + "D" * 10_000_000]]), ["row 3", "1 MiB"]),
            ("10 MB quoted field", table([one, ["X2", "2021-01-01", 'R,"' + "D" * 10_000_000]]), ["row 3", "1 MiB"]),
            ("NUL bytes in a row", table([one]).encode() + b"X2,20\x0021-01-01,RECEIVED\n", ["row 3", "NUL"]),
            ("a quote that is never closed", table([one]) + 'X2,"2021-01-01,RECEIVED\n', ["row 3", "closed"])):
        refused(attempt(write(os.path.join(d, "bad.csv"), data), store), *words, name=name)
        equal(contents(store), held, f"{name}: the rows before it did not go in either")

    for name, make in (
            ("formula cell in XLSX", lambda p: xlsx(p, [HEAD, ["X1", "<c><f>TODAY()</f><v>44561</v></c>", "R"]])),
            ("formula cell in ODS", lambda p: ods(p, [HEAD, ["X1", '<table:table-cell table:formula="of:=1"/>', "R"]]))):
        refused(attempt(make(os.path.join(d, "bad.sheet")), store), "formula", "B2", name=name)
    bomb = os.path.join(d, "bomb.xlsx")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z, z.open("content.xml", "w") as part:
        part.write(b"<d>")
        for _ in range(300):
            part.write(b" " * 1_000_000)
    sanitized = "THROUGHLINE_SANITIZED" in os.environ  # the sanitizers need memory of their own

    def little_memory():
        if not sanitized:
            resource.setrlimit(resource.RLIMIT_DATA, (64 << 20, 64 << 20))

    refused(subprocess.run([BINARY, "import", bomb, "--as", "ngo", "--from", "X", "--store", store],
                           capture_output=True, text=True, preexec_fn=little_memory),
            "zip bomb", name="zip bomb, in 64 MB")
    entities = os.path.join(d, "entities.ods")
    with zipfile.ZipFile(entities, "w") as z:
        z.writestr("content.xml", "<!DOCTYPE a [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;'>]><d>&b;</d>")
    refused(attempt(entities, store), "document type", name="entities in a spreadsheet")
    wide = ods(os.path.join(d, "wide.ods"), [['<table:table-cell table:number-columns-repeated="16000000">'
                                              "<text:p>x</text:p></table:table-cell>"]])
    refused(attempt(wide, store), "wider", "A1", name="sixteen million columns")
    with open(os.path.join(d, "a.xlsx"), "rb") as f:
        refused(attempt(write(os.path.join(d, "cut.xlsx"), f.read()[:700]), store), "damaged",
                name="an XLSX cut short")
    equal(contents(store), held, "hostile files leave the register as it was")

    # ---- the wrong channel ----
    layouts = os.path.join(SOURCE, "data/layouts")
    for channel in ("nrm", "dtn", "msvcc", "helpline", "ngo", "police"):
        with open(os.path.join(layouts, channel + ".csv"), encoding="utf-8", newline="") as f:
            names = list(dict.fromkeys(r["column"] for r in csv.DictReader(f) if r["column"]))
        path = write(os.path.join(d, channel + ".csv"), table([], names))
        other = "helpline" if channel == "nrm" else "nrm"
        refused(attempt(path, store, channel=other), f"looks like a {channel} extract",
                name=f"a {channel} extract given as {other}")

    # ---- rows that are rejected, each with a reason ----
    rows = [
        ("ragged: a cell too many", one + ["x"], HEAD, "more cells"),
        ("ragged: a cell too few", one[:2], HEAD, "fewer cells"),
        ("no reference", ["", "2021-01-01", "RECEIVED"], HEAD, "required"),
        ("31/02/2021", ["X", "31/02/2021", "RECEIVED"], HEAD, "does not exist"),
        ("year 0021", ["X", "0021-03-04", "RECEIVED"], HEAD, "impossible year"),
        ("two-digit year", ["X", "04/03/21", "RECEIVED"], HEAD, "two digits"),
        ("month first", ["X", "12/31/2021", "RECEIVED"], HEAD, "day first"),
        ("received in the future", ["X", "2071-01-01", "RECEIVED"], HEAD, "future"),
        ("future birth", one + ["2071-01-01"], HEAD + ["person.birth_date"], "future"),
        ("received before birth", one + ["2021-06-01"], HEAD + ["person.birth_date"], "born"),
        ("exit before entry", one + ["2020-05-01", "EXITED", "2019-05-01"],
         HEAD + ["episode.start_date", "exit.exit_status", "exit.date"], "exit before the entry"),
        ("unknown code", ["X", "2021-01-01", "MAYBE"], HEAD, "referral_status"),
        ("unknown nationality", one + ["Narnian"], HEAD + ["person.nationality"], "nationality"),
        ("formula in a CSV", one + ["=HYPERLINK(\"http://x\")"], HEAD + ["identity.given_name"], "formula"),
        ("a text of 70 kB", one + ["a" * 70000], HEAD + ["referral.no_consent_reason"], "64 KiB"),
    ]
    for name, row, head, why in rows:
        path = write(os.path.join(d, "row.csv"), table([["GOOD-" + name] + one[1:] + [""] * (len(head) - 3), row], head))
        r = imported(path, store)
        reasons = "; ".join(p["what"] for p in r["problems"] if p["severity"] == "error")
        ok(r["added"] == 1 and r["rejected"] == 1 and why in reasons, f"{name}: rejected, its neighbour kept",
           r)
        with open(path + ".rejected.csv", encoding="utf-8", newline="") as f:
            kept = list(csv.DictReader(f))
        ok(len(kept) == 1 and why in kept[0]["rejected_reason"], f"{name}: the reason in the rejects file", kept)
        ok(all(not (v or "").startswith(("=", "+", "@")) for v in kept[0].values()), f"{name}: safe to open", kept)
    r = imported(write(os.path.join(d, "twice.csv"),
                       table([["T1", "2021-01-01", "RECEIVED"], ["T1", "2021-01-01", "RECEIVED"],
                              ["T1", "2021-02-02", "RECEIVED"]])), store)
    equal([r["added"], r["repeated_in_file"], r["rejected"]], [1, 1, 1],
          "a reference twice in the file: the copy is counted, the contradiction rejected")

    # ---- mapping files ----
    charity = shutil.copy(os.path.join(EXAMPLES, "charity.csv"), d)
    guess = os.path.join(d, "guess.json")
    equal(run("import", charity, "--as", "ngo", "--suggest-map", guess).returncode, 0, "a first guess is written")
    with open(guess, encoding="utf-8") as f:
        fields = {k: v and v["field"] for k, v in json.load(f)["columns"].items()}
    equal(fields, {"Our ref": "referral.external_id", "Forename": "identity.given_name",
                   "Surname": "identity.family_name", "D.O.B.": "person.birth_date", "Sex": "person.gender",
                   "Nationality": "person.nationality", "Date of referral": "referral.received_date",
                   "Notes": None}, "and it is right about the example")
    equal(imported(charity, store, "ngo", "HOPE", "--map", guess)["added"], 2, "the guess imports as it is")
    equal(imported(charity, store, "ngo", "HOPE", "--map", os.path.join(EXAMPLES, "charity-map.json"))["same"], 2,
          "and says the same as the map written by hand")
    for name, text, words in (
            ("not JSON", "{", ["bad.json"]),
            ("an unknown field", '{"columns": {"Surname": "identity.colour"}}', ["Surname", "no field"]),
            ("a key with a typo", '{"columns": {"Surname": {"feild": "identity.family_name"}}}', ["feild"]),
            ("no columns", '{"as": "ngo"}', ["columns"]),
            ("another channel", '{"as": "nrm", "columns": {}}', ["nrm"]),
            ("an unknown transform", '{"columns": {"Surname": {"field": "identity.family_name", '
                                     '"transform": "guess"}}}', ["guess"])):
        refused(attempt(charity, store, "--map", write(os.path.join(d, "bad.json"), text)), *words,
                name=f"mapping file: {name}")

    # ---- the register cannot be written ----
    # A batch that does not fit: files may not grow beyond what they are (no disk has more room).
    many = write(os.path.join(d, "many.csv"),
                 table([[f"M{i}", "2021-01-01", "RECEIVED"] for i in range(20000)]))
    held = contents(store)

    def small_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        room = os.path.getsize(os.path.join(store, "store.db")) + 200_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    full = subprocess.run([BINARY, "import", many, "--as", "ngo", "--from", "HAVEN", "--store", store],
                          capture_output=True, text=True, preexec_fn=small_disk)
    ok(full.returncode in (1, 3) and full.stderr.startswith("throughline: "), "disk full: said", full.stderr)
    equal(contents(store), held, "disk full: the register as it was")
    equal(run("verify-log", "--store", store).returncode, 0, "disk full: the log is intact")

    dry_full = subprocess.run([BINARY, "import", charity, "--as", "ngo", "--suggest-map",
                               os.path.join(d, "x.json")], capture_output=True, text=True,
                              preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                                  resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))))
    ok(dry_full.returncode == 3 and not os.path.exists(os.path.join(d, "x.json")),
       "disk full: a mapping file is whole or not there", dry_full.stderr)

    lock = sqlite3.connect(os.path.join(store, "store.db"), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    locked = attempt(many, store, timeout=120)
    lock.execute("ROLLBACK")
    lock.close()
    refused(locked, "lock", name="store locked by another program")
    equal(contents(store), held, "store locked: as it was")

    key = os.path.join(store, "keys", "master.key")
    other = os.path.join(d, "other")
    run("init", other)
    keys = digest(store)
    refused(attempt(many, store, "--key-file", os.path.join(other, "keys", "master.key")), "key", name="wrong key")
    equal(digest(store), keys, "wrong key: not a byte changed")
    refused(attempt(many, store, "--key-file", os.path.join(d, "no-such.key")), name="no key file")

    torn = os.path.join(d, "torn")
    shutil.copytree(store, torn)
    db = os.path.join(torn, "store.db")
    with open(db, "r+b") as f:
        f.truncate(os.path.getsize(db) // 2)
    broken = digest(torn)
    refused(attempt(many, torn), name="truncated store")
    equal(digest(torn), broken, "truncated store: not touched further")
    refused(attempt(many, os.path.join(d, "no-such-store")), name="no store")
    equal(imported(many, store)["added"], 20000, "after all that, the register takes the file")

    # ---- usage ----
    refused(run("import", ngo, "--as", "ngo"), "--from", name="no sender", code=2)
    refused(run("import", ngo, "--from", "X", "--store", store), "--as", name="no layout", code=2)
    refused(run("import", ngo, "--as", "nonsense", "--from", "X", "--store", store), "nonsense",
            name="an unknown layout", code=2)
    refused(attempt(os.path.join(d, "no-such.csv"), store), "no-such.csv", name="no such file")
done()
