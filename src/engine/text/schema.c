/* schema.c: reads a JSON Schema into nodes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A schema that occurs twice by $ref is one node, so schemas may contain themselves.  Afterwards each node gets its height;
 * what stays without one has no finite value.
 */
#include "text/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "text/schema-form.h"

#define MAX_HEIGHT 1000 /* no value */

typedef struct
{
  GlmSchema *schema;
  const GlmJsonValue *sources[GLM_SCHEMA_MAX_NODES];
  GlmError *error;
} Reader;

static bool read_schema (Reader *reader, const GlmJsonValue *value, int depth, int *ret_node);

static bool
fail (const Reader *reader, const GlmJsonValue *value, const char *what)
{
  return glm_error_set (reader->error, GLM_ERROR_ARGUMENT, "schema: %s%.60s%s%s", value->key ? "\"" : "",
                        value->key ? value->key : "", value->key ? "\": " : "", what);
}

static bool
no_memory (const Reader *reader)
{
  return glm_error_set (reader->error, GLM_ERROR_NO_MEMORY, "no memory for a schema");
}

/* ---- Keywords --------------------------------------------------------------------------------------------------- */

static bool
read_count (const Reader *reader, const GlmJsonValue *schema, const char *key, uint32_t *ret_count)
{
  const GlmJsonValue *value = glm_json_get (schema, key);

  if (!value)
    return true;
  if (value->type != GLM_JSON_NUMBER || value->number < 0 || value->number != floor (value->number))
    return fail (reader, value, "no count");
  *ret_count = value->number < UINT32_MAX ? (uint32_t) value->number : UINT32_MAX;
  return true;
}

/* A limit and its exclusive form: a number of its own, or (draft 4) true beside the limit. */
static bool
read_limit (const Reader *reader, const GlmJsonValue *schema, const char *key, const char *exclusive_key, int sign,
            double *ret_limit, bool *ret_excludes)
{
  const GlmJsonValue *value = glm_json_get (schema, key), *exclusive = glm_json_get (schema, exclusive_key);

  if ((value && (value->type != GLM_JSON_NUMBER || !isfinite (value->number)))
      || (exclusive && exclusive->type != GLM_JSON_BOOL
          && (exclusive->type != GLM_JSON_NUMBER || !isfinite (exclusive->number))))
    return fail (reader, value ? value : exclusive, "no number");
  if (value)
    *ret_limit = value->number;
  if (exclusive && exclusive->type == GLM_JSON_BOOL)
    *ret_excludes = exclusive->boolean && value;
  else if (exclusive && sign * exclusive->number >= sign * *ret_limit)
    {
      *ret_limit = exclusive->number;
      *ret_excludes = true;
    }
  return true;
}

static bool
add_type (const Reader *reader, const GlmJsonValue *value, unsigned *types)
{
  static const struct
  {
    const char *name;
    unsigned bits;
  } names[] = { { "null", GLM_SCHEMA_NULL },     { "boolean", GLM_SCHEMA_BOOL },  { "integer", GLM_SCHEMA_INTEGER },
                { "number", GLM_SCHEMA_NUMBER }, { "string", GLM_SCHEMA_STRING }, { "array", GLM_SCHEMA_ARRAY },
                { "object", GLM_SCHEMA_OBJECT } };

  for (size_t i = 0; value->type == GLM_JSON_STRING && i < sizeof names / sizeof *names; i++)
    if (strcmp (names[i].name, value->string) == 0)
      {
        *types |= names[i].bits;
        return true;
      }
  return fail (reader, value, "no type of JSON");
}

static bool
read_types (const Reader *reader, const GlmJsonValue *schema, GlmSchemaNode *node)
{
  const GlmJsonValue *type = glm_json_get (schema, "type");
  bool nullable = false, ok = true;

  node->types = type ? 0 : GLM_SCHEMA_ALL;
  if (type && type->type == GLM_JSON_ARRAY)
    for (const GlmJsonValue *v = glm_json_first (type); ok && v; v = glm_json_next (type, v))
      ok = add_type (reader, v, &node->types);
  else if (type)
    ok = add_type (reader, type, &node->types);
  if (glm_json_get_bool (schema, "nullable", &nullable) && nullable)
    node->types |= GLM_SCHEMA_NULL;
  return ok;
}

