"""test-tool-servers: servers of tools in the preferences: nothing runs before Start, and nothing is left afterwards.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import re
import socket
import unittest

from myna_e2e import Atspi, TestCase, main, sandbox_works, wait

SERVER = pathlib.Path(__file__).parent.parent / "tools" / "fake-server.py"

SWITCHES = ("switch", "toggle button", "check box")
# Says in its log what it can do, and goes on as the server of the other tests.
PROBE = """import os, socket, sys
can = os.path.exists({secret!r})
try:
    socket.create_connection(("127.0.0.1", {port}), 5).close()
    network = "there"
except OSError:
    network = "away"
print("files", "seen," if can else "hidden,", "network", network, file=sys.stderr, flush=True)
exec(open(sys.argv[1]).read())
"""

# Writes a line more once a file is there, and so many once another is that the log loses its beginning.
TALKER = """import subprocess, sys
subprocess.Popen(["/bin/sh", "-c", "while ! [ -e {file!s} ]; do sleep 0.1; done; echo one more >&2; "
                  "while ! [ -e {file!s}-s ]; do sleep 0.1; done; "
                  "seq -f 'number %.0f of many, and of some length' 400 >&2"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
print(*("line %d, as long as many are" % i for i in range(1800)), sep="\\n", file=sys.stderr, flush=True)
exec(open(sys.argv[1]).read())
"""


def running(word):
    """Processes of this computer with that word in their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            pass
    return found


class ToolServers(TestCase):
    def open_page(self, app):
        app.composer
        app.key("ctrl+comma")
        app.find("Tools", ("page tab", "radio button", "toggle button")).click()

    def servers(self):
        return json.loads((self.home / "data/io.github.myna_chat.Myna/servers.json").read_text())["servers"]

    def test_add_start_stop(self):
        app = self.start()
        self.open_page(app)
        app.find("No tool servers yet")
        mark = f"stubborn-{self.home.name}"     # in the command line, where the server does not mind it
        app.find_button("Add…").click()
        window = app.find_window("New Tool Server")
        self.assertFalse(window.find("Add", "button").has("sensitive"))
        window.find("Name", "text").type("Fake")
        window.find("Command", "text").type(f"/usr/bin/python3 '{SERVER}' stubborn {mark}")
        # The words as the system gets them.
        window.find(re.compile(f"⟨/usr/bin/python3⟩\n⟨{re.escape(str(SERVER))}⟩\n⟨stubborn⟩\n⟨{mark}⟩"))
        window.find("Add", "button").click()
        app.wait_closed("New Tool Server")
        wait(lambda: not app.find_all("No tool servers yet"), "the server in the list")
        self.assertEqual([server["on"] for server in self.servers()], [False])
        self.assertFalse(running(mark))
        app.find(re.compile("Start: Fake"), "button").click()
        app.find("Running, with 5 tools", "label")
        self.assertTrue(running(mark))
        wait(lambda: [server["on"] for server in self.servers()] == [True], "the server to be kept on")
        app.find(re.compile("Stop: Fake"), "button").click()
        wait(lambda: not running(mark), "the server to end, though it ignores TERM")
        app.find(re.compile("Start: Fake"), "button").click()
        app.find("Running, with 5 tools", "label")
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()
        wait(lambda: not running(mark), "the server to end with the program")

    def import_servers(self, app, servers):
        file = self.home / "claude_desktop_config.json"
        file.write_text(json.dumps({"mcpServers": servers}))
        window = app.find_window("Preferences")
        # The same word is at the personas.
        window.find(re.compile("No tool servers yet|Start: "), shown=False)
        [button for button in window.find_all(role="button") if button.name == "Import…"
         or any(label.name == "Import…" for label in button.labels)][-1].click()
        app.choose_file("Import Tool Servers", file)

    def test_import(self):
        """A list of another program's: all that a command starts comes, off, and the others are named with the reason."""
        app = self.start()
        self.open_page(app)
        self.import_servers(app, {
            "good": {"command": "/usr/bin/python3", "args": [str(SERVER)], "env": {"TOKEN": "1"}},
            "crashing": {"command": "/bin/sh", "args": ["-c", "echo 'cannot open the database' >&2; exit 3"]},
            "missing": {"command": "no-such-program"},
            "web": {"url": "https://example.org/mcp"}})
        app.find("Skipped because they have no command: web", "label")
        self.assertEqual([(server["name"], server["on"]) for server in self.servers()],
                         [("good", False), ("crashing", False), ("missing", False)])
        self.import_servers(app, {"good": {"command": "/usr/bin/true"}, "web": {"url": "https://example.org/mcp"}})
        app.find("Skipped because they have no command: web\nSkipped because servers with these names exist: good", "label")
        app.find("The tool servers could not be imported", "label")
        self.assertEqual(len(self.servers()), 3)
        for name in "good", "crashing", "missing":
            app.find(f"Start: {name}", "button", shown=False).click()
        app.find("Running, with 5 tools", "label", shown=False)
        app.find("It quit unexpectedly. Its last message: cannot open the database", "label", shown=False)
        app.find(re.compile("“no-such-program” was not found in /"), "label", shown=False)
        # One that ends each time is not started for ever.
        for _ in range(3):
            app.find("Start: crashing", "button", shown=False).click()
            app.find("It quit unexpectedly. Its last message: cannot open the database", "label", shown=False)
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()

    @unittest.skipUnless(sandbox_works(), "bwrap cannot make namespaces here")
    def test_switches(self):
        """What a server may see and reach is what its switches say, from the moment that one is moved."""
        secret, listener = self.home / "secret.txt", socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        secret.write_text("42")
        probe = self.home / "servers" / "probe.py"
        probe.parent.mkdir()
        probe.write_text(PROBE.format(secret=str(secret), port=listener.getsockname()[1]))
        app = self.start()
        self.open_page(app)
        self.import_servers(app, {"probe": {"command": "/usr/bin/python3", "args": [str(probe), str(SERVER)]}})
        app.find("Start: probe", "button", shown=False).click()
        app.click_at(app.find("probe", "label"))
        show = app.find("Show…", "button")

        def logged(text):
            show.click()
            log = app.find_window("Log of “probe”")
            wait(lambda: log.find_all(role="text")[0].text.splitlines()[-1:] == [text], text)
            app.key("Escape")
            app.wait_closed("Log of “probe”")

        def move(name):
            window = app.find_window("Preferences")
            window.find(name, SWITCHES, shown=False).click()

        logged("files hidden, network there")
        move("Allow the Network")
        logged("files hidden, network away")
        move("Hide My Files")
        logged("files seen, network there")
        self.assertEqual([(server["sandbox"], server["no-network"]) for server in self.servers()], [(False, True)])
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()

    def test_log_goes_on(self):
        """What a server writes while its log is read comes behind it: what is selected stays."""
        folder = self.home / "servers"
        folder.mkdir()
        (folder / "talker.py").write_text(TALKER.format(file=folder / "more"))
        app = self.start()
        self.open_page(app)
        self.import_servers(app, {"talker": {"command": "/usr/bin/python3", "args": [str(folder / "talker.py"), str(SERVER)]}})
        app.find("Start: talker", "button", shown=False).click()
        app.click_at(app.find("talker", "label"))
        app.find("Show…", "button").click()
        text = wait(lambda: app.find_window("Log of “talker”").find_all(role="text"), "the log")[0]
        wait(lambda: text.text.rstrip().endswith("line 1799, as long as many are"), "the last line")
        iface = text.accessible.get_text_iface()
        app.click_at(text)
        app.key("ctrl+Home", *["shift+Right"] * 6)
        wait(lambda: Atspi.Text.get_caret_offset(iface) == 6, "a selection")
        (folder / "more").touch()
        wait(lambda: text.text.rstrip().endswith("one more"), "one line more")
        chosen = Atspi.Text.get_selection(iface, 0)
        self.assertEqual((chosen.start_offset, chosen.end_offset), (0, 6))
        app.key("ctrl+End", "Up", *["shift+Right"] * 6)
        wait(lambda: Atspi.Text.get_caret_offset(iface) == text.text.index("one more") + 6, "a selection at the end")
        (folder / "more-s").touch()
        wait(lambda: text.text.rstrip().endswith("number 400 of many, and of some length"), "many lines more")
        self.assertFalse(text.text.startswith("line 0,"))
        chosen = Atspi.Text.get_selection(iface, 0)
        self.assertEqual(text.text[chosen.start_offset:chosen.end_offset], "one mo")
        app.key("Escape")
        app.wait_closed("Log of “talker”")
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()

    def test_killed(self):
        app = self.start()
        mark = f"stubborn-{self.home.name}"
        self.open_page(app)
        app.find_button("Add…").click()
        window = app.find_window("New Tool Server")
        window.find("Name", "text").type("Fake")
        window.find("Command", "text").type(f"/usr/bin/python3 '{SERVER}' stubborn {mark}")
        window.find("Add", "button").click()
        app.wait_closed("New Tool Server")
        app.find(re.compile("Start: Fake"), "button").click()
        app.find("Running, with 5 tools", "label")
        app.kill()
        wait(lambda: not running(mark), "the server to end with the program that was killed")


main()
