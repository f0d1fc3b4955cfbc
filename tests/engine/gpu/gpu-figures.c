/* gpu-figures.c: what a model does on a card: a line a figure, "NAME VALUE"
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: gpu-figures DEVICE MODEL.gguf STARTER.gguf [small]; gpu-figures DEVICE MODEL.gguf layers: each dispatch of a layer
 *
 * Everything comes from one process and one loaded model, since time on a card is dear; gpu-figures.py sets it beside what is
 * asked.  Calls are counted, and submissions get time stamps of the card around them, in the device's table of functions: the
 * engine knows nothing of it.  Speeds are medians of five, after work that wakes the card's clock.  "small" is for a program that
 * poses as a card: the same calls, so that only the numbers differ.
 */
#include <math.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "card-timer.h"
#include "check.h"
#include "gpu/gpu.h"
#include "gpu/self-test.h"
#include "read-spv.h"
#include "run/session.h"

#define MAX_SUBMISSIONS 4096

static bool is_small;
static char folder[] = "/tmp/myna-figures-XXXXXX";

static void
say (const char *name, double value)
{
  printf ("%s %.6g\n", name, value);
  fflush (stdout);
}

static void
say_sized (const char *name, int size, double value)
{
  char text[64];

  snprintf (text, sizeof text, "%s.%d", name, size);
  say (text, value);
}

static int
n_times (void)
{
  return is_small ? 1 : 5;
}

/* Of work that wakes the card's clock. */
static double
warm_seconds (void)
{
  return is_small ? 0 : 0.2;
}

/* ---- Counting --------------------------------------------------------------------------------------------------- */

static GlmVk real; /* what the table held */

static struct
{
  int begun, allocated, dispatched, before; /* the last: dispatched before the last command buffer */
  double card_bytes;
  const GlmGpu *gpu;
} counts;

static VKAPI_ATTR VkResult VKAPI_CALL
counted_begin (VkCommandBuffer commands, const VkCommandBufferBeginInfo *info)
{
  counts.begun++;
  counts.before = counts.dispatched;
  return real.BeginCommandBuffer (commands, info);
}

static VKAPI_ATTR void VKAPI_CALL
counted_dispatch (VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z)
{
  counts.dispatched++;
  real.CmdDispatch (commands, x, y, z);
}

static VKAPI_ATTR VkResult VKAPI_CALL
counted_allocate (VkDevice device, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *functions,
                  VkDeviceMemory *memory)
{
  counts.allocated++;
  if (counts.gpu->memory.memoryTypes[info->memoryTypeIndex].propertyFlags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT)
    counts.card_bytes += (double) info->allocationSize;
  return real.AllocateMemory (device, info, functions, memory);
}

static void
count (GlmGpu *gpu)
{
  memset (&counts, 0, sizeof counts);
  counts.gpu = gpu;
  real = gpu->vk;
  gpu->vk.BeginCommandBuffer = counted_begin;
  gpu->vk.CmdDispatch = counted_dispatch;
  gpu->vk.AllocateMemory = counted_allocate;
}

/* ---- Time stamps ------------------------------------------------------------------------------------------------ */

static struct
{
  GlmGpu *gpu;
  VkQueryPool queries;
  VkCommandPool pool;
  VkCommandBuffer commands[2 * MAX_SUBMISSIONS];
  uint32_t n;
} stamps;

static void
record_stamp (uint32_t index)
{
  GlmGpu *gpu = stamps.gpu;
  VkCommandBuffer *commands = &stamps.commands[index];
  VkCommandBufferAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                       .commandPool = stamps.pool,
                                       .commandBufferCount = 1 };
  VkCommandBufferBeginInfo begin = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO };

  if (!*commands)
    real.AllocateCommandBuffers (gpu->device, &info, commands);
  real.BeginCommandBuffer (*commands, &begin);
  real.CmdResetQueryPool (*commands, stamps.queries, index, 1);
  real.CmdWriteTimestamp (*commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, stamps.queries, index);
  real.EndCommandBuffer (*commands);
}

