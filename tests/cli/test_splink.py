#!/usr/bin/env python3
"""study splink-import and splink-export: weights as Splink's formula gives them, round trips, refusals."""
import copy
import csv
import json
import math
import os
import subprocess
from datetime import date

from sql_engines import DUCKDB, no_duckdb
from tap import SOURCE, close, done, equal, ok, refused, run, run_json, skip, temp_dir

EXAMPLES = os.path.join(SOURCE, "tests/data/examples")
SETTINGS = os.path.join(EXAMPLES, "splink-settings.json")
PEOPLE = os.path.join(EXAMPLES, "people.csv")


def write(path, doc):
    with open(path, "w") as f:
        json.dump(doc, f)
    return path


def read(path):
    with open(path) as f:
        return json.load(f)


# ---- the comparers from their definitions ----

def jaro_winkler(a, b):
    """Jaro (1989), Winkler (1990), as DuckDB has it: prefix weight .1, from .7 on."""
    window = max(max(len(a), len(b)) // 2 - 1, 0)
    used, matched = [False] * len(b), []
    for i, c in enumerate(a):
        for k in range(max(0, i - window), min(len(b), i + window + 1)):
            if not used[k] and b[k] == c:
                used[k] = True
                matched.append(c)
                break
    m = len(matched)
    if not m:
        return 0.0
    other = [c for k, c in enumerate(b) if used[k]]
    t = sum(x != y for x, y in zip(matched, other)) // 2
    j = (m / len(a) + m / len(b) + (m - t) / m) / 3
    prefix = 0
    while prefix < min(4, len(a), len(b)) and a[prefix] == b[prefix]:
        prefix += 1
    return j + prefix * 0.1 * (1 - j) if j > 0.7 else j


def damerau(a, b):
    """Lowrance and Wagner (1975): any edits, neighbours swapped, also around insertions."""
    d = {}
    far = len(a) + len(b)
    last = {}
    for i in range(-1, len(a) + 1):
        d[i, -1] = far
        d[i, 0] = max(i, 0)
    for k in range(-1, len(b) + 1):
        d[-1, k] = far
        d[0, k] = max(k, 0)
    d[-1, -1] = far
    for i in range(1, len(a) + 1):
        column = 0
        for k in range(1, len(b) + 1):
            row, before = last.get(b[k - 1], 0), column
            same = a[i - 1] == b[k - 1]
            if same:
                column = k
            d[i, k] = min(d[i - 1, k - 1] + (not same), d[i, k - 1] + 1, d[i - 1, k] + 1,
                          d[row - 1, before - 1] + (i - row - 1) + 1 + (k - before - 1))
        last[a[i - 1]] = i
    return d[len(a), len(b)]


# ---- the example settings, level by level, in Python ----

def name_level(a, b):
    def both(f):
        return all(a[c] and b[c] and f(a[c], b[c]) for c in ("first", "last"))
    if not (a["first"] and b["first"]) and not (a["last"] and b["last"]):
        return 0
    if both(lambda x, y: x == y):
        return 1
    if a["first"] and a["last"] and a["first"] == b["last"] and a["last"] == b["first"]:
        return 2
    if both(lambda x, y: jaro_winkler(x, y) >= 0.9):
        return 3
    if a["last"] and a["last"] == b["last"]:
        return 4
    return 5 if a["first"] and a["first"] == b["first"] else 6


def day(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def dob_level(a, b):
    x, y = a["dob"], b["dob"]
    if not day(x) or not day(y):
        return 0
    if x == y:
        return 1
    if damerau(x, y) <= 1:
        return 2
    return 3 if abs((day(x) - day(y)).days) <= 365.25 else 4


def town_level(a, b):
    if not (a["town"] and b["town"]):
        return 0
    return 1 if a["town"] == b["town"] else 2


def expected(settings, rows):
    """id_a, id_b -> (weight, levels): Splink's formula, term frequencies as it has them."""
    level_of = {"name": name_level, "dob": dob_level, "town": town_level}
    share = {}
    for c in ("first", "last", "town"):
        values = [r[c] for r in rows if r[c]]
        share[c] = {v: values.count(v) / len(values) for v in values}
    exact_u = {"first": 0.04, "last": 0.02, "town": 0.15}
    prior = settings["probability_two_random_records_match"]
    out = {}
    for i, a in enumerate(rows):
        for b in rows[i + 1:]:
            same = lambda c, n=None: a[c] and b[c] and a[c][:n] == b[c][:n]
            if not (same("dob") or (same("town") and same("first", 1)) or same("last")):
                continue
            bits, levels = math.log2(prior / (1 - prior)), []
            for comparison in settings["comparisons"]:
                k = level_of[comparison["output_column_name"]](a, b)
                levels.append(k)
                if not k:
                    continue
                level = comparison["comparison_levels"][k]
                bits += math.log2(level["m_probability"] / level["u_probability"])
                column = level.get("tf_adjustment_column")
                if column:
                    u = max(share[column][a[column]], level.get("tf_minimum_u_value", 0))
                    bits += level["tf_adjustment_weight"] * math.log2(exact_u[column] / u)
            out[a["ref"], b["ref"]] = (bits, levels)
    return out


def pairs_of(d, people, spec, model):
    out = os.path.join(d, "pairs.csv")
    run("study", "link", people, "--spec", spec, "--use-model", model, "--pairs", out, "--pairs-from",
        "-1000", "--out", os.path.join(d, "clusters.csv"), "--quiet")
    with open(out, newline="") as f:
        return list(csv.DictReader(f))


# ---- the same on DuckDB, from the settings' own SQL ----

RUN_DUCKDB = """
import { DuckDBInstance } from '@duckdb/node-api';
import fs from 'fs';
const con = await (await DuckDBInstance.create(':memory:')).connect();
await con.run(fs.readFileSync(process.argv[2], 'utf8'));
"""


def splink_sql(settings, people, out):
    """Blocking, levels and weights as Splink writes them: CASE over the conditions, POW(u / tf, weight)."""
    ident = settings["unique_id_column_name"]
    terms = sorted({l["tf_adjustment_column"] for c in settings["comparisons"] for l in c["comparison_levels"]
                    if "tf_adjustment_column" in l})
    sql = f"CREATE TABLE people AS SELECT * FROM read_csv('{people}', all_varchar = true, header = true);\n"
    for t in terms:
        sql += (f'CREATE TABLE "tf_{t}" AS SELECT "{t}", count(*)::double / (SELECT count("{t}") FROM people) AS f '
                f'FROM people WHERE "{t}" IS NOT NULL GROUP BY 1;\n')
    with open(people, newline="", encoding="utf-8-sig") as f:
        columns = next(csv.reader(f))
    sides = ", ".join(f'l."{c}" AS "{c}_l", r."{c}" AS "{c}_r"' for c in columns)
    rules = " OR ".join(f"coalesce({r if isinstance(r, str) else r['blocking_rule']}, false)"
                        for r in settings["blocking_rules_to_generate_predictions"])
    gammas, weights = [], [repr(math.log2(settings["probability_two_random_records_match"] /
                                          (1 - settings["probability_two_random_records_match"])))]
    for c in settings["comparisons"]:
        name, levels = c["output_column_name"], c["comparison_levels"]
        gammas.append("CASE " + " ".join(f"WHEN {l['sql_condition']} THEN {k}" if l["sql_condition"] != "ELSE"
                                         else f"ELSE {k}" for k, l in enumerate(levels)) + f' END AS "g_{name}"')
        for k, l in enumerate(levels):
            if l.get("is_null_level"):
                continue
            bits = repr(math.log2(l["m_probability"] / l["u_probability"]))
            t = l.get("tf_adjustment_column")
            if t:
                exact = next(x["u_probability"] for x in levels if x["sql_condition"] == f'"{t}_l" = "{t}_r"')
                bits += (f" + {l.get('tf_adjustment_weight', 1)} * log2({exact} / greatest("
                         f'(SELECT f FROM "tf_{t}" x WHERE x."{t}" = "{t}_l"), {l.get("tf_minimum_u_value", 0)}))')
            weights.append(f'CASE WHEN "g_{name}" = {k} THEN {bits} ELSE 0 END')
    levels = ", ".join(f'"g_{c["output_column_name"]}"' for c in settings["comparisons"])
    return sql + (f"COPY (WITH pairs AS (SELECT {sides} FROM people l JOIN people r ON l.\"{ident}\" < r.\"{ident}\" "
                  f"AND ({rules})), levels AS (SELECT *, {', '.join(gammas)} FROM pairs) "
                  f'SELECT "{ident}_l", "{ident}_r", {" + ".join(weights)} AS w, {levels} FROM levels) '
                  f"TO '{out}' (HEADER);\n")


def compare_with_duckdb(d, name, settings, people):
    if no_duckdb():
        skip(f"{name}: weights on DuckDB", no_duckdb())
        return
    program, script, out = os.path.join(DUCKDB, f"weights-{os.getpid()}.mjs"), os.path.join(d, "w.sql"), os.path.join(
        d, "duckdb.csv")
    with open(script, "w") as f:
        f.write(splink_sql(settings, people, out))
    with open(program, "w") as f:
        f.write(RUN_DUCKDB)
    try:
        r = subprocess.run(["node", program, script], capture_output=True, text=True, timeout=300)
    finally:
        os.unlink(program)
    if not ok(r.returncode == 0, f"{name}: DuckDB runs the settings' own SQL", r.stderr[:2000]):
        return
    file, spec, model = (os.path.join(d, n) for n in ("s.json", "sp.json", "mo.json"))
    run("study", "splink-import", write(file, settings), "--spec", spec, "--model", model, "--quiet")
    with open(out, newline="") as f:
        rows = [r for r in csv.reader(f)][1:]
    want = {tuple(sorted(r[:2])): (float(r[2]), r[3:]) for r in rows}
    names = [c["output_column_name"] for c in settings["comparisons"]]
    got = {tuple(sorted((p["id_a"], p["id_b"]))): (float(p["match_weight"]), [p[n] for n in names])
           for p in pairs_of(d, people, spec, model)}
    equal(len(got), len(want), f"{name}: as many pairs as on DuckDB")
    worst = max((abs(got[k][0] - want[k][0]) if k in got else math.inf for k in want), default=math.inf)
    different = [k for k in want if k in got and got[k][1] != want[k][1]]
    ok(worst < 2e-4 and not different, f"{name}: levels and weights of {len(want)} pairs are DuckDB's ({worst:.1e} off)",
       f"{len(different)} levels differ: {[(k, got[k][1], want[k][1]) for k in different[:3]]}")


def level(sql, m=None, u=None, tf=None, **more):
    out = {"sql_condition": sql, "label_for_charts": sql[:30]} | more
    if m is None:
        return out | {"is_null_level": True}
    return out | {"m_probability": m, "u_probability": u} | ({"tf_adjustment_column": tf} if tf else {})


def null(x):
    return level(f'"{x}_l" IS NULL OR "{x}_r" IS NULL')


USER = """NULLIF(regexp_extract("email_{0}", '^[^@]+', 0), '')"""
DAY = """EPOCH(try_strptime("dob_{0}", '%Y-%m-%d'))"""
EVERY = {
    "link_type": "dedupe_only", "unique_id_column_name": "unique_id", "probability_two_random_records_match": 0.003,
    "blocking_rules_to_generate_predictions": [
        'l."surname" = r."surname"', 'l."dob" = r."dob"', 'SUBSTR(l.first_name, 1, 2) = SUBSTR(r.first_name, 1, 2) AND l.city = r.city',
        {"blocking_rule": 'l."email" = r."email"', "sql_dialect": "duckdb"}],
    "comparisons": [
        {"output_column_name": "first_name", "comparison_levels": [
            null("first_name"), level('"first_name_l" = "first_name_r"', .5, .006, "first_name", tf_adjustment_weight=1.0),
            level('LOWER("first_name_l") = LOWER("first_name_r")', .02, .0001),
            level('jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.92', .1, .002),
            level('jaro_winkler_similarity("first_name_l", "first_name_r") > 0.88', .1, .001),
            level('jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.7', .08, .02),
            level("ELSE", .2, .97)]},
        {"output_column_name": "both_names", "comparison_levels": [
            level('("first_name_l" IS NULL OR "first_name_r" IS NULL) AND ("surname_l" IS NULL OR "surname_r" IS NULL)'),
            level('("first_name_l" = "first_name_r") AND ("surname_l" = "surname_r")', .4, .0002),
            level('("first_name_l" = "surname_r" AND "surname_l" = "first_name_r")', .1, .0001),
            level('"surname_l" = "surname_r"', .2, .004, "surname", tf_adjustment_weight=0.7, tf_minimum_u_value=0.002),
            level('SUBSTR("surname_l", 1, 3) = SUBSTR("surname_r", 1, 3) AND NOT (LEFT(first_name_l, 1) <> LEFT(first_name_r, 1))', .1, .01),
            level("ELSE", .2, .98)]},
        {"output_column_name": "dob", "comparison_levels": [
            level("try_strptime(\"dob_l\", '%Y-%m-%d') IS NULL OR try_strptime(\"dob_r\", '%Y-%m-%d') IS NULL"),
            level('CAST("dob_l" AS TEXT) = CAST("dob_r" AS TEXT)', .4, .002),
            level('levenshtein(dob_l::VARCHAR, dob_r::VARCHAR) <= 1', .2, .002),
            level('damerau_levenshtein("dob_l", "dob_r") <= 2', .1, .01),
            level(f"ABS({DAY.format('l')} - {DAY.format('r')}) <= 31557600.0", .1, .04),
            level("ELSE", .2, .94)]},
        {"output_column_name": "city", "comparison_levels": [
            null("city"), level('"city_l" = "city_r"', .6, .11, "city"), level("ELSE", .4, .89)]},
        {"output_column_name": "email", "comparison_levels": [
            null("email"), level('"email_l" = "email_r"', .5, .002, "email"),
            level(f"{USER.format('l')} = {USER.format('r')}", .2, .001),
            level('damerau_levenshtein("email_l", "email_r") < 4', .1, .001),
            level(f"jaro_winkler_similarity({USER.format('l')}, {USER.format('r')}) >= 0.88", .1, .002),
            level("ELSE", .1, .99)]}]}

with temp_dir() as d:
    spec, model = os.path.join(d, "spec.json"), os.path.join(d, "model.json")
    report = run_json("study", "splink-import", SETTINGS, "--spec", spec, "--model", model)
    equal([c["columns"] for c in report["comparisons"]], [["first", "last"], ["dob"], ["town"]],
          "every comparison and its columns are reported")
    equal([r["rule"] for r in report["blocking"]], [["dob"], ["town", "first:1"], ["last"]],
          "every blocking rule is reported")
    ok("linker_uid" in report["not_used"], "what is of no use here is listed")

    # more people than the example has: missing cells, dates that are none, names in both orders
    with open(PEOPLE, newline="") as f:
        rows = list(csv.DictReader(f))
    extra = [("R101", "Hoxha", "Arben", "1997-03-14", "Leeds"), ("R102", "", "Hoxha", "1997-03", "Hull"),
             ("R103", "", "Hoxha", "1997-04-13", ""), ("R104", "", "", "1997-03-14", "Leeds"),
             ("R105", "arben", "Hoxha", "1998-03-14", "Leeds"), ("R106", "Arben", "", "not a day", "Leeds"),
             ("R107", "Ébène-Marguérite", "Popescu", "1985-06-03", "Leicester"),
             ("R108", "Ébène-Margueríte", "Popescu", "1958-06-30", "Leicester")]
    rows += [dict(ref=r, first=f, last=l, dob=b, town=t, sex="", nationality="", phone="")
             for r, f, l, b, t in extra]
    people = os.path.join(d, "people.csv")
    with open(people, "w", newline="") as f:
        w = csv.DictWriter(f, rows[0].keys())
        w.writeheader()
        w.writerows(rows)
    want = expected(read(SETTINGS), rows)
    got = {(p["id_a"], p["id_b"]): p for p in pairs_of(d, people, spec, model)}
    equal(sorted(got), sorted(want), "the pairs are those of the blocking rules")
    worst = max(abs(float(got[k]["match_weight"]) - want[k][0]) for k in want)
    ok(worst < 1e-4, f"every pair weighs what Splink's formula gives it ({len(want)} pairs, {worst:.1e} off)")
    equal({k: [int(got[k][c]) for c in ("name", "dob", "town")] for k in want},
          {k: v[1] for k, v in want.items()}, "every level is the one of the condition that holds first")

    compare_with_duckdb(d, "people", read(SETTINGS), people)
    compare_with_duckdb(d, "fake_1000", EVERY, os.path.join(SOURCE, "tests/data/linkage/fake_1000.csv"))

    # out again: the same settings, and in again: the same files
    out = os.path.join(d, "settings.json")
    run("study", "splink-export", spec, "--model", model, "--out", out, "--quiet")
    a, b = read(SETTINGS), read(out)
    equal([(l["sql_condition"], l.get("m_probability"), l.get("u_probability"), l.get("tf_adjustment_column"),
            l.get("is_null_level")) for c in b["comparisons"] for l in c["comparison_levels"]],
          [(l["sql_condition"], l.get("m_probability"), l.get("u_probability"), l.get("tf_adjustment_column"),
            l.get("is_null_level")) for c in a["comparisons"] for l in c["comparison_levels"]],
          "the export has every level as it was")
    equal((b["link_type"], b["unique_id_column_name"], b["probability_two_random_records_match"]),
          ("dedupe_only", "ref", 0.02), "and what goes with them")
    again = [os.path.join(d, n) for n in ("spec2.json", "model2.json")]
    run("study", "splink-import", out, "--spec", again[0], "--model", again[1], "--quiet")
    for x, y in zip((spec, model), again):
        equal(read(x), read(y), f"{os.path.basename(x)} comes back from the round trip")

    # trained here, used there
    trained = os.path.join(d, "trained.json")
    run("study", "link", PEOPLE, "--spec", spec, "--model", trained, "--out", os.path.join(d, "c.csv"),
        "--quiet")
    run("study", "splink-export", spec, "--model", trained, "--out", out, "--quiet")
    run("study", "splink-import", out, "--spec", again[0], "--model", again[1], "--quiet")
    first, second = pairs_of(d, people, spec, trained), pairs_of(d, people, again[0], again[1])
    equal(second, first, "a model that is trained here weighs the same after the journey")
    m = {c["column"]: c for c in read(trained)["comparisons"]}
    ok("frequencies" not in m["name"], "values of people are not kept in such a model")
    close(sum(l["m"] for l in m["dob"]["levels"][1:]), 1.0, 1e-9, "trained m adds up to one")

    # untrained settings: a specification, no model
    bare = read(SETTINGS)
    for c in bare["comparisons"]:
        for l in c["comparison_levels"]:
            l.pop("m_probability", None), l.pop("u_probability", None)
    bare_file = write(os.path.join(d, "bare.json"), bare)
    report = run_json("study", "splink-import", bare_file, "--spec", again[0])
    ok(any("to be trained" in n for n in report["notes"]), "untrained settings are said to be so")
    refused(run("study", "splink-import", bare_file, "--spec", again[0], "--model", again[1]),
            "no model yet", name="and give no model")
    part = read(SETTINGS)
    del part["comparisons"][1]["comparison_levels"][2]["m_probability"]
    report = run_json("study", "splink-import", write(os.path.join(d, "part.json"), part), "--spec", again[0],
                      "--model", again[1])
    ok(any('"dob", level 2' in n and "m_probability" in n for n in report["notes"]),
       "a level that Splink never met is named")
    close(read(again[1])["comparisons"][1]["levels"][2]["m"], 0.05 / 3, 1e-12, "and has Splink's own m")

    # what cannot be represented is refused, with its place
    def settings_with(change):
        s = copy.deepcopy(read(SETTINGS))
        change(s)
        return write(os.path.join(d, "changed.json"), s)

    def at(s, comparison, k):
        return s["comparisons"][comparison]["comparison_levels"][k]

    new_spec = os.path.join(d, "never.json")
    cases = [
        (lambda s: at(s, 2, 1).update(sql_condition="list_intersect(town_l, town_r) >= 1"),
         '"town", level 1', "a function that is not understood"),
        (lambda s: at(s, 0, 2).update(sql_condition="first_l = last_r"), '"name", level 2',
         "an outcome that depends on the order of the records"),
        (lambda s: at(s, 0, 3).update(tf_adjustment_column="last"), '"name", level 3',
         "a term frequency of unequal values"),
        (lambda s: s["comparisons"][2]["comparison_levels"].pop(0), '"town", level 0', "no null level"),
        (lambda s: s["comparisons"][2]["comparison_levels"].pop(), '"town"', "no ELSE"),
        (lambda s: at(s, 1, 1).update(m_probability=0), '"dob", level 1', "an m of 0"),
        (lambda s: at(s, 1, 3).update(sql_condition=at(s, 1, 3)["sql_condition"].replace("%Y-%m-%d", "%d/%m/%Y")),
         '"dob", level 3', "another date format"),
        (lambda s: s["blocking_rules_to_generate_predictions"].append("levenshtein(l.last, r.last) < 2"),
         "blocking rule 4", "a rule that is no equality"),
        (lambda s: s["blocking_rules_to_generate_predictions"].append("l.first = r.last"), "blocking rule 4",
         "a rule across columns"),
        (lambda s: s["blocking_rules_to_generate_predictions"].append(
            {"blocking_rule": "l.last = r.last", "arrays_to_explode": ["last"]}), "blocking rule 4", "lists"),
        (lambda s: s.update(sql_dialect="spark"), "spark", "another dialect"),
        (lambda s: s.update(link_type="guess"), "link_type", "an unknown link type"),
        (lambda s: s.update(proof="none"), "proof", "an unknown key"),
        (lambda s: at(s, 2, 1).update(weight=3), "weight", "an unknown key of a level"),
        (lambda s: s.update(comparisons=[]), "comparisons", "nothing to compare"),
        (lambda s: at(s, 2, 1).update(sql_condition="(" * 200 + "town_l = town_r" + ")" * 200), "nesting",
         "nesting without end"),
    ]
    for change, words, what in cases:
        refused(run("study", "splink-import", settings_with(change), "--spec", new_spec), words,
                name=f"refused: {what}")
    ok(not os.path.exists(new_spec), "and nothing is written")

    # the usual types have no exact counterpart
    typed = os.path.join(EXAMPLES, "people-spec.json")
    blocked = read(typed) | {"blocking": [["dob"], ["last:3", "town"]]}
    blocked_file = write(os.path.join(d, "typed.json"), blocked)
    run("study", "link", PEOPLE, "--spec", blocked_file, "--model", trained, "--out", os.path.join(d, "c.csv"),
        "--quiet")
    refused(run("study", "splink-export", blocked_file, "--model", trained, "--out", out),
            "levels of type given_name", name="levels that Splink has no words for are refused by name")
    report = run_json("study", "splink-export", blocked_file, "--model", trained, "--out", out, "--approximate")
    ok(any("housemates" in n for n in report["approximate"]) and len(report["approximate"]) >= 8,
       "with --approximate all that differs is listed")
    approximate = read(out)
    ok(all("(approximately)" in l["label_for_charts"] for c in approximate["comparisons"]
           for l in c["comparison_levels"][1:-1]), "and said at every level")
    weights = {l["means"]: l["bits"] for c in read(trained)["comparisons"] for l in c["levels"]}
    first = approximate["comparisons"][0]["comparison_levels"][1]
    close(math.log2(first["m_probability"] / first["u_probability"]),
          read(trained)["comparisons"][0]["levels"][0]["bits"], 1e-9, "weights are those of the model")
    run("study", "splink-import", out, "--spec", again[0], "--model", again[1], "--quiet")
    ok(True, "an approximate export can be read back")

    # own levels in a specification of one's own
    mine = {"id": "ref", "columns": {"first": "as_written", "last": "as_written", "dob": "as_written"},
            "blocking": [["dob"]],
            "comparisons": {"last": {"levels": [{"when": '"last_l" = "last_r"'},
                                                {"when": 'LOWER("last_l") = LOWER("last_r")'}, {"when": "ELSE"}]}}}
    mine_file = write(os.path.join(d, "mine.json"), mine)
    run("study", "link", PEOPLE, "--spec", mine_file, "--model", trained, "--out", os.path.join(d, "c.csv"),
        "--quiet")
    equal(len([c for c in read(trained)["comparisons"] if c["column"] == "last"][0]["levels"]), 3,
          "levels of one's own are trained")
    mine["comparisons"]["last"]["levels"][0], mine["comparisons"]["last"]["levels"][1] = (
        mine["comparisons"]["last"]["levels"][1], mine["comparisons"]["last"]["levels"][0])
    swapped = write(os.path.join(d, "swapped.json"), mine)
    refused(run("study", "link", PEOPLE, "--spec", swapped, "--use-model", trained, "--out",
                os.path.join(d, "c.csv")), "other levels in the model",
            name="a model of other levels is refused")
    refused(run("study", "link", PEOPLE, "--spec", swapped, "--out", os.path.join(d, "c.csv")),
            "cannot be trained", name="training needs equality as the first level")
done()
