#!/usr/bin/env python3
"""study synthesise --budget-ledger: what is spent adds up as theory says, limits hold, and a ledger that was touched is refused."""
import hashlib
import json
import math
import os
import subprocess

from tap import BINARY, SOURCE, close, done, equal, ok, refused, run, run_json, temp_dir

NGO = os.path.join(SOURCE, "tests/data/examples/protect/people.csv")
SPEC = os.path.join(SOURCE, "tests/data/examples/protect/synthetic.json")


def rho_of(epsilon, delta):
    """Bun & Steinke (2016), proposition 1.3, solved for rho."""
    return (math.sqrt(epsilon + math.log(1 / delta)) - math.sqrt(math.log(1 / delta))) ** 2


def epsilon_of(rho, delta):
    return rho + 2 * math.sqrt(rho * math.log(1 / delta))


with temp_dir() as d:
    ledger, made = d + "/ledger.jsonl", d + "/made.csv"

    def words(epsilon, population="referrals", *more, out=made):
        return ["study", "synthesise", NGO, "--spec", SPEC, "--epsilon", epsilon, "--out", out,
                "--budget-ledger", ledger, "--population", population, *more]

    refused(run(*words(1)), "--total-limit", name="a new ledger needs its limit stated", code=2)
    ok(not os.path.exists(ledger) and not os.path.exists(made), "and nothing is written")
    for option, value in (("--total-limit", "-1"), ("--total-limit", "nan"), ("--year-limit", "0")):
        refused(run(*words(1), option, value), name=f"{option} {value}", code=2)
    refused(run(*words(1), "--total-limit", 2), "below", name="total below the year's default", code=2)

    delta = 1 / (412 * math.log(412))
    spent, first = [], run_json(*words(1.5, "referrals", "--total-limit", 7))
    spent.append(1.5)
    close(first["budget"]["cumulative"]["epsilon_in_total"], 1.5, 1e-9, "the first file's budget")
    for epsilon in (0.5, 2):
        spent.append(epsilon)
        doc = run_json(*words(epsilon))["budget"]["cumulative"]
        rho = sum(rho_of(x, delta) for x in spent)
        close(doc["epsilon_in_total"], epsilon_of(rho, delta), 1e-9, f"{len(spent)} files: rho adds up")
        close(doc["epsilon_this_year"], doc["epsilon_in_total"], 1e-12, "all in one year")
        equal([doc["releases_in_total"], doc["year_limit"], doc["total_limit"]], [len(spent), 4, 7],
              "count and limits are told")
    lines = open(ledger, "rb").read().splitlines()
    equal(len(lines), 4, "one line for the limits and one a file")
    chained, previous = True, "0" * 64
    for line in lines:
        text, _, end = line.rpartition(b',"hash":"')
        entry = json.loads(line)
        chained &= entry["previous"] == previous and end == entry["hash"].encode() + b'"}'
        previous = hashlib.sha256(text).hexdigest()
        chained &= previous == entry["hash"]
    ok(chained, "each line has its hash and that of the line before")
    equal(json.load(open(made + ".budget.json", encoding="utf-8"))["cumulative"]["entry"], previous,
          "the file published with the records names its entry")
    equal(entry["sha256"], hashlib.sha256(open(made, "rb").read()).hexdigest(),
          "the entry has the hash of the records")

    before, records = open(ledger, "rb").read(), open(made, "rb").read()
    refused(run(*words(4)), "limit of 4", "nothing was written", name="the year's limit holds")
    equal(open(ledger, "rb").read(), before, "a refused file is not in the ledger")
    equal(open(made, "rb").read(), records, "and the file there stays")
    equal(run_json(*words(4, "others", out=d + "/b.csv"))["budget"]["cumulative"]["releases_in_total"], 1,
          "another population has its own budget")
    refused(run(*words(1, "referrals", "--total-limit", 9)), "7 in the ledger", name="limits are stated once")
    refused(run(*words(1, "")), "population", name="population without a name", code=2)
    refused(run(*words(1, "a\nb")), "population", name="population of two lines", code=2)
    refused(run(*words(1), "--seed", "x"), "secret seed", name="no seed with a ledger", code=2)
    refused(run("study", "synthesise", NGO, "--spec", SPEC, "--epsilon", 1, "--out", made, "--population",
                "x"), "--budget-ledger", name="population without ledger", code=2)
    refused(run("study", "synthesise", NGO, "--spec", SPEC, "--method", "k-anonymous", "--out", made,
                "--population", "x", "--budget-ledger", ledger), "differential", name="k-anonymous", code=2)

    # Earlier years count in total, not this year: entries of 2001 put in by hand, chained anew.
    def chain(entries):
        text, last = "", "0" * 64
        for e in entries:
            e = {k: v for k, v in e.items() if k not in ("previous", "hash")}
            body = json.dumps({**e, "previous": last}, separators=(",", ":"))[:-1]
            last = hashlib.sha256(body.encode()).hexdigest()
            text += body + f',"hash":"{last}"}}\n'
        return text

    old = [{"year_limit": 4, "total_limit": 6}] + [
        {"sequence": k, "at": f"{2000 + k}-05-01T00:00:00Z", "population": "referrals", "delta": 1e-7,
         "rho": rho_of(3, 1e-7)} for k in (1, 2)]
    with open(ledger, "w", encoding="utf-8") as f:
        f.write(chain(old))
    doc = run_json(*words(2))["budget"]["cumulative"]
    close(doc["epsilon_this_year"], 2, 1e-9, "other years do not count for this year")
    close(doc["epsilon_in_total"], epsilon_of(2 * rho_of(3, 1e-7) + rho_of(2, delta), 1e-7), 1e-9,
          "in total, at the smallest delta")
    refused(run(*words(2.5)), "in total", name="the limit in total holds though the year has room")

    good = open(ledger, "rb").read()
    touched = {
        "a smaller sum": good.replace(b'"sequence":2', b'"sequence":2 ', 1),
        "a line less in the middle": b"\n".join(x for k, x in enumerate(good.split(b"\n")) if k != 1),
        "the last line cut": good[:-40],
        "the last newline cut": good[:-1],
        "empty": b"",
        "no JSON": b"hello\n",
        "a limit raised": good.replace(b'"total_limit":6', b'"total_limit":60'),
        "binary": bytes(range(256)) * 4,
        "an entry that is none": chain([old[0], {"sequence": 1, "at": "2001"}]).encode(),
        "rho below 0": chain([old[0], {**old[1], "rho": -1}]).encode(),
        "delta 0": chain([old[0], {**old[1], "delta": 0}]).encode(),
        "no limits": chain([{"ledger": "x"}]).encode(),
    }
    for name, text in touched.items():
        with open(ledger, "wb") as f:
            f.write(text)
        refused(run(*words(0.1)), "ledger", "row", name="refused: " + name)
        equal(open(ledger, "rb").read(), text, name + ": left as it is")

    # Eight runs at once, room for some: no entry is lost and none is over the limit.
    os.remove(ledger)
    run_json(*words(1, "referrals", "--total-limit", 4))
    jobs = [subprocess.Popen([BINARY, *map(str, words(1.9, out=d + f"/{k}.csv"))], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
            for k in range(8)]
    codes = [j.wait() for j in jobs]
    for j in jobs:
        j.stderr.close()
    room = 0
    while epsilon_of(rho_of(1, delta) + (room + 1) * rho_of(1.9, delta), delta) <= 4:
        room += 1
    equal(sorted(codes), [0] * room + [1] * (8 - room), "runs at once spend what there is, no more")
    equal(len(open(ledger, encoding="utf-8").readlines()), 2 + room, "and each has its entry")
    equal(sum(os.path.exists(d + f"/{k}.csv") for k in range(8)), room, "and its file")

    os.mkdir(d + "/dir")
    refused(run("study", "synthesise", NGO, "--spec", SPEC, "--epsilon", 1, "--out", d + "/x.csv",
                "--population", "p", "--total-limit", 5, "--budget-ledger", d + "/none/ledger"),
            "ledger", name="a ledger in no directory")
    refused(run("study", "synthesise", NGO, "--spec", SPEC, "--epsilon", 1, "--out", d + "/x.csv",
                "--population", "p", "--total-limit", 5, "--budget-ledger", d + "/dir"),
            "directory", name="a ledger that is a directory")
    refused(run(*words(0.1, out=d + "/none/x.csv")), "cannot write", name="no directory for the file")
    equal(len(open(ledger, encoding="utf-8").readlines()), 2 + room, "what is not made is not spent")
done()
