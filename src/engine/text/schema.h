/* schema.h: a JSON Schema as a table of nodes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See engine.h for what is read.  The mask (grammar.h) walks the same nodes that the check does.
 */
#ifndef GLM_SCHEMA_H
#define GLM_SCHEMA_H

#include "base/json.h"
#include "engine.h"

typedef enum
{
  GLM_SCHEMA_NULL = 1,
  GLM_SCHEMA_BOOL = 2,
  GLM_SCHEMA_INTEGER = 4,
  GLM_SCHEMA_FRACTION = 8, /* a number that is no integer */
  GLM_SCHEMA_STRING = 16,
  GLM_SCHEMA_ARRAY = 32,
  GLM_SCHEMA_OBJECT = 64,
  GLM_SCHEMA_NUMBER = GLM_SCHEMA_INTEGER | GLM_SCHEMA_FRACTION,
  GLM_SCHEMA_ALL = 127,
} GlmSchemaTypes;

/* Instead of the number of a node. */
#define GLM_SCHEMA_ANYTHING (-1)
#define GLM_SCHEMA_NOTHING  (-2)

typedef struct
{
  const char *key;
  uint32_t key_bytes;
  uint32_t order; /* in the text */
  int node;       /* or ANYTHING */
} GlmSchemaProperty;

/* A value must satisfy all of it; limits hold for values of their type alone. */
typedef struct
{
  const GlmJsonValue *source;
  unsigned types;
  const GlmJsonValue *literals; /* the array of enum; NULL: none */
  const GlmJsonValue *literal;  /* const; NULL: none */
  int *choices;                 /* [n_choices] nodes, at least one of which must fit … */
  uint32_t n_choices;
  bool one_of;                          /* … or exactly one */
  double minimum, maximum, multiple_of; /* multiple_of 0: none */
  bool excludes_minimum, excludes_maximum;
  uint32_t min_length, max_length, min_items, max_items, min_properties, max_properties; /* UINT32_MAX: no limit */
  bool unique_items;
  int items;                     /* node or ANYTHING */
  GlmSchemaProperty *properties; /* [n_properties], sorted by their bytes */
  uint32_t n_properties;
  uint64_t required; /* bit i: properties[i] */
  int additional;    /* node, ANYTHING or NOTHING */
  int height;        /* containers that a value has at least, one in the other */
} GlmSchemaNode;

struct GlmSchema
{
  GlmJson *json; /* the text's strings are used */
  GlmSchemaNode *nodes;
  int n_nodes;
  int root; /* node or ANYTHING */
  GlmField *fields;
  size_t n_fields;
};

/* Whether the value fits the node or ANYTHING.  error may be NULL. */
bool glm_schema_check_value (const GlmSchema *schema, int node, const GlmJsonValue *value, GlmError *error);

#endif
