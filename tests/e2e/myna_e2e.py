"""myna_e2e: drives the real program in a real window, as a person with a screen reader and a keyboard would.

A test is a class derived from TestCase; main() runs a file's tests and prints TAP.  Each test has a fresh home.  App starts
the program in it and finds, reads, types and clicks through AT-SPI; nothing here reaches into the program.  Everything waits
on a condition, up to TIMEOUT: machines are slow and shared.  On a failure the screen, the accessibility tree and what the
program printed are kept in $MYNA_E2E_LOGS.

Run by hand:  ninja -C build && meson devenv -C build ../tests/with-display.sh /usr/bin/python3 ../tests/e2e/test-first-light.py
SPDX-License-Identifier: GPL-3.0-or-later
"""
import contextlib
import gettext
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import unittest

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

APP_ID = "io.github.myna_chat.Myna"
TIMEOUT = int(os.environ.get("MYNA_E2E_TIMEOUT", "600"))
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MYNA_BUILD_DIR", ROOT / "build")).resolve()
PROGRAM = os.environ.get("MYNA_PROGRAM", BUILD / "src" / "ui" / "myna")      # or an installed one
LOGS = pathlib.Path(os.environ.get("MYNA_E2E_LOGS", BUILD / "meson-logs" / "e2e"))
HEADINGS = ("Pinned", "Folders", "Today", "Yesterday", "Last 7 Days", "Last 30 Days", "Older")
MONTH = re.compile(r"[A-Z][a-z]+ \d{4}$")         # a heading, too
MENU_ITEMS = ("menu item", "check menu item", "radio menu item")
STARTER = ROOT / "data" / "models" / "myna-fledgling-q8_0.gguf"

# What the program may say on standard error without failing a test: other libraries' remarks on a bare machine, and the
# complaint of GTK 4.18 about the completion in its own file dialog.
HARMLESS = re.compile(r"Vulkan|EGL|libEGL|MESA|GL implementation|dconf|Adwaita-WARNING.*settings portal|xdg-desktop-portal|"
                      r"Failed to set fd limit|Unable to acquire session bus|theme index|input method|IBus|cursor theme|"
                      r"unable to send notifications|gtk_tree_model_get_iter_first: assertion 'GTK_IS_TREE_MODEL")


class Failure(AssertionError):
    """A condition that never came true."""


def wait(condition, what, timeout=TIMEOUT):
    """The first true value of condition(); Failure, naming what was waited for, after the timeout."""
    end = time.monotonic() + timeout
    while True:
        try:
            value = condition()
            if value:
                return value
        except (GLib.Error, sqlite3.OperationalError):
            pass        # a widget went away while it was looked at; the database is not there yet
        if time.monotonic() > end:
            raise Failure(f"waited {timeout} s for {what}")
        time.sleep(0.05)


def sandbox_works():
    """Whether bwrap can give a program other file systems than we have."""
    return bool(shutil.which("bwrap")) and subprocess.run(["bwrap", "--dev-bind", "/", "/", "true"], capture_output=True,
                                                          check=False).returncode == 0


def locale_for(language, folder):
    """The environment of a program in this language, whatever languages are installed here.  Its locale is the C.UTF-8 of the
    system under another name: glibc 2.41 translates nothing in C.UTF-8 itself.  (LANGUAGE alone did until then.)"""
    # X11 has to know the name, or windows get no title that xdotool finds.
    name = f"{'en_US' if language == 'en' else language}.UTF-8"
    if not (folder / name).exists():
        shutil.copytree("/usr/lib/locale/C.utf8", folder / name)
    # Fonts have to be told which of the Chinese ones is meant: the locale does not say it.
    return {"LANG": name, "LANGUAGE": language, "LOCPATH": str(folder), "FC_LANG": language, "PANGO_LANGUAGE": language}


