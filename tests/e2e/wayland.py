"""wayland: a Wayland compositor without a screen, with a mouse, a touchpad and a Shift key that tests can use.

The compositor is sway.  Its mouse and keys are those of the protocols virtual-pointer and virtual-keyboard, which are spoken
here byte by byte: there is no library for it that is everywhere.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import array
import glob
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import time

from myna_e2e import wait

WIDTH, HEIGHT = 1300, 860
CONFIG = f"""xwayland disable
output * resolution {WIDTH}x{HEIGHT}
default_border none
focus_follows_mouse no
"""
KEYMAP = b"""xkb_keymap {
xkb_keycodes { include "evdev+aliases(qwerty)" };
xkb_types { include "complete" };
xkb_compat { include "complete" };
xkb_symbols { include "pc+us+inet(evdev)" };
};
"""
VERTICAL, HORIZONTAL = 0, 1
NOBODY = 65534
WHEEL, FINGER = 0, 1            # wl_pointer.axis_source
KEY_LEFTSHIFT, SHIFT = 42, 1    # evdev's number, and its bit among the modifiers


class Connection:
    """Sends requests.  Of what comes back only the registry and the end of a round trip are read."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.last_id = 1
        self.buffer = b""
        self.globals = {}
        self.registry = self.new_id()
        self.send(1, 1, "I", self.registry)
        self.roundtrip()

    def new_id(self):
        self.last_id += 1
        return self.last_id

    def send(self, target, opcode, kinds="", *values, fd=None):
        """kinds: I unsigned, i signed, f fixed point, s text."""
        body = b""
        for kind, value in zip(kinds, values):
            if kind == "s":
                text = value.encode() + b"\0"
                body += struct.pack("=I", len(text)) + text + b"\0" * (-len(text) % 4)
            else:
                body += struct.pack("=i" if kind == "f" else f"={kind}", int(value * 256) if kind == "f" else value)
        message = struct.pack("=II", target, (len(body) + 8) << 16 | opcode) + body
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))] if fd is not None else []
        self.socket.sendmsg([message], ancillary)

    def read_event(self):
        while len(self.buffer) < 8 or len(self.buffer) < struct.unpack_from("=I", self.buffer, 4)[0] >> 16:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the compositor went away")
            self.buffer += data
        target, head = struct.unpack_from("=II", self.buffer)
        body, self.buffer = self.buffer[8:head >> 16], self.buffer[head >> 16:]
        return target, head & 0xffff, body

    def roundtrip(self):
        """Until the compositor has seen all that was sent."""
        callback = self.new_id()
        self.send(1, 0, "I", callback)
        while True:
            target, opcode, body = self.read_event()
            if target == 1 and opcode == 0:
                raise ConnectionError(f"the compositor refused a request: {body!r}")
            if target == self.registry and opcode == 0:
                name, length = struct.unpack_from("=II", body)
                interface = body[8:8 + length - 1].decode()
                self.globals[interface] = name, struct.unpack_from("=I", body, 8 + length + -length % 4)[0]
            elif target == callback:
                return

    def bind(self, interface, version):
        name, newest = self.globals[interface]
        new = self.new_id()
        self.send(self.registry, 0, "IsII", name, interface, min(version, newest), new)
        return new


class Compositor:
    """The compositor while a `with` block runs; the program is told of it by env."""

    scale = 1           # of the output: pixels of the screen for one of the program's
    rested = 0          # milliseconds by which the touchpad's clock is ahead

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="myna-sway-")
        folder = pathlib.Path(self.folder.name)
        (folder / "config").write_text(CONFIG + f"output * scale {self.scale}\n")
        env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "SWAYSOCK")}
        env.update(XDG_RUNTIME_DIR=str(folder), WLR_BACKENDS="headless", WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1")
        self.log = open(folder / "log", "wb")
        # It refuses to run as root.
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        if other:
            os.chown(folder, NOBODY, NOBODY)
        self.process = subprocess.Popen(["sway", "-c", str(folder / "config")], env=env, stdout=self.log, stderr=self.log, **other)
        path = wait(lambda: [name for name in glob.glob(str(folder / "wayland-*")) if not name.endswith(".lock")],
                    "the compositor", 60)[0]
        self.connection = wait(lambda: self.connect(path), "the compositor to answer", 60)
        self.env = {"GDK_BACKEND": "wayland", "WAYLAND_DISPLAY": path}
        self.add_devices()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    @staticmethod
    def connect(path):
        try:
            return Connection(path)
        except ConnectionError:
            return None

    def add_devices(self):
        connection = self.connection
        seat = connection.bind("wl_seat", 1)
        manager = connection.bind("zwlr_virtual_pointer_manager_v1", 1)
        self.pointer = connection.new_id()
        connection.send(manager, 0, "II", seat, self.pointer)
        manager = connection.bind("zwp_virtual_keyboard_manager_v1", 1)
        self.keyboard = connection.new_id()
        connection.send(manager, 0, "II", seat, self.keyboard)
        with tempfile.TemporaryFile() as file:
            file.write(KEYMAP + b"\0")
            file.flush()
            connection.send(self.keyboard, 0, "II", 1, len(KEYMAP) + 1, fd=file.fileno())
            connection.roundtrip()

    @staticmethod
    def now():
        return int(time.monotonic() * 1000) & 0xffffffff

    def frame(self):
        self.connection.send(self.pointer, 4)
        self.connection.roundtrip()

    def source_frame(self, source):
        """Ends a frame of one axis: wlroots takes the source for that of the axis named last, and dies of two in a frame."""
        self.connection.send(self.pointer, 5, "I", source)
        self.frame()

    def point_at(self, x, y):
        self.connection.send(self.pointer, 1, "IIIII", self.now(), x, y, WIDTH, HEIGHT)
        self.frame()

    def turn_wheel(self, axis, clicks):
        self.connection.send(self.pointer, 7, "IIfi", self.now(), axis, 15 * clicks, clicks)
        self.source_frame(WHEEL)

    def swipe(self, *ways):
        """Two fingers on the touchpad; ways: (x, y), the pixels of each movement.  The program is told that they were 8 ms apart."""
        for way in ways:
            self.rested += 8
            for axis, pixels in ((HORIZONTAL, way[0]), (VERTICAL, way[1])):
                if pixels:
                    self.connection.send(self.pointer, 3, "IIf", self.now() + self.rested, axis, pixels)
                    self.source_frame(FINGER)

    def lift_fingers(self):
        """After they have rested for a second: so nothing goes on by itself."""
        self.rested += 1000
        for axis in (HORIZONTAL, VERTICAL):
            self.connection.send(self.pointer, 6, "II", self.now() + self.rested, axis)
            self.source_frame(FINGER)

    def hold_shift(self, held):
        self.connection.send(self.keyboard, 1, "III", self.now(), KEY_LEFTSHIFT, int(held))
        self.connection.send(self.keyboard, 2, "IIII", SHIFT if held else 0, 0, 0, 0)
        self.connection.roundtrip()
