/* call-text.c: a call of an earlier turn, as a family's prompt has it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/call-text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "text/call-arguments.h"

void
glm_call_text_clear (GlmCallText *text)
{
  glm_buffer_clear (&text->metadata);
  glm_buffer_clear (&text->content);
}

static bool
print (GlmBuffer *out, const char *text)
{
  return glm_buffer_append (out, text, strlen (text));
}

/* ---- Python ----------------------------------------------------------------------------------------------------- */

static bool
write_string (GlmBuffer *out, const char *text, size_t n)
{
  bool ok = print (out, "'");

  for (size_t i = 0; ok && i < n; i++)
    {
      unsigned char c = (unsigned char) text[i];
      char escaped[8];

      if (c == '\'' || c == '\\')
        ok = glm_buffer_append (out, "\\", 1) && glm_buffer_append (out, &text[i], 1);
      else if (c == '\n' || c == '\t' || c == '\r')
        ok = print (out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
      else if (c < 0x20 || c == 0x7F)
        ok = print (out, (snprintf (escaped, sizeof escaped, "\\x%02x", c), escaped));
      else
        ok = glm_buffer_append (out, &text[i], 1);
    }
  return ok && print (out, "'");
}

static bool
write_number (GlmBuffer *out, const GlmJsonValue *value)
{
  char text[40];

  if (value->is_integer)
    snprintf (text, sizeof text, "%" PRId64, value->integer);
  else if (!isfinite (value->number))
    snprintf (text, sizeof text, "%s1e999", value->number < 0 ? "-" : "");
  else
    {
      snprintf (text, sizeof text, "%.17g", value->number);
      if (!strpbrk (text, ".e"))
        strcat (text, ".0");
    }
  return print (out, text);
}

/* The reader's limit on depth bounds the recursion. */
static bool
write_literal (GlmBuffer *out, const GlmJsonValue *value)
{
  bool is_object = value->type == GLM_JSON_OBJECT, ok;
  const char *separator = "";

  switch (value->type)
    {
    case GLM_JSON_NULL: return print (out, "None");
    case GLM_JSON_BOOL: return print (out, value->boolean ? "True" : "False");
    case GLM_JSON_NUMBER: return write_number (out, value);
    case GLM_JSON_STRING: return write_string (out, value->string, value->n);
    default: break;
    }
  ok = print (out, is_object ? "{" : "[");
  for (const GlmJsonValue *v = glm_json_first (value); ok && v; v = glm_json_next (value, v))
    {
      ok = print (out, separator) && (!is_object || (write_string (out, v->key, v->key_bytes) && print (out, ": ")))
           && write_literal (out, v);
      separator = ", ";
    }
  return ok && print (out, is_object ? "}" : "]");
}

/* A keyword's name; letters beyond ASCII are taken for ones. */
static bool
is_identifier (const char *key, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      unsigned char c = (unsigned char) key[i];

      if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80 || (i > 0 && c >= '0' && c <= '9')))
        return false;
    }
  return n > 0;
}

static bool
are_keywords (const GlmJsonValue *arguments)
{
  for (const GlmJsonValue *v = glm_json_first (arguments); v; v = glm_json_next (arguments, v))
    if (!is_identifier (v->key, v->key_bytes))
      return false;
  return true;
}

static bool
write_keywords (GlmBuffer *out, const GlmJsonValue *arguments)
{
  const char *separator = "";
  bool ok = true;

  for (const GlmJsonValue *v = glm_json_first (arguments); ok && v; v = glm_json_next (arguments, v))
    {
      ok = print (out, separator) && print (out, v->key) && print (out, "=") && write_literal (out, v);
      separator = ", ";
    }
  return ok;
}

static bool
write_python (GlmBuffer *out, const GlmJsonValue *arguments)
{
  bool is_object = arguments->type == GLM_JSON_OBJECT, ok = print (out, "```python\ntool_call(");

  if (is_object && are_keywords (arguments))
    ok = ok && write_keywords (out, arguments);
  else
    ok = ok && (!is_object || print (out, "**")) && write_literal (out, arguments);
  return ok && print (out, ")\n```");
}

/* ---- The call --------------------------------------------------------------------------------------------------- */

/* What follows the name: an import has the name in the text too. */
static const char *
skip_name (const char *content, const char *name)
{
  size_t n = strlen (name);

  if (n == 0 || strncmp (content, name, n) != 0 || (content[n] && content[n] != '\n'))
    return content;
  return content[n] ? content + n + 1 : content + n;
}

/* Whether the family would read the content as a call of this tool. */
static bool
reads_back (const GlmReplyDialect *dialect, const char *name, const char *content)
{
  const GlmTool tool = { name, "", NULL };
  GlmBuffer json = { 0 };
  size_t n_steps = 0;
  bool ok = glm_call_arguments (dialect->calls, &tool, content, strlen (content), &json, &n_steps) == NULL;

  glm_buffer_clear (&json);
  return ok;
}

static bool
write_program (const GlmReplyDialect *dialect, const char *code, GlmCallText *text)
{
  bool fenced = dialect->calls == GLM_CALLS_PYTHON;
  size_t n = strlen (code);

  return print (&text->metadata, dialect->interpreter) && (!fenced || print (&text->content, "```python\n"))
         && print (&text->content, code) && (!fenced || print (&text->content, n > 0 && code[n - 1] == '\n' ? "```" : "\n```"));
}

/* The name ends its line: no line end in it may. */
static bool
write_name (const char *name, GlmBuffer *out)
{
  size_t begin = out->n;

  if (!print (out, name))
    return false;
  for (size_t i = begin; i < out->n; i++)
    if (out->data[i] == '\n' || out->data[i] == '\r')
      out->data[i] = ' ';
  return true;
}

static bool
write_call (const GlmReplyDialect *dialect, const GlmTurn *turn, const GlmJsonValue *arguments, bool is_program,
            GlmCallText *text)
{
  const char *name = turn->metadata, *content = skip_name (turn->content ? turn->content : "", name), *code;

  if (dialect->calls == GLM_CALLS_NONE)
    {
      if (!*content && turn->arguments)
        content = turn->arguments;
      return write_name (name, &text->content) && print (&text->content, "\n") && print (&text->content, content);
    }
  if (is_program && dialect->interpreter && strcmp (name, dialect->interpreter) != 0
      && glm_json_get_string (arguments, "code", &code))
    return write_program (dialect, code, text);
  if (!write_name (name, &text->metadata))
    return false;
  if (!arguments || dialect->calls == GLM_CALLS_TAGS || (is_program && dialect->interpreter)
      || reads_back (dialect, name, content))
    return print (&text->content, content);
  return dialect->calls == GLM_CALLS_PYTHON ? write_python (&text->content, arguments)
                                            : print (&text->content, turn->arguments);
}

static bool
terminate (GlmBuffer *buffer)
{
  if (!glm_buffer_append (buffer, "", 1))
    return false;
  buffer->n--;
  return true;
}

bool
glm_call_text_write (const GlmReplyDialect *dialect, const GlmTurn *turn, bool is_program, GlmCallText *text, GlmError *error)
{
  GlmJson *json = NULL;
  bool ok;

  if (turn->arguments && !glm_json_parse (turn->arguments, strlen (turn->arguments), &json, NULL))
    json = NULL;
  ok = write_call (dialect, turn, json ? glm_json_root (json) : NULL, is_program, text) && terminate (&text->metadata)
       && terminate (&text->content);
  glm_json_free (json);
  return ok || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prompt");
}
