"""study mse: what it refuses and in which words, what it always prints, pictures, invariances."""
import json
import os
import random

import tap

UK = os.path.join(tap.SOURCE, "tests", "data", "examples", "uk_2013.csv")


def mse(text, *args, **kwargs):
    with tap.temp_dir() as d:
        path = os.path.join(d, "t.csv")
        with open(path, "wb" if isinstance(text, bytes) else "w") as f:
            f.write(text)
        return tap.run("study", "mse", path, *args, **kwargs)


def doc(text, *args):
    r = mse(text, *args, "--json")
    return json.loads(r.stdout) if r.returncode == 0 else tap.ok(False, "exit 0", r.stderr)


KOREA_LIKE = "b,c,d,count\n0,0,1,41\n0,1,0,5\n1,0,0,5\n1,1,0,54\n1,0,1,6\n1,1,1,12\n"

# ---- the table ----
head = "A,B,C,count\n"
good = "1,0,0,40\n0,1,0,30\n0,0,1,20\n1,1,0,6\n1,0,1,3\n0,1,1,2\n"
for text, words, name in [
    (head + good + "1,1,0,6\n", ("row 8", "twice"), "a combination given twice"),
    (head + good + "0,0,0,6\n", ("row 8", "on no list"), "the all-zero combination"),
    (head + good + "1,1,1,-2\n", ("row 8", "column count", "negative"), "a negative count"),
    (head + good + "1,1,1,9007199254740994\n", ("row 8", "count", "2^53"), "a count above 2^53"),
    (head + good + "1,1,1,1e400\n", ("row 8", "count"), "an infinite count"),
    (head + good + "1,1,1,nan\n", ("row 8", "column count"), "a count that is no number"),
    (head + good + "1,1,1,\n", ("row 8", "column count"), "an empty count"),
    (head + good + "1,2,1,3\n", ("row 8", "column B", "neither 0 nor 1"), "a cell of 2"),
    (head + good + "1,,1,3\n", ("row 8", "column B"), "an empty cell"),
    (head + good + "1,1,3\n", ("row 8",), "a short row"),
    (head, ("nobody",), "no rows"),
    (head + "1,0,0,0\n", ("nobody",), "only zero counts"),
    (head + "1,0,0,5\n0,1,0,3\n1,1,0,2\n", ("nobody is on the list", "C"), "an empty list"),
    ("A,count\n1,5\n", ("one list alone",), "one list"),
    ("count\n5\n", ("no list",), "no list"),
    ("A,B,C\n1,0,0\n", ("count",), "no count column"),
    ("A,A,count\n1,0,3\n", ("two columns have the name",), "two lists of one name"),
    (",".join(f"L{i}" for i in range(17)) + ",count\n", ("17 lists", "16"), "seventeen lists"),
    ("", ("",), "an empty file"),
    (b"A,B,count\n1,\x00,3\n", ("",), "a NUL byte"),
]:
    tap.refused(mse(text), *words, name="refused: " + name)

# ---- the question ----
for args, words, code, name in [
    (("--model", "A:Q"), ("Q", "none of the lists", "A, B, C"), 1, "a model with an unknown list"),
    (("--model", "A:A"), ("itself",), 1, "a list joined with itself"),
    (("--model", "A:B", "--stepwise", "0.02"), ("one of",), 2, "two ways of choosing"),
    (("--stepwise", "1.5"), ("between 0 and 1",), 2, "a threshold above 1"),
    (("--bootstrap", "0"), ("bootstrap",), 2, "no replicates"),
    (("--bootstrap", "2000000"), ("bootstrap",), 2, "too many replicates"),
    (("--dga", "1"), ("--max",), 2, "graphs without a largest N"),
    (("--dga", "1", "--max", "50"), ("below", "101"), 1, "a largest N below the people observed"),
    (("--dga", "0", "--max", "500"), ("delta",), 1, "a prior count of nothing"),
    (("--dga", "1", "--max", "900000000"), ("points",), 1, "a grid that is too fine"),
    (("--latent-class", "--chains", "3"), ("chains",), 1, "three chains"),
    (("--capture-model", "Mb"), ("Mb", "order"), 1, "Mb"),
    (("--capture-model", "Mbh"), ("Mbh", "order"), 1, "Mbh"),
    (("--recall", "1.2"), ("recall",), 2, "a recall above 1"),
]:
    tap.refused(mse(head + good, *args), *words, name="refused: " + name, code=code)
fraction = head + good + "1,1,1,1.5\n"
for args in ((), ("--model", "A:B", "--bootstrap", "10"), ("--dga", "1", "--max", "500"), ("--all-pairs", "--bootstrap", "9")):
    tap.refused(mse(fraction, *args), "fraction", name=f"refused: fractional counts with {' '.join(args) or 'forward steps'}")
d = doc(fraction, "--model", "A:B")
tap.close(d["fixed_models"][0]["n_observed"], 102.5, 1e-15, "a named model takes fractions")

