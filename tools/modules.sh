#!/usr/bin/env bash
# tools/modules.sh NAME: what tests/NAME/package-lock.json pins, by npm, into build/NAME/node_modules; once, until the
# lock file changes. Exit 1 where node or npm is missing or npm cannot be reached: what needs the modules skips then.
# Nothing of them is in the product.
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1
from=tests/$name
to=build/$name
command -v node >/dev/null && command -v npm >/dev/null || exit 1
cmp -s "$from/package-lock.json" "$to/package-lock.json" && [ -d "$to/node_modules" ] && exit 0
rm -rf "$to"
mkdir -p "$to"
cp "$from/package.json" "$from/package-lock.json" "$to/"
# Not npm ci: it wants the parts for other systems too, which some registries do not have.
(cd "$to" && timeout 300 npm install --no-save --ignore-scripts --no-audit --no-fund) >/tmp/throughline-npm.log 2>&1 || {
    rm -rf "$to"
    echo "npm could not be reached: what needs $from is skipped" >&2
    exit 1
}
