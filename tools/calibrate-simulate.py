#!/usr/bin/env python3
"""Makes data/simulate/*.csv (compact copies of public tables) from the domain pack's aggregates.

Run by hand when the Home Office publishes again: tools/calibrate-simulate.py ../shared/domain/aggregates
"""
import collections
import csv
import os
import sys

source = sys.argv[1]
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def write(name, header, rows):
    with open(os.path.join(here, "simulate", name), "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header)
        w.writerows(rows)


nationality = {}
for r in read(os.path.join(here, "codes", "nationality_dual_published.csv")):
    nationality[r["label"].lower()] = r["first_alpha3"] + "|" + r["second_alpha3"]
for r in read(os.path.join(here, "codes", "nationality.csv")):
    nationality[r["label"].lower()] = r["alpha3"]
kinds = {r["published_label"]: r["components"]
         for r in read(os.path.join(here, "codes", "exploitation_combination_published.csv"))}
sexes = {"FEMALE": "F", "MALE": "M", "OTHER": "X", "UNKNOWN": "U", "NOT RECORDED": "U"}


def code_of(label):
    """'PAK|GBR' for two nationalities; an unknown first or second one is left empty."""
    if label.lower() not in nationality:
        sys.exit(f"nationality {label} is in no code list")
    code = nationality[label.lower()]
    return "" if code == "|" else code


cells = collections.Counter()
for r in read(os.path.join(source, "nrm_referrals_detail_2022q2_2023q4.csv")):
    cells[code_of(r["nationality_label"]), r["first_responder_type"],
          kinds[r["exploitation_type_published"]], r["age_at_exploitation"],
          sexes[r["gender"]]] += int(r["referrals"])
write("nrm_cells.csv",
      ["nationality", "first_responder_type", "exploitation", "age", "gender", "referrals"],
      [[*k, n] for k, n in sorted(cells.items())])

quarters = [[r["year"], r["quarter"][1], r["age_at_exploitation"], r["location_of_exploitation"],
             r["referrals"]]
            for r in read(os.path.join(source, "nrm_referrals_quarterly_2009_2023.csv"))
            if int(r["year"]) >= 2014]
write("nrm_quarters.csv", ["year", "quarter", "age", "location", "referrals"], quarters)
write("dtn_quarters.csv", ["year", "quarter", "reports"],
      [[r["year"], r["quarter"][1], r["reports"]]
       for r in read(os.path.join(source, "dtn_reports_quarterly_2015_2023.csv"))])

reports = collections.Counter()
for r in read(os.path.join(source, "dtn_reports_nationality_2022q2_2023q4.csv")):
    reports[code_of(r["nationality_label"])] += int(r["reports"])
write("dtn_nationality.csv", ["nationality", "reports"], sorted(reports.items()))

decisions = collections.Counter()
for r in read(os.path.join(source, "nrm_decisions_quarterly_2014_2023.csv")):
    decisions[r["year"], r["stage"], r["age_at_exploitation"], r["outcome"]] += int(r["decisions"])
write("decisions.csv", ["year", "stage", "age", "positive", "negative"],
      [[*k, decisions[(*k, "POSITIVE")], decisions[(*k, "NEGATIVE")]]
       for k in sorted({k[:3] for k in decisions})])

ages = collections.Counter()
for r in read(os.path.join(source, "small_boat_nrm_outcomes_2018_2023.csv")):
    ages[r["age_group"]] += int(r["referrals"])
write("age_groups.csv", ["age_group", "referrals"], sorted(ages.items()))
