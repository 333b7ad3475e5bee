# shellcheck shell=bash
# Where Debian's packages come from. Needs die() of lib.sh.

readonly DEBIAN_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
readonly MIRROR_SETTING="set DHG_DEBIAN_MIRROR to one, for example \
DHG_DEBIAN_MIRROR=https://mirror.example/debian"

# find_mirror SUITE: sets `archive` and `security`, the URIs of Debian's archive and of its
# security updates. DHG_DEBIAN_MIRROR says them, or else the host's apt sources, whichever
# release of Debian those are for.
find_mirror() {
  local rest='' uri
  archive='' security=''
  if [ -n "${DHG_DEBIAN_MIRROR-}" ]; then
    read -r archive security rest <<<"$DHG_DEBIAN_MIRROR"
    [ -n "$archive" ] || die "DHG_DEBIAN_MIRROR is empty: $MIRROR_SETTING"
    [ -z "$rest" ] || die "DHG_DEBIAN_MIRROR has more than two words: '$DHG_DEBIAN_MIRROR';" \
      "the first is Debian's archive, the second its security updates"
    for uri in "$archive" ${security:+"$security"}; do
      [[ $uri =~ ^[a-z][a-z0-9+.-]*:/ ]] ||
        die "DHG_DEBIAN_MIRROR: '$uri' is no URI such as https://mirror.example/debian"
    done
  else
    read_host_sources "$1"
  fi
  # Mirrors have them side by side.
  if [ -z "$security" ]; then
    [[ ${archive%/} == */debian ]] ||
      die "there is no telling where the security updates of $archive are: name both, as in" \
        "DHG_DEBIAN_MIRROR='https://mirror.example/debian https://mirror.example/debian-security'"
    security=${archive%/}-security
  fi
}

# The entries for the suite itself, if there are any, else those for another one.
read_host_sources() { # suite
  local targets
  command -v apt-get >/dev/null || die "the command 'apt-get' is missing; install the package 'apt'"
  # shellcheck disable=SC2016  # apt expands these
  targets=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)' \
    'Created-By: Packages') || die "apt cannot read this host's sources; see 'apt-get indextargets'"
  uri_of() { # label codename
    awk -F'|' -v label="$1" -v suite="$2" '
      $1 != "Debian" || $2 != label || $3 != "main" { next }
      $4 == suite { print $5; found = 1; exit }
      !other { other = $5 }
      END { if (!found && other) print other }' <<<"$targets"
  }
  archive=$(uri_of Debian "$1")
  security=$(uri_of Debian-Security "$1-security")
  [ -z "$archive" ] || return 0
  # shellcheck disable=SC2016
  [ -n "$targets" ] || [ -z "$(apt-get indextargets --no-release-info --format '$(SITE)')" ] ||
    die "apt has not read its sources yet: run 'apt-get update'"
  die "this host's apt sources have no mirror of Debian: $MIRROR_SETTING"
}

# debian_sources SUITE: sets `sources` to the apt sources of a system of that suite: the same
# on every host, but for the mirror.
debian_sources() {
  local suite=$1 archive security
  [ -e "$DEBIAN_KEYS" ] ||
    die "the keys of Debian's archive are missing; install the Debian package 'debian-archive-keyring'"
  find_mirror "$suite"
  local entry="deb [signed-by=$DEBIAN_KEYS]"
  sources=("$entry $archive $suite main")
  case $suite in
    sid | unstable) ;; # is updated itself
    *)
      sources+=(
        "$entry $archive $suite-updates main"
        "$entry $security $suite-security main"
      )
      ;;
  esac
}

# mmdebstrap does not read the host's apt options; these are about reaching the archive.
host_apt_options() {
  apt-config dump Acquire::http Acquire::https Acquire::Retries Acquire::ForceIPv4 \
    Acquire::ForceIPv6 Acquire::Check-Valid-Until
}
