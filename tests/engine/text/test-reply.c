/* test-reply.c: what models write, in any division, as text, thoughts and calls
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Without an argument the cases below; with "vectors" those of tool_calls.json, which lies outside of the tree.
 */
#include <inttypes.h>

#include "base/json.h"
#include "check.h"
#include "families/family.h"
#include "file/json-file.h"
#include "text/reply-items.h"

#define PART '\x1e' /* stands for the control token in an output */

static const GlmTool tools[] = {
  { "get_weather", NULL, "{\"properties\": {\"city\": {\"type\": \"string\"}, \"days\": {\"type\": \"integer\"}}}" },
  { "note", NULL, NULL },
};
static const GlmToolSet both = { tools, 2, false }, programs = { NULL, 0, true };

static const GlmReplyDialect tags = { GLM_CALLS_TAGS, GLM_THOUGHTS_OWN, NULL, false, false, false };
static const GlmReplyDialect tags_opened = { GLM_CALLS_TAGS, GLM_THOUGHTS_OPENED, NULL, false, false, false };

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmReplyItems items;
  GlmBuffer log; /* all pieces; those of text that follow one another are one */
  int kind;
} Record;

static void
record (GlmReplyKind kind, const char *text, size_t n, void *user_data)
{
  Record *r = user_data;
  bool runs = kind == GLM_REPLY_TEXT || kind == GLM_REPLY_THOUGHT || kind == GLM_REPLY_ARGUMENTS;
  char mark = (char) ('A' + (int) kind);

  CHECK (!runs || n > 0, "an empty piece of kind %d", kind);
  if ((int) kind != r->kind || !runs)
    REQUIRE (glm_buffer_append (&r->log, "\x1f", 1) && glm_buffer_append (&r->log, &mark, 1), "memory");
  REQUIRE (glm_buffer_append (&r->log, text, n), "memory");
  r->kind = (int) kind;
  glm_reply_items_add (kind, text, n, &r->items);
}

static void
record_clear (Record *r)
{
  glm_reply_items_clear (&r->items);
  glm_buffer_clear (&r->log);
}

/* The output in pieces: cut at `cut`, or at random places if there is a seed. */
static Record
read_reply (const GlmReplyDialect *dialect, const GlmToolSet *set, const char *output, size_t n, GlmStopReason reason,
            size_t cut, unsigned seed)
{
  Record r = { .kind = -1 };
  GlmReply *reply = NULL;
  GlmError error = { 0 };
  bool ok = glm_reply_new (dialect, set, record, &r, &reply, &error);

  for (size_t i = 0, length; ok && i < n; i += length)
    {
      const char *part = memchr (output + i, PART, n - i);
      size_t left = part ? (size_t) (part - output) - i : n - i;

      length = seed ? 1 + (size_t) (seed = seed * 1664525u + 1013904223u) / 65536 % 7 : i < cut ? cut - i : n;
      length = length < left ? length : left;
      if (left == 0)
        {
          ok = glm_reply_part (reply, &error);
          length = 1;
        }
      else
        ok = glm_reply_push (reply, output + i, length, &error);
    }
  ok = ok && glm_reply_end (reply, reason, &error);
  REQUIRE (ok && !r.items.no_memory, "%s", error.message);
  glm_reply_free (reply);
  return r;
}

static void
check_divisions (const char *id, const GlmReplyDialect *dialect, const GlmToolSet *set, const char *output, size_t n,
                 GlmStopReason reason, const Record *whole)
{
  for (size_t i = 0; i < n + 60; i++)
    {
      Record r = read_reply (dialect, set, output, n, reason, i < n ? i : 0, i < n ? 0 : (unsigned) i);

      CHECK (r.log.n == whole->log.n
                 && memcmp (r.log.data ? r.log.data : (uint8_t *) "", whole->log.data ? whole->log.data : (uint8_t *) "",
                            r.log.n)
                        == 0,
             "%s, division %zu: %.*s, but whole: %.*s", id, i, (int) r.log.n, (const char *) r.log.data, (int) whole->log.n,
             (const char *) whole->log.data);
      record_clear (&r);
    }
}

