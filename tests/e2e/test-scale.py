"""test-scale: larger text, and screens with more pixels: all of the window can be seen and used.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import subprocess

from myna_e2e import Atspi, TestCase, main, wait
from wayland import HEIGHT, WIDTH, Compositor

QUESTION = "Tell me a long story about a bird."


def extents(node):
    return Atspi.Component.get_extents(node.accessible.get_component_iface(), Atspi.CoordType.WINDOW)


class Scale(TestCase):
    def setUp(self):
        super().setUp()
        self.set_chat_settings(temperature=0)

    def check(self, app):
        """Asks, and looks whether what one needs is in the window.  Returns the height of the question's text."""
        app.ask(QUESTION)
        frame = extents(app.find(role="frame"))
        for name in ("Send", "Attach", "Tools", "Chat Menu", "Main Menu", "Models"):
            box = extents(app.find_all(name, ("button", "toggle button"))[-1])
            self.assertGreaterEqual(box.x, frame.x, name)
            self.assertLessEqual(box.x + box.width, frame.x + frame.width, name)
            self.assertLessEqual(box.y + box.height, frame.y + frame.height, name)
        messages = app.find("Messages", "list")
        canvas = extents(messages)
        texts = [extents(node) for node in messages.find_all(role="label") if node.name.strip()]
        self.assertGreater(len(texts), 1)
        for box in texts:
            self.assertGreaterEqual(box.x, canvas.x)
            self.assertLessEqual(box.x + box.width, canvas.x + canvas.width)
        return extents(messages.find_all(QUESTION, "label")[-1]).height


class LargeText(Scale):
    def height_at(self, factor):
        """What a desktop without settings says to X11 programs."""
        subprocess.run(["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", f"Xft.dpi: {96 * factor:g}\n"],
                       check=True)
        app = self.start()
        height = self.check(app)
        app.quit()
        return height

    def test_text_size(self):
        usual = self.height_at(1)
        self.assertGreater(self.height_at(1.5), 1.3 * usual)
        self.assertGreater(self.height_at(2), 1.8 * usual)


class HighResolution(Scale):
    def test_wayland(self):
        """A screen of twice as many pixels: things are as large as before, and there is room for half of them."""
        compositor = Compositor()
        compositor.scale = 2
        compositor.__enter__()
        self.addCleanup(compositor.__exit__)
        app = self.start(env=compositor.env)
        self.check(app)
        frame = wait(lambda: extents(app.find(role="frame")), "the window")
        self.assertEqual((frame.width, frame.height), (WIDTH // 2, HEIGHT // 2))


if __name__ == "__main__":
    main()
