"""test-models: models, settings and the first start, as a person meets them.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import re
import shutil
import subprocess
import sys

from myna_e2e import APP_ID, ROOT, STARTER, TestCase, main, wait


class Models(TestCase):
    def settings(self, **values):
        """Keys of the settings, written before the program starts."""
        keyfile = self.home / "config/glib-2.0/settings/keyfile"
        with open(keyfile, "a", encoding="utf-8") as file:
            for key, value in values.items():
                file.write(f"{key.replace('_', '-')}={value}\n")

    @staticmethod
    def button(app, name):
        """Of the model that was added last: the rows of the others have the same buttons."""
        return wait(lambda: app.find_all(name, ("push button", "button")), f"the button {name!r}")[-1]

    def test_add_and_remove(self):
        path = self.home / "copy.gguf"
        shutil.copy(STARTER, path)
        app = self.start(str(path))
        app.find(re.compile("ChatGLM3 · 36 million parameters · Q8_0"))
        app.find(re.compile("Needs about .* it fits"))
        app.find(str(path))
        self.button(app, "Make Default").click()
        app.find("Default")
        self.button(app, "Use Now").click()
        app.find("Default, in use")
        self.button(app, "Remove").click()
        wait(lambda: not app.find_all(str(path)), "the model to leave the list")
        self.assertTrue(path.exists())          # never a file that Myna did not make
        app.key("Escape")
        self.assertTrue(app.ask("What is 2 + 3?"))
        app.quit()

    def test_corrupt_file(self):
        path = self.home / "bad.gguf"
        path.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 64)
        app = self.start(str(path))
        app.find(re.compile("Myna cannot use this file"))
        self.assertFalse(self.button(app, "Use Now").has("sensitive"))
        app.key("Escape")
        self.assertTrue(app.ask("Hello"))       # the starter model stays in use
        app.quit()

    def test_too_large(self):
        path = self.home / "large.gguf"
        shutil.copy(STARTER, path)
        app = self.start(str(path), env={"MYNA_MEMORY_AVAILABLE": "1000000"})
        app.find(re.compile("Needs about .*too large now"))
        self.button(app, "Use Now").click()
        app.find(re.compile("Load it although it is too large"))
        app.key("Escape")
        wait(lambda: not app.find_all(re.compile("Load it although")), "the question to go")
        app.key("Escape")
        app.quit()

    def checkpoint(self):
        """A folder as Hugging Face has it, with a model of random numbers."""
        folder = self.home / "checkpoints"
        tests = ROOT / "tests"
        subprocess.run([sys.executable, tests / "engine/make-checkpoints.py", folder,
                        tests / "data/hf/bpe/tokenizer.json"], check=True)
        return folder / "edge-safetensors"

    def test_import(self):
        app = self.start(self.checkpoint())
        app.find(re.compile("GLM-Edge · .* · safetensors"))
        app.find(re.compile("The new file takes .* are free"))
        app.find("Import", ("push button", "button")).click()
        path = self.data / APP_ID / "models" / "edge-safetensors-Q4_0.gguf"
        app.find(str(path))                     # its row is unfolded
        self.assertTrue(path.exists())
        self.button(app, "Use Now").click()
        app.find("In use")
        app.key("Escape")
        model = app.find("Model", ("push button", "toggle button", "button"))
        wait(lambda: model.find_all(re.compile("edge-safetensors")), "the chat to have the new model")
        app.quit()

    def test_import_cancelled(self):
        app = self.start(self.checkpoint())
        app.find(re.compile("The new file takes"))
        app.key("Escape")
        wait(lambda: not app.find_all("Import", ("push button", "button")), "the window to close")
        app.find("On this computer")
        self.assertEqual(list((self.data / APP_ID / "models").glob("*")), [])
        app.key("Escape")
        self.assertTrue(app.ask("Hello"))
        app.quit()

    def test_import_of_something_else(self):
        folder = self.home / "pictures"
        folder.mkdir()
        (folder / "config.json").write_text("{")
        app = self.start(folder)
        app.find("This is no model that Myna can import")
        self.assertFalse(self.button(app, "Import").has("sensitive"))
        app.key("Escape")
        app.find("On this computer")
        app.key("Escape")
        app.quit()

    def test_crash_while_loading(self):
        guard = self.home / "state" / APP_ID / "loading"
        guard.parent.mkdir(parents=True)
        guard.write_text(str(STARTER), encoding="utf-8")
        app = self.start()
        app.find(re.compile("Myna ended unexpectedly while loading"))
        app.find("Load it anyway").click()
        self.assertTrue(app.ask("Hello"))
        self.assertFalse(guard.exists())
        app.quit()

    def test_default_settings_reach_the_sampler(self):
        self.settings(chat_settings="'" + json.dumps({"max_tokens": 5, "temperature": 0}) + "'")
        app = self.start()
        app.ask("Tell me a short story.")
        app.quit()
        self.assertLessEqual(self.query("SELECT n_tokens FROM message WHERE role = 2")[0][0], 5)


class FirstStart(TestCase):
    first_start = True

    def test_welcome(self):
        app = self.start()
        app.find("Welcome to Myna")
        app.find("What can run here")
        app.find(re.compile("About .* tokens a second|Needs .* of free memory"))
        app.find("Start Chatting", ("push button", "button")).click()
        # Seen from outside: GTK 4.8 crashes if it is asked for its windows while one of them goes.
        wait(lambda: not subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Welcome$"], check=False,
                                        capture_output=True).stdout, "the welcome to go")
        self.assertTrue(app.ask("Hello"))
        app.quit()
        app = self.start()
        app.composer
        self.assertFalse(app.find_all("Welcome to Myna"))
        app.quit()


if __name__ == "__main__":
    main()
