#!/usr/bin/env python3
"""check-man.py MAN-PAGE PROGRAM: the manual page has every command and option that the program's --help lists.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import subprocess
import sys


def main(page, program):
    manual = re.sub(r"\\f.", "", pathlib.Path(page).read_text()).replace("\\-", "-")
    text = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    commands = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.M)
    wanted = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text)) - {"--help-all", "--help-gapplication"}
    if commands:
        wanted |= set(re.findall(r"^  ([a-z]+)", commands[1], re.M))
    missing = sorted(word for word in wanted if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", manual))
    for word in missing:
        print(f"{pathlib.Path(page).name} lacks {word}")
    print(f"{len(wanted)} commands and options")
    return 1 if missing or not wanted else 0


sys.exit(main(*sys.argv[1:]))
