/* json.c: a small, strict, bounded JSON reader
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoded strings are never longer than their source with its two quotes, so one buffer of the text's size holds all of
 * them with their final NULs.  Recursion is bounded by GLM_JSON_MAX_DEPTH.
 */
#include "base/json.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

#define MAX_VALUES (1u << 24)
/* Objects up to this size are searched for duplicate keys pair by pair. */
#define SMALL_OBJECT 16

struct GlmJson
{
  GlmJsonValue *values;
  uint32_t n;
  uint32_t capacity;
  char *strings;
};

typedef struct
{
  const char *text;
  size_t n_bytes;
  size_t pos;
  GlmJson *json;
  char *string_end;  /* where the next decoded string goes */
  locale_t c_locale; /* numbers have a point whatever the program's locale says */
  GlmError *error;
} Parser;

static bool parse_value (Parser *parser, const char *key, uint32_t key_bytes, int depth);

static bool
fail (Parser *parser, const char *what)
{
  size_t line = 1, column = 1;

  for (size_t i = 0; i < parser->pos && i < parser->n_bytes; i++)
    {
      column = parser->text[i] == '\n' ? 1 : column + 1;
      line += parser->text[i] == '\n';
    }
  return glm_error_set (parser->error, GLM_ERROR_BAD_FILE, "JSON line %zu, column %zu: %s", line, column, what);
}

static void
skip_space (Parser *parser)
{
  while (parser->pos < parser->n_bytes && strchr (" \t\n\r", parser->text[parser->pos]) && parser->text[parser->pos] != '\0')
    parser->pos++;
}

/* The next byte, or NUL at the end (a NUL in the text is an error everywhere). */
static char
peek (const Parser *parser)
{
  return parser->pos < parser->n_bytes ? parser->text[parser->pos] : '\0';
}

/* Index of a new value; UINT32_MAX on failure. */
static uint32_t
new_value (Parser *parser, GlmJsonType type, const char *key, uint32_t key_bytes)
{
  GlmJson *json = parser->json;

  if (json->n == json->capacity)
    {
      uint32_t capacity = json->capacity ? json->capacity * 2 : 64;
      bool fits = capacity <= MAX_VALUES;
      GlmJsonValue *values = fits ? realloc (json->values, capacity * sizeof *values) : NULL;

      if (!values)
        {
          glm_error_set (parser->error, fits ? GLM_ERROR_NO_MEMORY : GLM_ERROR_BAD_FILE,
                         fits ? "no memory for the JSON text" : "the JSON text has too many values");
          return UINT32_MAX;
        }
      json->values = values;
      json->capacity = capacity;
    }
  json->values[json->n] = (GlmJsonValue){ .type = type, .span = 1, .key = key, .key_bytes = key_bytes };
  return json->n++;
}

static bool
parse_hex4 (Parser *parser, uint32_t *ret_code)
{
  uint32_t code = 0;

  for (int i = 0; i < 4; i++)
    {
      char c = peek (parser);

      if (c >= '0' && c <= '9')
        code = code << 4 | (uint32_t) (c - '0');
      else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        code = code << 4 | (uint32_t) ((c | 0x20) - 'a' + 10);
      else
        return fail (parser, "\\u needs four hexadecimal digits");
      parser->pos++;
    }
  *ret_code = code;
  return true;
}

/* After "\u": one code point, from one or two escapes. */
static bool
parse_unicode_escape (Parser *parser)
{
  uint32_t code = 0, low = 0;

  if (!parse_hex4 (parser, &code))
    return false;
  if (code >= 0xDC00 && code <= 0xDFFF)
    return fail (parser, "a lone surrogate");
  if (code >= 0xD800 && code <= 0xDBFF)
    {
      if (parser->n_bytes - parser->pos < 2 || memcmp (parser->text + parser->pos, "\\u", 2) != 0)
        return fail (parser, "a lone surrogate");
      parser->pos += 2;
      if (!parse_hex4 (parser, &low))
        return false;
      if (low < 0xDC00 || low > 0xDFFF)
        return fail (parser, "a lone surrogate");
      code = 0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00));
    }
  parser->string_end += glm_utf8_write (code, (uint8_t *) parser->string_end);
  return true;
}

