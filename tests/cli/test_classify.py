#!/usr/bin/env python3
"""study classify: the domain pack's expected rows, a brute-force oracle on random people, bad input."""
import copy
import csv
import io
import itertools
import json
import os
import random

from tap import SOURCE, done, equal, ok, refused, run, temp_dir

DATA = os.path.join(SOURCE, "tests/data/classify")
DEFINITIONS = json.load(open(os.path.join(DATA, "definitions.json"), encoding="utf-8"))
HEADER = ["fixture", "definition", "mode", "status", "count_min", "count_max", "missing"]


def rows(text):
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == HEADER, table[0]
    return table[1:]


def classify(cases, *options):
    r = run("study", "classify", "-", "--out", "-", *options, stdin=json.dumps({"cases": cases}))
    return rows(r.stdout) if r.returncode == 0 else r


# ---- every expected row ----
expected = list(csv.reader(open(os.path.join(DATA, "expected_results.csv"), encoding="utf-8")))[1:]
got = []
for name in ("case_studies.json", "edge_cases.json"):
    got += rows(run("study", "classify", os.path.join(DATA, name), "--out", "-").stdout)
equal(len(expected), 435, "435 expected rows")
for want, have in zip(expected, got):
    if want != have[:6]:
        equal(have[:6], want, "an expected row")
equal([r[:6] for r in got], expected, "all expected rows, in order")
ok(all((r[3] == "INDETERMINATE") == bool(r[6]) for r in got), "missing facts exactly where undecided")

# ---- the rules that no fixture exercises, from the sentences of RULES.md ----


def episode(n, **over):
    e = {"id": f"E{n}", "seq": n, "act": "YES", "means": "YES", "minor": "NO", "purpose": "YES",
         "exploited": "YES", "asserted": True}
    e.update(over)
    return e


def person(episodes, **over):
    c = {"id": "P", "episodes": episodes, "exits": [], "referrals": [], "decisions": []}
    c.update(over)
    return c


def answer(case, definition, mode="strict", *options):
    for r in classify([case], *options):
        if r[1] == definition and r[2] == mode:
            return (r[3], r[4], r[5])
    return None


left = {"episode": "E1", "mode": "ESCAPE", "status": "EXITED", "truth": "YES"}
nrm = {"channel": "NRM", "status": "ACCEPTED", "about": ["E1"], "after_seq": 1}
two = [episode(1), episode(2)]
equal(answer(person(two), "IOM2010"), ("INDETERMINATE", "0", "1"), "missing exit row: unknown")
equal(answer(person(two, exits=[dict(left, truth="NO")]), "IOM2010"), ("NO", "0", "0"),
      "exit truth NO")
skipped = [episode(1), episode(2, act="NO", exploited="NO"), episode(3)]
equal(answer(person(skipped, exits=[dict(left, truth="NO"), dict(left, episode="E2")]), "IOM2010"),
      ("YES", "1", "1"), "the exit of a dropped episode between counts")
equal(answer(person(two, exits=[left], order=[{"from": "E1", "to": "E2", "precedes": "NO"}]),
             "IOM2010"), ("NO", "0", "0"), "precedes NO")
equal(answer(person(two, exits=[left], order=[{"from": "E1", "to": "E2", "precedes": "UNKNOWN"}]),
             "IOM2010", "lenient"), ("INDETERMINATE", "0", "1"), "precedes UNKNOWN in both modes")
equal(answer(person(two, referrals=[nrm, dict(nrm, status="RECEIVED", about=["E2"])],
                    nrm_referrals_complete="YES"), "NRM_REPEAT"), ("NO", "0", "0"), "RECEIVED")
equal(answer(person(two, referrals=[nrm, dict(nrm, about=["E1", "E2"], after_seq=2)],
                    nrm_referrals_complete="YES"), "NRM_REPEAT_NEW"), ("YES", "1", "1"),
      "any of about is enough")
equal(answer(person(two, referrals=[nrm, dict(nrm, about=["E2"], after_seq=2)]), "NRM_REPEAT"),
      ("YES", "1", ""), "two accepted, record incomplete: open")
