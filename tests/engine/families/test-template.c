/* test-template.c: the prompts of the original implementations, as ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "file/json-file.h"
#include "families/template.h"

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
        turns[n++] = (GlmTurn){ string_of (v, "role"), string_of (v, "content"), string_of (v, "metadata") };
      return n;
    }
  for (const GlmJsonValue *v = glm_json_first (history); v && n + 2 < MAX_TURNS; v = glm_json_next (history, v))
    {
      const GlmJsonValue *query = glm_json_first (v);

      turns[n++] = (GlmTurn){ "user", query->string, NULL };
      turns[n++] = (GlmTurn){ "assistant", glm_json_next (v, query)->string, NULL };
    }
  turns[n++] = (GlmTurn){ "user", string_of (vector, "query"), NULL };
  return n;
}

static void
check_prompt (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const GlmJsonValue *expected)
{
  GlmPrompt prompt = { 0 };
  const GlmTokens *tokens = &prompt.ids;
  GlmError error = { 0 };
  const char *name = glm_template_family (tmpl)->name;
  size_t i = 0;

  CHECK (glm_template_fit (tmpl, turns, n_turns, NULL, NULL, &prompt, &error), "%s: %s", name, error.message);
  CHECK (tokens->n == expected->n, "%s: %zu ids, expected %u", name, tokens->n, expected->n);
  for (const GlmJsonValue *v = glm_json_first (expected); v && i < tokens->n; v = glm_json_next (expected, v), i++)
    CHECK (tokens->ids[i] == v->integer, "%s: id %zu is %d, expected %d", name, i, tokens->ids[i], (int) v->integer);
  glm_prompt_clear (&prompt);
}

static void
test_vectors (const GlmFamily *family, const char *key, const char *tokenizer_file)
{
  GlmTokenizer *tokenizer = NULL;
  GlmTemplate *tmpl = NULL;
  GlmJson *json = NULL;
  GlmError error = { 0 };
  int n_checked = 0;
  const GlmJsonValue *root;

  REQUIRE (glm_tokenizer_open (shared_path (tokenizer_file), &tokenizer, &error), "%s", error.message);
  REQUIRE (glm_template_new (family, tokenizer, &tmpl, &error), "%s", error.message);
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
  char path[1024];

  snprintf (path, sizeof path, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  REQUIRE (glm_model_file_open (path, &file, &error), "%s", error.message);
  REQUIRE (glm_tokenizer_new_from_model_file (file, &tokenizer, &error), "%s", error.message);
  REQUIRE (glm_template_new (glm_family_of_file (file, tokenizer), tokenizer, &tmpl, &error), "%s", error.message);
  CHECK (glm_template_family (tmpl) == &glm_family_chatglm3, "%s", glm_template_family (tmpl)->name);
  REQUIRE (glm_json_open (starter_path ("golden.json"), &json, &error), "%s", error.message);
  root = glm_json_root (json);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    {
      GlmTurn turn = { "user", string_of (v, "prompt"), NULL };

      check_prompt (tmpl, &turn, 1, glm_json_get (v, "prompt_ids"));
    }
  CHECK (glm_template_is_stop (tmpl, 2) && glm_template_is_stop (tmpl, 24006) && glm_template_is_stop (tmpl, 24008)
             && !glm_template_is_stop (tmpl, 24007),
         "stop ids");
  glm_json_free (json);
  glm_template_free (tmpl);
  glm_tokenizer_free (tokenizer);
  glm_model_file_free (file);
}

/* The prompt as text, control tokens shown: what the chat_template of the family's repository writes. */
static void
check_prompt_text (const GlmFamily *family, const GlmTokenizer *tokenizer, const GlmTurn *turns, size_t n_turns,
                   const char *reply, const char *expected)
{
  GlmTemplate *tmpl = NULL;
  GlmPrompt prompt = { 0 };
  GlmError error = { 0 };
  char *text = NULL;

  REQUIRE (glm_template_new (family, tokenizer, &tmpl, &error), "%s", error.message);
  CHECK (glm_template_fit (tmpl, turns, n_turns, reply, NULL, &prompt, &error), "%s", error.message);
  CHECK (glm_tokenizer_decode (tokenizer, prompt.ids.ids, prompt.ids.n, &text, NULL, &error), "%s", error.message);
  CHECK (strcmp (text, expected) == 0, "%s: \"%s\", expected \"%s\"", family->name, text, expected);
  CHECK (glm_template_is_stop (tmpl, glm_tokenizer_control_id (tokenizer, "<|user|>"))
             && glm_template_is_stop (tmpl, glm_tokenizer_control_id (tokenizer, "<|observation|>"))
             && glm_template_is_stop (tmpl, glm_tokenizer_control_id (tokenizer, "<|endoftext|>"))
             && !glm_template_is_stop (tmpl, glm_tokenizer_control_id (tokenizer, "<|assistant|>")),
         "stop ids");
  free (text);
  glm_prompt_clear (&prompt);
  glm_template_free (tmpl);
}

