#!/usr/bin/env python3
"""test-clients.py FAKE-SERVER: runs test-clients.mjs where node is there and $MYNA_NODE_MODULES has the npm clients.

    npm install --prefix FOLDER openai ai @ai-sdk/openai-compatible zod
    MYNA_NODE_MODULES=FOLDER meson test -C build server-clients

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import pathlib
import shutil
import sys

folder = pathlib.Path(os.environ.get("MYNA_NODE_MODULES") or "/nonexistent")
if not shutil.which("node") or not (folder / "node_modules/openai").exists():
    print("1..0 # SKIP node and the npm packages openai, ai, @ai-sdk/openai-compatible and zod are not there: see test-clients.py")
    sys.exit(0)
os.execvp("node", ["node", str(pathlib.Path(__file__).with_suffix(".mjs")), sys.argv[1], str(folder.resolve())])
