/* gguf.c: reading the header of a GGUF file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file (little-endian; str is a u64 length and that many bytes):
 *
 *   0   "GGUF"
 *   4   u32 version                    2 and 3 are the same; 1 had 32-bit counts and is refused
 *   8   u64 n_tensors
 *   16  u64 n_kv
 *   24  n_kv × { str key; u32 type; value }
 *         type 0 u8, 1 i8, 2 u16, 3 i16, 4 u32, 5 i32, 6 f32, 7 bool, 8 str, 9 array, 10 u64, 11 i64, 12 f64
 *         array: u32 element type; u64 n; n values
 *       n_tensors × { str name; u32 n_dims; u64 ne[n_dims]; u32 type; u64 offset }
 *         ne[0] is the fastest dimension; the offset counts from the data section
 *       zeros up to the next multiple of general.alignment (a u32 key, 32 if absent): here the data section begins
 *       the tensors' data, each at a multiple of the alignment
 *
 * Nothing in it is believed: a count is first compared with the bytes that are left (each element takes at least so many),
 * so that no allocation exceeds a small multiple of the file's size; sums and products are checked; a tensor's data lies
 * inside the file and overlaps no other's.
 */
#include "file/gguf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/byte-reader.h"
#include "file/file-kind.h"

#define MAX_STRING    (1u << 20)
#define MAX_ALIGNMENT 65536u
#define MIN_ALIGNMENT 8u
/* The least that one element takes in the file: a key of one byte and a u8; a name of one byte and one dimension. */
#define MIN_KV_BYTES     (8 + 1 + 4 + 1)
#define MIN_TENSOR_BYTES (8 + 1 + 4 + 8 + 4 + 8)

static bool
cut_short (GlmError *error, const char *what)
{
  glm_error_set (error, GLM_ERROR_BAD_FILE, "the file ends inside %s", what);
  return glm_error_set_fault (error, GLM_FAULT_CUT_SHORT, NULL, 0);
}

/* A length and that many bytes.  `what` names it in the error. */
static bool
read_string (GlmByteReader *reader, uint64_t max, const char *what, const uint8_t **ret_bytes, size_t *ret_n, GlmError *error)
{
  uint64_t n;

  if (!glm_byte_reader_u64 (reader, &n))
    return cut_short (error, what);
  if (n > glm_byte_reader_left (reader))
    {
      glm_error_set (error, GLM_ERROR_BAD_FILE, "the length of %s, %" PRIu64 ", goes past the end of the file", what, n);
      /* A length that no file has is no sign of an early end. */
      return glm_error_set_fault (error, n <= max ? GLM_FAULT_CUT_SHORT : GLM_FAULT_NONE, NULL, 0);
    }
  if (n > max)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the length of %s, %" PRIu64 ", is above the limit of %" PRIu64, what, n,
                          max);
  glm_byte_reader_take (reader, n, ret_bytes);
  *ret_n = (size_t) n;
  return true;
}

/* The n strings of an array: notes where each begins. */
static bool
read_string_array (GlmByteReader *reader, GlmMetaEntry *entry, const char *what, GlmError *error)
{
  size_t start = reader->pos;

  entry->offsets = malloc ((size_t) (entry->n + 1) * sizeof *entry->offsets);
  if (!entry->offsets)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for %s", what);
  for (uint64_t i = 0; i < entry->n; i++)
    {
      const uint8_t *bytes;
      size_t n;

      entry->offsets[i] = reader->pos - start;
      if (!read_string (reader, MAX_STRING, what, &bytes, &n, error))
        return false;
    }
  entry->data = reader->data + start;
  entry->n_bytes = reader->pos - start;
  return true;
}

static bool
check_bools (const GlmMetaEntry *entry, GlmMetaType type, const char *what, GlmError *error)
{
  for (size_t i = 0; type == GLM_META_BOOL && i < entry->n_bytes; i++)
    if (entry->data[i] > 1)
      return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: a boolean is %d", what, entry->data[i]);
  return true;
}

