#!/usr/bin/env python3
"""study attack: bounds equal to published known answers, and to enumeration of every table."""
import csv
import itertools
import json
import os

from tap import SOURCE, done, equal, ok, refused, run, run_json, shared, skip, temp_dir

DATA = os.path.join(SOURCE, "tests/data/disclosure/")
HIERARCHIES = {c: DATA + f"hier_{f}.csv" for c, f in {
    "natregion": "nat", "nationality": "nat", "sex": "sex", "age": "age", "exploitation": "expl",
    "force": "geo", "quarter": "quarter"}.items()}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def spec(path, tables, **more):
    return write(path, json.dumps({"tables": tables, "hierarchies": HIERARCHIES,
                                   "levels": {"natregion": 2}, "method": "suppress", **more}))


def publish(source, target, dims, flag):
    rows = list(csv.DictReader(open(source, encoding="utf-8")))
    write(target, "\n".join([",".join(dims + ["value"])] + [
        ",".join([r[d] for d in dims] + ["[c]" if r[flag] == "1" else r["freq"]])
        for r in rows]) + "\n")
    return rows


def bounds(path):
    with open(path, encoding="utf-8") as f:
        return {(r["release"], r["table"], r["cell"]): r for r in csv.DictReader(f)}


def near(a, b):  # the known answers have six digits
    return abs(float(a) - float(b)) <= 1e-6 + 1e-5 * abs(float(b)) * (float(b) != round(float(b)))


def known_table(d, name, dims, folder):
    for zeros, stem, kinds in (("published", "published_max4", ("lp", "aware")),
                               ("protected", "protected_max3", ("lp",))):
        source = f"{folder}{name}_zeros_{stem}.csv"
        rows = publish(source, f"{d}/{name}{zeros}/{name}.csv", dims, "suppressed_gauss")
        where = {"where": {"quarter": "Q1"}} if name in ("T2", "T4") else {}
        s = spec(f"{d}/{name}{zeros}.json", [{"name": name, "dimensions": dims, **where}],
                 zeros=zeros)
        for kind in kinds:
            flags = ["--knows-rule"] if kind == "aware" else []
            run_json("study", "attack", f"{d}/{name}{zeros}", "--spec", s, "--out", d + "/b.csv", *flags)
            got = bounds(d + "/b.csv")
            wrong = n = 0
            for r in rows:
                if r["suppressed_gauss"] == "1" and r[kind + "_lo"] != "":
                    b = got[(name + zeros, name, "|".join(r[x] for x in dims))]
                    n += 1
                    wrong += not (near(b["lo"], r[kind + "_lo"]) and near(b["hi"], r[kind + "_hi"]))
            ok(n > 0 and wrong == 0, f"{name}, zeros {zeros}, {kind}: {n} known intervals",
               f"{wrong} differ")


