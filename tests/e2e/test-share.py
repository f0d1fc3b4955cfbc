"""test-share: other programs use the model that the window holds, by a UNIX socket and no other.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import unittest

from myna_e2e import APP_ID, TestCase, main, wait

SOCKET = os.path.join(os.environ["XDG_RUNTIME_DIR"], "app", APP_ID, "api.sock")
KEYFILE = "config/glib-2.0/settings/keyfile"
HI = [{"role": "user", "content": "Hello, who are you?"}]


class Client(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("localhost")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(300)
        self.sock.connect(SOCKET)

    def ask(self, path, body=None):
        self.request("POST" if body else "GET", path, json.dumps(body) if body else None)
        return self.getresponse()


def has_model():
    try:
        client = Client()
        found = client.ask("/health").status == 200
        client.close()
    except OSError:
        return False
    return found


class Share(TestCase):
    def setUp(self):
        super().setUp()
        # A program that was killed leaves its socket behind.
        pathlib.Path(SOCKET).unlink(missing_ok=True)

    def set_share(self, value):
        (self.home / KEYFILE).write_text(f"[io/github/myna_chat/Myna]\nfirst-start-done=true\nshare-model={value}\n", encoding="utf-8")

    def test_switch(self):
        """Off at first; on it opens the socket at once, off it closes it; and it ends with the window."""
        app = self.start()
        app.composer
        self.assertFalse(os.path.exists(SOCKET))
        app.key("ctrl+comma")
        app.find("System", "page tab").click()
        switch = app.find("Let Other Programs on This Computer Use the Model", "check box")
        app.click_at(switch)
        wait(lambda: os.path.exists(SOCKET), "the socket")
        self.assertEqual(stat.S_IMODE(os.stat(SOCKET).st_mode), 0o600)
        wait(has_model, "the model")
        app.click_at(switch)
        wait(lambda: not os.path.exists(SOCKET), "the socket to go")
        app.click_at(switch)
        wait(lambda: os.path.exists(SOCKET), "the socket")
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()
        self.assertFalse(os.path.exists(SOCKET))

    def test_taken(self):
        """Where another program has the socket, the switch says so, until it is tried again and can be had."""
        os.makedirs(os.path.dirname(SOCKET), mode=0o700, exist_ok=True)
        other = socket.socket(socket.AF_UNIX)
        other.bind(SOCKET)
        other.listen()
        app = self.start()
        app.composer
        app.key("ctrl+comma")
        app.find("System", "page tab").click()
        switch = app.find("Let Other Programs on This Computer Use the Model", "check box")
        app.click_at(switch)
        app.find("Other programs cannot use the model. Another program is using this address.", "label")
        other.close()
        app.click_at(switch)
        app.find("Through a socket that only you can open, while Myna is open", "label")
        app.click_at(switch)
        wait(has_model, "the model")
        app.find("Through a socket that only you can open, while Myna is open", "label")
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()

    def test_use_and_stop(self):
        """A client's reply is no chat; the person sees that it runs, asks beside it, and stops it."""
        self.set_share("true")
        app = self.start()
        app.composer
        wait(lambda: os.path.exists(SOCKET), "the socket")
        wait(has_model, "the model")
        client = Client()
        body = json.loads(client.ask("/v1/chat/completions", {"messages": HI, "max_tokens": 8}).read())
        self.assertTrue(body["choices"][0]["message"]["content"])
        client.close()

        client = Client()
        answer = client.ask("/v1/chat/completions", {"messages": HI, "max_tokens": 1900, "stream": True, "temperature": 1.5,
                                                      "tools": [{"type": "function", "function": {"name": "note", "parameters": {
                                                          "type": "object", "properties": {"x": {"type": "array", "items": {
                                                              "type": "integer", "minimum": 0, "maximum": 9}, "minItems": 900}},
                                                          "required": ["x"], "additionalProperties": False}}}],
                                                      "tool_choice": "required"})
        self.assertEqual(answer.status, 200)
        app.find("In Use by Another Program")
        app.send("Hello")   # both replies have a button to stop them
        wait(lambda: "".join(app.rows("Myna")).strip(), "a reply beside it")
        self.assertTrue(app.find_all("In Use by Another Program"))
        wait(lambda: len(app.find_all("Stop", "button")) == 1, "the person's own reply to end")
        app.find_button("Stop").click()
        self.assertIn(b'"stopped"', answer.read())
        client.close()
        wait(lambda: not any(button.has("sensitive") for button in app.find_all("Stop", "button")), "the banner to go")
        self.assertEqual(self.query("SELECT count(*) FROM conversation")[0][0], 1)
        app.quit()

    @unittest.skipUnless(shutil.which("strace"), "strace is not there: whether the window opens a network socket is not seen")
    def test_no_network(self):
        """Neither with the switch nor without it does any of the program's threads make a socket but AF_UNIX and AF_NETLINK."""
        for value in "false", "true":
            self.set_share(value)
            log = self.home / f"strace-{value}.txt"
            # Questions by the command line: finding widgets takes a minute each while system calls are watched.
            app = self.start("Hello", wrapper=("strace", "-f", "--seccomp-bpf", "-qq", "-e",
                                               "trace=socket,socketpair,bind,connect", "-o", log))
            wait(lambda: [row for row in self.query("SELECT text FROM message") if row[0]][1:], "a reply")
            if value == "true":
                wait(has_model, "the model")
                client = Client()
                self.assertEqual(client.ask("/v1/chat/completions", {"messages": HI, "max_tokens": 4}).status, 200)
                client.close()
            # Without strace the program would live on, and the next one would only talk to it.
            for pid in pathlib.Path(f"/proc/{app.process.pid}/task/{app.process.pid}/children").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
            wait(lambda: app.process.poll() is not None, "strace to end")
            app.kill()
            text = log.read_text(errors="replace")
            shutil.rmtree(self.home / "data")
            families = set(re.findall(r"socket\((AF_\w+|PF_\w+)", text))
            self.assertIn("AF_UNIX", families)
            self.assertLessEqual(families, {"AF_UNIX", "AF_NETLINK"}, value)
            self.assertNotIn("AF_INET", text)


if __name__ == "__main__":
    main()
