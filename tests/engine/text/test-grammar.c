/* test-grammar.c: what the mask lets through is read and fits the schema, and what fits is let through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "random-schema.h"
#include "text/call-arguments.h"
#include "text/grammar.h"

#define N_SCHEMAS 400

typedef struct
{
  GlmBuffer text;
  GlmSchema *schema;
  GlmGrammar *grammar;
  GlmJson *json;
} Subject;

/* The form that the reader knows the spelling by. */
static GlmCallForm
form_of (GlmSpelling spelling)
{
  return spelling == GLM_SPELLING_JSON ? GLM_CALLS_JSON : spelling == GLM_SPELLING_PYTHON ? GLM_CALLS_PYTHON : GLM_CALLS_TAGS;
}

static bool
make_grammar (const Subject *subject, GlmSpelling spelling, uint32_t max_bytes, GlmGrammar **ret_grammar, GlmError *error)
{
  if (form_of (spelling) != GLM_CALLS_TAGS)
    return glm_grammar_new (subject->schema, spelling, max_bytes, ret_grammar, error);
  return glm_grammar_new_tags (subject->schema, "t", spelling == GLM_SPELLING_TAG_LINES, max_bytes, ret_grammar, error);
}

static bool
open_subject (Subject *subject, GlmSpelling spelling, uint32_t max_bytes)
{
  GlmError error = { 0 };

  if (!glm_schema_new ((const char *) subject->text.data, &subject->schema, &error))
    {
      CHECK (strstr (error.message, "exclude each other") || strstr (error.message, "none of its values fits")
                 || strstr (error.message, "no value"),
             "%s: %s", (const char *) subject->text.data, error.message);
      return false;
    }
  if (!make_grammar (subject, spelling, max_bytes, &subject->grammar, &error))
    {
      CHECK (error.code == GLM_ERROR_UNSUPPORTED, "%s: %s", (const char *) subject->text.data, error.message);
      return false;
    }
  REQUIRE (glm_json_parse ((const char *) subject->text.data, subject->text.n, &subject->json, &error), "%s", error.message);
  return true;
}

static void
close_subject (Subject *subject)
{
  glm_grammar_free (subject->grammar);
  glm_schema_free (subject->schema);
  glm_json_free (subject->json);
  subject->grammar = NULL;
  subject->schema = NULL;
  subject->json = NULL;
}

/* A text is written by taking one of the bytes that may come next, whichever: it always ends. */
static void
write_at_random (const Subject *subject, Random *random, GlmBuffer *out)
{
  GlmGrammarState state, next;
  uint8_t bytes[256];

  out->n = 0;
  glm_grammar_begin (subject->grammar, &state);
  while (!glm_grammar_is_done (&state))
    {
      uint32_t n = 0;

      for (int byte = 0; byte < 256; byte++)
        if (glm_grammar_step (subject->grammar, &state, (uint8_t) byte, &next))
          bytes[n++] = (uint8_t) byte;
      REQUIRE (n > 0 && out->n < 5000, "%s: nothing can follow \"%.*s\"", (const char *) subject->text.data, (int) out->n,
               (const char *) out->data);
      bytes[0] = bytes[random_below (random, n)];
      REQUIRE (glm_buffer_append (out, bytes, 1) && glm_grammar_step (subject->grammar, &state, bytes[0], &state), "step");
    }
}

/* The arguments as the reader of replies gives them on. */
static void
check_text (const Subject *subject, GlmSpelling spelling, const GlmBuffer *text)
{
  GlmBuffer arguments = { 0 };
  GlmJson *json = NULL;
  GlmError error = { 0 };
  size_t n_steps = 0;
  size_t n_name = form_of (spelling) == GLM_CALLS_TAGS; /* which the reader has taken */
  const GlmTool tool = { "t", NULL, (const char *) subject->text.data };
  const char *bad = glm_call_arguments (form_of (spelling), &tool, (const char *) text->data + n_name, text->n - n_name,
                                        &arguments, &n_steps);

  CHECK (!bad, "%s: \"%.*s\" is %s", (const char *) subject->text.data, (int) text->n, (const char *) text->data, bad);
  if (!bad)
    {
      CHECK (glm_json_parse ((const char *) arguments.data, arguments.n, &json, &error), "%s", error.message);
      CHECK (naive_check (glm_json_root (subject->json), glm_json_root (subject->json), glm_json_root (json)),
             "%s: \"%.*s\" does not fit", (const char *) subject->text.data, (int) text->n, (const char *) text->data);
      CHECK (glm_schema_check (subject->schema, (const char *) arguments.data, arguments.n, &error), "%s: \"%.*s\": %s",
             (const char *) subject->text.data, (int) text->n, (const char *) text->data, error.message);
    }
  glm_json_free (json);
  glm_buffer_clear (&arguments);
}