static void
print (GlmBuffer *out, const char *before, const GlmBuffer *text)
{
  REQUIRE (glm_buffer_append (out, before, strlen (before)) && glm_buffer_append (out, text->data, text->n), "memory");
}

/* "text: …|thought: …|call NAME: {…}|code: …|bad NAME: reason" */
static char *
describe (const GlmReplyItems *items)
{
  GlmBuffer out = { 0 };

  for (size_t i = 0; i < items->n; i++)
    {
      const GlmReplyItem *item = &items->items[i];
      const char *bar = i > 0 ? "|" : "";

      REQUIRE (glm_buffer_append (&out, bar, strlen (bar)), "memory");
      if (item->kind == GLM_REPLY_TEXT || item->kind == GLM_REPLY_THOUGHT)
        print (&out, item->kind == GLM_REPLY_TEXT ? "text: " : "thought: ", &item->text);
      else if (item->kind == GLM_REPLY_CODE)
        print (&out, "code: ", &item->verdict);
      else
        {
          print (&out, item->kind == GLM_REPLY_CALLED ? "call " : item->kind == GLM_REPLY_BAD ? "bad " : "? ", &item->name);
          print (&out, ": ", &item->verdict);
        }
    }
  REQUIRE (glm_buffer_append (&out, "", 1), "memory");
  return (char *) out.data;
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  const char *family; /* NULL: tags */
  const GlmToolSet *set;
  GlmStopReason reason;
  const char *output, *expected;
} Case;

#define C3(args) "note\n```python\n" args "\n```"

