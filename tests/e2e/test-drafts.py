"""test-drafts: what was written and not sent is there again, whatever happened between.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from myna_e2e import APP_ID, TestCase, main, wait

QUESTION = "What is 17 + 25?"


class Drafts(TestCase):
    @property
    def file(self):
        """Where earlier versions kept what was written in a new chat."""
        return self.home / "data" / APP_ID / "new-chat.txt"

    def note(self):
        return self.query("SELECT text FROM note")

    def chat_with_draft(self):
        app = self.start()
        app.ask(QUESTION)
        app.composer.type("What is left of a chat")
        app.quit()
        self.assertEqual(self.query("SELECT draft FROM conversation"), [("What is left of a chat",)])

    def open_chat(self, app):
        app.click_at(app.find("Chats", "list").find(QUESTION, "label"))
        wait(lambda: app.rows("You") == [QUESTION], "the chat")

    def test_before_the_history_is_open(self):
        self.chat_with_draft()
        slow, env = self.slow("HISTORY")
        slow.touch()
        app = self.start(env=env)
        app.click_at(app.composer)
        app.write("a new thought")
        wait(lambda: app.composer.text == "a new thought", "what was written")
        slow.unlink()
        wait(lambda: app.conversations() == [QUESTION], "the history")
        # The page was empty: it is a new chat.
        app.write(" of mine")
        wait(lambda: app.composer.text == "a new thought of mine", "what was written, and nothing else")
        self.assertEqual(app.rows("You"), [])
        self.open_chat(app)
        wait(lambda: app.composer.text == "What is left of a chat", "the chat's own draft")
        app.key("ctrl+n")
        wait(lambda: app.composer.text == "a new thought of mine", "the new chat's")
        app.quit()
        self.assertEqual(self.query("SELECT draft FROM conversation"), [("What is left of a chat",)])

    def test_sent_before_the_history_is_open(self):
        self.chat_with_draft()
        slow, env = self.slow("HISTORY")
        slow.touch()
        app = self.start(env=env)
        app.click_at(app.composer)
        app.write("What is 2 + 3?")
        app.key("Return")
        slow.unlink()
        wait(lambda: app.rows("You") == ["What is 2 + 3?"], "the question in a chat of its own")
        app.wait_idle()
        self.assertEqual(self.query("SELECT title, draft FROM conversation ORDER BY id"),
                         [(QUESTION, "What is left of a chat"), ("What is 2 + 3?", None)])
        app.quit()

    def test_new_chat(self):
        app = self.start()
        app.composer.type("One day I shall ask this")
        wait(lambda: self.note() == [("One day I shall ask this",)], "the draft on the disk")
        app.kill()

        app = self.start()
        wait(lambda: app.composer.text == "One day I shall ask this", "the draft after the program was killed")
        app.composer.type(".")
        app.quit()                      # before it is saved by itself
        app = self.start()
        wait(lambda: app.composer.text == "One day I shall ask this.", "the draft after the program was quit")
        app.find("Send").click()
        app.wait_idle()
        wait(lambda: not self.note(), "the note to be gone with what was sent")
        app.key("ctrl+n")
        wait(lambda: not app.rows("You"), "a new chat")
        self.assertEqual(app.composer.text, "")
        app.quit()

    def test_earlier_version(self):
        self.file.parent.mkdir(parents=True)
        self.file.write_text("Another day")
        app = self.start()
        wait(lambda: app.composer.text == "Another day", "the draft of the earlier version")
        wait(lambda: not self.file.exists(), "its file to be gone")
        app.kill()
        self.assertEqual(self.note(), [("Another day",)])

    def test_temporary_chat(self):
        app = self.start()
        app.find("Temporary Chat").click()
        app.find("End and Forget")
        app.composer.type("Xanthippe")
        app.quit()
        self.assertEqual(self.note(), [])


if __name__ == "__main__":
    main()
