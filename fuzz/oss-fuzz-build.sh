#!/bin/sh
# Builds the fuzz targets the way OSS-Fuzz asks: from $CC $CXX $CXXFLAGS $LIB_FUZZING_ENGINE into $OUT.
set -eu
: "${CXX:?}" "${OUT:?}" "${LIB_FUZZING_ENGINE:?}"
root="$(cd "$(dirname "$0")/.." && pwd)"
build="${WORK:-$(mktemp -d)}/pondus"
mkdir -p "$OUT"
meson setup "$build" "$root" -Dfuzzing_engine="$LIB_FUZZING_ENGINE" -Dprefer_static=true -Db_lundef=false -Dtools=false -Dtests=false \
  -Dexamples=false
ninja -C "$build" fuzzers
for program in "$build"/fuzz/fuzz_*; do
  [ -f "$program" ] && [ -x "$program" ] || continue
  target="$(basename "$program")"
  cp "$program" "$OUT/"
  (cd "$build/fuzz/seeds/${target#fuzz_}" && python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" ./*)
done
