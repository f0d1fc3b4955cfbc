/* test-token-table.c: replies under the mask, token by token, for every kind of vocabulary
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: test-token-table FOLDER-OF-FIXTURES [REPLIES]: a small vocabulary
 *        test-token-table published [REPLIES]: the vocabularies of ChatGLM, ChatGLM3 and GLM-4, which lie outside of the tree
 *        test-token-table times: what a mask takes, the slowest states with it
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
  GlmTokenTable *tables[3]; /* [GlmSpelling] */
  GlmTokenRoom *rooms[3];
  size_t n_ids;
  uint8_t *allowed;
  int32_t newline; /* a token before all others, so that the text does not begin with one of them */
} Vocabulary;

static void
open_vocabulary (Vocabulary *v, const char *path, size_t n_ids)
{
  GlmError error = { 0 };
  GlmTokens ids = { 0 };

  REQUIRE (glm_tokenizer_open (path, &v->tokenizer, &error), "%s", error.message);
  v->n_ids = n_ids;
  v->allowed = malloc (n_ids);
  REQUIRE (v->allowed, "memory");
  REQUIRE (glm_tokenizer_encode (v->tokenizer, "a\n", 2, &ids, &error) && ids.n > 0, "%s", error.message);
  v->newline = ids.ids[ids.n - 1];
  glm_tokens_clear (&ids);
}

static void
make_table (Vocabulary *v, GlmSpelling spelling)
{
  GlmError error = { 0 };

  REQUIRE (glm_token_table_new (v->tokenizer, v->n_ids, spelling, &v->tables[spelling], &error), "%s", error.message);
  v->rooms[spelling] = glm_token_room_new (v->tables[spelling]);
  REQUIRE (v->rooms[spelling], "memory");
}

static void
close_vocabulary (Vocabulary *v)
{
  for (int i = 0; i < 3; i++)
    {
      glm_token_room_free (v->rooms[i]);
      glm_token_table_free (v->tables[i]);
    }
  glm_tokenizer_free (v->tokenizer);
  free (v->allowed);
}

static void
make_mask (const Vocabulary *v, GlmSpelling spelling, const GlmGrammar *grammar, const GlmGrammarState *state)
{
  glm_token_table_mask (v->tables[spelling], grammar, state, v->rooms[spelling], v->allowed);
}

/* The mask is what asking for each token says. */
static void
check_token (const Vocabulary *v, GlmSpelling spelling, const GlmGrammar *grammar, const GlmGrammarState *state, int32_t id)
{
  GlmGrammarState next;
  bool ok = glm_token_table_step (v->tables[spelling], grammar, state, id, &next);
  size_t n;
  const uint8_t *bytes = glm_token_table_bytes (v->tables[0], id, &n);

  CHECK (v->allowed[id] == ok, "%s: behind %u bytes token %d, \"%.*s\", is%s let through", v->name, state->n_bytes, id, (int) n,
         n > 0 ? (const char *) bytes : "", ok ? " not" : "");
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

      make_mask (v, spelling, grammar, &state);
      for (int i = 0; i < 25; i++)
        check_token (v, spelling, grammar, &state, (int32_t) random_below (random, (uint32_t) v->n_ids));
      id = draw (v, random);
      REQUIRE (id >= 0 && ids.n < 5000, "%s: %s: nothing can follow", v->name, schema_text);
      REQUIRE (glm_token_table_step (v->tables[spelling], grammar, &state, id, &state) && glm_tokens_append (&ids, id), "step");
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
  size_t n = glm_token_table_spell (v->tables[0], (const uint8_t *) text, strlen (text), ids, 64), at = 0, n_bytes;

  for (size_t i = 0; i < n; i++)
    {
      const uint8_t *bytes = glm_token_table_bytes (v->tables[0], ids[i], &n_bytes);

      CHECK (at + n_bytes <= strlen (text) && memcmp (text + at, bytes, n_bytes) == 0, "%s: token %zu", v->name, i);
      at += n_bytes;
    }
  CHECK (at == strlen (text) && n < 30, "%s: %zu bytes in %zu tokens", v->name, at, n);
}

