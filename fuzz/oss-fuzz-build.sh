#!/bin/sh
# Builds the fuzz targets the way OSS-Fuzz asks: from $CXX $CXXFLAGS $LIB_FUZZING_ENGINE into $OUT.
set -eu
: "${CXX:?}" "${OUT:?}" "${LIB_FUZZING_ENGINE:?}"
root="$(cd "$(dirname "$0")/.." && pwd)"
work="${WORK:-$(mktemp -d)}/pondus"
mkdir -p "$work" "$OUT"
python3 "$root/fuzz/seeds.py" "$work/seeds"

compile() { # SOURCE OBJECT [FLAG...]
  source="$1" object="$2"
  shift 2
  # shellcheck disable=SC2086
  $CXX ${CXXFLAGS:-} -std=c++20 -I"$root" "$@" -c "$source" -o "$object"
}

link() { # TARGET OBJECT
  # shellcheck disable=SC2086
  $CXX ${CXXFLAGS:-} "$2" "$work/libpondus.a" $LIB_FUZZING_ENGINE ${PONDUS_LIBS:--l:libzstd.a -l:libxxhash.a} -lpthread \
    -o "$OUT/fuzz_$1"
  (cd "$work/seeds/$1" && python3 -m zipfile -c "$OUT/fuzz_$1_seed_corpus.zip" ./*)
}

rm -f "$work/libpondus.a"
for source in $(cd "$root" && ls codec/*/*.cc formats/*.cc formats/*/*.cc fuzz/*.cc); do
  case "$source" in
    fuzz/replay.cc | fuzz/open_check.cc | fuzz/limits.cc | fuzz/line_ranges.cc | fuzz/writer.cc | fuzz/encoding.cc) continue ;;
    fuzz/importers.cc) continue ;;
  esac
  object="$work/$(echo "$source" | tr / -).o"
  compile "$root/$source" "$object"
  ar rcs "$work/libpondus.a" "$object"
done
for target in open_check limits line_ranges writer; do
  compile "$root/fuzz/$target.cc" "$work/$target.o"
  link "$target" "$work/$target.o"
done
sed -n 's/^PONDUS_ENCODING(.*, *\(.*\))$/\1/p' "$root/formats/registry.def" | while read -r name; do
  compile "$root/fuzz/encoding.cc" "$work/$name.o" "-DPONDUS_FUZZ_ENCODING=\"$name\""
  link "$name" "$work/$name.o"
done
