#!/usr/bin/env python3
"""study synthesise: accuracy by its own scoring, budget as published, bad input refused."""
import collections
import csv
import hashlib
import itertools
import json
import os
import re
import statistics
from xml.etree import ElementTree

from tap import SOURCE, close, done, equal, ok, refused, run, run_json, shared, skip, temp_dir

DATA = os.path.join(SOURCE, "tests/data/disclosure/")
NGO = os.path.join(SOURCE, "tests/data/examples/protect/people.csv")
FILES = {"nationality": "nat", "sex": "sex", "age": "age", "exploitation": "expl", "force": "geo"}


def error(truth, made, columns, ways):
    """Mean relative error of counts of at least 100."""
    off = []
    for names in itertools.combinations(columns, ways):
        x = collections.Counter(tuple(r[c] for c in names) for r in truth)
        y = collections.Counter(tuple(r[c] for c in names) for r in made)
        off += [abs(y[k] - n) / n for k, n in x.items() if n >= 100]
    return sum(off) / len(off)


def rarer_than(made, columns, k):
    """How many combinations of up to four columns are there fewer than k times."""
    rare = 0
    for ways in range(1, 5):
        for names in itertools.combinations(columns, ways):
            rare += sum(n < k for n in collections.Counter(tuple(r[c] for c in names) for r in made).values())
    return rare


def rare_and_kept(truth, made, columns, k):
    """Combinations shown whose true count is below k; share of common ones shown, by columns."""
    rare, kept = 0, {}
    for ways in range(1, 5):
        common = found = 0
        for names in itertools.combinations(columns, ways):
            x = collections.Counter(tuple(r[c] for c in names) for r in truth)
            y = {v for v in (tuple(r[c] for c in names) for r in made) if all(v)}
            rare += sum(x[v] < k for v in y)
            common += sum(n >= k for n in x.values())
            found += sum(n >= k and v in y for v, n in x.items())
        kept[ways] = found / common
    return rare, kept


def read(path):
    return list(csv.DictReader(open(path, encoding="utf-8")))


