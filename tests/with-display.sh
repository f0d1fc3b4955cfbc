#!/bin/sh
# with-display.sh PROGRAM [ARGUMENT…]: runs a test on an X display, session bus and home of its own, gone afterwards.
# MYNA_TEST_RUNTIME_DIR: a runtime folder that is empty, in the place of one of the test's own.
# Where one of the servers is missing the test fails: a window test that looks green without a window would be worthless.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

dir=$(mktemp -d)
mkfifo "$dir/number"
# Without repeating keys (-r): on a busy machine xdotool's "ctrl+n" would end with an "n" that was held too long.
# It stays as it is when its last client goes (-noreset): else a window manager that connects in that moment loses its connection.
# A number that no other server has: one in another root or container may use a low one, and be reached by its name from here.
Xvfb ":$((100 + $(od -An -N2 -tu2 /dev/urandom) % 50000))" -displayfd 3 -screen 0 1300x860x24 -r -noreset -nolisten tcp 3>"$dir/number" 2>"$dir/xvfb.log" &
server=$!
cleanup () {
  kill $server 2>/dev/null || true
  wait $server 2>/dev/null || true
  # A portal that the bus started may hold its mount a moment longer: the folder is left then, the test's result stands.
  fusermount3 -uz "$dir/run/doc" 2>/dev/null || true
  rm -rf "$dir" || true
}
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
read -r number < "$dir/number" || { cat "$dir/xvfb.log" >&2; exit 1; }

mkdir -m 700 "$dir/home" "$dir/run"
export ADW_DISABLE_PORTAL=1 GTK_USE_PORTAL=0
export DISPLAY=":$number" GDK_BACKEND=x11 GSK_RENDERER=cairo NO_AT_BRIDGE=1 GTK_A11Y="${GTK_A11Y:-test}"
export HOME="$dir/home" XDG_RUNTIME_DIR="${MYNA_TEST_RUNTIME_DIR:-$dir/run}" XDG_DATA_HOME="$dir/home/data" XDG_CONFIG_HOME="$dir/home/config" \
       XDG_CACHE_HOME="$dir/home/cache" XDG_STATE_HOME="$dir/home/state" GSETTINGS_BACKEND="${GSETTINGS_BACKEND:-memory}"
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS XAUTHORITY
# What the bus and the services that it starts say goes to standard error: standard output is the test's own (TAP).
exec 4>&1
dbus-run-session -- sh -c 'exec "$@" >&4 4>&-' sh "$@" >&2
