// test-clients.mjs FAKE-SERVER FOLDER: the npm clients openai and ai, of FOLDER/node_modules, against the server
//
// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.argv[3], 'package.json'));
const OpenAI = require('openai').default ?? require('openai');
const ai = require('ai');
const { createOpenAICompatible } = require('@ai-sdk/openai-compatible');
const { z } = require('zod');

const folder = mkdtempSync(join(tmpdir(), 'myna-clients-'));
const server = spawn(process.argv[2], [join(folder, 'token')], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
const port = (await lines.next()).value;
const apiKey = readFileSync(join(folder, 'token'), 'utf8').trim();
const baseURL = `http://127.0.0.1:${port}/v1`;

async function stats() {
  server.stdin.write('stats\n');
  return JSON.parse((await lines.next()).value);
}

async function idle() {
  for (;;) {
    const now = await stats();
    if (now.requests === 0)
      return now;
  }
}

const say = (script) => [{ role: 'user', content: script }];
const parameters = { type: 'object', properties: { city: { type: 'string', maxLength: 20 } }, required: ['city'], additionalProperties: false };
const tools = [{ type: 'function', function: { name: 'look', description: 'Looks', parameters, strict: true } }];
const CALL = 'call look\narguments \\nlook(city="Rome")\ncalled {"city":"Rome"}\nstop 1';

const tests = {
  async 'openai: list'(client) {
    const names = [];
    for await (const model of client.models.list())
      names.push(model.id);
    assert.deepEqual(names, ['fake']);
    assert.equal((await client.models.retrieve('fake')).owned_by, 'local');
  },
  async 'openai: chat'(client) {
    const reply = await client.chat.completions.create({ model: 'fake', messages: say('text Hel\ntext lo'), max_completion_tokens: 9 });
    assert.equal(reply.choices[0].message.content, 'Hello');
    assert.equal(reply.usage.total_tokens, 14);
  },
  async 'openai: stream'(client) {
    const stream = await client.chat.completions.create({ model: 'fake', messages: say('thought hm\ntext a\ntext b'), stream: true,
                                                          stream_options: { include_usage: true } });
    let text = '', usage;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, 'ab');
    assert.equal(usage.prompt_tokens_details.cached_tokens, 8);
  },
  async 'openai: stream of a call'(client) {
    const runner = client.chat.completions.stream({ model: 'fake', messages: say(CALL), tools });
    const reply = await runner.finalChatCompletion();
    assert.equal(reply.choices[0].finish_reason, 'tool_calls');
    assert.deepEqual(JSON.parse(reply.choices[0].message.tool_calls[0].function.arguments), { city: 'Rome' });
  },
  async 'openai: forced call, and its result'(client) {
    const tool_choice = { type: 'function', function: { name: 'look' } };
    const first = await client.chat.completions.create({ model: 'fake', messages: say(CALL), tools, tool_choice, parallel_tool_calls: false });
    const call = first.choices[0].message.tool_calls[0];
    assert.equal(first.choices[0].message.content, null);
    const second = await client.chat.completions.create({ model: 'fake', tools, messages: [
      ...say('?'), first.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'text sunny' }] });
    assert.equal(second.choices[0].message.content, 'sunny');
  },
  async 'openai: json_schema'(client) {
    const reply = await client.chat.completions.parse({ model: 'fake', messages: say('text {"city":"Rome"}'),
      response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema: parameters } } });
    assert.deepEqual(JSON.parse(reply.choices[0].message.content), { city: 'Rome' });
  },
  async 'openai: abort'(client) {
    const before = (await idle()).cancelled;
    const stream = await client.chat.completions.create({ model: 'fake', messages: say('text a\ncount 1000000000'), stream: true });
    for await (const chunk of stream)
      if (chunk.choices[0].delta.content)
        break;
    const after = await idle();
    assert.equal(after.cancelled, before + 1);
    assert.equal(after.late, 0);
  },
  async 'openai: errors'(client) {
    const wrong = new OpenAI({ baseURL, apiKey: 'wrong', maxRetries: 0 });
    await assert.rejects(wrong.models.list(), OpenAI.AuthenticationError);
    await assert.rejects(client.chat.completions.create({ model: 'gpt', messages: say('x') }), OpenAI.NotFoundError);
    await assert.rejects(client.chat.completions.create({ model: 'fake', messages: say('planned 5000\nfail 7') }),
                         (error) => error instanceof OpenAI.BadRequestError && error.code === 'context_length_exceeded');
  },
  async 'openai: logprobs'(client) {
    const reply = await client.chat.completions.create({ model: 'fake', messages: say('chance Hi -0.5\ntext Hi'), logprobs: true, top_logprobs: 2 });
    assert.equal(reply.choices[0].logprobs.content[0].top_logprobs.length, 2);
  },
  async 'ai: chat and stream'(_, model) {
    assert.equal((await ai.generateText({ model, prompt: 'text Hel\ntext lo' })).text, 'Hello');
    const result = ai.streamText({ model, prompt: 'thought hm\ntext a\ntext b' });
    let text = '';
    for await (const part of result.textStream)
      text += part;
    assert.equal(text, 'ab');
    assert.equal(await result.reasoningText, 'hm');
    assert.equal((await result.usage).inputTokens, 12);
  },
  async 'ai: tools'(_, model) {
    const look = ai.tool({ description: 'Looks', inputSchema: z.object({ city: z.string() }) });
    for (const toolChoice of ['auto', 'required', { type: 'tool', toolName: 'look' }]) {
      const { toolCalls, finishReason } = await ai.generateText({ model, prompt: CALL, tools: { look }, toolChoice });
      assert.equal(finishReason, 'tool-calls');
      assert.deepEqual(toolCalls[0].input, { city: 'Rome' });
      const streamed = ai.streamText({ model, prompt: CALL, tools: { look }, toolChoice });
      assert.deepEqual((await streamed.toolCalls)[0].input, { city: 'Rome' });
    }
  },
  async 'ai: generateObject'(_, model) {
    const { object } = await ai.generateObject({ model, schema: z.object({ city: z.string() }), prompt: 'text {"city":"Rome"}',
                                                 system: 'x' });
    assert.deepEqual(object, { city: 'Rome' });
  },
  async 'ai: abort'(_, model) {
    const before = (await idle()).cancelled;
    const controller = new AbortController();
    const result = ai.streamText({ model, prompt: 'text a\ncount 1000000000', abortSignal: controller.signal, onError() {} });
    try {
      for await (const part of result.textStream)
        if (part)
          controller.abort();
    } catch { /* it says that it was aborted */ }
    assert.equal((await idle()).cancelled, before + 1);
  },
};

let failed = 0;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const model = createOpenAICompatible({ name: 'myna', baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true })('fake');
console.log(`1..${Object.keys(tests).length}`);
for (const [name, test] of Object.entries(tests))
  try {
    await test(client, model);
    console.log(`ok - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok - ${name}\n# ${String(error.stack).replaceAll('\n', '\n# ')}`);
  }
server.stdin.end();
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
