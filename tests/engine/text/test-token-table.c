/* test-token-table.c: replies under the mask, token by token, for every kind of vocabulary
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: test-token-table FOLDER-OF-FIXTURES [REPLIES]: a small vocabulary
 *        test-token-table published [REPLIES]: the vocabularies of ChatGLM, ChatGLM3 and GLM-4, which lie outside of the tree
 *        test-token-table times: what a mask takes
 */
#include <time.h>

#include "check.h"
#include "random-schema.h"
#include "text/call-arguments.h"
#include "text/token-table.h"

typedef struct
{
  const char *name;
  GlmTokenizer *tokenizer;
  GlmTokenTable *table;
  size_t n_ids;
  uint8_t *allowed;
  GlmGrammarState *levels;
  int32_t newline; /* a token before all others, so that the text does not begin with one of them */
} Vocabulary;

static void
open_vocabulary (Vocabulary *v, const char *path, size_t n_ids)
{
  GlmError error = { 0 };
  GlmTokens ids = { 0 };

  REQUIRE (glm_tokenizer_open (path, &v->tokenizer, &error), "%s", error.message);
  REQUIRE (glm_token_table_new (v->tokenizer, n_ids, &v->table, &error), "%s", error.message);
  v->n_ids = n_ids;
  v->allowed = malloc (n_ids);
  v->levels = malloc (GLM_TOKEN_LEVELS * sizeof *v->levels);
  REQUIRE (v->allowed && v->levels, "memory");
  REQUIRE (glm_tokenizer_encode (v->tokenizer, "a\n", 2, &ids, &error) && ids.n > 0, "%s", error.message);
  v->newline = ids.ids[ids.n - 1];
  glm_tokens_clear (&ids);
}

static void
close_vocabulary (Vocabulary *v)
{
  glm_token_table_free (v->table);
  glm_tokenizer_free (v->tokenizer);
  free (v->allowed);
  free (v->levels);
}

/* The mask is what asking for each token says. */
static void
check_mask (const Vocabulary *v, const GlmGrammar *grammar, const GlmGrammarState *state, Random *random)
{
  GlmGrammarState next;

  for (int i = 0; i < 200; i++)
    {
      int32_t id = (int32_t) random_below (random, (uint32_t) v->n_ids);

      CHECK (v->allowed[id] == glm_token_table_step (v->table, grammar, state, id, &next), "%s: token %d", v->name, id);
    }
}

/* A random token of those that are let through, as often as there is one; short ones are likelier, so that it ends. */
static int32_t
draw (const Vocabulary *v, Random *random)
{
  int32_t first = (int32_t) random_below (random, (uint32_t) v->n_ids);

  for (size_t i = 0; i < v->n_ids; i++)
    {
      int32_t id = (int32_t) (((size_t) first + i) % v->n_ids);

      if (v->allowed[id])
        return id;
    }
  return -1;
}

static void
check_reply (const Vocabulary *v, const char *schema_text, const GlmSchema *schema, GlmSpelling spelling, const GlmTokens *ids)
{
  const GlmTool tool = { "t", NULL, schema_text };
  size_t n_before = spelling == GLM_SPELLING_TAGS ? 2 : 1; /* the name is the reader's already */
  GlmBuffer arguments = { 0 };
  GlmError error = { 0 };
  char *text = NULL;
  size_t n = 0, n_steps = 0;
  const char *bad;

  REQUIRE (glm_tokenizer_decode (v->tokenizer, ids->ids, ids->n, &text, &n, &error), "%s", error.message);
  REQUIRE (text[0] == '\n', "%s: the text begins with \"%.10s\"", v->name, text);
  bad = glm_call_arguments (spelling == GLM_SPELLING_JSON     ? GLM_CALLS_JSON
                            : spelling == GLM_SPELLING_PYTHON ? GLM_CALLS_PYTHON
                                                              : GLM_CALLS_TAGS,
                            &tool, text + n_before, n - n_before, &arguments, &n_steps);
  CHECK (!bad, "%s: %s: \"%s\" is %s", v->name, schema_text, text, bad);
  if (!bad)
    CHECK (glm_schema_check (schema, (const char *) arguments.data, arguments.n, &error), "%s: %s: \"%s\": %s", v->name,
           schema_text, text, error.message);
  free (text);
  glm_buffer_clear (&arguments);
}

static void
write_reply (const Vocabulary *v, const char *schema_text, const GlmSchema *schema, GlmSpelling spelling, Random *random)
{
  GlmGrammar *grammar = NULL;
  GlmGrammarState state;
  GlmTokens ids = { 0 };
  uint32_t max_bytes = 30 + random_below (random, 200);

  if (!(spelling == GLM_SPELLING_TAGS ? glm_grammar_new_tags (schema, "t", false, max_bytes, &grammar, NULL)
                                      : glm_grammar_new (schema, spelling, max_bytes, &grammar, NULL)))
    return;
  REQUIRE (glm_tokens_append (&ids, v->newline), "memory");
  glm_grammar_begin (grammar, &state);
  while (!glm_grammar_is_done (&state))
    {
      int32_t id;

      glm_token_table_mask (v->table, grammar, &state, v->levels, v->allowed);
      if (random_below (random, 8) == 0)
        check_mask (v, grammar, &state, random);
      id = draw (v, random);
      REQUIRE (id >= 0 && ids.n < 5000, "%s: %s: nothing can follow", v->name, schema_text);
      REQUIRE (glm_token_table_step (v->table, grammar, &state, id, &state) && glm_tokens_append (&ids, id), "step");
    }
  check_reply (v, schema_text, schema, spelling, &ids);
  glm_tokens_clear (&ids);
  glm_grammar_free (grammar);
}

