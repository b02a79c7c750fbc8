#!/usr/bin/env python3
"""Whatever comes in whatever order - imports, corrections, imports taken back, decisions, their undo -
the register's lines and claims are those of linking everything at once with the same model."""
import csv
import json
import os
import random
import shutil
import sqlite3

from tap import done, equal, ok, run, run_json, temp_dir

CHANNELS = ("nrm", "dtn", "msvcc", "helpline", "ngo", "police")


def state(store):
    """Lines of visible records, and claims between them that stand, without actor, time and run."""
    db = sqlite3.connect(os.path.join(store, "store.db"))
    lines = dict(db.execute("SELECT id, line FROM record WHERE active = 1"))
    claims = db.execute("SELECT a, b, status, basis, weight, human FROM claim"
                        " WHERE status <> 'WITHDRAWN' ORDER BY a, b").fetchall()
    db.close()
    return lines, [c for c in claims if c[0] in lines and c[1] in lines]


def people(store):
    """Lines as sets of source references, whatever the numbers of records."""
    db = sqlite3.connect(os.path.join(store, "store.db"))
    sets = {}
    for person, line in db.execute("SELECT person_id, line FROM record WHERE active = 1"):
        sets.setdefault(line, set()).add(person)
    db.close()
    return sorted(sorted(s) for s in sets.values())


def equals_whole(store, name):
    """On a copy, linking everything again changes nothing."""
    copy = store + ".copy"
    shutil.copytree(store, copy)
    before = state(store)
    doc = run_json("link", "--full", "--store", copy)
    after = state(copy)
    shutil.rmtree(copy)
    same = before == after and doc["records_moved"] == 0 and not doc["trained"]
    why = ""
    if not same:
        moved = {r: (before[0][r], after[0][r]) for r in before[0] if before[0][r] != after[0].get(r)}
        why = (f"moved {moved}\nclaims gone {sorted(set(before[1]) - set(after[1]))[:5]}\n"
               f"claims new {sorted(set(after[1]) - set(before[1]))[:5]}")
    return ok(same, name, why)


def write(path, header, rows):
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, header)
        w.writeheader()
        w.writerows(rows)


def importing(store, path, channel):
    r = run("import", path, "--as", channel, "--from", "ORG-" + channel, "--store", store, "--quiet")
    return r.returncode == 0 or r.stderr


def made_parts(made, d, rng, parts):
    """The rows of each channel in `parts` files of random rows."""
    out = []
    for channel in CHANNELS:
        with open(os.path.join(made, channel + ".csv"), newline="") as f:
            rows = list(csv.DictReader(f))
        header = list(rows[0])
        rng.shuffle(rows)
        cuts = sorted(rng.sample(range(1, len(rows)), min(parts, len(rows)) - 1))
        for k, (a, b) in enumerate(zip([0] + cuts, cuts + [len(rows)])):
            path = os.path.join(d, f"{channel}-{rng.random()}-{k}.csv")
            write(path, header, rows[a:b])
            out.append((channel, path, header, rows[a:b]))
    rng.shuffle(out)
    return out


def decide_something(store, rng, names):
    """An answer on a pair of the queue, on a joined pair, or on any two records."""
    db = sqlite3.connect(os.path.join(store, "store.db"))
    claims = db.execute("SELECT c.a, c.b FROM claim c JOIN record x ON x.id = c.a AND x.active = 1"
                        " JOIN record y ON y.id = c.b AND y.active = 1"
                        " WHERE c.status <> 'WITHDRAWN'").fetchall()
    records = [r for (r,) in db.execute("SELECT id FROM record WHERE active = 1")]
    human = db.execute("SELECT record, other FROM review WHERE active = 1 AND other > 0").fetchall()
    db.close()
    if human and rng.random() < 0.3:
        return run("review", "undo", *rng.choice(human), "--by", names[0], "--store", store)
    a, b = rng.choice(claims) if rng.random() < 0.8 else sorted(rng.sample(records, 2))
    answer = rng.choice(("same", "different", "different", "unsure"))
    second = ["--second"] if rng.random() < 0.2 else []
    return run("review", "decide", a, b, "--answer", answer, "--by", names[bool(second)], *second,
               "--store", store)


