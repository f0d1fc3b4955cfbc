/* trust.c: see trust.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files are named after the device, its driver and this program's version, and written whole: beside their place, then renamed.
 */
#include "gpu/trust.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "gpu/pipelines.h"
#include "gpu/self-test.h"

#define MAX_CACHE ((size_t) 64 << 20)
#define MAX_LINE  160 /* of a test */

/* FNV-1a. */
static uint64_t
digest (const void *data, size_t n)
{
  uint64_t hash = UINT64_C (0xcbf29ce484222325);

  for (size_t i = 0; i < n; i++)
    hash = (hash ^ ((const unsigned char *) data)[i]) * UINT64_C (0x100000001b3);
  return hash;
}

/* "FOLDER/KIND-UUID-DIGEST": the digest is of what changes when a driver or this program does. */
static void
name_file (const GlmGpu *gpu, const char *kind, char *path, size_t size)
{
  char text[sizeof gpu->info.driver + 64];
  int n = snprintf (text, sizeof text, "%s %s " MYNA_VERSION, gpu->info.driver, gpu->info.version);

  snprintf (path, size, "%s/%s-%s-%016llx", gpu->folder, kind, gpu->info.uuid, (unsigned long long) digest (text, (size_t) n));
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

/* A file is its bytes, and behind them their digest.  False: there is none, or it is damaged. */
static bool
read_file (const char *path, void **ret_data, size_t *ret_n)
{
  FILE *file = fopen (path, "rbe");
  unsigned char *data = NULL;
  long size = -1;
  uint64_t expected;
  bool ok;

  if (file && fseek (file, 0, SEEK_END) == 0)
    size = ftell (file);
  ok = size >= (long) sizeof expected && (size_t) size <= MAX_CACHE && fseek (file, 0, SEEK_SET) == 0
       && (data = malloc ((size_t) size)) && fread (data, 1, (size_t) size, file) == (size_t) size;
  if (file)
    fclose (file);
  if (ok)
    {
      *ret_n = (size_t) size - sizeof expected;
      memcpy (&expected, data + *ret_n, sizeof expected);
      ok = digest (data, *ret_n) == expected;
    }
  if (ok)
    *ret_data = data;
  else
    free (data);
  return ok;
}

/* Where it cannot be written, it is missing the next time: nothing worse. */
static bool
write_file (const char *path, const void *data, size_t n)
{
  char part[sizeof ((GlmGpu *) 0)->folder + 160];
  uint64_t check = digest (data, n);
  FILE *file;
  bool ok;

  snprintf (part, sizeof part, "%s.%ld", path, (long) getpid ());
  file = fopen (part, "wbe");
  ok = file && fwrite (data, 1, n, file) == n && fwrite (&check, 1, sizeof check, file) == sizeof check && fflush (file) == 0
       && fsync (fileno (file)) == 0;
  if (file && fclose (file) != 0)
    ok = false;
  if (ok && rename (part, path) == 0)
    return true;
  unlink (part);
  return false;
}

/* ---- Pipelines -------------------------------------------------------------------------------------------------- */

/* Drivers check the header themselves; what is damaged behind it, the digest finds. */
static void
load_pipelines (GlmGpu *gpu)
{
  VkPipelineCacheCreateInfo info = { .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO };
  char path[sizeof gpu->folder + 128];
  VkPipelineCache cache;
  void *data;

  name_file (gpu, "pipelines", path, sizeof path);
  if (!read_file (path, &data, &info.initialDataSize))
    return;
  info.pInitialData = data;
  if (gpu->vk.CreatePipelineCache (gpu->device, &info, NULL, &cache) == VK_SUCCESS)
    {
      gpu->vk.DestroyPipelineCache (gpu->device, gpu->cache, NULL);
      gpu->cache = cache;
      gpu->saved_bytes = info.initialDataSize;
    }
  free (data);
}

static void
save_pipelines (GlmGpu *gpu)
{
  char path[sizeof gpu->folder + 128];
  size_t n = 0;
  void *data;

  if (gpu->vk.GetPipelineCacheData (gpu->device, gpu->cache, &n, NULL) != VK_SUCCESS || n == gpu->saved_bytes || n > MAX_CACHE)
    return;
  data = malloc (n);
  name_file (gpu, "pipelines", path, sizeof path);
  if (data && gpu->vk.GetPipelineCacheData (gpu->device, gpu->cache, &n, data) == VK_SUCCESS && write_file (path, data, n))
    gpu->saved_bytes = n;
  free (data);
}

/* ---- Trust ------------------------------------------------------------------------------------------------------ */

static void
note_failure (const char *line, bool passed, void *user_data)
{
  char *first_failure = user_data;

  if (!passed && !*first_failure)
    snprintf (first_failure, MAX_LINE, "%s", line);
}

/* What was found: whether byte products and matrices may be used. */
static bool
test_now (GlmGpu *gpu, const char *path, GlmError *error)
{
  char failure[MAX_LINE] = "";
  bool ok = glm_gpu_test_device (gpu, note_failure, failure, error);

  while (!ok && (gpu->has_matrix || gpu->has_dot) && !gpu->lost && *failure)
    {
      /* The cleverest first. */
      *(gpu->has_matrix ? &gpu->has_matrix : &gpu->has_dot) = false;
      glm_gpu_pipelines_free (gpu);
      *failure = '\0';
      ok = glm_gpu_test_device (gpu, note_failure, failure, error);
    }
  if (!ok)
    return *failure ? glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s computes wrongly: %s", gpu->info.name, failure) : false;
  write_file (path, &(unsigned char){ (unsigned char) (gpu->has_dot | gpu->has_matrix << 1) }, 1);
  return true;
}

bool
glm_gpu_trust (GlmGpu *gpu, const char *folder, GlmError *error)
{
  char path[sizeof gpu->folder + 128];
  unsigned char *found;
  size_t n;

  if (strlen (folder) >= sizeof gpu->folder)
    return true;
  snprintf (gpu->folder, sizeof gpu->folder, "%s", folder);
  name_file (gpu, "busy", path, sizeof path);
  if (access (path, F_OK) == 0)
    {
      gpu->folder[0] = '\0';
      return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the program ended while %s was first used; it is left alone",
                            gpu->info.name);
    }
  glm_gpu_at_risk (gpu);
  load_pipelines (gpu);
  name_file (gpu, "tested", path, sizeof path);
  if (read_file (path, (void **) &found, &n))
    {
      gpu->has_dot = gpu->has_dot && n == 1 && (found[0] & 1);
      gpu->has_matrix = gpu->has_matrix && n == 1 && (found[0] & 2);
      free (found);
      return true;
    }
  if (test_now (gpu, path, error))
    return true;
  /* It computes wrongly, and did not crash. */
  glm_gpu_proved (gpu);
  return false;
}

