#!/usr/bin/env python3
"""check-braces.py SOURCE-ROOT: the two rules that make most of the look of the C sources, in all of them the same.

  * The brace of if, else, for, while, do and switch stands on a line of its own, two columns deeper (GNU's way).
  * && and || begin the line that they join to the one before.

What clang-format would do besides (./dev format) is left to the eye: it knows no tables.  Macros are not looked at.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys

STATEMENT = re.compile(r"\s*(\}\s*)?(if|else|for|while|do|switch)\b")
NOT_CODE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def code_of(text):
    """The text with comments and strings blanked out: lines and columns stay."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def check(text):
    """(number of the line, what is wrong with it) of each offence."""
    depth, statement, macro = 0, None, False
    for number, line in enumerate(code_of(text).splitlines(), 1):
        in_macro = macro or line.lstrip().startswith("#")
        macro = in_macro and line.rstrip().endswith("\\")
        if in_macro:
            continue
        if depth == 0:
            statement = STATEMENT.match(line)
        depth += line.count("(") - line.count(")")
        line = line.rstrip()
        if statement and depth == 0 and line.endswith("{") and line.strip() != "{" and not line.endswith("= {"):
            yield number, "the brace belongs onto a line of its own"
        if line.endswith(("&&", "||")):
            yield number, "the operator belongs before what comes next"


def main(root):
    root = pathlib.Path(root)
    files = [path for folder in ("src", "tests") for path in sorted((root / folder).rglob("*.[ch]"))]
    problems = [f"{path.relative_to(root)}:{number}: {what}" for path in files
                for number, what in check(path.read_text(encoding="utf-8"))]
    # A check that sees nothing would be worthless.
    seen = [number for number, _ in check("int f (void)\n{\n  if (a &&\n      b) {\n    c ();\n  } else {\n  }\n}\n")]
    if seen != [3, 4, 6]:
        problems.append(f"the check itself is wrong: {seen}")
    print("\n".join(problems) or f"{len(files)} files")
    return 1 if problems or not files else 0


sys.exit(main(sys.argv[1]))
