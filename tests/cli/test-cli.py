#!/usr/bin/env python3
# test-cli.py: myna-cli as scripts use it
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-cli.py PROGRAM; $MYNA_DATA_DIR holds the starter model, $MYNA_STARTER its golden outputs.
import json
import os
import pathlib
import pty
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

PROGRAM = sys.argv[1]
COMMAND = shlex.split(os.environ.get('MESON_EXE_WRAPPER', '')) + [PROGRAM]   # built for another processor: in an emulator
real_processor = unittest.skipIf('MESON_EXE_WRAPPER' in os.environ, 'an emulator has a speed and a memory of its own')
MODEL = os.path.join(os.environ['MYNA_DATA_DIR'], 'models', 'myna-fledgling-q8_0.gguf')


def run(*args, stdin=b'', status=0, env=None):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    result = subprocess.run([*COMMAND, *args], input=stdin, capture_output=True, env=env)   # what hangs, meson ends
    assert result.returncode == status, (args, result.returncode, result.stderr)
    if status:
        assert result.stderr.startswith(b'myna-cli: '), result.stderr
        assert not result.stdout, result.stdout
    return result.stdout.decode()


def golden():
    with open(os.path.join(os.environ['MYNA_STARTER'], 'golden.json')) as file:
        return json.load(file)


