/* metadata.h: key/value pairs as GGUF stores them, for readers and for the writer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry's value is kept in GGUF's own encoding (little-endian scalars; an array is its packed elements; a string in an
 * array is a u64 length and its bytes).  A reader lets the entry point into the mapped file, a builder owns a copy.
 */
#ifndef GLM_METADATA_H
#define GLM_METADATA_H

#include "engine.h"

typedef enum
{
  GLM_META_U8 = 0,
  GLM_META_I8 = 1,
  GLM_META_U16 = 2,
  GLM_META_I16 = 3,
  GLM_META_U32 = 4,
  GLM_META_I32 = 5,
  GLM_META_F32 = 6,
  GLM_META_BOOL = 7,
  GLM_META_STRING = 8,
  GLM_META_ARRAY = 9,
  GLM_META_U64 = 10,
  GLM_META_I64 = 11,
  GLM_META_F64 = 12,
} GlmMetaType;

#define GLM_META_MAX_ENTRIES 4096
#define GLM_META_MAX_KEY     1024

typedef struct
{
  char *key; /* owned, NUL-terminated */
  GlmMetaType type;
  GlmMetaType element_type; /* of an array */
  uint64_t n;               /* elements of an array, bytes of a string, else 1 */
  const uint8_t *data;      /* the encoded value; a string without its length */
  size_t n_bytes;
  uint64_t *offsets; /* of an array of strings: where each one's length stands in data; owned */
  uint8_t *owned;    /* data, if this entry owns it */
} GlmMetaEntry;

typedef struct
{
  GlmMetaEntry *entries; /* in the order of the file */
  size_t n;
  size_t capacity;
} GlmMetadata;

void glm_metadata_clear (GlmMetadata *metadata);
/* Bytes of one value of a scalar type; 0 for strings, arrays and unknown types. */
size_t glm_meta_type_bytes (uint32_t type);
const GlmMetaEntry *glm_metadata_find (const GlmMetadata *metadata, const char *key); /* NULL: not there */

/* Appends a zeroed entry with this key; NULL: no memory.  Does not look for duplicates. */
GlmMetaEntry *glm_metadata_append (GlmMetadata *metadata, const char *key, size_t key_bytes);
/* Fails where two entries have one key. */
bool glm_metadata_check_keys (const GlmMetadata *metadata, GlmError *error);

/* Builders: replace the value of the key or append it.  False: no memory. */
bool glm_metadata_set_uint32 (GlmMetadata *metadata, const char *key, uint32_t value);
bool glm_metadata_set_float (GlmMetadata *metadata, const char *key, float value);
bool glm_metadata_set_bool (GlmMetadata *metadata, const char *key, bool value);
bool glm_metadata_set_string (GlmMetadata *metadata, const char *key, const char *value, size_t n_bytes);
/* Scalars back to back. */
bool glm_metadata_set_array (GlmMetadata *metadata, const char *key, GlmMetaType element_type, const void *values, uint64_t n);
/* Takes over `encoded` (malloc'ed): n strings, each a u64 length and its bytes. */
bool glm_metadata_take_strings (GlmMetadata *metadata, const char *key, uint8_t *encoded, size_t n_bytes, uint64_t n);
/* A copy of an entry of another file. */
bool glm_metadata_copy (GlmMetadata *metadata, const GlmMetaEntry *entry);

/* Reading an entry; entry may be NULL.  False: absent, another type, or a value that does not fit. */
bool glm_meta_get_uint (const GlmMetaEntry *entry, uint64_t *ret_value);
bool glm_meta_get_float (const GlmMetaEntry *entry, double *ret_value);
bool glm_meta_get_bool (const GlmMetaEntry *entry, bool *ret_value);
bool glm_meta_get_string (const GlmMetaEntry *entry, const char **ret_value, size_t *ret_n_bytes);
bool glm_meta_array_string (const GlmMetaEntry *entry, uint64_t index, const char **ret_value, size_t *ret_n_bytes);
bool glm_meta_array_float (const GlmMetaEntry *entry, uint64_t index, float *ret_value);
bool glm_meta_array_int (const GlmMetaEntry *entry, uint64_t index, int64_t *ret_value);

#endif
