#!/usr/bin/env python3
"""test-documents.py MYNA-READ TYPE… [--slow]: documents are read as they are, and hostile ones do no harm

TYPE: what the build reads: pdf, office.  --slow: more damaged documents.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import make_documents
import records

PROGRAM, TYPES = sys.argv[1], [a for a in sys.argv[2:] if not a.startswith("-")]
SLOW = "--slow" in sys.argv


def is_readable(name):
    if name.endswith(".pdf"):
        return "pdf" in TYPES
    return "office" in TYPES or name.endswith((".txt", ".doc", ".rtf", ".png"))


class Documents(unittest.TestCase):
    maxDiff = None

    def read(self, name, data=None):
        if not is_readable(name):
            self.skipTest(f"this build does not read {name}")
        found, status = records.read(PROGRAM, name, data if data is not None else make_documents.sound()[name])
        self.assertEqual(status, 0)
        self.assertIsNone(records.error(found), name)
        return found

    def text(self, name, data=None):
        return records.text(self.read(name, data))

    # ---- PDF --------------------------------------------------------------------------------------------------------

    def test_columns_are_read_one_after_the_other(self):
        words = self.text("columns.pdf").split()
        self.assertEqual([w for w in words if w.startswith(("left", "right"))],
                         [f"left{i}" for i in range(30)] + [f"right{i}" for i in range(30)])

    def test_outline_makes_headings(self):
        self.assertEqual(self.read("outline.pdf")[1:-1],
                         [("page", 1, ""), ("heading", 1, "1. Opening"), ("text", 0, "words of it"),
                          ("page", 2, ""), ("text", 0, "more"), ("heading", 1, "Closing"), ("text", 0, "the end")])

    def test_cells_do_not_run_together(self):
        if "pdf" not in TYPES:
            self.skipTest("this build reads no PDF")
        rows = [(f"name{i}", f"what it is for {i}") for i in range(12)]
        content = b"".join(make_documents.lines_at(60, 700 - 13 * i, [name]) + make_documents.lines_at(130, 700 - 13 * i, [use])
                           for i, (name, use) in enumerate(rows))
        words = self.text("table.pdf", make_documents.pdf([content])).split()
        for name, use in rows:
            self.assertIn(name, words)
        self.assertEqual(sorted(words), sorted(["[1]"] + [w for row in rows for cell in row for w in cell.split()]))

    def test_leaders_are_short(self):
        if "pdf" not in TYPES:
            self.skipTest("this build reads no PDF")
        data = make_documents.pdf([make_documents.lines_at(72, 720, ["Opening" + " ." * 60 + " 9", "Wait... what"])])
        self.assertEqual(self.text("contents.pdf", data), "[1]\n\nOpening …  9\nWait... what")

    def test_password_opens(self):
        if "pdf" not in TYPES:
            self.skipTest("this build reads no PDF")
        data = make_documents.encrypted_pdf("open sesame")
        for password, error in ((None, "password"), ("", "password"), ("open", "password"), ("x" * 1024, "password"),
                                ("open sesame", None)):
            found, status = records.read(PROGRAM, "a.pdf", data, password=password)
            self.assertEqual((records.error(found), status), (error, 0), password)
        self.assertIn("Secret words", records.text(found))

    def test_pdf_that_only_its_owner_may_change(self):
        self.assertIn("Secret words", self.text("owner.pdf"))

    # ---- Office -----------------------------------------------------------------------------------------------------

    def test_docx(self):
        self.assertEqual(self.text("whole.docx"), """[1]

## Überschrift

Plain text here.

With note[^2]

[^2]: The note.

1. one
2. two
  - inner
3. three

| Name | Größe |
| --- | --- |
| a\\|b | 中文 |

kept

[2]

Second page""")

    def test_odt(self):
        self.assertEqual(self.text("whole.odt"), """[1]

## Kapitel

Plain text here.

With note[^3] and more.

[^3]: The note.

1. one
2. two
  - inner
3. three

| Name | Größe |
| --- | --- |
| a\\|b | 中文 |

[2]

Second page""")

    def test_slides_are_pages(self):
        self.assertEqual(self.text("whole.pptx"),
                         "[1]\n\n# Title 2\n\n- point\n  - below\n\n[2]\n\n# Title 1\n\n- point\n  - below\n\nSay hello")
        self.assertEqual(self.text("whole.odp"), "[1]\n\nFirst\n\n[2]\n\nSecond")

    def test_sheets_are_tables(self):
        self.assertEqual(self.text("whole.xlsx"),
                         "# Preise\n\n| Ware | Tag |\n| --- | --- |\n| 1.5 |  | 2023-03-15 |\n|  | TRUE |")
        self.assertEqual(self.text("whole.ods"), "# Blatt\n\n| a |  |  | d |\n| --- | --- | --- | --- |")

    def test_wide_sheet_is_a_list_and_loses_nothing(self):
        self.assertEqual(self.text("far.xlsx", make_documents.hostile()["far.xlsx"][0]).splitlines()[2], "- XFD1: 1")

    def test_epub(self):
        self.assertEqual(self.text("whole.epub"), "# One\n\nFirst\u00a0chapter\n\n# Two\n\n第二章")

    def test_html(self):
        self.assertEqual(self.text("whole.html"), """## Heading

