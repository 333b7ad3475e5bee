# Shared by the scripts beside it. Sourced, not run.
# shellcheck shell=bash

set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)
# Debian's name for this release; other systems have names of their own.
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")

say() { printf '\n==> %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# The names are the same in Debian 12 and 13.
build_packages=(
  cmake ninja-build g++ pkg-config ccache
  libboost-dev libboost-program-options-dev libyaml-cpp-dev libfmt-dev
  nlohmann-json3-dev libxxhash-dev libzstd-dev
)
# What `dhg vm prepare` and `dhg exec` run.
run_packages=(qemu-system-x86 mmdebstrap debian-archive-keyring cpio kmod lz4)
deephaven_packages=(python3-pip) # its image besides
suite_packages=(catch2 python3-pytest) # of the suites without a guest
test_packages=(
  "${suite_packages[@]}" clang libclang-rt-dev clang-format clang-tidy shellcheck python3-jsonschema
  git # for scripts/lint
  groff-base zsh fish # the manual and the completions
)
reference_packages=(doxygen)
abi_packages=(abigail-tools)
# What CPack and the smoke test of the packages run.
package_packages=(dpkg-dev file mmdebstrap debian-archive-keyring)
# What tests/kvm makes a machine of.
kvm_machine_packages=(qemu-system-x86 busybox-static cpio kmod xz-utils)

# ensure_packages NAME...: installs the Debian packages that are missing.
ensure_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  if ((${#missing[@]} == 0)); then
    say "Debian packages: all there"
    return
  fi
  command -v apt-get >/dev/null || die "these Debian packages are missing: ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "run as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Debian packages: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# What was compiled before is not compiled again, whichever folder the checkout lies in.
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1

# configure PRESET [CMAKE_OPTION...]: in build/PRESET.
configure() {
  (cd "$top" && cmake --preset "$@" >/dev/null)
}

# build PRESET [TARGET...]: all, if no target is named.
build() {
  local preset=$1
  shift
  (cd "$top" && cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"})
}