@contextlib.contextmanager
def window_manager():
    """Runs one.  A window that opens before there is a window manager never gets the focus."""
    process = subprocess.Popen(["openbox"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(lambda: "window id" in subprocess.run(["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], capture_output=True,
                                                   text=True, check=False).stdout, "the window manager")
        yield
    finally:
        process.terminate()
        process.wait()


class Node:
    """One accessible object."""

    def __init__(self, accessible):
        self.accessible = accessible

    @property
    def name(self):
        """What a screen reader says that it is.  GTK 4.18 gives the items of menus no name of their own, but a label, which
        has no name either, but a text: Orca says that."""
        name = self.accessible.get_name()
        if not name and self.role in MENU_ITEMS:
            name = " ".join(label.accessible.get_name() or label.text for label in self.labels)
        return name or ""

    @property
    def labels(self):
        """The nodes that it is labelled by."""
        return [Node(relation.get_target(i)) for relation in self.accessible.get_relation_set()
                if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY for i in range(relation.get_n_targets())]

    @property
    def role(self):
        """As AT-SPI calls it since 2.56."""
        role = self.accessible.get_role_name()
        return "button" if role == "push button" else role

    @property
    def description(self):
        return self.accessible.get_description() or ""

    def has(self, state):
        """Whether it is 'showing', 'sensitive', 'focused', 'checked' …"""
        return self.accessible.get_state_set().contains(getattr(Atspi.StateType, state.upper()))

    @property
    def is_shown(self):
        """Whether it has a place in the window.  (GTK 4.8 gives the state 'showing' to the window alone.)"""
        component = self.accessible.get_component_iface()
        if component is None or not self.has("visible"):
            return False
        box = Atspi.Component.get_extents(component, Atspi.CoordType.WINDOW)
        return box.width > 0 and box.height > 0

    @property
    def children(self):
        for i in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(i)
            if child is not None:
                yield Node(child)

    def walk(self, depth=0):
        """Itself and everything below, with its depth."""
        yield self, depth
        if depth < 60:
            for child in self.children:
                try:
                    yield from child.walk(depth + 1)
                except GLib.Error:
                    pass

    @property
    def window(self):
        """The window that it is in, whatever GTK calls it."""
        node = self
        while Node(parent := node.accessible.get_parent()).role != "application":
            node = Node(parent)
        return node

    def find_all(self, name=None, role=None, shown=True):
        """The nodes of that name (text, or a compiled pattern that matches from the start) and role (text or tuple)."""
        found = []
        for node, _ in self.walk():
            try:
                if role is not None and node.role not in ((role,) if isinstance(role, str) else role):
                    continue
                if name is not None and not (name.match(node.name) if hasattr(name, "match") else node.name == name):
                    continue
                if shown and not node.is_shown:
                    continue
                found.append(node)
            except GLib.Error:
                pass
        return found

    def find(self, name=None, role=None, timeout=TIMEOUT, shown=True):
        return wait(lambda: self.find_all(name, role, shown), f"{role or 'widget'} named {name!r}", timeout)[0]

    def find_button(self, text):
        """The button with this text on it."""
        names = (text, text.replace("_", ""))
        return wait(lambda: [button for button in self.find_all(role="button") if button.name in names
                             or any(label.name in names for label in button.find_all(role="label"))],
                    f"a button {text!r}")[0]

    def click(self):
        """Does its first action: what Enter or a click does."""
        wait(lambda: self.has("sensitive"), f"{self.name!r} to be sensitive")
        action = self.accessible.get_action_iface()
        if action is None or not Atspi.Action.do_action(action, 0):
            raise Failure(f"{self.role} {self.name!r} cannot be clicked")

    @property
    def text(self):
        """What a text field or label holds.  (GTK 4.8's entries know no end of −1.)"""
        iface = self.accessible.get_text_iface()
        return Atspi.Text.get_text(iface, 0, Atspi.Text.get_character_count(iface)) if iface else self.accessible.get_name()

    def type(self, text):
        """Adds text at the end of an editable field."""
        iface = self.accessible.get_editable_text_iface()
        at = len(self.text)
        if iface is None or not Atspi.EditableText.insert_text(iface, at, text, len(text.encode())):
            raise Failure(f"{self.role} {self.name!r} cannot be typed into")
        wait(lambda: text in self.text, f"{text!r} to stand in {self.name!r}")


    def replace(self, text):
        """Puts text in the place of all that an editable field holds."""
        Atspi.EditableText.delete_text(self.accessible.get_editable_text_iface(), 0, len(self.text))
        wait(lambda: not self.text, f"{self.name!r} to be empty")
        self.type(text)


class App(Node):
    """The running program."""

    def __init__(self, home, *args, env=None, wrapper=(), program=PROGRAM):
        """wrapper: a command before the program, for example one that makes the home read-only."""
        self.home = pathlib.Path(home)
        # Names are given in English and looked for in the program's language.
        self._ = gettext.translation("myna", os.environ.get("MYNA_LOCALEDIR"), [(env or {}).get("LANGUAGE", "en")],
                                     fallback=True).gettext
        self.output = open(self.home / "output.txt", "ab")
        self.process = subprocess.Popen([*map(str, (*wrapper, program, *args))],
                                        env=app_environment(self.home) | (env or {}), stdin=subprocess.DEVNULL,
                                        stdout=self.output, stderr=self.output, start_new_session=True)
        super().__init__(wait(self._on_the_bus, "the window to open"))
        # Without this, libatspi answers from a cache that nobody here keeps up to date.
        self.accessible.set_cache_mask(Atspi.Cache.NONE)

    def _on_the_bus(self):
        if self.process.poll() is not None:
            raise Failure(f"the program ended at once, status {self.process.returncode}")
        desktop = Atspi.get_desktop(0)
        # Not clear_cache(): that walks over what is left of programs that have ended, and may crash.
        desktop.set_cache_mask(Atspi.Cache.NONE)
        for i in range(desktop.get_child_count()):
            accessible = desktop.get_child_at_index(i)
            if accessible and accessible.get_name() in ("myna", APP_ID, "Myna") and accessible.get_child_count() > 0:
                return accessible
        return None

    # -- the window's parts, by the names that a screen reader says

    @property
    def composer(self):
        return self.find(self._("Message"))

    def rows(self, who):
        """Texts of the messages shown: who is 'You' or 'Myna'."""
        prefix = self._(f"{who}: %s").removesuffix("%s")
        return [node.name.removeprefix(prefix) for node in self.find_all(re.compile(re.escape(prefix)))]

    @property
    def _is_message(self):
        return re.compile("|".join(re.escape(self._(f"{who}: %s").removesuffix("%s")) for who in ("You", "Myna")))

    def send(self, text):
        self.composer.type(text)
        self.find(self._("Send")).click()
        wait(lambda: not self.composer.text, "the message to leave the composer")

    def wait_idle(self):
        """Until no reply is being written."""
        wait(lambda: not self.find_all(self._("Stop")) and self.find_all(self._("Send")), "the reply to end")

    def ask(self, text):
        """Sends a question and returns the whole reply."""
        before, questions = len(self.rows("Myna")), self.rows("You")
        self.send(text)
        # In a long chat the first rows go as new ones come: then the last two must be this question and its reply.
        wait(lambda: len(self.rows("Myna")) > before
             or (questions[-1:] != [text] and self.rows("You")[-1:] == [text]
                 and self.find_all(self._is_message)[-1].name.startswith(self._("Myna: %s").removesuffix("%s"))), "a reply")
        self.wait_idle()
        # None for a moment when the rows are laid out anew.
        return wait(lambda: "".join(self.rows("Myna")[-1:]).strip(), "a reply that is not empty")

    def key(self, *keys):
        """Real keys, to the focused window."""
        subprocess.run(["xdotool", "key", "--delay", "60", *keys], check=True)

    def write(self, text):
        """Types text with real keys into what has the focus."""
        subprocess.run(["xdotool", "type", "--delay", "60", text], check=True)

    def conversations(self):
        """Titles in the history, without the headings of the groups."""
        return [label.name for history in self.find_all("Chats", "list") for row in history.children
                for label in row.find_all(role="label") if label.name not in HEADINGS and not MONTH.match(label.name)]

    def place(self, node):
        """The window of the X server that a part of the program is in, and where its middle is in it."""
        top = node.window
        frame, box = (Atspi.Component.get_extents(part.accessible.get_component_iface(), Atspi.CoordType.WINDOW)
                      for part in (top, node))
        # The X server's title may be behind; so may the name, when a chat gets its title.
        window = wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{re.escape(node.window.name)}$"],
                                             capture_output=True, check=False, text=True).stdout.split(), "the window")[-1]
        shadow = subprocess.run(["xprop", "-id", window, "_GTK_FRAME_EXTENTS"], check=True, capture_output=True,
                                text=True).stdout
        left, _, top, _ = [int(number) for number in re.findall(r"\d+", shadow)] or [0, 0, 0, 0]
        return window, left + box.x - frame.x + box.width // 2, top + box.y - frame.y + box.height // 2

    def is_drawn(self, node):
        """Whether there is anything to see where a part of the window is: more than one color."""
        window, x, y = self.place(node)
        box = Atspi.Component.get_extents(node.accessible.get_component_iface(), Atspi.CoordType.WINDOW)
        crop = f"{box.width}x{box.height}+{x - box.width // 2}+{y - box.height // 2}"
        colors = subprocess.run(["convert", f"x:{window}", "-crop", crop, "-format", "%k", "info:"], check=True,
                                capture_output=True, text=True).stdout
        return int(colors) > 1

    def point_at(self, node, *then):
        """Moves the pointer into the middle of a part of a window; then: further commands of xdotool."""
        window, x, y = self.place(node)
        subprocess.run(["xdotool", "mousemove", "--sync", "--window", window, str(x), str(y), *then], check=True)

    def click_at(self, node, button=1):
        """Clicks in the middle of a part of a window with the pointer: for rows, links and check boxes, which have no
        action."""
        self.point_at(node, "click", str(button))

    def drag(self, node, target, rest):
        """Drags a part of the window onto another, as slowly as a hand does: a drag begins with some pixels of way, and the
        target must have been seen to light up before it is let go: rest, in seconds, is the time for that."""
        self.point_at(node, "mousedown", "1")
        for _ in range(6):
            subprocess.run(["xdotool", "mousemove_relative", "--sync", "4", "2", "sleep", "0.05"], check=True)
        self.point_at(target)
        for _ in range(4):
            subprocess.run(["xdotool", "mousemove_relative", "--sync", "1", "1", "sleep", str(rest / 4)], check=True)
        subprocess.run(["xdotool", "mouseup", "1"], check=True)

    def put_pointer_away(self):
        """Moves the pointer off the program's windows.  A tooltip is a window, too; and where a menu that the pointer rests
        on is closed by an action or a key, GTK 4.8 on a busy X server may deliver the next clicks there to the closed menu."""
        subprocess.run(["xdotool", "mousemove", "1299", "859"], check=True)     # --sync would wait where it is there already

    def choose(self, item):
        """An item of the menu that is open, or opens now."""
        self.put_pointer_away()
        self.find(self._(item).replace("_", "")).click()

    def choose_in_main_menu(self, item):
        wait(lambda: len(self.find_all(role="frame")) == 1 and self.find(role="frame").has("active"), "the window in front")
        self.key("F10")
        self.choose(item)

    def find_window(self, title):
        """A second window of the program.  What GTK calls it depends on its version and on whether it is modal."""
        return self.find(title, ("frame", "dialog", "window", "filler"))

    def choose_file(self, title, path, replace=False):
        """Gives the file dialog of that title a path, and accepts it, and that a file is replaced."""
        dialog = self.find_window(title)
        if not dialog.find_all(role="text"):
            self.key("ctrl+l")
        wait(lambda: any(entry.has("focused") for entry in dialog.find_all(role="text")), "the name to have the focus")
        # The entry completes what is put into it, and says nothing of what it holds: only keys will do.  What GTK 4.18 completes
        # may stay behind what is typed on.  And an action of the button might overtake the last keys.
        self.key("ctrl+a")
        self.write(str(path))
        self.key("shift+End", "Delete", "Return")
        if replace:
            self.find_button("_Replace").click()
        self.wait_closed(title)

    def import_chats(self, path):
        """All chats of a file."""
        self.choose_in_main_menu("_Import Chats…")
        self.choose_file("Choose a File to Import", path)
        self.find(re.compile("Import [0-9]+"), "button").click()
        self.wait_closed("Import Chats")

    def wait_closed(self, title):
        """Until no window has this title.  Asks the X server: GTK 4.8 may crash when a window goes while its list of
        windows is being read."""
        wait(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{re.escape(self._(title))}$"],
                                    capture_output=True, check=False).returncode, f"the window {title!r} to close")

    def wait_alone(self):
        """The same for a dialog without a title: until only one window is left."""
        self.put_pointer_away()
        wait(lambda: len(subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "myna"], capture_output=True,
                                        check=False).stdout.split()) == 1, "one window to be left")

    @property
    def root(self):
        """All files as the program sees them, where a wrapper gave it others."""
        pid = self.process.pid
        while children := pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = children[0]
        return pathlib.Path(f"/proc/{pid}/root")

    # -- ending

    def quit(self):
        """As a person would, with Ctrl+Q; the program must end by itself and cleanly."""
        self.key("ctrl+q")
        try:
            status = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Failure("the program did not quit on Ctrl+Q") from None
        if status:
            raise Failure(f"the program quit with status {status}")

    def kill(self):
        """kill -9, to it and what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def complaints(self):
        """Warnings and criticals that the program printed."""
        text = (self.home / "output.txt").read_text(errors="replace")
        return [line for line in text.splitlines()
                if re.search(r"(WARNING|CRITICAL|ERROR|Sanitizer|runtime error)", line) and not HARMLESS.search(line)]


def app_environment(home):
    """Everything the program may find of a home, fresh; settings are kept in a file there."""
    env = {key: value for key, value in os.environ.items()
           if key not in ("GTK_A11Y", "NO_AT_BRIDGE", "LANGUAGE", "G_DEBUG", "G_MESSAGES_DEBUG") and not key.startswith("LC_")}
    env.update(HOME=str(home), LANG="C.UTF-8", GSETTINGS_BACKEND="keyfile", GDK_BACKEND="x11", GSK_RENDERER="cairo",
               XDG_DATA_HOME=str(home / "data"), XDG_CONFIG_HOME=str(home / "config"), XDG_CACHE_HOME=str(home / "cache"),
               XDG_STATE_HOME=str(home / "state"), ADW_DISABLE_PORTAL="1", GTK_USE_PORTAL="0")
    return env


class TestCase(unittest.TestCase):
    first_start = False         # whether the program says what it is, as it does when it has never run

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="myna-e2e-"))
        self.apps = []
        if not self.first_start:
            keyfile = self.home / "config/glib-2.0/settings/keyfile"
            keyfile.parent.mkdir(parents=True)
            keyfile.write_text("[io/github/myna_chat/Myna]\nfirst-start-done=true\n")

    def set_chat_settings(self, **values):
        """The defaults of all conversations, before the program starts."""
        keyfile = self.home / "config/glib-2.0/settings/keyfile"
        with keyfile.open("a") as file:
            file.write(f"chat-settings='{json.dumps(values)}'\n")

    def start_screen_reader(self):
        """Says on the bus that one runs, as Orca does: then what would go by itself after some seconds stays."""
        def say(is_on):
            Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
                "org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set",
                GLib.Variant("(ssv)", ("org.a11y.Status", "ScreenReaderEnabled", GLib.Variant("b", is_on))), None,
                Gio.DBusCallFlags.NONE, -1)
        say(True)
        self.addCleanup(say, False)

    def start(self, *args, **kwargs):
        app = App(self.home, *args, **kwargs)
        self.apps.append(app)
        return app

    def slow(self, what):
        """A file, and the environment of a computer on which reading something (see slow-disk.c) takes long while it is
        there."""
        file = self.home / "slow"
        asan = os.environ.get("ASAN_OPTIONS", "")
        return file, {"LD_PRELOAD": str(BUILD / "tests/e2e/slow-disk.so"), f"MYNA_SLOW_{what}": str(file),
                      "ASAN_OPTIONS": f"{asan}:verify_asan_link_order=0"}

    @property
    def data(self):
        """The folder of the person's data."""
        return self.home / "data"

    def database(self):
        """A read-only look at the history."""
        path = wait(lambda: glob.glob(str(self.data / APP_ID / "*.db")), "the database")[0]
        return contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30))

    def query(self, sql, *values):
        with self.database() as database:
            return database.execute(sql, values).fetchall()

    def run(self, result=None):
        self.result = result
        self.n_failed_before = len(result.failures)
        return super().run(result)

    def tearDown(self):
        failed = len(self.result.failures) > self.n_failed_before
        complaints = [line for app in self.apps[:1] for line in app.complaints()]   # the output is one file a home
        if failed or complaints:
            self.keep_evidence()
        for app in self.apps:
            app.kill()
            app.output.close()
        shutil.rmtree(self.home, ignore_errors=True)
        if complaints and not failed:
            raise Failure("the program complained:\n" + "\n".join(complaints[:20]))

    def keep_evidence(self):
        LOGS.mkdir(parents=True, exist_ok=True)
        stem = LOGS / self.id().replace("__main__.", "")
        subprocess.run(["import", "-window", "root", f"{stem}.png"], check=False, stderr=subprocess.DEVNULL)
        with contextlib.suppress(OSError):
            shutil.copy(self.home / "output.txt", f"{stem}.txt")
        with open(f"{stem}.tree", "w", encoding="utf-8") as file, contextlib.suppress(GLib.Error, IndexError):
            for node, depth in self.apps[-1].walk():
                file.write(f"{'  ' * depth}{node.role} {node.name!r}{'' if node.is_shown else ' (hidden)'}\n")
        print(f"# evidence: {stem}.{{png,txt,tree}}", flush=True)


class TapResult(unittest.TestResult):
    """Prints each test as it ends, in the Test Anything Protocol."""

    n = 0

    def line(self, ok, test, note=""):
        self.n += 1
        print(f"{'ok' if ok else 'not ok'} {self.n} {test.id().replace('__main__.', '')}{note}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(True, test, f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line(False, test)
        text = "".join(traceback.format_exception(*err))
        print("# " + "\n# ".join(text.splitlines()), flush=True)
        print(f"{test.id()}:\n{text}", file=sys.stderr, flush=True)       # what Meson shows of a failed test

    addError = addFailure


def main():
    """Runs the tests of the calling file, or those named on the command line."""
    with window_manager():
        Atspi.init()
        Atspi.set_timeout(20000, 60000)          # a busy machine answers late
        names = sys.argv[1:]
        loader = unittest.TestLoader()
        module = sys.modules["__main__"]
        suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
        print(f"1..{suite.countTestCases()}", flush=True)
        result = TapResult()
        suite.run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
