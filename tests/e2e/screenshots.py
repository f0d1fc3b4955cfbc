"""screenshots.py FOLDER: pictures of the real program for the README and the metainfo, taken from its own windows.

Each picture is a fresh home, real questions to the starter model (greedy, so that they come out the same), and one window.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from myna_e2e import APP_ID, App, Atspi, locale_for, wait, window_manager

# Fledgling is weak later in a chat: these go well together.
ENGLISH = ["What is the quadratic formula?", "Make a table with the inner planets, please."]
CHINESE = ["用表格列出行星。", "一元二次方程的求根公式是什么？"]

# Chats of their own, for the sidebar.
EARLIER = {"en": ["What is the capital of France?", "Tell me a short story about a bird.", "What is 17 + 25?"],
           "zh_CN": ["法国的首都是哪里？", "讲一个关于小兔子的故事。", "17 + 25 = ?"]}

PICTURES = {
    # name: (width, height, language, dark, questions)
    "reply": (1000, 700, "en", False, ENGLISH),
    "dark": (1000, 700, "en", True, ENGLISH),
    "chinese": (1000, 700, "zh_CN", False, CHINESE),
    "narrow": (360, 700, "en", False, ENGLISH),
}


def settings(home, width, height):
    """The window's size, and replies without chance."""
    folder = home / "config" / "glib-2.0" / "settings"
    folder.mkdir(parents=True)
    (folder / "keyfile").write_text(f"[{APP_ID.replace('.', '/')}]\nwindow-width={width}\nwindow-height={height}\n"
                                    "chat-settings='{\"temperature\": 0}'\nfirst-start-done=true\n")


def window_of(app):
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(app.process.pid)], check=True,
                          capture_output=True, text=True).stdout.split()[-1]


def take(name, folder):
    width, height, language, dark, questions = PICTURES[name]
    home = pathlib.Path(tempfile.mkdtemp(prefix="myna-picture-"))
    settings(home, width, height)
    environment = locale_for(language, home)
    if dark:
        environment["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"
    app = App(home, env=environment)
    for question in EARLIER[language] if width > 360 else ():
        app.ask(question)
        app.key("ctrl+n")
        wait(lambda: not app.rows("Myna"), "the new chat")
    for question in questions:
        app.ask(question)
    time.sleep(1.5)     # the last animations: there is no condition to see for a picture's sake
    subprocess.run(["import", "-window", window_of(app), str(folder / f"{name}.png")], check=True)
    app.kill()
    app.output.close()
    shutil.rmtree(home, ignore_errors=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with window_manager():
        Atspi.init()
        for name in sys.argv[2:] or PICTURES:
            take(name, folder)


main()
