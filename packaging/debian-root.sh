#!/bin/bash
# debian-root.sh make DIR SUITE [PACKAGE,…]   makes a small Debian system in DIR (as root; nothing if it is there already)
# debian-root.sh libraries DIR SUITE ARCHITECTURE PACKAGE,…
#                                             unpacks packages of another architecture in DIR, to build against (nothing if done)
# debian-root.sh run DIR COMMAND…             runs a command in it; the project's folder is visible at its own path, and the
#                                             folder shared/ beside it, where there is one
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail

project=$(cd "$(dirname "$0")/.." && pwd)

make_root () { # DIR SUITE [PACKAGES]
  [ -e "$1/etc/debian_version" ] && return
  mkdir -p "$(dirname "$1")"
  nice mmdebstrap --variant=minbase --include="ca-certificates${3:+,$3}" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/man/*' "$2" "$1"
}

unpack_libraries () { # DIR SUITE ARCHITECTURE PACKAGES
  [ -e "$1/complete" ] && return
  rm -rf "$1"
  mkdir -p "$(dirname "$1")"
  nice mmdebstrap --mode=chrootless --variant=extract --architectures="$3" --include="$4" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' "$2" "$1"
  touch "$1/complete"
}

run_in_root () { # DIR COMMAND…
  local root=$1 binds=(--bind "$project" "$project")
  shift
  [ -d "$project/../shared" ] && binds+=(--ro-bind "$(readlink -f "$project/../shared")" "$(dirname "$project")/shared")
  # /proc is the one that is here, whole: a new one would have parts covered, and no sandbox could be made inside then.
  # /tmp is the root's own: apt's unprivileged user has to write there, which it could not in a fresh tmpfs.
  # /dev/shm is for everybody, as it is anywhere: a compositor that refuses to run as root draws in it.
  exec bwrap --bind "$root" / --dev /dev --perms 1777 --tmpfs /dev/shm --bind /proc /proc --tmpfs /run --ro-bind /sys /sys \
    --ro-bind /etc/resolv.conf /etc/resolv.conf "${binds[@]}" \
    --clearenv --setenv HOME /root --setenv PATH /usr/sbin:/usr/bin:/sbin:/bin --setenv LANG C.UTF-8 \
    ${MYNA_BUILD:+--setenv MYNA_BUILD "$MYNA_BUILD"} --die-with-parent --chdir "$project" "$@"
}

case ${1:-} in
  make) make_root "${@:2}" ;;
  libraries) unpack_libraries "${@:2}" ;;
  run)  run_in_root "${@:2}" ;;
  *) sed -n '2,7s/^# //p' "$0"; exit 2 ;;
esac
