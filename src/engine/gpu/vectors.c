/* vectors.c: see vectors.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/vectors.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static void
add_vector (GlmGpuVectors *vectors, const float *values, int64_t n, size_t *end)
{
  if (!values)
    return;
  vectors->list[vectors->n++] = (GlmGpuVector){ values, (size_t) n * sizeof *values, *end };
  *end += glm_gpu_align ((size_t) n * sizeof *values);
}

/* Finds all norms' weights and all biases; *ret_end is what they take.  Their addresses are offsets as yet. */
static void
find_all (const GlmPlan *plan, GlmGpuVectors *vectors, size_t *ret_end)
{
  for (int l = 0; l <= plan->params.n_layers; l++)
    {
      const GlmPlanLayer *layer = l < plan->params.n_layers ? &plan->layers[l] : &plan->head;

      for (int i = 0; i < layer->n_steps; i++)
        {
          const GlmStep *step = &layer->steps[i];

          add_vector (vectors, step->weight, step->width, ret_end);
          add_vector (vectors, step->weight_bias, step->width, ret_end);
          for (int k = 0; k < step->n_matrices; k++)
            add_vector (vectors, step->matrices[k].bias, step->matrices[k].rows, ret_end);
        }
    }
}

void
glm_gpu_vectors_clear (GlmGpu *gpu, GlmGpuVectors *vectors)
{
  glm_gpu_buffer_clear (gpu, &vectors->buffer);
  free (vectors->list);
  *vectors = (GlmGpuVectors){ 0 };
}

bool
glm_gpu_vectors_new (GlmGpu *gpu, const GlmPlan *plan, GlmGpuVectors *ret_vectors, GlmError *error)
{
  GlmGpuVectors vectors = { 0 };
  size_t end = 0, most = 0;
  unsigned char *all;
  bool ok;

  for (int l = 0; l <= plan->params.n_layers; l++)
    most += (size_t) (l < plan->params.n_layers ? &plan->layers[l] : &plan->head)->n_steps * (2 + GLM_MAX_SPLIT);
  vectors.list = calloc (most, sizeof *vectors.list);
  if (vectors.list)
    find_all (plan, &vectors, &end);
  all = vectors.list ? calloc (1, end) : NULL;
  ok = all ? glm_gpu_buffer_new (gpu, end, GLM_GPU_DEVICE, &vectors.buffer, error)
           : glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
  for (size_t i = 0; ok && i < vectors.n; i++)
    {
      memcpy (all + vectors.list[i].address, vectors.list[i].values, vectors.list[i].n_bytes);
      vectors.list[i].address += vectors.buffer.address;
    }
  ok = ok && glm_gpu_upload_bytes (gpu, &vectors.buffer, 0, all, end, error);
  ok = glm_gpu_upload_end (gpu, ok ? error : NULL) && ok;
  free (all);
  if (ok)
    *ret_vectors = vectors;
  else
    glm_gpu_vectors_clear (gpu, &vectors);
  return ok;
}
