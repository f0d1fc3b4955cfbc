"""test-models: models, settings and the first start, as a person meets them.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import json
import os
import re
import shutil
import struct
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
        return wait(lambda: app.find_all(name, "button"), f"the button {name!r}")[-1]

    def test_add_and_remove(self):
        path = self.home / "copy.gguf"
        shutil.copy(STARTER, path)
        app = self.start(str(path))
        app.find(re.compile("ChatGLM3 · 67 million parameters · Q8_0"))
        app.find(re.compile("Needs about .* of memory \\(.* available\\)"))
        app.find(str(path))
        app.find(re.compile("Needs about .*\\nModel .*, context .*, buffers"))
        app.find(re.compile("CC BY-SA 4.0"))          # not ChatGLM3's, whose family it is of
        self.assertFalse(app.find_all(re.compile("not stated in the file")))
        app.find(hashlib.sha256(path.read_bytes()).hexdigest())
        name = wait(lambda: app.find_all("Name", "text"), "the name")[-1]
        name.replace("Typed, and not applied")
        self.button(app, "Use for New Chats").click()
        app.find("Default")
        self.assertEqual(name.text, "Typed, and not applied")
        self.button(app, "Use in This Chat").click()
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
        app.find("“bad.gguf” was not added")
        app.find(re.compile("The model’s file is damaged"))
        app.find("Details").click()
        app.find(re.compile("bad.gguf: the count of tensors"))      # the engine's sentence
        self.assertFalse(app.find_all(str(path)))                   # no row
        app.key("Escape")
        self.assertTrue(app.ask("Hello"))       # the starter model stays in use
        app.quit()

    def test_wrong_files(self):
        """What a person may try: each is told, none becomes a row, stops the program or leaves it busy."""
        (self.home / "a.pdf.gguf").write_bytes(b"%PDF-1.7\n" + b"x" * 5000)
        (self.home / "empty.gguf").touch()
        (self.home / "cut.gguf").write_bytes(STARTER.read_bytes()[:200000])
        (self.home / "lfs.gguf").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345678\n")
        os.mkfifo(self.home / "pipe.gguf")
        names = ("a.pdf.gguf", "empty.gguf", "cut.gguf", "lfs.gguf", "pipe.gguf")
        app = self.start(*(self.home / name for name in names))
        app.find("5 files were not added")
        told = wait(lambda: [node.name for node in app.find_all(role="label") if "pipe.gguf: " in node.name
                             and "This" in node.name], "the reasons")[0]
        for line in ("a.pdf.gguf: This is a PDF file, not a model. Choose a GGUF file.",
                     "empty.gguf: This file is incomplete. Download it again.",
                     "cut.gguf: This file is incomplete. Download it again.",
                     "lfs.gguf: This is a Git LFS pointer, a placeholder for the file. Download the file itself."):
            self.assertIn(line, told)
        for name in names:
            self.assertFalse(app.find_all(str(self.home / name)))
        app.key("Escape")
        self.assertTrue(app.ask("Hello"))
        app.quit()
        app = self.start()                      # nor is it one the next time
        self.assertNotIn("cut.gguf", (self.home / "config/glib-2.0/settings/keyfile").read_text())
        app.quit()

    def test_banner_of_a_missing_file(self):
        """It stands above the chats of that model alone, and offers another one."""
        path = self.home / "mine.gguf"
        shutil.copy(STARTER, path)
        app = self.start(str(path))
        self.button(app, "Use in This Chat").click()
        app.find("In use")
        app.key("Escape")
        app.wait_closed("Models")
        self.assertTrue(app.ask("Hello"))
        app.quit()
        path.unlink()
        app = self.start()
        app.send("Hello again")
        def banners():
            # What a hidden banner holds may still count as shown.
            return app.find_all("“mine” could not be loaded", "alert")
        wait(banners, "the banner")
        # The chat says it, too, and the starter model does not answer in its place.
        wait(lambda: app.find_all(re.compile("The model’s file is missing"), "label"), "the reason")
        app.key("ctrl+n")
        wait(lambda: not banners(), "the banner to go with the chat")
        self.assertTrue(app.ask("Hello"))
        app.key("alt+Down")
        wait(banners, "the banner to come back")
        app.find("Choose a Model", "button").click()
        app.choose("Fledgling")
        wait(lambda: not banners(), "the banner to go")
        app.quit()

    def test_file_removed_while_loaded(self):
        path = self.home / "mine.gguf"
        shutil.copy(STARTER, path)
        app = self.start(str(path))
        self.button(app, "Use in This Chat").click()
        app.find("In use")
        path.unlink()
        app.key("Escape")
        app.wait_closed("Models")
        self.assertTrue(app.ask("Hello"))       # what is loaded stays
        app.quit()
        app = self.start()
        app.send("Hello again")
        app.find(re.compile("“mine.*” could not be loaded"))
        app.quit()

    def test_unloaded_when_idle(self):
        """After a minute without a question the model gives its memory back; the next question loads it again."""
        self.settings(idle_unload_minutes="uint32 1")
        app = self.start()
        self.assertTrue(app.ask("Hello"))
        app.find("Models", ("push button", "button")).click()
        app.find("Default, in use")
        wait(lambda: app.find_all("Default", "label") and not app.find_all("Default, in use"), "the model to be unloaded", 120)
        app.key("Escape")
        app.wait_closed("Models")
        self.assertTrue(app.ask("What is 2 + 3?"))
        app.find("Models", ("push button", "button")).click()
        app.find("Default, in use")
        app.key("Escape")
        app.quit()

    def test_load_cancelled(self):
        path = self.home / "large.gguf"
        shutil.copy(STARTER, path)
        slow, env = self.slow("DISK")
        app = self.start(str(path), env=env)
        app.find(str(path))
        wait(lambda: app.find_all("Default, in use"), "the starter model to be loaded")
        slow.touch()
        self.button(app, "Use in This Chat").click()
        app.find(re.compile("Loading "), "label")
        app.find("Cancel Loading").click()
        wait(lambda: not app.find_all("Cancel Loading"), "the loading to end")
        app.find("Default, in use")             # the one before
        guard = self.home / "state" / APP_ID / "loading"
        self.assertFalse(guard.exists())
        app.key("Escape")
        app.wait_closed("Models")
        model = app.find("Model", ("button", "toggle button"))
        wait(lambda: model.find_all(re.compile("Fledgling")), "the chat to keep its model")
        self.assertTrue(app.ask("Hello"))
        app.quit()

    def test_killed_while_loading(self):
        slow, env = self.slow("DISK")
        slow.touch()
        app = self.start(env=env)
        guard = self.home / "state" / APP_ID / "loading"
        wait(guard.exists, "the model to be loaded")
        app.kill()
        slow.unlink()
        app = self.start()
        app.find(re.compile("Myna quit unexpectedly while loading"))
        app.find("Load Anyway").click()
        self.assertTrue(app.ask("Hello"))
        self.assertFalse(guard.exists())
        app.quit()

    def test_quit_while_loading(self):
        """As a person may who only wanted to look: that is no crash."""
        slow, env = self.slow("DISK")
        slow.touch()
        app = self.start(env=env)
        guard = self.home / "state" / APP_ID / "loading"
        wait(guard.exists, "the model to be loaded")
        app.quit()
        self.assertFalse(guard.exists())

    def test_too_large(self):
        path = self.home / "large.gguf"
        shutil.copy(STARTER, path)
        app = self.start(str(path), env={"MYNA_MEMORY_AVAILABLE": "1000000"})
        app.find(re.compile("Needs about .* of memory, but only .* is available"))
        self.button(app, "Use in This Chat").click()
        app.find("Load Anyway?")
        app.key("Escape")
        wait(lambda: not app.find_all("Load Anyway?"), "the question to go")
        app.key("Escape")
        app.quit()

    def test_larger_than_memory(self):
        """Before such a model is loaded the window says what it would do, and offers others; who asks goes on."""
        app = self.start(env={"MYNA_MEMORY_AVAILABLE": "1000000"})
        warning = "“Fledgling · small starter model” is larger than the free memory"
        banner = app.find(warning, "alert")
        app.find(re.compile("Needs about .* of memory, but only 1.0.MB is available"))
        banner.find_button("Choose a Model")
        self.assertTrue(app.ask("What is 2 + 3?"))
        wait(lambda: not app.find_all(warning, "alert"), "the warning to go")
        app.quit()

    def test_warned_no_more(self):
        self.settings(memory_guard="false")
        app = self.start(env={"MYNA_MEMORY_AVAILABLE": "1000000"})
        self.assertTrue(app.ask("What is 2 + 3?"))
        self.assertFalse(app.find_all(re.compile(".* is larger than the free memory"), "alert"))
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
        app.find(re.compile("The new file takes .* available"))
        app.find("Import", "button").click()
        path = self.data / APP_ID / "models" / "edge-safetensors-Q4_0.gguf"
        app.find(str(path))                     # its row is unfolded
        self.assertTrue(path.exists())
        self.button(app, "Use in This Chat").click()
        app.find("In use")
        app.key("Escape")
        model = app.find("Model", ("button", "toggle button"))
        wait(lambda: model.find_all(re.compile("edge-safetensors")), "the chat to have the new model")
        app.quit()

    def test_import_cancelled(self):
        app = self.start(self.checkpoint())
        app.find(re.compile("The new file takes"))
        app.key("Escape")
        wait(lambda: not app.find_all("Import", "button"), "the window to close")
        app.find("On This Computer")
        self.assertEqual(list((self.data / APP_ID / "models").glob("*")), [])
        app.key("Escape")
        self.assertTrue(app.ask("Hello"))
        app.quit()

    def large_checkpoint(self):
        """A folder with a model of a billion zeros, which take no room on the disk: the import takes some seconds."""
        small = self.checkpoint()
        folder = self.home / "large"
        folder.mkdir()
        config = json.loads((small / "config.json").read_text())
        sizes = {config["intermediate_size"] * n: 100000 * n for n in (1, 2)}
        config |= {"intermediate_size": 100000, "num_hidden_layers": 48}
        tensors = {}
        for shard in sorted(small.glob("*.safetensors")):
            with open(shard, "rb") as file:
                tensors |= json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        tensors.pop("__metadata__", None)
        layer = {name: tensor for name, tensor in tensors.items() if ".layers.0." in name}
        for i in range(1, 48):
            tensors |= {name.replace(".0.", f".{i}."): dict(tensor) for name, tensor in layer.items()}
        end = 0
        for tensor in tensors.values():
            begin, n_bytes = end, 2
            tensor["shape"] = [sizes.get(n, n) for n in tensor["shape"]]
            for n in tensor["shape"]:
                n_bytes *= n
            end += n_bytes
            tensor |= {"dtype": "BF16", "data_offsets": [begin, end]}
        header = json.dumps(tensors).encode()
        with open(folder / "model.safetensors", "wb") as file:
            file.write(struct.pack("<Q", len(header)) + header)
            file.truncate(8 + len(header) + end)
        (folder / "config.json").write_text(json.dumps(config))
        shutil.copy(small / "tokenizer.json", folder)
        return folder

    def begin_large_import(self):
        app = self.start(self.large_checkpoint())
        app.find(re.compile("The new file takes"))
        app.find("Import", "button").click()
        models = self.data / APP_ID / "models"
        wait(lambda: list(models.glob("*.part")), "the import to begin")
        return app, models

    def test_import_stopped(self):
        app, models = self.begin_large_import()
        app.key("Escape")
        app.wait_closed("Import a Model")
        wait(lambda: not list(models.iterdir()), "nothing to be left of the import")
        app.key("Escape")
        app.wait_closed("Models")
        self.assertTrue(app.ask("Hello"))
        app.quit()

    def test_quit_while_importing(self):
        app, models = self.begin_large_import()
        app.quit()
        self.assertEqual(list(models.iterdir()), [])

    def test_left_over_of_a_killed_import(self):
        app, models = self.begin_large_import()
        app.kill()
        self.assertEqual(len(list(models.glob("*.part"))), 1)
        app = self.start(self.home / "checkpoints" / "edge-safetensors")
        app.find(re.compile("The new file takes"))
        self.assertEqual(list(models.iterdir()), [])
        app.quit()

    def test_import_of_a_chatglm_cpp_file(self):
        self.checkpoint()
        path = self.home / "checkpoints" / "v3-cpp2-q8_0.bin"
        if not path.exists():
            self.skipTest("the tokenizers are not there")
        app = self.start(path)
        app.find(re.compile("ChatGLM3 · .* · chatglm.cpp"))
        app.find("Import", "button").click()
        target = self.data / APP_ID / "models" / "v3-cpp2-q8_0-Q4_0.gguf"
        app.find(str(target))
        self.assertTrue(target.exists() and path.exists())
        app.quit()

    def test_import_of_something_else(self):
        folder = self.home / "pictures"
        folder.mkdir()
        (folder / "config.json").write_text("{")
        app = self.start(folder)
        app.find("Unsupported Model")
        self.assertFalse(self.button(app, "Import").has("sensitive"))
        app.key("Escape")
        app.find("On This Computer")
        app.key("Escape")
        app.quit()

    def test_crash_while_loading(self):
        guard = self.home / "state" / APP_ID / "loading"
        guard.parent.mkdir(parents=True)
        guard.write_text(str(STARTER), encoding="utf-8")
        app = self.start()
        app.find(re.compile("Myna quit unexpectedly while loading"))
        app.find("Load Anyway").click()
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
        app.find("Models for This Computer")
        app.find(re.compile(".*(Fits, about .* a second|Needs .* more memory)", re.S))
        app.find("Recommended")
        app.find("Start Chatting", "button").click()
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
