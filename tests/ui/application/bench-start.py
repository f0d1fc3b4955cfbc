"""bench-start.py MYNA EMPTY-WINDOW MAKE-HISTORY FIRST-FRAME: what a start takes until the window stands, and until it rests.

Each program is started anew ROUNDS times, in turn, so that a busy moment hits all of them; the least of each figure is printed.
"Empty" is libadwaita's window with a header bar and nothing else: nobody gets below it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))
from myna_e2e import APP_ID, app_environment, wait, window_manager  # noqa: E402

ROUNDS = 7
N_CHATS = 1000
REST = 0.5          # seconds without work: then it rests


def used(pid):
    """Milliseconds of processor time: the main thread's, and all."""
    times = {task.name: int((task / "schedstat").read_text().split()[0]) / 1e6
             for task in pathlib.Path(f"/proc/{pid}/task").iterdir()}
    return times[str(pid)], sum(times.values())


def wait_for_rest(pid):
    before = used(pid)
    while True:
        time.sleep(REST)
        after = used(pid)
        if after[1] - before[1] < REST * 1000 * 0.01:
            return after
        before = after


def start(program, home, first_frame):
    """Main thread and all at the first frame, its wall time; main thread and all when it rests."""
    frame = home / "frame"
    frame.unlink(missing_ok=True)
    env = app_environment(home) | {"LD_PRELOAD": first_frame, "MYNA_FIRST_FRAME": str(frame)}
    with subprocess.Popen([program], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            first = wait(lambda: frame.exists() and [float(x) for x in frame.read_text().split()], "the first frame")
            rest = wait_for_rest(process.pid)
        finally:
            process.terminate()
    return *first, *rest


def new_home(folder, name):
    home = folder / name
    keyfile = home / "config" / "glib-2.0" / "settings" / "keyfile"
    keyfile.parent.mkdir(parents=True)
    keyfile.write_text(f"[{APP_ID.replace('.', '/')}]\nfirst-start-done=true\n")
    (home / "data" / APP_ID).mkdir(parents=True)
    # A cursor that blinks is drawn at each frame for ten seconds.
    settings = home / "config" / "gtk-4.0" / "settings.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[Settings]\ngtk-cursor-blink=false\n")
    return home


def main(myna, empty, make_history, first_frame):
    with window_manager(), tempfile.TemporaryDirectory(prefix="myna-start-") as folder:
        folder = pathlib.Path(folder)
        starts = {"empty window": (empty, new_home(folder, "empty")),
                  "Myna, no chat": (myna, new_home(folder, "new")),
                  f"Myna, {N_CHATS} chats": (myna, new_home(folder, "full"))}
        subprocess.run([make_history, folder / "full" / "data" / APP_ID / "chats.db", str(N_CHATS)], check=True)
        for program, home in starts.values():       # caches, and what a program does only once
            start(program, home, first_frame)
        rows = {name: [] for name in starts}
        for _ in range(ROUNDS):
            for name, (program, home) in starts.items():
                rows[name].append(start(program, home, first_frame))
    print(f"{'milliseconds':24} {'to the first frame':>28} {'until it rests':>20}")
    print(f"{'':24} {'main':>8} {'all':>9} {'wall':>9} {'main':>10} {'all':>9}")
    for name, values in rows.items():
        least = [min(column) for column in zip(*values)]
        print(f"{name:24} {least[0]:8.0f} {least[1]:9.0f} {least[2]:9.0f} {least[3]:10.0f} {least[4]:9.0f}", flush=True)


main(*sys.argv[1:])
