#!/usr/bin/env python3
"""Rates, bounds, linkage error and trends against known answers; hand-made cases where there are none."""
import itertools
import math

import known
from known import check, differences, rows_of, value
from tap import close, done, equal, ok, refused, run, run_json, skip, temp_dir

BASE = "data/estimate/known/"


def ints(row, *columns):
    return [str(int(float(row[c]))) for c in columns]


def grouped(rows, *keys):
    return itertools.groupby(rows, key=lambda r: tuple(r[k] for k in keys))


def intervals():
    bad, groups = [], 0
    for (x, n, conf), rows in grouped(rows_of(BASE + "proportions/proportion_intervals.csv"),
                                      "x", "n", "conf"):
        rows = list(rows)
        got = run_json("study", "proportion", "--x", int(float(x)), "--n", int(float(n)),
                       "--level", conf)["proportion_intervals"]
        for r in rows:
            r.pop("label", None)
        for start in range(0, len(rows), 10):  # the same x and n under two labels
            bad += differences(got, rows[start:start + 10], 1e-12)
        groups += 1
    ok(not bad, f"proportion_intervals: {groups} questions", "\n".join(bad[:12]))


def two_samples():
    bad = []
    loose = {None: 1e-12, **dict.fromkeys(["mn_lo", "mn_hi", "mee_lo", "mee_hi"], 1e-7),
             # an exact zero as R leaves it, 2e-31, is a zero
             "chisq_cc": 1e-10}
    for r in rows_of(BASE + "proportions/two_proportions.csv"):
        x1, n1, x2, n2 = ints(r, "x1", "n1", "x2", "n2")
        got = run_json("study", "proportion", "--x", x1, "--n", n1, "--compare", x2, n2)
        bad += differences(got["two_proportions"], [r], loose)
        for p in ("fisher_p", "chisq_p"):
            close(got["two_proportions"][0][p], float(r[p]), 1e-10, f"{p} of {x1}/{n1}, {x2}/{n2}")
    ok(not bad, "two_proportions", "\n".join(bad[:12]))


def poisson():
    bad = []
    for r in rows_of(BASE + "proportions/poisson_rates.csv"):
        got = run_json("study", "proportion", "--x", r["x"], "--exposure", r["exposure"])
        bad += differences(got["poisson_rates"], [r], 1e-12)
    ok(not bad, "poisson_rates", "\n".join(bad[:12]))


def missing():
    bad = []
    for r in rows_of(BASE + "missing/bounds.csv"):
        r.pop("label")
        yes, no, unknown = (int(r[c]) for c in ("n_yes", "n_no", "n_unknown"))
        got = run_json("study", "proportion", "--x", yes, "--n", yes + no + unknown,
                       "--unknown", unknown)
        bad += differences(got["bounds"], [r], 1e-12)
    for table in ("odds_shift", "pattern_mixture"):
        for key, rows in grouped(rows_of(BASE + f"missing/{table}.csv"), "n_yes", "n_no",
                                 "n_unknown"):
            yes, no, unknown = map(int, key)
            got = run_json("study", "proportion", "--x", yes, "--n", yes + no + unknown,
                           "--unknown", unknown)
            bad += differences(got[table], list(rows), 1e-12)
    ok(not bad, "bounds, odds_shift, pattern_mixture", "\n".join(bad[:12]))


def linkage():
    bad = []
    for r in rows_of(BASE + "linkage/rate_linkage_error.csv"):
        got = run_json("study", "proportion", "--x", r["x"], "--n", r["n"], "--sensitivity",
                       r["link_sensitivity"], "--specificity", r["link_specificity"])
        bad += differences(got["rate_linkage_error"], [r], 1e-12)
    ok(not bad, "rate_linkage_error", "\n".join(bad[:12]))


def trend():
    wanted = rows_of(BASE + "proportions/salvation_army_trend.csv")
    from tap import shared
    got = run_json("study", "proportion", "--trend",
                   shared("data/estimate/tables/salvation_army_2016_2020.csv"))
    check(got["salvation_army_trend"], wanted, 1e-12, "salvation_army_trend")


def report():
    got = run_json("study", "report-check")
    by = {(r["x"], r["n"]): r for r in got["source_report"]}
    bad = []
    for w in rows_of(BASE + "proportions/source_report.csv"):
        key = (int(w["x"]), int(w["n"]))
        if w["item"].startswith("Organisations with case studies, if"):
            text = next(r["verdict"] for r in got["source_report"] if "71" in r["report_says"])
            if f"{key[0]}/{key[1]}" not in text or "cannot come from the 19" not in text:
                bad.append(text)
            continue
        if key not in by:
            bad.append(f"{w['item']}: {key} is missing")
            continue
        bad += differences([by[key]], [w], 1e-12,
                           ["x", "n", "exact_percent", "wilson_lo", "wilson_hi", "cp_lo", "cp_hi"])
        said = by[key]["verdict_code"]
        for code in ("wrong", "loose"):
            if w["verdict"].lower().startswith(code) != (said == code):
                bad.append(f"{w['item']}: {said}, wanted {w['verdict']}")
    ok(not bad, "source_report with its verdicts", "\n".join(bad[:12]))
    ok(all(r["verdict"] == "right" for r in got["report_totals"]), "the table's sums are right")


if rows_of(BASE + "proportions/proportion_intervals.csv") is None:
    skip("known answers", "../shared is not here")
else:
    intervals()
    two_samples()
    poisson()
    missing()
    linkage()
    trend()
    report()

