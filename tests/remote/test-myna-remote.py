#!/usr/bin/env python3
"""test-myna-remote.py PROGRAM: what myna-remote makes of servers that keep to the form, and of those that do not

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import hostile
from remote_process import Remote

PROGRAM = sys.argv[1]
LIMITS = {'connect': 20, 'first': 20, 'idle': 20}


def said(events, kind='text'):
    return ''.join(one['text'] for one in events if one['event'] == kind)


# The fault: what is said before the end, and how it ends: a reason, or the code of an error.
CHATS = {
    'good': ('Hello, world', 'stop'),
    'reasoning': ('Yes', 'stop'),
    'think-tags': ('Yes </think>', 'stop'),
    'calls': ('Let me see.', 'calls'),
    'call-object': ('', 'calls'),
    'not-streamed': ('All at once', 'stop'),
    'length': ('and so', 'length'),
    'filtered': ('The', 'filter'),
    'carriage-returns': ('one two', 'stop'),
    'single-newlines': ('one two', 'stop'),
    'comments': ('one', 'stop'),
    'no-done': ('one', 'stop'),
    'nothing-after-done': ('one', 'stop'),
    'bytewise': ('字é😀', 'stop'),
    'slow': ('at last', 'stop'),
    'slow-head': ('at last', 'stop'),
    'moved': ('found', 'stop'),
    'nulls': ('one', 'stop'),
    'tool-round': ('Wait.', 'calls'),
    '401': ('', 'unauthorized'),
    '401-basic': ('', 'unauthorized'),
    '403': ('', 'forbidden'),
    '404': ('', 'not-found'),
    '407': ('', 'proxy'),
    '400': ('', 'request'),
    'context': ('', 'context'),
    '413': ('', 'too-large'),
    '429': ('', 'busy'),
    '429-date': ('', 'busy'),
    '429-nonsense': ('', 'busy'),
    '500': ('', 'server'),
    '503': ('', 'server'),
    '418': ('', 'status'),
    'error-bidi': ('', 'server'),
    'error-endless': ('', 'server'),
    'error-in-reply': ('one', 'server'),
    'closes': ('', 'cut-off'),
    'resets': ('', 'cut-off'),
    'cut-head': ('', 'form'),
    'cut-off': ('one two', 'cut-off'),
    'goes-on': ('one', 'cut-off'),
    'cut-in-event': ('one', 'form'),
    'cut-length': ('one', 'cut-off'),
    'cut-chunked': ('one', 'cut-off'),
    'bad-chunked': ('', 'cut-off'),
    'reset-in-reply': ('one', 'cut-off'),
    'stalls': ('one', 'stalled'),
    'thinks-on': ('', 'stalled'),
    'silent': ('', 'timeout'),
    'not-http': ('', 'form'),
    'redirect-elsewhere': ('', 'redirect'),
    'redirect-https': ('', 'redirect'),
    'redirect-file': ('', 'redirect'),
    'redirect-nowhere': ('', 'redirect'),
    'redirect-to-get': ('', 'redirect'),
    'circle': ('', 'redirect'),
    'portal': ('', 'web-page'),
    '511': ('', 'web-page'),
    'image': ('', 'form'),
    'bomb': ('', 'form'),
    'bomb-json': ('', 'form'),
    'endless-text': (None, 'endless'),
    'endless-line': ('', 'endless'),
    'endless-arguments': ('', 'endless'),
    'endless-comments': ('', 'endless'),
    'endless-json': ('', 'endless'),
    'huge-head': ('', 'cut-off'),
    'nul': ('a\ufffdb', 'stop'),
    'nul-escape': ('a\ufffdb', 'stop'),
    'bad-utf8': ('a\ufffd\ufffdb', 'stop'),
    'half-surrogate': ('one', 'form'),
    'not-json': ('one', 'form'),
    'not-object': ('one', 'form'),
    'deep': ('', 'form'),
    'wrong-types': ('one', 'stop'),
    'huge-numbers': ('one', 'stop'),
    'control-tokens': ('<|user|>\nSay yes<|endoftext|><|assistant|>', 'stop'),
    'control-characters': ('a\x1b[31mb\x07\u202ec', 'stop'),
    'bad-tool-name': ('', 'form'),
    'many-calls': ('', 'form'),
    'call-backwards': ('', 'form'),
    'arguments-first': ('', 'form'),
    'bad-arguments': ('', 'calls'),
    'empty': ('', 'cut-off'),
    'empty-json': ('', 'form'),
}


class WithRemote(unittest.TestCase):
    def setUp(self):
        self.server = hostile.Server()
        self.remote = Remote(PROGRAM)
        self.address = f'http://127.0.0.1:{self.server.port}/v1'

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        status, errors = self.remote.close()
        self.assertEqual((status, errors), (0, b''))

    def chat(self, model='good', address=None, limits=LIMITS, **more):
        body = {'model': model, 'stream': True, 'messages': [{'role': 'user', 'content': 'Hi'}]}
        return self.remote.ask('chat', address=address or self.address, body=body, limits=limits, **more)

    def events(self, *args, **more):
        return self.remote.all(self.chat(*args, **more))


class Chats(WithRemote):
    def test_every_fault_is_expected(self):
        self.assertEqual(sorted(CHATS), sorted(hostile.FAULTS))

    def test_each_fault(self):
        for name, (text, end) in CHATS.items():
            with self.subTest(name):
                short = dict(LIMITS, first=2, idle=2) if name in ('stalls', 'thinks-on', 'silent') else LIMITS
                events = self.events(name, limits=short)
                last = events[-1]
                if text is not None:
                    self.assertEqual(said(events), text)
                self.assertEqual(last.get('reason', last.get('code')), end, last)
                # It goes on.
                self.assertEqual(said(self.events()), 'Hello, world')

    def test_none_fills_the_memory(self):
        # A sanitizer keeps what the program has freed, a quarter of a gigabyte; that is not the program's.
        self.remote.close()
        self.remote = Remote(PROGRAM, ASAN_OPTIONS=':'.join((os.environ.get('ASAN_OPTIONS', ''), 'quarantine_size_mb=1')))
        for name in CHATS:
            if name.startswith(('endless', 'bomb', 'huge', 'deep', 'many')):
                self.events(name)
        status = pathlib.Path(f'/proc/{self.remote.process.pid}/status').read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith('VmHWM:'))
        self.assertLess(peak, 300_000, 'kB')

    def test_thoughts(self):
        self.assertEqual(said(self.events('reasoning'), 'thought'), 'Hmm.')
        self.assertEqual(said(self.events('think-tags'), 'thought'), 'Hmm.')

    def test_calls(self):
        events = [one for one in self.events('calls') if one['event'] in ('call', 'arguments')]
        self.assertEqual([(one['event'], one['index'], one.get('name', one.get('text'))) for one in events],
                         [('call', 0, 'date_time'), ('arguments', 0, '{"a": 1}'), ('call', 1, 'calculate'), ('arguments', 1, '{}')])
        self.assertEqual(json.loads(said(self.events('call-object'), 'arguments')), {'x': 1})

    def test_figures(self):
        last = self.events()[-1]
        self.assertEqual((last['prompt_tokens'], last['tokens'], last['cached']), (7, 3, 2))

    def test_retry_after(self):
        self.assertEqual(self.events('429')[-1]['retry_after'], 17)
        self.assertEqual(self.events('429-date')[-1]['retry_after'], 24 * 3600)
        self.assertEqual(self.events('429-nonsense')[-1]['retry_after'], 0)

    def test_words_of_the_server(self):
        last = self.events('404')[-1]
        self.assertEqual((last['status'], last['detail']), (404, 'No such model'))
        detail = self.events('error-bidi')[-1]['detail']
        self.assertLessEqual(len(detail), 300)
        self.assertTrue(detail.startswith('a b c'), detail)
        self.assertEqual(self.events('500')[-1]['detail'], '')

    def test_waiting_is_told(self):
        for name in 'slow', 'slow-head':
            events = self.events(name)
            self.assertEqual([one['seconds'] for one in events if one['event'] == 'waiting'][:1], [1])

    def test_stop_closes_the_connection(self):
        number = self.chat('stalls')
        while self.remote.next()['event'] != 'text':
            pass
        self.remote.write({'op': 'cancel', 'id': number})
        self.assertEqual(self.remote.all(number)[-1]['code'], 'cancelled')
        self.assertTrue(self.server.closed.acquire(timeout=60))

    def test_end_of_the_window(self):
        """Whatever is under way: the process ends with its input, and so do its connections."""
        self.chat('stalls')
        while self.remote.next()['event'] != 'text':
            pass
        self.assertEqual(self.remote.close(), (0, b''))
        self.assertTrue(self.server.closed.acquire(timeout=60))
        self.remote = Remote(PROGRAM)

    def test_a_window_that_is_slow(self):
        """What nobody reads is not read of the server either."""
        number = self.chat('endless-text')
        self.assertEqual(self.remote.next()['id'], number)
        before = None
        while before != (before := pathlib.Path(f'/proc/{self.remote.process.pid}/io').read_text()):
            time.sleep(0.5)
        self.remote.write({'op': 'cancel', 'id': number})
        self.assertIn(self.remote.all(number)[-1]['code'], ('cancelled', 'endless'))

    def test_side_by_side(self):
        numbers = [self.chat() for _ in range(40)]
        texts = dict.fromkeys(numbers, '')
        for _ in numbers:
            while (one := self.remote.next())['event'] != 'end':
                if one['event'] == 'text':
                    texts[one['id']] += one['text']
        self.assertEqual(set(texts.values()), {'Hello, world'})

    def test_nothing_is_left_open(self):
        self.events()
        before = self.remote.n_descriptors()
        for i in range(int(os.environ.get('MYNA_N_CHATS', 60))):
            self.events(('good', 'cut-off', '401', 'reset-in-reply', 'bomb', 'redirect-elsewhere')[i % 6])
        self.assertLessEqual(self.remote.n_descriptors(), before + 1)


class Requests(WithRemote):
    def test_what_is_sent(self):
        self.chat(key='sk-secret')
        self.remote.all(1)
        path, headers, body = self.server.requests[0]
        self.assertEqual((path, body['model']), ('/v1/chat/completions', 'good'))
        self.assertEqual(headers['authorization'], 'Bearer sk-secret')
        self.assertEqual(headers['accept-encoding'], 'identity')
        # Nothing that tells people apart.
        self.assertEqual(sorted(headers), ['accept-encoding', 'authorization', 'connection', 'content-length', 'content-type', 'host',
                                           'user-agent'])
        self.assertEqual(headers['user-agent'], 'Myna')

    def test_without_a_key(self):
        self.events()
        self.assertNotIn('authorization', self.server.requests[0][1])

    def test_wrong_key(self):
        self.server.key = 'right'
        self.assertEqual(self.events(key='wrong')[-1]['code'], 'unauthorized')
        self.assertEqual(said(self.events(key='right')), 'Hello, world')

    def test_a_key_is_no_header(self):
        for key in 'a\r\nX-Evil: 1', 'a b', 'é', '':
            self.assertEqual(self.events(key=key)[-1]['code'], 'unauthorized')
        self.assertEqual(self.server.requests, [])

    def test_the_key_is_nowhere(self):
        self.chat('stalls', key='sk-very-secret')
        while self.remote.next()['event'] != 'text':
            pass
        for name in 'cmdline', 'environ':
            try:
                self.assertNotIn(b'sk-very-secret', pathlib.Path(f'/proc/{self.remote.process.pid}/{name}').read_bytes())
            except PermissionError:
                pass        # nobody can look into it

    def test_models(self):
        for name, expected in (('good', [('glm-4.5', 131072), ('plain', 0), ('here', 8192), ('thinks-on', 0)]), ('bad-ids', [('fine', 0)]),
                               ('moved', [('glm-4.5', 131072), ('plain', 0), ('here', 8192), ('thinks-on', 0)])):
            last = self.remote.all(self.remote.ask('models', address=f'http://127.0.0.1:{self.server.port}/{name}/v1'))[-1]
            self.assertEqual([(one['id'], one['context']) for one in last['models']], expected)
        last = self.remote.all(self.remote.ask('models', address=f'http://127.0.0.1:{self.server.port}/too-many/v1'))[-1]
        self.assertEqual(len(last['models']), 500)

    def test_models_that_are_none(self):
        for name, code in (('no-list', 'form'), ('portal', 'web-page'), ('401', 'unauthorized'), ('404', 'not-found'), ('bomb', 'form'),
                           ('endless', 'endless')):
            last = self.remote.all(self.remote.ask('models', address=f'http://127.0.0.1:{self.server.port}/{name}/v1'))[-1]
            self.assertEqual(last.get('code'), code, (name, last))

    def test_addresses(self):
        for address, code in (('', 'address'), ('file:///etc/passwd', 'address'), ('http://', 'address'), ('https://a:b@host/v1', 'address'),
                              ('https://host/v1?a=b', 'address'), ('http://8.8.8.8/v1', 'insecure'), ('http://[2001:4860::1]/', 'insecure'),
                              ('https://no-such-host.invalid/v1', 'name')):
            last = self.remote.all(self.remote.ask('models', address=address, limits=LIMITS))[-1]
            self.assertEqual(last['code'], code, address)

    def test_nobody_listens(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            last = self.remote.all(self.remote.ask('models', address=f'http://127.0.0.1:{taken.getsockname()[1]}'))[-1]
        self.assertEqual(last['code'], 'unreachable')

    def test_ipv6(self):
        try:
            server = hostile.Server(('::1', 0))
        except OSError:
            self.skipTest('no IPv6 here')
        self.assertEqual(said(self.events(address=f'http://[::1]:{server.port}/v1')), 'Hello, world')
        server.shutdown()
        server.server_close()

    def test_what_is_not_known(self):
        self.remote.write({'op': 'dance', 'id': 900})
        self.remote.write({'op': 'cancel', 'id': 901})
        self.remote.write({'id': 'x'})
        self.assertEqual(said(self.events()), 'Hello, world')

    def test_frames_that_are_none(self):
        for data in b'\xff\xff\xff\xff', b'\0\0\0\2[]', b'\0\0\0\5{"a":', b'\0\0':
            other = Remote(PROGRAM)
            other.process.stdin.write(data)
            self.assertEqual(other.close()[0], 0)


class Certificates(unittest.TestCase):
    """Nobody vouches for a certificate that a server made for itself."""

    def setUp(self):
        import ssl
        self.folder = tempfile.TemporaryDirectory()
        pair = os.path.join(self.folder.name, 'pair.pem')
        try:
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                            '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', pair, '-out', pair + '.crt'],
                           check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest('openssl is not here')
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair + '.crt', pair)
        self.server = hostile.Server(context=context)
        self.remote = Remote(PROGRAM)

    def tearDown(self):
        if hasattr(self, 'server'):
            self.server.shutdown()
            self.server.server_close()
            self.remote.close()
        self.folder.cleanup()

    def code(self, address):
        return self.remote.all(self.remote.ask('models', address=address, key='sk-1', limits=LIMITS))[-1].get('code')

    def test_is_refused(self):
        self.assertEqual(self.code(f'https://localhost:{self.server.port}/v1'), 'certificate')
        self.assertEqual(self.code(f'https://127.0.0.1:{self.server.port}/v1'), 'certificate')
        self.assertEqual(self.server.requests, [])

    def test_no_encryption_at_all(self):
        plain = hostile.Server()
        self.assertEqual(self.code(f'https://127.0.0.1:{plain.port}/v1'), 'tls')
        plain.shutdown()
        plain.server_close()
        self.assertEqual(self.code(f'http://127.0.0.1:{self.server.port}/v1'), 'cut-off')


class Proxies(unittest.TestCase):
    def test_plain_goes_directly(self):
        """The proxy that the desktop has is not asked for an address of this computer's network."""
        server = hostile.Server()
        remote = Remote(PROGRAM, http_proxy='http://127.0.0.1:9', https_proxy='http://127.0.0.1:9', no_proxy='')
        number = remote.ask('models', address=f'http://127.0.0.1:{server.port}/v1', limits=LIMITS)
        self.assertEqual(remote.all(number)[-1]['event'], 'models')
        remote.close()
        server.shutdown()
        server.server_close()


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
