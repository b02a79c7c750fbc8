#!/usr/bin/env python3
"""kill -9 at random moments of an import: all of it is in or nothing, the log is intact, and running
it again completes. (Two hundred kills over import and run: ./run soak.)"""
import os
import random
import signal
import subprocess
import time

from tap import BINARY, done, equal, ok, run, run_json, temp_dir

KILLS = 6 if "THROUGHLINE_SANITIZED" in os.environ else 15
random.seed(20231)


def contents(store):
    out = store + ".csv"
    r = run("export", "--as", "canonical", "--store", store, "--out", out, "--identity", "--account",
            "--basis", "PUBLIC_TASK", "--recipient", "test")
    if r.returncode:
        return r.stderr
    with open(out, encoding="utf-8") as f:
        return sorted(line.split(",", 1)[1] for line in f)  # without the line number


with temp_dir() as d:
    store, other = os.path.join(d, "register"), os.path.join(d, "other")
    run("init", store)
    run("init", other)
    made = os.path.join(d, "made")
    run("simulate", "--people", "3000", "--seed", "9", "--out", made)
    first, second = os.path.join(made, "ngo.csv"), os.path.join(made, "nrm.csv")
    for s in (store, other):
        run_json("import", first, "--as", "ngo", "--from", "A", "--store", s)
    before = contents(store)
    start = time.monotonic()
    run_json("import", second, "--as", "nrm", "--from", "B", "--store", other)
    whole = time.monotonic() - start
    after = contents(other)
    states = {"nothing": 0, "all": 0}
    for k in range(KILLS):
        p = subprocess.Popen([BINARY, "import", second, "--as", "nrm", "--from", "B", "--store", store],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, whole * 0.9))
        p.send_signal(signal.SIGKILL)
        acknowledged = p.wait() == 0
        now = contents(store)
        state = "nothing" if now == before else "all" if now == after else "a part"
        states[state] = states.get(state, 0) + 1
        if state == "all":  # taken back, so that the next kill finds something to do
            done_now = [i["import"] for i in run_json("import", "--list", "--store", store)
                        if i["state"] == "done" and i["as"] == "nrm"]
            run("import", "--undo", str(done_now[-1]), "--store", store)
        if state == "a part" or (acknowledged and state != "all"):
            ok(False, f"kill {k}: {state} of the file is in", f"acknowledged {acknowledged}")
        log = run("verify-log", "--store", store)
        if log.returncode:
            ok(False, f"kill {k}: the log is intact", log.stdout + log.stderr)
    ok(states["nothing"] > 0, f"some kills came in time {states}")
    ok(states.get("a part", 0) == 0, f"{KILLS} kills: all or nothing {states}")
    again = run_json("import", second, "--as", "nrm", "--from", "B", "--store", store)
    equal(again["added"] + again["same"], again["rows"], "running it again completes")
    equal(contents(store), after, "and the register holds what an undisturbed one holds")
    equal(run("verify-log", "--store", store).returncode, 0, "the log is intact")
done()
