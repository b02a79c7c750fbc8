#!/usr/bin/env python3
"""Report and data request of registers that are small or one-sided: sensible words, no number that is none,
and nothing said that a rounded count hides."""
import csv
import glob
import html
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

from tap import SOURCE, done, equal, ok, run, temp_dir

CHANNELS = ("nrm", "dtn", "msvcc", "helpline", "ngo", "police")
PEOPLE = 450 if os.environ.get("THROUGHLINE_SANITIZED") else 600
CHECK = os.path.join(SOURCE, "tools/check-workbook.py")
# a number that is none, and one of several
NO_NUMBER = re.compile(r"(?i)(?<![a-z])-?(?:nan|inf)(?![a-z])|\b1 (?:people|records|referrals|factors|spells|exits|plans|moves|differences)\b"
                       r"|\(none\)|\bof of\b|  of the people")
MARKS = {"{http://www.w3.org/2000/svg}" + m for m in ("rect", "path", "circle", "line", "polygon", "polyline")}


def text_of(page):
    page = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def change(path, how):
    """Rewrites an extract; `how` takes and gives its rows."""
    rows = rows_of(path)
    if rows:
        with open(path, "w", encoding="utf-8", newline="") as f:
            w = csv.DictWriter(f, list(rows[0]))
            w.writeheader()
            w.writerows(how(rows))


def one_year(rows):
    received = next(c for c in rows[0] if c in ("ReceivedDate", "referral.received_date"))
    return [r for r in rows if r[received].startswith("2022")]


def one_nationality(rows):
    for r in rows:
        for c in r:
            if c in ("pv-nationality", "person.nationality"):
                r[c] = "Albania"
    return rows


def first_of_each(rows):
    """One referral of a name: nothing that links as a repeat."""
    kept = {}
    for r in rows:
        kept.setdefault((r["pv-name-last-name"].lower()[:3], r["pv-dob"][:4]), r)
    return list(kept.values())


def points_of(page):
    return re.findall(r"<li>(.*?)</li>", page.split('<h2 id="points">')[1].split("</section>")[0])


def look(name, folder):
    """What holds for every page; returns its text."""
    with open(os.path.join(folder, "index.html"), encoding="utf-8") as f:
        page = f.read()
    text = text_of(page)
    bad = NO_NUMBER.findall(text)
    ok(not bad, f"{name}: every number is one, and agrees with its noun", bad[:4])
    empty = [p for p in glob.glob(folder + "/figures/*.svg")
             if sum(e.tag in MARKS for e in ET.parse(p).iter()) < 3]
    ok(not empty, f"{name}: no empty chart", empty)
    r = subprocess.run([sys.executable, CHECK, folder + "/tables.ods", folder + "/tables.xlsx"], capture_output=True, text=True)
    equal((r.returncode, r.stdout), (0, ""), f"{name}: the workbooks keep the rules")
    return page, text


def factor_rows(folder):
    """Rows of the factors' table that show no finding at all."""
    for path in glob.glob(folder + "/csv/Table_*.csv"):
        rows = rows_of(path)
        if rows and "No finding" in rows[0]:
            return [r["Factor"] for r in rows if r["No finding"] == r["People"]]
    return []


with temp_dir() as d:
    made = {"empty": None, "three": None, "year": one_year, "nationality": one_nationality, "apart": first_of_each}
    for name, how in made.items():
        extracts, store = os.path.join(d, name + "-made"), os.path.join(d, name)
        report, answer = (os.path.join(d, f"{name}-{what}") for what in ("report", "answer"))
        channels = {"empty": (), "apart": ("nrm",)}.get(name, CHANNELS)
        run("simulate", "--people", 3 if name == "three" else PEOPLE, "--seed", 4, "--out", extracts, "--quiet")
        run("init", store, "--quiet")
        for channel in channels:
            if how:
                change(f"{extracts}/{channel}.csv", how)
            run("import", f"{extracts}/{channel}.csv", "--as", channel, "--from", "ORG_" + channel, "--store", store, "--quiet")
        equal(run("run", "--store", store, "--nrm-complete", "--quiet").returncode, 0, f"{name}: linked and classified")
        r = run("report", "--store", store, "--nrm-complete", "--out", report)
        equal(r.returncode, 0, f"{name}: a report")
        ok(not NO_NUMBER.search(r.stdout), f"{name}: what it prints", r.stdout)
        years = "1" if name == "year" else "5"
        r = run("request", "--store", store, "--as-at", "2023-12-31", "--years", years, "--out", answer, "--quiet")
        equal(r.returncode, 0, f"{name}: the data request")
        if name == "apart":
            r = run("request", "--store", store, "--as-at", "2023-12-31", "--years", "5", "--out", answer + "-typed",
                    "--complete", "--purpose", " two  spaces ", "--quiet")
            equal(r.returncode, 0, "spaces that a person typed are no fault")
            look("apart, typed", answer + "-typed")
            r = run("import", f"{extracts}/ngo.csv", "--as", "ngo", "--from", "TWO  SPACES", "--store", store)
            ok(r.returncode == 2 and "space too many" in r.stderr, "the name of an organisation has none too many", r.stderr)
        page, text = look(f"{name}, report", report)
        look(f"{name}, request", answer)
        points = points_of(page)
        warned = [n for item in re.findall(r"<li>(.*?)</li>", page.split('<h2 id="hidden">')[1].split("</section>")[0])
                  for n in re.findall(r"\d[\d,.]*\d|\d", item) if n not in ("3", "20")]
        equal(warned, [], f"{name}: no count, and no number worked out from one, in the warnings about people on no list")
        equal(factor_rows(report), [], f"{name}: no factor is listed whose row would only say that there is somebody")
        coverage = next(rows for rows in map(rows_of, glob.glob(answer + "/csv/Table_*.csv")) if rows and "Share that has it" in rows[0])
        told = {r["Share that has it"] for r in coverage}
        if name in ("empty", "three"):
            equal(len(points), 1, f"{name}: one main point, that there are too few")
            ok("too few" in points[0] and "%" not in points[0], f"{name}: and it says so", points)
            ok("No repeat NRM referrals, or fewer than 5," in text, f"{name}: a rounded 0 is not called none")
            equal({t for t in told if re.search(r"\d+%|\(0%\)", t)}, set(), f"{name}: no share of a handful of records")
        else:
            ok(len(points) >= 5, f"{name}: main points", points)
            equal({t for t in told if "(0%)" in t}, set(), f"{name}: hardly filled is told as never filled is")
        if name == "year":
            ok(not any(p.startswith("In 20") for p in points), "year: no change is told from one year", points)
        if name == "nationality":
            ok(not any(p.startswith("By nationality") for p in points), "nationality: one group is compared with nobody", points)
done()
