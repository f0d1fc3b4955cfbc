"""test-desktop: what the desktop is told: a notification when a reply ends while the window is not in front.

The test's own bus has a service in the place of the desktop's, which only writes down what it is asked.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import queue
import subprocess
import threading

from gi.repository import Gio, GLib

from myna_e2e import TIMEOUT, TestCase, main, wait

FIRST, SECOND = "What is 2 + 3?", "What is 17 + 25?"
NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
INTERFACE = f"""<node><interface name="{NAME}">
  <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""
ANSWERS = {"GetCapabilities": GLib.Variant("(as)", (["actions", "body"],)),
           "GetServerInformation": GLib.Variant("(ssss)", ("test", "test", "1", "1.2")),
           "CloseNotification": None}


class Notifications(threading.Thread):
    """The desktop's notifications, served in a thread: the test itself waits for the program in between."""

    def __init__(self):
        super().__init__(daemon=True)
        self.shown = []                 # (title, body)
        self.ready = queue.Queue()
        self.start()
        self.ready.get(timeout=TIMEOUT)

    def run(self):
        context = GLib.MainContext()
        context.push_thread_default()
        self.loop = GLib.MainLoop(context)
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SESSION, None)
        flags = Gio.DBusConnectionFlags
        self.bus = Gio.DBusConnection.new_for_address_sync(
            address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
        self.bus.register_object(PATH, interface, self.called, None, None)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: self.ready.put(True), None)
        self.loop.run()

    def called(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        if method == "Notify":
            self.shown.append(tuple(arguments.unpack()[3:5]))
            invocation.return_value(GLib.Variant("(u)", (len(self.shown),)))
        else:
            invocation.return_value(ANSWERS[method])

    def click(self, number):
        """As a person does on the notification itself."""
        self.bus.emit_signal(None, PATH, NAME, "ActionInvoked", GLib.Variant("(us)", (number, "default")))

    def end(self):
        self.loop.quit()
        self.join()
        self.bus.close_sync(None)


class Desktop(TestCase):
    def setUp(self):
        super().setUp()
        self.notifications = Notifications()
        self.addCleanup(self.notifications.end)

    @staticmethod
    def window():
        """The window of the X server that the program has."""
        return subprocess.run(["xdotool", "search", "--name", " — Myna$"], check=True, capture_output=True,
                              text=True).stdout.split()[-1]

    def leave(self, app):
        """Puts the window away.  What a screen reader does to it goes on."""
        subprocess.run(["xdotool", "windowminimize", self.window()], check=True)
        wait(lambda: not app.find(role="frame").has("active"), "the window not to be in front")

    def test_notification(self):
        app = self.start()
        # In front, the person sees for themselves.
        app.ask(FIRST)
        self.assertEqual(self.notifications.shown, [])
        app.find("New Chat").click()
        wait(lambda: not app.rows("You"), "a new chat")
        self.leave(app)
        app.send(SECOND)
        wait(lambda: self.notifications.shown, "the notification")
        self.assertEqual(self.notifications.shown, [(SECOND, "The reply is finished")])

        # It leads to its chat, whatever is shown by then.
        subprocess.run(["xdotool", "windowmap", self.window()], check=True)
        app.click_at(app.find("Chats", "list").find(FIRST, "label"))
        app.find(f"{FIRST} — Myna", "frame")
        self.notifications.click(1)
        app.find(f"{SECOND} — Myna", "frame")
        app.quit()
        self.assertEqual(len(self.notifications.shown), 1)

    def test_switched_off(self):
        keyfile = self.home / "config/glib-2.0/settings/keyfile"
        with keyfile.open("a") as file:
            file.write("notifications=false\n")
        app = self.start()
        app.find("Send")
        self.leave(app)
        app.send(FIRST)
        wait(lambda: self.query("SELECT count(*) FROM message WHERE role = 2 AND finished_at > 0") == [(1,)], "the reply")
        subprocess.run(["xdotool", "windowmap", self.window()], check=True)
        wait(lambda: app.find(role="frame").has("active") and app.rows("Myna"), "the window in front")
        app.quit()
        self.assertEqual(self.notifications.shown, [])


if __name__ == "__main__":
    main()
