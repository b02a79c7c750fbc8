#!/usr/bin/env python3
"""The release as files: page, pictures, CSV with its description. Checked apart from the writer."""
import collections
import csv
import json
import os
import re
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser

import csvw
from tap import SOURCE, done, equal, ok, refused, run, temp_dir

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
    lost = [h for h in page.links if h != OGL  # the one that leads outside, when it is asked for
            and not (h[1:] in page.ids if h.startswith("#") else os.path.isfile(os.path.join(out, h)))]
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


def tables_of(out):
    """(title, rows) of every table, by the description."""
    with open(os.path.join(out, "csv/csv-metadata.json"), encoding="utf-8") as f:
        tables = json.load(f)["tables"]
    found = []
    for t in tables:
        if t["url"].startswith("Table_"):
            with open(os.path.join(out, "csv", t["url"]), encoding="utf-8", newline="") as f:
                found.append((t["dc:title"].split(": ", 1)[1], list(csv.DictReader(f)), t))
    return found


def table(out, words):
    found = [rows for title, rows, _ in tables_of(out) if words in title]
    if len(found) != 1:
        ok(False, f"one table is titled {words!r}", len(found))
        return []
    return found[0]


def extract(made, channels):
    for channel in channels:
        with open(os.path.join(made, channel + ".csv"), encoding="utf-8", newline="") as f:
            yield from csv.DictReader(f)


def instances(row, field):
    """Values of entity.field over entity, entity2, ... of one row, with the others' prefix."""
    entity, name = field.split(".")
    for k in [""] + [str(n) for n in range(2, 7)]:
        if f"{entity}{k}.{name}" in row:
            yield f"{entity}{k}.", row[f"{entity}{k}.{name}"]


def near(got, wanted, name):
    """Rounded to base 5: each within 4 of the true count, and no other keys."""
    bad = {k: (got.get(k, 0), wanted.get(k, 0)) for k in set(got) | set(wanted)
           if abs(got.get(k, 0) - wanted.get(k, 0)) > 4}
    ok(wanted and not bad, f"{name}: each count is within rounding of the extracts'", bad)


def check_against_extracts(out, made):
    """What the sections say, counted again from the agencies' own files."""
    leaving, follow, returns = (collections.Counter() for _ in range(3))
    column = {"MISSING": "Missing or absconded", "ABSCONDED": "Missing or absconded",
              "RETURNED_GOV": "Returned to home country", "RETURNED_NGO": "Returned to home country",
              "NOTHING_IN_PLACE": "Nothing in place", "": "Reason not recorded",
              "UNKNOWN": "Reason not recorded"}
    said = {"NOT_REACHED": "Not reached", "DECLINED": "Declined", "UNSAFE": "Unsafe to contact",
            "NOT_CONSENTED": "No consent", "": "No result"}
    points = {"D30": "30 days after exit", "M3": "3 months", "M6": "6 months", "M12": "12 months",
              "M24": "24 months"}
    for row in extract(made, ("msvcc", "ngo")):
        for prefix, end in instances(row, "support_period.end_date"):
            if end and row[prefix + "contract"] in ("MSVCC", "AVMS"):
                why = column.get(row[prefix + "exit_reason"], "Another reason")
                leaving[end[:4], why] += 1
                leaving[end[:4], "All who left"] += 1
        for prefix, point in instances(row, "followup.point"):
            if point:
                result = row[prefix + "result"]
                again = row[prefix + "retrafficked_since"]
                kind = said.get(result) or {"YES": "Reached: trafficked again",
                                            "NO": "Reached: not again"}.get(again, "Reached: not said")
                follow[points[point], kind] += 1
        for prefix, kind in instances(row, "return_plan.kind"):
            if kind:
                returns[row[prefix + "departed_on"][:4]] += 1
    got = {(r["Year"], c): int(r[c]) for r in table(out, "Leaving support") for c in
           set(column.values()) | {"Another reason", "All who left"}
           if r["Whose figures"] == "This register" and r["Year"].isdigit()}
    near(got, leaving, "leaving support")
    theirs = {r["Year"]: [r[c] for c in ("Missing or absconded", "Returned to home country", "Nothing in place")]
              for r in table(out, "Leaving support") if r["Whose figures"] == "The 2021 report"}
    with open(os.path.join(SOURCE, "data/report/salvation_army_leaving_support.csv"), encoding="utf-8") as f:
        equal(theirs, {{"TOTAL_STATED": "All, as stated"}.get(r[0], r[0]): r[1:] for r in list(csv.reader(f))[1:]},
              "leaving support: the 2021 report's years and totals stand beside ours, as printed")
    rows = table(out, "What follow-up found")
    kinds = ("Reached: not again", "Reached: trafficked again", "Reached: not said") + tuple(said.values())
    near({(r["Time after leaving support"], c): int(r[c]) for r in rows for c in kinds
          if r["Time after leaving support"] != "All"}, follow, "follow-up")
    near({r["Year of departure"]: int(r["Returns"]) for r in table(out, "Plans to return")
          if r["Year of departure"] != "Total"}, returns, "returns")
    filled = collections.Counter()
    for channel in ("msvcc", "ngo"):
        for row in extract(made, (channel,)):
            filled[channel.upper(), "Nationality"] += row["person.nationality"] not in ("", "UNKNOWN")
            filled[channel.upper(), "When an episode began"] += row["episode.start_date"] != ""
            filled[channel.upper(), "When the person got out"] += row["exit.date"] != ""
    near({(r["Channel"], r["What is said"]): int(r["Records that say it"])
          for r in table(out, "by channel: numbers")
          if (r["Channel"], r["What is said"]) in filled}, filled, "completeness")


