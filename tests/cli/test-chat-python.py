#!/usr/bin/env python3
"""test-chat-python.py SCRIPTED-CLI: chat --python on a terminal: run, refuse, edit, Ctrl+C, Ctrl+D, and what the model reads of each.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import pathlib
import pty
import signal
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv[1]
QUESTION = "e = edit it first: "
PROMPT = "\x1b[1m>\x1b[0m "


class Terminal:
    def __init__(self, programs, editor="/bin/false"):
        self.folder = tempfile.TemporaryDirectory()
        self.turns = pathlib.Path(self.folder.name, "turns")
        script = pathlib.Path(self.folder.name, "script")
        script.write_text("\n===\n".join(programs))
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(MYNA_SCRIPT=str(script), MYNA_TURNS=str(self.turns), VISUAL=editor)
            os.execv(PROGRAM, [PROGRAM, "chat", "--python", "--out", self.folder.name])
        self.seen = ""
        self.at = 0

    def wait(self, words):
        """What came until then, behind what was waited for before."""
        while words not in self.seen[self.at:]:
            try:
                chunk = os.read(self.fd, 4096)
            except OSError:
                chunk = b""
            if not chunk:
                raise AssertionError(f"no {words!r} in {self.seen[self.at:]!r}")
            self.seen += chunk.decode(errors="replace").replace("\r\n", "\n")
        start, self.at = self.at, self.seen.index(words, self.at) + len(words)
        return self.seen[start:self.at]

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def end(self):
        """Its exit status."""
        try:
            while os.read(self.fd, 4096):
                pass
        except OSError:
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        self.folder.cleanup()
        return status


class ChatPython(unittest.TestCase):
    def start(self, *programs, **options):
        terminal = Terminal(programs, **options)
        try:
            terminal.wait(PROMPT)
        except AssertionError as error:
            terminal.end()
            if "no program can be run here" in str(error):
                self.skipTest(str(error))
            raise
        return terminal

    def leave(self, terminal):
        terminal.type("/quit\n")
        self.assertEqual(terminal.end(), 0)

    def test_run(self):
        """Variables stay; an error goes back to the model, which goes on by itself; what is made is saved."""
        t = self.start("x = 6\nprint('six')", "x / 0", "open('a.txt', 'w').write('a')\nx * 7")
        t.type("Go.\n")
        self.assertIn("x = 6\nprint('six')\n", t.wait(QUESTION))
        t.type("y\n")
        t.wait("six\n")
        t.wait(QUESTION)
        t.type("y\n")
        t.wait("ZeroDivisionError")
        t.wait(QUESTION)
        t.type("y\n")
        t.wait("42\n")
        t.wait("a.txt]")
        t.wait("Done.")
        self.assertEqual(pathlib.Path(t.folder.name, "a.txt").read_text(), "a")
        self.assertTrue(t.turns.read_text().endswith("|observation:42"))
        t.wait(PROMPT)
        self.leave(t)

    def test_refuse(self):
        t = self.start("print('never')")
        t.type("Go.\n")
        for answer in ("\n", "what\n", "n\n"):      # anything else is asked again
            t.wait(QUESTION)
            t.type(answer)
        self.assertNotIn("\nnever", t.wait("Done."))
        self.assertTrue(t.turns.read_text().endswith("|observation:The person refused."))
        t.wait(PROMPT)
        self.leave(t)

    def test_edit(self):
        """The model reads what ran."""
        with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as editor:
            editor.write("#!/bin/sh\necho \"print('mine')\" > \"$1\"\n")
        os.chmod(editor.name, 0o700)
        t = self.start("print('its')", editor=editor.name)
        t.type("Go.\n")
        t.wait(QUESTION)
        t.type("e\n")
        self.assertIn("print('mine')\n", t.wait(QUESTION))
        t.type("y\n")
        t.wait("mine\n")
        t.wait("Done.")
        turns = t.turns.read_text()
        self.assertIn("|assistant:{\"code\": \"print('mine')\"}|observation:mine", turns)
        self.assertNotIn("its", turns)
        t.wait(PROMPT)
        self.leave(t)
        os.unlink(editor.name)

    def test_interrupt(self):
        """Ctrl+C ends the program and the reply, not the chat."""
        t = self.start("import time\nprint('begun', flush=True)\ntime.sleep(1000)", "1 + 1")
        t.type("Go.\n")
        t.wait(QUESTION)
        t.type("y\n")
        t.wait("\nbegun")
        t.type("\x03")
        t.wait(PROMPT)
        t.type("And now?\n")
        t.wait(QUESTION)
        self.assertIn("|observation:Error: The person stopped it.|", t.turns.read_text())
        t.type("y\n")
        t.wait("2\n")
        t.wait("Done.")
        t.wait(PROMPT)
        self.leave(t)

    def test_keys_at_the_question(self):
        """Ctrl+D and Ctrl+C refuse; the chat goes on, and Ctrl+D at its prompt leaves it."""
        for key in ("\x04", "\x03"):
            t = self.start("print('never')", "print('again')")
            t.type("Go.\n")
            t.wait(QUESTION)
            t.type(key)
            if key == "\x03":
                t.wait(PROMPT)
                t.type("Again.\n")
            t.wait(QUESTION)
            self.assertIn("|observation:The person refused.", t.turns.read_text())
            t.type("y\n")
            t.wait("\nagain")
            t.wait("Done.")
            t.wait(PROMPT)
            t.type("\x04")
            self.assertEqual(t.end(), 0)

    def test_killed(self):
        """Nothing is left of the interpreter."""
        t = self.start("import os, time\nopen('mark', 'w').close()\nprint('begun', flush=True)\ntime.sleep(1000)")
        t.type("Go.\n")
        t.wait(QUESTION)
        t.type("y\n")
        t.wait("\nbegun")
        processes = [int(p.name) for p in pathlib.Path("/proc").glob("[0-9]*") if self.state(p)[1] == t.pid]
        self.assertTrue(processes)
        os.kill(t.pid, signal.SIGKILL)
        t.end()
        while any(self.state(pathlib.Path("/proc", str(pid)))[0] not in "Z" for pid in processes):
            time.sleep(0.01)

    def state(self, process):
        """Its letter and its parent, of a process that there is."""
        try:
            state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            return "", 0
        return state, int(parent)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
