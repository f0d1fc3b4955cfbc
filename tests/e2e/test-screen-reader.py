"""test-screen-reader: what a screen reader hears of a reply while it is written, and how it reads it afterwards.

With MYNA_TRANSCRIPT=FILE what was heard is kept.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re

from myna_e2e import Atspi, GLib, TestCase, main, wait

STORY = "Tell me a long story about a bird."
EVENTS = ("object:announcement", "object:text-changed:insert", "object:text-changed:delete",
          "object:property-change:accessible-description")


class ScreenReader(TestCase):
    def setUp(self):
        super().setUp()
        self.set_chat_settings(temperature=0)
        self.start_screen_reader()
        self.heard = []
        self.listener = Atspi.EventListener.new(self.hear)
        for event in EVENTS:
            self.listener.register(event)
            self.addCleanup(self.listener.deregister, event)

    def hear(self, event):
        if event.type.startswith("object:property-change"):
            self.heard.append(("described", event.source.get_name(), event.source.get_description() or ""))
        elif event.type.startswith("object:announcement"):
            self.heard.append(("announced", event.source.get_name(), event.any_data))
        else:
            kind = "added" if ":insert" in event.type else "removed"
            self.heard.append((kind, event.source.get_role_name(), event.detail1, event.any_data))

    def listen(self, condition, what):
        def heard():
            while GLib.MainContext.default().iteration(False):
                pass
            return condition()
        return wait(heard, what)

    @staticmethod
    def squeeze(text):
        return re.sub(r"\s+", "", text)

    def keep(self, reply):
        if "MYNA_TRANSCRIPT" not in os.environ:
            return
        with open(os.environ["MYNA_TRANSCRIPT"], "w", encoding="utf-8") as file:
            for kind, *what in self.heard:
                file.write(f"{kind}: {' · '.join(map(str, what))}\n")
            file.write(f"\nThe reply:\n{reply}\n")

    def test_reply(self):
        app = self.start()
        new = tuple(map(int, app.accessible.get_toolkit_version().split(".")[:2])) >= (4, 14)
        self.listen(lambda: app.find_all("Message"), "the composer")
        self.heard.clear()
        said = "announced" if new else "described"
        app.send(STORY)
        reply = wait(lambda: (app.wait_idle() or "".join(app.rows("Myna")[-1:]).strip()), "the reply")
        # Each sentence once, in their order, and no letter more.
        whole = self.squeeze("Myna: " + reply)

        def spoken():
            return self.squeeze("".join(what[-1] for kind, *what in self.heard if kind == said and what[0] == "Message"))
        self.listen(lambda: len(spoken()) >= len(whole), f"all of the reply to be said: {self.heard}")
        self.keep(reply)
        self.assertEqual(spoken(), whole)
        if new:
            self.check_text(app, reply)
        app.quit()

    def check_text(self, app, reply):
        """The blocks have texts; what was told of their growth is them."""
        added = [text for kind, *_, text in self.heard if kind == "added"]
        self.assertGreater(len([text for text in added if text]), 3)
        row = [node for node in app.find_all(role="list item") if node.name.startswith("Myna: ")][-1]
        blocks = [node for node in row.find_all(role="label") if node.accessible.get_text_iface() and node.name in reply and node.name]
        self.assertEqual("".join(self.squeeze(node.text) for node in blocks), self.squeeze(reply))
        first = blocks[0].accessible.get_text_iface()
        word = Atspi.Text.get_string_at_offset(first, 0, Atspi.TextGranularity.WORD).content
        self.assertEqual(re.findall(r"\w+", word), re.findall(r"\w+", reply)[:1])
        sentence = Atspi.Text.get_string_at_offset(first, 0, Atspi.TextGranularity.SENTENCE).content
        self.assertTrue(reply.startswith(sentence.strip()))
        self.assertIn(sentence.strip()[-1], ".!?”\"")
        self.assertEqual(Atspi.Text.get_attribute_run(first, 0, False)[0] or {}, {})
        self.assertEqual(Atspi.Text.get_text(first, 0, 4), reply[:4])


if __name__ == "__main__":
    main()
