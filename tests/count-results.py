#!/usr/bin/env python3
"""count-results.py JUNIT.xml: prints 'N passed, N failed, N skipped' and fails if a test failed or none ran.

Every case inside a test program counts (TAP), a program without cases counts once.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import re
import sys
import xml.etree.ElementTree as ET

# What XML cannot hold.  Meson copies what a program printed as it is, escapes of a terminal, too.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def main(path):
    passed = failed = skipped = 0
    with open(path, encoding="utf-8", errors="replace") as file:
        root = ET.fromstring(NOT_XML.sub("\ufffd", re.sub(r"^<\?xml.*?\?>", "", file.read())))
    for case in root.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


sys.exit(main(sys.argv[1]))