def wilson(x, n, z):
    p, m = x / n, z * z / n
    half = z * (p * (1 - p) / n + m / (4 * n)) ** .5
    return (p + m / 2 - half) / (1 + m), (p + m / 2 + half) / (1 + m)


def may_say(a, b, slack, z):
    """The rule of docs/method/wording.md, written from its text: a and b are (yes, all, unknown)."""
    def above(a, b):  # lower limit of least(a) - most(b), Newcombe's method 10
        x, n = max(0, a[0] - slack), a[1] + slack
        m = max(1, b[1] - slack)
        y = min(m, b[0] + b[2] + slack)
        return x / n - y / m - ((x / n - wilson(x, n, z)[0]) ** 2 + (wilson(y, m, z)[1] - y / m) ** 2) ** .5
    if min(a[1], b[1]) - slack < 30:
        return "too small a group"
    if above(a, b) > 0:
        return "higher than"
    return "lower than" if above(b, a) > 0 else "not shown to differ"


def check_main_points(out):
    """Each number of a main point is one of the tables, and each claim is what the rule allows."""
    with open(os.path.join(out, "index.html"), encoding="utf-8") as f:
        page = f.read()
    points = [re.sub(r"<[^>]+>|,(?=\d{3})", "", p) for p in
              re.findall(r"<li>(.*?)</li>", page.split('<h2 id="points">')[1].split("</ul>")[0])]
    ok(len(points) > 8, "there are main points", points)
    total = table(out, "Repeat NRM referrals by year and kind")
    years = {r["Year of receipt"]: r for r in total}
    first = next(p for p in points if p.startswith("Of ") and "repeat NRM referrals" in p)
    equal(re.findall(r"\d+ \(|Of \d+|for \d+", first)[0][3:], years["Total"]["Repeats"], "all repeats")
    equal([n for n in re.findall(r"(\d+) \(", first)],
          [years["Total"]["Repeats: " + k] for k in ("same incident", "new episode", "unclear")],
          "the split of repeats is that of the table")
    change = next(p for p in points if p.startswith("In 20"))
    year = change[3:7]
    now, before = years[year], years[str(int(year) - 1)]
    counts = [(int(r["Repeats"]), int(r["Accepted NRM referrals"]), 0) for r in (now, before)]
    ok(may_say(*counts, 12, 1.959964) in change, "the change between years is claimed as the rule allows", change)
    rows = {r["Group"]: r for r in table(out, "People by sex")}
    pair = [(int(rows[g]["A new episode"]), int(rows[g]["People"]), int(rows[g]["Unclear"])) for g in ("Female", "Male")]
    said = next(p for p in points if "women and girls" in p)
    ok(may_say(*pair, 4, 2.241403) in said, "and so is the difference between the sexes", said)
    equal(re.findall(r"(\d+) of (\d+) ", said), [(str(p[0]), str(p[1])) for p in pair], "with numerator and denominator")
    equal(re.findall(r"; for (\d+) and (\d+) it is unclear", said), [(str(pair[0][2]), str(pair[1][2]))], "and the unclear")
    answers = {(r["Definition"].split(":")[0], r["Mode"]): r for r in table(out, "Answers under each definition")}
    under = next(p for p in points if p.startswith("Under the definition"))
    equal(re.findall(r"of (\d+) people \((\d+) certain, (\d+) cannot be settled\)", under),
          [tuple(answers["IOM2010", m][c] for c in ("People", "Yes", "Cannot be settled")) for m in ("strict", "lenient")],
          "each definition with its numbers")
    register = next(p for p in points if p.startswith("The register holds"))
    rows = {r["Year of receipt"]: r for r in table(out, "Records of every channel by year")}["Total"]
    ok(all(rows[c] in re.findall(r"\d+", register) for c in ("Records", "Same incident", "New episode", "Unclear")),
       "what later records are, the unclear too", register)
    ok(not [p for p in points for share in re.findall(r"[^(\d.]([\d.]+%)", p)
            if not re.search(r"between|within 12|the share is", p)], "no share without its count",
       [p for p in points if re.search(r"[^(\d.]([\d.]+%)", p)])
    again = next(p for p in points if "dated exits" in p)
    curve = {r["Months since the exit"]: r for r in table(out, "Re-entry by time since the exit")}
    equal(re.findall(r"([\d.]+)%", again)[0], curve["12"]["Re-entered %"], "timing is that of the table")
    equal(re.findall(r"([\d.]+)%", again)[-2:], [curve["12"][c] for c in curve["12"] if c.startswith(("Least", "Most"))],
          "and so are its bounds")