static bool
parse_escape (Parser *parser)
{
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  char c = peek (parser);
  const char *found = c ? strchr (names, c) : NULL;

  if (c == 'u')
    {
      parser->pos++;
      return parse_unicode_escape (parser);
    }
  if (!found)
    return fail (parser, "an unknown escape");
  *parser->string_end++ = values[found - names];
  parser->pos++;
  return true;
}

static bool
parse_string (Parser *parser, const char **ret_string, uint32_t *ret_n_bytes)
{
  char *start = parser->string_end;

  if (peek (parser) != '"')
    return fail (parser, "a string was expected");
  parser->pos++;
  while (peek (parser) != '"')
    {
      const uint8_t *p = (const uint8_t *) parser->text + parser->pos;
      uint32_t code;
      int n;

      if (parser->pos >= parser->n_bytes)
        return fail (parser, "the text ends inside a string");
      if (*p == '\\')
        {
          parser->pos++;
          if (!parse_escape (parser))
            return false;
          continue;
        }
      n = glm_utf8_char (p, parser->n_bytes - parser->pos, &code);
      if (n == 0 || *p < 0x20)
        return fail (parser, n == 0 ? "invalid UTF-8" : "a control character in a string");
      memcpy (parser->string_end, p, (size_t) n);
      parser->string_end += n;
      parser->pos += (size_t) n;
    }
  parser->pos++;
  *ret_n_bytes = (uint32_t) (parser->string_end - start);
  *ret_string = start;
  *parser->string_end++ = '\0';
  return true;
}

static size_t
skip_digits (Parser *parser)
{
  size_t start = parser->pos;

  while (peek (parser) >= '0' && peek (parser) <= '9')
    parser->pos++;
  return parser->pos - start;
}

/* Moves over a number as the grammar has it; *ret_integer: without fraction and exponent. */
static bool
skip_number (Parser *parser, bool *ret_integer)
{
  *ret_integer = true;
  if (peek (parser) == '-')
    parser->pos++;
  if (peek (parser) == '0')
    parser->pos++;
  else if (skip_digits (parser) == 0)
    return fail (parser, "a value was expected");
  if (peek (parser) == '.')
    {
      *ret_integer = false;
      parser->pos++;
      if (skip_digits (parser) == 0)
        return fail (parser, "a digit was expected");
    }
  if (peek (parser) == 'e' || peek (parser) == 'E')
    {
      *ret_integer = false;
      parser->pos++;
      if (peek (parser) == '+' || peek (parser) == '-')
        parser->pos++;
      if (skip_digits (parser) == 0)
        return fail (parser, "a digit was expected");
    }
  return true;
}

static bool
parse_number (Parser *parser, GlmJsonValue *value)
{
  char some[64], *digits = some;
  size_t start = parser->pos, n;
  bool integer;

  if (!skip_number (parser, &integer))
    return false;
  n = parser->pos - start;
  /* The text does not end with a NUL.  Long numbers are rare, and calls write them: Python has no largest one. */
  if (n >= sizeof some && !(digits = malloc (n + 1)))
    return glm_error_set (parser->error, GLM_ERROR_NO_MEMORY, "no memory for the JSON text");
  memcpy (digits, parser->text + start, n);
  digits[n] = '\0';
  value->number = strtod_l (digits, NULL, parser->c_locale);
  /* 2^63 itself is not in range; every double below it converts. */
  if (integer && value->number > -9.2e18 && value->number < 9.2e18)
    {
      value->is_integer = true;
      value->integer = strtoll (digits, NULL, 10);
    }
  if (digits != some)
    free (digits);
  return true;
}

