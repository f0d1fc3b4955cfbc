#!/usr/bin/env python3
"""test-download.py PROGRAM: a file comes whole and right, or not at all, whatever a server does and whenever myna-remote dies

SPDX-License-Identifier: GPL-3.0-or-later
"""
import gzip
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import hostile  # noqa: E402
from remote_process import Remote  # noqa: E402

PROGRAM = sys.argv[1]
N_KILLS = int(os.environ.get('MYNA_N_KILLS', 40))
MIB = 1 << 20
DATA = random.Random(3).randbytes(3 * MIB + 12345)
SHA = hashlib.sha256(DATA).hexdigest()
LIMITS = {'connect': 20, 'first': 20, 'idle': 20, 'tries': 4}
ETAG = '"v1"'


def head(status, length=None, **more):
    lines = [f'HTTP/1.1 {status}', 'Content-Type: application/octet-stream', 'Connection: close']
    lines += [] if length is None else [f'Content-Length: {length}']
    lines += [f'{name.replace("_", "-")}: {value}' for name, value in more.items()]
    return '\r\n'.join(lines).encode() + b'\r\n\r\n'


def asked(client):
    """Where the range begins that is asked for; None: none is."""
    match = re.fullmatch(r'bytes=(\d+)-', client.headers.get('range', ''))
    return int(match.group(1)) if match else None


def good(client, server, data=DATA, etag=ETAG, stop=None, **more):
    """What a server does; stop: it closes behind so many bytes."""
    first = asked(client)
    if first is not None and client.headers.get('if-range', etag) == etag:
        rest = data[first:]
        client.send(head('206 Partial Content', len(rest), ETag=etag, Content_Range=f'bytes {first}-{len(data) - 1}/{len(data)}',
                         **more), rest[:stop])
    else:
        client.send(head('200 OK', len(data), ETag=etag, **more), data[:stop])


def once(first, then=good):
    """The first request is answered by one, the others by the other."""
    def answer(client, server):
        with server.lock:
            server.n_asked += 1
            n = server.n_asked
        (first if n == 1 else then)(client, server)
    return answer


def reset_each(step):
    def answer(client, server):
        good(client, server, stop=step)
        time.sleep(0.02)
        client.reset()
    return answer


def without_ranges(client, server):
    client.send(head('200 OK', len(DATA)), DATA)


def cut(stop):
    return lambda client, server: good(client, server, stop=stop)


def stall(client, server):
    good(client, server, stop=MIB)
    client.wait_for_end()


def wrong_range(text):
    def answer(client, server):
        rest = DATA[asked(client) or 0:]
        client.send(head('206 Partial Content', len(rest), Content_Range=text), rest)
    return answer


def chunked(client, server):
    first = asked(client) or 0
    client.send(head('206 Partial Content' if first else '200 OK', Transfer_Encoding='chunked',
                     **({'Content_Range': f'bytes {first}-{len(DATA) - 1}/{len(DATA)}'} if first else {})))
    for at in range(first, len(DATA), 100_000):
        piece = DATA[at:at + 100_000]
        client.send(b'%x\r\n' % len(piece), piece, b'\r\n')
    client.send(b'0\r\n\r\n')


def redirect(location, status='302 Found'):
    return lambda client, server: client.send(head(status, 0, Location=location(server) if callable(location) else location))


def endless(client, server):
    client.send(head('200 OK'), DATA)
    while True:
        client.send(DATA)


def changing(client, server):
    """Another version each time, which only its tag tells."""
    with server.lock:
        server.n_asked += 1
        n = server.n_asked
    if n == 1:
        good(client, server, data=bytes(len(DATA)), etag='"old"', stop=MIB)
    else:
        good(client, server)


def bytewise(client, server):
    client.send(head('200 OK', len(DATA)))
    for byte in DATA[:300]:
        client.send(bytes([byte]))
    client.send(DATA[300:])


CHANGED = DATA[:100] + b'x' + DATA[101:]

