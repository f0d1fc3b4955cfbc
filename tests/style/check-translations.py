#!/usr/bin/env python3
"""check-translations.py SOURCE-ROOT: every language of po/LINGUAS translates every string of the sources as they are now.

Format strings and plural forms are checked by msgfmt; nothing may be missing, fuzzy or empty.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# What meson's preset 'glib' gives to xgettext.
KEYWORDS = ["_", "N_", "C_:1c,2", "NC_:1c,2", "g_dcgettext:2", "g_dngettext:2,3", "g_dpgettext2:2c,3", "ngettext:1,2"]


def main(root):
    po = pathlib.Path(root, "po")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        template = pathlib.Path(folder, "myna.pot")
        subprocess.run(["xgettext", "--from-code=UTF-8", *(f"--keyword={keyword}" for keyword in KEYWORDS),
                        f"--files-from={po / 'POTFILES.in'}", f"--directory={root}", f"--output={template}"],
                       check=True, stderr=subprocess.DEVNULL)
        for language in (po / "LINGUAS").read_text().split():
            merged = pathlib.Path(folder, f"{language}.po")
            subprocess.run(["msgmerge", "--quiet", "--no-fuzzy-matching", f"--output-file={merged}",
                            po / f"{language}.po", template], check=True)
            sound = subprocess.run(["msgfmt", "--check", "--output-file=/dev/null", merged]).returncode == 0
            missing = subprocess.run(["msgattrib", "--untranslated", "--no-obsolete", "--no-wrap", merged],
                                     check=True, capture_output=True, text=True).stdout
            fuzzy = subprocess.run(["msgattrib", "--only-fuzzy", "--no-obsolete", "--no-wrap", po / f"{language}.po"],
                                   check=True, capture_output=True, text=True).stdout
            strings = re.findall(r'^msgid ((?:".*"\n?)+)', missing + fuzzy, re.M)
            strings = [string.strip() for string in strings if string.strip() != '""']
            for string in strings:
                print(f"{language}: not translated: {string}")
            failed |= not sound or bool(strings)
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
