#!/bin/sh
# What takes too long or too many packages for every change, after tests/run.sh, whose builds it uses: 32 bits, memory that was never
# written (Valgrind, which needs no instrumented libraries as clang's MSan would), static analysis, the long tests.
set -u
cd "$(dirname "$0")/.."
sh setup.sh more || exit 1
failed=0
# check COMMAND...: runs it and notes whether it failed.
check() {
  echo "=== $*"
  "$@" || { failed=1; echo "FAILED: $*"; }
}

few="-Dportable_tests=true -Dtools=false -Dfuzz=false -Dexamples=false"
# shellcheck disable=SC2086
[ -d build-i686 ] || check meson setup build-i686 --werror --cross-file tests/i686.ini -Dprefer_static=true $few
check ninja -C build-i686
check meson test -C build-i686 --no-rebuild --print-errorlogs

memcheck="valgrind -q --error-exitcode=9 --leak-check=full"
check $memcheck build-gcc/tests/conformance spec/vectors
check $memcheck build-gcc/tests/product_kernels_test
check $memcheck build-gcc/tests/entry_kernels_test
check $memcheck build-gcc/tests/huffman_storm 3000
check $memcheck build-gcc/tests/c_api

# Kernels scale small constants, and fill registers in loops; GCC's analyzer knows C only.
kernels='_(avx2|avx512|neon)\.cc$'
check run-clang-tidy -quiet -p build-clang-sanitized "$PWD/(codec|formats|lossy|tools)/(?!.*$kernels)"
check run-clang-tidy -quiet -p build-clang-sanitized -checks=-bugprone-implicit-widening-of-multiplication-result,-cppcoreguidelines-pro-type-member-init \
  "$PWD/(codec|formats)/.*$kernels"
check gcc -fanalyzer -Werror -O1 -I. -c tests/c_api.c -o /dev/null
check gcc -fanalyzer -Werror -O1 -I. -c tests/faults/shim.c -o /dev/null

# Verbose, for their counts.
check meson test -C build-gcc --no-rebuild --verbose damage allocations threads 'cli bombs' 'fuzz open_check, mutated'
check meson test -C build-gcc --no-rebuild --verbose --suite long
exit $failed
