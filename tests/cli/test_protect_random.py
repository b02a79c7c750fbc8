#!/usr/bin/env python3
"""study protect on made tables of many shapes: additive, zero-restricted, safe, the same bytes again.

Nothing here knows the expected values: the properties are checked from the printed files with code
of this file, and the ranges of hidden cells by GLPK's own glpsol (skipped where it is missing).
THROUGHLINE_RANDOM_TABLES=500 tries more of them."""
import csv
import itertools
import json
import math
import os
import random
import re
import shutil
import subprocess

from tap import done, equal, ok, run, skip, temp_dir

SEEDS = range(int(os.environ.get("THROUGHLINE_RANDOM_TABLES", 12)))
SHAPES = ["sparse", "dense", "ones", "one cell", "empty margins", "no primaries", "deep", "linked",
          "parts of others", "one child"]
MOST_CELLS = 1200


def tree(rng, depth, width, name, least=2):
    """{code: parent} in preorder; the root has the parent ""."""
    out = {name: ""}

    def grow(parent, level):
        for k in range(rng.randint(least, width)):
            code = f"{parent}{'abcdefgh'[k]}"
            out[code] = parent
            if level < depth and rng.random() < 0.5:
                grow(code, level + 1)
    grow(name, 1)
    return out


def leaves(parent):
    return sorted(set(parent) - set(parent.values()))


def chain(parent, code):
    while code:
        yield code
        code = parent[code]


