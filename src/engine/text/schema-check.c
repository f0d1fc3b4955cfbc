/* schema-check.c: whether a value fits a schema, and if not, why: in words that a model can act on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The recursion follows the value, which json.c bounds, and references, of which the schema has no circles without a value
 * between: each step into a choice at the same value counts.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json-text.h"
#include "text/schema.h"

#define MAX_STEPS 100000 /* of one check: schemas that try everything everywhere are given up */
#define MAX_PATH  300
#define MAX_KEY   80

typedef struct
{
  const GlmSchema *schema;
  char path[MAX_PATH]; /* "range[1].from"; empty: the arguments themselves */
  size_t n_path;
  int n_steps, depth;
  GlmError *error;
} Check;

static bool check_node (Check *check, int index, const GlmJsonValue *value);

/* "days must be at least 1". */
static bool
fail (const Check *check, const char *what)
{
  return glm_error_set (check->error, GLM_ERROR_ARGUMENT, "%s %s", check->n_path > 0 ? check->path : "The arguments", what);
}

static bool
fail_number (const Check *check, const char *what, double number)
{
  char text[120];

  snprintf (text, sizeof text, "%s %.15g", what, number);
  return fail (check, text);
}

/* A long name is cut, at a whole character. */
static size_t
enter (Check *check, const char *key, uint32_t index)
{
  size_t before = check->n_path, n_key = key ? strnlen (key, MAX_KEY) : 0;
  int n;

  while (n_key == MAX_KEY && n_key > 0 && ((uint8_t) key[n_key] & 0xC0) == 0x80)
    n_key--;
  if (before + n_key + 16 >= MAX_PATH)
    return before;
  n = key ? snprintf (check->path + before, MAX_PATH - before, "%s%.*s", before > 0 ? "." : "", (int) n_key, key)
          : snprintf (check->path + before, MAX_PATH - before, "[%u]", index);
  check->n_path += n > 0 ? (size_t) n : 0;
  return before;
}

static void
leave (Check *check, size_t before)
{
  check->n_path = before;
  check->path[before] = '\0';
}

/* ---- Equality --------------------------------------------------------------------------------------------------- */

static const GlmJsonValue *
find_member (const GlmJsonValue *object, const GlmJsonValue *like)
{
  for (const GlmJsonValue *v = glm_json_first (object); v; v = glm_json_next (object, v))
    if (v->key_bytes == like->key_bytes && memcmp (v->key, like->key, like->key_bytes) == 0)
      return v;
  return NULL;
}

