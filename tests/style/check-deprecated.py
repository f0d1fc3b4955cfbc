#!/usr/bin/env python3
"""check-deprecated.py SOURCE-ROOT BUILD-ROOT: the sources compile without a call that this system's GTK advises against.

The ordinary build limits itself to the oldest GTK that is served, and so does not hear of what has been replaced since.  What
has a successor on newer systems belongs into src/ui/base/ui-compat.c, which is left out here as in the ordinary build.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys

LIMIT = re.compile(r"-D[A-Z_]+_VERSION_(MIN_REQUIRED|MAX_ALLOWED)=")


def check(entry):
    words = [word for word in shlex.split(entry["command"]) if not LIMIT.match(word)]
    words = words[:words.index("-o")] + words[words.index("-o") + 2:]
    run = subprocess.run(words + ["-fsyntax-only", "-Werror=deprecated-declarations"], cwd=entry["directory"],
                         capture_output=True, text=True, check=False)
    return run.returncode, "\n".join(line for line in run.stderr.splitlines() if "error" in line)


def main(source, build):
    entries = json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    wanted = []
    for entry in entries:
        file = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if file.is_relative_to(pathlib.Path(source, "src").resolve()) and file.name != "ui-compat.c":
            if "/src/engine/" not in str(file) or "/actor/" in str(file):
                wanted.append(entry)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for status, messages in pool.map(check, wanted):
            failed += status != 0
            if status:
                print(messages)
    print(f"{len(wanted)} files, {failed} with deprecated calls")
    return 1 if failed or not wanted else 0


sys.exit(main(*sys.argv[1:]))
