"""test-quick: the small window for quick questions, by the command line, the desktop's actions and the selection.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re
import subprocess

from gi.repository import Gio, GLib

from myna_e2e import APP_ID, Atspi, PROGRAM, TestCase, app_environment, main, wait

FIRST, SECOND = "What is 2 + 3?", "What is the capital of France?"
TITLE = "Quick Question"


class Quick(TestCase):
    def call(self, *args):
        """The program once more, as a key of the desktop would start it: it hands on what is asked, and ends."""
        subprocess.run([PROGRAM, *args], env=app_environment(self.home), check=True)

    @staticmethod
    def act(name):
        """As the desktop does with an action of the desktop file."""
        Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            APP_ID, "/" + APP_ID.replace(".", "/"), "org.freedesktop.Application", "ActivateAction",
            GLib.Variant("(sava{sv})", (name, [], {})), None, Gio.DBusCallFlags.NONE, -1)

    def chats(self):
        return [row[0] for row in self.query("SELECT count(*) FROM conversation WHERE deleted_at IS NULL")][0]

    @staticmethod
    def answered(window):
        """The reply in this window, when it is there."""
        def reply():
            rows = [node.name.removeprefix("Myna: ") for node in window.find_all() if node.name.startswith("Myna: ")]
            return "".join(rows[-1:]).strip() if not window.find_all("Stop") else ""
        return wait(reply, "the reply in the small window")

    def test_asked_while_open(self):
        """With a question it is asked at once, is in the history from then on, and goes on in the main window."""
        app = self.start()
        app.ask(FIRST)
        self.call("--ask", *SECOND.split())
        quick = app.find_window(TITLE)
        wait(lambda: quick.has("active"), "the small window in front")
        self.assertIn("Paris", self.answered(quick))
        self.assertEqual(self.chats(), 2)
        self.assertEqual(app.find(f"{FIRST} — Myna", "frame").has("active"), False)
        quick.find_button("Open in Myna").click()
        app.wait_closed(TITLE)
        app.find(f"{SECOND} — Myna", "frame")
        self.assertEqual([row for row in app.rows("You") if row], [SECOND])
        app.quit()

    def test_alone(self):
        """Where Myna does not run, the small window alone opens.  Escape closes it, and what was written is there again."""
        app = self.start("--ask")
        quick = app.find_window(TITLE)
        wait(lambda: app.composer.has("focused"), "the entry to have the keyboard")
        app.write("Not yet asked")
        app.key("Escape")
        wait(lambda: app.process.poll() is not None, "the program to end with its last window")
        self.assertEqual(app.process.returncode, 0)
        self.assertEqual(self.chats(), 0)
        del quick

    def test_grows(self):
        """The small window shows all lines that are written, up to ten of them."""
        app = self.start("--ask")
        quick = app.find_window(TITLE)
        entry = wait(lambda: app.composer.has("focused") and app.composer, "the entry to have the keyboard")

        def height(node):
            return Atspi.Component.get_extents(node.accessible.get_component_iface(), Atspi.CoordType.WINDOW).height
        # Some lines fit from the beginning.
        for _ in range(4):
            entry.type("\nA line")
        places = [(height(quick), height(entry))]
        for _ in range(4):
            entry.type("\nA line")
            wait(lambda: height(entry) > places[-1][1] and height(quick) > places[-1][0], "the window to grow")
            places.append((height(quick), height(entry)))
        # What the text has more, the window has.
        self.assertEqual([window - text for window, text in places], [places[0][0] - places[0][1]] * 5)
        entry.type("\nA line" * 40)
        wait(lambda: height(quick) > places[-1][0], "the window to grow")
        self.assertLess(height(entry), 3 * places[-1][1])
        entry.replace("")
        app.key("Escape")
        wait(lambda: app.process.poll() is not None, "the program to end with its last window")

    def test_written_stays(self):
        app = self.start()
        app.find("New Chat")
        self.act("quick-question")
        quick = app.find_window(TITLE)
        wait(lambda: quick.has("active") and quick.find("Message").has("focused"), "the entry to have the keyboard")
        app.write("Half a question")
        app.key("Escape")
        app.wait_closed(TITLE)
        self.act("quick-question")
        quick = app.find_window(TITLE)
        self.assertEqual(quick.find("Message").text, "Half a question")
        quick.find_button("Open in Myna").click()
        app.wait_closed(TITLE)
        wait(lambda: app.composer.text == "Half a question", "it in the main window")
        app.quit()

    def test_finished_in_the_background(self):
        """The window is closed while the reply is written: it is written to its end."""
        app = self.start("--ask", SECOND)
        wait(lambda: self.query("SELECT count(*) FROM message") != [(0,)], "the question in the history")
        wait(lambda: app.find_window(TITLE).has("active"), "the window in front")
        app.key("Escape")
        wait(lambda: app.process.poll() is not None, "the program to end after the reply")
        self.assertEqual(self.query("SELECT count(*) FROM message WHERE role = 2 AND finished_at > 0 AND state = 0"), [(1,)])

    def test_selection(self):
        """What is selected comes as a quotation, what is written goes below it."""
        app = self.start()
        app.composer.type("One line\nand another")
        app.key("ctrl+l")
        wait(lambda: app.composer.has("focused"), "the composer to have the keyboard")
        app.key("ctrl+a")
        self.act("ask-selection")
        quick = app.find_window(TITLE)
        wait(lambda: quick.find("Message").text == "> One line\n> and another\n\n", "the quotation")
        app.write("Why?")
        wait(lambda: quick.find("Message").text.endswith("another\n\nWhy?"), "what is written below it")
        app.key("Escape")
        app.wait_closed(TITLE)
        app.quit()

    def test_temporary(self):
        """By a setting, quick questions leave nothing, and the main window stays where it is."""
        keyfile = self.home / "config/glib-2.0/settings/keyfile"
        with keyfile.open("a", encoding="utf-8") as file:
            file.write("ask-temporary=true\n")
        app = self.start()
        app.ask(FIRST)
        self.call("--ask", SECOND)
        quick = app.find_window(TITLE)
        self.answered(quick)
        app.find(f"{FIRST} — Myna", "frame")
        wait(lambda: quick.has("active"), "the small window in front")
        app.key("Escape")
        app.wait_closed(TITLE)
        self.assertEqual(self.chats(), 1)
        # The next one begins anew.
        self.act("quick-question")
        wait(lambda: app.find_window(TITLE).has("active"), "the small window in front")
        self.assertEqual([node for node in app.find_window(TITLE).find_all() if node.name.startswith("Myna: ")], [])
        app.key("Escape")
        app.wait_closed(TITLE)
        app.quit()


class Palette(TestCase):
    """Ctrl+K: chats, actions, personas and models by typing."""

    def open(self, app):
        app.key("ctrl+k")
        window = app.find_window("Find Anything")
        wait(lambda: any(entry.has("focused") for entry in window.find_all()), "the entry to have the keyboard")
        return window

    def choose(self, app, text, found):
        """Types, and takes what is found first."""
        window = self.open(app)
        app.write(text)
        wait(lambda: [label.name for label in window.find_all(role="label") if label.name.startswith(found)], found)
        app.key("Return")
        app.wait_closed("Find Anything")

    def test_keys(self):
        app = self.start()
        app.ask(FIRST)
        app.find("New Chat").click()
        wait(lambda: not app.rows("You"), "a new chat")
        self.choose(app, "2 + 3", FIRST)
        app.find(f"{FIRST} — Myna", "frame")
        self.choose(app, "translator", "Translator")
        app.find(re.compile("This chat uses the persona"))
        self.choose(app, "prefer", "Preferences")
        app.find_window("Preferences")
        app.key("Escape")
        app.wait_closed("Preferences")
        # Escape closes it, and nothing happens.
        self.open(app)
        app.key("Escape")
        app.wait_closed("Find Anything")
        app.quit()

    def test_search_in_messages(self):
        """What stands in no title is looked for in the messages."""
        app = self.start()
        app.ask(FIRST)
        window = self.open(app)
        app.write("no title has this")
        window.find("Search All Chats for “no title has this”")
        app.key("Return")
        app.wait_closed("Find Anything")
        app.find("No Chats Found")
        app.quit()


if __name__ == "__main__":
    main()
