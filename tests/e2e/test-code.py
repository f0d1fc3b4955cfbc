"""test-code: blocks of code as files, and pages in the browser.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import stat
import subprocess
import unittest

from myna_e2e import APP_ID, PROGRAM, TestCase, main, wait
from speechd import Daemon

CODE = "int\nmain (void)\n{\n  return 0; /* 你好 */\n}\n"
PAGE = "<h1>Hello</h1>\n<script>document.title = 'x'</script>\n"


class Code(TestCase):
    def setUp(self):
        super().setUp()
        # The browser of the test writes down which file it was given, and what is in it.
        applications = self.data / "applications"
        applications.mkdir(parents=True)
        browser = self.home / "browser"
        browser.write_text(f'#!/bin/sh\ncp "$1" {self.home}/page && echo "$1" > {self.home}/name\n', encoding="utf-8")
        browser.chmod(0o700)
        (applications / "browser.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName=Browser\nMimeType=text/html;\nExec={browser} %f\n", encoding="utf-8")
        (applications / "mimeapps.list").write_text("[Default Applications]\ntext/html=browser.desktop\n", encoding="utf-8")
        (applications / "mimeinfo.cache").write_text("[MIME Cache]\ntext/html=browser.desktop;\n", encoding="utf-8")
        text = f"A program:\n\n```c\n{CODE}```\n\nA page:\n\n```html\n{PAGE}```\n"
        self.chats = self.home / "chats.json"
        self.chats.write_text(json.dumps([{"title": "Code", "conversations": [
            {"from": "human", "value": "Write both."}, {"from": "gpt", "value": text}]}]), encoding="utf-8")

    def test_save_and_open(self):
        app = self.start()
        app.composer
        app.import_chats(self.chats)
        app.click_at(app.find("Chats", "list").find("Code", "label"))
        wait(lambda: len(app.find_all("Save Code As…", "button")) == 2, "both blocks")
        app.find_all("Save Code As…", "button")[0].click()
        target = self.home / "saved.c"
        app.choose_file("Save Code", target)
        wait(lambda: target.exists() and target.read_text(encoding="utf-8") == CODE, "the file")

        # Only the page can be opened, and not without a yes.
        self.assertEqual(len(app.find_all("Open in Browser", "button")), 1)
        app.find("Open in Browser", "button").click()
        app.find("Open in the Browser?", "label")
        app.find_button("_Cancel").click()
        app.wait_alone()
        pages = self.home / "cache" / APP_ID / "pages"
        self.assertFalse(pages.exists())
        app.find("Open in Browser", "button").click()
        app.find_button("_Open").click()
        name = wait(lambda: (self.home / "name").exists() and (self.home / "name").read_text().strip(), "the browser")
        self.assertEqual((self.home / "page").read_text(encoding="utf-8"), PAGE.rstrip())
        page = next(pages.iterdir())
        self.assertEqual(name, str(page))
        self.assertEqual(stat.S_IMODE(page.stat().st_mode), 0o600)
        app.wait_alone()
        app.quit()

        # The next start clears it away.
        app = self.start()
        wait(lambda: not list(pages.iterdir()), "the page to be deleted")
        app.composer
        app.quit()


@unittest.skipIf("libspeechd" not in subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=False).stdout,
                 "built without Speech Dispatcher")
class ReadAloud(TestCase):
    def ask_for(self, app, item):
        """An entry of the last reply's menu."""
        app.find_all("More")[-1].click()
        app.choose(item)

    def test_read_and_stop(self):
        daemon = Daemon(self.home / "speechd.sock")
        self.addCleanup(daemon.server_close)
        self.addCleanup(daemon.shutdown)
        app = self.start(env={"SPEECHD_ADDRESS": f"unix_socket:{self.home}/speechd.sock"})
        app.ask("What is the capital of France?")
        self.ask_for(app, "Read Al_oud")
        wait(lambda: daemon.said, "the daemon to be given something")
        self.assertEqual(daemon.said[0], ("en", app.rows("Myna")[-1].strip()))
        before = daemon.canceled
        self.ask_for(app, "_Stop Reading")
        wait(lambda: daemon.canceled > before, "it to be silenced")
        wait(lambda: not app.find_all("Stop Reading Aloud"), "the button to go")
        # Below the reply, too, as long as it is read.
        before, said = daemon.canceled, len(daemon.said)
        self.ask_for(app, "Read Al_oud")
        wait(lambda: len(daemon.said) > said, "the daemon to be given something")
        app.find("Stop Reading Aloud", "button").click()
        wait(lambda: daemon.canceled > before, "it to be silenced")
        wait(lambda: not app.find_all("Stop Reading Aloud"), "the button to go")
        app.quit()

    def test_no_daemon(self):
        """Where nobody can speak, a person is told, and the window does not wait."""
        app = self.start(env={"SPEECHD_ADDRESS": f"unix_socket:{self.home}/nobody.sock"})
        app.ask("What is the capital of France?")
        self.ask_for(app, "Read Al_oud")
        app.find("The Reply Could Not Be Read Aloud", "label")
        app.key("Escape")       # a button with the name of the dialog's is in the header of the window, too
        app.wait_alone()
        app.quit()


if __name__ == "__main__":
    main()
