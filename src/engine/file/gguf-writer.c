/* gguf-writer.c: writing a GGUF file, tensor by tensor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header (gguf.c draws it) is made in memory, a few MiB with a vocabulary; the tensors' places follow from their sizes.
 * The alignment is always the default one; a general.alignment key of the source must not be among the metadata.
 */
#include "file/gguf-writer.h"

#include <stdlib.h>

#include "base/error.h"
#include "file/gguf.h"
#include "base/buffer.h"

struct GlmGgufWriter
{
  GlmOutputFile *file;
  uint64_t expected_end; /* of the file */
};

static const uint8_t zeros[GLM_GGUF_DEFAULT_ALIGNMENT];

static uint64_t
padding_after (uint64_t n)
{
  return (GLM_GGUF_DEFAULT_ALIGNMENT - n % GLM_GGUF_DEFAULT_ALIGNMENT) % GLM_GGUF_DEFAULT_ALIGNMENT;
}

static bool
put_u32 (GlmBuffer *out, uint32_t value)
{
  return glm_buffer_append (out, &value, sizeof value);
}

static bool
put_u64 (GlmBuffer *out, uint64_t value)
{
  return glm_buffer_append (out, &value, sizeof value);
}

static bool
put_string (GlmBuffer *out, const char *text)
{
  return put_u64 (out, strlen (text)) && glm_buffer_append (out, text, strlen (text));
}

static bool
put_entry (GlmBuffer *out, const GlmMetaEntry *entry)
{
  bool ok = put_string (out, entry->key) && put_u32 (out, entry->type);

  if (entry->type == GLM_META_STRING)
    ok = ok && put_u64 (out, entry->n_bytes);
  else if (entry->type == GLM_META_ARRAY)
    ok = ok && put_u32 (out, entry->element_type) && put_u64 (out, entry->n);
  return ok && glm_buffer_append (out, entry->data, entry->n_bytes);
}

static bool
put_tensor (GlmBuffer *out, const GlmGgufTensor *tensor, uint64_t offset)
{
  bool ok = put_string (out, tensor->name) && put_u32 (out, (uint32_t) tensor->n_dims);

  for (int i = 0; i < tensor->n_dims; i++)
    ok = ok && put_u64 (out, (uint64_t) tensor->ne[i]);
  return ok && put_u32 (out, tensor->type) && put_u64 (out, offset);
}

/* The header with its padding; *ret_data_bytes: of the data section that follows. */
static bool
make_header (const GlmMetadata *metadata, const GlmGgufTensor *tensors, size_t n_tensors, GlmBuffer *out,
             uint64_t *ret_data_bytes)
{
  uint64_t offset = 0;
  bool ok = glm_buffer_append (out, GLM_GGUF_MAGIC, 4) && put_u32 (out, GLM_GGUF_VERSION) && put_u64 (out, n_tensors)
            && put_u64 (out, metadata->n);

  for (size_t i = 0; ok && i < metadata->n; i++)
    ok = put_entry (out, &metadata->entries[i]);
  for (size_t i = 0; ok && i < n_tensors; i++)
    {
      ok = put_tensor (out, &tensors[i], offset)
           && !__builtin_add_overflow (offset, tensors[i].n_bytes + padding_after (tensors[i].n_bytes), &offset);
    }
  *ret_data_bytes = offset;
  return ok && glm_buffer_append (out, zeros, (size_t) padding_after (out->n));
}

uint64_t
glm_gguf_file_bytes (const GlmMetadata *metadata, const GlmGgufTensor *tensors, size_t n_tensors)
{
  GlmBuffer header = { 0 };
  uint64_t data_bytes, total = 0;

  if (!make_header (metadata, tensors, n_tensors, &header, &data_bytes)
      || __builtin_add_overflow (header.n, data_bytes, &total))
    total = 0;
  glm_buffer_clear (&header);
  return total;
}

bool
glm_gguf_writer_open (const char *path, GlmOutputMode mode, const GlmMetadata *metadata, const GlmGgufTensor *tensors,
                      size_t n_tensors, GlmGgufWriter **ret_writer, GlmError *error)
{
  GlmGgufWriter *writer = calloc (1, sizeof *writer);
  GlmBuffer header = { 0 };
  uint64_t data_bytes;
  bool ok = writer && make_header (metadata, tensors, n_tensors, &header, &data_bytes)
            && !__builtin_add_overflow (header.n, data_bytes, &writer->expected_end);

  if (!ok)
    glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the header of the new file");
  ok = ok && glm_output_file_open (path, writer->expected_end, mode, &writer->file, error)
       && glm_output_file_write (writer->file, header.data, header.n, error);
  glm_buffer_clear (&header);
  if (!ok)
    {
      glm_gguf_writer_free (writer);
      return false;
    }
  *ret_writer = writer;
  return true;
}

bool
glm_gguf_writer_write (GlmGgufWriter *writer, const void *data, size_t n_bytes, GlmError *error)
{
  return glm_output_file_write (writer->file, data, n_bytes, error);
}

bool
glm_gguf_writer_end_tensor (GlmGgufWriter *writer, GlmError *error)
{
  return glm_output_file_write (writer->file, zeros, (size_t) padding_after (glm_output_file_position (writer->file)), error);
}

const char *
glm_gguf_writer_flush (GlmGgufWriter *writer, GlmError *error)
{
  return glm_output_file_flush (writer->file, error);
}

bool
glm_gguf_writer_commit (GlmGgufWriter *writer, GlmError *error)
{
  if (glm_output_file_position (writer->file) != writer->expected_end)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the tensors' data is not as long as was announced");
  return glm_output_file_commit (writer->file, error);
}

void
glm_gguf_writer_free (GlmGgufWriter *writer)
{
  if (!writer)
    return;
  glm_output_file_free (writer->file);
  free (writer);
}
