/* weights.c: see weights.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file stays mapped; the pool writes its rows, piece by piece, as planes into memory that card and host see, and the
 * card copies them from there.
 */
#include "gpu/weights.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"

typedef struct
{
  const GlmTensorData *data;
  GlmPool *pool;
  int64_t row, n;              /* of the piece */
  size_t values, scales, mins; /* bytes of the piece's planes, which follow each other */
  unsigned char *memory;
} Piece;

static size_t
row_bytes (const GlmTensorData *data, int64_t n)
{
  const GlmTypeTraits *traits = glm_type_traits (data->type);

  return (size_t) (n * data->cols / traits->block_size) * (size_t) traits->block_bytes;
}

static void
pack_share (int worker, int n_workers, void *user_data)
{
  const Piece *piece = user_data;
  GlmPlanes planes = glm_planes_for_type (piece->data->type);
  size_t values, scales, mins;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, piece->n, 1, &begin, &end);
  if (begin >= end)
    return;
  glm_planes_bytes (&planes, begin * piece->data->cols, &values, &scales, &mins);
  glm_planes_pack (piece->data->type, (const unsigned char *) piece->data->data + row_bytes (piece->data, piece->row + begin),
                   (end - begin) * piece->data->cols, piece->memory + values,
                   (uint16_t *) (void *) (piece->memory + piece->values + scales),
                   (uint16_t *) (void *) (piece->memory + piece->values + piece->scales + mins));
}

static void
fill_piece (void *memory, void *user_data)
{
  Piece *piece = user_data;

  piece->memory = memory;
  glm_pool_run (piece->pool, pack_share, piece);
}

static bool
upload (GlmGpuWeights *w, GlmPool *pool, GlmError *error)
{
  const GlmTensorData *data = &w->source;
  size_t values, scales, mins, scales_at = w->scales - w->buffer.address, mins_at = w->mins - w->buffer.address;
  int64_t step;

  glm_planes_bytes (&w->planes, data->cols, &values, &scales, &mins);
  step = (int64_t) (GLM_GPU_PIECE / (values + scales + mins));
  if (step < 1)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "rows of %lld values are too long for the card",
                          (long long) data->cols);
  for (Piece piece = { .data = data, .pool = pool }; piece.row < data->rows; piece.row += piece.n)
    {
      size_t row = (size_t) piece.row;
      VkBufferCopy places[3];
      uint32_t n = 1;

      piece.n = data->rows - piece.row < step ? data->rows - piece.row : step;
      glm_planes_bytes (&w->planes, piece.n * data->cols, &piece.values, &piece.scales, &piece.mins);
      places[0] = (VkBufferCopy){ 0, row * values, piece.values };
      if (piece.scales > 0)
        places[n++] = (VkBufferCopy){ piece.values, scales_at + row * scales, piece.scales };
      if (piece.mins > 0)
        places[n++] = (VkBufferCopy){ piece.values + piece.scales, mins_at + row * mins, piece.mins };
      if (!glm_gpu_upload (w->gpu, w->buffer.buffer, places, n, fill_piece, &piece, error))
        return false;
    }
  return true;
}

#define MOST_ROWS (65535 * 4) /* of a product: see rows_of_group() in dispatch.c */

/* Scales are copied from where a piece's values end: a multiple of four. */
static bool
check_shape (const GlmTensorData *data, GlmError *error)
{
  const GlmTypeTraits *traits = glm_type_traits (data->type);

  if (!traits || !traits->dequantise || data->cols % traits->block_size != 0 || data->cols % 4 != 0
      || data->rows * data->cols > (int64_t) UINT32_MAX || (!data->lookup && data->rows > MOST_ROWS))
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "matrices of this form are not on the card");
  return true;
}

static GlmGpuWeights *
weights_of (GlmGpuTenant *tenant)
{
  return (GlmGpuWeights *) (void *) ((char *) tenant - offsetof (GlmGpuWeights, tenant));
}

static void
leave (GlmGpuTenant *tenant)
{
  GlmGpuWeights *w = weights_of (tenant);

  glm_gpu_buffer_clear (w->gpu, &w->buffer);
}

static bool
enter (GlmGpuTenant *tenant, GlmPool *pool, GlmError *error)
{
  GlmGpuWeights *w = weights_of (tenant);
  size_t values, scales, mins;

  glm_planes_bytes (&w->planes, w->source.rows * w->source.cols, &values, &scales, &mins);
  if (!glm_gpu_buffer_new (w->gpu, glm_gpu_align (values) + glm_gpu_align (scales) + mins, GLM_GPU_DEVICE, &w->buffer, error))
    return false;
  w->values = w->buffer.address;
  w->scales = w->values + glm_gpu_align (values);
  w->mins = w->scales + glm_gpu_align (scales);
  if (upload (w, pool, error))
    return true;
  glm_gpu_upload_end (w->gpu, NULL);
  leave (tenant);
  return false;
}

bool
glm_gpu_weights_new (const GlmBackend *backend, const GlmTensorData *data, GlmPool *pool, GlmWeights **ret_weights,
                     GlmError *error)
{
  GlmGpuWeights *w;

  GlmTensorData rows = *data;

  /* A stack lies there as one matrix. */
  rows.rows *= rows.n;
  rows.n = 1;
  if (!check_shape (&rows, error))
    return false;
  w = calloc (1, sizeof *w);
  if (!w)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a matrix");
  *w = (GlmGpuWeights){ .gpu = (GlmGpu *) (void *) backend,
                        .tenant = { .enter = enter, .leave = leave },
                        .source = rows,
                        .planes = glm_planes_for_type (data->type) };
  if (!data->lookup && !glm_gpu_tenant_add (w->gpu, &w->tenant, pool, error))
    {
      free (w);
      return false;
    }
  *ret_weights = (GlmWeights *) w;
  return true;
}

void
glm_gpu_weights_free (GlmWeights *weights)
{
  GlmGpuWeights *w = (GlmGpuWeights *) weights;

  if (!w)
    return;
  glm_gpu_tenant_remove (w->gpu, &w->tenant);
  free (w);
}

size_t
glm_gpu_values_bytes (GlmType type, int64_t n_values)
{
  GlmPlanes planes = glm_planes_for_type (type);
  size_t values, scales, mins;

  glm_planes_bytes (&planes, n_values, &values, &scales, &mins);
  return values + scales + mins;
}

size_t
glm_gpu_weights_bytes (const GlmWeights *weights)
{
  return ((const GlmGpuWeights *) weights)->buffer.size;
}

const void *
glm_gpu_weights_data (const GlmWeights *weights)
{
  return NULL;
}

/* An embedding that is the output too is looked up in the file. */
bool
glm_gpu_weights_copied (const GlmWeights *weights)
{
  return false;
}

void
glm_gpu_weights_row (const GlmGpuWeights *weights, int64_t row, float *y)
{
  const GlmTensorData *data = &weights->source;

  glm_type_traits (data->type)->dequantise ((const unsigned char *) data->data + row_bytes (data, row), y, data->cols);
}
