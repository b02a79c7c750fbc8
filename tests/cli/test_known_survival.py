#!/usr/bin/env python3
"""Time to event against known answers; hand-worked cases where ../shared is not here."""
import csv
import itertools
import math
import os
import random

import known
from known import check, differences, rows_of
from tap import SOURCE, close, done, equal, ok, refused, run, run_json, shared, skip, temp_dir

BASE = "data/estimate/known/"
SANITIZED = "THROUGHLINE_SANITIZED" in os.environ


def load(name):
    with open(shared(f"data/estimate/survival/{name}.csv"), newline="") as f:
        return list(csv.DictReader(f))


def save(path, rows):
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, fieldnames=list(rows[0]), lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def prepare(d):
    """The data sets as the analyses used them."""
    for name in ("lung", "aml", "mgus2", "bladder", "bladder2"):
        save(f"{d}/{name}.csv", load(name))
    pbc = load("pbc")[:312]
    for r in pbc:
        r["d"] = int(r["status"] == "2")
        for c in ("bili", "albumin", "protime"):
            r[f"log({c})"] = repr(math.log(float(r[c])))
    save(f"{d}/pbc_trial.csv", pbc)
    colon = load("colon")
    save(f"{d}/colon.csv", colon)
    for etype, name in (("1", "recurrence"), ("2", "death")):
        save(f"{d}/colon_{name}.csv", [r for r in colon if r["etype"] == etype])
    rows = [r for r in load("bladder1") if float(r["stop"]) > float(r["start"])]
    for r in rows:
        r["event"] = int(r["status"] == "1")
    save(f"{d}/bladder1.csv", rows)


# (data set, analysis) -> file, options
CURVES = {
    ("lung", "overall"): ("lung", "--time time --status status --event 2"),
    ("lung", "by_sex"): ("lung", "--time time --status status --group sex"),
    ("aml", "by_x"): ("aml", "--time time --status status --group x"),
    ("pbc_trial", "death by trt"): ("pbc_trial", "--time time --status d --group trt"),
    ("mgus2", "death by sex"): ("mgus2", "--time futime --status death --group sex"),
    ("colon", "recurrence by rx"): ("colon_recurrence", "--time time --status status --group rx"),
    ("colon", "death by rx"): ("colon_death", "--time time --status status --group rx"),
    ("lung", "by_ph.ecog"): ("lung", "--time time --status status --group ph.ecog"),
    ("lung", "sex_stratified_by_ph.ecog"):
        ("lung", "--time time --status status --group sex --strata ph.ecog"),
    ("bladder2", "overall"): ("bladder2", "--start start --time stop --status event --id id"),
    ("bladder2", "by rx"): ("bladder2", "--start start --time stop --status event --id id --group rx"),
    ("bladder1", "recurrence by treatment (rows with stop>start)"):
        ("bladder1", "--start start --time stop --status event --id id --group treatment"),
}
ENDS = {
    ("pbc_trial", "transplant/death overall"): ("pbc_trial", "--time time --status status"),
    ("pbc_trial", "transplant/death by trt"): ("pbc_trial", "--time time --status status --group trt"),
    ("pbc_trial", "by trt"): ("pbc_trial", "--time time --status status --group trt"),
    ("pbc_trial", "by sex"): ("pbc_trial", "--time time --status status --group sex"),
    ("mgus2", "pcm/death overall"): ("mgus2", "--time etime --status ev"),
    ("mgus2", "pcm/death by sex"): ("mgus2", "--time etime --status ev --group sex"),
    ("mgus2", "overall"): ("mgus2", "--time etime --status ev"),
    ("mgus2", "by sex"): ("mgus2", "--time etime --status ev --group sex"),
}
BLADDER = "--start start --time stop --status event --id id --robust --covariates rx,size,number"
MODELS = {
    ("lung", "age+sex+ph.ecog"): ("lung", "--time time --status status --covariates age,sex,ph.ecog"),
    ("lung", "age+sex+strata(ph.ecog)"):
        ("lung", "--time time --status status --covariates age,sex --strata ph.ecog"),
    ("lung", "age+sex robust cluster(inst)"):
        ("lung", "--time time --status status --covariates age,sex --id inst --robust"),
    ("aml", "x"): ("aml", "--time time --status status --covariates x"),
    ("pbc_trial", "age+edema+log(bili)+log(albumin)+log(protime)"):
        ("pbc_trial", "--time time --status d --covariates "
         "age,edema,log(bili),log(albumin),log(protime)"),
    ("mgus2", "cause-specific pcm: age+sex+mspike"):
        ("mgus2", "--time etime --status ev --event 1 --covariates age,sex,mspike"),
    ("mgus2", "cause-specific death: age+sex+mspike"):
        ("mgus2", "--time etime --status ev --event 2 --covariates age,sex,mspike"),
    ("colon", "recurrence rx+sex+age+node4"):
        ("colon_recurrence", "--time time --status status --covariates rx,sex,age,node4"),
    ("colon", "WLW rx strata(etype) cluster(id)"):
        ("colon", "--time time --status status --covariates rx --strata etype "
         "--id id --robust"),
    ("bladder2", "AG rx+size+number cluster(id)"): ("bladder2", BLADDER),
    ("bladder2", "PWP-CP strata(enum)"): ("bladder2", BLADDER + " --strata enum"),
    ("bladder2", "PWP-GT strata(enum)"): ("bladder2", BLADDER + " --strata enum --gap-time"),
    ("bladder", "WLW strata(enum)"):
        ("bladder", "--time stop --status event --id id --robust --covariates rx,size,number "
         "--strata enum"),
    ("bladder1", "AG treatment (rows with stop>start)"):
        ("bladder1", "--start start --time stop --status event --id id --robust "
         "--covariates treatment,number,size"),
}


