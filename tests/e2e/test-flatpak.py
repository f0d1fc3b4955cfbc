"""test-flatpak: the installed Flatpak in its sandbox.  `./dev flatpak --test` builds and installs it, and runs this.

Files come and go through the portal, whose dialogs are another program's: they are driven with keys.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

from myna_e2e import APP_ID, ROOT, TestCase, main, wait

sys.path[:0] = [str(ROOT / "tests/remote"), str(ROOT / "tests/documents")]
import hostile  # noqa: E402
import make_documents  # noqa: E402

SERVE = """
myna-server --port 8642 >&2 & trap 'kill $!' EXIT
for i in $(seq 600); do curl -s http://127.0.0.1:8642/health | grep -q ok && break; sleep 0.1; done
curl -s http://127.0.0.1:8642/v1/chat/completions -H "Authorization: Bearer $(cat $XDG_CONFIG_HOME/myna/server-token)" \
  -d '{"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 8}'
"""
ASK_SOCKET = """curl -s --unix-socket $XDG_RUNTIME_DIR/app/%s/api.sock http://localhost/v1/chat/completions \
  -d '{"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 8}'""" % APP_ID


TABLE = '<row><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
# The portal says where a file is with the usual runtime folder in its path, whatever this session's is.
needs_portal = unittest.skipUnless(os.environ["XDG_RUNTIME_DIR"] == f"/run/user/{os.getuid()}", "not in the usual runtime folder")


def in_sandbox(*command, options=()):
    return subprocess.run(["flatpak", "run", "--user", *options, f"--command={command[0]}", APP_ID, *command[1:]],
                          capture_output=True, text=True, check=False)


def a_chat(call, **settings):
    """One whose model has called a tool."""
    def message(number, role, text, **more):
        return {"id": number, "parent_id": number - 1, "role": role, "state": "complete", "text": text,
                "created_at": 1790000000000 + number, **more}
    call = {"state": "done", "allowed_by": "person", "edited": False, "started_at": 1790000000000, "finished_at": 1790000000001,
            "metadata": call["tool"], "result": "nothing", **call}
    return {"origin": call["tool"], "title": "Soup", "created_at": 1790000000000, "updated_at": 1790000000000, "head_id": 4,
            "settings": json.dumps(settings), "messages": [
        message(1, "user", "How much?"), message(2, "assistant", "", call=call), message(3, "observation", "nothing"),
        message(4, "assistant", "So much.")]}


class Sandbox(TestCase):
    @property
    def data(self):
        return self.home / ".var" / "app" / APP_ID / "data"

    def setUp(self):
        super().setUp()
        subprocess.run(["dbus-update-activation-environment", "XDG_CURRENT_DESKTOP=GNOME"], check=True, capture_output=True)

    def start(self, *args, options=(), **kwargs):
        return super().start("run", "--user", *options, APP_ID, *args, program="flatpak", **kwargs)

    first_start = True      # its settings are in the sandbox too: it has never run

    def start_chatting(self, **kwargs):
        app = self.start(**kwargs)
        app.find("Start Chatting", "button").click()
        app.wait_closed("Welcome")
        return app

    @staticmethod
    def choose(app, title, path):
        """In the portal's dialog, whose location takes a whole path."""
        search = ["xdotool", "search", "--onlyvisible", "--name", f"^{re.escape(title)}$"]
        window = wait(lambda: subprocess.run(search, capture_output=True, text=True, check=False).stdout.split(), title)[0]
        subprocess.run(["xdotool", "windowfocus", "--sync", window], check=True)
        # In a list of files "/" begins a path; where a name can be typed, it is selected.
        app.key("slash")
        time.sleep(1)
        if subprocess.run(search, capture_output=True, check=False).returncode:
            raise unittest.SkipTest("the portal's dialog crashed")      # 1.14 of xdg-desktop-portal-gtk does, over a filter
        app.write(str(path)[1:])
        app.key("shift+End", "Delete", "Return")
        app.wait_closed(title)

    def attach(self, app, name, data):
        path = self.home / "papers" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        app.find("Attach", "button").click()
        self.choose(app, "Attach Files", path)

    def start_with_chat(self, chat):
        app = self.start_chatting()
        path = self.home / "chats.json"
        path.write_text(json.dumps({"format": "myna-conversations", "version": 1, "folders": [], "conversations": [chat]}))
        app.choose_in_main_menu("_Import Chats…")
        self.choose(app, "Choose a File to Import", path)
        app.find(re.compile("Import [0-9]+"), "button").click()
        app.wait_closed("Import Chats")
        app.click_at(app.find(chat["title"]))
        return app

    def test_chat_and_return(self):
        app = self.start_chatting()
        reply = app.ask("你好")
        self.assertEqual(app.rows("You"), ["你好"])
        wait(lambda: len(self.query("SELECT id FROM message WHERE state = 0")) == 2, "both messages to be saved")
        app.quit()
        app = self.start()
        wait(lambda: app.conversations() == ["你好"], "the conversation in the history")
        wait(lambda: app.rows("Myna") == [reply], "the reply to be shown again")
        # A process that is killed loses nothing either.
        app.ask("Who are you?")
        app.kill()
        subprocess.run(["flatpak", "kill", APP_ID], check=False, capture_output=True)
        app = self.start()
        wait(lambda: app.rows("You") == ["你好", "Who are you?"], "the conversation as it was")
        app.quit()

    @needs_portal
    def test_documents(self):
        """They come by the portal, and are read by the locked process with the Flatpak's own libraries."""
        app = self.start_chatting()
        lines = make_documents.lines_at
        self.attach(app, "report.pdf", make_documents.pdf([lines(72, 720, ["Soup needs salt."]), lines(72, 700, ["Bread needs time."])]))
        app.find(re.compile("^2 pages · "), "label")
        self.attach(app, "letter.docx", make_documents.whole_docx())
        app.find("letter.docx", "label")
        self.attach(app, "table.xlsx", make_documents.xlsx(TABLE, ["Soup", "Salt"]))
        app.find("table.xlsx", "label")
        app.ask("What does soup need?")
        self.assertEqual([name for name, in self.query("SELECT name FROM attachment ORDER BY ordinal")],
                         ["report.pdf", "letter.docx", "table.xlsx"])
        for words in "Bread needs time.", "Überschrift", "Salt":
            self.assertTrue(self.query("SELECT 1 FROM passage WHERE text LIKE ?", f"%{words}%"), words)
        app.quit()

    @needs_portal
    def test_export(self):
        """To where the person says, outside of the sandbox."""
        app = self.start_chatting()
        app.ask("你好")
        app.choose_in_main_menu("_Export All Chats…")
        app.click_at(app.find("JSON", ("check box", "radio button")))
        app.find_button("Save…").click()
        path = self.home / "all.json"
        self.choose(app, "Export Chats", path)
        self.assertEqual(wait(lambda: path.exists() and json.loads(path.read_text()), "the file")["conversations"][0]["title"], "你好")
        app.key("Escape")
        app.quit()

    @needs_portal
    def test_calculate(self):
        app = self.start_with_chat(a_chat({"tool": "calculate", "arguments": json.dumps({"expression": "6*7"})},
                                          tools=["calculate"], mode="tools"))
        app.find(re.compile("Tool call: .*6\\*7"), ("button", "toggle button")).click()
        app.find("Run Again…").click()
        app.find_button("Run Again").click()
        wait(lambda: self.query("SELECT 1 FROM call WHERE result = '42'"), "the result")
        app.wait_idle()
        app.quit()

    def test_share(self):
        """Through the socket that another sandbox of the same program sees, too; and the window needs no network for it."""
        app = self.start_chatting()
        app.key("ctrl+comma")
        app.find("System", "page tab").click()
        app.click_at(app.find("Let Other Programs on This Computer Use the Model", "check box"))
        answer = wait(lambda: in_sandbox("sh", "-c", ASK_SOCKET).stdout, "an answer")
        self.assertTrue(json.loads(answer)["choices"][0]["message"]["content"])
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()

    def test_server(self):
        """On the sandbox's own loopback: that another program can reach it takes the person's --share=network."""
        run = in_sandbox("sh", "-c", SERVE)
        self.assertTrue(json.loads(run.stdout)["choices"][0]["message"]["content"], run.stderr)

    def test_python(self):
        """What the interpreter needs: Python in a sandbox of its own, that Flatpak's portal makes.  (The attacks on it are
        `./dev bench sandbox-portal`.)"""
        (self.data / "secret").parent.mkdir(parents=True, exist_ok=True)
        (self.data / "secret").write_text("secret")
        run = in_sandbox("flatpak-spawn", "--sandbox", "--no-network", "--watch-bus", "--directory=/", "/usr/bin/python3", "-c",
                         f"import os; print(6 * 7, os.path.exists({str(self.data / 'secret')!r}))")
        self.assertEqual(run.stdout.strip(), "42 False", run.stderr)

    def test_model_of_a_server(self):
        """Without the network the page says how to give it; with it the model answers."""
        server = hostile.Server()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        for options in (), ("--share=network",):
            app = self.start(options=options) if options else self.start_chatting()
            app.find("Models", "button").click()
            app.find("Add a Server…", "button").click()
            gives = "--unshare=network" if options else "--share=network"
            app.find(re.compile(f"flatpak override --user {gives}"), "label")
            app.find("Address", "text").type(f"127.0.0.1:{server.port}")
            app.find("Connect", "button").click()
            if options:
                app.find("glm-4.5")
                app.find("Add", "button").click()
                app.wait_closed("Add a Server")
            else:
                app.find(re.compile(".*cannot be reached"))
                app.key("Escape")
                app.wait_closed("Add a Server")
            app.key("Escape")
            app.wait_closed("Models")
            if not options:
                app.quit()
        wait(lambda: app.find(role="frame").has("active"), "the window in front")
        app.click_at(app.find("Model", ("button", "toggle button")))
        app.choose("glm-4.5")
        app.find(re.compile("glm-4.5 · 127.0.0.1"))
        self.assertIn("Hello, world", app.ask("Hi"))
        app.quit()

    def test_what_is_missing_is_said(self):
        """Programs of the system, and its voices."""
        app = self.start_chatting()
        app.key("ctrl+comma")
        app.find("Tools", "page tab").click()
        app.find(re.compile(".*They and tools of your own are not available here"))
        app.key("Escape")
        app.wait_closed("Preferences")
        app.ask("你好")
        app.find_all("More", ("button", "toggle button"))[-1].click()
        app.choose("Read Al_oud")
        app.find(re.compile("A Flatpak cannot reach the voices of your system"))
        app.key("Escape")
        app.quit()

    def test_permissions(self):
        listing = subprocess.run(["flatpak", "info", "--user", "--show-permissions", APP_ID], check=True,
                                 capture_output=True, text=True).stdout.split()
        given = {key: set(values.strip(";").split(";")) for key, _, values in (line.partition("=") for line in listing)}
        # Newer Flatpaks list fallback-x11 as x11 too.
        given["sockets"].discard("x11")
        self.assertEqual(given, {"[Context]": {""}, "shared": {"ipc"}, "sockets": {"wayland", "fallback-x11"},
                                 "devices": {"dri"}})

    def test_exports(self):
        """What the desktop sees of it, under the names that Flatpak lets out."""
        folder = subprocess.run(["flatpak", "info", "--user", "--show-location", APP_ID], check=True, capture_output=True,
                                text=True).stdout.strip()
        share = pathlib.Path(folder, "export", "share")
        for name in (f"applications/{APP_ID}.desktop", f"dbus-1/services/{APP_ID}.service",
                     f"gnome-shell/search-providers/{APP_ID}.search-provider.ini", f"mime/packages/{APP_ID}.xml",
                     f"icons/hicolor/scalable/apps/{APP_ID}.svg", f"icons/hicolor/symbolic/apps/{APP_ID}-symbolic.svg",
                     f"metainfo/{APP_ID}.metainfo.xml"):
            self.assertTrue((share / name).exists(), name)
        service = (share / f"dbus-1/services/{APP_ID}.service").read_text()
        self.assertIn("flatpak run", service)

    def test_no_network_and_no_home(self):
        interfaces = in_sandbox("cat", "/proc/net/dev").stdout.splitlines()[2:]
        self.assertEqual([line.split(":")[0].strip() for line in interfaces], ["lo"])
        (self.home / "secret").write_text("secret")
        here = in_sandbox("cat", "/app/share/myna/models/MODEL-CARD.md")
        there = in_sandbox("cat", self.home / "secret")
        self.assertIn("Fledgling", here.stdout)
        self.assertNotEqual(there.returncode, 0)

    def test_engine_on_this_processor(self):
        for mask in ("c", "all"):
            run = in_sandbox("sh", "-c", f"echo 你好 | myna-cli chat --greedy --cpu-mask {mask}")
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("你好", run.stdout)


if __name__ == "__main__":
    main()