/* clang-format off */
static const Case cases[] = {
  { "ChatGLM", NULL, GLM_STOP_END, " 你好,世界!ok, 是?\n", "text: 你好，世界！ok, 是？" },
  { "ChatGLM", NULL, GLM_STOP_END, "a:中;b!c,", "text: a：中；b!c," },
  { "ChatGLM", NULL, GLM_STOP_END, "现在是[[训练时间]],好", "text: 现在是2023年，好" },
  { "ChatGLM", NULL, GLM_STOP_END, "[[训练时间]],x", "text: 2023年，x" },
  { "ChatGLM", NULL, GLM_STOP_CANCELLED, "[[[训练时间]] [[训练时[[训", "text: [2023年 [[训练时[[训" },
  { "ChatGLM", NULL, GLM_STOP_END, "\xE3\x80\x80 \n", "" },
  { "ChatGLM3", NULL, GLM_STOP_END, "\n 你好,[[训练时间]]。", "text: 你好,2023年。" },
  { "ChatGLM3", NULL, GLM_STOP_CALL, "note\n```python\ntool_call()\n```", "text: note\n```python\ntool_call()\n```" },
  { "GLM-4-0414", NULL, GLM_STOP_END, "[[训练时间]]\n\n1\n ", "text: [[训练时间]]\n\n1" },
  { "CodeGeeX2", NULL, GLM_STOP_END, "    return <think>\n", "text:     return <think>\n" },
  { "ChatGLM3", NULL, GLM_STOP_END, "a\xff\xe4\xbd", "text: a\xff\xe4\xbd" },

  { "GLM-Z1", NULL, GLM_STOP_END, "\nHm. </thin </think>\n\nHi", "thought: \nHm. </thin |text: \n\nHi" },
  { "GLM-Z1", NULL, GLM_STOP_END, "\n<think>\nHm.</think>Hi", "thought: \n\nHm.|text: Hi" },
  { "GLM-Z1", NULL, GLM_STOP_LENGTH, "<</think", "thought: <" },
  { "GLM-4", NULL, GLM_STOP_END, "\n<think>x</think>\n\n<think>y", "thought: x|text: \n\n<think>y" },
  { "GLM-4", NULL, GLM_STOP_END, "The tag <think> </think>", "text: The tag <think> </think>" },
  { "GLM-4", NULL, GLM_STOP_END, "<thin", "text: <thin" },
  { "GLM-4-0414", &both, GLM_STOP_CALL, "<think>x</think>\n\nnote\n{\"a\": 1}", "thought: x|call note: {\"a\": 1}" },

  { "ChatGLM3", &both, GLM_STOP_CALL, " note \r\n ```python\ntool_call(a=[(1), (1,), (), .5, 5., 1_0e-3, 0b101, -2, None])\n```\n",
    "call note: {\"a\": [1, [1], [], 0.5, 5.0, 10e-3, 5, -2, null]}" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(from=0xffffffffffffffff, a='\\101\\\n\\/' 'b' # c\n, b=R'\\'')"),
    "call note: {\"from\": 18446744073709551615, \"a\": \"A\\\\/b\", \"b\": \"\\\\'\"}" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=1)\n```\nx\n```python\ntool_call(a=2)"), "bad note: several" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=1); note(a=2)"), "bad note: several" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=1)") "\nand then", "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(*a)"), "bad note: expression" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=b)"), "bad note: expression" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=1 if 2 else 3)"), "bad note: expression" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a={'b': 1, 'b': 2})"), "bad note: duplicate" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a={1, 2})"), "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=007)"), "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=b'x')"), "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("tool_call(a=1j)"), "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_CALL, C3 ("other(a=1)"), "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_CALL, "note\n", "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_CALL, "note", "bad note: syntax" },
  { "ChatGLM3", &both, GLM_STOP_END, "note", "text: note" },
  { "ChatGLM3", &both, GLM_STOP_LENGTH, "not", "text: not" },
  { "ChatGLM3", &both, GLM_STOP_CALL, "What?\nI wait.", "text: What?\nI wait." },
  { "ChatGLM3", &both, GLM_STOP_CALL, "other\nx", "bad other: no-such-tool" },
  { "ChatGLM3", &both, GLM_STOP_END, "note \n is a word.\n", "text: note\n is a word." },
  { "ChatGLM3", &both, GLM_STOP_CALL, "\na\x1e\x1e" "note\ntool_call(a=1)\x1e" "note\ntool_call(a=2)",
    "text: a|bad note: not-waited|call note: {\"a\": 2}" },
  { "ChatGLM3", &programs, GLM_STOP_CALL, "interpreter\n```python\n  x\n\n```", "code:   x" },
  { "ChatGLM3", &programs, GLM_STOP_CALL, "interpreter\n```python\nx", "bad interpreter: syntax" },
  { "ChatGLM3", &programs, GLM_STOP_CANCELLED, "interpreter\n```python\nx\n```", "bad interpreter: truncated" },

  { "GLM-4", &both, GLM_STOP_CALL, "note\n```json\n{\"a\": \"\\u4e2d\\/\"}\n```", "call note: {\"a\": \"中/\"}" },
  { "GLM-4", &both, GLM_STOP_CALL, "note\n{\"a\": 1,}", "call note: {\"a\": 1}" },
  { "GLM-4", &both, GLM_STOP_CALL, "note\n{\"a\": 01}", "bad note: syntax" },
  { "GLM-4", &both, GLM_STOP_CALL, "note\n{\"a\": \"\\u0000\"}", "bad note: syntax" },
  { "GLM-4", &both, GLM_STOP_CALL, "note\n{\"a\": x}", "bad note: syntax" },
  { "GLM-4", &both, GLM_STOP_CALL, "note\n5", "bad note: not-an-object" },

  { NULL, &both, GLM_STOP_CALL,
    "\n<think>r</think>\nI look.<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>12</arg_value>\n<arg_key>days</arg_key>\n"
    "<arg_value>2</arg_value>\n</tool_call>\n<tool_call>note</tool_call>",
    "thought: r|text: \nI look.|call get_weather: {\"city\": \"12\", \"days\": 2}|call note: {}" },
  { NULL, &both, GLM_STOP_CALL,
    "<tool_call>note<arg_key>a</arg_key><arg_value>{\"x\": [1]}</arg_value><arg_key>b</arg_key><arg_value>it's <b>\n</arg_value>"
    "<arg_key>c</arg_key><arg_value>5 apples<arg_key>d</arg_key><arg_value>\"q\"</tool_call>",
    "call note: {\"a\": {\"x\": [1]}, \"b\": \"it's <b>\\n\", \"c\": \"5 apples\", \"d\": \"q\"}" },
  { NULL, &both, GLM_STOP_CALL, "<tool_call>note<arg_key>a</arg_key><arg_value>1</arg_value><arg_key>a</arg_key><arg_value>1</arg_value>",
    "bad note: duplicate" },
  { NULL, &both, GLM_STOP_CALL, "<tool_call>note\nHm</tool_call><tool_call>x</tool_call>", "bad note: syntax|bad x: no-such-tool" },
  { NULL, &both, GLM_STOP_END, "Write <tool_call>note</tool_call>.", "text: Write|text: <tool_call>note</tool_call>|text: ." },
  { NULL, &both, GLM_STOP_LENGTH, "<tool_call>note</tool_call><tool_call>no", "bad note: truncated|bad no: truncated" },
  { NULL, &both, GLM_STOP_END, "a <tool_cal <<tool", "text: a <tool_cal <<tool" },
  { NULL, NULL, GLM_STOP_CALL, "<tool_call>note</tool_call>", "text: <tool_call>note</tool_call>" },
};
/* clang-format on */

