/* call-arguments.c: the arguments that a model wrote, as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One reader of values serves JSON, which it reads strictly, and Python's literals. Small models mix them:
 * what is no JSON is read as Python writes it.  Values go to the output as they are read.
 */
#include "text/call-arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/unicode.h"
#include "base/utf8.h"

#define MAX_DIGITS       4300 /* as Python */
#define MAX_BASED_DIGITS 1024 /* they cost more: each one multiplies */

typedef struct
{
  const char *p, *end;
  bool json; /* else Python */
  const char *bad;
  GlmBuffer *out;
  GlmBuffer *keys; /* a Span each: of the objects that are open */
  int depth;
  size_t n_steps;
} Reader;

/* A key, in the output. */
typedef struct
{
  size_t start, n;
  const GlmBuffer *out;
} Span;

static bool read_value (Reader *r);

static bool
fail (Reader *r, const char *bad)
{
  if (!r->bad)
    r->bad = bad;
  return false;
}

static bool
put (Reader *r, const void *bytes, size_t n)
{
  return glm_buffer_append (r->out, bytes, n) || fail (r, "no memory");
}

static bool
put_string (Reader *r, const char *text)
{
  return put (r, text, strlen (text));
}

/* ---- Words and blanks ------------------------------------------------------------------------------------------- */

static int
peek (const Reader *r)
{
  return r->p < r->end ? (unsigned char) *r->p : -1;
}

static bool
accept (Reader *r, char c)
{
  if (peek (r) != (unsigned char) c)
    return false;
  r->p++;
  r->n_steps++;
  return true;
}

static void
skip_blank (Reader *r)
{
  for (; r->p < r->end; r->p++, r->n_steps++)
    {
      if (!r->json && *r->p == '#')
        while (r->p + 1 < r->end && r->p[1] != '\n')
          r->p++, r->n_steps++;
      else if (!r->json && *r->p == '\\' && r->p + 1 < r->end && r->p[1] == '\n')
        r->p++;
      else if (!*r->p || !strchr (r->json ? " \t\r\n" : " \t\r\n\f", *r->p))
        return;
    }
}

static bool
is_word (uint32_t code, bool first)
{
  if (code < 0x80)
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_'
           || (!first && code >= '0' && code <= '9');
  return glm_unicode_is_letter (code) || (!first && glm_unicode_is_number (code));
}

/* Bytes of the identifier that begins here; 0: none does. */
static size_t
word_length (Reader *r, const char *p)
{
  const char *start = p;

  while (p < r->end)
    {
      uint32_t code;
      int n = glm_utf8_char ((const uint8_t *) p, (size_t) (r->end - p), &code);

      if (n == 0 || !is_word (code, p == start))
        break;
      p += n;
      r->n_steps++;
    }
  return (size_t) (p - start);
}

static bool
is (const char *word, size_t n, const char *expected)
{
  return strlen (expected) == n && memcmp (word, expected, n) == 0;
}

/* ---- Strings ---------------------------------------------------------------------------------------------------- */

static bool
put_character (Reader *r, uint32_t code)
{
  char escape[8];
  uint8_t bytes[4];

  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
    return fail (r, "syntax");
  if (code == '"' || code == '\\')
    return put (r, "\\", 1) && put (r, &(char){ (char) code }, 1);
  if (code == '\n' || code == '\t' || code == '\r')
    return put_string (r, code == '\n' ? "\\n" : code == '\t' ? "\\t" : "\\r");
  if (code < 0x20)
    {
      snprintf (escape, sizeof escape, "\\u%04x", (unsigned) code);
      return put_string (r, escape);
    }
  return put (r, bytes, (size_t) glm_utf8_write (code, bytes));
}

/* n digits of the base, all of them, or (octal) as many as there are. */
static bool
read_digits (Reader *r, int n, int base, uint32_t *ret_code)
{
  *ret_code = 0;
  for (int i = 0; i < n; i++)
    {
      int c = peek (r), digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 99;

      if (digit >= base)
        return (base == 8 && i > 0) || fail (r, "syntax");
      *ret_code = *ret_code * (uint32_t) base + (uint32_t) digit;
      r->p++;
    }
  return true;
}

