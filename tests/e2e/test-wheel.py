"""test-wheel: the wheel, the touchpad and fingers over every kind of block, on X11 and on Wayland.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import re
import subprocess
import time

from myna_e2e import Atspi, TestCase, main, wait
from touchscreen import NoTouchscreen, Touchscreen
from wayland import HORIZONTAL, VERTICAL, Compositor

LONG_LINE = "int answer = " + " + ".join(f"term_{i}" for i in range(60)) + ";"
TALL = "\n\n".join(f"Paragraph {i}. " + "There is more than one page of this reply. " * 12 for i in range(12))
WIDE_ROW = "| " + " | ".join(f"a_rather_long_heading_{i}" for i in range(12)) + " |"
WIDE_FORMULA = " + ".join(f"x_{{{i}}}^{{{i}}}" for i in range(60))
TEXT = f"""{TALL}

```c
{LONG_LINE}
{LONG_LINE}
```

```python
print ("short")
```

{WIDE_ROW}
{"| --- " * 12}|
{WIDE_ROW}

| small | table |
| ----- | ----- |
| 1     | 2     |

$$
{WIDE_FORMULA}
$$

$$
x^2
$$

# The heading

- The item of a list

> The quotation

The paragraph.

{TALL}
"""
# What to look for, and whether it is wider than the message.
BLOCKS = {
    "wide code": (re.compile("Code, c$"), True),
    "short code": (re.compile("Code, python$"), False),
    "wide table": ("Table", True),
    "small table": ("Table", False),
    "wide formula": (re.compile(r"\$\$\n" + re.escape(WIDE_FORMULA)), True),
    "small formula": (re.compile(r"\$\$\nx\^2\n"), False),
    "heading": ("The heading", False),
    "item": ("The item of a list", False),
    "quotation": ("The quotation", False),
    "paragraph": ("The paragraph.", False),
}


def extents(node):
    return Atspi.Component.get_extents(node.accessible.get_component_iface(), Atspi.CoordType.WINDOW)


class Wheel(TestCase):
    def setUp(self):
        super().setUp()
        self.home.joinpath("config/glib-2.0/settings/keyfile").open("a").write("window-width=1000\nwindow-height=760\n")
        at = int(time.time() * 1000)
        texts = ("Show me everything.", TEXT)
        messages = [{"id": i + 1, "parent_id": i, "role": ("user", "assistant")[i], "state": "complete", "text": text,
                     "created_at": at + i} for i, text in enumerate(texts)]
        self.home.joinpath("chat.json").write_text(json.dumps(
            {"format": "myna-conversations", "version": 1, "folders": [], "conversations": [
                {"origin": "test", "title": "Blocks", "created_at": at, "updated_at": at, "head_id": 2, "messages": messages}]}))
        app = self.start()
        app.import_chats(self.home / "chat.json")
        app.click_at(app.find("Chats", "list").find("Blocks", "label"))
        self.look(app)

    def look(self, app):
        """GTK 4.8 has all parts of the reply in its tree, which is long: they are found once.  GTK 4.18 has those in sight."""
        self.app = app
        self.frame = app.find("Blocks — Myna", "frame")
        self.canvas = self.frame.find("Messages", "list")
        self.nodes = wait(lambda: self.canvas.find_all(re.compile("Paragraph [0-9]")) and list(self.canvas.walk()), "the reply")
        self.is_whole = any(node.name == BLOCKS["paragraph"][0] for node, _ in self.nodes)
        self.last = len(BLOCKS)

    def block(self, name):
        """What is not in the tree is scrolled for, from the block that was seen last."""
        before, self.last = self.last, list(BLOCKS).index(name)
        way = 1 if self.last > before else -1
        for clicks in (0, *[way] * 90, *[-way] * 180):
            if clicks:
                self.scroll(clicks)
            if found := self.find_block(*BLOCKS[name]):
                return found[0]
        self.fail(f"{name} is not there")

    def find_block(self, pattern, wide):
        nodes = self.nodes if self.is_whole else list(self.canvas.walk())
        nodes = [node for node, _ in nodes if (pattern.match(node.name) if hasattr(pattern, "match") else node.name == pattern)]
        return [node for node in nodes if pattern != "Table" or ("small" in node.description) != wide]

    def scroll(self, clicks):
        """Turns the wheel beside the messages."""
        canvas = extents(self.canvas)
        self.point(canvas.x + 6, canvas.y + canvas.height // 2)
        self.turn(VERTICAL, clicks)

    def where(self, block):
        """How far a block is down the window, and how far what is in it begins to the left of it."""
        box = extents(block)
        inner = max((extents(node) for node, _ in block.walk()), key=lambda box: box.width)
        return box.y, box.x - inner.x

    def bring_into_view(self, block):
        canvas = extents(self.canvas)
        for _ in range(60):
            middle = extents(block).y + extents(block).height // 2
            if canvas.y + canvas.height // 3 < middle < canvas.y + canvas.height * 2 // 3:
                return
            before = extents(block).y
            self.scroll(1 if middle > canvas.y + canvas.height // 2 else -1)
            wait(lambda: extents(block).y != before, "the messages to move")
        self.fail("the block did not come into view")

    def settled(self, block):
        """Where the block is when it has come to rest."""
        places = [None]

        def rests():
            places.append(self.where(block))
            return places[-1] == places[-2] and places[-1]
        return wait(rests, "the block to rest")

    def up_and_down(self, name, block, x, y):
        for clicks in (1, -1):
            before = self.settled(block)
            self.point(x, y)
            self.turn(VERTICAL, clicks)
            wait(lambda: (self.where(block)[0] - before[0]) * clicks < 0, f"the chat to move under {name}")
            self.assertEqual(self.settled(block)[1], before[1], f"{name} went sideways")

    def step_sideways(self, name, block, x, y, turn):
        """Returns how far the block went."""
        before = self.settled(block)
        self.point(x, y)
        turn()
        wait(lambda: self.where(block)[1] != before[1], f"{name} to go sideways")
        after = self.settled(block)
        self.assertEqual(after[0], before[0], f"the chat moved under {name}")
        return after[1] - before[1]

    def sideways(self, name, block, x, y):
        for _ in range(2):
            self.assertGreater(self.step_sideways(name, block, x, y, lambda: self.turn_with_shift(1)), 0)
        # On Wayland GDK 4.8 takes left for right.
        there, back = (self.step_sideways(name, block, x, y, lambda clicks=clicks: self.turn(HORIZONTAL, clicks))
                       for clicks in (1, -1))
        self.assertLess(there * back, 0)
        self.assertLess(self.step_sideways(name, block, x, y, lambda: self.turn_with_shift(-1)), 0)

    def check(self, name):
        block = self.block(name)
        self.bring_into_view(block)
        box = extents(block)
        self.up_and_down(name, block, box.x + box.width // 2, box.y + box.height // 2)
        if not BLOCKS[name][1]:
            return
        self.sideways(name, block, box.x + box.width // 2, box.y + box.height // 2)
        # Over the scroll bar, too.
        box = extents(block)
        self.up_and_down(name, block, box.x + box.width // 2, box.y + box.height - 3)

    def check_all(self):
        for name in BLOCKS:
            self.check(name)
            print(f"# {name}", flush=True)


class X11(Wheel):
    def look(self, app):
        super().look(app)
        self.place = app.place(self.frame)

    def point(self, x, y):
        frame = extents(self.frame)
        name, middle_x, middle_y = self.place
        # Not --sync: that would wait where it is there already.
        subprocess.run(["xdotool", "mousemove", "--window", name, str(middle_x - frame.width // 2 + x - frame.x),
                        str(middle_y - frame.height // 2 + y - frame.y)], check=True)

    def turn(self, axis, clicks):
        buttons = ("4", "5") if axis == VERTICAL else ("6", "7")
        subprocess.run(["xdotool", "click", buttons[clicks > 0]], check=True)

    def turn_with_shift(self, clicks):
        subprocess.run(["xdotool", "keydown", "shift", "click", "5" if clicks > 0 else "4", "keyup", "shift"], check=True)

    def test_wheel(self):
        self.check_all()
        self.app.quit()


class Wayland(Wheel):
    def setUp(self):
        super().setUp()
        self.app.quit()
        self.compositor = Compositor()
        self.compositor.__enter__()
        self.addCleanup(self.compositor.__exit__)
        self.look(self.start(env=self.compositor.env))

    def point(self, x, y):
        frame = extents(self.frame)
        self.compositor.point_at(x - frame.x, y - frame.y)

    def turn(self, axis, clicks):
        self.compositor.turn_wheel(axis, clicks)

    def turn_with_shift(self, clicks):
        self.compositor.hold_shift(True)
        self.turn(VERTICAL, clicks)
        self.compositor.hold_shift(False)

    def test_wheel(self):
        self.check_all()

    @staticmethod
    def middle(block):
        box = extents(block)
        return box.x + box.width // 2, box.y + box.height // 2

    def touch(self, block, what, is_done, *ways):
        """Moves two fingers over the block again and again until that is done.  (GTK 4.8 does nothing with the first event of a
        movement.)"""
        self.point(*self.middle(block))
        wait(lambda: self.compositor.swipe(*ways) or is_done(), what)
        self.compositor.lift_fingers()

    def test_touchpad(self):
        """Fingers that go down the pad move the chat though they do not go quite straight, and those that go along it the block;
        so does Shift."""
        for name, (_, wide) in BLOCKS.items():
            block = self.block(name)
            self.bring_into_view(block)
            for sign in (1, -1):
                before = self.settled(block)
                self.touch(block, f"the chat to move under {name}", lambda: (self.where(block)[0] - before[0]) * sign < 0,
                           (0, 5 * sign), (-2, 6 * sign), (2, 5 * sign), (1, 4 * sign))
                self.assertEqual(self.settled(block)[1], before[1], f"{name} went sideways")
            if wide:
                self.sideways_by_touch(name, block)
            print(f"# {name}", flush=True)

    def touch_sideways(self, name, block, *ways):
        before = self.settled(block)
        self.touch(block, f"{name} to go sideways", lambda: self.where(block)[1] != before[1], *ways)
        after = self.settled(block)
        self.assertEqual(after[0], before[0], f"the chat moved under {name}")
        return after[1] - before[1]

    def sideways_by_touch(self, name, block):
        self.compositor.hold_shift(True)
        self.assertGreater(self.touch_sideways(name, block, (0, 9), (1, 12), (0, 9), (-1, 6)), 0)
        self.compositor.hold_shift(False)
        # On Wayland GDK 4.8 takes left for right.
        there, back = (self.touch_sideways(name, block, (3 * way, 0), (4 * way, -1), (3 * way, 1), (2 * way, 0))
                       for way in (1, -1))
        self.assertLess(there * back, 0)


class Touch(Wheel):
    """A finger on the screen."""

    def setUp(self):
        super().setUp()
        self.app.quit()
        self.screen = Touchscreen()
        try:
            self.screen.__enter__()
        except NoTouchscreen as reason:
            self.skipTest(str(reason))
        self.addCleanup(self.screen.__exit__)
        self.addCleanup(os.environ.update, DISPLAY=os.environ["DISPLAY"])
        os.environ.update(self.screen.env)
        self.look(self.start())

    def look(self, app):
        super().look(app)
        window, x, y = app.place(self.frame)
        frame = extents(self.frame)
        geometry = dict(re.findall(r"(X|Y)=(-?\d+)", subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], check=True,
                                                                   capture_output=True, text=True).stdout))
        self.corner = (int(geometry["X"]) + x - frame.width // 2 - frame.x, int(geometry["Y"]) + y - frame.height // 2 - frame.y)

    def middle(self, node):
        """On the screen."""
        box = extents(node)
        return self.corner[0] + box.x + box.width // 2, self.corner[1] + box.y + box.height // 2

    def point(self, x, y):
        self.at = self.corner[0] + x, self.corner[1] + y

    def turn(self, axis, clicks):
        self.screen.swipe(*self.at, 0, -60 * clicks)

    def test_swipes(self):
        """The chat goes with the finger, though that does not go quite straight, and a wide block with one that goes sideways."""
        for name, (_, wide) in BLOCKS.items():
            block = self.block(name)
            self.bring_into_view(block)
            for way in (-90, 90):
                before = self.settled(block)
                self.screen.swipe(*self.middle(block), 4, way)
                wait(lambda: (self.where(block)[0] - before[0]) * way > 0, f"the chat to move under {name}")
                self.assertEqual(self.settled(block)[1], before[1], f"{name} went sideways")
            for way in (-120, 60) if wide else ():
                before = self.settled(block)
                self.screen.swipe(*self.middle(block), way, 3)
                wait(lambda: (self.where(block)[1] - before[1]) * way < 0, f"{name} to go sideways")
                self.assertEqual(self.settled(block)[0], before[0], f"the chat moved under {name}")
            print(f"# {name}", flush=True)

    def test_long_press(self):
        """A finger that rests on a message opens its menu."""
        for name in "wide code", "small table", "small formula", "heading", "paragraph":
            block = self.block(name)
            self.bring_into_view(block)
            self.hold(name, block)
        self.app.key("ctrl+l", "shift+Tab", "Home")
        self.hold("question", self.canvas.find(re.compile("^You: ")))

    def hold(self, name, node, item="Details"):
        self.settled(node)
        self.screen.hold(*self.middle(node), lambda: self.app.find(item, shown=True))
        self.app.key("Escape")
        wait(lambda: not self.app.find_all(item), f"the menu of the {name} to close")

    def test_sidebar(self):
        """The list of chats goes with the finger, which moves no chat into a folder; one that rests opens the menu of a chat."""
        at = int(time.time() * 1000) - 1000
        self.home.joinpath("many.json").write_text(json.dumps(
            {"format": "myna-conversations", "version": 1, "folders": [], "conversations": [
                {"origin": f"many-{i}", "title": f"Number {i}", "created_at": at + i, "updated_at": at + i, "head_id": 1, "messages": [
                    {"id": 1, "parent_id": 0, "role": "user", "state": "complete", "text": "?", "created_at": at}]}
                for i in range(40)]}))
        self.app.import_chats(self.home / "many.json")
        chats = self.app.find("Chats", "list")
        row = chats.find("Number 33", "label")
        before = extents(row).y
        self.screen.swipe(*self.middle(row), 3, -100)
        wait(lambda: extents(row).y < before, "the list to move")
        self.hold("chat", chats.find("Number 31", "label"), "Rename")


if __name__ == "__main__":
    main()
