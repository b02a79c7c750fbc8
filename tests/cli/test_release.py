#!/usr/bin/env python3
"""The release as files: page, pictures, CSV with its description. Checked apart from the writer."""
import collections
import csv
import json
import os
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import csvw
from tap import SOURCE, done, equal, ok, run, temp_dir

CHANNELS = {"nrm": "SCA", "dtn": "SCA", "msvcc": "TSA", "helpline": "UNSEEN", "ngo": "CHARITIES",
            "police": "POLICE"}
VOID = {"meta", "link", "br", "img", "input", "hr"}
SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """Headings, links, ids and faults of nesting."""

    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.headings, self.links, self.ids = [], [], [], [], []
        self.figures, self.tables, self.labels = [], [], []
        self.feed(text)
        self.faults += [f"<{t}> is never closed" for t in self.open]

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a":
            self.links.append(a["href"])
        if "id" in a:
            self.ids.append(a["id"])
        if "aria-label" in a:
            self.labels.append(a["aria-label"])
        if tag in ("figure", "table"):
            getattr(self, tag + "s").append(collections.Counter())
        for kind in ("figure", "table"):
            if kind in self.open and getattr(self, kind + "s"):
                getattr(self, kind + "s")[-1][tag] += 1
        if tag == "th" and "scope" not in a:
            self.faults.append("a header cell without scope")
        if "tabindex" in a and not ("aria-label" in a or "aria-labelledby" in a):
            self.faults.append("a stop for the keyboard without a name")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def check_page(out, name):
    with open(os.path.join(out, "index.html"), encoding="utf-8") as f:
        text = f.read()
    page = Page(text)
    equal(page.faults, [], f"{name}: the page is well formed")
    equal(page.headings.count(1), 1, f"{name}: one first heading")
    jumps = [b for a, b in zip(page.headings, page.headings[1:]) if b > a + 1]
    equal(jumps, [], f"{name}: no level of heading is left out")
    equal([i for i, n in collections.Counter(page.ids).items() if n > 1], [], f"{name}: ids are unique")
    lost = [h for h in page.links
            if not (h[1:] in page.ids if h.startswith("#") else os.path.isfile(os.path.join(out, h)))]
    equal(lost, [], f"{name}: every link leads somewhere")
    ok(all(t["caption"] and t["thead"] and t["tbody"] for t in page.tables),
       f"{name}: every table has a caption, a head and a body")
    ok(all(f["svg"] and f["title"] and f["desc"] and f["figcaption"] and f["table"] for f in page.figures),
       f"{name}: every chart has title, description and its data as a table", page.figures)
    equal([n for n, k in collections.Counter(page.labels).items() if k > 1], [],
          f"{name}: no two regions have one name")
    ok("@page" in text and "break-inside:avoid" in text, f"{name}: it is set for paper, too")


def check_pictures(out, name):
    folder = os.path.join(out, "figures")
    if not os.path.isdir(folder):
        return
    for file in sorted(os.listdir(folder)):
        if not file.endswith(".svg"):
            continue
        root = ET.parse(os.path.join(folder, file)).getroot()
        width = float(root.get("width"))
        ids = [root.find(SVG + k).get("id") for k in ("title", "desc")]
        ok(root.get("role") == "img" and root.get("aria-labelledby") == " ".join(ids)
           and all(root.find(SVG + k).text.strip() for k in ("title", "desc")),
           f"{name} {file}: titled and described")
        ok(os.path.isfile(os.path.join(folder, file[:-3] + "csv")), f"{name} {file}: its data are beside it")
        outside = []
        for t in root.iter(SVG + "text"):
            size = float(t.get("font-size", 16))
            # narrower than any sans serif draws it: what this finds is cut off for everybody
            wide = sum(0.25 if c in "iljtfI.,:;|!'()[] " else 0.45 for c in t.text or "") * size
            x, anchor = float(t.get("x")), t.get("text-anchor", "start")
            left = x - wide * {"start": 0, "middle": .5, "end": 1}[anchor]
            if left < 0 or left + wide > width:
                outside.append(t.text)
        equal(outside, [], f"{name} {file}: no text runs out of the picture")


