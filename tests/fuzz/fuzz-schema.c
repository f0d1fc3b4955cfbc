/* fuzz-schema.c: any bytes as a schema and a value, and any walk through its grammar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The schema ends at the first NUL; what follows is checked as a value, then chooses among the bytes that the grammar lets
 * through.  What was written so must be read again, and fit where the grammar is exact.
 */
#include "fuzz.h"

#include <string.h>

#include "text/call-arguments.h"
#include "text/grammar.h"

static void
require (bool condition)
{
  if (!condition)
    abort ();
}

/* False: nothing can follow, which a schema can cause whose limits leave no number that is read. */
static bool
write_text (const GlmGrammar *grammar, const uint8_t *choices, size_t n_choices, GlmBuffer *out)
{
  GlmGrammarState state, next;
  uint8_t bytes[256];

  glm_grammar_begin (grammar, &state);
  while (!glm_grammar_is_done (&state))
    {
      size_t n = 0;

      for (int byte = 0; byte < 256; byte++)
        if (glm_grammar_step (grammar, &state, (uint8_t) byte, &next))
          bytes[n++] = (uint8_t) byte;
      if (n == 0 || out->n > 4000)
        return false;
      bytes[0] = bytes[(n_choices > 0 ? choices[out->n % n_choices] : 0) % n];
      require (glm_buffer_append (out, bytes, 1) && glm_grammar_step (grammar, &state, bytes[0], &state));
    }
  return true;
}

static void
walk (const char *source, const GlmSchema *schema, GlmSpelling spelling, const uint8_t *choices, size_t n_choices)
{
  const GlmTool tool = { "t", NULL, source };
  bool is_tags = spelling == GLM_SPELLING_TAGS;
  size_t n_name = is_tags; /* which the reader has taken */
  GlmGrammar *grammar = NULL;
  GlmBuffer text = { 0 }, arguments = { 0 };
  GlmError error = { 0 };
  size_t n_steps = 0;

  if (!(is_tags ? glm_grammar_new_tags (schema, tool.name, false, 100, &grammar, &error)
                : glm_grammar_new (schema, spelling, 100, &grammar, &error)))
    {
      require (error.code == GLM_ERROR_UNSUPPORTED && error.message[0]);
      return;
    }
  if (write_text (grammar, choices, n_choices, &text))
    {
      const char *bad = glm_call_arguments (spelling == GLM_SPELLING_JSON ? GLM_CALLS_JSON
                                            : is_tags                     ? GLM_CALLS_TAGS
                                                                          : GLM_CALLS_PYTHON,
                                            &tool, (const char *) text.data + n_name, text.n - n_name, &arguments, &n_steps);

      require (!bad);
      require (!glm_grammar_is_exact (grammar) || glm_schema_check (schema, (const char *) arguments.data, arguments.n, NULL));
    }
  glm_buffer_clear (&text);
  glm_buffer_clear (&arguments);
  glm_grammar_free (grammar);
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  const uint8_t *end = memchr (data, 0, size);
  size_t n = end ? (size_t) (end - data) : size, n_rest = end ? size - n - 1 : 0;
  GlmBuffer text = { 0 };
  GlmSchema *schema = NULL;
  GlmError error = { 0 };

  require (glm_buffer_append (&text, data, n) && glm_buffer_append (&text, "", 1));
  if (glm_schema_new ((const char *) text.data, &schema, &error))
    {
      const uint8_t *rest = end ? end + 1 : data;

      if (!glm_schema_check (schema, (const char *) rest, n_rest, &error))
        require (error.code == GLM_ERROR_ARGUMENT && error.message[0]);
      for (size_t i = 0; i < glm_schema_n_fields (schema); i++)
        require (glm_schema_field (schema, i)->name);
      walk ((const char *) text.data, schema, GLM_SPELLING_JSON, rest, n_rest);
      walk ((const char *) text.data, schema, GLM_SPELLING_PYTHON, rest, n_rest);
      walk ((const char *) text.data, schema, GLM_SPELLING_TAGS, rest, n_rest);
      glm_schema_free (schema);
    }
  else
    require (error.code == GLM_ERROR_ARGUMENT && error.message[0]);
  glm_buffer_clear (&text);
}
