"""test-remote: a server is added, its model answers, and the window itself opens no connection.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re
import shutil
import sys
import unittest

from myna_e2e import ROOT, TestCase, main, wait

sys.path.insert(0, str(ROOT / "tests/remote"))
import hostile  # noqa: E402


class Remote(TestCase):
    def setUp(self):
        super().setUp()
        self.server = hostile.Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def fill(self, app, address, key=None):
        app.find(app._("Models"), "button").click()
        app.find(app._("Add a Server…"), "button").click()
        # One can type at once: the keyboard is in the address.
        field = app.find(app._("Address"), "text")
        app.key("x")
        wait(lambda: field.text == "x", "a key in the address")
        app.key("BackSpace")
        wait(lambda: not field.text, "an empty address")
        field.type(address)
        if key:
            app.find(app._("API Key (if it needs one)"), "text").type(key)
        wait(lambda: app.find(app._("Connect"), "button").has("sensitive"), "Connect")
        app.find(app._("Connect"), "button").click()

    def add(self, app, **kwargs):
        self.fill(app, f"127.0.0.1:{self.server.port}", **kwargs)
        app.find("glm-4.5")
        app.find(app._("Add"), "button").click()
        app.wait_closed("Add a Server")
        app.find(re.compile("127.0.0.1:.* · "))
        app.key("Escape")
        app.wait_closed("Models")

    @staticmethod
    def use(app, model):
        app.click_at(app.find(app._("Model"), ("button", "toggle button")))
        app.choose(model)
        app.find(re.compile(f"{model} · 127.0.0.1"))

    def test_chat(self):
        app = self.start()
        self.add(app)
        self.use(app, "glm-4.5")
        self.assertIn("Hello, world", app.ask("Hi"))
        # Of this chat alone, which is marked as what it is.
        app.find(re.compile("Model on “127.0.0.1"), shown=False)
        app.find(re.compile("127.0.0.1:\\d+$"), "label")
        self.assertEqual(len([one for one in self.server.requests if one[2]]), 1)
        self.assertTrue(self.query("SELECT model FROM conversation")[0][0].startswith("remote:"))
        app.key("ctrl+n")
        wait(lambda: not [node for node in app.find_all(re.compile("glm-4.5 · 127.0.0.1"))], "the default model")
        app.quit()

    def test_answer_now(self):
        """No server can be told to."""
        app = self.start()
        self.add(app)
        self.use(app, "thinks-on")
        app.send("Hi")
        self.assertFalse(app.find(app._("Answer Now"), "button").has("sensitive"))
        app.find(app._("Stop"), "button").click()
        app.wait_idle()
        app.quit()

    def test_key(self):
        self.server.key = "sk-1"
        app = self.start()
        self.fill(app, f"127.0.0.1:{self.server.port}")
        app.find(re.compile(".*does not accept the API key"))
        app.find(app._("API Key (if it needs one)"), "text").type("sk-1")
        app.find(app._("Connect"), "button").click()
        app.find("glm-4.5")
        app.find(app._("Add"), "button").click()
        app.wait_closed("Add a Server")
        app.find(re.compile("127.0.0.1:.* · "))
        app.key("Escape")
        app.wait_closed("Models")
        self.use(app, "glm-4.5")
        self.assertIn("Hello, world", app.ask("Hi"))
        # Neither in what is said nor in the settings.
        app.quit()
        for path in self.home.rglob("*"):
            if path.is_file() and b"sk-1" in path.read_bytes():
                self.assertEqual((path.parent.name, path.stat().st_mode & 0o777), ("keys", 0o600))

    def test_temporary(self):
        app = self.start()
        self.add(app)
        app.find("Temporary Chat").click()
        app.find(re.compile("Temporary chat – nothing"))
        self.use(app, "glm-4.5")
        app.send("Hi")
        app.find(re.compile("Send to “127.0.0.1"))
        self.assertFalse([one for one in self.server.requests if one[2]])
        # The composer has a button of that name, too.
        question = wait(lambda: [node for node in app.find_all(re.compile("Send to “127.0.0.1"))
                                 if node.role in ("dialog", "alert", "frame", "window")], "the question")[-1]
        question.find_button("_Send").click()
        app.wait_alone()
        wait(lambda: [node for node in app.find_all(re.compile("Hello, world"))], "the reply")
        app.quit()

    @unittest.skipUnless(shutil.which("strace"), "strace is not here")
    def test_no_socket_of_the_window(self):
        trace = self.home / "trace"
        app = self.start(wrapper=("strace", "-ff", "-e", "trace=socket", "-o", str(trace)))
        self.add(app)
        self.use(app, "glm-4.5")
        self.assertIn("Hello, world", app.ask("Hi"))
        app.quit()
        opened = {path: path.read_text() for path in self.home.glob("trace.*")}
        inet = {path for path, text in opened.items() if "AF_INET" in text}
        self.assertTrue(inet)       # of myna-remote
        window = min(opened, key=lambda path: int(path.suffix[1:]))
        self.assertNotIn(window, inet)
        # Those of threads of the window follow it; myna-remote is a process: it executes another program.
        self.assertTrue(all("AF_INET" not in text for path, text in opened.items() if "AF_UNIX" in text and path == window))


if __name__ == "__main__":
    main()
