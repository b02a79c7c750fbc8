#!/usr/bin/env python3
"""Report and data request in a real browser: axe-core finds nothing, and nothing is wider than a phone.

Needs chromium, node and the modules of tests/web (./run test brings the modules where npm can be
reached); skips where one is missing."""
import json
import os
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


def spoiled(text, d):
    """Copies of the page with one fault each, and the rule that must find it."""
    for rule, old, new in (
            ("html-has-lang", '<html lang="en-GB">', "<html>"),
            ("document-title", "<title>", "<title></title><x-gone>"),
            ("color-contrast", "p,ul{", "p{color:#ccc}p,ul{"),
            ("heading-order", "h2", "h4"),
            ("region", "<footer>", "<div>Outside of everything</div><footer>"),
            ("svg-img-alt", "<title id=", "<desc id="),
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
    with open(out + "/index.html", encoding="utf-8") as f:
        text = f.read()
    # a short page is enough to break
    text = text.split('<section aria-labelledby="timing">')[0] + "</main><footer><p>End</p></footer></body></html>"
    bad = dict(spoiled(text, d))
    found = look("one", *bad.values())
    for rule, path in bad.items():
        seen = [s for s in found if s["page"] == path]
        ok(any(v.startswith(rule) or rule in s["broke"] for s in seen for v in s["violations"] + s["broke"]),
           f"a page that breaks {rule} is found", [s["violations"][:2] for s in seen])
done()
