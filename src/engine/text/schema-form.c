/* schema-form.c: see schema-form.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/schema-form.h"

#include <math.h>

#include "base/error.h"
#include "base/json-text.h"

/* NULL: no memory. */
static char *
dup_value (const GlmJsonValue *value)
{
  GlmBuffer out = { 0 };

  if (!glm_json_write_value (&out, value) || !glm_buffer_append (&out, "", 1))
    glm_buffer_clear (&out);
  return (char *) out.data;
}

/* ---- Fields ----------------------------------------------------------------------------------------------------- */

/* The node that says what the value is: behind references, and behind a choice beside null. */
static const GlmSchemaNode *
resolve (const GlmSchema *schema, int index, bool *ret_nullable)
{
  const GlmSchemaNode *node = NULL;

  for (int i = 0; index >= 0 && i < GLM_SCHEMA_MAX_DEPTH; i++)
    {
      int found = GLM_SCHEMA_NOTHING, n_found = 0;

      node = &schema->nodes[index];
      for (uint32_t k = 0; k < node->n_choices; k++)
        if (node->choices[k] >= 0 && schema->nodes[node->choices[k]].types == GLM_SCHEMA_NULL)
          *ret_nullable = true;
        else
          {
            found = node->choices[k];
            n_found++;
          }
      if (n_found != 1)
        return node;
      index = found;
    }
  return node;
}

static GlmFieldKind
kind_of (const GlmSchemaNode *node)
{
  unsigned types = node ? node->types & ~(unsigned) GLM_SCHEMA_NULL : GLM_SCHEMA_ALL;

  if (!node || node->n_choices > 0)
    return GLM_FIELD_JSON;
  if (node->literals || node->literal)
    return GLM_FIELD_CHOICE;
  return types == GLM_SCHEMA_STRING    ? GLM_FIELD_TEXT
         : types == GLM_SCHEMA_BOOL    ? GLM_FIELD_SWITCH
         : types == GLM_SCHEMA_INTEGER ? GLM_FIELD_INTEGER
         : types == GLM_SCHEMA_NUMBER  ? GLM_FIELD_NUMBER
                                       : GLM_FIELD_JSON;
}

/* Adds the listed values that fit the whole schema. */
static bool
add_choices (const GlmSchema *schema, int index, const GlmSchemaNode *node, GlmField *field)
{
  size_t n = node->literals ? node->literals->n : 1;
  char **choices = calloc (n, sizeof *choices);
  const GlmJsonValue *value = node->literals ? glm_json_first (node->literals) : node->literal;

  field->choices = (const char *const *) choices;
  for (; choices && value; value = node->literals ? glm_json_next (node->literals, value) : NULL)
    {
      if (!glm_schema_check_value (schema, index, value, NULL))
        continue;
      choices[field->n_choices] = dup_value (value);
      if (!choices[field->n_choices++])
        return false;
    }
  return choices != NULL;
}

static bool
fill_field (const GlmSchema *schema, const GlmSchemaProperty *property, const GlmJsonValue *source, GlmField *field)
{
  const GlmSchemaNode *node;
  const GlmJsonValue *value;

  node = resolve (schema, property->node, &field->nullable);
  field->name = property->key;
  field->kind = kind_of (node);
  field->minimum = node ? node->minimum : -INFINITY;
  field->maximum = node ? node->maximum : INFINITY;
  field->excludes_minimum = node && node->excludes_minimum;
  field->excludes_maximum = node && node->excludes_maximum;
  field->min_length = node ? node->min_length : 0;
  field->max_length = node && node->max_length < UINT32_MAX ? node->max_length : SIZE_MAX;
  field->nullable = field->nullable || !node || (node->types & GLM_SCHEMA_NULL && node->types != GLM_SCHEMA_NULL);
  glm_json_get_string (source, "title", &field->title);
  glm_json_get_string (source, "description", &field->description);
  value = glm_json_get (source, "default");
  if (value && !(field->default_json = dup_value (value)))
    return false;
  return field->kind != GLM_FIELD_CHOICE || add_choices (schema, property->node, node, field);
}

bool
glm_schema_make_fields (GlmSchema *schema, GlmError *error)
{
  const GlmSchemaNode *root = schema->root >= 0 ? &schema->nodes[schema->root] : NULL;
  const GlmJsonValue *sources;
  bool nullable;

  /* The arguments themselves may be described by a reference. */
  root = root ? resolve (schema, schema->root, &nullable) : NULL;
  if (!root || root->n_properties == 0)
    return true;
  schema->fields = calloc (root->n_properties, sizeof *schema->fields);
  if (!schema->fields)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a schema");
  schema->n_fields = root->n_properties;
  sources = root->source ? glm_json_get (root->source, "properties") : NULL;
  for (uint32_t i = 0; i < root->n_properties; i++)
    {
      const GlmSchemaProperty *property = &root->properties[i];
      GlmField *field = &schema->fields[property->order];

      field->required = root->required >> i & 1;
      if (!fill_field (schema, property, sources ? glm_json_get (sources, property->key) : NULL, field))
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a schema");
    }
  return true;
}

void
glm_schema_free_fields (GlmSchema *schema)
{
  for (size_t i = 0; i < schema->n_fields; i++)
    {
      for (size_t k = 0; k < schema->fields[i].n_choices; k++)
        free ((char *) schema->fields[i].choices[k]);
      free ((void *) schema->fields[i].choices);
      free ((char *) schema->fields[i].default_json);
    }
  free (schema->fields);
}

size_t
glm_schema_n_fields (const GlmSchema *schema)
{
  return schema->n_fields;
}

const GlmField *
glm_schema_field (const GlmSchema *schema, size_t i)
{
  return i < schema->n_fields ? &schema->fields[i] : NULL;
}