static void
test_texts (const char *folder)
{
  /* clang-format off */
  static const GlmTurn turns[] = {
    { "system", "You are a helpful assistant", NULL }, { "user", "Hello", NULL },
    { "assistant", "<think>\nHm.\n</think>\nHi there", NULL }, { "user", "  Are you <|user|> ok?  ", NULL },
    { "assistant", "{\"city\": \"北京\"}", "get_weather" }, { "observation", "22", NULL },
  };
  /* clang-format on */
  static const GlmTurn scattered[] = {
    { "user", "a", NULL },
    { "system", " S \n", NULL },
    { "assistant", "<think>x</think>\n\nb \n", NULL },
    { "user", "\u3000q\u3000", NULL },
    { "assistant", "{\"x\": 1}", "f" },
    { "observation", " 5\n", NULL },
  };
  GlmTokenizer *tokenizer = NULL;
  GlmError error = { 0 };
  char path[1024];

  snprintf (path, sizeof path, "%s/bpe/tokenizer.json", folder);
  REQUIRE (glm_tokenizer_open (path, &tokenizer, &error), "%s", error.message);
  check_prompt_text (&glm_family_glm_edge, tokenizer, turns, 2, NULL,
                     "<|system|>\nYou are a helpful assistant<|user|>\nHello<|assistant|>");
  check_prompt_text (&glm_family_glm4_0414, tokenizer, turns, 6, NULL,
                     "[gMASK]<sop><|system|>\nYou are a helpful assistant<|user|>\nHello<|assistant|>\n<think>\nHm.\n</think>"
                     "\nHi there<|user|>\n  Are you <|user|> ok?  <|assistant|>get_weather \n{\"city\": \"北京\"}"
                     "<|observation|>\n22<|assistant|>");
  check_prompt_text (&glm_family_glm_z1, tokenizer, turns + 1, 3, NULL,
                     "[gMASK]<sop><|user|>\nHello<|assistant|>\nHi there<|user|>\nAre you <|user|> ok?<|assistant|>"
                     "\n<think>");
  /* As Jinja renders GLM-Z1's template, tools left out. */
  check_prompt_text (&glm_family_glm_z1, tokenizer, scattered, 6, NULL,
                     "[gMASK]<sop><|system|>\n S \n<|user|>\na<|assistant|>\nb<|user|>\nq<|assistant|>f \n{\"x\": 1}"
                     "<|observation|>\n5<|assistant|>\n<think>");
  check_prompt_text (&glm_family_glm4_0414, tokenizer, scattered, 2, NULL,
                     "[gMASK]<sop><|system|>\n S \n<|user|>\na<|assistant|>");
  check_prompt_text (&glm_family_glm4_9b, tokenizer, turns, 2, NULL,
                     "[gMASK]<sop><|system|>\nYou are a helpful assistant<|user|>\nHello<|assistant|>");
  /* A thought that is kept between its tags goes on behind the tag that the prompt ends with. */
  check_prompt_text (&glm_family_glm_z1, tokenizer, turns + 1, 1, "<think>\nHm",
                     "[gMASK]<sop><|user|>\nHello<|assistant|>\n<think>\nHm");
  glm_tokenizer_free (tokenizer);
}

/* The prompt's text, with control tokens. */
static char *
dup_prompt (const GlmFamily *family, const char *tokenizer_file, const GlmTurn *turns, size_t n_turns)
{
  GlmTokenizer *tokenizer = NULL;
  GlmTemplate *tmpl = NULL;
  GlmPrompt prompt = { 0 };
  GlmError error = { 0 };
  char *text = NULL;

  REQUIRE (glm_tokenizer_open (shared_path (tokenizer_file), &tokenizer, &error), "%s", error.message);
  REQUIRE (glm_template_new (family, tokenizer, &tmpl, &error), "%s", error.message);
  CHECK (glm_template_fit (tmpl, turns, n_turns, NULL, NULL, &prompt, &error), "%s: %s", family->name, error.message);
  CHECK (glm_tokenizer_decode (tokenizer, prompt.ids.ids, prompt.ids.n, &text, NULL, &error), "%s", error.message);
  glm_prompt_clear (&prompt);
  glm_template_free (tmpl);
  glm_tokenizer_free (tokenizer);
  return text;
}

