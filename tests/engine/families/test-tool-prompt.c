/* test-tool-prompt.c: what prompts say about tools, and how many tokens that costs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With a folder of fixtures the prompts as text, with "vectors" those of the vectors, which lie outside of the tree.
 */
#include "base/json-text.h"
#include "check.h"
#include "families/template.h"
#include "file/json-file.h"

#define WEATHER                                                                                                                                \
  "{\n    \"name\": \"get_weather\",\n    \"description\": \"天气 \\\"now\\\"\\n\",\n    \"parameters\": {\n        \"type\": \"object\",\n" \
  "        \"properties\": {\n            \"city\": {\n                \"enum\": [\n                    \"京\",\n"                            \
  "                    1.50\n                ]\n            }\n        },\n        \"required\": []\n    }\n}"
#define NOTE \
  "{\n    \"name\": \"note\",\n    \"parameters\": {\n        \"type\": \"object\",\n        \"properties\": {}\n    }\n}"
#define USE "\n在调用上述函数时，请使用 Json 格式表示调用的参数。"

static const GlmTool tools[] = {
  { "get_weather", "天气 \"now\"\n",
    " {\"type\":\"object\",\"properties\":{\"city\":{\"enum\":[\"\\u4eac\",1.50]}} ,\"required\" : [ ]}\n" },
  { "note", NULL, NULL },
};
static const GlmToolSet both = { tools, 2, false }, program = { NULL, 0, true }, all = { tools, 2, true };

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void
test_json (void)
{
  /* What json.dumps (json.loads (text), ensure_ascii=False) gives, with digits as they stood. */
  static const char text[] =
      "{ \"a\\u0062\\ud83d\\ude00\\/\\u001f\\n\" :[1e3,-0.50 , true,null,[ ],{} ],\"b\":{\"c\":\"\\\\\"}}";
  static const char line[] = "{\"ab😀/\\u001f\\n\": [1e3, -0.50, true, null, [], {}], \"b\": {\"c\": \"\\\\\"}}";
  static const char tall[] = "{\n  \"ab😀/\\u001f\\n\": [\n    1e3,\n    -0.50,\n    true,\n    null,\n    [],\n    {}\n  ],\n"
                             "  \"b\": {\n    \"c\": \"\\\\\"\n  }\n}";
  GlmBuffer out = { 0 };

  CHECK (glm_json_rewrite (&out, text, strlen (text), 0, 0), "memory");
  CHECK (out.n == strlen (line) && memcmp (out.data, line, out.n) == 0, "%.*s", (int) out.n, (const char *) out.data);
  out.n = 0;
  CHECK (glm_json_rewrite (&out, text, strlen (text), 2, 0), "memory");
  CHECK (out.n == strlen (tall) && memcmp (out.data, tall, out.n) == 0, "%.*s", (int) out.n, (const char *) out.data);
  out.n = 0;
  CHECK (glm_json_write_string (&out, "\"\\\x7f\x01é\xff", 7), "memory");
  CHECK (out.n == 18 && memcmp (out.data, "\"\\\"\\\\\x7f\\u0001é\xEF\xBF\xBD\"", 18) == 0, "%.*s", (int) out.n,
         (const char *) out.data);
  glm_buffer_clear (&out);
}

/* ---- Prompts ---------------------------------------------------------------------------------------------------- */

static void
check_text (const GlmFamily *family, const GlmTokenizer *tokenizer, const GlmToolSet *set, const GlmTurn *turns, size_t n_turns,
            const char *expected)
{
  const GlmFit fit = { .tools = set };
  GlmTemplate *tmpl = NULL;
  GlmPrompt prompt = { 0 }, without = { 0 };
  GlmError error = { 0 };
  char *text = NULL;
  size_t n_tools = 0;

  REQUIRE (glm_template_new (family, tokenizer, &tmpl, &error), "%s", error.message);
  REQUIRE (glm_template_fit (tmpl, turns, n_turns, NULL, &fit, &prompt, &error), "%s: %s", family->name, error.message);
  REQUIRE (glm_tokenizer_decode (tokenizer, prompt.ids.ids, prompt.ids.n, &text, NULL, &error), "%s", error.message);
  CHECK (strcmp (text, expected) == 0, "%s: \"%s\", expected \"%s\"", family->name, text, expected);
  REQUIRE (glm_template_fit (tmpl, turns, n_turns, NULL, NULL, &without, &error), "%s", error.message);
  REQUIRE (glm_template_count_tools (tmpl, set, &n_tools, &error), "%s", error.message);
  CHECK (prompt.ids.n == without.ids.n + n_tools || family->prompt.tools->with_system,
         "%s: %zu ids, %zu without, %zu for tools", family->name, prompt.ids.n, without.ids.n, n_tools);
  free (text);
  glm_prompt_clear (&prompt);
  glm_prompt_clear (&without);
  glm_template_free (tmpl);
}

