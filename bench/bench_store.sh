#!/usr/bin/env bash
# bench/bench_store.sh [RECORDS [THREADS]]: builds bench_store.c against the built libraries and runs
# it on a register in a temporary directory.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
includes=()
for dir in build/include/*/; do includes+=("-I$dir"); done
libs=()
for lib in store crypto domain text base; do libs+=("build/src/lib$lib.a"); done
read -ra flags < <(pkg-config --cflags --libs jansson libsodium sqlite3 icu-uc icu-i18n)
gcc -std=gnu11 -D_GNU_SOURCE -O2 "${includes[@]}" bench/bench_store.c "${libs[@]}" "${flags[@]}" \
    -lpthread -lm -o "$work/bench_store"
nice -n 5 "$work/bench_store" "$work/register" "${1:-275000}" "${2:-2}"
ls -l "$work/register/store.db" | awk '{printf "database %.0f MB\n", $5 / 1e6}'