with temp_dir() as d:
    made = os.path.join(d, "made")
    run("simulate", "--people", "260", "--seed", "9", "--out", made, "--quiet")

    # ---- the same rows in any order of batches, under one model ----
    rng = random.Random(1)
    base = os.path.join(d, "base")
    run("init", base, "--quiet")
    rest = []
    for channel in CHANNELS:  # nine tenths first: the model is theirs, and is not outgrown
        with open(os.path.join(made, channel + ".csv"), newline="") as f:
            rows = list(csv.DictReader(f))
        header = list(rows[0])
        rng.shuffle(rows)
        cut = max(1, len(rows) * 9 // 10)
        path = os.path.join(d, channel + "-base.csv")
        write(path, header, rows[:cut])
        importing(base, path, channel)
        rest += [(channel, header, row) for row in rows[cut:]]
    doc = run_json("link", "--store", base)
    ok(doc["trained"] and doc["joined_pairs"] > 50, "a model is trained on the first link")
    outcomes, moved = [], []
    for trial in range(4):
        store = os.path.join(d, f"trial{trial}")
        shutil.copytree(base, store)
        rng.shuffle(rest)
        at, again = 0, 0
        while at < len(rest):
            n = len(rest) if trial == 0 else rng.choice((1, 3, 10))
            for channel in CHANNELS:
                some = [row for c, _, row in rest[at:at + n] if c == channel]
                header = next((h for c, h, _ in rest if c == channel), None)
                if some:
                    path = os.path.join(d, f"some-{trial}-{at}-{channel}.csv")
                    write(path, header, some)
                    importing(store, path, channel)
            at += n
            doc = run_json("link", "--store", store)
            again += doc["linked_again"]
            if doc["trained"]:
                ok(False, "the model was not outgrown")
        outcomes.append(people(store))
        moved.append(again)
        equals_whole(store, f"batches in order {trial}: the lines are those of linking everything")
    ok(all(o == outcomes[0] for o in outcomes), "one outcome, whatever the batches and their order")

    # ---- everything that can happen, in random order ----
    for seed in (11, 12, 13):
        rng = random.Random(seed)
        store = os.path.join(d, f"random{seed}")
        run("init", store, "--quiet")
        for name in ("ana", "ben"):
            run("user", "add", name, "--role", "duty_officer", "--store", store)
        parts = made_parts(made, d, rng, 3)
        imported, kinds, refused, fine = [], {}, 0, True
        for channel, path, header, rows in parts[:9]:
            fine &= importing(store, path, channel) is True
            imported.append((channel, header, rows))
        todo = parts[9:]
        run("link", "--store", store, "--quiet")
        for step in range(24):
            kind = rng.choice(("import", "correct", "take back") + ("decide",) * 6)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == "import" and todo:
                channel, path, header, rows = todo.pop()
                fine &= importing(store, path, channel) is True
                imported.append((channel, header, rows))
            elif kind == "correct":
                channel, header, rows = rng.choice(imported)
                some = [dict(r) for r in rng.sample(rows, min(len(rows), 12))]
                names = [h for h in header if "name" in h and "first" in h or h == "identity.given_name"]
                for row in some:
                    for h in names or header[2:3]:
                        row[h] = row[h] + "a" if row[h] else "Ana"
                path = os.path.join(d, f"correct-{seed}-{step}.csv")
                write(path, header, some)
                fine &= importing(store, path, channel) is True
            elif kind == "take back":
                done_imports = [i["import"] for i in run_json("import", "--list", "--store", store)
                                if i["state"] == "done"]
                if len(done_imports) > 4:
                    fine &= run("import", "--undo", rng.choice(done_imports[-4:]), "--store",
                                store).returncode == 0
            else:
                r = decide_something(store, rng, ("ana", "ben"))
                fine &= r.returncode in (0, 1)
                refused += r.returncode
            if kind != "decide" and rng.random() < 0.5:  # else people decide on what is not linked yet
                fine &= run("link", "--store", store, "--quiet").returncode == 0
            if step % 4 == 3:
                fine &= run("link", "--store", store, "--quiet").returncode == 0
                fine &= equals_whole(store, f"seed {seed}, after {step + 1} steps {json.dumps(kinds)}")
        ok(fine, f"seed {seed}: every step went well; {refused} answers were refused")
        equal(run("verify-log", "--store", store).returncode, 0, "the audit log is intact")
done()