/* ---- Calls as models write them --------------------------------------------------------------------------------- */

/* The mask is looked at after each byte. */
typedef struct
{
  GlmSpelling spelling;
  const char *schema, *text;
} Sample;

#define OPEN                                                                                                                      \
  "{\"properties\":{\"location\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"},\"note\":{\"type\":[\"string\",\"null\"]," \
  "\"minLength\":3,\"maxLength\":40},\"more\":{},\"list\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"                  \
  "\"either\":{\"anyOf\":[{\"type\":\"string\",\"maxLength\":9},{\"type\":\"string\",\"minLength\":4},{\"type\":\"null\"}]},"     \
  "\"unit\":{\"enum\":[\"celsius\",\"fahrenheit\"]}},\"required\":[\"location\"]}"
#define JSON_CALL                                                                                                                \
  "{\"location\": \"北京, \\\"x\\n\\u4e2d\", \"days\": -12, \"note\": \"a 'b' <c>\", \"either\": \"abcdef\", \"locatio\": 1, " \
  "\"more\": [{\"k\": true}, \"t\", 1.5e3, null], \"list\": [\"é\", \"b\"], \"other key\": {\"a\": {}}, \"unit\": \"celsius\"}"
#define PYTHON_CALL                                                                                                    \
  "```python\ntool_call(location='北京, \\'x\\n\\u4e2d', days=-12, note=\"a 'b' <c>\", either='abcdef', locatio=1, " \
  "more=[{'k': True}, 't', 1.5e3, None], list=['é', \"b\"], other_key={'a': {}}, unit='celsius')\n```"
#define TAG(key, value) "<arg_key>" key "</arg_key><arg_value>" value "</arg_value>"
#define TAGS_CALL                                                                                              \
  "t" TAG ("location", "北京, \"x\n</b>") TAG ("days", "-12") TAG ("note", "nul, 12") TAG ("either", "abcdef") \
      TAG ("locatio", "1") TAG ("more", "[{\"k\": true}, \"t<\", 1.5e3, null]") TAG ("list", "[\"é\", \"b\"]") \
          TAG ("other-key", "{\"a\": {}}") TAG ("unit", "celsius") "</tool_call>"

static const Sample samples[] = {
  { GLM_SPELLING_JSON, OPEN, JSON_CALL },
  { GLM_SPELLING_PYTHON, OPEN, PYTHON_CALL },
  { GLM_SPELLING_TAGS, OPEN, TAGS_CALL },
};

static void
open_sample (const Sample *sample, GlmSchema **ret_schema, GlmGrammar **ret_grammar)
{
  REQUIRE (glm_schema_new (sample->schema, ret_schema, NULL)
               && (sample->spelling == GLM_SPELLING_TAGS
                       ? glm_grammar_new_tags (*ret_schema, "t", false, 0, ret_grammar, NULL)
                       : glm_grammar_new (*ret_schema, sample->spelling, 0, ret_grammar, NULL)),
           "memory");
}

/* All tokens in every state, or in one of so many. */
static void
test_samples (const Vocabulary *v, size_t one_of)
{
  for (size_t k = 0; k < sizeof samples / sizeof *samples; k++)
    {
      const Sample *sample = &samples[k];
      GlmSchema *schema = NULL;
      GlmGrammar *grammar = NULL;
      GlmGrammarState state;

      open_sample (sample, &schema, &grammar);
      glm_grammar_begin (grammar, &state);
      for (size_t i = 0; sample->text[i]; i++)
        {
          if (i % one_of == 0)
            {
              make_mask (v, sample->spelling, grammar, &state);
              for (size_t id = 0; id < v->n_ids; id++)
                check_token (v, sample->spelling, grammar, &state, (int32_t) id);
            }
          REQUIRE (glm_grammar_step (grammar, &state, (uint8_t) sample->text[i], &state), "behind '%.*s'", (int) i,
                   sample->text);
        }
      CHECK (glm_grammar_is_done (&state), "'%s' goes on", sample->text);
      glm_grammar_free (grammar);
      glm_schema_free (schema);
    }
}

