/* metadata.c: key/value pairs as GGUF stores them, for readers and for the writer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "file/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "base/byte-reader.h"
#include "base/error.h"

size_t
glm_meta_type_bytes (uint32_t type)
{
  switch (type)
    {
    case GLM_META_U8:
    case GLM_META_I8:
    case GLM_META_BOOL: return 1;
    case GLM_META_U16:
    case GLM_META_I16: return 2;
    case GLM_META_U32:
    case GLM_META_I32:
    case GLM_META_F32: return 4;
    case GLM_META_U64:
    case GLM_META_I64:
    case GLM_META_F64: return 8;
    default: return 0;
    }
}

static void
clear_value (GlmMetaEntry *entry)
{
  free (entry->offsets);
  free (entry->owned);
  entry->offsets = NULL;
  entry->owned = NULL;
}

void
glm_metadata_clear (GlmMetadata *metadata)
{
  for (size_t i = 0; i < metadata->n; i++)
    {
      clear_value (&metadata->entries[i]);
      free (metadata->entries[i].key);
    }
  free (metadata->entries);
  *metadata = (GlmMetadata){ 0 };
}

const GlmMetaEntry *
glm_metadata_find (const GlmMetadata *metadata, const char *key)
{
  for (size_t i = 0; i < metadata->n; i++)
    if (strcmp (metadata->entries[i].key, key) == 0)
      return &metadata->entries[i];
  return NULL;
}

GlmMetaEntry *
glm_metadata_append (GlmMetadata *metadata, const char *key, size_t key_bytes)
{
  GlmMetaEntry *entry;

  if (metadata->n == metadata->capacity)
    {
      size_t capacity = metadata->capacity ? metadata->capacity * 2 : 32;
      GlmMetaEntry *entries = realloc (metadata->entries, capacity * sizeof *entries);

      if (!entries)
        return NULL;
      metadata->entries = entries;
      metadata->capacity = capacity;
    }
  entry = &metadata->entries[metadata->n];
  *entry = (GlmMetaEntry){ .key = strndup (key, key_bytes) };
  if (!entry->key)
    return NULL;
  metadata->n++;
  return entry;
}

static int
compare_keys (const void *a, const void *b)
{
  return strcmp ((*(const GlmMetaEntry *const *) a)->key, (*(const GlmMetaEntry *const *) b)->key);
}

bool
glm_metadata_check_keys (const GlmMetadata *metadata, GlmError *error)
{
  const GlmMetaEntry **sorted = malloc ((metadata->n + 1) * sizeof *sorted), *duplicate = NULL;

  if (!sorted)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of keys");
  for (size_t i = 0; i < metadata->n; i++)
    sorted[i] = &metadata->entries[i];
  qsort (sorted, metadata->n, sizeof *sorted, compare_keys);
  for (size_t i = 1; i < metadata->n && !duplicate; i++)
    if (strcmp (sorted[i - 1]->key, sorted[i]->key) == 0)
      duplicate = sorted[i];
  free (sorted);
  return !duplicate || glm_error_set (error, GLM_ERROR_BAD_FILE, "the key %.80s occurs twice", duplicate->key);
}

/* The entry of the key, emptied, or a new one. */
static GlmMetaEntry *
entry_for (GlmMetadata *metadata, const char *key)
{
  GlmMetaEntry *entry = (GlmMetaEntry *) glm_metadata_find (metadata, key);

  if (!entry)
    return glm_metadata_append (metadata, key, strlen (key));
  clear_value (entry);
  return entry;
}

static bool
set_value (GlmMetadata *metadata, const char *key, GlmMetaType type, GlmMetaType element_type, uint64_t n, const void *data,
           size_t n_bytes)
{
  uint8_t *copy = malloc (n_bytes + 1);
  GlmMetaEntry *entry;

  if (!copy || !(entry = entry_for (metadata, key)))
    {
      free (copy);
      return false;
    }
  if (n_bytes > 0)
    memcpy (copy, data, n_bytes);
  entry->type = type;
  entry->element_type = element_type;
  entry->n = n;
  entry->data = entry->owned = copy;
  entry->n_bytes = n_bytes;
  return true;
}

bool
glm_metadata_set_uint32 (GlmMetadata *metadata, const char *key, uint32_t value)
{
  return set_value (metadata, key, GLM_META_U32, 0, 1, &value, sizeof value);
}

bool
glm_metadata_set_float (GlmMetadata *metadata, const char *key, float value)
{
  return set_value (metadata, key, GLM_META_F32, 0, 1, &value, sizeof value);
}

bool
glm_metadata_set_bool (GlmMetadata *metadata, const char *key, bool value)
{
  uint8_t byte = value;

  return set_value (metadata, key, GLM_META_BOOL, 0, 1, &byte, 1);
}

bool
glm_metadata_set_string (GlmMetadata *metadata, const char *key, const char *value, size_t n_bytes)
{
  return set_value (metadata, key, GLM_META_STRING, 0, n_bytes, value, n_bytes);
}

bool
glm_metadata_set_array (GlmMetadata *metadata, const char *key, GlmMetaType element_type, const void *values, uint64_t n)
{
  size_t n_bytes;

  if (__builtin_mul_overflow (n, glm_meta_type_bytes (element_type), &n_bytes))
    return false;
  return set_value (metadata, key, GLM_META_ARRAY, element_type, n, values, n_bytes);
}

