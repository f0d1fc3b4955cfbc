#!/usr/bin/env python3
"""check-readme.py SOURCE-ROOT: what the README points to is there.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys


def main(root):
    root = pathlib.Path(root)
    text = (root / "README.md").read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    # The two walks name files by the end of their path.
    walks = text[text.index("### A prompt, from"):text.index("### Tests")]
    names = re.findall(r"`([\w/-]+\.[ch])`", walks)
    sources = [path.as_posix() for path in (root / "src").rglob("*.[ch]")]
    missing = [link for link in links if not (root / link).exists()]
    missing += [name for name in names if not any(path.endswith("/" + name) for path in sources)]
    for name in missing:
        print(f"README.md points to {name}, which is not there")
    print(f"{len(links) + len(names)} places")
    return 1 if missing or not links or not names else 0


sys.exit(main(sys.argv[1]))
