/* test-gpu-faults.c: cards that are not there, have no memory, or are lost in the middle of a reply
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Faults are put into the device's table of functions.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpu/matrix.h"
#include "gpu-device.h"
#include "gpu/vulkan.h"
#include "run/gguf-build.h"
#include "run/session-check.h"

static const char *device;

/* The n-th call from now on fails; 0: none. */
static int fails_at;
static PFN_vkQueueSubmit real_submit;
static PFN_vkAllocateMemory real_allocate;
static PFN_vkWaitForFences real_wait;

static VKAPI_ATTR VkResult VKAPI_CALL
failing_submit (VkQueue queue, uint32_t n, const VkSubmitInfo *infos, VkFence fence)
{
  return fails_at > 0 && --fails_at == 0 ? VK_ERROR_DEVICE_LOST : real_submit (queue, n, infos, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL
failing_allocate (VkDevice vk, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *functions, VkDeviceMemory *memory)
{
  return fails_at > 0 && --fails_at == 0 ? VK_ERROR_OUT_OF_DEVICE_MEMORY : real_allocate (vk, info, functions, memory);
}

static VKAPI_ATTR VkResult VKAPI_CALL
failing_wait (VkDevice vk, uint32_t n, const VkFence *fences, VkBool32 all, uint64_t timeout)
{
  VkResult result = real_wait (vk, n, fences, all, timeout);

  return fails_at > 0 && --fails_at == 0 ? VK_ERROR_DEVICE_LOST : result;
}

static GlmModel *
open_on (const char *path, const char *name)
{
  GlmModelOptions options = { .n_threads = 1, .device = name };
  GlmModel *model;
  GlmError error = { 0 };

  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  return model;
}

static int32_t
likeliest (const GlmSession *session)
{
  const float *logits = glm_session_logits (session);
  int32_t best = 0;

  for (int32_t i = 1; i < session->model->params.n_vocab; i++)
    best = logits[i] > logits[best] ? i : best;
  return best;
}

#define N_PROMPT 20
#define N_REPLY  6

/* A greedy reply. */
static void
reply (GlmSession *session, const int32_t *prompt, int32_t *ids)
{
  memcpy (ids, prompt, N_PROMPT * sizeof *ids);
  for (int i = N_PROMPT; i < N_PROMPT + N_REPLY; i++)
    {
      sync_ids (session, ids, i);
      ids[i] = likeliest (session);
    }
}

typedef enum
{
  SUBMIT,
  WAIT,
  ALLOCATE,
} Fault;

static void
inject (GlmGpu *gpu, Fault fault, int n)
{
  fails_at = n;
  real_submit = gpu->vk.QueueSubmit;
  real_wait = gpu->vk.WaitForFences;
  real_allocate = gpu->vk.AllocateMemory;
  if (fault == SUBMIT)
    gpu->vk.QueueSubmit = failing_submit;
  else if (fault == WAIT)
    gpu->vk.WaitForFences = failing_wait;
  else
    gpu->vk.AllocateMemory = failing_allocate;
}

/* Fails once, anywhere in a session's making or its reply: the reply is the processor's.  Returns whether it has.  The device is
 * opened once for all: what some drivers take only so many times, and it is not really lost. */
static bool
check_fault (GlmModel *model, const int32_t *prompt, const int32_t *expected, Fault fault, int n)
{
  GlmVk plain = model->gpu->vk;
  GlmSession *session;
  int32_t ids[N_PROMPT + N_REPLY];
  bool failed;

  inject (model->gpu, fault, n);
  session = open_session (model);
  reply (session, prompt, ids);
  failed = fails_at == 0;
  CHECK (memcmp (ids, expected, sizeof ids) == 0, "fault %d, call %d: another reply", (int) fault, n);
  CHECK (failed == (*glm_session_device_problem (session) != '\0'), "fault %d, call %d: \"%s\"", (int) fault, n,
         glm_session_device_problem (session));
  fails_at = 0;
  glm_session_free (session);
  model->gpu->vk = plain;
  model->gpu->lost = false;
  return failed;
}

static void
test_losses (const char *path, const int32_t *prompt)
{
  GlmModel *model = open_on (path, NULL);
  GlmSession *session = open_session (model);
  int32_t expected[N_PROMPT + N_REPLY];

  reply (session, prompt, expected);
  glm_session_free (session);
  glm_model_free (model);
  model = open_on (path, device);
  REQUIRE (model->gpu, "on the processor: %s", model->info.device_problem);
  for (int fault = SUBMIT; fault <= ALLOCATE; fault++)
    {
      int n = 1;

      while (n < 100 && check_fault (model, prompt, expected, (Fault) fault, n))
        n++;
      CHECK (n > 4 && n < 100, "fault %d can strike %d times", fault, n - 1);
    }
  glm_model_free (model);
}

/* A model that finds room for half of its layers: where its card is lost, the processor takes these too. */
static void
test_divided (const char *path, const int32_t *prompt)
{
  GlmModel *model = open_on (path, NULL);
  GlmSession *session = open_session (model);
  GlmModelOptions options = { .n_threads = 1,
                              .device = device,
                              .device_memory = divided_memory (model, model->info.n_layers / 2) };
  int32_t expected[N_PROMPT + N_REPLY];
  GlmError error = { 0 };
  int n = 1;

  reply (session, prompt, expected);
  glm_session_free (session);
  glm_model_free (model);
  REQUIRE (glm_model_open (path, &options, &model, &error), "%s", error.message);
  REQUIRE (model->plan->rest, "not divided: %s", model->info.device_problem);
  while (n < 100 && check_fault (model, prompt, expected, SUBMIT, n))
    n++;
  CHECK (n > 4 && n < 100, "it can strike %d times", n - 1);
  glm_model_free (model);
}

/* A second session of a model whose card is lost begins on the processor. */
static void
test_after (const char *path, const int32_t *prompt)
{
  GlmModel *model = open_on (path, device);
  GlmSession *first = open_session (model), *second;

  inject (model->gpu, SUBMIT, 1);
  sync_ids (first, prompt, N_PROMPT);
  CHECK (*glm_session_device_problem (first), "not lost");
  second = open_session (model);
  CHECK (*glm_session_device_problem (second), "a lost device was used again");
  sync_ids (second, prompt, N_PROMPT);
  check_same (second, glm_session_logits (first), 1e-5, "both on the processor");
  glm_session_free (first);
  glm_session_free (second);
  glm_model_free (model);
}

static void
cancel_at_half (size_t n_done, size_t n_total, void *user_data)
{
  if (2 * n_done >= n_total)
    glm_cancel_set (user_data);
}

/* The processor's batches are shorter than the card's: a prompt that is canceled keeps those that were read. */
static void
test_batches_after (const char *path, const TinyModel *tiny)
{
  GlmModel *model = open_on (path, device);
  GlmSession *session = open_session (model);
  GlmCancel cancel = { 0 };
  int32_t ids[400];
  GlmError error = { 0 };

  fill_ids (tiny, ids, 400, 6);
  inject (model->gpu, SUBMIT, 1);
  sync_ids (session, ids, 20);
  CHECK (*glm_session_device_problem (session), "not lost");
  CHECK (!glm_session_sync (session, ids, 400, cancel_at_half, &cancel, &cancel, &error) && error.code == GLM_ERROR_CANCELLED
             && glm_session_n_tokens (session) == 20 + GLM_BATCH_TILE,
         "%zu tokens: %s", glm_session_n_tokens (session), error.message);
  glm_session_free (session);
  glm_model_free (model);
}

/* What the rest of a divided plan has made of experts is the processor's, too, where the card is lost; what is said of the model
 * stays. */
static void
test_lent_experts (const int32_t *prompt)
{
  TinyModel tiny = TINY_DEEPSEEK2;
  const char *path = test_temp_path ("lent.gguf");
  GlmModel *model;
  GlmSession *session;
  GlmModelInfo before;
  size_t n_bytes;

  tiny.type = GLM_TYPE_Q8_0;
  tiny.n_experts = tiny.n_used;
  tiny_model_write (&tiny, path);
  model = open_on (path, device);
  before = model->info;
  session = open_session (model);
  sync_ids (session, prompt, N_PROMPT);
  n_bytes = glm_matrix_bytes_by_use ();
  inject (model->gpu, SUBMIT, 1);
  sync_ids (session, prompt, N_PROMPT - 1);
  sync_ids (session, prompt, N_PROMPT);
  CHECK (*glm_session_device_problem (session), "not lost");
  CHECK (n_bytes > 0 && glm_matrix_bytes_by_use () == n_bytes, "%zu bytes of experts, then %zu", n_bytes,
         glm_matrix_bytes_by_use ());
  CHECK (model->info.weight_bytes == before.weight_bytes && model->info.expert_bytes == before.expert_bytes,
         "%zu bytes of weights, then %zu", before.weight_bytes, model->info.weight_bytes);
  glm_session_free (session);
  glm_model_free (model);
}

static bool
stop (double fraction, void *user_data)
{
  return fraction < 0.5;
}

/* Canceling is no failure of the card. */
static void
test_cancel (const char *path, const int32_t *prompt)
{
  GlmModel *model = open_on (path, device);
  GlmSession *session = open_session (model);
  float *expected = fresh_logits (model, prompt, N_PROMPT);
  GlmError error = { 0 };

  CHECK (!glm_session_eval (session, prompt, N_PROMPT, 1, stop, NULL, &error) && error.code == GLM_ERROR_CANCELLED, "%s",
         error.message);
  CHECK (!*glm_session_device_problem (session), "%s", glm_session_device_problem (session));
  sync_ids (session, prompt, N_PROMPT);
  check_same (session, expected, 1e-5, "after canceling");
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

static void
count_progress (double fraction, void *user_data)
{
  ++*(int *) user_data;
}

/* How often something of the file is loaded. */
static int
count_loaded (const char *path, const char *name)
{
  int n = 0;
  GlmModelOptions options = { .n_threads = 1, .device = name, .progress = count_progress, .progress_data = &n };
  GlmModel *model;
  GlmError error = { 0 };

  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  glm_model_free (model);
  return n;
}

/* What is not on the card runs on the processor, and says why. */
static void
test_refusals (void)
{
  TinyModel prefix = TINY_CHATGLM, odd = TINY_DEEPSEEK2;
  const char *path = test_temp_path ("refused.gguf");
  GlmModel *model;
  GlmSession *session;
  int32_t ids[5] = { 9, 10, 11, 12, 13 };

  odd.kv_rank = 600; /* longer than rows of latents may be */
  tiny_model_write (&odd, path);
  model = open_on (path, device);
  CHECK (!model->gpu && strstr (model->info.device_problem, "not on the card") && !model->info.device[0], "%s",
         model->info.device_problem);
  session = open_session (model);
  sync_ids (session, ids, 5);
  glm_session_free (session);
  glm_model_free (model);

  CHECK (count_loaded (path, device) == count_loaded (path, NULL), "it was loaded before it was refused");

  prefix.n_prefix = 3;
  tiny_model_write (&prefix, path);
  model = open_on (path, device);
  session = open_session (model);
  CHECK (*glm_session_device_problem (session), "a prefix on a card");
  sync_ids (session, ids, 5);
  glm_session_free (session);
  glm_model_free (model);

  model = open_on (path, "no such card");
  CHECK (strstr (model->info.device_problem, "no such card"), "%s", model->info.device_problem);
  glm_model_free (model);
}

/* ---- Memory that comes and goes ---------------------------------------------------------------------------------- */

/* What the card holds; that which the host sees is not told from the rest by its type. */
static struct
{
  VkDeviceMemory memory; /* 0: none */
  VkDeviceSize size;
  bool is_mapped;
} held[256];

static PFN_vkAllocateMemory plain_allocate;
static PFN_vkFreeMemory real_free;
static PFN_vkMapMemory real_map;
static double time_now, time_slept;

static double
get_now (void)
{
  return time_now;
}

static double
get_slept (void)
{
  return time_slept;
}

static size_t
find_held (VkDeviceMemory memory)
{
  size_t i = 0;

  while (i < sizeof held / sizeof *held && held[i].memory != memory)
    i++;
  REQUIRE (i < sizeof held / sizeof *held, "memory that is not known");
  return i;
}

static VKAPI_ATTR VkResult VKAPI_CALL
noted_allocate (VkDevice vk, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *functions, VkDeviceMemory *memory)
{
  VkResult result = plain_allocate (vk, info, functions, memory);
  size_t i = find_held (VK_NULL_HANDLE);

  if (result == VK_SUCCESS)
    {
      held[i].memory = *memory;
      held[i].size = info->allocationSize;
      held[i].is_mapped = false;
    }
  return result;
}

static VKAPI_ATTR void VKAPI_CALL
noted_free (VkDevice vk, VkDeviceMemory memory, const VkAllocationCallbacks *functions)
{
  if (memory)
    held[find_held (memory)].memory = VK_NULL_HANDLE;
  real_free (vk, memory, functions);
}

static VKAPI_ATTR VkResult VKAPI_CALL
noted_map (VkDevice vk, VkDeviceMemory memory, VkDeviceSize at, VkDeviceSize n, VkMemoryMapFlags flags, void **map)
{
  held[find_held (memory)].is_mapped = true;
  return real_map (vk, memory, at, n, flags, map);
}

static int
count_held (void)
{
  int n = 0;

  for (size_t i = 0; i < sizeof held / sizeof *held; i++)
    n += held[i].memory != VK_NULL_HANDLE;
  return n;
}

/* What cards do to their memory while the computer sleeps; where the host cannot, as on real ones, they keep it. */
static bool
spoil (GlmGpu *gpu)
{
  bool spoilt = false;

  for (size_t i = 0; i < sizeof held / sizeof *held; i++)
    {
      void *map;

      if (!held[i].memory || held[i].is_mapped || gpu->info.kind != GLM_GPU_PROCESSOR
          || real_map (gpu->device, held[i].memory, 0, VK_WHOLE_SIZE, 0, &map) != VK_SUCCESS)
        continue;
      memset (map, 0xff, held[i].size);
      gpu->vk.UnmapMemory (gpu->device, held[i].memory);
      spoilt = true;
    }
  return spoilt;
}

/* From here on it is known what the card holds, and the clock is the test's. */
static void
watch_memory (GlmModel *model)
{
  GlmGpu *gpu = model->gpu;

  gpu->clock = (GlmGpuClock){ get_now, get_slept };
  time_now = 1e6;
  time_slept = 0;
  CHECK (!glm_model_rest (model, 0), "it does not rest");
  plain_allocate = gpu->vk.AllocateMemory;
  real_free = gpu->vk.FreeMemory;
  real_map = gpu->vk.MapMemory;
  gpu->vk.AllocateMemory = noted_allocate;
  gpu->vk.FreeMemory = noted_free;
  gpu->vk.MapMemory = noted_map;
}

/* Unused for ten minutes nothing of it is on the card; what comes then is as if nothing had been. */
static void
test_rest (const char *path, const int32_t *prompt)
{
  GlmModel *model = open_on (path, device);
  GlmSession *session = open_session (model);
  float *expected = fresh_logits (model, prompt, N_PROMPT);

  watch_memory (model);
  sync_ids (session, prompt, N_PROMPT - 3);
  CHECK (count_held () > 4, "%d buffers", count_held ());
  time_now += 599;
  CHECK (glm_model_rest (model, 600) && count_held () > 4, "it rests too early");
  time_now += 1;
  CHECK (!glm_model_rest (model, 600) && count_held () == 0, "%d buffers stayed", count_held ());
  CHECK (!glm_model_rest (model, 600), "it rests twice");
  sync_ids (session, prompt, N_PROMPT);
  check_same (session, expected, 1e-5, "after a rest");
  CHECK (!*glm_session_device_problem (session) && count_held () > 4, "%s", glm_session_device_problem (session));

  /* Somebody else has taken the memory meanwhile: the reply goes on with the processor. */
  CHECK (!glm_model_rest (model, 0), "it does not rest");
  inject (model->gpu, ALLOCATE, 3);
  sync_ids (session, prompt, N_PROMPT - 5);
  sync_ids (session, prompt, N_PROMPT);
  check_same (session, expected, 5e-2, "on the processor");
  CHECK (*glm_session_device_problem (session) && count_held () == 0, "%d buffers stayed", count_held ());
  glm_session_free (session);
  free (expected);
  glm_model_free (model);
}

/* The computer slept, and the card has forgotten everything. */
static void
test_sleep (const char *path, const int32_t *prompt)
{
  GlmModel *model = open_on (path, device);
  GlmSession *session = open_session (model);
  float *expected = fresh_logits (model, prompt, N_PROMPT);
  GlmError error = { 0 };

  watch_memory (model);
  sync_ids (session, prompt, N_PROMPT - 4);
  if (spoil (model->gpu))
    CHECK (!glm_session_sync (session, prompt, N_PROMPT - 2, NULL, NULL, NULL, &error), "it was not spoilt");
  time_slept += 3600;
  sync_ids (session, prompt, N_PROMPT);
  check_same (session, expected, 1e-5, "after the computer slept");
  CHECK (!*glm_session_device_problem (session), "%s", glm_session_device_problem (session));
  glm_session_free (session);
  free (expected);
  glm_model_free (model);
}

/* ---- Long batches ----------------------------------------------------------------------------------------------- */

static PFN_vkGetPhysicalDeviceMemoryProperties2 real_memory;

/* A card on which each layer takes a nanosecond or two. */
static VKAPI_ATTR VkResult VKAPI_CALL
quick_results (VkDevice vk, VkQueryPool queries, uint32_t first, uint32_t n, size_t size, void *times, VkDeviceSize stride,
               VkQueryResultFlags flags)
{
  memcpy (times, (uint64_t[]){ 1, 2 }, 2 * sizeof (uint64_t));
  return VK_SUCCESS;
}

/* All of it is taken. */
static VKAPI_ATTR void VKAPI_CALL
no_memory (VkPhysicalDevice physical, VkPhysicalDeviceMemoryProperties2 *memory)
{
  VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget = memory->pNext;

  real_memory (physical, memory);
  for (uint32_t i = 0; i < memory->memoryProperties.memoryHeapCount; i++)
    memory->memoryProperties.memoryHeaps[i].size = 1;
  if (budget)
    memset (budget->heapBudget, 0, sizeof budget->heapBudget);
}

static VkDeviceSize
sum_held (void)
{
  VkDeviceSize sum = 0;

  for (size_t i = 0; i < sizeof held / sizeof *held; i++)
    sum += held[i].memory ? held[i].size : 0;
  return sum;
}

/* A quick card takes longer batches from the second on, unless there is no room: then it goes on with those that it has. */
static void
test_room (const char *path, const TinyModel *tiny, bool has_room)
{
  GlmModel *model = open_on (path, device);
  GlmSession *session = open_session (model);
  GlmGpu *gpu = model->gpu;
  int32_t ids[400];
  VkDeviceSize before;

  fill_ids (tiny, ids, 400, 6);
  watch_memory (model);
  real_memory = gpu->vk.GetPhysicalDeviceMemoryProperties2;
  gpu->vk.GetQueryPoolResults = quick_results;
  if (!has_room)
    gpu->vk.GetPhysicalDeviceMemoryProperties2 = no_memory;
  sync_ids (session, ids, 128);
  before = sum_held ();
  sync_ids (session, ids, 400);
  CHECK (has_room == (sum_held () > before), "from %llu to %llu bytes", (unsigned long long) before,
         (unsigned long long) sum_held ());
  CHECK (!*glm_session_device_problem (session), "%s", glm_session_device_problem (session));
  glm_session_free (session);
  glm_model_free (model);
}

/* ---- What is remembered ----------------------------------------------------------------------------------------- */

static GlmModel *
open_remembering (const char *path, const char *folder)
{
  GlmModelOptions options = { .n_threads = 1, .device = device, .device_folder = folder };
  GlmModel *model;
  GlmError error = { 0 };

  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  return model;
}

/* How many files begin so; with `damage`, a byte of each is changed. */
static int
count_files (const char *folder, const char *begin, bool damage)
{
  DIR *directory = opendir (folder);
  struct dirent *entry;
  int n = 0;

  while (directory && (entry = readdir (directory)))
    if (strncmp (entry->d_name, begin, strlen (begin)) == 0)
      {
        int file = damage ? openat (dirfd (directory), entry->d_name, O_RDWR) : -1;

        n++;
        if (file >= 0)
          {
            CHECK (pwrite (file, "?", 1, 0) == 1, "cannot damage %s", entry->d_name);
            close (file);
          }
      }
  if (directory)
    closedir (directory);
  return n;
}

/* While the first batch is computed the marker lies there. */
static bool
stop_with_marker (double fraction, void *user_data)
{
  CHECK (count_files (user_data, "busy-", false) == 1, "no marker in the first batch");
  return false;
}

static void
use (const char *path, const char *folder, const int32_t *prompt)
{
  GlmModel *model = open_remembering (path, folder);
  GlmSession *session;
  GlmError error = { 0 };

  CHECK (model->gpu && count_files (folder, "busy-", false) == 1, "no marker: %s", model->info.device_problem);
  session = open_session (model);
  CHECK (count_files (folder, "busy-", false) == 0, "a marker while nothing runs");
  CHECK (!glm_session_eval (session, prompt, N_PROMPT, 1, stop_with_marker, (void *) folder, &error), "it was not stopped");
  sync_ids (session, prompt, N_PROMPT);
  CHECK (!*glm_session_device_problem (session), "%s", glm_session_device_problem (session));
  CHECK (count_files (folder, "busy-", false) == 0, "the marker stayed");
  glm_session_free (session);
  glm_model_free (model);
}

/* Tested once; damaged files are as good as none; a program that ended between opening and the first batch is remembered. */
static void
test_memory (const char *path, const int32_t *prompt)
{
  char folder[1024], part[1100];
  GlmModel *model;
  pid_t child;
  int status;
  FILE *file;

  snprintf (folder, sizeof folder, "%s", test_temp_path ("gpu"));
  REQUIRE (mkdir (folder, 0700) == 0, "%s", folder);
  use (path, folder, prompt);
  CHECK (count_files (folder, "tested-", false) == 1 && count_files (folder, "pipelines-", false) == 1, "nothing was kept");
  use (path, folder, prompt);
  count_files (folder, "pipelines-", true);
  use (path, folder, prompt);

  child = fork ();
  if (child == 0)
    {
      execl ("/proc/self/exe", "test-gpu-faults", path, folder, NULL);
      _exit (1);
    }
  REQUIRE (child > 0 && waitpid (child, &status, 0) == child && WIFSIGNALED (status), "no child");
  model = open_remembering (path, folder);
  CHECK (!model->gpu && strstr (model->info.device_problem, "left alone"), "\"%s\"", model->info.device_problem);
  glm_model_free (model);
  CHECK (glm_gpu_is_blamed (folder), "it is not blamed");
  glm_gpu_forgive (folder);
  /* A marker that was never finished blames nobody. */
  snprintf (part, sizeof part, "%s/busy-0-0.123", folder);
  file = fopen (part, "w");
  REQUIRE (file && fclose (file) == 0, "%s", part);
  CHECK (!glm_gpu_is_blamed (folder), "blamed for a part of a marker");
  glm_gpu_forgive (folder);
  CHECK (access (part, F_OK) != 0, "the part stayed");
  use (path, folder, prompt);
  model = open_remembering (path, folder);
  glm_model_free (model);
  CHECK (count_files (folder, "busy-", false) == 0, "opened and closed: the marker stayed");
}

int
main (int argc, char **argv)
{
  TinyModel tiny = TINY_CHATGLM, flash = TINY_DEEPSEEK2;
  const char *path = test_temp_path ("tiny.gguf"), *flash_path = test_temp_path ("flash.gguf");
  const char *experts_path = test_temp_path ("experts.gguf");
  int32_t prompt[N_PROMPT];

  device = test_device ();
  /* The program that ends between opening and the first batch. */
  if (argc == 3)
    {
      open_remembering (argv[1], argv[2]);
      raise (SIGKILL);
    }
  tiny_model_write (&tiny, path);
  tiny_model_write (&flash, flash_path);
  fill_ids (&tiny, prompt, N_PROMPT, 5);
  test_losses (path, prompt);
  test_losses (flash_path, prompt);
  test_cancel (flash_path, prompt);
  test_divided (path, prompt);
  flash.n_dense = 0; /* its first layer has experts */
  tiny_model_write (&flash, experts_path);
  test_divided (experts_path, prompt);
  test_after (path, prompt);
  test_batches_after (path, &tiny);
  test_lent_experts (prompt);
  test_cancel (path, prompt);
  test_refusals ();
  test_rest (path, prompt);
  test_sleep (path, prompt);
  test_room (path, &tiny, true);
  test_room (path, &tiny, false);
  test_memory (path, prompt);
  return check_exit ();
}