static int
compare_keys (const void *a, const void *b)
{
  const GlmJsonValue *x = *(const GlmJsonValue *const *) a, *y = *(const GlmJsonValue *const *) b;
  uint32_t n = x->key_bytes < y->key_bytes ? x->key_bytes : y->key_bytes;
  int order = memcmp (x->key, y->key, n);

  return order ? order : x->key_bytes < y->key_bytes ? -1 : x->key_bytes > y->key_bytes;
}

static bool
check_duplicates (Parser *parser, const GlmJsonValue *object)
{
  const GlmJsonValue *small[SMALL_OBJECT];
  const GlmJsonValue **sorted = object->n <= SMALL_OBJECT ? small : malloc (object->n * sizeof *sorted);
  const GlmJsonValue *duplicate = NULL;
  size_t n = 0;

  if (!sorted)
    return glm_error_set (parser->error, GLM_ERROR_NO_MEMORY, "no memory for the JSON text");
  for (const GlmJsonValue *v = glm_json_first (object); v; v = glm_json_next (object, v))
    sorted[n++] = v;
  qsort (sorted, n, sizeof *sorted, compare_keys);
  for (size_t i = 1; i < n && !duplicate; i++)
    if (compare_keys (&sorted[i - 1], &sorted[i]) == 0)
      duplicate = sorted[i];
  if (sorted != small)
    free (sorted);
  if (duplicate)
    return glm_error_set (parser->error, GLM_ERROR_BAD_FILE, "JSON: the key %.80s occurs twice", duplicate->key);
  return true;
}

/* One member or element, after which comes a comma or the closing bracket. */
static bool
parse_child (Parser *parser, GlmJsonType type, int depth)
{
  const char *key = NULL;
  uint32_t key_bytes = 0;

  skip_space (parser);
  if (type == GLM_JSON_OBJECT)
    {
      if (!parse_string (parser, &key, &key_bytes))
        return false;
      skip_space (parser);
      if (peek (parser) != ':')
        return fail (parser, "a colon was expected");
      parser->pos++;
    }
  if (!parse_value (parser, key, key_bytes, depth + 1))
    return false;
  skip_space (parser);
  return true;
}

static bool
parse_container (Parser *parser, uint32_t index, GlmJsonType type, int depth)
{
  char close = type == GLM_JSON_ARRAY ? ']' : '}';
  uint32_t n = 0;

  if (depth >= GLM_JSON_MAX_DEPTH)
    return fail (parser, "nested too deeply");
  parser->pos++;
  skip_space (parser);
  while (n > 0 || peek (parser) != close)
    {
      if (!parse_child (parser, type, depth))
        return false;
      n++;
      if (peek (parser) == close)
        break;
      if (peek (parser) != ',')
        return fail (parser, "a comma or the closing bracket was expected");
      parser->pos++;
    }
  parser->pos++;
  parser->json->values[index].n = n;
  parser->json->values[index].span = parser->json->n - index;
  return type == GLM_JSON_ARRAY || check_duplicates (parser, &parser->json->values[index]);
}

static bool
parse_word (Parser *parser, const char *word)
{
  size_t n = strlen (word);

  if (parser->n_bytes - parser->pos < n || memcmp (parser->text + parser->pos, word, n) != 0)
    return fail (parser, "a value was expected");
  parser->pos += n;
  return true;
}

static bool
parse_value (Parser *parser, const char *key, uint32_t key_bytes, int depth)
{
  uint32_t index;
  char c;
  GlmJsonType type;

  skip_space (parser);
  c = peek (parser);
  type = c == '{'               ? GLM_JSON_OBJECT
         : c == '['             ? GLM_JSON_ARRAY
         : c == '"'             ? GLM_JSON_STRING
         : c == 't' || c == 'f' ? GLM_JSON_BOOL
         : c == 'n'             ? GLM_JSON_NULL
                                : GLM_JSON_NUMBER;
  index = new_value (parser, type, key, key_bytes);
  if (index == UINT32_MAX)
    return false;
  switch (type)
    {
    case GLM_JSON_OBJECT:
    case GLM_JSON_ARRAY: return parse_container (parser, index, type, depth);
    case GLM_JSON_STRING: return parse_string (parser, &parser->json->values[index].string, &parser->json->values[index].n);
    case GLM_JSON_BOOL: parser->json->values[index].boolean = c == 't'; return parse_word (parser, c == 't' ? "true" : "false");
    case GLM_JSON_NULL: return parse_word (parser, "null");
    default: return parse_number (parser, &parser->json->values[index]);
    }
}