/* A chat with calls and results goes on with every family.  The call was written by ChatGLM3 or came from an import. */
static void
test_tools (void)
{
  static const GlmTurn turns[] = {
    { "user", "天气？", NULL },
    { "assistant", "好的", NULL },
    { "assistant", "```python\ntool_call(city='北京')\n```", "weather", "{\"city\": \"北京\"}" },
    { "observation", "22", NULL },
    { "assistant", "22 度", NULL },
    { "user", "谢谢", NULL },
    { "assistant", "calc\n{\"x\": 1}", "calc", "{\"x\": 1}" },
    { "observation", "2", NULL },
  };
  static const struct
  {
    const GlmFamily *family;
    const char *file;
    const char *expected;
  } cases[] = {
    { &glm_family_chatglm1, "glm/tokenizers/chatglm1/ice_text.model",
      "[Round 0]\n问:天气?\n答:好的\nweather\n```python\ntool_call(city='北京')\n```\n22\n22 度\n[Round 1]\n问:谢谢\n答:calc\n"
      "{\"x\": 1}\n2\n" },
    { &glm_family_chatglm2, "glm/tokenizers/chatglm2-3/tokenizer.model",
      "[Round 1]\n\n问：天气？\n\n答：好的\n\nweather\n```python\ntool_call(city='北京')\n```\n\n22\n\n22 度\n\n[Round 2]\n\n问：谢谢"
      "\n\n答：calc\n{\"x\": 1}\n\n2\n\n" },
    { &glm_family_codegeex2, "glm/tokenizers/chatglm2-3/tokenizer.model",
      "天气？好的weather\n```python\ntool_call(city='北京')\n```2222 度谢谢calc\n{\"x\": 1}2" },
    { &glm_family_chatglm3, "glm/tokenizers/chatglm2-3/tokenizer.model",
      "<|assistant|>weather\n ```python\ntool_call(city='北京')\n```<|observation|>\n 22" },
    { &glm_family_chatglm3, "glm/tokenizers/chatglm2-3/tokenizer.model",
      "<|assistant|>calc\n ```python\ntool_call(x=1)\n```<|observation|>\n 2<|assistant|>" },
    { &glm_family_glm4_9b, "glm/tokenizers/glm4/tokenizer.model",
      "<|assistant|>weather\n{\"city\": \"北京\"}<|observation|>\n22<|assistant|>\n22 度<|user|>\n谢谢<|assistant|>calc\n{\"x\": 1}"
      "<|observation|>\n2<|assistant|>" },
    { &glm_family_glm4_0414, "glm/tokenizers/glm4/tokenizer.model",
      "<|assistant|>weather \n{\"city\": \"北京\"}<|observation|>\n22<|assistant|>\n22 度" },
    { &glm_family_glm_edge, "glm/tokenizers/glm4/tokenizer.model",
      "<|assistant|>\nweather\n```python\ntool_call(city='北京')\n```<|user|>\n22<|assistant|>\n22 度" },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      char *text = dup_prompt (cases[i].family, cases[i].file, turns, sizeof turns / sizeof *turns);

      CHECK (text && strstr (text, cases[i].expected), "%s: \"%s\" does not contain \"%s\"", cases[i].family->name, text,
             cases[i].expected);
      free (text);
    }
}

/* A chat whose program has no name beside it, as a file of messages has it: every family reads all of it. */
static void
test_observation_file (void)
{
  static const struct
  {
    const GlmFamily *family;
    const char *file;
  } cases[] = {
    { &glm_family_chatglm1, "glm/tokenizers/chatglm1/ice_text.model" },
    { &glm_family_chatglm2, "glm/tokenizers/chatglm2-3/tokenizer.model" },
    { &glm_family_codegeex2, "glm/tokenizers/chatglm2-3/tokenizer.model" },
    { &glm_family_chatglm3, "glm/tokenizers/chatglm2-3/tokenizer.model" },
    { &glm_family_glm4_9b, "glm/tokenizers/glm4/tokenizer.model" },
    { &glm_family_glm4_0414, "glm/tokenizers/glm4/tokenizer.model" },
    { &glm_family_glm_z1, "glm/tokenizers/glm4/tokenizer.model" },
    { &glm_family_glm_edge, "glm/tokenizers/glm4/tokenizer.model" },
  };
  GlmTurn turns[MAX_TURNS];
  GlmJson *json = NULL;
  GlmError error = { 0 };
  size_t n = 0;

  REQUIRE (glm_json_open (shared_path ("bugs/E11-observation.json"), &json, &error), "%s", error.message);
  for (const GlmJsonValue *v = glm_json_first (glm_json_root (json)); v; v = glm_json_next (glm_json_root (json), v))
    turns[n++] = (GlmTurn){ string_of (v, "role"), string_of (v, "content"), NULL };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      char *text = dup_prompt (cases[i].family, cases[i].file, turns, n), *at = text;

      for (size_t k = 0; k < n && at; k++)
        {
          at = strstr (at, turns[k].content);
          CHECK (at, "%s: \"%s\" is not where it belongs in \"%s\"", cases[i].family->name, turns[k].content, text);
          at = at ? at + strlen (turns[k].content) : NULL;
        }
      free (text);
    }
  glm_json_free (json);
}

