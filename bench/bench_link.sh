#!/usr/bin/env bash
# Linkage on made people: CPU seconds and memory, beside the peers' figures measured on two cores of the
# same kind (Splink 4.0.16 and 5.0.0.dev4 on DuckDB 1.5.6; docs/bench-link.md says how).
# bench_link.sh [DIR]   data and results go to DIR (default build/bench); about 2 GB with BIG=1.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build/bench}
bin=$PWD/build/throughline
mkdir -p "$dir"
cc -O2 -o "$dir/gen_people" bench/gen_people.c -lm

people() { # ROWS SEED
    [ -s "$dir/people_$1.csv" ] ||
        "$dir/gen_people" "$1" "$2" bench/names/first.txt bench/names/surnames.txt >"$dir/people_$1.csv"
}
columns='"columns":{"first_name":"given_name","surname":"family_name","dob":"date","postcode":"postcode","city":"place","nationality":"nationality"}'
echo "{\"id\":\"rec_id\",$columns,\"blocking\":[[\"first_name\",\"surname\"],[\"surname\",\"dob\"],[\"first_name\",\"dob\"],[\"postcode\",\"first_name\"]]}" >"$dir/four.json"
echo "{\"id\":\"rec_id\",$columns,\"blocking\":[[\"dob\"],[\"first_name\",\"surname\"],[\"surname\",\"first_name:1\"],[\"postcode\"]]}" >"$dir/loose.json"

run() { # LABEL ROWS SPEC PEER_CPU_SECONDS [options]
    local label=$1 rows=$2 spec=$3 peer=$4
    shift 4
    /usr/bin/time -o "$dir/time" -f "%U %S %e" "$bin" study link "$dir/people_$rows.csv" \
        --spec "$dir/$spec.json" --out "$dir/clusters.csv" --summary "$dir/summary.json" --quiet "$@"
    python3 - "$label" "$peer" "$dir" <<'PY'
import json, sys
label, peer, d = sys.argv[1:]
user, system, wall = map(float, open(f"{d}/time").read().split())
s = json.load(open(f"{d}/summary.json"))
cpu = user + system
score = s["seconds"]["score"] * s["threads"]
ratio = f"{float(peer) / cpu:8.1f}x" if peer != "-" else "       -"
print(f"{label:34s} {s['pairs_scored'] / 1e6:8.1f} M {cpu:7.2f} {wall:7.2f} {s['peak_rss_bytes'] / 1e6:8.0f} MB "
      f"{s['pairs_scored'] / 1e6 / max(score, 1e-9):7.1f} {peer:>8s} {ratio}")
PY
}

printf '%-34s %10s %7s %7s %11s %7s %8s %9s\n' "" pairs "CPU s" wall memory "M/s" "Splink s" ratio
people 1000000 20240601
run "1M rows, 4 rules, one thread" 1000000 four 35.8 --threads 1
run "1M rows, 4 rules, two threads" 1000000 four 35.8 --threads 2
run "1M rows, loose rules, one thread" 1000000 loose 222 --threads 1
run "1M rows, loose rules, two threads" 1000000 loose 222 --threads 2
if [ -n "${BIG:-}" ]; then
    people 5000000 20240603
    run "5M rows, 4 rules" 5000000 four 494 --threads 1
    people 10000000 20240604
    run "10M rows, 4 rules, --memory 4G" 10000000 four - --threads 2 --memory 4G
fi

cc -O2 -std=gnu11 -D_GNU_SOURCE -Isrc -o "$dir/bench_index" bench/bench_index.c -Wl,--start-group \
    build/src/liblinkage.a build/src/libdomain.a build/src/libtext.a build/src/libbase.a -Wl,--end-group \
    -ljansson -licuuc -licui18n -lm -lpthread
echo "Live index, 4 rules (Splink: 342-411 ms CPU a look-up):"
"$dir/bench_index" "$dir/people_1000000.csv" 20000 20000
echo "Live index, loose rules:"
"$dir/bench_index" "$dir/people_1000000.csv" 20000 20000 loose
