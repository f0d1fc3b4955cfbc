"""test-chat: what can be done with messages: edit and branch, regenerate and go back, stop and continue, queue, find, copy.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re

from myna_e2e import TestCase, main, wait

STORY = "Tell me a short story about a bird."
COMPLETE, STOPPED, LENGTH = 0, 3, 4     # message.state
# Rewarding repetition makes the quick starter model go on until its context is full: time enough to stop it, or to queue.
ENDLESS = {"temperature": 0, "repetition_penalty": 0.5}


class Chat(TestCase):
    def click_last(self, app, name):
        """The newest message's button of that name."""
        wait(lambda: app.find_all(name), f"a button {name!r}")[-1].click()

    def test_edit_and_branch(self):
        app = self.start()
        first = app.ask("What is 17 + 25?")
        self.click_last(app, "Edit")
        editor = app.find("Edit question")
        self.assertEqual(editor.text, "What is 17 + 25?")
        editor.type(" And 12 + 30?")
        app.find_all("Send")[0].click()
        wait(lambda: app.rows("You") == ["What is 17 + 25? And 12 + 30?"], "the edited question")
        app.wait_idle()
        app.find("2/2")
        # The first branch is still there, and shown again.
        self.click_last(app, "Previous version")
        wait(lambda: app.rows("You") == ["What is 17 + 25?"] and app.rows("Myna") == [first], "the first branch")
        app.find("1/2")
        self.click_last(app, "Next version")
        wait(lambda: app.rows("You") == ["What is 17 + 25? And 12 + 30?"], "the second branch")
        app.quit()

    def test_regenerate_and_go_back(self):
        app = self.start()
        first = app.ask(STORY)
        self.click_last(app, "Regenerate")
        app.find("2/2")
        app.wait_idle()
        self.assertEqual(len(app.rows("Myna")), 1)
        wait(lambda: len(self.query("SELECT id FROM message WHERE state = ?", COMPLETE)) == 3, "three stored messages")
        self.click_last(app, "Previous version")
        wait(lambda: app.rows("Myna") == [first], "the first answer")
        app.quit()

        # The choice of the branch is remembered.
        app = self.start()
        wait(lambda: app.rows("Myna") == [first], "the first answer after a restart")
        app.quit()

    def test_stop_and_continue(self):
        self.set_chat_settings(**ENDLESS)
        app = self.start()
        for n in range(8):      # the starter model may still end before the key is pressed
            app.composer.type(STORY)
            app.key("Return")
            wait(lambda: self.query("SELECT count(*) FROM message WHERE role = 2") == [(n + 1,)], "the first word")
            app.key("Escape")
            app.wait_idle()
            if self.query("SELECT id FROM message WHERE state = ?", STOPPED):
                break
            app.key("ctrl+n")
            wait(lambda: not app.rows("You"), "a new chat")
        else:
            self.fail("no reply could be stopped")
        stopped = app.rows("Myna")[-1]
        app.find("Continue").click()
        wait(lambda: self.query("SELECT count(*) FROM message WHERE state = ?", STOPPED) == [(0,)], "the reply to go on")
        app.wait_idle()
        wait(lambda: app.rows("Myna")[-1].startswith(stopped.strip()), "the reply to begin as before")
        app.quit()

    def test_queued_send(self):
        self.set_chat_settings(**ENDLESS)
        app = self.start()
        app.send(STORY)
        app.send("What is 2 + 3?")
        # The long reply takes what stands above it out of the view: the database tells the order.
        wait(lambda: self.query("SELECT text FROM message WHERE role = 1 ORDER BY id") == [(STORY,), ("What is 2 + 3?",)],
             "both questions")
        wait(lambda: app.rows("You")[-1:] == ["What is 2 + 3?"], "the second question in its place")
        app.wait_idle()
        wait(lambda: self.query("SELECT count(*) FROM message WHERE state IN (?, ?)", COMPLETE, LENGTH) == [(4,)],
             "four stored messages")
        app.quit()

    def test_rename_while_writing(self):
        """A chat is given a name while its reply is written: the reply goes on, the name stays, no key goes astray."""
        self.set_chat_settings(**ENDLESS)
        app = self.start()
        app.send(STORY)
        wait(lambda: "".join(app.rows("Myna")[-1:]).strip(), "the first words")
        app.key("F2")
        wait(lambda: any(entry.has("focused") for entry in app.find_all("Title", ("text", "entry"))), "the title to have the focus")
        app.key("ctrl+a")
        app.write("Pip and Ella")
        app.key("Return")
        wait(lambda: self.query("SELECT title, title_by_user FROM conversation") == [("Pip and Ella", 1)], "the name")
        before = app.rows("Myna")[-1]
        if app.find_all("Stop"):
            wait(lambda: len(app.rows("Myna")[-1]) > len(before) or not app.find_all("Stop"), "the reply to go on")
        self.assertEqual(app.composer.text, "")
        app.wait_idle()
        wait(lambda: app.rows("Myna")[-1].startswith(before.strip()), "the reply to begin as before")
        # Nor does what the model finds take its place.
        app.ask("What is 2 + 3?")
        app.quit()
        self.assertEqual(self.query("SELECT title, title_by_user FROM conversation"), [("Pip and Ella", 1)])
        self.assertEqual(self.query("SELECT count(*) FROM message WHERE state IN (?, ?)", COMPLETE, LENGTH), [(4,)])

    def test_find(self):
        app = self.start()
        app.ask("What is 17 + 25?")
        app.ask("What is 2 + 3?")
        app.key("ctrl+f")
        app.find("Find in Chat")
        app.key("w", "h", "a", "t")
        app.find("1 of 2")
        app.find("Next match").click()
        app.find("2 of 2")
        app.find("Next match").click()
        app.find("1 of 2")
        app.key("Escape")
        wait(lambda: not app.find_all("1 of 2"), "the search to end")
        app.quit()

    def test_double_click(self):
        """Send becomes Stop where it is: the second click of a double one must not stop the reply."""
        app = self.start()
        app.composer.type("What is 17 + 25?")
        app.point_at(app.find("Send"), "click", "--repeat", "2", "--delay", "40", "1")
        wait(lambda: app.rows("Myna"), "a reply")
        app.wait_idle()
        self.assertFalse(app.find_all(re.compile("Not answered yet|Stopped"), "label"))
        self.assertEqual(app.rows("You"), ["What is 17 + 25?"])
        app.quit()

    def test_copy(self):
        app = self.start()
        reply = app.ask("What is 17 + 25?")
        self.click_last(app, "Copy")
        app.click_at(app.composer)
        app.key("ctrl+v")
        wait(lambda: app.composer.text.strip() == reply, "the copied reply in the composer")
        app.quit()

        # It was not sent: it is a draft, and there again.
        app = self.start()
        wait(lambda: app.composer.text.strip() == reply, "the draft")
        app.quit()


if __name__ == "__main__":
    main()