# The fault: what comes of it: 'end', the file being there, or the code of an error, nothing being there.
FAULTS = {
    'good': (good, 'end'),
    'no-ranges': (without_ranges, 'end'),
    'no-ranges-cut-once': (once(cut(MIB), without_ranges), 'end'),
    'no-length': (lambda c, s: c.send(head('200 OK'), DATA), 'end'),
    'chunked': (chunked, 'end'),
    'chunked-cut-once': (once(lambda c, s: c.send(head('200 OK', Transfer_Encoding='chunked'), b'fffff\r\n', DATA[:1000]), chunked), 'end'),
    'bytewise': (bytewise, 'end'),
    'weak-tag': (lambda c, s: good(c, s, etag='W/"v1"'), 'end'),
    'cut-once': (once(cut(MIB)), 'end'),
    'cut-at-0': (once(cut(0)), 'end'),
    'cut-at-1': (once(cut(1)), 'end'),
    'cut-before-the-last': (once(cut(len(DATA) - 1)), 'end'),
    'cut-head': (once(lambda c, s: c.send(b'HTTP/1.1 200 OK\r\nContent-Le')), 'form'),
    'reset-at-each-mib': (reset_each(MIB), 'end'),
    'reset-at-each-100k': (reset_each(100_000), 'end'),
    'resets-at-once': (lambda c, s: c.reset(), 'cut-off'),
    'closes': (lambda c, s: None, 'cut-off'),
    'stalls-once': (once(stall), 'end'),
    'silent': (lambda c, s: c.wait_for_end(), 'timeout'),
    'shorter-than-it-says': (lambda c, s: good(c, s, data=DATA[:-5]), 'form'),
    'always-one-byte': (lambda c, s: c.send(head('200 OK', len(DATA)), DATA[:1]), 'cut-off'),
    'longer-by-length': (lambda c, s: c.send(head('200 OK', len(DATA) + 5), DATA + b'12345'), 'hash'),
    'longer-without-length': (lambda c, s: c.send(head('200 OK'), DATA + b'12345'), 'hash'),
    'endless': (endless, 'hash'),
    'wrong-byte': (lambda c, s: good(c, s, data=CHANGED), 'hash'),
    'wrong-all': (lambda c, s: good(c, s, data=bytes(len(DATA))), 'hash'),
    'changes-tag': (changing, 'end'),
    'changes-silently': (once(lambda c, s: good(c, s, data=CHANGED, stop=MIB)), 'hash'),
    'range-elsewhere': (once(cut(MIB), wrong_range(f'bytes 0-{len(DATA) - 1}/{len(DATA)}')), 'form'),
    'range-of-another-size': (once(cut(MIB), wrong_range(f'bytes {MIB}-{len(DATA)}/{len(DATA) + 1}')), 'form'),
    'range-nonsense': (once(cut(MIB), wrong_range('bytes -5-*/x')), 'form'),
    'range-missing': (once(cut(MIB), lambda c, s: c.send(head('206 Partial Content', 5), b'hello')), 'form'),
    'partial-unasked': (wrong_range(f'bytes 0-{len(DATA) - 1}/{len(DATA)}'), 'status'),
    'multipart': (once(cut(MIB), lambda c, s: c.send(head('206 Partial Content'), b'--x\r\n')), 'form'),
    '416': (once(cut(MIB), lambda c, s: c.send(head('416 Range Not Satisfiable', 0))), 'status'),
    'gzip': (lambda c, s: c.send(hostile.response('200 OK', gzip.compress(DATA), content_encoding='gzip')), 'form'),
    'web-page': (lambda c, s: c.send(hostile.response('200 OK', b'<html>Sign in</html>', 'text/html')), 'web-page'),
    '401': (lambda c, s: c.send(hostile.error('401 Unauthorized', 'Gated')), 'unauthorized'),
    '403': (lambda c, s: c.send(hostile.error('403 Forbidden', 'Gated')), 'forbidden'),
    '404': (lambda c, s: c.send(hostile.error('404 Not Found', 'Gone')), 'not-found'),
    '429-once': (once(lambda c, s: c.send(hostile.error('429 Too Many Requests', 'Slow', retry_after='1'))), 'end'),
    '429-for-hours': (lambda c, s: c.send(hostile.error('429 Too Many Requests', 'Slow', retry_after='90000')), 'busy'),
    '500-once': (once(lambda c, s: c.send(hostile.response('500 Oops', b'', 'text/html'))), 'end'),
    '503-for-ever': (lambda c, s: c.send(hostile.error('503 Service Unavailable', 'Later')), 'server'),
    'not-http': (lambda c, s: c.send(b'SSH-2.0-OpenSSH_9.2\r\n'), 'form'),
    'redirect-here': (once(redirect('/faults/elsewhere')), 'end'),
    'redirect-to-the-cdn': (once(redirect(lambda s: f'http://localhost:{s.port}/cdn?signature=a%2Bb')), 'end'),
    'redirect-to-another': (redirect('http://127.0.0.2:1/file'), 'redirect'),
    'redirect-to-the-internet': (redirect('http://example.org/file'), 'redirect'),
    'redirect-to-a-lookalike': (redirect('http://evil-localhost:1/file'), 'redirect'),
    'redirect-to-https': (redirect('https://localhost/file'), 'redirect'),
    'redirect-to-a-file': (redirect('file:///etc/passwd'), 'redirect'),
    'redirect-with-a-password': (redirect(lambda s: f'http://a:b@localhost:{s.port}/'), 'redirect'),
    'redirect-loop': (redirect('/round'), 'redirect'),
    'redirect-nowhere': (lambda c, s: c.send(head('302 Found', 0)), 'redirect'),
    'huge-head': (hostile.huge_head, 'cut-off'),
}


