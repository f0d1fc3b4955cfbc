"""test-history: several chats at once, archive and bin, export, import with a preview, backups.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import contextlib
import json
import random
import re
import string
import time
import unittest

from myna_e2e import Failure, TestCase, main, sandbox_works, wait


def conversation(number, title, *texts):
    """One conversation of Myna's own format, `number` days old; questions and answers in turn."""
    at = int((time.time() - number * 86400) * 1000)
    messages = [{"id": i + 1, "parent_id": i, "role": ("user", "assistant")[i % 2], "state": "complete", "text": text,
                 "created_at": at + i} for i, text in enumerate(texts)]
    return {"origin": f"test-{number}", "title": title, "created_at": at, "updated_at": at, "head_id": len(texts),
            "messages": messages}


CHATS = [conversation(0, "Pancakes", "How do I make pancakes?", "Mix **flour**, milk and eggs.\n\n1. Rest\n2. Fry\n"),
         conversation(1, "Quicksort in C", "Write quicksort.", "```c\nint a < b;\n```\n\n<script>alert (1)</script>\n"),
         conversation(2, "周末计划", "周末去哪里？", "去爬山吧。公式 $a^2+b^2$ 。")]


class History(TestCase):
    def setUp(self):
        super().setUp()
        self.file = self.home / "chats.json"
        self.write(CHATS)

    def write(self, chats):
        self.file.write_text(json.dumps({"format": "myna-conversations", "version": 1, "folders": [],
                                         "conversations": chats}, ensure_ascii=False))

    def choose(self, app, item):
        """An item of the main menu."""
        app.choose_in_main_menu(item)

    def choose_file(self, app, title, path, replace=False):
        app.choose_file(title, path, replace)

    def row(self, app, title):
        """The row of a chat in the sidebar."""
        return app.find("Chats", "list").find(title, "label")

    def click_until(self, app, title, name, button=1):
        """Clicks on a chat until something of that name is there: a click that closes a menu does nothing else."""
        for _ in range(5):
            app.click_at(self.row(app, title), button)
            with contextlib.suppress(Failure):
                return app.find(name, timeout=8)
        raise Failure(f"a click on {title!r} did not lead to {name!r}")

    def open_chat(self, app, title):
        app.click_at(self.row(app, title))
        app.find(re.compile(re.escape(title) + " — Myna"), "frame")

    def open_chat_menu(self, app, item):
        """An item of the menu of the chat that is open."""
        app.click_at(app.find("Chat Menu"))
        app.choose(item)

    def select(self, app, *titles):
        """Selects these chats in the sidebar."""
        self.choose(app, "_Select Chats")
        app.find("Select chats")
        for n, title in enumerate(titles):
            self.click_until(app, title, f"{n + 1} selected")

    def import_all(self, app, path=None):
        app.import_chats(path or self.file)

    def count(self, where="1"):
        return self.query(f"SELECT count(*) FROM conversation WHERE {where}")[0][0]

    # -- out and in

    def test_import_with_preview(self):
        app = self.start()
        self.choose(app, "_Import Chats…")
        self.choose_file(app, "Choose a File to Import", self.file)
        chat = app.find("Quicksort in C", "check box")
        self.assertIn("2 messages", chat.description)
        app.click_at(chat)
        app.find_button("Import 2").click()
        app.wait_closed("Import Chats")
        wait(lambda: set(app.conversations()) == {"Pancakes", "周末计划"}, "the two imported chats")
        self.assertEqual(self.count(), 2)

        # What is here already is marked, and not imported twice unless it is chosen.
        self.choose(app, "_Import Chats…")
        self.choose_file(app, "Choose a File to Import", self.file)
        again = app.find("Pancakes", "check box")
        self.assertIn("already imported", again.description)
        self.assertFalse(again.has("checked"))
        self.assertTrue(app.find("Quicksort in C", "check box").has("checked"))
        app.find_button("Import 1").click()
        app.wait_closed("Import Chats")
        wait(lambda: self.count() == 3, "the third chat")
        app.quit()

    def test_import_of_something_else(self):
        bad = self.home / "holiday.json"
        bad.write_text('{"pictures": [1, 2, 3]}')
        app = self.start()
        self.choose(app, "_Import Chats…")
        self.choose_file(app, "Choose a File to Import", bad)
        app.find("This file cannot be imported")
        app.find_button("Cancel").click()
        app.wait_closed("Import Chats")
        app.quit()
        self.assertEqual(self.count(), 0)

    @unittest.skipUnless(sandbox_works(), "bwrap cannot make namespaces here")
    def test_export_to_a_full_disk(self):
        # Random letters: nothing that is written can be made much smaller.
        text = " ".join("".join(random.choices(string.ascii_letters, k=9)) for _ in range(60000))
        self.write([conversation(0, "Long", "A long story, please.", text)])
        stick = self.home / "stick"
        stick.mkdir()
        app = self.start(wrapper=["bwrap", "--dev-bind", "/", "/", "--size", str(256 * 1024), "--tmpfs", stick])
        self.import_all(app)
        self.open_chat(app, "Long")
        seen = app.root / stick.relative_to("/")         # the disk as the program sees it
        for kind, name in (("JSON", "long.json"), ("Web page", "long.html"), ("PDF", "long.pdf")):
            (seen / name).write_text("what was here before")
            self.open_chat_menu(app, "_Export…")
            app.click_at(app.find(kind, ("check box", "radio button")))
            app.find_button("Save…").click()
            self.choose_file(app, "Export Chats", stick / name, replace=True)
            app.find("The file could not be written")
            app.find(re.compile(".*[Tt]he disk is full"))
            self.assertEqual([path.name for path in seen.iterdir()], [name])
            self.assertEqual((seen / name).read_text(), "what was here before")
            # As it says, another place will do.
            (seen / name).unlink()
            app.find_button("Save…").click()
            self.choose_file(app, "Export Chats", self.home / name)
            app.wait_closed("Export 1 Chat")
            wait(lambda: (self.home / name).stat().st_size > 256 * 1024, "the file")
            app.wait_alone()
        app.quit()

    def export(self, app, window, kind, path):
        app.click_at(app.find(kind, ("check box", "radio button")))
        app.find_button("Save…").click()
        self.choose_file(app, "Export Chats", path)
        app.wait_closed(window)
        app.find(re.compile("[0-9]+ chats? exported"))
        return path.read_text(encoding="utf-8", errors="replace")

    def test_export(self):
        app = self.start()
        self.import_all(app)
        wait(lambda: self.count() == 3, "the imported chats")

        # All of them, in the format that can be read back.
        self.choose(app, "_Export All Chats…")
        exported = json.loads(self.export(app, "Export All Chats", "JSON", self.home / "all.json"))
        self.assertEqual({chat["title"] for chat in exported["conversations"]}, {chat["title"] for chat in CHATS})
        self.assertEqual([[message["text"] for message in chat["messages"]]
                          for chat in sorted(exported["conversations"], key=lambda chat: chat["origin"])],
                         [[message["text"] for message in chat["messages"]] for chat in CHATS])

        # One: the one that is open.
        self.open_chat(app, "Quicksort in C")
        self.open_chat_menu(app, "_Export…")
        page = self.export(app, "Export 1 Chat", "Web page", self.home / "one.html")
        self.assertIn("int a &lt; b;", page)
        self.assertNotIn("<script", page)
        self.assertNotIn("Pancakes", page)

        app.wait_closed("Export 1 Chat")
        self.open_chat_menu(app, "_Export…")
        paper = self.export(app, "Export 1 Chat", "PDF", self.home / "one.pdf")
        self.assertTrue(paper.startswith("%PDF-") and paper.rstrip().endswith("%%EOF"))
        self.assertEqual(sorted(path.name for path in self.home.glob("*.p*")), ["one.pdf"])

        # Several.
        app.wait_closed("Export 1 Chat")
        app.wait_alone()
        self.select(app, "Pancakes", "周末计划")
        app.find_button("Export").click()
        text = self.export(app, "Export 2 Chats", "Markdown", self.home / "two.md")
        self.assertIn("# Pancakes\n", text)
        self.assertIn("公式 $a^2+b^2$ 。", text)
        self.assertNotIn("Quicksort", text)
        app.quit()


    # -- sorting and throwing away

    def open_row_menu(self, app, title, item):
        """An item of the menu of a row."""
        self.click_until(app, title, item.replace("_", ""), button=3)
        app.choose(item)

    def wait_chats(self, app, *titles):
        wait(lambda: app.conversations() == list(titles), f"the list to be {titles}")

    def test_link_by_keyboard(self):
        """Enter on a link opens it in the program that the person has chosen for such links."""
        opened = self.home / "opened"
        browser = self.home / "browser"
        browser.write_text(f"#!/bin/sh\necho \"$1\" >> {opened}\n")
        browser.chmod(0o755)
        applications = self.data / "applications"
        applications.mkdir(parents=True)
        (applications / "browser.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName=Browser\nExec={browser} %u\nMimeType=x-scheme-handler/https;\n")
        (applications / "mimeapps.list").write_text("[Default Applications]\nx-scheme-handler/https=browser.desktop\n")
        self.write([conversation(0, "Links", "Where?", "See [the manual](https://example.org/a?b=1&c=2) or [that](javascript:x).")])
        app = self.start()
        self.import_all(app)
        self.open_chat(app, "Links")
        app.click_at(app.composer)
        app.key("F6")
        wait(lambda: any(row.has("focused") for row in app.find_all(re.compile("Myna: "), "list item")), "the reply to have the focus")
        app.key("Tab")
        link = app.find("the manual", "link")
        wait(lambda: link.has("focused"), "the link to have the focus")
        self.assertEqual(len(app.find_all(role="link")), 1)
        app.key("Return")
        wait(opened.exists, "the browser")
        wait(lambda: opened.read_text() == "https://example.org/a?b=1&c=2\n", "the address")
        app.quit()

    def test_archive_and_bin(self):
        self.start_screen_reader()
        app = self.start()
        self.import_all(app)
        self.wait_chats(app, "Pancakes", "Quicksort in C", "周末计划")

        # Delete and take back, by the toast.
        self.open_row_menu(app, "Pancakes", "_Delete")
        self.wait_chats(app, "Quicksort in C", "周末计划")
        app.find_button("Undo").click()
        self.wait_chats(app, "Pancakes", "Quicksort in C", "周末计划")

        # Archive two at once, and take one out again.
        self.select(app, "Quicksort in C", "周末计划")
        app.find_button("Archive").click()
        self.wait_chats(app, "Pancakes")
        self.choose(app, "_Archive")
        self.wait_chats(app, "Quicksort in C", "周末计划")
        self.open_row_menu(app, "周末计划", "_Unarchive")
        self.wait_chats(app, "Quicksort in C")
        app.find("Back to Chats").click()
        self.wait_chats(app, "Pancakes", "周末计划")

        # Two in the bin: one is restored, the other deleted for good.
        self.select(app, "Pancakes", "周末计划")
        app.find_button("Delete").click()
        self.wait_chats(app)
        self.choose(app, "_Trash")
        wait(lambda: set(app.conversations()) == {"Pancakes", "周末计划"}, "both in the bin")
        self.open_row_menu(app, "周末计划", "_Restore")
        self.wait_chats(app, "Pancakes")
        self.open_row_menu(app, "Pancakes", "_Delete Permanently")
        app.find("Delete This Chat Permanently?")
        app.find_button("Delete Permanently").click()
        app.wait_alone()
        self.wait_chats(app)
        app.find("Back to Chats").click()
        self.wait_chats(app, "周末计划")
        app.quit()
        self.assertEqual(self.query("SELECT title FROM conversation ORDER BY title"), [("Quicksort in C",), ("周末计划",)])

    def test_find_far_below(self):
        """From the top of a long chat to the only match at its end: the text comes, and is drawn (GTK complains if not)."""
        text = ("<think>Partition, recursion.</think>**It** picks a *pivot* and\nsplits the list.\n\n## The steps\n\n1. One.\n"
                "2. Move what is smaller before it, and what is larger behind it.\n3. Both parts.\n\n```python\n"
                + "n = 1\n" * 6 + "```\n\n| case | time |\n|---|---|\n| best | $O(n)$ |\n| worst | $O(n^2)$ |\n\nOn average\n\n"
                "$$T(n) = \\frac{1}{n} \\sum_{i=0}^{n-1} T(i)$$\n\n> Sorting is solved.\n\nSee <https://example.org> and `qsort(3)`.\n")
        self.write([conversation(0, "Sorting", "How does it work?", text, "Thank you.", "Welcome.", "Good.", "Bye.")])
        with open(self.home / "config/glib-2.0/settings/keyfile", "a", encoding="utf-8") as file:
            file.write("window-width=640\nwindow-height=500\n")
        app = self.start()
        self.import_all(app)
        self.wait_chats(app, "Sorting")
        app.quit()                              # with the toast, which Shift+Tab would find first
        app = self.start()
        self.open_chat(app, "Sorting")
        app.key("ctrl+l", "shift+Tab", "Home")
        wait(lambda: any("How does it work?" in row.name and row.has("focused") for row in app.find("Messages", "list").children),
             "the first question to have the focus")
        first = wait(lambda: app.find_all("The steps", "heading"), "the heading")[0]
        wait(lambda: app.is_drawn(first), "the heading to be drawn")
        # Back from the composer although the button that jumps to the end is there now.
        app.key("ctrl+l", "shift+Tab", "Home")
        app.key("ctrl+f")
        app.find("Find in Chat")
        app.write("qsort")
        app.find("1 of 1", "label")
        match = wait(lambda: app.find_all(re.compile("See https")), "the match")[0]
        wait(lambda: app.is_drawn(match), "the match to be drawn")
        app.key("Escape")
        app.quit()

    def test_rename_and_drag(self):
        app = self.start()
        self.import_all(app)
        self.open_chat(app, "Pancakes")
        app.key("F2")
        self.wait_title_focus(app)
        app.key("ctrl+a")
        app.write("Waffles")
        app.key("Return")
        self.wait_chats(app, "Waffles", "Quicksort in C", "周末计划")
        self.assertEqual(self.query("SELECT title_by_user FROM conversation WHERE title = 'Waffles'"), [(1,)])

        # A folder, named in its place, and a chat dragged into it.
        self.new_folder(app, "Kitchen")
        self.drag_until(app, "Waffles", "Kitchen",
                        lambda: self.query("SELECT c.title FROM conversation c JOIN folder f ON f.id = c.folder_id") == [("Waffles",)])
        self.wait_chats(app, "Kitchen", "Waffles", "Quicksort in C", "周末计划")

        self.open_row_menu(app, "Quicksort in C", "_Pin")
        self.wait_chats(app, "Quicksort in C", "Kitchen", "Waffles", "周末计划")
        app.quit()

    def new_folder(self, app, name):
        self.choose(app, "New _Folder")
        self.wait_title_focus(app)
        app.key("ctrl+a")
        app.write(name)
        app.key("Return")
        wait(lambda: (name,) in self.query("SELECT name FROM folder"), f"the folder {name!r}")

    def move_by_keys(self, app, title, place):
        """With the menu of a chat, by its keys: M for Move to, and down to the place."""
        self.click_until(app, title, "Move to", button=3)
        app.put_pointer_away()
        app.key("m")
        item = app.find(place, ("menu item", "push button", "button"))
        for _ in range(10):
            if item.has("focused"):
                break
            app.key("Down")
        app.key("Return")

    def folders(self):
        """Each folder and the one that it is in."""
        return dict(self.query("SELECT f.name, p.name FROM folder f LEFT JOIN folder p ON p.id = f.parent_id"))

    def test_folder_in_folder(self):
        app = self.start()
        self.import_all(app)
        self.new_folder(app, "Kitchen")
        self.new_folder(app, "Home")
        app.put_pointer_away()
        self.drag_until(app, "Kitchen", "Home", lambda: self.folders() == {"Kitchen": "Home", "Home": None})
        self.wait_chats(app, "Home", "Kitchen", "Pancakes", "Quicksort in C", "周末计划")

        # Once only: a folder that holds one does not go into a third, and one that lies in another takes none.
        self.new_folder(app, "Work")
        for dragged, target in (("Home", "Work"), ("Work", "Kitchen")):
            app.drag(self.row(app, dragged), self.row(app, target), 2)
            self.wait_chats(app, "Home", "Kitchen", "Work", "Pancakes", "Quicksort in C", "周末计划")
            self.assertEqual(self.folders(), {"Kitchen": "Home", "Home": None, "Work": None})
        app.put_pointer_away()

        self.open_row_menu(app, "Kitchen", "_Remove From Folder")
        wait(lambda: self.folders()["Kitchen"] is None, "the folder to stand by itself")
        app.quit()

    def test_pin_and_move_by_menu(self):
        app = self.start()
        self.import_all(app)
        self.wait_chats(app, "Pancakes", "Quicksort in C", "周末计划")
        # Those that are pinned stand above the others, the latest first as these.
        self.open_row_menu(app, "周末计划", "_Pin")
        self.wait_chats(app, "周末计划", "Pancakes", "Quicksort in C")
        self.open_row_menu(app, "Quicksort in C", "_Pin")
        self.wait_chats(app, "Quicksort in C", "周末计划", "Pancakes")
        self.open_row_menu(app, "Quicksort in C", "Un_pin")
        self.wait_chats(app, "周末计划", "Pancakes", "Quicksort in C")
        app.quit()
        self.assertEqual(self.query("SELECT title FROM conversation WHERE pinned"), [("周末计划",)])

        app = self.start()
        self.wait_chats(app, "周末计划", "Pancakes", "Quicksort in C")
        self.new_folder(app, "Kitchen")
        self.move_by_keys(app, "Pancakes", "Kitchen")
        wait(lambda: self.count("folder_id IS NOT NULL") == 1, "the chat to be in the folder")
        self.wait_chats(app, "周末计划", "Kitchen", "Pancakes", "Quicksort in C")
        self.move_by_keys(app, "Pancakes", "Remove From Folder")
        self.wait_chats(app, "周末计划", "Kitchen", "Pancakes", "Quicksort in C")
        wait(lambda: self.count("folder_id IS NOT NULL") == 0, "the folder to be empty")
        app.quit()

    def wait_title_focus(self, app):
        """Until a title in the sidebar can be typed over.  (Its row may be made anew: the entry is looked for each time.)"""
        wait(lambda: any(entry.has("focused") for entry in app.find_all("Title", ("text", "entry"))), "a title to have the focus")

    def drag_until(self, app, dragged, target, condition):
        """Drags a row onto another, more slowly each time: on a busy machine the window is slow to say that it takes it."""
        for rest in (0.6, 2, 6):
            app.drag(self.row(app, dragged), self.row(app, target), rest)
            with contextlib.suppress(Failure):
                return wait(condition, f"{dragged!r} to be in {target!r}", 10)
        raise Failure(f"{dragged!r} could not be dragged into {target!r}")

    def test_rename_while_rows_move(self):
        """While a chat's name is typed the reply of another begins, which moves that to the top: the typing goes on."""
        self.set_chat_settings(temperature=0, repetition_penalty=0.5, max_tokens=1200)
        app = self.start()
        for question in "Tell me a story about a bird.", "Tell me a story about a cat.", "Tell me a story about a dog.":
            app.key("ctrl+n")
            wait(lambda: not app.rows("You"), "a new chat")
            app.send(question)
        wait(lambda: self.count("1") == 3, "the chats")
        order = [title for title, in self.query("SELECT title FROM conversation ORDER BY updated_at DESC")]
        app.key("F2")
        self.wait_title_focus(app)
        app.key("ctrl+a")
        app.write("Sorting in ")
        wait(lambda: self.query("SELECT title FROM conversation ORDER BY updated_at DESC LIMIT 1") != [(order[0],)], "another to be the latest")
        app.write("Python")
        app.key("Return")
        wait(lambda: self.count("title = 'Sorting in Python' AND title_by_user") == 1, "the name as it was typed")
        self.assertEqual(app.composer.text, "")
        app.quit()

    def test_rename_by_menu(self):
        """The menu of a row, and of the chat that is open; and F2 where the keyboard is on a heading."""
        app = self.start()
        self.import_all(app)
        self.wait_chats(app, "Pancakes", "Quicksort in C", "周末计划")
        self.open_chat(app, "Pancakes")
        for title, begin in (("Quicksort in C", lambda: self.open_row_menu(app, "Quicksort in C", "_Rename")),
                             ("Pancakes", lambda: self.open_chat_menu(app, "_Rename")),
                             ("Pancakes again", lambda: app.key("ctrl+l", "F6", "Home", "F2"))):
            begin()
            self.wait_title_focus(app)
            app.key("End")
            app.write(" again")
            app.key("Return")
            wait(lambda: self.count(f"title = '{title} again' AND title_by_user") == 1, "the name")
        app.quit()

    def test_rename_and_close(self):
        """A name that is typed when the window is closed is kept, as when the keyboard goes elsewhere."""
        app = self.start()
        self.import_all(app)
        self.wait_chats(app, "Pancakes", "Quicksort in C", "周末计划")
        self.open_chat(app, "Pancakes")
        app.key("F2")
        self.wait_title_focus(app)
        app.key("End")
        app.write(" again")
        wait(lambda: any(entry.text == "Pancakes again" for entry in app.find_all("Title", ("text", "entry"))), "the name to be typed")
        app.quit()
        self.assertEqual(self.count("title = 'Pancakes again' AND title_by_user"), 1)

    # -- backups

    def test_restore(self):
        app = self.start()
        self.import_all(app)
        self.wait_chats(app, "Pancakes", "Quicksort in C", "周末计划")
        self.choose(app, "Bac_kups")
        app.find_button("Back Up").click()
        app.find(re.compile("3 chats · "))
        app.find_window("Backups").find_button("Close").click()
        app.wait_closed("Backups")
        self.open_chat(app, "Pancakes")
        self.select(app, "Pancakes", "Quicksort in C")
        app.find_button("Delete").click()
        self.wait_chats(app, "周末计划")

        self.choose(app, "Bac_kups")
        app.find_button("Restore…").click()
        app.find("Restore This Backup?")
        app.find_button("Restore").click()
        app.wait_alone()
        self.wait_chats(app, "Pancakes", "Quicksort in C", "周末计划")

        # The way back: what was there before is a backup, too.
        self.choose(app, "Bac_kups")
        wait(lambda: len(app.find_all(re.compile("[0-9]+ chats? · "), "label")) == 2, "two backups")
        app.find_window("Backups").find_button("Close").click()
        app.wait_closed("Backups")
        app.ask("What is 2 plus 3?")
        app.quit()
        self.assertEqual(self.query("SELECT count(*) FROM message"), [(8,)])


if __name__ == "__main__":
    main()
