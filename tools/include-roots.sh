#!/bin/sh
# Makes one include root per module: ROOT/<module>/<module> -> src/<module>. A module's library is given
# only its own root and those of the floors below it, so that an upward include does not compile.
set -eu
src=$1 root=$2
for folder in "$src"/*/; do
    module=$(basename "$folder")
    mkdir -p "$root/$module"
    ln -sfn "$src/$module" "$root/$module/$module"
done
