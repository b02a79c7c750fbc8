#!/usr/bin/env bash
# Speed of the name kernels: prints the table of docs/bench-text.md. Needs ./run build first.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O3 -std=gnu11 -D_GNU_SOURCE -march=x86-64-v2 -Ibuild/include/base -Ibuild/include/text -o "$out/bench_text" \
    bench/bench_text.c build/src/libtext.a build/src/libbase.a -ljansson -licui18n -licuuc -lpthread -lm
nice "$out/bench_text" bench/names/surnames.txt
