#!/usr/bin/env python3
"""bench-documents.py MYNA-READ [FILE…]: how much of what pdftotext and pandoc read does Myna read, in the same order?

Each line: the share of the other program's words, Chinese by the character, that Myna has in the same order; how many words Myna
has beside them; pages; and processor time.  Without files: the PDF, EPUB, ODT and DOCX files below /usr/share.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import gzip
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unicodedata

import records

WORD = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\u3040-\u30ff]|[^\W_]+")
FORMATS = {".pdf": None, ".epub": "epub", ".odt": "odt", ".docx": "docx"}


def words(text):
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def reference(path, suffix):
    if suffix == ".pdf":
        command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
    else:
        command = ["pandoc", "-f", FORMATS[suffix], "-t", "plain", "--wrap=none", "--reference-location=block", str(path)]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")


def common(a, b):
    """How many words stand in both in the same order."""
    with tempfile.TemporaryDirectory() as folder:
        for name, side in (("a", a), ("b", b)):
            pathlib.Path(folder, name).write_text("\n".join(side) + "\n")
        out = subprocess.run(["diff", "--minimal", "--speed-large-files", f"{folder}/a", f"{folder}/b"], capture_output=True,
                             text=True).stdout
    return len(a) - sum(line.startswith("< ") for line in out.splitlines())


def compare(program, path):
    data = path.read_bytes()
    name = path.name
    if name.endswith(".gz"):
        data, name = gzip.decompress(data), name[:-3]
    suffix = pathlib.Path(name).suffix
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(data)
        file.flush()
        theirs = words(reference(file.name, suffix))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found, _ = records.read(program, name, open(file.name, "rb"))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    failure = records.error(found)
    if failure:
        print(f"{'–':>8} {failure:>16} {name}")
        return
    ours = words("\n".join(content for kind, _, content in found if kind in ("heading", "text", "raw")))
    same = common(theirs, ours)
    pages = sum(kind == "page" for kind, _, _ in found)
    print(f"{100 * same / max(len(theirs), 1):7.2f} % of {len(theirs):7} words, {len(ours) - same:6} others, {pages:4} pages, "
          f"{seconds:5.2f} s  {name}", flush=True)


def main(program, *names):
    paths = [pathlib.Path(name) for name in names]
    if not paths:
        paths = sorted(p for p in pathlib.Path("/usr/share").rglob("*")
                       if p.is_file() and pathlib.Path(p.name.removesuffix(".gz")).suffix in FORMATS)
    for path in paths:
        compare(program, path)


main(*sys.argv[1:])
