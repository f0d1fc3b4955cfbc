"""tour.py FOLDER [VARIANT…]: the real program, screen by screen, as pictures to look at, with an index.html.

Not a test: what a person must look at.  Each variant (language, light or dark, width, size of the text) is a fresh home; each step
drives the program through the accessibility tree and the keyboard, and what could not be reached is named in the index.

Run by hand:  MYNA_E2E_TIMEOUT=40 tests/with-display.sh /usr/bin/python3 tests/e2e/tour.py /tmp/tour  (in the build's devenv)
SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from gi.repository import Gio

from myna_e2e import (APP_ID, PROGRAM, ROOT, STARTER, App, Atspi, Failure, GLib, app_environment, locale_for, sandbox_works, wait,
                      window_manager)
from speechd import Daemon

sys.path.insert(0, str(ROOT / "tests/remote"))
import hostile  # noqa: E402

VARIANTS = {
    # name: (language, dark, width, size of the text)
    "en": ("en", False, 1000, 1),
    "zh-dark": ("zh_CN", True, 1000, 1),
    "en-narrow-dark": ("en", True, 360, 1),
    "zh-narrow": ("zh_CN", False, 360, 1),
    "en-large": ("en", False, 800, 1.5),
    "zh-large-dark": ("zh_CN", True, 800, 1.5),
}

# The steps to take, by their names; none: all.  What others begin must be there.
ONLY = os.environ.get("MYNA_TOUR_STEPS", "").split()

QUESTION = {"en": "How does quicksort work, and how fast is it?", "zh_CN": "快速排序是怎么工作的？有多快？"}
STORY = {"en": "Tell me a long story about a bird.", "zh_CN": "讲一个关于小鸟的长故事。"}
WRITING = {"en": "I would like to compare three sorting algorithms.\nPlease use a table, and say when each of them is the best "
                 "choice.\n\nThe input has about a million numbers, most of them already in order.",
           "zh_CN": "我想比较三种排序算法。\n请用表格说明每种算法最适合什么情况。\n\n输入大约有一百万个数，大部分已经有序。"}
REPLY = {"en": """<think>The person asks about quicksort. Partition, recursion, then the cost.</think>**Quicksort** picks a *pivot* and
splits the list in two.

## The steps

1. Choose a pivot.
2. Move what is smaller before it, and what is larger behind it.
3. Sort both parts the same way.

```python
def quicksort(numbers):
    if len(numbers) < 2:
        return numbers
    pivot, *rest = numbers
    return quicksort([n for n in rest if n < pivot]) + [pivot] + quicksort([n for n in rest if n >= pivot])
```

| case | time | when |
|:--|:-:|--:|
| best | $O(n \\log n)$ | the pivot is the median |
| worst | $O(n^2)$ | the list is sorted already |

On average

$$T(n) = n - 1 + \\frac{1}{n} \\sum_{i=0}^{n-1} \\bigl(T(i) + T(n-1-i)\\bigr) = O(n \\log n)$$

> Sorting is a solved problem, until it is slow.

See <https://example.org/quicksort> for more, ~~or not~~ `qsort(3)`.
""", "zh_CN": """<think>用户问快速排序。先讲划分，再讲递归，最后讲复杂度。</think>**快速排序：**先选一个*基准*，再把列表分成两部分。

## 步骤

1. 选择基准。
2. 把较小的数移到它前面，较大的移到后面。
3. 对两部分重复同样的操作。

```python
def quicksort(numbers):
    if len(numbers) < 2:
        return numbers
    pivot, *rest = numbers
    return quicksort([n for n in rest if n < pivot]) + [pivot] + quicksort([n for n in rest if n >= pivot])
```

| 情况 | 时间 | 什么时候 |
|:--|:-:|--:|
| 最好 | $O(n \\log n)$ | 基准恰好是中位数 |
| 最坏 | $O(n^2)$ | 列表已经有序 |

平均时间为

$$T(n) = n - 1 + \\frac{1}{n} \\sum_{i=0}^{n-1} \\bigl(T(i) + T(n-1-i)\\bigr) = O(n \\log n)$$

> 排序早已是解决了的问题，直到它变慢。

