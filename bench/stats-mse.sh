#!/usr/bin/env bash
# ./run bench stats-mse: multiple systems estimation beside the recorded CPU seconds of the R
# packages (the table of docs/bench-mse.md). Needs the shared reference data.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${THROUGHLINE_SHARED:-../shared}
if [ ! -d "$shared/data/estimate" ]; then
    echo "multiple systems estimation is not timed: the shared reference data are not at $shared"
    exit 0
fi
ninja -C build --quiet bench/bench_mse
nice build/bench/bench_mse "$shared"
