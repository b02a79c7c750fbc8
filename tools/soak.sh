#!/usr/bin/env bash
# ./run soak [KILLS [SEED]]: kill -9 at random moments (tools/soak_kill.py).
set -euo pipefail
cd "$(dirname "$0")/.."
nice -n 5 python3 tools/soak_kill.py build/throughline "${1:-200}" "${2:-1}"
