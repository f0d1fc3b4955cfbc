/* tag-prompt.c: see tag-prompt.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Source: the chat_template of the families' repositories.  Numbers and separators in JSON are as Python writes them, for
 * that is what models were trained on.
 */
#include "families/tag-prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"

static const char *const tag_texts[GLM_N_TAGS] = {
  "<think>",   "</think>",   "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
  "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "/nothink",
};

/* Ids that are being written: text is kept until a tag comes, so that it is tokenized as a whole. */
typedef struct
{
  const GlmTagPrompt *prompt;
  GlmTokens *ids;
  GlmError *error;
  GlmBuffer text;
  bool failed;
} Script;

static void
put_bytes (Script *s, const char *text, size_t n)
{
  if (!s->failed && !glm_buffer_append (&s->text, text, n))
    s->failed = !glm_error_set (s->error, GLM_ERROR_NO_MEMORY, "no memory for the prompt");
}

static void
put (Script *s, const char *text)
{
  put_bytes (s, text, strlen (text));
}

static void
flush (Script *s)
{
  if (!s->failed && s->text.n > 0)
    s->failed = !glm_tokenizer_encode (s->prompt->tokenizer, (const char *) s->text.data, s->text.n, s->ids, s->error);
  s->text.n = 0;
}

static void
put_tag (Script *s, int tag)
{
  if (s->prompt->tags[tag] < 0)
    {
      put (s, tag_texts[tag]);
      return;
    }
  flush (s);
  if (!s->failed && !glm_tokens_append (s->ids, s->prompt->tags[tag]))
    s->failed = !glm_error_set (s->error, GLM_ERROR_NO_MEMORY, "no memory for the prompt");
}

static void
put_line (Script *s)
{
  if (s->prompt->lines)
    put (s, "\n");
}

static bool
finish (Script *s)
{
  flush (s);
  glm_buffer_clear (&s->text);
  return !s->failed;
}

static Script
begin (const GlmTagPrompt *prompt, GlmTokens *ids, GlmError *error)
{
  return (Script){ .prompt = prompt, .ids = ids, .error = error };
}

/* ---- Texts ------------------------------------------------------------------------------------------------------ */

/* The length of the blank at the text's end or beginning. */
static size_t
count_blank (const char *text, size_t n, bool at_end)
{
  static const char wide[] = "\u3000";
  size_t n_wide = sizeof wide - 1, n_blank = 0, width;

  for (; n_blank < n; n_blank += width)
    {
      const char *p = at_end ? text + n - n_blank - 1 : text + n_blank;

      width = n - n_blank >= n_wide && memcmp (at_end ? p + 1 - n_wide : p, wide, n_wide) == 0 ? n_wide : 1;
      if (width == 1 && !strchr (" \t\r\n\v\f", *p))
        break;
    }
  return n_blank;
}

void
glm_prompt_trim (const char **text, size_t *n)
{
  size_t n_blank = count_blank (*text, *n, false);

  *text += n_blank;
  *n -= n_blank;
  *n -= count_blank (*text, *n, true);
}

static void
put_trimmed (Script *s, const char *text, size_t n)
{
  glm_prompt_trim (&text, &n);
  put_bytes (s, text, n);
}

