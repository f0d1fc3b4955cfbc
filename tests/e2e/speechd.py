"""speechd: a Speech Dispatcher for tests.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import socketserver
import threading


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Speech Dispatcher, which says nothing, writes down what it is given, and is never done with it."""

    daemon_threads = True

    def __init__(self, path):
        super().__init__(str(path), Speech)
        self.said, self.canceled = [], 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Speech(socketserver.StreamRequestHandler):
    def handle(self):
        language = None
        for line in self.rfile:
            words = line.decode().split()
            if words[:3] == ["SET", "SELF", "LANGUAGE"]:
                language = words[3]
            if words[:1] == ["CANCEL"]:
                self.server.canceled += 1
            if [word.upper() for word in words] != ["SPEAK"]:
                self.wfile.write(b"208 OK\r\n")
                continue
            self.wfile.write(b"230 OK RECEIVING DATA\r\n")
            text = []
            while (line := self.rfile.readline().decode().strip()) != ".":
                text.append(line)
            self.server.said.append((language, " ".join(text)))
            self.wfile.write(f"225-{len(self.server.said)}\r\n225 OK MESSAGE QUEUED\r\n".encode())