def check_decisions(out):
    """The share of positive decisions, added up from the published table by another program."""
    total, positive = collections.Counter(), collections.Counter()
    source = os.path.join(SOURCE, "data/aggregates/nrm_decisions_quarterly_2014_2023.csv")
    with open(source, encoding="utf-8", newline="") as f:
        for r in csv.DictReader(f):
            key = (r["stage"], int(r["year"]) + (int(r["quarter"][1]) - 1) / 4)
            total[key] += int(r["decisions"])
            positive[key] += int(r["decisions"]) * (r["outcome"] == "POSITIVE")
    stages = {"Reasonable grounds": "RG", "Conclusive grounds": "CG"}
    with open(os.path.join(out, "figures/nrm-decisions.csv"), encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    got = {(stages[r["series"]], float(r["Year"])): float(r["Share positive"]) for r in rows}
    equal(set(got), set(total), "decisions: every quarter of both stages is drawn")
    wrong = [k for k in got if abs(got[k] - positive[k] / total[k]) > 5e-5]
    equal(wrong, [], "decisions: the shares are those of the published table")


def spoiled(description):
    """A description with one thing wrong, and the word by which the fault is named."""
    tables = description["tables"]
    first = tables[0]["tableSchema"]["columns"]
    number = next(c for c in first if c["datatype"] != "string")
    yield "the header", lambda: first[0].update(titles="Another")
    yield "is no integer", lambda: first[0].update(datatype="integer")
    yield "one name", lambda: first[1].update(name=first[0]["name"])
    yield "no column name", lambda: first[0].update(name="_x y")
    yield "no datatype", lambda: number.update(datatype="float64")
    yield "is required", lambda: number.update(null=["0", "5"], required=True)
    yield "no such file", lambda: tables[0].update(url="nowhere.csv")
    yield "not described", lambda: tables.pop(0)
    modes = next(t["tableSchema"] for t in tables if t["tableSchema"]["columns"][1]["name"] == "mode")
    yield "one primary key", lambda: modes.update(primaryKey=["mode"])
    yield "leads nowhere", lambda: tables[0]["tableSchema"].update(
        foreignKeys=[{"columnReference": "nothing", "reference": {"resource": tables[1]["url"],
                                                                  "columnReference": "x"}}])
    yield "context", lambda: description.update({"@context": "http://example.org"})


def check_description(out, name):
    path = os.path.join(out, "csv/csvw-metadata.json")
    equal(list(csvw.check(path)), [], f"{name}: the CSV files are as described")


def check_checker(out):
    path = os.path.join(out, "csv/csvw-metadata.json")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for k in range(len(list(spoiled(json.loads(text))))):
        description = json.loads(text)
        word, spoil = list(spoiled(description))[k]
        spoil()
        with open(path, "w", encoding="utf-8") as f:
            json.dump(description, f)
        faults = list(csvw.check(path))
        ok(any(word in x for x in faults), f"the checker of descriptions finds: {word}", faults[:3])
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


with temp_dir() as d:
    made, store = os.path.join(d, "made"), os.path.join(d, "register")
    report, answer = os.path.join(d, "report"), os.path.join(d, "answer")
    run("simulate", "--people", 700, "--seed", 5, "--out", made, "--quiet")
    run("init", store, "--quiet")
    for channel, sender in CHANNELS.items():
        run("import", f"{made}/{channel}.csv", "--as", channel, "--from", sender, "--store", store, "--quiet")
    run("run", "--store", store, "--nrm-complete", "--quiet")
    r = run("report", "--store", store, "--truth", made + "/truth", "--nrm-complete", "--out", report)
    equal(r.returncode, 0, "the report is written")
    r = run("request", "--store", store, "--as-at", "2023-12-31", "--years", "5", "--out", answer)
    equal(r.returncode, 0, "the data request is answered")
    for out, name in ((report, "report"), (answer, "request")):
        check_page(out, name)
        check_pictures(out, name)
        check_description(out, name)
    check_decisions(report)
    check_checker(report)
done()
