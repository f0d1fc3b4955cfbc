"""test-documents: documents are attached, shown with their pages, refused in words, and asked about

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from myna_e2e import PROGRAM, TestCase, app_environment, main, wait

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "documents"))
import make_documents

PICTURES = os.environ.get("MYNA_PICTURES")      # a folder for pictures of what is tested


class Documents(TestCase):
    def attach(self, app, name, data):
        path = self.home / name
        path.write_bytes(data)
        app.find("Attach", "button").click()
        app.choose_file("Attach Files", path)

    def picture(self, app, name):
        if PICTURES:
            subprocess.run(["import", "-window", "root", os.path.join(PICTURES, f"{name}.png")], check=True)

    def test_attach_and_ask(self):
        app = self.start()
        lines = make_documents.lines_at
        self.attach(app, "report.pdf", make_documents.pdf([lines(72, 720, ["Soup needs salt."]), lines(72, 700, ["Bread needs time."])]))
        app.find(re.compile("^2 pages · "), "label")
        # One note at a time: what is wrong goes first.
        app.find(re.compile("^This small model"), "label")
        self.attach(app, "empty.txt", b"")
        app.find("“empty.txt” is empty.", "label")
        wait(lambda: not app.find_all(re.compile("^This small model"), "label"), "one note at a time")
        self.attach(app, "letter.odt", make_documents.whole_odt())
        app.find("letter.odt", "label")
        # The starter model is too small for that: said once.
        app.find(re.compile("^This small model can’t answer questions about documents"), "label")
        self.picture(app, "hint")
        app.find("Close Hint", "button").click()
        wait(lambda: not app.find_all(re.compile("^This small model"), "label"), "the hint to go")
        self.attach(app, "letter.rtf", b"{\\rtf1 words}")
        app.find("“letter.rtf” is an RTF or an older Office file, which Myna cannot read. Save it as ODT, DOCX or PDF, then "
                 "attach it again.", "label")
        self.assertFalse(app.find_all(re.compile("^This small model"), "label"))
        self.picture(app, "attached")
        app.ask("What does soup need?")
        app.find(re.compile("report.pdf · 2 pages · .*\nletter.odt · 2 pages"), "label")
        self.picture(app, "asked")
        names = self.query("SELECT name FROM attachment ORDER BY ordinal")
        self.assertEqual([name for name, in names], ["report.pdf", "letter.odt"])
        texts = {}
        for document, text in self.query("SELECT document_id, text FROM passage ORDER BY id"):
            texts[document] = texts.get(document, "") + text
        self.assertEqual(texts[1], "[Page 1]\n\nSoup needs salt.\n\n[Page 2]\n\nBread needs time.")
        self.assertIn("## Kapitel", texts[2])
        # What fits is given whole, with numbers.
        self.assertEqual(self.query("SELECT DISTINCT use FROM attachment"), [(1,)])
        self.assertEqual(self.query("SELECT min (number), count (*) = (SELECT count (*) FROM passage) FROM given"), [(1, 1)])

    def windows(self):
        return set(subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "myna"], capture_output=True,
                                  check=False).stdout.split())

    def test_password(self):
        """Asked for, and asked for again where it is wrong; Cancel leaves the document out, and the others come."""
        app = self.start()
        secret = make_documents.encrypted_pdf("open sesame")
        self.attach(app, "secret.pdf", secret)
        app.find(re.compile("^The document is protected"), "label")
        self.picture(app, "password")
        before = self.windows()
        app.write("sesame")
        app.key("Return")
        # As for wait_closed(): nothing is read while the first question goes.
        wait(lambda: not before <= self.windows(), "the first question to go")
        app.find(re.compile("^That password does not open it"), "label")
        self.picture(app, "password-wrong")
        app.write("open sesame")
        app.key("Return")
        app.wait_alone()
        app.find(re.compile("^1 page · "), "label")
        self.attach(app, "other.pdf", secret)
        app.find(re.compile("^The document is protected"), "label")
        app.key("Escape")
        app.wait_alone()
        self.attach(app, "note.txt", b"words")
        app.find("note.txt", "label")
        self.assertFalse(app.find_all("other.pdf", "label"))
        app.ask("What is in it?")
        self.assertEqual(self.query("SELECT name FROM attachment ORDER BY ordinal"), [("secret.pdf",), ("note.txt",)])
        self.assertEqual(self.query("SELECT count (*) FROM passage WHERE text LIKE '%Secret words%'"), [(1,)])

    def test_command_line(self):
        """A folder of notes that the program is started with is no model: it is attached to a new chat.  So is a file that a
        running one is given, with the beginning of a question, which is not sent."""
        notes = self.home / "notes"
        notes.mkdir()
        (notes / "soup.md").write_text("Soup needs salt.")
        (notes / "bread.md").write_text("Bread needs time.")
        (self.home / "letter.txt").write_text("Come on Friday.")
        app = self.start(notes)
        app.find("Attach All Files of “notes”?", "label").window.find_button("_Attach").click()
        app.wait_alone()
        app.find("soup.md", "label")
        app.find("bread.md", "label")
        app.ask("What does soup need?")
        subprocess.run([str(PROGRAM), "What", "day?", str(self.home / "letter.txt")], env=app_environment(self.home), check=True)
        app.find("letter.txt", "label")
        wait(lambda: app.composer.text.strip() == "What day?", "the question")
        subprocess.run([str(PROGRAM), str(self.home / "lettre.txt")], env=app_environment(self.home), check=True)
        app.find("“lettre.txt” was not found.", "label")
        self.assertEqual(self.query("SELECT count (*) FROM message"), [(2,)])
        app.quit()

    def write_chat(self):
        """A chat whose reply cites a passage that was given, and one that was not."""
        pages = ["Soup needs salt. It is put into the water before it boils.", "Bread needs time. Let it rest for a night."]
        text = "\n\n".join(f"[Page {i}]\n\n{page}" for i, page in enumerate(pages, 1))
        attachment = {"name": "cookbook.pdf", "text": text, "pages": "2", "type": "pdf", "use": "passages"}
        given = [{"number": 1, "sha256": hashlib.sha256(text.encode()).hexdigest(), "ordinal": 1}]
        question = {"id": 1, "parent_id": 0, "role": "user", "state": "complete", "text": "How long does bread rest?",
                    "attachments": json.dumps([attachment]), "created_at": 1790000000000, "given": given}
        reply = {"id": 2, "parent_id": 1, "role": "assistant", "state": "complete", "created_at": 1790000001000,
                 "text": "Bread rests for a night [1], and is not `bread[1]` [7]."}
        chat = {"origin": "cookbook", "title": "Bread", "created_at": 1790000000000,
                "updated_at": 1790000001000, "head_id": 2, "messages": [question, reply]}
        path = self.home / "chats.json"
        path.write_text(json.dumps({"format": "myna-conversations", "version": 1, "folders": [], "conversations": [chat]}))
        return path

    def open_chat(self, app):
        app.click_at(app.find("Bread"))
        app.find("1 source")

    def open_documents(self, app):
        """By the names of the question's files.  GTK 4.8 gives the button no name, and GTK 4.18 tells a wrong place of the label."""
        names = re.compile("^cookbook.pdf · 2 pages")
        label = app.find(names, "label")
        for button in app.find_all(names, "button"):
            button.click()
            return
        app.click_at(label)

    def test_cited(self):
        app = self.start()
        app.import_chats(self.write_chat())
        self.open_chat(app)
        links = app.find_all("[1]", "link")
        self.assertEqual(len(links), 1)
        self.assertEqual(links[0].description, "cookbook.pdf, page 2")
        self.assertFalse(app.find_all("[7]", "link"))
        self.picture(app, "cited")
        app.click_at(links[0])
        app.find("Page 2", "label")
        self.picture(app, "passage")
        app.key("Escape")
        app.wait_closed("[1] cookbook.pdf")
        # In a row that is used again the documents can still be opened.
        app.key("ctrl+n")
        wait(lambda: not app.find_all("1 source"), "the new chat")
        self.open_chat(app)
        self.open_documents(app)
        app.find_window("Documents of This Chat")
        app.key("Escape")
        app.wait_closed("Documents of This Chat")
        # After a restart, too.
        app.quit()
        app = self.start()
        self.open_chat(app)
        app.find("[1]", "link")
        # The document goes, and with it the link.
        self.open_documents(app)
        app.find("cookbook.pdf", "label")
        app.key("Escape")
        app.wait_closed("Documents of This Chat")
        self.assertEqual(self.query("SELECT use FROM attachment"), [(2,)])
        self.open_documents(app)
        app.click_at(app.find("cookbook.pdf", "label"))
        app.find("Show Text")
        self.picture(app, "documents")
        app.click_at(app.find("Remove From This Chat"))
        wait(lambda: not app.find_all("[1]", "link"), "no link")
        wait(lambda: self.query("SELECT count (*) FROM document") == [(0,)], "no document")
        app.key("Escape")
        app.wait_closed("Documents of This Chat")
        app.quit()


main()