static void
test_cases (void)
{
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      const Case *c = &cases[i];
      const GlmFamily *family = c->family ? glm_family_by_name (c->family) : NULL;
      const GlmReplyDialect *dialect = family ? &family->reply : &tags;
      size_t n = strlen (c->output);
      Record whole;
      char *text;

      REQUIRE (family || !c->family, "there is no family %s", c->family);
      whole = read_reply (dialect, c->set, c->output, n, c->reason, 0, 0);
      text = describe (&whole.items);
      CHECK (strcmp (text, c->expected) == 0, "\"%s\" is %s, expected %s", c->output, text, c->expected);
      check_divisions (c->output, dialect, c->set, c->output, n, c->reason, &whole);
      free (text);
      record_clear (&whole);
    }
}

/* Arguments of more than 64 KiB or 32 levels are none, in every way to write them. */
static void
test_bounds (void)
{
  /* clang-format off */
  static const struct { const char *family, *start, *end, *piece; size_t n; const char *expected; } bounds[] = {
    { "ChatGLM3", "note\n```python\ntool_call(a='", "')\n```", "x", 66000, "bad note: too-large" },
    { "GLM-4", "note\n{\"a\": \"", "\"}", "x", 66000, "bad note: too-large" },
    { NULL, "<tool_call>note<arg_key>a</arg_key><arg_value>", "</arg_value></tool_call>", "x", 66000, "bad note: too-large" },
    { "ChatGLM3", "note\n```python\ntool_call(a=", "1)\n```", "[", 33, "bad note: too-deep" },
    { "GLM-4", "note\n{\"a\": ", "1", "[", 33, "bad note: too-deep" },
    { NULL, "<tool_call>note<arg_key>a</arg_key><arg_value>", "1</arg_value></tool_call>", "[", 33, "bad note: too-deep" },
  };
  /* clang-format on */

  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
    {
      const GlmReplyDialect *dialect = bounds[i].family ? &glm_family_by_name (bounds[i].family)->reply : &tags;
      GlmBuffer output = { 0 };
      Record record;
      char *text;

      REQUIRE (glm_buffer_append (&output, bounds[i].start, strlen (bounds[i].start)), "memory");
      for (size_t k = 0; k < bounds[i].n; k++)
        REQUIRE (glm_buffer_append (&output, bounds[i].piece, 1), "memory");
      REQUIRE (glm_buffer_append (&output, bounds[i].end, strlen (bounds[i].end)), "memory");
      record = read_reply (dialect, &both, (const char *) output.data, output.n, GLM_STOP_CALL, 0, 0);
      text = describe (&record.items);
      CHECK (strcmp (text, bounds[i].expected) == 0, "row %zu is %.100s", i, text);
      free (text);
      record_clear (&record);
      glm_buffer_clear (&output);
    }
}