static bool
accepts (const Subject *subject, const uint8_t *text, size_t n)
{
  GlmGrammarState state;

  glm_grammar_begin (subject->grammar, &state);
  for (size_t i = 0; i < n; i++)
    if (!glm_grammar_step (subject->grammar, &state, text[i], &state))
      return false;
  return glm_grammar_is_done (&state);
}

/* A value that fits is accepted; with a byte changed what is accepted still fits. */
static void
check_value (const Subject *subject, Random *random)
{
  GlmBuffer text = { 0 };
  const GlmJsonValue *root = glm_json_root (subject->json);

  if (random_value (random, root, root, 0, &text))
    {
      GlmJson *json = NULL;
      GlmError error = { 0 };

      REQUIRE (glm_json_parse ((const char *) text.data, text.n, &json, &error), "%.*s", (int) text.n,
               (const char *) text.data);
      if (naive_check (root, root, glm_json_root (json)))
        CHECK (accepts (subject, text.data, text.n), "%s: \"%.*s\" is refused", (const char *) subject->text.data, (int) text.n,
               (const char *) text.data);
      glm_json_free (json);
      for (int i = 0; i < 40 && text.n > 0; i++)
        {
          size_t at = random_below (random, (uint32_t) text.n);
          uint8_t before = text.data[at];

          text.data[at] = (uint8_t) "\"{}[],:0123456789.-eE\\ tnf\x01\xC3\xA9zab"[random_below (random, 33)];
          if (accepts (subject, text.data, text.n))
            check_text (subject, GLM_SPELLING_JSON, &text);
          text.data[at] = before;
        }
    }
  glm_buffer_clear (&text);
}

