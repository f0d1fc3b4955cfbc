"""window-memory.py: what the program's window takes with the starter model, at its peak and after a reply.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from myna_e2e import APP_ID, App, Atspi, window_manager  # noqa: E402


def status(process, key):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(rf"{key}:\s+(\d+) kB", text)[1]) / 1000


with window_manager(), tempfile.TemporaryDirectory(prefix="myna-memory-") as home:
    settings = pathlib.Path(home, "config", "glib-2.0", "settings")
    settings.mkdir(parents=True)
    (settings / "keyfile").write_text(f"[{APP_ID.replace('.', '/')}]\nfirst-start-done=true\n")
    Atspi.init()
    app = App(pathlib.Path(home))
    app.ask("Hello!")
    print(f"at most {status(app.process, 'VmHWM'):.0f} MB, after a reply {status(app.process, 'VmRSS'):.0f} MB")
    app.kill()
    app.output.close()
