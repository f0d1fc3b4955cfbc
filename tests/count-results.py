#!/usr/bin/env python3
"""count-results.py JUNIT.xml: prints 'N passed, N failed, N skipped' and fails if a test failed or none ran.

Every case inside a test program counts (TAP), a program without cases counts once.  Meson's JUnit file says nothing of a program
that crashed between its cases or did not end in time; the JSON file beside it does.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import re
import sys
import xml.etree.ElementTree as ET

# What XML cannot hold.  Meson copies what a program printed as it is, escapes of a terminal, too.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def programs_gone_wrong(path):
    with open(path.replace(".junit.xml", ".json"), encoding="utf-8", errors="replace") as file:
        return {row["name"] for row in map(json.loads, file) if row["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")}


def has_failure(node):
    return node.find(".//failure") is not None or node.find(".//error") is not None


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
    wrong = programs_gone_wrong(path)
    for suite in root.iter("testsuite"):
        if has_failure(suite):
            wrong.discard(suite.get("name").removeprefix("myna."))
    for case in root.iter("testcase"):
        if case.get("name") in wrong:       # no cases inside: it was taken for one that passed, unless it says otherwise
            wrong.remove(case.get("name"))
            if not has_failure(case):
                passed, failed = passed - 1, failed + 1
    failed += len(wrong)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


sys.exit(main(sys.argv[1]))