static bool
read_literals (const Reader *reader, const GlmJsonValue *schema, GlmSchemaNode *node)
{
  node->literals = glm_json_get (schema, "enum");
  node->literal = glm_json_get (schema, "const");
  if (node->literals && (node->literals->type != GLM_JSON_ARRAY || node->literals->n == 0))
    return fail (reader, node->literals, "no list of values");
  return true;
}

static bool
read_limits (const Reader *reader, const GlmJsonValue *schema, GlmSchemaNode *node)
{
  const GlmJsonValue *multiple = glm_json_get (schema, "multipleOf");

  node->minimum = -INFINITY;
  node->maximum = INFINITY;
  node->max_length = node->max_items = node->max_properties = UINT32_MAX;
  node->items = node->additional = GLM_SCHEMA_ANYTHING;
  if (multiple && (multiple->type != GLM_JSON_NUMBER || !(multiple->number > 0) || !isfinite (multiple->number)))
    return fail (reader, multiple, "no number above 0");
  node->multiple_of = multiple ? multiple->number : 0;
  glm_json_get_bool (schema, "uniqueItems", &node->unique_items);
  return read_limit (reader, schema, "minimum", "exclusiveMinimum", 1, &node->minimum, &node->excludes_minimum)
         && read_limit (reader, schema, "maximum", "exclusiveMaximum", -1, &node->maximum, &node->excludes_maximum)
         && read_count (reader, schema, "minLength", &node->min_length)
         && read_count (reader, schema, "maxLength", &node->max_length)
         && read_count (reader, schema, "minItems", &node->min_items)
         && read_count (reader, schema, "maxItems", &node->max_items)
         && read_count (reader, schema, "minProperties", &node->min_properties)
         && read_count (reader, schema, "maxProperties", &node->max_properties);
}

/* ---- Objects ---------------------------------------------------------------------------------------------------- */

static int
compare_properties (const void *a, const void *b)
{
  const GlmSchemaProperty *x = a, *y = b;
  int order = memcmp (x->key, y->key, x->key_bytes < y->key_bytes ? x->key_bytes : y->key_bytes);

  return order ? order : x->key_bytes < y->key_bytes ? -1 : x->key_bytes > y->key_bytes;
}

static GlmSchemaProperty *
find_property (const GlmSchemaNode *node, const char *key, uint32_t key_bytes)
{
  for (uint32_t i = 0; i < node->n_properties; i++)
    if (node->properties[i].key_bytes == key_bytes && memcmp (node->properties[i].key, key, key_bytes) == 0)
      return &node->properties[i];
  return NULL;
}

static bool
add_property (const Reader *reader, const GlmJsonValue *at, const char *key, uint32_t key_bytes, int value, GlmSchemaNode *node)
{
  if (node->n_properties == GLM_SCHEMA_MAX_PROPERTIES)
    return fail (reader, at, "more properties than 64");
  if (memchr (key, 0, key_bytes))
    return fail (reader, at, "a name with a NUL character");
  node->properties[node->n_properties] = (GlmSchemaProperty){ key, key_bytes, node->n_properties, value };
  node->n_properties++;
  return true;
}

/* A name that is required and not described may be anything. */
static bool
read_required (const Reader *reader, const GlmJsonValue *schema, GlmSchemaNode *node)
{
  const GlmJsonValue *required = glm_json_get (schema, "required");

  if (!required || required->type == GLM_JSON_BOOL) /* draft 3 says it in the property */
    return true;
  if (required->type != GLM_JSON_ARRAY)
    return fail (reader, required, "no list of names");
  for (const GlmJsonValue *v = glm_json_first (required); v; v = glm_json_next (required, v))
    {
      if (v->type != GLM_JSON_STRING)
        return fail (reader, required, "no list of names");
      if (!find_property (node, v->string, v->n) && !add_property (reader, required, v->string, v->n, node->additional, node))
        return false;
    }
  qsort (node->properties, node->n_properties, sizeof *node->properties, compare_properties);
  for (const GlmJsonValue *v = glm_json_first (required); v; v = glm_json_next (required, v))
    node->required |= UINT64_C (1) << (find_property (node, v->string, v->n) - node->properties);
  return true;
}

