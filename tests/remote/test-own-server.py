#!/usr/bin/env python3
"""test-own-server.py MYNA-REMOTE MYNA-SERVER: the two of them with the starter model: streaming, Stop, tools, a key, limits

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from remote_process import Remote

REMOTE, SERVER = sys.argv[1:3]
TOOL = {'type': 'function', 'function': {'name': 'calculate', 'description': 'Computes', 'parameters': {
    'type': 'object', 'properties': {'expression': {'type': 'string', 'maxLength': 20}}, 'required': ['expression'],
    'additionalProperties': False}}}
# What has to be this long is not at its end before Stop arrives, however busy the machine is.
LONG = {'type': 'json_schema', 'json_schema': {'name': 'numbers', 'schema': {
    'type': 'object', 'properties': {'numbers': {'type': 'array', 'minItems': 5000, 'items': {'type': 'integer'}}}, 'required': ['numbers']}}}


class OwnServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = subprocess.Popen([SERVER, '--port', '0'], stdout=subprocess.PIPE, text=True,
                                      env={**os.environ, 'XDG_CONFIG_HOME': cls.folder.name})
        for line in cls.server.stdout:
            if line.startswith('Listening at http://127'):
                cls.address = line.split()[2]
            if line.startswith('Ready'):
                break
        cls.key = (pathlib.Path(cls.folder.name) / 'myna' / 'server-token').read_text().strip()

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGTERM)
        assert cls.server.wait(120) == 0
        cls.server.stdout.close()
        cls.folder.cleanup()

    def setUp(self):
        self.remote = Remote(REMOTE)

    def tearDown(self):
        self.assertEqual(self.remote.close(), (0, b''))

    def ask(self, *messages, key=None, **body):
        body = {'model': self.model(), 'stream': True, 'temperature': 0, 'max_tokens': 40, 'stream_options': {'include_usage': True},
                'messages': list(messages) or [{'role': 'user', 'content': 'Hello, who are you?'}]} | body
        return self.remote.ask('chat', address=self.address, key=key or self.key, body=body)

    def model(self):
        last = self.remote.all(self.remote.ask('models', address=self.address, key=self.key))[-1]
        self.assertEqual(last['event'], 'models', last)
        self.assertEqual(len(last['models']), 1)
        self.assertGreater(last['models'][0]['context'], 0)
        return last['models'][0]['id']

    def test_stream(self):
        events = self.remote.all(self.ask())
        last = events[-1]
        self.assertEqual(last['event'], 'end', last)
        self.assertIn(last['reason'], ('stop', 'length'))
        self.assertTrue(''.join(one['text'] for one in events if one['event'] == 'text').strip())
        self.assertGreater(last['prompt_tokens'], 0)
        self.assertGreater(last['tokens'], 0)
        # The same once more: what the server holds of the prompt is told.
        self.assertGreater(self.remote.all(self.ask())[-1]['cached'], 0)

    def test_stop(self):
        """The server is free again at once, however much it was to write."""
        for _ in range(5):
            number = self.ask(max_tokens=1900, temperature=1, response_format=LONG)
            while self.remote.next()['event'] != 'text':
                pass
            self.remote.write({'op': 'cancel', 'id': number})
            last = self.remote.all(number)[-1]
            self.assertEqual(last.get('code'), 'cancelled', last)
        self.assertEqual(self.remote.all(self.ask(max_tokens=3))[-1]['event'], 'end')

    def test_tools(self):
        """A call, and the answer to its result."""
        question = {'role': 'user', 'content': 'What is 6 times 7?'}
        number = self.ask(question, tools=[TOOL], tool_choice={'type': 'function', 'function': {'name': 'calculate'}}, max_tokens=200)
        events = self.remote.all(number)
        self.assertEqual(events[-1].get('reason'), 'calls', events[-1])
        self.assertEqual([one['name'] for one in events if one['event'] == 'call'], ['calculate'])
        arguments = ''.join(one['text'] for one in events if one['event'] == 'arguments')
        self.assertIsInstance(json.loads(arguments)['expression'], str)
        number = self.ask(question, {'role': 'assistant', 'content': None, 'tool_calls': [
            {'id': 'call_0', 'type': 'function', 'function': {'name': 'calculate', 'arguments': arguments}}]},
            {'role': 'tool', 'tool_call_id': 'call_0', 'content': '42'}, tools=[TOOL], tool_choice='none')
        last = self.remote.all(number)[-1]
        self.assertEqual(last['event'], 'end', last)

    def test_what_goes_wrong(self):
        self.assertEqual(self.remote.all(self.ask(key='wrong'))[-1]['code'], 'unauthorized')
        self.assertEqual(self.remote.all(self.ask(model='other'))[-1]['code'], 'not-found')
        self.assertEqual(self.remote.all(self.ask({'role': 'user', 'content': 'word ' * 9000}))[-1]['code'], 'context')
        self.assertEqual(self.remote.all(self.ask({'role': 'user', 'content': 'x' * (9 << 20)}))[-1]['code'], 'too-large')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
