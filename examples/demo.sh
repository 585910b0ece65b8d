#!/bin/sh
# Sets up, builds, and compresses the example network: encode (with its table), check, decode, compare, classify.
set -eu
cd "$(dirname "$0")/.."
sh setup.sh
[ -d build ] || meson setup build -Dtests=false -Dfuzz=false
ninja -C build
python3 examples/digits/check.py build/tools/pondus build/examples/digits
