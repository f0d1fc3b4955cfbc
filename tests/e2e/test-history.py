#!/usr/bin/env python3
"""The history: several chats at once, archive and bin, export, import and backups, as a person would use them.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import re
import time

import myna_e2e
from myna_e2e import main, wait

QUESTION = "What is 2 plus 3?"


def milliseconds(days_ago):
    return int((time.time() - days_ago * 86400) * 1000)


def conversation(number, title, *texts):
    """One conversation of our own format."""
    at = milliseconds(number)
    messages = [{"id": i + 1, "parent": i or None, "role": ("user", "assistant")[i % 2], "state": "complete", "text": text,
                 "created_at": at} for i, text in enumerate(texts)]
    return {"id": f"test-{number}", "title": title, "created_at": at, "updated_at": at, "head": len(texts),
            "messages": messages}


class History(myna_e2e.TestCase):
    def test_probe(self):
        app = self.start()
        app.ask(QUESTION)
        app.find("Main Menu").click()
        app.find("Main Menu").find(re.compile("toggle"))


if __name__ == "__main__":
    main()