# ---- models without an estimate: exit 0, no headline, the row with its status ----
d = doc(KOREA_LIKE, "--model", "b:c + b:d + c:d")
row = d["fixed_models"][0]
tap.equal((row["status"], row["N"], d["estimate"], d["grade"]), (1, None, None, "D"), "all pairs without an estimate: refused")
tap.ok(any("no (extended) maximum likelihood estimate" in r for r in d["reasons"]), "... in words", d["reasons"])
tap.ok(d["range"]["lo"] < d["range"]["hi"], "... with the range of the other models", d["range"])
for args in ((), ("--all-pairs",), ("--bootstrap", "100")):
    d = doc(KOREA_LIKE, *args)
    tap.ok(d["estimate"] is None and any("differ by over half" in r for r in d["reasons"]),
           f"choices that differ by over half withhold the number {args}", d["reasons"])
row = doc("A,B,C,count\n1,0,0,40\n0,1,0,30\n0,0,1,20\n1,1,0,6\n", "--model", "all_pairs")["fixed_models"][0]
tap.equal((row["status"], row["rank_deficiency"], row["minus_infinity"]), (2, 1, "A:C B:C"), "not identifiable: said")
d = doc("A,B,C,count\n1,0,0,40\n0,1,0,30\n0,0,1,20\n")
tap.equal((d["estimate"], d["grade"], d["fixed_models"][0]["status"]), (None, "D", 1), "no overlap at all: no estimate, exit 0")
tap.equal(d["fixed_models"][0]["lp_objective"], 0, "... and the linear program says so")

# a table where bootstrap samples and models fail: linear programs in several threads
sparse = "A,B,C,D,count\n1,0,0,0,11\n0,1,0,0,14\n0,0,1,0,3\n0,0,0,1,6\n1,1,0,0,4\n0,1,1,0,1\n"
one, four = (mse(sparse, "--all-pairs", "--bootstrap", "80", "--threads", n, "--json") for n in ("1", "4"))
tap.ok(one.returncode == 0 and one.stdout == four.stdout, "many failures: four threads give the same bytes as one", four.stderr)
statuses = [r["status"] for r in json.loads(one.stdout)["existence"]]
tap.ok(0 in statuses and 1 in statuses, "... and some models have no estimate")

# ---- two lists ----
d = doc("A,B,count\n1,0,40\n0,1,30\n1,1,25\n")
chapman = 66 * 56 / 26 - 1
tap.close(d["pairwise_two_list"][0]["N_Chapman"], chapman, 1e-14, "two lists: Chapman")
tap.close(d["estimate"], chapman, 1e-14, "... is the headline when that is the only flag")
tap.ok("independent" in d["assumption"] and d["grade"] == "B", "... with the sentence on independence", d["assumption"])
tap.equal([(r["odds_ratio"], round(r["N"], 9)) for r in d["odds_ratio"]],
          [(o, round(95 + o * 40 * 30 / 25, 9)) for o in (0.5, 1, 2, 4)], "... and N by odds ratio")

# ---- what always stands beside an estimate ----
d = tap.run_json("study", "mse", UK)
for key in ("lists", "overlap", "fixed_models", "coefficients", "fitted", "existence", "rivals", "allpairs_summary",
            "pairwise_two_list", "lower_bounds", "list_sensitivity", "pair_influence", "mse_linkage_error",
            "assumption", "closed_population", "range", "grade", "reasons", "settings", "version"):
    tap.ok(key in d and d[key], f"always printed: {key}")
tap.equal(d["estimate"], None, "UK 2013: two red flags withhold the number")
tap.ok(d["grade"] == "C" and d["red_flags"] == 2 and len(d["reasons"]) >= 2, "... with grade and reasons", d["reasons"])
tap.equal(d["overlap"][0]["filled_cells"], 25, "... 25 cells filled")
tap.close(d["overlap"][0]["share_seen_once"], 2492 / 2744, 1e-15, "... and the share seen once")
tap.close(d["fixed_models"][0]["N"], 11417.9910915046, 1e-12, "... while the named model's number is there")
text = tap.run("study", "mse", UK).stdout
tap.ok(text.startswith("Estimate  withheld") and all(w in text for w in ("Range", "Assumes", "Closed", "omit list PF")), "the text says so first",
       text[:1500])

# ---- nothing depends on the order of rows, nor on threads ----
lines = open(UK).read().split("\n")
rows = [x for x in lines[1:] if x]
random.Random(3).shuffle(rows)
a = mse("\n".join([lines[0]] + rows) + "\n", "--bootstrap", "60", "--profile", "--dga", "0.1", "--max", "9000", "--json")
b = mse("\n".join(lines), "--bootstrap", "60", "--profile", "--dga", "0.1", "--max", "9000", "--threads", "3", "--json")
x, y = json.loads(a.stdout), json.loads(b.stdout)
x["settings"].pop("data_sha256"), y["settings"].pop("data_sha256")
tap.ok(x == y, "the same to the last digit for another order of rows and three threads")
zeros = "\n".join(lines).rstrip("\n") + "\n1,0,0,0,1,0,0\n1,1,1,1,1,1,0\n"
z = json.loads(mse(zeros, "--json").stdout)
tap.equal(z["fixed_models"], d["fixed_models"], "rows of zero people change nothing")

