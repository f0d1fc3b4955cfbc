"""remote_process.py: myna-remote, as the window speaks with it

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import select
import struct
import subprocess


class Remote:
    def __init__(self, program, preexec_fn=None, **env):
        self.process = subprocess.Popen([program], preexec_fn=preexec_fn, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                                        env=dict(os.environ, **env))
        self.last = 0

    def ask(self, op, **members):
        self.last += 1
        self.write(dict(members, op=op, id=self.last))
        return self.last

    def write(self, frame):
        data = json.dumps(frame).encode()
        self.process.stdin.write(struct.pack('>I', len(data)) + data)

    def exactly(self, n):
        data = b''
        while len(data) < n:
            ready, _, _ = select.select([self.process.stdout], [], [], 240)
            assert ready, 'nothing more is said'
            more = self.process.stdout.read(n - len(data))
            assert more, ('myna-remote has ended', self.process.wait(), self.process.stderr.read())
            data += more
        return data

    def next(self):
        return json.loads(self.exactly(struct.unpack('>I', self.exactly(4))[0]))

    def all(self, number):
        """The events of a question, and the last of them."""
        events = []
        while not events or events[-1]['event'] not in ('end', 'error', 'models', 'files'):
            one = self.next()
            if one['id'] == number:
                events.append(one)
        return events

    def n_descriptors(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(20)
        errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return status, errors

    def abandon(self):
        """What is left of one that was killed."""
        for pipe in self.process.stdin, self.process.stdout, self.process.stderr:
            pipe.close()