void
glm_gpu_at_risk (GlmGpu *gpu)
{
  char path[sizeof gpu->folder + 128];

  if (!gpu->folder[0] || gpu->is_proved || gpu->marker[0])
    return;
  name_file (gpu, "busy", path, sizeof path);
  if (write_file (path, "", 0))
    snprintf (gpu->marker, sizeof gpu->marker, "%s", path);
}

void
glm_gpu_at_rest (GlmGpu *gpu)
{
  if (gpu->marker[0])
    unlink (gpu->marker);
  gpu->marker[0] = '\0';
}

void
glm_gpu_proved (GlmGpu *gpu)
{
  if (!gpu->folder[0] || gpu->is_proved)
    return;
  gpu->is_proved = true;
  glm_gpu_at_rest (gpu);
  if (!gpu->lost)
    save_pipelines (gpu);
}

/* How many markers there are, or were. */
static int
count_markers (const char *folder, bool take_away)
{
  DIR *directory = opendir (folder);
  struct dirent *entry;
  int n = 0;

  while (directory && (entry = readdir (directory)))
    if (strncmp (entry->d_name, "busy-", 5) == 0)
      {
        /* One that was still being written has a dot: the card was not at work yet. */
        n += strchr (entry->d_name, '.') == NULL;
        if (take_away)
          unlinkat (dirfd (directory), entry->d_name, 0);
      }
  if (directory)
    closedir (directory);
  return n;
}

bool
glm_gpu_is_blamed (const char *folder)
{
  return count_markers (folder, false) > 0;
}

void
glm_gpu_forgive (const char *folder)
{
  count_markers (folder, true);
}
