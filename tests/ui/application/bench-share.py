"""bench-share.py MYNA FRAME-TIMES: the window's frames while another program uses its model.

The window is drawn anew at every frame, first alone, then while a client has the starter model write through the window's
socket, stream after stream, and while a hundred connections come and go.  Printed are the work of the main thread in a frame
and the time from frame to frame, in milliseconds.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))
from myna_e2e import APP_ID, app_environment, wait, window_manager  # noqa: E402

SECONDS = 15
SOCKET = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "app" / APP_ID / "api.sock"


def new_home(folder):
    home = pathlib.Path(folder)
    keyfile = home / "config" / "glib-2.0" / "settings" / "keyfile"
    keyfile.parent.mkdir(parents=True)
    keyfile.write_text(f"[{APP_ID.replace('.', '/')}]\nfirst-start-done=true\nshare-model=true\n")
    settings = home / "config" / "gtk-4.0" / "settings.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[Settings]\ngtk-cursor-blink=false\n")
    return home


def connect():
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(300)
    client.connect(str(SOCKET))
    return client


def stream():
    """Reads one reply; returns how many pieces it had."""
    body = json.dumps({"messages": [{"role": "user", "content": "Tell me a story about a bird."}], "stream": True,
                       "max_tokens": 400, "temperature": 1}).encode()
    client, text = connect(), b""
    client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                   b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    while data := client.recv(65536):
        text += data
    client.close()
    return text.count(b"data: ")


def many():
    """A hundred connections at once, most of which are refused."""
    clients = []
    for _ in range(100):
        try:
            clients.append(connect())
        except OSError:
            pass
    for client in clients:
        client.close()
    return len(clients)


def during(times, work):
    """The rows of the frames while this is done again and again, and the sum of what it returns."""
    begin, n = time.monotonic() * 1e3, 0
    while time.monotonic() * 1e3 < begin + SECONDS * 1e3:
        n += work()
    end = time.monotonic() * 1e3
    rows = [[float(x) for x in line.split()] for line in times.read_text().splitlines() if line.count(" ") == 2]
    return [row for row in rows if begin < row[0] < end], n


def show(name, rows, n):
    cells = []
    for column in (1, 2):
        values = sorted(row[column] for row in rows)
        cells += [values[len(values) // 2], values[len(values) * 99 // 100], values[-1]]
    print(f"{name:34} {len(rows):7}" + "".join(f"{cell:9.1f}" for cell in cells) + f"{n:9}", flush=True)


def main(myna, module):
    with window_manager(), tempfile.TemporaryDirectory(prefix="myna-share-") as folder:
        home = new_home(folder)
        times = home / "frames"
        env = app_environment(home) | {"LD_PRELOAD": module, "MYNA_FRAME_TIMES": str(times)}
        with subprocess.Popen([myna], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                wait(SOCKET.exists, "the socket")
                stream()
                print(f"{'milliseconds':34} {'frames':>7} {'work: 50%':>9}{'99%':>9}{'most':>9}{'apart:50%':>9}{'99%':>9}{'most':>9}{'n':>9}")
                show("alone", *during(times, lambda: time.sleep(0.1) or 0))
                show("a client streams (pieces)", *during(times, stream))
                show("connections come and go", *during(times, many))
            finally:
                process.terminate()


main(*sys.argv[1:])
