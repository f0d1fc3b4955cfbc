#!/usr/bin/env python3
"""check-potfiles.py SOURCE-ROOT: po/POTFILES.in lists exactly the files with translatable text.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys

IN_C = re.compile(r'(?<![A-Za-z0-9_])(_|N_|C_|NC_|Q_|ngettext|g_dngettext|g_dpgettext2|gettext)\s*\(\s*"')


def is_translatable(path):
    text = path.read_text(errors="replace")
    if path.suffix in (".c", ".h"):
        return bool(IN_C.search(text))
    if path.suffix == ".ui":
        return "translatable=" in text
    if path.name.endswith((".desktop.in", ".metainfo.xml.in", ".gschema.xml")):
        return True
    return False


def main(root):
    root = pathlib.Path(root)
    lines = (root / "po" / "POTFILES.in").read_text().splitlines()
    listed = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    files = [path for folder in ("src", "data") for path in (root / folder).rglob("*") if path.is_file()]
    wanted = {path.relative_to(root).as_posix() for path in files if is_translatable(path)}
    for name in sorted(wanted - listed):
        print(f"po/POTFILES.in lacks {name}")
    for name in sorted(listed - wanted):
        print(f"po/POTFILES.in lists {name}, which has nothing to translate or is not there")
    return 0 if wanted == listed else 1


sys.exit(main(sys.argv[1]))
