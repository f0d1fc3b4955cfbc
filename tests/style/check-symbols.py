#!/usr/bin/env python3
"""check-symbols.py PREFIX[,PREFIX…] LIBRARY…: every symbol that a static library defines carries its layer's prefix.

In place of a library stands the folder of a program's objects.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import subprocess
import sys

# What compilers and sanitizers add.
FOREIGN = ("_", "asan.", "odr_asan", "ubsan.")


def files_of(library):
    """The library itself, or the objects in a folder."""
    path = pathlib.Path(library)
    return sorted(path.rglob("*.o")) if path.is_dir() else [path]


def main(prefixes, libraries):
    bad, n = [], 0
    for library in libraries:
        listing = subprocess.run(["nm", "--defined-only", "--extern-only", "--format=posix", *files_of(library)], check=True,
                                 capture_output=True, text=True).stdout
        for line in listing.splitlines():
            if not line or line.endswith(":"):      # blank, or 'library[member.o]:'
                continue
            n += 1
            name = line.split()[0]
            if name == "main":
                continue
            if not name.startswith(tuple(prefixes.split(","))) and not name.startswith(FOREIGN):
                bad.append(f"{library}: {name} does not start with {prefixes}")
    print("\n".join(bad) or f"{n} symbols")
    return 1 if bad or not n else 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