def ask(d, where, method, *more):
    name, options = where
    return run_json("study", "survival", f"{d}/{name}.csv", "--method", method, *options.split(), *more)


def by_analysis(path, *keys):
    rows = rows_of(BASE + path)
    for r in rows:
        r["_key"] = tuple(r[k] for k in keys)
    for key, group in itertools.groupby(rows, key=lambda r: r["_key"]):
        group = list(group)
        for r in group:
            del r["_key"]
            for k in ("dataset", "analysis"):
                r.pop(k, None)
        yield key, group


def in_order(rows, wanted, *keys):
    """The answer's rows in the order of the known file's groups (factor levels may differ)."""
    where = {}
    for i, w in enumerate(wanted):
        where.setdefault(tuple(w[k] for k in keys), i)
    return sorted(rows, key=lambda r: where.get(tuple(str(r[k]) for k in keys), -1))


def pooled(path, tolerance, got_rows, keys=("dataset", "analysis"), skip=()):
    bad, count = [], 0
    for key, wanted in by_analysis(path, *keys):
        rows = got_rows(key, wanted)
        bad += [f"{key}: {b}" for b in differences(rows, wanted, tolerance, skip=skip)]
        count += len(wanted)
    ok(not bad and count, f"{os.path.basename(path)}: {count} rows", "\n".join(bad[:15]))


def known_curves(d):
    pooled("survival/km.csv", 1e-10,
           lambda k, w: in_order(ask(d, CURVES[k], "km")["km"], w, "stratum"))
    pooled("survival/quant.csv", 1e-10,
           lambda k, w: in_order(ask(d, CURVES[k], "quantiles")["quant"], w, "conf_type", "prob",
                                 "stratum"))
    pooled("survival/rmst.csv", 1e-10,
           lambda k, w: ask(d, CURVES[k[:2]], "rmst", "--tau", k[2])["rmst"],
           keys=("dataset", "analysis", "tau"))
    pooled("survival/logrank.csv", 1e-10,
           lambda k, w: in_order(ask(d, CURVES[k[:2]], "logrank", "--rho", k[2])["logrank"], w,
                                 "group"), keys=("dataset", "analysis", "rho"))
    pooled("survival/mcf.csv", 1e-10, lambda k, w: ask(d, CURVES[k], "mcf")["mcf"])
    bounds = {"lung": ("lung", "--time time --status status"),
              "mgus2 pcm, death treated as censoring": ("mgus2", "--time etime --status ev --event 1")}
    pooled("missing/km_bounds.csv", 1e-10,
           lambda k, w: ask(d, bounds[k[0]], "km", "--bounds", "--at",
                            ",".join(r["time"] for r in w))["km_bounds"], keys=("dataset",))