static bool
parse_document (Parser *parser)
{
  if (!parse_value (parser, NULL, 0, 0))
    return false;
  skip_space (parser);
  return parser->pos == parser->n_bytes || fail (parser, "text after the value");
}

bool
glm_json_parse (const char *text, size_t n_bytes, GlmJson **ret_json, GlmError *error)
{
  GlmJson *json;
  Parser parser = { .text = text, .n_bytes = n_bytes, .error = error };
  bool ok;

  if (n_bytes > GLM_JSON_MAX_BYTES)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the JSON text is larger than %zu MiB", GLM_JSON_MAX_BYTES >> 20);
  json = calloc (1, sizeof *json);
  if (json)
    json->strings = malloc (n_bytes + 1);
  parser.json = json;
  parser.c_locale = newlocale (LC_ALL_MASK, "C", (locale_t) 0);
  if (!json || !json->strings || !parser.c_locale)
    {
      ok = glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the JSON text");
    }
  else
    {
      parser.string_end = json->strings;
      ok = parse_document (&parser);
    }
  if (parser.c_locale)
    freelocale (parser.c_locale);
  if (ok)
    *ret_json = json;
  else
    glm_json_free (json);
  return ok;
}

void
glm_json_free (GlmJson *json)
{
  if (!json)
    return;
  free (json->values);
  free (json->strings);
  free (json);
}

/* ---- Walking ---------------------------------------------------------------------------------------------------- */

const GlmJsonValue *
glm_json_root (const GlmJson *json)
{
  return json->values;
}

const GlmJsonValue *
glm_json_first (const GlmJsonValue *parent)
{
  return parent && parent->type >= GLM_JSON_ARRAY && parent->n > 0 ? parent + 1 : NULL;
}

const GlmJsonValue *
glm_json_next (const GlmJsonValue *parent, const GlmJsonValue *child)
{
  const GlmJsonValue *next = child + child->span;

  return next < parent + parent->span ? next : NULL;
}

const GlmJsonValue *
glm_json_get (const GlmJsonValue *object, const char *key)
{
  size_t n = strlen (key);

  if (!object || object->type != GLM_JSON_OBJECT)
    return NULL;
  for (const GlmJsonValue *v = glm_json_first (object); v; v = glm_json_next (object, v))
    if (v->key_bytes == n && memcmp (v->key, key, n) == 0)
      return v;
  return NULL;
}

bool
glm_json_get_string (const GlmJsonValue *object, const char *key, const char **ret_value)
{
  const GlmJsonValue *value = glm_json_get (object, key);

  if (!value || value->type != GLM_JSON_STRING || strlen (value->string) != value->n)
    return false;
  *ret_value = value->string;
  return true;
}

bool
glm_json_get_int (const GlmJsonValue *object, const char *key, int64_t *ret_value)
{
  const GlmJsonValue *value = glm_json_get (object, key);

  if (!value || !value->is_integer)
    return false;
  *ret_value = value->integer;
  return true;
}

bool
glm_json_get_number (const GlmJsonValue *object, const char *key, double *ret_value)
{
  const GlmJsonValue *value = glm_json_get (object, key);

  if (!value || value->type != GLM_JSON_NUMBER)
    return false;
  *ret_value = value->number;
  return true;
}

bool
glm_json_get_bool (const GlmJsonValue *object, const char *key, bool *ret_value)
{
  const GlmJsonValue *value = glm_json_get (object, key);

  if (!value || value->type != GLM_JSON_BOOL)
    return false;
  *ret_value = value->boolean;
  return true;
}