/* One before and one behind: both wait for what came earlier on the queue, so that a submission that waited is not longer. */
static VKAPI_ATTR VkResult VKAPI_CALL
stamped_submit (VkQueue queue, uint32_t n, const VkSubmitInfo *infos, VkFence fence)
{
  VkCommandBuffer all[256];
  VkSubmitInfo info = infos[0];

  if (stamps.n == MAX_SUBMISSIONS || n != 1 || info.commandBufferCount > 254)
    return real.QueueSubmit (queue, n, infos, fence);
  record_stamp (2 * stamps.n);
  record_stamp (2 * stamps.n + 1);
  all[0] = stamps.commands[2 * stamps.n];
  memcpy (all + 1, info.pCommandBuffers, info.commandBufferCount * sizeof *all);
  all[info.commandBufferCount + 1] = stamps.commands[2 * stamps.n + 1];
  info.commandBufferCount += 2;
  info.pCommandBuffers = all;
  stamps.n++;
  return real.QueueSubmit (queue, 1, &info, fence);
}

static void
stamp (GlmGpu *gpu)
{
  GlmError error = { 0 };

  stamps.gpu = gpu;
  stamps.n = 0;
  stamps.queries = card_queries_new (gpu, 2 * MAX_SUBMISSIONS);
  REQUIRE (glm_gpu_pool_new (gpu, &stamps.pool, &error), "%s", error.message);
  real = gpu->vk;
  gpu->vk.QueueSubmit = stamped_submit;
}

static void
report_stamps (GlmGpu *gpu)
{
  static double seconds[MAX_SUBMISSIONS];

  gpu->vk = real;
  for (uint32_t i = 0; i < stamps.n; i++)
    seconds[i] = card_seconds_between (gpu, stamps.queries, 2 * i);
  qsort (seconds, stamps.n, sizeof *seconds, compare_doubles);
  say ("submissions", stamps.n);
  say ("submission.longest.ms", 1e3 * seconds[stamps.n - 1]);
  say ("submission.p99.ms", 1e3 * seconds[(stamps.n - 1) * 99 / 100]);
  gpu->vk.DestroyCommandPool (gpu->device, stamps.pool, NULL);
  gpu->vk.DestroyQueryPool (gpu->device, stamps.queries, NULL);
  memset (stamps.commands, 0, sizeof stamps.commands);
}

/* ---- A model ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmModel *model;
  GlmSession *session;
  double open_seconds, session_seconds;
} Loaded;

static int
context (void)
{
  return is_small ? 640 : 8192;
}

static int
depth (void)
{
  return is_small ? 64 : 4096;
}

static Loaded
load (const char *path, const char *device, const char *device_folder)
{
  GlmModelOptions options = { .device = device, .device_folder = device_folder };
  GlmSessionOptions session = { .context_length = context () };
  Loaded loaded = { 0 };
  GlmError error = { 0 };
  double start = now_seconds ();

  REQUIRE (glm_model_open (path, &options, &loaded.model, &error), "%s: %s", path, error.message);
  REQUIRE (!device || loaded.model->gpu, "on the processor: %s", loaded.model->info.device_problem);
  loaded.open_seconds = now_seconds () - start;
  start = now_seconds ();
  REQUIRE (glm_session_new (loaded.model, &session, &loaded.session, &error), "%s", error.message);
  loaded.session_seconds = now_seconds () - start;
  return loaded;
}

static void
unload (Loaded *loaded)
{
  glm_session_free (loaded->session);
  glm_model_free (loaded->model);
  *loaded = (Loaded){ 0 };
}

/* Seconds of n tokens behind so many, whatever these are. */
static double
evaluate (GlmSession *session, int before, int n)
{
  int32_t ids[512];
  double start;
  GlmError error = { 0 };

  glm_session_truncate (session, (size_t) before);
  while (session->tokens.n < (size_t) before)
    REQUIRE (glm_tokens_append (&session->tokens, (int32_t) session->tokens.n % 200), "no memory");
  for (int i = 0; i < n; i++)
    ids[i] = (int32_t) ((uint32_t) i * 2654435761u % (uint32_t) session->model->params.n_vocab);
  start = now_seconds ();
  for (int done = 0, chunk; done < n; done += chunk)
    {
      chunk = (int) glm_plan_chunk (session->model->plan, n - done);
      REQUIRE (glm_session_eval (session, ids + done, (size_t) chunk, 1, NULL, NULL, &error), "%s", error.message);
    }
  REQUIRE (!*glm_session_device_problem (session), "%s", glm_session_device_problem (session));
  return now_seconds () - start;
}