def times_of(rows):
    return ",".join(sorted({r["time"] for r in rows}, key=float))


def known_ends(d):
    names = {"pbc_trial": {"1": "transplant", "2": "death"}, "mgus2": {"1": "pcm", "2": "death"}}

    def aj(key, wanted):
        rows = ask(d, ENDS[key], "aj", "--at", times_of(wanted))["aj"]
        for r in rows:
            r["state"] = names[key[0]].get(r["state"], r["state"])
        return rows

    pooled("survival/aj.csv", 1e-10, aj)
    pooled("survival/cuminc.csv", 1e-10,
           lambda k, w: in_order(ask(d, ENDS[k], "cuminc", "--at", times_of(w))["cuminc"], w,
                                 "group_cause"))
    pooled("survival/gray.csv", 1e-8, lambda k, w: ask(d, ENDS[k], "gray")["gray"])
    pooled("survival/finegray.csv", 1e-6,
           lambda k, w: ask(d, ("mgus2", "--time etime --status ev --cause 1 "
                                "--covariates age,sex,mspike"), "finegray")["finegray"],
           keys=("dataset",))


def known_models(d):
    cache = {}

    def fit(key, method, *more):
        if (key, method) not in cache:
            cache[key, method] = ask(d, MODELS[key[:2]], method, "--ties", key[2], *more)
        return cache[key, method]

    for ties, tolerance in (("efron", 1e-8), ("breslow", 1e-8), ("exact", 1e-6)):
        for path, method, table in (("survival/cox.csv", "cox", "cox"),
                                    ("survival/coxvar.csv", "cox", "coxvar"),
                                    ("survival/zph.csv", "zph", "zph")):
            bad, count = [], 0
            for key, wanted in by_analysis(path, "dataset", "analysis", "ties"):
                if key[2] != ties:
                    continue
                got = fit(key, method, *(["--basehaz"] if method == "cox" else []))[table]
                bad += [f"{key}: {b}" for b in differences(got, wanted, tolerance)]
                count += len(wanted)
            ok(not bad and count, f"{table}, {ties}: {count} rows", "\n".join(bad[:15]))
    pooled("survival/basehaz.csv", 1e-8, lambda k, w: fit(k, "cox")["basehaz"],
           keys=("dataset", "analysis", "ties"))


def million(path, rows, first=None):
    """The README's generator: 16807 x mod 2^31 - 1, eight draws a row."""
    x, running = 20240607, 0.0
    with open(path, "w") as f, open(first, "w") as g:
        head = "id,t,ev,start,stop,x1,x2,x3,x4,x5\n"
        f.write(head)
        g.write(head)
        for i in range(rows):
            u = []
            for _ in range(8):
                x = 16807 * x % 2147483647
                u.append(x / 2147483647)
            x1, x2, x3 = int(u[0] < 0.5), int(u[1] < 0.3), math.floor(1000 * u[2]) / 1000
            x4, x5 = math.floor(18 + 47 * u[3]), math.floor(4 * u[4])
            lin = 0.4 * x1 - 0.3 * x2 + 0.5 * x3 + 0.01 * (x4 - 40) + 0.1 * x5
            t1 = -math.log(u[5]) / (0.00015 * math.exp(lin))
            t2 = -math.log(u[6]) / 0.0001
            c = 1 + 3650 * u[7]
            ev = 1 if t1 <= t2 and t1 <= c else 2 if t2 <= c else 0
            t = max(1, math.ceil(min(t1, t2, c)))
            start = 0 if i % 4 == 0 else running
            running = start + t
            line = f"{i // 4},{t},{ev},{start},{running},{x1},{x2},{x3},{x4},{x5}\n"
            f.write(line)
            if i < 100000:
                g.write(line)


