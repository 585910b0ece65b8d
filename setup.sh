#!/bin/sh
# Installs what the build needs from Debian's packages, with "tests" what the tests need, with "more" what tests/more.sh needs.
# Does nothing where all is there.
set -eu
packages="g++ meson ninja-build pkg-config python3 libzstd-dev libxxhash-dev libcli11-dev nlohmann-json3-dev libzip-dev zlib1g-dev"
if [ "${1:-}" = tests ] || [ "${1:-}" = more ]; then
  packages="$packages clang llvm libclang-rt-14-dev libboost-test-dev g++-s390x-linux-gnu g++-aarch64-linux-gnu qemu-user-static
            libzstd-dev:s390x libxxhash-dev:s390x libzstd-dev:arm64 libxxhash-dev:arm64"
fi
if [ "${1:-}" = more ]; then
  packages="$packages clang-tidy valgrind g++-i686-linux-gnu libzstd-dev:i386 libxxhash-dev:i386"
fi
missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
root=""
[ "$(id -u)" -eq 0 ] || root=sudo
case "$missing" in *:s390x*) $root dpkg --add-architecture s390x ;; esac
case "$missing" in *:arm64*) $root dpkg --add-architecture arm64 ;; esac
case "$missing" in *:i386*) $root dpkg --add-architecture i386 ;; esac
$root apt-get update -qq
# shellcheck disable=SC2086
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