更多内容见 <https://example.org/quicksort>，~~或者不看~~ `qsort(3)`。
"""}
# What a reply cites of a document: the chat's title, the question, the pages, the reply.
COOKBOOK = {"en": ("Bread", "How long does bread rest?", ["Soup needs salt. It is put into the water before it boils.",
                                                         "Bread needs time. Let it rest for a night."],
                   "Bread rests for a night [1], and is not `bread[1]` [7]."),
            "zh_CN": ("面包", "面团要放多久？", ["汤要放盐。水开之前就要放进去。", "面包需要时间。面团要放一夜。"],
                      "面团要放一夜 [1]，不是 `bread[1]` [7]。")}
OWN_TOOL = {"name": "word_count", "description": "Count the words of a text", "command": ["/usr/bin/wc", "-w"],
            "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}}
PROMPT = {"en": ("Explain like a teacher", "Explain this to a pupil of twelve years, with one example:\n\n{clipboard}\n\n{text}"),
          "zh_CN": ("像老师一样讲解", "请给十二岁的学生讲解下面的内容，并举一个例子：\n\n{clipboard}\n\n{text}")}
# What a server writes at its start: short lines, one that is wider than any window, one in Chinese.
LOG = ["[2026-03-14 09:26:53.589] INFO  files server 1.4.2, protocol 2025-06-18",
       "[2026-03-14 09:26:53.611] WARN  /etc/files-server/config.toml is not there; the usual settings are used: roots=[/home], "
       "follow_links=false, max_bytes=1048576, encoding=utf-8, ignore=[.git, node_modules, __pycache__]",
       "[2026-03-14 09:26:53.702] INFO  正在监听标准输入",
       *(f"[2026-03-14 09:26:54.{i:03}] DEBUG indexed folder {i} of 24" for i in range(1, 25))]
# A list of servers as other programs have it: one that runs, one that crashes, one whose program is not there, one of the web.
SERVERS = {"mcpServers": {
    "files": {"command": "/usr/bin/python3", "args": ["files.py", str(ROOT / "tests/tools/fake-server.py")], "env": {"TOKEN": "1234"}},
    "crashing": {"command": "/bin/sh", "args": ["-c", "echo 'cannot open the database' >&2; exit 3"]},
    "missing": {"command": "no-such-program", "args": ["--stdio"]},
    "web": {"url": "https://example.org/mcp"}}}
TITLES = {"en": ["Quicksort", "Pancakes", "A trip to the mountains in the last week of a very long summer", "Tax return", "Old notes"],
          "zh_CN": ["快速排序", "煎饼", "在漫长夏天的最后一个星期去山里旅行的计划和准备", "报税", "旧笔记"]}


def rich_chat(language, now):
    """Everything that a chat can show: branches, a thought, code, a table, formulas, a call with its result, a cut reply."""
    def message(number, parent, role, text, **more):
        return {"id": number, "parent_id": parent, "role": role, "state": "complete", "text": text, "created_at": now - 9000 + number,
                "finished_at": now - 8000 + number, "n_prompt_tokens": 40, "n_tokens": 300, "first_token_seconds": 0.4,
                "seconds": 21.0, "model": "GLM-4-9B", **more}
    call = {"state": "done", "allowed_by": "class", "edited": False, "started_at": now - 5000, "finished_at": now - 4996,
            "metadata": "calculate", "tool": "calculate", "arguments": json.dumps({"expression": "1000000*log(1000000)/log(2)"}),
            "result": "19931568.569324"}
    return {"origin": f"tour-{language}", "title": TITLES[language][0], "created_at": now, "updated_at": now, "head_id": 8,
            "messages": [message(1, 0, "user", "?"), message(2, 1, "assistant", "…", state="stopped"),
                         message(3, 0, "user", QUESTION[language]), message(4, 3, "assistant", REPLY[language], mark=1),
                         message(5, 4, "user", "n = 1,000,000?"), message(6, 5, "assistant", "", call=call),
                         message(7, 6, "observation", "19931568.569324"),
                         message(8, 7, "assistant", "≈ **19.9 × 10⁶**\n\n" + STORY[language], state="length")]}


def small_chat(number, title, now):
    at = now - number * 86400000
    return {"origin": f"tour-{number}", "title": title, "created_at": at, "updated_at": at, "head_id": 2, "pinned": number == 3,
            "messages": [{"id": 1, "parent_id": 0, "role": "user", "state": "complete", "text": title + "?", "created_at": at},
                         {"id": 2, "parent_id": 1, "role": "assistant", "state": "complete", "text": title + ".", "created_at": at}]}


def cited_chat(language, now):
    title, question, pages, reply = COOKBOOK[language]
    text = "\n\n".join(f"[Page {i}]\n\n{page}" for i, page in enumerate(pages, 1))
    attachment = {"name": "cookbook.pdf", "text": text, "pages": "2", "type": "pdf", "use": "passages"}
    given = [{"number": 1, "sha256": hashlib.sha256(text.encode()).hexdigest(), "ordinal": 1}]
    return {"origin": f"tour-cited-{language}", "title": title, "created_at": now, "updated_at": now, "head_id": 2, "messages": [
        {"id": 1, "parent_id": 0, "role": "user", "state": "complete", "text": question, "created_at": now - 9000,
         "attachments": json.dumps([attachment]), "given": given},
        {"id": 2, "parent_id": 1, "role": "assistant", "state": "complete", "text": reply, "created_at": now - 8000}]}


class Liar(hostile.Server):
    """Its models are named after what they do."""
    models = ["good", "401", "429", "context", "cut-off", "portal"]

    def answer(self, client):
        client_read = client.read
        if client_read():
            client.read = lambda: True
            if client.body is None and client.path.count("/") == 2:
                client.send(hostile.response("200 OK", {"data": [{"id": name, "max_model_len": 131072} for name in self.models]}))
            else:
                super().answer(client)


class Tour:
    def __init__(self, folder, variant):
        self.folder, self.variant = folder, variant
        self.language, self.dark, self.width, self.scale = VARIANTS[variant]
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="myna-tour-"))
        self.pictures, self.n = [], 0
        self.app = None

    # -- the program

    def environment(self):
        environment = locale_for(self.language, self.home)
        if self.dark:
            environment["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"
        return environment

    def settings(self, **values):
        folder = self.home / "config" / "glib-2.0" / "settings"
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key.replace('_', '-')}={value}\n" for key, value in values.items()]
        (folder / "keyfile").write_text(f"[{APP_ID.replace('.', '/')}]\nwindow-width={self.width}\nwindow-height=720\n" + "".join(lines))

    def start(self, *args, env=None, **kwargs):
        # Where no desktop says how large text is, GTK asks the X server's resources.
        subprocess.run(["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER",
                        f"Xft.dpi: {96 * self.scale:g}\n"], check=True)
        self.app = App(self.home, *args, env=self.environment() | (env or {}), **kwargs)

    def stop(self):
        """As a person would: a program that is killed while it loads a model says so when it starts again."""
        if self.app:
            self.app.key("ctrl+q")
            try:
                self.app.process.wait(20)
            except subprocess.TimeoutExpired:
                self.app.kill()
            self.app.output.close()
        self.app = None

    def shot(self, name, rest=0.8):
        """What is on the screen, once it has come to rest: there is no condition to see for a picture's sake."""
        self.app.put_pointer_away()
        time.sleep(rest)
        self.n += 1
        file = self.folder / self.variant / f"{self.n:02}-{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", "-trim", "+repage", str(file)], check=True)
        self.pictures.append((file.relative_to(self.folder), name, ""))

    def step(self, function):
        name = function.__name__.strip("_").replace("_", "-")
        try:
            function()
        except (Failure, GLib.Error, subprocess.CalledProcessError, IndexError, StopIteration, OSError) as error:
            print(f"# {self.variant}: {name}: {error}", flush=True)
            traceback.print_exc()
            if self.app and self.app.process.poll() is None:
                self.shot(f"{name}-failed")
            self.pictures.append((None, name, str(error)))
        if self.app:
            for complaint in self.app.complaints():
                self.pictures.append((None, name, complaint))
            (self.home / "output.txt").write_text("")
            self.close_windows()

    def close_windows(self):
        """Back to the chat, whatever is open."""
        for _ in range(6):
            windows = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "myna"], capture_output=True, text=True,
                                     check=False).stdout.split()
            if len(windows) < 2:
                break
            self.app.key("Escape")
            time.sleep(0.4)

    # -- words

    def _(self, text):
        return self.app._(text).replace("_", "") if self.app else text

    def find(self, text, role=None, **kwargs):
        return self.app.find(self._(text), role, **kwargs)

    def menu(self, item):
        self.app.key("F10")
        self.app.choose(item)

    def close_sidebar(self):
        """Where it lies over the chat.  With GTK 4.18 it has a place when it is closed, too; with 4.8 no widget is "showing"."""
        for chats in self.app.find_all(self._("Chats"), "list") if self.width < 600 else []:
            x = Atspi.Component.get_extents(chats.accessible.get_component_iface(), Atspi.CoordType.WINDOW).x
            if x >= 0 and (chats.has("showing") or not self.app.composer.has("showing")):
                self.app.key("F9")
                time.sleep(0.8)

    def chat_menu(self, item):
        self.close_sidebar()
        self.app.click_at(self.app.find_all(self._("Chat Menu"))[-1])
        self.app.choose(item)

    # -- steps

    def welcome(self):
        self.settings()
        self.start()
        wait(lambda: len(subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "myna"], capture_output=True,
                                        text=True, check=False).stdout.split()) > 1, "the welcome window")
        self.shot("welcome", 1.5)
        self.stop()

    def empty_page(self):
        self.settings(first_start_done="true", chat_settings="'{\"temperature\": 0}'")
        self.start()
        self.find("Send")
        self.shot("empty-page", 1.5)

    def typing(self):
        self.app.composer.type(WRITING[self.language])
        self.shot("typing")
        self.app.key("ctrl+a", "Delete")

    def commands(self):
        self.app.key("ctrl+l", "slash")
        self.shot("slash")
        self.app.key("Escape", "BackSpace")

    def novel(self):
        self.app.composer.type((STORY[self.language] + "\n") * 2000)
        self.app.key("ctrl+l", "ctrl+a", "ctrl+x", "ctrl+v")
        self.shot("novel-pasted", 2)
        self.app.key("ctrl+a", "BackSpace")
        before, after = map(re.escape, self._("Remove “%s”").split("%s"))
        for button in self.app.find_all(re.compile(f"{before}.*{after}$"), "button"):
            button.click()

    def writing(self):
        self.app.send(STORY[self.language])
        wait(lambda: "".join(self.app.rows("Myna")[-1:]).strip(), "the first words")
        self.shot("writing", 0.2)
        self.app.wait_idle()
        self.shot("written")

    def import_preview(self):
        now = int(time.time() * 1000)
        chats = [rich_chat(self.language, now)] + [small_chat(days, title, now) for days, title in
                                                   zip((1, 3, 8, 40), TITLES[self.language][1:])]
        chats[3]["messages"][1]["role"] = "critic"
        bad = small_chat(9, "Bad", now)
        bad["messages"] = "none"
        file = self.home / "chats.json"
        file.write_text(json.dumps({"format": "myna-conversations", "version": 1, "folders": [], "conversations": chats + [bad]}))
        self.menu("_Import Chats…")
        self.app.choose_file(self._("Choose a File to Import"), file)
        self.app.find_window(self._("Import Chats"))
        self.shot("import-preview")
        self.app.key("Return")
        self.shot("imported", 1.5)

    def import_again(self):
        self.menu("_Import Chats…")
        self.app.choose_file(self._("Choose a File to Import"), self.home / "chats.json")
        self.app.find_window(self._("Import Chats"))
        self.shot("import-again")

    def import_wrong(self):
        file = self.home / "picture.png"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
        self.menu("_Import Chats…")
        self.app.choose_file(self._("Choose a File to Import"), file)
        self.shot("import-wrong", 1.5)

    def open_titled(self, title):
        self.app.key("ctrl+l", *["alt+Up"] * 8)
        for _ in range(12):
            if any(title in frame.name for frame in self.app.find_all(role="frame")):
                break
            self.app.key("alt+Down")
            time.sleep(0.5)
        wait(lambda: self.app.rows("Myna"), "the chat")

    def open_rich(self):
        self.open_titled(TITLES[self.language][0])
        self.shot("rich-end", 1.5)

    def rich_parts(self):
        self.app.key("shift+Tab", "Home")
        self.shot("rich-top", 1.2)
        for messages in self.app.find_all(self._("Messages"), "list"):
            for toggle in messages.find_all(role="toggle button"):
                if toggle.name != self._("More"):       # a menu, since GTK 4.10
                    toggle.click()
        self.shot("rich-unfolded", 1.2)
        self.app.key("ctrl+l", "shift+Tab", "End")
        self.shot("rich-card", 1.2)

    def message_menu(self):
        self.app.key("ctrl+l", "shift+Tab", "Menu")
        self.shot("message-menu")
        self.app.choose("Deta_ils")
        self.shot("message-details")
        self.app.key("Escape")

    def edit(self):
        self.app.key("ctrl+l", "shift+Tab", "Up", "Up", "Up", "ctrl+e")
        self.shot("edit")
        self.app.key("Escape")

    def find_bar(self):
        self.app.key("ctrl+f")
        time.sleep(0.5)
        self.app.write("qsort" if self.language == "en" else "pivot")
        self.shot("find-bar", 1.2)
        self.app.key("Escape")

    def sidebar(self):
        if self.width < 600:
            self.app.key("F9")
            self.shot("sidebar")
        self.app.key("ctrl+shift+f")
        time.sleep(0.5)
        self.app.write("qs" if self.language == "en" else "a")
        self.shot("search", 1.5)
        self.app.key("Escape", "Escape")

    def row_menu(self):
        self.close_sidebar()
        self.app.click_at(self.app.find_all(self._("Chat Menu"))[-1])
        self.shot("chat-menu")
        self.app.key("Escape")
        if self.width < 600:
            self.app.key("F9")
            time.sleep(0.8)
        self.app.click_at(self.find("Chats", "list").find(TITLES[self.language][0], "label"), 3)
        self.shot("row-menu")
        self.app.key("Escape", "Escape")

    def main_menu(self):
        self.app.key("F10")
        self.shot("main-menu")
        self.app.key("Escape")

    def archive(self):
        self.menu("_Archive")
        self.shot("archive")
        self.find("Back to Chats").click()

    def trash(self):
        self.app.key("ctrl+l", "alt+Down", "alt+Down")
        time.sleep(0.8)
        self.chat_menu("_Delete")
        self.shot("deleted", 0.4)
        self.menu("_Trash")
        self.shot("trash")
        self.find("Back to Chats").click()

    def select(self):
        self.menu("_Select Chats")
        self.shot("select")
        self.app.key("Escape")

    def rename(self):
        self.app.key("F2")
        self.shot("rename")
        self.app.key("Escape")

    def export(self):
        self.chat_menu("_Export…")
        self.shot("export")

    def print_chat(self):
        self.app.key("ctrl+p")
        self.shot("print", 2)

    def print_preview(self):
        """What the dialog gives the program that shows pages, here one that keeps them."""
        self.stop()
        pages, viewer = self.home / "preview.pdf", self.home / "viewer"
        viewer.write_text(f'#!/bin/sh\ncp "$1" {pages}.part && mv {pages}.part {pages}\n')
        viewer.chmod(0o700)
        folder = self.home / "config" / "gtk-4.0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.ini").write_text(f"[Settings]\ngtk-print-preview-command={viewer} %f\n")
        self.start()
        self.open_titled(TITLES[self.language][0])
        self.app.key("ctrl+p")
        # A word of GTK.
        self.app.find(re.compile("Pre_?view|预览|打印预览"), "button").click()
        wait(pages.exists, "the pages")
        self.show_pages(pages, "preview")

    def show_pages(self, paper, name):
        folder = self.folder / self.variant
        subprocess.run(["pdftoppm", "-png", "-r", "80", str(paper), str(folder / name)], check=True)
        for page in sorted(folder.glob(f"{name}*.png")):
            self.pictures.append((page.relative_to(self.folder), page.stem, ""))

    def printed(self):
        """The pages as they are on paper."""
        paper = self.home / "chat.pdf"
        self.chat_menu("_Export…")
        self.app.click_at(self.app.find("PDF", ("check box", "radio button")))
        self.app.find_button(self._("Save…")).click()
        self.app.choose_file(self._("Export Chats"), paper)
        wait(lambda: paper.exists() and paper.read_bytes().rstrip().endswith(b"%%EOF"), "the file")
        self.show_pages(paper, "paper")

    def cited(self):
        file = self.home / "cited.json"
        file.write_text(json.dumps({"format": "myna-conversations", "version": 1, "folders": [],
                                    "conversations": [cited_chat(self.language, int(time.time() * 1000))]}))
        self.menu("_Import Chats…")
        self.app.choose_file(self._("Choose a File to Import"), file)
        self.app.find_window(self._("Import Chats"))
        self.app.key("Return")
        self.app.wait_closed("Import Chats")
        self.open_titled(COOKBOOK[self.language][0])
        link = self.app.find("[1]", "link")
        self.shot("cited", 1.2)
        self.app.click_at(link)
        self.app.find(re.compile(r"\[1\] cookbook.pdf"), ("frame", "dialog", "window", "filler"))
        self.shot("passage", 1.2)

    def documents(self):
        self.app.wait_alone()
        names = re.compile("^cookbook.pdf · ")
        label = self.app.find(names, "label")
        # GTK 4.8 gives the button no name, and GTK 4.18 tells a wrong place of the label.
        if buttons := self.app.find_all(names, "button"):
            buttons[0].click()
        else:
            self.app.click_at(label)
        window = self.app.find_window(self._("Documents of This Chat"))
        self.shot("documents")
        self.app.click_at(window.find("cookbook.pdf", "label"))
        self.shot("documents-unfolded", 1.2)

    def own_tools(self):
        folder = self.home / "data" / APP_ID / "tools"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "word_count.json").write_text(json.dumps(OWN_TOOL))
        (folder / "broken.json").write_text('{"name": "broken"}')
        self.app.key("ctrl+comma")
        window = self.app.find_window(self._("Preferences"))
        window.find(self._("Tools"), ("page tab", "radio button", "toggle button")).click()
        time.sleep(0.6)
        again = window.find(self._("Read Again"), "button")
        again.click()
        for _ in range(40):
            if again.has("focused"):
                break
            self.app.key("Tab")
        self.app.key("Tab", "Tab")      # to the rows below
        self.shot("own-tools", 1.2)
        window.find_button(self._("Add…")).click()
        new = self.app.find_window(self._("New Tool Server"))
        new.find(self._("Name"), "text").type("Files")
        new.find(self._("Command"), "text").type("npx -y server-filesystem '/home/me/My Files'")
        self.shot("new-tool-server", 1.2)
        self.app.key("Escape")
        self.app.wait_closed("New Tool Server")

    def backups(self):
        self.menu("Bac_kups")
        self.shot("backups", 1.2)

    def models_window(self):
        self.stop()
        (self.home / "wrong.gguf").write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 64)
        (self.home / "cut.gguf").write_bytes(STARTER.read_bytes()[:200000])
        shutil.copy(STARTER, self.home / "good.gguf")
        self.start(*(self.home / name for name in ("good.gguf", "wrong.gguf", "cut.gguf")))
        wait(lambda: self.app.find_all(str(self.home / "good.gguf")), "the row of the model")
        self.shot("models", 2.5)
        for button in self.app.find_all(self._("Details"), "button"):
            button.click()
        self.shot("models-details")

    def open_models(self):
        """By its action: the sidebar may have no room, and in Chinese its button has the name of the menu of models."""
        self.find("Send", "button")
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        bus.call_sync(APP_ID, "/" + APP_ID.replace(".", "/"), "org.gtk.Actions", "Activate",
                      GLib.Variant("(sava{sv})", ("models", [], {})), None, Gio.DBusCallFlags.NONE, -1, None)
        self.find("Add a Server…", "button", shown=False)

    def offers(self):
        """What can be had, with a part of a download."""
        self.stop()
        part = self.home / "data" / APP_ID / "models" / "glm-4-9b-0414"
        part.mkdir(parents=True)
        (part / "GLM-4-9B-0414-Q4_K_M.gguf.0123456789ab.part").write_bytes(b"GGUF")
        self.start()
        self.open_models()
        self.find("Recommended", shown=False)
        self.app.find("GLM-4-9B-0414", shown=False)
        for n in range(3):
            self.shot(f"offers-{n + 1}", 1)
            self.wheel(self.app.find_window(self._("Models")), 8)
        info = self.home / "flatpak-info"
        info.write_text("[Application]\nname=x\n[Context]\nshared=ipc;\n")
        self.stop()
        self.start(env={"MYNA_SANDBOX_INFO": str(info)})
        self.open_models()
        self.app.find("GLM-4-9B-0414", shown=False)
        self.wheel(self.app.find_window(self._("Models")), 4)
        self.shot("offers-flatpak", 1)
        self.find("Add a Server…", "button").click()
        self.find("Address", "text")
        self.shot("server-flatpak", 1)

    def server(self):
        """A server is added, and what it says when it will not be."""
        self.stop()
        self.liar = Liar()
        self.start()
        self.open_models()
        self.find("Add a Server…", "button").click()
        field = self.find("Address", "text")
        for name in "401", "404", "portal", "no-list":
            field.replace(f"127.0.0.1:{self.liar.port}/{name}/v1")
            self.find("Connect", "button").click()
            self.shot(f"server-{name}", 2)
        field.replace("127.0.0.1:1")
        self.find("Connect", "button").click()
        self.shot("server-unreachable", 2)
        field.replace(f"127.0.0.1:{self.liar.port}")
        self.find("Connect", "button").click()
        self.app.find("good")
        self.shot("server-models", 1)
        self.find("Add", "button").click()
        self.app.find(re.compile("127.0.0.1:.* · "))
        self.shot("servers", 1)

    def model_button(self):
        """Above the chat: in Chinese that of the sidebar has the same name.  With GTK 4.18 what can be pressed is in it."""
        button = min(wait(lambda: self.app.find_all(self._("Model"), ("button", "toggle button")), "the menu of models"),
                     key=lambda node: Atspi.Component.get_extents(node.accessible.get_component_iface(), Atspi.CoordType.WINDOW).y)
        return next(iter(button.find_all(role="toggle button")), button)

    def remote_chats(self):
        self.close_windows()
        for name in Liar.models:
            self.app.key("ctrl+n")
            self.find("Send", "button")
            self.app.click_at(self.model_button())
            self.app.choose(name)
            self.app.find(re.compile(f"{name} · 127.0.0.1"), shown=False)
            self.app.composer.type("Hi")
            self.find("Send", "button").click()
            self.shot(f"remote-{name}", 2)

    def preferences(self):
        self.app.key("ctrl+comma")
        self.app.find_window(self._("Preferences"))
        for n in range(5):
            self.shot(f"preferences-{n + 1}", 1)
            tabs = [tab for tab in self.app.find_all(role=("page tab", "radio button", "toggle button"))
                    if tab.window.name == self._("Preferences")]
            if n + 1 >= len(tabs):
                break
            tabs[n + 1].click()

    def chat_settings(self):
        self.chat_menu("Chat _Settings")
        self.shot("chat-settings", 1.2)

    def tools(self):
        button = self.app.find_all(re.compile(re.escape(self._("Tools"))), ("toggle button", "button"))[-1]
        button.click()
        self.shot("tools-popover")

    def popovers(self):
        """What opens on a new chat."""
        self.app.key("ctrl+n")
        self.find("Persona", ("toggle button", "button"))
        self.app.find_all(self._("Persona"), ("toggle button", "button"))[-1].click()
        self.shot("popover-persona")
        self.app.key("Escape")
        self.app.click_at(self.model_button())
        self.shot("popover-model")
        self.app.key("Escape")
        self.find("Attach", "button").click()
        self.shot("attach", 1.2)
        self.app.key("Escape")

    def call(self, *args):
        """The program once more, as a key of the desktop would start it."""
        subprocess.run([PROGRAM, *args], env=app_environment(self.home) | self.environment(), check=True, timeout=60)

    def quick(self):
        """The small window for quick questions."""
        title = self._("Quick Question")
        self.call("--ask")
        window = self.app.find_window(title)
        window.find(self._("Message")).type(WRITING[self.language].splitlines()[0])
        self.shot("quick", 1.2)
        self.app.key("ctrl+a", "Delete")
        self.call("--ask", STORY[self.language])
        wait(lambda: window.find_all(self._("Stop")), "the reply to begin")
        self.shot("quick-writing", 0.5)
        wait(lambda: not window.find_all(self._("Stop")) and window.find_all(self._("Send")), "the reply to end")
        self.shot("quick-written", 1.2)
        self.app.key("Escape")
        self.app.wait_closed("Quick Question")

    def palette(self):
        self.app.key("ctrl+k")
        window = self.app.find_window(self._("Find Anything"))
        wait(lambda: any(entry.has("focused") for entry in window.find_all()), "the entry to have the keyboard")
        self.shot("palette")
        self.app.write("qs" if self.language == "en" else "a")
        self.app.key("Down")
        self.shot("palette-found")
        self.app.key("ctrl+a", "Delete")
        self.app.write("zzzz")
        self.shot("palette-nothing")
        self.app.key("Escape")

    def prompts(self):
        """One's own prompts and personas."""
        name, text = PROMPT[self.language]
        self.app.key("ctrl+comma")
        window = self.app.find_window(self._("Preferences"))
        window.find(self._("Personas"), ("page tab", "radio button", "toggle button")).click()
        window.find(self._("New Prompt"), "button").click()
        editor = self.app.find_window(self._("Prompt"))
        self.shot("prompt-new", 1.2)
        editor.find(self._("Name"), "text").type(name)
        editor.find(self._("Text"), "text").type(text)
        self.shot("prompt-written")
        editor.find(self._("Save"), "button").click()
        self.app.wait_closed("Prompt")
        self.shot("prompts")
        window.find(self._("New Persona"), "button").click()
        self.shot("persona-new", 1.2)

    def read_aloud(self):
        daemon = Daemon(self.home / "speechd.sock")
        for nobody in False, True:
            self.stop()
            self.start(env={"SPEECHD_ADDRESS": f"unix_socket:{self.home}/{'nobody' if nobody else 'speechd'}.sock"})
            self.open_titled(TITLES[self.language][0])
            self.app.key("ctrl+l", "shift+Tab", "Menu")
            self.app.choose("Read Al_oud")
            if nobody:
                self.find("The Reply Could Not Be Read Aloud", "label")
                self.shot("read-aloud-nobody")
                self.app.key("Escape")
                break
            wait(lambda: daemon.said, "it to be read")
            self.shot("read-aloud")
            self.app.key("ctrl+l", "shift+Tab", "Menu")
            self.shot("read-aloud-menu")
            self.app.key("Escape")
        daemon.shutdown()
        daemon.server_close()

    def wheel(self, window, n):
        """Turns it down over the middle of a window."""
        self.app.point_at(window.find(role=("scroll pane", "list")), "click", "--repeat", str(n), "5")

    def tool_servers(self):
        """A list of another program is taken over: one server runs, one crashes, one is not there."""
        file = self.home / "claude_desktop_config.json"
        talking = self.home / "servers" / "files.py"
        talking.parent.mkdir(exist_ok=True)
        talking.write_text(f"import os, sys\nfor line in {LOG!r}:\n    print(line, file=sys.stderr)\nsys.stderr.flush()\n"
                           "os.execv(sys.executable, [sys.executable, sys.argv[1]])\n")
        file.write_text(json.dumps(SERVERS).replace("files.py", str(talking)))
        self.app.key("ctrl+comma")
        window = self.app.find_window(self._("Preferences"))
        window.find(self._("Tools"), ("page tab", "radio button", "toggle button")).click()
        window.find_button(self._("Import…")).click()
        self.app.choose_file(self._("Import Tool Servers"), file)
        self.app.find("crashing", shown=False)
        self.shot("servers-imported", 1.5)
        for server in "files", "crashing", "missing":
            window.find(self._("Start: %s").replace("%s", server), "button", shown=False).click()
        self.wheel(window, 5)
        self.shot("servers-started", 3)
        self.app.click_at(window.find("files", "label"))
        time.sleep(0.8)
        self.wheel(window, 3)
        self.shot("server-unfolded", 1)
        # Of the server that is unfolded: GTK 4.8 has the rows of the others in its tree, too.
        wait(lambda: [button for button in window.find_all(role="button") if button.name == self._("Show…")
                      or button.find_all(self._("Show…"), "label")], "the button of the log")[0].click()
        self.app.find_window(self._("Log of “%s”").replace("%s", "files"))
        self.shot("server-log", 1.2)

    def temporary(self):
        if self.width < 600:
            self.app.key("F9")
            time.sleep(0.8)
        self.app.click_at(self.find("Temporary Chat", "button"))
        self.find("Temporary chat – nothing is saved", "label")
        self.shot("temporary", 1.2)

    def shortcuts(self):
        self.app.key("ctrl+question")
        self.shot("shortcuts", 1.5)
        self.app.key("Escape")

    def help(self):
        self.app.key("F1")
        self.shot("help", 2)
        self.app.key("ctrl+w")

    def about(self):
        self.menu("_About Myna")
        self.shot("about", 1.5)
        self.app.key("Escape")      # a part of the window with newer libadwaita

    def missing_model(self):
        self.stop()
        (self.home / "good.gguf").unlink(missing_ok=True)
        self.start(env={"MYNA_DATA_DIR": str(self.home / "nothing-here")})
        self.app.key("ctrl+n")      # the chat of a server says nothing of it
        self.find("No Model Available", "alert")
        self.shot("no-model", 1.5)
        self.stop()

    def broken_model(self):
        data = self.home / "share" / "models"
        data.mkdir(parents=True)
        (data / STARTER.name).write_bytes(STARTER.read_bytes()[:2000000])
        self.stop()
        self.start(env={"MYNA_DATA_DIR": str(data.parent)})
        self.app.key("ctrl+n")
        wait(lambda: self.app.find_all(re.compile(".*" + re.escape(self._("“%s” could not be loaded").split("%s")[1]))), "the banner")
        self.shot("broken-model", 1.5)
        self.stop()

    def full_disk(self):
        self.stop()
        self.start(wrapper=["bwrap", "--dev-bind", "/", "/", "--size", str(256 * 1024), "--tmpfs", self.home / "data"])
        self.app.composer.type("你好 " * 20000)
        self.find("Send").click()
        self.shot("full-disk", 3)
        self.stop()

    def newer_history(self):
        import sqlite3
        self.stop()
        with sqlite3.connect(self.home / "data" / APP_ID / "chats.db") as database:
            database.execute("PRAGMA user_version = 9999")
        self.start()
        self.find("Send", shown=False)
        self.shot("newer-history", 2)
        self.stop()

    def run(self):
        steps = [self.welcome, self.empty_page, self.typing, self.commands, self.novel, self.writing, self.import_preview,
                 self.import_again, self.import_wrong, self.open_rich, self.rich_parts, self.message_menu, self.edit,
                 self.find_bar, self.sidebar, self.main_menu, self.select, self.rename, self.export, self.printed,
                 self.print_chat, self.quick, self.palette, self.backups, self.chat_settings, self.preferences, self.prompts,
                 self.own_tools, self.tool_servers, self.tools, self.popovers, self.shortcuts, self.help, self.about,
                 self.archive, self.trash, self.row_menu, self.cited, self.documents, self.temporary, self.read_aloud,
                 self.print_preview, self.models_window, self.offers, self.server, self.remote_chats, self.missing_model,
                 self.broken_model]
        if sandbox_works():
            steps.append(self.full_disk)
        steps.append(self.newer_history)
        for step in steps:
            if not ONLY or step.__name__ in ONLY:
                self.step(step)
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def write_index(folder, tours):
    with open(folder / "index.html", "w", encoding="utf-8") as file:
        file.write("<!doctype html><meta charset=utf-8><title>Myna</title>\n")
        for tour in tours:
            file.write(f"<h1>{tour.variant}</h1>\n")
            for path, name, problem in tour.pictures:
                if path:
                    file.write(f"<h2>{html.escape(name)}</h2><img src='{path}'>\n")
                else:
                    file.write(f"<p><b>{html.escape(name)}</b>: {html.escape(problem)}</p>\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    tours = []
    with window_manager():
        Atspi.init()
        Atspi.set_timeout(20000, 60000)
        for variant in sys.argv[2:] or VARIANTS:
            tours.append(Tour(folder, variant))
            tours[-1].run()
            write_index(folder, tours)


main()
