#!/bin/sh
# Installs what the build needs from Debian's packages, with "tests" what the tests need, with "more" what tests/more.sh needs.
# Does nothing where all is there.
set -eu
packages="g++ meson ninja-build pkg-config python3 libzstd-dev libxxhash-dev libcli11-dev nlohmann-json3-dev libzip-dev zlib1g-dev"
machines=""
if [ "${1:-}" = tests ] || [ "${1:-}" = more ]; then
  packages="$packages clang llvm libclang-rt-14-dev libboost-test-dev g++-s390x-linux-gnu g++-aarch64-linux-gnu qemu-user-static zstd nodejs"
  # Other packages of nodejs than Debian's have an npm of their own.
  command -v npm >/dev/null || packages="$packages npm"
  python3 -m pip --version >/dev/null 2>&1 || packages="$packages python3-pip"
  machines="s390x arm64"
fi
if [ "${1:-}" = more ]; then
  packages="$packages clang-tidy valgrind g++-i686-linux-gnu"
  machines="$machines i386"
fi
root=""
[ "$(id -u)" -eq 0 ] || root=sudo

missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -n "$missing" ]; then
  $root apt-get update -qq
  # shellcheck disable=SC2086
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi

# Libraries of other machines are unpacked, not installed: beside the host's they would have to be of its very version, which Debian has not for all.
for machine in $machines; do
  libraries=/usr/local/lib/pondus-$machine
  [ ! -e "$libraries" ] || continue
  unpacked=$(mktemp -d)
  chmod 755 "$unpacked"
  mkdir -p "$unpacked/lists/partial"
  apt="apt-get -qq -o APT::Architecture=$machine -o APT::Architectures=$machine -o Dir::State::lists=$unpacked/lists -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
  # Where one index is lacking, the others may do: the download tells.
  $apt update || true
  (cd "$unpacked" && $apt download libzstd-dev libxxhash-dev && for file in *.deb; do dpkg -x "$file" .; done)
  rm -r "$unpacked"/*.deb "$unpacked/lists"
  $root mv "$unpacked" "$libraries"
done

# take FOLDER COMMAND...: lets the command fill the folder, which becomes its last argument; the tests that need it are skipped without it.
take() {
  folder=$1
  shift
  [ ! -e "$folder" ] || return 0
  unpacked=$(mktemp -d)
  chmod 755 "$unpacked"
  if "$@" "$unpacked"; then
    $root mv "$unpacked" "$folder"
  else
    rm -r "$unpacked"
  fi
}

if [ -n "$machines" ]; then
  take /usr/local/lib/pondus-kaitai npm install --no-audit --no-fund --loglevel=error \
    kaitai-struct-compiler@0.11.0 kaitai-struct@0.11.0 js-yaml@4.1.0 --prefix
  take /usr/local/lib/pondus-python python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    numpy==2.4.6 scikit-learn==1.9.1 --target
fi
