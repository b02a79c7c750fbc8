#!/usr/bin/env python3
"""People decide on possible matches: joins, splits, second reviewers, undo, figures, and the log."""
import csv
import math
import os
import sqlite3
import subprocess

from tap import BINARY, close, done, equal, ok, refused, run, run_json, temp_dir


def lines(store):
    db = sqlite3.connect(os.path.join(store, "store.db"))
    out = dict(db.execute("SELECT id, line FROM record WHERE active = 1"))
    db.close()
    return out


def claims(store, where="1"):
    db = sqlite3.connect(os.path.join(store, "store.db"))
    out = db.execute(f"SELECT a, b, status, basis, weight FROM claim WHERE {where} ORDER BY a, b")
    out = out.fetchall()
    db.close()
    return out


def decide(a, b, answer, by, *more):
    return run("review", "decide", a, b, "--answer", answer, "--by", by, "--store", store, *more)


def wilson(x, n):
    z, p = 1.959963984540054, x / n
    mid, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (mid - half) / (1 + z * z / n), (mid + half) / (1 + z * z / n)


with temp_dir() as d:
    store, made = os.path.join(d, "register"), os.path.join(d, "made")
    run("simulate", "--people", "300", "--seed", "5", "--out", made, "--quiet")
    run("init", store, "--quiet")
    for name in ("ana", "ben"):
        run("user", "add", name, "--role", "duty_officer", "--store", store)
    doc = run_json("review", "list", "--store", store)
    equal((doc["open"], doc["queue"]), (0, []), "an empty register has an empty queue")
    for channel, sender in (("nrm", "SCA"), ("msvcc", "TSA")):
        run("import", os.path.join(made, channel + ".csv"), "--as", channel, "--from", sender,
            "--store", store, "--quiet")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")

    # ---- the queue ----
    doc = run_json("review", "list", "--store", store, "--limit", "1000", "--score")
    queue = doc["queue"]
    ok(len(queue) > 3 and doc["open"] == len(queue), "there are pairs to look at")
    ok(all(x["value"] >= y["value"] for x, y in zip(queue, queue[1:])), "the most valuable first")
    proposed = {(a, b) for a, b, *_ in claims(store, "status = 'PROPOSED'")}
    ok(proposed <= {(x["a"], x["b"]) for x in queue}, "every proposed pair is in it")
    for x in queue[:5]:
        p = x["probability"]
        doubt = -p * math.log2(p) - (1 - p) * math.log2(1 - p)
        close(x["value"], doubt * (1 + x["changes_repeat"] + x["flagged"]), 1e-9,
              "the value is the doubt times what depends on it")
    auto = [r for r in claims(store, "status = 'AUTO' AND basis <> 'NRM_REF'")]
    close(doc["zones"]["link"]["expected_wrong"], sum(1 - 1 / (1 + 2 ** -r[4]) for r in auto), 1e-9,
          "expected error of the joined zone")
    n = len(lines(store))
    total = sum(doc["zones"][z]["pairs"] for z in ("link", "review", "non_link"))
    equal(total + doc["zones"]["by_reference"], n * (n - 1) / 2, "the zones hold every pair once")
    blind = run_json("review", "list", "--store", store)["queue"][0]
    ok("weight" not in blind and "probability" not in blind, "scores are left out unless asked for")

    # ---- the first look is blind, and masked ----
    a, b = next((x["a"], x["b"]) for x in queue if x["status"] == "PROPOSED")
    pair = run_json("review", "show", a, b, "--store", store)
    ok("weight" not in pair and not pair["history"] and "a" in pair, "no score, no history")
    ok(all(set(c) == {"comparison", "likeness", "says"} for c in pair["comparisons"]), "no values")
    ok({c["likeness"] for c in pair["comparisons"]} <= {"agrees", "close", "differs", "missing"},
       "likeness in four words")
    equal(run_json("review", "show", b, a, "--store", store)["comparisons"], pair["comparisons"],
          "in either order")
    refused(run("review", "show", a, b, "--store", store, "--reveal"), "--purpose", code=2,
            name="values need a purpose")
    open_pair = run_json("review", "show", a, b, "--store", store, "--reveal", "--purpose",
                         "planned call")
    ok(any(c.get("a") and c.get("b") for c in open_pair["comparisons"]), "with a purpose: the values")
    for c in open_pair["comparisons"]:
        if c["comparison"] in ("given_name", "gender") and c["a"] and c["a"] == c["b"]:
            equal(c["likeness"], "agrees", f"equal values of {c['comparison']} agree")
        if not (c["a"] and c["b"]):
            equal(c["likeness"], "missing", f"{c['comparison']} is missing in one")
    log = os.path.join(d, "log.jsonl")
    run("verify-log", "--store", store, "--export", log)
    text = open(log).read()
    ok("review.revealed" in text and "planned call" in text, "which the audit log tells")
    refused(run("review", "show", a, 999999, "--store", store), "not a pair", name="no such record")

    # ---- same: joins; undo: as before ----
    before = lines(store)
    ok(before[a] != before[b], "proposed only: two lines")
    r = decide(a, b, "same", "ana", "--note", "same tattoo", "--quiet")
    equal(r.returncode, 0, "decide same")
    ok(lines(store)[a] == lines(store)[b], "the two are on one line")
    run("link", "--store", store, "--full", "--quiet")
    ok(lines(store)[a] == lines(store)[b], "and stay so after linking everything again")
    pair = run_json("review", "show", a, b, "--store", store)
    equal((pair["first"]["answer"], pair["first"]["by"], pair["first"]["note"], pair["status"]),
          ("SAME", "ana", "same tattoo", "CONFIRMED"), "after it the answer and the score show")
    ok("weight" not in run_json("review", "show", a, b, "--store", store, "--second")
       and "first" not in run_json("review", "show", a, b, "--store", store, "--second"),
       "the second reviewer's look is blind too")
    ok((a, b) not in {(x["a"], x["b"]) for x in
                      run_json("review", "list", "--store", store, "--limit", "1000")["queue"]},
       "it has left the queue")
    db = open(os.path.join(store, "store.db"), "rb").read()
    ok(b"same tattoo" not in db, "the note is sealed")

    # ---- second reviewers ----
    refused(decide(a, b, "same", "ana", "--second"), "another person", name="not the same person twice")
    refused(decide(a, b, "same", "eve", "--second"), "no user", name="a name that nobody has")
    run("user", "add", "cy", "--role", "caseworker", "--store", store)
    refused(decide(a, b, "same", "cy", "--second"), "duty_officer", name="a caseworker does not decide")
    run("user", "add", "dee", "--role", "duty_officer", "--store", store)
    run("user", "disable", "dee", "--store", store)
    refused(decide(a, b, "same", "dee", "--second"), "disabled", name="nor somebody shut out")
    refused(run("review", "undo", a, b, "--by", "dee", "--store", store), "disabled",
            name="who takes nothing back either")
    refused(decide(a, b, "different", "ben"), "already", name="nobody overwrites another's answer")
    refused(decide(a, b, "same", "system"), "person", name="the machine is no reviewer", code=2)
    equal(decide(a, b, "same", "ben", "--second").returncode, 0, "a second who agrees")
    ok(lines(store)[a] == lines(store)[b], "still joined")
    equal(decide(a, b, "different", "ben", "--second").returncode, 0, "changes his mind")
    item = [x for x in run_json("review", "list", "--store", store, "--limit", "1000")["queue"]
            if (x["a"], x["b"]) == (a, b)]
    ok(item and item[0]["conflict"], "a conflict is in the queue")
    ok(lines(store)[a] != lines(store)[b], "and the machine's view stands meanwhile")
    for by in ("ben", "ben", "ana"):
        equal(run("review", "undo", a, b, "--by", by, "--store", store).returncode, 0, f"undo ({by})")
    equal(lines(store), before, "everything undone: the lines are as they were")
    equal(claims(store, f"a = {a} AND b = {b}")[0][2], "PROPOSED", "and so is the claim")
    refused(run("review", "undo", a, b, "--by", "ana", "--store", store), "no decision",
            name="nothing left to undo")
    other = next((x["a"], x["b"]) for x in queue if (x["a"], x["b"]) != (a, b))
    refused(decide(*other, "same", "ben", "--second"), "no first", name="a second needs a first")

    # ---- different: splits, for good ----
    pairs = {}
    for x, y, status, basis, weight in claims(store, "status = 'AUTO'"):
        pairs.setdefault(lines(store)[x], []).append((x, y, basis))
    size = {}
    for line in lines(store).values():
        size[line] = size.get(line, 0) + 1
    twos = [v[0] for k, v in pairs.items() if size[k] == 2]
    by_name = next(p for p in twos if p[2] != "NRM_REF")
    by_reference = next(p for p in twos if p[2] == "NRM_REF")
    for x, y, basis in (by_name, by_reference):
        equal(decide(x, y, "different", "ana").returncode, 0, f"different ({basis})")
        ok(lines(store)[x] != lines(store)[y], "the line is split")
        equal(claims(store, f"a = {x} AND b = {y}")[0][2], "SPLIT", "and the claim says so")
    equal(run("run", "--store", store, "--full", "--quiet").returncode, 0, "run --full")
    ok(all(lines(store)[x] != lines(store)[y] for x, y, _ in (by_name, by_reference)),
       "what people parted never joins again")
    x, y, _ = by_name
    equal(run("review", "undo", x, y, "--by", "ana", "--store", store).returncode, 0, "undo of a split")
    ok(lines(store)[x] == lines(store)[y], "joined again")
    equal(decide(x, y, "different", "ana").returncode, 0, "and split again")

    # ---- contradictions ----
    p, q = by_reference[0], by_reference[1]
    far = next(i for i in sorted(lines(store)) if i not in (p, q, x, y, a, b))
    equal(decide(min(p, far), max(p, far), "same", "ana").returncode, 0,
          "a pair that the machine never proposed")
    ok(lines(store)[p] == lines(store)[far], "is joined")
    at = lines(store)
    refused(decide(min(q, far), max(q, far), "same", "ana"), "contradicts",
            name="an answer that contradicts others is refused")
    equal(lines(store), at, "and changes nothing")
    equal(run("review", "undo", min(p, far), max(p, far), "--by", "ana", "--store", store).returncode,
          0, "undo")
    ok(lines(store)[p] != lines(store)[far], "apart again")

    # ---- figures ----
    for item in queue[:6]:
        decide(item["a"], item["b"], "same" if item["probability"] > 0.8 else "different", "ana")
    figures = run_json("review", "figures", "--store", store)
    for band in figures["bands"]:
        if band["decided"]:
            lo, hi = wilson(band["same"], band["decided"])
            close(band["measured"]["wilson_lo"], lo, 1e-9, f"Wilson, lower limit of {band['band']}")
            close(band["measured"]["wilson_hi"], hi, 1e-9, f"Wilson, upper limit of {band['band']}")
    joined = [z for z in figures["bands"] if z["decided"] and z["joined"]]
    precision = sum(z["joined"] * z["same"] / z["decided"] for z in joined) / sum(
        z["joined"] for z in joined)
    close(figures["precision"]["value"], precision, 1e-9, "precision: bands by their joined pairs")
    ok(0 <= figures["recall"]["wilson_lo"] <= figures["recall"]["value"]
       <= figures["recall"]["wilson_hi"] <= 1, "recall within its interval", figures["recall"])
    equal(run("review", "figures", "--store", store).returncode, 0, "as text")

    out = os.path.join(d, "report")
    r = run("report", "--store", store, "--out", out, "--quiet")
    equal(r.returncode, 0, "report " + r.stderr)
    page = open(os.path.join(out, "index.html"), encoding="utf-8").read()
    ok("What people decided" in page, "the report says what people measured")
    tables = [list(csv.reader(open(os.path.join(out, "csv", f), newline="")))
              for f in os.listdir(os.path.join(out, "csv")) if f.endswith(".csv")]
    table = next(t for t in tables if any("Decided by people" in r for r in t))
    head = next(k for k, r in enumerate(table) if "Decided by people" in r)
    for row in table[head + 1:head + 7]:
        decided, same = int(row[2]), int(row[3])
        ok(int(row[1]) % 5 == decided % 5 == same % 5 == 0 and same <= decided, "rounded counts", row)
        if decided:
            lo, hi = wilson(same, decided)
            close(float(row[5]), 100 * lo, 0.06, "Wilson of the printed counts, lower")
            close(float(row[6]), 100 * hi, 0.06, "upper")
        else:
            equal(row[4:7], ["[z]"] * 3, "nothing decided: no share")

    # ---- same incident or new ----
    record = sorted(lines(store))[0]
    equal(run("review", "decide", record, "--incident", "new", "--by", "ana", "--store",
              store).returncode, 0, "an incident is decided")
    changed = sqlite3.connect(os.path.join(store, "store.db")).execute(
        "SELECT count(*) FROM line_changed WHERE line = ?", (lines(store)[record],)).fetchone()[0]
    equal(changed, 1, "findings are told that the line changed")
    equal(run("review", "undo", record, "--by", "ana", "--store", store).returncode, 0, "and undone")
    refused(run("review", "undo", record, "--by", "ana", "--store", store), "no answer",
            name="nothing more to undo")
    refused(run("review", "decide", 999999, "--incident", "new", "--by", "ana", "--store", store),
            "no record", name="an incident of no record")

    # ---- a corrected record keeps what people decided about it ----
    with open(os.path.join(made, "nrm.csv"), newline="") as f:
        rows = list(csv.DictReader(f))
    db = sqlite3.connect(os.path.join(store, "store.db"))
    mine = [(u, v) for u, v in db.execute(
        "SELECT a, b FROM claim WHERE human = 1 AND status = 'CONFIRMED'")]
    db.close()
    u, v = mine[0]
    for row in rows:
        row["current-pv-location-uk-city"] = "Leeds"
    with open(os.path.join(d, "corrected.csv"), "w", newline="") as f:
        w = csv.DictWriter(f, rows[0].keys())
        w.writeheader()
        w.writerows(rows)
    equal(run("import", os.path.join(d, "corrected.csv"), "--as", "nrm", "--from", "SCA", "--store",
              store, "--quiet").returncode, 0, "every NRM record is corrected")
    db = sqlite3.connect(os.path.join(store, "store.db"))
    ok(db.execute("SELECT count(*) FROM record WHERE superseded_by IS NOT NULL").fetchone()[0] > 100,
       "and takes the place of the one before")
    db.close()
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")
    now = claims(store, "human = 1 AND status = 'CONFIRMED' AND a IN (SELECT id FROM record WHERE "
                        "active = 1) AND b IN (SELECT id FROM record WHERE active = 1)")
    equal(len(now), len(mine), "each decision stands on the new records")
    ok(all(lines(store)[x[0]] == lines(store)[x[1]] for x in now), "and joins them")
    m, n = next(k[:2] for k in now if k[:2] != by_name[:2])
    shown = run_json("review", "show", m, n, "--store", store)
    equal(shown["first"]["answer"], "SAME", "with its answer")
    equal(decide(m, n, "same", "ben", "--second").returncode, 0, "a second reviewer comes")
    for by in ("ben", "ana"):
        equal(run("review", "undo", m, n, "--by", by, "--store", store).returncode, 0,
              f"undone ({by})")
    ok("first" not in run_json("review", "show", m, n, "--store", store, "--score"),
       "nothing is left of it")
    equal(claims(store, f"a = {m} AND b = {n} AND human = 1"), [], "and the machine's view stands")

    # ---- several at once: one after the other, none lost ----
    ids = sorted(lines(store))
    at_once = [subprocess.Popen([BINARY, "review", "decide", str(ids[k]), str(ids[k + 40]), "--answer",
                                 "different", "--by", ("ana", "ben")[k % 2], "--store", store],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for k in range(8)]
    said = [(p.communicate()[1], p.returncode) for p in at_once]
    ok(all(code == 0 or b"already" in err or b"contradicts" in err for err, code in said),
       "eight decisions at the same time", said)
    answers = sqlite3.connect(os.path.join(store, "store.db")).execute(
        "SELECT count(*) FROM review WHERE active = 1 AND question = 'person' AND other > 0"
        f" AND record IN ({','.join(map(str, ids[:8]))})").fetchone()[0]
    ok(answers >= sum(code == 0 for _, code in said), "each is there")

    # ---- wrong usage ----
    refused(decide(5, 5, "same", "ana"), "itself", name="a record with itself")
    refused(decide(5, 999999, "same", "ana"), "not a pair", name="a record that is not there")
    refused(run("review", "decide", "x", "y", "--answer", "same", "--by", "ana", "--store", store),
            "numbers", name="records that are no numbers", code=2)
    refused(run("review", "decide", 5, 6, "--by", "ana", "--store", store), "--answer", code=2,
            name="no answer")
    refused(decide(5, 6, "same", ""), "--by", name="no name", code=2)
    equal(run("verify-log", "--store", store).returncode, 0, "the audit log is intact")
done()