/* Numbers are compared by their value, objects in any order. */
static bool
equal (const GlmJsonValue *a, const GlmJsonValue *b)
{
  const GlmJsonValue *other = b->type == GLM_JSON_ARRAY ? glm_json_first (b) : NULL;

  if (a->type != b->type || (a->type != GLM_JSON_NUMBER && a->type != GLM_JSON_BOOL && a->n != b->n))
    return false;
  switch (a->type)
    {
    case GLM_JSON_NULL: return true;
    case GLM_JSON_BOOL: return a->boolean == b->boolean;
    case GLM_JSON_NUMBER: return a->is_integer && b->is_integer ? a->integer == b->integer : a->number == b->number;
    case GLM_JSON_STRING: return memcmp (a->string, b->string, a->n) == 0;
    case GLM_JSON_ARRAY:
    case GLM_JSON_OBJECT: break;
    }
  for (const GlmJsonValue *v = glm_json_first (a); v; v = glm_json_next (a, v))
    {
      const GlmJsonValue *w = a->type == GLM_JSON_OBJECT ? find_member (b, v) : other;

      if (!w || !equal (v, w))
        return false;
      other = other ? glm_json_next (b, other) : NULL;
    }
  return true;
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

static unsigned
type_of (const GlmJsonValue *value)
{
  switch (value->type)
    {
    case GLM_JSON_NULL: return GLM_SCHEMA_NULL;
    case GLM_JSON_BOOL: return GLM_SCHEMA_BOOL;
    case GLM_JSON_NUMBER:
      return value->is_integer || (isfinite (value->number) && value->number == floor (value->number)) ? GLM_SCHEMA_INTEGER
                                                                                                       : GLM_SCHEMA_FRACTION;
    case GLM_JSON_STRING: return GLM_SCHEMA_STRING;
    case GLM_JSON_ARRAY: return GLM_SCHEMA_ARRAY;
    default: return GLM_SCHEMA_OBJECT;
    }
}

/* "must be a string or null". */
static bool
fail_type (const Check *check, unsigned types)
{
  static const struct
  {
    unsigned bits;
    const char *name;
  } names[] = { { GLM_SCHEMA_STRING, "a string" },    { GLM_SCHEMA_NUMBER, "a number" }, { GLM_SCHEMA_INTEGER, "an integer" },
                { GLM_SCHEMA_BOOL, "true or false" }, { GLM_SCHEMA_ARRAY, "a list" },    { GLM_SCHEMA_OBJECT, "an object" },
                { GLM_SCHEMA_NULL, "null" } };
  char text[160] = "must be ";
  const char *separator = "";

  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if ((types & names[i].bits) == names[i].bits)
      {
        strcat (strcat (text, separator), names[i].name);
        separator = " or ";
        types &= ~names[i].bits;
      }
  return fail (check, text);
}

static bool
is_literal (const GlmSchemaNode *node, const GlmJsonValue *value)
{
  if (node->literal && !equal (node->literal, value))
    return false;
  for (const GlmJsonValue *v = node->literals ? glm_json_first (node->literals) : NULL; v;
       v = glm_json_next (node->literals, v))
    if (equal (v, value))
      return true;
  return !node->literals;
}

/* "must be one of "a", "b"", as far as a line goes. */
static bool
fail_literal (const Check *check, const GlmSchemaNode *node)
{
  GlmBuffer text = { 0 };
  const GlmJsonValue *v = node->literals ? glm_json_first (node->literals) : node->literal;
  bool ok = glm_buffer_append (&text, "must be one of ", node->literals && node->literals->n > 1 ? 15 : 8);

  for (const char *separator = ""; ok && v && text.n < 240; v = node->literals ? glm_json_next (node->literals, v) : NULL)
    {
      ok = glm_buffer_append (&text, separator, strlen (separator)) && glm_json_write_value (&text, v);
      separator = ", ";
    }
  ok = ok && glm_buffer_append (&text, v ? " …" : "", v ? 5 : 1);
  if (ok)
    fail (check, (const char *) text.data);
  glm_buffer_clear (&text);
  return false;
}

static bool
check_number (const Check *check, const GlmSchemaNode *node, double x)
{
  double ratio;

  if (x < node->minimum || (x == node->minimum && node->excludes_minimum))
    return fail_number (check, node->excludes_minimum ? "must be greater than" : "must be at least", node->minimum);
  if (x > node->maximum || (x == node->maximum && node->excludes_maximum))
    return fail_number (check, node->excludes_maximum ? "must be less than" : "must be at most", node->maximum);
  ratio = node->multiple_of > 0 ? x / node->multiple_of : 0;
  if (fabs (ratio - round (ratio)) > 1e-9 * fmax (1, fabs (ratio)))
    return fail_number (check, "must be a multiple of", node->multiple_of);
  return true;
}

static bool
check_string (const Check *check, const GlmSchemaNode *node, const GlmJsonValue *value)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < value->n; i++)
    n += ((uint8_t) value->string[i] & 0xC0) != 0x80;
  if (n < node->min_length)
    return fail_number (check, "is too short: its least length is", node->min_length);
  return n <= node->max_length || fail_number (check, "is too long: its greatest length is", node->max_length);
}

static bool
check_array (Check *check, const GlmSchemaNode *node, const GlmJsonValue *array)
{
  uint32_t i = 0;

  if (array->n < node->min_items)
    return fail_number (check, "has too few elements: the least is", node->min_items);
  if (array->n > node->max_items)
    return fail_number (check, "has too many elements: the most is", node->max_items);
  for (const GlmJsonValue *v = glm_json_first (array); v; v = glm_json_next (array, v), i++)
    {
      size_t before = enter (check, NULL, i);
      bool ok = check_node (check, node->items, v);

      leave (check, before);
      if (!ok)
        return false;
      for (const GlmJsonValue *w = glm_json_first (array); node->unique_items && w != v; w = glm_json_next (array, w))
        if (++check->n_steps > MAX_STEPS || equal (v, w))
          return fail (check, "has the same element twice");
    }
  return true;
}