UNROUNDED = ("made data", "released", "2021 report, recomputed", "Definitions and their version")
PER_CENT = ("What records say, by channel", "What records say, by organisation")
PARTS = {  # columns that add up to another
    "People": [("Present", "Absent", "Declined to say", "Not asked", "Not known", "No finding"),
               ("Yes", "No", "Cannot be settled"),
               ("One record", "A new episode", "Unclear", "Same incident only")],
    "Exits": [("Re-entered within 12 months", "No re-entry found in 12 months",
               "The 12 months are not over", "Exit not dated")],
    "Records": [("First known of a person", "Same incident", "New episode", "Unclear"),
                ("Records that say it", "Records that do not"),
                ("EU, EEA and Switzerland", "Other nationalities", "Nationality not known")],
    "All who left": [("Missing or absconded", "Returned to home country", "Nothing in place",
                      "Another reason", "Reason not recorded")],
}


def check_counts(out, name):
    """Whole numbers are rounded, and parts add up to their whole."""
    bad, added = [], 0
    for title, rows, t in tables_of(out):
        if any(w in title for w in UNROUNDED) or title in PER_CENT:
            continue
        whole = [c["titles"] for c in t["tableSchema"]["columns"] if c["datatype"] == "integer"]
        for r in rows:
            if r.get("Whose figures") == "The 2021 report":
                continue
            bad += [(title, c, r[c]) for c in whole
                    if r[c].lstrip("-").isdigit() and int(r[c]) % 5 and "%" not in c]
            for total, sets in PARTS.items():
                for parts in sets:
                    if total in r and all(p in r for p in parts):
                        added += 1
                        if sum(int(r[p]) for p in parts) != int(r[total]):
                            bad.append((title, total, r))
    ok(not bad, f"{name}: every count is rounded and every whole is the sum of its parts", bad[:3])
    return added


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
    yield "is no property", lambda: tables[0].update(licence="OGL")
    yield "is no property", lambda: first[0].update(unit="people")
    yield "dc:created is no time", lambda: description.update({"dc:created": "2024-03-31T09:30:00Z"})
    yield "wrong delimiter", lambda: description["dialect"].update(delimiter=1)
    yield "wrong headerRows", lambda: description["dialect"].update(headerRows=1)
    yield "leads nowhere", lambda: description.update({"dc:license": {"@id": "OGL"}})
    yield "unknown type", lambda: description.update({"dc:created": {"@value": "2024", "@type": "year"}})
    yield "dc:creator is not given", lambda: description.pop("dc:creator")
    yield "no source", lambda: tables[0].pop("dc:source")
    yield "context", lambda: description.update({"@context": "http://example.org"})


def check_description(out, name):
    path = os.path.join(out, "csv/csv-metadata.json")
    equal(list(csvw.check(path)), [], f"{name}: the CSV files are as described")


def check_checker(out):
    path = os.path.join(out, "csv/csv-metadata.json")
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


OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def check_licence(out, described, shown):
    """Where a reader looks for it: page, cover, description."""
    with open(os.path.join(out, "csv/csv-metadata.json"), encoding="utf-8") as f:
        equal(json.load(f).get("dc:license"), described, f"{shown}: the licence is described")
    with open(os.path.join(out, "index.html"), encoding="utf-8") as f:
        ok(f">{shown}</a>" in (page := f.read()) or f"Licence: {shown}." in page, f"{shown}: and on the page")
    for kind, part in (("ods", "content.xml"), ("xlsx", "xl/sharedStrings.xml")):
        with zipfile.ZipFile(os.path.join(out, "tables." + kind)) as z:
            ok(f"Licence: {shown}<" in z.read(part).decode(), f"{shown}: and on the cover of the {kind}")


with temp_dir() as d:
    made, store = os.path.join(d, "made"), os.path.join(d, "register")
    report, answer = os.path.join(d, "report"), os.path.join(d, "answer")
    run("simulate", "--people", 700, "--seed", 5, "--out", made, "--quiet")
    run("init", store, "--quiet")
    for channel, sender in CHANNELS.items():
        run("import", f"{made}/{channel}.csv", "--as", channel, "--from", sender, "--store", store, "--quiet")
    run("run", "--store", store, "--nrm-complete", "--quiet")
    r = run("report", "--store", store, "--truth", made + "/truth", "--nrm-complete", "--out", report,
            "--contact", "statistics@example.org <&>", "--licence", OGL)
    equal(r.returncode, 0, "the report is written")
    with open(report + "/index.html", encoding="utf-8") as f:
        ok(f.read().count("statistics@example.org &lt;&amp;&gt;") == 2, "the contact stands in it, escaped")
    r = run("request", "--store", store, "--as-at", "2023-12-31", "--years", "5", "--out", answer)
    equal(r.returncode, 0, "the data request is answered")
    for out, name in ((report, "report"), (answer, "request")):
        check_page(out, name)
        check_pictures(out, name)
        check_description(out, name)
    check_decisions(report)
    check_against_extracts(report, made)
    check_main_points(report)
    r = run("report", "--store", store, "--out", answer, "--contact", "x" * 301)
    refused(r, "contact", name="a contact that is too long", code=2)
    check_licence(report, {"@id": OGL}, OGL)
    words = os.path.join(d, "words")
    equal(run("request", "--store", store, "--as-at", "2023-12-31", "--out", words, "--licence", "Crown copyright", "--quiet").returncode,
          0, "a request with a licence in words")
    check_licence(words, "Crown copyright", "Crown copyright")
    r = run("report", "--store", store, "--out", answer, "--licence", " ")
    ok(r.returncode == 2 and "the licence is blank" in r.stderr, "a blank licence is refused", r.stderr)
    r = run("report", "--store", store, "--out", answer, "--contact", "two\nlines")
    refused(r, "contact", name="a contact of two lines", code=2)
    ok(check_counts(report, "report") > 150 and check_counts(answer, "request") >= 5,
       "many sums were checked")
    check_checker(report)

    # A code that is printed because somebody has it tells that its 0 is 1 to 4: no code list of what is published comes
    # from a few records.
    few, store = os.path.join(d, "few"), os.path.join(d, "register2")
    run("init", store, "--quiet")
    run("import", made + "/nrm.csv", "--as", "nrm", "--from", "SCA", "--store", store, "--quiet")
    with open(made + "/police.csv", encoding="utf-8") as f:
        rows = f.read().splitlines()
    with open(d + "/four.csv", "w", encoding="utf-8") as f:
        f.write("\n".join(rows[:5]) + "\n")
    with open(d + "/five.csv", "w", encoding="utf-8") as f:
        f.write("\n".join(rows[:1] + rows[5:10]) + "\n")
    for name, sender in (("four", "FORCE_OF_4"), ("five", "FORCE_OF_5")):
        equal(run("import", f"{d}/{name}.csv", "--as", "police", "--from", sender, "--store", store, "--quiet").returncode,
              0, f"{sender} sends {name} records")
    run("run", "--store", store, "--quiet")
    equal(run("report", "--store", store, "--out", few, "--quiet").returncode, 0, "a report of few senders")
    with open(few + "/release.json", encoding="utf-8") as f:
        codes = {c["name"]: c["codes"] for t in json.load(f)["tables"] for c in t["dimensions"]}
    equal(codes["organisation"], ["FORCE_OF_5", "SCA", "Other senders"], "a sender of fewer than 5 records is not named")
    equal(codes["year"][:2] + codes["year"][-2:], ["Before 2009", "2009", "2023", "Not dated"],
          "the years do not begin with the first record")
done()
