#!/usr/bin/env python3
"""Kills throughline with signal 9 at random moments and looks at what is left.

soak_kill.py BINARY [KILLS [SEED [PEOPLE]]]     KILLS processes are really killed; some end before

A register is filled from made extracts while imports, the main job, people's decisions and their undo,
key rotation, backups and new users are killed in the middle. After every kill the audit log must be
intact, every acknowledged import, user and decision must be there, and no unacknowledged import may be
visible; after a killed decision or linking, the lines of a copy must be those of linking everything. At
the end everything is run to completion, and the register must hold exactly the rows of the extracts,
once each.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

binary = os.path.abspath(sys.argv[1])
kills = int(sys.argv[2]) if len(sys.argv) > 2 else 200
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
people = int(sys.argv[4]) if len(sys.argv) > 4 else 1500
rng = random.Random(seed)
CHANNELS = ["nrm", "dtn", "msvcc", "helpline", "ngo", "police"]


def run(*args):
    return subprocess.run([binary, *args], capture_output=True, text=True)


def need(result, what):
    if result.returncode != 0:
        print(f"FAILED: {what}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
        sys.exit(1)
    return result


def has_command(name):
    return f"\n  {name} " in run("--help").stdout


def killed(args, longest, may_refuse):
    """Runs, kills after a random time; True when it had ended well before that."""
    p = subprocess.Popen([binary, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        p.communicate(timeout=rng.random() * longest)
    except subprocess.TimeoutExpired:
        p.send_signal(signal.SIGKILL)
        p.communicate()
    if may_refuse and p.returncode == 1:  # it contradicts an earlier decision
        return False
    if p.returncode not in (0, -signal.SIGKILL):
        print(f"FAILED: {' '.join(args)} ended with {p.returncode}")
        sys.exit(1)
    return p.returncode == 0


def equals_whole(store, what):
    """On a copy: what is left of the job is done, and linking everything again moves nobody."""
    copy = store + ".copy"
    shutil.copytree(store, copy)
    need(run("link", "--store", copy), "link after " + what)
    doc = json.loads(need(run("link", "--full", "--json", "--store", copy), "link --full").stdout)
    shutil.rmtree(copy)
    if doc["records_moved"]:
        print(f"FAILED: after {what}, linking everything moves {doc['records_moved']} records")
        sys.exit(1)


def a_pair(store):
    """Two records of the queue, or None when nothing is linked yet."""
    doc = json.loads(need(run("review", "list", "--json", "--limit", "200", "--store", store),
                          "review list").stdout)
    item = rng.choice(doc["queue"]) if doc["queue"] else None
    return item and [str(item["a"]), str(item["b"])]


work = tempfile.mkdtemp(prefix="throughline-soak-")
try:
    store, made = os.path.join(work, "register"), os.path.join(work, "made")
    need(run("simulate", "--people", str(people), "--seed", str(seed), "--out", made), "simulate")
    need(run("init", store), "init")

    def importing(channel):
        return ["import", os.path.join(made, channel + ".csv"), "--as", channel, "--from",
                "ORG-" + channel, "--store", store]

    # How long each takes when nobody kills it, in a register of its own.
    trial = os.path.join(work, "trial")
    need(run("init", trial), "init")
    longest, total = {}, 0
    jobs = [j for j in ("run", "link", "classify", "flags") if has_command(j)]
    for c in CHANNELS:
        start = time.monotonic()
        doc = json.loads(need(run(*importing(c)[:-1], trial, "--json"), "import " + c).stdout)
        longest[c] = time.monotonic() - start
        total += doc["added"]
    for j in jobs:
        start = time.monotonic()
        need(run(j, "--store", trial), j)
        longest[j] = time.monotonic() - start
    start = time.monotonic()
    need(run("key", "rotate", "--store", trial), "key rotate")
    longest["rotate"] = time.monotonic() - start
    shutil.rmtree(trial)

    need(run("user", "add", "ana", "--role", "duty_officer", "--store", store), "user add")
    done, users, decided, count = set(), {"ana"}, {}, {"ended": 0, "killed": 0}
    tried, k = {}, 0
    while count["killed"] < kills:
        k += 1
        waiting = [c for c in CHANNELS if c not in done]
        kind = rng.choice((waiting or CHANNELS) + jobs + ["decide"] * 3 +
                          ["undo", "rotate", "user", "backup"])
        pair = a_pair(store) if kind == "decide" else None
        if kind == "undo" and decided:
            pair = list(rng.choice(sorted(decided)))
        if kind in ("decide", "undo") and not pair:
            kind = "link"
        if kind in CHANNELS:
            args, limit = importing(kind), longest[kind] * 1.1
        elif kind in jobs:
            args, limit = [kind, "--store", store], longest[kind] * 1.1
        elif kind == "decide":
            answer = rng.choice(("same", "different"))
            args = ["review", "decide", *pair, "--answer", answer, "--by", "ana", "--store", store]
            limit = 0.25
        elif kind == "undo":
            args, limit = ["review", "undo", *pair, "--by", "ana", "--store", store], 0.25
        elif kind == "rotate":
            args, limit = ["key", "rotate", "--store", store], longest["rotate"] * 1.1
        elif kind == "user":
            args, limit = ["user", "add", f"u{k}", "--role", "analyst", "--store", store], 0.4
        else:
            out = os.path.join(work, f"backup{k}")
            args, limit = ["backup", "--store", store, "--out", out], 0.6
        ended = killed(args, limit, kind == "decide")
        count["ended" if ended else "killed"] += 1
        tried[kind] = tried.get(kind, 0) + 1
        if ended and kind in CHANNELS:
            done.add(kind)
        if ended and kind == "user":
            users.add(f"u{k}")
        if kind == "decide" and ended:
            decided[tuple(pair)] = answer
        if kind == "undo":  # a killed one may have been done or not
            decided.pop(tuple(pair), None)
        if kind in ("decide", "undo", "link", "run"):
            equals_whole(store, f"{kind} ({k})")
        for both, answer in list(decided.items())[-5:]:
            shown = run("review", "show", *both, "--json", "--store", store)
            if shown.returncode == 0 and json.loads(shown.stdout).get(
                    "first", {}).get("answer") != answer.upper():
                print(f"FAILED: the decision on {both} was lost after kill {k} ({kind})")
                sys.exit(1)
        if kind == "backup":
            if ended:
                need(run("restore", out, "--store", out + "r", "--key-file",
                         os.path.join(store, "keys/master.key")), "restore of a backup")
                shutil.rmtree(out + "r")
                shutil.rmtree(out)
            elif os.path.exists(out):
                # The rename is the last step: a backup that has its name is whole.
                need(run("restore", out, "--store", out + "r", "--key-file",
                         os.path.join(store, "keys/master.key")), "restore of a killed backup")
        need(run("verify-log", "--store", store), f"verify-log after kill {k} ({kind})")
        names = {u["name"] for u in json.loads(need(run("user", "list", "--json", "--store", store),
                                                    "user list").stdout)}
        if not users <= names:
            print(f"FAILED: users lost after kill {k}: {users - names}")
            sys.exit(1)
        if k % 20 == 0:
            need(run("doctor", "--store", store), f"doctor after kill {k}")
        for f in os.listdir(work):
            if ".partial" in f:
                shutil.rmtree(os.path.join(work, f))
    added = 0
    for c in CHANNELS:
        doc = json.loads(need(run(*importing(c), "--json"), "import " + c + " again").stdout)
        if c in done and doc["added"] + doc["changed"]:
            print(f"FAILED: rows of the acknowledged import of {c} were lost")
            sys.exit(1)
    for j in jobs:
        need(run(j, "--store", store), j + " at the end")
    need(run("key", "rotate", "--store", store), "key rotate at the end")
    need(run("verify-log", "--store", store), "verify-log at the end")
    text = need(run("doctor", "--store", store), "doctor at the end").stdout
    records = int(text.split(" records")[0].rsplit(" ", 1)[1])
    if records != total:
        print(f"FAILED: {records} records, {total} were expected")
        sys.exit(1)
    print(f"{k} attempts on {', '.join(sorted(tried))}: {count['killed']} killed, "
          f"{count['ended']} had ended; log intact every time, nothing acknowledged lost, "
          f"{records} records as expected")
finally:
    shutil.rmtree(work, ignore_errors=True)