/* The first `what` in [text, end), or NULL. */
static const char *
find (const char *text, const char *end, const char *what)
{
  size_t n = strlen (what);

  for (; text + n <= end; text++)
    if (memcmp (text, what, n) == 0)
      return text;
  return NULL;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void
put_json_string (Script *s, const char *text, size_t n)
{
  static const char letters[] = "\b\f\n\r\t\"\\";
  static const char *const escapes[] = { "\\b", "\\f", "\\n", "\\r", "\\t", "\\\"", "\\\\" };
  char code[8];

  put (s, "\"");
  for (size_t i = 0; i < n; i++)
    {
      const char *special = text[i] ? strchr (letters, text[i]) : NULL;

      if (special)
        put (s, escapes[special - letters]);
      else if ((unsigned char) text[i] < 0x20)
        {
          snprintf (code, sizeof code, "\\u%04x", (unsigned) text[i]);
          put (s, code);
        }
      else
        put_bytes (s, &text[i], 1);
    }
  put (s, "\"");
}

/* The fewest digits that give the number again. */
static void
put_json_number (Script *s, const GlmJsonValue *value)
{
  char text[40];

  if (value->is_integer)
    snprintf (text, sizeof text, "%lld", (long long) value->integer);
  else
    for (int digits = 15; digits <= 17; digits++)
      {
        snprintf (text, sizeof text, "%.*g", digits, value->number);
        if (strtod (text, NULL) == value->number)
          break;
      }
  put (s, text);
  if (!value->is_integer && !strpbrk (text, ".en"))
    put (s, ".0");
}

static void
put_json (Script *s, const GlmJsonValue *value)
{
  bool is_object = value->type == GLM_JSON_OBJECT;

  switch (value->type)
    {
    case GLM_JSON_NULL: put (s, "null"); return;
    case GLM_JSON_BOOL: put (s, value->boolean ? "true" : "false"); return;
    case GLM_JSON_NUMBER: put_json_number (s, value); return;
    case GLM_JSON_STRING: put_json_string (s, value->string, value->n); return;
    default: break;
    }
  put (s, is_object ? "{" : "[");
  for (const GlmJsonValue *v = glm_json_first (value), *first = v; v; v = glm_json_next (value, v))
    {
      put (s, v == first ? "" : ", ");
      if (is_object)
        {
          put_json_string (s, v->key, v->key_bytes);
          put (s, ": ");
        }
      put_json (s, v);
    }
  put (s, is_object ? "}" : "]");
}

/* ---- Tools ------------------------------------------------------------------------------------------------------ */

static bool
put_tool (Script *s, const GlmTool *tool)
{
  GlmJson *schema = NULL;

  if (tool->schema && !glm_json_parse (tool->schema, strlen (tool->schema), &schema, s->error))
    {
      s->failed = true;
      return glm_error_prefix (s->error, "the tool %.64s", tool->name);
    }
  put (s, "{\"type\": \"function\", \"function\": {\"name\": ");
  put_json_string (s, tool->name, strlen (tool->name));
  if (tool->description)
    {
      put (s, ", \"description\": ");
      put_json_string (s, tool->description, strlen (tool->description));
    }
  if (schema)
    {
      put (s, ", \"parameters\": ");
      put_json (s, glm_json_root (schema));
    }
  put (s, "}}\n");
  glm_json_free (schema);
  return !s->failed;
}

/* The sample that the template shows: its tags are tokens too. */
static void
put_sample (Script *s)
{
  static const char *const names[] = { "1", "2" };

  put_tag (s, GLM_TAG_CALL);
  put (s, "{function-name}");
  put_line (s);
  for (int i = 0; i < 2; i++)
    {
      put_tag (s, GLM_TAG_KEY);
      put (s, "{arg-key-");
      put (s, names[i]);
      put (s, "}");
      put_tag (s, GLM_TAG_KEY_END);
      put_line (s);
      put_tag (s, GLM_TAG_VALUE);
      put (s, "{arg-value-");
      put (s, names[i]);
      put (s, "}");
      put_tag (s, GLM_TAG_VALUE_END);
      put_line (s);
    }
  put (s, "...");
  put_line (s);
  put_tag (s, GLM_TAG_CALL_END);
}

bool
glm_tag_prompt_tools (const GlmTagPrompt *prompt, const GlmToolSet *tools, GlmTokens *ids, GlmError *error)
{
  Script s = begin (prompt, ids, error);

  put (&s, "\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
           "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n");
  for (size_t i = 0; i < tools->n_tools && put_tool (&s, &tools->tools[i]); i++)
    ;
  put (&s, "</tools>\n\nFor each function call, output the function name and arguments within the following XML format:\n");
  put_sample (&s);
  return finish (&s);
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

static void
open_call (Script *s, const char *name, size_t n)
{
  put_line (s);
  put_tag (s, GLM_TAG_CALL);
  put_trimmed (s, name, n);
  put_line (s);
}

static void
open_value (Script *s, const char *key, size_t n)
{
  put_tag (s, GLM_TAG_KEY);
  put_trimmed (s, key, n);
  put_tag (s, GLM_TAG_KEY_END);
  put_line (s);
  put_tag (s, GLM_TAG_VALUE);
}

static void
close_value (Script *s)
{
  put_tag (s, GLM_TAG_VALUE_END);
  put_line (s);
}

/* What a model wrote between <tool_call> and </tool_call>; what is no pair of key and value stays as it is. */
static void
put_written_call (Script *s, const char *text, const char *end)
{
  const char *p = text, *key, *key_end, *value, *value_end;

  while (p < end && *p != '\n' && *p != '<')
    p++;
  open_call (s, text, (size_t) (p - text));
  while ((key = find (p, end, tag_texts[GLM_TAG_KEY])) && (key_end = find (key, end, tag_texts[GLM_TAG_KEY_END]))
         && (value = find (key_end, end, tag_texts[GLM_TAG_VALUE]))
         && (value_end = find (value, end, tag_texts[GLM_TAG_VALUE_END])))
    {
      key += strlen (tag_texts[GLM_TAG_KEY]);
      value += strlen (tag_texts[GLM_TAG_VALUE]);
      open_value (s, key, (size_t) (key_end - key));
      put_bytes (s, value, (size_t) (value_end - value));
      close_value (s);
      p = value_end + strlen (tag_texts[GLM_TAG_VALUE_END]);
    }
  put_trimmed (s, p, (size_t) (end - p));
  put_tag (s, GLM_TAG_CALL_END);
}

bool
glm_tag_prompt_call (const GlmTagPrompt *prompt, const char *name, const char *arguments, GlmTokens *ids, GlmError *error)
{
  Script s = begin (prompt, ids, error);
  const GlmJsonValue *root;
  GlmJson *json = NULL;

  open_call (&s, name, strlen (name));
  root = glm_json_parse (arguments, strlen (arguments), &json, NULL) ? glm_json_root (json) : NULL;
  if (root && root->type == GLM_JSON_OBJECT)
    for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
      {
        open_value (&s, v->key, v->key_bytes);
        if (v->type == GLM_JSON_STRING)
          put_bytes (&s, v->string, v->n);
        else
          put_json (&s, v);
        close_value (&s);
      }
  else
    put (&s, arguments); /* a call that was not sound */
  put_tag (&s, GLM_TAG_CALL_END);
  glm_json_free (json);
  return finish (&s);
}

/* ---- Turns ------------------------------------------------------------------------------------------------------ */

void
glm_tag_prompt_init (GlmTagPrompt *prompt, const GlmTokenizer *tokenizer, bool lines)
{
  *prompt = (GlmTagPrompt){ .tokenizer = tokenizer, .lines = lines };
  for (int i = 0; i < GLM_N_TAGS; i++)
    prompt->tags[i] = glm_tokenizer_control_id (tokenizer, tag_texts[i]);
}

bool
glm_tag_prompt_system (const GlmTagPrompt *prompt, const char *text, GlmTokens *ids, GlmError *error)
{
  Script s = begin (prompt, ids, error);

  put_line (&s);
  put (&s, text);
  return finish (&s);
}

bool
glm_tag_prompt_user (const GlmTagPrompt *prompt, const char *text, bool no_thoughts, GlmTokens *ids, GlmError *error)
{
  Script s = begin (prompt, ids, error);
  size_t n = strlen (text), n_tag = strlen (tag_texts[GLM_TAG_NOTHINK]);
  bool typed = prompt->lines && n >= n_tag && strcmp (text + n - n_tag, tag_texts[GLM_TAG_NOTHINK]) == 0;

  put_line (&s);
  put_bytes (&s, text, typed ? n - n_tag : n);
  if (typed || (prompt->lines && no_thoughts))
    put_tag (&s, GLM_TAG_NOTHINK);
  return finish (&s);
}

bool
glm_tag_prompt_result (const GlmTagPrompt *prompt, const char *text, GlmTokens *ids, GlmError *error)
{
  Script s = begin (prompt, ids, error);

  put_line (&s);
  put_tag (&s, GLM_TAG_RESPONSE);
  put_line (&s);
  put (&s, text);
  put_line (&s);
  put_tag (&s, GLM_TAG_RESPONSE_END);
  return finish (&s);
}

/* Divides what a model wrote: *ret_text is what follows its thought.  A thought that does not end is all there is. */
static void
split_thought (const char *reply, const char **ret_thought, size_t *ret_n, const char **ret_text)
{
  const char *open = tag_texts[GLM_TAG_THINK], *close = tag_texts[GLM_TAG_THINK_END], *end = strstr (reply, close), *p;
  const char *begin = reply;

  *ret_thought = "";
  *ret_n = 0;
  *ret_text = reply;
  while (*begin && strchr (" \t\r\n", *begin))
    begin++;
  if (!end && strncmp (begin, open, strlen (open)) != 0)
    return;
  *ret_text = end ? end : reply + strlen (reply);
  *ret_thought = reply;
  while ((p = find (*ret_thought, *ret_text, open)))
    *ret_thought = p + strlen (open);
  *ret_n = (size_t) (*ret_text - *ret_thought);
  while ((p = strstr (*ret_text, close)))
    *ret_text = p + strlen (close);
}

static void
put_thought (Script *s, const char *thought, size_t n)
{
  glm_prompt_trim (&thought, &n);
  put_line (s);
  if (s->prompt->lines || n > 0)
    put_tag (s, GLM_TAG_THINK);
  put_bytes (s, thought, n);
  put_tag (s, GLM_TAG_THINK_END);
}

/* Text and calls as they come. */
static void
put_answer (Script *s, const char *text)
{
  const char *end = text + strlen (text), *call;

  for (bool first = true; text < end; first = false)
    {
      size_t n;
      const char *from = text, *call_end;

      call = find (text, end, tag_texts[GLM_TAG_CALL]);
      n = (size_t) ((call ? call : end) - text);
      glm_prompt_trim (&from, &n);
      if (n > 0 && first)
        put_line (s);
      put_bytes (s, from, n);
      if (!call)
        return;
      text = call + strlen (tag_texts[GLM_TAG_CALL]);
      call_end = find (text, end, tag_texts[GLM_TAG_CALL_END]);
      put_written_call (s, text, call_end ? call_end : end);
      text = call_end ? call_end + strlen (tag_texts[GLM_TAG_CALL_END]) : end;
    }
}

bool
glm_tag_prompt_assistant (const GlmTagPrompt *prompt, const char *text, bool keeps_thought, GlmTokens *ids, GlmError *error)
{
  Script s = begin (prompt, ids, error);
  const char *thought, *answer;
  size_t n;

  split_thought (text, &thought, &n, &answer);
  put_thought (&s, thought, keeps_thought ? n : 0);
  put_answer (&s, answer);
  return finish (&s);
}

/* With lines the model opens its thought itself, without them the prompt has. */
static void
open_reply (Script *s, bool no_thoughts)
{
  if (no_thoughts)
    put_thought (s, "", 0);
  else if (!s->prompt->lines)
    put_tag (s, GLM_TAG_THINK);
}

bool
glm_tag_prompt_reply (const GlmTagPrompt *prompt, const char *reply, bool no_thoughts, GlmTokens *ids, size_t *ret_begin,
                      GlmError *error)
{
  Script s = begin (prompt, ids, error);
  const char *open = tag_texts[GLM_TAG_THINK], *thought, *answer;
  bool has_thought = strncmp (reply, open, strlen (open)) == 0;
  size_t n;

  split_thought (reply, &thought, &n, &answer);
  if (!*reply || (has_thought && !no_thoughts && !prompt->lines))
    open_reply (&s, no_thoughts);
  else if (!has_thought || no_thoughts)
    put_thought (&s, "", 0);
  else
    put (&s, "\n");
  flush (&s);
  *ret_begin = ids->n;
  if (*reply && has_thought && !no_thoughts)
    {
      if (prompt->lines)
        put_tag (&s, GLM_TAG_THINK);
      put_bytes (&s, thought, n);
      if (strstr (reply, tag_texts[GLM_TAG_THINK_END]))
        put_tag (&s, GLM_TAG_THINK_END);
      put (&s, answer);
    }
  else if (*reply)
    {
      put_line (&s);
      put (&s, answer);
    }
  return finish (&s);
}

bool
glm_tag_prompt_end_thought (const GlmTagPrompt *prompt, GlmTokens *ids, GlmError *error)
{
  Script s = begin (prompt, ids, error);

  put_tag (&s, GLM_TAG_THINK_END);
  return finish (&s);
}
