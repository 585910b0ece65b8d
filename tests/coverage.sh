#!/bin/sh
# Which lines of codec/ and formats/ the tests and the fuzz corpora run: coverage.sh [BUILD [SUITE...]]. Needs clang and LLVM's tools.
# Prints the lines that nothing runs, with the reasons of tests/uncovered.txt; fails below 97 % of all lines. Kernels of other machines
# are not built, and do not count.
set -eu
cd "$(dirname "$0")/.."
build="${1:-build-coverage}"
[ "$#" = 0 ] || shift
[ "$#" -gt 0 ] || set -- unit conformance cli fuzz
flags="-fprofile-instr-generate -fcoverage-mapping"
[ -d "$build" ] || CC="${CC:-clang}" CXX="${CXX:-clang++}" meson setup "$build" -Dbuildtype=plain -Doptimization=1 -Db_lundef=false \
  -Dexamples=false -Dcpp_args="$flags" -Dc_args="$flags" -Dcpp_link_args="$flags" -Dc_link_args="$flags"
ninja -C "$build"
rm -rf "$build/profiles"
suites=""
for suite in "$@"; do suites="$suites --suite $suite"; done
# shellcheck disable=SC2086
LLVM_PROFILE_FILE="$PWD/$build/profiles/%2m.profraw" meson test -C "$build" --no-rebuild --timeout-multiplier 8 $suites
llvm-profdata merge --failure-mode=all -o "$build/coverage.profdata" "$build"/profiles/*.profraw
set --
for program in "$build"/tests/* "$build"/fuzz/replay_* "$build"/tools/pondus; do
  [ -f "$program" ] && [ -x "$program" ] && set -- "$@" -object "$program"
done
shift
llvm-cov export -format=lcov -instr-profile="$build/coverage.profdata" "$@" > "$build/coverage.lcov"
python3 tests/coverage.py "$build/coverage.lcov" tests/uncovered.txt
