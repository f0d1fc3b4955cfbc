#!/usr/bin/env python3
"""check-main-thread.py SOURCE-ROOT: what would let the window wait for another program is not called in what runs on its thread.

* A synchronous call on the bus waits for its answer, for up to 25 seconds where a service hangs.
* gtk_widget_set_tooltip_text() and the property tooltip-text ask the X server where the pointer is, each time: myna_set_tooltip()
  does not.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys

FORBIDDEN = (
    (re.compile(r"\bg_(?:d?bus)\w*_sync\b"), "a synchronous call on the bus"),
    (re.compile(r"\bgtk_widget_set_tooltip_(?:text|markup)\b|\"tooltip-(?:text|markup)\"|name=\"tooltip-(?:text|markup)\""),
     "a tooltip that asks for the pointer: use myna_set_tooltip()"),
)
COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->", re.S)


def main(root):
    failed = False
    for folder in ("src/ui", "src/chat", "src/share", "src/tools", "src/documents", "src/remote/wire", "src/markup"):
        for path in sorted(pathlib.Path(root, folder).rglob("*")):
            if path.suffix not in (".c", ".h", ".ui"):
                continue
            code = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), path.read_text(encoding="utf-8"))
            for number, line in enumerate(code.splitlines(), 1):
                for pattern, reason in FORBIDDEN:
                    if pattern.search(line):
                        print(f"{path.relative_to(root)}:{number}: {reason}")
                        failed = True
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
