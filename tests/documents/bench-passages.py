#!/usr/bin/env python3
"""bench-passages.py MYNA-READ BENCH-PASSAGES: how often the passages that a question is given have its answer.

questions.txt has the questions.  The documents come from /usr/share, or from Debian's packages by apt-get download; the folder
MYNA_DOCUMENTS keeps these for the next time.  Ends with 1 below 90 %.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import gzip
import os
import pathlib
import subprocess
import sys
import tempfile

import records

WANTED = 0.9


def read_questions():
    documents = []
    for line in pathlib.Path(__file__).with_name("questions.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            package, path = line[2:].split()
            documents.append((package, path, []))
        elif "\t" in line and not line.startswith("#"):
            documents[-1][2].append(line)
    return documents


def fetch(folder, package, path):
    """The document's bytes; None: there is no way to them."""
    for root in (pathlib.Path("/"), folder / package):
        if (root / path).exists():
            return (root / path).read_bytes()
    got = subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, stderr=subprocess.DEVNULL)
    for name in folder.glob(f"{package}_*.deb") if got.returncode == 0 else ():
        subprocess.run(["dpkg-deb", "-x", name, folder / package], check=True)
    return (folder / package / path).read_bytes() if (folder / package / path).exists() else None


def as_text(found):
    """As document_dup_text() joins what was read."""
    out, page, shown = "", 0, 0
    for kind, number, content in found:
        if kind == "page":
            page = number
        elif kind in ("heading", "text"):
            if page != shown:
                shown = page
                out += f"\n\n[Page {page}]" if out else f"[Page {page}]"
            out += ("\n\n" if out else "") + ("#" * number + " " if kind == "heading" else "") + content
        elif kind == "raw":
            out += content
    return out


def main(reader, bench):
    n, n_given = {"first": 0, "next": 0}, {"first": 0, "next": 0}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(os.environ.get("MYNA_DOCUMENTS", temporary))
        for package, path, questions in read_questions():
            data, name = fetch(folder, package, path), pathlib.Path(path).name
            if data is None:
                print(f"skipped, for it is not to be had: {package}")
                continue
            if name.endswith(".gz"):
                data, name = gzip.decompress(data), name[:-3]
            found, _ = records.read(reader, name, data)
            if records.error(found):
                sys.exit(f"{name}: {records.error(found)}")
            pages = max([number for kind, number, _ in found if kind == "page"], default=0)
            text = pathlib.Path(temporary, "text")
            text.write_text(as_text(found), encoding="utf-8")
            out = subprocess.run([bench, text, name, str(pages)], input="\n".join(questions) + "\n", encoding="utf-8",
                                 stdout=subprocess.PIPE, check=True).stdout
            print(f"{name}, {pages} pages, {len(as_text(found))} characters\n{out}", flush=True)
            for kind, state, *_ in map(str.split, out.splitlines()):
                n[kind] += 1
                n_given[kind] += state == "given"
    for kind, what in (("first", "in a chat of its own"), ("next", "behind the one before")):
        print(f"each {what}: {n_given[kind]} of {n[kind]} questions were given the right passage: "
              f"{100 * n_given[kind] / max(n[kind], 1):.1f} %")
    sys.exit(any(n_given[kind] < WANTED * n[kind] for kind in n))


main(*sys.argv[1:])
