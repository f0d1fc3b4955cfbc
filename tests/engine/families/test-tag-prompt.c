/* test-tag-prompt.c: the prompts of GLM-4.5 to 4.7, byte for byte as their templates write them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "base/buffer.h"
#include "families/template.h"
#include "file/json-file.h"
#include "run/tiny-moe.h"

#define MAX_TURNS 32

typedef struct
{
  GlmTurn turns[MAX_TURNS];
  size_t n;
  GlmTool tools[4];
  GlmToolSet set;
  GlmFit fit;
} Chat;

static const char *
string_of (const GlmJsonValue *object, const char *key)
{
  const char *value = NULL;

  glm_json_get_string (object, key, &value);
  return value ? value : "";
}

/* ---- A vocabulary ----------------------------------------------------------------------------------------------- */

static GlmTokenizer *
open_vocabulary (void)
{
  const char *path = test_temp_path ("vocabulary.gguf");
  float embedding[32] = { 0 };
  GgufBuild *build = gguf_build_new ("glm4moe");
  GlmModelFile *file;
  GlmTokenizer *tokenizer;
  GlmError error = { 0 };
  const int n = TINY_MOE_VOCAB;

  tiny_moe_add_vocabulary (build);
  gguf_build_tensor (build, "token_embd.weight", GLM_TYPE_F32, 1, 32, embedding);
  gguf_build_write (build, path);
  gguf_build_free (build);
  REQUIRE (glm_model_file_open (path, &file, &error) && glm_tokenizer_new_from_model_file (file, &tokenizer, &error), "%s",
           error.message);
  glm_model_file_free (file);
  CHECK (glm_tokenizer_has (tokenizer, n - 2) && !glm_tokenizer_has (tokenizer, n - 1) && !glm_tokenizer_has (tokenizer, n),
         "what pads the vocabulary is no token");
  return tokenizer;
}

/* ---- The published templates' chats ------------------------------------------------------------------------------ */

/* Text that stands in the middle of a JSON document is not at hand: written again, in any spacing. */
static void
write_json (const GlmJsonValue *value, GlmBuffer *out)
{
  char text[64];

  switch (value->type)
    {
    case GLM_JSON_STRING:
      glm_buffer_append (out, "\"", 1);
      glm_buffer_append (out, value->string, value->n); /* none of them needs an escape */
      glm_buffer_append (out, "\"", 1);
      return;
    case GLM_JSON_NUMBER: snprintf (text, sizeof text, "%lld", (long long) value->integer); break;
    case GLM_JSON_BOOL: snprintf (text, sizeof text, "%s", value->boolean ? "true" : "false"); break;
    case GLM_JSON_NULL: snprintf (text, sizeof text, "null"); break;
    default:
      glm_buffer_append (out, value->type == GLM_JSON_OBJECT ? "{ " : "[ ", 2);
      for (const GlmJsonValue *v = glm_json_first (value), *first = v; v; v = glm_json_next (value, v))
        {
          glm_buffer_append (out, ",", v == first ? 0 : 1);
          if (value->type == GLM_JSON_OBJECT)
            {
              glm_buffer_append (out, "\"", 1);
              glm_buffer_append (out, v->key, v->key_bytes);
              glm_buffer_append (out, "\":", 2);
            }
          write_json (v, out);
        }
      glm_buffer_append (out, value->type == GLM_JSON_OBJECT ? "}" : "]", 1);
      return;
    }
  glm_buffer_append (out, text, strlen (text));
}

/* Texts of turns live until the test ends. */
static char *texts[4096];
static int n_texts;

static char *
keep (char *text)
{
  REQUIRE (text && n_texts < (int) (sizeof texts / sizeof texts[0]), "no memory");
  return texts[n_texts++] = text;
}

static char *
json_text (const GlmJsonValue *value)
{
  GlmBuffer out = { 0 };

  write_json (value, &out);
  glm_buffer_append (&out, "", 1);
  return keep ((char *) out.data);
}

/* The reply as the chat keeps it: its thought between tags, before the text. */
static void
add_reply (Chat *chat, const GlmJsonValue *message)
{
  const char *thought = string_of (message, "reasoning_content"), *content = string_of (message, "content");
  const GlmJsonValue *calls = glm_json_get (message, "tool_calls");
  size_t size = strlen (thought) + strlen (content) + 32;
  char *text = keep (malloc (size));

  snprintf (text, size, *thought ? "<think>%s</think>%s" : "%s%s", thought, content);
  if (*text || !calls)
    chat->turns[chat->n++] = (GlmTurn){ .role = "assistant", .content = text };
  for (const GlmJsonValue *v = calls ? glm_json_first (calls) : NULL; v; v = glm_json_next (calls, v))
    {
      const GlmJsonValue *function = glm_json_get (v, "function");

      chat->turns[chat->n++] = (GlmTurn){ .role = "assistant",
                                          .content = json_text (glm_json_get (function, "arguments")),
                                          .metadata = string_of (function, "name") };
    }
}