/* What is visible while a reply is written. */
static void
test_visible (void)
{
  /* clang-format off */
  static const struct { const char *pushed, *seen; } steps[] = {
    { "no", "" }, { "w", "A:now" }, { " is ", "A:now is" }, { "note\n", "A:now is note" }, { "x", "A:now is note\nx" },
  };
  /* clang-format on */
  Record r = { .kind = -1 };
  GlmReply *reply;
  GlmError error = { 0 };

  REQUIRE (glm_reply_new (&glm_family_glm4_9b.reply, &both, record, &r, &reply, &error), "%s", error.message);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    {
      size_t n = strlen (steps[i].seen);

      REQUIRE (glm_reply_push (reply, steps[i].pushed, strlen (steps[i].pushed), &error), "%s", error.message);
      CHECK (n == 0 ? r.log.n == 0 : r.log.n == n && memcmp (r.log.data + 2, steps[i].seen + 2, n - 2) == 0,
             "after \"%s\": %.*s", steps[i].pushed, (int) r.log.n, (const char *) r.log.data);
    }
  glm_reply_free (reply);
  record_clear (&r);
}

/* A reply that goes on: nothing comes twice, and what began goes on. */
static void
test_begun (void)
{
  /* clang-format off */
  static const struct { const GlmReplyDialect *dialect; const char *family, *begun, *rest, *expected; } goes_on[] = {
    { NULL, "GLM-4", "Hello ", "world\n", "text: world" },
    { NULL, "GLM-4", "Hello", " world", "text:  world" },
    { NULL, "GLM-4", "no", "te\n{}", "text: te\n{}" },
    { NULL, "GLM-4", "note\n{", "}\n", "text: }" },
    { NULL, "ChatGLM", "你好,", "ok", "text: ok" },
    { NULL, "ChatGLM", "你", ",好", "text: ，好" },
    { NULL, "GLM-Z1", "\nHm", ".</think>\n\nHi", "thought: .|text: \n\nHi" },
    { NULL, "GLM-Z1", "\nHm.</think>\nH", "i", "text: i" },
    { NULL, "GLM-4", "<think>x", "y</think>z", "thought: y|text: z" },
    { &tags_opened, NULL, "x</think>I", " look<tool_call>note</tool_call>", "text:  look|call note: {}" },
  };
  /* clang-format on */

  for (size_t i = 0; i < sizeof goes_on / sizeof *goes_on; i++)
    for (size_t k = 0; k <= strlen (goes_on[i].begun); k++)
      {
        const GlmReplyDialect *dialect =
            goes_on[i].family ? &glm_family_by_name (goes_on[i].family)->reply : goes_on[i].dialect;
        const char *begun = goes_on[i].begun, *rest = goes_on[i].rest;
        Record r = { .kind = -1 };
        GlmReply *reply;
        char *text;

        REQUIRE (glm_reply_new (dialect, &both, record, &r, &reply, NULL) && glm_reply_begin (reply, begun, k, NULL)
                     && glm_reply_begin (reply, begun + k, strlen (begun + k), NULL)
                     && glm_reply_push (reply, rest, strlen (rest), NULL) && glm_reply_end (reply, GLM_STOP_CALL, NULL),
                 "memory");
        text = describe (&r.items);
        CHECK (strcmp (text, goes_on[i].expected) == 0, "\"%s\" + \"%s\" is %s", begun, rest, text);
        free (text);
        glm_reply_free (reply);
        record_clear (&r);
      }
}

static void
ignore (GlmReplyKind kind, const char *text, size_t n, void *user_data)
{
}

/* What is repeated, and behind what. */
static const char *const patterns[] = {
  "<",
  "[",
  "[[训",
  " ",
  "note ",
  "</tool_call",
  "<tool_call>",
  "<tool_call>note<arg_key>a</arg_key><arg_value>[",
  "\"\\",
  "a=[",
  "{\"a\":",
  "'",
  ",",
  "note\n",
  "中,",
  "_1",
  "\xe4",
  "<tool_call>note<arg_value>",
  "\x1e"
  "note\n{",
  "\x1e"
  "note",
  "\x1e\n<thin",
};
static const char *const starts[] = { "", "note\n", "note\ntool_call(", "note\n{\"a\": [",
                                      "<tool_call>note<arg_key>a</arg_key><arg_value>" };

