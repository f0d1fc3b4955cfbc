/* test-gpu-slots.c: what was recorded for batches is found again, and grouped by the time that it takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu-device.h"
#include "gpu/slots.h"
#include "run/gguf-build.h"
#include "run/session-check.h"

typedef struct
{
  GlmModel *model;
  GlmSession *session;
  GlmGpuWorkspace space;
  GlmGpuSlots slots;
} Fixture;

static int n_begun; /* command buffers */
static uint64_t layer_ticks;
static PFN_vkBeginCommandBuffer real_begin;

static VKAPI_ATTR VkResult VKAPI_CALL
counted_begin (VkCommandBuffer commands, const VkCommandBufferBeginInfo *info)
{
  n_begun++;
  return real_begin (commands, info);
}

static VKAPI_ATTR VkResult VKAPI_CALL
made_up_results (VkDevice vk, VkQueryPool queries, uint32_t first, uint32_t n, size_t size, void *times, VkDeviceSize stride,
                 VkQueryResultFlags flags)
{
  memcpy (times, (uint64_t[]){ 1, 1 + layer_ticks }, 2 * sizeof (uint64_t));
  return VK_SUCCESS;
}

static void
setup (Fixture *f, const TinyModel *tiny, const char *device)
{
  const char *path = test_temp_path ("slots.gguf");
  GlmModelOptions options = { .n_threads = 1, .device = device };
  GlmError error = { 0 };

  tiny_model_write (tiny, path);
  REQUIRE (glm_model_open (path, &options, &f->model, &error) && f->model->gpu, "%s", error.message);
  f->session = open_session (f->model);
  f->space.places = (GlmPlaces){ .plan = f->model->plan, .cache = &f->session->cache };
  REQUIRE (glm_gpu_workspace_reserve (f->model->gpu, &f->space, 1, 1, &error)
               && glm_gpu_slots_new (f->model->gpu, &f->slots, &error),
           "%s", error.message);
  real_begin = f->model->gpu->vk.BeginCommandBuffer;
  f->model->gpu->vk.BeginCommandBuffer = counted_begin;
  f->model->gpu->vk.GetQueryPoolResults = made_up_results;
}

static void
teardown (Fixture *f)
{
  glm_gpu_slots_clear (f->model->gpu, &f->slots);
  glm_gpu_workspace_clear (f->model->gpu, &f->space);
  glm_session_free (f->session);
  glm_model_free (f->model);
}

/* Whether it had to be recorded. */
static bool
is_recorded (Fixture *f, int64_t n, int64_t n_logits, GlmGpuSlot **ret_slot)
{
  GlmError error = { 0 };

  n_begun = 0;
  REQUIRE (glm_gpu_slots_find (f->model->gpu, &f->slots, &f->space, n, n_logits, ret_slot, &error), "%s", error.message);
  CHECK ((*ret_slot)->n == n && (*ret_slot)->n_logits == n_logits, "another");
  return n_begun > 0;
}

static void
test_found (const char *device)
{
  TinyModel tiny = TINY_CHATGLM;
  Fixture f = { 0 };
  GlmGpuSlot *slot;
  GlmError error = { 0 };

  setup (&f, &tiny, device);
  CHECK (is_recorded (&f, 1, 1, &slot) && !is_recorded (&f, 1, 1, &slot), "one token");
  for (int n = 2; n <= GLM_GPU_SLOTS; n++)
    CHECK (is_recorded (&f, n, 1, &slot), "%d tokens", n);
  CHECK (!is_recorded (&f, 1, 1, &slot) && is_recorded (&f, 1, 0, &slot), "without logits");
  CHECK (!is_recorded (&f, 1, 1, &slot) && is_recorded (&f, 2, 1, &slot), "what was not used for longest stayed");
  REQUIRE (glm_gpu_workspace_reserve (f.model->gpu, &f.space, 200, 1, &error), "%s", error.message);
  CHECK (is_recorded (&f, 1, 1, &slot) && !is_recorded (&f, 1, 1, &slot), "in a new workspace");
  teardown (&f);
}

/* Layers that share a command buffer are recorded by themselves once they turn out to be slow. */
static void
test_grouped (const char *device)
{
  TinyModel tiny = TINY_CHATGLM;
  Fixture f = { 0 };
  GlmGpuSlot *slot;
  double seconds, tick;

  tiny.n_layers = 8;
  setup (&f, &tiny, device);
  tick = f.model->gpu->timestamp_seconds;
  CHECK (is_recorded (&f, 1, 1, &slot) && slot->span == 2 && slot->n_spans == 4 && slot->group == 1, "two layers each");
  layer_ticks = 1;
  CHECK (glm_gpu_slots_adapt (f.model->gpu, &f.slots, slot, 8, &seconds) && slot->group == 4, "group of %d", slot->group);
  layer_ticks = (uint64_t) (5e-3 / tick);
  CHECK (glm_gpu_slots_adapt (f.model->gpu, &f.slots, slot, 8, &seconds) && seconds > 4.9e-3 && slot->group == 1, "%g s",
         seconds);
  CHECK (is_recorded (&f, 1, 1, &slot) && slot->span == 1 && slot->n_spans == 8, "%d layers each", slot->span);
  CHECK (!is_recorded (&f, 1, 1, &slot), "once more");
  CHECK (is_recorded (&f, 40, 1, &slot) && slot->span == 1, "nothing is known of long batches");
  teardown (&f);
}

/* Layers with experts are one by one, and the shared expert is done while the others are. */
static void
test_handed (const char *device)
{
  TinyModel tiny = TINY_GLM4MOE;
  Fixture f = { 0 };
  GlmGpuSlot *slot;

  setup (&f, &tiny, device);
  CHECK (is_recorded (&f, 1, 1, &slot) && slot->span == 1, "%d layers each", slot->span);
  for (int layer = 0; layer < tiny.n_layers; layer++)
    CHECK ((slot->parts[tiny.n_layers + 2 + layer] != NULL) == (layer >= tiny.n_dense), "layer %d", layer);
  teardown (&f);
}

static void
test_layers_at_once (void)
{
  CHECK (glm_gpu_layers_at_once (0.06e-3, 28) == 28, "a fast card: all");
  CHECK (glm_gpu_layers_at_once (1e-3, 28) == 8, "8 ms: %d", glm_gpu_layers_at_once (1e-3, 28));
  CHECK (glm_gpu_layers_at_once (5e-3, 28) == 1, "two would be longer");
  CHECK (glm_gpu_layers_at_once (1, 28) == 1, "at least one");
  CHECK (glm_gpu_layers_at_once (0, 28) == 28, "no clock");
}

int
main (void)
{
  const char *device = test_device ();

  test_layers_at_once ();
  test_found (device);
  test_grouped (device);
  test_handed (device);
  return check_exit ();
}
