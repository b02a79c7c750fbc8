#!/usr/bin/env bash
# ./run bench noise [DRAWS [SEED]]: speed of the samplers of differential privacy, and chi-square of 10 million
# draws of each against the exact probabilities, from a fresh seed unless one is given.
set -euo pipefail
cd "$(dirname "$0")/.."
ninja -C build --quiet bench/bench_noise
exec nice build/bench/bench_noise "$@"
