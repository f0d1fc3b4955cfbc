"""test-tools: a model calls tools: cards, questions and answers by keyboard, the popover, permissions and what was run.

The starter model writes calls when it is offered tools, but they are off for it, for it was not trained to make good use of ours.
Here it is a copy whose file says that it was (glm.tools).  It calls search_chats when it is asked to search.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import re
import struct

from myna_e2e import STARTER, TestCase, main, wait

ASKED, DONE, REFUSED = 0, 2, 4      # call.state
SEARCH = "Search my chats for soup."
READING = ["search_chats", "read_more"]
QUESTION = re.compile("The model wants to use the tool")
WAITING = "Waiting for your answer"
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}      # of the types of GGUF's values


def skip_value(data, at, kind):
    """Where a GGUF value of that type ends."""
    if kind == 8:
        return at + 8 + struct.unpack_from("<Q", data, at)[0]
    if kind != 9:
        return at + SIZES[kind]
    element, n = struct.unpack_from("<IQ", data, at)
    at += 12
    if element in SIZES:
        return at + n * SIZES[element]
    for _ in range(n):
        at = skip_value(data, at, element)
    return at


def copy_trained(source, target):
    """The model with one key more."""
    data = source.read_bytes()
    version, n_tensors, n_keys = struct.unpack_from("<IQQ", data, 4)
    at = 24
    for _ in range(n_keys):
        at += 8 + struct.unpack_from("<Q", data, at)[0]
        at = skip_value(data, at + 4, struct.unpack_from("<I", data, at)[0])
    end = at
    for _ in range(n_tensors):
        at += 8 + struct.unpack_from("<Q", data, at)[0]
        at += 4 + 8 * struct.unpack_from("<I", data, at)[0] + 12
    weights = (at + 31) // 32 * 32
    key = b"glm.tools"
    extra = struct.pack("<Q", len(key)) + key + struct.pack("<IB", 7, 1)
    head = b"GGUF" + struct.pack("<IQQ", version, n_tensors, n_keys + 1) + data[24:end] + extra + data[end:at]
    target.write_bytes(head + bytes(-len(head) % 32) + data[weights:])


class Tools(TestCase):
    def use_trained(self, tools=READING):
        """Before the program starts: a model that calls tools is the default, and these are on in new chats."""
        path = self.home / "trained.gguf"
        copy_trained(STARTER, path)
        keyfile = self.home / "config/glib-2.0/settings/keyfile"
        with keyfile.open("a") as file:
            file.write(f"default-model='{path}'\nmodels=[('{path}', 'Trained')]\n"
                       f"chat-settings='{json.dumps({'temperature': 0, 'tools': tools})}'\n")

    def calls(self):
        """State, who allowed it, whether it was edited, and the arguments of each."""
        return self.query("SELECT state, allowed_by, edited, arguments FROM call ORDER BY message_id")

    def wait_asked(self, app):
        wait(lambda: app.find_all(QUESTION), "the question")
        wait(lambda: [state for state, *_ in self.calls()][-1:] == [ASKED], "the stored call")

    def focused(self, app):
        return [node.name for node in app.find_all(role=("button", "text", "toggle button", "check box")) if node.has("focused")]

    def tab_to(self, app, name):
        for _ in range(8):
            if name in self.focused(app):
                return
            app.key("Tab")
        self.fail(f"Tab does not come to {name!r}: {self.focused(app)}")

    def go_to(self, app, name):
        """With Tab, from the question's first button."""
        app.key("F6")
        wait(lambda: "Deny" in self.focused(app), "F6 to come to Deny")
        self.tab_to(app, name)

    def test_allow_by_keyboard(self):
        self.use_trained()
        app = self.start()
        app.ask("What is a soup?")
        app.key("ctrl+n")
        wait(lambda: not app.rows("You"), "a new chat")
        app.send(SEARCH)
        self.wait_asked(app)
        # What will happen, what it may touch, and with what.
        app.find(re.compile("It reads your other chats"))
        self.assertEqual(app.find("Words to find", "text").text, "soup")
        self.go_to(app, "Allow in This Chat")
        app.key("Return")
        app.wait_idle()
        self.assertEqual(self.calls(), [(DONE, 1, 0, '{"query": "soup"}')])
        self.assertEqual(self.query("SELECT tool, rule FROM tool_rule"), [("search_chats", 1)])
        card = app.find(re.compile("Tool call: Search chats: soup. Result: "), ("button", "toggle button"))
        self.assertFalse(app.find_all("Run Again…"))
        card.click()
        app.find(re.compile("Allowed by you"))
        app.find("Run Again…")
        # What was allowed is listed, and can be taken back.
        app.key("ctrl+n")
        wait(lambda: not app.rows("You"), "a new chat")
        app.key("ctrl+comma")
        app.find("Tools", ("page tab", "radio button", "toggle button")).click()
        app.find(re.compile("Allowed in “Search my chats for soup.”"))
        app.find(re.compile("Remove: Search chats"), "button").click()
        wait(lambda: not self.query("SELECT 1 FROM tool_rule"), "the permission to go")
        app.find(re.compile("None. Tools that read"))
        app.key("Escape")
        app.wait_closed("Preferences")
        app.quit()

    def start_at_deny(self):
        """A call that is asked about, and the keyboard on its first answer."""
        self.use_trained()
        app = self.start()
        app.send(SEARCH)
        self.wait_asked(app)
        app.key("F6")
        wait(lambda: "Deny" in self.focused(app), "F6 to come to Deny")
        return app

    def test_deny_by_escape(self):
        app = self.start_at_deny()
        app.key("Escape")
        app.wait_idle()
        self.assertEqual([(state, by) for state, by, *_ in self.calls()][:1], [(REFUSED, 0)])
        app.find(re.compile("Tool call: Search chats: soup. Not run: you denied it."))
        self.assertFalse(self.query("SELECT 1 FROM tool_rule"))
        app.quit()

    def test_deny_with_a_reason(self):
        """From the menu the keyboard comes into the reason, and stays there."""
        app = self.start_at_deny()
        app.key("shift+Tab")
        wait(lambda: "More answers" in self.focused(app), "the menu")
        app.key("Return")
        app.choose("Deny With a Reason…")
        reason = "Why not? The model reads this."
        wait(lambda: reason in self.focused(app), "the reason to have the keyboard")
        app.write("Not now.")
        app.key("Return")
        app.wait_idle()
        self.assertEqual([(state, by) for state, by, *_ in self.calls()][:1], [(REFUSED, 0)])
        self.assertIn("Not now.", self.query("SELECT text FROM message WHERE role = 3")[0][0])
        self.assertEqual(app.composer.text, "")
        app.quit()

    def test_edit(self):
        self.use_trained()
        app = self.start()
        app.send(SEARCH)
        self.wait_asked(app)
        app.find("Words to find", "text").replace("stew")
        app.key("F6", "ctrl+Return")
        app.wait_idle()
        self.assertEqual(self.calls()[0], (DONE, 1, 1, '{"query":"stew"}'))
        app.quit()

    def test_killed_while_it_asks(self):
        self.use_trained()
        app = self.start()
        app.send(SEARCH)
        self.wait_asked(app)
        app.kill()
        app = self.start()
        app.find("This waits for your answer")
        self.assertEqual(self.calls(), [(ASKED, 0, 0, '{"query": "soup"}')])
        app.find("Continue").click()
        self.wait_asked(app)
        app.find("Deny").click()
        app.wait_idle()
        self.assertEqual(self.calls()[0][0], REFUSED)
        app.quit()

    def test_other_chat_and_deletion(self):
        self.use_trained()
        app = self.start()
        app.send(SEARCH)
        self.wait_asked(app)
        app.find("Words to find", "text").replace("stew")
        # It waits, and the list says so.
        app.key("ctrl+n")
        wait(lambda: not app.rows("You"), "a new chat")
        self.assertFalse(app.find_all(QUESTION))
        app.find(WAITING)
        app.key("alt+Down")
        wait(lambda: app.find_all(QUESTION), "the question again")
        self.assertEqual(app.find("Words to find", "text").text, "stew")
        # Deleted and taken back it can still be answered.
        app.find_all("Chat Menu", "button")[-1].click()
        app.choose("_Delete")
        app.find_button("Undo").click()
        wait(lambda: app.conversations(), "the chat to be back")
        app.key("alt+Down")
        app.find("Continue").click()
        self.wait_asked(app)
        app.key("F6", "Escape")
        app.wait_idle()
        self.assertEqual(self.calls()[0][0], REFUSED)
        app.quit()

    def test_popover(self):
        app = self.start()          # with the starter model as it is
        app.ask("Hello")
        app.find_all("Tools", "button")[-1].click()
        app.find(re.compile("The model of this chat was not trained to use tools"))
        app.key("Escape")
        app.quit()

    def test_popover_of_trained(self):
        self.use_trained(["date_time"])
        app = self.start()
        app.ask("Hello")
        app.key("ctrl+l")
        self.tab_to(app, "Tools: 1 is on")
        app.key("Return")
        app.find(re.compile("They take [0-9,]+ of the [0-9,]+ tokens"))
        self.tab_to(app, "Date and time")
        app.key("Return")
        wait(lambda: self.query("SELECT settings FROM conversation") == [('{"tools":[],"mode":"tools"}',)], "the choice to be kept")
        app.find(re.compile("No tools are on"))
        app.key("Escape")
        app.quit()


main()
