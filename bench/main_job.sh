#!/usr/bin/env bash
# The main job on PEOPLE made people (100,000): each stage's CPU and wall seconds, its share, and the second run.
# Bars: import + link + classify + flag in 60 s and 1 GiB on two cores; a run after 100 new referrals in 2 s.
set -euo pipefail
cd "$(dirname "$0")/.."
people=${1:-100000}
t=$PWD/build/throughline
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage() { # NAME COMMAND...
    local name=$1
    shift
    /usr/bin/time -f "$name %U %S %e %M" -a -o "$work/times" "$@" >/dev/null
}
"$t" simulate --people "$people" --seed 5 --out "$work/made" --quiet
"$t" simulate --people 110 --seed 6 --out "$work/new" --quiet
"$t" init "$work/register" --quiet >/dev/null
for channel in nrm dtn msvcc helpline ngo police; do
    stage "import_$channel" "$t" import "$work/made/$channel.csv" --as "$channel" --from "ORG_$channel" \
        --store "$work/register" --quiet
done
stage link "$t" link --store "$work/register" --quiet
stage classify_and_flag "$t" run --store "$work/register" --nrm-complete --quiet
head -101 "$work/new/nrm.csv" >"$work/new/hundred.csv"
"$t" import "$work/new/hundred.csv" --as nrm --from ORG_nrm --store "$work/register" --quiet >/dev/null
stage second_run "$t" run --store "$work/register" --nrm-complete --quiet
awk -v people="$people" '
    {cpu[$1] = $2 + $3; wall[$1] = $4; mem[$1] = $5 / 1024; order[++n] = $1
     if ($1 != "second_run") {all += $4; all_cpu += $2 + $3}
     if ($5 / 1024 > most) most = $5 / 1024}
    END {printf "%d people\n%-18s %8s %8s %7s %8s\n", people, "stage", "CPU s", "wall s", "share", "MiB"
         for (i = 1; i <= n; i++) printf "%-18s %8.2f %8.2f %6.0f%% %8.0f\n", order[i], cpu[order[i]], wall[order[i]],
             order[i] == "second_run" ? 0 : 100 * wall[order[i]] / all, mem[order[i]]
         printf "%-18s %8.2f %8.2f (bar 60: %.2f of it), most memory %.0f MiB (bar 1024)\n", "main job", all_cpu, all, all / 60, most
         printf "second run: %.2f s wall (bar 2: %.2f of it)\n", wall["second_run"], wall["second_run"] / 2}' "$work/times"
cases=tests/data/classify/edge_cases.json
python3 - "$cases" "$work/million.json" <<'PY'
import json, sys
cases = []
for c in json.load(open(sys.argv[1]))["cases"]:
    c.pop("expected")
    cases.append(json.dumps(c, separators=(",", ":")))
with open(sys.argv[2], "w") as f:
    f.write('{"cases":[\n' + ",\n".join(cases[i % len(cases)] for i in range(1000000)) + "]}\n")
PY
/usr/bin/time -f "%e %U" -o "$work/classify" "$t" study classify "$work/million.json" --out "$work/out.csv" --quiet
awk '{printf "study classify: 1,000,000 cases in %.2f s = %.0f cases/s (bar 200,000: %.1f times it), %.2f CPU s\n", $1, 1e6 / $1, 1e6 / $1 / 2e5, $2}' "$work/classify"
