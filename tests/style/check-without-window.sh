#!/bin/sh
# check-without-window.sh SOURCE-ROOT: chat and markup build without GTK, link none, and pass their tests.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
unset MALLOC_PERTURB_ MESON_TEST_ITERATION DESTDIR
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
meson setup "$place" "$1" -Dwindow=false
ninja -C "$place"
for program in "$place"/tests/chat/test-* "$place"/tests/markup/test-*; do
  [ -f "$program" ] && [ -x "$program" ] || continue
  if ldd "$program" | grep -E 'libgtk|libadwaita|libgdk'; then
    echo "$program links the window's libraries"
    exit 1
  fi
done
meson test -C "$place" --no-rebuild --print-errorlogs --timeout-multiplier 4 --suite chat --suite markup