static void
warm (GlmSession *session)
{
  double start = now_seconds ();

  do
    evaluate (session, 0, 8);
  while (now_seconds () - start < warm_seconds ());
}

/* Tokens a second: n at once, so many times, behind `before`. */
static double
speed (GlmSession *session, int before, int n, int repeats)
{
  double values[5];

  evaluate (session, before, n);
  warm (session);
  evaluate (session, before, n);
  for (int k = 0; k < n_times (); k++)
    {
      double seconds = 0;

      for (int i = 0; i < repeats; i++)
        seconds += evaluate (session, before + (n == 1 ? i : 0), n);
      values[k] = n * repeats / seconds;
    }
  return median (values, n_times ());
}

static int
longest_prompt (void)
{
  return is_small ? 128 : 512;
}

static void
measure_prompts (GlmSession *session, const char *name)
{
  for (int n = 16; n <= longest_prompt (); n *= n == 16 ? 8 : 4)
    say_sized (name, n, speed (session, 0, n, 1));
}

static double
thread_seconds (void)
{
  struct rusage use;

  getrusage (RUSAGE_THREAD, &use);
  return (double) (use.ru_utime.tv_sec + use.ru_stime.tv_sec) + 1e-6 * (double) (use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static void
measure_speeds (Loaded *loaded)
{
  GlmSession *session = loaded->session;
  int n = is_small ? 4 : 64;
  double start, used;

  say ("decode.0", speed (session, 0, 1, n));
  say ("decode.deep", speed (session, depth (), 1, n));
  say ("batch.4", speed (session, 64, 4, 1));
  say ("batch.8", speed (session, 64, 8, 1));
  measure_prompts (session, "prompt");
  used = thread_seconds ();
  start = now_seconds ();
  for (int i = 0; i < n; i++)
    evaluate (session, i, 1);
  say ("busy", (thread_seconds () - used) / (now_seconds () - start));
  say ("matrices", loaded->model->gpu->has_matrix);
  if (!loaded->model->gpu->has_matrix)
    return;
  /* What was recorded with them goes with the memory. */
  loaded->model->gpu->has_matrix = false;
  glm_model_rest (loaded->model, 0);
  measure_prompts (session, "prompt.plain");
  loaded->model->gpu->has_matrix = true;
  glm_model_rest (loaded->model, 0);
}

/* ---- Memory, dispatches, submissions ----------------------------------------------------------------------------- */

/* MiB of the process that are no file's. */
static double
own_memory (void)
{
  FILE *file = fopen ("/proc/self/status", "r");
  char line[256];
  double kib = 0;

  while (file && fgets (line, sizeof line, file))
    if (strncmp (line, "RssAnon:", 8) == 0)
      kib = strtod (line + 8, NULL);
  if (file)
    fclose (file);
  return kib / 1024;
}

static void
measure_memory (Loaded *loaded)
{
  GlmGpu *gpu = loaded->model->gpu;

  REQUIRE (!glm_model_rest (loaded->model, 0), "it does not rest");
  count (gpu);
  evaluate (loaded->session, 0, 1);
  say ("card.mib", counts.card_bytes / (1 << 20));
  say ("process.mib", own_memory ());
  say ("dispatches", counts.before / (double) loaded->model->params.n_layers);
  counts.begun = counts.allocated = 0;
  for (int i = 1; i < 5; i++)
    evaluate (loaded->session, i, 1);
  say ("recordings", counts.begun);
  say ("allocations", counts.allocated);
  gpu->vk = real;
}

/* From the first batch on, when nothing is known of the card yet; long prompts and single tokens, with and without a context. */
static void
measure_submissions (Loaded *loaded)
{
  GlmSessionOptions options = { .context_length = context () };
  GlmSession *fresh;
  GlmError error = { 0 };

  REQUIRE (glm_session_new (loaded->model, &options, &fresh, &error), "%s", error.message);
  stamp (loaded->model->gpu);
  evaluate (fresh, 0, longest_prompt ());
  for (int i = 0; i < 4; i++)
    evaluate (fresh, longest_prompt () + i, 1);
  evaluate (fresh, depth (), longest_prompt ());
  for (int i = 0; i < 4; i++)
    evaluate (fresh, depth () + longest_prompt () + i, 1);
  report_stamps (loaded->model->gpu);
  glm_session_free (fresh);
}

/* ---- The dispatches of a layer ------------------------------------------------------------------------------------ */

#define MOST_STAMPED    512 /* of a command buffer: its layers' */
#define STAMPED_BUFFERS 128 /* the last ones */

/* A time stamp before the first dispatch of each command buffer, and behind each: they wait for each other as they do anyway. */
static struct
{
  VkQueryPool queries;
  uint32_t n_buffers, n_dispatches[STAMPED_BUFFERS], groups[STAMPED_BUFFERS][MOST_STAMPED][3];
} layers;

static VKAPI_ATTR VkResult VKAPI_CALL
layer_begin (VkCommandBuffer commands, const VkCommandBufferBeginInfo *info)
{
  VkResult result = real.BeginCommandBuffer (commands, info);
  uint32_t buffer = layers.n_buffers++ % STAMPED_BUFFERS, first = buffer * (MOST_STAMPED + 1);

  layers.n_dispatches[buffer] = 0;
  real.CmdResetQueryPool (commands, layers.queries, first, MOST_STAMPED + 1);
  real.CmdWriteTimestamp (commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, layers.queries, first);
  return result;
}

static VKAPI_ATTR void VKAPI_CALL
layer_dispatch (VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z)
{
  uint32_t buffer = (layers.n_buffers - 1) % STAMPED_BUFFERS, i = layers.n_dispatches[buffer];

  real.CmdDispatch (commands, x, y, z);
  if (i == MOST_STAMPED)
    return;
  memcpy (layers.groups[buffer][i], (uint32_t[]){ x, y, z }, sizeof layers.groups[buffer][i]);
  layers.n_dispatches[buffer] = i + 1;
  real.CmdWriteTimestamp (commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, layers.queries, buffer * (MOST_STAMPED + 1) + i + 1);
}

/* The mean over all layers.  The last command buffer is what comes behind them; those of the batch begin where one has no
 * dispatches. */
static void
report_layer (GlmGpu *gpu, int before, int n, int n_layers)
{
  static double seconds[MOST_STAMPED];
  uint32_t first = layers.n_buffers - 2, total = 0, at = 0;

  while (layers.n_dispatches[first % STAMPED_BUFFERS] > 0)
    total += layers.n_dispatches[first-- % STAMPED_BUFFERS];
  memset (seconds, 0, sizeof seconds);
  for (uint32_t b = first + 1; b < layers.n_buffers - 1; b++)
    for (uint32_t i = 0, k = b % STAMPED_BUFFERS; i < layers.n_dispatches[k]; i++, at++)
      seconds[at % (total / (uint32_t) n_layers)] +=
          card_seconds_between (gpu, layers.queries, k * (MOST_STAMPED + 1) + i) / n_layers;
  for (uint32_t i = 0, k = (first + 1) % STAMPED_BUFFERS; i < total / (uint32_t) n_layers; i++)
    {
      const uint32_t *groups = layers.groups[k][i];

      printf ("layer.%d.%d.%u %.2f us, %u x %u x %u\n", before, n, (unsigned) i, 1e6 * seconds[i], (unsigned) groups[0],
              (unsigned) groups[1], (unsigned) groups[2]);
    }
}

static void
measure_layer (Loaded *loaded, int before, int n)
{
  GlmGpu *gpu = loaded->model->gpu;
  double start = now_seconds ();

  glm_model_rest (loaded->model, 0);
  layers.queries = card_queries_new (gpu, STAMPED_BUFFERS * (MOST_STAMPED + 1));
  layers.n_buffers = 0;
  real = gpu->vk;
  gpu->vk.BeginCommandBuffer = layer_begin;
  gpu->vk.CmdDispatch = layer_dispatch;
  do
    evaluate (loaded->session, before, n);
  while (now_seconds () - start < 5 * warm_seconds ());
  gpu->vk = real;
  report_layer (gpu, before, n, loaded->model->params.n_layers);
  glm_model_rest (loaded->model, 0);
  gpu->vk.DestroyQueryPool (gpu->device, layers.queries, NULL);
}

/* Where the time of a batch goes. */
static void
measure_layers (Loaded *loaded)
{
  measure_layer (loaded, 0, 1);
  measure_layer (loaded, depth (), 1);
  for (int n = 8; n <= longest_prompt (); n *= 4)
    measure_layer (loaded, 0, n);
  measure_layer (loaded, 0, longest_prompt ());
  measure_layer (loaded, depth (), longest_prompt ());
}

/* ---- Single dispatches ------------------------------------------------------------------------------------------- */

/* Small dispatches, each behind the last. */
static void
measure_barriers (CardTimer *timer)
{
  GlmGpuBuffer memory;
  GlmError error = { 0 };
  int n = is_small ? 64 : 1024;

  REQUIRE (glm_gpu_buffer_new (timer->gpu, 4096, GLM_GPU_DEVICE, &memory, &error), "%s", error.message);
  for (int barriers = 0; barriers < 2; barriers++)
    {
      GlmRecord record = card_timer_begin (timer, &error);
      GlmAddPush push = { memory.address, memory.address + 2048, 64, 64, 64, 1 };

      for (int i = 0; i < n; i++)
        {
          record.no_barrier = !barriers;
          REQUIRE (glm_record_add (&record, &push, 1), "%s", error.message);
        }
      say (barriers ? "barrier.us" : "dispatch.us", 1e6 * card_timer_run (timer) / n);
    }
  glm_gpu_buffer_clear (timer->gpu, &memory);
}

static VkPipeline
new_reader (GlmGpu *gpu)
{
  VkShaderModuleCreateInfo code = { .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                    .codeSize = sizeof read_spv,
                                    .pCode = read_spv };
  VkComputePipelineCreateInfo info = { .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                       .layout = gpu->layout,
                                       .stage = { .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                  .pName = "main" } };
  VkPipeline reader;

  REQUIRE (gpu->vk.CreateShaderModule (gpu->device, &code, NULL, &info.stage.module) == VK_SUCCESS, "no shader");
  REQUIRE (gpu->vk.CreateComputePipelines (gpu->device, gpu->cache, 1, &info, NULL, &reader) == VK_SUCCESS, "no pipeline");
  gpu->vk.DestroyShaderModule (gpu->device, info.stage.module, NULL);
  return reader;
}

static double
measure_reading (CardTimer *timer, const GlmGpuBuffer *memory)
{
  const uint32_t groups = is_small ? 16 : 2048, step = groups * 256 * 8;
  struct
  {
    uint64_t from, to;
    uint32_t n;
  } push = { memory->address, memory->address, (uint32_t) (memory->size / 16 / step * step) };
  GlmError error = { 0 };
  VkPipeline reader = new_reader (timer->gpu);
  double seconds;
  GlmRecord record = card_timer_begin (timer, &error);

  timer->gpu->vk.CmdBindPipeline (record.commands, VK_PIPELINE_BIND_POINT_COMPUTE, reader);
  timer->gpu->vk.CmdPushConstants (record.commands, timer->gpu->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, 20, &push);
  timer->gpu->vk.CmdDispatch (record.commands, groups, 1, 1);
  seconds = card_timer_run (timer);
  timer->gpu->vk.DestroyPipeline (timer->gpu->device, reader, NULL);
  return 16.0 * push.n / seconds;
}

/* Where what products read and write lies in one buffer. */
#define SCALES_AT  ((uint64_t) 16 << 20)
#define OUTPUTS_AT ((uint64_t) 32 << 20)
#define PARTS_AT   ((uint64_t) 128 << 20)

/* n products of such a batch, with as many matrices in turn as the memory holds, so that no cache helps; the bytes of one. */
static double
record_products (GlmRecord *record, const GlmGpuBuffer *memory, const GlmGpuBuffer *others, uint32_t rows, uint32_t cols,
                 uint32_t tokens, int n)
{
  GlmPlanes planes = glm_planes_for_type (GLM_TYPE_Q4_0);
  size_t values, scales, mins, each;

  glm_planes_bytes (&planes, (int64_t) rows * cols, &values, &scales, &mins);
  each = (values + scales + 255) / 256 * 256;
  for (int i = 0; i < n; i++)
    {
      uint64_t at = memory->address + (uint64_t) i % (memory->size / each) * each;
      GlmProductPush push = { .quants = at,
                              .scales = at + values,
                              .x = others->address,
                              .x_scales = others->address + SCALES_AT,
                              .y = others->address + OUTPUTS_AT,
                              .parts = others->address + PARTS_AT,
                              .rows = rows,
                              .blocks = cols / 32,
                              .ldy = rows,
                              .tokens = tokens,
                              .scale = 1 };

      REQUIRE (glm_record_product (record, &push, &planes), "%s", record->error->message);
    }
  return (double) (values + scales);
}

/* A token's; bytes a second. */
static double
measure_product (CardTimer *timer, const GlmGpuBuffer *memory, const GlmGpuBuffer *others, uint32_t rows, uint32_t cols)
{
  GlmError error = { 0 };
  GlmRecord record = card_timer_begin (timer, &error);
  int n = is_small ? 4 : 64;
  double bytes = record_products (&record, memory, others, rows, cols, 1, n);

  return bytes * n / card_timer_run (timer);
}

static void
measure_products (CardTimer *timer)
{
  static const uint32_t shapes[][2] = { { 27392, 4096 }, { 4096, 13696 }, { 65024, 4096 } };
  GlmGpuBuffer memory, others;
  GlmError error = { 0 };
  double reading;
  size_t size;

  size = glm_gpu_free_bytes (timer->gpu) / 4 * 3;
  size = is_small ? (size_t) 24 << 20 : size < (size_t) 3000 << 20 ? size : (size_t) 3000 << 20;
  REQUIRE (glm_gpu_buffer_new (timer->gpu, size, GLM_GPU_DEVICE, &memory, &error)
               && glm_gpu_buffer_new (timer->gpu, PARTS_AT, GLM_GPU_DEVICE, &others, &error),
           "%s", error.message);
  reading = measure_reading (timer, &memory);
  say ("reading.gbps", 1e-9 * reading);
  for (int i = 0; i < 3; i++)
    {
      char name[64];
      uint32_t by = is_small ? 8 : 1;
      double speed_of = measure_product (timer, &memory, &others, shapes[i][0] / by, shapes[i][1]);

      snprintf (name, sizeof name, "product.%ux%u", (unsigned) shapes[i][0], (unsigned) shapes[i][1]);
      say (name, speed_of / reading);
    }
  glm_gpu_buffer_clear (timer->gpu, &memory);
  glm_gpu_buffer_clear (timer->gpu, &others);
}

/* ---- How products are divided -------------------------------------------------------------------------------------- */

/* Microseconds of a product of each shape with each tile and number of parts: to choose by. */
static void
measure_division (CardTimer *timer, const GlmGpuBuffer *memory, const GlmGpuBuffer *others, uint32_t rows, uint32_t cols,
                  uint32_t tokens)
{
  GlmError error = { 0 };

  /* 0 and 0: as it is done. */
  for (int tile = 0; tile <= 1 || glm_record_has_tile (timer->gpu, tile); tile++)
    for (uint32_t parts = tile > 0; parts <= (tile > 0 ? 12 : 0); parts += parts > 3 ? 2 : 1)
      {
        GlmRecord record = card_timer_begin (timer, &error);

        record.tile = tile;
        record.parts = parts;
        record_products (&record, memory, others, rows, cols, tokens, 8);
        printf ("product %5u x %5u x %3u, tile %d, %2u parts: %7.1f us\n", (unsigned) rows, (unsigned) cols, (unsigned) tokens,
                tile, (unsigned) parts, 1e6 * card_timer_run (timer) / 8);
      }
}

static void
measure_divisions (GlmGpu *gpu)
{
  static const uint32_t shapes[][2] = { { 27392, 4096 }, { 4096, 13696 }, { 4608, 4096 }, { 4096, 4096 } };
  static const uint32_t tokens[] = { 8, 16, 32, 64, 128, 256, 512 };
  CardTimer timer = card_timer_new (gpu, n_times (), warm_seconds () / 40);
  GlmGpuBuffer memory, others;
  GlmError error = { 0 };

  REQUIRE (glm_gpu_buffer_new (gpu, (size_t) 600 << 20, GLM_GPU_DEVICE, &memory, &error)
               && glm_gpu_buffer_new (gpu, (size_t) 1000 << 20, GLM_GPU_DEVICE, &others, &error),
           "%s", error.message);
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (size_t k = 0; k < sizeof tokens / sizeof *tokens; k++)
      measure_division (&timer, &memory, &others, shapes[i][0], shapes[i][1], tokens[k]);
  glm_gpu_buffer_clear (gpu, &memory);
  glm_gpu_buffer_clear (gpu, &others);
  card_timer_clear (&timer);
}

/* ---- Loading ---------------------------------------------------------------------------------------------------- */

static void
read_whole (const char *path)
{
  static char bytes[1 << 20];
  FILE *file = fopen (path, "rb");

  while (file && fread (bytes, 1, sizeof bytes, file) > 0)
    ;
  if (file)
    fclose (file);
}

static double
open_device (const char *device)
{
  GlmGpu *gpu;
  GlmError error = { 0 };
  double start = now_seconds ();

  REQUIRE (glm_gpu_open (device, folder, &gpu, &error), "%s", error.message);
  start = now_seconds () - start;
  glm_gpu_free (gpu);
  return start;
}

/* With a folder in which nothing is, and again with what is kept there then. */
static Loaded
measure_loading (const char *path, const char *device)
{
  Loaded loaded = { 0 };

  read_whole (path);
  for (int again = 0; again < 2; again++)
    {
      double seconds = open_device (device);

      unload (&loaded);
      loaded = load (path, device, folder);
      say (again ? "ready.again.s" : "ready.first.s", seconds + loaded.session_seconds);
      evaluate (loaded.session, 0, 1);
      if (again)
        say ("load.gbps", 1e-9 * (double) loaded.model->info.weight_bytes / (loaded.open_seconds - seconds));
    }
  return loaded;
}

/* ---- Precision --------------------------------------------------------------------------------------------------- */

/* Kullback–Leibler, of p from q, of their softmaxes. */
static double
divergence (const float *p, const float *q, int n)
{
  double sums[2] = { 0 }, tops[2] = { p[0], q[0] }, sum = 0;

  for (int i = 0; i < n; i++)
    {
      tops[0] = fmax (tops[0], p[i]);
      tops[1] = fmax (tops[1], q[i]);
    }
  for (int i = 0; i < n; i++)
    {
      sums[0] += exp (p[i] - tops[0]);
      sums[1] += exp (q[i] - tops[1]);
    }
  for (int i = 0; i < n; i++)
    sum += exp (p[i] - tops[0]) / sums[0] * ((p[i] - tops[0] - log (sums[0])) - (q[i] - tops[1] - log (sums[1])));
  return sum;
}

/* The starter model beside the processor's reference, which multiplies in floats: one token, several, many at a time. */
static void
measure_precision (const char *starter, const char *device)
{
  static const char text[] =
      "The moon is the Earth's only natural satellite. It always shows the same side to us, because it turns "
      "around itself once in each orbit. 月球是地球唯一的天然卫星，它总是以同一面朝向地球。";
  static const size_t batches[] = { 1, 3, 1, 8, 36 };
  Loaded here, there = load (starter, device, folder);
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  double mean = 0;

  glm_cpu_set_mask (0);
  here = load (starter, NULL, NULL);
  REQUIRE (glm_model_tokenize (here.model, text, sizeof text - 1, &tokens, &error), "%s", error.message);
  for (size_t i = 0, n, turn = 0; i < tokens.n; i += n, turn++)
    {
      n = batches[turn % 5] < tokens.n - i ? batches[turn % 5] : tokens.n - i;
      REQUIRE (glm_session_eval (here.session, tokens.ids + i, n, (int64_t) n, NULL, NULL, &error)
                   && glm_session_eval (there.session, tokens.ids + i, n, (int64_t) n, NULL, NULL, &error),
               "%s", error.message);
      for (size_t k = 0; k < n; k++)
        mean += divergence (glm_session_logits_row (here.session, (int64_t) k),
                            glm_session_logits_row (there.session, (int64_t) k), here.model->params.n_vocab)
                / (double) tokens.n;
    }
  glm_cpu_set_mask (UINT32_MAX);
  say ("divergence", mean);
  glm_tokens_clear (&tokens);
  unload (&here);
  unload (&there);
}

/* ---- The end ----------------------------------------------------------------------------------------------------- */

static VKAPI_ATTR VkResult VKAPI_CALL
lost_submit (VkQueue queue, uint32_t n, const VkSubmitInfo *infos, VkFence fence)
{
  return VK_ERROR_DEVICE_LOST;
}

/* The token that a lost card keeps back. */
static void
measure_pause (Loaded *loaded)
{
  GlmSession *session = loaded->session;
  double start;
  GlmError error = { 0 };

  evaluate (session, 0, 16);
  loaded->model->gpu->vk.QueueSubmit = lost_submit;
  start = now_seconds ();
  REQUIRE (glm_session_eval (session, &(int32_t){ 7 }, 1, 1, NULL, NULL, &error), "%s", error.message);
  REQUIRE (*glm_session_device_problem (session), "not lost");
  say ("pause.s", now_seconds () - start);
}

static void
remove_folder (void)
{
  char command[sizeof folder + 16];

  snprintf (command, sizeof command, "rm -rf '%s'", folder);
  if (system (command) != 0)
    fprintf (stderr, "%s is left behind\n", folder);
}

int
main (int argc, char **argv)
{
  Loaded loaded;
  CardTimer timer;

  if (argc < 4)
    {
      fprintf (stderr, "usage: gpu-figures DEVICE MODEL.gguf STARTER.gguf [small]\n"
                       "       gpu-figures DEVICE MODEL.gguf layers\n");
      return 2;
    }
  is_small = argc > 4;
  REQUIRE (mkdtemp (folder), "no temporary folder");
  atexit (remove_folder);
  if (strcmp (argv[3], "layers") == 0)
    {
      loaded = load (argv[2], argv[1], folder);
      measure_layers (&loaded);
      measure_divisions (loaded.model->gpu);
      loaded.model->gpu->has_matrix = false;
      measure_layers (&loaded);
      measure_divisions (loaded.model->gpu);
      unload (&loaded);
      return 0;
    }
  loaded = measure_loading (argv[2], argv[1]);
  printf ("device %s, %s\n", loaded.model->info.device, glm_gpu_info (loaded.model->gpu)->driver);
  measure_memory (&loaded);
  measure_submissions (&loaded);
  measure_speeds (&loaded);
  /* Small cards need its memory for the products. */
  glm_model_rest (loaded.model, 0);
  timer = card_timer_new (loaded.model->gpu, n_times (), warm_seconds ());
  measure_barriers (&timer);
  measure_products (&timer);
  card_timer_clear (&timer);
  measure_precision (argv[3], argv[1]);
  measure_pause (&loaded);
  unload (&loaded);
  return 0;
}
