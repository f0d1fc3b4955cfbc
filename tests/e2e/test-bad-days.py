"""test-bad-days: files that are damaged, places that cannot be written.  Each gives a clear message in the window; nothing
crashes, and nothing that was saved is lost.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import fcntl
import re
import shutil
import sqlite3
import unittest

from myna_e2e import APP_ID, STARTER, TestCase, main, sandbox_works, wait


class BadModel(TestCase):
    def data_with(self, spoil):
        """A data folder like the installed one, with a spoilt starter model."""
        data = self.home / "share"
        (data / "models").mkdir(parents=True)
        shutil.copy(STARTER, data / "models")
        spoil(data / "models" / STARTER.name)
        return {"MYNA_DATA_DIR": str(data)}

    def refuses(self, spoil, words):
        app = self.start(env=self.data_with(spoil))
        app.find(re.compile(".*could not be loaded"))
        app.find(re.compile(words))
        app.composer.type("你好")
        self.assertEqual(app.composer.text, "你好")
        app.quit()

    def test_truncated_model(self):
        def truncate(path):
            with open(path, "r+b") as file:
                file.truncate(STARTER.stat().st_size // 2)
        self.refuses(truncate, ".*(damaged|incomplete)")

    def test_corrupt_model(self):
        def corrupt(path):
            with open(path, "r+b") as file:
                file.seek(8)
                file.write(b"\xff" * 16)        # the counts of tensors and keys
        self.refuses(corrupt, ".*damaged")

    def test_no_model(self):
        app = self.start(env={"MYNA_DATA_DIR": str(self.home / "nothing-here")})
        app.find(re.compile("No Model Available"))
        app.quit()


class BadHistory(TestCase):
    def one_chat(self):
        app = self.start()
        reply = app.ask("你好")
        app.quit()
        return reply

    def test_newer_database(self):
        reply = self.one_chat()
        path = self.home / "data" / APP_ID / "chats.db"
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
        app = self.start()
        app.find(re.compile(".*newer version of Myna"))
        wait(lambda: app.conversations() == ["你好"], "the conversation, to be read")
        wait(lambda: app.rows("Myna") == [reply], "the reply")
        app.quit()
        self.assertEqual(self.query("PRAGMA user_version"), [(9999,)])
        self.assertEqual(self.query("SELECT count(*) FROM message"), [(2,)])

    def test_damaged_database(self):
        self.one_chat()
        path = self.home / "data" / APP_ID / "chats.db"
        with open(path, "r+b") as file:
            file.write(b"not a database at all")
        app = self.start()
        app.find(re.compile("Your chats (could not be opened|were damaged)"))
        self.assertTrue(app.ask("你好"))
        app.quit()
        kept = [file for file in path.parent.iterdir() if file.read_bytes().startswith(b"not a database")]
        self.assertTrue(kept, "the damaged file was thrown away")

    @unittest.skipUnless(sandbox_works(), "bwrap cannot make namespaces here")
    def test_read_only_home(self):
        reply = self.one_chat()
        app = self.start(wrapper=["bwrap", "--dev-bind", "/", "/", "--ro-bind", self.home / "data", self.home / "data"])
        app.find("Your chats can only be read")
        app.find(re.compile(".*read-only. You can still use a temporary chat."), "label")
        wait(lambda: app.conversations() == ["你好"], "the conversation, to be read")
        wait(lambda: app.rows("Myna") == [reply], "the reply")
        app.find_button("Temporary Chat").click()
        wait(lambda: not app.rows("Myna"), "the temporary chat")
        self.assertTrue(app.ask("你好"))
        app.quit()

    def test_in_use(self):
        """Another program has the history: it can be read, and "Try Again" gives the rest, without losing what was typed and asked."""
        reply = self.one_chat()
        with open(self.home / "data" / APP_ID / "chats.db.lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            app = self.start()
            app.find("Your chats can only be read", "alert")
            wait(lambda: app.rows("Myna") == [reply], "the reply, to be read")
            app.send("What is 17 + 25?")
            app.find("Messages", "list", shown=False).find(re.compile("Another program is using your chats"))
            app.composer.type("half a question")
            # What could not be saved does not take the place of what helps.
            app.find("Your chats can only be read", "alert").find_button("Try Again").click()
            wait(lambda: app.composer.text == "What is 17 + 25?\n\nhalf a question", "what was typed, while it is in use still")
            app.find("Your chats can only be read", "alert")
        banner = app.find("Your chats can only be read", "alert")
        banner.find_button("Try Again").click()
        wait(lambda: not banner.is_shown, "the banner to go")
        wait(lambda: app.composer.text == "What is 17 + 25?\n\nhalf a question", "what was typed")
        wait(lambda: self.query("SELECT draft FROM conversation") == [("What is 17 + 25?\n\nhalf a question",)], "its being saved")
        self.assertTrue(app.ask("你好"))
        app.quit()
        self.assertEqual(self.query("SELECT count(*) FROM message"), [(4,)])

    @unittest.skipUnless(sandbox_works(), "bwrap cannot make namespaces here")
    def test_full_disk(self):
        # Room for the empty database and little more.
        app = self.start(wrapper=["bwrap", "--dev-bind", "/", "/", "--size", str(256 * 1024), "--tmpfs", self.home / "data"])
        app.composer.type("你好 " * 20000)
        app.find("Send").click()
        app.find(re.compile(".*disk is full"))
        # The message, too.
        app.find("Messages", "list", shown=False).find(re.compile("This could not be saved because the disk is full"))
        app.quit()

    @unittest.skipUnless(sandbox_works(), "bwrap cannot make namespaces here")
    def test_disk_fills_up(self):
        """Two questions on a disk that is full: each says what is the matter, and "Try Again" answers both once there is room."""
        app = self.start(wrapper=["bwrap", "--dev-bind", "/", "/", "--size", str(4 * 1024 * 1024), "--tmpfs", self.home / "data"])
        app.find("Send", shown=False)
        # The program's own folder, which nobody else sees.
        ballast = app.root / self.home.relative_to("/") / "data" / "ballast"
        wait(lambda: (ballast.parent / APP_ID / "chats.db-wal").exists(), "the history")
        with open(ballast, "wb", buffering=0) as file, self.assertRaises(OSError):
            while True:
                file.write(bytes(4096))
        full, messages = re.compile("This could not be saved because the disk is full"), app.find("Messages", "list", shown=False)
        app.send("What is 17 + 25?")
        messages.find(full)
        app.send("What is the capital of France?")
        messages.find("Waiting until the message above is saved")
        self.assertEqual(app.rows("You"), ["What is 17 + 25?", "What is the capital of France?"])
        # As long as it is full, it says so again.
        banner = app.find("Something could not be saved", "alert")
        banner.find_button("Try Again").click()
        messages.find(full)
        app.find("Something could not be saved", "alert")
        ballast.unlink()
        banner.find_button("Try Again").click()
        wait(lambda: len(app.rows("Myna")) == 2, "both replies")
        app.wait_idle()
        wait(lambda: not messages.find_all(re.compile("This could not be saved|Waiting until|Not answered")), "messages without a word")
        wait(lambda: not banner.is_shown, "the banner to go")
        copy = self.home / "copy"
        shutil.copytree(ballast.parent / APP_ID, copy)
        with sqlite3.connect(copy / "chats.db") as database:
            rows = database.execute("SELECT role, state, text FROM message ORDER BY id").fetchall()
        self.assertEqual([(role, state) for role, state, _ in rows], [(1, 0), (2, 0)] * 2)
        self.assertEqual([text for role, _, text in rows if role == 1], app.rows("You"))
        app.quit()


if __name__ == "__main__":
    main()
