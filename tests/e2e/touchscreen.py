"""touchscreen: an X server without a screen, with a finger that tests can put on it.

Xvfb has no touch.  Xorg has, with its drivers dummy (in Debian xserver-xorg-video-dummy) and inputtest, which reads what fingers
do from a socket.  Where they are not there, or Xorg may not start, the tests that need them are skipped.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time

from myna_e2e import wait

WIDTH, HEIGHT = 1300, 860
CONFIG = """Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoAddGPU" "false"
EndSection
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 65536
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 1-2000
  VertRefresh 1-200
  Modeline "usual" 100 {width} {width4} {width8} {width100} {height} {height4} {height8} {height40}
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Modes "usual"
  EndSubSection
EndSection
{devices}Section "ServerLayout"
  Identifier "layout"
  Screen "screen"
  InputDevice "Keyboard"
  InputDevice "PointerAbsolute"
  InputDevice "Touch"
EndSection
"""
DEVICE = """Section "InputDevice"
  Identifier "{kind}"
  Driver "inputtest"
  Option "SocketPath" "{folder}/{kind}"
  Option "DeviceType" "{kind}"
  {core}
EndSection
"""
# xf86-input-inputtest-protocol.h
CLIENT_VERSION, WAIT_FOR_SYNC, TOUCH = 0, 1, 6
TOUCH_BEGIN, TOUCH_UPDATE, TOUCH_END = 18, 19, 20       # XI2's
N_VALUATORS = 64
FULL = 0xffff                                           # the far edge, on both axes


class NoTouchscreen(Exception):
    """Says what is not there."""


class Touchscreen:
    """The X server while a `with` block runs; the program is told of it by env."""

    def __enter__(self):
        xorg = shutil.which("Xorg")
        if not xorg:
            raise NoTouchscreen("Xorg is not installed")
        self.folder = tempfile.TemporaryDirectory(prefix="myna-xorg-")
        folder = pathlib.Path(self.folder.name)
        core = {"Keyboard": 'Option "CoreKeyboard"', "PointerAbsolute": 'Option "CorePointer"', "Touch": 'Option "TouchCount" "5"'}
        numbers = {f"{name}{more or ''}": number + more for name, number in (("width", WIDTH), ("height", HEIGHT))
                   for more in (0, 4, 8, 40, 100)}
        (folder / "xorg.conf").write_text(CONFIG.format(
            devices="".join(DEVICE.format(kind=kind, folder=folder, core=option) for kind, option in core.items()), **numbers))
        self.output = open(folder / "output", "wb")
        ours, theirs = os.pipe()
        self.process = subprocess.Popen(
            [xorg, "-config", folder / "xorg.conf", "-logfile", folder / "log", "-displayfd", str(theirs), "-noreset", "-nolisten",
             "tcp", "-novtswitch", "-sharevts", "-keeptty"], pass_fds=[theirs], stdout=self.output, stderr=self.output)
        os.close(theirs)
        with open(ours, encoding="ascii") as file:
            number = file.readline().strip()
        if not number or not (folder / "Touch").exists():
            said = (folder / "output").read_text(errors="replace")[-600:]
            self.__exit__()
            raise NoTouchscreen(f"Xorg does not start with the drivers dummy and inputtest: {said}")
        self.env = {"GDK_BACKEND": "x11", "DISPLAY": f":{number}"}
        self.manager = subprocess.Popen(["openbox"], env=os.environ | self.env, stdout=self.output, stderr=self.output)
        wait(lambda: "window id" in subprocess.run(["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], env=os.environ | self.env,
                                                   capture_output=True, text=True, check=False).stdout, "the window manager")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(folder / "Touch"))
        self.send(CLIENT_VERSION, struct.pack("=HH", 1, 1))
        self.read()
        return self

    def __exit__(self, *_):
        for process in (getattr(self, "manager", None), self.process):
            if process:
                process.terminate()
                process.wait()
        self.output.close()
        self.folder.cleanup()

    def send(self, kind, body=b""):
        self.socket.sendall(struct.pack("=Ii", 8 + len(body), kind) + body)

    def read(self):
        head = self.socket.recv(8, socket.MSG_WAITALL)
        self.socket.recv(struct.unpack_from("=I", head)[0] - 8, socket.MSG_WAITALL)

    def touch(self, kind, x, y):
        """One event of the finger, which the server has passed on when this returns."""
        values = [x * FULL / WIDTH, y * FULL / HEIGHT] + [0.0] * (N_VALUATORS - 2)
        self.send(TOUCH, struct.pack(f"=IIIB7x4x{N_VALUATORS}d{8 * N_VALUATORS}x", 0, kind, 0, 0b11, *values))
        self.send(WAIT_FOR_SYNC)
        self.read()

    def swipe(self, x, y, way_x, way_y, n=12):
        """A finger goes from a place as far as that, rests, and leaves: so nothing goes on by itself."""
        self.touch(TOUCH_BEGIN, x, y)
        for i in range(1, n + 1):
            time.sleep(0.012)
            self.touch(TOUCH_UPDATE, x + way_x * i / n, y + way_y * i / n)
        time.sleep(0.3)
        self.touch(TOUCH_END, x + way_x, y + way_y)

    def tap(self, x, y):
        self.touch(TOUCH_BEGIN, x, y)
        self.touch(TOUCH_END, x, y)

    def hold(self, x, y, until):
        """A finger rests until something is seen."""
        self.touch(TOUCH_BEGIN, x, y)
        try:
            return until()
        finally:
            self.touch(TOUCH_END, x, y)
