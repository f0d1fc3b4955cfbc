"""test-downloads: from the first start on an empty home to the first answer of a model that was downloaded.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest

from myna_e2e import APP_ID, ROOT, STARTER, TestCase, locale_for, main, wait

sys.path.insert(0, str(ROOT / "tests/remote"))
import hostile  # noqa: E402

NAME = "tiny.gguf"


class Site(hostile.Server):
    """Hugging Face with one model.  gate: what follows the first half waits for it."""

    def __init__(self):
        self.data = STARTER.read_bytes()
        self.sha256 = hashlib.sha256(self.data).hexdigest()
        self.gate = threading.Event()
        self.gate.set()
        super().__init__()

    def answer(self, client):
        if not client.read():
            return
        self.requests.append((client.path, client.headers, None))
        if client.path.startswith("/api/"):
            client.send(hostile.response("200 OK", [{"type": "file", "path": NAME, "size": len(self.data),
                                                     "lfs": {"oid": self.sha256, "size": len(self.data)}}]))
            return
        match = re.fullmatch(r"bytes=(\d+)-", client.headers.get("range", ""))
        first = int(match.group(1)) if match else 0
        head = ["HTTP/1.1 206 Partial Content", f"Content-Range: bytes {first}-{len(self.data) - 1}/{len(self.data)}"] if first \
            else ["HTTP/1.1 200 OK"]
        head += [f"Content-Length: {len(self.data) - first}", "Content-Type: application/octet-stream", "Connection: close", "", ""]
        client.send("\r\n".join(head).encode())
        half = len(self.data) // 2
        client.send(self.data[first:half])
        while not self.gate.wait(0.1):
            client.send(b"")
        client.send(self.data[max(first, half):])

    def catalogue(self):
        catalogue = json.loads((ROOT / "data/models/catalogue.json").read_text(encoding="utf-8"))
        base = f"http://127.0.0.1:{self.port}"
        model = dict(catalogue["models"][0], id="tiny", name="Tiny GLM", rank=1000, bytes=len(self.data), files=[NAME],
                     places={"here": "zai-org/tiny"})
        return json.dumps({"format": "myna-catalogue", "version": 1, "date": "2099-01-01", "models": [model], "sites": [
            {"id": "here", "name": "Here", "form": "huggingface", "hosts": [], "page": base + "/{repository}",
             "list": base + "/api/models/{repository}/tree/main", "file": base + "/{repository}/resolve/main/{path}"}]})


class Downloads(TestCase):
    def setUp(self):
        super().setUp()
        self.site = Site()
        self.addCleanup(self.site.server_close)
        self.addCleanup(self.site.shutdown)
        self.addCleanup(self.site.gate.set)
        self.folder = self.data / APP_ID
        self.folder.mkdir(parents=True)
        (self.folder / "catalogue.json").write_text(self.site.catalogue(), encoding="utf-8")
        self.model = self.folder / "models/tiny" / NAME

    def parts(self):
        return [path for path in self.model.parent.glob("*.part") if path.stat().st_size]

    def open_models(self):
        app = self.start()
        app.find(app._("Models"), "button").click()
        app.find("Tiny GLM")
        return app

    def test_from_models(self):
        app = self.open_models()
        app.find("Download", "button").click()
        wait(self.model.exists, "the model")
        self.assertEqual(self.model.read_bytes(), self.site.data)
        # The person has only the starter model, and waits for this one.
        app.find("Default, in use")
        app.key("Escape")
        app.wait_closed("Models")
        self.assertTrue(app.ask("Hello"))
        self.assertIn("tiny", self.query("SELECT model FROM conversation")[0][0] or str(self.model))
        app.quit()
        self.assertTrue(all("authorization" not in headers for _, headers, _ in self.site.requests))

    def test_goes_on_after_a_kill(self):
        self.site.gate.clear()
        app = self.open_models()
        app.find("Download", "button").click()
        wait(self.parts, "a part")
        app.kill()
        self.site.gate.set()
        self.site.requests.clear()
        app = self.open_models()
        app.find(re.compile("A part of it is here already"))
        app.find("Resume Download", "button").click()
        wait(self.model.exists, "the model")
        self.assertEqual(self.model.read_bytes(), self.site.data)
        self.assertIn("range", self.site.requests[-1][1])
        app.quit()

    def test_delete(self):
        self.site.gate.clear()
        app = self.open_models()
        app.find("Download", "button").click()
        wait(self.parts, "a part")
        app.find("Pause Download", "button").click()
        app.find("Resume Download", "button")
        app.click_at(app.find("More", ("button", "toggle button")))
        app.choose("Cancel and Delete Download")
        wait(lambda: not self.model.parent.exists(), "nothing of it")
        app.find("Download", "button")
        app.quit()

    def test_wrong_file(self):
        self.site.data = bytes(len(self.site.data))
        app = self.open_models()
        app.find("Download", "button").click()
        app.find(re.compile("The downloaded file is not the one that “Here” describes"))
        self.assertFalse(self.parts() or self.model.exists())
        app.quit()

    def test_other_programs(self):
        """What LM Studio has is added where it is."""
        other = self.home / ".lmstudio/models/x/y/model.gguf"
        other.parent.mkdir(parents=True)
        shutil.copy(STARTER, other)
        app = self.open_models()
        app.find("Find Models of Other Programs", "button").click()
        app.find(re.compile("LM Studio · .*", re.S))
        app.find("Add", "button").click()
        app.wait_closed("Models of Other Programs")
        app.find(str(other))
        app.quit()
        self.assertTrue(other.exists())

    def test_without_network(self):
        """In the sandbox, and where it was not built."""
        info = self.home / "flatpak-info"
        info.write_text("[Application]\nname=x\n[Context]\nshared=ipc;\n")
        for env, words in (({"MYNA_LIBEXEC_DIR": "/nonexistent"}, "drop the file here or choose it"),
                           ({"MYNA_SANDBOX_INFO": str(info)}, "flatpak override --user --share=network")):
            app = self.start(env=env)
            app.find(app._("Models"), "button").click()
            app.find("Tiny GLM")
            app.find(re.compile(".*" + words, re.S))
            self.assertFalse(app.find_all("Download", "button"))
            app.quit()
        self.assertEqual(self.site.requests, [])

    @unittest.skipUnless(shutil.which("strace"), "strace is not here")
    def test_no_socket_of_the_window(self):
        trace = self.home / "trace"
        app = self.start(wrapper=("strace", "-ff", "-e", "trace=socket", "-o", str(trace)))
        app.find(app._("Models"), "button").click()
        app.find("Download", "button").click()
        wait(self.model.exists, "the model")
        app.quit()
        opened = {path: path.read_text() for path in self.home.glob("trace.*")}
        self.assertTrue([path for path, text in opened.items() if "AF_INET" in text])       # of myna-remote
        self.assertNotIn("AF_INET", opened[min(opened, key=lambda path: int(path.suffix[1:]))])


class FirstStart(Downloads):
    first_start = True

    def picture(self, name):
        """Of the screen, where somebody wants to see it: MYNA_PICTURES names a folder."""
        if folder := os.environ.get("MYNA_PICTURES"):
            time.sleep(1)       # the last animations
            subprocess.run(["import", "-window", "root", f"{folder}/first-day-{name}.png"], check=True)

    def first_day(self, language, question):
        """Welcome, three clicks, the first answer."""
        self.site.gate.clear()
        app = self.start(env=locale_for(language, self.home))
        say = app._
        app.find(say("Welcome to Myna"))
        app.find(say("Recommended"))
        self.picture(f"{language}-1-welcome")
        app.find(say("Download"), "button").click()
        wait(self.parts, "a part")
        app.find(say("Pause Download"), "button").click()
        app.find(say("Resume Download"), "button")
        self.assertTrue(self.parts())
        self.picture(f"{language}-2-download")
        self.site.gate.set()
        app.find(say("Resume Download"), "button").click()
        app.find(say("On This Computer"), "label")
        self.picture(f"{language}-3-there")
        app.find(say("Start Chatting"), "button").click()
        app.wait_closed("Welcome")
        app.find(re.compile("myna-fledgling · Q8_0"))      # as the file calls itself
        self.assertTrue(app.ask(question))
        self.picture(f"{language}-4-answer")
        app.quit()

    def test_english(self):
        self.first_day("en", "Hello")

    def test_chinese(self):
        self.first_day("zh_CN", "你好")

    def test_traditional_chinese(self):
        self.first_day("zh_TW", "你好")


for name in dir(Downloads):
    if name.startswith("test_"):
        setattr(FirstStart, name, None)     # once is enough


if __name__ == "__main__":
    main()
