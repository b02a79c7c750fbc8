#!/usr/bin/env python3
"""The ledger of releases: drafts, publishing, the joint audit, corrections, and what spoils them."""
import contextlib
import csv
import json
import os
import pwd
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
import zipfile

from tap import BINARY, done, equal, ok, run, temp_dir
from tap import refused as refused_with

PEOPLE = 600


def refused(result, code, words, name):
    return refused_with(result, words, name=name, code=code)


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def split_by_day(path, column):
    """Header and (day, row) of an extract."""
    with open(path, encoding="utf-8", newline="") as f:
        r = csv.reader(f)
        head = next(r)
        at = head.index(column)
        return head, [(row[at] or "0000", row) for row in r]


def bring_in(store, d, extracts, after, until, held, rng):
    """Rows received in the time, but for some that come late, and those that were late before."""
    for name, (head, rows) in extracts.items():
        new = [row for day, row in rows if after < day <= until]
        late = [row for row in new if rng.random() < 0.02]
        path = os.path.join(d, f"{name}-{until}.csv")
        with open(path, "w", encoding="utf-8", newline="") as f:
            w = csv.writer(f)
            w.writerow(head)
            w.writerows([row for row in new if row not in late] + held.get(name, []))
        held[name] = late
        equal(run("import", path, "--as", name, "--from", "SCA", "--store", store,
                  "--quiet").returncode, 0, f"{name} to {until}")
    equal(run("run", "--store", store, "--quiet").returncode, 0, f"linked and classified to {until}")


def publish(store, out, by="admin"):
    return run("release", "publish", "--store", store, "--from", out, "--by", by, "--json")


def listed(store, *more):
    return json.loads(run("release", "list", "--store", store, "--json", *more).stdout)


def row(store, number):
    return json.loads(run("release", "show", str(number), "--store", store, "--json").stdout)


def sql(store, text, *values):
    with contextlib.closing(sqlite3.connect(os.path.join(store, "store.db"))) as db, db:
        return db.execute(text, values).fetchall()


def cells(table):
    """(people, year or None, printed) of every cell of a table as JSON."""
    wide = [len(x["codes"]) + 1 for x in table["dimensions"]]
    for at, value in enumerate(table["values"]):
        where, year = [], None
        for x, n in zip(reversed(table["dimensions"]), reversed(wide)):
            at, code = divmod(at, n)
            if code or "total" in x:
                where.append((x["name"], x["codes"][code - 1] if code else x["total"]))
            if code and x["name"] in ("year", "request_year"):
                year = x["codes"][code - 1]
        yield (table["population"], frozenset(where)), year, value


def last_day(year):
    return year + "-12-31" if len(year) == 4 else year[-10:] if year[-10:-8] in ("19", "20") else None


def revised(earlier, note):
    """Counts of years that were over when last printed, and are printed otherwise; is that due under
    the policy "yearly"? Worked out from the words of the policy."""
    printed = {}
    for r in earlier:
        for table in r["tables"]:
            for cell, year, value in cells(table):
                if year and (last_day(year) or "9999") <= r["as_at"]:
                    printed[cell] = value
    changed = {c for table in note["tables"] for c, _, v in cells(table) if printed.get(c, v) != v}
    over = [int(x[:4]) - (x[4:] != "-12-31") for x in [note["as_at"]] + [r["as_at"] for r in earlier]]
    return len(changed), not over[1:] or over[0] > max(over[1:])


def check_words(out):
    """How far a printed count can be from the true one is said wherever a reader meets the numbers."""
    reach = read(f"{out}/release.json")["method"]["reach"]
    with open(f"{out}/index.html", encoding="utf-8") as f:
        texts = {"page": f.read(), "description": read(f"{out}/csv/csv-metadata.json")["dc:description"]}
    for book, sheets in (("tables.ods", "content.xml"), ("tables.xlsx", "xl/sharedStrings.xml")):
        with zipfile.ZipFile(f"{out}/{book}") as z:
            texts[book] = z.read(sheets).decode()
    said = {where: set(re.findall(r"within (\d+) of the true", text)) for where, text in texts.items()}
    ok(all(found == {str(reach)} for found in said.values()),
       f"{out[-10:]}: every text says that a printed count is within {reach} of the true one", str(said))


def copy(store, to):
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(store, to)
    return to