/* ---- What a mask takes ------------------------------------------------------------------------------------------ */

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

typedef struct
{
  double seconds;
  const char *text;
  size_t at;
} Timing;

static int
compare_timings (const void *a, const void *b)
{
  const Timing *x = a, *y = b;

  return x->seconds < y->seconds ? -1 : x->seconds > y->seconds;
}

/* Processor time, the best of nine: what interrupts one is not the mask's. */
static double
time_mask (const Vocabulary *v, GlmSpelling spelling, const GlmGrammar *grammar, const GlmGrammarState *state)
{
  double best = 1e9;

  for (int k = 0; k < 9; k++)
    {
      double begin = now (), end;

      make_mask (v, spelling, grammar, state);
      end = now ();
      best = end - begin < best ? end - begin : best;
    }
  return best;
}

static void
print_times (const Vocabulary *v, const Sample *sample)
{
  static const char *const names[] = { "JSON", "Python", "tags" };
  size_t n = strlen (sample->text), n_timed = 0;
  Timing *timings = calloc (n + 1, sizeof *timings);
  double sum = 0;
  GlmSchema *schema = NULL;
  GlmGrammar *grammar = NULL;
  GlmGrammarState state;

  REQUIRE (timings, "memory");
  open_sample (sample, &schema, &grammar);
  glm_grammar_begin (grammar, &state);
  for (; !glm_grammar_is_done (&state); n_timed++)
    {
      timings[n_timed] = (Timing){ time_mask (v, sample->spelling, grammar, &state), sample->text, n_timed };
      sum += timings[n_timed].seconds;
      REQUIRE (n_timed < n && glm_grammar_step (grammar, &state, (uint8_t) sample->text[n_timed], &state), "behind '%.*s'",
               (int) n_timed, sample->text);
    }
  qsort (timings, n_timed, sizeof *timings, compare_timings);
  printf ("%s, %s, %zu states: a mask %.0f us in the mean, 99 of 100 at most %.0f\n", v->name, names[sample->spelling], n_timed,
          1e6 * sum / (double) n_timed, 1e6 * timings[(n_timed - 1) * 99 / 100].seconds);
  for (size_t i = 1; i <= 3 && i <= n_timed; i++)
    {
      const Timing *slow = &timings[n_timed - i];
      size_t shown = slow->at < 24 ? slow->at : 24;

      printf ("  worst: %.0f us behind '%.*s'\n", 1e6 * slow->seconds, (int) shown, slow->text + slow->at - shown);
    }
  glm_grammar_free (grammar);
  glm_schema_free (schema);
  free (timings);
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
      for (int k = 0; k < 3; k++)
        make_table (&v, (GlmSpelling) k);
      test_samples (&v, 1);
      test_replies (&v, argc > 2 ? atoi (argv[2]) : 200);
      close_vocabulary (&v);
      return check_exit ();
    }
  for (size_t i = 0; i < 3; i++)
    {
      Vocabulary v = { .name = published[i].name };

      open_vocabulary (&v, shared_path (published[i].file), published[i].n_ids);
      if (is_times)
        {
          for (size_t k = 0; k < sizeof samples / sizeof *samples; k++)
            {
              double begin = now ();

              make_table (&v, samples[k].spelling);
              printf ("%s: prepared in %.0f ms\n", v.name, 1e3 * (now () - begin));
              print_times (&v, &samples[k]);
            }
          check_n_done++;
        }
      else
        {
          for (int k = 0; k < 3; k++)
            make_table (&v, (GlmSpelling) k);
          test_spell (&v);
          test_samples (&v, 41);
          test_replies (&v, argc > 2 ? atoi (argv[2]) : 20);
        }
      close_vocabulary (&v);
    }
  return check_exit ();
}