with temp_dir() as d:
    spec = d + "/spec.json"
    hierarchies = {c: DATA + f"hier_{f}.csv" for c, f in FILES.items()}
    with open(d + "/responder.csv", "w", encoding="utf-8") as f:
        f.write("code,parent\nTOT,\nPOLICE,TOT\nHOMEOFF,TOT\nLA,TOT\nNGO,TOT\n")
    base = {"columns": [*FILES, "responder"],
            "hierarchies": {**hierarchies, "responder": d + "/responder.csv"},
            "derived": {"region": {"from": "force", "level": 2},
                        "natregion": {"from": "nationality", "level": 2}}}
    with open(spec, "w", encoding="utf-8") as f:
        json.dump(base, f)
    columns = base["columns"] + list(base["derived"])
    year = shared("data/disclosure/micro_year.csv")
    if year:
        truth = read(year)
        for epsilon, k, one_bar, two_bar in ((4, 0, 0.02, 0.08), (4, 10, 0.02, 0.08), (1, 0, 1, 0.18),
                                             (1, 10, 1, 0.18)):
            ones, twos, sizes, rare = [], [], [], 0
            for seed in range(5):
                doc = run_json("study", "synthesise", year, "--spec", spec, "--epsilon", epsilon,
                               "--k", k, "--seed", seed, "--out", d + "/made.csv")
                made = read(d + "/made.csv")
                ones.append(error(truth, made, columns, 1))
                twos.append(error(truth, made, columns, 2))
                sizes.append(abs(len(made) / len(truth) - 1))
                rare += k and seed == 0 and rarer_than(made, columns, k)
            print(f"# epsilon {epsilon}, k {k}: one-way {statistics.median(ones):.4f}, two-way "
                  f"{statistics.median(twos):.4f}, rows within {max(sizes):.4f}")
            what = f"epsilon {epsilon}, k {k}: "
            ok(statistics.median(ones) <= one_bar, what + "one-way error", ones)
            ok(statistics.median(twos) <= two_bar, what + "two-way error", twos)
            ok(max(sizes) <= 0.005, what + "rows within 0.5 %", sizes)
            close(doc["two_way_relative_error"], twos[-1], 1e-9, what + "the quality file says so")
            if k:
                equal(rare, 0, what + "no combination of up to 4 columns fewer than k times")
                equal([w["made_fewer_than_k_times"] for w in doc["combinations"]], [0] * 4,
                      what + "and the quality file counts none")
                ok(0 < doc["k_filter"]["records_rewritten"] <= len(made)
                   and doc["k_filter"]["before"][3]["made_fewer_than_k_times"] > 0,
                   what + "what the filter did is told")
        parent = {r["code"]: r["parent"] for r in read(DATA + "hier_geo.csv")}
        ok(all(r["region"] == parent[r["force"]] for r in made), "derived columns follow from the others")
        budget = json.load(open(d + "/made.csv.budget.json", encoding="utf-8"))
        close(budget["delta"], 6.037210e-06, 1e-6, "delta is 1 / (n ln n)")
        close(budget["rho"], 0.01997990, 1e-6, "rho of epsilon 1 as in dp_numbers.csv")
        equal(len(budget["tree"]), 5, "the tree joins all columns")
        spent = 1 / (2 * budget["one_way_noise_variance"] / 6) + 1 / (
            2 * budget["two_way_noise_variance"] / 5) + 5 * budget["choice_epsilon"] ** 2 / 8
        ok(spent <= budget["rho"] * (1 + 1e-9), "noise and choices spend no more than rho", spent)

        run_json("study", "synthesise", year, "--spec", spec, "--method", "k-anonymous", "--k", 10,
                 "--seed", 1, "--out", d + "/kanon.csv")
        made = read(d + "/kanon.csv")
        equal(len(made), len(truth), "k-anonymous: as many rows as records")
        rare, kept = rare_and_kept(truth, made, columns, 10)
        equal(rare, 0, "k-anonymous: every combination of up to 4 columns has a true count from k")
        ok(kept[2] >= 0.98 and kept[3] >= 0.92, "k-anonymous: common combinations are kept", kept)
        print("# k-anonymous: kept", kept)
        ok(all(r["region"] == parent[r["force"]] for r in made if r["force"]),
           "k-anonymous: a code shows its group")
        ok(any(r["region"] and not r["force"] for r in made), "k-anonymous: groups where codes are rare")
        ok(not os.path.exists(d + "/kanon.csv.budget.json"), "k-anonymous: no budget is claimed")
    else:
        skip("accuracy on 17,004 referrals", "../shared is not here")

    # Codes that a page or a spreadsheet would run are written as text.
    hostile = ["=1+1", '<script>"&', "a,b", "ü", "-x", "@y"]
    with open(d + "/hostile.csv", "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f)
        w.writerow(["one", "<b>"])
        w.writerows([hostile[k % 6], hostile[k * k % 5]] for k in range(600))
    with open(d + "/hostile.json", "w", encoding="utf-8") as f:
        json.dump({"columns": ["one", "<b>"]}, f)
    for method in (["--epsilon", 4], ["--method", "k-anonymous"]):
        doc = run_json("study", "synthesise", d + "/hostile.csv", "--spec", d + "/hostile.json", *method,
                       "--seed", 1, "--out", d + "/out.csv")
        cells = {c for r in csv.reader(open(d + "/out.csv", encoding="utf-8")) for c in r}
        equal(doc["records_sha256"], hashlib.sha256(open(d + "/out.csv", "rb").read()).hexdigest(),
              "the quality file names the records it is about")
        ok("'=1+1" in cells and '<script>"&' in cells and "'@y" in cells, "hostile codes come through as text",
           cells)
        pages = [open(d + "/out.csv." + p, encoding="utf-8").read() for p in ("about.html", "quality.html")]
        ok(not any("<script" in p or "<b>" in p for p in pages), "hostile codes are text on the pages")
        for p in pages:
            ElementTree.fromstring(re.sub(r"<!DOCTYPE html>|<meta[^>]*>|<style>.*?</style>", "", p, flags=re.S))
        ok("Not for publication" in pages[1] and "What not to use it for" in pages[0], "pages say what they are for")
        ok(("NOT differentially private" in doc["method"]) == ("Not differentially private" in pages[0])
           == (method[0] == "--method"), "and whether there is differential privacy")
    ok("true records" in pages[1] and "true records" not in pages[0], "the public page does not compare")

    out = []
    for seed in (1, 1, 2):
        run_json("study", "synthesise", NGO, "--spec", spec, "--epsilon", 2, "--seed", seed,
                 "--out", d + "/ngo.csv")
        out.append(open(d + "/ngo.csv", encoding="utf-8").read())
    equal(out[0], out[1], "the same seed gives the same file")
    ok(out[0] != out[2], "another seed gives another file")

    def bad(*words, name, micro=NGO, epsilon=1, code=1, options=(), **more):
        with open(spec, "w", encoding="utf-8") as f:
            json.dump({**base, **more}, f)
        refused(run("study", "synthesise", micro, "--spec", spec, "--epsilon", epsilon, "--out",
                    d + "/none.csv", *options), *words, name=name, code=code)
        ok(not os.path.exists(d + "/none.csv"), name + ": nothing written")

    bad("unknown key", name="unknown key", column=[])
    bad("2 to 40", name="one column", columns=["sex"])
    bad("twice", name="a column twice", columns=["sex", "sex", "age"], derived={})
    bad("column", name="no such column", columns=["sex", "colour"], derived={})
    bad("derived", name="derived from nothing", derived={"x": {"from": "y", "level": 1}})
    for epsilon in ("0", "-1", "nan", "inf", "1e300", "0.0001"):
        bad("epsilon", name="epsilon " + epsilon, epsilon=epsilon, code=2)
    for more, word in ((("--method", "k-anonymous"), "no meaning"), (("--method", "swap"), "method")):
        bad(word, name=f"{more} with epsilon", code=2, options=more)
    for k in (-1, 1, 1000001):
        bad("k must be", name=f"k {k}", code=2, options=("--k", k))
    bad("has only", name="k larger than the file", options=("--k", 1000))
    bad("k", name="k no number", code=2, options=("--k", "ten"))
    bad("column force has no level 9", name="derived at a level that the column does not have",
        derived={"region": {"from": "force", "level": 9}})
    bad("column x must name", name="derived without a level", derived={"x": {"from": "force"}})
    rare = dict(micro=NGO, hierarchies={k: v for k, v in base["hierarchies"].items() if k != "nationality"})
    bad("column nationality", "fewer than 10 records", name="a column without a code list, of rare values", **rare)
    bad("derived", name="derived is a list", derived=[])
    bad("derived", name="derived is a number", derived={"x": 1})
    bad("unknown key", name="derived with an unknown key",
        derived={"x": {"from": "force", "level": 2, "rank": 1}})
    for words, name, k in ((["has only"], "larger than the file", 1000), (["k must be"], "off", 0),
                           (["nothing may be shown"], "that no code has", 412)):
        with open(spec, "w", encoding="utf-8") as f:
            json.dump(base, f)
        refused(run("study", "synthesise", NGO, "--spec", spec, "--method", "k-anonymous", "--k", k,
                    "--out", d + "/none.csv"), *words, name="k-anonymous: k " + name,
                code=2 if k == 0 else 1)
        ok(not os.path.exists(d + "/none.csv"), f"k-anonymous: k {name}: nothing written")
    def table(name, columns, rows, options, words=None, only=None,
              methods=(["--epsilon", 2], ["--method", "k-anonymous"])):
        """Made from this table by the methods, or refused by each."""
        with open(d + "/t.csv", "w", encoding="utf-8", newline="") as f:
            w = csv.writer(f)
            w.writerow(columns)
            w.writerows(rows)
        with open(d + "/t.json", "w", encoding="utf-8") as f:
            json.dump({"columns": only or columns}, f)
        for method in methods:
            out = d + "/t-" + method[0] + ".csv"
            r = run("study", "synthesise", d + "/t.csv", "--spec", d + "/t.json", *method, "--out", out,
                    *options)
            if words:
                refused(r, *words, name=f"{name}, {method[1]}")
                ok(not os.path.exists(out), f"{name}, {method[1]}: nothing written")
                continue
            ok(r.returncode == 0, f"{name}, {method[1]}", r.stderr)
            made = read(out)
            ok(abs(len(made) - len(rows)) < 60 and list(made[0]) == (only or columns),
               f"{name}, {method[1]}: rows and columns", len(made))
            os.remove(out)

    table("a column of one code", ["a", "b"], [["x", "pq"[k % 2]] for k in range(300)], [])
    table("columns of one code", ["a", "b"], [["x", "y"]] * 300, [])
    table("a code for each record", ["a", "b"], [[k, "pq"[k % 2]] for k in range(400)], [],
          methods=[["--method", "k-anonymous"]])
    table("a code for each record", ["a", "b"], [[k, "pq"[k % 2]] for k in range(400)], [],
          ["column a", "400 of its 400 values"], methods=[["--epsilon", 2]])
    table("k as large as the file allows", ["a", "b"], [["x", "y"]] * 300, ["--k", 200])
    table("hundreds of columns, three used", [f"c{k}" for k in range(300)],
          [[(k * c) % 3 for c in range(300)] for k in range(200)], [], only=["c1", "c7", "c299"])
    table("40 columns", [f"c{k}" for k in range(40)], [[(k * c) % 2 for c in range(40)] for k in range(120)], [])
    table("41 columns", [f"c{k}" for k in range(41)], [[0] * 41] * 120, [], ["2 to 40"])
    table("too many codes", ["a", "b"], [[k, 1] for k in range(100002)], [], ["100000"])
    table("too many pairs", ["a", "b"], [[k % 5000, k % 5000] for k in range(50000)], [], ["4194304"])
    table("an empty cell", ["a", "b"], [["x", "y"]] * 150 + [["x", ""]], [], ["empty", "row 152"])
    table("a short row", ["a", "b"], [["x", "y"]] * 150 + [["x"]], [], ["row 152"])
    table("no rows", ["a", "b"], [], [], ["no rows"])
    table("one row", ["a", "b"], [["x", "y"]], [], ["1"])
    refused(run("study", "synthesise", NGO, "--spec", spec, "--epsilon", 1, "--out", "-"), "--out",
            name="to standard output", code=2)
    with open(d + "/few.csv", "w", encoding="utf-8") as f:
        f.write("sex,age\nF,ADULT\n")
    bad("fewer than 100", name="one record", micro=d + "/few.csv", columns=["sex", "age"], derived={})
done()
