#!/usr/bin/env bash
# ./run bench stats [slow]: estimation beside R's packages; R itself where Rscript with survival and
# cmprsk is installed, else R's recorded seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
recorded=${THROUGHLINE_SHARED:-../shared}/data/estimate/speed/survival_1M_R.csv
ninja -C build --quiet bench/bench_survival
if Rscript -e 'library(survival); library(cmprsk)' >/dev/null 2>&1; then
    measured=$(mktemp)
    trap 'rm -f "$measured"' EXIT
    Rscript bench/bench_survival.R "$measured" "$@"
    echo "beside R on this machine:"
    build/bench/bench_survival "$measured"
elif [ -f "$recorded" ]; then
    echo "beside R as recorded:"
    build/bench/bench_survival "$recorded"
else
    build/bench/bench_survival
fi
[ ! -x bench/stats-mse.sh ] || bench/stats-mse.sh "$@"
