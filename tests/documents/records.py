"""records.py: what myna-read says, for tests

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import subprocess


def read(program, name, data, timeout=120, password=None):
    """A document's bytes through a pipe, or an open file → (records, how it ended); a record is (kind, number, text)."""
    given = {"input": data} if isinstance(data, bytes) else {"stdin": data}
    if password is not None:
        out, into = os.pipe()
        os.write(into, password.encode())
        os.close(into)
        # It must be the third descriptor there.
        given["preexec_fn"] = lambda: os.dup2(out, 3)
        given["pass_fds"] = (3,)
    run = subprocess.run([program, name] + ([] if password is None else ["--password"]), stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, timeout=timeout, env={"PATH": "/usr/bin:/bin"}, **given)
    if password is not None:
        os.close(out)
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
