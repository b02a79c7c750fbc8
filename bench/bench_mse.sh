#!/usr/bin/env bash
# Multiple systems estimation beside the recorded CPU seconds of the R packages: prints the table of
# docs/bench-mse.md. Needs ./run build first, and the shared reference data.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${THROUGHLINE_SHARED:-../shared}
[ -d "$shared/data/estimate" ] || { echo "the shared reference data are not at $shared" >&2; exit 1; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
includes=()
for dir in build/include/*/; do includes+=("-I$dir"); done
read -ra packages < <(pkg-config --libs --cflags jansson icu-uc icu-i18n libRmath gsl libsodium sqlite3 libzip expat xlsxwriter)
gcc -O3 -std=gnu11 -D_GNU_SOURCE "${includes[@]}" -o "$out/bench_mse" bench/bench_mse.c \
    -Wl,--start-group build/src/lib*.a -Wl,--end-group "${packages[@]}" -lglpk -lm -lpthread
nice "$out/bench_mse" "$shared"
