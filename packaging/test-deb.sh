#!/bin/bash
# test-deb.sh ROOT FOLDER: installs the packages of FOLDER on a new Debian 12 in ROOT, talks with the installed program in the
# terminal and in its window, removes it, and sees that nothing is left.
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
cd "$(dirname "$0")/.."

root=$1
packages=(./"$2"/myna_*.deb ./"$2"/myna-data_*.deb)
in_root () { packaging/debian-root.sh run "$root" "$@"; }
apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends)

# What the person has: no caches, logs and lists of packages.
files () {
  in_root find / -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /tmp \
    -o -path /root -o -path "$PWD" \) -prune -o -print | sort
}

packaging/debian-root.sh make "$root" bookworm
in_root "${apt[@]}" update
in_root ./dev need test
in_root "${apt[@]}" install "${packages[@]}"
in_root dpkg --purge myna myna-data             # its libraries stay: they are not what is looked at
before=$(files)

in_root dpkg -i "${packages[@]}"
in_root myna --version
in_root sh -c 'echo "What is 2 + 3?" | myna-cli chat --greedy'
in_root env GTK_A11Y= MYNA_PROGRAM=/usr/bin/myna tests/with-display.sh /usr/bin/python3 tests/e2e/test-first-light.py

in_root dpkg --purge myna myna-data
if ! diff <(echo "$before") <(files); then
  echo "The packages left this behind." >&2
  exit 1
fi
echo "Installed, used and removed without a trace."
