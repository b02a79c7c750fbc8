#!/usr/bin/env python3
"""uncertainty: linkage carried through to the register's numbers, and people on no list."""
import csv
import math
import os

from tap import close, done, equal, ok, refused, run, run_json, temp_dir

CHANNELS = [("nrm", "SCA"), ("msvcc", "MSVCC"), ("police", "POL"), ("ngo", "NGO1")]


def must(*args):
    r = run(*args)
    if r.returncode != 0:
        print(f"Bail out! {args}: {r.stderr}")
        raise SystemExit(1)


def by_name(doc):
    return {q["name"]: q for q in doc["quantities"]}


def wilson(x, n, z=1.959963984540054):
    p, a = x / n, z * z / n
    half = math.sqrt(z * z * p * (1 - p) / n + z**4 / (4 * n * n))
    return (p + a / 2 - half) / (1 + a), (p + a / 2 + half) / (1 + a)


with temp_dir() as d:
    empty, store, made = (os.path.join(d, x) for x in ("empty", "register", "made"))

    # ---- nobody yet ----
    must("init", empty, "--quiet")
    doc = run_json("uncertainty", "--store", empty)
    q = by_name(doc)
    equal(q["people"]["estimate"], 0, "an empty register holds nobody, in every draw")
    equal(q["IOM2010_strict_yes"]["estimate"], None, "a share of nobody is no number")
    equal(doc["mse"]["grade"], "D", "no lists, no estimate")
    equal(run("uncertainty", "--store", empty).returncode, 0, "and in words")

    # ---- a made register ----
    must("simulate", "--people", "300", "--seed", "3", "--out", made, "--quiet")
    must("init", store, "--quiet")
    for channel, organisation in CHANNELS:
        must("import", f"{made}/{channel}.csv", "--as", channel, "--from", organisation, "--store",
             store, "--quiet")
    linked = run_json("run", "--store", store)
    doc = run_json("uncertainty", "--store", store, "--threads", "1", "--specificity", "0.99")
    q = by_name(doc)
    equal(doc["draws"], 50, "fifty draws unless told otherwise")
    equal(q["people"]["linked_numerator"], linked["people"], "people as linked: those of run")
    equal(doc["records"], linked["register_records"], "and its records")
    ok(doc["undecided"] > 20 and doc["affected_records"] > 20, "many links are not certain", doc)
    ok(q["people"]["between"] > 0 and q["people"]["within"] == 0, "people vary with the links alone")
    equal(q["people"]["share_due_to_linkage"], 1, "so all of that variance is theirs")
    close(q["people"]["estimate"] + q["repeats"]["estimate"], doc["records"], 1e-12,
          "in every draw a record is a person's first or a repeat")
    for name in ("repeats_{}_of_repeats", "nrm_{}_of_repeats"):
        close(sum(q[name.format(k)]["estimate"] for k in ("same", "new", "unclear")), 1, 1e-12,
              f"{name}: the kinds add up")
    for v in q.values():
        if v["estimate"] is None:
            continue
        inside = v["lo"] - 1e-12 <= v["lo_without_linkage"] <= v["hi_without_linkage"] <= v["hi"] + 1e-12
        total = v["within"] + (1 + 1 / v["draws"]) * v["between"]
        share = (1 + 1 / v["draws"]) * v["between"] / total if total else 0
        if not (inside and abs(total - v["total"]) <= 1e-9 * total
                and abs(share - v["share_due_to_linkage"]) < 1e-9):
            ok(False, f"{v['name']}: Rubin's rules", v)
            break
        if v["kind"] == "share":
            lo, hi = wilson(v["estimate"] * v["denominator_mean"], v["denominator_mean"])
            if abs(lo - v["lo_without_linkage"]) > 1e-9 or abs(hi - v["hi_without_linkage"]) > 1e-9:
                ok(False, f"{v['name']}: Wilson's interval", (lo, hi, v))
                break
    else:
        ok(True, "every quantity obeys Rubin's rules and has Wilson's interval without linkage")
    rare = [v for v in q.values() if v["false_by_specificity"] is not None]
    ok(rare and all(v["estimate"] < 0.02 for v in rare), "false repeats stand beside rates under 2%")
    for v in rare:
        close(v["false_by_specificity"], 0.01 * v["denominator_mean"], 1e-9,
              f"{v['name']}: n (1 - specificity)")

    # ---- the same whatever the threads; another seed is another draw ----
    same = run_json("uncertainty", "--store", store, "--threads", "4", "--specificity", "0.99")
    equal(same, doc, "four threads: the same document")
    other = by_name(run_json("uncertainty", "--store", store, "--seed", "2"))
    ok(other["people"]["between"] != q["people"]["between"], "another seed draws other links")
    again = by_name(run_json("uncertainty", "--store", store, "--draws", "400", "--seed", "9"))
    error = 5 * math.sqrt(q["people"]["between"] * (1 / 50 + 1 / 400))
    ok(abs(again["people"]["estimate"] - q["people"]["estimate"]) < error,
       "more draws agree within five standard errors",
       (again["people"]["estimate"], q["people"]["estimate"], error))

    # ---- the lists ----
    m = doc["mse"]
    names = [r["list"] for r in m["register_lists"]]
    ok(set(names) <= {"NRM", "MSVCC", "POLICE", "NGO"}, "lists are the agencies' channels", names)
    equal(sum(r["count"] for r in m["fitted"]), m["settings"]["people"],
          "the table counts every person once")
    ok(m["grade"] in "ABCD" and m["range"]["of"], "a grade and a range")
    ok((m["estimate"] is None) == (m["grade"] in "CD"), "graded C or D: no number", m["grade"])
    table = os.path.join(d, "table.csv")
    with open(table, "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f)
        w.writerow(names + ["count"])
        for r in m["fitted"]:
            if r["count"]:
                w.writerow(list(r["cell"]) + [r["count"]])
    alone = run_json("study", "mse", table)
    equal(alone["fixed_models"], m["fixed_models"], "study mse on the same table: the same model")
    h = doc["hidden_draws"]
    close(h["N"], h["observed"] + h["unobserved"], 1e-12, "observed and unobserved make N")
    equal(h["draws"] + h["draws_without_estimate"], 50, "every draw is estimated or said to fail")
    ok(h["lo"] <= h["lo_without_linkage"] <= h["N"] <= h["hi_without_linkage"] <= h["hi"]
       and 0 <= h["share_due_to_linkage"] <= 1, "links make the interval wider", h)
    ok(abs(h["observed"] / m["settings"]["people"] - 1) < 0.1, "about as many people as linked", h)
    wide = run_json("uncertainty", "--store", store, "--from", "2015-01-01", "--to", "2025-12-31")
    ok(wide["mse"]["settings"]["people"] > m["settings"]["people"], "a longer period, more people")

    # ---- refused ----
    refused(run("uncertainty", "--store", store, "--draws", "49"), "--draws", "50",
            name="fewer than fifty draws", code=2)
    refused(run("uncertainty", "--store", store, "--specificity", "1.5"), "specificity",
            name="a specificity over 1", code=2)
    refused(run("uncertainty", "--store", store, "--year", "2020", "--from", "2020-01-01"), "--year",
            name="two periods", code=2)
    refused(run("uncertainty", "--store", store, "--from", "2020-01-01"), "--to",
            name="half a period", code=2)
    refused(run("uncertainty", "--store", store, "--from", "2020-01-02", "--to", "2020-01-01"),
            "before", name="a period backwards", code=2)
    refused(run("uncertainty", "--store", made), "register", name="no register")
done()
