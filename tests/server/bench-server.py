#!/usr/bin/env python3
"""bench-server.py FAKE-SERVER: what the server costs beside the engine: processor time, for the clock tells how busy the machine is.

The path of a request to the first piece of its answer is measured whole, so it is more than what comes after the first token.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

N_TOKENS = 20000


def cpu(pid):
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e6   # ms, of the main thread


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


def ask(port, token, script, until):
    body = json.dumps({"messages": [{"role": "user", "content": script}], "stream": True}).encode()
    sock = socket.create_connection(("127.0.0.1", port))
    begin = time.perf_counter()
    sock.sendall((f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\n"
                  f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
    text = b""
    while until not in text:
        text = text[-100:] + sock.recv(1 << 20)
    end = time.perf_counter()
    sock.close()
    return 1000 * (end - begin)


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "token")
        server = subprocess.Popen([program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port = int(server.stdout.readline())
        with open(path) as file:
            token = file.read().strip()
        first = [ask(port, token, "text word", b'"word"') for _ in range(200)]
        before = cpu(server.pid)
        for _ in range(200):
            ask(port, token, "text word", b"[DONE]")
        middle = cpu(server.pid)
        ask(port, token, f"count {N_TOKENS}", b"[DONE]")
        after = cpu(server.pid)
        print(f"request to first piece: {min(first):.2f} ms at best, {statistics.median(first):.2f} ms in the middle")
        print(f"a whole short request:  {(middle - before) / 200:.3f} ms of processor time")
        print(f"a token of a stream:    {(after - middle) / N_TOKENS:.4f} ms of processor time, with the fake engine's own")
        print(f"memory without a model: {resident(server.pid):.1f} MiB")
        server.stdin.close()
        server.wait()
        server.stdout.close()


main(sys.argv[1])
