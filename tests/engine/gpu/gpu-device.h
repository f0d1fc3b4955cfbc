/* gpu-device.h: the device that tests run on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_GPU_DEVICE_H
#define MYNA_TEST_GPU_DEVICE_H

#include "check.h"
#include "engine.h"
#include "gpu/gpu.h"
#include "run/model.h"

/* $MYNA_TEST_GPU, or Mesa's renderer on the processor; exits as skipped where it is not there. */
static inline const char *
test_device (void)
{
  const char *name = getenv ("MYNA_TEST_GPU");
  GlmGpuInfo *infos = NULL;
  size_t n = 0;
  bool found = false;
  GlmError error = { 0 };

  name = name && *name ? name : "llvmpipe";
  if (!glm_gpu_list (&infos, &n, &error))
    {
      printf ("SKIP: %s\n", error.message);
      exit (CHECK_SKIP);
    }
  for (size_t i = 0; i < n; i++)
    found = found || strstr (infos[i].name, name);
  free (infos);
  if (!found)
    {
      printf ("SKIP: there is no Vulkan device \"%s\"\n", name);
      exit (CHECK_SKIP);
    }
  return name;
}

/* GlmModelOptions.device_memory with which the first n_layers of a tiny model find room (model-bind.c). */
static inline size_t
divided_memory (const GlmModel *model, int n_layers)
{
  size_t n_bytes = ((size_t) 128 << 20) + (size_t) model->params.context_length * model->info.kv_bytes_per_token;
  int layer;

  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (model->file, i);

      if (sscanf (tensor->name, "blk.%d.", &layer) == 1 && layer < n_layers && !strstr (tensor->name, "_exps.weight"))
        n_bytes += glm_gpu_values_bytes (tensor->type, tensor->ne[0] * tensor->ne[1] * tensor->ne[2]);
    }
  return n_bytes;
}

#endif
