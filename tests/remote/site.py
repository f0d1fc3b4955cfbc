"""site.py: a site with small files, each of which comes in pieces; it ends with its standard input

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import random
import sys
import time

import hostile

DATA = random.Random(1).randbytes(300_000)


class Site(hostile.Server):
    def answer(self, client):
        if not client.read():
            return
        if client.path.startswith('/api'):
            lfs = {'oid': hashlib.sha256(DATA).hexdigest(), 'size': len(DATA)}
            client.send(hostile.response('200 OK', [{'type': 'file', 'path': path, 'size': len(DATA), 'lfs': lfs}
                                                    for path in ('a.bin', 'b-00001-of-00002.bin', 'b-00002-of-00002.bin')]))
            return
        client.send(f'HTTP/1.1 200 OK\r\nContent-Length: {len(DATA)}\r\nConnection: close\r\n\r\n'.encode())
        for at in range(0, len(DATA), 50_000):
            client.send(DATA[at:at + 50_000])
            time.sleep(0.02)


site = Site()
print(f'http://127.0.0.1:{site.port}', flush=True)
sys.stdin.read()
