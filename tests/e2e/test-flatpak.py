"""test-flatpak: the installed Flatpak in its sandbox.  `./dev flatpak --test` builds and installs it, and runs this.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import subprocess

from myna_e2e import APP_ID, TestCase, main, wait


def in_sandbox(*command):
    return subprocess.run(["flatpak", "run", "--user", f"--command={command[0]}", APP_ID, *command[1:]],
                          capture_output=True, text=True, check=False)


class Sandbox(TestCase):
    @property
    def data(self):
        return self.home / ".var" / "app" / APP_ID / "data"

    def start(self, *args, **kwargs):
        return super().start("run", "--user", APP_ID, *args, program="flatpak", **kwargs)

    first_start = True      # its settings are in the sandbox too: it has never run

    def test_chat_and_return(self):
        app = self.start()
        app.find("Start Chatting", "button").click()
        app.wait_closed("Welcome")
        reply = app.ask("你好")
        self.assertEqual(app.rows("You"), ["你好"])
        wait(lambda: len(self.query("SELECT id FROM message WHERE state = 0")) == 2, "both messages to be saved")
        app.quit()
        app = self.start()
        wait(lambda: app.conversations() == ["你好"], "the conversation in the history")
        wait(lambda: app.rows("Myna") == [reply], "the reply to be shown again")
        app.quit()

    def test_permissions(self):
        listing = subprocess.run(["flatpak", "info", "--user", "--show-permissions", APP_ID], check=True,
                                 capture_output=True, text=True).stdout.split()
        given = {key: set(values.strip(";").split(";")) for key, _, values in (line.partition("=") for line in listing)}
        # Newer Flatpaks list fallback-x11 as x11 too.
        given["sockets"].discard("x11")
        self.assertEqual(given, {"[Context]": {""}, "shared": {"ipc"}, "sockets": {"wayland", "fallback-x11"},
                                 "devices": {"dri"}})

    def test_exports(self):
        """What the desktop sees of it, under the names that Flatpak lets out."""
        folder = subprocess.run(["flatpak", "info", "--user", "--show-location", APP_ID], check=True, capture_output=True,
                                text=True).stdout.strip()
        share = pathlib.Path(folder, "export", "share")
        for name in (f"applications/{APP_ID}.desktop", f"dbus-1/services/{APP_ID}.service",
                     f"gnome-shell/search-providers/{APP_ID}.search-provider.ini", f"mime/packages/{APP_ID}.xml",
                     f"icons/hicolor/scalable/apps/{APP_ID}.svg", f"icons/hicolor/symbolic/apps/{APP_ID}-symbolic.svg",
                     f"metainfo/{APP_ID}.metainfo.xml"):
            self.assertTrue((share / name).exists(), name)
        service = (share / f"dbus-1/services/{APP_ID}.service").read_text()
        self.assertIn("flatpak run", service)

    def test_no_network_and_no_home(self):
        interfaces = in_sandbox("cat", "/proc/net/dev").stdout.splitlines()[2:]
        self.assertEqual([line.split(":")[0].strip() for line in interfaces], ["lo"])
        (self.home / "secret").write_text("secret")
        here = in_sandbox("cat", "/app/share/myna/models/MODEL-CARD.md")
        there = in_sandbox("cat", self.home / "secret")
        self.assertIn("Fledgling", here.stdout)
        self.assertNotEqual(there.returncode, 0)

    def test_engine_on_this_processor(self):
        for mask in ("c", "all"):
            run = in_sandbox("sh", "-c", f"echo 你好 | myna-cli chat --greedy --cpu-mask {mask}")
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("你好", run.stdout)


if __name__ == "__main__":
    main()