with temp_dir() as d:
    store, made = os.path.join(d, "register"), os.path.join(d, "made")
    run("simulate", "--people", PEOPLE, "--seed", "3", "--out", made, "--quiet")
    run("init", store, "--quiet")
    extracts = {"nrm": split_by_day(made + "/nrm.csv", "ReceivedDate"),
                "msvcc": split_by_day(made + "/msvcc.csv", "referral.received_date")}
    held, rng = {}, random.Random(5)
    bring_in(store, d, extracts, "", "2022-12-31", held, rng)

    def report(out, *more, s=store):
        return run("report", "--store", s, "--out", os.path.join(d, out), "--quiet", *more)

    def request(out, day, *more, s=store):
        return run("request", "--store", s, "--as-at", day, "--years", "5", "--out",
                   os.path.join(d, out), "--quiet", *more)

    # ---- the catalogue
    catalogue = json.loads(run("release", "catalogue", "--json").stdout)
    known = {(t["job"], t["id"]): t for t in catalogue["tables"]}
    ok(all(t["unit"] and t["population"] and t["dimensions"] and 1 <= t["since"] <= catalogue["version"]
           for t in catalogue["tables"]), "every table has unit, population, dimensions and version")

    # ---- drafts
    equal(report("r1").returncode, 0, "a report is written")
    equal(request("q1", "2022-12-31").returncode, 0, "a request is answered")
    for out, job in (("r1", "report"), ("q1", "request")):
        note = read(f"{d}/{out}/release.json")
        ok(note["state"].startswith("draft") and note["number"] == 0, f"{job}: it is marked a draft")
        strays = [t["table"] for t in note["tables"]
                  if (job, t["table"].split(" ")[0]) not in known
                  or known[job, t["table"].split(" ")[0]]["population"] != t["population"].split(",")[0]
                  or [x["name"].split(" ")[0] for x in t["dimensions"]]
                  != known[job, t["table"].split(" ")[0]]["dimensions"]]
        equal(strays, [], f"{job}: every table is of the catalogue")
        ok(all(v % 5 == 0 for t in note["tables"] for v in t["values"]), f"{job}: rounded to base 5")
        files = sorted(os.path.relpath(os.path.join(a, f), f"{d}/{out}")
                       for a, _, names in os.walk(f"{d}/{out}") for f in names)
        equal(sorted(f["path"] for f in note["files"]) + ["release.json"],
              sorted(set(files) - {"release.json"}) + ["release.json"], f"{job}: every file is hashed")
        ok("counts" not in json.dumps(note["tables"]) and "protected" not in json.dumps(note),
           f"{job}: no true count stands in the note")
    equal(listed(store), [], "nothing is published by writing")
    equal([x["kind"] for x in listed(store, "--drafts")], ["report", "request"], "drafts are kept")
    equal(request("exact", "2022-12-31", "--complete", "--purpose", "the authority").returncode, 0,
          "the complete answer is written")
    ok(not os.path.exists(f"{d}/exact/release.json") and len(listed(store, "--drafts")) == 2,
       "exact counts are never a draft")

    # ---- who may
    for name, role in (("cass", "caseworker"), ("ann", "analyst"), ("rae", "researcher")):
        run("user", "add", name, "--role", role, "--store", store)
    refused(publish(store, f"{d}/r1", "nobody"), 1, "there is no user", "a stranger does not publish")
    refused(publish(store, f"{d}/r1", "cass"), 1, "may not publish", "a caseworker does not publish")
    refused(publish(store, f"{d}/r1", "rae"), 1, "may not publish", "a researcher does not publish")
    run("user", "disable", "ann", "--store", store)
    refused(publish(store, f"{d}/r1", "ann"), 1, "there is no user", "a disabled user does not publish")
    run("user", "enable", "ann", "--store", store)

    # ---- what was written is what is published
    page = f"{d}/r1/index.html"
    with open(page, "a", encoding="utf-8") as f:
        f.write("\n")
    refused(publish(store, f"{d}/r1"), 1, "was changed after it was written", "an edited page is refused")
    with open(page, "rb+") as f:
        f.truncate(os.path.getsize(page) - 1)
    with open(f"{d}/r1/csv/extra.csv", "w", encoding="utf-8") as f:
        f.write("a\n")
    refused(publish(store, f"{d}/r1"), 1, "is not part of the release", "an added file is refused")
    os.remove(f"{d}/r1/csv/extra.csv")
    os.rename(f"{d}/r1/tables.ods", f"{d}/kept.ods")
    refused(publish(store, f"{d}/r1"), 1, "is missing", "a missing file is refused")
    os.symlink(f"{d}/kept.ods", f"{d}/r1/tables.ods")
    refused(publish(store, f"{d}/r1"), 1, "neither a file nor a directory", "a link is refused")
    os.remove(f"{d}/r1/tables.ods")
    os.rename(f"{d}/kept.ods", f"{d}/r1/tables.ods")
    note = read(f"{d}/r1/release.json")
    for broken in ({**note, "draft": 99}, {**note, "digest": "0" * 64}, {}):
        with open(f"{d}/r1/release.json", "w", encoding="utf-8") as f:
            json.dump(broken, f)
        refused(publish(store, f"{d}/r1"), 1, "draft", "a note of another draft is refused")
    with open(f"{d}/r1/release.json", "w", encoding="utf-8") as f:
        json.dump(note, f)
    equal(listed(store), [], "none of this published anything")

    # ---- the revision policy
    policy = json.loads(run("release", "policy", "--store", store, "--json").stdout)
    equal((policy["policy"], policy["changes"]), ("yearly", []), "at first years are revised once a year")
    change = ["release", "policy", "--store", store, "--set"]
    refused(run(*change, "every-release"), 2, "--by", "a policy is changed by somebody")
    refused(run(*change, "every-release", "--by", "cass"), 1, "may not publish", "who may publish")
    refused(run(*change, "never", "--by", "ann"), 1, "no revision policy", "to a policy that there is")
    refused(run(*change, "yearly", "--by", "ann"), 1, "already", "and not to itself")
    equal(run(*change, "every-release", "--by", "ann", "--quiet").returncode, 0,
          "as long as nothing is published it needs no reason")

    # ---- publishing, once
    r = publish(store, f"{d}/r1", "ann")
    equal(r.returncode, 0, "an analyst publishes")
    equal(json.loads(r.stdout)["number"], 1, "it is release 1")
    note = read(f"{d}/r1/release.json")
    equal((note["state"], note["number"]), ("published", 1), "the note says so")
    entries = sql(store, "SELECT count(*) FROM audit WHERE action = 'release.published'")[0][0]
    r = publish(store, f"{d}/r1")
    ok(r.returncode == 0 and json.loads(r.stdout)["already"], "publishing again says so")
    equal(sql(store, "SELECT count(*) FROM audit WHERE action = 'release.published'")[0][0], entries,
          "and changes nothing")
    equal(row(store, 1)["published_by"], "ann", "the ledger names who")
    entry = sql(store, "SELECT actor, role, purpose FROM audit WHERE action = 'release.published'")
    account = "local:" + pwd.getpwuid(os.getuid()).pw_name
    equal(entry, [("ann", "analyst", "publication, typed by " + account)],
          "the audit log has it, with the role and the account of this machine")
    refused(report("r1"), 1, "holds a release that was published", "a release is not written over")
    equal(publish(store, f"{d}/q1").returncode, 0, "the request is published beside it")
    equal(run("release", "verify", "--store", store, "--from", f"{d}/q1", "--quiet").returncode, 0,
          "the copy is byte for byte the release")

    early = copy(store, f"{d}/early")

    # ---- drafts in odd order, four at once, a correction of a correction
    odd = copy(early, f"{d}/odd")
    equal(report("old", s=odd).returncode, 0, "a draft of the old data")
    bring_in(odd, d, extracts, "2022-12-31", "2023-03-31", {k: list(v) for k, v in held.items()}, random.Random(6))
    equal(report("new", s=odd).returncode, 0, "a draft of newer data")
    equal([publish(odd, f"{d}/{x}").returncode for x in ("new", "old")], [0, 0], "published the other way round")
    for out in ("next", "twin1", "twin2"):
        equal(report(out, s=odd).returncode, 0, f"{out}: the next report still passes the audit")
    racers = [subprocess.Popen([BINARY, "release", "publish", "--store", odd, "--from", f"{d}/{x}", "--by", "ann", "--quiet"],
                               stderr=subprocess.PIPE, text=True) for x in ("twin1", "twin2", "twin1", "twin2")]
    said = [(p.communicate()[1], p.returncode) for p in racers]
    ok(any(code == 0 for _, code in said) and all(code == 0 or "another process" in text for text, code in said),
       "of four that publish at once each publishes or says who is at work", str(said))
    equal([publish(odd, f"{d}/{x}").returncode for x in ("twin1", "twin2", "next")], [0, 0, 0], "two drafts of the same data")
    for out, wrong in (("fix1", 1), ("fix2", 8)):
        equal(report(out, s=odd).returncode, 0, f"{out}: a report")
        equal(run("release", "correct", "--store", odd, "--from", f"{d}/{out}", "--by", "ann", "--release", str(wrong),
                  "--reason", f"wrong in {wrong}", "--quiet").returncode, 0, f"{out}: corrects release {wrong}")
    equal(sorted((x["number"], x["corrects"]) for x in listed(odd)), [(n, 0) for n in range(1, 8)] + [(8, 1), (9, 8)],
          "a correction is corrected")
    for job in ("verify", "audit"):
        equal(run("release", job, "--store", odd, "--quiet").returncode, 0, f"{job}: the ledger in odd order is sound")

    # ---- a growing register: every quarter, and the year; some records come late
    days = ["2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31"]
    refusals = 0
    for before, day in zip(["2022-12-31"] + days, days):
        bring_in(store, d, extracts, before, day, held, rng)
        equal(report("r" + day).returncode, 0, f"{day}: the audit with all releases before it passes")
        strict = copy(store, f"{d}/twin")
        run("release", "policy", "--store", strict, "--set", "yearly", "--by", "ann", "--reason", "to see")
        reports = [row(store, x["number"]) for x in listed(store) if x["kind"] == "report"]
        count, due = revised(reports, read(f"{d}/r{day}/release.json"))
        r = publish(strict, copy(f"{d}/r{day}", f"{d}/strict"))
        if count and not due:
            refusals += 1
            refused(r, 1, f"{count} counts of years that were over are revised", f"{day}: refused when years are revised yearly")
            equal(run("release", "correct", "--store", strict, "--from", f"{d}/strict", "--by", "ann", "--release",
                      str(reports[-1]["number"]), "--reason", "Late records.", "--quiet").returncode, 0,
                  f"{day}: but published as a correction")
        else:
            equal(r.returncode, 0, f"{day}: {count} revised, and that is due: published when years are revised yearly")
        with open(f"{d}/r{day}/index.html", encoding="utf-8") as f:
            ok((f">{count} counts of years that were over" if count else ">No count of a year that was over") in f.read(),
               f"{day}: the page says how many are revised")
        check_words(f"{d}/r{day}")
        equal(publish(store, f"{d}/r{day}").returncode, 0, f"{day}: published")
    ok(0 < refusals < len(days), "the policy bites, and not always", str(refusals))
    refused(run("release", "policy", "--store", store, "--set", "yearly", "--by", "ann"), 1, "for a reason",
            "a policy under which something was published changes for a reason")
    equal(request("q2", days[-1]).returncode, 0, "the year's request passes the audit")
    check_words(f"{d}/q2")
    equal(publish(store, f"{d}/q2").returncode, 0, "and is published")
    r = run("release", "audit", "--store", store, "--json")
    equal(r.returncode, 0, "all releases attacked together")
    found = json.loads(r.stdout)
    aware = found["knows the rule"]
    equal((found["releases"], found["safe"], aware["narrow"], aware["exact"]), (7, True, 0, 0),
          "nobody is betrayed by seven releases")
    ok(aware["least_width"] >= 4 and aware["protected"] > 100 and aware["changes"] > 100,
       "ranges are at least 4 wide, of small counts and small changes", json.dumps(aware))

    # Records of a closed year stay as many, so their number is printed as it was.
    years = []
    for n in (4, 6):
        table = next(t for t in row(store, n)["tables"] if t["table"] == "year")
        wide = len(table["dimensions"][1]["codes"]) + 1
        years.append({y: table["values"][wide * (k + 1)]
                      for k, y in enumerate(table["dimensions"][0]["codes"]) if y <= "2022"})
    ok(len(years[0]) > 5 and years[0] == years[1], "closed years are printed as they were", str(years))
    ok(not any("counts" in t for t in row(store, 1)["tables"]), "true counts are never shown")
    ok(b"sqlite" not in sql(store, "SELECT counts FROM publication_table LIMIT 1")[0][0]
       and b"," not in sql(store, "SELECT counts FROM publication_table LIMIT 1")[0][0][:4],
       "they are sealed in the ledger")

    # ---- another key: the same counts rounded another way betray
    twin = copy(store, f"{d}/twin")
    for table in ("publication_file", "publication_table", "publication"):
        sql(twin, f"DELETE FROM {table}")
    equal(report("t1", s=twin).returncode, 0, "a draft under the register's key")
    sql(twin, "UPDATE setting SET text = ? WHERE name = 'release.key'", "42" * 32)
    equal(report("t2", s=twin).returncode, 0, "a draft under another key, before anything is published")
    one, two = read(f"{d}/t1/release.json"), read(f"{d}/t2/release.json")
    ok([t["values"] for t in one["tables"]] != [t["values"] for t in two["tables"]],
       "the two differ")
    equal(publish(twin, f"{d}/t1").returncode, 0, "the first is published")
    r = publish(twin, f"{d}/t2")
    refused(r, 1, "can be worked out to within", "the second is refused")
    ok("release 1: " in r.stderr and "this release: " in r.stderr,
       "it says which tables of which releases", r.stderr)
    equal(report("t3", s=twin).returncode, 0, "written again, the protector keeps to release 1")
    equal([t["values"] for t in read(f"{d}/t3/release.json")["tables"]],
          [t["values"] for t in one["tables"]], "and prints the same numbers")
    equal(publish(twin, f"{d}/t3").returncode, 0, "which may be published")

    # ---- corrections
    equal(report("c1", "--made").returncode, 0, "a corrected report")
    args = ["release", "correct", "--store", store, "--from", f"{d}/c1", "--by", "ann"]
    refused(run(*args, "--release", "99", "--reason", "no such"), 1, "no release 99", "correcting nothing")
    refused(run(*args, "--release", "2", "--reason", "a request"), 1, "of this kind",
            "a report does not correct a request")
    refused(run(*args, "--release", "1", "--reason", " "), 2, "one line", "a correction says why")
    equal(run(*args, "--release", "6", "--reason", "It did not say <made> data.").returncode, 0,
          "a correction is published")
    equal((row(store, 8)["corrects"], row(store, 8)["reason"]), (6, "It did not say <made> data."),
          "the ledger has what it corrects")
    equal(report("after").returncode, 0, "the next report")
    with open(f"{d}/after/index.html", encoding="utf-8") as f:
        text = f.read()
    ok("corrects release 6: It did not say &lt;made&gt; data." in text, "announces the correction")
    words = json.loads(run("release", "policy", "--store", store, "--json").stdout)["words"]
    ok("Revision policy" in text and len(words) > 4 and all(w["text"] in text for w in words)
       and "in every release" in words[0]["text"], "and prints the revision policy that is followed")
    equal(run("release", "policy", "--store", store, "--set", "yearly", "--by", "ann", "--reason", "Fewer <changes>.",
              "--quiet").returncode, 0, "the policy is changed, with a reason")
    equal(report("changed").returncode, 0, "a report after that")
    with open(f"{d}/changed/index.html", encoding="utf-8") as f:
        text = f.read()
    ok("once a year" in text and "to &quot;yearly&quot;: Fewer &lt;changes&gt;." in text, "announces the change")

    # ---- tampering
    equal(run("release", "verify", "--store", store, "--quiet").returncode, 0, "all is as published")
    harm = {
        "a printed number": "UPDATE publication_table SET body = CAST(replace(CAST(body AS TEXT), '\"values\":[',"
                            " '\"values\":[5,') AS BLOB) WHERE publication = (SELECT id FROM publication WHERE number = 3)",
        "a hash of a file": "UPDATE publication_file SET hash = zeroblob(32) WHERE position = 0 AND"
                            " publication = (SELECT id FROM publication WHERE number = 3)",
        "the data date": "UPDATE publication SET data_date = '2020-01-01' WHERE number = 3",
        "the audit's result": "UPDATE publication SET audit = '{}' WHERE number = 3",
        "who published": "UPDATE publication SET published_by = 'somebody' WHERE number = 3",
        "the seal": "UPDATE publication SET seal = zeroblob(32) WHERE number = 3",
        "a table taken out": "DELETE FROM publication_table WHERE id = (SELECT min(id) FROM publication_table"
                             " WHERE publication = (SELECT id FROM publication WHERE number = 3))",
        "the true counts": "UPDATE publication_table SET counts = zeroblob(80) WHERE id = (SELECT min(id)"
                           " FROM publication_table WHERE publication ="
                           " (SELECT id FROM publication WHERE number = 3))",
    }
    for what, statement in harm.items():
        twin = copy(store, f"{d}/twin")
        sql(twin, statement)
        r = run("release", "verify", "--store", twin, "--json")
        bad = [x["number"] for x in json.loads(r.stdout)["releases"] if not x["good"]]
        ok(r.returncode == 1 and bad and min(bad) == 3, f"verify finds {what}", r.stdout + r.stderr)
    twin = copy(store, f"{d}/twin")
    for table in ("publication_file", "publication_table"):
        sql(twin, f"DELETE FROM {table} WHERE publication = (SELECT id FROM publication WHERE number = 3)")
    sql(twin, "DELETE FROM publication WHERE number = 3")
    refused(run("release", "verify", "--store", twin), 1, "not as they were published",
            "verify finds a release that was taken out")
    twin = copy(store, f"{d}/twin")
    sql(twin, "UPDATE publication_table SET body = CAST('{' AS BLOB) WHERE publication ="
              " (SELECT id FROM publication WHERE number = 3)")
    refused(report("broken", s=twin), 1, "is damaged", "no release is written on a damaged ledger")
    ok(not os.path.exists(f"{d}/broken"), "and no file")

    # ---- an older register is brought up to date; a newer one is left alone
    twin = copy(store, f"{d}/twin")
    for table in ("publication_file", "publication_table", "publication"):
        sql(twin, f"DROP TABLE {table}")
    sql(twin, "UPDATE setting SET number = 3 WHERE name = 'schema'")
    equal(listed(twin, "--drafts"), [], "a register of schema 3 gets a ledger")
    equal(report("m1", s=twin).returncode, 0, "and a report")
    equal(publish(twin, f"{d}/m1").returncode, 0, "that is published")
    sql(twin, "UPDATE setting SET number = 99 WHERE name = 'schema'")
    refused(publish(twin, f"{d}/m1"), 1, "newer version", "a ledger from a newer version")

    # ---- nothing half: disk full, and killed at any time
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    small = copy(early, f"{d}/small")
    drafts = len(listed(small, "--drafts"))
    r = subprocess.run([BINARY, "report", "--store", small, "--out", f"{d}/full", "--quiet"],
                       capture_output=True, text=True, preexec_fn=small_files)
    ok(r.returncode == 3, "a full disk is said", f"{r.returncode} {r.stderr}")
    equal(len(listed(small, "--drafts")), drafts, "and leaves no draft")
    ok(not os.path.exists(f"{d}/full/release.json"), "nor a note")
    killed = 0
    for k in range(40):
        report(f"k{k % 4}", s=small)
        out = f"{d}/k{k % 4}"
        p = subprocess.Popen([BINARY, "release", "publish", "--store", small, "--from", out, "--by",
                              "ann", "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * 0.12)
        p.kill()
        killed += p.wait() == -signal.SIGKILL
        if k % 10 == 9:
            equal(run("release", "verify", "--store", small, "--quiet").returncode, 0,
                  f"after {k + 1} publications cut off the ledger is whole")
            r = publish(small, out)
            ok(r.returncode == 0, "and the cut one can be published", r.stderr)
            equal(read(f"{out}/release.json")["state"], "published", "once")
        shutil.rmtree(out)
    numbers = [x["number"] for x in listed(small)]
    equal(numbers, list(range(1, len(numbers) + 1)), "numbers have no gap")
    print(f"# {killed} of 40 were killed while they worked, {len(numbers)} were published")
    equal(run("verify-log", "--store", small, "--quiet").returncode, 0, "the audit log is intact")
    equal(run("doctor", "--store", small, "--quiet").returncode, 0, "the register is sound")

    # ---- keys change, the ledger stays
    equal(run("key", "rotate", "--store", store, "--quiet").returncode, 0, "keys are rotated")
    equal(run("release", "verify", "--store", store, "--quiet").returncode, 0,
          "releases are as they were")
    equal(run("release", "audit", "--store", store, "--quiet").returncode, 0,
          "and the counts open under the new keys")

done()