/* Steps are linear in the bytes whatever is repeated, and a call's arguments are bounded. */
static void
test_linear (void)
{
  enum
  {
    N = 1 << 17
  };
  char *text = malloc (N);

  REQUIRE (text != NULL, "memory");
  for (size_t k = 0; k < 3 * 5 * sizeof patterns / sizeof *patterns; k++)
    {
      const GlmReplyDialect *dialects[] = { &glm_family_chatglm3.reply, &glm_family_glm4_9b.reply, &tags };
      const char *pattern = patterns[k / 15], *start = starts[k / 3 % 5];
      size_t n = strlen (start), length = strlen (pattern);
      GlmReply *reply;

      memcpy (text, start, n);
      while (n < N)
        {
          memcpy (text + n, pattern, length < N - n ? length : N - n);
          n += length;
        }
      REQUIRE (glm_reply_new (dialects[k % 3], &both, ignore, NULL, &reply, NULL), "memory");
      for (size_t i = 0, next; i < N; i = next + 1)
        {
          const char *part = memchr (text + i, PART, N - i);

          next = part ? (size_t) (part - text) : N;
          REQUIRE (glm_reply_push (reply, text + i, next - i, NULL) && (!part || glm_reply_part (reply, NULL)), "memory");
        }
      REQUIRE (glm_reply_end (reply, GLM_STOP_CALL, NULL), "memory");
      CHECK (glm_reply_n_steps (reply) < 8 * (size_t) N, "%zu steps for \"%s\" \"%s\"", glm_reply_n_steps (reply), start,
             pattern);
      glm_reply_free (reply);
    }
  free (text);
}

/* ---- The vectors ------------------------------------------------------------------------------------------------ */

/* Numbers compare as numbers. */
static bool
same_value (const GlmJsonValue *a, const GlmJsonValue *b)
{
  const GlmJsonValue *v, *w;

  if (a->type != b->type)
    return false;
  switch (a->type)
    {
    case GLM_JSON_BOOL: return a->boolean == b->boolean;
    case GLM_JSON_NUMBER: return a->number == b->number;
    case GLM_JSON_STRING: return a->n == b->n && memcmp (a->string, b->string, a->n) == 0;
    case GLM_JSON_OBJECT:
      for (v = glm_json_first (a); v; v = glm_json_next (a, v))
        if (!(w = glm_json_get (b, v->key)) || !same_value (v, w))
          return false;
      return a->n == b->n;
    case GLM_JSON_ARRAY:
      for (v = glm_json_first (a), w = glm_json_first (b); v && w; v = glm_json_next (a, v), w = glm_json_next (b, w))
        if (!same_value (v, w))
          return false;
      return a->n == b->n;
    default: return true;
    }
}

static bool
same_text (const GlmBuffer *text, const char *expected)
{
  return text->n == strlen (expected) && memcmp (text->data, expected, text->n) == 0;
}

static bool
matches (const GlmReplyItem *item, const GlmJsonValue *expected)
{
  const GlmJsonValue *call = glm_json_get (expected, "call"), *bad = glm_json_get (expected, "bad"), *why;
  const char *text;
  GlmJson *json = NULL;
  bool same = false;

  if (glm_json_get_string (expected, "text", &text))
    return item->kind == GLM_REPLY_TEXT && same_text (&item->text, text);
  if (glm_json_get_string (expected, "code", &text))
    return item->kind == GLM_REPLY_CODE && same_text (&item->verdict, text);
  if (!glm_json_get_string (call ? call : bad, "name", &text) || !same_text (&item->name, text))
    return false;
  if (call)
    {
      same = item->kind == GLM_REPLY_CALLED && glm_json_parse ((const char *) item->verdict.data, item->verdict.n, &json, NULL)
             && same_value (glm_json_root (json), glm_json_get (call, "arguments"));
      glm_json_free (json);
      return same;
    }
  why = glm_json_get (bad, "why");
  if (why->type == GLM_JSON_STRING)
    return item->kind == GLM_REPLY_BAD && same_text (&item->verdict, why->string);
  for (const GlmJsonValue *v = glm_json_first (why); v; v = glm_json_next (why, v))
    same = same || same_text (&item->verdict, v->string);
  return item->kind == GLM_REPLY_BAD && same;
}

