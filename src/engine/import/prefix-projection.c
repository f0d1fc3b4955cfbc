/* prefix-projection.c: see prefix-projection.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "import/prefix-projection.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "kernels/kernels.h"
#include "quant/quant.h"

#define N_ROWS_AT_ONCE 16

static const GlmTensor *
find (const GlmSource *source, const char *name)
{
  static const char *const prefixes[] = { "transformer.prefix_encoder.", "prefix_encoder." };
  const GlmTensor *tensor = NULL;
  char path[128];

  for (int i = 0; i < 2 && !tensor; i++)
    {
      snprintf (path, sizeof path, "%s%s", prefixes[i], name);
      tensor = glm_source_tensor (source, path);
    }
  return tensor;
}

static bool
is_float (const GlmTensor *tensor)
{
  return tensor->type == GLM_TYPE_F32 || tensor->type == GLM_TYPE_F16 || tensor->type == GLM_TYPE_BF16;
}

/* The shapes fit each other; the number of outputs is the caller's to check. */
static bool
check_shapes (const GlmPrefixProjection *p, GlmError *error)
{
  const GlmTensor *tensors[] = { p->embedding, p->weights[0], p->weights[1], p->biases[0], p->biases[1] };

  for (int i = 0; i < 5; i++)
    if (!tensors[i] || tensors[i]->n_dims != (i < 3 ? 2 : 1) || !is_float (tensors[i]))
      return glm_error_set (error, GLM_ERROR_BAD_FILE, "the prefix encoder's network lacks %s, or it is of another kind",
                            i == 0  ? "its embedding"
                            : i < 3 ? "a weight"
                                    : "a bias");
  if (p->weights[0]->ne[0] != p->embedding->ne[0] || p->weights[1]->ne[0] != p->weights[0]->ne[1]
      || p->biases[0]->ne[0] != p->weights[0]->ne[1] || p->biases[1]->ne[0] != p->weights[1]->ne[1])
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the shapes of the prefix encoder's network do not fit each other");
  return true;
}

bool
glm_prefix_projection_find (const GlmSource *source, GlmPrefixProjection **ret_projection, GlmError *error)
{
  GlmPrefixProjection *p;

  *ret_projection = NULL;
  if (!find (source, "trans.0.weight"))
    return true;
  p = calloc (1, sizeof *p);
  if (!p)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prefix");
  *p = (GlmPrefixProjection){
    .embedding = find (source, "embedding.weight"),
    .weights = { find (source, "trans.0.weight"), find (source, "trans.2.weight") },
    .biases = { find (source, "trans.0.bias"), find (source, "trans.2.bias") },
  };
  if (!check_shapes (p, error))
    {
      free (p);
      return false;
    }
  p->result = *p->embedding;
  p->result.type = GLM_TYPE_F32;
  p->result.ne[0] = p->weights[1]->ne[1];
  p->result.data = NULL;
  p->result.n_bytes = (size_t) p->result.ne[0] * (size_t) p->result.ne[1] * sizeof (float);
  *ret_projection = p;
  return true;
}

void
glm_prefix_projection_free (GlmPrefixProjection *projection)
{
  if (!projection)
    return;
  free (projection->values);
  free (projection);
}

/* One layer: out [n_tokens, rows] = x [n_tokens, columns] · wᵀ + b */
typedef struct
{
  const GlmTensor *weight, *bias;
  const float *x;
  float *out;
  int64_t n_tokens;
  bool is_hidden; /* followed by tanh */
  const GlmCancel *cancel;
  float *rows; /* [n_workers, columns] */
} Layer;

static float
value_at (const GlmTensor *tensor, int64_t i)
{
  const GlmTypeTraits *traits = glm_type_traits (tensor->type);
  float value;

  traits->dequantise ((const uint8_t *) tensor->data + i * traits->block_bytes, &value, 1);
  return value;
}

static void
run_layer (int worker, int n_workers, void *data)
{
  const Layer *layer = data;
  const GlmTypeTraits *traits = glm_type_traits (layer->weight->type);
  const GlmKernels *kernels = glm_kernels ();
  int64_t n = layer->weight->ne[0], n_rows = layer->weight->ne[1], begin, end;
  float *row = layer->rows + worker * n;

  glm_pool_share (worker, n_workers, n_rows, N_ROWS_AT_ONCE, &begin, &end);
  for (int64_t r = begin; r < end && !glm_cancel_is_set (layer->cancel); r++)
    {
      float bias = value_at (layer->bias, r);

      traits->dequantise ((const uint8_t *) layer->weight->data + (size_t) (r * n) * (size_t) traits->block_bytes, row, n);
      for (int64_t t = 0; t < layer->n_tokens; t++)
        {
          float y = kernels->dot_f32 (row, layer->x + t * n, n) + bias;

          layer->out[t * n_rows + r] = layer->is_hidden ? tanhf (y) : y;
        }
    }
}

bool
glm_prefix_projection_compute (GlmPrefixProjection *p, GlmPool *pool, const GlmCancel *cancel, GlmError *error)
{
  int64_t n_tokens = p->embedding->ne[1], n_in = p->embedding->ne[0], n_hidden = p->weights[0]->ne[1];
  int64_t widest = n_in > n_hidden ? n_in : n_hidden;
  float *x = calloc ((size_t) n_tokens * (size_t) n_in, sizeof *x);
  float *hidden = calloc ((size_t) n_tokens * (size_t) n_hidden, sizeof *hidden);
  float *rows = calloc ((size_t) glm_pool_n_threads (pool) * (size_t) widest, sizeof *rows);
  Layer first = { p->weights[0], p->biases[0], x, hidden, n_tokens, true, cancel, rows };
  Layer second = { p->weights[1], p->biases[1], hidden, NULL, n_tokens, false, cancel, rows };
  bool ok;

  p->values = calloc (p->result.n_bytes, 1);
  ok = (x && hidden && rows && p->values) || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prefix");
  if (ok)
    {
      glm_type_traits (p->embedding->type)->dequantise (p->embedding->data, x, n_tokens * n_in);
      second.out = p->values;
      glm_pool_run (pool, run_layer, &first);
      glm_pool_run (pool, run_layer, &second);
      p->result.data = (void *) p->values;
      ok = !glm_cancel_is_set (cancel) || glm_error_set (error, GLM_ERROR_CANCELLED, "cancelled");
    }
  free (x);
  free (hidden);
  free (rows);
  return ok;
}
