"""test-settings: settings of a chat, personas and preferences reach what they are for.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import re

from myna_e2e import APP_ID, Atspi, TestCase, main, wait

BUTTONS = ("button", "toggle button")
KEYFILE = "config/glib-2.0/settings/keyfile"


class Settings(TestCase):
    def start(self, *args, **kwargs):
        return super().start(*args, env={"G_MESSAGES_DEBUG": "all"} | kwargs.pop("env", {}), **kwargs)

    def log(self):
        """What the engine said of the replies it made, without those that are titles."""
        text = (self.home / "output.txt").read_text(errors="replace")
        return [line for line in re.findall(r"generate: (.*)", text) if "temperature 0, top-p 1, top-k 0" not in line]

    def stored(self, key):
        """A preference as it lies on the disk."""
        text = (self.home / KEYFILE).read_text(encoding="utf-8")
        found = re.search(f"^{key}=(.*)$", text, re.MULTILINE)
        return found.group(1) if found else None

    @staticmethod
    def open_chat_settings(app):
        app.find_all(app._("Chat Menu"), BUTTONS)[-1].click()
        app.choose("Chat _Settings")
        app.find(app._("Persona"))

    @staticmethod
    def close(app, title):
        app.key("Escape")
        app.wait_closed(title)

    @staticmethod
    def set_number(app, name, value):
        field = app.find(name, "spin button")
        Atspi.Value.set_current_value(field.accessible.get_value_iface(), value)
        return field

    @staticmethod
    def choose(app, name, item, position):
        """An item of a row, counted from 0, with keys: whatever lies under the pointer has the focus at first."""
        app.click_at(app.find(name, "combo box"))
        wait(lambda: [row for row in app.find_all(role="list item") if row.has("focused")], f"the items of {name!r}")
        for key in ["Home"] + ["Down"] * position + ["Return"]:
            app.key(key)
        row = app.find(name, "combo box")
        wait(lambda: [label.name for label in row.find_all(role="label")][-1] == item, f"{item!r} to be chosen")

    @staticmethod
    def wait_prompt(app, text):
        wait(lambda: app.find_all("System Prompt", "text")[-1].text.startswith(text), f"the system prompt {text!r}")

    def chat_settings(self):
        """Those in the database, of the only chat."""
        return json.loads(self.query("SELECT settings FROM conversation")[0][0] or "{}")

    def test_settings_of_a_chat(self):
        app = self.start()
        self.open_chat_settings(app)
        for name, value in (("Temperature", 0.0), ("Top-p", 0.5), ("Top-k", 7), ("Min-p", 0.1), ("Repetition Penalty", 1.25),
                            ("Seed", 42), ("Maximum Reply Length", 16), ("Context Length", 512), ("Cores", 1)):
            self.set_number(app, name, value)
        app.find("System Prompt", "text").type("Be kind.")
        self.close(app, "Chat Settings")
        app.ask("Tell me a long story about a bird.")
        self.assertEqual(self.chat_settings(), {
            "system": "Be kind.", "temperature": 0.0, "top_p": 0.5, "top_k": 7, "min_p": 0.1, "repetition_penalty": 1.25,
            "seed": 42, "max_tokens": 16, "context_length": 512, "threads": 1})
        self.assertEqual(self.log()[-1], "temperature 0, top-p 0.5, top-k 7, min-p 0.1, repetition penalty 1.25, seed 42, "
                                         "at most 16 tokens, context 512")
        self.assertLessEqual(self.query("SELECT n_tokens FROM message WHERE role = 2")[0][0], 16)

        # Another chat has its own: the family's.
        app.key("ctrl+n")
        wait(lambda: not app.rows("Myna"), "a new chat")
        app.ask("Hello")
        self.assertRegex(self.log()[-1], r"temperature 0\.8, top-p 0\.8, top-k 50, .*, context 2048")
        app.quit()

    def test_reset(self):
        self.set_chat_settings(temperature=0.3)
        app = self.start()
        self.open_chat_settings(app)
        field = self.set_number(app, "Temperature", 1.5)
        value = field.accessible.get_value_iface()
        app.find_button("Reset All").click()
        wait(lambda: abs(Atspi.Value.get_current_value(value) - 0.3) < 0.001, "the default to be back")
        self.close(app, "Chat Settings")
        app.ask("Hello")
        self.assertEqual(self.chat_settings(), {})
        self.assertIn("temperature 0.3,", self.log()[-1])
        app.quit()

    def test_persona(self):
        app = self.start()
        self.open_chat_settings(app)
        self.choose(app, "Persona", "Teacher", 1)
        self.wait_prompt(app, "You are a patient teacher")
        self.close(app, "Chat Settings")
        app.ask("What is rain?")
        self.assertIn("patient teacher", self.chat_settings()["system"])
        self.assertIn("temperature 0.6,", self.log()[-1])
        # Another one, for the same chat.
        self.open_chat_settings(app)
        self.choose(app, "Persona", "Programmer", 2)
        wait(lambda: "programmer" in self.chat_settings()["system"], "the persona to be stored")
        self.choose(app, "Persona", "Concise", 6)
        wait(lambda: "few words" in self.chat_settings()["system"], "the persona to be stored")
        self.close(app, "Chat Settings")
        app.ask("What is snow?")
        self.assertIn("temperature 0.2,", self.log()[-1])
        app.quit()

    def test_own_persona(self):
        app = self.start()
        app.composer
        app.key("ctrl+comma")
        app.find("Personas", "page tab").click()
        app.find("New Persona").click()
        app.find("Current Model")
        app.key("ctrl+a")           # the name has the focus
        app.write("Pirate")
        app.find_all("System Prompt", "text")[-1].type("Answer as a pirate.")
        app.find_button("Save").click()
        app.wait_closed("Persona")
        app.find("Pirate")
        self.close(app, "Preferences")
        files = list((self.data / APP_ID / "personas").glob("*.json"))
        self.assertEqual(len(files), 1)
        persona = json.loads(files[0].read_text(encoding="utf-8"))
        self.assertEqual((persona["name"], persona["settings"]["system"]), ("Pirate", "Answer as a pirate."))

        self.open_chat_settings(app)
        self.choose(app, "Persona", "Pirate", 7)      # behind the six that come with Myna
        self.wait_prompt(app, "Answer as a pirate")
        self.close(app, "Chat Settings")
        app.ask("Hello")
        self.assertEqual(self.chat_settings()["system"], "Answer as a pirate.")
        app.quit()

    def test_graphics_card(self):
        """A card of a fake list: chosen, and found not to be there when it is to compute."""
        folder = self.home / "helpers"
        folder.mkdir()
        lines = ["0" * 32 + "\tdiscrete\t12000000000\t11000000000\tdriver 1\t\tLarge Card",
                 "1" * 32 + "\tintegrated\t16000000000\t8000000000\tdriver 2\t\tBuilt-in"]
        (folder / "text").write_text("\n".join(lines) + "\n")
        (folder / "myna-cards").write_text(f"#!/bin/sh\ncat '{folder}/text'\n")
        (folder / "myna-cards").chmod(0o700)
        app = self.start(env={"MYNA_LIBEXEC_DIR": f"{folder}:{os.environ['MYNA_LIBEXEC_DIR']}"})
        app.key("ctrl+comma")
        app.find("System", "page tab").click()
        wait(lambda: app.find_all("A graphics card can write replies faster", "label"), "the cards")
        self.choose(app, "Compute On", "Built-in (16.0\xa0GB, 8.0\xa0GB free)", 2)
        wait(lambda: [label for label in app.find_all(role="label") if "Not faster for replies" in label.name], "its words")
        self.choose(app, "Compute On", "Large Card (12.0\xa0GB, 11.0\xa0GB free)", 1)
        wait(lambda: self.stored("graphics-card") == f"('{'0' * 32}', 'Large Card')", "the choice to be stored")
        self.close(app, "Preferences")
        # The processor answers in its place, and the window says so.
        app.ask("Hello")
        app.find("“Large Card” is not used", "label")
        app.quit()

    def test_preferences(self):
        """Each row writes its key, within its range."""
        app = self.start()
        app.composer
        app.key("ctrl+comma")
        self.set_number(app, "Text Size", 1000)
        self.set_number(app, "Delete From Trash After", 7)
        app.click_at(app.find("Notifications", "check box"))
        app.click_at(app.find("Finish in the Background", "check box"))
        self.choose(app, "Style", "Dark", 2)
        self.choose(app, "Send With", "Ctrl and Enter", 1)
        self.choose(app, "Code Color Scheme", "Classic", 1)
        app.find("System", "page tab").click()
        app.click_at(app.find("Warn About Large Models", "check box"))
        self.set_number(app, "Unload Model When Idle", 3)
        self.set_number(app, "Context Length", 640)
        self.set_number(app, "Cores", 2)
        for key, value in (("text-size", "300"), ("bin-days", "7"), ("notifications", "false"),
                           ("run-in-background", "false"), ("color-scheme", "'dark'"), ("send-key", "'ctrl-enter'"),
                           ("code-theme", "'classic'"), ("memory-guard", "false"), ("idle-unload-minutes", "3"),
                           ("context-length", "640"), ("threads", "2")):
            wait(lambda k=key, v=value: self.stored(k) == v, f"{key} to be {value}, not {self.stored(key)}")
        self.close(app, "Preferences")
        app.ask("Hello")
        self.assertIn("context 640", self.log()[-1])
        app.quit()


if __name__ == "__main__":
    main()