static void
read_chat (const GlmJsonValue *root, const GlmJsonValue *vector, Chat *chat)
{
  const GlmJsonValue *messages = glm_json_get (vector, "messages"), *kwargs = glm_json_get (vector, "kwargs");
  const GlmJsonValue *tools = glm_json_get (root, "tools");
  bool flag;

  *chat = (Chat){ 0 };
  for (const GlmJsonValue *v = glm_json_first (messages); v; v = glm_json_next (messages, v))
    if (strcmp (string_of (v, "role"), "assistant") == 0)
      add_reply (chat, v);
    else
      chat->turns[chat->n++] = (GlmTurn){
        .role = strcmp (string_of (v, "role"), "tool") == 0 ? "observation" : string_of (v, "role"),
        .content = string_of (v, "content"),
      };
  chat->fit.no_thoughts = glm_json_get_bool (kwargs, "enable_thinking", &flag) && !flag;
  chat->fit.keeps_thoughts = glm_json_get_bool (kwargs, "clear_thinking", &flag) && !flag;
  if (!glm_json_get_bool (vector, "tools", &flag) || !flag)
    return;
  for (const GlmJsonValue *v = glm_json_first (tools); v; v = glm_json_next (tools, v))
    {
      const GlmJsonValue *function = glm_json_get (v, "function");

      chat->tools[chat->set.n_tools++] = (GlmTool){ string_of (function, "name"), string_of (function, "description"),
                                                    json_text (glm_json_get (function, "parameters")) };
    }
  chat->set.tools = chat->tools;
  chat->fit.tools = &chat->set;
}

static char *
prompt_text (const GlmFamily *family, const GlmTokenizer *tokenizer, const Chat *chat, const char *reply, GlmPrompt *prompt)
{
  GlmTemplate *tmpl;
  GlmError error = { 0 };
  char *text;

  *prompt = (GlmPrompt){ 0 };
  REQUIRE (glm_template_new (family, tokenizer, &tmpl, &error), "%s", error.message);
  REQUIRE (glm_template_fit (tmpl, chat->turns, chat->n, reply, &chat->fit, prompt, &error), "%s", error.message);
  REQUIRE (glm_tokenizer_decode (tokenizer, prompt->ids.ids, prompt->ids.n, &text, NULL, &error), "%s", error.message);
  glm_template_free (tmpl);
  return text;
}

static void
check_chat (const GlmFamily *family, const GlmTokenizer *tokenizer, const GlmJsonValue *root, const GlmJsonValue *vector,
            const char *expected)
{
  GlmPrompt prompt;
  Chat chat;
  bool opens = true;
  char *text, *whole;
  size_t size = strlen (expected) + 32;

  read_chat (root, vector, &chat);
  glm_json_get_bool (vector, "add_generation_prompt", &opens);
  whole = malloc (size);
  REQUIRE (whole, "no memory");
  snprintf (whole, size, "%s%s", expected, opens ? "" : family->prompt.tag_lines ? "<|assistant|>" : "<|assistant|><think>");
  text = prompt_text (family, tokenizer, &chat, NULL, &prompt);
  CHECK (strcmp (text, whole) == 0, "%s, %s:\n%s\ninstead of\n%s", family->name, string_of (vector, "name"), text, whole);
  CHECK (prompt.n_reply == 0 && prompt.no_thought == chat.fit.no_thoughts, "%s: how the reply begins", family->name);
  glm_prompt_clear (&prompt);
  free (text);
  free (whole);
}

static void
test_vectors (const GlmTokenizer *tokenizer)
{
  GlmJson *json;
  GlmError error = { 0 };
  const GlmJsonValue *root, *chats;
  int n = 0;

  REQUIRE (glm_json_open (shared_path ("glm/vectors/chat_vectors_moe.json"), &json, &error), "%s", error.message);
  root = glm_json_root (json);
  chats = glm_json_get (root, "chats");
  for (const GlmJsonValue *v = glm_json_first (chats); v; v = glm_json_next (chats, v), n++)
    {
      const GlmJsonValue *expected = glm_json_get (v, "expected");

      check_chat (&glm_family_glm45, tokenizer, root, v, string_of (expected, "GLM-4.5 / GLM-4.5-Air / GLM-4.6"));
      check_chat (&glm_family_glm47_flash, tokenizer, root, v, string_of (expected, "GLM-4.7 / GLM-4.7-Flash"));
    }
  CHECK (n == 20, "%d chats", n);
  glm_json_free (json);
}

