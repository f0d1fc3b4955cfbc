#!/usr/bin/env python3
"""test-myna-server.py MYNA-SERVER: the program with the starter model, and as a passage to another's socket.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import http.client
import itertools
import json
import os
import random
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv.pop(1)
HI = [{'role': 'user', 'content': 'Hello, who are you?'}]


class Full(Exception):
    """The prompt is longer than the context: a large schema."""


class Server:
    def __init__(self, folder, *args):
        self.folder = folder
        self.process = subprocess.Popen([PROGRAM, '--port', '0', *args], stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, 'XDG_CONFIG_HOME': folder})
        self.port = 0
        self.lines = []

    def read(self, until):
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith('Listening at http'):
                self.port = int(line.split(':')[2].split('/')[0])
            if line.startswith(until):
                return line
        raise AssertionError(self.lines)

    def token(self):
        with open(os.path.join(self.folder, 'myna', 'server-token')) as file:
            return file.read().strip()

    def ask(self, path, body=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=300)
        connection.request('POST' if body else 'GET', path, json.dumps(body) if body else None,
                           {'Authorization': 'Bearer ' + self.token()})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text if 'event-stream' in answer.headers['Content-Type'] else json.loads(text)

    def chat(self, **more):
        status, body = self.ask('/v1/chat/completions', {'messages': HI, 'temperature': 0, 'max_tokens': 12, **more})
        if status == 400 and body['error']['code'] == 'context_length_exceeded':
            raise Full
        assert status == 200, body
        return body

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=120)
        self.process.stdout.close()
        return status


def random_schema(rng, depth=0):
    kind = rng.choice(['string', 'integer', 'boolean', 'enum', 'number'] + ['object', 'array'] * (depth < 3))
    if kind == 'object':
        names = rng.sample(['a', 'name', 'city', 'x y', '天气', 'n"q'], rng.randint(0, 4))
        return {'type': 'object', 'properties': {name: random_schema(rng, depth + 1) for name in names},
                'required': [name for name in names if rng.random() < 0.7], 'additionalProperties': False}
    if kind == 'array':
        return {'type': 'array', 'items': random_schema(rng, depth + 1), 'minItems': rng.randint(0, 2), 'maxItems': rng.randint(2, 4)}
    if kind == 'string':
        return {'type': 'string', 'minLength': rng.randint(0, 3), 'maxLength': rng.randint(3, 9)}
    if kind == 'integer':
        return {'type': 'integer', 'minimum': rng.randint(-90, 0), 'maximum': rng.randint(1, 999)}
    if kind == 'number':
        return {'type': 'number', 'minimum': -5, 'maximum': rng.randint(6, 999)}
    return {'type': 'boolean'} if kind == 'boolean' else {'enum': [1, 'two', None, True, '三']}


def fits(value, schema):
    """A reading of the schema of its own."""
    if 'enum' in schema:
        return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in schema['enum'])
    kind = schema['type']
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == 'object':
        return (isinstance(value, dict) and set(schema['required']) <= set(value) <= set(schema['properties'])
                and all(fits(value[name], schema['properties'][name]) for name in value))
    if kind == 'array':
        return (isinstance(value, list) and schema['minItems'] <= len(value) <= schema['maxItems']
                and all(fits(one, schema['items']) for one in value))
    if kind == 'string':
        return isinstance(value, str) and schema['minLength'] <= len(value) <= schema['maxLength']
    if kind == 'boolean':
        return isinstance(value, bool)
    return (number and (kind == 'number' or value == int(value)) and schema['minimum'] <= value <= schema['maximum'])


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.socket = os.path.join(cls.folder.name, 'api.sock')
        cls.server = Server(cls.folder.name, '--socket', cls.socket)
        cls.server.read('Ready')

    @classmethod
    def tearDownClass(cls):
        assert cls.server.end() == 0
        assert not os.path.exists(cls.socket)
        cls.folder.cleanup()

    def test_chat_and_stream(self):
        whole = self.server.chat()
        text = whole['choices'][0]['message']['content']
        self.assertTrue(text)
        self.assertEqual(whole['usage']['completion_tokens'], 12)
        events = self.server.chat(stream=True, stream_options={'include_usage': True}).split('\n\n')
        self.assertEqual(events[-2:], ['data: [DONE]', ''])
        chunks = [json.loads(event[6:]) for event in events[:-2] if event.startswith('data: ')]
        self.assertEqual(''.join(c['choices'][0]['delta'].get('content') or '' for c in chunks if c['choices']), text)
        usage = chunks[-1]['usage']
        self.assertEqual(usage['prompt_tokens_details']['cached_tokens'], usage['prompt_tokens'] - 1)

    def test_chances(self):
        choice = self.server.chat(logprobs=True, top_logprobs=3)['choices'][0]
        for token in choice['logprobs']['content']:
            self.assertEqual(token['token'], token['top_logprobs'][0]['token'])
            self.assertLessEqual(token['logprob'], 0)
        spelled = bytes(byte for token in choice['logprobs']['content'] for byte in token['bytes']).decode()
        self.assertEqual(spelled.strip(), choice['message']['content'])

    def test_stop_strings(self):
        text = self.server.chat()['choices'][0]['message']['content']
        stop = text[4:9]
        choice = self.server.chat(stop=[stop])['choices'][0]
        self.assertEqual((choice['message']['content'], choice['finish_reason']), (text[:text.index(stop)], 'stop'))

    def test_text(self):
        body = {'prompt': 'Once upon a time', 'max_tokens': 8, 'temperature': 0}
        status, answer = self.server.ask('/v1/completions', body)
        self.assertEqual(status, 200)
        self.assertTrue(answer['choices'][0]['text'])

    def test_too_long(self):
        status, body = self.server.ask('/v1/chat/completions', {'messages': [{'role': 'user', 'content': 'word ' * 5000}]})
        self.assertEqual((status, body['error']['code']), (400, 'context_length_exceeded'))
        self.assertIn('2048', body['error']['message'])
        status, body = self.server.ask('/v1/completions', {'prompt': [1 << 30]})
        self.assertEqual(status, 400)

    def write(self, i, schema):
        """An answer that is held to the schema, every other one as a call: its choice, and the JSON."""
        more = {'temperature': 1, 'max_tokens': 300, 'seed': i}
        if i % 2:
            choice = self.server.chat(**more, response_format={'type': 'json_schema', 'json_schema': {
                'name': 'x', 'strict': True, 'schema': schema}})['choices'][0]
            return choice, choice['message']['content']
        choice = self.server.chat(**more, tool_choice={'type': 'function', 'function': {'name': 'note'}}, tools=[
            {'type': 'function', 'function': {'name': 'note', 'parameters': schema}}])['choices'][0]
        return choice, choice['message'].get('tool_calls', [{'function': {'arguments': ''}}])[0]['function']['arguments']

    def test_forms(self):
        """Random schemas: every answer fits that comes to its end."""
        rng = random.Random(7)
        n = int(os.environ.get('MYNA_SCHEMAS', '12'))
        cut = full = 0
        for i in itertools.count(1):
            if i > n + full:
                break
            if i % 100 == 0:
                print(f'{i} forms: {cut} answers cut off, {full} forms longer than the context', file=sys.stderr, flush=True)
            schema = {'type': 'object', 'properties': {'v': random_schema(rng), 'w': random_schema(rng)}, 'required': ['v'],
                      'additionalProperties': False}
            try:
                choice, text = self.write(i, schema)
            except Full:
                full += 1
                continue
            if choice['finish_reason'] == 'length':
                cut += 1
                continue
            self.assertTrue(fits(json.loads(text), schema), (schema, text))
        print(f'{n - cut} of {n} answers came to their end, and all fit', file=sys.stderr)
        self.assertLess(cut, n / 4)

    def test_abort(self):
        """The engine is free again at once, however much it was to write (fifteen seconds each, were it not)."""
        numbers = {'type': 'object', 'properties': {'numbers': {'type': 'array', 'minItems': 5000, 'items': {'type': 'integer'}}},
                   'required': ['numbers']}
        for _ in range(20):
            sock = socket.create_connection(('127.0.0.1', self.server.port), timeout=300)
            body = json.dumps({'messages': HI, 'stream': True, 'max_tokens': 1900, 'temperature': 1, 'response_format': {
                'type': 'json_schema', 'json_schema': {'name': 'numbers', 'schema': numbers}}}).encode()
            sock.sendall((f'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:{self.server.port}\r\nAuthorization: Bearer '
                          f'{self.server.token()}\r\nContent-Length: {len(body)}\r\n\r\n').encode() + body)
            text = b''
            while text.count(b'data: ') < 3:
                text += sock.recv(65536)
            sock.close()
        self.assertEqual(self.server.chat()['usage']['completion_tokens'], 12)

    def test_passage(self):
        """--connect: no model of its own; a token of its own; a client that leaves is passed on, too."""
        with tempfile.TemporaryDirectory() as folder:
            socket_path = os.path.join(folder, 'open.sock')
            model = subprocess.Popen([PROGRAM, '--no-token', '--socket', socket_path], stdout=subprocess.PIPE, text=True)
            while 'Ready' not in model.stdout.readline():
                pass
            passage = Server(folder, '--connect', socket_path)
            passage.read('Listening at http')
            self.assertEqual(passage.ask('/v1/models')[1]['data'][0]['id'], 'myna-fledgling')
            self.assertIn('[DONE]', passage.chat(stream=True))
            self.assertEqual(passage.ask('/v1/nothing')[0], 404)
            connection = http.client.HTTPConnection('127.0.0.1', passage.port, timeout=300)
            connection.request('GET', '/v1/models')
            self.assertEqual(connection.getresponse().status, 401)
            connection.close()
            with open(f'/proc/{passage.process.pid}/status') as file:
                resident = next(int(line.split()[1]) for line in file if line.startswith('VmRSS'))
            self.assertLess(resident, 60000)   # kB: no model
            model.send_signal(signal.SIGTERM)
            self.assertEqual(model.wait(timeout=120), 0)
            model.stdout.close()
            self.assertEqual(passage.ask('/v1/models')[1]['error']['code'], 'not_running')
            self.assertEqual(passage.end(), 0)

    def test_options(self):
        for args in (['--no-token'], ['--port', '70000'], ['--connect', 'x', '--model', 'y'], ['--host', '0.0.0.0'], ['argument'],
                     ['--token-file', '/proc/version']):
            result = subprocess.run([PROGRAM, *args], capture_output=True, timeout=120)
            self.assertEqual(result.returncode, 1, args)
            self.assertTrue(result.stderr.startswith(b'myna-server: '), result.stderr)
        result = subprocess.run([PROGRAM, '--no-token', '--socket', self.socket], capture_output=True, timeout=120)
        self.assertIn(b'Another program listens', result.stderr)
        with tempfile.NamedTemporaryFile() as file:
            result = subprocess.run([PROGRAM, '--no-token', '--socket', file.name], capture_output=True, timeout=120)
            self.assertIn(b'is no socket', result.stderr)
            self.assertTrue(os.path.exists(file.name))

    def test_missing_model(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(folder, '--model', os.path.join(folder, 'none.gguf'))
            self.assertEqual(server.process.wait(timeout=120), 1)
            server.process.stdout.close()


if __name__ == '__main__':
    unittest.main()
