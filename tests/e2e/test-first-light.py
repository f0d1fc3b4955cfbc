"""test-first-light: a person opens Myna for the first time, asks, reads the reply, quits and comes back.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from myna_e2e import TestCase, main, wait

USER, ASSISTANT = 1, 2      # message.role
COMPLETE = 0                # message.state


class FirstLight(TestCase):
    def test_chat_quit_and_return(self):
        app = self.start()
        reply = app.ask("你好")
        self.assertEqual(app.rows("You"), ["你好"])

        # The database holds the same words: the raw reply, complete, after the question.
        wait(lambda: self.query("SELECT state FROM message WHERE role = ?", ASSISTANT) == [(COMPLETE,)],
             "the reply to be complete in the database")
        question, answer = self.query("SELECT role, text FROM message ORDER BY id")
        self.assertEqual(question, (USER, "你好"))
        self.assertEqual(answer[0], ASSISTANT)
        self.assertIn(answer[1].strip()[:20], reply)
        self.assertEqual(app.conversations(), ["你好"])
        app.quit()

        app = self.start()
        wait(lambda: app.conversations() == ["你好"], "the conversation in the history")
        wait(lambda: app.rows("Myna") == [reply], "the reply to be shown again")
        app.quit()


if __name__ == "__main__":
    main()