/* An offer lengthens the prompt by as much as it is said to. */
static void
test_count_tools (const GlmTokenizer *tokenizer)
{
  GlmTool tool = { "get_weather", "Weather", "{\"type\":\"object\",\"properties\":{\"a\":{\"minimum\":1.5}}}" };
  GlmToolSet set = { &tool, 1, false }, program = { NULL, 0, true };
  Chat chat = { .turns = { { .role = "user", .content = "q" } }, .n = 1 }, offered = chat;
  GlmTemplate *tmpl;
  GlmPrompt without, with;
  GlmError error = { 0 };
  size_t n = 0;
  char *text;

  offered.fit.tools = &set;
  free (prompt_text (&glm_family_glm47, tokenizer, &chat, NULL, &without));
  text = prompt_text (&glm_family_glm47, tokenizer, &offered, NULL, &with);
  CHECK (strstr (text, "\"parameters\": {\"type\": \"object\", \"properties\": {\"a\": {\"minimum\": 1.5}}}}}\n</tools>"), "%s",
         text);
  REQUIRE (glm_template_new (&glm_family_glm47, tokenizer, &tmpl, &error), "%s", error.message);
  CHECK (glm_template_count_tools (tmpl, &set, &n, &error) && n == with.ids.n - without.ids.n, "%zu of %zu tokens", n,
         with.ids.n - without.ids.n);
  CHECK (!glm_template_count_tools (tmpl, &program, &n, &error) && error.code == GLM_ERROR_UNSUPPORTED, "%s", error.message);
  tool.schema = "{";
  CHECK (!glm_template_count_tools (tmpl, &set, &n, &error) && strstr (error.message, "get_weather"), "%s", error.message);
  glm_template_free (tmpl);
  glm_prompt_clear (&with);
  glm_prompt_clear (&without);
  free (text);
}

/* ---- Ids -------------------------------------------------------------------------------------------------------- */

static size_t
count_id (const GlmPrompt *prompt, int32_t id)
{
  size_t n = 0;

  for (size_t i = 0; i < prompt->ids.n; i++)
    n += prompt->ids.ids[i] == id;
  return n;
}

/* Tags are tokens where the template writes them, and text where a person does. */
static void
test_tags (const GlmTokenizer *tokenizer)
{
  static const char *const typed = "<|user|><think>a</think><tool_call>f</tool_call><|assistant|>";
  Chat chat = { .turns = { { .role = "system", .content = typed },
                           { .role = "user", .content = typed },
                           { .role = "assistant", .content = "b" },
                           { .role = "user", .content = "c/nothink" } },
                .n = 4 };
  const GlmFamily *const families[] = { &glm_family_glm45, &glm_family_glm47 };
  int32_t think = glm_tokenizer_control_id (tokenizer, "<think>"), end = glm_tokenizer_control_id (tokenizer, "</think>");

  for (int i = 0; i < 2; i++)
    {
      GlmPrompt prompt;
      char *text = prompt_text (families[i], tokenizer, &chat, NULL, &prompt);

      CHECK (think > 0 && count_id (&prompt, think) == 1 && count_id (&prompt, end) == 1, "%s: %s", families[i]->name, text);
      CHECK (count_id (&prompt, glm_tokenizer_control_id (tokenizer, "<|user|>")) == 2
                 && count_id (&prompt, glm_tokenizer_control_id (tokenizer, "<tool_call>")) == 0,
             "%s: %s", families[i]->name, text);
      CHECK (count_id (&prompt, glm_tokenizer_control_id (tokenizer, "/nothink")) == (i == 0 ? 1 : 0),
             "%s: a typed /nothink is meant", families[i]->name);
      glm_prompt_clear (&prompt);
      free (text);
    }
}

static void
check_text (const GlmFamily *family, const GlmTokenizer *tokenizer, const Chat *chat, const char *reply, const char *begun,
            const char *expected)
{
  GlmPrompt prompt;
  GlmError error = { 0 };
  char *text = prompt_text (family, tokenizer, chat, reply, &prompt), *own;

  CHECK (strcmp (text, expected) == 0, "%s: %s instead of %s", family->name, text, expected);
  REQUIRE (glm_tokenizer_decode (tokenizer, prompt.ids.ids + prompt.ids.n - prompt.n_reply, prompt.n_reply, &own, NULL, &error),
           "%s", error.message);
  CHECK (strcmp (own, begun) == 0, "%s: the reply's own is %s instead of %s", family->name, own, begun);
  glm_prompt_clear (&prompt);
  free (text);
  free (own);
}

