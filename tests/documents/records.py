"""records.py: what myna-read says, for tests

SPDX-License-Identifier: GPL-3.0-or-later
"""
import subprocess


def read(program, name, data, timeout=120):
    """A document's bytes through a pipe, or an open file → (records, how it ended); a record is (kind, number, text)."""
    given = {"input": data} if isinstance(data, bytes) else {"stdin": data}
    run = subprocess.run([program, name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=timeout,
                         env={"PATH": "/usr/bin:/bin"}, **given)
    return parse(run.stdout), run.returncode


def parse(stream):
    records, at = [], 0
    while at < len(stream):
        end = stream.index(b"\n", at)
        kind, number, length = stream[at:end].decode("ascii").split(" ")
        text = stream[end + 1:end + 1 + int(length)]
        if len(text) != int(length):
            break
        records.append((kind, int(number), text.decode("utf-8")))
        at = end + 1 + int(length)
    return records


def error(records):
    """The word of the failure; None: it was read."""
    if records and records[-1][0] == "error":
        return records[-1][2].split(" ")[0]
    return None if records and records[-1][0] == "end" else "nothing"


def text(records):
    """All texts, as they stand below each other."""
    out = ""
    for kind, number, content in records:
        if kind == "heading":
            out += f"\n\n{'#' * number} {content}"
        elif kind == "text":
            out += f"\n\n{content}"
        elif kind == "raw":
            out += content
        elif kind == "page":
            out += f"\n\n[{number}]"
    return out.strip("\n")
