#!/usr/bin/env bash
# ./run bench [WHAT [ARGUMENTS]]: bench/WHAT.sh, or all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-}
[ $# -gt 0 ] && shift
if [ -z "$what" ]; then
    for script in bench/*.sh; do
        echo "== $(basename "$script" .sh)"
        "$script"
    done
elif [ -x "bench/$what.sh" ]; then
    exec "bench/$what.sh" "$@"
else
    echo "there is no benchmark $what; there are: $(cd bench && ls ./*.sh | sed 's|./||;s|\.sh||' | tr '\n' ' ')" >&2
    exit 2
fi
