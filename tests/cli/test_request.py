#!/usr/bin/env python3
"""The data request: 17 items, nested, rounded, additive where the unit allows, exact on purpose."""
import csv
import os
import sqlite3
import subprocess
import sys

from tap import SOURCE, done, equal, ok, refused, run, temp_dir

YEARS = 5
# numerator within the denominator that this item names
PARENTS = {2: 1, 5: 4, 6: 5, 7: 4, 8: 4, 9: 8, 10: 4, 15: 14}
ADDITIVE = (1, 2, 3, 13, 16)  # units other than people who may return


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def tables(out):
    """By the first words of each table's columns, since their numbers may change."""
    found = {}
    for name in sorted(os.listdir(os.path.join(out, "csv"))):
        if name.endswith(".csv"):
            rows = read(os.path.join(out, "csv", name))
            found[tuple(rows[0])[:2]] = rows
    return found


def number(text):
    return None if text.startswith("[") else float(text)


def answers(t):
    out = {}
    for r in t[("Item", "Measure")]:
        out.setdefault((int(r["Item"][3:]), r["Measure"]), {})[r["Period"]] = r
    return out


with temp_dir() as d:
    store, made = os.path.join(d, "register"), os.path.join(d, "made")
    run("simulate", "--people", "400", "--seed", "1", "--out", made, "--quiet")
    run("init", store, "--quiet")
    for channel, sender in (("nrm", "SCA"), ("msvcc", "TSA")):
        r = run("import", os.path.join(made, channel + ".csv"), "--as", channel, "--from", sender,
                "--store", store, "--quiet")
        equal(r.returncode, 0, f"{channel} goes in")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "linked and classified")

    def request(out, *more, date="2023-12-31", years=str(YEARS)):
        return run("request", "--store", store, "--as-at", date, "--years", years, "--out",
                   os.path.join(d, out), *more)

    r = request("answer")
    equal(r.returncode, 0, "the request is answered")
    ok("17 items" in r.stdout, "the terminal says how many", r.stdout + r.stderr)
    r = request("exact", "--complete", "--purpose", "reply to the Commissioner")
    equal(r.returncode, 0, "complete with a purpose")
    rounded, exact = tables(os.path.join(d, "answer")), tables(os.path.join(d, "exact"))

    items = rounded[("Item", "Question")]
    wanted = read(os.path.join(SOURCE, "data/report/sca_data_request.csv"))
    equal([r["Item"] for r in items], [r["id"] for r in wanted], "17 items, by the request's ids")
    equal(len(items), 17, "17")
    for r, w in zip(items, wanted):
        for column, field in (("Unit", "unit"), ("Population", "population"),
                              ("Closest public answer", "closest_public_answer")):
            if r[column] != w[field]:
                ok(False, f"{w['id']}: {column}", r[column])
    ok(all(r["How it is counted here"] and r["Why some cannot be settled"] for r in items),
       "each says how it is counted and why some cannot be settled")
    equal({n for n, _ in answers(rounded)}, set(range(1, 18)), "17 items in the answers")

    for name, t in (("rounded", rounded), ("exact", exact)):
        a = answers(t)
        by_item = {n: periods for (n, _), periods in a.items() if n not in (12, 17)}
        for n, periods in a.items():
            if n[0] != 17:
                equal(len(periods), YEARS + 1, f"{name} {n[0]} {n[1][:24]}: years and total") \
                    if n[0] != 12 else None
        total = next(p for p in by_item[1] if p.startswith("All"))
        years = [p for p in by_item[1] if p != total]
        for child, parent in PARENTS.items():
            bad = [p for p, r in by_item[child].items()
                   if number(r["Numerator"]) is not None
                   and not (number(r["Numerator"]) <= number(r["Denominator"])
                            == number(by_item[parent][p]["Numerator"]))]
            ok(not bad, f"{name}: A2Q{child:02} is nested in A2Q{parent:02}", bad)
        bad = [(k, p) for k, periods in a.items() for p, r in periods.items()
               if number(r["Numerator"]) is not None and number(r["Denominator"]) is not None
               and number(r["Numerator"]) + number(r["Cannot be settled"]) > number(r["Denominator"])
               and k[0] not in (3,)]
        ok(not bad, f"{name}: answered and open together are within the denominator", bad)
        for k, periods in a.items():
            if k[0] in ADDITIVE or k[0] == 12:
                for column in ("Numerator", "Denominator"):
                    values = [number(periods[p][column]) for p in years]
                    if None not in values and sum(values) != number(periods[total][column]):
                        ok(False, f"{name} {k}: {column} of the years adds up", values)
        ok(all(number(by_item[n][total]["Numerator"])
               <= sum(number(by_item[n][p]["Numerator"]) for p in years)
               for n in (4, 5, 8, 10, 11, 14) if name == "exact"),
           f"{name}: no more people in all than in the years together")
        for strict in [k for k in a if k[0] == 12 and "strict" in k[1]]:
            lenient = (12, strict[1].replace("strict", "lenient"))
            if any(number(a[strict][p]["Numerator"]) > number(a[lenient][p]["Numerator"])
                   for p in a[strict]):
                ok(False, f"{name}: {strict[1]} is within lenient")
        # 14 answers of 12: seven definitions, two modes
        equal(len([k for k in a if k[0] == 12]), 14, f"{name}: item 12 under every definition")
        equal({r["Numerator"] for r in a[(17, "not collected")].values()}, {"[x]"},
              f"{name}: item 17 is not collected, and no zero")
        equal({r["Numerator"] for k, p in a.items() if k[0] == 16 for r in p.values()}, {"[x]"},
              f"{name}: no date of doing is kept, so item 16 has no zero")

    counts = [r[c] for t in rounded.values() for r in t for c in r
              if c in ("Numerator", "Denominator", "Cannot be settled", "People held",
                       "All who left", "Actions agreed")
              if r[c].lstrip("-").isdigit()]
    ok(len(counts) > 300 and all(int(c) % 5 == 0 for c in counts), "every count is a multiple of 5",
       [c for c in counts if int(c) % 5])
    near = [(k, p) for k, periods in answers(rounded).items() for p, r in periods.items()
            for x in [answers(exact)[k][p]]
            if k[0] in (1, 4) and abs(number(r["Numerator"]) - number(x["Numerator"])) >= 10]
    ok(not near, "rounded is near the exact", near)

    for name, t in (("rounded", rounded), ("exact", exact)):
        totals = t[("Item", "Asked")]
        every = answers(t)
        equal([r["Item"] for r in totals], [r["id"] for r in wanted], f"{name}: one line an item in total")
        bad = [r["Item"] for r in totals if int(r["Item"][3:]) not in (12, 17)
               for p in [next(ps[total] for (n, _), ps in every.items() if n == int(r["Item"][3:]))]
               if any(r[c] != p[c] for c in ("Numerator", "Denominator", "Share %", "Cannot be settled"))]
        equal(bad, [], f"{name}: and it is that of the table by year")
        most = "Share, most %"
        bad = [(k, p) for k, ps in every.items() for p, r in ps.items() if number(r[most]) is not None
               and abs(100 * (number(r["Numerator"]) + number(r["Cannot be settled"])) / number(r["Denominator"])
                       - number(r[most])) > 0.0501]
        equal(bad, [], f"{name}: the most is that of all who cannot be settled")
    units = {r["Unit"] for r in rounded[("Item", "Measure")] if r["Item"] == "A2Q12"}
    equal(units, {"person"}, "item 12 counts people there; occurrences have a table of their own")
    why = {(r["Item"], r["Field"]): r["Why not all"] for r in rounded[("Item", "Field")]}
    ok("No agency" in why["A2Q16", "exit_plan_action.done_date"], "what no extract carries is said", why)
    ok("identity key" in why["A2Q05", "missing_event.date"], "and what is sealed")

    # ---- against the extracts themselves ----
    rows = read(os.path.join(made, "msvcc.csv"))
    received = next(c for c in rows[0] if "received" in c.lower())
    got = {p: number(r["Numerator"]) for (n, _), periods in answers(exact).items() if n == 1
           for p, r in periods.items()}
    for y in range(2019, 2024):
        equal(got[f"Year to {y}-12-31"],
              float(sum(r[received].startswith(str(y)) for r in rows)),
              f"item 1 in {y} is the extract's count")
    ends = [(r[f"support_period{k}.end_date"], r[f"support_period{k}.exit_reason"])
            for r in rows for k in ("", "2")
            if r.get(f"support_period{k}.end_date") and r[f"support_period{k}.contract"] in ("MSVCC", "AVMS")]
    for r in exact[("Year", "Whose figures")]:
        y = r["Year"][8:12]
        if r["Year"].startswith("Year to"):
            told = [why for end, why in ends if end.startswith(y)]
            equal([int(r["Missing or absconded"]), int(r["Returned to home country"]),
                   int(r["Nothing in place"]), int(r["All who left"])],
                  [sum(w in ("MISSING", "ABSCONDED") for w in told),
                   sum(w.startswith("RETURNED_") and w != "RETURNED_TO_TRAFFICKER" for w in told),
                   told.count("NOTHING_IN_PLACE"), len(told)],
                  f"leaving in {y} is the extract's")
    people = {p: number(r["Numerator"]) for (n, _), ps in answers(exact).items() if n == 4
              for p, r in ps.items()}
    ok(people["Year to 2019-12-31"] == 0 < people["Year to 2023-12-31"],
       "support before the MSVCC began is not MSVCC support", people)
    published = [r for t in rounded.values() for r in t if r.get("Year") == "2020"]
    equal([published[0][c] for c in ("Missing or absconded", "Returned to home country", "Nothing in place")],
          ["147", "28", "39"], "the report's own years, as printed")

    # ---- workbook, audit, same bytes, refusals ----
    check = subprocess.run([sys.executable, os.path.join(SOURCE, "tools/check-workbook.py"),
                            os.path.join(d, "answer/tables.ods"),
                            os.path.join(d, "answer/tables.xlsx")], capture_output=True, text=True)
    equal((check.returncode, check.stdout), (0, ""), "the workbooks keep the rules")
    db = sqlite3.connect(os.path.join(store, "store.db"))
    audit = " ".join(repr(r) for r in db.execute("SELECT * FROM audit"))
    ok("reply to the Commissioner" in audit, "the purpose stands in the audit log")
    request("again", "--threads", "1")
    equal(tables(os.path.join(d, "again")), rounded, "the same register gives the same answer")
    refused(request("x", date="2023-02-30"), "as-at", name="no such day", code=2)
    refused(request("x", date="2999-01-01"), "future", name="a day in the future", code=2)
    refused(request("x", years="0"), "--years", name="no years", code=2)
    refused(request("x", years="21"), "--years", name="too many years", code=2)
    refused(request("x", "--complete"), "--purpose", name="complete without a purpose", code=2)
    refused(request("x", "--complete", "--purpose", " "), "--purpose", name="a blank one", code=2)
    ok(not os.path.exists(os.path.join(d, "x")), "a refused request writes nothing")
    r = request("old", date="1990-12-31", years="1")
    equal(r.returncode, 0, "before the first record: an answer, not a fault")
    ok(all(x["Collected in this register"] == "Not collected"
           for x in tables(os.path.join(d, "old"))[("Item", "Question")]),
       "before the first record nothing is collected, and nothing is zero")