static bool
check_object (Check *check, const GlmSchemaNode *node, const GlmJsonValue *object)
{
  uint64_t seen = 0;

  for (const GlmJsonValue *v = glm_json_first (object); v; v = glm_json_next (object, v))
    {
      size_t before = enter (check, v->key, 0);
      int inner = node->additional;
      bool ok;

      for (uint32_t i = 0; i < node->n_properties; i++)
        if (node->properties[i].key_bytes == v->key_bytes && memcmp (node->properties[i].key, v->key, v->key_bytes) == 0)
          {
            inner = node->properties[i].node;
            seen |= UINT64_C (1) << i;
          }
      ok = inner == GLM_SCHEMA_NOTHING ? fail (check, "is no argument of this tool") : check_node (check, inner, v);
      leave (check, before);
      if (!ok)
        return false;
    }
  for (uint32_t i = 0; i < node->n_properties; i++)
    if (node->required >> i & 1 && !(seen >> i & 1))
      {
        enter (check, node->properties[i].key, 0);
        return fail (check, "is missing");
      }
  if (object->n < node->min_properties)
    return fail_number (check, "has too few entries: the least is", node->min_properties);
  return object->n <= node->max_properties || fail_number (check, "has too many entries: the most is", node->max_properties);
}

/* The error is that of the only choice, or, with several, that none fits. */
static bool
check_choices (Check *check, const GlmSchemaNode *node, const GlmJsonValue *value)
{
  GlmError *error = check->error;
  size_t n_path = check->n_path;
  uint32_t n_fit = 0;

  if (node->n_choices == 0)
    return true;
  if (node->n_choices == 1)
    return check_node (check, node->choices[0], value);
  check->error = NULL;
  for (uint32_t i = 0; i < node->n_choices && (node->one_of || n_fit == 0); i++)
    {
      n_fit += check_node (check, node->choices[i], value);
      leave (check, n_path);
    }
  check->error = error;
  if (n_fit == 1 || (n_fit > 1 && !node->one_of))
    return true;
  return fail (check, n_fit == 0 ? "fits none of the forms that it may have" : "fits several forms where only one may fit");
}

static bool
check_node (Check *check, int index, const GlmJsonValue *value)
{
  const GlmSchemaNode *node;
  unsigned type = type_of (value);
  bool ok;

  if (index < 0)
    return index == GLM_SCHEMA_ANYTHING || fail (check, "must not be there");
  node = &check->schema->nodes[index];
  if (++check->n_steps > MAX_STEPS || check->depth > 4 * GLM_JSON_MAX_DEPTH)
    return fail (check, "is too complicated to be checked");
  if (!(node->types & type))
    return fail_type (check, node->types);
  if (!is_literal (node, value))
    return fail_literal (check, node);
  check->depth++;
  ok = type & GLM_SCHEMA_NUMBER   ? check_number (check, node, value->number)
       : type & GLM_SCHEMA_STRING ? check_string (check, node, value)
       : type & GLM_SCHEMA_ARRAY  ? check_array (check, node, value)
       : type & GLM_SCHEMA_OBJECT ? check_object (check, node, value)
                                  : true;
  ok = ok && check_choices (check, node, value);
  check->depth--;
  return ok;
}

bool
glm_schema_check_value (const GlmSchema *schema, int node, const GlmJsonValue *value, GlmError *error)
{
  Check check = { .schema = schema, .error = error };

  return check_node (&check, node, value);
}

bool
glm_schema_check (const GlmSchema *schema, const char *json, size_t n_bytes, GlmError *error)
{
  GlmError cause = { 0 };
  GlmJson *parsed;
  bool ok;

  if (!glm_json_parse (json, n_bytes, &parsed, &cause))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "The arguments cannot be read: %s", cause.message);
  if (glm_json_root (parsed)->type != GLM_JSON_OBJECT)
    ok = glm_error_set (error, GLM_ERROR_ARGUMENT, "The arguments must be an object");
  else
    ok = glm_schema_check_value (schema, schema->root, glm_json_root (parsed), error);
  glm_json_free (parsed);
  return ok;
}