static void
test_texts (const GlmTokenizer *tokenizer)
{
  static const GlmTurn turns[] = { { "system", "Be brief.", NULL }, { "user", "Hello", NULL } };

  check_text (&glm_family_glm4_9b, tokenizer, &both, turns, 2,
              "[gMASK]<sop><|system|>\n你是一个名为 GLM-4 的人工智能助手。你是基于智谱AI训练的语言模型 GLM-4 "
              "模型开发的，你的任务是针对用户的问题和要求提供适当的答复和支持。\n\n# 可用工具\n\n## get_weather\n\n" WEATHER USE
              "\n\n## note\n\n" NOTE USE "<|system|>\nBe brief.<|user|>\nHello<|assistant|>");
  check_text (&glm_family_glm4_0414, tokenizer, &both, turns, 2,
              "[gMASK]<sop><|system|>\n# 可用工具\n\n## get_weather\n\n" WEATHER USE "\n## note\n\n" NOTE USE
              "<|system|>\nBe brief.<|user|>\nHello<|assistant|>");
  check_text (&glm_family_glm_z1, tokenizer, &both, turns, 2,
              "[gMASK]<sop><|system|>\n你是一个名为 ChatGLM 的人工智能助手。你是基于智谱 AI 公司训练的语言模型 GLM-4 "
              "模型开发的，你的任务是针对用户的问题和要求提供适当的答复和支持。\n\n# 可用工具\n## get_weather\n\n" WEATHER USE
              "\n## note\n\n" NOTE USE "<|system|>\nBe brief.<|user|>\nHello<|assistant|>\n<think>");
}

/* The tools stay when turns are left out, and count. */
static void
test_fit (const GlmTokenizer *tokenizer)
{
  static const GlmTurn turns[] = { { "user", "one two three four five six", NULL },
                                   { "assistant", "seven eight", NULL },
                                   { "user", "nine", NULL } };
  GlmTemplate *tmpl = NULL;
  GlmPrompt whole = { 0 }, cut = { 0 };
  GlmFit fit = { .tools = &both };
  GlmError error = { 0 };
  size_t n_tools = 0;

  REQUIRE (glm_template_new (&glm_family_glm4_9b, tokenizer, &tmpl, &error), "%s", error.message);
  REQUIRE (glm_template_count_tools (tmpl, &both, &n_tools, &error), "%s", error.message);
  REQUIRE (glm_template_fit (tmpl, turns, 3, NULL, &fit, &whole, &error), "%s", error.message);
  fit.context_length = (int) whole.ids.n;
  REQUIRE (glm_template_fit (tmpl, turns, 3, NULL, &fit, &cut, &error), "%s", error.message);
  CHECK (cut.first_turn == 2 && cut.ids.n < whole.ids.n && cut.ids.n > n_tools, "from turn %zu, %zu of %zu ids", cut.first_turn,
         cut.ids.n, whole.ids.n);
  CHECK (memcmp (cut.ids.ids, whole.ids.ids, (2 + n_tools) * sizeof (int32_t)) == 0, "the tools come first");
  glm_prompt_clear (&whole);
  glm_prompt_clear (&cut);
  glm_template_free (tmpl);
}

