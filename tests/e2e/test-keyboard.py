"""test-keyboard: a conversation without the pointer, and what a screen reader is told of it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re

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

    def test_main_menu_in_a_narrow_window(self):
        keyfile = self.home / "config/glib-2.0/settings/keyfile"
        with keyfile.open("a") as file:
            file.write("window-width=360\n")
        app = self.start()
        self.wait_focus(app, "the composer", lambda node: node.name == "Message")
        self.assertEqual(app.find_all("Main Menu"), [])
        # The menu is in the sidebar, which comes with it.
        app.key("F10")
        app.choose("_Preferences")
        app.find("Preferences", ("frame", "dialog"))
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