pos = {"episode": "E1", "stage": "CG", "outcome": "POS"}
equal(answer(person(two, decisions=[pos, pos]), "ADMIN_CG"), ("NO", "0", "0"), "two POS on one")
equal(answer(person(two, decisions=[pos, {"episode": "E2", "stage": "RECON", "outcome": "POS"},
                                    {"episode": "E2", "stage": "FURTHER_RG", "outcome": "POS"}]),
             "ADMIN_CG"), ("NO", "0", "0"), "RECON and FURTHER_RG do not count")
equal(answer(person([episode(1)], further_risk_concern="INFERRED"), "HELPLINE", "lenient")[0], "NONE",
      "an inferred concern is not stated")

# ---- changed definitions are data ----
with temp_dir() as d:
    path = os.path.join(d, "defs.json")

    def changed(**over):
        doc = copy.deepcopy(DEFINITIONS)
        doc["version"] = "test"
        doc["definitions"][0].update(over)
        json.dump(doc, open(path, "w"))
        return path

    gap = {"from": "E1", "to": "E2", "min_days": 5, "max_days": 9}
    case = person(two, exits=[left], exit_to_entry_gaps=[gap])
    for days, want in ((5, "YES"), (7, "INDETERMINATE"), (10, "NO")):
        equal(answer(case, "IOM2010", "strict", "--definitions", changed(min_gap_days=days))[0], want,
              f"min_gap_days {days} against 5 to 9")
    equal(answer(person(two, exits=[left]), "IOM2010", "strict", "--definitions",
                 changed(min_gap_days=1))[0], "INDETERMINATE", "an unknown gap is met only for 0")
    other = [episode(1), episode(2, exploiter_relation="SAME")]
    equal(answer(person(other, exits=[left]), "IOM2010", "strict", "--definitions",
                 changed(same_exploiter="DIFFERENT"))[0], "NO", "same exploiter, different wanted")
    for over, word in (({"scope": "ANY"}, "scope"), ({"window_days": -3}, "window_days"),
                       ({"evidence_min": "CG_POSITIVE"}, "home office"), ({"colour": 1}, "unknown key"),
                       ({"id": "MS_REEXP"}, "two definitions"), ({"count_unit": "FURTHER_HARM"}, "exit_required")):
        refused(run("study", "classify", os.path.join(DATA, "edge_cases.json"), "--out", "-",
                    "--definitions", changed(**over)), word, name=f"definition with {over} refused")

# ---- brute force: settle every unknown in every way, count, take least and most ----


def truth(value, lenient, fill=False):
    if value == "YES" or (lenient and value == "INFERRED"):
        return [True]
    if value == "NO":
        return [False]
    return [True] if fill and lenient else [True, False]


def oracle(case, d, lenient):
    eps, choices, names = case["episodes"], [], []
    for e in eps:
        fill = e["asserted"]
        for k in ("act", "means", "purpose"):
            names.append((e["id"], k))
            choices.append(truth(e[k], lenient, fill))
        for k in ("minor", "exploited"):
            names.append((e["id"], k))
            choices.append(truth(e[k], lenient))
        rows_ = [x for x in case["exits"] if x["episode"] == e["id"]]
        names.append((e["id"], "exit"))
        if not rows_ or rows_[0]["status"] == "UNKNOWN":
            choices.append([True, False])
        elif rows_[0]["status"] == "EXITED":
            choices.append(truth(rows_[0]["truth"], lenient))
        elif rows_[0]["status"] == "EXITED_CONTROL_CONTINUES":
            choices.append(truth(rows_[0]["truth"], lenient) if lenient else [True, False])
        else:
            choices.append([False])
    order = {(o["from"], o["to"]): o["precedes"] for o in case["order"]}
    for pair, value in order.items():
        names.append(pair)
        choices.append(truth(value, lenient))
    counts = set()
    for way in itertools.product(*choices):
        v = dict(zip(names, way))
        good = []
        for i, e in enumerate(eps):
            q = v[e["id"], "act"] and (v[e["id"], "means"] or v[e["id"], "minor"]) and \
                v[e["id"], "purpose"]
            if d != "IOM2010":
                q = q or v[e["id"], "exploited"]
            if q:
                good.append(i)
        n = 0
        for a, b in zip(good, good[1:]):
            if d == "REVICT":
                n += 1
                continue
            gone = any(v[eps[k]["id"], "exit"] and v.get((eps[k]["id"], eps[b]["id"]), True)
                       for k in range(a, b))
            n += gone and v.get((eps[a]["id"], eps[b]["id"]), True)
        counts.add(n)
    return min(counts), max(counts)