class Server(hostile.Server):
    fault, n_asked = staticmethod(good), 0

    def answer(self, client):
        if not client.read():
            return
        self.requests.append((client.path, client.headers, client.body))
        if client.path.startswith('/cdn'):
            good(client, self)
        else:
            self.fault(client, self)


class Downloads(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.remote = Remote(PROGRAM)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='myna-download-'))
        self.path = self.folder / 'model.gguf'
        self.part = self.folder / f'model.gguf.{SHA[:12]}.part'

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        self.assertEqual(self.remote.close(), (0, b''))
        shutil.rmtree(self.folder)

    def ask(self, fault=good, **more):
        self.server.fault, self.server.n_asked = fault, 0
        return self.remote.ask('download', **({'address': f'http://127.0.0.1:{self.server.port}/file', 'path': str(self.path),
                                               'size': len(DATA), 'sha256': SHA, 'hosts': ['localhost'], 'limits': LIMITS} | more))

    def last(self, *args, **more):
        return self.remote.all(self.ask(*args, **more))[-1]

    def end(self, *args, **more):
        last = self.last(*args, **more)
        return last.get('code', last['event'])

    def test_each_fault(self):
        self.assertGreaterEqual(len(FAULTS), 40)
        for name, (fault, expected) in FAULTS.items():
            with self.subTest(name):
                short = dict(LIMITS, first=2, idle=2, tries=1) if name in ('stalls-once', 'silent') else LIMITS
                short = dict(short, tries=2) if expected in ('cut-off', 'server') else short
                self.assertEqual(self.end(fault, limits=short), expected)
                # Whole and right, or not there.
                self.assertEqual(self.path.exists(), expected == 'end')
                if expected == 'end':
                    self.assertEqual(self.path.read_bytes(), DATA)
                    self.assertEqual(list(self.folder.iterdir()), [self.path])
                # Whatever is left of it: a server that is good makes it whole.
                self.path.unlink(missing_ok=True)
                self.assertEqual(self.end() if expected != 'hash' else self.end(), 'end')
                self.assertEqual(self.path.read_bytes(), DATA)
                self.assertEqual(list(self.folder.iterdir()), [self.path])
                self.path.unlink()

    def test_goes_on(self):
        self.part.write_bytes(DATA[:2 * MIB])
        self.assertEqual(self.end(), 'end')
        self.assertEqual(self.server.requests[0][1]['range'], f'bytes={2 * MIB}-')
        self.assertEqual(self.path.read_bytes(), DATA)

    def test_same_run_says_which_version(self):
        self.assertEqual(self.end(once(cut(MIB))), 'end')
        headers = self.server.requests[1][1]
        self.assertEqual((headers['range'], headers['if-range']), (f'bytes={MIB}-', ETAG))

    def test_nothing_that_tells_people_apart(self):
        self.ask(once(redirect(lambda s: f'http://localhost:{s.port}/cdn')), key='sk-secret')
        self.assertEqual(self.remote.all(1)[-1]['event'], 'end')
        for _, headers, _ in self.server.requests:
            self.assertLessEqual(set(headers), {'accept-encoding', 'connection', 'host', 'user-agent'})

    def test_part_that_is_damaged(self):
        self.part.write_bytes(CHANGED[:MIB])
        self.assertEqual(self.end(), 'hash')
        self.assertEqual(list(self.folder.iterdir()), [])
        self.part.write_bytes(DATA + b'more')
        self.assertEqual(self.end(), 'end')

    def test_all_is_there_but_the_name(self):
        self.part.write_bytes(DATA)
        self.assertEqual(self.end(), 'end')
        self.assertEqual(self.path.read_bytes(), DATA)
        # … and even that.
        self.assertEqual(self.end(), 'end')
        self.assertEqual(self.server.requests, [])

    def test_name_is_taken(self):
        for other in (b'mine', CHANGED):
            self.path.write_bytes(other)
            self.assertEqual(self.end(), 'taken')
            self.assertEqual(self.path.read_bytes(), other)
        self.path.unlink()
        self.path.mkdir()
        self.assertIn(self.end(), ('taken', 'disk'))
        self.path.rmdir()
        (self.folder / 'target').write_bytes(b'x')
        self.path.symlink_to('target')
        self.assertEqual(self.end(), 'taken')
        self.path.unlink()
        self.part.symlink_to('target')
        self.assertEqual(self.end(), 'disk')
        self.assertEqual((self.folder / 'target').read_bytes(), b'x')

    def test_two_at_the_same_file(self):
        first = self.ask(stall, limits=dict(LIMITS, idle=60))
        while self.remote.next()['event'] != 'progress':
            pass
        other = Remote(PROGRAM)
        number = other.ask('download', address=f'http://127.0.0.1:{self.server.port}/cdn', path=str(self.path), size=len(DATA),
                           sha256=SHA)
        self.assertEqual(other.all(number)[-1]['code'], 'taken')
        other.close()
        self.remote.write({'op': 'cancel', 'id': first})
        self.assertEqual(self.remote.all(first)[-1]['code'], 'cancelled')

    def test_pause(self):
        number = self.ask(stall, limits=dict(LIMITS, idle=60))
        while self.remote.next().get('bytes', 0) < 1:
            pass
        self.remote.write({'op': 'cancel', 'id': number})
        self.assertEqual(self.remote.all(number)[-1]['code'], 'cancelled')
        self.assertFalse(self.path.exists())
        self.assertEqual(self.end(), 'end')

    def test_room_on_the_disk(self):
        self.assertEqual(self.end(reserve=1 << 60), 'disk-full')
        self.assertEqual(self.end(size=1 << 60), 'disk-full')
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertEqual(self.server.requests, [])

    def test_disk_becomes_full(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))
        self.remote.close()
        self.remote = Remote(PROGRAM, preexec_fn=limit)
        self.assertEqual(self.end(), 'disk-full')
        self.assertFalse(self.path.exists())
        self.remote.close()
        self.remote = Remote(PROGRAM)
        self.assertEqual(self.end(), 'end')

    def test_folder_that_is_not_there(self):
        self.assertEqual(self.end(path=str(self.folder / 'none' / 'x')), 'disk')

    def test_questions_that_are_none(self):
        for more, code in (({'path': 'relative'}, 'request'), ({'size': 0}, 'request'), ({'size': -1}, 'request'),
                           ({'sha256': 'abc'}, 'request'), ({'sha256': '../' + SHA[3:]}, 'request'), ({'sha256': SHA.upper()}, 'request'),
                           ({'address': 'file:///etc/passwd'}, 'address'), ({'address': 'http://8.8.8.8/x'}, 'insecure'),
                           ({'address': 'HTTP://8.8.8.8/x'}, 'address'), ({'address': 'https://a:b@host/x'}, 'address')):
            self.assertEqual(self.end(**more), code, more)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_each_retry_is_told(self):
        events = self.remote.all(self.ask(once(lambda c, s: c.send(hostile.error('429 Too Many', 'x', retry_after='1')))))
        retry = [one for one in events if one['event'] == 'retry']
        self.assertEqual([(one['code'], one['seconds']) for one in retry], [('busy', 1)])

    def test_nobody_listens(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            self.assertEqual(self.end(address=f'http://127.0.0.1:{taken.getsockname()[1]}/', limits=dict(LIMITS, tries=1)), 'unreachable')
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_killed_at_any_moment(self):
        """kill -9: what lies there then is nothing, a part, or the whole file; and the next run makes it whole."""
        rng = random.Random(11)
        gate = threading.Event()

        def slowly(client, server):
            first = asked(client) or 0
            client.send(head('206 Partial Content', len(DATA) - first, Content_Range=f'bytes {first}-{len(DATA) - 1}/{len(DATA)}')
                        if first else head('200 OK', len(DATA)))
            for at in range(first, len(DATA), 65536):
                client.send(DATA[at:at + 65536])
                gate.wait(0.0005)
        n_whole = n_part = 0
        for _ in range(N_KILLS):
            self.path.unlink(missing_ok=True)
            self.ask(slowly)
            # At some event, or between two.
            for _ in range(rng.randint(0, 3)):
                if self.remote.next()['event'] in ('end', 'error'):
                    break
            time.sleep(rng.random() * 0.05)
            self.remote.process.kill()
            self.remote.process.wait()
            self.remote.abandon()
            self.remote = Remote(PROGRAM)
            if self.path.exists():
                n_whole += 1
                self.assertEqual(self.path.read_bytes(), DATA)
            elif self.part.exists():
                n_part += 1
                self.assertEqual(self.part.read_bytes(), DATA[:self.part.stat().st_size])
            if rng.random() < 0.3:
                self.assertEqual(self.end(slowly), 'end')
                self.assertEqual(self.path.read_bytes(), DATA)
        print(f'{N_KILLS} kills: {n_part} left a part, {n_whole} the whole file', file=sys.stderr)
        self.assertEqual(self.end(), 'end')
        self.assertEqual(self.path.read_bytes(), DATA)

    def test_files_of_a_site(self):
        listing = [{'type': 'directory', 'path': 'Q4'}, {'type': 'file', 'path': 'README.md', 'size': 5, 'oid': 'ab'},
                   {'type': 'file', 'path': '../../x/model.gguf', 'size': 3, 'lfs': {'oid': SHA, 'size': len(DATA)}},
                   {'type': 'file', 'path': 'a.gguf', 'size': 1, 'lfs': {'oid': 'sha256:' + SHA.upper(), 'size': 7}}, 5, None]
        scope = {'Code': 200, 'Data': {'Files': [{'Type': 'tree', 'Path': 'Q4', 'Size': 0}, {'Type': 'blob', 'Path': 'a.gguf', 'Size': 7, 'Sha256': SHA}]}}
        for form, answer, expected in (('huggingface', listing, [('README.md', 5, ''), ('../../x/model.gguf', len(DATA), SHA), ('a.gguf', 7, SHA)]),
                                       ('modelscope', scope, [('a.gguf', 7, SHA)]), ('other', scope, None), ('huggingface', scope, None),
                                       ('modelscope', listing, None), ('huggingface', 'x', None)):
            self.server.fault = lambda client, server: client.send(hostile.response('200 OK', answer))
            last = self.remote.all(self.remote.ask('files', address=f'http://127.0.0.1:{self.server.port}/api?a=b', form=form))[-1]
            if expected is None:
                self.assertEqual(last['code'], 'form')
            else:
                self.assertEqual([(one['path'], one['size'], one['sha256']) for one in last['files']], expected)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