static void
test_random (GlmSpelling spelling)
{
  Subject subject = { 0 };
  Random random = { 20261129 + (uint32_t) spelling };
  GlmBuffer out = { 0 };
  int n_read = 0;

  for (int i = 0; i < N_SCHEMAS; i++)
    {
      random_schema (&random, &subject.text);
      if (!open_subject (&subject, spelling, 20 + random_below (&random, 120)))
        {
          close_subject (&subject);
          continue;
        }
      CHECK (glm_grammar_is_exact (subject.grammar), "%s", (const char *) subject.text.data);
      for (int k = 0; k < 4; k++)
        {
          write_at_random (&subject, &random, &out);
          check_text (&subject, spelling, &out);
        }
      if (spelling == GLM_SPELLING_JSON)
        {
          GlmGrammar *unbounded = NULL;

          glm_grammar_free (subject.grammar);
          REQUIRE (glm_grammar_new (subject.schema, spelling, 0, &unbounded, NULL), "grammar");
          subject.grammar = unbounded;
          for (int k = 0; k < 4; k++)
            check_value (&subject, &random);
        }
      n_read++;
      close_subject (&subject);
    }
  CHECK (n_read > N_SCHEMAS / 2, "only %d schemas", n_read);
  glm_buffer_clear (&out);
  glm_buffer_clear (&subject.text);
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

#define WEATHER                                                                                                               \
  "{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"string\"},\"unit\":{\"enum\":[\"celsius\",\"fahrenheit\"]}," \
  "\"range\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}},\"required\":[\"location\"],\"additionalProperties\":false}"

/* Pairs alone stand for a call of "t". */
static bool
accepts_named (const Subject *subject, GlmSpelling spelling, const char *text)
{
  char named[512];

  snprintf (named, sizeof named, "%s%s", form_of (spelling) == GLM_CALLS_TAGS && text[0] == '<' ? "t" : "", text);
  return accepts (subject, (const uint8_t *) named, strlen (named));
}

#define PAIR(key, value) "<arg_key>" key "</arg_key><arg_value>" value "</arg_value>"
#define END              "</tool_call>"

static void
test_cases (void)
{
  static const struct
  {
    GlmSpelling spelling;
    const char *text;
    bool accepted;
  } cases[] = {
    { GLM_SPELLING_JSON, "{\"location\": \"北京\", \"unit\": \"celsius\"}", true },
    { GLM_SPELLING_JSON, "{\n    \"location\": \"a\\u0041\\n\",\n    \"range\": [\n        0,\n        -12\n    ]\n}", true },
    { GLM_SPELLING_JSON, "{\"unit\": \"celsius\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\", \"unit\": \"kelvin\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\", \"location\": \"y\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\", \"l\\u006fcation\": \"y\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\", \"other\": 1}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"\\ud800\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"\\u0000\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"\xC0\xAF\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"\xED\xA0\x80\"}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\",}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\", \"range\": [1.5]}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\", \"range\": [01]}", false },
    { GLM_SPELLING_JSON, "{\"location\": \"x\"} ", false },
    { GLM_SPELLING_JSON, "[1]", false },
    { GLM_SPELLING_PYTHON, "```python\ntool_call(location=\"beijing\", unit=\"celsius\")\n```", true },
    { GLM_SPELLING_PYTHON, " ```python\ntool_call(location='北京', range=(0, 100))\n```", true },
    { GLM_SPELLING_PYTHON, "```python\ntool_call(location='it\\'s', range=[0], unit='celsius')\n```", true },
    { GLM_SPELLING_PYTHON, "```python\ntool_call(location=\"x\", range=(1))\n```", false },
    { GLM_SPELLING_PYTHON, "```python\ntool_call(\"x\")\n```", false },
    { GLM_SPELLING_PYTHON, "```python\ntool_call(location=f\"x\")\n```", false },
    { GLM_SPELLING_PYTHON, "```python\ntool_call(location=\"x\", location=\"y\")\n```", false },
    { GLM_SPELLING_PYTHON, "```python\ntool_call(location=\"x\")\n", false },
    { GLM_SPELLING_TAGS, PAIR ("location", "北京") PAIR ("unit", "celsius") END, true },
    { GLM_SPELLING_TAGS, PAIR ("location", "a <b> \"c\"\n</arg_val </tool_cal <arg_ke ") END, true },
    { GLM_SPELLING_TAGS, PAIR ("location", "12") PAIR ("range", "[0, -12]") END, true },
    { GLM_SPELLING_TAGS, PAIR ("location", "") PAIR ("unit", "\"celsius\"") END, true },
    { GLM_SPELLING_TAGS, "t\n<arg_key>location</arg_key>\n<arg_value>x</arg_value>\n" END, true },
    { GLM_SPELLING_TAG_LINES, PAIR ("location", "x") END, true },
    { GLM_SPELLING_TAGS, PAIR ("unit", "celsius") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x") PAIR ("unit", "kelvin") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x") PAIR ("location", "y") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x") PAIR ("other", "1") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x") PAIR ("range", "1") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x") PAIR ("range", "[1.5]") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x<arg_key>") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x</tool_call>") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "\xED\xA0\x80") END, false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x") END " ", false },
    { GLM_SPELLING_TAGS, PAIR ("location", "x"), false },
    { GLM_SPELLING_TAGS, "u<arg_key>location</arg_key><arg_value>x</arg_value>" END, false },
    { GLM_SPELLING_TAGS, "t " END, false },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      Subject subject = { 0 };

      REQUIRE (glm_buffer_append (&subject.text, WEATHER, sizeof WEATHER), "memory");
      subject.text.n--;
      REQUIRE (open_subject (&subject, cases[i].spelling, 0), "case %zu", i);
      CHECK (accepts_named (&subject, cases[i].spelling, cases[i].text) == cases[i].accepted, "\"%s\"", cases[i].text);
      close_subject (&subject);
      glm_buffer_clear (&subject.text);
    }
}

