#!/usr/bin/env python3
"""with-long-strings.py SOURCE-ROOT PROGRAM [ARGUMENT…]: runs a program in a made-up language, English 40 % longer.

It gets a locale, which is the C.UTF-8 of the system under another name: glibc 2.41 translates nothing in C.UTF-8 itself.
The letters that make a string longer are accented vowels, so that whatever carries one is a translated string of ours, and
whatever carries none was not translated.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import math
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

LANGUAGE = "en_XA"
LONGER = 0.4
LOCALE = pathlib.Path("/usr/lib/locale/C.utf8")
HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"
KEYWORDS = ["_", "N_", "C_:1c,2", "NC_:1c,2", "g_dngettext:2,3", "g_dpgettext2:2c,3", "ngettext:1,2"]
# Format specifiers, markup, entities and addresses stay as they are.
FIXED = re.compile(r"(%[-+ #0'I]*[0-9.*]*(?:hh|h|ll|l|z|j|t|q)?[A-Za-z%]|</?[a-z][^>]*>|&[a-z]+;|https?://\S+|\{[^}]*\})")
ACCENTED = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")


def lengthen(string):
    pieces = FIXED.split(string)            # the odd ones are fixed
    n_letters = sum(len(piece) for piece in pieces[::2])
    n_vowels = len(re.findall("[aeiouAEIOU]", "".join(pieces[::2])))
    missing = math.ceil(LONGER * n_letters)
    if n_vowels == 0:
        return string if n_letters < 2 else string + "á" * missing
    each, rest = divmod(missing, n_vowels)
    done = 0

    def stretch(match):
        nonlocal done
        done += 1
        letter = match[0].translate(ACCENTED)
        return letter + letter.lower() * (each + (done <= rest))

    return "".join(piece if i % 2 else re.sub("[aeiouAEIOU]", stretch, piece) for i, piece in enumerate(pieces))


def read_mo(data):
    _, _, n, originals, translations = struct.unpack_from("<5I", data)
    for i in range(n):
        length, offset = struct.unpack_from("<2I", data, originals + 8 * i)
        key = data[offset:offset + length]
        length, offset = struct.unpack_from("<2I", data, translations + 8 * i)
        yield key, data[offset:offset + length].decode()


def write_mo(entries):
    entries = sorted(entries)
    tables, strings = b"", b""
    begin = 28 + 16 * len(entries)
    for column in zip(*entries):
        for string in column:
            tables += struct.pack("<2I", len(string), begin + len(strings))
            strings += string + b"\0"
    return struct.pack("<7I", 0x950412de, 0, len(entries), 28, 28 + 8 * len(entries), 0, begin) + tables + strings


def make_catalogue(root, folder):
    template, catalogue = folder / "myna.pot", folder / "myna.po"
    subprocess.run(["xgettext", "--from-code=UTF-8", *(f"--keyword={keyword}" for keyword in KEYWORDS),
                    f"--files-from={root / 'po' / 'POTFILES.in'}", f"--directory={root}", f"--output={template}"],
                   check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["msgen", "--lang=en", template, f"--output={catalogue}"], check=True)
    plain = subprocess.run(["msgfmt", "--output=-", catalogue], check=True, capture_output=True).stdout
    entries = []
    for key, value in read_mo(plain):
        value = "\0".join(lengthen(form) for form in value.split("\0")) if key else HEADER
        entries.append((key, value.encode()))
    target = folder / LANGUAGE / "LC_MESSAGES" / "myna.mo"
    target.parent.mkdir(parents=True)
    target.write_bytes(write_mo(entries))


def main(root, program, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        make_catalogue(pathlib.Path(root), pathlib.Path(folder))
        shutil.copytree(LOCALE, pathlib.Path(folder) / f"{LANGUAGE}.UTF-8")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANGUAGE"))}
        environment |= {"LANG": f"{LANGUAGE}.UTF-8", "LOCPATH": folder, "MYNA_LOCALEDIR": folder}
        return subprocess.run([program, *arguments], env=environment, check=False).returncode


sys.exit(main(*sys.argv[1:]))
