#!/usr/bin/env python3
"""check-readme.py SOURCE-ROOT: what README.md, CONTRIBUTING.md, ARCHITECTURE.md and MODEL.md point to is there.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys

PAGES = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "src/engine/MODEL.md")


def links(root, page):
    """(link, file) of a page's links to files of the tree."""
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", (root / page).read_text()):
        if "://" not in link:
            yield link, root / pathlib.Path(page).parent / link


def called(root, page):
    """Functions that a page names as `name()`."""
    return set(re.findall(r"`(\w+) ?\(\)`", (root / page).read_text()))


def main(root):
    root = pathlib.Path(root)
    text = (root / "README.md").read_text()
    # The two walks name files by the end of their path.
    walks = text[text.index("### A prompt, from"):text.index("### Tests")]
    names = re.findall(r"`([\w/-]+\.[ch])`", walks)
    sources = [path for folder in ("src", "tests") for kind in ("*.[ch]", "*.py", "meson.build") for path in (root / folder).rglob(kind)]
    words = set(re.findall(r"\w+", "\n".join(path.read_text() for path in sources)))
    missing = [("README.md", name) for name in names if not any(path.as_posix().endswith("/" + name) for path in sources)]
    n = len(names)
    for page in PAGES:
        found, functions = list(links(root, page)), called(root, page)
        missing += [(page, link) for link, path in found if not path.exists()]
        missing += [(page, name + "()") for name in functions if name not in words]
        n += len(found) + len(functions)
    for page, name in missing:
        print(f"{page} points to {name}, which is not there")
    print(f"{n} places")
    return 1 if missing or not names else 0


sys.exit(main(sys.argv[1]))