First & bold text.

- one
- two
  3. inner

| Name | Size |
| --- | --- |
| a\\|b | 中文 |

```
code
  here
```

a
b""")

    # ---- Text -------------------------------------------------------------------------------------------------------

    def test_character_sets(self):
        chinese = "模型在你自己的电脑上运行，不需要网络。你写的东西不会离开电脑，历史记录保存在本地的数据库里。\n"
        texts = {
            "utf-8": "Grüße, 世界 🙂\n", "utf-8-sig": "Grüße, 世界\n", "utf-16": "Grüße, 世界\n", "utf-32": "Grüße, 世界\n",
            "gb18030": chinese, "gbk": "你好，世界\n",
            "big5": "模型在你自己的電腦上執行，不需要網路。你寫的東西不會離開電腦，歷史記錄保存在本機的資料庫裡。\n" * 3,
            "euc-jp": "これは日本語の文章です。コンピューターの上で動きます。\n" * 3,
            "shift-jis": "これは日本語の文章です。コンピューターの上で動きます。\n" * 3,
            "euc-kr": "이것은 한국어 문장입니다. 컴퓨터에서 실행됩니다.\n" * 3,
            "koi8-r": "Это русский текст, который хранится в старой кодировке.\n" * 3,
            "windows-1252": "Les élèves français étudient à l’école près de la forêt.\n" * 3,
        }
        for name, text in texts.items():
            with self.subTest(name):
                self.assertEqual(records.text(self.read("a.txt", text.encode(name))), text.strip("\n"))

    def test_plain_text_is_not_touched(self):
        source = "\tif (a < b && c)\n\n\n  return  *p;   \r\n# no heading\n| a |\n\n"
        found = self.read("a.c.txt", source.encode())
        self.assertEqual([r for r in found if r[0] == "raw"], [("raw", 0, source)])

    def test_long_text_comes_in_pieces(self):
        source = "長い文章です。" * 300000
        self.assertEqual("".join(r[2] for r in self.read("a.txt", source.encode()) if r[0] == "raw"), source)

    # ---- Harm -------------------------------------------------------------------------------------------------------

    def harmless(self, name, data, words):
        """It is read, or refused with one of the words, or the process ends; nothing is written and nothing hangs."""
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.seek(0)
            run = subprocess.run([PROGRAM, name], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300)
        found = records.parse(run.stdout)
        failure = "died" if run.returncode < 0 else records.error(found)
        if run.returncode >= 0:
            self.assertIn(found[-1][0], ("end", "error"), name)
        if words:
            self.assertIn(failure, words, name)
        for secret in ("root:x:0", "root:*:0"):
            self.assertNotIn(secret, records.text(found), name)
        return failure

    def test_hostile(self):
        ends = {}
        for name, (data, words) in make_documents.hostile().items():
            if is_readable(name):
                with self.subTest(name):
                    failure = self.harmless(name, data, words)
                    ends[failure or "read"] = ends.get(failure or "read", 0) + 1
        print(f"# {sum(ends.values())} hostile documents: {ends}", file=sys.stderr)
        self.assertFalse(any(pathlib.Path(folder, "escaped.xml").exists() for folder in ("/tmp", "/etc")))

    def test_shaken(self):
        ends = {}
        for name, data in make_documents.shaken(2000 if SLOW else 110, 22):
            if is_readable(name):
                with self.subTest(name):
                    failure = self.harmless(name, data, None)
                    ends[failure or "read"] = ends.get(failure or "read", 0) + 1
        print(f"# {sum(ends.values())} shaken documents: {ends}", file=sys.stderr)

    def test_entities_are_not_expanded(self):
        for name in ("laughs.docx", "laughs.odt", "entity.docx", "entity.odt"):
            if not is_readable(name):
                self.skipTest("this build reads none")
            found, _ = records.read(PROGRAM, name, make_documents.hostile()[name][0])
            self.assertNotIn("haha", records.text(found))

    def test_macros_and_actions_are_not_text(self):
        for name in ("macros.docm", "launch.pdf", "javascript.pdf"):
            if is_readable(name):
                found, _ = records.read(PROGRAM, name, make_documents.hostile()[name][0])
                self.assertEqual(records.text(found).removeprefix("[1]").strip(), "Words")

    def test_locked_before_the_first_byte(self):
        process = subprocess.Popen([PROGRAM, "a.txt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            state = ""
            while "Seccomp:\t2" not in state:       # nothing was given to it yet
                self.assertIsNone(process.poll())
                state = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            self.assertIn("NoNewPrivs:\t1", state)
        finally:
            out, _ = process.communicate(b"words")
        self.assertEqual(records.text(records.parse(out)), "words")


if __name__ == "__main__":
    os.environ.pop("MALLOC_PERTURB_", None)
    unittest.main(argv=sys.argv[:1])
