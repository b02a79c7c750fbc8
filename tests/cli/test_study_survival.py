#!/usr/bin/env python3
"""study survival without any outside file: textbook answers, hand-worked cases, hostile input, and digits
that depend neither on the order of rows nor on anything else."""
import csv
import json
import math
import os
import random
import xml.etree.ElementTree as ET

from tap import SOURCE, close, done, equal, ok, refused, run, run_json, temp_dir

LEUKAEMIA = os.path.join(SOURCE, "tests/data/freireich.csv")  # Freireich et al. 1963, in Gehan 1965
KNOWN = ["--time", "weeks", "--status", "relapse"]


def survival(path, method, *more):
    return run_json("study", "survival", path, "--method", method, *more)


def write(path, text):
    with open(path, "w") as f:
        f.write(text)
    return path


# ---- textbook: 6-mercaptopurine (Collett; Kalbfleisch & Prentice; Lawless) ----
got = survival(LEUKAEMIA, "km", *KNOWN, "--group", "group")
curve = {r["time"]: r for r in got["km"] if r["stratum"] == "group=6-MP"}
for time, s in ((6, 18 / 21), (7, 18 / 21 * 16 / 17), (10, 18 / 21 * 16 / 17 * 14 / 15)):
    close(curve[time]["surv"], s, 1e-14, f"6-MP: S({time}) by hand")
close(curve[6]["se_surv"], 18 / 21 * math.sqrt(3 / (21 * 18)), 1e-14, "Greenwood at 6 by hand")
close(curve[23]["surv"], 0.4482, 2e-4, "6-MP: S(23) as printed in textbooks")
equal((curve[6]["n_risk"], curve[6]["n_event"], curve[6]["n_censor"]), (21, 3, 1),
      "at 6 weeks: events before the censoring of the same week")
test = survival(LEUKAEMIA, "logrank", *KNOWN, "--group", "group")["logrank"]
close(test[0]["chisq"], 16.79, 1e-3, "log-rank 16.79, as printed")
close({r["group"]: r for r in test}["group=6-MP"]["expected"], 19.25, 1e-3, "19.25 relapses expected on 6-MP, as printed")
for ties, coef in (("breslow", 1.5092), ("efron", 1.5721), ("exact", 1.6282)):
    row = survival(LEUKAEMIA, "cox", *KNOWN, "--covariates", "group", "--ties", ties)["cox"][0]
    equal(row["term"], "group6-MP", f"{ties}: words become factors, compared with placebo")
    close(row["coef"], -coef, 1e-4, f"{ties}: {coef}, as printed")
row = survival(LEUKAEMIA, "cox", *KNOWN, "--covariates", "group", "--reference", "group=6-MP")["cox"][0]
equal((row["term"], round(row["coef"], 4)), ("groupplacebo", 1.5721), "--reference turns it round")
quant = {(r["stratum"], r["prob"], r["conf_type"]): r
         for r in survival(LEUKAEMIA, "quantiles", *KNOWN, "--group", "group")["quant"]}
equal((quant["group=6-MP", 0.5, "log-log"]["quantile"], quant["group=placebo", 0.5, "log-log"]["quantile"]),
      (23, 8), "medians 23 and 8 weeks")
equal(quant["group=6-MP", 0.75, "log-log"]["quantile"], None, "a quantile that is not reached is null")