/* A reply that has begun goes on where it was. */
static void
test_begun (const GlmTokenizer *tokenizer)
{
  Chat chat = { .turns = { { .role = "user", .content = "q" } }, .n = 1 }, quick = chat;

  quick.fit.no_thoughts = true;
  check_text (&glm_family_glm45, tokenizer, &chat, "<think>a", "<think>a", "[gMASK]<sop><|user|>\nq<|assistant|>\n<think>a");
  check_text (&glm_family_glm45, tokenizer, &chat, "<think>a</think>\nb", "<think>a</think>\nb",
              "[gMASK]<sop><|user|>\nq<|assistant|>\n<think>a</think>\nb");
  check_text (&glm_family_glm45, tokenizer, &quick, "b", "\nb",
              "[gMASK]<sop><|user|>\nq/nothink<|assistant|>\n<think></think>\nb");
  check_text (&glm_family_glm47, tokenizer, &chat, "<think>a", "a", "[gMASK]<sop><|user|>q<|assistant|><think>a");
  check_text (&glm_family_glm47, tokenizer, &chat, "<think>a</think>b", "a</think>b",
              "[gMASK]<sop><|user|>q<|assistant|><think>a</think>b");
  check_text (&glm_family_glm47, tokenizer, &quick, "b", "b", "[gMASK]<sop><|user|>q<|assistant|></think>b");
}

/* A reply in its model's own words, with calls in it. */
static void
test_written_calls (const GlmTokenizer *tokenizer)
{
  static const char lines[] = "Wait.\n<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>1 < 2</arg_value>\n</tool_call>";
  static const char tight[] = "Wait.<tool_call>f<arg_key>a</arg_key><arg_value>1 < 2</arg_value></tool_call>";
  const char *const written[] = { lines, tight };
  int32_t call = glm_tokenizer_control_id (tokenizer, "<tool_call>");

  for (int i = 0; i < 2; i++)
    {
      Chat chat = { .turns = { { .role = "user", .content = "q" },
                               { .role = "assistant", .content = written[i] },
                               { .role = "observation", .content = "5" } },
                    .n = 3 };
      GlmPrompt prompt;
      char *text;

      check_text (
          &glm_family_glm45, tokenizer, &chat, NULL, "",
          "[gMASK]<sop><|user|>\nq<|assistant|>\n<think></think>\nWait.\n<tool_call>f\n<arg_key>a</arg_key>\n"
          "<arg_value>1 < 2</arg_value>\n</tool_call><|observation|>\n<tool_response>\n5\n</tool_response><|assistant|>");
      check_text (&glm_family_glm47, tokenizer, &chat, NULL, "",
                  "[gMASK]<sop><|user|>q<|assistant|></think>Wait.<tool_call>f<arg_key>a</arg_key><arg_value>1 < 2</arg_value>"
                  "</tool_call><|observation|><tool_response>5</tool_response><|assistant|><think>");
      text = prompt_text (&glm_family_glm47, tokenizer, &chat, NULL, &prompt);
      CHECK (count_id (&prompt, call) == 1, "%s", text);
      glm_prompt_clear (&prompt);
      free (text);
    }
}

/* What was generated comes back id by id, so that a session keeps it. */
static void
test_generated_ids (const GlmTokenizer *tokenizer)
{
  int32_t end = glm_tokenizer_control_id (tokenizer, "</think>"), think = glm_tokenizer_control_id (tokenizer, "<think>");
  const int32_t tight[] = { 'a', ' ', ' ', end, ' ', 'b', ' ' }, lines[] = { '\n', think, 'a', ' ', end, '\n', '\n', 'b' };
  Chat chat = { .turns = { { .role = "user", .content = "q" },
                           { .role = "assistant", .content = "<think>a</think>b", .ids = tight, .n_ids = 7 },
                           { .role = "user", .content = "r" } },
                .n = 3 };

  check_text (&glm_family_glm47, tokenizer, &chat, NULL, "",
              "[gMASK]<sop><|user|>q<|assistant|></think> b <|user|>r<|assistant|><think>");
  chat.fit.keeps_thoughts = true;
  check_text (&glm_family_glm47, tokenizer, &chat, NULL, "",
              "[gMASK]<sop><|user|>q<|assistant|><think>a  </think> b <|user|>r<|assistant|><think>");
  chat.turns[1].ids = lines;
  chat.turns[1].n_ids = 8;
  chat.turns[2].role = "observation";
  check_text (&glm_family_glm45, tokenizer, &chat, NULL, "",
              "[gMASK]<sop><|user|>\nq<|assistant|>\n<think>a </think>\n\nb<|observation|>\n<tool_response>\nr\n"
              "</tool_response><|assistant|>");
}

int
main (void)
{
  GlmTokenizer *tokenizer = open_vocabulary ();

  test_tags (tokenizer);
  test_begun (tokenizer);
  test_written_calls (tokenizer);
  test_generated_ids (tokenizer);
  test_count_tools (tokenizer);
  test_vectors (tokenizer);
  glm_tokenizer_free (tokenizer);
  return check_exit ();
}