# Without any file: values that can be worked by hand or are in print.
got = run_json("study", "proportion", "--x", 0, "--n", 10)
by = {r["method"]: r for r in got["proportion_intervals"]}
close(by["clopper_pearson"]["upper"], 1 - 0.025 ** 0.1, 1e-13, "0 of 10: 1 - (alpha/2)^(1/n)")
close(by["mid_p"]["upper"], 1 - 0.05 ** 0.1, 1e-13, "0 of 10: mid-p by hand")
equal((by["wilson"]["lower"], by["wilson"]["upper"] < 1), (0, True), "0 of 10: exact zero")
z = 1.959963984540054
close(by["wilson"]["upper"], z * z / (10 + z * z), 1e-13, "0 of 10: Wilson by hand")
got = run_json("study", "proportion", "--x", 1, "--n", 1000000)
by = {r["method"]: r for r in got["proportion_intervals"]}
close(by["clopper_pearson"]["upper"], 5.5716306551722366e-06, 1e-12,
      "1 of 1,000,000, where a naive beta quantile fails")
close(by["clopper_pearson"]["lower"], -math.expm1(math.log(0.975) / 1e6), 1e-12, "its lower limit by hand")
close(by["mid_p"]["lower"], 5.0020344e-8, 1e-6, "mid-p of a tiny rate: half the chance of one is 0.025")
got = run_json("study", "proportion", "--x", 1000000, "--n", 1000000)
ok(all(r["upper"] == 1 for r in got["proportion_intervals"] if r["method"] not in
       ("agresti-coull",)), "n of n: exact one")
# Fisher's tea lady: 3 of 4 against 1 of 4, p = 34/70.
got = run_json("study", "proportion", "--x", 3, "--n", 4, "--compare", 1, 4)["two_proportions"][0]
close(got["fisher_p"], 34 / 70, 1e-14, "the tea lady")
psi = got["fisher_condOR"]  # weights 1, 16, 36, 16, 1: the mean is 3 where this holds
close(psi ** 4, 36 * psi ** 2 + 32 * psi + 3, 1e-12, "her conditional odds ratio")
got = run_json("study", "proportion", "--x", 0, "--n", 5, "--compare", 0, 9)["two_proportions"][0]
equal([got[c] for c in ("RR", "OR", "chisq", "fisher_p")], [None, None, None, 1],
      "nothing on either side: null, not NaN")
got = run_json("study", "proportion", "--x", 5, "--n", 5, "--compare", 0, 9)["two_proportions"][0]
equal((got["OR"], got["fisher_hi"], got["mn_hi"]), ("Inf", "Inf", 1), "all against none: Inf as text")
got = run_json("study", "proportion", "--x", 500000, "--n", 1000000, "--compare", 499000, 1000000)
ok(0 < got["two_proportions"][0]["fisher_p"] < 1, "a million a side")
got = run_json("study", "proportion", "--x", 44, "--n", 7027, "--specificity", 0.999)
close(got["false_repeats"][0]["expected_false_repeats"], 7.027, 1e-9, "7,027 people: 7 false repeats")
ok(any("false repeats" in r for r in got["reasons"]), "and the line says so")
ok("false_repeats" in run_json("study", "proportion", "--x", 79, "--n", 14000),
   "below 2% the line is printed unasked")
got = run_json("study", "proportion", "--x", 3, "--n", 1000, "--specificity", 0.99)
equal((got["rate_linkage_error"][0]["adjusted"], got["grade"]), (0, "D"),
      "more false links expected than seen: no evidence of any")
tip = run_json("study", "proportion", "--x", 25, "--n", 118, "--unknown", 93, "--conclude-below",
               0.5)["tipping_point"][0]
close(tip["tipping_share"], 34 / 93, 1e-13, "tipping point by hand: (59 - 25) / 93")
tip = run_json("study", "proportion", "--x", 10, "--n", 100, "--unknown", 10, "--conclude-below",
               0.5)["tipping_point"][0]
equal(tip["holds"], "whatever the unknown are", "a conclusion that cannot fail")

refused(run("study", "proportion", "--x", 5, "--n", 3), "5", "3", name="x above n")
refused(run("study", "proportion", "--x", 5, "--n", 0), "n", name="nobody")
refused(run("study", "proportion", "--x", -1, "--n", 3), "between 0 and n", name="negative x")
refused(run("study", "proportion", "--x", 5, "--n", 10, "--unknown", 6), "unknown", name="unknown")
refused(run("study", "proportion", "--x", 5, "--n", 10, "--level", 1), "level", name="level 1", code=2)
refused(run("study", "proportion", "--x", 5), "nothing to do", name="x alone", code=2)
refused(run("study", "proportion", "--x", 5, "--n", 10, "--sensitivity", 0.4, "--specificity", 0.6),
        "chance", name="a linker no better than chance")
refused(run("study", "proportion", "--x", "1e3", "--n", 10), "whole number", name="not whole", code=2)
refused(run("study", "proportion", "--x", 9, "--exposure", -2), "exposure", name="no exposure")
with temp_dir() as d:
    path = d + "/t.csv"
    for text, words in (("year,a\n2001,3\n2002,x\n", ["row 3", "count"]),
                        ("year,a\n2001,3\n2001,4\n", ["two different years"]),
                        ("year,a\n2001,0\n2002,0\n", ["zero"]),
                        ("name,b\nq,3\n", ["year"]), ("", ["empty"]),
                        ("year,a\n2001,5\n2002,0\n2003,0\n", ["no finite"])):
        with open(path, "w") as f:
            f.write(text)
        refused(run("study", "proportion", "--trend", path), *words, name=f"trend: {words[0]}")
known.report()
done()
