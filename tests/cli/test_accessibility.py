#!/usr/bin/env python3
"""Report and data request in a real browser: axe-core finds nothing, and nothing is wider than a phone.

Needs chromium, node and the modules of tests/web (./run test brings the modules where npm can be
reached); skips where one is missing."""
import html
import json
import os
import re
import shutil
import subprocess
import sys

from tap import BINARY, SOURCE, done, equal, ok, run, skip, temp_dir

MODULES = os.environ.get("THROUGHLINE_WEB_MODULES",
                         os.path.join(os.path.dirname(os.path.dirname(BINARY)), "web", "node_modules"))
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
NODE = shutil.which("node")


def missing():
    if os.environ.get("THROUGHLINE_SANITIZED"):
        return "the plain build is enough"
    if not CHROMIUM:
        return "chromium is not installed (apt install chromium)"
    if not NODE:
        return "node is not installed (apt install nodejs npm)"
    if not all(os.path.isdir(os.path.join(MODULES, m)) for m in ("axe-core", "playwright-core")):
        return "the modules of tests/web are not there (npm could not be reached)"
    return None


def look(how, *pages):
    r = subprocess.run([NODE, os.path.join(SOURCE, "tests/web/pages.js"), MODULES, CHROMIUM, how, *pages],
                       capture_output=True, text=True, timeout=600)
    if r.returncode != 0:
        print(f"Bail out! pages.js: {r.stderr}")
        sys.exit(1)
    return json.loads(r.stdout)


def squeezed(text):
    return re.sub(r"[\s,]+", "", html.unescape(re.sub(r"<[^>]+>", "", text)))


def on_paper(page):
    """No page ends with a heading or the head of a table, and none begins with the source of a table."""
    name = os.path.basename(os.path.dirname(page)) + ", on paper"
    with open(page, encoding="utf-8") as f:
        text = re.sub(r"<(style|svg|details|nav)\b.*?</\1>", "", f.read(), flags=re.S)
    # -raw: words in the order of the document, whatever their place
    r = subprocess.run(["pdftotext", "-raw", page + ".pdf", "-"], capture_output=True, text=True, timeout=120)
    sheets = [squeezed(s) for s in r.stdout.split("\f") if s.strip()]
    ok(len(sheets) > 10, f"{name}: pages", len(sheets))

    def sheet_of(words):
        return next((i for i, s in enumerate(sheets) if words in s), None)

    apart = []
    for body in re.findall(r"<table>(.*?)</table>", text, flags=re.S):
        title, head = (squeezed(re.search(p, body, flags=re.S)[1]) for p in (r"<caption.*?>(.*?)</caption>", r"<thead>(.*?)</thead>"))
        rows = re.findall(r"<tr>(.*?)</tr>", body.split("<tbody>")[1], flags=re.S)
        first = squeezed("".join(rows[0]))
        at = sheet_of(title)
        if at is None or first not in sheets[at][sheets[at].index(title):]:
            apart.append((title, head[:30]))
    equal(apart, [], f"{name}: every caption stands on the page of its table's first row")
    headings = [squeezed(h) for h in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", text, flags=re.S)]
    # what a printed page ends with: the running title and its number
    ends = [re.sub(r"Re-trafficking:(repeatsdefinitionsandtiming|answerstothedatarequest)(\d+of\d+)?$", "", s) for s in sheets]
    orphaned = [h for h in headings for s in ends if s.endswith(h)]
    equal(orphaned, [], f"{name}: no heading is the last on its page")
    ok(not [s[:60] for s in sheets if s.startswith(("Source:", "Shorthandinthistable"))], f"{name}: no source without its table")


def spoiled(text, d):
    """Copies of the page with one fault each, and the rule that must find it."""
    for rule, old, new in (
            ("html-has-lang", '<html lang="en-GB">', "<html>"),
            ("document-title", "<title>", "<title></title><x-gone>"),
            ("color-contrast", "p,ul{", "p{color:#ccc}p,ul{"),
            ("heading-order", "h2", "h4"),
            ("region", "<footer>", "<div>Outside of everything</div><footer>"),
            ("svg-img-alt", "<title id=", "<desc id="),
            ("words", "caption span{display:block;position:sticky", "caption span{display:block;min-width:190rem;position:static"),
            ("scrollable-region-focusable", 'tabindex="0"', 'style="width:9rem"')):
        bad = text.replace(old, new)
        if rule == "svg-img-alt":
            bad = bad.replace("aria-labelledby=", "data-gone=")
        path = os.path.join(d, rule + ".html")
        with open(path, "w", encoding="utf-8") as f:
            f.write(bad)
        yield rule, path


why = missing()
if why:
    skip("pages in a real browser", why)
    done()

with temp_dir() as d:
    made, store = os.path.join(d, "made"), os.path.join(d, "register")
    out, answer = os.path.join(d, "report"), os.path.join(d, "answer")
    run("simulate", "--people", 500, "--seed", 9, "--out", made, "--quiet")
    run("init", store, "--quiet")
    for channel in ("nrm", "dtn", "msvcc", "ngo"):
        run("import", f"{made}/{channel}.csv", "--as", channel, "--from", channel.upper(), "--store", store, "--quiet")
    run("run", "--store", store, "--quiet")
    run("report", "--store", store, "--truth", made + "/truth", "--out", out, "--quiet")
    run("request", "--store", store, "--as-at", "2023-12-31", "--years", "5", "--out", answer, "--quiet")
    for seen in look("all", out + "/index.html", answer + "/index.html"):
        name = f"{os.path.basename(os.path.dirname(seen['page']))}, {seen['width']} wide, forced colours {seen['colours']}"
        equal(seen["violations"], [], f"{name}: axe finds nothing")
        equal(seen["broke"], [], f"{name}: and every rule was tried")
        ok(seen["passes"] > 20, f"{name}: many rules apply", seen["passes"])
        ok(seen["wider"] <= 0, f"{name}: the page is not wider than the window", seen["wider"])
        equal(seen["unreadable"], [], f"{name}: no words over each other or cut off")
    if shutil.which("pdftotext"):
        for folder in (out, answer):
            on_paper(os.path.join(folder, "index.html"))
    else:
        skip("the pages on paper", "pdftotext is not installed (apt install poppler-utils)")
    with open(out + "/index.html", encoding="utf-8") as f:
        text = f.read()
    # a short page is enough to break
    text = text.split('<section aria-labelledby="timing">')[0] + "</main><footer><p>End</p></footer></body></html>"
    bad = dict(spoiled(text, d))
    found = look("one", *bad.values())
    for rule, path in bad.items():
        seen = [s for s in found if s["page"] == path]
        ok(rule == "words" and any(s["unreadable"] for s in seen) or any(v.startswith(rule) or rule in s["broke"] for s in seen for v in s["violations"] + s["broke"]),
           f"a page that breaks {rule} is found", [s["violations"][:2] for s in seen])
done()
