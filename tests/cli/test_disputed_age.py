#!/usr/bin/env python3
"""A register in which a person's age is disputed: the dates say nothing against, whatever fits says much for."""
import csv
import os
import sqlite3

from tap import done, equal, ok, run, run_json, temp_dir

# external id, given name, family name, birth date, age status, claimed, assessed, dispute's status
PEOPLE = [
    ("T1", "Samirel", "Tekleab", "2004-03-12", "DISPUTED", "", "", ""),
    ("T2", "Samirel", "Tekleab", "1998-10-25", "ADULT", "", "", ""),
    ("T3", "Yonasel", "Haddisa", "2003-06-05", "CHILD", "", "", ""),
    ("T4", "Yonasel", "Haddisa", "1997-11-30", "ADULT", "2003-06-05", "1997-11-30", "ADULT"),
    ("T5", "Filmonel", "Gebresa", "2004-03-12", "CHILD", "", "", ""),
    ("T6", "Filmonel", "Gebresa", "1998-10-25", "ADULT", "", "", ""),
]


def comparison(store, ids, a, b, column="birth_date"):
    doc = run_json("review", "show", ids[a], ids[b], "--store", store)
    return next(c for c in doc["comparisons"] if c["comparison"] == column)


with temp_dir() as d:
    store, made = os.path.join(d, "register"), os.path.join(d, "made")
    run("simulate", "--people", "300", "--seed", "5", "--out", made, "--quiet")
    run("init", store, "--quiet")
    equal(run("import", os.path.join(made, "nrm.csv"), "--as", "nrm", "--from", "SCA", "--store", store,
              "--quiet").returncode, 0, "made people are there")
    with open(os.path.join(made, "msvcc.csv"), newline="") as f:
        header = next(csv.reader(f))
    mine = os.path.join(d, "msvcc.csv")
    with open(mine, "w", newline="") as f:
        w = csv.DictWriter(f, header, restval="")
        w.writeheader()
        for ext, given, family, born, age, claimed, assessed, status in PEOPLE:
            w.writerow({"referral.external_id": ext, "referral.received_date": "2021-05-06",
                        "referral.status": "RECEIVED", "referral.age_status_at_referral": age,
                        "identity.kind": "legal", "identity.given_name": given,
                        "identity.family_name": family, "person.birth_date": born,
                        "person.birth_date_precision": "DAY", "person.gender": "M",
                        "person.nationality": "ERI", "age_dispute.claimed_birth_date": claimed,
                        "age_dispute.assessed_birth_date": assessed, "age_dispute.status": status})
    r = run("import", mine, "--as", "msvcc", "--from", "TSA", "--store", store)
    equal(r.returncode, 0, "the disputed are imported")
    ok("rejected" not in r.stdout or "0 rejected" in r.stdout, "all of them", r.stdout)
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")
    db = sqlite3.connect(os.path.join(store, "store.db"))
    last = [r[0] for r in db.execute("SELECT id FROM record ORDER BY id DESC LIMIT ?", (len(PEOPLE),))]
    lines = dict(db.execute("SELECT id, line FROM record"))
    db.close()
    ids = {p[0]: i for p, i in zip(PEOPLE, reversed(last))}

    one = comparison(store, ids, "T1", "T2")
    ok("disputed" in one["says"], "a date beside a disputed one: said to be so", one)
    equal(comparison(store, ids, "T1", "T2", "age_dispute")["says"], "an age is disputed", "and whose column it is")
    two = comparison(store, ids, "T3", "T4")
    equal(two["likeness"], "close", "the claimed date of one is the date of the other")
    three = comparison(store, ids, "T5", "T6")
    equal((three["likeness"], three["says"]), ("differs", "different"), "no dispute: the dates differ")
    equal([lines[ids[a]] == lines[ids[b]] for a, b in (("T3", "T4"), ("T5", "T6"))], [True, False],
          "whose claimed date fits is found again")

    answer = run_json("match", "--store", store, "--given-name", "Samirel", "--family-name", "Tekleab",
                      "--birth-date", "1990-01-30", "--nationality", "ERI")
    says = {c["record"]: {r["comparison"]: r for r in c["reasons"]} for c in answer["candidates"]}
    at = says.get(ids["T1"]) or next(iter(says.values()))
    equal(at["birth_date"]["bits"], 0.0, "match: a disputed date weighs nothing")
    ok("disputed" in at["birth_date"]["says"], "match: and says why", at)
done()
