#!/bin/bash
# sandbox-portal.sh TEST-SANDBOX BENCH-SANDBOX ATTACKS: the tests of the sandbox inside a Flatpak, through its portal.
#
# Makes a runtime of 100 MB from this system's Python and an application without permissions, and installs both in a home of
# their own, gone afterwards.  Needs flatpak, flatpak-xdg-utils and dbus; not root, whose sandboxes have other limits.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
skip () { echo "SKIP: $1"; exit 77; }
spawn=/usr/libexec/flatpak-xdg-utils/flatpak-spawn
command -v flatpak >/dev/null || skip "flatpak is not installed"
[ -x $spawn ] || spawn=$(command -v flatpak-spawn) || skip "flatpak-spawn is not installed"
[ "$(id -u)" != 0 ] || skip "not as root"

test=$(realpath "$1"); bench=$(realpath "$2"); attacks=$(realpath "$3")
work=$(mktemp -d /var/tmp/sandbox-portal-XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
lib=/usr/lib/$(uname -m)-linux-gnu
mkdir -p -m 700 home/run
mkdir -p runtime/usr/bin runtime/usr/lib64 "runtime$lib" runtime/usr/etc runtime/usr/lib/python3/dist-packages runtime/files \
  runtime/var app/files/bin app/export
cp -a /usr/bin/python3 /usr/bin/python3.[0-9]* /usr/bin/sh /usr/bin/dash /usr/bin/true /usr/bin/env /usr/bin/id runtime/usr/bin/
cp "$spawn" runtime/usr/bin/
cp -a /usr/lib/python3.[0-9]* runtime/usr/lib/
rm -rf runtime/usr/lib/python3.*/{test,idlelib,__pycache__}
cp "$test" app/files/bin/test-sandbox
cp "$bench" app/files/bin/bench-sandbox
cp "$attacks" app/files/bin/attacks.txt
for file in runtime/usr/bin/* runtime/usr/lib/python3.*/lib-dynload/*.so app/files/bin/*-sandbox; do
  ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true
done | sort -u | while read -r file; do cp -L "$file" "runtime$lib/" 2>/dev/null || true; done
cp -L /lib64/ld-linux-*.so* runtime/usr/lib64/ 2>/dev/null || cp -L /lib/ld-linux-*.so* runtime/usr/lib/
echo "$lib" > runtime/usr/etc/ld.so.conf
for kind in Runtime Application; do
  [ $kind = Runtime ] && to=runtime name=Platform || { to=app; name=App; }
  printf '[%s]\nname=org.probe.%s\nruntime=org.probe.Platform/%s/1\nsdk=org.probe.Platform/%s/1\ncommand=probe\n' \
    $kind $name "$(uname -m)" "$(uname -m)" > $to/metadata
done
printf '#!/bin/sh\nexec "$@"\n' > app/files/bin/probe
chmod +x app/files/bin/probe
flatpak build-export --runtime repo runtime 1 >/dev/null
flatpak build-export repo app 1 >/dev/null
cat > session.sh <<'S'
# No system bus is needed, though flatpak asks for one.
export DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS
flatpak --user remote-add --no-gpg-verify probe "file://$PWD/repo"
flatpak --user install -y --noninteractive probe org.probe.App//1 >/dev/null
flatpak run org.probe.App//1 /app/bin/test-sandbox /app/bin/attacks.txt; status=$?
flatpak run org.probe.App//1 /app/bin/bench-sandbox || status=1
# The processes of the portal cannot be seen from inside.
left=$(ps -u "$(id -u)" -o args | grep -c '[p]roc/self/fd/4' || true)
echo "processes left of all that: $left"
[ "$left" = 0 ] && exit $status
S
env -i PATH=/usr/bin:/bin HOME="$work/home" XDG_RUNTIME_DIR="$work/home/run" XDG_DATA_HOME="$work/home/.local/share" \
  LANG=C.UTF-8 dbus-run-session -- bash "$work/session.sh"
