#!/usr/bin/env bash
# ./run bench disclosure: protection and attack of the reference tables, CPU seconds and cost beside
# the proven optimum and the tools recorded in docs/bench-disclosure.md. Needs the shared reference
# data. BIG=1 adds the tables that take a minute (T4, T6).
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${THROUGHLINE_SHARED:-../shared}
data=$(realpath -m "$shared/data/disclosure")
if [ ! -d "$data" ]; then
    echo "disclosure control is not timed: the shared reference data are not at $shared"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$data" "$work" "${BIG:-0}" <<'PY'
import json
import resource
import subprocess
import sys

data, work, big = sys.argv[1], sys.argv[2], sys.argv[3] == "1"
files = {"natregion": "nat", "nationality": "nat", "sex": "sex", "age": "age", "exploitation": "expl",
         "force": "geo", "quarter": "quarter"}
hierarchies = {c: f"{data}/hier_{f}.csv" for c, f in files.items()}
q1 = {"quarter": "Q1"}
tables = {"T1": (["natregion", "exploitation"], {}), "T2": (["nationality", "sex"], q1),
          "T3": (["force", "age", "exploitation"], {}),
          "T4": (["nationality", "sex", "age", "exploitation"], q1), "T5": (["force", "nationality"], {}),
          "T6": (["force", "nationality", "exploitation"], {})}
# table, method: (best known cost, the peer, its CPU seconds)
peers = {("T1", "round"): (64, "HiGHS", 0.2), ("T2", "round"): (238, "HiGHS", 0.2),
         ("T3", "round"): (2584, "HiGHS", 0.2), ("T5", "round"): (3335, "HiGHS", 0.2),
         ("T4", "round"): (4508, "HiGHS", 60), ("T6", "round"): (None, "HiGHS, none found", 60),
         ("T1", "suppress"): (108, "MILP", 1.3), ("T2", "suppress"): (3144, "MILP", 4),
         ("T3", "suppress"): (None, "GaussSuppression, not safe", 1.8),
         ("T5", "suppress"): (None, "GaussSuppression, not safe", 4.5),
         ("T4", "suppress"): (None, "GaussSuppression, not safe", 25.5),
         ("T6", "suppress"): (None, "GaussSuppression, not safe", 301.5)}
print("| table | method | cost | best known | ratio | CPU s | peer | its CPU s | times faster |")
print("| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |")
for (name, method), (best, peer, seconds) in peers.items():
    if name in ("T4", "T6") and not big:
        continue
    dims, where = tables[name]
    with open(f"{work}/spec.json", "w", encoding="utf-8") as f:
        json.dump({"tables": [{"name": name, "dimensions": dims, "where": where}], "hierarchies": hierarchies,
                   "levels": {"natregion": 2}, "method": method}, f)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["build/throughline", "study", "protect",
                    f"{data}/micro_{'ngo' if name == 'T1' else 'year'}.csv", "--spec", f"{work}/spec.json",
                    "--out", f"{work}/out", "--quiet"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with open(f"{work}/out/summary.json", encoding="utf-8") as f:
        doc = json.load(f)
    assert doc["audit"]["safe"]
    ratio = f"{doc['cost'] / best:.3f}" if best else ""
    print(f"| {name} | {method} | {doc['cost']:,} | {best or ''} | {ratio} | {cpu:.2f} | {peer} | {seconds} | "
          f"{seconds / max(cpu, 0.01):,.1f} |", flush=True)
PY
