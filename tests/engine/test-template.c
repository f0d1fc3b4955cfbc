/* test-template.c: the prompts of the original implementations, as ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "file/json.h"
#include "text/template.h"

#define MAX_TURNS 16

static const char *
string_of (const GlmJsonValue *object, const char *key)
{
  const char *value = NULL;

  glm_json_get_string (object, key, &value);
  return value;
}

static size_t
turns_of (const GlmJsonValue *vector, GlmTurn turns[MAX_TURNS])
{
  const GlmJsonValue *messages = glm_json_get (vector, "messages"), *history = glm_json_get (vector, "history");
  size_t n = 0;

  if (messages)
    {
      for (const GlmJsonValue *v = glm_json_first (messages); v && n < MAX_TURNS; v = glm_json_next (messages, v))
        turns[n++] = (GlmTurn) { string_of (v, "role"), string_of (v, "content"), string_of (v, "metadata") };
      return n;
    }
  for (const GlmJsonValue *v = glm_json_first (history); v && n + 2 < MAX_TURNS; v = glm_json_next (history, v))
    {
      const GlmJsonValue *query = glm_json_first (v);

      turns[n++] = (GlmTurn) { "user", query->string, NULL };
      turns[n++] = (GlmTurn) { "assistant", glm_json_next (v, query)->string, NULL };
    }
  turns[n++] = (GlmTurn) { "user", string_of (vector, "query"), NULL };
  return n;
}

static void
check_prompt (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const GlmJsonValue *expected)
{
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  const char *name = glm_family_name (glm_template_family (tmpl));
  size_t i = 0;

  CHECK (glm_template_prompt (tmpl, turns, n_turns, &tokens, &error), "%s: %s", name, error.message);
  CHECK (tokens.n == expected->n, "%s: %zu ids, expected %u", name, tokens.n, expected->n);
  for (const GlmJsonValue *v = glm_json_first (expected); v && i < tokens.n; v = glm_json_next (expected, v), i++)
    CHECK (tokens.ids[i] == v->integer, "%s: id %zu is %d, expected %d", name, i, tokens.ids[i], (int) v->integer);
  glm_tokens_clear (&tokens);
}

static void
test_vectors (GlmFamily family, const char *key, const char *tokenizer_file)
{
  GlmTokenizer *tokenizer = NULL;
  GlmTemplate *tmpl = NULL;
  GlmJson *json = NULL;
  GlmError error = { 0 };
  int n_checked = 0;
  const GlmJsonValue *root;

  REQUIRE (glm_tokenizer_open (shared_path (tokenizer_file), &tokenizer, &error), "%s", error.message);
  REQUIRE (glm_template_new_for_family (family, tokenizer, &tmpl, &error), "%s", error.message);
  REQUIRE (glm_json_open (shared_path ("glm/vectors/chat_vectors.json"), &json, &error), "%s", error.message);
  root = glm_json_root (json);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    {
      GlmTurn turns[MAX_TURNS];

      if (strcmp (string_of (v, "family"), key) != 0)
        continue;
      check_prompt (tmpl, turns, turns_of (v, turns), glm_json_get (v, "ids"));
      n_checked++;
    }
  CHECK (n_checked >= 3, "%s: only %d prompts", key, n_checked);
  glm_json_free (json);
  glm_template_free (tmpl);
  glm_tokenizer_free (tokenizer);
}

/* The starter model's prompts, from its own file. */
static void
test_starter (void)
{
  GlmModelFile *file = NULL;
  GlmTokenizer *tokenizer = NULL;
  GlmTemplate *tmpl = NULL;
  GlmJson *json = NULL;
  GlmError error = { 0 };
  const GlmJsonValue *root;

  REQUIRE (glm_model_file_open (shared_path ("starter/myna-fledgling-q8_0.gguf"), &file, &error), "%s", error.message);
  REQUIRE (glm_tokenizer_new_from_model_file (file, &tokenizer, &error), "%s", error.message);
  REQUIRE (glm_template_new (file, tokenizer, &tmpl, &error), "%s", error.message);
  CHECK (glm_template_family (tmpl) == GLM_FAMILY_CHATGLM3, "%s", glm_family_name (glm_template_family (tmpl)));
  REQUIRE (glm_json_open (shared_path ("starter/golden.json"), &json, &error), "%s", error.message);
  root = glm_json_root (json);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    {
      GlmTurn turn = { "user", string_of (v, "prompt"), NULL };

      check_prompt (tmpl, &turn, 1, glm_json_get (v, "prompt_ids"));
    }
  CHECK (glm_template_is_stop (tmpl, 2) && glm_template_is_stop (tmpl, 16006) && glm_template_is_stop (tmpl, 16008)
         && !glm_template_is_stop (tmpl, 16007), "stop ids");
  glm_json_free (json);
  glm_template_free (tmpl);
  glm_tokenizer_free (tokenizer);
  glm_model_file_free (file);
}

int
main (void)
{
  test_starter ();
  test_vectors (GLM_FAMILY_CHATGLM2, "chatglm2", "glm/tokenizers/chatglm2-3/tokenizer.model");
  test_vectors (GLM_FAMILY_CHATGLM3, "chatglm3", "glm/tokenizers/chatglm2-3/tokenizer.model");
  return check_exit ();
}
