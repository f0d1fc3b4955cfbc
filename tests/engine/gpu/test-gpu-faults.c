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

/* Fails once, anywhere in a session's making or its reply: the reply is the processor's.  Returns whether it has. */
static bool
check_fault (const char *path, const int32_t *prompt, const int32_t *expected, Fault fault, int n)
{
  GlmModel *model = open_on (path, device);
  GlmSession *session;
  int32_t ids[N_PROMPT + N_REPLY];
  bool failed;

  REQUIRE (model->gpu, "on the processor: %s", model->info.device_problem);
  inject (model->gpu, fault, n);
  session = open_session (model);
  reply (session, prompt, ids);
  failed = fails_at == 0;
  CHECK (memcmp (ids, expected, sizeof ids) == 0, "fault %d, call %d: another reply", (int) fault, n);
  CHECK (failed == (*glm_session_device_problem (session) != '\0'), "fault %d, call %d: \"%s\"", (int) fault, n,
         glm_session_device_problem (session));
  fails_at = 0;
  glm_session_free (session);
  glm_model_free (model);
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
  for (int fault = SUBMIT; fault <= ALLOCATE; fault++)
    {
      int n = 1;

      while (n < 100 && check_fault (path, prompt, expected, (Fault) fault, n))
        n++;
      CHECK (n > 4 && n < 100, "fault %d can strike %d times", fault, n - 1);
    }
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

/* What is not on the card runs on the processor, and says why. */
static void
test_refusals (void)
{
  TinyModel prefix = TINY_CHATGLM, experts = TINY_GLM4MOE;
  const char *path = test_temp_path ("refused.gguf");
  GlmModel *model;
  GlmSession *session;
  int32_t ids[5] = { 9, 10, 11, 12, 13 };

  tiny_model_write (&experts, path);
  model = open_on (path, device);
  CHECK (!model->gpu && model->info.device_problem[0] && !model->info.device[0], "experts on a card");
  session = open_session (model);
  sync_ids (session, ids, 5);
  glm_session_free (session);
  glm_model_free (model);

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

static void
use (const char *path, const char *folder, const int32_t *prompt)
{
  GlmModel *model = open_remembering (path, folder);
  GlmSession *session;

  CHECK (model->gpu && count_files (folder, "busy-", false) == 1, "no marker: %s", model->info.device_problem);
  session = open_session (model);
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
  char folder[1024];
  GlmModel *model;
  pid_t child;
  int status;

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
  glm_gpu_forgive (folder);
  use (path, folder, prompt);
  model = open_remembering (path, folder);
  glm_model_free (model);
  CHECK (count_files (folder, "busy-", false) == 0, "opened and closed: the marker stayed");
}

int
main (int argc, char **argv)
{
  TinyModel tiny = TINY_CHATGLM;
  const char *path = test_temp_path ("tiny.gguf");
  int32_t prompt[N_PROMPT];

  device = test_device ();
  /* The program that ends between opening and the first batch. */
  if (argc == 3)
    {
      open_remembering (argv[1], argv[2]);
      raise (SIGKILL);
    }
  tiny_model_write (&tiny, path);
  fill_ids (&tiny, prompt, N_PROMPT, 5);
  test_losses (path, prompt);
  test_after (path, prompt);
  test_cancel (path, prompt);
  test_refusals ();
  test_memory (path, prompt);
  return check_exit ();
}
