#!/usr/bin/env python3
"""check-npm-servers.py PROGRAM [FOLDER]: real servers of tools from npm list their tools, and those that need no network answer.

With bubblewrap they do the same in the sandbox.  FOLDER has them installed.  Skipped without npm or its registry.  Prints a table, which ends with how much processor time this
program's side of the slowest call took.  SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
MAX_MS = 20
# Package, its arguments, its variables, calls with a word that the result must hold ("!": an error).  {data} is a folder.  Keys are
# made up: a list of tools needs no account.
SERVERS = [
    ("@modelcontextprotocol/server-filesystem", ["{data}"], [],
     [('list_directory {{"path": "{data}"}}', "note.txt"), ('read_text_file {{"path": "{data}/note.txt"}}', "soup"),
      ('read_text_file {{"path": "/etc/passwd"}}', "!"), ('write_file {{"path": "{data}/../x", "content": "y"}}', "!")]),
    ("@modelcontextprotocol/server-everything", [], [],
     [('echo {{"message": "你好"}}', "你好"), ('get-sum {{"a": 2, "b": 3}}', "5"), ("get-env {{}}", "PATH"),
      ("get-tiny-image {{}}", "[Image]")]),
    # The folder is named for the sandbox: a file is written beside its old self.
    ("@modelcontextprotocol/server-memory", ["{data}"], ["MEMORY_FILE_PATH={data}/memory.json"],
     [('create_entities {{"entities": [{{"name": "soup", "entityType": "food", "observations": ["hot"]}}]}}', "soup"),
      ("read_graph {{}}", "hot")]),
    ("@modelcontextprotocol/server-sequential-thinking", [], [],
     [('sequentialthinking {{"thought": "a", "nextThoughtNeeded": false, "thoughtNumber": 1, "totalThoughts": 1}}', "1")]),
    ("@wonderwhy-er/desktop-commander", [], ["HOME={data}"], [('list_directory {{"path": "{data}"}}', "note.txt")]),
    ("@upstash/context7-mcp", [], [], []),
    # Its documentation is fetched before it lists anything.
    ("@supabase/mcp-server-supabase", ["--features=account,database,debugging,development,functions,branching,storage"],
     ["SUPABASE_ACCESS_TOKEN=sbp_0123456789abcdef0123456789abcdef01234567"], []),
    ("@playwright/mcp", [], [], []),
    ("chrome-devtools-mcp", [], [], []),
    ("kubernetes-mcp-server", [], ["KUBECONFIG={data}/kube"], []),
    ("@brave/brave-search-mcp-server", ["--transport", "stdio"], ["BRAVE_API_KEY=x"], []),
    ("@antv/mcp-server-chart", [], [], []),
    ("firecrawl-mcp", [], ["FIRECRAWL_API_KEY=fc-x"], []),
    ("@notionhq/notion-mcp-server", [], ["NOTION_TOKEN=ntn_x"], []),
]
KUBE = ("apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: 'https://localhost:1'}}]\n"
        "contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\n")


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(SKIP)


def install(folder):
    if not shutil.which("npm") or not shutil.which("node"):
        skip("there is no npm")
    try:
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *(s[0] for s in SERVERS)],
                              cwd=folder, capture_output=True, text=True, timeout=900)
    except subprocess.TimeoutExpired:
        skip("npm has not answered for a quarter of an hour")
    if done.returncode:
        skip(f"npm cannot install: {done.stderr.strip()[-300:]}")


def script_of(root, package):
    """The file that the package's command runs."""
    folder = root / "node_modules" / package
    command = json.loads((folder / "package.json").read_text())["bin"]
    return folder / (next(iter(command.values())) if isinstance(command, dict) else command)


def talk(program, root, data, server, options):
    """A row of the table, and what is wrong."""
    package, arguments, variables, calls = server
    if not (root / "node_modules" / package).exists():
        return (package, "–", "", ""), [f"{package}: not installed"]
    version = json.loads((root / "node_modules" / package / "package.json").read_text())["version"]
    words = [word.format(data=data) for word in arguments]
    command = [program, *options, *(v.format(data=data) for v in variables), shutil.which("node"), str(script_of(root, package)), *words]
    done = subprocess.run(command, input="".join(call.format(data=data) + "\n" for call, _ in calls), capture_output=True,
                          text=True, timeout=300)
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[0].startswith("tools "):
        return (package, version, "does not start", ""), [f"{package}: {done.stderr.strip()[-300:]}{done.stdout.strip()[:300]}"]
    wrong, slowest = [], 0
    for (call, word), line in zip(calls, lines[1:]):
        kind, ms, text = line.split(" ", 2)
        slowest = max(slowest, float(ms))
        if (kind == "ok") != (word != "!") or (word != "!" and word not in text):
            wrong.append(f"{package}: {call.split()[0]}: {line[:300]}")
        if call.startswith("get-env"):
            wrong += [f"{name} is passed on" for name in os.environ
                      if name not in ("PATH", "HOME", "LANG", "USER", "LOGNAME", "PWD" if options else "") and f'"{name}"' in text]
    if len(lines) - 1 != len(calls):
        wrong.append(f"{package}: {len(lines) - 1} answers to {len(calls)} calls")
    if slowest > MAX_MS:
        wrong.append(f"{package}: {slowest} ms of a call are ours")
    return (package, version, lines[0].split()[1].rstrip(":"), f"{len(calls)}, {slowest:.1f} ms" if calls else ""), wrong


def main(program, folder=None):
    with tempfile.TemporaryDirectory() as made:
        root = pathlib.Path(folder or made)
        if not folder:
            install(root)
        wrong = []
        for options in ([], ["--sandbox"]) if shutil.which("bwrap") else ([],):
            # What a server remembers is new each time.
            data = pathlib.Path(made, "data" + "".join(options))
            data.mkdir()
            (data / "note.txt").write_text("soup\n")
            (data / "kube").write_text(KUBE)
            # It is there already, so that it is replaced.
            (data / "memory.json").write_text("")
            print(f"{'server' + ''.join(options).replace('--', ' in the '):<52}{'version':<12}{'tools':<16}calls, the slowest")
            for server in SERVERS:
                row, problems = talk(program, root, data, server, options)
                print(f"{row[0]:<52}{row[1]:<12}{row[2]:<16}{row[3]}", flush=True)
                wrong += problems
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
