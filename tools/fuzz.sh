#!/usr/bin/env bash
# ./run fuzz [TARGET [SECONDS]]: coverage-guided fuzzing with the address and undefined-behaviour
# sanitizers. Every target when none is named; 60 seconds each. New inputs of interest go to
# build-fuzz/found/TARGET; what fails goes to build-fuzz/failed/TARGET (copy it to
# fuzz/corpus/TARGET with the fix: the tests replay it from then on).
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=${1:-}
seconds=${2:-60}

missing=()
for p in clang libclang-rt-14-dev; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
    as=()
    [ "$(id -u)" -eq 0 ] || as=(sudo)
    "${as[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ ! -f build-fuzz/build.ninja ]; then
    CC=clang meson setup build-fuzz -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
        -Db_lundef=false -Dwerror=false -Dc_args=-fsanitize=fuzzer-no-link >/tmp/throughline-fuzz.log 2>&1 ||
        { tail -20 /tmp/throughline-fuzz.log >&2; exit 1; }
fi
mapfile -t libs < <(ninja -C build-fuzz -t targets all | sed -n 's/^\(src\/lib[a-z]*\.a\):.*/\1/p')
ninja -C build-fuzz --quiet "${libs[@]}" >/tmp/throughline-fuzz.log 2>&1 || { tail -40 /tmp/throughline-fuzz.log >&2; exit 1; }

includes=()
for dir in build-fuzz/include/*/; do includes+=("-I$dir"); done
read -ra packages < <(pkg-config --libs --cflags jansson icu-uc icu-i18n libRmath gsl libsodium sqlite3 \
    libzip expat)

status=0
for source in fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    name=${name#fuzz_}
    [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
    mkdir -p "build-fuzz/found/$name" "build-fuzz/failed/$name" "fuzz/corpus/$name"
    clang -g -O1 -std=gnu11 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined "${includes[@]}" -Ifuzz \
        -o "build-fuzz/fuzz_$name" "$source" -Wl,--start-group "${libs[@]/#/build-fuzz/}" -Wl,--end-group \
        "${packages[@]}" -lglpk -lm -lpthread
    echo "== $name, $seconds seconds"
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 nice "build-fuzz/fuzz_$name" -max_total_time="$seconds" \
        -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="build-fuzz/failed/$name/" \
        "build-fuzz/found/$name" "fuzz/corpus/$name" >"build-fuzz/$name.log" 2>&1 || status=1
    grep -E 'stat::number_of_executed_units|stat::peak_rss_mb|ERROR|SUMMARY|ALARM' "build-fuzz/$name.log" || true
done
exit $status
