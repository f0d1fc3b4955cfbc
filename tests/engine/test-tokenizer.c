/* test-tokenizer.c: ids and texts of the original tokenizers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The expected ids come from libsentencepiece (ChatGLM-6B, ChatGLM2 and 3) and from rank BPE checked against published ids
 * (GLM-4), run on the models' own tokenizer files.
 */
#include "check.h"
#include "file/json.h"
#include "text/tokenizer.h"

static GlmTokenizer *
open_tokenizer (const char *path)
{
  GlmTokenizer *tokenizer = NULL;
  GlmError error = { 0 };

  REQUIRE (glm_tokenizer_open (path, &tokenizer, &error), "%s", error.message);
  return tokenizer;
}

static void
check_ids (const GlmTokenizer *tokenizer, const GlmJsonValue *text, const GlmJsonValue *expected, const char *what)
{
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  size_t i = 0;

  CHECK (glm_tokenizer_encode (tokenizer, text->string, text->n, &tokens, &error), "%s: %s", what, error.message);
  CHECK (tokens.n == expected->n, "%s: \"%.60s\" gives %zu ids, expected %u", what, text->string, tokens.n, expected->n);
  for (const GlmJsonValue *v = glm_json_first (expected); v && i < tokens.n; v = glm_json_next (expected, v), i++)
    CHECK (tokens.ids[i] == v->integer, "%s: \"%.60s\" id %zu is %d, expected %d", what, text->string, i, tokens.ids[i],
           (int) v->integer);
  glm_tokens_clear (&tokens);
}

static void
check_text (const GlmTokenizer *tokenizer, const GlmJsonValue *ids, const GlmJsonValue *expected, const char *what)
{
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  char *text = NULL;
  size_t n = 0;

  for (const GlmJsonValue *v = glm_json_first (ids); v; v = glm_json_next (ids, v))
    glm_tokens_append (&tokens, (int32_t) v->integer);
  CHECK (glm_tokenizer_decode (tokenizer, tokens.ids, tokens.n, &text, &n, &error), "%s", error.message);
  CHECK (n == expected->n && memcmp (text, expected->string, n) == 0, "%s: decodes to \"%s\", expected \"%s\"", what, text,
         expected->string);
  free (text);
  glm_tokens_clear (&tokens);
}

/* All vectors of one tokenizer; decoded_key may be NULL. */
static void
test_vectors (const char *file, const char *key, const char *decoded_key)
{
  GlmTokenizer *tokenizer = open_tokenizer (shared_path (file));
  GlmJson *json = NULL;
  GlmError error = { 0 };
  const GlmJsonValue *root;

  REQUIRE (glm_json_open (shared_path ("glm/vectors/tokenizer_vectors.json"), &json, &error), "%s", error.message);
  root = glm_json_root (json);
  CHECK (root->n >= 60, "only %u vectors", root->n);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    {
      check_ids (tokenizer, glm_json_get (v, "text"), glm_json_get (v, key), key);
      if (decoded_key)
        check_text (tokenizer, glm_json_get (v, key), glm_json_get (v, decoded_key), decoded_key);
    }
  glm_json_free (json);
  glm_tokenizer_free (tokenizer);
}

int
main (void)
{
  test_vectors ("glm/tokenizers/chatglm2-3/tokenizer.model", "chatglm23", "chatglm23_decoded");
  return check_exit ();
}
