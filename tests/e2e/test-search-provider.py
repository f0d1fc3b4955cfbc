"""test-search-provider: the desktop's own search finds conversations, as GNOME Shell asks for them over D-Bus.

The bus starts the program, from the service file of the build; nobody but the bus and the accessibility tree is asked what
happened.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import configparser
import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess

from gi.repository import Atspi, Gio, GLib

from myna_e2e import APP_ID, BUILD, ROOT, TIMEOUT, App, Node, TestCase, app_environment, main, wait

INTERFACE = "org.gnome.Shell.SearchProvider2"
DBUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


def provider():
    """Name and object as the installed file tells them to the Shell."""
    file = configparser.ConfigParser()
    file.read(ROOT / "data" / f"{APP_ID}.search-provider.ini")
    section = file["Shell Search Provider"]
    assert section["Version"] == "2" and section["DesktopId"] == f"{APP_ID}.desktop"
    return section["BusName"], section["ObjectPath"]


class Started:
    """The process behind the program's name on the bus, which the bus started."""

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        return None if pathlib.Path(f"/proc/{self.pid}").exists() else 0

    def wait(self, timeout=None):
        wait(lambda: self.poll() is not None, "the program to end", timeout or TIMEOUT)
        return 0


class ActivatedApp(App):
    """A window of the program that the bus started."""

    def __init__(self, home, pid):
        self.home = home
        self._ = str
        self.output = open(os.devnull, "rb")
        self.process = Started(pid)
        Node.__init__(self, wait(self._on_the_bus, "the window to open"))
        self.accessible.set_cache_mask(Atspi.Cache.NONE)

    def kill(self):
        """The bus, which started it, cleans up."""


