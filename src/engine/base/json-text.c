/* json-text.c: see json-text.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/json-text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/utf8.h"

typedef struct
{
  GlmBuffer *out;
  const char *p, *end;
  int indent, depth;
  bool ok;
} Writer;

static void
put (Writer *w, const char *bytes, size_t n)
{
  w->ok = w->ok && glm_buffer_append (w->out, bytes, n);
}

static void
put_code (Writer *w, uint32_t code)
{
  static const char named[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
  const char *found = code > 0 && code < 0x80 ? strchr (named, (int) code) : NULL;
  uint8_t bytes[4];
  char escape[8];

  if (found)
    put (w, (const char[]){ '\\', letters[found - named] }, 2);
  else if (code < 0x20)
    put (w, escape, (size_t) snprintf (escape, sizeof escape, "\\u%04x", code));
  else
    put (w, (const char *) bytes, (size_t) glm_utf8_write (code, bytes));
}

bool
glm_json_write_string (GlmBuffer *out, const char *text, size_t n_bytes)
{
  Writer w = { .out = out, .ok = true };

  put (&w, "\"", 1);
  for (size_t i = 0; i < n_bytes;)
    {
      uint32_t code;
      int n = glm_utf8_char ((const uint8_t *) text + i, n_bytes - i, &code);

      put_code (&w, n > 0 ? code : 0xFFFD);
      i += n > 0 ? (size_t) n : 1;
    }
  put (&w, "\"", 1);
  return w.ok;
}

static uint32_t
read_hex (const char *p)
{
  uint32_t code = 0;

  for (int i = 0; i < 4; i++)
    code = code << 4 | (uint32_t) (p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
  return code;
}

/* Behind the backslash. */
static void
rewrite_escape (Writer *w)
{
  static const char letters[] = "nrtbf", values[] = "\n\r\t\b\f";
  char c = *w->p++;
  const char *found = strchr (letters, c);
  uint32_t code;

  if (c != 'u')
    {
      put_code (w, (uint8_t) (found ? values[found - letters] : c));
      return;
    }
  code = read_hex (w->p);
  w->p += 4;
  if (code >= 0xD800 && code <= 0xDBFF)
    {
      code = 0x10000 + ((code - 0xD800) << 10 | (read_hex (w->p + 2) - 0xDC00));
      w->p += 6;
    }
  put_code (w, code);
}

static void
rewrite_string (Writer *w)
{
  put (w, w->p++, 1);
  while (*w->p != '"')
    {
      const char *start = w->p;

      if (*w->p == '\\')
        {
          w->p++;
          rewrite_escape (w);
          continue;
        }
      while (*w->p != '"' && *w->p != '\\')
        w->p++;
      put (w, start, (size_t) (w->p - start));
    }
  put (w, w->p++, 1);
}

static void
skip_blanks (Writer *w)
{
  while (w->p < w->end && *w->p && strchr (" \t\r\n", *w->p))
    w->p++;
}

static void
put_line (Writer *w)
{
  if (w->indent > 0)
    put (w, "\n", 1);
  for (int i = 0; i < w->indent * w->depth; i++)
    put (w, " ", 1);
}

/* Empty ones stay on their line. */
static void
open_container (Writer *w)
{
  char open = *w->p, both[2] = { open, (char) (open == '[' ? ']' : '}') };

  w->p++;
  skip_blanks (w);
  if (*w->p == both[1])
    {
      w->p++;
      put (w, both, 2);
      return;
    }
  put (w, both, 1);
  w->depth++;
  put_line (w);
}

bool
glm_json_rewrite (GlmBuffer *out, const char *text, size_t n_bytes, int indent, int depth)
{
  Writer w = { .out = out, .p = text, .end = text + n_bytes, .indent = indent, .depth = depth, .ok = true };

  for (skip_blanks (&w); w.ok && w.p < w.end; skip_blanks (&w))
    switch (*w.p)
      {
      case '"': rewrite_string (&w); break;
      case '[':
      case '{': open_container (&w); break;
      case ']':
      case '}':
        w.depth--;
        put_line (&w);
        put (&w, w.p++, 1);
        break;
      case ',':
        put (&w, w.p++, 1);
        if (indent == 0)
          put (&w, " ", 1);
        put_line (&w);
        break;
      case ':':
        put (&w, ": ", 2);
        w.p++;
        break;
      default: put (&w, w.p++, 1);
      }
  return w.ok;
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

/* As few digits as give the same number, with a point in every locale; what is too large for one is 1e999. */
static bool
write_number (GlmBuffer *out, const GlmJsonValue *value)
{
  char text[48];
  int digits = 15;

  if (value->is_integer)
    snprintf (text, sizeof text, "%" PRId64, value->integer);
  else if (!isfinite (value->number))
    snprintf (text, sizeof text, "%s1e999", value->number < 0 ? "-" : "");
  else
    do
      snprintf (text, sizeof text, "%.*g", digits, value->number);
    while (digits++ < 17 && strtod (text, NULL) != value->number);
  for (char *p = text; *p; p++)
    if (!strchr ("0123456789+-e", *p))
      *p = '.';
  return glm_buffer_append (out, text, strlen (text));
}

bool
glm_json_write_value (GlmBuffer *out, const GlmJsonValue *value)
{
  bool is_object = value->type == GLM_JSON_OBJECT, ok;
  const char *separator = "";

  switch (value->type)
    {
    case GLM_JSON_NULL: return glm_buffer_append (out, "null", 4);
    case GLM_JSON_BOOL: return value->boolean ? glm_buffer_append (out, "true", 4) : glm_buffer_append (out, "false", 5);
    case GLM_JSON_NUMBER: return write_number (out, value);
    case GLM_JSON_STRING: return glm_json_write_string (out, value->string, value->n);
    default: break;
    }
  ok = glm_buffer_append (out, is_object ? "{" : "[", 1);
  for (const GlmJsonValue *v = glm_json_first (value); ok && v; v = glm_json_next (value, v))
    {
      ok = glm_buffer_append (out, separator, strlen (separator));
      if (is_object)
        ok = ok && glm_json_write_string (out, v->key, v->key_bytes) && glm_buffer_append (out, ": ", 2);
      ok = ok && glm_json_write_value (out, v);
      separator = ", ";
    }
  return ok && glm_buffer_append (out, is_object ? "}" : "]", 1);
}
