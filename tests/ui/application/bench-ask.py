"""bench-ask.py MYNA QUICK-FRAME: how long the small window for quick questions takes, from the call to its first frame.

Myna runs with its window; the small one is called for as the desktop's key does (an action on the bus) and as a command does
(`myna --ask`, whose process has to start first).  The first time it is made, later it is only shown.  The program tells the time of
the frame (quick-frame.c); the clock is the same for all.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))
from gi.repository import Gio, GLib  # noqa: E402

from myna_e2e import APP_ID, app_environment, wait, window_manager  # noqa: E402

ROUNDS = 9


def act():
    Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
        APP_ID, "/" + APP_ID.replace(".", "/"), "org.freedesktop.Application", "ActivateAction",
        GLib.Variant("(sava{sv})", ("quick-question", [], {})), None, Gio.DBusCallFlags.NONE, -1)


def frames(file):
    return [float(line) for line in file.read_text().split()] if file.exists() else []


def call(ask, file):
    """Milliseconds from the call to the frame; then the window is closed again."""
    before = len(frames(file))
    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    ask()
    shown = wait(lambda: frames(file)[before:], "the small window")[0]
    window = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", "^Quick Question$"], check=True,
                            capture_output=True, text=True).stdout.split()[0]
    wait(lambda: subprocess.run(["xdotool", "getactivewindow"], check=False, capture_output=True, text=True).stdout.strip() == window,
         "the small window in front")
    subprocess.run(["xdotool", "key", "Escape"], check=True)
    wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Quick Question$"], check=False,
                                stdout=subprocess.DEVNULL).returncode, "the small window to close")
    return (shown - began) * 1000


def main(myna, quick_frame):
    with window_manager(), tempfile.TemporaryDirectory(prefix="myna-ask-") as home:
        home = pathlib.Path(home)
        keyfile = home / "config" / "glib-2.0" / "settings" / "keyfile"
        keyfile.parent.mkdir(parents=True)
        keyfile.write_text(f"[{APP_ID.replace('.', '/')}]\nfirst-start-done=true\n")
        env = app_environment(home)
        file = home / "frames"
        with subprocess.Popen([myna], env=env | {"LD_PRELOAD": quick_frame, "MYNA_QUICK_FRAME": str(file)},
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Myna$"], check=False,
                                            stdout=subprocess.DEVNULL).returncode == 0, "the main window")
                time.sleep(3)       # until it rests
                first = call(act, file)
                action = [call(act, file) for _ in range(ROUNDS)]
                command = [call(lambda: subprocess.run([myna, "--ask"], env=env, check=True), file) for _ in range(ROUNDS)]
            finally:
                process.terminate()
    print(f"load {os.getloadavg()[0]:.1f}; milliseconds from the call to the first frame", flush=True)
    print(f"action, the first time   {first:6.0f}", flush=True)
    for name, values in (("action, later", action), ("command, later", command)):
        print(f"{name:24} {statistics.median(values):6.0f} (least {min(values):.0f}, most {max(values):.0f})", flush=True)


main(*sys.argv[1:])