static void
test_refused (const GlmTokenizer *tokenizer)
{
  static const struct
  {
    const GlmFamily *family;
    GlmTool tools[2];
    size_t n;
    bool interpreter;
    GlmErrorCode code;
    const char *reason;
  } cases[] = {
    { &glm_family_glm_edge, { { "a" } }, 1, false, GLM_ERROR_UNSUPPORTED, "GLM-Edge cannot call tools" },
    { &glm_family_glm4_0414, { { 0 } }, 0, true, GLM_ERROR_UNSUPPORTED, "writes no programs" },
    { &glm_family_chatglm3, { { "a" } }, 1, true, GLM_ERROR_UNSUPPORTED, "but not both" },
    { &glm_family_glm4_9b, { { "a b" } }, 1, false, GLM_ERROR_ARGUMENT, "\"a b\"" },
    { &glm_family_glm4_9b, { { "" } }, 1, false, GLM_ERROR_ARGUMENT, "name" },
    { &glm_family_glm4_9b, { { "a" }, { "a" } }, 2, false, GLM_ERROR_ARGUMENT, "two tools are called a" },
    { &glm_family_glm4_9b, { { "a", NULL, "{\"x\": }" } }, 1, false, GLM_ERROR_ARGUMENT, "the tool a: JSON line 1" },
    { &glm_family_glm4_9b, { { "a", NULL, "[]" } }, 1, false, GLM_ERROR_ARGUMENT, "no object" },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      const GlmToolSet set = { cases[i].tools, cases[i].n, cases[i].interpreter };
      GlmTemplate *tmpl = NULL;
      GlmError error = { 0 };
      size_t n = 7;

      /* ChatGLM3's control tokens are not in this vocabulary; its format is. */
      if (cases[i].family == &glm_family_chatglm3)
        {
          GlmBuffer out = { 0 };

          CHECK (!glm_tool_prompt_write (cases[i].family->prompt.tools, &set, NULL, &out, &error), "case %zu", i);
          glm_buffer_clear (&out);
        }
      else
        {
          REQUIRE (glm_template_new (cases[i].family, tokenizer, &tmpl, &error), "%s", error.message);
          CHECK (!glm_template_count_tools (tmpl, &set, &n, &error) && n == 7, "case %zu", i);
        }
      CHECK (error.code == cases[i].code && strstr (error.message, cases[i].reason), "case %zu: %s", i, error.message);
      glm_template_free (tmpl);
    }
}

/* ---- Vectors ---------------------------------------------------------------------------------------------------- */

static size_t
count (const GlmFamily *family, const char *tokenizer_file, const GlmToolSet *set)
{
  GlmTokenizer *tokenizer = NULL;
  GlmTemplate *tmpl = NULL;
  GlmError error = { 0 };
  size_t n = 0;

  REQUIRE (glm_tokenizer_open (shared_path (tokenizer_file), &tokenizer, &error), "%s", error.message);
  REQUIRE (glm_template_new (family, tokenizer, &tmpl, &error), "%s", error.message);
  REQUIRE (glm_template_count_tools (tmpl, set, &n, &error), "%s", error.message);
  glm_template_free (tmpl);
  glm_tokenizer_free (tokenizer);
  return n;
}

static void
print_value (GlmBuffer *out, const GlmJsonValue *value)
{
  const char *separator = "";
  char number[32];

  switch (value->type)
    {
    case GLM_JSON_STRING: REQUIRE (glm_json_write_string (out, value->string, value->n), "memory"); return;
    case GLM_JSON_OBJECT:
    case GLM_JSON_ARRAY:
      REQUIRE (glm_buffer_append (out, value->type == GLM_JSON_OBJECT ? "{" : "[", 1), "memory");
      for (const GlmJsonValue *v = glm_json_first (value); v; v = glm_json_next (value, v))
        {
          REQUIRE (glm_buffer_append (out, separator, strlen (separator)), "memory");
          if (value->type == GLM_JSON_OBJECT)
            REQUIRE (glm_json_write_string (out, v->key, v->key_bytes) && glm_buffer_append (out, ":", 1), "memory");
          print_value (out, v);
          separator = ",";
        }
      REQUIRE (glm_buffer_append (out, value->type == GLM_JSON_OBJECT ? "}" : "]", 1), "memory");
      return;
    default:
      snprintf (number, sizeof number, "%d", (int) value->integer);
      REQUIRE (glm_buffer_append (out, number, strlen (number)), "memory");
    }
}