static void
check_vector (const GlmJsonValue *vector, const GlmToolSet *set)
{
  const GlmJsonValue *output = glm_json_get (vector, "output"), *expect = glm_json_get (vector, "expect"), *v;
  const char *id = "?", *family = "", *mode = "", *stop = "";
  GlmReplyDialect const *dialect;
  GlmStopReason reason;
  GlmBuffer text = { 0 };
  Record whole;
  size_t i = 0;
  char *found;

  glm_json_get_string (vector, "id", &id);
  glm_json_get_string (vector, "family", &family);
  glm_json_get_string (vector, "mode", &mode);
  glm_json_get_string (vector, "stop", &stop);
  reason = strcmp (stop, "<|observation|>") == 0 ? GLM_STOP_CALL
           : strcmp (stop, "length") == 0        ? GLM_STOP_LENGTH
           : strcmp (stop, "cancelled") == 0     ? GLM_STOP_CANCELLED
                                                 : GLM_STOP_END;
  for (v = glm_json_first (output); v; v = glm_json_next (output, v))
    REQUIRE (v->type == GLM_JSON_STRING ? glm_buffer_append (&text, v->string, v->n)
                                        : glm_buffer_append (&text, &(char){ PART }, 1),
             "memory");
  dialect = strcmp (family, "glm4") == 0 ? &glm_family_glm4_9b.reply : &glm_family_chatglm3.reply;
  REQUIRE (dialect == &glm_family_glm4_9b.reply || strcmp (family, "chatglm3") == 0, "%s: no family %s", id, family);
  set = strcmp (mode, "interpreter") == 0 ? &programs : set;
  whole = read_reply (dialect, set, (const char *) text.data, text.n, reason, 0, 0);
  found = describe (&whole.items);
  CHECK (whole.items.n == expect->n, "%s: %s", id, found);
  for (v = glm_json_first (expect); v && i < whole.items.n; v = glm_json_next (expect, v), i++)
    CHECK (matches (&whole.items.items[i], v), "%s: part %zu of %s", id, i, found);
  check_divisions (id, dialect, set, (const char *) text.data, text.n, reason, &whole);
  free (found);
  glm_buffer_clear (&text);
  record_clear (&whole);
}

static void
test_vectors (void)
{
  GlmJson *json = NULL;
  GlmError error = { 0 };
  const GlmJsonValue *names, *all;
  GlmTool offered[8];
  GlmToolSet set = { offered, 0, false };
  int n = 0;

  REQUIRE (glm_json_open (shared_path ("glm/vectors/tool_calls.json"), &json, &error), "%s", error.message);
  names = glm_json_get (glm_json_root (json), "tools");
  all = glm_json_get (glm_json_root (json), "cases");
  for (const GlmJsonValue *v = glm_json_first (names); v && set.n_tools < 8; v = glm_json_next (names, v))
    {
      offered[set.n_tools] = (GlmTool){ 0 };
      REQUIRE (glm_json_get_string (v, "name", &offered[set.n_tools++].name), "a tool without a name");
    }
  for (const GlmJsonValue *v = glm_json_first (all); v; v = glm_json_next (all, v), n++)
    check_vector (v, &set);
  CHECK (n >= 56, "only %d vectors", n);
  glm_json_free (json);
}

int
main (int argc, char **argv)
{
  if (argc > 1)
    test_vectors ();
  else
    {
      test_cases ();
      test_bounds ();
      test_visible ();
      test_begun ();
      test_linear ();
    }
  return check_exit ();
}