def known_scale(d):
    million(d + "/m.csv", 1000000, d + "/m100k.csv")
    want = {}
    for r in rows_of(BASE + "scale/scale_1M.csv"):
        want.setdefault(r["run"], {})[r["quantity"]] = float(r["value"])
    days = ["30", "90", "180", "365", "730", "1095", "1825", "2555", "3285", "3650"]
    bad = []

    def same(run_name, quantity, got, tolerance=1e-9):
        known.compared += 1
        if not known.same(got, want[run_name].pop(quantity), tolerance):
            bad.append(f"{run_name} {quantity}: {got}")

    one = ("m", "--time t --status ev --event 1")
    got = ask(d, one, "km", "--at", ",".join(days))
    equal(len(got["km"]), want["data"]["n_unique_t"], "1M rows: distinct times")
    equal(sum(r["n_event"] for r in got["km"]), want["data"]["n_ev1"], "1M rows: events")
    for r in got["km_at"]:
        same("KM overall", f"S@{r['time']}", r["surv"])
        same("KM overall", f"se@{r['time']}", r["se_surv"])
    for r in ask(d, ("m", one[1] + " --group x1,x5"), "km", "--at", "365,1825")["km_at"]:
        same("KM strata", f"{r['stratum']}@{r['time']}", r["surv"])
    same("logrank x5", "chisq", ask(d, ("m", one[1] + " --group x5"), "logrank")["logrank"][0]["chisq"])
    both = ("m", "--time t --status ev --group x1")
    for r in ask(d, both, "gray")["gray"]:
        same("Gray x1", f"cause{r['cause']}", r["gray_chisq"])
    for r in ask(d, both, "cuminc", "--at", ",".join(days))["cuminc"]:
        same("cuminc x1", f"{r['group_cause']}@{r['time']}", r["cif"])
        same("cuminc x1 var", f"{r['group_cause']}@{r['time']}", r["var_aalen"])
    xs = " --covariates x1,x2,x3,x4,x5"
    for r in ask(d, ("m", one[1] + xs), "cox")["cox"]:
        same("Cox efron", r["term"], r["coef"])
        same("Cox efron", "se_" + r["term"], r["se"])
        if r["term"] == "x1":
            same("Cox efron", "loglik0", r["loglik0"])
            same("Cox efron", "loglik", r["loglik"])
    for r in ask(d, ("m", one[1] + xs), "cox", "--ties", "breslow")["cox"]:
        same("Cox breslow", r["term"], r["coef"])
    repeated = "--start start --time stop --status ev --event 1 --id id"
    for r in ask(d, ("m", repeated + xs), "cox", "--robust")["cox"]:
        same("AG efron", r["term"], r["coef"])
        same("AG efron", "robust_se_" + r["term"], r["robust_se"])
    for r in ask(d, ("m", repeated), "mcf", "--at", "365,1825,3650,7300")["mcf_at"]:
        same("MCF", f"mcf@{r['time']}", r["mcf"])
    for r in ask(d, ("m100k", repeated), "mcf", "--at", "365,1825,3650,7300")["mcf_at"]:
        same("MCF first 100000 rows", f"mcf@{r['time']}", r["mcf"])
        same("MCF first 100000 rows", f"robust_se@{r['time']}", r["se_robust"])
    for name, file in (("AJ", "m"), ("AJ first 100000 rows", "m100k")):
        for r in ask(d, (file, "--time t --status ev"), "aj", "--at", ",".join(days))["aj"]:
            if r["state"] == "(s0)":
                continue
            same(name, f"P{r['state']}@{r['time']}", r["p"])
            if file == "m100k":
                same(name, f"se{r['state']}@{r['time']}", r["se_ij"])
    left = {k: list(v) for k, v in want.items() if v and k != "data"}
    ok(not bad and not left, "scale_1M", "\n".join(bad[:15]) + f"\nnot compared: {left}")


with temp_dir() as d:
    if shared("data/estimate/survival/lung.csv") is None:
        skip("known answers", "../shared is not here")
    else:
        prepare(d)
        known_curves(d)
        known_ends(d)
        known_models(d)
        if SANITIZED:
            skip("scale_1M", "a million rows are too slow under the sanitizers")
        else:
            known_scale(d)
known.report()
done()
