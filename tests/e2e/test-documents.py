"""test-documents: documents are attached, shown with their pages, refused in words, and asked about

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import re
import subprocess
import sys

from myna_e2e import TestCase, main, wait

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
        self.attach(app, "letter.odt", make_documents.whole_odt())
        app.find("letter.odt", "label")
        self.attach(app, "closed.pdf", make_documents.encrypted_pdf("open sesame"))
        app.find("“closed.pdf” is protected. Save it without a password, then attach it again.", "label")
        self.picture(app, "attached")
        app.ask("What does soup need?")
        app.find(re.compile("report.pdf · 2 pages · .*\nletter.odt · 2 pages"), "label")
        self.picture(app, "asked")
        attachments = json.loads(self.query("SELECT attachments FROM message WHERE attachments IS NOT NULL")[0][0])
        self.assertEqual([a["name"] for a in attachments], ["report.pdf", "letter.odt"])
        self.assertEqual(attachments[0]["text"], "[Page 1]\n\nSoup needs salt.\n\n[Page 2]\n\nBread needs time.")
        self.assertIn("## Kapitel", attachments[1]["text"])


main()