static bool
read_object (Reader *reader, const GlmJsonValue *schema, int depth, int index)
{
  const GlmJsonValue *all = glm_json_get (schema, "properties"), *more = glm_json_get (schema, "additionalProperties");
  GlmSchemaNode *node = &reader->schema->nodes[index];
  int value;

  if (all && all->type != GLM_JSON_OBJECT)
    return fail (reader, all, "no object");
  if (more && !read_schema (reader, more, depth + 1, &node->additional))
    return false;
  node->properties = calloc (GLM_SCHEMA_MAX_PROPERTIES, sizeof *node->properties);
  if (!node->properties)
    return no_memory (reader);
  for (const GlmJsonValue *v = all ? glm_json_first (all) : NULL; v; v = glm_json_next (all, v))
    if (!read_schema (reader, v, depth + 1, &value) || !add_property (reader, v, v->key, v->key_bytes, value, node))
      return false;
  qsort (node->properties, node->n_properties, sizeof *node->properties, compare_properties);
  return read_required (reader, schema, node);
}

/* ---- References and choices ------------------------------------------------------------------------------------- */

/* The member whose name stands between the pointer's slashes, ~0 for ~ and ~1 for a slash. */
static const GlmJsonValue *
follow (const GlmJsonValue *value, const char *pointer)
{
  char name[256];
  size_t n = 0;

  while (value && *pointer == '/')
    {
      for (n = 0, pointer++; *pointer && *pointer != '/' && n + 1 < sizeof name; n++)
        {
          bool escaped = pointer[0] == '~' && (pointer[1] == '0' || pointer[1] == '1');

          name[n] = !escaped ? *pointer : pointer[1] == '0' ? '~' : '/';
          pointer += escaped ? 2 : 1;
        }
      name[n] = '\0';
      value = glm_json_get (value, name);
    }
  return *pointer ? NULL : value;
}

static bool
read_reference (Reader *reader, const GlmJsonValue *ref, int depth, GlmSchemaNode *node)
{
  const GlmJsonValue *root = glm_json_root (reader->schema->json), *target = NULL;

  if (ref->type == GLM_JSON_STRING && ref->string[0] == '#')
    target = follow (root, ref->string + 1);
  if (!target)
    return fail (reader, ref, "nothing in this document");
  node->choices = calloc (1, sizeof *node->choices);
  node->n_choices = 1;
  return node->choices ? read_schema (reader, target, depth + 1, &node->choices[0]) : no_memory (reader);
}

static bool
read_choices (Reader *reader, const GlmJsonValue *schema, int depth, int index)
{
  const GlmJsonValue *ref = glm_json_get (schema, "$ref"), *any = glm_json_get (schema, "anyOf"),
                     *one = glm_json_get (schema, "oneOf"), *every = glm_json_get (schema, "allOf");
  const GlmJsonValue *list = any ? any : one ? one : every;
  GlmSchemaNode *node = &reader->schema->nodes[index];

  if ((ref != NULL) + (any != NULL) + (one != NULL) + (every != NULL) > 1)
    return fail (reader, ref ? ref : list, "only one of $ref, anyOf, oneOf and allOf can be read");
  if (ref)
    return read_reference (reader, ref, depth, node);
  if (!list)
    return true;
  if (list->type != GLM_JSON_ARRAY || list->n == 0)
    return fail (reader, list, "no list of schemas");
  if (every && list->n > 1)
    return fail (reader, list, "only one schema can be read");
  node->choices = calloc (list->n, sizeof *node->choices);
  if (!node->choices)
    return no_memory (reader);
  node->one_of = one != NULL;
  for (const GlmJsonValue *v = glm_json_first (list); v; v = glm_json_next (list, v))
    if (!read_schema (reader, v, depth + 1, &node->choices[node->n_choices++]))
      return false;
  return true;
}

/* ---- A schema --------------------------------------------------------------------------------------------------- */

