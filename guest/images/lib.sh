# shellcheck shell=bash
# What build-image and make-initrd share.

program=$(basename "$0")

die() {
  printf '%s: %s\n' "$program" "$*" >&2
  exit 1
}

need() { # command debian-package
  PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ||
    die "the command '$1' is missing; install the Debian package '$2'"
}
