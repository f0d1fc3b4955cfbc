/* pack.c: a model file whose weights lie as the kernels want them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The work streams: some panels are packed by the pool into a buffer, written, and the source's pages released.
 */
#include "import/pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "file/gguf-writer.h"
#include "file/model-file.h"
#include "base/pool.h"
#include "quant/packed.h"

#define BUFFER_BYTES ((size_t) 8 << 20)

typedef struct
{
  const GlmPackOptions *options;
  GlmError *error;
  GlmModelFile *file;
  GlmGgufTensor *tensors; /* of the target */
  GlmGgufWriter *writer;
  GlmPool *pool;
  uint8_t *buffer;
  size_t buffer_bytes;
  size_t n_done, n_total; /* bytes */
} Packer;

/* Matrices that are multiplied.  Embeddings are looked up by the row, unless they are the output too. */
static const GlmPackedTraits *
traits_for (const GlmModelFile *file, const GlmTensor *tensor)
{
  if ((tensor->n_dims != 2 && tensor->n_dims != 3) || tensor->ne[1] % GLM_PANEL_ROWS != 0)
    return NULL;
  if (strcmp (tensor->name, "token_embd.weight") == 0 && glm_model_file_tensor (file, "output.weight") != NULL)
    return NULL;
  return glm_packed_traits_for_type (tensor->type);
}

static bool
plan (Packer *packer)
{
  size_t n = glm_model_file_n_tensors (packer->file);

  packer->tensors = calloc (n, sizeof *packer->tensors);
  if (!packer->tensors)
    return glm_error_set (packer->error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
  packer->buffer_bytes = BUFFER_BYTES;
  for (size_t i = 0; i < n; i++)
    {
      const GlmTensor *source = glm_model_file_tensor_at (packer->file, i);
      const GlmPackedTraits *traits = traits_for (packer->file, source);
      GlmGgufTensor *tensor = &packer->tensors[i];

      if (glm_packed_traits_of_file (source->type) != NULL)
        return glm_error_set (packer->error, GLM_ERROR_ARGUMENT, "the file is packed already");
      *tensor = (GlmGgufTensor){ source->name, source->type, source->n_dims, { 0 }, source->n_bytes };
      memcpy (tensor->ne, source->ne, sizeof tensor->ne);
      packer->n_total += source->n_bytes;
      if (!traits)
        continue;
      tensor->type = GLM_PACKED_TYPE (traits->format);
      tensor->n_bytes =
          glm_packed_panel_bytes (traits, source->ne[0]) * (size_t) (source->ne[1] * source->ne[2] / GLM_PANEL_ROWS);
      if (glm_packed_panel_bytes (traits, source->ne[0]) > packer->buffer_bytes)
        packer->buffer_bytes = glm_packed_panel_bytes (traits, source->ne[0]);
    }
  packer->buffer = malloc (packer->buffer_bytes);
  return packer->buffer != NULL || glm_error_set (packer->error, GLM_ERROR_NO_MEMORY, "no memory for a buffer");
}

/* Some panels of one tensor, [0, n_panels) from `rows` on. */
typedef struct
{
  const GlmPackedTraits *traits;
  const uint8_t *rows;
  uint8_t *panels;
  size_t row_bytes, panel_bytes;
  int64_t n_panels, cols;
} Run;

static void
pack_share (int worker, int n_workers, void *data)
{
  const Run *run = data;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, run->n_panels, 1, &begin, &end);
  for (int64_t i = begin; i < end; i++)
    glm_packed_pack_panel (run->traits, run->rows + (size_t) i * GLM_PANEL_ROWS * run->row_bytes, run->row_bytes,
                           GLM_PANEL_ROWS, run->cols, run->panels + (size_t) i * run->panel_bytes);
}

/* After some bytes of the source. */
static bool
tick (Packer *packer, size_t n_bytes)
{
  packer->n_done += n_bytes;
  if (packer->options->progress)
    packer->options->progress ((double) packer->n_done / (double) packer->n_total, packer->options->progress_data);
  if (glm_cancel_is_set (packer->options->cancel))
    return glm_error_set (packer->error, GLM_ERROR_CANCELLED, "cancelled");
  return glm_model_file_check (packer->file, packer->error);
}

static bool
write_packed (Packer *packer, const GlmTensor *tensor, const GlmPackedTraits *traits)
{
  size_t panel_bytes = glm_packed_panel_bytes (traits, tensor->ne[0]);
  size_t row_bytes = tensor->n_bytes / (size_t) (tensor->ne[1] * tensor->ne[2]);
  int64_t n_panels = tensor->ne[1] * tensor->ne[2] / GLM_PANEL_ROWS, at_once = (int64_t) (packer->buffer_bytes / panel_bytes);

  for (int64_t i = 0; i < n_panels; i += at_once)
    {
      Run run = { traits,         (const uint8_t *) tensor->data + (size_t) i * GLM_PANEL_ROWS * row_bytes,
                  packer->buffer, row_bytes,
                  panel_bytes,    n_panels - i < at_once ? n_panels - i : at_once,
                  tensor->ne[0] };

      glm_pool_run (packer->pool, pack_share, &run);
      if (!tick (packer, (size_t) run.n_panels * GLM_PANEL_ROWS * row_bytes)
          || !glm_gguf_writer_write (packer->writer, packer->buffer, (size_t) run.n_panels * panel_bytes, packer->error))
        return false;
    }
  return true;
}

static bool
write_tensors (Packer *packer)
{
  for (size_t i = 0; i < glm_model_file_n_tensors (packer->file); i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (packer->file, i);
      const GlmPackedTraits *traits = traits_for (packer->file, tensor);
      bool ok = traits != NULL ? write_packed (packer, tensor, traits)
                               : glm_gguf_writer_write (packer->writer, tensor->data, tensor->n_bytes, packer->error)
                                     && tick (packer, tensor->n_bytes);

      if (!ok || !glm_gguf_writer_end_tensor (packer->writer, packer->error))
        return false;
      glm_model_file_release_tensor (packer->file, tensor);
    }
  return true;
}

bool
glm_pack (const char *source, const char *target, const GlmPackOptions *options, GlmError *error)
{
  Packer packer = { .options = options, .error = error };
  uint64_t n_parts = 1;
  bool ok;

  ok = glm_model_file_open (source, &packer.file, error);
  if (ok && glm_model_file_get_uint (packer.file, "split.count", &n_parts) && n_parts > 1)
    ok = glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the model is in %d parts: make it one file by an import first",
                        (int) n_parts);
  ok = ok && plan (&packer)
       && glm_gguf_writer_open (target, options->mode, glm_model_file_metadata (packer.file), packer.tensors,
                                glm_model_file_n_tensors (packer.file), &packer.writer, error)
       && glm_pool_new (options->n_threads, &packer.pool, error) && write_tensors (&packer)
       && glm_gguf_writer_commit (packer.writer, error);
  glm_pool_free (packer.pool);
  glm_gguf_writer_free (packer.writer);
  free (packer.buffer);
  free (packer.tensors);
  glm_model_file_free (packer.file);
  return ok;
}
