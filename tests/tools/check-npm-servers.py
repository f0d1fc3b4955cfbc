#!/usr/bin/env python3
"""check-npm-servers.py PROGRAM: real servers of tools from npm list their tools and answer.  Skipped without npm or its registry.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
SCOPE = "@modelcontextprotocol"


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(SKIP)


def install(folder):
    if not shutil.which("npm") or not shutil.which("node"):
        skip("there is no npm")
    packages = [f"{SCOPE}/server-{name}" for name in ("filesystem", "everything", "memory")]
    try:
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages], cwd=folder,
                              capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        skip("npm has not answered for ten minutes")
    if done.returncode:
        skip(f"npm cannot install: {done.stderr.strip()[-300:]}")


def talk(program, folder, name, arguments, calls):
    """The lines that the program prints."""
    command = [program, shutil.which("node"), str(folder / "node_modules" / SCOPE / f"server-{name}" / "dist/index.js"), *arguments]
    done = subprocess.run(command, input="".join(f"{call}\n" for call in calls), capture_output=True, text=True, timeout=300)
    print(f"{name}: {done.stdout.strip()}")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for line in lines[1:]:
        assert float(line.split()[1]) <= 20, f"{line}: more than 20 ms are ours"
    return lines


def main(program, folder=None):
    with tempfile.TemporaryDirectory() as made:
        root = pathlib.Path(folder or made)
        if not folder:
            install(root)
        data = pathlib.Path(made, "data")
        data.mkdir()
        (data / "note.txt").write_text("soup\n")
        lines = talk(program, root, "filesystem", [str(data)],
                     [f'list_directory {{"path": "{data}"}}', f'read_text_file {{"path": "{data}/note.txt"}}',
                      'read_text_file {"path": "/etc/passwd"}', f'write_file {{"path": "{data}/../x", "content": "y"}}'])
        assert "read_text_file" in lines[0] and lines[0].startswith("tools 1"), lines[0]
        assert "note.txt" in lines[1] and lines[2].startswith("ok") and "soup" in lines[2], lines
        assert lines[3].startswith("error") and lines[4].startswith("error"), lines
        lines = talk(program, root, "everything", [], ['echo {"message": "你好"}', 'get-sum {"a": 2, "b": 3}', 'get-env {}'])
        assert "你好" in lines[1] and "5" in lines[2], lines
        for name in os.environ:
            assert name in ("PATH", "HOME", "LANG", "USER", "LOGNAME") or f'"{name}"' not in lines[3], f"{name} is passed on"
        if (root / "node_modules" / SCOPE / "server-memory").exists():
            lines = talk(program, root, "memory", [], ["read_graph {}"])
            assert lines[1].startswith("ok"), lines


main(*sys.argv[1:])