# ---- a register small enough to count by hand ----
def referral(k, received, eligible, contact, **more):
    row = {"referral.external_id": f"H{k}", "referral.received_date": received,
           "referral.status": "ACCEPTED", "referral.age_status_at_referral": "ADULT",
           "referral.support_eligible": eligible, "referral.contact_result": contact,
           "identity.kind": "legal", "identity.given_name": f"{'ABCDEFGH'[k] * 5}",
           "identity.family_name": f"{'QRSTUVWX'[k] * 7}",
           "person.birth_date": f"19{60 + 4 * k}-0{k + 1}-1{k}"}
    return row | {name.replace("__", "."): v for name, v in more.items()}


def spell(start, end="", reason="", second=""):
    return {f"support_period{second}__contract": "MSVCC",
            f"support_period{second}__start_date": start,
            f"support_period{second}__end_date": end,
            f"support_period{second}__exit_reason": reason}


HAND = [
    referral(0, "2022-02-01", "YES", "REACHED", **spell("2022-03-01", "2022-06-01", "MISSING"),
             missing_event__kind="MISSING", missing_event__outcome="STILL_MISSING",
             immigration_status__status="NO_LEAVE", exit_plan__status="none"),
    referral(1, "2022-05-01", "YES", "NOT_REACHED"),
    referral(2, "2023-01-10", "NO", "NOT_REACHED"),
    referral(3, "2023-02-01", "", ""),
    # away, and back
    referral(4, "2023-03-01", "YES", "REACHED", **spell("2023-03-10", "2023-05-01", "ABSCONDED"),
             **spell("2023-07-01", second="2"), missing_event__kind="ABSCONDED",
             immigration_status__status="ILR", exit_plan__status="completed",
             exit_plan__retrafficking_risk="YES", exit_plan_action__domain="HOUSING",
             exit_plan_action2__domain="SAFETY"),
    # support starts, and ends, after the day of the request
    referral(5, "2023-06-01", "YES", "REACHED", **spell("2024-02-01")),
    referral(6, "2023-08-01", "YES", "REACHED", **spell("2023-08-10", "2024-03-01", "EVICTED"),
             risk_assessment__date="2023-09-01", risk_assessment__retrafficking_identified="YES"),
    referral(7, "2024-05-01", "YES", "REACHED", **spell("2024-05-02")),
]
# item: numerator, denominator, cannot be settled; over both years
BY_HAND = {1: (7, None, 0), 2: (3, 7, 0), 3: (1, 5, 1), 4: (3, None, 0), 5: (1, 3, 0),
           6: (0, 1, 0), 7: (0, 3, 2), 8: (1, 3, 0), 9: (1, 1, 0), 10: (1, 3, 2), 11: (1, 2, 0),
           14: (1, 2, 0), 15: (1, 1, 0), 16: (None, 2, 2)}