/* \uXXXX, and the second half of a pair behind a first one. */
static bool
read_unicode_escape (Reader *r, int n)
{
  uint32_t code, low;

  if (!read_digits (r, n, 16, &code))
    return false;
  if (code >= 0xD800 && code < 0xDC00 && r->end - r->p >= 2 && r->p[0] == '\\' && r->p[1] == 'u')
    {
      r->p += 2;
      if (!read_digits (r, 4, 16, &low) || low < 0xDC00 || low > 0xDFFF)
        return fail (r, "syntax");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
  return put_character (r, code);
}

/* Behind the backslash. */
static bool
read_escape (Reader *r)
{
  static const char names[] = "\"\\/bfnrt'av", values[] = "\"\\/\b\f\n\r\t'\a\v";
  int c = peek (r);
  const char *name = c > 0 ? strchr (names, c) : NULL;
  uint32_t code;

  if (c < 0)
    return fail (r, "syntax");
  if (name && (r->json ? name - names < 8 : c != '/'))
    {
      r->p++;
      return put_character (r, (unsigned char) values[name - names]);
    }
  if (c == 'u')
    {
      r->p++;
      return read_unicode_escape (r, 4);
    }
  if (r->json || c == 'N')
    return fail (r, "syntax");
  if (c == '\n')
    {
      r->p++;
      return true;
    }
  if (c >= '0' && c <= '7')
    return read_digits (r, 3, 8, &code) && put_character (r, code);
  r->p += c == 'x' || c == 'U';
  if (c == 'x')
    return read_digits (r, 2, 16, &code) && put_character (r, code);
  if (c == 'U')
    return read_unicode_escape (r, 8);
  return put_character (r, '\\'); /* an unknown one keeps its backslash */
}

/* What stands between the quotes, unquoted, for the output's string that is open. */
static bool
read_string_part (Reader *r, bool raw)
{
  char quote = *r->p;
  bool triple = !r->json && r->end - r->p >= 3 && r->p[1] == quote && r->p[2] == quote;

  r->p += triple ? 3 : 1;
  while (r->p < r->end)
    {
      uint32_t code;
      int n = glm_utf8_char ((const uint8_t *) r->p, (size_t) (r->end - r->p), &code);

      r->n_steps++;
      if (*r->p == quote && (!triple || (r->end - r->p >= 3 && r->p[1] == quote && r->p[2] == quote)))
        {
          r->p += triple ? 3 : 1;
          return true;
        }
      if (n == 0 || (r->json ? code < 0x20 : code == '\n' && !triple))
        return fail (r, "syntax");
      r->p += n;
      if (code == '\\' && raw && r->p < r->end && (*r->p == quote || *r->p == '\\'))
        {
          if (!put_character (r, '\\') || !put_character (r, (unsigned char) *r->p++))
            return false;
        }
      else if (!(code == '\\' && !raw ? read_escape (r) : put_character (r, code)))
        return false;
    }
  return fail (r, "syntax");
}

/* Bytes of a string's prefix that stand before a quote; −1: no string begins here. */
static int
string_prefix (const Reader *r)
{
  for (int n = 0; n <= 2 && r->end - r->p > n; n++)
    if (r->p[n] == '"' || (r->p[n] == '\'' && !r->json))
      return r->json && n > 0 ? -1 : n;
    else if (!r->p[n] || !strchr ("rRuUbBfFtT", r->p[n]))
      break;
  return -1;
}

/* One string, or several that stand one behind the other (Python). */
static bool
read_string (Reader *r)
{
  int n_prefix;

  if (!put (r, "\"", 1))
    return false;
  while ((n_prefix = string_prefix (r)) >= 0)
    {
      bool raw = false;

      for (; n_prefix > 0; n_prefix--, r->p++)
        if (strchr ("fFtT", *r->p))
          return fail (r, "expression");
        else if (strchr ("bB", *r->p))
          return fail (r, "syntax");
        else
          raw = raw || *r->p == 'r' || *r->p == 'R';
      if (!read_string_part (r, raw))
        return false;
      if (r->json)
        break;
      skip_blank (r);
    }
  return put (r, "\"", 1);
}

/* ---- Numbers ---------------------------------------------------------------------------------------------------- */

/* The digits that stand here, without the underscores between them.  Returns how many they are; −1: too many, or an
 * underscore in a wrong place. */
static int
take_digits (Reader *r, const char *allowed, char *digits)
{
  int n = 0;

  while (r->p < r->end && *r->p && (strchr (allowed, *r->p) || (*r->p == '_' && !r->json)))
    {
      r->n_steps++;
      if (*r->p == '_' && (n == 0 || r->end - r->p < 2 || !r->p[1] || !strchr (allowed, r->p[1])))
        return fail (r, "syntax") - 1;
      if (n == MAX_DIGITS)
        return fail (r, "too-large") - 1;
      if (*r->p != '_')
        digits[n++] = *r->p;
      r->p++;
    }
  return n;
}

/* 0x…, 0o…, 0b… in decimal. */
static bool
read_based (Reader *r, int base)
{
  static const char all[] = "0123456789abcdefABCDEF";
  char digits[MAX_DIGITS], text[16];
  uint32_t limbs[MAX_BASED_DIGITS / 7] = { 0 }; /* of nine decimal digits, the lowest first */
  size_t n_limbs = 1;
  char allowed[sizeof all];
  int n;

  snprintf (allowed, sizeof allowed, "%.*s", base == 16 ? 22 : base, all);
  r->p += 2;
  if (peek (r) == '_')
    r->p++;
  n = take_digits (r, allowed, digits);
  if (n <= 0)
    return fail (r, "syntax");
  if (n > MAX_BASED_DIGITS)
    return fail (r, "too-large");
  for (int i = 0; i < n; i++)
    {
      uint64_t carry = (uint64_t) (digits[i] <= '9' ? digits[i] - '0' : (digits[i] | 32) - 'a' + 10);

      for (size_t k = 0; k < n_limbs; k++)
        {
          carry += (uint64_t) limbs[k] * (uint64_t) base;
          limbs[k] = (uint32_t) (carry % 1000000000);
          carry /= 1000000000;
        }
      if (carry)
        limbs[n_limbs++] = (uint32_t) carry;
      r->n_steps += n_limbs / 16;
    }
  for (size_t k = n_limbs; k-- > 0;)
    {
      snprintf (text, sizeof text, k == n_limbs - 1 ? "%u" : "%09u", (unsigned) limbs[k]);
      if (!put_string (r, text))
        return false;
    }
  return true;
}

static bool
read_exponent (Reader *r)
{
  char digits[MAX_DIGITS];
  int n;

  if ((peek (r) | 32) != 'e')
    return true;
  r->p++;
  if (!put (r, "e", 1) || ((peek (r) == '+' || peek (r) == '-') && !put (r, r->p++, 1)))
    return false;
  n = take_digits (r, "0123456789", digits);
  return n > 0 ? put (r, digits, (size_t) n) : fail (r, "syntax");
}

static bool
read_number (Reader *r)
{
  char digits[MAX_DIGITS];
  const char *start = digits;
  int n, n_zeros = 0, next = r->end - r->p > 1 ? r->p[1] | 32 : 0;
  bool is_integer = true;

  if (!r->json && *r->p == '0' && (next == 'x' || next == 'o' || next == 'b'))
    return read_based (r, next == 'x' ? 16 : next == 'o' ? 8 : 2);
  n = take_digits (r, "0123456789", digits);
  if (n < 0)
    return false;
  while (n_zeros < n - 1 && digits[n_zeros] == '0')
    n_zeros++;
  start += n_zeros;
  if (!put (r, n ? start : "0", n ? (size_t) (n - n_zeros) : 1))
    return false;
  if (accept (r, '.'))
    {
      int n_fraction = take_digits (r, "0123456789", digits);

      is_integer = false;
      if (n_fraction < 0 || (n_fraction == 0 && (n == 0 || r->json)))
        return fail (r, "syntax");
      if (!put (r, ".", 1) || !put (r, n_fraction ? digits : "0", n_fraction ? (size_t) n_fraction : 1))
        return false;
    }
  else if (n == 0)
    return fail (r, "syntax");
  is_integer = is_integer && (peek (r) | 32) != 'e';
  /* 007 is no number; 00 is one to Python. */
  if (n_zeros > 0 && (r->json || (is_integer && *start != '0')))
    return fail (r, "syntax");
  return read_exponent (r) && (word_length (r, r->p) == 0 || fail (r, "syntax"));
}

static bool
read_signed (Reader *r)
{
  if (*r->p == '-' && !put (r, "-", 1))
    return false;
  r->p++;
  if (!r->json)
    skip_blank (r);
  if (peek (r) == '.' ? !r->json : peek (r) >= '0' && peek (r) <= '9')
    return read_number (r);
  return fail (r, "expression");
}

/* ---- Containers ------------------------------------------------------------------------------------------------- */

static int
compare_spans (const void *a, const void *b)
{
  const Span *x = a, *y = b;
  int order = memcmp (x->out->data + x->start, y->out->data + y->start, x->n < y->n ? x->n : y->n);

  return order ? order : (x->n > y->n) - (x->n < y->n);
}

static bool
enter (Reader *r)
{
  return ++r->depth <= GLM_CALL_MAX_DEPTH || fail (r, "too-deep");
}

/* An object's keys must differ; n_before bytes of keys belong to the objects around it. */
static bool
leave_object (Reader *r, size_t n_before)
{
  Span *spans = (Span *) (void *) (r->keys->data ? r->keys->data + n_before : NULL);
  size_t n = (r->keys->n - n_before) / sizeof *spans;

  r->depth--;
  r->keys->n = n_before;
  if (n < 2)
    return true;
  qsort (spans, n, sizeof *spans, compare_spans);
  for (size_t i = 1; i < n; i++)
    if (compare_spans (&spans[i - 1], &spans[i]) == 0)
      return fail (r, "duplicate");
  return true;
}

/* After read_key() has written one. */
static bool
end_key (Reader *r, size_t start)
{
  Span span = { start, r->out->n - start, r->out };

  return (glm_buffer_append (r->keys, &span, sizeof span) || fail (r, "no memory")) && put (r, ": ", 2);
}

/* Members up to the closing bracket: of an object, or of a call, where keys are words. */
static bool
read_members (Reader *r, char close, bool in_call)
{
  size_t n_before = r->keys->n;
  bool first = true;

  if (!enter (r) || !put (r, "{", 1))
    return false;
  for (skip_blank (r); !accept (r, close); skip_blank (r), first = false)
    {
      size_t start, n_word = in_call ? word_length (r, r->p) : 0;
      const char *after = r->p + n_word;

      if ((!first && !put (r, ", ", 2)))
        return false;
      start = r->out->n;
      if (in_call)
        {
          while (after < r->end && *after && strchr (" \t\r\n", *after))
            after++;
          if (n_word == 0 || after >= r->end || *after != '=' || (after + 1 < r->end && after[1] == '='))
            return peek (r) == '*' ? fail (r, "expression") : read_value (r) && fail (r, "positional");
          if (!put (r, "\"", 1) || !put (r, r->p, n_word) || !put (r, "\"", 1))
            return false;
          r->p = after;
        }
      else if (string_prefix (r) < 0 || !read_string (r))
        return fail (r, "syntax");
      skip_blank (r);
      if (!end_key (r, start) || !(accept (r, in_call ? '=' : ':') || fail (r, "syntax")) || !read_value (r))
        return false;
      if (accept (r, ','))
        {
          skip_blank (r);
          if (r->json && peek (r) == close)
            return fail (r, "syntax");
        }
      else if (peek (r) != (unsigned char) close)
        return fail (r, "syntax");
    }
  return put (r, "}", 1) && leave_object (r, n_before);
}

/* Values up to the closing bracket.  A single one in round brackets without a comma is that value. */
static bool
read_items (Reader *r, char close)
{
  size_t start = r->out->n, n = 0;
  bool comma = false;

  if (!enter (r) || !put (r, "[", 1))
    return false;
  for (skip_blank (r); !accept (r, close); skip_blank (r), n++)
    {
      if ((n > 0 && !put (r, ", ", 2)) || !read_value (r))
        return false;
      comma = accept (r, ',');
      if (comma)
        skip_blank (r);
      if (comma ? r->json && peek (r) == close : peek (r) != (unsigned char) close)
        return fail (r, "syntax");
    }
  r->depth--;
  if (close != ')' || n != 1 || comma)
    return put (r, "]", 1);
  memmove (r->out->data + start, r->out->data + start + 1, r->out->n - start - 1);
  r->out->n--;
  return true;
}

static bool
read_word (Reader *r)
{
  static const char *const json_words[] = { "true", "false", "null" }, *const words[] = { "True", "False", "None" };
  size_t n = word_length (r, r->p);

  for (int i = 0; i < 3; i++)
    if (is (r->p, n, r->json ? json_words[i] : words[i]))
      {
        r->p += n;
        return put_string (r, json_words[i]);
      }
  return fail (r, n > 0 ? "expression" : "syntax");
}

/* A value, and the blanks behind it. */
static bool
read_value (Reader *r)
{
  int c;
  bool ok;

  skip_blank (r);
  c = peek (r);
  if (c == '{' || c == '[' || (c == '(' && !r->json))
    {
      r->p++;
      ok = c == '{' ? read_members (r, '}', false) : read_items (r, c == '[' ? ']' : ')');
    }
  else if (string_prefix (r) >= 0)
    ok = read_string (r);
  else if (c == '-' || (c == '+' && !r->json))
    ok = read_signed (r);
  else if ((c >= '0' && c <= '9') || (c == '.' && !r->json))
    ok = read_number (r);
  else
    ok = c > 0 && strchr ("~*", c) ? fail (r, "expression") : read_word (r);
  if (!ok)
    return false;
  skip_blank (r);
  c = peek (r);
  /* A value that goes on was an expression's beginning. */
  if (!r->json && c > 0 && (strchr ("+-*/%@&|^<>=!.([", c) || word_length (r, r->p) > 0))
    return fail (r, "expression");
  return true;
}

/* ---- The three forms -------------------------------------------------------------------------------------------- */

static bool
at_end (Reader *r)
{
  skip_blank (r);
  return r->p == r->end;
}

/* tool_call(key=value, …), the tool's own name standing for tool_call too. */
static bool
read_python_call (Reader *r, const char *name)
{
  size_t n;

  skip_blank (r);
  n = word_length (r, r->p);
  if (n == 0 || (!is (r->p, n, "tool_call") && !is (r->p, n, name)))
    return fail (r, "syntax");
  r->p += n;
  skip_blank (r);
  if (!accept (r, '(') || !read_members (r, ')', true))
    return fail (r, "syntax");
  if (at_end (r))
    return true;
  if ((accept (r, ';') || accept (r, ',')) && at_end (r))
    return fail (r, "syntax");
  r->p += word_length (r, r->p);
  return fail (r, peek (r) == '(' ? "several" : "syntax");
}

static bool
read_json_object (Reader *r)
{
  skip_blank (r);
  if (peek (r) == '{')
    return read_value (r) && (at_end (r) || fail (r, "syntax"));
  return read_value (r) && at_end (r) ? fail (r, "not-an-object") : fail (r, "syntax");
}

static const char *
read_with (bool (*read) (Reader *r), Reader *r, bool json, const char *text, size_t n)
{
  r->p = text;
  r->end = text + n;
  r->json = json;
  r->bad = NULL;
  r->depth = 0;
  r->out->n = r->keys->n = 0;
  read (r);
  return r->bad;
}

static const char *
read_json (Reader *r, const char *text, size_t n)
{
  const char *bad = read_with (read_json_object, r, true, text, n);

  if (!bad || (strcmp (bad, "syntax") != 0 && strcmp (bad, "expression") != 0))
    return bad;
  bad = read_with (read_json_object, r, false, text, n);
  return bad && strcmp (bad, "expression") == 0 ? "syntax" : bad;
}

bool
glm_call_wants_text (const GlmJson *schema, const char *key, size_t n)
{
  const GlmJsonValue *properties = schema ? glm_json_get (glm_json_root (schema), "properties") : NULL, *v;
  const char *type;

  for (v = properties ? glm_json_first (properties) : NULL; v; v = glm_json_next (properties, v))
    if (v->key_bytes == n && memcmp (v->key, key, n) == 0)
      return glm_json_get_string (v, "type", &type) && strcmp (type, "string") == 0;
  return false;
}

/* The place of the tag, or of one of the tags that must not stand before it; NULL: none follows. */
static const char *
find_tag (Reader *r, const char *tag, bool *ret_found)
{
  static const char *const others[] = { "<arg_key>", "</tool_call>" };

  for (const char *p = r->p; p < r->end; p++)
    {
      size_t left = (size_t) (r->end - p);

      r->n_steps++;
      if (*p != '<')
        continue;
      *ret_found = left >= strlen (tag) && memcmp (p, tag, strlen (tag)) == 0;
      if (*ret_found)
        return p;
      for (int i = 0; i < 2; i++)
        if (left >= strlen (others[i]) && memcmp (p, others[i], strlen (others[i])) == 0)
          return p;
    }
  *ret_found = false;
  return NULL;
}

static bool
accept_tag (Reader *r, const char *tag)
{
  size_t n = strlen (tag);

  skip_blank (r);
  if ((size_t) (r->end - r->p) < n || memcmp (r->p, tag, n) != 0)
    return false;
  r->p += n;
  return true;
}

static bool
put_quoted (Reader *r, const char *text, size_t n)
{
  bool ok = put (r, "\"", 1);

  for (size_t i = 0; ok && i < n;)
    {
      uint32_t code;
      int length = glm_utf8_char ((const uint8_t *) text + i, n - i, &code);

      ok = length > 0 ? put_character (r, code) : fail (r, "syntax");
      i += (size_t) (length > 0 ? length : 1);
      r->n_steps++;
    }
  return ok && put (r, "\"", 1);
}

/* Text as it stands where the schema wants text, and where it is no JSON. */
static bool
put_tag_value (Reader *r, const char *text, size_t n, bool is_string)
{
  size_t n_out = r->out->n, n_keys = r->keys->n;
  Reader value = *r;

  value.p = text;
  value.end = text + n;
  if (!is_string && read_value (&value) && at_end (&value))
    {
      r->n_steps = value.n_steps;
      return true;
    }
  r->n_steps = value.n_steps;
  r->out->n = n_out;
  r->keys->n = n_keys;
  if (value.bad && (strcmp (value.bad, "too-deep") == 0 || strcmp (value.bad, "duplicate") == 0))
    return fail (r, value.bad);
  return put_quoted (r, text, n);
}

static bool
read_pair (Reader *r, const GlmJson *schema, bool first)
{
  const char *key, *key_end, *value, *value_end;
  bool found = false;
  size_t start;

  if (!accept_tag (r, "<arg_key>"))
    return fail (r, "syntax");
  key = r->p;
  key_end = find_tag (r, "</arg_key>", &found);
  if (!found)
    return fail (r, "syntax");
  r->p = key_end + strlen ("</arg_key>");
  while (key < key_end && strchr (" \t\r\n", *key) && *key)
    key++;
  while (key_end > key && strchr (" \t\r\n", key_end[-1]) && key_end[-1])
    key_end--;
  if (key == key_end || !accept_tag (r, "<arg_value>"))
    return fail (r, "syntax");
  value = r->p;
  value_end = find_tag (r, "</arg_value>", &found);
  /* Small models forget the closing tag. */
  if (!value_end)
    value_end = r->end;
  r->p = value_end + (found ? strlen ("</arg_value>") : 0);
  if (!first && !put (r, ", ", 2))
    return false;
  start = r->out->n;
  return put_quoted (r, key, (size_t) (key_end - key)) && end_key (r, start)
         && put_tag_value (r, value, (size_t) (value_end - value), glm_call_wants_text (schema, key, (size_t) (key_end - key)));
}

static const char *
read_tags (Reader *r, const GlmTool *tool, const char *text, size_t n)
{
  GlmJson *schema = NULL;
  bool first = true, ok;

  r->p = text;
  r->end = text + n;
  r->json = true;
  skip_blank (r);
  if (r->p < r->end && tool->schema && !glm_json_parse (tool->schema, strlen (tool->schema), &schema, NULL))
    schema = NULL;
  ok = enter (r) && put (r, "{", 1);
  while (ok && !accept_tag (r, "</tool_call>") && !at_end (r))
    {
      ok = read_pair (r, schema, first);
      first = false;
    }
  if (ok && put (r, "}", 1))
    leave_object (r, 0);
  glm_json_free (schema);
  return r->bad;
}

/* ---- Fences ----------------------------------------------------------------------------------------------------- */

/* Without the blank lines before it and the blanks behind it. */
static const char *
trim_block (const char *text, size_t *n)
{
  size_t first = 0, i = 0;

  for (; i < *n && text[i] && strchr (" \t\r\n", text[i]); i++)
    if (text[i] == '\n')
      first = i + 1;
  while (*n > first && text[*n - 1] && strchr (" \t\r\n", text[*n - 1]))
    (*n)--;
  *n -= first;
  return text + first;
}

/* 0: no fence; 1: it closes one, or opens one without a word; 2: it opens one for a language. */
static int
fence_of (const char *line, size_t n)
{
  while (n > 0 && (*line == ' ' || *line == '\t'))
    line++, n--;
  if (n < 3 || memcmp (line, "```", 3) != 0)
    return 0;
  for (; n > 0; line++, n--)
    if (!strchr ("` \t\r", *line) || !*line)
      return 2;
  return 1;
}

/* What stands in the fence that is all of the text, if there is one: then the last fence closes it, and those between may
 * belong to strings.  Another block behind it is too many. */
static const char *
unfence (const char **text, size_t *n)
{
  const char *p, *end, *line_end;
  int depth = 1;

  *text = trim_block (*text, n);
  end = *text + *n;
  p = memchr (*text, '\n', *n);
  if (fence_of (*text, p ? (size_t) (p - *text) : *n) == 0)
    return NULL;
  if (!p || end - p < 4 || memcmp (end - 3, "```", 3) != 0)
    return "syntax";
  p++;
  end -= 3;
  *text = p;
  *n = (size_t) (end - p);
  for (; p < end; p = line_end + 1)
    {
      int fence;

      line_end = memchr (p, '\n', (size_t) (end - p));
      line_end = line_end ? line_end : end;
      fence = fence_of (p, (size_t) (line_end - p));
      if (fence == 2 && depth <= 0)
        return "several";
      depth += fence == 2 ? 1 : fence == 1 ? -1 : 0;
    }
  return NULL;
}

const char *
glm_call_code (const char *text, size_t n, const char **ret_code, size_t *ret_n)
{
  const char *bad = unfence (&text, &n);

  if (bad)
    return bad;
  *ret_code = trim_block (text, &n);
  *ret_n = n;
  return n > 0 ? NULL : "syntax";
}

const char *
glm_call_arguments (GlmCallForm form, const GlmTool *tool, const char *text, size_t n, GlmBuffer *json, size_t *n_steps)
{
  GlmBuffer keys = { 0 };
  Reader r = { .out = json, .keys = &keys, .n_steps = *n_steps };
  const char *bad = form == GLM_CALLS_TAGS ? NULL : unfence (&text, &n);

  json->n = 0;
  if (bad)
    return bad;
  if (form == GLM_CALLS_TAGS)
    bad = read_tags (&r, tool, text, n);
  else if (form == GLM_CALLS_JSON)
    bad = read_json (&r, text, n);
  else
    {
      r.p = text;
      r.end = text + n;
      read_python_call (&r, tool->name);
      bad = r.bad;
    }
  glm_buffer_clear (&keys);
  *n_steps = r.n_steps;
  return bad;
}