rng = random.Random(20261122)
WORDS = ["YES", "YES", "NO", "INFERRED", "UNKNOWN", "NOT_ASKED"]
people = []
for i in range(120):
    eps = [episode(n, act=rng.choice(WORDS), means=rng.choice(["YES", "UNKNOWN"]), minor="NO",
                   purpose="YES", exploited=rng.choice(["NO", "YES", "INFERRED"]),
                   asserted=rng.random() < .5) for n in range(1, rng.randint(2, 5))]
    exits = [{"episode": e["id"], "mode": "UNKNOWN", "truth": rng.choice(WORDS),
              "status": rng.choice(["EXITED", "EXITED", "EXITED_CONTROL_CONTINUES", "TRANSFERRED",
                                    "UNKNOWN"])} for e in eps if rng.random() < .8]
    order = [{"from": a["id"], "to": b["id"], "precedes": rng.choice(["YES", "NO", "UNKNOWN"])}
             for a, b in zip(eps, eps[1:]) if rng.random() < .3]
    people.append(dict(person(eps, exits=exits, order=order), id=f"P{i}"))
answers = {tuple(r[:3]): r[3:6] for r in classify(people)}
wrong = []
for p in people:
    for d in ("IOM2010", "MS_REEXP", "REVICT"):
        for mode in ("strict", "lenient"):
            lo, hi = oracle(p, d, mode == "lenient")
            status = "YES" if lo else "NO" if hi == 0 else "INDETERMINATE"
            if answers[p["id"], d, mode] != [status, str(lo), str(hi)]:
                wrong.append((p, d, mode, lo, hi, answers[p["id"], d, mode]))
equal(wrong[:1], [], f"brute force agrees on {len(people) * 6} answers")

# ---- threads, files, bad input ----
a = run("study", "classify", "-", "--out", "-", "--threads", "1", stdin=json.dumps({"cases": people * 20}))
b = run("study", "classify", "-", "--out", "-", "--threads", "3", stdin=json.dumps({"cases": people * 20}))
ok(a.stdout == b.stdout and a.returncode == 0, "same bytes for any number of threads")
equal(classify([]), [], "no cases, no rows")
for text, words, name in (
    ("", ("expected",), "an empty file"),
    ("{\"cases\": [{\"id\": \"a\"}", ("ends before",), "cut short"),
    ("{\"people\": []}", ("no list",), "no cases"),
    ("{\"cases\": [{}]}", ("no id",), "a case without id"),
    ("{\"cases\": [{\"id\":\"a\",\"episodes\":[{\"id\":\"E1\",\"act\":\"MAYBE\"}]}]}", ("maybe", "yes"), "a wrong answer word"),
    ("{\"cases\": [{\"id\":\"a\",\"id\":\"b\"}]}", ("twice",), "a key twice"),
    ("{\"cases\": [\n{\"id\":\"a\",\"exits\":[{\"episode\":\"E9\"}]}]}", ("row 2", "no episode"), "an unknown episode"),
    ("{\"cases\": [{\"id\":\"a\",\"referrals\":[{\"channel\":\"FAX\"}]}]}", ("fax",), "an unknown channel"),
    ("[" * 100, ("object",), "a list of lists"),
    ("{\"a\":" * 100 + "1" + "}" * 100, ("deeper",), "too deep"),
    ("{\"cases\": [{\"id\":\"a\\u0000\"}]}", ("escape",), "a NUL escape"),
):
    refused(run("study", "classify", "-", "--out", "-", stdin=text), *words, name=name)
with temp_dir() as d:
    out = os.path.join(d, "out.csv")
    open(out, "w").write("old")
    refused(run("study", "classify", "-", "--out", out, stdin='{"cases":[{"id":"a"},{"id":7}]}'),
            "text", name="a fault in the second case")
    equal(open(out).read(), "old", "nothing is half-written")
    refused(run("study", "classify", os.path.join(d, "none.json"), "--out", out), "cannot open",
            name="a missing file")
done()