/* Continuing after the first part of a reply gives the ids of the conversation with that reply in it. */
static void
test_continue (void)
{
  static const GlmTurn turns[] = { { "user", "你好", NULL }, { "assistant", "我是人工智能", NULL }, { "user", "x", NULL } };
  static const struct
  {
    const GlmFamily *family;
    const char *file;
  } cases[] = {
    { &glm_family_chatglm2, "glm/tokenizers/chatglm2-3/tokenizer.model" },
    { &glm_family_chatglm3, "glm/tokenizers/chatglm2-3/tokenizer.model" },
    { &glm_family_glm4_9b, "glm/tokenizers/glm4/tokenizer.model" },
    { &glm_family_glm4_0414, "glm/tokenizers/glm4/tokenizer.model" },
    { &glm_family_chatglm1, "glm/tokenizers/chatglm1/ice_text.model" },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      GlmTokenizer *tokenizer = NULL;
      GlmTemplate *tmpl = NULL;
      GlmPrompt part = { 0 }, whole = { 0 };
      GlmError error = { 0 };
      size_t n_same = 0;
      char *text = NULL;

      REQUIRE (glm_tokenizer_open (shared_path (cases[i].file), &tokenizer, &error), "%s", error.message);
      REQUIRE (glm_template_new (cases[i].family, tokenizer, &tmpl, &error), "%s", error.message);
      CHECK (glm_template_fit (tmpl, turns, 1, turns[1].content, NULL, &part, &error), "%s", error.message);
      CHECK (glm_template_fit (tmpl, turns, 3, NULL, NULL, &whole, &error), "%s", error.message);
      while (n_same < part.ids.n && n_same < whole.ids.n && part.ids.ids[n_same] == whole.ids.ids[n_same])
        n_same++;
      CHECK (n_same == part.ids.n || cases[i].family == &glm_family_chatglm1, "%s: %zu of %zu ids", cases[i].family->name,
             n_same, part.ids.n);
      CHECK (part.n_reply > 0 && part.n_reply < part.ids.n, "%zu reply ids", part.n_reply);
      CHECK (glm_tokenizer_decode (tokenizer, part.ids.ids + part.ids.n - part.n_reply, part.n_reply, &text, NULL, &error),
             "%s", error.message);
      CHECK (strcmp (text, turns[1].content) == 0, "%s: \"%s\"", cases[i].family->name, text);
      free (text);
      glm_prompt_clear (&part);
      glm_prompt_clear (&whole);
      glm_template_free (tmpl);
      glm_tokenizer_free (tokenizer);
    }
}

static void
test_family (void)
{
  GlmTokenizer *tokenizer = NULL;
  GlmTemplate *tmpl = NULL;
  GlmSampling sampling;
  GlmError error = { 0 };

  REQUIRE (glm_tokenizer_open (shared_path ("glm/tokenizers/chatglm1/ice_text.model"), &tokenizer, &error), "%s",
           error.message);
  REQUIRE (glm_template_new (&glm_family_chatglm1, tokenizer, &tmpl, &error), "%s", error.message);
  glm_family_default_sampling (glm_template_family (tmpl)->name, &sampling);
  CHECK (sampling.temperature == 0.95f && sampling.top_p == 0.7f, "ChatGLM's sampling");
  CHECK (glm_template_is_stop (tmpl, 130005) && !glm_template_is_stop (tmpl, 2), "ChatGLM stops at <eop>");
  CHECK (!glm_template_is_part (tmpl, -1) && !glm_template_is_wait (tmpl, -1), "ChatGLM has no such tokens");
  CHECK (glm_family_glm_z1.prompt.opens_thought && glm_family_glm_z1.reply.thoughts == GLM_THOUGHTS_OPENED,
         "a thought that the prompt opens is one to the reader");
  glm_template_free (tmpl);
  glm_tokenizer_free (tokenizer);
}

int
main (int argc, char **argv)
{
  REQUIRE (argc == 2, "usage: test-template FOLDER-OF-FIXTURES");
  test_texts (argv[1]);
  test_starter ();
  test_vectors (&glm_family_chatglm1, "chatglm1", "glm/tokenizers/chatglm1/ice_text.model");
  test_vectors (&glm_family_chatglm2, "chatglm2", "glm/tokenizers/chatglm2-3/tokenizer.model");
  test_vectors (&glm_family_chatglm3, "chatglm3", "glm/tokenizers/chatglm2-3/tokenizer.model");
  test_vectors (&glm_family_glm4_9b, "glm4", "glm/tokenizers/glm4/tokenizer.model");
  test_tools ();
  test_observation_file ();
  test_continue ();
  test_family ();
  return check_exit ();
}
