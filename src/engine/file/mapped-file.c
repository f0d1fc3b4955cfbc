/* mapped-file.c: a file mapped read-only, safe against being cut short while mapped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Touching a mapped page beyond the file's end raises SIGBUS, and a file can lose its end at any time: another program
 * rewrites it, a network disk goes away.  A jump out of the handler would leave locks and half-done work behind in
 * whichever thread happened to read, so the handler repairs instead: it puts a private page of zeros where the fault was,
 * marks the mapping as damaged and returns; the read continues with zeros.  Users of the data call
 * glm_mapped_file_check() at the end of each unit of work (a load, a chunk of a prompt, a token) and get GLM_ERROR_IO.
 * This is the way of libwayland's shared-memory pools.  It works in every thread, needs no per-thread set-up and costs
 * nothing until a fault happens.
 *
 * The handler finds the mapping in a fixed table of atomics (no lock may be taken in a signal handler).  A fault outside
 * of every mapping is handed to the handler that was there before.  The handler is installed once and stays.
 */
#include "file/mapped-file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* More files than any split model has; a slot is 32 bytes. */
#define MAX_MAPPINGS 512

typedef struct
{
  atomic_uintptr_t start; /* 0: free */
  atomic_size_t size;
  atomic_bool claimed;
  atomic_bool damaged;
} Mapping;

static Mapping mappings[MAX_MAPPINGS];
static struct sigaction previous_action;
static pthread_once_t install_once = PTHREAD_ONCE_INIT;
static size_t page_size;

struct GlmMappedFile
{
  char *path;
  void *data;
  size_t size;
  Mapping *mapping;
};

static void
forward_signal (int signal_number, siginfo_t *info, void *context)
{
  if (previous_action.sa_flags & SA_SIGINFO)
    {
      previous_action.sa_sigaction (signal_number, info, context);
    }
  else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN)
    {
      previous_action.sa_handler (signal_number);
    }
  else
    {
      /* Returning repeats the access, now with the default action. */
      signal (SIGBUS, SIG_DFL);
    }
}

static void
sigbus_handler (int signal_number, siginfo_t *info, void *context)
{
  int saved_errno = errno;
  uintptr_t address = (uintptr_t) info->si_addr;

  for (size_t i = 0; i < MAX_MAPPINGS; i++)
    {
      uintptr_t start = atomic_load (&mappings[i].start);
      size_t size = atomic_load (&mappings[i].size);

      if (start == 0 || address < start || address - start >= size)
        continue;
      atomic_store (&mappings[i].damaged, true);
      if (mmap ((void *) (address & ~(uintptr_t) (page_size - 1)), page_size, PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
          != MAP_FAILED)
        {
          errno = saved_errno;
          return;
        }
    }
  errno = saved_errno;
  forward_signal (signal_number, info, context);
}

static void
install_handler (void)
{
  struct sigaction action = { .sa_sigaction = sigbus_handler, .sa_flags = SA_SIGINFO | SA_NODEFER };

  page_size = (size_t) sysconf (_SC_PAGESIZE);
  sigemptyset (&action.sa_mask);
  sigaction (SIGBUS, &action, &previous_action);
}

static Mapping *
claim_mapping (void *data, size_t size)
{
  pthread_once (&install_once, install_handler);
  for (size_t i = 0; i < MAX_MAPPINGS; i++)
    {
      bool expected = false;

      if (!atomic_compare_exchange_strong (&mappings[i].claimed, &expected, true))
        continue;
      atomic_store (&mappings[i].damaged, false);
      atomic_store (&mappings[i].size, size);
      atomic_store (&mappings[i].start, (uintptr_t) data);
      return &mappings[i];
    }
  return NULL;
}

static void
release_mapping (Mapping *mapping)
{
  atomic_store (&mapping->start, 0);
  atomic_store (&mapping->size, 0);
  atomic_store (&mapping->claimed, false);
}

const char *
glm_path_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash && slash[1] ? slash + 1 : path;
}

/* Opens without waiting (a FIFO would block for ever) and maps the whole file. */
static bool
map_path (GlmMappedFile *file, GlmError *error)
{
  const char *name = glm_path_name (file->path);
  struct stat status;
  void *data;
  int fd = open (file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

  if (fd < 0)
    return glm_error_set_errno (error, errno, "cannot open %s", name);
  if (fstat (fd, &status) != 0)
    {
      glm_error_set_errno (error, errno, "cannot read %s", name);
      close (fd);
      return false;
    }
  if (!S_ISREG (status.st_mode) || status.st_size <= 0 || (uint64_t) status.st_size > SIZE_MAX / 2)
    {
      close (fd);
      glm_error_set (error, GLM_ERROR_BAD_FILE,
                     S_ISREG (status.st_mode) ? "%s: the file is empty or too large" : "%s: not a regular file", name);
      return glm_error_set_fault (error,
                                  S_ISREG (status.st_mode) && status.st_size <= 0 ? GLM_FAULT_CUT_SHORT : GLM_FAULT_OTHER_FILE,
                                  NULL, 0);
    }
  data = mmap (NULL, (size_t) status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED)
    glm_error_set_errno (error, errno, "cannot map %s", name);
  close (fd);
  if (data == MAP_FAILED)
    return false;
  file->data = data;
  file->size = (size_t) status.st_size;
  return true;
}

bool
glm_mapped_file_open (const char *path, GlmMappedFile **ret_file, GlmError *error)
{
  GlmMappedFile *file = calloc (1, sizeof *file);

  if (file)
    file->path = strdup (path);
  if (!file || !file->path)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to open %s", glm_path_name (path));
      goto fail;
    }
  if (!map_path (file, error))
    goto fail;
  file->mapping = claim_mapping (file->data, file->size);
  if (!file->mapping)
    {
      glm_error_set (error, GLM_ERROR_IO, "%s: more than %d model files are open", glm_path_name (path), MAX_MAPPINGS);
      goto fail;
    }
  *ret_file = file;
  return true;

fail:
  glm_mapped_file_free (file);
  return false;
}

void
glm_mapped_file_free (GlmMappedFile *file)
{
  if (!file)
    return;
  if (file->mapping)
    release_mapping (file->mapping);
  if (file->data)
    munmap (file->data, file->size);
  free (file->path);
  free (file);
}

const uint8_t *
glm_mapped_file_data (const GlmMappedFile *file)
{
  return file->data;
}

size_t
glm_mapped_file_size (const GlmMappedFile *file)
{
  return file->size;
}

const char *
glm_mapped_file_path (const GlmMappedFile *file)
{
  return file->path;
}

const char *
glm_mapped_file_name (const GlmMappedFile *file)
{
  return glm_path_name (file->path);
}

bool
glm_mapped_file_check (const GlmMappedFile *file, GlmError *error)
{
  if (!atomic_load (&file->mapping->damaged))
    return true;
  return glm_error_set (error, GLM_ERROR_IO, "%s: the file was changed or cut short while in use", glm_mapped_file_name (file));
}

void
glm_mapped_file_release (const GlmMappedFile *file, const void *data, size_t n)
{
  uintptr_t start = ((uintptr_t) data + page_size - 1) & ~(uintptr_t) (page_size - 1);
  uintptr_t end = ((uintptr_t) data + n) & ~(uintptr_t) (page_size - 1);

  (void) file;
  if (end > start)
    madvise ((void *) start, end - start, MADV_DONTNEED);
}