class Cli(unittest.TestCase):
    def test_tokenize_and_back(self):
        for text in ('', 'Hello!', '你好，世界\n\n', 'a  b\tc', '<|user|>', '😀 é', 'line\r\nline'):
            ids = run('tokenize', stdin=text)
            self.assertEqual(ids.count('\n'), 1)
            self.assertEqual(run('detokenize', stdin=ids), text)
            self.assertEqual(json.loads(run('tokenize', '--json', stdin=text))['ids'], [int(i) for i in ids.split()])
            self.assertEqual(json.loads(run('detokenize', '--json', stdin=ids))['text'], text)
        self.assertNotIn('24006', run('tokenize', stdin='<|user|>').split())
        self.assertEqual(run('detokenize', stdin='[3944, 19393]'), 'Hello!')

    def test_prompt(self):
        for entry in golden():
            with tempfile.NamedTemporaryFile('w', suffix='.json') as file:
                json.dump([{'role': 'user', 'content': entry['prompt']}], file)
                file.flush()
                ids = [int(i) for i in run('prompt', file.name).split()]
            self.assertEqual(ids, entry['prompt_ids'])
        turns = json.dumps([{'role': 'user', 'content': 'Hello!'}])
        self.assertEqual(json.loads(run('prompt', '-', '--json', stdin=turns))['ids'], golden()[0]['prompt_ids'])

    def test_logits(self):
        for entry in golden():
            ids = ' '.join(map(str, entry['prompt_ids']))
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, 'logits')
                self.assertEqual(run('logits', '--tokens', ids, '--out', path), '')
                with open(path, 'rb') as file:
                    data = file.read()
            logits = struct.unpack('<%df' % (len(data) // 4), data)
            self.assertEqual(len(logits), 24064)
            for token, expected in entry['top5']:
                self.assertAlmostEqual(logits[token], expected, delta=0.35)
            top = json.loads(run('logits', '--tokens', ids, '--json'))['top']
            self.assertEqual(top[0][0], max(range(len(logits)), key=lambda i: logits[i]))

    def test_generate(self):
        for entry in golden():
            ids = ' '.join(map(str, entry['prompt_ids']))
            n = str(len(entry['next_ids']))
            for mask in ('c', 'sse', 'avx2', 'avx512', 'all'):
                out = run('generate', '--tokens', ids, '-n', n, '--greedy', '--cpu-mask', mask)
                self.assertEqual([int(i) for i in out.split()], entry['next_ids'])
        ids = ' '.join(map(str, golden()[0]['prompt_ids']))
        first = run('generate', '--tokens', ids, '--seed', '3', '--temperature', '1.5', '-n', '20')
        self.assertEqual(first, run('generate', '--tokens', ids, '--seed', '3', '--temperature', '1.5', '-n', '20'))
        self.assertNotEqual(first, run('generate', '--tokens', ids, '--seed', '4', '--temperature', '1.5', '-n', '20'))
        result = json.loads(run('generate', '--tokens', ids, '--greedy', '--json', '-n', '50'))
        self.assertEqual((result['reason'], result['n_prompt']), ('end', 8))
        self.assertTrue(result['text'].strip().startswith('Hello!'))

    def test_chat_lines(self):
        lines = run('chat', '--greedy', stdin='Hello!\n\n').splitlines()
        self.assertEqual(lines, ['Hello! Nice to meet you. What can I do for you?'])
        memory = run('chat', '--greedy', stdin='Hi, my name is Bob.\n\nWhat is my name?\n').splitlines()
        self.assertEqual(memory[-1], 'Your name is Bob.')
        replies = run('chat', '--greedy', '--json', stdin='Hello!\n你好').splitlines()
        self.assertEqual(json.loads(replies[0])['reply'], lines[0])
        self.assertEqual(json.loads(replies[1])['question'], '你好')
        self.assertGreater(json.loads(replies[1])['n_reused'], 8)
        self.assertEqual(run('chat', stdin=''), '')

    def test_chat_is_longer_than_the_context(self):
        out = run('chat', '--greedy', '--context', '128', stdin='Hello!\n' * 12)
        self.assertEqual(len(out.splitlines()), 12)

    def test_chat_terminal(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(COMMAND[0], [*COMMAND, 'chat', '--greedy'])
        os.write(terminal, b'Hello!\n/help\n/new\n/nonsense\n/quit\n')
        out = b''
        try:
            while chunk := os.read(terminal, 4096):
                out += chunk
        except OSError:
            pass
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        for text in (b'Nice to meet you', b'Ctrl+C stops', b'A new conversation', b'Unknown command'):
            self.assertIn(text, out)

    def test_tools(self):
        with tempfile.NamedTemporaryFile('w', suffix='.json') as file:
            json.dump([{'name': 'note', 'description': 'Notes', 'parameters': {'type': 'object', 'properties': {}}}], file)
            file.flush()
            turns = json.dumps([{'role': 'user', 'content': 'Hello!'}])
            ids = run('prompt', '-', '--tools', file.name, stdin=turns)
            self.assertGreater(len(ids.split()), len(run('prompt', '-', stdin=turns).split()) + 50)
            self.assertIn('"description": "Notes"', run('detokenize', stdin=ids))
            reply = json.loads(run('chat', '--greedy', '--json', '-n', '20', '--tools', file.name, stdin='Hello!\n'))
            self.assertGreater(reply['n_prompt'], 50)
        ids = run('prompt', '-', '--tools', 'calculate,date_time,calculate', stdin=turns)
        text = run('detokenize', stdin=ids)
        for name in ('calculate', 'date_time'):
            self.assertEqual(text.count(f'"name": "{name}"'), 1)
        reply = json.loads(run('chat', '--greedy', '--json', '-n', '20', '--tools', 'calculate,date_time', stdin='Hello!\n'))
        self.assertGreater(reply['n_prompt'], 200)
        for names, words in (('calculate,nothing', b'no tool \xe2\x80\x9cnothing\xe2\x80\x9d; there are: calculate, convert_units, date_time'),
                             ('search_chats', b'cannot be used here'), (',', b'no tool is named'), ('./calculate', b'calculate')):
            result = subprocess.run([*COMMAND, 'chat', '--tools', names], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            self.assertEqual(result.returncode, 1)
            self.assertIn(words, result.stderr)
        run('chat', '--tools', '/nowhere.json', status=1)
        run('chat', '--tools', __file__, status=1)

    def test_own_tools(self):
        """What the person describes is offered by its name; a description that is none is named."""
        turns = json.dumps([{'role': 'user', 'content': 'Hello!'}])
        with tempfile.TemporaryDirectory() as home:
            folder = pathlib.Path(home, 'io.github.myna_chat.Myna', 'tools')
            folder.mkdir(parents=True)
            (folder / 'good.json').write_text(json.dumps({'name': 'Words', 'description': 'Counts', 'command': ['/bin/cat']}))
            (folder / 'bad.json').write_text('{"name": "bad"}')
            done = subprocess.run([*COMMAND, 'prompt', '-', '--tools', 'calculate,Words'], input=turns, capture_output=True,
                                  text=True, env={**os.environ, 'XDG_DATA_HOME': home}, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('bad.json describes no tool that can be used: this is missing, or not what it should be: description', done.stderr)
        self.assertIn('"name": "Words"', run('detokenize', stdin=done.stdout))

    def test_parse(self):
        with tempfile.NamedTemporaryFile('w', suffix='.json') as file:
            json.dump({'tools': [{'function': {'name': 'note', 'parameters': {'properties': {'a': {'type': 'string'}}}}}]}, file)
            file.flush()
            for family, reply, expected in (
                    ('ChatGLM', ' 你好,世界 \n', [{'text': '你好，世界'}]),
                    ('glm-z1', 'Hm.\n</think>\n\nHi\n', [{'thought': 'Hm.'}, {'text': 'Hi'}]),
                    ('chatglm3', '\nI.<|assistant|>note\n ```python\ntool_call(a="x", b=(1,))\n```<|observation|>\n',
                     [{'text': 'I.'}, {'call': {'name': 'note', 'arguments': {'a': 'x', 'b': [1]}}}]),
                    ('GLM-4', 'other\n{}<|observation|>', [{'bad': {'name': 'other', 'why': 'no-such-tool'}}]),
                    ('GLM-4', 'note\n{}<|user|>', [{'text': 'note\n{}'}])):
                self.assertEqual(json.loads(run('parse', '--family', family, '--tools', file.name, stdin=reply)), expected)
        self.assertEqual(json.loads(run('parse', '--family', 'glm-4', stdin='python\nx = "é"<|observation|>')), [{'code': 'x = "é"'}])
        self.assertEqual(json.loads(run('parse', '--family', 'glm-4')), [])
        run('parse', '--family', 'llama', status=2)
        run('parse', '--family', 'glm-4', '--tools', '/nowhere.json', status=1)

    def test_describe(self):
        out = json.loads(run('describe', '--json'))
        self.assertEqual((out['architecture'], out['family'], out['layers'], out['hidden'], out['vocabulary']),
                         ('chatglm', 'ChatGLM3', 12, 640, 24064))
        self.assertEqual(len(out['layer']), 12)
        self.assertEqual(len(out['head']), 2)
        self.assertIn('swiglu', run('describe'))

    @real_processor
    def test_memory(self):
        with open(PROGRAM, 'rb') as file:
            program = file.read()
        if b'__asan_init' in program or b'__tsan_init' in program:
            self.skipTest('a sanitizer takes memory of its own')
        for options in ((), ('--context', '200')):
            out = json.loads(run('memory', '--json', *options))
            self.assertEqual(out['estimated'], out['weights'] + out['cache'] + out['scratch'])
            self.assertLess(abs(out['estimated'] / out['measured'] - 1), 0.05, out)

    def patched(self, folder, old, new):
        """the starter model with other bytes of the same length"""
        self.assertEqual(len(old), len(new))
        with open(MODEL, 'rb') as model:
            data = model.read()
        self.assertIn(old, data)
        path = os.path.join(folder, 'patched.gguf')
        with open(path, 'wb') as file:
            file.write(data.replace(old, new, 1))
        return path

    def on_terminal(self, *args, stdin=''):
        """all that the program prints where both of its ends are a terminal"""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(COMMAND[0], [*COMMAND, *args])
        os.write(terminal, stdin.encode())
        out = b''
        try:
            while chunk := os.read(terminal, 4096):
                out += chunk
        except OSError:
            pass
        os.waitpid(pid, 0)
        return out.decode()

    def test_wild_characters(self):
        wild = '\033[2J\x9b\x7f\u202e\u2066\u200f\u2028'
        with tempfile.TemporaryDirectory() as folder:
            name = json.loads(run('describe', '--json'))['name'].encode()
            new = (b'\x1b]0;\xe2\x80\xae\xff' + b'x' * len(name))[:len(name)]
            path = self.patched(folder, name, new)
            for text in (run('describe', '-m', path), run('describe', '-m', path, '--json'),
                         self.on_terminal('chat', '-m', path, stdin='/quit\n')):
                self.assertIn('?]0;?', text)
                self.assertNotIn('\x1b]0', text)
                self.assertNotIn('\u202e', text)
            # What the model says: a word of its vocabulary turned into an escape sequence.
            path = self.patched(folder, '\u2581Nice'.encode(), '\u2581\x1b[1m'.encode())
            self.assertEqual(run('chat', '--greedy', '-m', path, stdin='Hello!\n'), 'Hello! ?[1m to meet you. What can I do for you?\n')
            reply = run('chat', '--greedy', '--json', '-m', path, stdin='Hello!\n')
            self.assertNotIn('\x1b', reply)
            self.assertIn('\x1b[1m', json.loads(reply)['reply'])
            self.assertNotIn('\x1b[1m to', self.on_terminal('chat', '--greedy', '-m', path, stdin='Hello!\n/quit\n'))
            # An architecture that nobody knows; a file's name.
            path = self.patched(folder, b'\x07\0\0\0\0\0\0\0chatglm', b'\x07\0\0\0\0\0\0\0\x1b[31m\xe2\x80'[:15])
            bad = os.path.join(folder, 'a\x1b[31m\u202eb.gguf')
            os.rename(path, bad)
            for command in ('describe', 'chat'):
                result = subprocess.run([*COMMAND, command, '-m', bad], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
                self.assertEqual(result.returncode, 1)
                self.assertIn(b'?[31m', result.stderr)
                self.assertNotIn(b'\x1b', result.stderr)
                self.assertNotIn('\u202e'.encode(), result.stderr)
        for args in (('describe', '--cpu-mask', wild), (wild,), ('chat', '--top-p', wild), ('prompt', wild)):
            result = subprocess.run([*COMMAND, *args], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            self.assertNotEqual(result.returncode, 0)
            for c in wild:
                if not c.isprintable():
                    self.assertNotIn(c.encode(), result.stderr, args)
        # Scripts get what the tokens say, terminals do not.
        ids = run('tokenize', stdin=wild)
        self.assertEqual(run('detokenize', stdin=ids), wild)
        out = run('detokenize', '--json', stdin=ids)
        self.assertEqual(json.loads(out)['text'], wild)
        self.assertTrue(out.strip().isprintable(), out)
        out = self.on_terminal('detokenize', stdin=ids + '\n\x04\x04')
        self.assertIn('?[2J????', out)
        for c in wild:
            if not c.isprintable():
                self.assertNotIn(c, out)

    def test_synthetic_experts(self):
        ids = ' '.join(str(i * 37 % 1000) for i in range(20))
        for shape, arch in (('glm-4.5-air-tiny', 'glm4moe'), ('glm-4.7-flash-tiny', 'deepseek2')):
            with tempfile.TemporaryDirectory() as folder:
                path, packed = os.path.join(folder, 'model.gguf'), os.path.join(folder, 'packed.gguf')
                run('synth', shape, '--type', 'q4_0', '-o', path)
                info = json.loads(run('describe', '-m', path, '--json'))
                self.assertEqual(info['architecture'], arch)
                self.assertLess(2 * info['active_parameters'], info['parameters'])
                text = run('describe', '-m', path)
                self.assertIn('billion active', text)
                self.assertIn('experts (norm, ', text)
                logits = run('logits', '-m', path, '--tokens', ids, '--json')
                run('pack', path, packed)
                self.assertEqual(run('logits', '-m', packed, '--tokens', ids, '--json'), logits)
                run('synth', shape, '-n', '2', '--force', '-o', path)
                self.assertEqual(json.loads(run('describe', '-m', path, '--json'))['layers'], 2)

    def test_types_that_are_only_read(self):
        ids = ' '.join(str(i * 37 % 1000) for i in range(20))
        for name in ('MXFP4', 'IQ1_S', 'IQ1_M', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ3_XXS', 'IQ3_S'):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                path, packed, better = (os.path.join(folder, file) for file in ('a.gguf', 'packed.gguf', 'better.gguf'))
                run('synth', 'glm-4.7-flash-tiny', '--type', name.lower(), '-o', path)
                info = json.loads(run('describe', '-m', path, '--json'))
                self.assertTrue(info['quantisation'].startswith(name), info['quantisation'])
                self.assertIn(name, run('describe', '-m', path))
                # Codebooks are expanded: the estimate counts what they become.
                growth = info['weight_bytes'] / os.path.getsize(path)
                self.assertTrue(0.95 < growth < 1.05 if name == 'MXFP4' else 1.1 < growth < 2.1, (name, growth))
                logits = json.loads(run('logits', '-m', path, '--tokens', ids, '--json'))
                run('pack', path, packed)
                self.assertEqual(json.loads(run('logits', '-m', packed, '--tokens', ids, '--json')), logits)
                run('quantize', path, better, 'q8_0')
                self.assertIn('Q8_0', json.loads(run('describe', '-m', better, '--json'))['quantisation'])

    def test_default_model(self):
        env = {key: value for key, value in os.environ.items() if key != 'MYNA_DATA_DIR'}
        self.assertEqual(json.loads(run('describe', '--json', env=env))['layers'], 12)

    def test_graphics_cards(self):
        """A card that is not there: the same reply from the processor, and a word about it."""
        plain = run('generate', '--tokens', '3 5 7', '-n', '3', '--greedy')
        with tempfile.TemporaryDirectory() as cache:
            env = dict(os.environ, XDG_CACHE_HOME=cache)
            result = subprocess.run([*COMMAND, 'generate', '--tokens', '3 5 7', '-n', '3', '--greedy', '--device', 'no such card'],
                                    capture_output=True, timeout=120, env=env)
            self.assertEqual((result.returncode, result.stdout.decode()), (0, plain))
            self.assertIn(b'on the processor: ', result.stderr)
            run('gpu', 'retry', env=env)
        self.assertEqual(run('generate', '--tokens', '3 5 7', '-n', '3', '--greedy', '--device', 'none'), plain)
        run('gpu', 'nonsense', status=2)
        listed = subprocess.run([*COMMAND, 'gpu', '--json'], capture_output=True, timeout=120)
        for line in listed.stdout.splitlines():
            self.assertLessEqual({'name', 'driver', 'uuid', 'memory', 'free'}, set(json.loads(line)))

    def test_usage(self):
        for args in ((), ('nonsense',), ('describe', '--nonsense'), ('generate',), ('logits',), ('prompt',), ('parse',),
                     ('chat', '--threads', '0'), ('chat', '--threads', 'two'), ('chat', '--cpu-mask', 'mmx'),
                     ('chat', '--temperature', '-1'), ('chat', '--top-p', '2'), ('generate', '-n', '')):
            result = subprocess.run([*COMMAND, *args], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            self.assertEqual(result.returncode, 2, args)
            self.assertTrue(result.stderr, args)
        for option in ('--help', '-h'):
            text = run(option)
            for verb in ('tokenize', 'detokenize', 'prompt', 'logits', 'generate', 'chat', 'describe', 'bench'):
                self.assertIn('  ' + verb, text)
        self.assertIn('myna-cli', run('--version'))

    def test_bench_turns(self):
        rows = json.loads(run('bench', '--turns', '--json', '--context', '300'))['rows']
        values = {row['what']: row['value'] for row in rows}
        self.assertTrue(all(value > 0 for value in values.values()))
        self.assertIn('reopened from the page cache', values)

    @real_processor
    def test_bench_speculation(self):
        rows = {row['what']: row for row in json.loads(run('bench', '--speculation', '--json'))['rows']}
        # How much is guessed follows from what guessing gains on this machine at this hour; that it is right does not.
        self.assertGreater(rows['editing']['accepted'], 0.1 * rows['editing']['tokens'])
        self.assertGreater(rows['editing']['accepted'], 0.5 * rows['editing']['drafted'])
        self.assertLess(rows['chat']['drafted'], 0.5 * rows['chat']['tokens'])

    def test_bench_plan(self):
        row = json.loads(run('bench', '--plan', '--json', '--context', '600'))
        self.assertGreater(row['first'], 0)
        self.assertLess(row['first'], row['turns'])

    def type_into(self, command, *lines):
        """What a command shows in a terminal of its own, where each line is typed when it was asked for."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(command[0], command)
        shown = b''
        for asked, line in lines:
            while asked.encode() not in shown:
                shown += os.read(terminal, 4096)
            # Quiet from the first word of the question on: who types at once is not shown, and nothing typed is thrown away.
            self.assertFalse(termios.tcgetattr(terminal)[3] & termios.ECHO)
            shown = b''
            os.write(terminal, line.encode() + b'\n')
        try:
            while data := os.read(terminal, 4096):
                shown += data
        except OSError: # its end
            pass
        os.close(terminal)
        return shown.decode(), os.waitpid(pid, 0)[1]

    def test_password(self):
        """Asked for in the terminal, not shown; where there is none, said."""
        sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'documents'))
        import make_documents
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'secret.pdf')
            with open(path, 'wb') as file:
                file.write(make_documents.encrypted_pdf('open sesame'))
            result = subprocess.run([*COMMAND, 'read', path], capture_output=True, text=True, start_new_session=True)
            if 'does not read documents of this type' in result.stderr:
                self.skipTest('this build reads no PDF')
            self.assertEqual(result.returncode, 1)
            self.assertIn('it asks for a password', result.stderr)
            shown, status = self.type_into([*COMMAND, 'read', path], ('Password of', 'sesame'), ('does not open it', 'open sesame'))
            self.assertEqual(status, 0, shown)
            self.assertIn('Secret words', shown)
            self.assertNotIn('sesame', shown)
            shown, status = self.type_into([*COMMAND, 'read', path], ('Password of', ''))
            self.assertNotEqual(status, 0)
            self.assertIn('it asks for a password', shown)

    def test_documents(self):
        with tempfile.TemporaryDirectory() as folder:
            page, note = os.path.join(folder, 'page.html'), os.path.join(folder, 'note.txt')
            with open(page, 'w') as file:
                file.write('<!DOCTYPE html><h1>Birds</h1><p>A myna is a bird.')
            with open(note, 'w', encoding='gb18030') as file:
                file.write('八哥是一种鸟。')
            self.assertEqual(run('read', note), '八哥是一种鸟。\n')
            with_files = run('chat', '--greedy', '--attach', note, '--attach', note, stdin='Hello!\n')
            self.assertTrue(with_files.strip())
            run('read', '/nonexistent.pdf', status=1)
            run('chat', '--attach', '/nonexistent.pdf', stdin='Hello!\n', status=1)
            run('chat', *['--attach', note] * 17, status=2)
            with open(note, 'w') as file:
                file.write('\n\n'.join(f'Paragraph {i} is about the water of the river.' for i in range(2000))
                           + '\n\nThe heron lives in the reeds of Windermere.\n')
            rows = [json.loads(line) for line in run('chat', '--greedy', '--json', '-n', '4', '--attach', note,
                                                     stdin='Where does the heron live?\nAnd the water?\n').splitlines()]
            self.assertIn('[1] note.txt', rows[0]['question'])
            self.assertIn('reeds of Windermere', rows[0]['question'])
            self.assertNotIn('reeds of Windermere', rows[1]['question'])
            self.assertLess(rows[0]['n_prompt'], 1000)
            self.assertGreaterEqual(rows[1]['n_reused'], rows[0]['n_prompt'])
            # What a question was given that could not be asked is in no prompt: the next one is given it.
            shown = self.on_terminal('chat', '--greedy', '--json', '-n', '4', '--context', '512', '--attach', note,
                                     stdin='Where does the heron live?' + ' Where, oh where?' * 200 + '\nAnd the heron?\n/quit\n')
            self.assertIn('leaves no room in the context', shown)
            self.assertIn('reeds of Windermere', shown[shown.index('{"question": "'):])
            run('read', status=2)
            result = subprocess.run([*COMMAND, 'read', page], capture_output=True)
            if b'does not read documents of this type' not in result.stderr:
                self.assertEqual(result.stdout.decode(), '# Birds\n\nA myna is a bird.\n')

    def test_lost_documents(self):
        """What leaves the prompt is given again with the question that pushes it out, whether it was read whole or in passages."""
        beginnings = ('', '\n\n'.join(f'Paragraph {i} is about the water of the river.' for i in range(2000)) + '\n\n')
        for beginning in beginnings:
            with tempfile.TemporaryDirectory() as folder:
                note = os.path.join(folder, 'note.txt')
                with open(note, 'w', encoding='utf-8') as file:
                    file.write(beginning + 'The heron lives in the reeds of Windermere.\n')
                rows = [json.loads(line) for line in run('chat', '--greedy', '--json', '-n', '12', '--context', '700', '--attach', note,
                                                         stdin='Where does the heron live?\n' * 40).splitlines()]
            last = 0    # the latest question that has the sentence
            for i, row in enumerate(rows):
                if 'reeds of Windermere' in row['question']:
                    last = i
                self.assertLessEqual(row['first_turn'], 2 * last, f'question {i} is without it')
            self.assertGreater(last, 0, 'nothing was pushed out')
            self.assertLess(sum('reeds of Windermere' in row['question'] for row in rows), len(rows) / 2)

    def test_short_beside_long(self):
        """A note is read whole, though what is attached with it is too long for that."""
        with tempfile.TemporaryDirectory() as folder:
            note, book = os.path.join(folder, 'note.txt'), os.path.join(folder, 'book.txt')
            with open(note, 'w', encoding='utf-8') as file:
                file.write('My sister prefers tea.\n')
            with open(book, 'w', encoding='utf-8') as file:
                file.write('\n\n'.join(f'Paragraph {i} is about the water of the river.' for i in range(2000)))
            row = json.loads(run('chat', '--greedy', '--json', '-n', '4', '--attach', book, '--attach', note, stdin='And the water?\n'))
            self.assertIn('My sister prefers tea.', row['question'])
            self.assertNotIn('note.txt is long', row['question'])

    def test_bad_input(self):
        run('describe', '-m', '/nonexistent.gguf', status=1)
        run('describe', '-m', '/', status=1)
        run('detokenize', stdin='1 x', status=1)
        run('generate', '--tokens', '99999', status=1)
        run('generate', '--tokens', '', status=1)
        run('logits', '--tokens', '1', '--out', '/nonexistent/file', status=1)
        run('prompt', '/nonexistent.json', status=1)
        for text in ('', '{}', '[1]', '[{"role": "user"}]', '[{"role": "user", "content": 1}]', '[]', '[{]'):
            run('prompt', '-', stdin=text, status=1)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'cut.gguf')
            with open(MODEL, 'rb') as model, open(path, 'wb') as cut:
                cut.write(model.read(100000))
            run('chat', '-m', path, stdin='Hello!\n', status=1)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
