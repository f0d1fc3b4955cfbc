/* random-schema.c: see random-schema.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "random-schema.h"

#include <math.h>
#include <stdio.h>

#include "check.h"

uint32_t
random_below (Random *random, uint32_t n)
{
  random->state = random->state * 1664525u + 1013904223u;
  return (uint32_t) (((uint64_t) (random->state ^ random->state >> 16) * n) >> 32);
}

static void
put (GlmBuffer *text, const char *more)
{
  REQUIRE (glm_buffer_append (text, more, strlen (more)), "memory");
}

static void
put_number (GlmBuffer *text, const char *format, double number)
{
  char digits[64];

  snprintf (digits, sizeof digits, format, number);
  put (text, digits);
}

/* ---- Schemas ---------------------------------------------------------------------------------------------------- */

static const char *const names[] = { "a", "b", "ab", "city", "from", "城市", "a\\nb", "q\\\"", "x/y", "d'" };
static const char *const texts[] = { "\"a\"", "\"ab\"", "\"中\"", "\"it's\"", "\"\\\"\"",   "\"x\\n\"",     "1", "12", "-3",
                                     "0.5",   "true",   "false",  "null",     "[1, \"b\"]", "{\"k\": null}" };

static void schema_of (Random *random, GlmBuffer *text, int depth);

static void
put_limits (Random *random, GlmBuffer *text, bool integer)
{
  int least = (int) random_below (random, 300) - 150, kind = (int) random_below (random, 5);

  if (kind >= 1)
    put_number (text, kind == 4 ? ",\"exclusiveMinimum\":%.12g" : ",\"minimum\":%.12g",
                integer || kind == 2 ? least : least / 7.0);
  if (kind >= 3)
    put_number (text, kind == 4 ? ",\"exclusiveMaximum\":%.12g" : ",\"maximum\":%.12g",
                (integer ? least : least / 7.0) + 2 + random_below (random, 1000));
}

static void
put_object (Random *random, GlmBuffer *text, int depth, bool plain_names)
{
  uint32_t n = random_below (random, 4), first = random_below (random, plain_names ? 4 : 10), i;
  int more = (int) random_below (random, 4);
  bool any = false;

  put (text, "{\"type\":\"object\",\"properties\":{");
  for (i = 0; i < n; i++)
    {
      put (text, i > 0 ? ",\"" : "\"");
      put (text, names[(first + i) % (plain_names ? 5 : 10)]);
      put (text, "\":");
      schema_of (random, text, depth + 1);
    }
  put (text, "},\"required\":[");
  for (i = 0; i < n; i++)
    if (random_below (random, 2))
      {
        put (text, any ? ",\"" : "\"");
        put (text, names[(first + i) % (plain_names ? 5 : 10)]);
        put (text, "\"");
        any = true;
      }
  put (text, "]");
  if (more == 1 || more == 2)
    put (text, ",\"additionalProperties\":false");
  else if (more == 3)
    {
      put (text, ",\"additionalProperties\":");
      schema_of (random, text, depth + 1);
    }
  put (text, "}");
}

static void
put_enum (Random *random, GlmBuffer *text)
{
  uint32_t n = 1 + random_below (random, 4), first = random_below (random, 15);

  if (n == 1)
    {
      put (text, "{\"const\":");
      put (text, texts[first]);
      put (text, "}");
      return;
    }
  put (text, "{\"enum\":[");
  for (uint32_t i = 0; i < n; i++)
    {
      put (text, i > 0 ? "," : "");
      put (text, texts[(first + i) % 15]);
    }
  put (text, "]}");
}

static void
schema_of (Random *random, GlmBuffer *text, int depth)
{
  int kind = (int) random_below (random, depth > 3 ? 6 : 11), least = (int) random_below (random, 3);

  switch (kind)
    {
    case 0:
      put (text, "{\"type\":\"string\"");
      if (random_below (random, 2))
        put_number (text, ",\"minLength\":%.0f", least);
      if (random_below (random, 2))
        put_number (text, ",\"maxLength\":%.0f", least + (int) random_below (random, 9));
      put (text, "}");
      break;
    case 1:
    case 2:
      put (text, kind == 1 ? "{\"type\":\"integer\"" : "{\"type\":\"number\"");
      put_limits (random, text, kind == 1);
      put (text, "}");
      break;
    case 3:
      put (text, random_below (random, 2) ? "{\"type\":\"boolean\"}" : "{\"type\":[\"boolean\",\"null\",\"string\"]}");
      break;
    case 4: put_enum (random, text); break;
    case 5: put (text, depth > 0 && random_below (random, 2) ? "{\"$ref\":\"#/$defs/r\"}" : "{}"); break;
    case 6:
    case 7: put_object (random, text, depth, false); break;
    case 8:
    case 9:
      put (text, "{\"type\":\"array\",\"items\":");
      schema_of (random, text, depth + 1);
      put_number (text, ",\"minItems\":%.0f", least);
      if (random_below (random, 2))
        put_number (text, ",\"maxItems\":%.0f", least + (int) random_below (random, 3));
      put (text, "}");
      break;
    default:
      put (text, "{\"anyOf\":[");
      schema_of (random, text, depth + 1);
      put (text, ",");
      schema_of (random, text, depth + 1);
      put (text, "]}");
    }
}

