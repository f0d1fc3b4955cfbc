/* json.h: a small, strict, bounded JSON reader
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RFC 8259 without leniency: one value, UTF-8, no duplicate keys in an object, no lone surrogates, nothing after the
 * value.  A document is one array of values in the order of the text (a container is followed by its children), so a value
 * is a pointer and needs no document to walk on.
 */
#ifndef GLM_JSON_H
#define GLM_JSON_H

#include "engine.h"

#define GLM_JSON_MAX_DEPTH 64
#define GLM_JSON_MAX_BYTES ((size_t) 256 << 20)

typedef enum
{
  GLM_JSON_NULL,
  GLM_JSON_BOOL,
  GLM_JSON_NUMBER,
  GLM_JSON_STRING,
  GLM_JSON_ARRAY,
  GLM_JSON_OBJECT,
} GlmJsonType;

typedef struct
{
  GlmJsonType type;
  uint32_t span;      /* values from this one to its next sibling, itself included */
  const char *key;    /* inside an object: its key, NUL-terminated; else NULL */
  uint32_t key_bytes; /* a key may hold NUL bytes too */
  bool is_integer;    /* a number written without fraction and exponent that fits int64 */
  uint32_t n;         /* children of an array or object; bytes of a string */
  union
  {
    bool boolean;
    double number;
    const char *string; /* decoded, NUL-terminated, may hold NUL bytes */
  };
  int64_t integer; /* where is_integer */
} GlmJsonValue;

typedef struct GlmJson GlmJson;

/* The text is not needed afterwards.  The error gives line and column. */
bool glm_json_parse (const char *text, size_t n_bytes, GlmJson **ret_json, GlmError *error);
void glm_json_free (GlmJson *json);
const GlmJsonValue *glm_json_root (const GlmJson *json);

/* The first child and the one after it: for (v = glm_json_first (a); v; v = glm_json_next (a, v)). */
const GlmJsonValue *glm_json_first (const GlmJsonValue *parent);
const GlmJsonValue *glm_json_next (const GlmJsonValue *parent, const GlmJsonValue *child);
/* The member of an object; NULL if absent or if `object` is NULL or no object. */
const GlmJsonValue *glm_json_get (const GlmJsonValue *object, const char *key);

/* The member as a C value: false if absent or of another type (a string with NUL bytes, an integer out of range). */
bool glm_json_get_string (const GlmJsonValue *object, const char *key, const char **ret_value);
bool glm_json_get_int (const GlmJsonValue *object, const char *key, int64_t *ret_value);
bool glm_json_get_number (const GlmJsonValue *object, const char *key, double *ret_value);
bool glm_json_get_bool (const GlmJsonValue *object, const char *key, bool *ret_value);

#endif