with temp_dir() as d:
    known_table(d, "T1", ["natregion", "exploitation"], DATA)
    known_table(d, "T2", ["nationality", "sex"], DATA)
    for name, dims in (("T3", ["force", "age", "exploitation"]), ("T5", ["force", "nationality"])):
        folder = shared("data/disclosure/" + name + "_zeros_published_max4.csv")
        if folder:
            known_table(d, name, dims, os.path.dirname(folder) + "/")
        else:
            skip(f"{name} known intervals", "../shared is not here")

    # Five releases, each safe alone, attacked together; in one directory or in five.
    dims = ["nationality", "sex"]
    quarters = ["Q1", "Q2", "Q3", "Q4", "Y"]
    for q in quarters:
        publish(f"{DATA}release_{q}.csv", f"{d}/all/{q}.csv", dims, "suppressed")
        publish(f"{DATA}release_{q}.csv", f"{d}/r{q}/{q}.csv", dims, "suppressed")
    tables = [{"name": q, "dimensions": dims, **({"where": {"quarter": q}} if q != "Y" else {})}
              for q in quarters]
    s = spec(d + "/linked.json", tables)
    no_quarter = json.load(open(s, encoding="utf-8"))
    del no_quarter["hierarchies"]["quarter"]
    s2 = write(d + "/linked2.json", json.dumps(no_quarter))
    known = list(csv.DictReader(open(DATA + "release_linked_bounds.csv", encoding="utf-8")))
    for what, dirs, spec_file in (("one directory", [d + "/all"], s),
                                  ("five directories", [f"{d}/r{q}" for q in quarters], s),
                                  ("quarters without a hierarchy", [d + "/all"], s2)):
        for kind, exact_known in (("lp", 9), ("aware", 60)):
            flags = ["--knows-rule"] if kind == "aware" else []
            run_json("study", "attack", *dirs, "--spec", spec_file, "--out", d + "/b.csv", *flags)
            got = {k[1:]: v for k, v in bounds(d + "/b.csv").items()}
            wrong = exact = 0
            for r in known:
                b = got[(r["release"], r["nationality"] + "|" + r["sex"])]
                wrong += not (near(b["lo"], r[kind + "_lo"]) and near(b["hi"], r[kind + "_hi"]))
                exact += r["primary"] == "1" and b["lo_int"] == b["hi_int"]
            equal((len(got), wrong, exact), (len(known), 0, exact_known),
                  f"linked releases, {what}, {kind}: known intervals and {exact_known} exact")

    # Every table of a 2 x 3 layout that fits a publication, by enumeration.
    def grid(cells):
        out = {}
        for (a, b), v in cells.items():
            for x in (a, "TOTAL"):
                for y in (b, "TOTAL"):
                    out[x, y] = out.get((x, y), 0) + v
        return out

    keys = list(itertools.product("ab", "xyz"))
    truth = grid(dict(zip(keys, (1, 4, 6, 3, 2, 7))))
    hidden = {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("a", "TOTAL"), ("b", "TOTAL"),
              ("a", "z")}
    plain = write(d + "/plain.json", json.dumps(
        {"tables": [{"name": "P", "dimensions": ["u", "v"]}], "method": "suppress"}))

    def enumerated(fits, limit=8):  # columns add up to 4, 6 and 13 of which 7 are printed
        low, high = {}, {}
        fixed = {k: truth[k] for k in keys if k not in hidden}
        unknown = [k for k in keys if k in hidden]
        for values in itertools.product(range(limit), repeat=len(unknown)):
            t = grid({**fixed, **dict(zip(unknown, values))})
            if fits(t):
                for k, v in t.items():
                    low[k] = min(v, low.get(k, v))
                    high[k] = max(v, high.get(k, v))
        return low, high

    write(d + "/tiny/P.csv", "u,v,value\n" + "".join(
        f"{a},{b},{'[c]' if (a, b) in hidden else v}\n" for (a, b), v in truth.items()))
    for flags, least in (([], 0), (["--knows-rule"], 1)):
        low, high = enumerated(lambda t: all(
            t[k] >= least if k in hidden else t[k] == truth[k] for k in truth))
        run_json("study", "attack", d + "/tiny", "--spec", plain, "--out", d + "/b.csv", *flags)
        got = {tuple(k[2].split("|")): (int(v["lo_int"]), int(v["hi_int"]))
               for k, v in bounds(d + "/b.csv").items()}
        equal(got, {k: (low[k], high[k]) for k in hidden},
              f"2 x 3 cells {flags}: the bounds of every table that fits")

    rounded_spec = write(d + "/r.json", json.dumps(
        {"tables": [{"name": "P", "dimensions": ["u", "v"]}], "base": 3}))
    small = grid(dict(zip(keys, (3, 0, 3, 0, 3, 0))))
    write(d + "/round/P.csv", "u,v,value\n" + "".join(
        f"{a},{b},{v}\n" for (a, b), v in small.items()))
    low, high = {}, {}
    for values in itertools.product(range(6), repeat=6):
        t = grid(dict(zip(keys, values)))
        if all(abs(t[k] - small[k]) < 3 for k in t):
            for k, v in t.items():
                low[k] = min(v, low.get(k, v))
                high[k] = max(v, high.get(k, v))
    run_json("study", "attack", d + "/round", "--spec", rounded_spec, "--out", d + "/b.csv")
    got = {tuple(k[2].split("|")): (int(v["lo_int"]), int(v["hi_int"]))
           for k, v in bounds(d + "/b.csv").items()}
    equal(got, {k: (low[k], high[k]) for k in low}, "rounded to 3: the bounds of every table that fits")

    # One release suppressed, another of the same counts rounded: each by its own rule, together.
    five = grid(dict(zip(keys, (0, 5, 5, 5, 0, 10))))
    write(d + "/five/P.csv", "u,v,value\n" + "".join(f"{a},{b},{v}\n" for (a, b), v in five.items()))
    write(d + "/five/summary.json", json.dumps({"method": "round", "base": 5}))
    low, high = enumerated(lambda t: all(
        abs(t[k] - five[k]) < 5 and (t[k] >= 1 if k in hidden else t[k] == truth[k]) for k in truth))
    doc = run_json("study", "attack", d + "/tiny", d + "/five", "--spec", plain, "--knows-rule",
                   "--out", d + "/b.csv")
    got = {tuple(k[2].split("|")): (int(v["lo_int"]), int(v["hi_int"]))
           for k, v in bounds(d + "/b.csv").items() if k[0] == "five"}
    equal(got, {k: (low[k], high[k]) for k in truth},
          "suppressed beside rounded: the bounds of every table that fits both")
    equal(doc["together"], True, "the two are attacked together")
    ok(any(high[k] - low[k] < 4 for k in hidden), "and the second release narrows the first")

    # A revision: one more person. Exact counts give it away, and the two cannot be one set of counts.
    for name, cells in (("v1", (3, 0, 3, 0, 3, 0)), ("v2", (3, 1, 3, 0, 3, 0))):
        write(f"{d}/{name}/P.csv", "u,v,value\n" + "".join(
            f"{a},{b},{v}\n" for (a, b), v in grid(dict(zip(keys, cells))).items()))
    doc = run_json("study", "attack", d + "/v1", d + "/v2", "--spec", plain, "--out", d + "/b.csv",
                   "--differences", d + "/diff.csv")
    equal(doc["together"], False, "revised releases are attacked one by one")
    changed = [r for r in csv.DictReader(open(d + "/diff.csv", encoding="utf-8")) if r["lo_int"] != "0"]
    equal({(r["cell"], r["lo_int"], r["hi_int"]) for r in changed},
          {(c, "1", "1") for c in ("a|y", "a|TOTAL", "TOTAL|y", "TOTAL|TOTAL")},
          "exact counts: a late record is seen in every cell it is in")

    # Rounded beyond the base where nothing else adds up: the summary says so, and the truth is within the bounds.
    write(d + "/beyond/P.csv", "u,v,value\n" + "".join(f"{a},{b},{v}\n" for (a, b), v in grid(
        dict(zip(keys, (0, 3, 3, 3, 0, 3)))).items()))
    for relaxed, reach in ((0, 2), (1, 5)):
        write(d + "/beyond/summary.json", json.dumps({"method": "round", "base": 3, "relaxed": relaxed}))
        run_json("study", "attack", d + "/beyond", "--spec", rounded_spec, "--out", d + "/b.csv")
        equal(bounds(d + "/b.csv")["beyond", "P", "a|x"]["hi_int"], str(reach), f"{relaxed} rounded beyond the base: up to {reach}")

    def bad(text, *words, name):
        write(d + "/bad/P.csv", text)
        refused(run("study", "attack", d + "/bad", "--spec", plain, "--out", d + "/no.csv"),
                *words, name=name)
        ok(not os.path.exists(d + "/no.csv"), name + ": nothing written")

    full = "u,v,value\na,x,1\na,TOTAL,1\nTOTAL,x,1\nTOTAL,TOTAL,1\n"
    bad(full + "a,x,1\n", "twice", name="duplicate cell")
    bad(full.replace("a,x,1", "a,x,-1"), "negative", "row 2", name="negative count")
    bad(full.replace("a,x,1", "a,x,?"), "whole number", name="not a number")
    bad(full.replace("TOTAL,x,1\n", ""), "no row for", name="missing margin")
    bad(full.replace("a,x,1", "a,x,2"), "add up", "table P, cell ", name="margins that do not add up")
    bad("u,value\na,1\n", "column", name="missing dimension")
    bad("", "empty", name="empty file")
    write(d + "/bad/P.csv", full)
    refused(run("study", "attack", d + "/bad", "--spec", rounded_spec, "--out", d + "/no.csv"), "P.csv", "row 2",
            "not rounded to base 3", name="exact counts taken for rounded ones")
    # A rounded total that is off by more than the rule allows may be so only where the release says it.
    thirds = "u,v,value\na,x,3\na,TOTAL,3\nb,x,3\nb,TOTAL,3\nTOTAL,x,15\nTOTAL,TOTAL,15\n"
    write(d + "/bad/P.csv", thirds)
    for relaxed, code in ((None, 0), (1, 0), (0, 1)):
        if relaxed is not None:
            write(d + "/bad/summary.json", json.dumps({"method": "round", "base": 3, "relaxed": relaxed}))
        r = run("study", "attack", d + "/bad", "--spec", rounded_spec, "--out", d + "/off.csv")
        equal(r.returncode, code, f"a total two bases off, the release says relaxed: {relaxed}")
        ok("P, cell TOTAL" in r.stderr or not code, "and the error names the total", r.stderr)
    os.remove(d + "/bad/summary.json")
    refused(run("study", "attack", d, "--spec", plain, "--out", d + "/no.csv"), "none of the tables",
            name="a directory without tables")
done()
