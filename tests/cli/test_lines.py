#!/usr/bin/env python3
"""Lines and flags through merges and splits: ids that last, a history with causes, flags that follow,
lapse and come back, and what an import that is taken back leaves behind."""
import csv
import os
import sqlite3

from tap import done, equal, ok, refused, run, run_json, temp_dir


def query(store, sql, *values):
    db = sqlite3.connect(os.path.join(store, "store.db"))
    out = db.execute(sql, values).fetchall()
    db.close()
    return out


def lines(store):
    return dict(query(store, "SELECT id, line FROM record WHERE active = 1"))


def flags(store, record):
    return query(store, "SELECT id, line, state, reference, due_on FROM flag WHERE record = ?"
                        " ORDER BY id", record)


def decide(store, a, b, answer, by="ana", *more):
    return run("review", "decide", a, b, "--answer", answer, "--by", by, "--store", store, *more)


def undo(store, a, b, by="ana"):
    return run("review", "undo", a, b, "--by", by, "--store", store)


def same_lines(store, wanted, name):
    now = lines(store)
    return ok(now == wanted, name, {r: (wanted.get(r), now.get(r)) for r in set(now) | set(wanted)
                                    if now.get(r) != wanted.get(r)})


def story(store, line):
    return run_json("line", "show", line, "--store", store)


