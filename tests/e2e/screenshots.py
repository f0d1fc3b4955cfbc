"""screenshots.py FOLDER: pictures of the real program for the README and the metainfo, taken from its own windows.

Each picture is a fresh home, real questions to the starter model (greedy, so that they come out the same), and one window.
The starter model cannot answer about documents: of these there is a chat that was written.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import json
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
    "cited": (1000, 700, "en", False, None),
}

PAGES = ["# Soup\n\nSoup needs salt. It is put into the water before it boils.",
         "# Bread\n\nBread needs time. Let it rest for a night, covered with a cloth."]


def write_chat(home):
    """A chat whose reply cites two passages of a document."""
    text = "\n\n".join(f"[Page {i}]\n\n{page}" for i, page in enumerate(PAGES, 1))
    attachment = {"name": "cookbook.pdf", "text": text, "pages": "2", "type": "pdf", "use": "passages"}
    given = [{"number": i + 1, "sha256": hashlib.sha256(text.encode()).hexdigest(), "ordinal": i} for i in range(2)]
    question = {"id": 1, "parent_id": 0, "role": "user", "state": "complete", "text": "How long does bread rest?",
                "attachments": json.dumps([attachment]), "created_at": 1790000000000, "given": given}
    reply = {"id": 2, "parent_id": 1, "role": "assistant", "state": "complete", "created_at": 1790000001000,
             "text": "Bread rests for a night, covered with a cloth [2]. Soup does not rest: it needs salt, before the water "
                     "boils [1]."}
    chat = {"origin": "cookbook", "title": "Bread", "created_at": 1790000000000, "updated_at": 1790000001000, "head_id": 2,
            "messages": [question, reply]}
    path = home / "chats.json"
    path.write_text(json.dumps({"format": "myna-conversations", "version": 1, "folders": [], "conversations": [chat]}))
    return path


def show_cited(app, home):
    """The reply, with what it had to cite from."""
    app.import_chats(write_chat(home))
    app.click_at(app.find("Bread"))
    app.click_at(app.find("2 sources"))
    app.find("[2]", "link")


def settings(home, width, height):
    """The window's size, replies without chance, and GNOME's font: without a desktop GTK takes the first one that it finds."""
    folder = home / "config" / "glib-2.0" / "settings"
    folder.mkdir(parents=True)
    (folder / "keyfile").write_text(f"[{APP_ID.replace('.', '/')}]\nwindow-width={width}\nwindow-height={height}\n"
                                    "chat-settings='{\"temperature\": 0}'\nfirst-start-done=true\n")
    (home / "config" / "gtk-4.0").mkdir()
    (home / "config" / "gtk-4.0" / "settings.ini").write_text("[Settings]\ngtk-font-name=Cantarell 11\n")


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
    for question in EARLIER[language] if width > 360 and questions else ():
        app.ask(question)
        app.key("ctrl+n")
        wait(lambda: not app.rows("Myna"), "the new chat")
    for question in questions or ():
        app.ask(question)
    if not questions:
        show_cited(app, home)
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
