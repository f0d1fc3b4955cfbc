/* test-gpu-workspace.c: where batches are computed on a card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu-device.h"
#include "gpu/workspace.h"
#include "run/gguf-build.h"
#include "run/session-check.h"

typedef struct
{
  uint64_t begin, end;
} Range;

static int
compare_ranges (const void *a, const void *b)
{
  uint64_t x = ((const Range *) a)->begin, y = ((const Range *) b)->begin;

  return x < y ? -1 : x > y;
}

static void
add (Range *ranges, int *n, uint64_t at, int64_t n_values, size_t bytes)
{
  if (at)
    ranges[(*n)++] = (Range){ at, at + (uint64_t) n_values * bytes };
}

/* Whatever dispatches of n rows write lies within the card's part, and nothing of it twice. */
static void
check_apart (const GlmGpuWorkspace *space, int64_t n, int64_t n_logits)
{
  const GlmPlaces *p = &space->places;
  const GlmPlan *plan = p->plan;
  Range ranges[4 * GLM_MAX_REGISTERS];
  int n_ranges = 0;

  for (int reg = 0; reg < plan->n_registers; reg++)
    {
      int64_t width = plan->registers[reg].width;

      add (ranges, &n_ranges, width > 0 ? p->regs[reg] : 0, (reg == GLM_REG_LOGITS ? n_logits : n) * width, 4);
      add (ranges, &n_ranges, p->quants[reg], n * (width / 32) * 32, 1);
      add (ranges, &n_ranges, p->quants[reg] ? p->quant_scales[reg] : 0, n * (width / 32), 8);
    }
  add (ranges, &n_ranges, p->cosines, n * glm_gpu_angles (plan), 4);
  add (ranges, &n_ranges, p->sines, n * glm_gpu_angles (plan), 4);
  add (ranges, &n_ranges, p->run, 1, sizeof (GlmRun));
  add (ranges, &n_ranges, p->fresh, n, glm_kv_bytes_per_token (&plan->kv));
  add (ranges, &n_ranges, p->outs, n * plan->params.n_heads * plan->kv.streams[0].width, 4);
  add (ranges, &n_ranges, p->sums, n * plan->params.n_heads, 8);
  add (ranges, &n_ranges, p->latents, n * plan->params.n_heads * plan->params.kv_rank, 4);
  add (ranges, &n_ranges, p->head_quants, n * plan->params.n_heads * plan->params.kv_rank, 1);
  add (ranges, &n_ranges, p->head_scales, n * plan->params.n_heads * (plan->params.kv_rank / 32), 8);
  qsort (ranges, (size_t) n_ranges, sizeof *ranges, compare_ranges);
  CHECK (ranges[0].begin >= space->work.address && ranges[n_ranges - 1].end <= space->work.address + space->work.size,
         "outside of the buffer");
  for (int i = 1; i < n_ranges; i++)
    CHECK (ranges[i].begin >= ranges[i - 1].end, "%d lies over another", i);
  CHECK (p->run + sizeof (GlmRun) - space->work.address <= space->upload.size, "more is uploaded than there is");
}

static VKAPI_ATTR VkResult VKAPI_CALL
no_memory (VkDevice vk, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *functions, VkDeviceMemory *memory)
{
  return VK_ERROR_OUT_OF_DEVICE_MEMORY;
}

static void
check_model (const TinyModel *tiny, const char *device)
{
  const char *path = test_temp_path ("workspace.gguf");
  GlmModelOptions options = { .n_threads = 1, .device = device };
  GlmModel *model;
  GlmSession *session;
  GlmGpuWorkspace space = { 0 };
  PFN_vkAllocateMemory allocate;
  GlmError error = { 0 };

  tiny_model_write (tiny, path);
  REQUIRE (glm_model_open (path, &options, &model, &error) && model->gpu, "%s %s", error.message, model->info.device_problem);
  session = open_session (model);
  space.places = (GlmPlaces){ .plan = model->plan, .cache = &session->cache };
  REQUIRE (glm_gpu_workspace_reserve (model->gpu, &space, 1, 1, &error), "%s", error.message);
  CHECK (space.version == 1 && space.n_rows >= 1, "%d rows", (int) space.n_rows);
  check_apart (&space, space.n_rows, space.n_logits);
  REQUIRE (glm_gpu_workspace_reserve (model->gpu, &space, space.n_rows, space.n_logits, &error), "%s", error.message);
  CHECK (space.version == 1, "made again");
  REQUIRE (glm_gpu_workspace_reserve (model->gpu, &space, 300, 1, &error), "%s", error.message);
  CHECK (space.version == 2 && space.n_rows == 300 && space.work.size == glm_gpu_workspace_bytes (model->gpu, &space, 300, 8),
         "%d rows in %zu bytes", (int) space.n_rows, space.work.size);
  check_apart (&space, 300, 8);
  allocate = model->gpu->vk.AllocateMemory;
  model->gpu->vk.AllocateMemory = no_memory;
  CHECK (!glm_gpu_workspace_reserve (model->gpu, &space, 400, 1, &error) && space.n_rows == 0 && !space.work.buffer,
         "there is one");
  model->gpu->vk.AllocateMemory = allocate;
  REQUIRE (glm_gpu_workspace_reserve (model->gpu, &space, 1, 1, &error), "%s", error.message);
  glm_gpu_workspace_clear (model->gpu, &space);
  glm_session_free (session);
  glm_model_free (model);
}

int
main (void)
{
  TinyModel chatglm = TINY_CHATGLM, experts = TINY_GLM4MOE, flash = TINY_DEEPSEEK2;
  const char *device = test_device ();

  check_model (&chatglm, device);
  check_model (&experts, device);
  check_model (&flash, device);
  return check_exit ();
}
