"""test-start: what a start costs, and that nobody else can keep it waiting.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import contextlib
import os
import subprocess

from gi.repository import Gio, GLib

from myna_e2e import BUILD, PROGRAM, TIMEOUT, TestCase, app_environment, main, wait

MAX_POINTER = 20        # questions of GTK's own, for crossing events


class Start(TestCase):
    def processor_time(self, app):
        """Seconds that the main thread has used."""
        pid = app.process.pid
        with open(f"/proc/{pid}/task/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_pointer(self):
        """The tooltips of a window ask for the pointer when one is about to be shown, and not before."""
        count = self.home / "count"
        asan = os.environ.get("ASAN_OPTIONS", "")
        app = self.start(env={"LD_PRELOAD": str(BUILD / "tests/e2e/count-pointer.so"), "MYNA_POINTER_COUNT": str(count),
                              "ASAN_OPTIONS": f"{asan}:verify_asan_link_order=0"})
        app.put_pointer_away()
        app.ask("Hello")
        n = count.stat().st_size if count.exists() else 0
        print(f"# asked for the pointer {n} times; the main thread used {self.processor_time(app):.2f} s", flush=True)
        app.quit()
        self.assertLessEqual(n, MAX_POINTER)


class Silent:
    """A service that owns its name, and lets every call wait until it is told to answer."""

    def __init__(self, address, name, path, xml):
        self.calls = []
        self.path = path
        self.interface = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
        # Its messages wait in a context that nobody but answer() looks into.
        self.context = GLib.MainContext.new()
        self.context.push_thread_default()
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.connection.register_object(path, self.interface, self.called, None, None)
        self.context.pop_thread_default()
        reply = self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                          "RequestName", GLib.Variant("(su)", (name, 0)), None, 0, -1, None)
        assert reply.unpack() == (1,), f"{name} is taken"

    def called(self, _connection, _sender, _path, _interface, method, _parameters, invocation):
        self.calls.append((method, invocation))

    def look(self):
        """Takes what has been asked; without that even the asking is not known to anybody."""
        while self.context.iteration(False):
            pass
        return self.calls

    def answer(self, value):
        for _, invocation in self.look():
            invocation.return_value(value)
        self.calls.clear()

    def emit(self, signal, parameters):
        self.connection.emit_signal(None, self.path, self.interface.name, signal, parameters)

    def close(self):
        with contextlib.suppress(GLib.Error):       # its bus is gone
            self.connection.close_sync(None)


class SilentServices(TestCase):
    """A service of the desktop that hangs does not keep the window back."""

    def silent(self, *args):
        service = Silent(*args)
        self.addCleanup(service.close)
        return service

    @staticmethod
    def is_dark(window):
        """Whether most of a window is, as it is seen."""
        mean = subprocess.run(["convert", f"x:{window}", "-colorspace", "Gray", "-format", "%[fx:mean]", "info:"], check=True,
                              capture_output=True, text=True).stdout
        return float(mean) < 0.5

    @staticmethod
    def windows(process):
        return subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(process.pid)], check=False,
                              capture_output=True, text=True).stdout.split()

    def test_portal(self):
        """Comes up without the desktop's colors, and takes them when the portal answers at last."""
        portal = self.silent(os.environ["DBUS_SESSION_BUS_ADDRESS"], "org.freedesktop.portal.Desktop",
                             "/org/freedesktop/portal/desktop", """<node><interface name="org.freedesktop.portal.Settings">
                             <method name="ReadAll"><arg type="as" direction="in"/><arg type="a{sa{sv}}" direction="out"/></method>
                             <method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/>
                             <arg type="v" direction="out"/></method>
                             <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
                             </interface></node>""")
        app = self.start(env={"ADW_DISABLE_PORTAL": "0"})
        window = self.windows(app.process)[-1]
        self.assertFalse(self.is_dark(window))
        scheme = GLib.Variant("u", 1)
        self.assertIn("ReadAll", [method for method, _ in portal.look()])
        portal.answer(GLib.Variant("(a{sa{sv}})", ({"org.freedesktop.appearance": {"color-scheme": scheme}},)))
        wait(lambda: self.is_dark(window), "the dark window")
        portal.emit("SettingChanged", GLib.Variant("(ssv)", ("org.freedesktop.appearance", "color-scheme",
                                                             GLib.Variant("u", 2))))
        wait(lambda: not self.is_dark(window), "the light window")
        self.assertTrue(app.ask("Hello"))
        app.quit()

    @contextlib.contextmanager
    def bus(self):
        """A bus of the program's own: the test itself needs the accessibility of the other one."""
        with subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE,
                              text=True) as daemon:
            try:
                yield daemon.stdout.readline().strip()
            finally:
                daemon.terminate()

    def test_accessibility(self):
        with self.bus() as address:
            service = self.silent(address, "org.a11y.Bus", "/org/a11y/bus", """<node><interface name="org.a11y.Bus">
                                  <method name="GetAddress"><arg type="s" direction="out"/></method></interface></node>""")
            env = app_environment(self.home) | {"DBUS_SESSION_BUS_ADDRESS": address}
            with open(self.home / "output.txt", "wb") as output, \
                    subprocess.Popen([str(PROGRAM)], env=env, stdout=output, stderr=output) as process:
                try:
                    wait(lambda: self.windows(process), "the window to open")
                    self.assertEqual([method for method, _ in service.look()], ["GetAddress"])
                    # It was the program that asked, and not GTK.
                    self.assertIn("accessibility bus does not answer", (self.home / "output.txt").read_text())
                    subprocess.run(["xdotool", "key", "ctrl+q"], check=True)
                    self.assertEqual(process.wait(TIMEOUT), 0)
                finally:
                    process.kill()


if __name__ == "__main__":
    main()
