#!/usr/bin/env python3
"""The reference page is the dictionary: complete, sound HTML, and the committed copy is current."""
import csv
import os
from html.parser import HTMLParser

from tap import SOURCE, done, equal, ok, refused, run

html = run("help", "dictionary", "--html")
equal(html.returncode, 0, "the page is made")
with open(os.path.join(SOURCE, "docs/user/data-dictionary.html"), encoding="utf-8") as f:
    committed = f.read()
ok(committed == html.stdout, "docs/user/data-dictionary.html is up to date",
   "run: throughline help dictionary --html > docs/user/data-dictionary.html")

VOID = {"meta", "br", "link"}


class Check(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.problems, self.ids, self.links, self.text = [], [], [], [], []
        self.headings, self.tables, self.captions = [], 0, 0

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag not in VOID:
            self.stack.append(tag)
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "a":
            self.links.append(a["href"])
        if tag == "th" and a.get("scope") not in ("row", "col"):
            self.problems.append("th without scope")
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        self.tables += tag == "table"
        self.captions += tag == "caption"

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text.append(data)


page = Check()
page.feed(html.stdout)
equal(page.problems, [], "tags are closed and header cells have a scope")
equal(page.stack, [], "nothing is left open")
equal(len(page.ids), len(set(page.ids)), "ids are unique")
equal([h for h in page.links if h.startswith("#") and h[1:] not in page.ids], [],
      "every link has its target")
equal(page.tables, page.captions, "every table has a caption")
ok(all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:])), "no heading level is skipped")

text = " ".join("".join(page.text).split())
for name in ("fields.csv", "additions.csv"):
    with open(os.path.join(SOURCE, "data/dictionary", name), encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    missing = [r["field"] for r in rows if f"{r['entity']}.{r['field']}" not in page.ids
               or " ".join(r["why_needed"].split()) not in text]
    equal(missing, [], f"every field of {name} is there with its reason")
codes = os.path.join(SOURCE, "data/codes")
lists = sorted(n[:-4] for n in os.listdir(codes) if n.endswith(".csv"))
equal([n for n in lists if f"codes-{n}" not in page.ids], [], "every code list is there")
with open(os.path.join(codes, "tri_state.csv"), encoding="utf-8", newline="") as f:
    equal([r["code"] for r in csv.DictReader(f) if r["short_label"] not in text], [],
          "codes have their meaning")
refused(run("help", "dictionary", "no-such"), "no entity", name="an unknown name", code=2)
ok("episode" in run("help", "dictionary").stdout, "the list of entities")
done()