/* Where each string of the array begins; the encoding has been checked. */
static uint64_t *
index_strings (const uint8_t *encoded, size_t n_bytes, uint64_t n)
{
  GlmByteReader reader = { encoded, n_bytes, 0 };
  uint64_t *offsets = malloc ((n + 1) * sizeof *offsets);

  for (uint64_t i = 0; offsets && i < n; i++)
    {
      uint64_t length;
      const uint8_t *bytes;

      offsets[i] = reader.pos;
      if (!glm_byte_reader_u64 (&reader, &length) || !glm_byte_reader_take (&reader, length, &bytes))
        {
          free (offsets);
          return NULL;
        }
    }
  return offsets;
}

bool
glm_metadata_take_strings (GlmMetadata *metadata, const char *key, uint8_t *encoded, size_t n_bytes, uint64_t n)
{
  uint64_t *offsets = index_strings (encoded, n_bytes, n);
  GlmMetaEntry *entry = offsets ? entry_for (metadata, key) : NULL;

  if (!entry)
    {
      free (offsets);
      free (encoded);
      return false;
    }
  entry->type = GLM_META_ARRAY;
  entry->element_type = GLM_META_STRING;
  entry->n = n;
  entry->data = entry->owned = encoded;
  entry->n_bytes = n_bytes;
  entry->offsets = offsets;
  return true;
}

bool
glm_metadata_copy (GlmMetadata *metadata, const GlmMetaEntry *entry)
{
  GlmMetaEntry *copy;

  if (!set_value (metadata, entry->key, entry->type, entry->element_type, entry->n, entry->data, entry->n_bytes))
    return false;
  if (!entry->offsets)
    return true;
  copy = (GlmMetaEntry *) glm_metadata_find (metadata, entry->key);
  copy->offsets = index_strings (copy->data, copy->n_bytes, copy->n);
  return copy->offsets != NULL;
}

/* ---- Reading values --------------------------------------------------------------------------------------------- */

/* An integer scalar at p; unsigned 64-bit values beyond INT64_MAX do not fit. */
static bool
read_int (GlmMetaType type, const uint8_t *p, int64_t *ret_value)
{
  uint64_t bits = 0;
  size_t n_bytes = glm_meta_type_bytes (type);

  if (type == GLM_META_F32 || type == GLM_META_F64 || n_bytes == 0)
    return false;
  memcpy (&bits, p, n_bytes);
  switch (type)
    {
    case GLM_META_I8: *ret_value = (int8_t) bits; return true;
    case GLM_META_I16: *ret_value = (int16_t) bits; return true;
    case GLM_META_I32: *ret_value = (int32_t) bits; return true;
    case GLM_META_I64: *ret_value = (int64_t) bits; return true;
    default:
      if (bits > INT64_MAX)
        return false;
      *ret_value = (int64_t) bits;
      return true;
    }
}

static bool
read_float (GlmMetaType type, const uint8_t *p, double *ret_value)
{
  if (type == GLM_META_F32)
    {
      float value;

      memcpy (&value, p, sizeof value);
      *ret_value = (double) value;
      return true;
    }
  if (type == GLM_META_F64)
    {
      memcpy (ret_value, p, sizeof *ret_value);
      return true;
    }
  return false;
}

bool
glm_meta_get_uint (const GlmMetaEntry *entry, uint64_t *ret_value)
{
  int64_t value;

  if (!entry || entry->type == GLM_META_BOOL || !read_int (entry->type, entry->data, &value) || value < 0)
    return false;
  *ret_value = (uint64_t) value;
  return true;
}

bool
glm_meta_get_float (const GlmMetaEntry *entry, double *ret_value)
{
  return entry && read_float (entry->type, entry->data, ret_value);
}

bool
glm_meta_get_bool (const GlmMetaEntry *entry, bool *ret_value)
{
  if (!entry || entry->type != GLM_META_BOOL)
    return false;
  *ret_value = entry->data[0] != 0;
  return true;
}

bool
glm_meta_get_string (const GlmMetaEntry *entry, const char **ret_value, size_t *ret_n_bytes)
{
  if (!entry || entry->type != GLM_META_STRING)
    return false;
  *ret_value = (const char *) entry->data;
  *ret_n_bytes = entry->n_bytes;
  return true;
}

bool
glm_meta_array_string (const GlmMetaEntry *entry, uint64_t index, const char **ret_value, size_t *ret_n_bytes)
{
  uint64_t length;

  if (!entry || !entry->offsets || index >= entry->n)
    return false;
  memcpy (&length, entry->data + entry->offsets[index], sizeof length);
  *ret_value = (const char *) entry->data + entry->offsets[index] + sizeof length;
  *ret_n_bytes = (size_t) length;
  return true;
}

static const uint8_t *
array_element (const GlmMetaEntry *entry, uint64_t index)
{
  if (!entry || entry->type != GLM_META_ARRAY || index >= entry->n || glm_meta_type_bytes (entry->element_type) == 0)
    return NULL;
  return entry->data + index * glm_meta_type_bytes (entry->element_type);
}

bool
glm_meta_array_float (const GlmMetaEntry *entry, uint64_t index, float *ret_value)
{
  const uint8_t *p = array_element (entry, index);
  double value;

  if (!p || !read_float (entry->element_type, p, &value))
    return false;
  *ret_value = (float) value;
  return true;
}

bool
glm_meta_array_int (const GlmMetaEntry *entry, uint64_t index, int64_t *ret_value)
{
  const uint8_t *p = array_element (entry, index);

  return p && read_int (entry->element_type, p, ret_value);
}
