"""test-keyboard: a conversation without the pointer, and what a screen reader is told of it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import re
import subprocess
import time

from myna_e2e import TestCase, main, wait

CODE = "Write hello world in C."
SUM = "What is 17 + 25?"


class Keyboard(TestCase):
    def focused(self, app):
        """The widget that has the keyboard."""
        return next((node for node, _ in app.walk() if node.has("focused")), None)

    def wait_focus(self, app, what, condition):
        def reached():
            node = self.focused(app)
            return node if node and condition(node) else None
        return wait(reached, f"the keyboard to be on {what}")

    def ask_by_keys(self, app, question):
        """With keys alone; the reply, as the list of messages has it."""
        before = len(app.rows("Myna"))
        app.write(question)
        wait(lambda: app.composer.text == question, "the question in the composer")
        app.key("Return")
        wait(lambda: len(app.rows("Myna")) > before and not app.find_all("Stop"), "a reply")
        return wait(lambda: app.rows("Myna")[-1].strip(), "a reply that is not empty")

    def make_narrow(self):
        with (self.home / "config/glib-2.0/settings/keyfile").open("a") as file:
            file.write("window-width=360\n")

    def test_main_menu_in_a_narrow_window(self):
        self.make_narrow()
        app = self.start()
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        self.assertEqual(app.find_all("Main Menu"), [])
        # The menu is in the sidebar, which comes with it.
        app.key("F10")
        app.choose("_Preferences")
        app.find_window("Preferences")
        app.quit()

    def test_sidebar_above_the_chat(self):
        """What is typed while it covers a narrow window is not typed behind it."""
        self.make_narrow()
        app = self.start()
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        toggle = app.find("Sidebar", ("toggle button", "button"))
        def is_open():
            return toggle.has("pressed") or toggle.has("checked")
        for key in ("ctrl+l", "a"):
            app.key("F9")
            wait(is_open, "the sidebar")
            self.wait_focus(app, "the sidebar", lambda node: node.name != "Message")
            app.key(key)
            self.wait_focus(app, "the composer", lambda node: node.name == "Message")
            wait(lambda: not is_open(), "the sidebar to go")
        self.assertEqual(app.composer.text, "a")
        app.quit()

    def test_rename_in_a_narrow_window(self):
        """F2 brings the sidebar, and the keyboard into the name."""
        self.make_narrow()
        app = self.start()
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        self.ask_by_keys(app, SUM)
        app.key("F2")
        self.wait_focus(app, "the name", lambda node: node.name == "Title")
        app.key("ctrl+a")
        app.write("A sum")
        app.key("Return")
        wait(lambda: self.query("SELECT title FROM conversation") == [("A sum",)], "the name")
        self.assertEqual(app.composer.text, "")
        app.quit()

    def test_search_in_a_narrow_window(self):
        """Without animations, too, where the sidebar is there at once."""
        self.make_narrow()
        folder = self.home / "config/gtk-4.0"
        folder.mkdir()
        (folder / "settings.ini").write_text("[Settings]\ngtk-enable-animations=0\n")
        app = self.start()
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        self.ask_by_keys(app, SUM)
        app.key("ctrl+shift+f")
        for letters in "wha", "t is":
            app.write(letters)
            wait(lambda: any("what is".startswith(entry.text) and entry.text.endswith(letters)
                             for entry in app.find_all("Search Chats", ("text", "entry"))), "the letters in the search")
        self.assertEqual(app.composer.text, "")
        app.quit()

    def test_whole_flow(self):
        self.set_chat_settings(temperature=0)
        app = self.start()
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        reply = self.ask_by_keys(app, SUM)

        # Into the transcript and from message to message.
        app.key("shift+Tab")
        row = self.wait_focus(app, "the reply", lambda node: node.name.startswith("Myna: "))
        self.assertEqual(row.role, "list item")
        self.assertRegex(row.description, r"^\d\d:\d\d$")
        app.key("Up")
        row = self.wait_focus(app, "the question", lambda node: node.name == f"You: {SUM}")
        self.assertRegex(row.description, r"^\d\d:\d\d$")

        # The menu of the message, by its key; Escape leaves it, and then the transcript.
        app.key("shift+F10")
        app.find("Copy Message", role=("menu item", "button"))
        app.key("Escape")
        self.wait_focus(app, "the question again", lambda node: node.name == f"You: {SUM}")
        app.key("Down")
        self.wait_focus(app, "the reply again", lambda node: node.name.startswith("Myna: "))
        app.key("ctrl+c")
        app.key("Escape")
        self.wait_focus(app, "the composer again", lambda node: node.name == "Message")
        app.key("ctrl+v")
        wait(lambda: app.composer.text.strip() == reply, "the copied reply in the composer")
        app.key("ctrl+a", "BackSpace")
        wait(lambda: not app.composer.text, "the composer to be empty")

        # Who begins to write means the composer.
        app.key("shift+Tab")
        self.wait_focus(app, "the reply", lambda node: node.name.startswith("Myna: "))
        app.write("x")
        wait(lambda: app.composer.text == "x", "the letter in the composer")
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        app.key("BackSpace")

        # Edit the question without the pointer.
        app.key("shift+Tab")
        self.wait_focus(app, "the reply", lambda node: node.name.startswith("Myna: "))
        app.key("Up")
        self.wait_focus(app, "the question", lambda node: node.name == f"You: {SUM}")
        app.key("ctrl+e")
        self.wait_focus(app, "the editor", lambda node: node.name == "Edit question")
        app.key("ctrl+a")
        app.write("What is 2 + 3?")
        app.key("ctrl+Return")
        wait(lambda: app.rows("You") == ["What is 2 + 3?"], "the edited question")
        app.wait_idle()
        app.find("2/2")
        app.quit()

    def import_two(self):
        """A window with two chats, First and Second."""
        at = int(time.time() * 1000)
        chats = [{"origin": f"test-{i}", "title": title, "created_at": at - i * 1000, "updated_at": at - i * 1000, "head_id": 2,
                  "messages": [{"id": j + 1, "parent_id": j, "role": role, "state": "complete", "text": f"{title} {role}",
                                "created_at": at - i * 1000 + j} for j, role in enumerate(("user", "assistant"))]}
                 for i, title in enumerate(("First", "Second"))]
        (self.home / "chats.json").write_text(json.dumps({"format": "myna-conversations", "version": 1, "folders": [],
                                                          "conversations": chats}))
        app = self.start()
        app.choose_in_main_menu("_Import Chats…")
        app.choose_file("Choose a File to Import", self.home / "chats.json")
        # Enter imports: the keyboard is not on Cancel.
        self.wait_focus(app, "the suggested button", lambda node: node.name.startswith("Import 2"))
        app.key("Return")
        app.wait_closed("Import Chats")
        return app

    def row(self, app, title):
        return app.find("Chats", "list").find(title, "label")

    def colour(self, app, title, below):
        """Behind the title of a chat, or so far below it."""
        window, x, y = app.place(self.row(app, title))
        return subprocess.run(["import", "-window", window, "-crop", f"1x1+{x}+{y + below}", "txt:-"], check=True,
                              capture_output=True, text=True).stdout.split()[-1]

    def click_chat(self, app, title):
        app.click_at(self.row(app, title))
        app.find(f"{title} — Myna", "frame")

    def test_typing_after_a_click_in_the_sidebar(self):
        app = self.import_two()
        self.click_chat(app, "First")
        app.write("one two")
        wait(lambda: app.composer.text == "one two", "all that was typed in the composer")
        self.click_chat(app, "Second")
        wait(lambda: app.composer.text == "", "the other chat's draft")
        # F6 goes on to the composer, to the messages, and around.
        app.key("F6")
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        app.key("F6")
        self.wait_focus(app, "the reply", lambda node: node.name.startswith("Myna: "))
        app.key("F6")
        self.wait_focus(app, "the sidebar", lambda node: node.find_all("Second", "label") and node.role == "list item")
        app.key("shift+F6", "shift+F6")
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        # From a button, too.
        app.key("shift+F6")
        app.key("Tab")
        wait(lambda: (node := self.focused(app)) and node.name != "Message" and node.role != "list item", "another widget")
        app.write("x")
        wait(lambda: app.composer.text == "x", "the letter in the composer")
        app.quit()

    def test_keys_mean_what_was_clicked_last(self):
        app = self.import_two()
        self.click_chat(app, "First")
        # A click of the other button does not open a chat, but the keys mean it.
        app.click_at(self.row(app, "Second"), 3)
        app.find("Rename", role=("menu item", "button"))
        app.key("Escape")
        app.put_pointer_away()
        self.wait_focus(app, "the row", lambda node: node.role == "list item" and node.find_all("Second", "label"))
        # It is not lit any more: its colour is that of the list below it.
        wait(lambda: self.colour(app, "Second", 0) == self.colour(app, "Second", 60), "the row to look as the others")
        app.key("F2")
        wait(lambda: any(entry.has("focused") for entry in app.find_all("Title", ("text", "entry"))), "a title with the keyboard")
        app.write("Third")
        app.key("Return")
        wait(lambda: app.conversations() == ["First", "Third"], "the second chat's new title")
        self.click_chat(app, "First")
        app.key("Delete")
        wait(lambda: app.conversations() == ["Third"], "the first chat to be deleted")
        app.quit()

    def edit_question(self, *keys):
        """By keys; what the question is then."""
        app = self.import_two()
        self.click_chat(app, "First")
        app.key("ctrl+l", "F6")
        self.wait_focus(app, "the reply", lambda node: node.name.startswith("Myna: "))
        app.key("Up", "ctrl+e")
        self.wait_focus(app, "the editor", lambda node: node.name == "Edit question")
        app.key("ctrl+a")
        app.write("one")
        app.key(*keys)
        app.write("two")
        app.key("ctrl+Return")
        wait(lambda: app.rows("You") and app.rows("You")[-1] != "First user" and not app.find_all("Edit question"),
             "the edited question")
        return app

    def test_enter_sends_an_edited_question(self):
        """As in the composer; what is typed after it is for that."""
        app = self.edit_question("Return")
        wait(lambda: [text.strip() for text in app.rows("You")] == ["one", "two"], "two questions")

    def test_enter_breaks_lines_of_an_edited_question(self):
        with (self.home / "config/glib-2.0/settings/keyfile").open("a") as file:
            file.write("send-key='ctrl-enter'\n")
        app = self.edit_question("Return")
        self.assertEqual(app.rows("You")[-1].split(), ["one", "two"])

    def test_read_aloud(self):
        self.set_chat_settings(temperature=0)
        app = self.start()
        reply = self.ask_by_keys(app, CODE)
        source = re.search(r"```c?\n(.*?)\n```", reply, re.S).group(1)
        # The text of the reply is in the tree, block by block, and the code with its language.
        row = wait(lambda: [node for node in app.find_all(role="list item") if node.name.startswith("Myna: ")], "the reply")[-1]
        code = row.find(re.compile("Code, c"))
        self.assertEqual(code.description.strip(), source.strip())
        code.find("Copy Code", role="button")
        prose = re.sub(r"```.*?```", "", reply, flags=re.S).split("\n")
        for line in (line.strip() for line in prose):
            if line and not re.search(r"[*_`#|\[]", line):
                self.assertTrue(any(line in node.name for node in row.find_all(role="label")), line)
        # The reply is said once, when it is there.  (GTK before 4.14 has no announcements: the composer tells it.)
        if tuple(map(int, app.accessible.get_toolkit_version().split(".")[:2])) < (4, 14):
            self.assertTrue(app.composer.description.startswith("Myna: "))
            self.assertIn(source.strip().splitlines()[0], app.composer.description)
            self.assertNotIn("```", app.composer.description)
        app.quit()

    def test_focus_after_restart(self):
        """After a restart the keyboard is in the composer."""
        app = self.start()
        self.ask_by_keys(app, SUM)
        app.quit()
        app = self.start()
        wait(lambda: app.rows("You") == [SUM], "the conversation of before")
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        app.write("x")
        wait(lambda: app.composer.text == "x", "the letter in the composer")
        app.quit()


if __name__ == "__main__":
    main()
