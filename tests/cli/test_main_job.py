#!/usr/bin/env python3
"""The main job on made people, as a user runs it: import, run, run again, flags, evaluate, report."""
import csv
import glob
import io
import json
import os
import re
import subprocess
import sys
import zipfile

from tap import SOURCE, done, equal, ok, refused, run, run_json, temp_dir

CHECK = os.path.join(SOURCE, "tools/check-workbook.py")
PEOPLE = 300 if os.environ.get("THROUGHLINE_SANITIZED") else 1500
CHANNELS = ("nrm", "dtn", "msvcc", "helpline", "ngo", "police")


def checker(path):
    r = subprocess.run([sys.executable, CHECK, path], capture_output=True, text=True)
    return r.returncode, r.stdout


def rewritten(source, target, part, change):
    """A copy of a zip with one part changed."""
    with zipfile.ZipFile(source) as a, zipfile.ZipFile(target, "w") as b:
        for item in a.infolist():
            data = a.read(item)
            if item.filename == part:
                data = change(data.decode()).encode()
            b.writestr(item, data)


with temp_dir() as d:
    made, store, out = (os.path.join(d, n) for n in ("made", "register", "report"))
    run("simulate", "--people", PEOPLE, "--seed", 11, "--out", made, "--quiet")
    run("init", store, "--quiet")
    rows = 0
    for channel in CHANNELS:
        r = run_json("import", f"{made}/{channel}.csv", "--as", channel, "--from", "ORG_" + channel, "--store", store)
        rows += r.get("added", r.get("new", 0))
    first = run_json("run", "--store", store, "--nrm-complete")
    equal(first["records"], rows, "every imported row is looked at")
    ok(first["people"] < rows and first["lines"] == first["people"], "fewer people than records", first)
    ok(all(c["yes"] + c["no"] + c["indeterminate"] == first["people"] for c in first["classifications"]),
       "every person has an answer under every definition and mode")
    ok(first["flags_added"] > 0 and first["notices"] == first["flags_added"], "flags raised, notices written")
    again = run_json("run", "--store", store, "--nrm-complete")
    equal((again["new_records"], again["lines"], again["flags_added"]), (0, 0, 0), "a second run finds nothing to do")
    full = run_json("run", "--store", store, "--nrm-complete", "--full")
    equal(full["classifications"], first["classifications"], "doing everything again gives the same answers")
    equal((full["flags_added"], full["flags_closed"]), (0, 0), "and the same flags")

    # the outbox says that, never who, when or what
    outbox = "".join(open(p, encoding="utf-8").read() for p in glob.glob(store + "/outbox/*.txt"))
    people = list(csv.DictReader(open(made + "/truth/persons.csv", encoding="utf-8")))
    words = set(re.findall(r"[^\W\d_]{4,}", re.sub(r"(?m)^(To|Date):.*$", "", outbox)))
    ok("Possible repeat referral" in outbox, "notices are there")
    ok(not words & {p["family_name"] for p in people}, "no name in a notice", words)
    ok(not re.search(r"(?m)^[^D].*\d{4}-\d{2}-\d{2}", outbox), "no date of a referral in a notice")

    # flags move on, never back
    flags = run_json("flags", "--store", store)
    one = flags[0]["id"]
    equal(run("flags", "--store", store, "--acknowledge", one).returncode, 0, "a flag is acknowledged")
    equal([f["state"] for f in run_json("flags", "--store", store) if f["id"] == one], ["ACKNOWLEDGED"], "and says so")
    equal(run("flags", "--store", store, "--close", one, "--note", "done").returncode, 0, "a flag is closed")
    ok(run("flags", "--store", store, "--act", one).returncode != 0, "a closed flag does not go back")
    same = [f["id"] for f in flags if f["reference"] == flags[1]["reference"]]
    listed = run("flags", "--store", store, "--reference", flags[1]["reference"].lower()).stdout.splitlines()
    equal([int(x.split()[0]) for x in listed[:-1]], same, "a reference from a notice finds its flags by id")
    two = flags[1]["id"]
    equal(run("flags", "--store", store, "--acknowledge", two).stdout, f"flag {two} is ACKNOWLEDGED\n", "a step is said")
    equal(run_json("flags", "--store", store, "--act", two), {"id": two, "state": "ACTED"}, "and as JSON")
    refused(run("flags", "--store", store, "--act", two, "--close", two), "one step", name="two steps at once", code=2)

    # measured against the truth
    e = run_json("evaluate", "--store", store, "--truth", made + "/truth")
    equal(e["not_in_truth"], 0, "every record is in the truth")
    ok(e["repeat_precision"]["share"] >= .97, "repeats shown are right", e["repeat_precision"])
    ok(e["repeat_recall"]["share"] >= .65, "most true repeats are shown", e["repeat_recall"])
    truth = {r["truth"]: r for r in e["same_incident_or_new_episode"]}
    same, new = truth["same_incident"], truth["new_episode"]
    ok(same["same_incident"] > 10 * same["new_episode"], "same incidents are rarely called new", same)
    ok(new["new_episode"] > 5 * new["same_incident"], "new episodes are rarely called the same", new)
    refused(run("evaluate", "--store", store, "--truth", d), "cannot open", name="a truth that is not there")

    empty = os.path.join(d, "empty-truth")
    os.mkdir(empty)
    for name in ("persons", "people", "referrals"):
        with open(f"{made}/truth/{name}.csv", encoding="utf-8") as f:
            open(f"{empty}/{name}.csv", "w", encoding="utf-8").write(f.readline())
    refused(run("evaluate", "--store", store, "--truth", empty), "no record of the register", name="a truth without rows")

    # the release
    r = run("report", "--store", store, "--truth", made + "/truth", "--nrm-complete", "--out", out)
    equal(r.returncode, 0, "the report is written")
    page = open(out + "/index.html", encoding="utf-8").read()
    ok("Made data" in page and '<html lang="en-GB">' in page and "<h1>" in page, "the page says that the data are made")
    ok(not re.search(r'(src|href)="https?:|<script|@import|url\(', page), "the page needs no network and no script")
    ok(all(w in page for w in ("Same incident", "Cannot be settled", "2,018", "wrong", "loose")),
       "the split, the unknown, the released number and the two verdicts are there")
    ids = re.findall(r'id="([^"]+)"', page)
    equal(len(ids), len(set(ids)), "ids are unique")
    ok(page.count("<caption") == page.count("<table"), "every table has a caption")
    for number in (1, 2, 3):
        table = list(csv.reader(open(f"{out}/csv/Table_{number}.csv", encoding="utf-8")))
        counts = [int(v) for row in table[1:] for v in row[1:6] if v.isdigit()]
        ok(counts and all(c % 5 == 0 for c in counts), f"Table_{number}: counts are rounded", counts)
        body = [[int(v) for v in row[1:6]] for row in table[1:]]
        equal([sum(col) for col in zip(*body[1:])], body[0], f"Table_{number}: rounded rows add up to the total")
    definitions = list(csv.DictReader(open(out + "/csv/Table_4.csv", encoding="utf-8")))
    ok(all(int(x["Yes"]) + int(x["No"]) + int(x["Cannot be settled"]) == int(x["People"]) for x in definitions),
       "each definition's answers add up to the people")
    meta = json.load(open(out + "/csv/csv-metadata.json", encoding="utf-8"))
    ok(all(os.path.exists(f"{out}/csv/{t['url']}") for t in meta["tables"]), "CSVW names files that exist")
    for kind in ("ods", "xlsx"):
        equal(checker(f"{out}/tables.{kind}"), (0, ""), f"tables.{kind} follows the rules")
    first_bytes = open(out + "/csv/Table_1.csv", "rb").read()
    run("report", "--store", store, "--nrm-complete", "--out", out, "--quiet")
    equal(open(out + "/csv/Table_1.csv", "rb").read(), first_bytes, "the same data give the same release")

    # the checker has been seen to fail
    bad = os.path.join(d, "bad.ods")
    for name, change, word in (
        ("a merged cell", lambda t: t.replace("<table:table-cell ", '<table:table-cell table:number-columns-spanned="2" ', 1), "merged"),
        ("a hidden row", lambda t: t.replace("<table:table-row>", '<table:table-row table:visibility="collapse">', 1), "hidden"),
        ("an empty cell", lambda t: re.sub(r"<text:p>Total</text:p>", "<text:p></text:p>", t, count=1), "blank"),
        ("unexplained shorthand", lambda t: re.sub(r"<text:p>Total</text:p>", "<text:p>[q]</text:p>", t, count=1), "explained"),
        ("no table mark-up", lambda t: re.sub(r"<table:database-range .*?/>", "", t, flags=re.S), "marked-up"),
    ):
        rewritten(out + "/tables.ods", bad, "content.xml", change)
        code, text = checker(bad)
        ok(code == 1 and word in text, f"the checker finds {name}", text)
    equal(run("verify-log", "--store", store).returncode, 0, "the audit log is intact")

    # a young register: nobody, one person, two who share nothing
    young = os.path.join(d, "young")
    run("init", young, "--quiet")
    equal(run("run", "--store", young).returncode, 0, "an empty register runs")
    lines = open(made + "/nrm.csv", encoding="utf-8").read().splitlines(keepends=True)
    for n, row in enumerate((1, len(lines) - 1), 1):
        open(d + "/one.csv", "w", encoding="utf-8").write(lines[0] + lines[row])
        run("import", d + "/one.csv", "--as", "nrm", "--from", "SCA", "--store", young, "--quiet")
        equal(run_json("run", "--store", young)["people"], n, f"a register of {n}")
    refused(run("run", "--store", os.path.join(d, "nowhere")), "", name="a register that is not there")
    refused(run("report", "--store", store, "--out", "/proc/nowhere"), "", name="a place that cannot be written")
done()