with temp_dir() as d:
    store, extract = os.path.join(d, "register"), os.path.join(d, "hand.csv")
    columns = list(dict.fromkeys(c for r in HAND for c in r))
    with open(extract, "w", encoding="utf-8", newline="") as f:
        w = csv.DictWriter(f, columns, restval="")
        w.writeheader()
        w.writerows(HAND)
    run("init", store, "--quiet")
    r = run("import", extract, "--as", "msvcc", "--from", "TSA", "--store", store)
    ok(r.returncode == 0 and "8 new" in r.stdout, "all rows go in", r.stdout + r.stderr)

    def by_hand(*more):
        out = os.path.join(d, "out" + str(len(more)))
        r = run("request", "--store", store, "--as-at", "2023-12-31", "--years", "2", "--out", out,
                "--complete", "--purpose", "counting by hand", *more)
        equal(r.returncode, 0, "answered")
        got = tables(out)
        return {n: tuple(number(p["All 2 years"][c])
                         for c in ("Numerator", "Denominator", "Cannot be settled"))
                for (n, _), p in answers(got).items() if n not in (12, 17)}, got

    told, got = by_hand()
    for item, wanted in BY_HAND.items():
        equal(told[item], wanted, f"by hand: A2Q{item:02}")
    equal(told[13], (None, None, None), "by hand: no NRM record, so item 13 is not collected")
    leaving = {r["Year"]: r for r in got[("Year", "Whose figures")]}
    equal([leaving[f"Year to {y}-12-31"]["All who left"] for y in (2022, 2023)], ["1", "1"],
          "by hand: leaving after the day of the request does not count")
    equal(by_hand("--nrm-complete")[0][7], (2, 3, 0),
          "by hand: with every NRM referral declared, no decision is no decision")

done()
