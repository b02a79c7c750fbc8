#!/usr/bin/env python3
"""The commands on the pages of docs/user and docs/ops run as they stand, page by page, in the directory of docs/user/start.md;
every link of every page leads somewhere; every file of src is named in the README of its folder, and every folder in ARCHITECTURE.md."""
import glob
import os
import re
import shutil
import subprocess

from tap import BINARY, SOURCE, done, equal, ok, temp_dir

PLACEHOLDER = re.compile(r"[\[\]|]|\b(DIR|NAME|A B|A --)\b|\s\.\.\.")


def commands(page):
    """What stands in indented or fenced blocks and begins with throughline, mkdir or cp; a remark after two spaces is cut off."""
    found, fenced, goes_on = [], False, False
    for line in open(page):
        line = line.rstrip("\n")
        if line.startswith("```"):
            fenced = not fenced
            continue
        code = line if fenced else line[4:] if line.startswith("    ") else ""
        if goes_on:
            found[-1] += "\n" + code
        elif re.match(r"(throughline|mkdir|cp) ", code):
            found.append(re.split(r"(?<=\S) {2,}(?![\w.-]+ --)(?=[#a-z])", code)[0])
        else:
            continue
        goes_on = code.endswith("\\")
    return [c for c in found if not PLACEHOLDER.search(c)]


def in_shell(script, cwd, env):
    return subprocess.run(["sh", "-e", "-c", script], cwd=cwd, env=env, capture_output=True, text=True, timeout=300)


start = os.path.join(SOURCE, "docs/user/start.md")
pages = sorted(p for d in ("user", "ops") for p in glob.glob(os.path.join(SOURCE, "docs", d, "*.md")) if p != start)
with temp_dir() as d:
    os.makedirs(os.path.join(d, "bin"))
    os.symlink(BINARY, os.path.join(d, "bin/throughline"))
    env = {**os.environ, "PATH": os.path.join(d, "bin") + ":" + os.environ["PATH"]}
    os.makedirs(os.path.join(d, "tests/data"))
    shutil.copytree(os.path.join(SOURCE, "tests/data/examples"), os.path.join(d, "tests/data/examples"))
    r = in_shell("\n".join(["cp -r tests/data/examples try", "cd try"] +
                           [c for c in commands(start) if not c.startswith("cp ")]), d, env)
    ok(r.returncode == 0, "start.md: the directory can be made", r.stderr[-2000:])
    for page in pages:
        name = os.path.relpath(page, os.path.join(SOURCE, "docs"))
        here = os.path.join(d, name.replace("/", "-"))
        shutil.copytree(os.path.join(d, "try"), here)
        script = commands(page)
        ok(script, f"{name}: has commands")
        for c in script:
            r = in_shell(c, here, env)
            if not ok(r.returncode == 0, f"{name}: {c}".replace("\n", " ").replace("#", ""), r.stderr[-2000:]):
                break
        shutil.rmtree(here)

for page in sorted(glob.glob(os.path.join(SOURCE, "*.md")) + glob.glob(os.path.join(SOURCE, "docs/**/*.md"), recursive=True) +
                   glob.glob(os.path.join(SOURCE, "src/*/*.md"))):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", open(page).read())
    lost = [t for t in links if "://" not in t and not os.path.exists(os.path.join(os.path.dirname(page), t))]
    equal(lost, [], f"{os.path.relpath(page, SOURCE)}: {len(links)} links lead somewhere")

architecture = open(os.path.join(SOURCE, "ARCHITECTURE.md")).read()
for room in sorted(glob.glob(os.path.join(SOURCE, "src/*/"))):
    name = os.path.basename(room[:-1])
    ok(re.search(rf"\b{name}\b", architecture), f"ARCHITECTURE.md names {name}")
    words = set(re.findall(r"[a-z0-9_*<>]+", open(os.path.join(room, "README.md")).read()))
    groups = [re.compile(re.sub(r"<[a-z]+>|\*", "[a-z0-9_]+", w)) for w in words if re.search("[*<]", w)]
    files = {os.path.splitext(os.path.basename(f))[0] for f in glob.glob(room + "*.[ch]")}
    lost = [f for f in sorted(files) if f not in words and not any(g.fullmatch(f) for g in groups)
            and not re.search("_(private|inner|parts)$", f)]
    equal(lost, [], f"src/{name}/README.md names each of {len(files)} files")
done()
