"""test-restart: what the model computed of a chat outlives the program, and the chat's deletion ends it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re

from myna_e2e import APP_ID, TestCase, main, wait

QUESTION = "Tell me a story about a small bird."     # the starter model answers with some hundred tokens


class Restart(TestCase):
    @property
    def sessions(self):
        return self.home / "cache" / APP_ID / "sessions"

    def files(self):
        return sorted(self.sessions.glob("*"))

    def reused(self):
        """The last "N of M prompt tokens were at hand" that the program said."""
        lines = re.findall(r"(\d+) of (\d+) prompt tokens", (self.home / "output.txt").read_text(errors="replace"))
        return [int(number) for number in lines[-1]] if lines else None

    def test_follow_up_after_a_restart(self):
        self.set_chat_settings(temperature=0, max_tokens=100)
        app = self.start()
        app.ask(QUESTION)
        file = wait(self.files, "the state of the chat on the disk")[0]
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.sessions.stat().st_mode & 0o777, 0o700)
        (row,) = self.query("SELECT id, created_at FROM conversation")
        self.assertEqual(file.name, f"{row[0]}-{row[1]}.kv")
        app.quit()

        app = self.start(env={"G_MESSAGES_DEBUG": "all"})
        wait(lambda: len(app.rows("Myna")) == 1, "the chat to be shown again")
        app.find(re.compile("[1-9][0-9]?%"), "label")       # how full the context is, before anything is asked
        app.ask("Why?")
        app.quit()
        reused, whole = self.reused()
        self.assertGreater(whole, 100)
        self.assertLess(whole - reused, 20)

    def test_damaged(self):
        self.set_chat_settings(temperature=0, max_tokens=100)
        app = self.start()
        app.ask(QUESTION)
        file = wait(self.files, "the state of the chat on the disk")[0]
        app.quit()
        file.write_bytes(b"\xff" * file.stat().st_size)
        app = self.start()
        wait(lambda: len(app.rows("Myna")) == 1, "the chat to be shown again")
        self.assertTrue(app.ask("Why?"))
        app.quit()
        self.assertTrue(file.read_bytes().startswith(b"MYNAKV"))

    def test_temporary_chat_leaves_nothing(self):
        app = self.start()
        app.find("Temporary Chat").click()
        app.find(re.compile("Temporary chat – nothing"))
        app.ask(QUESTION + " Its name is Xanthippe.")
        app.find_button("End and Forget").click()
        app.quit()
        self.assertEqual(self.files(), [])
        for path in self.home.rglob("*"):
            if path.is_file() and path.name != "output.txt":
                self.assertNotIn(b"Xanthippe", path.read_bytes(), path)

    def test_deleted_for_good(self):
        self.set_chat_settings(temperature=0, max_tokens=100)
        app = self.start()
        app.ask(QUESTION)
        wait(self.files, "the state of the chat on the disk")
        row = wait(lambda: [row for history in app.find_all("Chats", "list") for row in history.children
                            if row.find_all(QUESTION, "label")], "the chat in the history")[0]
        app.click_at(row)
        app.key("Delete")
        wait(lambda: QUESTION not in app.conversations(), "the chat to be deleted")
        self.assertTrue(self.files(), "it can still come back")
        app.key("F10")
        app.find(re.compile("Trash"), ("menu item", "button"))
        app.key("t")
        app.find("Empty Trash").click()
        app.find_button("_Delete Permanently").click()
        wait(lambda: not self.files(), "its state to be deleted")
        self.assertEqual(self.query("SELECT count (*) FROM message"), [(0,)])
        app.quit()


if __name__ == "__main__":
    main()
