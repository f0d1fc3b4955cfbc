#!/usr/bin/env python3
"""check-format.py SOURCE-ROOT: every C source looks as ./dev format would leave it.

Versions of clang-format disagree about details; the one of Debian 12 decides, and others skip the test.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import subprocess
import sys

VERSION = "14"
SKIP = 77


def main(root):
    try:
        printed = subprocess.run(["clang-format", "--version"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        printed = "no clang-format here"
    match = re.search(r"version (\d+)\.", printed)
    if not match or match[1] != VERSION:
        print(f"needs clang-format {VERSION}: {printed.strip()}")
        return SKIP
    files = [path for folder in ("src", "tests") for path in sorted(pathlib.Path(root, folder).rglob("*.[ch]"))]
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    print(result.stderr or f"{len(files)} files")
    return result.returncode or (0 if files else 1)


sys.exit(main(sys.argv[1]))