class SearchProvider(TestCase):
    def setUp(self):
        super().setUp()
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        services = pathlib.Path(os.environ["XDG_RUNTIME_DIR"], "dbus-1", "services")
        services.mkdir(parents=True, exist_ok=True)
        self.service = services / f"{APP_ID}.service"
        template = (ROOT / "data" / f"{APP_ID}.service.in").read_text()
        # The build has the program in another place than an installation.
        self.service.write_text(template.replace("@bindir@/myna", str(BUILD / "src" / "ui" / "myna")))
        # The bus was started with GTK_A11Y=test, for tests that need no accessibility tree.
        environment = app_environment(self.home) | {"GTK_A11Y": "atspi"}
        self.call(*DBUS, "ReloadConfig")
        self.call(*DBUS, "UpdateActivationEnvironment", GLib.Variant("(a{ss})", (environment,)))

    def tearDown(self):
        super().tearDown()
        self.service.unlink()
        if self.pid():
            self.kill()

    def call(self, name, path, interface, method, parameters=None):
        result = self.bus.call_sync(name, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 60_000)
        return result.unpack()

    def ask(self, method, signature, *values):
        """What the provider answers; starts the program if it does not run."""
        answer = self.call(*provider(), INTERFACE, method, GLib.Variant(signature, values))
        return answer[0] if answer else None

    def search(self, *terms):
        return self.ask("GetInitialResultSet", "(as)", terms)

    def metas(self, results):
        return self.ask("GetResultMetas", "(as)", results)

    def pid(self):
        """The process that has the program's name; None: it does not run."""
        if not self.call(*DBUS, "NameHasOwner", GLib.Variant("(s)", (APP_ID,)))[0]:
            return None
        return self.call(*DBUS, "GetConnectionUnixProcessID", GLib.Variant("(s)", (APP_ID,)))[0]

    def windows(self):
        """Windows of the program on the screen."""
        return subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "myna"], check=False, capture_output=True,
                              text=True).stdout.split()

    def kill(self):
        os.kill(self.pid(), signal.SIGKILL)
        self.wait_gone()

    def change(self, sql):
        """Changes the history past the program, which may run: it has its own transaction."""
        with contextlib.closing(sqlite3.connect(self.data / APP_ID / "chats.db")) as database, database:
            database.execute(sql)

    def wait_gone(self):
        wait(lambda: not self.pid(), "the program to end by itself", 60)

    def make_history(self):
        """Two conversations. The second one has two questions."""
        app = self.start()
        app.ask("你好")
        app.key("ctrl+n")
        wait(lambda: not app.rows("You"), "an empty conversation")
        app.ask("What is the capital of Italy?")
        app.ask("What is a *zebra*?")
        self.reply = self.query("SELECT text FROM message WHERE role = 2 ORDER BY id DESC LIMIT 1")[0][0]
        app.quit()
        self.wait_gone()

    def test_search_without_a_window(self):
        self.make_history()
        results = self.search("zebra")
        self.assertEqual(len(results), 1)
        pid = self.pid()
        # No model is kept in memory; that its header is looked at is another thing.
        wait(lambda: ".gguf" not in pathlib.Path(f"/proc/{pid}/maps").read_text(), "no model to be mapped")
        self.assertFalse(self.windows())

        meta, = self.metas(results)
        self.assertEqual(meta["id"], results[0])
        self.assertEqual(meta["name"], self.query("SELECT title FROM conversation ORDER BY id")[1][0])
        self.assertIn("zebra", meta["description"])
        self.assertNotIn("\n", meta["description"])
        self.assertIsNotNone(Gio.icon_deserialize(GLib.Variant("(sv)", (meta["icon"][0], GLib.Variant("as", meta["icon"][1])))))

        # All words must be there; one conversation is one result; what comes first narrows what comes next.
        self.assertEqual(self.search("what", "is"), self.ask("GetSubsearchResultSet", "(asas)", results, ["what", "is"]))
        self.assertEqual(len(self.search("what", "is")), 1)
        self.assertEqual(self.ask("GetSubsearchResultSet", "(asas)", results, ["zebra", "paris"]), [])
        self.assertEqual(len(self.search("好")), 1)
        self.assertEqual(self.search('"', "*", "AND", "("), [])
        self.assertEqual(self.search(), [])
        self.assertEqual(self.metas(["nonsense", "7", "-1:2", "99999:1"]), [])

        # It goes when nobody asks; what it found is known to the next one.
        self.assertEqual(self.pid(), pid)
        self.wait_gone()
        meta, = self.metas(results)
        self.assertEqual(meta["name"], self.query("SELECT title FROM conversation ORDER BY id")[1][0])
        self.assertNotEqual(self.pid(), pid)

    def test_open_a_result(self):
        self.make_history()
        italy, = self.search("Italy")
        self.assertIn("Italy", self.metas([italy])[0]["description"])
        self.ask("ActivateResult", "(sasu)", italy, ["Italy"], 0)
        app = ActivatedApp(self.home, self.pid())
        self.apps.append(app)
        wait(lambda: "What is the capital of Italy?" in app.rows("You"), "the conversation that was found")
        chinese, = self.search("你好")
        self.ask("ActivateResult", "(sasu)", chinese, ["你好"], 0)
        wait(lambda: app.rows("You") == ["你好"], "the other conversation")

        self.ask("LaunchSearch", "(asu)", ["capital", "of"], 0)
        results = app.find("Search results")
        wait(lambda: results.find_all("What is the capital of Italy?"), "the words in the window's search")
        self.assertEqual(results.find_all("你好"), [])
        app.key("ctrl+q")
        self.wait_gone()

    def test_what_is_not_found(self):
        # Without a history none is made.
        self.assertEqual(self.search("hello"), [])
        self.assertEqual(list(self.data.rglob("*.db")), [])
        self.kill()

        # The archive is searched, the bin is not.
        self.make_history()
        zebra, = self.search("zebra")
        self.kill()
        self.change("UPDATE conversation SET archived = 1")
        self.assertEqual(self.search("zebra"), [zebra])
        # Nor is told what goes to the bin after it was found.
        self.change(f"UPDATE conversation SET deleted_at = 1 WHERE id = {zebra.split(':')[0]}")
        self.assertEqual(self.metas([zebra]), [])
        self.kill()
        self.assertEqual(self.search("zebra"), [])
        self.assertEqual(len(self.search("你好")), 1)
        self.kill()
        self.assertEqual(self.metas([zebra]), [])

    def test_temporary_chat_is_nowhere(self):
        word = "xylophone"
        app = self.start()
        app.ask("你好")
        app.find("Temporary Chat").click()
        wait(lambda: not app.rows("You"), "an empty conversation")
        app.ask(f"What is a {word}?")
        self.assertEqual(self.search(word), [])
        self.assertEqual(len(self.search("你好")), 1)

        def holding():
            return [path for path in self.home.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
        self.assertEqual(holding(), [])
        app.kill()
        self.wait_gone()
        self.assertEqual(holding(), [])
        app = self.start()
        wait(lambda: app.conversations() == ["你好"], "the conversation that is kept")
        app.quit()
        self.assertEqual(holding(), [])


if __name__ == "__main__":
    main()
