/* test-call-text.c: a call of one family in the words of another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "base/json.h"
#include "text/call-arguments.h"
#include "text/call-text.h"

static const GlmReplyDialect python = { .calls = GLM_CALLS_PYTHON, .interpreter = "interpreter" };
static const GlmReplyDialect json = { .calls = GLM_CALLS_JSON, .interpreter = "python" };
static const GlmReplyDialect plain_json = { .calls = GLM_CALLS_JSON };
static const GlmReplyDialect none = { .calls = GLM_CALLS_NONE };

static void
check_text (const char *what, const GlmReplyDialect *dialect, GlmTurn turn, bool is_program, const char *metadata,
            const char *content)
{
  GlmCallText text = { 0 };
  GlmError error = { 0 };

  turn.role = "assistant";
  REQUIRE (glm_call_text_write (dialect, &turn, is_program, &text, &error), "%s: %s", what, error.message);
  CHECK (strcmp ((char *) text.metadata.data, metadata) == 0, "%s: metadata \"%s\", expected \"%s\"", what, text.metadata.data,
         metadata);
  CHECK (strcmp ((char *) text.content.data, content) == 0, "%s: content \"%s\", expected \"%s\"", what, text.content.data,
         content);
  glm_call_text_clear (&text);
}

static void
test_translation (void)
{
  static const char arguments[] = "{\"city\": \"北京\", \"days\": 3}",
                    fenced[] = "```python\ntool_call(city='北京', days=3)\n```";
  static const GlmTurn by_python = { .metadata = "weather", .content = fenced, .arguments = arguments };
  static const GlmTurn by_json = { .metadata = "weather", .content = arguments, .arguments = arguments };
  static const GlmTurn imported = { .metadata = "weather",
                                    .content = "weather\n{\"city\": \"北京\", \"days\": 3}",
                                    .arguments = arguments };

  check_text ("own", &python, by_python, false, "weather", fenced);
  check_text ("own", &json, by_json, false, "weather", arguments);
  check_text ("JSON to Python", &python, by_json, false, "weather", fenced);
  check_text ("Python to JSON", &json, by_python, false, "weather", arguments);
  check_text ("import to JSON", &json, imported, false, "weather", arguments);
  check_text ("import to Python", &python, imported, false, "weather", fenced);
  check_text ("Python to text", &none, by_python, false, "", "weather\n```python\ntool_call(city='北京', days=3)\n```");
  check_text ("import to text", &none, imported, false, "", "weather\n{\"city\": \"北京\", \"days\": 3}");
  check_text ("no text", &none, (GlmTurn){ .metadata = "now", .arguments = "{}" }, false, "", "now\n{}");
}

/* What cannot be translated stays as it was written: nothing is left out. */
static void
test_unreadable (void)
{
  check_text ("no arguments", &json, (GlmTurn){ .metadata = "f", .content = "```python\ntool_call(x=open())\n```" }, false, "f",
              "```python\ntool_call(x=open())\n```");
  check_text ("bad arguments", &python, (GlmTurn){ .metadata = "f", .content = "x=", .arguments = "{" }, false, "f", "x=");
  check_text ("imported, no JSON", &json, (GlmTurn){ .metadata = "f", .content = "f\nsome words" }, false, "f", "some words");
  check_text ("the name alone", &json, (GlmTurn){ .metadata = "f", .content = "f" }, false, "f", "");
  check_text ("two lines", &json, (GlmTurn){ .metadata = "a\r\nb", .content = "{}" }, false, "a  b", "{}");
  check_text ("a list", &python, (GlmTurn){ .metadata = "f", .content = "[1]", .arguments = "[1, null]" }, false, "f",
              "```python\ntool_call([1, None])\n```");
  check_text ("no keyword", &python, (GlmTurn){ .metadata = "f", .arguments = "{\"a b\": true}" }, false, "f",
              "```python\ntool_call(**{'a b': True})\n```");
}

static void
test_programs (void)
{
  static const char arguments[] = "{\"code\": \"print(2)\"}";
  static const GlmTurn of_python = { .metadata = "interpreter", .content = "```python\nprint(2)\n```", .arguments = arguments };
  static const GlmTurn of_json = { .metadata = "python", .content = "print(2)", .arguments = arguments };

  check_text ("own program", &python, of_python, true, "interpreter", "```python\nprint(2)\n```");
  check_text ("own program", &json, of_json, true, "python", "print(2)");
  check_text ("program", &json, of_python, true, "python", "print(2)");
  check_text ("program", &python, of_json, true, "interpreter", "```python\nprint(2)\n```");
  check_text ("no interpreter", &plain_json, of_python, true, "interpreter", arguments);
  check_text ("no dialect", &none, of_json, true, "", "python\nprint(2)");
}

/* What is written in Python means the same JSON to who reads it. */
static void
test_round_trip (void)
{
  static const char *const values[] = {
    "{}",
    "{\"a\": 1, \"b\": -9223372036854775808, \"c\": 0.5, \"d\": 1e300, \"e\": -0.1}",
    "{\"s\": \"it's \\\"quoted\\\" \\\\ \\n\\t\\r\\u0001\\u007f é 北京 😀\"}",
    "{\"l\": [], \"o\": {}, \"n\": [null, true, false, [1, [\"x\"]], {\"k\": {\"v\": 2}}]}",
    "{\"城市\": \"上海\", \"_x9\": \"\"}",
    "{\"code\": \"```\\nfence\\n```\"}",
  };

  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    {
      const GlmTool tool = { "f", "", NULL };
      GlmTurn turn = { .role = "assistant", .metadata = "f", .content = "?", .arguments = values[i] };
      GlmCallText text = { 0 }, again = { 0 };
      GlmBuffer read = { 0 };
      GlmError error = { 0 };
      size_t n_steps = 0;
      const char *bad;

      REQUIRE (glm_call_text_write (&python, &turn, false, &text, &error), "%s", error.message);
      bad = glm_call_arguments (GLM_CALLS_PYTHON, &tool, (char *) text.content.data, text.content.n, &read, &n_steps);
      CHECK (!bad, "%s is read as %s", text.content.data, bad);
      CHECK (glm_buffer_append (&read, "", 1), "no memory");
      /* Once more from what was read: the same words. */
      turn.arguments = (char *) read.data;
      REQUIRE (glm_call_text_write (&python, &turn, false, &again, &error), "%s", error.message);
      CHECK (strcmp ((char *) text.content.data, (char *) again.content.data) == 0, "\"%s\", then \"%s\"", text.content.data,
             again.content.data);
      glm_buffer_clear (&read);
      glm_call_text_clear (&text);
      glm_call_text_clear (&again);
    }
}

int
main (void)
{
  test_translation ();
  test_unreadable ();
  test_programs ();
  test_round_trip ();
  return check_exit ();
}
