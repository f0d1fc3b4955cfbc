"""test-start: what a start costs.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os

from myna_e2e import BUILD, TestCase, main

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


if __name__ == "__main__":
    main()
