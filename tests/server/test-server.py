#!/usr/bin/env python3
"""test-server.py FAKE-SERVER: the server as clients and those who are none see it, on an engine that says what it is told.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import http.client
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv.pop(1)


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('anything.example')
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(120)
        self.sock.connect(self.path)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = os.path.join(self.folder.name, 'below', 'api.sock')
        token = os.path.join(self.folder.name, 'token')
        self.server = subprocess.Popen([PROGRAM, token, self.socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.server.stdout.readline())
        with open(token) as file:
            self.token = file.read().strip()

    def tearDown(self):
        self.server.stdin.close()
        self.assertEqual(self.server.wait(timeout=120), 0)
        self.server.stdout.close()
        self.folder.cleanup()

    def tell(self, line='stats'):
        self.server.stdin.write(line + '\n')
        self.server.stdin.flush()
        return json.loads(self.server.stdout.readline())

    def wait(self, condition):
        deadline = time.monotonic() + 120
        while not condition(self.tell()):
            self.assertLess(time.monotonic(), deadline, self.tell())
            time.sleep(0.002)

    def connect(self):
        return http.client.HTTPConnection('127.0.0.1', self.port, timeout=120)

    def ask(self, method='GET', path='/v1/models', body=None, connection=None, token=True, **headers):
        """(status, headers, body as JSON)"""
        own = connection or self.connect()
        if token:
            headers['Authorization'] = 'Bearer ' + self.token
        own.request(method, path, body if body is None or isinstance(body, (bytes, str)) else json.dumps(body), headers)
        answer = own.getresponse()
        text = answer.read()
        if not connection:
            own.close()
        return answer.status, answer.headers, json.loads(text) if text else None

    def chat(self, script, connection=None, **more):
        return self.ask('POST', '/v1/chat/completions', {'messages': [{'role': 'user', 'content': script}], **more}, connection)

    def assert_error(self, answer, status, code, param=None):
        self.assertEqual(answer[0], status, answer)
        error = answer[2]['error']
        self.assertEqual(sorted(error), ['code', 'message', 'param', 'type'])
        self.assertEqual((error['code'], error['param']), (code, param))
        self.assertNotIn('Access-Control-Allow-Origin', answer[1])
        self.assertNotIn('Server', answer[1])

    def open_stream(self, script, **more):
        """A socket whose answer has begun, and what has come of it."""
        body = json.dumps({'messages': [{'role': 'user', 'content': script}], 'stream': True, **more}).encode()
        sock = socket.create_connection(('127.0.0.1', self.port), timeout=120)
        sock.sendall((f'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.token}'
                      f'\r\nContent-Length: {len(body)}\r\n\r\n').encode() + body)
        return sock


class Endpoints(Case):
    def test_models_and_health(self):
        self.assertEqual(self.ask(path='/health', token=False)[2], {'status': 'ok'})
        for path in '/v1/models', '/v1/models/':
            listed = self.ask(path=path)[2]
            self.assertEqual(listed['object'], 'list')
            self.assertEqual(listed['data'], [{'id': 'fake', 'object': 'model', 'created': 1700000000, 'owned_by': 'local',
                                               'meta': {'context_length': 4096}}])
        self.assertEqual(self.ask(path='/v1/models/fake')[2], listed['data'][0])
        self.assert_error(self.ask(path='/v1/models/gpt'), 404, 'model_not_found', 'model')
        self.tell('loading')
        self.assertEqual(self.ask(path='/health', token=False)[0], 503)
        answer = self.chat('text x')
        self.assert_error(answer, 503, 'loading')
        self.assertEqual(answer[1]['Retry-After'], '5')
        self.tell('none')
        self.assert_error(self.chat('text x'), 503, 'no_model')
        self.assertEqual(self.ask()[2]['data'], [])

    def test_unknown(self):
        for path in '/v1/embeddings', '/v1/responses', '/', '/v1', '/v1/models/../../etc', '/%2e%2e/x', '/v1/chat':
            self.assertEqual(self.ask('POST', path, '{}')[0], 404, path)
        self.assert_error(self.ask('POST', '/v1/embeddings', '{}'), 404, 'unknown_url')
        self.assert_error(self.ask('DELETE', '/v1/models'), 405, 'method_not_allowed')
        self.assert_error(self.ask('GET', '/v1/chat/completions'), 405, 'method_not_allowed')

    def test_chat_and_stream(self):
        status, headers, body = self.chat('text Hel\ntext lo\n')
        self.assertEqual((status, headers['Content-Type']), (200, 'application/json'))
        self.assertEqual(body['choices'][0]['message']['content'], 'Hello')
        self.assertEqual(body['usage']['prompt_tokens_details'], {'cached_tokens': 8})
        connection = self.connect()
        for _ in range(3):   # one connection
            connection.request('POST', '/v1/chat/completions', json.dumps(
                {'messages': [{'role': 'user', 'content': 'text Hel\ntext lo'}], 'stream': True}),
                {'Authorization': 'Bearer ' + self.token})
            answer = connection.getresponse()
            self.assertEqual(answer.headers['Content-Type'], 'text/event-stream; charset=utf-8')
            events = answer.read().decode().split('\n\n')
            self.assertEqual(events[-2:], ['data: [DONE]', ''])
            deltas = [json.loads(event[6:])['choices'][0]['delta'] for event in events[:-2]]
            self.assertEqual([delta.get('content') for delta in deltas], ['', 'Hel', 'lo', None])

    def test_completion(self):
        body = self.ask('POST', '/v1/completions', {'prompt': 'text \\n upon'})[2]
        self.assertEqual((body['object'], body['choices'][0]['text']), ('text_completion', '\n upon'))

    def test_errors_of_the_engine(self):
        self.assert_error(self.chat('planned 5000\nfail 7'), 400, 'context_length_exceeded', 'messages')
        self.assertIn('5000', self.chat('planned 5000\nfail 7')[2]['error']['message'])
        self.assertIn('4096', self.chat('planned 5000\nfail 7', stream=True)[2]['error']['message'])
        self.assert_error(self.chat('fail 6'), 500, 'engine_error')
        self.assert_error(self.chat('fail 8'), 400, 'invalid_value')
        self.assert_error(self.chat('x', model='gpt-4'), 404, 'model_not_found', 'model')
        self.assert_error(self.chat('stop 4'), 503, 'model_changed')
        with self.open_stream('text a\nfail 6') as sock:
            text = self.read_to_end(sock)
        self.assertIn(b'"engine_error"', text)
        self.assertNotIn(b'[DONE]', text)

    def read_to_end(self, sock):
        text = b''
        while not text.endswith(b'0\r\n\r\n'):
            more = sock.recv(65536)
            self.assertTrue(more, text)
            text += more
        return text

    def test_tools(self):
        tools = [{'type': 'function', 'function': {'name': 'look', 'parameters': {'type': 'object', 'additionalProperties': False}}}]
        choice = self.chat('call look\narguments {}\ncalled {}\nstop 1', tools=tools)[2]['choices'][0]
        self.assertEqual(choice['finish_reason'], 'tool_calls')
        self.assertEqual(choice['message']['content'], None)
        self.assertEqual(choice['message']['tool_calls'][0]['function'], {'name': 'look', 'arguments': '{}'})
        self.tell('untrained')
        self.assert_error(self.chat('text x', tools=tools), 400, 'unsupported_value', 'tools')
        self.assertEqual(self.chat('text x', tools=tools, tool_choice='required')[0], 200)
        self.assertEqual(self.chat('text x', tools=tools, tool_choice='none')[0], 200)
        self.tell('never')
        self.assert_error(self.chat('text x', tools=tools, tool_choice='required'), 400, 'unsupported_value', 'tools')

    def test_heart_beats(self):
        with self.open_stream('prompt 512 4096\nhold') as sock:
            text = b''
            while text.count(b': reading 512/4096\n\n') < 2:
                text += sock.recv(65536)
        self.wait(lambda stats: stats['ended'] == 1)

    def test_stopped_by_the_person(self):
        with self.open_stream('text a\nhold') as sock:
            text = b''
            while b'"a"' not in text:
                text += sock.recv(65536)
            self.tell('stop')
            self.assertIn(b'"stopped"', self.read_to_end(sock))


class Safety(Case):
    def test_token(self):
        self.assert_error(self.ask(token=False), 401, 'invalid_api_key')
        for value in 'Bearer ' + self.token[:-1], 'Bearer ' + self.token + '0', 'Basic ' + self.token, self.token, 'Bearer':
            self.assert_error(self.ask(token=False, Authorization=value), 401, 'invalid_api_key')
        self.assertEqual(self.tell()['started'], 0)

    def test_host_and_origin(self):
        for host in 'evil.example', f'evil.example:{self.port}', f'localhost:{self.port + 1}', f'127.0.0.1.evil:{self.port}', '':
            self.assert_error(self.ask(Host=host), 403, 'host_not_allowed')
        for host in f'localhost:{self.port}', f'[::1]:{self.port}', f'LOCALHOST:{self.port}':
            self.assertEqual(self.ask(Host=host)[0], 200)
        for origin in 'https://evil.example', 'null', f'http://localhost:{self.port}':
            self.assert_error(self.ask(Origin=origin), 403, 'origin_not_allowed')
            self.assert_error(self.ask('OPTIONS', '/v1/chat/completions', Origin=origin), 403, 'origin_not_allowed')
            self.assert_error(self.ask(path='/health', Origin=origin), 403, 'origin_not_allowed')

    def test_socket(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.socket).st_mode), 0o600)
        connection = Unix(self.socket)
        self.assertEqual(self.ask(connection=connection)[0], 200)
        self.assert_error(self.ask(connection=connection, Origin='null'), 403, 'origin_not_allowed')
        connection.close()

    def test_large_bodies(self):
        body = b'{"messages":"' + b'x' * (9 << 20) + b'"}'
        self.assert_error(self.ask('POST', '/v1/chat/completions', body), 413, 'body_too_large')
        connection = self.connect()
        connection.request('POST', '/v1/chat/completions', iter([body[i:i + (1 << 20)] for i in range(0, len(body), 1 << 20)]),
                           {'Authorization': 'Bearer ' + self.token}, encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()
        self.assert_error(self.ask('POST', '/v1/chat/completions', b'x' * (8 << 20)), 400, 'invalid_json')

    def test_queue(self):
        held = [self.open_stream('text a\nhold') for _ in range(9)]
        self.wait(lambda stats: stats['requests'] == 9)
        answer = self.chat('text x')
        self.assert_error(answer, 429, 'queue_full')
        self.assertEqual(answer[1]['Retry-After'], '5')
        for sock in held:
            sock.close()
        self.wait(lambda stats: stats['requests'] == 0)
        self.assertEqual(self.chat('text x')[0], 200)

    def test_connections(self):
        before = self.tell()['files']
        sockets = [socket.create_connection(('127.0.0.1', self.port), timeout=120) for _ in range(100)]
        refused = 0
        for sock in sockets[16:]:
            refused += sock.recv(12) == b'HTTP/1.1 503'
        self.assertEqual(refused, 84)
        self.assertLessEqual(self.tell()['files'], before + 16)
        for sock in sockets:
            sock.close()
        self.wait(lambda stats: stats['files'] == before)
        self.assertEqual(self.ask()[0], 200)

    def test_torn_requests(self):
        before = self.tell()['files']
        for text in (b'', b'GET', b'GET / HTTP/1.1\r\n', b'\0\xff\r\n\r\n', b'GET / HTTP/9.9\r\n\r\n', b'POST / HTTP/1.1\r\n'
                     b'Content-Length: -1\r\n\r\n', b'POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 99\r\n\r\n{',
                     b'A' * 100000, b'GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'):
            sock = socket.create_connection(('127.0.0.1', self.port), timeout=120)
            try:
                sock.sendall(text)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
            except OSError:
                pass
            sock.close()
        self.wait(lambda stats: stats['files'] == before)
        self.assertEqual(self.ask()[0], 200)

    def test_aborted_streams(self):
        """1,000 clients that leave in the middle: none leaves a request or a descriptor, and no token comes after."""
        self.ask()
        before = self.tell()['files']
        for i in range(1000):
            sock = self.open_stream('text a\ncount 1000000000')
            if i % 4:
                sock.recv(1 + i)
            sock.close()
            if i % 8 == 7:
                self.wait(lambda stats: stats['requests'] == 0)
        self.wait(lambda stats: stats['files'] == before)
        stats = self.tell()
        self.assertEqual((stats['started'], stats['ended'], stats['cancelled'], stats['late']), (1000, 1000, 1000, 0))

    def test_a_client_that_leaves_before_its_turn(self):
        first = self.open_stream('text a\nhold')
        first.recv(1000)
        second = self.open_stream('text b\nhold')
        body = json.dumps({'messages': [{'role': 'user', 'content': 'hold'}]}).encode()
        third = socket.create_connection(('127.0.0.1', self.port))   # hears nothing until the end
        third.sendall((f'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:{self.port}\r\nAuthorization: Bearer {self.token}\r\n'
                       f'Content-Length: {len(body)}\r\n\r\n').encode() + body)
        self.wait(lambda stats: stats['requests'] == 3)
        second.close()
        third.close()
        self.wait(lambda stats: stats['cancelled'] == 2)
        first.close()
        self.wait(lambda stats: stats['requests'] == 0)


if __name__ == '__main__':
    unittest.main()
