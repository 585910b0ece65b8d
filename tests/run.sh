#!/bin/sh
# Sets up and passes all tests: g++ release; clang under ASan and UBSan with brief fuzzing, g++ under them with the vectors; threads under TSan; a big-endian machine, one with NEON.
# Ends with "N passed, N failed, N skipped" from the logs of the test runs.
set -eu
cd "$(dirname "$0")/.."
sh setup.sh tests
logs=""
failed=0

# run NAME SUITES MESON-ARGUMENTS...: configures build-NAME, builds what TARGETS names (all) and runs the suites ("all": every one).
run() {
  name=$1 suites=$2
  shift 2
  echo "=== $name"
  [ -d "build-$name" ] || meson setup "build-$name" "$@"
  # shellcheck disable=SC2086
  ninja -C "build-$name" ${TARGETS:-}
  arguments=""
  [ "$suites" = all ] || for suite in $suites; do arguments="$arguments --suite $suite"; done
  # shellcheck disable=SC2086
  meson test -C "build-$name" --no-rebuild --print-errorlogs $arguments || failed=1
  logs="$logs build-$name/meson-logs/testlog.json"
}

sanitize="-Dbuildtype=debugoptimized -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false"
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
run gcc all --werror
# shellcheck disable=SC2086
CC=clang CXX=clang++ TARGETS="all fuzzers" run clang-sanitized "unit conformance cli fuzz" -Dfuzzing_engine=-fsanitize=fuzzer $sanitize
few="-Dportable_tests=true -Dtools=false -Dfuzz=false -Dexamples=false"
# shellcheck disable=SC2086
run gcc-sanitized "unit conformance" $few $sanitize
TARGETS=tests/threads CC=clang CXX=clang++ run tsan threads -Dbuildtype=debugoptimized -Doptimization=1 -Db_sanitize=thread \
  -Db_lundef=false -Dfuzz=false -Dtools=false -Dexamples=false
for machine in s390x aarch64; do
  # shellcheck disable=SC2086
  run "$machine" conformance --cross-file "tests/$machine.ini" -Dprefer_static=true $few
done
python3 tests/same_bytes.py build-gcc/tools/pondus build-clang-sanitized/tools/pondus || failed=1
echo "=== fuzzing"
FUZZ_BUILD=build-clang-sanitized sh fuzz/run.sh 4 || failed=1
# shellcheck disable=SC2086
python3 tests/summary.py "$failed" $logs