static bool
check_known (const Reader *reader, const GlmJsonValue *schema)
{
  static const char *const refused[] = { "not",
                                         "if",
                                         "then",
                                         "else",
                                         "dependencies",
                                         "dependentRequired",
                                         "contains",
                                         "dependentSchemas",
                                         "prefixItems",
                                         "patternProperties",
                                         "$dynamicRef",
                                         "unevaluatedProperties",
                                         "additionalItems",
                                         "unevaluatedItems" };

  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    {
      const GlmJsonValue *value = glm_json_get (schema, refused[i]);

      if (value)
        return fail (reader, value, "cannot be read");
    }
  return true;
}

/* The nodes stay where they are while this reads what is inside. */
static bool
read_keywords (Reader *reader, const GlmJsonValue *schema, int depth, int index)
{
  GlmSchemaNode *node = &reader->schema->nodes[index];
  const GlmJsonValue *items;

  if (!check_known (reader, schema) || !read_types (reader, schema, node) || !read_literals (reader, schema, node)
      || !read_limits (reader, schema, node))
    return false;
  items = glm_json_get (schema, "items");
  if (items && items->type == GLM_JSON_ARRAY)
    return fail (reader, items, "a list of schemas cannot be read");
  if (items && !read_schema (reader, items, depth + 1, &node->items))
    return false;
  return read_object (reader, schema, depth, index) && read_choices (reader, schema, depth, index);
}

static bool
read_schema (Reader *reader, const GlmJsonValue *value, int depth, int *ret_node)
{
  GlmSchema *schema = reader->schema;
  int index = schema->n_nodes;

  for (int i = 0; i < schema->n_nodes; i++)
    if (reader->sources[i] == value)
      {
        *ret_node = i;
        return true;
      }
  if (value->type == GLM_JSON_BOOL)
    {
      *ret_node = value->boolean ? GLM_SCHEMA_ANYTHING : GLM_SCHEMA_NOTHING;
      return true;
    }
  if (value->type != GLM_JSON_OBJECT)
    return fail (reader, value, "neither an object nor true or false");
  if (depth > GLM_SCHEMA_MAX_DEPTH)
    return fail (reader, value, "nested more than 16 deep");
  if (index == GLM_SCHEMA_MAX_NODES)
    return fail (reader, value, "more than 512 schemas in each other");
  schema->n_nodes++;
  schema->nodes[index].source = value;
  reader->sources[index] = value;
  *ret_node = index;
  return read_keywords (reader, value, depth, index);
}

/* ---- Heights ---------------------------------------------------------------------------------------------------- */

static int
height_of (const GlmSchema *schema, int node)
{
  return node == GLM_SCHEMA_ANYTHING ? 0 : node == GLM_SCHEMA_NOTHING ? MAX_HEIGHT : schema->nodes[node].height;
}

static int
highest (int a, int b)
{
  return a > b ? a : b;
}

/* With what is known of the nodes inside. */
static int
measure (const GlmSchema *schema, const GlmSchemaNode *node)
{
  int height = MAX_HEIGHT, least = MAX_HEIGHT, inner = 0;
  unsigned scalars = node->types & ~(unsigned) (GLM_SCHEMA_ARRAY | GLM_SCHEMA_OBJECT);

  if (scalars || node->literal || node->literals)
    height = 0;
  if (node->types & GLM_SCHEMA_ARRAY)
    height = height < MAX_HEIGHT ? height : node->min_items > 0 ? 1 + height_of (schema, node->items) : 1;
  if (node->types & GLM_SCHEMA_OBJECT)
    {
      for (uint32_t i = 0; i < node->n_properties; i++)
        if (node->required >> i & 1)
          inner = highest (inner, height_of (schema, node->properties[i].node));
      height = height < 1 + inner ? height : 1 + inner;
    }
  for (uint32_t i = 0; i < node->n_choices; i++)
    least = least < height_of (schema, node->choices[i]) ? least : height_of (schema, node->choices[i]);
  height = node->n_choices > 0 ? highest (height, least) : height;
  return height < MAX_HEIGHT ? height : MAX_HEIGHT;
}

static void
measure_all (GlmSchema *schema)
{
  bool changed = true;

  for (int i = 0; i < schema->n_nodes; i++)
    schema->nodes[i].height = MAX_HEIGHT;
  while (changed)
    {
      changed = false;
      for (int i = 0; i < schema->n_nodes; i++)
        {
          int height = measure (schema, &schema->nodes[i]);

          changed = changed || height < schema->nodes[i].height;
          schema->nodes[i].height = height;
        }
    }
}