static bool
read_array (GlmByteReader *reader, GlmMetaEntry *entry, const char *what, GlmError *error)
{
  uint32_t type;
  uint64_t n;
  size_t element_bytes;

  if (!glm_byte_reader_u32 (reader, &type) || !glm_byte_reader_u64 (reader, &n))
    return cut_short (error, what);
  if (type == GLM_META_ARRAY)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s is an array of arrays", what);
  element_bytes = type == GLM_META_STRING ? 8 : glm_meta_type_bytes (type);
  if (element_bytes == 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: unknown element type %" PRIu32, what, type);
  if (n > glm_byte_reader_left (reader) / element_bytes)
    {
      glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: its %" PRIu64 " elements go past the end of the file", what, n);
      return glm_error_set_fault (error, n < MAX_STRING * 64ull ? GLM_FAULT_CUT_SHORT : GLM_FAULT_NONE, NULL, 0);
    }
  entry->element_type = (GlmMetaType) type;
  entry->n = n;
  if (type == GLM_META_STRING)
    return read_string_array (reader, entry, what, error);
  entry->n_bytes = (size_t) n * element_bytes;
  glm_byte_reader_take (reader, entry->n_bytes, &entry->data);
  return check_bools (entry, entry->element_type, what, error);
}

static bool
read_value (GlmByteReader *reader, GlmMetaEntry *entry, uint32_t type, GlmError *error)
{
  char what[96];

  snprintf (what, sizeof what, "the value of %.72s", entry->key);
  entry->type = (GlmMetaType) type;
  entry->n = 1;
  if (type == GLM_META_ARRAY)
    return read_array (reader, entry, what, error);
  if (type == GLM_META_STRING)
    {
      if (!read_string (reader, MAX_STRING, what, &entry->data, &entry->n_bytes, error))
        return false;
      entry->n = entry->n_bytes;
      return true;
    }
  entry->n_bytes = glm_meta_type_bytes (type);
  if (entry->n_bytes == 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s has the unknown type %" PRIu32, what, type);
  if (!glm_byte_reader_take (reader, entry->n_bytes, &entry->data))
    return cut_short (error, what);
  return check_bools (entry, entry->type, what, error);
}

static bool
read_entry (GlmByteReader *reader, uint64_t index, GlmMetadata *metadata, GlmError *error)
{
  char what[48];
  const uint8_t *key = NULL;
  size_t key_bytes = 0;
  uint32_t type;
  GlmMetaEntry *entry;

  snprintf (what, sizeof what, "key %" PRIu64 " of the metadata", index);
  if (!read_string (reader, GLM_META_MAX_KEY, what, &key, &key_bytes, error))
    return false;
  for (size_t i = 0; i < key_bytes; i++)
    if (key[i] < 0x20 || key[i] > 0x7E)
      return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s is not printable ASCII", what);
  if (key_bytes == 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s is empty", what);
  if (!glm_byte_reader_u32 (reader, &type))
    return cut_short (error, what);
  entry = glm_metadata_append (metadata, (const char *) key, key_bytes);
  if (!entry)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the metadata");
  return read_value (reader, entry, type, error);
}

/* Reads one tensor's description; the offset waits in `data` until the data section's place is known. */
static bool
read_tensor (GlmByteReader *reader, uint64_t index, GlmTensorTable *tensors, GlmError *error)
{
  char what[48];
  GlmTensor tensor = { .ne = { 1, 1, 1, 1 } };
  const uint8_t *name = NULL;
  size_t name_bytes = 0;
  uint32_t n_dims, type;
  uint64_t offset;

  snprintf (what, sizeof what, "the name of tensor %" PRIu64, index);
  if (!read_string (reader, GLM_MAX_TENSOR_NAME, what, &name, &name_bytes, error))
    return false;
  if (name_bytes == 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s is empty", what);
  snprintf (what, sizeof what, "the description of tensor %" PRIu64, index);
  if (!glm_byte_reader_u32 (reader, &n_dims))
    return cut_short (error, what);
  if (n_dims < 1 || n_dims > GLM_MAX_DIMS)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.*s has %" PRIu32 " dimensions", (int) name_bytes, name, n_dims);
  for (uint32_t i = 0; i < n_dims; i++)
    {
      uint64_t n;

      if (!glm_byte_reader_u64 (reader, &n))
        return cut_short (error, what);
      if (n < 1 || n > INT64_MAX)
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.*s: dimension %" PRIu32 " is %" PRIu64, (int) name_bytes,
                              name, i, n);
      tensor.ne[i] = (int64_t) n;
    }
  if (!glm_byte_reader_u32 (reader, &type) || !glm_byte_reader_u64 (reader, &offset))
    return cut_short (error, what);
  if (offset > SIZE_MAX / 2)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.*s: the offset %" PRIu64 " is past the end of the file",
                          (int) name_bytes, name, offset);
  tensor.type = (GlmType) type;
  tensor.n_dims = (int) n_dims;
  tensor.data = (const void *) (uintptr_t) offset;
  if (!glm_tensor_table_add (tensors, &tensor, (const char *) name, name_bytes, error))
    return false;
  return glm_tensor_bytes (tensors->tensors[tensors->n - 1].name, type, tensor.n_dims, tensor.ne,
                           &tensors->tensors[tensors->n - 1].n_bytes, error);
}

static int
compare_offsets (const void *a, const void *b)
{
  uintptr_t x = (uintptr_t) (*(const GlmTensor *const *) a)->data, y = (uintptr_t) (*(const GlmTensor *const *) b)->data;

  return x < y ? -1 : x > y;
}

/* The tensors [first, n) of the table, sorted by place, overlap nowhere. */
static bool
check_overlap (const GlmTensorTable *tensors, size_t first, GlmError *error)
{
  size_t n = tensors->n - first;
  const GlmTensor **sorted = malloc ((n + 1) * sizeof *sorted), *bad = NULL;

  if (!sorted)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
  for (size_t i = 0; i < n; i++)
    sorted[i] = &tensors->tensors[first + i];
  qsort (sorted, n, sizeof *sorted, compare_offsets);
  for (size_t i = 1; i < n && !bad; i++)
    if ((const uint8_t *) sorted[i]->data - (const uint8_t *) sorted[i - 1]->data < (ptrdiff_t) sorted[i - 1]->n_bytes)
      bad = sorted[i];
  free (sorted);
  if (bad)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the data of tensor %s overlaps another tensor's", bad->name);
  return true;
}

/* Turns the offsets of the tensors [first, n) into pointers. */
static bool
place_tensors (const GlmMappedFile *file, size_t data_start, uint32_t alignment, GlmTensorTable *tensors, size_t first,
               GlmError *error)
{
  size_t size = glm_mapped_file_size (file), data_bytes = size > data_start ? size - data_start : 0;

  for (size_t i = first; i < tensors->n; i++)
    {
      GlmTensor *tensor = &tensors->tensors[i];
      size_t offset = (size_t) (uintptr_t) tensor->data;

      tensor->data = NULL;
      if (offset % alignment != 0)
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s: the offset %zu is no multiple of the alignment %" PRIu32,
                              tensor->name, offset, alignment);
      if (offset > data_bytes || tensor->n_bytes > data_bytes - offset)
        {
          glm_error_set (error, GLM_ERROR_BAD_FILE,
                         "tensor %s: its data (%zu bytes at %zu) goes past the end of the "
                         "file; the file is cut short or damaged",
                         tensor->name, tensor->n_bytes, offset);
          return glm_error_set_fault (error, GLM_FAULT_CUT_SHORT, NULL, 0);
        }
      tensor->data = glm_mapped_file_data (file) + data_start + offset;
    }
  return check_overlap (tensors, first, error);
}

/* A count that is fine in other files, but too high for the bytes of this one. */
static bool
impossible_count (GlmError *error, const char *what, uint64_t n, uint64_t max)
{
  glm_error_set (error, GLM_ERROR_BAD_FILE, "the count of %s, %" PRIu64 ", is impossible", what, n);
  return glm_error_set_fault (error, n <= max ? GLM_FAULT_CUT_SHORT : GLM_FAULT_NONE, NULL, 0);
}

static bool
read_counts (GlmByteReader *reader, uint64_t *ret_n_tensors, uint64_t *ret_n_entries, GlmError *error)
{
  const uint8_t *magic;
  uint32_t version;
  uint64_t n_tensors = 0, n_entries = 0;

  if (!glm_byte_reader_take (reader, 4, &magic) || memcmp (magic, GLM_GGUF_MAGIC, 4) != 0)
    {
      glm_error_set (error, GLM_ERROR_BAD_FILE, "the magic is not GGUF");
      return glm_file_kind_blame (reader->data, reader->size, error);
    }
  if (!glm_byte_reader_u32 (reader, &version))
    return cut_short (error, "the version");
  if (version != 2 && version != 3)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED,
                          (version & 0xFFFF) == 0 && version != 0 ? "the GGUF file is big-endian (version 0x%" PRIx32 ")"
                                                                  : "GGUF version %" PRIu32 " is not supported",
                          version);
  if (!glm_byte_reader_u64 (reader, &n_tensors) || !glm_byte_reader_u64 (reader, &n_entries))
    return cut_short (error, "the counts of the header");
  if (n_tensors > GLM_MAX_TENSORS || n_tensors > glm_byte_reader_left (reader) / MIN_TENSOR_BYTES)
    return impossible_count (error, "tensors", n_tensors, GLM_MAX_TENSORS);
  if (n_entries > GLM_META_MAX_ENTRIES || n_entries > glm_byte_reader_left (reader) / MIN_KV_BYTES)
    return impossible_count (error, "metadata keys", n_entries, GLM_META_MAX_ENTRIES);
  *ret_n_tensors = n_tensors;
  *ret_n_entries = n_entries;
  return true;
}

