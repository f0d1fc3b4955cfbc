"""test-cards: a graphics card that fails in the middle of a reply, and a program that is killed while a card computes, seen in the
window.  The card is Mesa's renderer, under a layer of Vulkan that fails or waits when the test says so.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import shutil
import subprocess
import tempfile

from myna_e2e import APP_ID, BUILD, STARTER, TestCase, app_environment, main, wait

CRASHED = "Myna closed while it used the graphics card"
FAILED = "The graphics card failed"


class Cards(TestCase):
    tested = None               # the caches of a home in which every shader was tested, which takes a slow renderer long

    @classmethod
    def tearDownClass(cls):
        if cls.tested:
            shutil.rmtree(cls.tested, ignore_errors=True)

    def prepare_cache(self, env):
        """As before the first use, but not while the window waits."""
        if not self.tested:
            subprocess.run([BUILD / "src/cli/myna-cli", "generate", "-m", STARTER, "--device", "llvmpipe", "--tokens", "10,11", "-n", "2"],
                           env=env, check=True, stdout=subprocess.DEVNULL)
            self.assertTrue(self.n_used(), "the layer is not in use")
            type(self).tested = pathlib.Path(tempfile.mkdtemp(prefix="myna-cards-"))
            shutil.copytree(self.home / "cache", self.tested, dirs_exist_ok=True)
        else:
            shutil.copytree(self.tested, self.home / "cache", dirs_exist_ok=True)

    def setUp(self):
        super().setUp()
        self.lost, self.held, self.used = (self.home / name for name in ("lost", "held", "used"))
        self.env = {"MYNA_TEST_GPU": "llvmpipe", "MYNA_CARD_LOST": str(self.lost), "MYNA_CARD_HELD": str(self.held),
                    "MYNA_CARD_USED": str(self.used), "VK_LAYER_PATH": str(BUILD / "tests/e2e"),
                    "VK_INSTANCE_LAYERS": "VK_LAYER_MYNA_lost_card"}
        env = app_environment(self.home) | self.env
        listed = subprocess.run([BUILD / "src/cli/myna-cards"], env=env, stdout=subprocess.PIPE, text=True, check=False).stdout
        card = next((line.split("\t") for line in listed.splitlines() if "llvmpipe" in line), None)
        if not card:
            self.skipTest("Mesa's renderer is not installed")
        keyfile = self.home / "config/glib-2.0/settings/keyfile"
        with keyfile.open("a") as file:
            file.write(f"graphics-card=('{card[0]}', 'llvmpipe')\ngraphics-card-offered=true\n")
        self.prepare_cache(env)

    def n_used(self):
        """How often something was submitted to the card."""
        return self.used.stat().st_size if self.used.exists() else 0

    def markers(self):
        """Of a card that is at work for the first time; one that is still being written has a dot."""
        return [path for path in (self.home / "cache" / APP_ID / "gpu").glob("busy-*") if "." not in path.name]

    def loaded(self):
        """A program whose model lies on the card."""
        before = self.n_used()
        app = self.start(env=self.env)
        wait(lambda: self.n_used() > before and not self.markers(), "the model to lie on the card")
        return app

    def begins_on_card(self, app):
        """A reply, whose end would take the renderer too long."""
        before, n_rows = self.n_used(), len(app.rows("Myna"))
        app.send("And the stars?")
        wait(lambda: len(app.rows("Myna")) > n_rows and app.rows("Myna")[-1].strip(), "the reply to begin")
        self.assertGreater(self.n_used(), before, "the card is left alone")
        app.find("Stop").click()
        app.wait_idle()

    def test_lost(self):
        """The reply goes on to its end with the processor, a banner says so, and the next start uses the card again."""
        app = self.loaded()
        before = self.n_used()
        app.send("Tell me a long story about the moon.")
        wait(lambda: "".join(app.rows("Myna")).strip(), "the reply to begin")
        begun = app.rows("Myna")[-1].strip()
        self.assertGreater(self.n_used(), before)
        self.lost.touch()
        app.find(FAILED)
        app.wait_idle()
        reply = wait(lambda: "".join(app.rows("Myna")[-1:]).strip(), "the reply")
        self.assertTrue(reply.startswith(begun[:20]), f"{reply!r} does not go on from {begun!r}")
        # Complete, or as long as replies may be.
        self.assertEqual(self.query("SELECT count (*) FROM message WHERE role = 2 AND state NOT IN (0, 4)"), [(0,)])
        before = self.n_used()
        self.assertTrue(app.ask("And the sun?"))
        self.assertEqual(self.n_used(), before, "a card that was lost was used again")
        app.quit()

        self.lost.unlink()
        app = self.loaded()
        self.begins_on_card(app)
        self.assertFalse(app.find_all(FAILED) or app.find_all(CRASHED))
        app.quit()

    def test_killed(self):
        """The next start leaves the card alone, says so and offers to try again; the question is there."""
        app = self.loaded()
        self.held.touch()
        app.send("What is the moon?")
        wait(self.markers, "the card to be at work")
        app.kill()
        self.held.unlink()

        before = self.n_used()
        app = self.start(env=self.env)
        app.find(CRASHED)
        app.find(re.compile(".*What is the moon"))
        self.assertEqual(self.query("SELECT count (*) FROM message WHERE role = 1"), [(1,)])
        self.assertTrue(app.ask("And the sun?"))
        self.assertEqual(self.n_used(), before, "the card was used")
        app.find_button("Try Again").click()
        wait(lambda: self.n_used() > before and not self.markers(), "the model to lie on the card")
        wait(lambda: not app.find_all(CRASHED), "the banner to go")
        self.begins_on_card(app)
        app.quit()


    def test_quit(self):
        """Who quits while the card is tested for the first time is not told that it ended the program."""
        shutil.rmtree(self.home / "cache" / APP_ID / "gpu")
        app = self.start(env=self.env)
        wait(self.markers, "the card to be tested")
        app.quit()
        self.assertFalse(self.markers())
        app = self.start(env=self.env)
        wait(self.markers, "the card to be tested again")
        self.assertFalse(app.find_all(CRASHED))
        app.quit()


if __name__ == "__main__":
    main()
