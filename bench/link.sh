#!/usr/bin/env bash
# Linkage on made people: CPU seconds and memory, and in the same run Splink's plan written out as SQL on
# DuckDB (bench/splink_plan.mjs), where npm can install it; beside both, the figures of the real package
# measured on two cores of the same kind (docs/bench-link.md says how).
# link.sh [DIR]   data and results go to DIR (default build/bench); about 2 GB and 15 minutes with BIG=1.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build/bench}
bin=$PWD/build/throughline
mkdir -p "$dir"
rm -f "$dir"/peer_*.json
cc -O2 -o "$dir/gen_people" bench/gen_people.c -lm

people() { # ROWS SEED
    [ -s "$dir/people_$1.csv" ] ||
        "$dir/gen_people" "$1" "$2" bench/names/first.txt bench/names/surnames.txt >"$dir/people_$1.csv"
}
columns='"columns":{"first_name":"given_name","surname":"family_name","dob":"date","postcode":"postcode","city":"place","nationality":"nationality"}'
echo "{\"id\":\"rec_id\",$columns,\"blocking\":[[\"first_name\",\"surname\"],[\"surname\",\"dob\"],[\"first_name\",\"dob\"],[\"postcode\",\"first_name\"]]}" >"$dir/four.json"
echo "{\"id\":\"rec_id\",$columns,\"blocking\":[[\"dob\"],[\"first_name\",\"surname\"],[\"surname\",\"first_name:1\"],[\"postcode\"]]}" >"$dir/loose.json"

# DuckDB as the tests have it.
have_peer=
if tools/modules.sh sql; then
    cp bench/splink_plan.mjs build/sql/
    have_peer=1
else
    echo "without DuckDB Splink's plan is skipped"
fi

peer() { # ROWS RULES: Splink's plan on DuckDB, two threads
    local out=$dir/peer_$1_$2.json
    rm -f "$out"
    [ -n "$have_peer" ] || return 0
    nice node build/sql/splink_plan.mjs "$dir/people_$1.csv" "$2" >"$out" ||
        { echo "Splink's plan did not run to its end"; rm -f "$out"; }
}

run() { # LABEL ROWS SPEC PEER_CPU_SECONDS [options]
    local label=$1 rows=$2 spec=$3 peer=$4
    shift 4
    /usr/bin/time -o "$dir/time" -f "%U %S" "$bin" study link "$dir/people_$rows.csv" \
        --spec "$dir/$spec.json" --out "$dir/clusters.csv" --summary "$dir/summary.json" --quiet "$@"
    python3 - "$label" "$peer" "$dir" "$dir/peer_${rows}_$spec.json" <<'PY'
import json, os, sys
label, peer, d, plan_file = sys.argv[1:]
user, system = map(float, open(f"{d}/time").read().split())
s = json.load(open(f"{d}/summary.json"))
cpu = user + system
score = s["seconds"]["score"] * s["threads"]
plan = json.load(open(plan_file)) if os.path.exists(plan_file) else None
beside = plan["cpu_seconds_without_load"] if plan else None
print(f"{label:34s} {s['pairs_scored'] / 1e6:8.1f} M {cpu:7.2f} {s['peak_rss_bytes'] / 1e6:7.0f} MB "
      f"{s['pairs_scored'] / 1e6 / max(score, 1e-9):6.1f} "
      + (f"{beside:8.1f} {plan['peak_rss_bytes'] / 1e6:7.0f} MB {beside / cpu:5.1f}x" if plan else f"{'-':>8s} {'-':>10s} {'-':>6s}")
      + (f" {peer:>8s} {float(peer) / cpu:5.1f}x" if peer != "-" else f" {'-':>8s} {'-':>6s}"))
PY
}

people 1000000 20240601
peer 1000000 four
[ -z "${BIG:-}" ] || peer 1000000 loose
printf '%-34s %10s %7s %10s %6s %19s %6s %8s %6s\n' "" pairs "CPU s" memory "M/s" "Splink's plan" ratio Splink ratio
run "1M rows, 4 rules, one thread" 1000000 four 35.8 --threads 1
run "1M rows, 4 rules, two threads" 1000000 four 35.8 --threads 2
run "1M rows, loose rules, one thread" 1000000 loose 222 --threads 1
run "1M rows, loose rules, two threads" 1000000 loose 222 --threads 2
if [ -n "${BIG:-}" ]; then
    people 5000000 20240603
    peer 5000000 four
    run "5M rows, 4 rules" 5000000 four 494 --threads 1
    people 10000000 20240604
    run "10M rows, 4 rules, --memory 4G" 10000000 four - --threads 2 --memory 4G
fi

for plan in "$dir"/peer_*.json; do
    [ ! -s "$plan" ] || python3 - "$plan" <<'PY'
import json, sys
p = json.load(open(sys.argv[1]))
print(f"Splink's plan, {p['records']:,} rows, {p['rules']}: {p['pairs']:,} pairs, {p['clusters']:,} clusters; CPU s "
      + ", ".join(f"{k} {v}" for k, v in p["seconds"].items()) + f" (DuckDB {p['duckdb']}, load not counted)")
PY
done

cc -O2 -std=gnu11 -D_GNU_SOURCE -Isrc -o "$dir/bench_index" bench/bench_index.c -Wl,--start-group \
    build/src/liblinkage.a build/src/libdomain.a build/src/libtext.a build/src/libbase.a -Wl,--end-group \
    -ljansson -licuuc -licui18n -lm -lpthread
echo "Live index, 4 rules (Splink: 342-411 ms CPU a look-up):"
"$dir/bench_index" "$dir/people_1000000.csv" 20000 20000
echo "Live index, loose rules:"
"$dir/bench_index" "$dir/people_1000000.csv" 20000 20000 loose
