#!/usr/bin/env bash
# ./run lint: formatting, banned calls, cppcheck, clang-tidy, commit hygiene. Fails on the first kind of finding.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t sources < <(git ls-files 'src/*.[ch]' 'tests/unit/*.c' 'fuzz/*.c' 'bench/*.c')

echo "formatting"
clang-format --dry-run -Werror "${sources[@]}"

echo "banned calls"
# Unbounded writes, locale-dependent parsing, hidden state; each has a checked counterpart in src/base.
if git grep -nE '\b(gets|strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|rand|srand|setlocale|system|popen|longjmp|setjmp|alloca)\(' \
    -- 'src/*.c' 'src/*.h'; then
    echo "use the functions of src/base instead" >&2
    exit 1
fi
if git grep -nE '\bexit\(' -- 'src/*.c' ':!src/base/mem.c' ':!src/cli/main.c'; then
    echo "only main ends the process" >&2
    exit 1
fi

echo "cppcheck"
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppressions-list=tools/cppcheck.txt \
    --enable=warning,portability -Ibuild/include/{base,text,domain,stats,linkage,disclosure,simulate,crypto,store,ingest,chart,publish,app,cli} \
    -j2 src

echo "clang-tidy"
mapfile -t units < <(git ls-files 'src/*.c')
clang-tidy --quiet -p build "${units[@]}" 2>/dev/null
echo "clean"