# ---- permuting the lists permutes the answer ----
def permuted(text, order):
    out = []
    for line in text.strip().split("\n"):
        c = line.split(",")
        out.append(",".join([c[i] for i in order] + [c[-1]]))
    return "\n".join(out) + "\n"


p = doc(permuted(open(UK).read(), [3, 5, 0, 4, 1, 2]), "--model", "LA:NG + LA:PF + NG:GP")
q = tap.run_json("study", "mse", UK, "--model", "LA:NG + LA:PF + NG:GP")
for column in ("N", "se_log_dark", "deviance", "AIC"):
    tap.close(p["fixed_models"][0][column], q["fixed_models"][0][column], 1e-11, f"lists in another order: {column}")

# ---- a model that is fitted exactly: a saturated pair model of three lists has a closed form ----
cells = {"100": 30, "010": 25, "001": 20, "110": 8, "101": 6, "011": 5, "111": 4}
text = "A,B,C,count\n" + "".join(f"{','.join(c)},{n}\n" for c, n in cells.items())
n = cells
closed = n["111"] * n["100"] * n["010"] * n["001"] / (n["110"] * n["101"] * n["011"])
got = doc(text, "--model", "all_pairs")["fixed_models"][0]
tap.close(got["dark"], closed, 1e-12, "all pairs of three lists: n111 n100 n010 n001 / (n110 n101 n011)")
tap.close(got["se_log_dark"], sum(1 / v for v in cells.values()) ** 0.5, 1e-12, "... and its standard error")
big = "A,B,C,count\n" + "".join(f"{','.join(c)},{n * 10**13}\n" for c, n in cells.items())
got = doc(big, "--model", "all_pairs")["fixed_models"][0]
tap.close(got["dark"], closed * 1e13, 1e-9, "counts of 10^14 people")

# ---- sixteen lists ----
names = [f"L{i}" for i in range(16)]
wide = ",".join(names) + ",count\n"
for i in range(16):
    wide += ",".join("1" if j == i else "0" for j in range(16)) + ",200\n"
    wide += ",".join("1" if j in (i, (i + 1) % 16) else "0" for j in range(16)) + ",9\n"
got = doc(wide, "--model", "L0:L1")
tap.ok(got["fixed_models"][0]["status"] == 0 and got["fixed_models"][0]["n_cells"] == 65535, "sixteen lists are fitted")

# ---- bootstrap counts ----
with tap.temp_dir() as t:
    path = os.path.join(t, "counts.csv")

    def counts(text):
        with open(path, "w") as f:
            f.write(text)
        return mse("A,B,C,count\n1,0,0,9\n0,1,0,8\n0,0,1,7\n1,1,0,3\n0,1,1,2\n1,0,1,2\n", "--bootstrap-counts", path, "--json")

    fine = "cell,observed,X1,X2\n100,9,8,9\n010,8,9,9\n001,7,7,6\n110,3,3,3\n011,2,2,2\n101,2,2,2\n"
    r = counts(fine)
    tap.ok(r.returncode == 0 and [x["rep"] for x in json.loads(r.stdout)["boot_N"]] == [1, 2], "resampled counts are read", r.stderr)
    tap.refused(counts(fine.replace("110,3", "111,3")), "row 5", "cell", name="resampled counts: an unknown combination")
    tap.refused(counts(fine.replace("110,3", "110,4")), "observed", name="resampled counts of another table")
    tap.refused(counts(fine.replace("101,2,2,2\n", "")), "combinations", name="resampled counts: a combination missing")
    tap.refused(counts(fine.replace("8,9\n", "8.5,9\n")), "whole", name="resampled counts with fractions")
    tap.refused(counts(fine + "100,9,8,9\n"), "twice", name="resampled counts: a row twice")
    tap.refused(counts("cell\n100\n"), "cell", name="resampled counts without any")

# ---- pictures ----
with tap.temp_dir() as t:
    out = os.path.join(t, "pictures")
    r = tap.run("study", "mse", UK, "--bootstrap", "50", "--svg", out, "--recall", "0.9", "--precision", "0.98", "--json")
    names = sorted(os.listdir(out)) if r.returncode == 0 else r.stderr
    wanted = ["bootstrap", "left_out", "linkage", "lists", "methods", "models"]
    tap.equal(names, sorted(f"mse_{n}.{x}" for n in wanted for x in ("csv", "svg")), "six pictures with their tables")
    for name in wanted:
        svg = open(os.path.join(out, f"mse_{name}.svg")).read()
        tap.ok("<title" in svg and "<desc" in svg and "<script" not in svg and "NaN" not in svg and "inf" not in svg.replace("information", ""),
               f"{name}: titled, described, no script, no NaN")
    tap.close(json.loads(r.stdout)["linkage_corrected"][0]["N"], 10413, 0.03, "the measured recall and precision are applied")
    file = os.path.join(t, "file")
    open(file, "w").close()
    tap.ok(tap.run("study", "mse", UK, "--svg", file).returncode in (1, 3), "a file where the directory should be")
tap.done()
