#!/bin/sh
# Fuzzes every target for a while with clang's libFuzzer: run.sh [SECONDS_PER_TARGET]. Fails on any finding.
# Ends with the share of executions per target that reached what it asks about, and came to an answer (README.md).
# FUZZ_BUILD names the build folder, FUZZ_CORPUS a folder that keeps what was found worth keeping.
set -eu
seconds="${1:-10}"
root="$(cd "$(dirname "$0")/.." && pwd)"
build="${FUZZ_BUILD:-$root/build-fuzz}"
corpus="${FUZZ_CORPUS:-$build/fuzz/grown}"
[ -f "$build/build.ninja" ] ||
  CC="${CC:-clang}" CXX="${CXX:-clang++}" meson setup "$build" "$root" -Dtests=false -Dexamples=false \
    -Dfuzzing_engine=-fsanitize=fuzzer -Dbuildtype=plain -Doptimization=1 -Dcpp_args=-g1 -Db_sanitize=address,undefined -Db_lundef=false
ninja -C "$build" fuzzers fuzz/replay_open_check tools/pondus
export PONDUS_FUZZ_STATS=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
failed=0
count=0
table=""
for program in "$build"/fuzz/fuzz_*; do
  [ -f "$program" ] && [ -x "$program" ] || continue
  target="$(basename "$program")"
  target="${target#fuzz_}"
  count=$((count + 1))
  mkdir -p "$corpus/$target" "$build/fuzz/findings"
  set -- "$corpus/$target" "$build/fuzz/seeds/$target"
  [ ! -d "$root/fuzz/corpus/$target" ] || set -- "$@" "$root/fuzz/corpus/$target"
  echo "== $target"
  if ! "$program" -max_total_time="$seconds" -seed=1 -rss_limit_mb=2048 -timeout=10 -max_len=16384 \
    -artifact_prefix="$build/fuzz/findings/$target-" "$@" > "$build/fuzz/$target.log" 2>&1; then
    tail -n 60 "$build/fuzz/$target.log"
    failed=1
  fi
  grep "DONE" "$build/fuzz/$target.log" || true
  stats="$(grep "^executions" "$build/fuzz/$target.log" || true)"
  table="$table$target, $stats
"
done
printf '%s' "$table" | tr -d ',()%' | awk '
  BEGIN { printf "%-12s %12s %10s %10s\n", "target", "executions", "reached %", "decoded %" }
  { printf "%-12s %12d %10s %10s%s\n", $1, $3, $6, $9, $6 < 50 || $9 < 20 ? "  below 50 and 20" : ""; sum += $3 }
  END { printf "%-12s %12d\n", "all", sum }'
# What open_check learned goes to the second decoder too.
python3 "$root/fuzz/second_decoder.py" "$build/tools/pondus" "$build/fuzz/replay_open_check" 1 "$((50 * seconds))" "$build/fuzz/seeds/open_check" \
  "$corpus/open_check" || failed=1
[ "$count" -gt 0 ] || { echo "no target was built: is there a libFuzzer?"; exit 1; }
exit "$failed"