/* Text that is not declared as such alone: what the reader would take for something else needs its quotes. */
static void
test_plain_texts (void)
{
  static const char schema[] = "{\"properties\":{\"v\":{\"type\":[\"string\",\"null\"],\"maxLength\":12},"
                               "\"w\":{\"enum\":[\"on\",\"12\",5]},\"l\":{\"type\":\"array\"}}}";
  static const struct
  {
    const char *text;
    bool accepted;
  } cases[] = {
    { PAIR ("v", "2026-11-29") END, true },
    { PAIR ("v", "null") END, true },
    { PAIR ("v", "nulls") END, true },
    { PAIR ("v", "tr") END, true },
    { PAIR ("v", "-") END, true },
    { PAIR ("v", "007") END, true },
    { PAIR ("v", "1.5.") END, true },
    { PAIR ("v", "\"12\"") END, true },
    { PAIR ("v", "<") END, true },
    { PAIR ("v", "12") END, false },
    { PAIR ("v", "-1.5e3") END, false },
    { PAIR ("v", "12 ") END, false },
    { PAIR ("v", "true") END, false },
    { PAIR ("v", "{}") END, false },
    { PAIR ("v", " 1") END, false },
    { PAIR ("v", "1234567890123") END, false },
    { PAIR ("v", "abcdefghijklm") END, false },
    { PAIR ("v", "abcdefghijkl") END, true },
    { PAIR ("w", "on") END, true },
    { PAIR ("w", "\"12\"") END, true },
    { PAIR ("l", "[\"a < b\", \"</arg_value\", {\"k\": \"<arg_key\"}]") END, true },
    { PAIR ("l", "[\"</arg_value>\"]") END, false },
    { PAIR ("l", "[\"x<arg_key>\"]") END, false },
    { PAIR ("l", "[\"</tool_call>\"]") END, false },
    { PAIR ("l", "[\"it\\'s\"]") END, false },
    { PAIR ("w", "5") END, true },
    { PAIR ("w", "12") END, false },
  };
  Subject subject = { 0 };

  REQUIRE (glm_buffer_append (&subject.text, schema, sizeof schema), "memory");
  subject.text.n--;
  REQUIRE (open_subject (&subject, GLM_SPELLING_TAGS, 0), "schema");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      GlmBuffer text = { 0 };

      REQUIRE (glm_buffer_append (&text, "t", 1) && glm_buffer_append (&text, cases[i].text, strlen (cases[i].text)), "memory");
      CHECK (accepts (&subject, text.data, text.n) == cases[i].accepted, "\"%s\"", cases[i].text);
      if (cases[i].accepted)
        check_text (&subject, GLM_SPELLING_TAGS, &text);
      glm_buffer_clear (&text);
    }
  close_subject (&subject);
  glm_buffer_clear (&subject.text);
}

static void
check_forced (GlmSpelling spelling, const char *before, const char *expected)
{
  Subject subject = { 0 };
  GlmGrammarState state;
  uint8_t bytes[64];
  size_t n;

  REQUIRE (glm_buffer_append (&subject.text, WEATHER, sizeof WEATHER), "memory");
  subject.text.n--;
  REQUIRE (open_subject (&subject, spelling, 0), "schema");
  glm_grammar_begin (subject.grammar, &state);
  for (const char *p = before; *p; p++)
    REQUIRE (glm_grammar_step (subject.grammar, &state, (uint8_t) *p, &state), "\"%s\" at %s", before, p);
  n = glm_grammar_forced (subject.grammar, &state, bytes, sizeof bytes);
  CHECK (n == strlen (expected) && memcmp (bytes, expected, n) == 0, "behind \"%s\": \"%.*s\", expected \"%s\"", before,
         (int) n, (const char *) bytes, expected);
  close_subject (&subject);
  glm_buffer_clear (&subject.text);
}

static void
test_forced (void)
{
  check_forced (GLM_SPELLING_JSON, "", "{\"");
  check_forced (GLM_SPELLING_JSON, "{\"l", "ocation\": \"");
  check_forced (GLM_SPELLING_JSON, "{\"location\": \"x", "");
  check_forced (GLM_SPELLING_JSON, "{\"location\": \"x\", \"unit\": \"c", "elsius\"");
  check_forced (GLM_SPELLING_PYTHON, "", "```python\ntool_call(");
  check_forced (GLM_SPELLING_PYTHON, "```python\ntool_call(l", "ocation=");
  check_forced (GLM_SPELLING_PYTHON, "```python\ntool_call(location='x')", "\n```");
  check_forced (GLM_SPELLING_TAGS, "", "t<arg_key>");
  check_forced (GLM_SPELLING_TAGS, "t<arg_key>l", "ocation</arg_key><arg_value>");
  check_forced (GLM_SPELLING_TAGS, "t<arg_key>unit</arg_key><arg_value>c", "elsius</arg_value><arg_key>");
  check_forced (GLM_SPELLING_TAGS, "t<arg_key>location</arg_key><arg_value>x", "");
  check_forced (GLM_SPELLING_TAG_LINES, "t", "\n<arg_key>");
  check_forced (GLM_SPELLING_TAG_LINES, "t\n<arg_key>l", "ocation</arg_key>\n<arg_value>");
}

int
main (void)
{
  test_cases ();
  test_forced ();
  test_random (GLM_SPELLING_JSON);
  test_random (GLM_SPELLING_PYTHON);
  test_random (GLM_SPELLING_TAGS);
  test_plain_texts ();
  return check_exit ();
}