with temp_dir() as d:
    store, made = os.path.join(d, "register"), os.path.join(d, "made")
    run("simulate", "--people", "300", "--seed", "5", "--out", made, "--quiet")
    run("init", store, "--quiet")
    for name in ("ana", "ben"):
        run("user", "add", name, "--role", "duty_officer", "--store", store)
    for channel, sender in (("nrm", "SCA"), ("msvcc", "TSA")):
        run("import", os.path.join(made, channel + ".csv"), "--as", channel, "--from", sender,
            "--store", store, "--quiet")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")
    start = lines(store)

    # ---- the first link: from a line of one's own, because of an import ----
    line = next(x for x in sorted(set(start.values())) if list(start.values()).count(x) == 2)
    a, b = sorted(r for r, at in start.items() if at == line)
    first = story(store, line)
    equal((first["records"], first["now_on"]), ([a, b], [line]), "a line of two")
    step = first["history"][0]
    equal((step["what"], step["records"], step["from"]), ("joined", [b], b), "one came to the other")
    ok(step["cause"] in ("import 1", "import 2"), "because of an import", step)
    gone = story(store, b)
    equal((gone["records"], gone["now_on"]), ([], [line]), "the other's number says where it went")
    refused(run("line", "show", 999999, "--store", store), "never was", name="no such line")
    refused(run("line", "show", "x", "--store", store), "number", code=2, name="no number")
    log = os.path.join(d, "log.jsonl")
    run("verify-log", "--store", store, "--export", log)
    ok("line.shown" in open(log).read(), "looking is in the audit log")

    # ---- split, with an open flag: it lapses; undo: it is back as it was ----
    flagged = query(store, "SELECT f.record, f.line FROM flag f WHERE f.state <> 'CLOSED'"
                           " AND f.kind = 'CROSS_CHANNEL' AND (SELECT count(*) FROM record r WHERE"
                           " r.line = f.line AND r.active = 1) = 2 LIMIT 1")
    ok(flagged, "a line of two with an open flag")
    r, at = flagged[0]
    other = next(x for x, l in start.items() if l == at and x != r)
    pair = (min(r, other), max(r, other))
    flag_id = flags(store, r)[0][0]
    equal(run("flags", "--acknowledge", flag_id, "--note", "seen", "--store", store).returncode, 0,
          "the flag is acknowledged")
    before = flags(store, r)
    equal(decide(store, *pair, "different").returncode, 0, "different")
    now = lines(store)
    ok(now[r] != now[other], "the line is split at once")
    equal(now[min(pair)], at, "of two equal parts, the one with the smallest record keeps the id")
    equal({x: l for x, l in now.items() if x not in pair}, {x: l for x, l in start.items()
                                                           if x not in pair}, "nobody else moved")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")
    equal([f[2] for f in flags(store, r) if f[0] == flag_id], ["CLOSED"], "the flag has lapsed")
    def in_queue():
        return [(x["why"], x["flagged"]) for x in run_json("review", "list", "--store", store, "--limit",
                                                           "1000")["queue"] if (x["a"], x["b"]) == pair]

    equal(in_queue(), [("parted by one person, and a flag went with it", True)],
          "a second person should look")
    equal(decide(store, *pair, "different", "ben", "--second").returncode, 0, "who agrees")
    equal(in_queue(), [], "then it is settled")
    equal(undo(store, *pair, "ben").returncode, 0, "or takes it back")
    last = story(store, at)["history"][-1]
    equal((last["what"], last["cause"], last["by"]),
          ("left", f"decision on {pair[0]} and {pair[1]}", "ana"), "the history says who and why")
    equal(undo(store, *pair).returncode, 0, "undo")
    same_lines(store, start, "every record has its line back, with its id")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")
    equal(flags(store, r), before, "the flag is back: same number, reference, state and clock")
    last = story(store, at)["history"][-1]
    equal((last["what"], last["cause"]), ("joined", f"decision undone on {pair[0]} and {pair[1]}"),
          "and so says the history")

    # ---- merge of two lines of several records, and its undo ----
    many = [x for x in sorted(set(start.values())) if list(start.values()).count(x) >= 2]
    merged = 0
    for x, y in zip(many, many[1:] + many[:1]):
        p = min(k for k, l in start.items() if l == x)
        q = min(k for k, l in start.items() if l == y)
        if decide(store, min(p, q), max(p, q), "same", "ben").returncode:
            continue
        now = lines(store)
        ok(now[p] == now[q] and now[p] in (x, y), "merged under one of the two ids")
        for l in (x, y):
            ok(now[p] in story(store, l)["now_on"], "each id says where its records are")
            ok(not [k for k in now if now[k] == l and start[k] not in (x, y)], "no id is a stranger's")
        equal(undo(store, min(p, q), max(p, q), "ben").returncode, 0, "undo")
        same_lines(store, start, "both lines have their ids back")
        merged += 1
        if merged == 8:
            break
    ok(merged == 8, "eight merges")

    # ---- the flags of both directions: a flagged record moves to another line and back ----
    target = next(x for x in many if x != at)
    t = min(k for k, l in start.items() if l == target)
    equal(decide(store, *pair, "different").returncode, 0, "the flagged record leaves its line")
    equal(decide(store, min(r, t), max(r, t), "same").returncode, 0, "and joins another")
    ok(lines(store)[r] == lines(store)[t] != lines(store)[other], "it is there")
    run("run", "--store", store, "--quiet")
    after = flags(store, r)
    ok(all(f[1] == lines(store)[r] for f in after if f[2] != "CLOSED"), "open flags are on its line",
       after)
    open_flags = query(store, "SELECT count(*) FROM flag f JOIN record r ON r.id = f.record"
                              " WHERE f.state <> 'CLOSED' AND (f.line <> r.line OR r.active <> 1)")
    equal(open_flags, [(0,)], "no open flag anywhere is on a line that its record left")
    r1, r2 = undo(store, min(r, t), max(r, t)), undo(store, *pair)
    equal((r1.returncode, r2.returncode), (0, 0), "both are undone " + r1.stderr + r2.stderr)
    run("run", "--store", store, "--quiet")
    same_lines(store, start, "and back: the lines as before")
    equal(flags(store, r)[:len(before)], before, "and the flags")

    # ---- an import that is taken back: who hung together through it parts ----
    with open(os.path.join(made, "nrm.csv"), newline="") as f:
        rows = list(csv.DictReader(f))
    header = list(rows[0])
    bridge = dict(rows[0])
    bridge["ExternalId"] = "BRIDGE-1"
    path = os.path.join(d, "bridge.csv")
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, header)
        w.writeheader()
        w.writerow(bridge)
    doc = run_json("import", path, "--as", "nrm", "--from", "ELSEWHERE", "--store", store)
    number = doc["import"]
    run("run", "--store", store, "--quiet")
    new = max(lines(store))
    far = next(k for k in sorted(start) if start[k] not in (lines(store)[new], at)
               and list(start.values()).count(start[k]) == 1)
    equal(decide(store, min(far, new), max(far, new), "same").returncode, 0,
          "a decision on the new record brings another one in")
    ok(lines(store)[far] == lines(store)[new] != start[far], "joined through it")
    run("run", "--store", store, "--quiet")
    equal(run("import", "--undo", number, "--store", store).returncode, 0, "the import is taken back")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")
    same_lines(store, start, "the lines are as before it came")
    ok(any(s["cause"] == f"import {number} undone" for s in story(store, start[far])["history"]),
       "because it was undone", story(store, start[far])["history"])
    left = query(store, "SELECT count(*) FROM claim c JOIN record x ON x.id = c.a JOIN record y ON"
                        " y.id = c.b WHERE c.status <> 'WITHDRAWN' AND (x.active <> 1 OR y.active <> 1)")
    equal(left, [(0,)], "no claim about it stands")
    refused(decide(store, min(far, new), max(far, new), "same"), "not a pair",
            name="nobody decides on a record that has left")

    # ---- a correction that is taken back, with decisions made meanwhile ----
    alone = {k for k in start if list(start.values()).count(start[k]) == 1}
    for k, row in enumerate(rows):
        path = os.path.join(d, f"corrected{k}.csv")
        with open(path, "w", newline="") as f:
            w = csv.DictWriter(f, header)
            w.writeheader()
            w.writerow({**row, "current-pv-location-uk-city": "Leeds"})
        doc = run_json("import", path, "--as", "nrm", "--from", "SCA", "--store", store)
        old = query(store, "SELECT id FROM record WHERE superseded_by = ?", max(lines(store)))
        if doc["changed"] == 1 and old and old[0][0] in alone:
            break
        if doc["import"]:
            run("import", "--undo", doc["import"], "--store", store)
    lonely = [old[0][0], min(alone - {old[0][0]})]
    number = doc["import"]
    equal((doc["changed"], doc["added"]), (1, 0), "a correction")
    run("run", "--store", store, "--quiet")
    new = max(lines(store))
    equal(lines(store)[new], start[lonely[0]], "the new version takes the old one's line")
    two = sorted((new, lonely[1]))
    equal(decide(store, *two, "same").returncode, 0, "a decision on the corrected record")
    equal(run("import", "--undo", number, "--store", store).returncode, 0, "taken back")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")
    now = lines(store)
    ok(lonely[0] in now and new not in now, "the old version is back")
    shown = run_json("review", "show", *sorted(lonely), "--store", store)
    equal((shown["first"]["answer"], shown["status"], now[lonely[0]] == now[lonely[1]]),
          ("SAME", "CONFIRMED", True), "what was decided of the person still holds")
    equal(undo(store, *sorted(lonely)).returncode, 0, "and can be undone")
    same_lines(store, start, "everything is as it was")
    doc = run_json("link", "--full", "--store", store)
    equal(doc["records_moved"], 0, "linking everything again moves nobody")

    # ---- a new model: lines move by it, and say so ----
    doc = run_json("link", "--train", "--store", store)
    ok(doc["trained"], "a new model")
    causes = {c for (c,) in query(store, "SELECT DISTINCT cause FROM line_move")}
    ok(doc["records_moved"] == 0 or "model 2" in causes, "its moves say so")
    equal(run("verify-log", "--store", store).returncode, 0, "the audit log is intact")
done()