/* The tokens that the design states for the tools that come with the program; the turn itself is three, or two. */
static void
test_counts (void)
{
  static const char chatglm3[] = "glm/tokenizers/chatglm2-3/tokenizer.model", glm4[] = "glm/tokenizers/glm4/tokenizer.model";
  GlmJson *json = NULL;
  GlmError error = { 0 };
  GlmTool built_in[8] = { 0 };
  GlmToolSet set = { built_in, 0, false };
  size_t n;

  REQUIRE (glm_json_open (shared_path ("glm/vectors/builtin_tools.json"), &json, &error), "%s", error.message);
  for (const GlmJsonValue *v = glm_json_first (glm_json_root (json)); v && set.n_tools < 8;
       v = glm_json_next (glm_json_root (json), v))
    {
      GlmTool *tool = &built_in[set.n_tools++];
      GlmBuffer schema = { 0 };

      REQUIRE (glm_json_get_string (v, "name", &tool->name) && glm_json_get_string (v, "description", &tool->description),
               "tool");
      print_value (&schema, glm_json_get (v, "parameters"));
      schema.data[schema.n] = '\0';
      tool->schema = (const char *) schema.data;
    }
  n = count (&glm_family_chatglm3, chatglm3, &set);
  CHECK (n == 1061 + 3, "ChatGLM3: %zu tokens", n);
  n = count (&glm_family_glm4_9b, glm4, &set);
  CHECK (n == 993 + 2, "GLM-4: %zu tokens", n);
  n = count (&glm_family_glm4_9b, glm4, &all) - count (&glm_family_glm4_9b, glm4, &both);
  CHECK (n > 50 && n < 150, "the interpreter: %zu tokens", n);
  for (size_t i = 0; i < set.n_tools; i++)
    free ((char *) built_in[i].schema);
  glm_json_free (json);
}

/* ChatGLM3's system prompts: for programs the file's text, for tools the person's own before the published sentence. */
static void
test_chatglm3 (void)
{
  static const GlmTurn turns[] = { { "user", "Hello", NULL }, { "system", "Be brief.", NULL } };
  GlmTokenizer *tokenizer = NULL;
  GlmError error = { 0 };
  char text[1024], expected[2048];
  FILE *file = fopen (shared_path ("glm/vectors/chatglm3_code_interpreter_system.txt"), "rb");
  size_t n;

  REQUIRE (file && (n = fread (text, 1, sizeof text - 1, file)) > 0, "the interpreter's prompt");
  fclose (file);
  text[n] = '\0';
  REQUIRE (glm_tokenizer_open (shared_path ("glm/tokenizers/chatglm2-3/tokenizer.model"), &tokenizer, &error), "%s",
           error.message);
  snprintf (expected, sizeof expected, "[gMASK]sop<|system|>\n %s<|user|>\n Hello<|assistant|>", text);
  check_text (&glm_family_chatglm3, tokenizer, &program, turns, 1, expected);
  check_text (&glm_family_chatglm3, tokenizer, &(GlmToolSet){ tools + 1, 1, false }, turns, 2,
              "[gMASK]sop<|system|>\n Be brief.\n\nAnswer the following questions as best as you can. You have access to the "
              "following tools:\n[\n    {\n        \"name\": \"note\",\n        \"parameters\": {\n            \"type\": "
              "\"object\",\n            \"properties\": {}\n        }\n    }\n]<|user|>\n Hello<|assistant|>");
  glm_tokenizer_free (tokenizer);
}

int
main (int argc, char **argv)
{
  GlmTokenizer *tokenizer = NULL;
  GlmError error = { 0 };
  char path[1024];

  REQUIRE (argc == 2, "usage: test-tool-prompt FOLDER-OF-FIXTURES or \"vectors\"");
  if (strcmp (argv[1], "vectors") == 0)
    {
      test_counts ();
      test_chatglm3 ();
      return check_exit ();
    }
  test_json ();
  snprintf (path, sizeof path, "%s/bpe/tokenizer.json", argv[1]);
  REQUIRE (glm_tokenizer_open (path, &tokenizer, &error), "%s", error.message);
  test_texts (tokenizer);
  test_fit (tokenizer);
  test_refused (tokenizer);
  glm_tokenizer_free (tokenizer);
  return check_exit ();
}