void
random_schema (Random *random, GlmBuffer *text)
{
  text->n = 0;
  put_object (random, text, 0, true);
  /* A tree that contains itself. */
  text->n--;
  put (
      text,
      ",\"$defs\":{\"r\":{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},\"next\":{\"anyOf\":[{\"type\":\"null\"},"
      "{\"$ref\":\"#/$defs/r\"}]}},\"required\":[\"v\"],\"additionalProperties\":false}}}");
  REQUIRE (glm_buffer_append (text, "", 1), "memory");
  text->n--;
}

/* ---- The check -------------------------------------------------------------------------------------------------- */

static const GlmJsonValue *
deref (const GlmJsonValue *root, const GlmJsonValue *schema)
{
  const char *ref;

  if (glm_json_get_string (schema, "$ref", &ref))
    return glm_json_get (glm_json_get (root, "$defs"), "r");
  return schema;
}

static bool
same (const GlmJsonValue *a, const GlmJsonValue *b)
{
  const GlmJsonValue *v, *w;

  if (a->type != b->type)
    return false;
  if (a->type == GLM_JSON_NUMBER)
    return a->number == b->number;
  if (a->type == GLM_JSON_BOOL)
    return a->boolean == b->boolean;
  if (a->n != b->n)
    return false;
  if (a->type == GLM_JSON_STRING)
    return memcmp (a->string, b->string, a->n) == 0;
  v = glm_json_first (a);
  w = glm_json_first (b);
  for (; v && w; v = glm_json_next (a, v), w = glm_json_next (b, w))
    if ((v->key && strcmp (v->key, w->key) != 0) || !same (v, w))
      return false;
  return true;
}

static bool
has_type (const char *name, const GlmJsonValue *value)
{
  static const char *const of[] = { "null", "boolean", "number", "string", "array", "object" };

  if (strcmp (name, "integer") == 0)
    return value->type == GLM_JSON_NUMBER && value->number == floor (value->number);
  return strcmp (name, of[value->type]) == 0;
}

static bool
check_object (const GlmJsonValue *root, const GlmJsonValue *schema, const GlmJsonValue *value)
{
  const GlmJsonValue *all = glm_json_get (schema, "properties"), *more = glm_json_get (schema, "additionalProperties");
  const GlmJsonValue *required = glm_json_get (schema, "required");

  for (const GlmJsonValue *v = glm_json_first (value); v; v = glm_json_next (value, v))
    {
      const GlmJsonValue *inner = all ? glm_json_get (all, v->key) : NULL;

      if (!inner && more && more->type == GLM_JSON_BOOL && !more->boolean)
        return false;
      inner = inner ? inner : more && more->type == GLM_JSON_OBJECT ? more : NULL;
      if (inner && !naive_check (root, inner, v))
        return false;
    }
  for (const GlmJsonValue *v = required ? glm_json_first (required) : NULL; v; v = glm_json_next (required, v))
    if (!glm_json_get (value, v->string))
      return false;
  return true;
}

static bool
check_counts (const GlmJsonValue *schema, const char *least, const char *most, double n)
{
  double limit;

  return !(glm_json_get_number (schema, least, &limit) && n < limit)
         && !(glm_json_get_number (schema, most, &limit) && n > limit);
}

static bool
check_by_type (const GlmJsonValue *root, const GlmJsonValue *schema, const GlmJsonValue *value)
{
  const GlmJsonValue *items = glm_json_get (schema, "items");
  double limit, n = 0;

  switch (value->type)
    {
    case GLM_JSON_NUMBER:
      return check_counts (schema, "minimum", "maximum", value->number)
             && !(glm_json_get_number (schema, "exclusiveMinimum", &limit) && value->number <= limit)
             && !(glm_json_get_number (schema, "exclusiveMaximum", &limit) && value->number >= limit);
    case GLM_JSON_STRING:
      for (uint32_t i = 0; i < value->n; i++)
        n += ((uint8_t) value->string[i] & 0xC0) != 0x80;
      return check_counts (schema, "minLength", "maxLength", n);
    case GLM_JSON_ARRAY:
      for (const GlmJsonValue *v = glm_json_first (value); items && v; v = glm_json_next (value, v))
        if (!naive_check (root, items, v))
          return false;
      return check_counts (schema, "minItems", "maxItems", value->n);
    case GLM_JSON_OBJECT: return check_object (root, schema, value);
    default: return true;
    }
}

