#!/usr/bin/env python3
"""check-headers.py SOURCE-ROOT FOLDER COMPILER… -- FLAG…: each header of src/FOLDER compiles alone, pedantic.

Templates that are meant to be included several times (*-impl.h, *-template.h) and headers of one instruction set
(kernels/x86, kernels/arm, kernels/simd) need their includer and are left out.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

STRICT = ["-std=c17", "-pedantic-errors", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wstrict-prototypes", "-Werror",
          "-D_GNU_SOURCE", "-fsyntax-only", "-x", "c"]


def compiles(command, header):
    run = subprocess.run(command + ["-include", str(header), os.devnull], capture_output=True, text=True)
    return header, run.returncode, run.stderr


def main(argv):
    root, folder, rest = pathlib.Path(argv[0]), argv[1], argv[2:]
    compiler, flags = rest[:rest.index("--")], rest[rest.index("--") + 1:]
    # Other people's headers need not be pedantic.
    flags = ["-isystem" + flag[2:] if flag.startswith("-I/usr") else flag for flag in flags]
    src = root / "src"
    headers = [header for header in sorted((src / folder).rglob("*.h"))
               if not header.name.endswith(("-impl.h", "-template.h")) and header.parent.name not in ("x86", "arm", "simd")]
    own = {"engine": "actor", "text": "json"}.get(folder)       # a layer of its own
    headers = [header for header in headers if header.parent.name != own]
    command = compiler + STRICT + flags + [f"-I{src}", f"-I{src / folder.split('/')[0]}"]
    if folder == "cli":         # it may use the engine's private headers
        command.append(f"-I{src / 'engine'}")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, status, messages in pool.map(lambda header: compiles(command, header), headers):
            if status:
                failed += 1
                print(f"{header.relative_to(root)} does not compile alone:\n{messages}")
    print(f"{len(headers)} headers, {failed} failed")
    return 1 if failed or not headers else 0


sys.exit(main(sys.argv[1:]))