static void
test_replies (const Vocabulary *v, int n_replies)
{
  Random random = { 17 };
  GlmBuffer text = { 0 };

  for (int n = 0; n < n_replies;)
    {
      GlmSchema *schema = NULL;

      random_schema (&random, &text);
      if (!glm_schema_new ((const char *) text.data, &schema, NULL))
        continue;
      write_reply (v, (const char *) text.data, schema, (GlmSpelling) (n % 3), &random);
      n++;
      glm_schema_free (schema);
    }
  glm_buffer_clear (&text);
}

/* What is certain becomes tokens whose bytes it is. */
static void
test_spell (const Vocabulary *v)
{
  static const char text[] = "```python\ntool_call(location='北京', ";
  int32_t ids[64];
  size_t n = glm_token_table_spell (v->table, (const uint8_t *) text, strlen (text), ids, 64), at = 0, n_bytes;

  for (size_t i = 0; i < n; i++)
    {
      const uint8_t *bytes = glm_token_table_bytes (v->table, ids[i], &n_bytes);

      CHECK (at + n_bytes <= strlen (text) && memcmp (text + at, bytes, n_bytes) == 0, "%s: token %zu", v->name, i);
      at += n_bytes;
    }
  CHECK (at == strlen (text) && n < 30, "%s: %zu bytes in %zu tokens", v->name, at, n);
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* Microseconds of processor time, the best of 20. */
static void
print_times (const Vocabulary *v)
{
  static const char *const begun[] = { "", "{\"location\": \"x", "{\"location\": \"x\"" };
  static const char schema_text[] = "{\"properties\":{\"location\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}},"
                                    "\"required\":[\"location\"],\"additionalProperties\":false}";
  GlmSchema *schema = NULL;
  GlmGrammar *grammar = NULL;
  GlmGrammarState state, next;

  REQUIRE (glm_schema_new (schema_text, &schema, NULL) && glm_grammar_new (schema, GLM_SPELLING_JSON, 0, &grammar, NULL),
           "memory");
  for (size_t i = 0; i < 3; i++)
    {
      double best = 1, one = 1, begin;

      glm_grammar_begin (grammar, &state);
      for (const char *p = begun[i]; *p; p++)
        REQUIRE (glm_grammar_step (grammar, &state, (uint8_t) *p, &state), "%s", begun[i]);
      for (int k = 0; k < 20; k++)
        {
          begin = now ();
          glm_token_table_mask (v->table, grammar, &state, v->levels, v->allowed);
          best = now () - begin < best ? now () - begin : best;
          begin = now ();
          for (int32_t id = 1000; id < 2000; id++)
            glm_token_table_step (v->table, grammar, &state, id, &next);
          one = (now () - begin) / 1000 < one ? (now () - begin) / 1000 : one;
        }
      printf ("%s, behind '%s': a mask %.0f us, a token %.3f us\n", v->name, begun[i], 1e6 * best, 1e6 * one);
    }
  glm_grammar_free (grammar);
  glm_schema_free (schema);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name, *file;
    size_t n_ids;
  } published[] = {
    { "ChatGLM", "glm/tokenizers/chatglm1/ice_text.model", 130528 },
    { "ChatGLM3", "glm/tokenizers/chatglm2-3/tokenizer.model", 65024 },
    { "GLM-4", "glm/tokenizers/glm4/tokenizer.model", 151552 },
  };
  bool is_times = argc > 1 && strcmp (argv[1], "times") == 0;

  REQUIRE (argc > 1, "usage: test-token-table FOLDER-OF-FIXTURES or \"published\"");
  if (!is_times && strcmp (argv[1], "published") != 0)
    {
      Vocabulary v = { .name = "small" };
      char path[1024];

      snprintf (path, sizeof path, "%s/bpe/tokenizer.json", argv[1]);
      open_vocabulary (&v, path, 1000);
      test_replies (&v, argc > 2 ? atoi (argv[2]) : 200);
      close_vocabulary (&v);
      return check_exit ();
    }
  for (size_t i = 0; i < 3; i++)
    {
      Vocabulary v = { .name = published[i].name };
      double begin = now ();

      open_vocabulary (&v, shared_path (published[i].file), published[i].n_ids);
      if (is_times)
        {
          printf ("%s: opened in %.0f ms, tokenizer included\n", v.name, 1e3 * (now () - begin));
          print_times (&v);
          check_n_done++;
        }
      else
        {
          test_spell (&v);
          test_replies (&v, argc > 2 ? atoi (argv[2]) : 20);
        }
      close_vocabulary (&v);
    }
  return check_exit ();
}