static bool
read_alignment (const GlmMetadata *metadata, uint32_t *ret_alignment, GlmError *error)
{
  const GlmMetaEntry *entry = glm_metadata_find (metadata, "general.alignment");
  uint64_t value;

  *ret_alignment = GLM_GGUF_DEFAULT_ALIGNMENT;
  if (!entry)
    return true;
  if (entry->type != GLM_META_U32 || !glm_meta_get_uint (entry, &value))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "general.alignment is not a u32");
  if (value < MIN_ALIGNMENT || value > MAX_ALIGNMENT || (value & (value - 1)) != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "general.alignment is %" PRIu64 ", not a power of two from %u to %u",
                          value, MIN_ALIGNMENT, MAX_ALIGNMENT);
  *ret_alignment = (uint32_t) value;
  return true;
}

static bool
read_all (const GlmMappedFile *file, GlmMetadata *metadata, GlmTensorTable *tensors, GlmError *error)
{
  GlmByteReader reader = { glm_mapped_file_data (file), glm_mapped_file_size (file), 0 };
  uint64_t n_tensors = 0, n_entries = 0;
  size_t first = tensors->n, data_start;
  uint32_t alignment;

  if (!read_counts (&reader, &n_tensors, &n_entries, error))
    return false;
  for (uint64_t i = 0; i < n_entries; i++)
    if (!read_entry (&reader, i, metadata, error))
      return false;
  if (!glm_metadata_check_keys (metadata, error) || !read_alignment (metadata, &alignment, error))
    return false;
  for (uint64_t i = 0; i < n_tensors; i++)
    if (!read_tensor (&reader, i, tensors, error))
      return false;
  data_start = (reader.pos + alignment - 1) & ~(size_t) (alignment - 1);
  return place_tensors (file, data_start, alignment, tensors, first, error);
}

bool
glm_gguf_read (const GlmMappedFile *file, GlmMetadata *metadata, GlmTensorTable *tensors, GlmError *error)
{
  GlmMetadata dropped = { 0 };
  bool ok = read_all (file, metadata ? metadata : &dropped, tensors, error);

  glm_metadata_clear (&dropped);
  if (ok)
    return glm_mapped_file_check (file, error);
  return glm_error_prefix (error, "%s", glm_mapped_file_name (file));
}