with temp_dir() as d:
    # ---- competing ends, by hand: 5 people; ends at 1 (cause 1), 2 (cause 2), 3 (cens), 4 (1), 5 (cens)
    path = write(d + "/ends.csv", "t,s\n1,1\n2,2\n3,0\n4,1\n5,0\n")
    rows = survival(path, "aj", "--time", "t", "--status", "s")["aj"]
    p = {(r["state"], r["time"]): r["p"] for r in rows}
    close(p["1", 1], 1 / 5, 1e-15, "F1(1) = 1/5")
    close(p["2", 2], 4 / 5 * 1 / 4, 1e-15, "F2(2) = 4/5 x 1/4")
    close(p["1", 4], 1 / 5 + 3 / 5 * 1 / 2, 1e-15, "F1(4) = 1/5 + 3/5 x 1/2")
    close(p["(s0)", 4] + p["1", 4] + p["2", 4], 1, 1e-15, "probabilities add up to 1")
    # By definition: the derivative of F1(4) by each person's weight, squared and summed.
    def f1(w):
        n1 = sum(w)
        n2, n4 = n1 - w[0], w[3] + w[4]
        s1 = 1 - w[0] / n1
        s2 = s1 * (1 - w[1] / n2)
        return w[0] / n1 + s2 * w[3] / n4
    h, jack = 1e-6, 0
    for i in range(5):
        up, down = [1.0] * 5, [1.0] * 5
        up[i] += h
        down[i] -= h
        jack += ((f1(up) - f1(down)) / (2 * h)) ** 2
    se = {(r["state"], r["time"]): r["se_ij"] for r in rows}
    close(se["1", 4], math.sqrt(jack), 1e-8, "the jackknife error is the derivative's")

    # ---- repeated events by hand: two people in (0, 10], events of A at 2 and 6, of B at 6
    path = write(d + "/again.csv", "id,a,b,e\nA,0,2,1\nA,2,6,1\nA,6,10,0\nB,0,6,1\nB,6,10,0\n")
    opts = ["--start", "a", "--time", "b", "--status", "e", "--id", "id"]
    rows = survival(path, "mcf", *opts)["mcf"]
    m = {r["time"]: r for r in rows}
    close(m[6]["mcf"], 1 / 2 + 2 / 2, 1e-15, "MCF(6) = 1/2 + 2/2")
    # A: (1/2 - 1/4) + (1/2 - 1/2); B: (0 - 1/4) + (1/2 - 1/2)
    close(m[6]["se_robust"], math.sqrt(2 * (1 / 4) ** 2), 1e-14, "Lawless-Nadeau by hand")
    refused(run("study", "survival", path, "--method", "aj", *opts), "after an event", "row", name=
            "competing ends are final")
    refused(run("study", "survival", write(d + "/over.csv", "id,a,b,e\nA,0,5,0\nA,3,8,1\n"),
                "--method", "mcf", *opts), "overlap", "row 3", name="overlapping rows")

    # Splitting follow-up changes nothing.
    whole = write(d + "/whole.csv", "id,a,b,e,z\n" + "".join(
        f"{i},0,{5 + i * 7 % 13},{i % 3 % 2},{i % 4}\n" for i in range(40)))
    pieces = "id,a,b,e,z\n"
    for i in range(40):
        stop = 5 + i * 7 % 13
        pieces += f"{i},0,3,0,{i % 4}\n{i},3,{stop},{i % 3 % 2},{i % 4}\n"
    pieces = write(d + "/pieces.csv", pieces)
    for method, table, columns, more in (
            ("mcf", "mcf", ("mcf", "se_robust"), []), ("aj", "aj", ("p", "se_ij"), []),
            ("cox", "cox", ("coef", "robust_se", "loglik"), ["--covariates", "z", "--robust"])):
        one = survival(whole, method, *opts, *more)[table]
        two = survival(pieces, method, *opts, *more)[table]
        two = [r for r in two if r.get("time") != 3]
        same = len(one) == len(two) and all(
            abs(x[c] - y[c]) < 1e-12 * max(1, abs(x[c])) for x, y in zip(one, two) for c in columns)
        ok(same, f"{method}: follow-up cut into pieces gives the same", f"{one[:2]}\n{two[:2]}")

    # ---- the order of rows changes no digit ----
    random.seed(4)
    lines = []
    for i in range(700):
        start = random.randint(0, 30)
        for k in range(random.randint(1, 3)):
            stop = start + random.randint(1, 60)
            lines.append(f"p{i % 290 + 1000 * k},{start},{stop},{random.choice([0, 0, 1, 2])},"
                         f"{random.choice('abc')},{random.randint(1, 3)},{random.gauss(0, 1):.5f},"
                         f"{random.random():.4f}")
            start = stop
    # one row per person for the methods that need it
    single = [f"{i},0,{random.randint(1, 90)},{random.choice([0, 1, 2])},{random.choice('abc')},"
              f"{random.randint(1, 3)},{random.gauss(0, 1):.5f},{random.random():.4f}" for i in range(900)]
    head = "id,a,b,e,g,s,z,w\n"
    for name, rows, methods in (
            ("single", single,
             [("km", ["--group", "g"]), ("aj", ["--group", "g"]), ("cuminc", ["--group", "g"]),
              ("gray", ["--group", "g", "--strata", "s"]), ("logrank", ["--group", "g", "--rho", "0.5"]),
              ("finegray", ["--covariates", "z,w"]), ("rmst", ["--tau", "50"]),
              ("cox", ["--covariates", "z,w,g", "--ties", "exact"]),
              ("zph", ["--covariates", "z,w,g", "--strata", "s"])]),
            ("late", lines, [("cox", ["--start", "a", "--id", "id", "--robust", "--basehaz",
                                      "--covariates", "z,w,g", "--strata", "s"]),
                             ("km", ["--start", "a"])])):
        answers = []
        for turn in range(3):
            random.Random(turn).shuffle(rows)
            path = write(f"{d}/{name}.csv", head + "\n".join(rows) + "\n")
            answer = []
            for method, more in methods:
                event = [] if method in ("aj", "cuminc", "gray", "finegray") else ["--event", "1"]
                doc = survival(path, method, "--time", "b", "--status", "e", *event, *more)
                doc["settings"].pop("data_sha256")
                answer.append(json.dumps(doc))
            answers.append(answer)
        ok(answers[0] == answers[1] == answers[2], f"{name} rows: any order, the same digits")

    # ---- what is wrong is said ----
    def bad(text, *words, name, method="km", more=(), columns=("t", "s"), code=1):
        path = write(d + "/bad.csv", text)
        refused(run("study", "survival", path, "--method", method, "--time", columns[0], "--status",
                    columns[1], *more), *words, name=name, code=code)

    bad("t,s\n5,1\n-3,0\n", "negative", "row 3", "column t", name="negative time")
    bad("t,s\n5,1\nabc,0\n", "not a number", "row 3", "column t", name="time in words")
    bad("t,s\n5,1\n1e999,0\n", "not a number", "row 3", name="infinite time")
    bad("t,s\n5,1\n6,maybe\n", "unknown status", "row 3", "column s", name="unknown status")
    bad("t,s\n5,1\n6,0.5\n", "unknown status", "0.5", name="half a status")
    bad("t,s\n5,1\n6,-1\n", "unknown status", name="negative status")
    bad("t,s\n5,1\n6,0\n7,2\n", "which status is the event", "--event", name="three codes, no event")
    bad("t,s\n5,1\n6,0\n", "no row used has the status", "0", more=["--event", "7"], name="event unseen")
    bad("a,t,s\n0,5,1\n5,5,0\n", "not after the start", "row 3", more=["--start", "a"],
        name="stop at start")
    bad("a,t,s\n0,5,1\n9,5,0\n", "not after the start", "row 3", more=["--start", "a"],
        name="stop before start")
    bad("t,s\n", "no rows", name="header only")
    bad("", "empty", name="empty file")
    bad("t,s\n,1\nNA,0\n", "no row is complete", name="all missing")
    bad("t,s\n5,1,9\n", "cells", "row 2", name="a row too wide")
    bad("t,x\n5,1\n", "no column", "s", name="no such column")
    bad("t,s,g\n5,1,a\n6,0,a\n", "one group", method="logrank", more=["--group", "g"], name="one group")
    bad("t,s,g\n5,0,a\n6,0,b\n", "no test", method="logrank", more=["--group", "g"],
        name="log-rank, all censored")
    bad("t,s,z\n5,0,1\n6,0,2\n", "censored", method="cox", more=["--covariates", "z"],
        name="Cox, all censored")
    bad("t,s,z\n5,0,1\n6,0,2\n", "censored", method="finegray", more=["--covariates", "z"],
        name="Fine-Gray, all censored")
    bad("t,s\n5,0\n6,0\n", "censored", method="aj", name="competing ends, all censored")
    bad("t,s,z\n5,1,1\n6,1,1\n", "varies", method="cox", more=["--covariates", "z"],
        name="a constant covariate")
    bad("t,s,z\n5,1,u\n6,1,u\n", "one level", method="cox", more=["--covariates", "z"],
        name="a factor with one level")
    bad("t,s\n5,1\n", "--covariates", method="cox", name="no covariates", code=2)
    bad("t,s\n5,1\n", "--group", method="gray", name="a test without groups", code=2)
    bad("t,s\n5,1\n", "--at", more=["--bounds"], name="bounds without times", code=2)
    bad("a,t,s,g\n0,5,1,x\n1,5,2,y\n", "late entry", method="gray", more=["--start", "a", "--group", "g"],
        name="Gray with late entry")
    bad("t,s\n5,1\n", "level", more=["--level", "2"], name="level 2", code=2)
    bad("t,s\n" + "".join(f"5,{i}\n" for i in range(99)), "different values", name="99 status codes")
    refused(run("study", "survival", "/nonexistent.csv", "--method", "km", "--time", "t", "--status", "s"),
            "cannot open", name="no such file")

    path = write(d + "/c.csv", "t,s\n5,0\n6,0\n")
    doc = survival(path, "km", "--time", "t", "--status", "s")
    equal(([r["surv"] for r in doc["km"]], doc["grade"]), ([1, 1], "D"), "all censored: S stays at 1, said")
    ok(any("censored" in r for r in doc["reasons"]), "and in words")
    path = write(d + "/m.csv", "t,s,g\n5,1,a\n,1,a\n7,NA,b\n8,0,b\n9,1,b\n")
    doc = survival(path, "km", "--time", "t", "--status", "s", "--group", "g")
    equal((doc["settings"]["rows_read"], doc["settings"]["rows_used"],
           doc["settings"]["rows_dropped_missing"]), (5, 3, 2), "missing values are dropped and counted")
    path = write(d + "/w.csv", "t,s\n5,censored\n6,returned\n7,died\n8,censored\n")
    states = {r["state"] for r in survival(path, "aj", "--time", "t", "--status", "s")["aj"]}
    equal(states, {"(s0)", "returned", "died"}, "a status in words")

    # Monotone likelihood and collinearity: said, never NaN, no crash.
    path = write(d + "/mono.csv", "t,s,z,y\n" + "".join(
        f"{i + 1},{int(i % 2 == 0)},{int(i % 2 == 0)},{i % 5}\n" for i in range(40)))
    doc = survival(path, "cox", "--time", "t", "--status", "s", "--covariates", "z,y")
    ok(any("monotone" in r for r in doc["reasons"]) and doc["grade"] == "D", "monotone likelihood is said",
       doc["reasons"])
    path = write(d + "/col.csv", "t,s,z,y\n" + "".join(
        f"{i + 1},{i % 2},{i % 7},{2 * (i % 7) + 1}\n" for i in range(40)))
    doc = survival(path, "cox", "--time", "t", "--status", "s", "--covariates", "z,y", "--robust")
    equal((doc["cox"][1]["coef"], doc["cox"][0]["df"]), (None, 1), "a dependent column has no coefficient")
    ok(any("combination" in r for r in doc["reasons"]), "and that is said")
    doc = survival(path, "zph", "--time", "t", "--status", "s", "--covariates", "z,y")
    equal([r["df"] for r in doc["zph"]], [1, 0, 1], "its test has no degrees of freedom")
    doc = survival(path, "finegray", "--time", "t", "--status", "s", "--covariates", "z,y")
    equal(doc["finegray"][1]["coef"], None, "the same in Fine-Gray")
    # A risk set that empties and fills again (late entry).
    path = write(d + "/gap.csv", "a,t,s\n0,2,1\n0,3,1\n5,8,1\n6,9,0\n")
    doc = survival(path, "km", "--start", "a", "--time", "t", "--status", "s")
    equal([r["surv"] for r in doc["km"]], [0.5, 0, 0, 0], "an emptied risk set: S stays 0, not NaN")
    ok(any("entered later" in r for r in doc["reasons"]), "and that is said")

    # ---- pictures: both files or none ----
    for method, more in (("km", ["--group", "group"]), ("cox", ["--covariates", "group"])):
        out = d + f"/{method}.svg"
        survival(LEUKAEMIA, method, *KNOWN, *more, "--svg", out)
        root = ET.parse(out).getroot()
        ok(root.get("role") == "img" and root.find("{http://www.w3.org/2000/svg}title").text,
           f"{method}: a titled picture")
        ok(len(list(csv.reader(open(out + ".csv")))) > 1, f"{method}: and its data")
    refused(run("study", "survival", LEUKAEMIA, "--method", "zph", *KNOWN, "--covariates", "group",
                "--svg", d + "/no/such/x.svg"), name="a picture that cannot be written", code=1)
    refused(run("study", "survival", LEUKAEMIA, "--method", "finegray", *KNOWN, "--covariates", "group",
                "--svg", d + "/none.svg"), "no picture", name="no picture for this method", code=2)
    ok(not os.path.exists(d + "/none.svg"), "and nothing is left behind")
    text = run("study", "survival", LEUKAEMIA, "--method", "logrank", *KNOWN, "--group", "group")
    ok("Grade" in text.stdout and "logrank" in text.stdout, "for people: in columns")
done()
