#!/bin/sh
# Which lines of codec/ and formats/ the library's own tests run, in the sizes of instrumented builds: coverage.sh [BUILD]. Needs clang
# and LLVM's tools. Prints the lines that nothing runs, with the reasons of tests/uncovered.txt; fails below 97 % of all lines. Kernels
# of other machines are not built, and do not count.
set -eu
cd "$(dirname "$0")/.."
build="${1:-build-coverage}"
flags="-fprofile-instr-generate -fcoverage-mapping"
[ -d "$build" ] || CC="${CC:-clang}" CXX="${CXX:-clang++}" meson setup "$build" -Dbuildtype=plain -Doptimization=1 -Db_lundef=false \
  -Dexamples=false -Dtools=false -Dfuzz=false -Dcpp_args="$flags -DPONDUS_INSTRUMENTED" -Dc_args="$flags" -Dcpp_link_args="$flags" -Dc_link_args="$flags"
ninja -C "$build"
rm -rf "$build/profiles"
export LLVM_PROFILE_FILE="$PWD/$build/profiles/%2m.profraw"
run="meson test -C $build --no-rebuild --timeout-multiplier 8"
$run --suite unit
$run vectors 'worked examples' 'coder vectors' 'all code lengths' kernels 'product kernels'
llvm-profdata merge --failure-mode=all -o "$build/coverage.profdata" "$build"/profiles/*.profraw
set --
for program in "$build"/tests/*; do
  [ -f "$program" ] && [ -x "$program" ] && set -- "$@" -object "$program"
done
shift
llvm-cov export -format=lcov -instr-profile="$build/coverage.profdata" "$@" > "$build/coverage.lcov"
python3 tests/coverage.py "$build/coverage.lcov" tests/uncovered.txt