/* Whether one of the values that are listed fits what stands beside them; where none are listed, true. */
static bool
has_literal (const GlmSchema *schema, int index)
{
  const GlmSchemaNode *node = &schema->nodes[index];

  if (!node->literals)
    return !node->literal || glm_schema_check_value (schema, index, node->literal, NULL);
  for (const GlmJsonValue *v = glm_json_first (node->literals); v; v = glm_json_next (node->literals, v))
    if (glm_schema_check_value (schema, index, v, NULL))
      return true;
  return false;
}

/* Limits that exclude each other would leave the mask without a way on. */
static bool
check_possible (const Reader *reader)
{
  const GlmSchema *schema = reader->schema;
  GlmSchemaNode root = { 0 };

  for (int i = 0; i < schema->n_nodes; i++)
    {
      const GlmSchemaNode *node = &schema->nodes[i];

      if (node->minimum > node->maximum || (node->types == GLM_SCHEMA_INTEGER && ceil (node->minimum) > floor (node->maximum))
          || node->min_length > node->max_length || node->min_items > node->max_items
          || node->min_properties > node->max_properties
          || (node->minimum == node->maximum && (node->excludes_minimum || node->excludes_maximum)))
        return fail (reader, reader->sources[i], "its limits exclude each other");
    }
  for (int i = 0; i < schema->n_nodes; i++)
    if (!has_literal (schema, i))
      return fail (reader, reader->sources[i], "none of its values fits");
  if (schema->root >= 0)
    root = schema->nodes[schema->root];
  if (schema->root >= 0 && !(root.types & GLM_SCHEMA_OBJECT))
    return glm_error_set (reader->error, GLM_ERROR_ARGUMENT, "schema: the arguments of a tool are an object");
  root.types = GLM_SCHEMA_OBJECT;
  if (schema->root == GLM_SCHEMA_NOTHING || (schema->root >= 0 && measure (schema, &root) > GLM_SCHEMA_MAX_DEPTH))
    return glm_error_set (reader->error, GLM_ERROR_ARGUMENT, "schema: no value of at most %d levels fits",
                          GLM_SCHEMA_MAX_DEPTH);
  return true;
}

bool
glm_schema_new (const char *text, GlmSchema **ret_schema, GlmError *error)
{
  size_t n = text ? strlen (text) : 0;
  GlmError cause = { 0 };
  Reader *reader;
  GlmSchema *schema;
  bool ok;

  if (n > GLM_SCHEMA_MAX_BYTES)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "schema: longer than %zu KiB", GLM_SCHEMA_MAX_BYTES >> 10);
  schema = calloc (1, sizeof *schema);
  reader = calloc (1, sizeof *reader);
  if (schema)
    {
      schema->root = GLM_SCHEMA_ANYTHING;
      schema->nodes = calloc (GLM_SCHEMA_MAX_NODES, sizeof *schema->nodes);
    }
  ok = schema && reader && schema->nodes;
  if (!ok)
    glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a schema");
  if (ok && text)
    {
      *reader = (Reader){ .schema = schema, .error = error };
      ok = glm_json_parse (text, n, &schema->json, &cause)
           || glm_error_set (error, GLM_ERROR_ARGUMENT, "schema: %s", cause.message);
      ok = ok && read_schema (reader, glm_json_root (schema->json), 0, &schema->root);
      if (ok)
        measure_all (schema);
      ok = ok && check_possible (reader) && glm_schema_make_fields (schema, error);
    }
  free (reader);
  if (ok)
    *ret_schema = schema;
  else
    glm_schema_free (schema);
  return ok;
}

void
glm_schema_free (GlmSchema *schema)
{
  if (!schema)
    return;
  glm_schema_free_fields (schema);
  for (int i = 0; i < schema->n_nodes; i++)
    {
      free (schema->nodes[i].choices);
      free (schema->nodes[i].properties);
    }
  free (schema->nodes);
  glm_json_free (schema->json);
  free (schema);
}
