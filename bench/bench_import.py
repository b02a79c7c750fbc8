#!/usr/bin/env python3
"""Speed of import: reading, mapping and validating alone (--dry-run), and with sealing and storing.

usage: bench_import.py [PEOPLE]   (100000)
CPU seconds are of the whole process (user + system), so that a busy machine does not change them.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

BINARY = os.environ.get("THROUGHLINE", os.path.join(os.path.dirname(__file__), "..", "build", "throughline"))
CHANNELS = ("nrm", "dtn", "msvcc", "helpline", "ngo", "police")


def cost(*args):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    out = subprocess.run([BINARY, *map(str, args)], check=True, capture_output=True, text=True).stdout
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, out


people = sys.argv[1] if len(sys.argv) > 1 else "100000"
with tempfile.TemporaryDirectory() as d:
    made, store = os.path.join(d, "made"), os.path.join(d, "store")
    cost("simulate", "--people", people, "--seed", "1", "--out", made, "--quiet")
    cost("init", store)
    print(f"{'extract':<9} {'rows':>7} {'MB':>6} {'check CPU s':>12} {'rows/CPU s':>11} "
          f"{'import CPU s':>13} {'wall s':>7}")
    total = [0, 0.0, 0.0, 0.0]
    for c in CHANNELS:
        path = os.path.join(made, c + ".csv")
        check, _, out = cost("import", path, "--as", c, "--dry-run", "--json")
        rows = json.loads(out)["rows"]
        whole, wall, _ = cost("import", path, "--as", c, "--from", c, "--store", store, "--quiet")
        print(f"{c:<9} {rows:>7} {os.path.getsize(path) / 1e6:>6.1f} {check:>12.2f} {rows / check:>11.0f} "
              f"{whole:>13.2f} {wall:>7.1f}")
        total = [total[0] + rows, total[1] + check, total[2] + whole, total[3] + wall]
    again, _, _ = cost("import", os.path.join(made, "nrm.csv"), "--as", "nrm", "--from", "nrm", "--store",
                       store, "--quiet")
    print(f"{'all':<9} {total[0]:>7} {'':>6} {total[1]:>12.2f} {total[0] / total[1]:>11.0f} {total[2]:>13.2f} "
          f"{total[3]:>7.1f}")
    print(f"nrm again, nothing new: {again:.2f} CPU s; largest resident set "
          f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")