def made(rng, shape):
    """(trees by column, rows as tuples of leaves)"""
    ncolumns = 2 if shape in ("deep", "one cell") else 3 if shape == "parts of others" else rng.randint(2, 4)
    depth = {"deep": 4, "one child": 3, "parts of others": 3}.get(shape, 2)
    trees = {f"c{d}": tree(rng, depth, 3, f"T{d}", 1 if shape == "one child" else 2) for d in range(ncolumns)}
    while len(trees) > 2 and shape != "parts of others" and math.prod(map(len, trees.values())) > MOST_CELLS:
        trees.popitem()
    codes = [leaves(t) for t in trees.values()]
    atoms = list(itertools.product(*codes))
    rng.shuffle(atoms)
    if shape == "ones":
        counts = [1] * (len(atoms) // 3 + 1)
    elif shape == "one cell":
        counts = [rng.choice([1, 3, 40, 100000])]
    elif shape == "no primaries":
        counts = [rng.randint(20, 40) for _ in atoms[:60]]
    elif shape == "empty margins":
        atoms = [a for a in atoms if a[0] != codes[0][0] and a[1] != codes[1][-1]]
        counts = [rng.choice([1, 2, 9, 30]) for _ in atoms[:40]]
    else:
        share = 0.9 if shape == "dense" else 0.4
        counts = [rng.choice([1, 2, 4, 7, 12, 50]) for _ in atoms[:int(len(atoms) * share) + 1]]
    rows = [a for a, n in zip(atoms, counts) for _ in range(n)]
    return trees, rows


def tables_of(rng, shape, trees):
    """{name: (dimensions, where)}"""
    columns = list(trees)
    if shape == "parts of others":  # one dimension; populations picked by one column or by two, and everybody
        c0, c1, c2 = rng.sample(columns, 3)
        wheres = [{}, {c1: rng.choice(leaves(trees[c1]))},
                  {c1: rng.choice(list(trees[c1])[1:]), c2: rng.choice(list(trees[c2])[1:])}]
        return {f"T{i}": ([c0], w) for i, w in enumerate(wheres)}
    if shape != "linked" or len(columns) < 3:
        return {"T": (columns, {})}
    return {f"T{i}": (pair, {}) for i, pair in enumerate(itertools.combinations(columns, 2))}


def true_counts(trees, rows, columns, dims, where):
    cells = dict.fromkeys(itertools.product(*(trees[x] for x in dims)), 0)
    for r in rows:
        if all(v in chain(trees[x], r[columns.index(x)]) for x, v in where.items()):
            for key in itertools.product(*(chain(trees[x], r[columns.index(x)]) for x in dims)):
                cells[key] += 1
    return cells


def relations(trees, dims, cells):
    for i, x in enumerate(dims):
        parts = {}
        for key in cells:
            if trees[x][key[i]]:
                parts.setdefault(key[:i] + (trees[x][key[i]],) + key[i + 1:], []).append(key)
        yield from parts.items()


def read(path, dims):
    with open(path, encoding="utf-8") as f:
        return {tuple(r[x] for x in dims): r["value"] for r in csv.DictReader(f)}


def people(dims, where, key, trees):
    """A name for the set of people in a cell, the same in every table."""
    return tuple(sorted((x, c) for x, c in [*zip(dims, key), *where.items()] if trees[x][c]))


def is_part(trees, part, whole):
    """Is everybody in the one cell in the other too?"""
    codes = dict(part)
    return part != whole and all(x in codes and c in chain(trees[x], codes[x]) for x, c in whole)


def glpk_range(d, values, rows_of, pairs, cell, low):
    """Least and most of a hidden cell, by glpsol from a file of its own format."""
    number = {k: i for i, k in enumerate(values)}
    text = []
    for part, whole in pairs:
        terms = " ".join(f"{s} x{number[k]}" for k, s in ((whole, "+"), (part, "-")) if values[k] == "[c]")
        if terms:
            text.append(f"{terms} >= {sum(s * int(values[k]) for k, s in ((whole, -1), (part, 1)) if values[k] != '[c]')}")
    for whole, parts in rows_of:
        terms, rhs = [], 0
        for k, sign in [(whole, 1)] + [(p, -1) for p in parts]:
            if values[k] == "[c]":
                terms.append(f"{'+' if sign > 0 else '-'} x{number[k]}")
            else:
                rhs -= sign * int(values[k])
        if terms:
            text.append(f"{' '.join(terms)} = {rhs}")
    bounds = [f"x{number[k]} >= {low}" for k in values if values[k] == "[c]"]
    out = []
    for sense in ("Minimize", "Maximize"):
        with open(d + "/p.lp", "w", encoding="utf-8") as f:
            f.write("\n".join([sense, f"obj: x{number[cell]}", "Subject To", *text,
                               "Bounds", *bounds, "End\n"]))
        subprocess.run(["glpsol", "--lp", d + "/p.lp", "-o", d + "/p.out"], capture_output=True, check=True)
        report = open(d + "/p.out", encoding="utf-8").read()
        if "OPTIMAL" not in report.split("Objective")[0]:
            out.append(float("inf"))
        else:
            out.append(float(re.search(r"obj = (\S+)", report).group(1)))
    return out


def check_refusal(d, name, r):
    ok("everything is" in r.stderr, f"{name}: refused with a reason", r.stderr)
    there = os.listdir(d + "/out0") if os.path.exists(d + "/out0") else []
    equal([f for f in there if f.endswith(".csv")], [], f"{name}: nothing written")


def one(d, seed):
    rng = random.Random(seed)
    shape = SHAPES[seed % len(SHAPES)]
    trees, rows = made(rng, shape)
    columns = list(trees)
    tables = tables_of(rng, shape, trees)
    base, width = rng.choice([(5, 4), (5, 4), (3, 2), (4, 3), (10, 9), (10, 4)])
    most = rng.choice([3, 4, 4, 5, 9])
    rng.shuffle(rows)
    with open(d + "/micro.csv", "w", encoding="utf-8") as f:
        f.write("\n".join(",".join(r) for r in [columns, *rows]) + "\n")
    for x, t in trees.items():
        with open(f"{d}/{x}.csv", "w", encoding="utf-8") as f:
            f.write("code,parent\n" + "".join(f"{c},{p}\n" for c, p in t.items()))
    truth = {t: true_counts(trees, rows, columns, *what) for t, what in tables.items()}
    for method, least in (("round", 1), ("suppress", 1), ("suppress", 0)):
        name = f"seed {seed}, {shape}, {method}" + (f" from {least}" if method == "suppress" else f" to {base}")
        doc = {"tables": [{"name": t, "dimensions": list(dims), "where": w} for t, (dims, w) in tables.items()],
               "hierarchies": {x: f"{d}/{x}.csv" for x in columns}, "method": method, "base": base, "width": width,
               "primary": {"min": least, "max": most}, "zeros": "published" if least else "protected"}
        with open(d + "/spec.json", "w", encoding="utf-8") as f:
            json.dump(doc, f)
        outs = []
        for k in range(2):
            shutil.rmtree(f"{d}/out{k}", ignore_errors=True)
            outs.append(run("study", "protect", d + "/micro.csv", "--spec", d + "/spec.json", "--out",
                            f"{d}/out{k}", timeout=120))
        if outs[0].returncode == 1 and method == "suppress":
            check_refusal(d, name, outs[0])
            continue
        if not ok(outs[0].returncode == 0, f"{name}: done", outs[0].stderr):
            continue
        printed = {t: read(f"{d}/out0/{t}.csv", dims) for t, (dims, _) in tables.items()}
        equal(printed, {t: read(f"{d}/out1/{t}.csv", dims) for t, (dims, _) in tables.items()},
              f"{name}: the same again")
        bad = []
        for t, (dims, _) in tables.items():
            if method == "round":
                v = {k: int(x) for k, x in printed[t].items()}
                off = [k for k, n in truth[t].items() if v[k] % base or abs(v[k] - n) >= base]
                relaxed = json.load(open(d + "/out0/summary.json", encoding="utf-8")).get("relaxed", 0)
                if len(off) > relaxed or any(abs(v[k] - truth[t][k]) >= 2 * base or not truth[t][k] for k in off):
                    bad += off
                bad += [w for w, parts in relations(trees, dims, v) if v[w] != sum(v[p] for p in parts)]
            else:
                bad += [k for k, n in truth[t].items() if printed[t][k] not in ("[c]", str(n))]
                bad += [k for k, n in truth[t].items() if least <= n <= most and printed[t][k] != "[c]"]
                bad += [k for k, n in truth[t].items() if n == 0 and least and printed[t][k] != "0"]
        equal(bad, [], name + (": multiples, near, additive" if method == "round"
                               else ": small counts hidden, others true"))
        shared_cells = {}
        for t, what in tables.items():
            for k, v in printed[t].items():
                shared_cells.setdefault(people(*what, k, trees), set()).add(v)
        equal([k for k, v in shared_cells.items() if len(v) > 1], [], f"{name}: tables agree where they meet")
        if method == "suppress" and shutil.which("glpsol"):
            narrow_cells(d, name, rng, trees, tables, printed, truth, (least, most, width))


def narrow_cells(d, name, rng, trees, tables, printed, truth, settings):
    """Some protected cells, both readers, all tables at once."""
    values, rows_of, targets, pairs = {}, [], set(), []
    lowest, highest, width = settings
    for t, (dims, where) in tables.items():
        def key(k, dims=dims, where=where):
            return people(dims, where, k, trees)
        values.update({key(k): v for k, v in printed[t].items()})
        rows_of += [(key(w), [key(p) for p in parts]) for w, parts in relations(trees, dims, printed[t])]
        targets |= {key(k) for k, n in truth[t].items() if lowest <= n <= highest}
    if any(where for _, where in tables.values()):
        pairs = [(p, w) for p in values for w in values if is_part(trees, p, w)]
    targets = sorted(targets)
    narrow = []
    for cell in rng.sample(targets, min(4, len(targets))):
        for low in (0, 1) if lowest else (0,):
            least, most = glpk_range(d, values, rows_of, pairs, cell, low)
            if int(most + 1e-6 if most < 1e18 else 1e18) - int(least + 1 - 1e-6) < width:
                narrow.append((cell, low, least, most))
    equal(narrow, [], f"{name}: no small count within less than {width} by glpsol")


with temp_dir() as d:
    for seed in SEEDS:
        one(d, seed)
    if not shutil.which("glpsol"):
        skip("ranges by glpsol", "glpsol is not installed")
done()