bool
naive_check (const GlmJsonValue *root, const GlmJsonValue *schema, const GlmJsonValue *value)
{
  const GlmJsonValue *type, *list, *any;
  bool ok;

  schema = deref (root, schema);
  type = glm_json_get (schema, "type");
  list = glm_json_get (schema, "enum");
  any = glm_json_get (schema, "anyOf");
  ok = !type || (type->type == GLM_JSON_STRING && has_type (type->string, value));
  for (const GlmJsonValue *v = type && type->type == GLM_JSON_ARRAY ? glm_json_first (type) : NULL; v;
       v = glm_json_next (type, v))
    ok = ok || has_type (v->string, value);
  if (!ok || (glm_json_get (schema, "const") && !same (glm_json_get (schema, "const"), value)))
    return false;
  for (const GlmJsonValue *v = list ? glm_json_first (list) : NULL; v && (ok = !same (v, value)); v = glm_json_next (list, v))
    ;
  if (list && ok)
    return false;
  ok = !any;
  for (const GlmJsonValue *v = any ? glm_json_first (any) : NULL; v; v = glm_json_next (any, v))
    ok = ok || naive_check (root, v, value);
  return ok && check_by_type (root, schema, value);
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

static bool
value_of_object (Random *random, const GlmJsonValue *root, const GlmJsonValue *schema, int depth, GlmBuffer *text)
{
  const GlmJsonValue *all = glm_json_get (schema, "properties"), *required = glm_json_get (schema, "required");
  const char *separator = "";

  put (text, "{");
  for (const GlmJsonValue *v = all ? glm_json_first (all) : NULL; v; v = glm_json_next (all, v))
    {
      bool needed = false;

      for (const GlmJsonValue *w = required ? glm_json_first (required) : NULL; w; w = glm_json_next (required, w))
        needed = needed || strcmp (w->string, v->key) == 0;
      if (!needed && (depth > 6 || random_below (random, 2)))
        continue;
      put (text, separator);
      put (text, "\"");
      for (const char *p = v->key; *p; p++)
        {
          if (*p == '\n')
            put (text, "\\n");
          else
            {
              put (text, *p == '"' ? "\\" : "");
              REQUIRE (glm_buffer_append (text, p, 1), "memory");
            }
        }
      put (text, "\": ");
      if (!random_value (random, root, v, depth + 1, text))
        return false;
      separator = ", ";
    }
  put (text, "}");
  return true;
}

static bool
value_of_array (Random *random, const GlmJsonValue *root, const GlmJsonValue *schema, int depth, GlmBuffer *text)
{
  double n = 0;

  glm_json_get_number (schema, "minItems", &n);
  put (text, "[");
  for (int i = 0; i < (int) n; i++)
    {
      put (text, i > 0 ? ", " : "");
      if (!random_value (random, root, glm_json_get (schema, "items"), depth + 1, text))
        return false;
    }
  put (text, "]");
  return true;
}

static void
value_of_number (const GlmJsonValue *schema, bool integer, GlmBuffer *text)
{
  double least = 0, most;

  if (glm_json_get_number (schema, "minimum", &least) || glm_json_get_number (schema, "exclusiveMinimum", &least))
    least = integer ? floor (least) + 1 : least + 0.5;
  else if (glm_json_get_number (schema, "maximum", &most) && most < 0)
    least = floor (most) - 1;
  put_number (text, integer ? "%.0f" : "%.15g", least);
}

static void
value_of_string (const GlmJsonValue *schema, GlmBuffer *text)
{
  double n = 0;

  glm_json_get_number (schema, "minLength", &n);
  put (text, "\"");
  for (int i = 0; i < (int) n; i++)
    put (text, "\\u00e9");
  put (text, "\"");
}

bool
random_value (Random *random, const GlmJsonValue *root, const GlmJsonValue *schema, int depth, GlmBuffer *text)
{
  const GlmJsonValue *list, *any;
  const char *type;

  if (depth > 10)
    return false;
  schema = deref (root, schema);
  list = glm_json_get (schema, "enum");
  any = glm_json_get (schema, "anyOf");
  if (list || glm_json_get (schema, "const"))
    {
      const GlmJsonValue *v = list ? glm_json_first (list) : glm_json_get (schema, "const");

      for (uint32_t i = list ? random_below (random, list->n) : 0; i > 0; i--)
        v = glm_json_next (list, v);
      if (v->type == GLM_JSON_NULL)
        put (text, "null");
      else if (v->type == GLM_JSON_BOOL)
        put (text, v->boolean ? "true" : "false");
      else if (v->type == GLM_JSON_NUMBER)
        put_number (text, "%.15g", v->number);
      else
        return false; /* their spelling is the grammar's */
      return true;
    }
  if (any)
    return random_value (random, root,
                         random_below (random, 2) ? glm_json_first (any) : glm_json_next (any, glm_json_first (any)), depth + 1,
                         text);
  if (!glm_json_get_string (schema, "type", &type))
    type = "null";
  if (strcmp (type, "object") == 0)
    return value_of_object (random, root, schema, depth, text);
  if (strcmp (type, "array") == 0)
    return value_of_array (random, root, schema, depth, text);
  if (strcmp (type, "string") == 0)
    value_of_string (schema, text);
  else if (strcmp (type, "boolean") == 0)
    put (text, "true");
  else if (strcmp (type, "null") == 0)
    put (text, "null");
  else
    value_of_number (schema, strcmp (type, "integer") == 0, text);
  return true;
}
